"""All seven procedures to every end they have: each outcome of each step is offered to who holds it, and leads on.

A case is walked to every step by the tracker's verbs; the step's page is then opened as the person who holds it. What
can be decided there is decided there; what is completed by an object of another page (a draft, a release, a submission)
is linked to that page, and decided with that object as that page does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from tests.app_helpers import open_app
from tests.conftest import Office, recorded
from tests.services.test_track import accepted, draft, letter, submission
from workbench import moment
from workbench.domain import handed_in
from workbench.domain.engine import CaseStatus, Evidence
from workbench.domain.people import Person, Role
from workbench.domain.sop import END, EvidenceKind, Outcome, OutcomeKind, Sop, Step
from workbench.services import casework, people, track
from workbench.settings import CHECKOUT
from workbench.storage import database
from workbench.storage.sop_files import load_all
from workbench.storage.tables import CaseRow, ReleaseRow

SOPS = {sop.id: sop for sop in load_all(CHECKOUT / "data" / "sop")}
AGENCY = "1.02.01"
AGENCIES = (AGENCY, "1.01.01")
HOLDER = {
    Role.CLERK: "clerk", Role.STAFF: "staff", Role.SECTION_HEAD: "kasi", Role.DIVISION_HEAD: "kabid",
    Role.SECRETARY: "sekretaris", Role.AGENCY_HEAD: "kadis", Role.PRODUCER_STAFF: "dinkes", Role.REQUESTER: "clerk",
    Role.BPS: "clerk",
}  # fmt: skip
ELSEWHERE = {EvidenceKind.DRAFT: "/edisi", EvidenceKind.RELEASE: "/draf", EvidenceKind.DATASET_VERSION: "/kiriman"}


@dataclass
class Walker:
    """A case of one procedure, walked by whoever holds each step."""

    office: Office
    sop: Sop
    pic: Person
    count: int = 0

    def holder(self, step: Step) -> Person:
        role = self.sop.holder(step).role
        return self.pic if role is Role.PRODUCER_PIC else self.office[HOLDER[role]]

    def start(self, session: Session) -> int:
        self.count += 1
        fan = self.sop.fan_out is not None
        return track.start(
            session, sop_id=self.sop.id, subject=f"Uji {self.count}", by=self.office["clerk"],
            idem=f"s{self.count}", opd_codes=AGENCIES if fan else (), opd_code="" if fan else AGENCY,
            period="2025" if fan else "", requester="Lina",
        )  # fmt: skip

    def object_for(self, session: Session, view: track.CaseView, outcome: Outcome) -> Evidence | None:
        """What this decision needs beside it, made as its own page would make it."""
        step = view.sop.step(view.state.step)
        if outcome.kind is OutcomeKind.RETURN:
            return None
        if step.evidence is None:
            return view.under_review
        self.count += 1
        if step.evidence is EvidenceKind.RELEASE:
            drafts = [e for e in view.evidence.values() if e.kind is EvidenceKind.DRAFT]
            if handed_in.own_publication(self.sop, view.state):
                return Evidence(EvidenceKind.RELEASE, drafts[-1].ref, drafts[-1].sha256)
            row = ReleaseRow(
                draft_id=int(drafts[-1].ref), sha256=f"r{self.count:063d}", target="arsip", released_by="x",
                released_at=moment.now(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            return Evidence(EvidenceKind.RELEASE, str(row.id), row.sha256)
        if handed_in.handed_in(self.sop, step, period=view.period):
            return Evidence(step.evidence, "berkas.pdf", recorded(session, f"berkas {self.count}".encode()))
        if step.evidence is EvidenceKind.SUBMISSION:
            return submission(session, view.opd_code, self.count)
        if step.evidence is EvidenceKind.DATASET_VERSION:
            return accepted(session, submission(session, AGENCY, self.count))
        return draft(session, self.count) if step.evidence is EvidenceKind.DRAFT else letter(session, str(self.count))

    def decide(self, session: Session, case_id: int, outcome: Outcome) -> None:
        view = track.case(session, case_id=case_id)
        self.count += 1
        track.decide(
            session, case_id=case_id, seen_seq=view.seq, outcome=outcome.key,
            by=self.holder(self.sop.step(view.state.step)), idem=f"d{self.count}", note="Lihat catatan.",
            evidence=self.object_for(session, view, outcome),
        )  # fmt: skip

    def to(self, session: Session, no: str) -> int:
        """A new case that stands at this step; of a fan-out's steps the case of one OPD."""
        case_id = self.start(session)
        fan = self.sop.fan_out
        inside = fan is not None and no in fan.steps
        for step_no, outcome in shortest(self.sop, no):
            if fan is not None and step_no in fan.steps:
                if not inside:
                    continue  # the parent does not walk them: its children do
                children = track.case(session, case_id=case_id).children
                case_id = children[0].case_id if children else case_id
            self.decide(session, case_id, outcome)
            view = track.case(session, case_id=case_id)
            if view.state.status is CaseStatus.WAITING_CHILDREN and not inside:
                track.cut_off(
                    session, case_id=case_id, seen_seq=view.seq, by=self.office["kasi"], idem=f"c{case_id}",
                    note="Belum ada yang mengirim.",
                )  # fmt: skip
        view = track.case(session, case_id=case_id)
        if inside and view.children:
            case_id = view.children[0].case_id
        assert track.case(session, case_id=case_id).state.step == no
        return case_id


