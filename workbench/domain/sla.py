"""Standard times on the working clock: when a step is due, what is left, whether it is late, and why.

Three units are three rules and never converted: working minutes count inside hours; a working day is a day (the day
of receipt is day 0, due at closing of day n); a month is the same date, moved forward to a working day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from workbench.domain.calendar import HolidayKind, Interval
from workbench.domain.clock import Clock
from workbench.domain.sop import Sop, Standard, Unit, Weekday

LEGAL_WORKING_DAYS = 10
"""UU 14/2008 Pasal 22 ayat (7): an answer within ten working days of the request."""

LEGAL_EXTENSION_DAYS = 7
"""UU 14/2008 Pasal 22 ayat (8): once, seven working days more, with written reasons."""

_FRIDAY = 4


class Flag(StrEnum):
    """How a step, phase or case stands against its due time. Shown as icon, word and colour."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Pause:
    """A hold, from a moment to a moment; ``end`` is None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left until due: working seconds, and working days that still close. Negative when late."""

    seconds: int
    days: int


def due(clock: Clock, start: datetime, standard: Standard, pauses: Iterable[Pause] = ()) -> datetime:
    """When a standard that begins at ``start`` falls due.

    Held time is given back in the unit of the standard: working minutes by the working time held, days and months by
    the working days whose closing lies in the hold. A hold that begins at or after the due time changes nothing (what
    is late stays late); one that still lasts counts from when it ends. With a day of dispatch it is due at the
    closing of the next such day. OutsideCalendar beyond the calendar.
    """
    end = _ready(clock, start, standard, _holds(start, pauses))
    return end if standard.dispatch is None else dispatched(clock, end, standard.dispatch)


def _ready(clock: Clock, start: datetime, standard: Standard, holds: Sequence[tuple[datetime, datetime]]) -> datetime:
    """When the amount of the standard is used up, before any day of dispatch is waited for."""
    if standard.unit is Unit.WORKING_MINUTES:
        return _elapse(clock, start, standard.amount * 60, holds)
    if standard.unit is Unit.WORKING_DAYS:
        end = clock.add_days(start, standard.amount)
    else:
        end = clock.add_months(start, standard.amount)
    for hold_start, hold_end in holds:
        if hold_start >= end:
            break
        shift = clock.closings_between(hold_start, hold_end)
        end = clock.add_days(end, shift) if shift else end
    return end


def dispatched(clock: Clock, ready: datetime, weekday: Weekday) -> datetime:
    """The closing of the day on which what is ready leaves: that weekday, the same day or the next one.

    Where the office does not work on it, the next working day takes its place.
    """
    return clock.add_days(_midnight(clock, _dispatch_day(clock.local_date(ready), weekday) - timedelta(days=1)), 1)


def last_ready(clock: Clock, deadline: datetime, weekday: Weekday) -> datetime:
    """The latest closing by which something must be ready to leave, on its day of dispatch, by ``deadline``."""
    day = clock.local_date(deadline)
    day -= timedelta(days=(day.weekday() - weekday.number) % 7)
    while dispatched(clock, _midnight(clock, day), weekday) > deadline:
        day -= timedelta(days=7)
    return clock.back_seconds(_midnight(clock, day + timedelta(days=1)), 1) + timedelta(seconds=1)


def _dispatch_day(day: date, weekday: Weekday) -> date:
    return day + timedelta(days=(weekday.number - day.weekday()) % 7)


def legal_due(clock: Clock, start: datetime, extension_days: int = 0) -> datetime:
    """When the law wants an answer to a request received at ``start``; holds of the office do not stop the law."""
    return clock.add_days(start, LEGAL_WORKING_DAYS + extension_days)


def step_due(
    clock: Clock,
    sop: Sop,
    no: str,
    available_at: datetime,
    *,
    phase_since: datetime | None = None,
    pauses: Iterable[Pause] = (),
) -> datetime | None:
    """When a step is due; None where it has no standard of its own and does not end its phase.

    A phase's standard runs from when its first step became available (``phase_since``) and is due at its last step.
    """
    standard = sop.standard_of(no)
    if standard is None:
        return None
    own = sop.step(no).standard is not None
    return due(clock, available_at if own else phase_since or available_at, standard, pauses)


