"""Whose time a case has taken: waiting and working apart, the office apart from the OPD, the requester and BPS.

A stay's waiting time runs until somebody takes the step, its working time from then on; what was held is in neither
and is booked on whom it waited for. A collection's time at its OPDs is the OPDs', as one stretch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import Session

from workbench import moment
from workbench.domain import case_clock
from workbench.domain.engine import EventType
from workbench.domain.errors import OutsideCalendar
from workbench.domain.people import PRODUCER_ROLES, Role
from workbench.domain.sop import Sop
from workbench.services import casework, office_clock
from workbench.storage import casebook

OFFICE = "office"
_PARTY_OF = {Role.REQUESTER: "requester", Role.BPS: "bps", **dict.fromkeys(PRODUCER_ROLES, "opd")}


@dataclass(frozen=True, slots=True)
class StayTime:
    """One stay at a step in working seconds. ``party`` is ``office`` or a code of ``holds.PARTIES``."""

    step: str
    visit: int
    lane_name: str
    party: str
    waiting: int
    working: int
    held: int
    running: bool


@dataclass(frozen=True, slots=True)
class PartyTime:
    """What a party has used of a case, in working seconds."""

    party: str
    waiting: int
    working: int
    held: int

    @property
    def total(self) -> int:
        """Waiting, working and held together."""
        return self.waiting + self.working + self.held


@dataclass(frozen=True, slots=True)
class CaseTime:
    """All stays in order, and the sums by party that had the case, the office first, also when it took no time.

    ``problem`` says which year is missing.
    """

    stays: tuple[StayTime, ...] = ()
    parties: tuple[PartyTime, ...] = ()
    problem: str = ""


def of_case(session: Session, *, case_id: int) -> CaseTime:
    """The time of a case up to now, by the present calendar."""
    rows = casebook.events(session, case_id)
    state, stays = casework.fold(session, rows)
    waited_for = [casebook.to_event(row).detail.get("waiting_for", "") for row in rows if row.type == EventType.PAUSE]
    clock, sums = office_clock.clock(session), dict[str, PartyTime]()
    found: list[StayTime] = []
    now = state.closed_at or moment.now()
    for index, stay in enumerate(stays):
        sop = casebook.sop_of(session, stay.sop_sha)
        running = stay.done_at is None
        ended = replace(stay, done_at=now) if running else stay
        try:
            came_to = case_clock.settle(clock, sop, [*stays[:index], ended], index, state.child)
            held = [clock.between(pause.start, pause.end or now) for pause in stay.pauses]
        except OutsideCalendar as error:
            return CaseTime(problem=str(error))
        party, lane = _party(sop, stay.step, state.child)
        found.append(
            StayTime(stay.step, stay.visit, lane, party, came_to.waiting, came_to.working, sum(held), running)
        )  # fmt: skip
        _add(sums, party, waiting=came_to.waiting, working=came_to.working)
        for seconds in held:
            _add(sums, waited_for.pop(0) or "other", held=seconds)
    order = sorted(sums.values(), key=lambda one: (one.party != OFFICE, -one.total))
    return CaseTime(tuple(found), tuple(order))


def _party(sop: Sop, no: str, child: bool) -> tuple[str, str]:
    step = sop.step(no)
    lane = sop.holder(step)
    if not child and sop.fan_out is not None and no in sop.fan_out.steps:
        return "opd", lane.name
    return _PARTY_OF.get(lane.role, OFFICE), lane.name


def _add(sums: dict[str, PartyTime], party: str, *, waiting: int = 0, working: int = 0, held: int = 0) -> None:
    known = _known(party)
    old = sums.get(known, PartyTime(known, 0, 0, 0))
    sums[known] = PartyTime(known, old.waiting + waiting, old.working + working, old.held + held)


def _known(party: str) -> str:
    """Pauses of old cases name a role or a text; they are outside in any case."""
    names = {"producer_staff": "opd", "producer_pic": "opd"}
    code = names.get(party, party)
    return code if code in ("office", "requester", "opd", "bps") else "other"
