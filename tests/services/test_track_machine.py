"""R3: whole programs of actions on a real database, all seven SOPs: whatever people click in whatever order, hostile,
stale, twice, migrating in between, the history stays whole, and replaying it gives what is stored.

A second, independent book is kept beside the cases: how often somebody was told that the action was done. It must
agree with the events, and nothing that was refused may have left a trace. ``WORKBENCH_TEST_SCALE`` multiplies the 150
programs of 40 actions.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from tests.app_helpers import store_beside
from tests.conftest import Office, make_office, recorded
from workbench import moment
from workbench.domain.engine import CaseStatus, Evidence, under_review
from workbench.domain.errors import WorkbenchError
from workbench.domain.sop import EvidenceKind
from workbench.services import audit, casework, track
from workbench.settings import get_settings
from workbench.storage import casebook, database
from workbench.storage.sop_document import from_document, to_document
from workbench.storage.tables import CaseRow, EventRow

PAPERS = (EvidenceKind.LETTER, EvidenceKind.SCHEDULE, EvidenceKind.MINUTES)
SOPS = (
    "trk-layanan-data", "ska-publikasi", "srg-pengumpulan-publikasi", "bwi-permintaan", "ska-permohonan-bps",
    "bwi-diseminasi", "sby-penyebarluasan",
)  # fmt: skip
VERBS = {
    "start", "decide", "take", "pause", "resume", "skip", "cancel", "reopen", "reassign", "cut_off", "extend",
    "migrate",
}  # fmt: skip
# Whether a random program gets as far as these differs from run to run; test_fan_out and test_track make them happen.
RARE = {"cut_off", "extend"}
WHO = ("clerk", "staff", "kasi", "kabid", "sekretaris", "kadis", "dinkes", "disdik")
SCALE = float(os.environ.get("WORKBENCH_TEST_SCALE", "1"))  # read before fixtures clear the environment
template: Path
seen: Counter[str] = Counter()


class Tracker(RuleBasedStateMachine):
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        database.dispose()
        shutil.copyfile(template, get_settings().data_dir / "tracker.sqlite3")
        for suffix in ("-wal", "-shm"):
            (get_settings().data_dir / f"tracker.sqlite3{suffix}").unlink(missing_ok=True)
        self.now = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)
        self.keys = 0
        self.judged = -1
        # A connection that only looks: its data_version changes whenever anybody else committed something.
        self.watch = database.sqlite_module().connect(get_settings().data_dir / "tracker.sqlite3")
        with database.session() as session:
            self.office = Office({name: track.people.person_by_username(session, name) for name in WHO})

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def attempt(self, act: object, *, repeat: bool) -> None:
        """Do it (twice, with the same key, when ``repeat``): done or refused with a sentence, never half."""
        answers: list[object] = []
        for _ in range(2 if repeat else 1):
            before = self.count()
            try:
                with moment.at(self.now), database.writing() as session:
                    answers.append(act(session))  # type: ignore[operator]
            except WorkbenchError as error:
                assert str(error)
                assert self.count() == before
                return
        assert answers[0] == answers[-1]

    def teardown(self) -> None:
        self.look()
        self.watch.close()
        with database.session() as session:
            seen.update(session.exec(select(EventRow.type)))

    def count(self) -> int:
        return int(self.watch.execute("SELECT count(*) FROM event").fetchone()[0])

    @rule(minutes=st.integers(0, 900))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @initialize(target=cases, sop_id=st.sampled_from(SOPS))
    def first(self, sop_id: str) -> object:
        return self.start(sop_id, "clerk", False)

    @rule(
        target=cases,
        sop_id=st.sampled_from(SOPS),
        who=st.sampled_from(("clerk", "kasi", "dinkes")),
        repeat=st.booleans(),
    )
    def start(self, sop_id: str, who: str, repeat: bool) -> object:
        found: list[int] = []
        key = self.key()

        def act(session: database.Session) -> int:
            fan_out = casework.current_sop(session, sop_id).fan_out is not None
            more = {"opd_codes": ("1.02.01", "1.01.01")} if fan_out else {"opd_code": "1.02.01"}
            found.append(
                track.start(session, sop_id=sop_id, subject="Uji", by=self.office[who], idem=key, **more)  # type: ignore[arg-type]
            )
            return found[-1]

        self.attempt(act, repeat=repeat)
        if not found:
            return multiple()
        return found[0]

    @rule(
        case=cases,
        child=st.integers(0, 2),
        who=st.sampled_from(WHO),
        choice=st.integers(0, 3),
        helpful=st.booleans(),
        stale=st.sampled_from([0, 0, 0, 1]),
        repeat=st.booleans(),
    )
    def decide(self, case: int, child: int, who: str, choice: int, helpful: bool, stale: int, repeat: bool) -> None:
        """Somebody decides: often the right person with what it takes, sometimes anybody with anything."""
        key = self.key()
        with database.session() as session:
            case = self.child(session, case, child)
            row = session.get_one(CaseRow, case)
            sop = casework.sop_of(session, row.sop_sha)
            state = casework.state_of(session, case)[0]
            step = None if state.ended else sop.step(state.step)
            if helpful and step is not None:
                wanted = sop.holder(step).role
                who = next((n for n in WHO if wanted in self.office[n].roles), "clerk")
                who = "disdik" if who == "dinkes" and row.opd_code == "1.01.01" else who
            outcome = step.outcomes[choice % len(step.outcomes)].key if step else "x"
        seq = row.seq - stale

        def act(session: database.Session) -> object:
            evidence = under_review(sop, state) if helpful else None
            if step is not None and step.evidence in PAPERS and helpful:
                assert step.evidence is not None
                evidence = Evidence(step.evidence, "x", recorded(session, key.encode()))
            return track.decide(
                session, case_id=case, seen_seq=seq, outcome=outcome, by=self.office[who], idem=key,
                note="perlu diperbaiki" if helpful else "", evidence=evidence,
            )  # fmt: skip

        self.attempt(act, repeat=repeat)

    @rule(case=cases, child=st.integers(0, 2), choices=st.lists(st.sampled_from([0, 0, 0, 1]), min_size=1, max_size=4))
    def go_on(self, case: int, child: int, choices: list[int]) -> None:
        """The right people do their work for a while."""
        for choice in choices:
            self.decide(case, child, "clerk", choice, True, 0, False)

    @rule(
        case=cases,
        child=st.integers(0, 2),
        who=st.sampled_from(("kasi", "kadis", "staff")),
        verb=st.sampled_from(["take", "take", "pause", "resume", "skip", "cancel", "reopen", "extend", "reassign"]),
        helpful=st.integers(0, 3),
        choice=st.integers(0, 3),
        repeat=st.booleans(),
    )
    def supervise(self, case: int, child: int, who: str, verb: str, helpful: int, choice: int, repeat: bool) -> None:
        """A verb out of place is refused; mostly (``helpful``) somebody does what the case needs."""
        key = self.key()
        with database.session() as session:
            case = self.child(session, case, child)
            row = session.get_one(CaseRow, case)
            sop = casework.sop_of(session, row.sop_sha)
        holder = next((n for n in WHO if row.role in self.office[n].roles), "clerk")
        if helpful:
            verb = {"paused": "resume", "closed": "reopen", "cancelled": "reopen", "waiting_children": "cut_off"}.get(
                row.status, verb
            )
            who = holder if verb == "take" else "kadis"
        steps = {step.no: step for step in sop.steps}
        outcomes = steps[row.step].outcomes if row.step in steps else ()
        more: dict[str, object] = {
            "pause": {"reason": "menunggu", "waiting_for": "BPS"},
            "skip": {"outcome": outcomes[choice % len(outcomes)].key if outcomes else "", "note": "alasan"},
            "cancel": {"note": "alasan"},
            "reopen": {"note": "alasan"},
            "cut_off": {"note": "belum: Disdik"},
            "extend": {"note": "alasan", "days": choice + 5},
            "reassign": {"assignee": holder if helpful else WHO[choice]},
        }.get(verb, {})  # type: ignore[assignment]
        self.attempt(
            lambda session: getattr(track, verb)(
                session, case_id=case, seen_seq=row.seq, by=self.office[who], idem=key, **more
            ),
            repeat=repeat,
        )

    @rule(
        case=cases,
        child=st.integers(0, 2),
        who=st.sampled_from(("kadis", "kasi", "staff", "dinkes")),
        back=st.booleans(),
        named=st.booleans(),
        stale=st.sampled_from([0, 0, 0, 1]),
        repeat=st.booleans(),
    )
    def migrate(self, case: int, child: int, who: str, back: bool, named: bool, stale: int, repeat: bool) -> None:
        """A superior (or somebody who may not) moves a case to the other version of its SOP, at the step it is at."""
        key = self.key()
        with database.session() as session:
            case = self.child(session, case, child)
            row = session.get_one(CaseRow, case)
            shas = [version.sha for version in casebook.sop_versions(session, row.sop_id)]
        to_sop = row.sop_sha if back else next(sha for sha in shas if sha != row.sop_sha)
        self.attempt(
            lambda session: track.migrate(
                session, case_id=case, seen_seq=row.seq - stale, by=self.office[who], idem=key, to_sop=to_sop,
                to_step=row.step if named else "", note="SOP direvisi",
            ),
            repeat=repeat,
        )  # fmt: skip

    def child(self, session: database.Session, case: int, n: int) -> int:
        """The n-th child of a case, or the case itself."""
        ids = session.exec(select(CaseRow.id).where(CaseRow.parent_id == case).order_by(CaseRow.id)).all()
        return (ids[n - 1] if 0 < n <= len(ids) else case) or 0

    @invariant()
    def history_is_whole(self) -> None:
        """Replay = projection, and the audit has nothing to say; asked again whenever anything was committed."""
        version = self.watch.execute("PRAGMA data_version").fetchone()[0]
        if version == self.judged:
            return
        self.judged = version
        with database.session() as session:
            assert audit.verify(session).problems == ()
            rows = session.exec(select(CaseRow)).all()
        ended = (CaseStatus.CLOSED, CaseStatus.CANCELLED)
        for row in rows:
            running = [child for child in rows if child.parent_id == row.id and child.status not in ended]
            assert bool(running) == (row.status == CaseStatus.WAITING_CHILDREN), "parents wait for their children"

    def look(self) -> None:
        """Wherever a program ended, everybody can look at it."""
        with moment.at(self.now), database.session() as session:
            seen = {row.case_id for row in track.board(session)} | {
                row.case_id for row in track.board(session, ended=True)
            }
            for person in self.office.people.values():
                for item in track.inbox(session, person=person):
                    assert item.case_id in seen
            for case_id in seen:
                track.case(session, case_id=case_id)


@pytest.mark.slow
def test_any_program_of_actions(data_dir: Path, _migrated_sqlite: Path) -> None:
    global template
    data_dir.mkdir(parents=True)
    template = Path(tempfile.mkdtemp(dir=data_dir)) / "template.sqlite3"
    database.migrate()
    with database.writing() as session:
        make_office(session)
        for sop_id in SOPS:
            sop = casework.current_sop(session, sop_id)
            slower = tuple(
                replace(step, standard=replace(step.standard, amount=step.standard.amount + 1))
                if step.standard
                else step
                for step in sop.steps
            )
            raw = to_document(replace(sop, steps=slower, version="2", sha=""))
            store_beside(session, from_document(raw))
    with database.engine().connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{template}'")
    run_state_machine_as_test(
        Tracker,
        settings=settings(
            max_examples=max(1, int(150 * SCALE)),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    # The programs got somewhere: every kind of event happened, and real work was done.
    if SCALE >= 1:
        assert set(seen) >= VERBS - RARE, VERBS - RARE - set(seen)
        assert seen["decide"] > 300  # some 450 to 550, as the dice fall
