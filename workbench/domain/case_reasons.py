"""Why a case's three due times are what they are: each as standards that run one after the other.

A step has one standard (its own, or its phase's); a collection that waits for its OPDs has those of the OPDs' steps; a
SOP without a printed total has those of its longest way. What ``case_clock`` computes is explained here, line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from workbench.domain import case_clock, sla
from workbench.domain.case_clock import Stay
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseState
from workbench.domain.sop import Phase, Sop, Standard, Unit


@dataclass(frozen=True, slots=True)
class Stretch:
    """One standard with its explanation; ``step`` or ``phase`` says whose it is, neither of them: the whole case's."""

    standard: Standard
    explanation: sla.Explanation
    step: str = ""
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """The stretches that lead to a due time, and the working seconds of holds that are added at the end."""

    stretches: tuple[Stretch, ...]
    due: datetime
    held: int = 0


def of_step(clock: Clock, sop: Sop, state: CaseState, stays: Sequence[Stay]) -> Reason | None:
    """Of the present step; for a step inside a phase that of the whole phase. None where no time is set."""
    if state.ended or not stays:
        return None
    stay, no = stays[-1], state.step
    if case_clock.is_waiting(state):
        return _chain(clock, stay.available_at, case_clock.fan_out_standards(sop), 0)
    own = sop.step(no).standard
    if own is not None:
        return _single(Stretch(own, sla.explain(clock, stay.available_at, own, stay.pauses), step=no))
    phase = sop.phase_of(no)
    if phase is None:
        return None
    start, pauses = case_clock.phase_start(sop, stays, len(stays) - 1)
    return _single(Stretch(phase.standard, sla.explain(clock, start, phase.standard, pauses), phase=phase))


def of_sop(clock: Clock, sop: Sop, state: CaseState, stays: Sequence[Stay]) -> Reason | None:
    """Of the whole case: its printed total, or its standards along the longest way."""
    if state.opened_at is None:
        return None
    if sop.total is not None and not state.child:
        pauses = tuple(pause for stay in stays for pause in stay.pauses)
        return _single(Stretch(sop.total, sla.explain(clock, state.opened_at, sop.total, pauses)))
    held = case_clock.held_seconds(clock, stays)
    return _chain(clock, state.opened_at, case_clock.sop_standards(sop, state.child), held)


def of_law(clock: Clock, sop: Sop, state: CaseState) -> Reason | None:
    """Of the law: ten working days from the request, and what they were extended by."""
    if not sop.legal_clock or state.child or state.opened_at is None:
        return None
    allowed = Standard(sla.LEGAL_WORKING_DAYS + state.extension_days, Unit.WORKING_DAYS)
    return _single(Stretch(allowed, sla.explain(clock, state.opened_at, allowed)))


def _single(stretch: Stretch) -> Reason:
    return Reason((stretch,), stretch.explanation.due)


def _chain(clock: Clock, start: datetime, timed: Iterable[tuple[str, Standard]], held: int) -> Reason | None:
    found = []
    for no, standard in timed:
        explanation = sla.explain(clock, start, standard)
        found.append(Stretch(standard, explanation, step=no))
        start = explanation.due
    return Reason(tuple(found), clock.add_seconds(start, held), held) if found else None
