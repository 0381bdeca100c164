"""Who may act: roles as lane keys, held by dated assignment.

A city names its posts as it likes (Kasi, Subkoordinator, JF Statistisi Ahli Muda …); that title is data on the
assignment. Code knows only these lane keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """Lane keys. A SOP's lanes name one each; a person holds them by assignment."""

    REQUESTER = "requester"
    CLERK = "clerk"
    STAFF = "staff"
    SECTION_HEAD = "section_head"
    DIVISION_HEAD = "division_head"
    SECRETARY = "secretary"
    AGENCY_HEAD = "agency_head"
    PRODUCER_STAFF = "producer_staff"
    PRODUCER_PIC = "producer_pic"
    BPS = "bps"
    ADMINISTRATOR = "administrator"


WALIDATA_ROLES = frozenset(
    {Role.CLERK, Role.STAFF, Role.SECTION_HEAD, Role.DIVISION_HEAD, Role.SECRETARY, Role.AGENCY_HEAD}
)
SUPERVISOR_ROLES = frozenset({Role.SECTION_HEAD, Role.DIVISION_HEAD, Role.SECRETARY, Role.AGENCY_HEAD})
PRODUCER_ROLES = frozenset({Role.PRODUCER_STAFF, Role.PRODUCER_PIC})
OUTSIDE_ROLES = frozenset({Role.REQUESTER, Role.BPS}) | PRODUCER_ROLES


class Capacity(StrEnum):
    """In what capacity an assignment is held; Plt and Plh are acting appointments with a letter."""

    DEFINITIVE = "definitif"
    PLT = "Plt"
    PLH = "Plh"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One post held from a day to a day (inclusive; open end = None), for one OPD."""

    role: Role
    title: str
    opd_code: str
    capacity: Capacity
    valid_from: date
    valid_to: date | None = None
    letter_number: str = ""

    def holds_on(self, day: date) -> bool:
        """Is the post held on this day?"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is logged in, with the assignments valid today."""

    id: int
    username: str
    name: str
    assignments: tuple[Assignment, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """Roles held today, in any capacity."""
        return frozenset(a.role for a in self.assignments)

    @property
    def opd_codes(self) -> frozenset[str]:
        """OPDs this person speaks for as a data producer."""
        return frozenset(a.opd_code for a in self.assignments if a.role in PRODUCER_ROLES)

    def assignment_for(self, role: Role, opd_code: str | None = None) -> Assignment | None:
        """The assignment in which this person may act as ``role`` (for that OPD, if one is named)."""
        held = [a for a in self.assignments if a.role is role and opd_code in (None, a.opd_code)]
        held.sort(key=lambda a: a.capacity is not Capacity.DEFINITIVE)
        return held[0] if held else None
