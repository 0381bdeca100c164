"""The demo office's past: the same for the same seed, whole to the audit, and lived by people with hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.engine import CaseStatus, EventType
from workbench.domain.errors import Refused
from workbench.domain.letters import Direction
from workbench.domain.people import Capacity, Person
from workbench.domain.sop import END
from workbench.services import (
    audit,
    casework,
    demo_paper,
    demo_past,
    demo_past_script,
    demo_story,
    letter_papers,
    notices,
    office_clock,
    people,
    sweeping,
    track,
)
from workbench.services.demo_past import PastResult
from workbench.services.demo_past_letters import TARAKAN
from workbench.services.track import ProgressFlag
from workbench.settings import get_settings
from workbench.storage import casebook, database, people_store
from workbench.storage import letters as store
from workbench.storage.letter_tables import LetterRow
from workbench.storage.tables import CaseRow, EventRow, VisitRow

NOW = datetime(2026, 11, 20, 7, 15, tzinfo=UTC)


def play(cases: int, seed: int = 7) -> PastResult:
    with moment.at(NOW):
        return demo_past.play_past(cases=cases, seed=seed, progress=lambda share, sentence: None)


def person_of(session: Session, username: str) -> Person:
    return people.person_by_username(session, username)


def verdicts(session: Session) -> Counter[tuple[str, str]]:
    return Counter((row.sop_id, row.verdict) for row in session.exec(select(VisitRow)))


def told(session: Session) -> list[tuple[str, str, str, str, datetime]]:
    return [(row.type, row.step, row.outcome, row.actor, row.at) for row in casebook.all_events(session)]


def off_hours(session: Session) -> list[tuple[str, str, datetime]]:
    clock = office_clock.clock(session)
    return [
        (row.type, row.actor, office_clock.local(row.at))
        for row in session.exec(select(EventRow))
        if not clock.is_open(row.at) and not clock.is_open(row.at - timedelta(seconds=30))
    ]


@pytest.fixture
def small(db: str) -> PastResult:
    return play(25)


def test_a_small_past_is_whole(small: PastResult) -> None:
    assert small.cases == 25 and small.children >= 8 and small.passwords
    assert "passwords" not in repr(small) and next(iter(small.passwords.values())) not in str(small)
    with moment.at(NOW), database.session() as session:
        report = audit.verify(session)
        assert report.problems == () and report.events == small.events and report.cases == 25 + small.children
        assert {row.sop_id for row in session.exec(select(CaseRow))} == {s.id for s in casework.current_sops(session)}
        assert max(row.at for row in session.exec(select(EventRow))) < NOW
        for type_, actor, at in off_hours(session):
            assert (type_, actor) == ("start", demo_past_script.PORTAL), (type_, actor, at)
        assert small.open + small.closed + small.cancelled == report.cases
    with pytest.raises(Refused):
        play(25)
    with database.session() as session:
        assert audit.verify(session).events == small.events


def test_the_past_keeps_an_agenda(sqlite_db: object) -> None:
    """Letters in and out, numbered in time order, that belong to their cases and moved them."""
    play(40, 11)
    with moment.at(NOW), database.session() as session:
        rows = list(session.exec(select(LetterRow).order_by(col(LetterRow.id))))
        for direction in Direction:
            book = [row for row in rows if row.direction == direction.value and row.agenda_number]
            assert len(book) > 25
            numbered = sorted(book, key=lambda row: (row.year, row.agenda_number))
            at = [row.created_at if direction is Direction.INCOMING else row.signed_at for row in numbered]
            assert at == sorted(at)
        incoming = [row for row in rows if row.direction == "in"]
        assert {row.status for row in incoming} == {"registered", "disposed", "settled"}
        assert any(row.nature == "secret" for row in incoming) and any(row.case_id is None for row in incoming)
        requests = [
            row for row in incoming if row.case_id and casebook.case_row(session, row.case_id).sop_id == TARAKAN
        ]
        assert len(requests) >= 5
        given = store.dispositions(session, [row.id or 0 for row in requests])
        assert max(len(chain) for chain in given.values()) == 3
        for row in rows:
            if row.direction == "in" or row.status not in ("signed", "sent") or not row.case_result:
                continue
            events = casebook.events(session, row.case_id or 0)
            (signed,) = [e for e in events if e.evidence_sha256 == row.signed_sha256]
            assert signed.evidence_ref == row.letter_number and signed.at == row.signed_at
            initialled = [e for e in events if e.outcome in ("paraf", "setuju")]
            sheet = letter_papers.letter_sheet(session, letter_id=row.id or 0, person=person_of(session, "agenda"))
            assert len([p for p in sheet.parafs if p.name]) <= len(initialled)
        assert all(len(store.files_of(session, row.id or 0)) >= 1 for row in rows)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_past(
    sqlite_db: object, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    found = []
    for folder in ("one", "two"):
        monkeypatch.setenv("WORKBENCH_DATA_DIR", f"{tmp_path}/{folder}")
        get_settings.cache_clear()
        database.dispose()
        database.migrate()
        result = play(12)
        with moment.at(NOW), database.session() as session:
            found.append((replace(result, passwords={}), verdicts(session), told(session)))
    assert found[0] == found[1]


@pytest.mark.slow
def test_story_and_past_live_in_one_office(sqlite_db: object) -> None:
    """Past first, then the story's first acts: the archive is not received twice; nothing of either is disturbed."""
    play(25)
    story = demo_story.Story(lambda act, sentence: None)
    with moment.at(NOW - timedelta(days=5)):
        story.office()
        story.archive((demo_past.ARCHIVE_YEAR,))
        story.order("2025", NOW - timedelta(days=4))
    assert story.passwords == {} and story.accepted == 4  # four of eight were there
    with moment.at(NOW), database.session() as session:
        assert audit.verify(session).problems == ()
        view = track.case(session, case_id=story.case_id)
        assert view.state.status is CaseStatus.WAITING_CHILDREN and len(view.children) == 4


