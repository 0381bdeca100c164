"""SOP files: typed reading of ``data/sop/*.yaml`` with line numbers, and the canonical document of a version.

The same typed reading serves the YAML a person writes and the JSON that the database keeps, so a stored version can
never mean something else than its file did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from workbench.domain.errors import BadDefinition
from workbench.domain.people import Role
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
from workbench.domain.sop_lint import LintProblem, lint
from workbench.i18n import _
from workbench.storage import canonical

Place = tuple[str | int, ...]
Lines = dict[Place, int]
_E = TypeVar("_E", bound=StrEnum)


class BadSop(BadDefinition):
    """A SOP file does not have the form of a SOP. ``problems`` lists every slip with its line."""

    def __init__(self, name: str, problems: list[LintProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(located(name, problem) for problem in problems))


def located(name: str, problem: LintProblem) -> str:
    """A finding as one line: file, line, rule, sentence."""
    where = f"{name}:{problem.line}" if problem.line else name
    return f"{where}: [{problem.rule}] {problem.message}"


def load_sop(source: Path | str) -> Sop:
    """The SOP in a file (a path) or in a YAML text; ``BadSop`` names file, line and rule of every slip."""
    return load_with_lines(source)[0]


def load_with_lines(source: Path | str) -> tuple[Sop, Lines]:
    """The SOP and the line of every place of its document, as ``sop_lint.lint`` wants them."""
    name = source.name if isinstance(source, Path) else _("naskah")
    text = _text_of(source, name)
    data, lines = _compose(text, name)
    problems: list[LintProblem] = []

    def report(place: Place, message: str) -> None:
        problems.append(LintProblem("schema", message, line=_line_of(lines, place)))

    sop = _read_sop(data, report)
    if problems:
        raise BadSop(name, problems)
    assert sop is not None
    return sop, lines


def load_all(folder: Path) -> list[Sop]:
    """All SOPs of a folder by file name. Refuses two files with one id, and any SOP with lint errors."""
    sops: list[Sop] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        sop, lines = load_with_lines(path)
        errors = [problem for problem in lint(sop, lines) if problem.severity == "error"]
        if sop.id in seen:
            message = _("Id {id} sudah dipakai berkas {file}.").format(id=sop.id, file=seen[sop.id])
            errors.append(LintProblem("id_duplicate", message, line=lines.get(("id",))))
        if errors:
            raise BadSop(path.name, errors)
        seen[sop.id] = path.name
        sops.append(sop)
    return sops


def from_document(document: Mapping[str, Any]) -> Sop:
    """A SOP from its JSON document; ``BadSop`` when it has not the form of one."""
    problems: list[LintProblem] = []

    def report(place: Place, message: str) -> None:
        where = ".".join(str(part) for part in place)
        problems.append(LintProblem("schema", f"{where}: {message}" if where else message))

    sop = _read_sop(document, report)
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


# ---------------------------------------------------------------- YAML with lines


def _text_of(source: Path | str, name: str) -> str:
    if isinstance(source, str):
        return source
    try:
        return source.read_text(encoding="utf-8")
    except OSError as error:
        message = _("Berkas tidak dapat dibuka: {reason}.").format(reason=error.strerror or error)
        raise BadSop(name, [LintProblem("file", message)]) from error
    except UnicodeDecodeError as error:
        raise BadSop(name, [LintProblem("file", _("Berkas bukan teks UTF-8."))]) from error


def _compose(text: str, name: str) -> tuple[Any, Lines]:
    """Plain data plus the line of every place; keys are always text, so that ``no:`` is not a YAML 1.1 false."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        message = _("Penulisan YAML salah: {problem}.").format(problem=error.problem or error.context)
        raise BadSop(name, [LintProblem("yaml", message, line=line)]) from error
    except yaml.YAMLError as error:
        raise BadSop(name, [LintProblem("yaml", _("Berkas bukan YAML."))]) from error
    lines: Lines = {}
    problems: list[LintProblem] = []

    def plain(node: yaml.Node | None, place: Place, ancestors: tuple[int, ...]) -> Any:
        if node is None:
            return None
        lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in ancestors:
            problems.append(LintProblem("yaml", _("Alias YAML berputar."), line=node.start_mark.line + 1))
            return None
        inner = (*ancestors, id(node))
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                if key in found:
                    message = _("Kunci {key} ditulis dua kali.").format(key=key)
                    problems.append(LintProblem("key_duplicate", message, line=key_node.start_mark.line + 1))
                    continue
                lines[(*place, key)] = key_node.start_mark.line + 1
                found[key] = plain(value_node, (*place, key), inner)
            return found
        if isinstance(node, yaml.SequenceNode):
            return [plain(item, (*place, index), inner) for index, item in enumerate(node.value)]
        return _scalar(node)

    data = plain(root, (), ())
    if problems:
        raise BadSop(name, problems)
    return data, lines


