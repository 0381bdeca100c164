"""100,000 due dates by the working clock: minutes, days and months, each against a named baseline.

Days against ``numpy.busday_offset`` with the same holidays. Minutes and months against what one would write first: the
same prefix sums or closing times in plain lists, a binary search in a Python loop. Results must be the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tests.bench.pairing import Ratio, paired
from workbench.domain.clock import Clock
from workbench.storage.calendar_seed import seed_calendar

COUNT = 100_000
GOALS = {"minutes": 1.0, "days": 3.0, "months": 1.0}
_DAY = 86_400
_ROUNDS = 15
_EPOCH_DAY = date(1970, 1, 1).toordinal()
Seconds = NDArray[np.int64]


def closings(clock: Clock) -> tuple[list[int], list[int]]:
    """Working days (days since 1970) and their closing times, from the calendar itself."""
    days, closes = [], []
    day = clock.calendar.first
    while day <= clock.calendar.last:
        if hours := clock.calendar.hours_on(day):
            days.append(day.toordinal() - _EPOCH_DAY)
            closes.append(days[-1] * _DAY + hours[-1].end * 60)
        day += timedelta(days=1)
    return days, closes


def by_bisect(clock: Clock) -> Callable[[list[int], list[int]], list[int]]:
    """Due times after working minutes: prefix sums in lists, two binary searches each."""
    starts, ends, worked = [], [], [0]
    day = clock.calendar.first
    while day <= clock.calendar.last:
        midnight = (day.toordinal() - _EPOCH_DAY) * _DAY
        for interval in clock.calendar.hours_on(day):
            starts.append(midnight + interval.start * 60)
            ends.append(midnight + interval.end * 60)
            worked.append(worked[-1] + ends[-1] - starts[-1])
        day += timedelta(days=1)

    def due(at: list[int], minutes: list[int]) -> list[int]:
        found = []
        for moment, more in zip(at, minutes, strict=True):
            k = bisect_right(starts, moment) - 1
            done = worked[k] + min(moment, ends[k]) - starts[k] if k >= 0 else 0
            wanted = done + more * 60
            j = bisect_left(worked, wanted) - 1
            found.append(starts[j] + wanted - worked[j])
        return found

    return due


def by_months(clock: Clock) -> Callable[[list[int], list[int]], list[int]]:
    """Due times after months: dates of the standard library, then a binary search."""
    days, closes = closings(clock)

    def due(at: list[int], months: list[int]) -> list[int]:
        found = []
        for moment, more in zip(at, months, strict=True):
            start = date.fromordinal(moment // _DAY + _EPOCH_DAY)
            year, month = divmod(start.year * 12 + start.month - 1 + more, 12)
            end = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
            found.append(closes[bisect_left(days, end.toordinal() - _EPOCH_DAY)])
        return found

    return due


def main() -> list[tuple[Ratio, float]]:
    """The three ratios with their goals."""
    clock = Clock(seed_calendar("WIB"))
    rng = np.random.default_rng(3)
    first, last = np.array(["2024-02-01", "2026-06-01"], dtype="datetime64[s]").astype(np.int64)
    at: Seconds = rng.integers(first, last, COUNT)
    minutes, days, months = rng.integers(1, 6_000, COUNT), rng.integers(1, 30, COUNT), rng.integers(1, 6, COUNT)
    listed = at.tolist()
    python_minutes, python_months = by_bisect(clock), by_months(clock)

    working, _closes = closings(clock)
    weekdays = np.arange(working[0], working[-1] + 1)
    weekdays = weekdays[np.is_busday(weekdays.astype("datetime64[D]"))]
    off = np.setdiff1d(weekdays, working).astype("datetime64[D]")
    busdays = np.busdaycalendar(holidays=off)
    start_days = (at // _DAY).astype("datetime64[D]")

    def numpy_days() -> NDArray[np.datetime64]:
        return np.busday_offset(start_days, days, roll="backward", busdaycal=busdays)

    same = (
        clock.add_many(at, minutes).tolist() == python_minutes(listed, minutes.tolist())
        and clock.add_months_many(at, months).tolist() == python_months(listed, months.tolist())
        and bool((clock.add_days_many(at, days) // _DAY == numpy_days().astype(np.int64)).all())
    )
    if not same:
        raise AssertionError("the working clock and its baselines differ")
    pairs = (
        ("minutes", "working minutes", lambda: clock.add_many(at, minutes), "bisect in plain Python",
         lambda: python_minutes(listed, minutes.tolist())),
        ("days", "working days", lambda: clock.add_days_many(at, days), "numpy.busday_offset", numpy_days),
        ("months", "months", lambda: clock.add_months_many(at, months), "datetime and bisect",
         lambda: python_months(listed, months.tolist())),
    )  # fmt: skip
    return [
        (paired(f"dates {COUNT:,}: {what}", ours, name, baseline, rounds=_ROUNDS, note="same results"), GOALS[unit])
        for unit, what, ours, name, baseline in pairs
    ]
