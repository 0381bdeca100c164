"""How a delay at one point delays all that follow: plan, drift, forecast and latest start.

Drift ``D_k = W(finished_k) - W(planned_k)`` in working seconds; what a step *added here* is ``D_k - D_(k-1)``, so that
the additions of all steps sum exactly to the lateness at the end, whatever the units of the standards. A return is a
new visit with a new allowance, but the plan does not move: all of its time is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workbench.domain.clock import Clock
from workbench.domain.sla import due, last_ready
from workbench.domain.sop import END, Sop, Standard, Unit
from workbench.domain.sop_paths import longest_path, standards

Allowance = Callable[[str], Standard | None]
"""A step's number to the time it is given instead of its standard (for instance the median of history)."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of a plan: when it begins and when it is to be done; equal where it has no standard."""

    step: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """One finished stay of a case at a step."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Drift:
    """Lateness after one finished stay, in working seconds (negative = early): total, from before, and from here."""

    step: str
    planned: datetime
    finished: datetime
    drift: int
    added_here: int
    inherited: int


def plan(clock: Clock, sop: Sop, start: datetime, steps: Sequence[str] | None = None) -> tuple[Planned, ...]:
    """Forward pass over the standards from ``start``, along ``steps`` (the longest straight path by default)."""
    path = tuple(steps) if steps is not None else longest_path(sop).steps
    return _forward(clock, start, standards(sop, path))


def expected_path(sop: Sop, visited: Sequence[str]) -> tuple[str, ...]:
    """The straight path of a case: the steps it went through, without its loops, then the longest way to the end."""
    path: list[str] = []
    for no in visited:
        if no in path:
            del path[path.index(no) + 1 :]
        else:
            path.append(no)
    if not path:
        return longest_path(sop).steps
    return (*path[:-1], *longest_path(sop, path[-1]).steps) if path[-1] != END else tuple(path[:-1])


def drifts(clock: Clock, start: datetime, planned: Sequence[Planned], finished: Iterable[Finished]) -> list[Drift]:
    """Drift after each finished stay, in order of time.

    A stay is measured against the furthest planned step reached so far; a stay that reaches nothing new (rework, or a
    step outside the plan) adds all of its working time. The sum of ``added_here`` is the last drift.
    """
    order = {row.step: index for index, row in enumerate(planned)}
    reached, reference = -1, start
    before = 0
    found = []
    for stay in finished:
        index = order.get(stay.step, -1)
        if index > reached:
            reached, reference = index, planned[index].end
        now = clock.between(reference, stay.at)
        found.append(Drift(stay.step, reference, stay.at, now, now - before, max(0, before)))
        before = now
    return found


def forecast(
    clock: Clock,
    sop: Sop,
    step: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    allowance: Allowance | None = None,
) -> tuple[Planned, ...]:
    """When the case will end if nobody is faster or slower than allowed: the longest way still possible from ``step``.

    The present step is expected to be done at ``due_at`` (its own due time, holds included). When that has passed it
    is expected now, and outside office hours at the next opening: nobody ends a late step at night. ``allowance``
    replaces the standards, for a second line from history. Empty once the case has ended.
    """
    if step == END:
        return ()
    path = longest_path(sop, step).steps
    done = due_at if due_at is not None and due_at > now else clock.next_open(now)
    rest = standards(sop, path)[1:]
    if allowance is not None:
        rest = tuple((no, allowance(no)) for no, _standard in rest)
    return (Planned(step, now, done), *_forward(clock, done, rest))


def latest_start(clock: Clock, sop: Sop, deadline: datetime, steps: Sequence[str]) -> tuple[Planned, ...]:
    """Backward pass: the latest each step may begin so that the last of ``steps`` is done by ``deadline``.

    Days and months begin at the latest at a closing, for the rest of that day does not count for them.
    """
    found: list[Planned] = []
    end = deadline
    for no, standard in reversed(standards(sop, tuple(steps))):
        begin = end if standard is None else _back(clock, end, standard)
        found.append(Planned(no, begin, end))
        end = begin
    return tuple(reversed(found))


def sop_due(clock: Clock, sop: Sop, start: datetime, visited: Sequence[str] = ()) -> datetime:
    """When the whole procedure is due: its printed total, else the end of the plan along the expected path."""
    if sop.total is not None:
        return due(clock, start, sop.total)
    return plan(clock, sop, start, expected_path(sop, visited))[-1].end


def _forward(clock: Clock, start: datetime, timed: Iterable[tuple[str, Standard | None]]) -> tuple[Planned, ...]:
    rows = []
    for no, standard in timed:
        end = start if standard is None else due(clock, start, standard)
        rows.append(Planned(no, start, end))
        start = end
    return tuple(rows)


def _back(clock: Clock, end: datetime, standard: Standard) -> datetime:
    if standard.dispatch is not None:
        return _back(clock, last_ready(clock, end, standard.dispatch), replace(standard, dispatch=None))
    if standard.unit is Unit.WORKING_MINUTES:
        return clock.back_seconds(end, standard.amount * 60)
    if standard.unit is Unit.WORKING_DAYS:
        return clock.back_days(end, standard.amount)
    return clock.back_months(end, standard.amount)
