"""A calendar that changes moves what is open and leaves what was judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from tests.conftest import Office
from workbench import moment
from workbench.domain.calendar import Interval
from workbench.domain.errors import NotAllowed, Refused
from workbench.services import audit, calendar, track
from workbench.storage import database
from workbench.storage.tables import CalendarVersionRow, EventRow, VisitRow

FRIDAY = datetime(2026, 7, 10, 3, 0, tzinfo=UTC)
SE = "SE Wali Kota 100/2026"


def test_a_holiday_moves_what_is_open(office: Office) -> None:
    """R8, the shape of 18 August 2025: a working day becomes a day off while cases run."""
    with moment.at(FRIDAY), database.writing() as session:
        case_id = track.start(session, sop_id="trk-layanan-data", subject="A", by=office["clerk"], idem="a")
        track.decide(
            session, case_id=case_id, seen_seq=1, outcome="diagendakan_didisposisi", by=office["kadis"], idem="b"
        )
        before = track.case(session, case_id=case_id)
        judged = [row.model_dump() for row in session.exec(select(VisitRow).where(VisitRow.done_at != None))]  # noqa: E711
        first = calendar.current(session).sha
        assert before.step_clock.due_at is not None
        assert before.step_clock.due_at.date() == date(2026, 7, 13)
    with moment.at(FRIDAY), database.writing() as session:
        change = calendar.add_holiday(
            session, day=date(2026, 7, 13), name="Hari jadi kota", by=office["kadis"], legal_basis=SE
        )
        assert change.moved == 1
        after = track.case(session, case_id=case_id)
        assert after.step_clock.due_at is not None
        assert after.step_clock.due_at.date() == date(2026, 7, 14)
        (item,) = track.inbox(session, person=office["kabid"])
        assert item.due_at == after.step_clock.due_at
        again = [row.model_dump() for row in session.exec(select(VisitRow).where(VisitRow.done_at != None))]  # noqa: E711
        assert again == judged
        assert {row["calendar_sha"] for row in again} == {first}
        assert [v.version for v in calendar.versions(session)] == [2, 1]
        assert audit.verify(session).problems == ()
    with moment.at(FRIDAY), database.writing() as session:
        track.decide(session, case_id=case_id, seen_seq=2, outcome="disposisi", by=office["kabid"], idem="c")
        last = session.exec(select(EventRow).order_by(EventRow.id.desc())).first()  # type: ignore[union-attr]
        assert last is not None
        assert last.calendar_sha == change.sha


def test_what_no_calendar_reached_is_judged_when_one_does(sqlite_office: Office) -> None:
    late = datetime(2027, 12, 31, 2, 0, tzinfo=UTC)
    with moment.at(late), database.writing() as session:
        case_id = track.start(session, sop_id="trk-layanan-data", subject="A", by=sqlite_office["clerk"], idem="a")
        track.decide(
            session, case_id=case_id, seen_seq=1, outcome="diagendakan_didisposisi", by=sqlite_office["kadis"], idem="b"
        )
        row = session.exec(select(VisitRow).where(VisitRow.step == "1")).one()
        assert (row.verdict, row.due_at, row.calendar_sha) == ("", None, "")
        longer = replace(calendar.current(session), last=date(2028, 12, 31), legal_basis="SKB 2028")
        assert calendar.install(session, longer, by="system").moved == 1
        assert track.case(session, case_id=case_id).step_clock.due_at is not None
        row = session.exec(select(VisitRow).where(VisitRow.step == "1")).one()
        assert (row.verdict, row.calendar_sha) == ("on_time", longer.sha)


def test_the_calendar_is_the_superiors(sqlite_office: Office) -> None:
    day = date(2026, 7, 13)
    with database.writing() as session:
        with pytest.raises(NotAllowed):
            calendar.add_holiday(session, day=day, name="X", by=sqlite_office["staff"], legal_basis=SE)
        with pytest.raises(Refused, match="dasarnya"):
            calendar.add_holiday(session, day=day, name="X", by=sqlite_office["kadis"], legal_basis=" ")
        with pytest.raises(Refused, match="bukan hari libur"):
            calendar.remove_holiday(session, day=day, by=sqlite_office["kadis"], legal_basis=SE)
        calendar.add_exception(
            session, day=day, intervals=(Interval(450, 690),), reason="Jalan sehat", by=sqlite_office["kadis"],
            legal_basis=SE,
        )  # fmt: skip
        assert calendar.current(session).hours_on(day) == (Interval(450, 690),)


def test_a_reader_sees_the_seed_before_anything_is_written(db: str) -> None:
    with database.session() as session:
        sha = calendar.current(session).sha
        assert session.exec(select(CalendarVersionRow)).all() == []
    with database.writing() as session:
        assert calendar.current(session).sha == sha
    with database.session() as session:
        assert [row.sha for row in session.exec(select(CalendarVersionRow))] == [sha]
