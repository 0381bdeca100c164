"""Why each due time of a case is what it is: what is explained is what the clock computed."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.domain import office
from tests.domain.office import wib
from workbench.domain import case_clock, case_reasons
from workbench.domain.engine import CaseState, Event, EventType
from workbench.domain.errors import IllegalMove
from workbench.domain.sop import OutcomeKind, Sop
from workbench.settings import CHECKOUT
from workbench.storage.sop_files import load_all

SOPS = {sop.id: sop for sop in load_all(CHECKOUT / "data" / "sop")}


def walk(sop: Sop, seed: int) -> list[tuple[CaseState, list[case_clock.Stay]]]:
    """A case after each event of a walk with holds and returns."""
    dice, stays, found = random.Random(seed), [], []
    at = wib("2026-02-10T10:00") + timedelta(hours=dice.randrange(200))
    state = case_clock.advance(sop, None, stays, Event(EventType.START, at, "x"))
    for _turn in range(25):
        if state.ended:
            break
        found.append((state, list(stays)))
        at += timedelta(minutes=dice.choice((20, 90, 600, 3000)))
        step = sop.step(state.step)
        if case_clock.is_waiting(state):
            event = Event(EventType.JOIN, at, "system", step=step.no)
        elif state.paused_since:
            event = Event(EventType.RESUME, at, "x", step=step.no)
        elif dice.random() < 0.3:
            event = Event(EventType.PAUSE, at, "x", step=step.no, detail={"reason": "data"})
        else:
            outcome = dice.choice(step.outcomes)
            kind = EventType.DECIDE if outcome.kind is OutcomeKind.RETURN else EventType.SKIP
            event = Event(kind, at, "x", step=step.no, outcome=outcome.key, lane=step.lane, note="alasan")
        state = case_clock.advance(sop, state, stays, event)
    return found


@pytest.mark.parametrize("sop_id", sorted(SOPS))
def test_every_due_time_of_a_walk_is_explained_to_the_second(sop_id: str) -> None:
    sop, clock = SOPS[sop_id], office.clock()
    explained = 0
    for seed in range(6):
        for state, stays in walk(sop, seed):
            due = case_clock.due_times(clock, sop, state, stays)
            whole, law = case_reasons.of_sop(clock, sop, state, stays), case_reasons.of_law(clock, sop, state)
            assert due.sop == (whole.due if whole else None)
            assert due.law == (law.due if law else None)
            step = case_reasons.of_step(clock, sop, state, stays)
            if due.step is not None:
                assert step is not None and step.due == due.step
                explained += 1
    assert explained > 5


def test_a_step_inside_a_phase_is_explained_by_its_phase() -> None:
    sop, clock, stays = SOPS["ska-publikasi"], office.clock(), []
    state = case_clock.advance(sop, None, stays, Event(EventType.START, wib("2026-07-06T09:00"), "x"))
    reason = case_reasons.of_step(clock, sop, state, stays)
    assert reason is not None and reason.stretches[0].phase is not None
    assert reason.stretches[0].phase.steps == ("1", "2", "3") and reason.due == wib("2026-07-07T16:00")


def test_the_law_names_the_days_it_was_extended_by() -> None:
    sop, clock, stays = SOPS["trk-layanan-data"], office.clock(), []
    state = case_clock.advance(sop, None, stays, Event(EventType.START, wib("2026-03-10T09:00"), "x"))
    law = case_reasons.of_law(clock, sop, state)
    assert law is not None and law.due == wib("2026-03-31T16:00")  # G16
    more = Event(EventType.EXTEND, wib("2026-03-11T09:00"), "x", note="menunggu BPS", detail={"days": "7"})
    state = case_clock.advance(sop, state, stays, more)
    law = case_reasons.of_law(clock, sop, state)
    assert law is not None and law.stretches[0].standard.amount == 17
    with pytest.raises(IllegalMove):
        case_clock.advance(sop, state, stays, more)
