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
    dispatched,
    due,
    explain,
    flag,
    flag_of,
    last_ready,
    legal_due,
    remaining,
    step_due,
    verdict,
    warn_at,
)
from workbench.domain.sla_words import flag_word, sentences
from workbench.domain.sop import Standard, Unit, Weekday
from workbench.settings import CHECKOUT
from workbench.storage.calendar_seed import seed_calendar
from workbench.storage.sop_document import from_document, to_document
from workbench.storage.sop_files import BadSop, load_sop

HALF_HOUR = Standard(30, Unit.WORKING_MINUTES)
ONE_DAY = Standard(1, Unit.WORKING_DAYS)
ONE_MONTH = Standard(1, Unit.MONTHS)

ON_TUESDAYS = Standard(1, Unit.WORKING_DAYS, Weekday.TUESDAY)

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


@pytest.mark.parametrize(
    ("start", "leaves"),
    [
        ("2026-07-06T09:00", "2026-07-07T16:00"),  # ready on Tuesday itself
        ("2026-07-07T09:00", "2026-07-14T16:00"),  # ready on Wednesday: six days for the next Tuesday
        ("2026-07-09T15:00", "2026-07-14T16:00"),
        ("2026-07-11T10:00", "2026-07-14T16:00"),  # filed on Saturday: Monday is day 1
        ("2026-02-12T09:00", "2026-02-18T16:00"),  # 16 February cuti bersama, Tuesday 17 Imlek: Wednesday instead
        ("2026-02-23T09:00", "2026-02-24T15:00"),  # Ramadan closes at 15.00
    ],
)
def test_what_leaves_only_on_tuesdays_is_due_on_the_next_tuesday(start: str, leaves: str):
    assert due(office.clock(), wib(start), ON_TUESDAYS) == wib(leaves)


def test_a_hold_moves_what_is_sent_by_a_whole_week_once_it_misses_the_day():
    clock, start = office.clock(), wib("2026-07-06T09:00")
    assert due(clock, start, ON_TUESDAYS, [Pause(wib("2026-07-06T10:00"), wib("2026-07-07T09:00"))]) == wib(
        "2026-07-14T16:00"
    )


@given(start=moments, amount=st.integers(1, 8), unit=st.sampled_from(list(Unit)), day=st.sampled_from(list(Weekday)))
def test_a_day_of_dispatch_only_ever_makes_later_and_last_ready_is_its_mirror(start, amount, unit, day):
    clock = office.clock()
    ready = due(clock, start, Standard(amount, unit))
    leaves = due(clock, start, Standard(amount, unit, day))
    assert ready <= leaves == dispatched(clock, ready, day)
    assert clock.closings_between(ready, leaves) <= 12
    assert last_ready(clock, leaves, day) >= ready or ready.date() == leaves.date()
    assert dispatched(clock, last_ready(clock, leaves, day), day) <= leaves


def test_the_day_of_dispatch_is_explained_with_the_holiday_in_its_way():
    with i18n.speaking("id"):
        said = sentences(explain(office.clock(), wib("2026-02-12T09:00"), ON_TUESDAYS))
    assert said[0] == "Mulai Kamis, 12 Februari 2026 pukul 09.00"
    assert "Waktu bakunya sendiri habis Jumat, 13 Februari 2026 pukul 16.30" in said
    assert "Dikirim hanya tiap Selasa; hari kirim berikutnya Selasa, 17 Februari 2026" in said
    assert any("Imlek" in line and "17 Februari" in line for line in said)
    assert said[-1] == "Jatuh tempo Rabu, 18 Februari 2026 pukul 16.00"


def test_a_sop_file_turns_the_day_of_dispatch_on_and_it_is_off_as_shipped():
    path = CHECKOUT / "data" / "sop" / "ska-permohonan-bps.yaml"
    shipped = load_sop(path)
    assert shipped.step("5").standard == ONE_DAY
    text = path.read_text(encoding="utf-8").replace(
        "    standard: {amount: 1, unit: working_days}\n    output: Dokumen Master Data",
        "    standard: {amount: 1, unit: working_days, dispatch: tuesday}\n    output: Dokumen Master Data",
    )
    weekly = load_sop(text)
    assert weekly.step("5").standard == ON_TUESDAYS and weekly.sha != shipped.sha
    assert from_document(to_document(weekly)) == weekly
    assert step_due(office.clock(), weekly, "5", wib("2026-07-09T09:00")) == wib("2026-07-14T16:00")
    with pytest.raises(BadSop, match=r"naskah:\d+: \[schema\] dispatch: someday"):
        load_sop(text.replace("dispatch: tuesday", "dispatch: someday"))