def _scalar(node: yaml.Node) -> str | int | bool | None:
    """Only text, whole numbers, true/false and null; a date or 1.1 stays the text that was written."""
    value = str(node.value)
    if node.tag == "tag:yaml.org,2002:int" and value.lstrip("-").isdecimal():
        return int(value)
    if node.tag == "tag:yaml.org,2002:bool" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return value


def _line_of(lines: Lines, place: Place) -> int | None:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


# ---------------------------------------------------------------- typed reading

_Report = Callable[[Place, str], None]


class _Mapping:
    """A mapping of the document, read key by key; unknown keys and wrong types are reported, not raised."""

    def __init__(self, data: Any, place: Place, report: _Report, known: str) -> None:
        self.place = place
        self.report = report
        self.data: dict[str, Any] = {}
        if not isinstance(data, Mapping):
            report(place, _("Di sini harus ada isian berpasangan (kunci: nilai)."))
            return
        self.data = {str(key): value for key, value in data.items()}
        for key in self.data:
            if key not in known.split():
                report((*place, key), _("Kunci {key} tidak dikenal.").format(key=key))

    def text(self, key: str, *, needed: bool = False) -> str:
        value = self.data.get(key)
        if value is None:
            if needed:
                self.report(
                    (*self.place, key) if key in self.data else self.place, _("{key} belum diisi.").format(key=key)
                )
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.report((*self.place, key), _("{key} harus berupa teks.").format(key=key))
            return ""
        if needed and not str(value).strip():
            self.report((*self.place, key), _("{key} belum diisi.").format(key=key))
        return str(value)

    def optional(self, key: str) -> str | None:
        return self.text(key) or None

    def flag(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.report((*self.place, key), _("{key} harus true atau false.").format(key=key))
            return False
        return value

    def choice(self, key: str, kind: type[_E], default: _E | None) -> _E | None:
        value = self.text(key, needed=default is None)
        if not value:
            return default
        try:
            return kind(value)
        except ValueError:
            choices = ", ".join(member.value for member in kind)
            message = _("{key}: {value} tidak dikenal; pilihannya {choices}.")
            self.report((*self.place, key), message.format(key=key, value=value, choices=choices))
            return default

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or any(isinstance(v, bool) or not isinstance(v, str | int) for v in value):
            self.report((*self.place, key), _("{key} harus berupa daftar teks.").format(key=key))
            return ()
        return tuple(str(v) for v in value)

    def pairs(self, key: str) -> dict[str, str]:
        value = self.data.get(key)
        if value is None:
            return {}
        inner = _Mapping(value, (*self.place, key), self.report, " ".join(value) if isinstance(value, Mapping) else "")
        return {name: inner.text(name) for name in inner.data}

    def standard(self, key: str, *, needed: bool = False) -> Standard | None:
        value = self.data.get(key)
        if value is None:
            if needed:
                self.report(self.place, _("{key} belum diisi.").format(key=key))
            return None
        inner = _Mapping(value, (*self.place, key), self.report, "amount unit dispatch")
        amount = inner.data.get("amount")
        unit = inner.choice("unit", Unit, None) if inner.data else None
        if inner.data and (isinstance(amount, bool) or not isinstance(amount, int)):
            message = _("Waktu baku {amount!r} tidak terbaca; tulis bilangan bulat.").format(amount=amount)
            self.report((*self.place, key, "amount"), message)
            return None
        dispatch = inner.choice("dispatch", Weekday, None) if inner.data.get("dispatch") is not None else None
        return Standard(amount, unit, dispatch) if isinstance(amount, int) and unit is not None else None

    def keyed(self, key: str) -> list[tuple[str, Place, dict[str, Any]]]:
        """Items with a key of their own: a mapping of key to item (YAML) or a list of items with ``key`` (JSON)."""
        value = self.data.get(key)
        place = (*self.place, key)
        found: list[tuple[str, Place, dict[str, Any]]] = []
        if value is None:
            return found
        if isinstance(value, Mapping):
            pairs = [(str(name), (*place, str(name)), item) for name, item in value.items()]
        elif isinstance(value, list):
            pairs = [
                (str(i.get("key", "")) if isinstance(i, Mapping) else "", (*place, n), i) for n, i in enumerate(value)
            ]
        else:
            self.report(place, _("{key} harus berupa daftar.").format(key=key))
            return found
        for name, where, item in pairs:
            if not isinstance(item, Mapping) or not name:
                self.report(where, _("Di sini harus ada isian berpasangan (kunci: nilai)."))
                continue
            found.append((name, where, {k: v for k, v in item.items() if k != "key"}))
        return found


_SOP_KEYS = (
    "id title office number version source zone identity legal_basis legal_clock service_clock_stops total "
    "lanes phases fan_out start steps doubts"
)
_STEP_KEYS = "no activity lane waiting_for confidence inputs standard output note phase evidence printed outcomes"


def _read_sop(data: Any, report: _Report) -> Sop | None:
    """The SOP in the data; every slip is reported, and the result means something only if none was."""
    top = _Mapping(data, (), report, _SOP_KEYS)
    if not top.data:
        return None
    fan_out = None
    if top.data.get("fan_out") is not None:
        fan = _Mapping(top.data["fan_out"], ("fan_out",), report, "steps per join confidence")
        confidence = fan.choice("confidence", Confidence, Confidence.INFERRED) or Confidence.INFERRED
        fan_out = FanOut(fan.texts("steps"), fan.text("per", needed=True), fan.text("join", needed=True), confidence)
    phases = []
    for key, place, item in top.keyed("phases"):
        row = _Mapping(item, place, report, "steps standard printed")
        standard = row.standard("standard", needed=True)
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
        total=top.standard("total"),
        legal_clock=top.flag("legal_clock"),
        service_clock_stops=top.optional("service_clock_stops"),
        identity=top.pairs("identity"),
        legal_basis=top.texts("legal_basis"),
        doubts=tuple(_read_doubts(top, report)),
    )
    return replace(sop, sha=canonical.sha256(to_document(sop)))


