"""A new version of a SOP from edited tables: who does what, how long, where it leads; and what differs in words.

The tables are what an officer edits on screen (one row a lane, a step, an outcome). A reading that the officer ticks
or changes is theirs from then on: it counts as printed, with their name and the time in the identity block.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from workbench.domain.errors import Refused
from workbench.domain.people import Role
from workbench.domain.sop import (
    END,
    Confidence,
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
from workbench.domain.sop_readings import confirmed, lane_key, outcome_key, readings, step_key
from workbench.i18n import _

Row = Mapping[str, Any]
_E = TypeVar("_E", bound=StrEnum)
_PER = "perangkat_daerah"  # what a fan-out made on screen runs over
_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A cell that cannot be read: table, row as the screen counts it (from 1), sentence."""

    table: str
    row: int
    message: str


class BadRevision(Refused):
    """The edited tables do not make a SOP; ``problems`` names each row."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(
                _("{table}, baris {row}: {message}").format(table=p.table, row=p.row, message=p.message)
                for p in problems
            )
        )


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of the editor. ``phases`` has a row a phase; which steps belong to it is a column of ``steps``."""

    lanes: tuple[Row, ...]
    steps: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    phases: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """What a revision sets beside the tables: the identity block, and where the flow begins and comes together.

    ``join`` is the step at which the OPD cases meet (steps ticked ``each_opd`` run once per OPD); ``service_stops`` the
    step at which the public service clock ends; empty where there is none. An unknown step falls back to the first.
    """

    title: str
    number: str
    version: str
    date_revised: str = ""
    date_effective: str = ""
    approved_by: str = ""
    start: str = ""
    join: str = ""
    service_stops: str = ""
    legal_clock: bool = False


def tables(sop: Sop) -> Tables:
    """The tables as they are now, to be edited."""
    return Tables(
        tuple(
            {"key": lane.key, "name": lane.name, "role": lane.role.value, "external": lane.external}
            for lane in sop.lanes
        ),
        tuple(
            {
                "no": step.no,
                "activity": step.activity,
                "lane": step.lane,
                "inputs": step.inputs,
                "amount": step.standard.amount if step.standard else None,
                "unit": step.standard.unit.value if step.standard else None,
                "dispatch": step.standard.dispatch.value if step.standard and step.standard.dispatch else None,
                "output": step.output,
                "note": step.note,
                "evidence": step.evidence.value if step.evidence else None,
                "waiting_for": step.waiting_for,
                "phase": step.phase,
                "each_opd": sop.fan_out is not None and step.no in sop.fan_out.steps,
            }
            for step in sop.steps
        ),
        tuple(
            {"step": step.no, "key": o.key, "label": o.label, "to": o.to, "kind": o.kind.value}
            for step in sop.steps
            for o in step.outcomes
        ),
        tuple(
            {"key": phase.key, "amount": phase.standard.amount, "unit": phase.standard.unit.value}
            for phase in sop.phases
        ),
    )


def head(sop: Sop) -> Head:
    """The head fields as they are now."""
    block = sop.identity
    return Head(
        sop.title, sop.number, sop.version, block.get("date_revised", ""), block.get("date_effective", ""),
        block.get("approved_by", ""), sop.start, sop.fan_out.join if sop.fan_out else "",
        sop.service_clock_stops or "", sop.legal_clock,
    )  # fmt: skip


def revise(
    base: Sop, edited: Tables, top: Head, *, confirm: frozenset[str] = frozenset(), by: str, at: datetime
) -> Sop:
    """The SOP that the edited tables describe, not yet linted and without ``sha``.

    ``confirm`` holds keys of readings that the officer takes as they are. ``BadRevision`` when a cell cannot be read.
    """
    reader = _Reader([])
    lanes = reader.lanes(edited.lanes, base)
    steps = reader.steps(edited.steps, edited.outcomes, base)
    phases = reader.phases(edited.phases, steps, base)
    fan_out = reader.fan_out(edited.steps, top.join, base)
    if reader.problems:
        raise BadRevision(reader.problems)
    known = {step.no for step in steps}
    draft = replace(
        base,
        title=top.title.strip(),
        number=top.number.strip(),
        version=top.version.strip(),
        lanes=lanes,
        steps=steps,
        start=top.start if top.start in known else steps[0].no if steps else base.start,
        phases=phases,
        fan_out=fan_out,
        service_clock_stops=top.service_stops if top.service_stops in known else None,
        legal_clock=top.legal_clock,
        identity=_identity(base, top),
        sha="",
    )
    return _taken_on(base, _with_phases(draft), confirm, by=by, at=at)


