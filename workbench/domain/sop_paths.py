"""Ways through a SOP: what lies downstream of a step, and the straight paths with their standard times."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.sop import END, OutcomeKind, Sop, Standard, Unit


@dataclass(frozen=True, slots=True)
class StraightPath:
    """Steps from start to end without a return, and what their standards add up to, unit by unit.

    The three units are never converted into each other, so a sum is three numbers.
    """

    steps: tuple[str, ...]
    minutes: int
    days: int
    months: int

    @property
    def weight(self) -> tuple[int, int, int]:
        """For ordering paths from short to long: months, then working days, then minutes."""
        return self.months, self.days, self.minutes


def downstream(sop: Sop, no: str, *, returns: bool = False) -> frozenset[str]:
    """The step itself and all steps reachable from it by going forward (and by returns, if asked for)."""
    found: set[str] = set()
    todo = [no]
    while todo:
        here = todo.pop()
        if here == END or here in found:
            continue
        found.add(here)
        todo += [o.to for o in sop.step(here).outcomes if returns or o.kind is not OutcomeKind.RETURN]
    return frozenset(found)


def forward(sop: Sop, no: str) -> tuple[str, ...]:
    """Where a step leads without a return, each target once, in the order of its outcomes."""
    return tuple(dict.fromkeys(o.to for o in sop.step(no).outcomes if o.kind is not OutcomeKind.RETURN))


def has_forward_loop(sop: Sop) -> bool:
    """Is there a way round that no return closes? Such a SOP has no plan."""
    return any(step.no in downstream(sop, to) for step in sop.steps for to in forward(sop, step.no) if to != END)


def paths(sop: Sop, start: str | None = None) -> tuple[StraightPath, ...]:
    """All straight paths from a step (the SOP's start) to the end; none where the SOP loops without a return."""
    if has_forward_loop(sop):
        return ()
    done: list[tuple[str, ...]] = []
    todo: list[tuple[str, ...]] = [(start or sop.start,)]
    while todo:
        path = todo.pop()
        for to in reversed(forward(sop, path[-1])):
            if to == END:
                done.append(path)
            else:
                todo.append((*path, to))
    return tuple(_measure(sop, path) for path in done)


def longest_path(sop: Sop, start: str | None = None) -> StraightPath:
    """The straight path with the largest standard; ValueError where there is none."""
    return max(paths(sop, start), key=lambda path: path.weight)


def standards(sop: Sop, steps: tuple[str, ...]) -> tuple[tuple[str, Standard | None], ...]:
    """The standard falling due at each of the steps; a phase's stands at its last step *on this path*."""
    last_of = {phase.key: no for no in steps if (phase := sop.phase_of(no)) is not None}
    found: list[tuple[str, Standard | None]] = []
    for no in steps:
        standard = sop.step(no).standard
        phase = sop.phase_of(no)
        if standard is None and phase is not None and last_of[phase.key] == no:
            standard = phase.standard
        found.append((no, standard))
    return tuple(found)


def _measure(sop: Sop, steps: tuple[str, ...]) -> StraightPath:
    sums = dict.fromkeys(Unit, 0)
    for _no, standard in standards(sop, steps):
        if standard is not None:
            sums[standard.unit] += standard.amount
    return StraightPath(steps, sums[Unit.WORKING_MINUTES], sums[Unit.WORKING_DAYS], sums[Unit.MONTHS])
