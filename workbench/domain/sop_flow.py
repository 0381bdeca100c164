"""The flow of a SOP in the five symbols of Permenpan RB 35/2012: which symbol a step is, and which arrows leave it.

An administrative step is either carried out (box) or decided (diamond); the first and the last one are capsules.
Sheet, screen and BPMN all draw from here, so that they cannot disagree about where an outcome leads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.domain.sla_words import weekday_words
from workbench.domain.sop import END, Confidence, Lane, OutcomeKind, Sop, Standard, Step, Unit
from workbench.i18n import _, _n

START = "START"


class Symbol(StrEnum):
    """The shapes a sheet may use; the fifth symbol, the arrow, is ``Arrow``."""

    TERMINAL = "terminal"
    PROCESS = "process"
    DECISION = "decision"
    CONNECTOR = "connector"


SYMBOL_MARKS = {
    Symbol.TERMINAL: "○",
    Symbol.PROCESS: "□",
    Symbol.DECISION: "◇",
    Symbol.CONNECTOR: "▽",
}
"""One character each, for tables that cannot draw; chosen from those every font has."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """All outcomes of one step that lead to the same place, drawn as one arrow.

    ``source`` is a step number or ``START``; ``target`` a step number or ``END``.
    """

    source: str
    target: str
    label: str = ""
    back: bool = False
    confidence: Confidence = Confidence.PRINTED


def targets(step: Step) -> tuple[str, ...]:
    """Where a step may lead, each place once, in the order the outcomes are written."""
    return tuple(dict.fromkeys(outcome.to for outcome in step.outcomes))


def is_decision(step: Step) -> bool:
    """Does the step lead to more than one place?"""
    return len(targets(step)) > 1


def own_terminals(sop: Sop) -> tuple[bool, bool]:
    """Whether the sheet needs a row of its own for Mulai and for Selesai.

    A step that only starts or only ends is itself the capsule, as the offices draw it. A row of its own is needed
    where the document prints one (its first step is not number 1), and where the step is a diamond already.
    """
    first = sop.step(sop.start)
    printed_no = first.printed.get("no", "").strip().rstrip(".,")
    prints_rows = printed_no.isdigit() and int(printed_no) > 1
    last = [step for step in sop.steps if END in targets(step)]
    begin = prints_rows or is_decision(first)
    end = prints_rows or any(is_decision(step) for step in last) or (begin and sop.start in {s.no for s in last})
    if not begin and sop.start in {s.no for s in last}:
        end = True  # one step cannot be both capsules
    return begin, end


def symbol(sop: Sop, step: Step) -> Symbol:
    """The symbol of a step on this SOP's sheet."""
    if is_decision(step):
        return Symbol.DECISION
    begin, end = own_terminals(sop)
    if (step.no == sop.start and not begin) or (END in targets(step) and not end):
        return Symbol.TERMINAL
    return Symbol.PROCESS


def arrows(sop: Sop) -> tuple[Arrow, ...]:
    """Every arrow of the sheet, in the order of the steps; labels only where there is a choice."""
    begin, end = own_terminals(sop)
    order = {step.no: index for index, step in enumerate(sop.steps)}
    drawn = [Arrow(START, sop.start)] if begin else []
    for step in sop.steps:
        choice = is_decision(step)
        for target in targets(step):
            if target == END and not end:
                continue
            same = [outcome for outcome in step.outcomes if outcome.to == target]
            back = any(o.kind is OutcomeKind.RETURN for o in same) or order.get(target, len(order)) <= order[step.no]
            drawn.append(
                Arrow(
                    step.no,
                    target,
                    " / ".join(outcome.label for outcome in same) if choice else "",
                    back,
                    weakest([outcome.confidence for outcome in same]),
                )
            )
    return tuple(drawn)


def weakest(values: list[Confidence]) -> Confidence:
    """The least sure of several readings."""
    ranking = (Confidence.PRINTED, Confidence.READ, Confidence.INFERRED)
    return max(values, key=ranking.index, default=Confidence.PRINTED)


def working_lanes(sop: Sop) -> tuple[Lane, ...]:
    """The columns of the sheet: lanes that carry out at least one step (who is only waited for has no column)."""
    busy = {step.lane for step in sop.steps}
    return tuple(lane for lane in sop.lanes if lane.key in busy)


def standard_words(standard: Standard | None) -> str:
    """A standard time as an office writes it; empty for none."""
    if standard is None:
        return ""
    if standard.dispatch is not None:
        amount = standard_words(replace(standard, dispatch=None))
        return _("{amount}, dikirim tiap {weekday}").format(amount=amount, weekday=weekday_words(standard.dispatch))
    if standard.unit is Unit.WORKING_MINUTES:
        if standard.amount >= 60 and standard.amount % 60 == 0:
            return _("{n} jam").format(n=standard.amount // 60)
        return _("{n} menit").format(n=standard.amount)
    if standard.unit is Unit.WORKING_DAYS:
        return _n("{n} hari kerja", standard.amount).format(n=standard.amount)
    return _n("{n} bulan", standard.amount).format(n=standard.amount)
