"""Who answers for a step now: those in whose hands it lies, and those who are told when it is late.

The same rule as the inbox: the one who took it, else the one it was given to, else everybody who holds the lane today.
What waits for a requester or BPS, who have no account, is watched by those who record for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select

from workbench.domain.engine import CaseStatus
from workbench.domain.people import PRODUCER_ROLES, SUPERVISOR_ROLES, WALIDATA_ROLES, Person, Role
from workbench.domain.sop import END, EvidenceKind, OutcomeKind, Sop, Step
from workbench.domain.sop_paths import downstream
from workbench.services import people, rights
from workbench.storage import casebook, people_store
from workbench.storage.tables import CaseRow

NEAREST_SUPERIORS = (Role.SECTION_HEAD, Role.DIVISION_HEAD)
"""Who is told of a breach at once. Secretary and agency head read it in the morning's digest, not one by one."""

OFFICE_ROLES = WALIDATA_ROLES | {Role.ADMINISTRATOR}
"""Whoever holds one of these may see every case."""

_ROOMS = {
    EvidenceKind.SUBMISSION: "collect",
    EvidenceKind.DATASET_VERSION: "process",
    EvidenceKind.DRAFT: "disseminate",
    EvidenceKind.RELEASE: "disseminate",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A person with the posts held today, and how to reach them."""

    person: Person
    email: str
    language: str


class Directory:
    """Everybody who has an account that is open, with today's posts. Read once, asked often."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self.contacts = tuple(contacts)
        self._by_username = {c.person.username: c for c in self.contacts}
        self._by_role: dict[Role, list[Contact]] = {}
        for contact in self.contacts:
            for role in contact.person.roles:
                self._by_role.setdefault(role, []).append(contact)

    def holding(self, role: Role, opd_code: str = "") -> list[Contact]:
        """Who holds a role today; a producer's only for the OPD."""
        found = self._by_role.get(role, [])
        if role not in PRODUCER_ROLES:
            return found
        return [c for c in found if opd_code and c.person.assignment_for(role, opd_code) is not None]

    def in_charge(self, row: CaseRow, sop: Sop) -> list[Contact]:
        """In whose hands the case lies; whoever goes on after the OPDs where it waits for them."""
        if not row.step or row.step == END:
            return []
        for username in filter(None, (row.taken_by, row.assignee)):
            if username in self._by_username:
                return [self._by_username[username]]
        role = Role(row.role)
        if row.status == CaseStatus.WAITING_CHILDREN and sop.fan_out is not None:
            role = sop.holder(sop.step(sop.fan_out.join)).role
        roles = rights.RECORDERS if role in rights.RECORDED_ROLES else (role,)
        return _once(c for role in roles for c in self.holding(role, row.opd_code))

    def superiors(self, row: CaseRow) -> list[Contact]:
        """Who is told when it is late: the nearest superiors, and for an OPD's step its person in charge of data."""
        found = [c for role in NEAREST_SUPERIORS for c in self.holding(role)]
        found = found or [c for role in SUPERVISOR_ROLES for c in self.holding(role)]
        if row.role == Role.PRODUCER_STAFF:
            found = found + self.holding(Role.PRODUCER_PIC, row.opd_code)
        return _once(found)


def _once(contacts: Iterable[Contact]) -> list[Contact]:
    return list({c.person.id: c for c in contacts}.values())


def directory(session: Session) -> Directory:
    """Everybody, in two queries."""
    rows = people_store.all_persons(session, active_only=True)
    persons = people_store.persons(session, rows, people.today())
    return Directory(
        Contact(person, row.email, row.language)
        for row, person in zip(rows, persons, strict=True)
        if person.assignments
    )  # fmt: skip


# ---------------------------------------------------------------- counts of what waits


def waiting_for(person: Person) -> ColumnElement[bool] | None:
    """Which running cases wait for a person, as a condition on the case's row; None when none can."""
    inside = {role.value for role in person.roles - PRODUCER_ROLES}
    if person.roles & set(rights.RECORDERS):
        inside |= {role.value for role in rights.RECORDED_ROLES}
    ways: list[ColumnElement[bool]] = [col(CaseRow.role).in_(sorted(inside))] if inside else []
    for role in sorted(person.roles & PRODUCER_ROLES):
        codes = [a.opd_code for a in person.assignments if a.role is role]
        ways.append(and_(col(CaseRow.role) == role.value, col(CaseRow.opd_code).in_(codes)))
    if not ways:
        return None
    return and_(or_(*ways), col(CaseRow.assignee).in_(["", person.username]))


def waiting_by_room(session: Session, person: Person) -> dict[str, int]:
    """How many steps wait for a person, by the room in which they are done; ``track`` counts them all.

    One grouped query; what is held or in a colleague's hands does not count.
    """
    mine = waiting_for(person)
    if mine is None:
        return {}
    query = (
        select(CaseRow.sop_sha, CaseRow.step, func.count())
        .where(CaseRow.status == CaseStatus.OPEN.value, mine, col(CaseRow.taken_by).in_(["", person.username]))
        .group_by(CaseRow.sop_sha, CaseRow.step)
    )
    found: dict[str, int] = {}
    for sha, no, count in session.exec(query):
        sop = casebook.sop_of(session, sha)
        room = room_of(sop, sop.step(no))
        for name in {"track", room}:
            found[name] = found.get(name, 0) + count
    return found


def room_of(sop: Sop, step: Step) -> str:
    """The room in which a step is done: that of the object it makes, or of the object it initials."""
    if step.evidence is not None:
        return _ROOMS.get(step.evidence, "track")
    if not any(outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN) for outcome in step.outcomes):
        return "track"
    before = [other for other in sop.steps if other.evidence is not None and step.no in downstream(sop, other.no)]
    return _ROOMS.get(before[-1].evidence, "track") if before and before[-1].evidence else "track"


__all__ = [
    "NEAREST_SUPERIORS",
    "OFFICE_ROLES",
    "Contact",
    "Directory",
    "directory",
    "room_of",
    "waiting_by_room",
    "waiting_for",
]
