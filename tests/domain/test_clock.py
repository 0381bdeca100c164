"""R7: the working clock against worked cases, a minute-by-minute walk, and what must hold for any input."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain import office
from tests.domain.office import wib
from workbench.domain.calendar import (
    DayException,
    Holiday,
    HolidayKind,
    Interval,
    Regime,
    from_document,
    to_document,
)
from workbench.domain.clock import Clock
from workbench.domain.errors import BadDefinition, OutsideCalendar
from workbench.domain.sla import Pause, due, warn_at
from workbench.domain.sop import Standard, Unit
from workbench.storage.calendar_seed import seed_calendar

MINUTES, DAYS, MONTHS = Unit.WORKING_MINUTES, Unit.WORKING_DAYS, Unit.MONTHS

# start, amount, unit, due — local time; hours of Perpres 21/2023, holidays of the SKB.
GOLDEN = {
    "G01 plain": ("2026-07-06T08:00", 30, MINUTES, "2026-07-06T08:30"),
    "G02 before and after lunch": ("2026-07-06T11:45", 30, MINUTES, "2026-07-06T13:15"),
    "G03 Friday break": ("2026-07-10T11:20", 30, MINUTES, "2026-07-10T13:20"),
    "G04 Friday closes 16:30": ("2026-07-10T16:20", 30, MINUTES, "2026-07-13T07:50"),
    "G05 right-closed": ("2026-07-09T15:00", 60, MINUTES, "2026-07-09T16:00"),
    "G06 filed on Saturday": ("2026-07-11T10:00", 60, MINUTES, "2026-07-13T08:30"),
    "G07 before opening": ("2026-07-08T07:00", 120, MINUTES, "2026-07-08T09:30"),
    "G08 whole Banyuwangi Diseminasi": ("2026-07-06T07:30", 455, MINUTES, "2026-07-07T07:35"),
    "G09 Ramadan lunch": ("2026-03-03T11:50", 30, MINUTES, "2026-03-03T12:50"),
    "G10 Ramadan Friday": ("2026-03-06T11:00", 60, MINUTES, "2026-03-06T13:00"),
    "G11 into Ramadan": ("2026-02-18T15:30", 60, MINUTES, "2026-02-19T08:30"),
    "G12 over Nyepi and Idul Fitri": ("2026-03-17T14:30", 60, MINUTES, "2026-03-25T08:00"),
    "G13 Natal, cuti bersama, weekend": ("2025-12-24T15:30", 60, MINUTES, "2025-12-29T08:00"),
    "G14 Tarakan step 4": ("2026-03-16T10:00", 3, DAYS, "2026-03-26T16:00"),
    "G15 Surakarta 14 days": ("2026-05-12T09:00", 14, DAYS, "2026-06-08T16:00"),
    "G16 UU KIP": ("2026-03-10T09:00", 10, DAYS, "2026-03-31T16:00"),
    "G17 Monday is day 1": ("2026-07-11T10:00", 1, DAYS, "2026-07-13T16:00"),
    "G18 after SKB 933/2025": ("2025-08-15T10:00", 1, DAYS, "2025-08-19T16:00"),
    "G19 end of February": ("2026-01-30T09:00", 1, MONTHS, "2026-03-02T15:00"),
    "G20 over Natal": ("2026-11-24T09:00", 1, MONTHS, "2026-12-28T16:00"),
}


@pytest.mark.parametrize(("start", "amount", "unit", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_golden(start, amount, unit, expected):
    assert due(office.clock(), wib(start), Standard(amount, unit)) == wib(expected)


def test_golden_vectorised():
    clock = office.clock()
    for unit, add in ((MINUTES, clock.add_many), (DAYS, clock.add_days_many), (MONTHS, clock.add_months_many)):
        rows = [row for row in GOLDEN.values() if row[2] is unit]
        starts = clock.to_local_many(wib(row[0]) for row in rows)
        found = add(starts, np.array([row[1] for row in rows]))
        assert [clock.from_local(int(x)) for x in found] == [wib(row[3]) for row in rows]


def test_g14_in_wita():
    clock = office.clock("Asia/Makassar")
    start = datetime(2026, 3, 16, 10, tzinfo=clock.zone)
    assert clock.add_days(start, 3) == datetime(2026, 3, 26, 16, tzinfo=clock.zone)


def test_g18b_the_calendar_version_matters():
    """Before 7 August 2025 nobody knew of the 18th off."""
    known = seed_calendar("WIB")
    before = replace(known, holidays=tuple(h for h in known.holidays if h.day != date(2025, 8, 18)))
    assert before.sha != known.sha
    assert Clock(before).add_days(wib("2025-08-15T10:00"), 1) == wib("2025-08-18T16:00")


def test_g21_half_day():
    half = DayException(date(2026, 7, 10), (Interval(450, 690),), "listrik padam")
    clock = Clock(replace(seed_calendar("WIB"), exceptions=(half,)))
    assert clock.add(wib("2026-07-10T11:00"), 60) == wib("2026-07-13T08:00")


def test_g22_hold_counts_working_time():
    pause = Pause(wib("2026-07-10T16:00"), wib("2026-07-13T08:00"))
    clock, start = office.clock(), wib("2026-07-10T09:00")
    assert clock.between(start, pause.start) == 330 * 60
    assert clock.between(pause.start, wib("2026-07-13T08:00")) == 60 * 60
    assert due(clock, start, Standard(480, MINUTES), [pause]) == wib("2026-07-13T10:30")


@pytest.mark.parametrize(
    ("zone", "utc"),
    [("Asia/Jakarta", "01:00"), ("Asia/Makassar", "00:30"), ("Asia/Jayapura", "00:30")],
)
def test_g23_zones(zone, utc):
    found = office.clock(zone).add(datetime(2026, 7, 6, 0, 0, tzinfo=UTC), 30)
    assert found == datetime.fromisoformat(f"2026-07-06T{utc}").replace(tzinfo=UTC)


def test_g24_warning_inside_hours():
    clock = office.clock()
    assert clock.back_seconds(wib("2026-07-13T07:50"), 30 * 60) == wib("2026-07-10T16:20")
    assert warn_at(clock, wib("2026-07-10T16:20"), Standard(40, MINUTES)) == wib("2026-07-13T07:50")


@pytest.mark.parametrize(("year", "days", "ramadan"), [(2024, 238, 17), (2025, 237, 19), (2026, 240, 19)])
def test_years_add_up(year, days, ramadan):
    """A normal working day has 450 minutes, one in Ramadan 390."""
    clock = office.clock()
    start = datetime(year, 1, 1, tzinfo=office.JAKARTA)
    end = datetime(year + 1, 1, 1, tzinfo=office.JAKARTA)
    assert clock.closings_between(start, end) == days
    assert clock.between(start, end) == (days * 450 - ramadan * 60) * 60


def test_like_walking_minute_by_minute():
    rng = random.Random(3)
    clock = office.clock()
    for _ in range(3000):
        start = office.moment(rng.randrange(3 * 365 * 1440))
        n = rng.randrange(1, 900)
        end = clock.add(start, n)
        assert end == office.walk(start, n), start
        days, months = rng.randrange(1, 20), rng.randrange(1, 4)
        assert clock.add_days(start, days) == office.walk_days(start, days), start
        assert clock.add_months(start, months) == office.walk_months(start, months), start
        a, b = office.index(start), office.index(end)
        assert clock.between(start, end) == office.minutes()[a:b].count(1) * 60 == n * 60


moments = st.integers(0, 3 * 365 * 86_400).map(
    lambda s: datetime(2024, 1, 1, tzinfo=office.JAKARTA) + timedelta(seconds=s)
)
amounts = st.integers(0, 5_000)
units = st.sampled_from(list(Unit))


@given(moments, moments, st.integers(1, 9), units)
def test_later_start_is_never_due_earlier(one, other, amount, unit):
    low, high = sorted((one, other))
    assert due(office.clock(), low, Standard(amount, unit)) <= due(office.clock(), high, Standard(amount, unit))


@given(moments, amounts, amounts)
def test_adding_in_two_goes(start, a, b):
    clock = office.clock()
    assert clock.add(clock.add(start, a), b) == clock.add(start, a + b)


@given(moments, st.integers(1, 500_000))
def test_between_undoes_add(start, seconds):
    clock = office.clock()
    end = clock.add_seconds(start, seconds)
    assert clock.between(start, end) == seconds
    assert clock.is_open(end - timedelta(seconds=1))
    back = clock.back_seconds(end, seconds) if clock.work(end) > seconds else None
    assert back is None or (back <= clock.next_open(start) and clock.between(back, end) == seconds)


@given(moments, st.integers(1, 30))
def test_days_like_numpy(start, n):
    """A second opinion from another library: numpy's busday calendar, days only."""
    calendar = office.clock().calendar
    off = np.array([h.day for h in calendar.holidays], dtype="datetime64[D]")
    busdays = np.busdaycalendar(holidays=off)
    # A start on a day off rolls back, so that the next working day is day 1.
    wanted = np.busday_offset(start.date(), n, roll="backward", busdaycal=busdays)
    assert office.clock().add_days(start, n).date() == wanted.astype(object)


