"""When somebody is told that a limit is near or passed, inside working hours by construction.

Every moment here is the inverse of the working-time function: three quarters of the allowance used, the opening of the
day on which the step is due, the first working second after the due time. A warning is therefore never *for* midnight;
what comes due at closing is said at the next opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from workbench.domain.clock import Clock


class Threshold(StrEnum):
    """What a warning says. The law's clock has its own two: it runs while the step's clock is held."""

    AT_RISK = "at_risk"
    DUE_TODAY = "due_today"
    BREACHED = "breached"
    LAW_AT_RISK = "law_at_risk"
    LAW_BREACHED = "law_breached"


URGENCY = (
    Threshold.LAW_BREACHED,
    Threshold.BREACHED,
    Threshold.LAW_AT_RISK,
    Threshold.DUE_TODAY,
    Threshold.AT_RISK,
)
"""From what must be read first to what may wait."""

STEP = frozenset({Threshold.AT_RISK, Threshold.DUE_TODAY, Threshold.BREACHED})
LAW = frozenset({Threshold.LAW_AT_RISK, Threshold.LAW_BREACHED})
LATE = frozenset({Threshold.BREACHED, Threshold.LAW_BREACHED})


@dataclass(frozen=True, slots=True)
class Moments:
    """When each thing about one allowance is to be said; None where it is not said at all."""

    at_risk: datetime
    due_today: datetime | None
    late: datetime


def moments(clock: Clock, since: datetime, warn: datetime, due: datetime) -> Moments:
    """The moments for an allowance that began at ``since``. OutsideCalendar when the calendar ends before them.

    "Due today" is said at opening, and only where the step was there before: a step of thirty minutes that arrives in
    the morning does not announce itself twice.
    """
    opening = opening_of(clock, due)
    return Moments(
        at_risk=clock.next_open(warn),
        due_today=opening if opening is not None and since < opening <= due else None,
        late=clock.add_seconds(due, 1),
    )


def step_says(clock: Clock, since: datetime, warn: datetime | None, due: datetime, now: datetime) -> set[Threshold]:
    """What is to be said about a step at this moment; nothing while the office is closed.

    A late step is late: that it had also come near its limit is no news any more.
    """
    if not clock.is_open(now):
        return set()
    found = moments(clock, since, warn or due, due)
    if found.late <= now:
        return {Threshold.BREACHED}
    said = {Threshold.AT_RISK} if warn is not None and found.at_risk <= now <= due else set()
    if found.due_today is not None and found.due_today <= now <= due:
        said.add(Threshold.DUE_TODAY)
    return said


def law_says(clock: Clock, since: datetime, due: datetime, now: datetime) -> set[Threshold]:
    """The same for the limit of the law, which is near when three quarters of its working time are used."""
    if not clock.is_open(now):
        return set()
    warn = clock.add_seconds(since, -(-clock.between(since, due) * 3 // 4))
    found = moments(clock, since, warn, due)
    if found.late <= now:
        return {Threshold.LAW_BREACHED}
    return {Threshold.LAW_AT_RISK} if found.at_risk <= now <= due else set()


def opening_of(clock: Clock, moment: datetime) -> datetime | None:
    """When the office opens on the date of a moment; None on a day off."""
    day = clock.local_date(moment)
    hours = clock.calendar.hours_on(day)
    if not hours:
        return None
    return datetime.combine(day, time(), clock.zone) + timedelta(minutes=hours[0].start)


def in_first_stretch(clock: Clock, moment: datetime) -> bool:
    """Is it between opening and the first break (or closing) of the day? The digest of the morning goes out then."""
    day = clock.local_date(moment)
    hours = clock.calendar.hours_on(day)
    if not hours:
        return False
    midnight = datetime.combine(day, time(), clock.zone)
    start, end = hours[0].start, hours[0].end
    return midnight + timedelta(minutes=start) <= moment < midnight + timedelta(minutes=end)