def shortest(sop: Sop, no: str) -> list[tuple[str, Outcome]]:
    """The fewest decisions from the start to a step."""
    ways: dict[str, list[tuple[str, Outcome]]] = {sop.start: []}
    todo = deque([sop.start])
    while todo:
        here = todo.popleft()
        for outcome in sop.step(here).outcomes:
            if outcome.to != END and outcome.to not in ways:
                ways[outcome.to] = [*ways[here], (here, outcome)]
                todo.append(outcome.to)
    return ways[no]


@pytest.fixture
def walker(sqlite_office: Office, request: pytest.FixtureRequest) -> Walker:
    with database.writing() as session:
        number = people.add_person(session, username="pic", name="Maria", by="test")
        people.assign(session, person_id=number, role=Role.PRODUCER_PIC, title="PIC", opd_code=AGENCY, by="test")
        return Walker(sqlite_office, casework.current_sop(session, request.param), people.person(session, number))


def page(walker: Walker, step: Step, case_id: int) -> AppTest:
    at = open_app(walker.holder(step), "track/case.py", query={"case": str(case_id)})
    assert not at.exception, at.exception
    return at


def ends_at(walker: Walker, case_id: int, outcome: Outcome) -> None:
    """The case stands where the outcome leads; a child that has gone through its steps is closed."""
    with database.session() as session:
        state = track.case(session, case_id=case_id).state
    fan = walker.sop.fan_out
    waits = fan is not None and not state.child and outcome.to in fan.steps
    expected = END if state.child and fan is not None and outcome.to == fan.join else outcome.to
    assert state.step == expected, (outcome.key, state.step)
    if expected == END:
        assert state.status is CaseStatus.CLOSED
    else:
        assert state.status is (CaseStatus.WAITING_CHILDREN if waits else CaseStatus.OPEN)


@pytest.mark.parametrize("walker", sorted(SOPS), indirect=True)
def test_every_outcome_is_offered_on_the_screen_and_leads_where_the_sop_says(walker: Walker) -> None:
    for step in walker.sop.steps:
        with database.writing() as session:
            case_id = walker.to(session, step.no)
            view = track.case(session, case_id=case_id, person=walker.holder(step))
            assert view.allowed.decide, step.no
            elsewhere = step.evidence is not None and not (
                handed_in.handed_in(walker.sop, step, period=view.period)
                or handed_in.own_publication(walker.sop, view.state)
                or (walker.sop.id == "ska-publikasi" and step.evidence is EvidenceKind.DATASET_VERSION)
            )
        at = page(walker, step, case_id)
        offered = {button.label for button in at.button}
        for outcome in step.outcomes:
            assert elsewhere or outcome.label in offered, (step.no, outcome.key, offered)
        if elsewhere:
            links = [link.proto.url for link in at.get("link_button")]
            place = ELSEWHERE.get(step.evidence, "/kirim") if step.evidence else ""
            assert any(url.startswith(place) for url in links), (step.no, links)
        for number, outcome in enumerate(step.outcomes):
            with database.writing() as session:
                case = case_id if number == 0 else walker.to(session, step.no)
            with database.writing() as session:
                needs_object = outcome.kind is not OutcomeKind.RETURN and step.evidence is not None
                if needs_object or elsewhere:
                    walker.decide(session, case, outcome)
            if not needs_object and not elsewhere:
                at = at if number == 0 else page(walker, step, case)
                next(area for area in at.text_area if area.label == "Catatan").set_value("Perbaiki tabel 2.")
                at = next(b for b in at.button if b.label == outcome.label).click().run()
                assert not at.exception and not at.error, (step.no, outcome.key, [e.value for e in at.error])
            ends_at(walker, case, outcome)


@pytest.mark.parametrize("walker", ["srg-pengumpulan-publikasi"], indirect=True)
def test_a_case_whose_agencies_are_all_through_goes_on_by_itself(walker: Walker) -> None:
    with database.writing() as session:
        child = walker.to(session, "3")
        parent = session.get_one(CaseRow, child).parent_id or 0
        for line in track.case(session, case_id=parent).children:
            for no in ("3", "4", "5"):
                step = walker.sop.step(no)
                who = "dinkes" if line.opd_code == AGENCY else "disdik"
                view = track.case(session, case_id=line.case_id)
                walker.count += 1
                track.decide(
                    session, case_id=line.case_id, seen_seq=view.seq, outcome=step.outcomes[0].key,
                    by=walker.office[who] if no == "3" else walker.office["staff"], idem=f"j{walker.count}",
                    evidence=walker.object_for(session, view, step.outcomes[0]),
                )  # fmt: skip
        state = track.case(session, case_id=parent).state
        assert (state.status, state.step, state.visit) == (CaseStatus.OPEN, "6", 1)
