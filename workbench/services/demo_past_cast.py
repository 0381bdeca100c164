"""Who worked in the demo office's past: how quick they are, when they were away, and who stood in for them.

All times here are working seconds since the calendar's first day (``Clock.work``), so that nobody works at night.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from workbench.domain.clock import Clock
from workbench.domain.people import Role
from workbench.services.demo_office import PEOPLE, WALIDATA, DemoPerson

# The demo office proper has one person per post; a busy past needs one more analyst and a PIC in every agency. They
# have no password until the administrator gives them one.
MORE: tuple[DemoPerson, ...] = (
    DemoPerson("analis", "Galih Prabowo", Role.STAFF, "Analis Statistik"),
    DemoPerson("pic.disdukcapil", "Retno Wulandari", Role.PRODUCER_PIC, "Kepala Bidang Data", "2.12.01"),
    DemoPerson("pic.disdik", "Slamet Riyanto", Role.PRODUCER_PIC, "Kepala Subbagian Perencanaan", "1.01.01"),
    DemoPerson("pic.dispangtan", "Wening Kartika", Role.PRODUCER_PIC, "Kepala Subbagian Program", "3.27.01"),
)

NAMES: Mapping[str, str] = {person.username: person.name for person in (*PEOPLE, *MORE)}
STAFF = ("statistisi", "pengelola", "analis")
HEADS: Mapping[Role, str] = {
    Role.SECTION_HEAD: "subkoor", Role.DIVISION_HEAD: "kabid", Role.SECRETARY: "sekretaris", Role.AGENCY_HEAD: "kadis",
    Role.CLERK: "agenda",
}  # fmt: skip
AGENCIES: Mapping[str, str] = {
    "2.12.01": "disdukcapil", "1.02.01": "dinkes", "1.01.01": "disdik", "3.27.01": "dispangtan",
}  # fmt: skip
# Who stands in as Plh; a post without one waits until its holder is back.
_DEPUTY: Mapping[str, str] = {"kabid": "subkoor", "kadis": "sekretaris", "subkoor": "statistisi", "sekretaris": "kabid"}
_TITLES: Mapping[str, tuple[Role, str]] = {
    "kabid": (Role.DIVISION_HEAD, "Kepala Bidang Statistik"), "kadis": (Role.AGENCY_HEAD, "Kepala Dinas"),
    "subkoor": (Role.SECTION_HEAD, "Subkoordinator Statistik Sektoral"),
    "sekretaris": (Role.SECRETARY, "Sekretaris Dinas"),
}  # fmt: skip

# How long somebody takes, against the standard: above 1 means that half of what they do would be late by itself.
_PACE: Mapping[str, float] = {
    "kadis": 1.6, "sekretaris": 1.0, "kabid": 1.2, "subkoor": 0.95, "agenda": 0.8, "statistisi": 0.75, "pengelola": 1.0,
    "analis": 0.85, "op.dinkes": 1.7, "op.dispangtan": 2.3, "op.disdik": 1.0, "op.disdukcapil": 0.7, "pic.dinkes": 1.2,
    "pic.dispangtan": 1.5, "bps": 1.5, "requester": 0.8,
}  # fmt: skip
_QUIET_DAYS = 45  # nobody is away lately: what stands today is made to stand


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody away from a day to a day, in dates and in working seconds; ``deputy`` is "" where nobody stands in."""

    username: str
    first: date
    last: date
    begin: int
    end: int
    deputy: str


@dataclass(frozen=True, slots=True)
class Plh:
    """An acting appointment to be made: whom, for which post, from when to when, by which letter."""

    username: str
    role: Role
    title: str
    opd_code: str
    first: date
    last: date
    letter: str


