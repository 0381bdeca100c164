"""The clocks of one case: what its events say about every stay at a step, and when step, SOP and law fall due.

All of it is derived from events, a SOP and a working clock, so a stored stay can always be built again. A due time
that lies beyond the filled calendar is None here, never a guess; ``problem`` then says which year is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workbench.domain import sla
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseState, CaseStatus, Event, EventType, apply
from workbench.domain.errors import OutsideCalendar
from workbench.domain.sop import END, Sop, Standard
from workbench.domain.sop_paths import has_forward_loop, longest_path, standards

# Leaving a step in one of these ways is no performance of the step, so it gets no verdict.
_UNJUDGED = frozenset({EventType.CANCEL, EventType.MIGRATE})


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a case at a step: available, taken, done, and the holds in between.

    ``sop_sha`` is the version under which it is (or was last) performed.
    """

    step: str
    visit: int
    available_at: datetime
    sop_sha: str = ""
    taken_at: datetime | None = None
    done_at: datetime | None = None
    left_by: EventType | None = None
    outcome: str = ""
    actor: str = ""
    pauses: tuple[sla.Pause, ...] = ()

    @property
    def judged(self) -> bool:
        """Does leaving it mean that the step was performed?"""
        return self.done_at is not None and self.left_by not in _UNJUDGED


@dataclass(frozen=True, slots=True)
class DueTimes:
    """Due times of a case as it stands; None where there is none. ``problem`` says why one cannot be told yet."""

    step: datetime | None = None
    warn: datetime | None = None
    sop: datetime | None = None
    law: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a finished stay came to. Seconds are working seconds; holds are in neither waiting nor working."""

    verdict: str
    due_at: datetime | None
    waiting: int
    working: int
    paused: int


def fold(sop_of: Mapping[str, Sop], events: Iterable[tuple[str, Event]]) -> tuple[CaseState | None, list[Stay]]:
    """The state and all stays of a case from its (sop_sha, event) pairs."""
    state: CaseState | None = None
    stays: list[Stay] = []
    for sha, event in events:
        state = advance(sop_of[sha], state, stays, event)
    return state, stays


def advance(sop: Sop, state: CaseState | None, stays: list[Stay], event: Event) -> CaseState:
    """Apply one event and bring ``stays`` up to date in place; when ``engine.apply`` refuses, nothing has changed."""
    after = apply(sop, state, event)
    was_open = state is not None and not state.ended
    moved = state is None or after.ended != state.ended or (after.step, after.visit) != (state.step, state.visit)
    if stays and was_open:
        if event.type is EventType.PAUSE:
            stays[-1] = replace(stays[-1], pauses=(*stays[-1].pauses, sla.Pause(event.at)))
        elif event.type is EventType.RESUME or moved:
            stays[-1] = replace(stays[-1], pauses=_ended(stays[-1].pauses, event.at))
        if event.type is EventType.TAKE:
            stays[-1] = replace(stays[-1], taken_at=event.at)
        elif event.type is EventType.REASSIGN:
            stays[-1] = replace(stays[-1], taken_at=None)
        if moved:
            outcome = event.outcome or event.type.value
            stays[-1] = replace(
                stays[-1], done_at=event.at, left_by=event.type, outcome=outcome, actor=event.actor
            )  # fmt: skip
        elif event.type is EventType.MIGRATE:
            stays[-1] = replace(stays[-1], sop_sha=sop.sha)
    if moved and not after.ended:
        stays.append(Stay(after.step, after.visit, event.at, sop.sha))
    return after


def _ended(pauses: tuple[sla.Pause, ...], at: datetime) -> tuple[sla.Pause, ...]:
    return tuple(replace(pause, end=at) if pause.end is None else pause for pause in pauses)


# ---------------------------------------------------------------- due times


def due_times(clock: Clock, sop: Sop, state: CaseState, stays: Sequence[Stay]) -> DueTimes:
    """When the present step, the SOP and the law want the case done. An ended case has no step due.

    Each is told where the calendar reaches it, though another may lie beyond.
    """
    found: dict[str, datetime | None] = dict.fromkeys(("step", "warn", "sop", "law"))
    problem = ""
    try:
        if not state.ended:
            found["step"], found["warn"] = stay_due(clock, sop, stays, len(stays) - 1, state.child)
    except OutsideCalendar as error:
        problem = str(error)
    for name, limit in (("sop", _sop_due), ("law", _legal_due)):
        try:
            found[name] = limit(clock, sop, state, stays)
        except OutsideCalendar as error:
            problem = problem or str(error)
    return DueTimes(**found, problem=problem)


def stay_due(
    clock: Clock, sop: Sop, stays: Sequence[Stay], index: int, child: bool
) -> tuple[datetime | None, datetime | None]:
    """(due, warning) of a stay; (None, None) where the SOP sets no time. OutsideCalendar beyond the calendar."""
    stay = stays[index]
    fan_out = sop.fan_out
    if fan_out is not None and not child and stay.step in fan_out.steps:
        # A parent waits here until all OPDs are through: the sum of what each of them may take.
        end = _chained(clock, stay.available_at, (s for _no, s in fan_out_standards(sop)))
        return (end, _three_quarters(clock, stay.available_at, end)) if end > stay.available_at else (None, None)
    standard = sop.standard_of(stay.step)
    if standard is None:
        return None, None
    start, pauses = stay.available_at, stay.pauses
    if sop.step(stay.step).standard is None:
        start, pauses = phase_start(sop, stays, index)
    return sla.due(clock, start, standard, pauses), sla.warn_at(clock, start, standard, pauses)


def fan_out_standards(sop: Sop) -> tuple[tuple[str, Standard], ...]:
    """The steps of the fan-out that have a standard, one after the other."""
    steps = sop.fan_out.steps if sop.fan_out is not None else ()
    return tuple((no, s) for no, s in standards(sop, steps) if s is not None)


def phase_start(sop: Sop, stays: Sequence[Stay], index: int) -> tuple[datetime, tuple[sla.Pause, ...]]:
    """When the phase of a stay was last entered, and the holds since; a return to its first step begins it anew."""
    phase = sop.phase_of(stays[index].step)
    first = index
    while phase is not None and stays[first].step != phase.steps[0] and first > 0:
        if stays[first - 1].step not in phase.steps:
            break
        first -= 1
    return stays[first].available_at, tuple(pause for stay in stays[first : index + 1] for pause in stay.pauses)


_longest_by_sha: dict[str, tuple[tuple[str, Standard], ...]] = {}


def _longest(sop: Sop) -> tuple[tuple[str, Standard], ...]:
    """Standards along the longest straight path; enumerating paths costs, and a version never changes."""
    if sop.sha in _longest_by_sha:
        return _longest_by_sha[sop.sha]
    path = () if has_forward_loop(sop) else longest_path(sop).steps
    if sop.service_clock_stops in path:
        path = path[: path.index(sop.service_clock_stops) + 1]
    chain = tuple((no, s) for no, s in standards(sop, path) if s is not None)
    if sop.sha:
        _longest_by_sha[sop.sha] = chain
    return chain


def _sop_due(clock: Clock, sop: Sop, state: CaseState, stays: Sequence[Stay]) -> datetime | None:
    """The SOP's total, or its standards one after the other along the longest straight path."""
    if state.opened_at is None:
        return None
    pauses = tuple(pause for stay in stays for pause in stay.pauses)
    if sop.total is not None and not state.child:
        return sla.due(clock, state.opened_at, sop.total, pauses)
    chain = sop_standards(sop, state.child)
    if not chain:
        return None
    return clock.add_seconds(_chained(clock, state.opened_at, (s for _no, s in chain)), held_seconds(clock, stays))