def warn_at(clock: Clock, start: datetime, standard: Standard, pauses: Sequence[Pause] = ()) -> datetime:
    """When three quarters of the working time allowed are used; inside hours by construction."""
    end = due(clock, start, standard, pauses)
    holds = [(a, min(b, end)) for a, b in _holds(start, pauses) if a < end]
    allowed = clock.between(start, end) - sum(clock.between(a, b) for a, b in holds)
    return _elapse(clock, start, -(-allowed * 3 // 4), holds)


def remaining(clock: Clock, now: datetime, due_at: datetime) -> Remaining:
    """What is left of working time and of working days between now and a due time."""
    if now <= due_at:
        return Remaining(clock.between(now, due_at), clock.closings_between(now, due_at))
    return Remaining(clock.between(now, due_at), -clock.closings_between(due_at, now))


def flag_of(now: datetime, warn: datetime, due_at: datetime) -> Flag:
    """The flag at a moment: late only after the due time, at risk from the warning on."""
    if now > due_at:
        return Flag.BREACHED
    return Flag.AT_RISK if now >= warn else Flag.ON_TIME


def flag(clock: Clock, start: datetime, standard: Standard, now: datetime, pauses: Sequence[Pause] = ()) -> Flag:
    """The flag of a running step. While it is held the flag stays as it was when the hold began."""
    running = [pause.start for pause in pauses if pause.end is None and pause.start < now]
    moment = min([now, *running])
    return flag_of(moment, warn_at(clock, start, standard, pauses), due(clock, start, standard, pauses))


def verdict(clock: Clock, start: datetime, standard: Standard, done: datetime, pauses: Iterable[Pause] = ()) -> Flag:
    """On time or breached, for good: a step done at its due time is on time."""
    return Flag.BREACHED if done > due(clock, start, standard, pauses) else Flag.ON_TIME


def _holds(start: datetime, pauses: Iterable[Pause]) -> list[tuple[datetime, datetime]]:
    """Ended holds after ``start``, in order, overlapping ones joined."""
    holds: list[tuple[datetime, datetime]] = []
    ended = ((max(p.start, start), p.end) for p in pauses if p.end is not None and p.end > start)
    for begin, end in sorted(ended):
        if holds and begin <= holds[-1][1]:
            holds[-1] = (holds[-1][0], max(end, holds[-1][1]))
        else:
            holds.append((begin, end))
    return holds


def _elapse(clock: Clock, start: datetime, seconds: int, holds: Iterable[tuple[datetime, datetime]]) -> datetime:
    """When that much working time has passed since ``start``, not counting holds."""
    end = clock.add_seconds(start, seconds)
    held = 0
    for hold_start, hold_end in holds:
        if hold_start >= end:
            break
        held += clock.between(hold_start, hold_end)
        end = clock.add_seconds(start, seconds + held)
    return end


# ---------------------------------------------------------------- why this due time


class Why(StrEnum):
    """What a line of an explanation says."""

    START = "start"
    BREAK = "break"
    FRIDAY_BREAK = "friday_break"
    AFTER_HOURS = "after_hours"
    WEEKEND = "weekend"
    PUBLIC_HOLIDAY = "public_holiday"
    COLLECTIVE_LEAVE = "collective_leave"
    LOCAL_HOLIDAY = "local_holiday"
    CLOSED = "closed"
    EXCEPTION_HOURS = "exception_hours"
    REGIME = "regime"
    COUNTED = "counted"
    TARGET = "target"
    HELD = "held"
    READY = "ready"
    DISPATCH = "dispatch"
    DUE = "due"


_HOLIDAY_WHY = {
    HolidayKind.PUBLIC: Why.PUBLIC_HOLIDAY,
    HolidayKind.COLLECTIVE_LEAVE: Why.COLLECTIVE_LEAVE,
    HolidayKind.LOCAL: Why.LOCAL_HOLIDAY,
}
NOT_WORKED = frozenset(
    {
        Why.BREAK, Why.FRIDAY_BREAK, Why.AFTER_HOURS, Why.WEEKEND, Why.PUBLIC_HOLIDAY,
        Why.COLLECTIVE_LEAVE, Why.LOCAL_HOLIDAY, Why.CLOSED,
    }
)  # fmt: skip
"""Lines that are stretches of time in which the clock stands still."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation. A stretch has a start and an end; a mark has both the same.

    ``name`` is the holiday's, the regime's or the exception's own; ``hours`` the hours it brings; ``number`` counts
    working days; ``estimated`` marks a date that may still move.
    """

    why: Why
    start: datetime
    end: datetime
    name: str = ""
    number: int = 0
    hours: tuple[Interval, ...] = ()
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a due time is what it is. ``provisional`` when an estimated date could still move it."""

    lines: tuple[Line, ...]
    due: datetime
    provisional: bool


def explain(clock: Clock, start: datetime, standard: Standard, pauses: Sequence[Pause] = ()) -> Explanation:
    """The start, everything skipped or counted on the way in order of time, and the due time.

    For working minutes, working time plus the stretches of ``NOT_WORKED`` is the whole time from start to due.
    """
    begin = start.astimezone(clock.zone)
    end = _ready(clock, start, standard, _holds(start, pauses))
    lines = [Line(Why.START, begin, begin)]
    first_day, last_day = begin.date(), end.date()
    if standard.unit is Unit.MONTHS:
        first_day = _month_target(first_day, standard.amount)
        target = _midnight(clock, first_day)
        lines.append(Line(Why.TARGET, target, target))
    elif standard.unit is Unit.WORKING_DAYS:
        first_day += timedelta(days=1)
    seen_regimes: set[str] = set()
    number = 0
    for day in _days(first_day, last_day):
        lines += _notes(clock, day, seen_regimes)
        closed = _closed_day(clock, day)
        if standard.unit is Unit.WORKING_MINUTES:
            lines += [closed] if closed else _gaps(clock, day)
        elif closed:
            lines.append(closed)
        elif standard.unit is Unit.WORKING_DAYS:
            number += 1
            midnight = _midnight(clock, day)
            lines.append(Line(Why.COUNTED, midnight, midnight, number=number))
    if standard.unit is Unit.WORKING_MINUTES:
        lines = _joined(_clipped(lines, begin, end))
    marks = [Line(Why.HELD, a, b) for a, b in _holds(start, pauses) if a < end]
    lines = sorted([*lines, *marks], key=lambda line: line.start)
    if standard.dispatch is not None:
        lines += _until_dispatch(clock, end, standard.dispatch)
        end = dispatched(clock, end, standard.dispatch)
    lines.append(Line(Why.DUE, end, end))
    provisional = clock.calendar.is_estimated(begin.date(), end.date())
    return Explanation(tuple(lines), end, provisional)


def _until_dispatch(clock: Clock, ready: datetime, weekday: Weekday) -> list[Line]:
    """When the standard itself is used up, the day of dispatch, and the days that stand in its way."""
    day = _dispatch_day(ready.date(), weekday)
    midnight = _midnight(clock, day)
    lines = [Line(Why.READY, ready, ready), Line(Why.DISPATCH, midnight, midnight, weekday.value)]
    while (closed := _closed_day(clock, day)) is not None:
        lines.append(closed)
        day += timedelta(days=1)
    return lines


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _midnight(clock: Clock, day: date) -> datetime:
    return datetime.combine(day, time(), clock.zone)


def _at(clock: Clock, day: date, minute: int) -> datetime:
    return _midnight(clock, day + timedelta(days=minute // 1440)) + timedelta(minutes=minute % 1440)


def _month_target(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (after - timedelta(days=1)).day))


def _notes(clock: Clock, day: date, seen: set[str]) -> list[Line]:
    """Hours that differ from the normal ones: an exception on this day, a regime when it is first met."""
    calendar, midnight = clock.calendar, _midnight(clock, day)
    hours = calendar.hours_on(day)
    if not hours:
        return []
    exception = calendar.exception_on.get(day)
    if exception is not None:
        return [Line(Why.EXCEPTION_HOURS, midnight, midnight, exception.reason, hours=hours)]
    regime = calendar.regime_on(day)
    if regime is None or regime.name in seen:
        return []
    seen.add(regime.name)
    return [Line(Why.REGIME, midnight, midnight, regime.name, hours=hours, estimated=regime.estimated)]


def _closed_day(clock: Clock, day: date) -> Line | None:
    """The whole day as a stretch when the office does not work on it."""
    calendar = clock.calendar
    if calendar.hours_on(day):
        return None
    start, end = _midnight(clock, day), _midnight(clock, day + timedelta(days=1))
    exception = calendar.exception_on.get(day)
    if exception is not None:
        return Line(Why.CLOSED, start, end, exception.reason)
    holiday = calendar.off.get(day)
    if holiday is not None:
        return Line(_HOLIDAY_WHY[holiday.kind], start, end, holiday.name, estimated=holiday.estimated)
    return Line(Why.WEEKEND, start, end)


def _gaps(clock: Clock, day: date) -> list[Line]:
    """Before opening, between intervals, after closing."""
    hours = clock.calendar.hours_on(day)
    rest = Why.FRIDAY_BREAK if day.weekday() == _FRIDAY else Why.BREAK
    lines = [Line(Why.AFTER_HOURS, _midnight(clock, day), _at(clock, day, hours[0].start))]
    for one, other in pairwise(hours):
        lines.append(Line(rest, _at(clock, day, one.end), _at(clock, day, other.start)))
    lines.append(Line(Why.AFTER_HOURS, _at(clock, day, hours[-1].end), _midnight(clock, day + timedelta(days=1))))
    return lines


def _clipped(lines: list[Line], begin: datetime, end: datetime) -> list[Line]:
    """Stretches cut to the time between start and due; marks kept, moved to the start where they lie before it."""
    kept = []
    for line in lines:
        start, stop = max(line.start, begin), min(line.end, end)
        if line.why not in NOT_WORKED:
            kept.append(Line(line.why, start, start, line.name, line.number, line.hours, line.estimated))
        elif start < stop:
            kept.append(Line(line.why, start, stop, line.name, line.number, line.hours, line.estimated))
    return kept


def _joined(lines: list[Line]) -> list[Line]:
    """One night is one stretch, though midnight lies in it."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and last.why is line.why is Why.AFTER_HOURS and last.end == line.start:
            joined[-1] = Line(Why.AFTER_HOURS, last.start, line.end)
        else:
            joined.append(line)
    return joined