def test_a_paper_is_a_pdf_that_says_what_it_is() -> None:
    import io

    from pypdf import PdfReader

    body = demo_paper.one_page("Surat (balasan)", [r"Hal: a\b", "Surakarta"])
    text = PdfReader(io.BytesIO(body)).pages[0].extract_text()
    assert "Surat (balasan)" in text and r"a\b" in text and demo_paper.MARK in text
    assert body == demo_paper.one_page("Surat (balasan)", [r"Hal: a\b", "Surakarta"])


@pytest.mark.slow
def test_four_hundred_cases_show_everything(sqlite_db: object) -> None:
    result = play(400, 20261120)
    assert result.cases == 400 and 60 < result.open < 140 and result.cancelled >= 5
    with moment.at(NOW), database.session() as session:
        report = audit.verify(session)
        assert report.problems == () and report.events == result.events
        rows = list(session.exec(select(CaseRow)))
        sops = casework.current_sops(session)
        for sop in sops:
            ends = {(row.step, row.status) for row in rows if row.sop_id == sop.id and row.parent_id is None}
            assert (END, "closed") in ends, sop.id  # every procedure came to its end
        types = Counter(row.type for row in session.exec(select(EventRow)))
        assert set(types) >= {t.value for t in EventType} - {EventType.MIGRATE.value, EventType.ATTACH.value}, types
        # Every outcome of every step was taken at least once, so every branch, return and end has been seen.
        taken = {(row.sop_id, row.step, row.outcome) for row in session.exec(select(VisitRow))}
        lacking = [
            (sop.id, step.no, outcome.key)
            for sop in sops
            for step in sop.steps
            for outcome in step.outcomes
            if (sop.id, step.no, outcome.key) not in taken
        ]
        assert not lacking
        # Work stands late in every lane of every procedure; in time, near and held as well.
        late = {
            (row.sop_id, row.role)
            for row in rows
            if row.due_at is not None and row.status == "open" and row.due_at < NOW
        }
        lanes = {
            (sop.id, sop.holder(step).role.value)
            for sop in sops
            for step in sop.steps
            if sop.standard_of(step.no) is not None
        }
        assert {lane for lane in lanes if lane[0] != demo_past_script.SRG} <= late, lanes - late
        flags = Counter(row.flag for row in track.board(session))
        assert all(flags[flag] >= 5 for flag in ProgressFlag), flags
        assert any(row.status == "paused" for row in rows) and any(row.status == "waiting_children" for row in rows)
        reasons = {e.detail["waiting_for"] for e in session.exec(select(EventRow)) if e.type == "pause"}
        assert reasons == {"requester", "opd", "bps"}
        waiting = {row.status for row in session.exec(select(LetterRow)) if row.agenda_number is None}
        assert waiting >= {"draft"}  # letters on their way up
        # A stand-in acted as such, on days of an appointment, and Ramadan was worked through.
        posts = [a for held in people_store.assignments(session).values() for a in held]
        appointed = [post for post in posts if post.capacity == Capacity.PLH]
        assert len(appointed) >= 5 and all(post.letter_number and post.valid_to for post in appointed)
        acting = [e for e in session.exec(select(EventRow)) if e.capacity.startswith("Plh. ")]
        assert acting
        for e in acting:
            day = office_clock.local(e.at).date()
            assert any(p.valid_from <= day <= p.valid_to and p.title == e.capacity[5:] for p in appointed), e
        first, last = datetime(2026, 2, 19, tzinfo=UTC), datetime(2026, 3, 17, tzinfo=UTC)
        fasting = [e for e in session.exec(select(EventRow)) if first < e.at < last]
        assert len(fasting) > 50
        assert any(office_clock.local(at).weekday() >= 5 for _t, _a, at in off_hours(session))
        assert {(t, a) for t, a, _at in off_hours(session)} == {("start", demo_past_script.PORTAL)}
        assert people.anybody(session)
    # Who logs in reads what is new since the rounds of half a day ago, not the warnings of months.
    with moment.at(NOW), database.writing() as session:
        sweeping.sweep(session)
        news = {name: len(notices.for_person(session, person_of(session, name))) for name in ("kabid", "statistisi")}
    assert 0 < news["kabid"] < 25 and news["statistisi"] < 25, news
