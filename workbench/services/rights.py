"""Who may do what to a case, asked of the database at the moment of the act. Pages only guess; this decides."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from workbench.domain.errors import NotAllowed
from workbench.domain.people import (
    PRODUCER_ROLES,
    SUPERVISOR_ROLES,
    WALIDATA_ROLES,
    Assignment,
    Capacity,
    Person,
    Role,
)
from workbench.domain.sop import END, Lane, Outcome, OutcomeKind, Sop, Step
from workbench.i18n import _
from workbench.services import people
from workbench.services.casework import Actor

# Requesters and BPS have no account: whoever keeps the agenda records what they did, and the history says so.
RECORDED_ROLES = frozenset({Role.REQUESTER, Role.BPS})
RECORDERS = (Role.CLERK, Role.STAFF)


@dataclass(frozen=True, slots=True)
class Hat:
    """A person in the lane in which they may act on this step."""

    lane: str
    actor: Actor


def capacity_text(assignment: Assignment) -> str:
    """``Kepala Bidang`` or ``Plt. Kepala Bidang``."""
    if assignment.capacity is Capacity.DEFINITIVE:
        return assignment.title
    return f"{assignment.capacity.value}. {assignment.title}"


def hat_for(person: Person, sop: Sop, step: Step, opd_code: str) -> Hat | None:
    """In which lane the person may act on a step of a case of this OPD, with the posts held today; None when in none.

    A person acts for a producing OPD only when the case is that OPD's.
    """
    for key in filter(None, (step.lane, step.waiting_for)):
        lane = sop.lane(key)
        held = _held(person, lane, opd_code)
        if held is not None:
            return Hat(lane.key, Actor(person.username, person.name, held))
    return None


def _held(person: Person, lane: Lane, opd_code: str) -> str | None:
    if lane.role in PRODUCER_ROLES:
        post = person.assignment_for(lane.role, opd_code) if opd_code else None
    else:
        post = person.assignment_for(lane.role)
    if post is not None:
        return capacity_text(post)
    if lane.role in RECORDED_ROLES:
        for role in RECORDERS:
            recorder = person.assignment_for(role)
            if recorder is not None:
                return _("{post}, mencatat untuk {lane}").format(post=capacity_text(recorder), lane=lane.name)
    return None


def able(session: Session, sop: Sop, step: Step, opd_code: str) -> list[Person]:
    """Everybody who may act on a step today, by name; for requesters and BPS those who record for them."""
    roles = {sop.lane(key).role for key in (step.lane, step.waiting_for) if key}
    if roles & RECORDED_ROLES:
        roles |= set(RECORDERS)
    found = {p.id: p for role in sorted(roles) for p in people.holders(session, role)}
    return sorted(
        (p for p in found.values() if hat_for(p, sop, step, opd_code) is not None), key=lambda person: person.name
    )


_RANKS = (
    (Role.AGENCY_HEAD, Role.SECRETARY, Role.DIVISION_HEAD, Role.SECTION_HEAD, Role.STAFF),
    (Role.AGENCY_HEAD, Role.SECRETARY, Role.DIVISION_HEAD, Role.SECTION_HEAD, Role.CLERK),
    (Role.PRODUCER_PIC, Role.PRODUCER_STAFF),
)
"""Who hands work down to whom: in each line the earlier to the later."""


def handed_down(sop: Sop, step: Step, outcome: Outcome, *, child: bool = False) -> Step | None:
    """The step whose doer a decision may name: a superior's decision that hands the work down (a disposition).

    None for returns, for what goes up or sideways, and where the work fans out per OPD.
    """
    if outcome.kind is OutcomeKind.RETURN or outcome.to == END:
        return None
    fan_out = sop.fan_out
    if fan_out is not None and (outcome.to == fan_out.join if child else outcome.to in fan_out.steps):
        return None
    following = sop.step(outcome.to)
    above, below = sop.holder(step).role, sop.holder(following).role
    down = any(above in line and below in line and line.index(above) < line.index(below) for line in _RANKS)
    return following if down else None


def lane_holder(session: Session, by: Person, sop: Sop, step: Step, opd_code: str) -> Hat:
    """The hat for a step, asked now; ``NotAllowed`` says whose step it is."""
    person = people.person(session, by.id)
    hat = hat_for(person, sop, step, opd_code)
    if hat is None:
        lane = sop.holder(step)
        if lane.role in PRODUCER_ROLES and person.roles & PRODUCER_ROLES:
            raise NotAllowed(_("Perkara ini milik OPD lain."))
        raise NotAllowed(
            _("Langkah {no} milik {lane}; Anda tidak memegang peran itu hari ini.").format(no=step.no, lane=lane.name)
        )
    return hat


def _first(person: Person, roles: frozenset[Role]) -> Actor | None:
    posts = [a for role in Role if role in roles and (a := person.assignment_for(role)) is not None]
    return Actor(person.username, person.name, capacity_text(posts[-1])) if posts else None


def supervisor(session: Session, by: Person) -> Actor:
    """Section head and above: may skip, cancel, reopen, reassign, cut off, extend."""
    actor = _first(people.person(session, by.id), SUPERVISOR_ROLES)
    if actor is None:
        raise NotAllowed(_("Tindakan ini hanya untuk atasan: Subkoordinator, Kabid, Sekretaris atau Kepala Dinas."))
    return actor


def office_member(session: Session, by: Person) -> Actor:
    """Anybody of the walidata office."""
    actor = _first(people.person(session, by.id), WALIDATA_ROLES)
    if actor is None:
        raise NotAllowed(_("Tindakan ini hanya untuk petugas walidata."))
    return actor


def onlooker(session: Session, by: Person, opd_code: str) -> Actor:
    """Whoever may see the case may write a note on it."""
    person = people.person(session, by.id)
    if not may_see(person, opd_code):
        raise NotAllowed(_("Perkara ini milik OPD lain."))
    actor = _first(person, frozenset(Role))
    return actor or Actor(person.username, person.name)


def may_see(person: Person, opd_code: str) -> bool:
    """The walidata office and administrators see every case, a producer those of their own OPD."""
    if person.roles & (WALIDATA_ROLES | {Role.ADMINISTRATOR}):
        return True
    return bool(opd_code) and opd_code in person.opd_codes
