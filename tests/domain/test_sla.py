"""Due times, holds, warnings, flags and the reasons given for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain import office
from tests.domain.office import wib
from workbench import i18n
from workbench.domain.calendar import DayException, Interval
from workbench.domain.clock import Clock
from workbench.domain.sla import (
    NOT_WORKED,
    Flag,
    Pause,
    Why,
    due,
    explain,
    flag,
    flag_of,
    legal_due,
    remaining,
    step_due,
    verdict,
    warn_at,
)
from workbench.domain.sla_words import flag_word, sentences
from workbench.domain.sop import Standard, Unit
from workbench.settings import CHECKOUT
from workbench.storage.calendar_seed import seed_calendar
from workbench.storage.sop_files import load_sop

HALF_HOUR = Standard(30, Unit.WORKING_MINUTES)
ONE_DAY = Standard(1, Unit.WORKING_DAYS)
ONE_MONTH = Standard(1, Unit.MONTHS)

moments = st.integers(0, 2 * 365 * 1440).map(
    lambda m: datetime(2024, 1, 1, tzinfo=office.JAKARTA) + timedelta(minutes=m)
)
standards = st.builds(Standard, st.integers(1, 12), st.sampled_from(list(Unit)))
spans = st.lists(st.tuples(st.integers(-500, 20_000), st.integers(1, 10_000)), max_size=4)


def holds(start: datetime, found: list[tuple[int, int]]) -> list[Pause]:
    return [Pause(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in found]


def test_days_held_over_a_closing_are_given_back():
    clock, start = office.clock(), wib("2026-07-06T09:00")
    assert due(clock, start, ONE_DAY) == wib("2026-07-07T16:00")
    inside_a_day = Pause(wib("2026-07-06T10:00"), wib("2026-07-06T15:00"))
    assert due(clock, start, ONE_DAY, [inside_a_day]) == wib("2026-07-07T16:00")
    over_night = Pause(wib("2026-07-06T10:00"), wib("2026-07-07T08:00"))
    assert due(clock, start, ONE_DAY, [over_night]) == wib("2026-07-08T16:00")
    over_weekend = Pause(wib("2026-07-10T10:00"), wib("2026-07-13T08:00"))
    assert due(clock, wib("2026-07-09T09:00"), ONE_DAY, [over_weekend]) == wib("2026-07-13T16:00")


def test_a_hold_after_the_due_time_saves_nobody():
    late = Pause(wib("2026-07-07T08:00"), wib("2026-07-20T08:00"))
    assert due(office.clock(), wib("2026-07-06T08:00"), HALF_HOUR, [late]) == wib("2026-07-06T08:30")


def test_overlapping_holds_count_once_and_an_open_one_not_yet():
    clock, start = office.clock(), wib("2026-07-06T08:00")
    one, other = (
        Pause(wib("2026-07-06T08:10"), wib("2026-07-06T09:00")),
        Pause(wib("2026-07-06T08:30"), wib("2026-07-06T09:10")),
    )
    assert due(clock, start, HALF_HOUR, [other, one]) == wib("2026-07-06T09:30")
    assert due(clock, start, HALF_HOUR, [Pause(wib("2026-07-06T08:10"))]) == wib("2026-07-06T08:30")


def test_the_flag_stands_still_while_held():
    clock, start = office.clock(), wib("2026-07-06T08:00")
    held = [Pause(wib("2026-07-06T08:10"))]
    assert flag(clock, start, HALF_HOUR, wib("2026-07-09T10:00"), held) is Flag.ON_TIME
    assert flag(clock, start, HALF_HOUR, wib("2026-07-09T10:00")) is Flag.BREACHED


def test_flags_at_their_edges():
    clock, start = office.clock(), wib("2026-07-06T08:00")
    hour = Standard(60, Unit.WORKING_MINUTES)
    assert warn_at(clock, start, hour) == wib("2026-07-06T08:45")
    assert flag(clock, start, hour, wib("2026-07-06T08:44")) is Flag.ON_TIME
    assert flag(clock, start, hour, wib("2026-07-06T08:45")) is Flag.AT_RISK
    assert flag(clock, start, hour, wib("2026-07-06T09:00")) is Flag.AT_RISK
    assert flag(clock, start, hour, wib("2026-07-06T09:00") + timedelta(seconds=1)) is Flag.BREACHED
    assert verdict(clock, start, hour, wib("2026-07-06T09:00")) is Flag.ON_TIME
    assert verdict(clock, start, hour, wib("2026-07-06T09:01")) is Flag.BREACHED
    assert [flag_word(f) for f in Flag] == ["tepat waktu", "mendekati batas", "lewat batas"]


@given(moments, standards, spans)
def test_holding_never_hastens_and_warnings_lie_before_due(start, standard, found):
    clock, pauses = office.clock(), holds(start, found)
    end = due(clock, start, standard, pauses)
    assert end >= due(clock, start, standard)
    warn = warn_at(clock, start, standard, pauses)
    assert start <= warn <= end
    assert clock.is_open(warn - timedelta(seconds=1))
    assert flag_of(end, warn, end) is Flag.AT_RISK


@given(moments, st.integers(1, 900), spans)
def test_minutes_worked_outside_holds_are_the_standard(start, minutes, found):
    """An independent count: open minutes between start and due that lie in no hold are exactly the standard."""
    pauses = holds(start, found)
    end = due(office.clock(), start, Standard(minutes, Unit.WORKING_MINUTES), pauses)
    held = {m for p in pauses for m in range(office.index(p.start), office.index(p.end or p.start))}
    span = range(office.index(start), office.index(end))
    assert sum(office.minutes()[m] for m in span if m not in held) == minutes


def test_remaining_counts_down_to_closing_and_then_below_zero():
    clock = office.clock()
    left = remaining(clock, wib("2026-07-06T15:00"), wib("2026-07-07T16:00"))
    assert (left.seconds, left.days) == ((60 + 450) * 60, 2)
    late = remaining(clock, wib("2026-07-08T08:00"), wib("2026-07-07T16:00"))
    assert (late.seconds, late.days) == (-30 * 60, 0)
    assert remaining(clock, wib("2026-07-08T16:00"), wib("2026-07-07T16:00")).days == -1


def test_the_law_has_its_own_clock():
    clock = office.clock()
    assert legal_due(clock, wib("2026-03-10T09:00")) == wib("2026-03-31T16:00")
    assert legal_due(clock, wib("2026-03-10T09:00"), 7) == wib("2026-04-10T16:30")


def test_a_phase_is_due_at_its_last_step():
    sop = load_sop(CHECKOUT / "data" / "sop" / "ska-publikasi.yaml")
    clock, since, here = office.clock(), wib("2026-07-06T09:00"), wib("2026-07-07T15:00")
    assert step_due(clock, sop, "2", here, phase_since=since) is None
    assert step_due(clock, sop, "3", here, phase_since=since) == wib("2026-07-07T16:00")
    assert step_due(clock, sop, "9", here) == wib("2026-07-08T16:00")


# ---------------------------------------------------------------- why


@given(moments, st.integers(1, 4000))
def test_explanation_leaves_no_minute_unexplained(start, minutes):
    clock = office.clock()
    found = explain(clock, start, Standard(minutes, Unit.WORKING_MINUTES))
    skipped = sum(((line.end - line.start) for line in found.lines if line.why in NOT_WORKED), timedelta())
    assert skipped + timedelta(minutes=minutes) == found.due - start
    assert [line.start for line in found.lines] == sorted(line.start for line in found.lines)
    assert found.lines[0].why is Why.START
    assert found.lines[-1].why is Why.DUE


@given(moments, st.integers(1, 15))
def test_explanation_counts_every_working_day(start, days):
    found = explain(office.clock(), start, Standard(days, Unit.WORKING_DAYS))
    counted = [line.number for line in found.lines if line.why is Why.COUNTED]
    assert counted == list(range(1, days + 1))
    off = [line for line in found.lines if line.why in NOT_WORKED]
    assert len(off) + days == (found.due.date() - start.date()).days


def whys(start: str, standard: Standard, clock: Clock | None = None) -> list[Why]:
    return [line.why for line in explain(clock or office.clock(), wib(start), standard).lines[1:-1]]


def test_reasons_are_named():
    assert whys("2026-07-06T11:45", HALF_HOUR) == [Why.BREAK]
    assert whys("2026-07-10T11:20", HALF_HOUR) == [Why.FRIDAY_BREAK]
    assert whys("2026-07-10T16:20", HALF_HOUR) == [Why.AFTER_HOURS, Why.WEEKEND, Why.WEEKEND, Why.AFTER_HOURS]
    assert whys("2026-07-06T15:50", HALF_HOUR) == [Why.AFTER_HOURS]
    assert whys("2026-03-03T11:50", HALF_HOUR) == [Why.REGIME, Why.BREAK]
    assert whys("2025-12-24T10:00", ONE_DAY) == [
        Why.PUBLIC_HOLIDAY, Why.COLLECTIVE_LEAVE, Why.WEEKEND, Why.WEEKEND, Why.COUNTED,
    ]  # fmt: skip
    assert whys("2026-01-30T09:00", ONE_MONTH) == [Why.TARGET, Why.WEEKEND, Why.WEEKEND, Why.REGIME]


def test_exceptions_and_holds_are_named():
    half = DayException(date(2026, 7, 10), (Interval(450, 690),), "listrik padam")
    shut = DayException(date(2026, 7, 13), (), "banjir")
    clock = Clock(replace(seed_calendar("WIB"), exceptions=(half, shut)))
    found = explain(clock, wib("2026-07-10T11:00"), Standard(60, Unit.WORKING_MINUTES))
    assert Why.EXCEPTION_HOURS in [line.why for line in found.lines]
    assert ("banjir", Why.CLOSED) in [(line.name, line.why) for line in found.lines]
    held = explain(
        office.clock(), wib("2026-07-06T08:00"), HALF_HOUR, [Pause(wib("2026-07-06T08:10"), wib("2026-07-06T09:00"))]
    )
    assert [line.why for line in held.lines] == [Why.START, Why.HELD, Why.DUE]


def test_words_in_both_languages():
    found = explain(office.clock(), wib("2026-07-10T11:20"), HALF_HOUR)
    assert sentences(found) == [
        "Mulai Jumat, 10 Juli 2026 pukul 11.20",
        "Istirahat salat Jumat, Jumat, 10 Juli 2026, 11.30–13.00",
        "Jatuh tempo Jumat, 10 Juli 2026 pukul 13.20",
    ]
    with i18n.speaking("en"):
        assert "10 July 2026" in sentences(found)[0] or "July 10, 2026" in sentences(found)[0]


@pytest.mark.parametrize(("start", "provisional"), [("2027-03-05T09:00", True), ("2026-03-10T09:00", False)])
def test_estimated_dates_make_a_due_time_provisional(start, provisional):
    found = explain(office.clock(), wib(start), Standard(3, Unit.WORKING_DAYS))
    assert found.provisional is provisional
    assert any("perkiraan" in text for text in sentences(found)) is provisional
