"""The office's working clock: the newest calendar version, made into a clock once."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from workbench import moment
from workbench.domain.calendar import OfficeCalendar
from workbench.domain.clock import Clock
from workbench.settings import get_settings
from workbench.storage import calendars

# A calendar version never changes; a handful of versions is all a process ever sees.
_clocks: dict[str, Clock] = {}


def clock_of(calendar: OfficeCalendar) -> Clock:
    """The clock of a calendar version, built once per process (a few milliseconds)."""
    if calendar.sha not in _clocks:
        _clocks[calendar.sha] = Clock(calendar)
    return _clocks[calendar.sha]


def clock(session: Session) -> Clock:
    """The clock of the calendar that holds now."""
    return clock_of(calendars.current(session))


def zone() -> ZoneInfo:
    """The office's time zone."""
    return ZoneInfo(get_settings().time_zone)


def local(at: datetime) -> datetime:
    """A moment on the office's wall."""
    return at.astimezone(zone())


def today() -> date:
    """The date in the office now."""
    return local(moment.now()).date()


def hour_text(at: datetime) -> str:
    """``14.05``: the time of day as Indonesian offices write it."""
    return local(at).strftime("%H.%M")