def sop_standards(sop: Sop, child: bool) -> tuple[tuple[str, Standard], ...]:
    """The steps whose standards, one after the other, make up the limit of a whole case without a printed total."""
    return fan_out_standards(sop) if child and sop.fan_out is not None else _longest(sop)


def held_seconds(clock: Clock, stays: Sequence[Stay]) -> int:
    """Working seconds of all holds that have ended."""
    pauses = (pause for stay in stays for pause in stay.pauses)
    return sum(clock.between(pause.start, pause.end) for pause in pauses if pause.end is not None)


def _legal_due(clock: Clock, sop: Sop, state: CaseState, stays: Sequence[Stay]) -> datetime | None:
    if not sop.legal_clock or state.child or state.opened_at is None:
        return None
    return sla.legal_due(clock, state.opened_at, state.extension_days)


def _chained(clock: Clock, start: datetime, chain: Iterable[Standard]) -> datetime:
    for standard in chain:
        start = sla.due(clock, start, standard)
    return start


def _three_quarters(clock: Clock, start: datetime, end: datetime) -> datetime:
    return clock.add_seconds(start, -(-clock.between(start, end) * 3 // 4))


# ---------------------------------------------------------------- what a stay came to


def settle(clock: Clock, sop: Sop, stays: Sequence[Stay], index: int, child: bool) -> Settled:
    """The verdict and the working time of a finished stay. OutsideCalendar where the calendar does not reach."""
    stay = stays[index]
    if stay.done_at is None:
        raise ValueError("the stay has not ended")
    due_at, _warn = stay_due(clock, sop, stays, index, child)
    taken = stay.taken_at or stay.done_at
    holds = [(pause.start, pause.end or stay.done_at) for pause in stay.pauses]

    def net(start: datetime, end: datetime) -> int:
        held = sum(max(0, clock.between(max(a, start), min(b, end))) for a, b in holds if a < end and b > start)
        return max(0, clock.between(start, end) - held)

    verdict = ""
    if stay.judged and due_at is not None:
        verdict = (sla.Flag.BREACHED if stay.done_at.replace(microsecond=0) > due_at else sla.Flag.ON_TIME).value
    return Settled(
        verdict,
        due_at,
        net(stay.available_at, taken),
        net(taken, stay.done_at),
        sum(clock.between(a, b) for a, b in holds),
    )


def is_waiting(state: CaseState) -> bool:
    """Does the case wait for its children?"""
    return state.status is CaseStatus.WAITING_CHILDREN


def plan_steps(sop: Sop, child: bool) -> tuple[str, ...]:
    """The step numbers a case of this kind can come to, in the order of the sheet."""
    fan_out = sop.fan_out
    if child and fan_out is not None:
        return fan_out.steps
    return tuple(step.no for step in sop.steps if step.no != END)