@given(moments, st.integers(1, 12), units)
def test_latest_start_undoes_due(start, amount, unit):
    """Going back from a due time leads to a moment that is due by then, and a later closing would not be."""
    clock = office.clock()
    deadline = due(clock, start, Standard(amount, unit))
    if unit is MINUTES:
        return
    try:
        back = clock.back_days(deadline, amount) if unit is DAYS else clock.back_months(deadline, amount)
    except OutsideCalendar:
        assert start.year == 2024
        return
    assert due(clock, back, Standard(amount, unit)) <= deadline
    following = clock.add_days(back, 1)
    assert due(clock, following, Standard(amount, unit)) > deadline


@pytest.mark.parametrize("make", [
    lambda clock: clock.add(wib("2027-12-30T08:00"), 5_000),
    lambda clock: clock.add_days(wib("2027-12-30T08:00"), 9),
    lambda clock: clock.add_months(wib("2027-12-30T08:00"), 1),
    lambda clock: clock.add(wib("2028-03-01T08:00"), 1),
])  # fmt: skip
def test_beyond_the_calendar_names_the_year(make):
    with pytest.raises(OutsideCalendar, match="2028"):
        make(office.clock())


def test_before_the_calendar_names_the_year():
    with pytest.raises(OutsideCalendar, match="2023"):
        office.clock().add(wib("2023-12-01T08:00"), 1)
    with pytest.raises(OutsideCalendar, match="2023"):
        office.clock().back_seconds(wib("2024-01-03T08:00"), 500 * 60)


