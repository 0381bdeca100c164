"""The seed calendar and a second, minute-by-minute reading of the office hours that shares no code with the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from workbench.domain.clock import Clock
from workbench.storage.calendar_seed import seed_calendar

JAKARTA = ZoneInfo("Asia/Jakarta")
_RAMADAN = (
    (date(2024, 3, 12), date(2024, 4, 9)),
    (date(2025, 3, 1), date(2025, 3, 30)),
    (date(2026, 2, 19), date(2026, 3, 20)),
    (date(2027, 2, 8), date(2027, 3, 9)),
)
_ORIGIN = datetime(2024, 1, 1, tzinfo=JAKARTA)


@cache
def clock(zone: str = "Asia/Jakarta") -> Clock:
    return Clock(seed_calendar(zone))


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


def open_at(hour: int, minute: int, friday: bool, ramadan: bool) -> bool:
    """Perpres 21/2023 said once more, in the plainest way."""
    now = hour * 60 + minute
    if ramadan and friday:
        return 480 <= now < 690 or 750 <= now < 930
    if ramadan:
        return 480 <= now < 720 or 750 <= now < 900
    if friday:
        return 450 <= now < 690 or 780 <= now < 990
    return 450 <= now < 720 or 780 <= now < 960


@cache
def minutes() -> bytes:
    """One byte for every minute from 2024 to 2027: 1 while the office works."""
    off = holidays.Indonesia(years=range(2024, 2028), categories=("public", "government"))
    plans = {
        (friday, ramadan): bytes(open_at(h, m, friday, ramadan) for h in range(24) for m in range(60))
        for friday in (False, True)
        for ramadan in (False, True)
    }
    found = bytearray()
    day = _ORIGIN.date()
    while day.year < 2028:
        closed = day.weekday() > 4 or day in off
        ramadan = any(first <= day <= last for first, last in _RAMADAN)
        found += bytes(1440) if closed else plans[day.weekday() == 4, ramadan]
        day += timedelta(days=1)
    return bytes(found)


def index(moment: datetime) -> int:
    return int((moment - _ORIGIN).total_seconds()) // 60


def moment(at: int) -> datetime:
    return _ORIGIN + timedelta(minutes=at)


def walk(start: datetime, count: int) -> datetime:
    """Walk minute by minute until that many open ones lie behind."""
    at = index(start)
    for _ in range(count):
        at = minutes().index(1, at) + 1
    return moment(at)


def works(day: date) -> bool:
    at = index(datetime(day.year, day.month, day.day, tzinfo=JAKARTA))
    return 1 in minutes()[at : at + 1440]


def closing(day: date) -> datetime:
    at = index(datetime(day.year, day.month, day.day, tzinfo=JAKARTA))
    return moment(minutes().rindex(1, at, at + 1440) + 1)


def walk_days(start: datetime, count: int) -> datetime:
    day = start.date()
    for _ in range(count):
        day += timedelta(days=1)
        while not works(day):
            day += timedelta(days=1)
    return closing(day)


def walk_months(start: datetime, count: int) -> datetime:
    year, month, wanted = start.year, start.month, start.day
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    while True:
        try:
            day = date(year, month, wanted)
            break
        except ValueError:
            wanted -= 1
    while not works(day):
        day += timedelta(days=1)
    return closing(day)
