"""Lint of a SOP: what would trap a case (errors), and what an officer should look at first (warnings)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from workbench.domain import sop_lint_flow as flow
from workbench.domain import sop_lint_names as names
from workbench.domain import sop_lint_times as times
from workbench.domain.places import Place, line_of
from workbench.domain.sop import Sop
from workbench.domain.sop_lint_model import LintProblem, Severity, Slip


def lint(sop: Sop, lines: Mapping[Place, int] | None = None) -> list[LintProblem]:
    """All findings about a SOP, errors first. ``lines`` maps places of the document to lines of its file.

    Checks of the graph are left out where references are already broken, so that one slip gives one finding.
    """
    lines = lines or {}
    raw = [finding for check in _REFERENCES for finding in check(sop)]
    if not any(finding.severity is Severity.ERROR for finding in raw):
        raw += [finding for check in _GRAPH for finding in check(sop)]
    problems = [
        LintProblem(finding.rule, finding.message, finding.step, line_of(lines, finding.place), finding.severity)
        for finding in raw
    ]
    return sorted(problems, key=lambda p: (p.severity is Severity.WARNING, p.line or 0))


_Check = Callable[[Sop], Iterator[Slip]]
_REFERENCES: tuple[_Check, ...] = (
    names.identity, names.numbers_and_keys, names.lanes, names.targets, times.amounts, names.phases, names.fan_out,
)  # fmt: skip
_GRAPH: tuple[_Check, ...] = (flow.reachable, flow.direction, times.plausible, times.sums)