def test_naive_times_and_negative_amounts_are_mistakes():
    clock = office.clock()
    with pytest.raises(ValueError, match="naive"):
        clock.add(datetime(2026, 7, 6, 8), 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="negative"):
        clock.add(wib("2026-07-06T08:00"), -1)
    with pytest.raises(ValueError, match="one or more"):
        clock.add_days(wib("2026-07-06T08:00"), 0)


def test_midnight_closing_leaves_no_hole():
    """An office open around the clock loses no minute at midnight (24:00 is a closing time)."""
    always = {day: (Interval(0, 1440),) for day in range(7)}
    clock = Clock(replace(seed_calendar("WIB"), hours={"normal": always}, regimes=(), holidays=()))
    assert clock.add(wib("2026-07-06T23:30"), 60) == wib("2026-07-07T00:30")
    assert clock.add(wib("2026-07-06T23:30"), 30) == wib("2026-07-07T00:00")


def test_a_hundred_thousand_due_times_at_once():
    clock = office.clock()
    rng = np.random.default_rng(5)
    first = clock.to_local(wib("2024-01-02T08:00"))
    starts = first + rng.integers(0, 3 * 365 * 86_400, 100_000)
    found = clock.add_many(starts, rng.integers(1, 600, 100_000))
    assert (found > starts).all()