def _read_lanes(top: _Mapping, report: _Report) -> list[Lane]:
    lanes = []
    for key, place, item in top.keyed("lanes"):
        row = _Mapping(item, place, report, "name role external printed confidence")
        role = row.choice("role", Role, None)
        confidence = row.choice("confidence", Confidence, Confidence.PRINTED) or Confidence.PRINTED
        name = row.text("name", needed=True)
        if role is not None:
            lanes.append(Lane(key, name, role, row.flag("external"), row.text("printed"), confidence))
    return lanes


def _items(top: _Mapping, key: str) -> list[Any]:
    value = top.data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        top.report((key,), _("{key} harus berupa daftar.").format(key=key))
        return []
    return value


def _read_steps(top: _Mapping, report: _Report) -> list[Step]:
    steps = []
    for index, item in enumerate(_items(top, "steps")):
        row = _Mapping(item, ("steps", index), report, _STEP_KEYS)
        if not row.data:
            continue
        steps.append(
            Step(
                no=row.text("no", needed=True),
                activity=row.text("activity", needed=True),
                lane=row.text("lane", needed=True),
                outcomes=tuple(_read_outcomes(row, report)),
                inputs=row.text("inputs"),
                standard=row.standard("standard"),
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


def _read_outcomes(step: _Mapping, report: _Report) -> list[Outcome]:
    outcomes = []
    for key, place, item in step.keyed("outcomes"):
        row = _Mapping(item, place, report, "label to kind confidence")
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


def _read_doubts(top: _Mapping, report: _Report) -> list[Doubt]:
    doubts = []
    for index, item in enumerate(_items(top, "doubts")):
        row = _Mapping(item, ("doubts", index), report, "printed reading default confidence")
        doubts.append(Doubt(row.text("printed"), row.text("reading"), row.text("default"), row.text("confidence")))
    return doubts
