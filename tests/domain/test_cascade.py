"""Plan, drift, forecast and latest start."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from tests.domain import office
from tests.domain.office import wib
from workbench.domain.cascade import (
    Finished,
    drifts,
    expected_path,
    forecast,
    latest_start,
    plan,
    sop_due,
)
from workbench.domain.errors import OutsideCalendar
from workbench.domain.sop import END, OutcomeKind, Standard, Unit
from workbench.settings import CHECKOUT
from workbench.storage.sop_files import load_all, load_sop

FOLDER = CHECKOUT / "data" / "sop"
REQUEST = load_sop(FOLDER / "bwi-permintaan.yaml")


def test_baseline_banyuwangi_by_opd():
    """Both of Thursday afternoon and the Friday break lie in it."""
    rows = plan(office.clock(), REQUEST, wib("2026-07-09T15:30"))
    assert [row.end for row in rows] == [
        wib("2026-07-09T16:00"), wib("2026-07-10T07:40"), wib("2026-07-10T08:10"), wib("2026-07-10T10:10"),
        wib("2026-07-10T10:40"), wib("2026-07-10T11:10"), wib("2026-07-10T11:25"), wib("2026-07-10T13:10"),
        wib("2026-07-10T13:40"),
    ]  # fmt: skip
    assert [row.step for row in rows] == list("123456789")


def test_baseline_tarakan():
    clock = office.clock("Asia/Makassar")
    start = datetime(2026, 3, 10, 9, tzinfo=clock.zone)
    rows = plan(clock, load_sop(FOLDER / "trk-layanan-data.yaml"), start)
    assert [row.end.strftime("%d %b %H:%M") for row in rows] == [
        "11 Mar 15:00", "12 Mar 15:00", "13 Mar 15:30", "25 Mar 16:00", "26 Mar 16:00",
        "27 Mar 16:30", "30 Mar 16:00", "31 Mar 16:00", "01 Apr 16:00",
    ]  # fmt: skip


def actual(minutes: list[int]) -> list[Finished]:
    clock, at, found = office.clock(), wib("2026-07-09T15:30"), []
    for no, n in enumerate(minutes, start=1):
        at = clock.add(at, n)
        found.append(Finished(str(no), at))
    return found


def test_drift_adds_up_and_moves_the_forecast():
    clock, start = office.clock(), wib("2026-07-09T15:30")
    done = actual([30, 10, 20, 150])
    rows = drifts(clock, start, plan(clock, REQUEST, start), done)
    assert [row.drift // 60 for row in rows] == [0, 0, -10, 20]
    assert [row.added_here // 60 for row in rows] == [0, 0, -10, 30]
    assert [row.inherited for row in rows] == [0, 0, 0, 0]
    own_due = clock.add(done[-1].at, 30)
    ahead = forecast(clock, REQUEST, "5", now=done[-1].at, due_at=own_due)
    assert [row.step for row in ahead] == list("56789")
    assert ahead[-1].end == wib("2026-07-10T14:00")


def test_rework_adds_all_of_its_time():
    """Steps 1 to 3 on time, then 2 again for 40 minutes and 3 again for 30: each adds what it took."""
    clock, start = office.clock(), wib("2026-07-06T08:00")
    done = [Finished("1", wib("2026-07-06T08:30")), Finished("2", wib("2026-07-06T08:40"))]
    done += [Finished("3", wib("2026-07-06T09:10")), Finished("2", wib("2026-07-06T09:50"))]
    done += [Finished("3", wib("2026-07-06T10:20")), Finished("8", wib("2026-07-06T10:30"))]
    rows = drifts(clock, start, plan(clock, REQUEST, start, list("12389")), done)
    assert [row.added_here // 60 for row in rows] == [0, 0, 0, 40, 30, -5]
    assert [row.drift // 60 for row in rows] == [0, 0, 0, 40, 70, 65]
    assert [row.inherited // 60 for row in rows] == [0, 0, 0, 0, 40, 70]


def test_forecast_waits_for_the_late_and_takes_history_instead():
    clock = office.clock()
    ahead = forecast(clock, REQUEST, "8", now=wib("2026-07-06T10:00"), due_at=wib("2026-07-06T09:00"))
    assert ahead[-1].end == wib("2026-07-06T10:30")
    quick = forecast(
        clock, REQUEST, "8", now=wib("2026-07-06T10:00"), allowance=lambda no: Standard(5, Unit.WORKING_MINUTES)
    )
    assert quick[-1].end == wib("2026-07-06T10:05")
    assert forecast(clock, REQUEST, END, now=wib("2026-07-06T10:00")) == ()


@pytest.mark.parametrize("sop", load_all(FOLDER), ids=lambda sop: sop.id)
def test_a_late_step_is_never_expected_at_night_or_on_a_day_off(sop):
    """Whenever one looks, all hours of the forecast are office hours; looking at noon or at midnight tells the same."""
    rng, clock = random.Random(sop.id), office.clock()
    nights = 0
    for _ in range(300):
        now = wib("2026-01-05T00:00") + timedelta(minutes=rng.randrange(180 * 1440))
        step = rng.choice([row.no for row in sop.steps])
        overdue = now - timedelta(minutes=rng.randrange(30 * 1440))
        rows = forecast(clock, sop, step, now=now, due_at=rng.choice([overdue, None]))
        nights += not clock.is_open(now)
        for row in rows:
            assert row.end >= now
            assert clock.is_open(row.end) or clock.is_open(row.end - timedelta(seconds=1)), (row, "not worked then")
        opening = clock.next_open(now)
        assert [row.end for row in rows] == [row.end for row in forecast(clock, sop, step, now=opening)]
    assert nights > 100, "nights, weekends and holidays were among the moments"


def test_latest_start_reaches_back_from_the_deadline():
    clock = office.clock()
    rows = latest_start(clock, REQUEST, wib("2026-07-10T13:40"), list("56789"))
    assert rows[0].start == wib("2026-07-10T10:10")
    assert rows[-1].end == wib("2026-07-10T13:40")


@pytest.mark.parametrize("sop", load_all(FOLDER), ids=lambda sop: sop.id)
def test_whoever_starts_at_the_latest_still_makes_it(sop):
    clock, deadline = office.clock(), wib("2026-09-30T16:00")
    steps = expected_path(sop, ())
    rows = latest_start(clock, sop, deadline, steps)
    assert plan(clock, sop, rows[0].start, steps)[-1].end <= deadline
    later = clock.next_open(rows[0].start + timedelta(days=1))
    assert plan(clock, sop, later, steps)[-1].end > deadline


def test_expected_path_follows_branches_and_forgets_loops():
    assert expected_path(REQUEST, ()) == tuple("123456789")
    assert expected_path(REQUEST, ("1", "2", "3", "8")) == tuple("12389")
    assert expected_path(REQUEST, ("1", "2", "3", "4", "5", "8")) == tuple("1234589")
    letters = load_sop(FOLDER / "trk-layanan-data.yaml")
    assert expected_path(letters, ("1", "2", "3", "4", "5", "6", "4", "5")) == tuple("123456789")
    assert expected_path(REQUEST, ("1", "2", "3", "8", "9", END)) == tuple("12389")


def test_the_whole_sop_is_due_by_its_total_or_its_plan():
    clock, start = office.clock(), wib("2026-07-06T09:00")
    assert sop_due(clock, load_sop(FOLDER / "ska-publikasi.yaml"), start) == wib("2026-07-09T16:00")
    assert sop_due(clock, REQUEST, start) == clock.add(start, 310)
    assert sop_due(clock, REQUEST, start, ("1", "2", "3", "8")) == clock.add(start, 115)


@pytest.mark.parametrize("sop", load_all(FOLDER), ids=lambda sop: sop.id)
def test_what_was_added_sums_exactly_to_the_lateness(sop):
    """R9: 2,100 random lives with returns, on every SOP and in every unit: the telescope closes to the second."""
    rng, clock = random.Random(sop.id), office.clock()
    for _ in range(300):
        start = wib("2025-01-06T08:00") + timedelta(minutes=rng.randrange(250 * 1440))
        no, at, done = sop.start, start, []
        while no != END and len(done) < 40:
            at += timedelta(seconds=rng.randrange(60, 4 * 86_400))
            done.append(Finished(no, at))
            outcomes = [o for o in sop.step(no).outcomes if o.kind is not OutcomeKind.RETURN or rng.random() < 0.3]
            no = rng.choice(outcomes).to
        try:
            rows = drifts(clock, start, plan(clock, sop, start, expected_path(sop, [f.step for f in done])), done)
        except OutsideCalendar:
            pytest.fail("the lives are short enough for the calendar")
        assert sum(row.added_here for row in rows) == rows[-1].drift
        assert rows[-1].drift == clock.between(rows[-1].planned, at)
        assert all(row.inherited == max(0, row.drift - row.added_here) for row in rows)
