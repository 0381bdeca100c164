"""What distinguishes two versions of a recipe, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.recipe_steps import Step
from workbench.domain.recipes import Recipe


class Change(StrEnum):
    """What happened to a step."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SWITCHED_OFF = "switched_off"
    SWITCHED_ON = "switched_on"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class StepChange:
    """One difference; ``before`` or ``after`` is None where the step is on one side only."""

    what: Change
    step_id: str
    before: Step | None
    after: Step | None


def differences(before: Recipe, after: Recipe) -> tuple[StepChange, ...]:
    """The changes that lead from one recipe to the other, in the order of the later one; removed steps come last."""
    found: list[StepChange] = []
    for step in after.steps:
        old = before.step(step.id)
        if old is None:
            found.append(StepChange(Change.ADDED, step.id, None, step))
            continue
        if old != step:
            found.append(StepChange(Change.CHANGED, step.id, old, step))
        was_off, is_off = step.id in before.off, step.id in after.off
        if was_off != is_off:
            found.append(StepChange(Change.SWITCHED_OFF if is_off else Change.SWITCHED_ON, step.id, old, step))
    known = [s.id for s in before.steps if after.step(s.id) is not None]
    now = [s.id for s in after.steps if before.step(s.id) is not None]
    if known != now:
        moved = next(there for here, there in zip(known, now, strict=True) if here != there)
        found.append(StepChange(Change.MOVED, moved, before.step(moved), after.step(moved)))
    found += [StepChange(Change.REMOVED, s.id, s, None) for s in before.steps if after.step(s.id) is None]
    return tuple(found)
