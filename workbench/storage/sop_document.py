"""The document of a SOP: the typed reading that serves a person's YAML and the database's JSON alike, and its writing.

One reading for both, so a stored version can never mean something else than its file did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.domain.errors import BadDefinition
from workbench.domain.people import Role
from workbench.domain.places import Place
from workbench.domain.sop import (
    Confidence,
    Doubt,
    EvidenceKind,
    FanOut,
    Lane,
    Outcome,
    OutcomeKind,
    Phase,
    Sop,
    Standard,
    Step,
    Unit,
    Weekday,
)
from workbench.domain.sop_lint_model import LintProblem
from workbench.i18n import _
from workbench.storage import canonical
from workbench.storage.typed_mapping import Report, TypedMapping

_SOP_KEYS = (
    "id title office number version source zone identity legal_basis legal_clock service_clock_stops total "
    "lanes phases fan_out start steps doubts"
)
_STEP_KEYS = "no activity lane waiting_for confidence inputs standard output note phase evidence printed outcomes"


class BadSop(BadDefinition):
    """A SOP file does not have the form of a SOP. ``problems`` lists every slip with its line."""

    def __init__(self, name: str, problems: list[LintProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(located(name, problem) for problem in problems))


def located(name: str, problem: LintProblem) -> str:
    """A finding as one line: file, line, rule, sentence."""
    where = f"{name}:{problem.line}" if problem.line else name
    return f"{where}: [{problem.rule}] {problem.message}"


def from_document(document: Mapping[str, Any]) -> Sop:
    """A SOP from its JSON document; ``BadSop`` when it has not the form of one."""
    problems: list[LintProblem] = []

    def report(place: Place, message: str) -> None:
        where = ".".join(str(part) for part in place)
        problems.append(LintProblem("schema", f"{where}: {message}" if where else message))

    sop = read(document, report)
    if problems:
        raise BadSop(_("dokumen SOP"), problems)
    assert sop is not None
    return sop


def to_document(sop: Sop) -> dict[str, Any]:
    """The JSON document of a SOP without its ``sha``, which is the SHA-256 of this document's canonical JSON.

    Order matters only in lists, so any JSON store keeps it.
    """
    return _without_empty(
        {
            "id": sop.id,
            "title": sop.title,
            "office": sop.office,
            "number": sop.number,
            "version": sop.version,
            "source": sop.source,
            "zone": sop.zone,
            "identity": dict(sop.identity),
            "legal_basis": list(sop.legal_basis),
            "legal_clock": sop.legal_clock,
            "service_clock_stops": sop.service_clock_stops,
            "total": standard_document(sop.total),
            "lanes": [
                _without_empty(
                    {
                        "key": lane.key,
                        "name": lane.name,
                        "role": lane.role.value,
                        "external": lane.external,
                        "printed": lane.printed,
                        "confidence": lane.confidence.value,
                    }
                )
                for lane in sop.lanes
            ],
            "phases": [
                _without_empty(
                    {
                        "key": phase.key,
                        "steps": list(phase.steps),
                        "standard": standard_document(phase.standard),
                        "printed": phase.printed,
                    }
                )
                for phase in sop.phases
            ],
            "fan_out": None
            if sop.fan_out is None
            else {
                "steps": list(sop.fan_out.steps),
                "per": sop.fan_out.per,
                "join": sop.fan_out.join,
                "confidence": sop.fan_out.confidence.value,
            },
            "start": sop.start,
            "steps": [_step_document(step) for step in sop.steps],
            "doubts": [
                {"printed": d.printed, "reading": d.reading, "default": d.default, "confidence": d.confidence}
                for d in sop.doubts
            ],
        }
    )


def _step_document(step: Step) -> dict[str, Any]:
    return _without_empty(
        {
            "no": step.no,
            "activity": step.activity,
            "lane": step.lane,
            "waiting_for": step.waiting_for,
            "confidence": step.confidence.value,
            "inputs": step.inputs,
            "standard": standard_document(step.standard),
            "output": step.output,
            "note": step.note,
            "phase": step.phase,
            "evidence": step.evidence.value if step.evidence else None,
            "printed": dict(step.printed),
            "outcomes": [
                {
                    "key": outcome.key,
                    "label": outcome.label,
                    "to": outcome.to,
                    "kind": outcome.kind.value,
                    "confidence": outcome.confidence.value,
                }
                for outcome in step.outcomes
            ],
        }
    )


def standard_document(standard: Standard | None) -> dict[str, Any] | None:
    """The JSON of a standard time; the day of dispatch only where there is one."""
    if standard is None:
        return None
    dispatch = {"dispatch": standard.dispatch.value} if standard.dispatch else {}
    return {"amount": standard.amount, "unit": standard.unit.value, **dispatch}


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value not in (None, "", False, [], {})}


# ---------------------------------------------------------------- typed reading


def read(data: Any, report: Report) -> Sop | None:
    """The SOP in the data; every slip is reported, and the result means something only if none was."""
    top = TypedMapping(data, (), report, _SOP_KEYS)
    if not top.data:
        return None
    fan_out = None
    if top.data.get("fan_out") is not None:
        fan = TypedMapping(top.data["fan_out"], ("fan_out",), report, "steps per join confidence")
        confidence = fan.choice("confidence", Confidence, Confidence.INFERRED) or Confidence.INFERRED
        fan_out = FanOut(fan.texts("steps"), fan.text("per", needed=True), fan.text("join", needed=True), confidence)
    phases = []
    for key, place, item in top.keyed("phases"):
        row = TypedMapping(item, place, report, "steps standard printed")
        standard = _read_standard(row, "standard", needed=True)
        if standard is not None:
            phases.append(Phase(key, row.texts("steps"), standard, row.text("printed")))
    sop = Sop(
        id=top.text("id", needed=True),
        title=top.text("title", needed=True),
        office=top.text("office", needed=True),
        number=top.text("number"),
        source=top.text("source"),
        zone=top.text("zone", needed=True),
        version=top.text("version", needed=True),
        lanes=tuple(_read_lanes(top, report)),
        steps=tuple(_read_steps(top, report)),
        start=top.text("start", needed=True),
        phases=tuple(phases),
        fan_out=fan_out,
        total=_read_standard(top, "total"),
        legal_clock=top.flag("legal_clock"),
        service_clock_stops=top.optional("service_clock_stops"),
        identity=top.pairs("identity"),
        legal_basis=top.texts("legal_basis"),
        doubts=tuple(_read_doubts(top, report)),
    )
    return replace(sop, sha=canonical.sha256(to_document(sop)))


def _read_standard(row: TypedMapping, key: str, *, needed: bool = False) -> Standard | None:
    value = row.data.get(key)
    if value is None:
        if needed:
            row.text(key, needed=True)
        return None
    place = (*row.place, key)
    if not isinstance(value, Mapping):
        example = "{amount: 3, unit: working_days}"
        message = _("Waktu baku {value!r} tidak terbaca; tulis misalnya {example}.")
        row.report(place, message.format(value=value, example=example))
        return None
    inner = TypedMapping(value, place, row.report, "amount unit dispatch")
    unit = inner.choice("unit", Unit, None)
    amount = inner.whole("amount", _("Waktu baku {value!r} tidak terbaca; tulis bilangan bulat."))
    dispatch = inner.choice("dispatch", Weekday, None) if inner.data.get("dispatch") is not None else None
    return Standard(amount, unit, dispatch) if amount is not None and unit is not None else None


def _read_lanes(top: TypedMapping, report: Report) -> list[Lane]:
    lanes = []
    for key, place, item in top.keyed("lanes"):
        row = TypedMapping(item, place, report, "name role external printed confidence")
        role = row.choice("role", Role, None)
        confidence = row.choice("confidence", Confidence, Confidence.PRINTED) or Confidence.PRINTED
        name = row.text("name", needed=True)
        if role is not None:
            lanes.append(Lane(key, name, role, row.flag("external"), row.text("printed"), confidence))
    return lanes


def _read_steps(top: TypedMapping, report: Report) -> list[Step]:
    steps = []
    for index, item in enumerate(top.items("steps")):
        row = TypedMapping(item, ("steps", index), report, _STEP_KEYS)
        if not row.data:
            continue
        steps.append(
            Step(
                no=row.text("no", needed=True),
                activity=row.text("activity", needed=True),
                lane=row.text("lane", needed=True),
                outcomes=tuple(_read_outcomes(row, report)),
                inputs=row.text("inputs"),
                standard=_read_standard(row, "standard"),
                output=row.text("output"),
                note=row.text("note"),
                phase=row.optional("phase"),
                evidence=row.choice("evidence", EvidenceKind, None) if row.data.get("evidence") is not None else None,
                waiting_for=row.optional("waiting_for"),
                confidence=row.choice("confidence", Confidence, Confidence.PRINTED) or Confidence.PRINTED,
                printed=row.pairs("printed"),
            )
        )
    return steps


def _read_outcomes(step: TypedMapping, report: Report) -> list[Outcome]:
    outcomes = []
    for key, place, item in step.keyed("outcomes"):
        row = TypedMapping(item, place, report, "label to kind confidence")
        outcomes.append(
            Outcome(
                key=key,
                label=row.text("label", needed=True),
                to=row.text("to", needed=True),
                kind=row.choice("kind", OutcomeKind, OutcomeKind.FORWARD) or OutcomeKind.FORWARD,
                confidence=row.choice("confidence", Confidence, Confidence.PRINTED) or Confidence.PRINTED,
            )
        )
    return outcomes


def _read_doubts(top: TypedMapping, report: Report) -> list[Doubt]:
    doubts = []
    for index, item in enumerate(top.items("doubts")):
        row = TypedMapping(item, ("doubts", index), report, "printed reading default confidence")
        doubts.append(Doubt(row.text("printed"), row.text("reading"), row.text("default"), row.text("confidence")))
    return doubts
