"""A calendar that changes moves what is open and leaves what was judged."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from tests.conftest import Office
from workbench import moment
from workbench.domain.calendar import Holiday, HolidayKind, Interval
from workbench.domain.engine import Event, EventType
from workbench.domain.errors import NotAllowed, Refused
from workbench.domain.sop import Unit
from workbench.services import audit, calendar, casework, track
from workbench.storage import casebook, database
from workbench.storage.calendar_seed import seed_calendar
from workbench.storage.tables import CalendarVersionRow, CaseRow, EventRow, VisitRow

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


def test_the_preview_tells_what_will_move_and_writes_nothing(sqlite_office: Office) -> None:
    with moment.at(FRIDAY), database.writing() as session:
        case_id = track.start(session, sop_id="trk-layanan-data", subject="A", by=sqlite_office["clerk"], idem="a")
        track.start(session, sop_id="bwi-permintaan", subject="B", by=sqlite_office["clerk"], idem="b")
        number = track.case(session, case_id=case_id).number
    with moment.at(FRIDAY), database.session() as session:
        before = calendar.current(session)
        changed = calendar.with_holiday(before, Holiday(date(2026, 7, 13), "Hari jadi", HolidayKind.LOCAL, True))
        told = calendar.preview(session, changed)
        (mine,) = (row for row in told if row.number == number)
        assert mine.step == "1. Mengajukan surat permohonan data statistik kepada Kepala Dinas"
        assert mine.step_before is not None and mine.step_after is not None
        assert (mine.step_before.date(), mine.step_after.date()) == (date(2026, 7, 13), date(2026, 7, 14))
        assert mine.law_before is not None and mine.law_after is not None and mine.law_before < mine.law_after
        assert calendar.preview(session, before) == []
        assert calendar.current(session).sha == before.sha
    with moment.at(FRIDAY), database.writing() as session:
        change = calendar.add_holiday(
            session, day=date(2026, 7, 13), name="Hari jadi", by=sqlite_office["kadis"], legal_basis=SE, estimated=True
        )
        assert change.moved == len(told), "what is previewed is what moves"
        after = track.case(session, case_id=case_id)
        assert after.step_clock.due_at == mine.step_after
        assert calendar.current(session).off[date(2026, 7, 13)].estimated
        assert calendar.without_holiday(calendar.current(session), date(2026, 7, 13)).holidays == before.holidays


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
        calendar.remove_exception(session, day=day, by=sqlite_office["kadis"], legal_basis="SE 101/2026")
        assert calendar.current(session).hours_on(day) == calendar.current(session).usual_hours(day)
        with pytest.raises(Refused, match="tidak punya jam sendiri"):
            calendar.remove_exception(session, day=day, by=sqlite_office["kadis"], legal_basis="SE 102/2026")


def test_a_shorter_or_longer_day_keeps_its_breaks() -> None:
    """Friday 10 July 2026: 07.30–11.30 and 13.00–16.30 by the seed."""
    office, friday = seed_calendar("Asia/Jakarta"), date(2026, 7, 10)
    first, second = office.usual_hours(friday)
    day = office.hours_between
    assert day(friday, first.start, second.end) == (first, second)
    assert day(friday, 420, 1080) == (Interval(420, first.end), Interval(second.start, 1080)), "longer on both sides"
    assert day(friday, first.start, 660) == (Interval(first.start, 660),), "it closes before the break"
    assert day(friday, first.start, first.end + 5) == (first,), "it closes within the break"
    assert day(friday, 800, 900) == (Interval(800, 900),) and day(friday, 900, 800) == ()
    assert day(date(2026, 7, 11), 480, 720) == (Interval(480, 720),), "a Saturday has no breaks"


def test_a_reader_sees_the_seed_before_anything_is_written(db: str) -> None:
    with database.session() as session:
        sha = calendar.current(session).sha
        assert session.exec(select(CalendarVersionRow)).all() == []
    with database.writing() as session:
        assert calendar.current(session).sha == sha
    with database.session() as session:
        assert [row.sha for row in session.exec(select(CalendarVersionRow))] == [sha]


def test_only_open_deadlines_behind_the_holiday_move(sqlite_office: Office) -> None:
    """R8 over a whole office: 70 cases of all seven SOPs, wherever chance left them; a holiday nobody knew of.

    What was judged stays byte for byte; an open due time before the holiday stays, one behind it moves, and the case
    says the same as its stay.
    """
    chance, at = random.Random(8), datetime(2026, 7, 6, 1, 0, tzinfo=UTC)
    with moment.at(at), database.writing() as session:
        sops = casework.current_sops(session)
        cases = [
            casework.open_case(
                session, sop_id=sop.id, subject=f"S{n}", by="system", idem=f"{sop.id}{n}",
                opd_codes=("1.01.01",) if sop.fan_out else (),
            )
            for sop in sops
            for n in range(10)
        ]  # fmt: skip
    with moment.at(at), database.writing() as session:
        for n, case_id in enumerate(cases):
            now = at
            for turn in range(chance.randrange(5)):
                row = casebook.case_row(session, case_id)
                if row.status != "open":
                    break
                now += timedelta(minutes=chance.randrange(1, 900))
                ways = casework.sop_of(session, row.sop_sha).step(row.step).outcomes
                skip = Event(EventType.SKIP, now, "kabid", outcome=ways[0].key, note="uji")
                casework.append(session, case_id=case_id, seen_seq=None, event=skip, idem=f"s{n}.{turn}")
    judged = text("SELECT * FROM visit WHERE done_at IS NOT NULL ORDER BY id")
    holiday = date(2026, 7, 8)
    midnight = datetime(2026, 7, 7, 17, tzinfo=UTC)  # in Jakarta; what comes on the day itself is counted from it
    opening = datetime(2026, 7, 8, 0, 30, tzinfo=UTC)  # 07.30
    with database.session() as session:
        kept = session.execute(judged).all()
        before = {row.id: row.due_at for row in session.exec(select(VisitRow)) if row.done_at is None}
    with moment.at(at + timedelta(days=1)), database.writing() as session:
        calendar.add_holiday(session, day=holiday, name="Pilkada", by=sqlite_office["kadis"], legal_basis=SE)
    moved = stayed = 0
    with database.session() as session:
        assert session.execute(judged).all() == kept and len(kept) > 50
        for row in session.exec(select(VisitRow).where(VisitRow.done_at == None)):  # noqa: E711
            was, now = before[row.id], row.due_at
            step = casework.sop_of(session, session.get_one(CaseRow, row.case_id).sop_sha).step(row.step)
            assert (was is None) == (now is None)
            if was is None or now is None or row.available_at >= midnight:
                continue
            months = step.standard is not None and step.standard.unit is Unit.MONTHS
            if was <= opening:
                assert now == was
                stayed += 1
            elif not months:
                assert now > was and now.date() != holiday
                moved += 1
            assert session.get_one(CaseRow, row.case_id).due_at == now
        assert audit.verify(session).problems == ()
    assert moved > 5 and stayed > 5, (moved, stayed)