def _identity(base: Sop, top: Head) -> dict[str, str]:
    block = dict(base.identity)
    for key in ("date_revised", "date_effective", "approved_by"):
        value = str(getattr(top, key)).strip()
        if value:
            block[key] = value
        else:
            block.pop(key, None)
    return block


def _with_phases(sop: Sop) -> Sop:
    phase_of = {no: phase.key for phase in sop.phases for no in phase.steps}
    return replace(sop, steps=tuple(replace(step, phase=phase_of.get(step.no)) for step in sop.steps))


def _taken_on(base: Sop, draft: Sop, confirm: frozenset[str], *, by: str, at: datetime) -> Sop:
    """Mark as printed what the officer ticked or changed, and write down who did."""
    old = {reading.key: reading for reading in readings(base)}
    new = {reading.key: reading for reading in readings(draft)}
    theirs = frozenset(
        key for key, reading in new.items() if key in confirm or (key in old and old[key].value != reading.value)
    )
    if not theirs:
        return draft
    printed = Confidence.PRINTED
    lanes = tuple(replace(lane, confidence=printed) if lane_key(lane.key) in theirs else lane for lane in draft.lanes)
    steps = tuple(
        replace(
            step,
            confidence=printed if step_key(step.no) in theirs else step.confidence,
            outcomes=tuple(
                replace(o, confidence=printed) if outcome_key(step.no, o.key) in theirs else o for o in step.outcomes
            ),
        )
        for step in draft.steps
    )
    fan_out = draft.fan_out
    if fan_out is not None and "fan_out" in theirs:
        fan_out = replace(fan_out, confidence=printed)
    identity = confirmed(draft.identity, theirs, by=by, at=at)
    return replace(draft, lanes=lanes, steps=steps, fan_out=fan_out, identity=identity)


# ---------------------------------------------------------------- reading the tables


