"""The office's calendar as data: when it works, on which dates, by what rule.

A calendar is one immutable version. Precedence on a date: exception (a half day, a flood) over day off over dated
regime (Ramadan) over the weekday's normal hours. Hours are data because the regent or mayor sets them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.domain.errors import BadDefinition
from workbench.i18n import _

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60


class HolidayKind(StrEnum):
    """Why an office is closed on a date."""

    PUBLIC = "public"
    COLLECTIVE_LEAVE = "collective_leave"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Working time within one day, in minutes after midnight, half open; 24:00 is allowed as an end."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock_text(self.start)}–{_clock_text(self.end)}"


DayHours = tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Regime:
    """A span of dates (inclusive) with its own hours. ``estimated`` until the sidang isbat has spoken."""

    hours: str
    name: str
    first: date
    last: date
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off with its official name; ``estimated`` where the date is an astronomical guess."""

    day: date
    name: str
    kind: HolidayKind
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class DayException:
    """What holds on one date instead of everything else; no intervals means closed."""

    day: date
    intervals: DayHours
    reason: str


@dataclass(frozen=True)
class OfficeCalendar:
    """One version of an office's calendar, ``first`` to ``last`` inclusive; BadDefinition when it contradicts itself.

    ``hours`` holds tables by name (weekday number, Monday 0 → intervals); ``default`` names the one outside regimes.
    """

    id: str
    zone: str
    first: date
    last: date
    hours: Mapping[str, Mapping[int, DayHours]]
    default: str = "normal"
    regimes: tuple[Regime, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    legal_basis: str = ""

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise BadDefinition(problem)

    @cached_property
    def off(self) -> Mapping[date, Holiday]:
        """Days off by date; of two names on one date the first stands."""
        found: dict[date, Holiday] = {}
        for holiday in self.holidays:
            found.setdefault(holiday.day, holiday)
        return found

    @cached_property
    def exception_on(self) -> Mapping[date, DayException]:
        """Exceptions by date."""
        return {exception.day: exception for exception in self.exceptions}

    @cached_property
    def sha(self) -> str:
        """SHA-256 of the canonical JSON: the name of this version."""
        text = json.dumps(to_document(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def regime_on(self, day: date) -> Regime | None:
        """The dated regime that covers a day, or None in normal times."""
        return next((regime for regime in self.regimes if regime.first <= day <= regime.last), None)

    def hours_on(self, day: date) -> DayHours:
        """The working intervals of a date, after precedence; empty when the office is closed."""
        exception = self.exception_on.get(day)
        if exception is not None:
            return exception.intervals
        if day in self.off:
            return ()
        return self.usual_hours(day)

    def usual_hours(self, day: date) -> DayHours:
        """What the weekday's table says for a date, whatever day off or exception lies on it."""
        regime = self.regime_on(day)
        return self.hours[regime.hours if regime else self.default].get(day.weekday(), ())

    def hours_between(self, day: date, opens: int, closes: int) -> DayHours:
        """A day that opens and closes at other minutes than usual, its usual breaks kept; empty when it never opens."""
        edges = [opens]
        for one, other in pairwise(self.usual_hours(day)):
            edges += [min(max(edge, opens), closes) for edge in (one.end, other.start)]
        edges.append(closes)
        return tuple(Interval(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b)

    def is_estimated(self, first: date, last: date) -> bool:
        """Would anything between two dates move if an estimated date turned out one day earlier or later?"""
        margin = timedelta(days=1)
        for holiday in self.holidays:
            if holiday.estimated and first - margin <= holiday.day <= last + margin:
                return True
        return any(
            regime.estimated and regime.first - margin <= last and first <= regime.last + margin
            for regime in self.regimes
        )


def _problem(calendar: OfficeCalendar) -> str:
    """The first contradiction as a sentence, or nothing."""
    try:
        ZoneInfo(calendar.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return _("Zona waktu {zone} tidak dikenal.").format(zone=calendar.zone)
    if calendar.first > calendar.last:
        return _("Kalender berakhir sebelum dimulai.")
    for name in {calendar.default, *(regime.hours for regime in calendar.regimes)}:
        if name not in calendar.hours:
            return _("Tabel jam {name} tidak ada.").format(name=name)
    days = [(name, hours) for table in calendar.hours.values() for name, hours in table.items()]
    for place, intervals in [*days, *((exception.day, exception.intervals) for exception in calendar.exceptions)]:
        previous = 0
        for interval in intervals:
            if not previous <= interval.start < interval.end <= _DAY:
                return _("Jam kerja {day} bertumpang tindih atau terbalik.").format(day=place)
            previous = interval.end
    ordered = sorted(calendar.regimes, key=lambda regime: regime.first)
    for regime in ordered:
        if regime.first > regime.last:
            return _("{name} berakhir sebelum dimulai.").format(name=regime.name)
    for one, other in pairwise(ordered):
        if other.first <= one.last:
            return _("{one} dan {other} bertumpang tindih.").format(one=one.name, other=other.name)
    if len(calendar.exception_on) != len(calendar.exceptions):
        return _("Satu tanggal hanya boleh punya satu pengecualian jam.")
    return ""


# ---------------------------------------------------------------- document


def to_document(calendar: OfficeCalendar) -> dict[str, Any]:
    """The calendar as plain JSON, as stored and hashed."""
    return {
        "id": calendar.id,
        "zone": calendar.zone,
        "first": calendar.first.isoformat(),
        "last": calendar.last.isoformat(),
        "default": calendar.default,
        "hours": {
            name: {WEEKDAYS[day]: _hours_document(hours) for day, hours in sorted(table.items())}
            for name, table in calendar.hours.items()
        },
        "regimes": [
            {
                "hours": regime.hours,
                "name": regime.name,
                "first": regime.first.isoformat(),
                "last": regime.last.isoformat(),
                "estimated": regime.estimated,
            }
            for regime in calendar.regimes
        ],
        "holidays": [
            {"day": h.day.isoformat(), "name": h.name, "kind": h.kind.value, "estimated": h.estimated}
            for h in calendar.holidays
        ],
        "exceptions": [
            {"day": e.day.isoformat(), "intervals": _hours_document(e.intervals), "reason": e.reason}
            for e in calendar.exceptions
        ],
        "legal_basis": calendar.legal_basis,
    }


def from_document(document: Mapping[str, Any]) -> OfficeCalendar:
    """The calendar of a document; BadDefinition when a date, an hour or a kind cannot be read."""
    try:
        return OfficeCalendar(
            id=str(document["id"]),
            zone=str(document["zone"]),
            first=date.fromisoformat(document["first"]),
            last=date.fromisoformat(document["last"]),
            hours={
                str(name): {WEEKDAYS.index(day): read_hours(hours) for day, hours in table.items()}
                for name, table in document["hours"].items()
            },
            default=str(document.get("default", "normal")),
            regimes=tuple(
                Regime(
                    hours=str(row["hours"]),
                    name=str(row["name"]),
                    first=date.fromisoformat(row["first"]),
                    last=date.fromisoformat(row["last"]),
                    estimated=bool(row.get("estimated", False)),
                )
                for row in document.get("regimes", ())
            ),
            holidays=tuple(
                Holiday(
                    day=date.fromisoformat(row["day"]),
                    name=str(row["name"]),
                    kind=HolidayKind(row["kind"]),
                    estimated=bool(row.get("estimated", False)),
                )
                for row in document.get("holidays", ())
            ),
            exceptions=tuple(
                DayException(date.fromisoformat(row["day"]), read_hours(row["intervals"]), str(row["reason"]))
                for row in document.get("exceptions", ())
            ),
            legal_basis=str(document.get("legal_basis", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadDefinition(_("Kalender tidak dapat dibaca: {reason}.").format(reason=error)) from error


def read_hours(pairs: Any) -> DayHours:
    """Intervals from pairs such as ``["07:30", "12:00"]``; ValueError when a time is none."""
    return tuple(Interval(_minutes(start), _minutes(end)) for start, end in pairs)


def _hours_document(hours: DayHours) -> list[list[str]]:
    return [[_clock_text(interval.start), _clock_text(interval.end)] for interval in hours]


def _minutes(text: Any) -> int:
    hour, colon, minute = str(text).partition(":")
    total = int(hour) * 60 + int(minute) if colon else -1
    if not 0 <= total <= _DAY or int(minute) > 59:
        raise ValueError(text)
    return total


def _clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