# ---------------------------------------------------------------- the calendar itself


def test_calendar_document_round_trip():
    calendar = replace(
        seed_calendar("WITA"), exceptions=(DayException(date(2026, 7, 10), (), "banjir"),), legal_basis="SKB 1497/2025"
    )
    again = from_document(to_document(calendar))
    assert again == calendar
    assert again.sha == calendar.sha


def test_seed_keeps_estimates():
    calendar = seed_calendar("WIB")
    marked = {holiday.day for holiday in calendar.holidays if holiday.estimated}
    assert marked == {date(2027, 3, 10), date(2027, 3, 11), date(2027, 5, 17)}
    assert not any("perkiraan" in holiday.name for holiday in calendar.holidays)
    assert [regime.estimated for regime in calendar.regimes] == [False, False, False, True]
    assert len([h for h in calendar.holidays if h.day.year < 2027]) == 82
    assert calendar.is_estimated(date(2027, 2, 1), date(2027, 2, 10))
    assert not calendar.is_estimated(date(2026, 2, 1), date(2026, 6, 1))
    # Idul Adha 2027 is guessed for 17 May: it may turn out to be the 16th.
    assert calendar.is_estimated(date(2027, 5, 12), date(2027, 5, 16))
    assert not calendar.is_estimated(date(2027, 5, 10), date(2027, 5, 15))


def test_precedence_exception_over_holiday_over_regime():
    calendar = seed_calendar("WIB")
    day = date(2026, 3, 18)  # cuti bersama inside Ramadan
    assert calendar.hours_on(day) == ()
    assert calendar.hours_on(date(2026, 3, 17))[0] == Interval(480, 720)
    piket = replace(calendar, exceptions=(DayException(day, (Interval(540, 600),), "piket"),))
    assert piket.hours_on(day) == (Interval(540, 600),)


@pytest.mark.parametrize("change", [
    {"zone": "Asia/Solo"},
    {"first": date(2030, 1, 1)},
    {"default": "musim hujan"},
    {"exceptions": (DayException(date(2026, 7, 10), (Interval(600, 500),), "?"),)},
    {"exceptions": (DayException(date(2026, 7, 10), (Interval(400, 500), Interval(450, 600)), "?"),)},
    {"exceptions": (DayException(date(2026, 7, 10), (), "a"), DayException(date(2026, 7, 10), (), "b"))},
    {"regimes": (Regime("ramadan", "a", date(2026, 1, 1), date(2026, 2, 1)),
                 Regime("ramadan", "b", date(2026, 2, 1), date(2026, 3, 1)))},
    {"regimes": (Regime("ramadan", "a", date(2026, 2, 1), date(2026, 1, 1)),)},
])  # fmt: skip
def test_contradictory_calendars_are_refused(change):
    with pytest.raises(BadDefinition):
        replace(seed_calendar("WIB"), **change)


def test_unreadable_calendar_document_is_refused():
    document = to_document(seed_calendar("WIB"))
    for broken in (
        {**document, "first": "kemarin"},
        {**document, "hours": {"normal": {"mon": [["25:00", "26:00"]]}}},
        {},
    ):
        with pytest.raises(BadDefinition):
            from_document(broken)


def test_holiday_announced_late_moves_only_what_lies_behind_it():
    calendar = seed_calendar("WIB")
    late = Holiday(date(2026, 7, 8), "Pilkada susulan", HolidayKind.LOCAL)
    amended = Clock(replace(calendar, holidays=tuple(sorted((*calendar.holidays, late), key=lambda h: h.day))))
    assert amended.add_days(wib("2026-07-06T09:00"), 1) == office.clock().add_days(wib("2026-07-06T09:00"), 1)
    assert amended.add_days(wib("2026-07-07T09:00"), 1) == wib("2026-07-09T16:00")