class Cast:
    """The people of the past, with their paces and their absences (seeded)."""

    def __init__(self, clock: Clock, begin: datetime, now: datetime, dice: Random) -> None:
        self._clock = clock
        self._leaves = _leaves(clock, begin, now, dice)
        self._fasting = _fasting(clock)
        months = [date(year, month, 1) for year in range(2024, clock.calendar.last.year + 1) for month in range(1, 13)]
        self._month_starts = [clock.work(_at(clock, day)) for day in months]
        self._months = months

    # ---------------------------------------------------------------- pace

    def pace(self, username: str, at: int) -> float:
        """Multiple of the standard this person needs around that time: Ramadan and the year's end are slow."""
        pace = _PACE.get(username, 1.0)
        if any(begin <= at <= end for begin, end in self._fasting):
            pace *= 1.5
        elif self._months[bisect_right(self._month_starts, at) - 1].month == 12:
            pace *= 1.4
        return pace

    # ---------------------------------------------------------------- presence

    def away(self, username: str, at: int) -> Leave | None:
        """The absence somebody is in at a time."""
        return next((x for x in self._leaves.get(username, ()) if x.begin <= at <= x.end), None)

    def performer(
        self, role: Role, opd_code: str, at: int, dice: Random, prefer: str = "", avoid: str = ""
    ) -> tuple[str, int]:  # fmt: skip
        """Who does a thing of this role that is ready at ``at``, and when: a stand-in, a colleague, or later.

        ``avoid`` may not do it as a stand-in, because they made what is to be initialled.
        """
        if role is Role.STAFF:
            present = [name for name in STAFF if self.away(name, at) is None]
            if prefer in present:
                return prefer, at
            return (dice.choice(present), at) if present else self.back(prefer or STAFF[0], at, dice)
        if role in HEADS:
            return self._head(HEADS[role], at, dice, avoid)
        if role in (Role.REQUESTER, Role.BPS):  # recorded by whoever keeps the agenda
            clerk = HEADS[Role.CLERK]
            return (clerk, at) if self.away(clerk, at) is None else ("statistisi", at)
        kind = "pic" if role is Role.PRODUCER_PIC else "op"
        return self.back(f"{kind}.{AGENCIES[opd_code]}", at, dice)

    def _head(self, username: str, at: int, dice: Random, avoid: str) -> tuple[str, int]:
        leave = self.away(username, at)
        if leave is None:
            return username, at
        if leave.deputy not in ("", avoid) and self.away(leave.deputy, at) is None:
            return leave.deputy, at
        return self.back(username, at, dice)

    def back(self, username: str, at: int, dice: Random) -> tuple[str, int]:
        """The same person, once they are back and through the pile on the desk."""
        while (leave := self.away(username, at)) is not None:
            at = leave.end + dice.randint(900, 9000)
        return username, at

    # ---------------------------------------------------------------- appointments

    def appointments(self) -> list[Plh]:
        """The Plh of all absences that have one, in order."""
        found = []
        covered = [leave for leaves in self._leaves.values() for leave in leaves if leave.deputy]
        for number, leave in enumerate(sorted(covered, key=lambda x: (x.first, x.username)), start=1):
            role, title = _TITLES[leave.username]
            letter = f"800.1.11.1/{210 + number:04d}/{leave.first.year}"
            found.append(Plh(leave.deputy, role, title, WALIDATA, leave.first, leave.last, letter))
        return found


def _at(clock: Clock, day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=clock.zone)


def _fasting(clock: Clock) -> list[tuple[int, int]]:
    first, last = clock.calendar.first, clock.calendar.last
    return [
        (clock.work(_at(clock, max(r.first, first))), clock.work(_at(clock, min(r.last, last))))
        for r in clock.calendar.regimes
        if r.first <= last and r.last >= first
    ]


def _leaves(clock: Clock, begin: datetime, now: datetime, dice: Random) -> dict[str, list[Leave]]:
    """Two or three absences a year each: annual leave, courses, trips."""
    found: dict[str, list[Leave]] = {}
    first, last = clock.local_date(begin), clock.local_date(now) - timedelta(days=_QUIET_DAYS)
    names: Sequence[str] = (*HEADS.values(), *STAFF, *(f"op.{a}" for a in AGENCIES.values()))
    for username in names:
        day = first + timedelta(days=dice.randint(20, 120))
        while True:
            end = day + timedelta(days=dice.randint(2, 9))
            if end >= last:
                break
            deputy = _DEPUTY.get(username, "") if dice.random() < 0.75 else ""
            opens, closes = clock.work(_at(clock, day)), clock.work(_at(clock, end + timedelta(days=1)))
            if closes > opens:
                # One second inside, so that a time on the edge belongs to the day it is shown on.
                found.setdefault(username, []).append(Leave(username, day, end, opens + 1, closes, deputy))
            day = end + timedelta(days=dice.randint(70, 190))
    return found