@dataclass(slots=True)
class _Reader:
    """Reads cells; what cannot be read is noted with its row, and reading goes on."""

    problems: list[RowProblem]

    def lanes(self, rows: Sequence[Row], base: Sop) -> tuple[Lane, ...]:
        table = _("Tabel pelaksana")
        before = {lane.key: lane for lane in base.lanes}
        found = []
        for number, row in enumerate(rows, 1):
            name = _text(row, "name")
            key = _text(row, "key") or _KEY.sub("_", name.lower()).strip("_")
            role = self._choice(table, number, row, "role", Role)
            if not key:
                self._wrong(table, number, _("nama pelaksana belum diisi atau tidak memuat huruf"))
            if role is None or not key:
                continue
            old = before.get(key, Lane(key, name, role))
            found.append(replace(old, name=name, role=role, external=bool(row.get("external") or False)))
        return tuple(found)

    def steps(self, rows: Sequence[Row], outcome_rows: Sequence[Row], base: Sop) -> tuple[Step, ...]:
        table = _("Tabel langkah")
        before = {step.no: step for step in base.steps}
        outcomes = self._outcomes(outcome_rows, before, {_text(row, "no") for row in rows})
        found = []
        for number, row in enumerate(rows, 1):
            no, activity, lane = _text(row, "no"), _text(row, "activity"), _text(row, "lane")
            for value, name in ((no, _("nomor")), (activity, _("kegiatan")), (lane, _("pelaksana"))):
                if not value:
                    self._wrong(table, number, _("{field} belum diisi").format(field=name))
            standard = self._standard(table, number, row)
            dispatch = self._choice(table, number, row, "dispatch", Weekday, optional=True)
            if dispatch is not None and standard is None:
                self._wrong(table, number, _("hari kirim perlu waktu baku"))
            evidence = self._choice(table, number, row, "evidence", EvidenceKind, optional=True)
            if not (no and activity and lane):
                continue
            old = before.get(no, Step(no, activity, lane, ()))
            if standard is not None:
                standard = replace(standard, dispatch=dispatch)
            step = replace(
                old,
                activity=activity, lane=lane, outcomes=outcomes.get(no, ()), inputs=_text(row, "inputs"),
                standard=standard, output=_text(row, "output"), note=_text(row, "note"), evidence=evidence,
                waiting_for=_text(row, "waiting_for") or None, phase=_text(row, "phase") or None,
            )  # fmt: skip
            found.append(replace(step, printed=_still_printed(old, step)))
        return tuple(found)

    def phases(self, rows: Sequence[Row], steps: Sequence[Step], base: Sop) -> tuple[Phase, ...]:
        """A phase holds the steps that name it and have no time of their own; one without steps is gone."""
        table = _("Tabel fase")
        before = {phase.key: phase for phase in base.phases}
        members = {step.no: step.phase for step in steps if step.phase and step.standard is None}
        found: dict[str, Phase] = {}
        for number, row in enumerate(rows, 1):
            key = _text(row, "key")
            standard = self._standard(table, number, row)
            inside = tuple(no for no, phase in members.items() if phase == key)
            if not key and standard is not None:
                self._wrong(table, number, _("{field} belum diisi").format(field=_("nama fase")))
            elif inside and standard is None:
                self._wrong(table, number, _("waktu baku fase {phase} belum diisi").format(phase=key))
            if key in found:
                self._wrong(table, number, _("fase {phase} tertulis dua kali").format(phase=key))
            if key and inside and standard is not None:
                old = before.get(key, Phase(key, inside, standard))
                printed = old.printed if (old.steps, old.standard) == (inside, standard) else ""
                found[key] = Phase(key, inside, standard, printed)
        for number, step in enumerate(steps, 1):
            if step.phase and step.phase not in {_text(row, "key") for row in rows}:
                self._wrong(_("Tabel langkah"), number, _("fase {phase} tidak ada").format(phase=step.phase))
        return tuple(found.values())

    def fan_out(self, rows: Sequence[Row], join: str, base: Sop) -> FanOut | None:
        """The steps ticked as done by every OPD, and where their cases meet again."""
        table = _("Tabel langkah")
        steps = tuple(no for row in rows if row.get("each_opd") is True and (no := _text(row, "no")))
        if not steps:
            return None
        if not join:
            first = next(number for number, row in enumerate(rows, 1) if row.get("each_opd") is True)
            self._wrong(table, first, _("langkah tempat perkara OPD bergabung belum dipilih"))
        old = base.fan_out or FanOut(steps, _PER, join, Confidence.PRINTED)
        return replace(old, steps=steps, join=join)

    def _outcomes(
        self, rows: Sequence[Row], before: Mapping[str, Step], known: set[str]
    ) -> dict[str, tuple[Outcome, ...]]:
        table = _("Tabel putusan")
        found: dict[str, tuple[Outcome, ...]] = {}
        for number, row in enumerate(rows, 1):
            step, label = _text(row, "step"), _text(row, "label")
            to = _text(row, "to")
            key = _text(row, "key") or _KEY.sub("_", label.lower()).strip("_")
            for value, name in ((step, _("langkah")), (label, _("putusan")), (to, _("tujuan"))):
                if not value:
                    self._wrong(table, number, _("{field} belum diisi").format(field=name))
            if step and step not in known and step not in before:
                self._wrong(table, number, _("langkah {no} tidak ada").format(no=step))
            if label and not key:
                self._wrong(table, number, _("putusan {label} tidak memuat huruf").format(label=label))
            kind = self._choice(table, number, row, "kind", OutcomeKind)
            if kind is None or not (step and label and to and key):
                continue
            old = before[step].outcome(key) if step in before else None
            target = END if to.lower() in ("end", "selesai") else to
            outcome = replace(old or Outcome(key, label, target), label=label, to=target, kind=kind)
            found[step] = (*found.get(step, ()), outcome)
        return found

    def _standard(self, table: str, number: int, row: Row) -> Standard | None:
        amount, unit = row.get("amount"), self._choice(table, number, row, "unit", Unit, optional=True)
        empty = amount is None or amount == "" or amount != amount  # NaN is how a table says "empty"
        if empty and unit is None:
            return None
        if empty or unit is None:
            self._wrong(table, number, _("waktu baku perlu angka dan satuan"))
            return None
        try:
            whole = int(str(amount).removesuffix(".0"))
        except ValueError:
            self._wrong(table, number, _("waktu baku {amount} bukan bilangan bulat").format(amount=amount))
            return None
        return Standard(whole, unit)

    def _choice(
        self, table: str, number: int, row: Row, name: str, kind: type[_E], *, optional: bool = False
    ) -> _E | None:
        value = _text(row, name)
        if not value and optional:
            return None
        try:
            return kind(value)
        except ValueError:
            problem = _("{value} tidak dikenal") if value else _("pilihan belum diisi")
            self._wrong(table, number, problem.format(value=value))
            return None

    def _wrong(self, table: str, row: int, message: str) -> None:
        self.problems.append(RowProblem(table, row, message))


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if value is None or value != value:
        return ""
    return str(value).strip()


def _still_printed(old: Step, new: Step) -> dict[str, str]:
    """The printed words that still belong to what the step says; a changed cell has no print any more."""
    same = {
        "activity": old.activity == new.activity,
        "inputs": old.inputs == new.inputs,
        "output": old.output == new.output,
        "note": old.note == new.note,
        "time": old.standard == new.standard,
    }
    return {key: value for key, value in old.printed.items() if same.get(key, True)}
