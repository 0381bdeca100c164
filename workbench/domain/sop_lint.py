"""Lint of a SOP: what would trap a case (errors), and what an officer should look at first (warnings)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.domain.sla import LEGAL_WORKING_DAYS
from workbench.domain.sop import END, OutcomeKind, Sop, Standard, Step, Unit
from workbench.domain.sop_paths import downstream, has_forward_loop, paths
from workbench.i18n import _

_CROWDED_PHASE = 4
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_PRINTED_TIME = re.compile(r"^\s*(\d+)\s*(menit|jam|hari(?:\s+kerja)?|bulan)\s*$", re.IGNORECASE)
_PRINTED_UNITS = {
    "menit": (Unit.WORKING_MINUTES, 1),
    "jam": (Unit.WORKING_MINUTES, 60),
    "hari": (Unit.WORKING_DAYS, 1),
    "bulan": (Unit.MONTHS, 1),
}


class Severity(StrEnum):
    """An error keeps a SOP from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class LintProblem:
    """One finding: the rule's name, a sentence, the step it is about, and the line of the file where one is known."""

    rule: str
    message: str
    step: str = ""
    line: int | None = None
    severity: Severity = Severity.ERROR


def parse_printed_time(text: str) -> Standard | None:
    """A printed time (``1 Jam``, ``14 Hari``) as a standard; an hour is 60 working minutes. None if unreadable."""
    match = _PRINTED_TIME.match(text)
    if match is None:
        return None
    unit, factor = _PRINTED_UNITS[match[2].lower().split()[0]]
    return Standard(int(match[1]) * factor, unit)


@dataclass(frozen=True, slots=True)
class _Raw:
    """A finding before its line is looked up; ``place`` is its path in the document."""

    rule: str
    message: str
    place: tuple[str | int, ...] = ()
    step: str = ""
    severity: Severity = Severity.ERROR


def lint(sop: Sop, lines: Mapping[tuple[str | int, ...], int] | None = None) -> list[LintProblem]:
    """All findings about a SOP, errors first. ``lines`` maps places of the document to lines of its file.

    Checks of the graph are left out where references are already broken, so that one slip gives one finding.
    """
    lines = lines or {}
    raw = [finding for check in _REFERENCES for finding in check(sop)]
    if not any(finding.severity is Severity.ERROR for finding in raw):
        raw += [finding for check in _GRAPH for finding in check(sop)]
    problems = [
        LintProblem(finding.rule, finding.message, finding.step, _line(lines, finding.place), finding.severity)
        for finding in raw
    ]
    return sorted(problems, key=lambda p: (p.severity is Severity.WARNING, p.line or 0))


def _line(lines: Mapping[tuple[str | int, ...], int], place: tuple[str | int, ...]) -> int | None:
    """The line of a place, or of the nearest place around it that has one."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def _identity(sop: Sop) -> Iterator[_Raw]:
    try:
        ZoneInfo(sop.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield _Raw("zone", _("Zona waktu {zone} tidak dikenal.").format(zone=sop.zone), ("zone",))
    if not _ID.fullmatch(sop.id):
        message = _("Id {id} hanya boleh memuat huruf kecil, angka dan tanda hubung; ia menjadi nama berkas.")
        yield _Raw("id_form", message.format(id=sop.id), ("id",))
    if not sop.steps:
        yield _Raw("steps", _("SOP ini tidak punya langkah."), ("steps",))
    elif not any(outcome.to == END for step in sop.steps for outcome in step.outcomes):
        message = _("Tidak ada putusan yang menuju END, jadi perkara tidak pernah dapat selesai.")
        yield _Raw("no_end", message, ("steps",))


def _numbers(sop: Sop) -> Iterator[_Raw]:
    seen: set[str] = set()
    for index, step in enumerate(sop.steps):
        if step.no in seen:
            yield _Raw(
                "step_duplicate",
                _("Nomor langkah {no} dipakai dua kali.").format(no=step.no),
                ("steps", index, "no"),
                step.no,
            )
        if step.no == END:
            yield _Raw("step_name", _("Nomor langkah tidak boleh END."), ("steps", index, "no"), step.no)
        seen.add(step.no)
    for key, count in Counter(lane.key for lane in sop.lanes).items():
        if count > 1:
            yield _Raw("lane_duplicate", _("Pelaku {lane} ditulis dua kali.").format(lane=key), ("lanes", key))
    for key, count in Counter(phase.key for phase in sop.phases).items():
        if count > 1:
            yield _Raw("phase_duplicate", _("Fase {phase} ditulis dua kali.").format(phase=key), ("phases", key))


def _lanes(sop: Sop) -> Iterator[_Raw]:
    known = {lane.key for lane in sop.lanes}
    used: set[str] = set()
    for index, step in enumerate(sop.steps):
        for name, lane in (("lane", step.lane), ("waiting_for", step.waiting_for)):
            if lane is None:
                continue
            used.add(lane)
            if lane not in known:
                yield _Raw(
                    "lane_unknown",
                    _("Langkah {no}: pelaku {lane} tidak ada di daftar pelaku.").format(no=step.no, lane=lane),
                    ("steps", index, name),
                    step.no,
                )
    for lane in sorted(known - used):
        yield _Raw(
            "lane_unused",
            _("Pelaku {lane} tidak punya kegiatan.").format(lane=lane),
            ("lanes", lane),
            severity=Severity.WARNING,
        )


def _targets(sop: Sop) -> Iterator[_Raw]:
    known = {step.no for step in sop.steps}
    if sop.start not in known:
        yield _Raw("start_unknown", _("Langkah mulai {no} tidak ada.").format(no=sop.start), ("start",))
    if sop.service_clock_stops is not None and sop.service_clock_stops not in known:
        yield _Raw(
            "service_clock",
            _("Langkah {no}, tempat jam layanan berhenti, tidak ada.").format(no=sop.service_clock_stops),
            ("service_clock_stops",),
        )
    for index, step in enumerate(sop.steps):
        if not step.outcomes:
            yield _Raw(
                "outcome_missing", _("Langkah {no} tidak punya putusan.").format(no=step.no), ("steps", index), step.no
            )
        for key, count in Counter(outcome.key for outcome in step.outcomes).items():
            if count > 1:
                yield _Raw(
                    "outcome_duplicate",
                    _("Langkah {no}: putusan {key} ditulis dua kali.").format(no=step.no, key=key),
                    ("steps", index, "outcomes", key),
                    step.no,
                )
        for outcome in step.outcomes:
            if outcome.to != END and outcome.to not in known:
                yield _Raw(
                    "outcome_target",
                    _("Langkah {no}: putusan {key} menuju langkah {to}, yang tidak ada.").format(
                        no=step.no, key=outcome.key, to=outcome.to
                    ),
                    ("steps", index, "outcomes", outcome.key, "to"),
                    step.no,
                )


def _times(sop: Sop) -> Iterator[_Raw]:
    for index, step in enumerate(sop.steps):
        if step.standard is not None and step.standard.amount < 1:
            yield _Raw(
                "time_positive",
                _("Langkah {no}: waktu baku harus lebih dari nol.").format(no=step.no),
                ("steps", index, "standard", "amount"),
                step.no,
            )
        yield from _printed_time(step, index)
    for phase in sop.phases:
        if phase.standard.amount < 1:
            yield _Raw(
                "time_positive",
                _("Fase {phase}: waktu baku harus lebih dari nol.").format(phase=phase.key),
                ("phases", phase.key, "standard", "amount"),
            )


def _printed_time(step: Step, index: int) -> Iterator[_Raw]:
    """Our standard must be the time that the document prints."""
    text = step.printed.get("time", "")
    if not text:
        return
    place = ("steps", index, "printed", "time")
    printed = parse_printed_time(text)
    if printed is None:
        yield _Raw(
            "time_unreadable",
            _("Langkah {no}: waktu tercetak {time!r} tidak terbaca.").format(no=step.no, time=text),
            place,
            step.no,
        )
    elif step.standard is not None and printed != replace(step.standard, dispatch=None):
        yield _Raw(
            "time_differs",
            _("Langkah {no}: waktu baku {amount} {unit} lain dari yang tercetak ({time}).").format(
                no=step.no, amount=step.standard.amount, unit=unit_word(step.standard.unit), time=text
            ),
            place,
            step.no,
            Severity.WARNING,
        )


def unit_word(unit: Unit) -> str:
    """The unit in the user's language."""
    return {
        Unit.WORKING_MINUTES: _("menit kerja"),
        Unit.WORKING_DAYS: _("hari kerja"),
        Unit.MONTHS: _("bulan"),
    }[unit]


def _phases(sop: Sop) -> Iterator[_Raw]:
    known = {step.no for step in sop.steps}
    keys = {phase.key for phase in sop.phases}
    for phase in sop.phases:
        for no in phase.steps:
            if no not in known:
                yield _Raw(
                    "phase_step",
                    _("Fase {phase} menyebut langkah {no} yang tidak ada.").format(phase=phase.key, no=no),
                    ("phases", phase.key, "steps"),
                    no,
                )
        if not phase.steps:
            yield _Raw(
                "phase_empty", _("Fase {phase} tidak punya langkah.").format(phase=phase.key), ("phases", phase.key)
            )
    for index, step in enumerate(sop.steps):
        listed = sop.phase_of(step.no)
        if step.phase is not None and step.phase not in keys:
            yield _Raw(
                "phase_unknown",
                _("Langkah {no}: fase {phase} tidak ada.").format(no=step.no, phase=step.phase),
                ("steps", index, "phase"),
                step.no,
            )
        elif step.phase != (listed.key if listed else None):
            yield _Raw(
                "phase_differs",
                _("Langkah {no}: fase pada langkah dan pada daftar fase berbeda.").format(no=step.no),
                ("steps", index, "phase"),
                step.no,
            )


def _fan_out(sop: Sop) -> Iterator[_Raw]:
    fan_out = sop.fan_out
    if fan_out is None:
        return
    known = {step.no for step in sop.steps}
    inside = set(fan_out.steps)
    if not fan_out.steps:
        yield _Raw("fan_out_empty", _("Cabang per OPD tidak punya langkah."), ("fan_out",))
    for no in (*fan_out.steps, fan_out.join):
        if no not in known:
            yield _Raw(
                "fan_out_step",
                _("Cabang per OPD menyebut langkah {no} yang tidak ada.").format(no=no),
                ("fan_out",),
                no,
            )
    if sop.start in inside and sop.start != fan_out.steps[0]:
        yield _Raw("fan_out_entry", _("Langkah mulai {no} berada di tengah cabang.").format(no=sop.start), ("start",))
    if fan_out.join in inside:
        yield _Raw(
            "fan_out_join",
            _("Langkah gabung {no} tidak boleh berada di dalam cabang.").format(no=fan_out.join),
            ("fan_out", "join"),
            fan_out.join,
        )
    for index, step in enumerate(sop.steps):
        for outcome in step.outcomes:
            place = ("steps", index, "outcomes", outcome.key, "to")
            if step.no in inside and outcome.to not in inside | {fan_out.join}:
                yield _Raw(
                    "fan_out_leak",
                    _("Langkah {no} di dalam cabang per OPD tidak boleh keluar selain ke langkah gabung.").format(
                        no=step.no
                    ),
                    place,
                    step.no,
                )
            if step.no not in inside and outcome.to in inside and outcome.to != fan_out.steps[0]:
                yield _Raw(
                    "fan_out_entry",
                    _("Langkah {no} masuk ke tengah cabang; cabang dimulai di langkah {first}.").format(
                        no=step.no, first=fan_out.steps[0]
                    ),
                    place,
                    step.no,
                )


def _reach(sop: Sop) -> Iterator[_Raw]:
    """Every step can be reached from the start, and from every step the end can be reached."""
    reached = downstream(sop, sop.start, returns=True)
    ends = {END}
    grew = True
    while grew:
        found = {s.no for s in sop.steps if s.no not in ends and any(o.to in ends for o in s.outcomes)}
        ends |= found
        grew = bool(found)
    for index, step in enumerate(sop.steps):
        if step.no not in reached:
            yield _Raw(
                "unreachable",
                _("Langkah {no} tidak pernah tercapai dari langkah mulai.").format(no=step.no),
                ("steps", index),
                step.no,
            )
        if step.no not in ends:
            yield _Raw(
                "dead_end",
                _("Dari langkah {no} perkara tidak pernah dapat selesai.").format(no=step.no),
                ("steps", index),
                step.no,
            )


def _direction(sop: Sop) -> Iterator[_Raw]:
    """A return goes back to a step that leads here; whatever goes back is a return."""
    for index, step in enumerate(sop.steps):
        for outcome in step.outcomes:
            place = ("steps", index, "outcomes", outcome.key, "to")
            if outcome.kind is not OutcomeKind.RETURN:
                if outcome.to == step.no:
                    yield _Raw(
                        "self_loop",
                        _("Langkah {no}: putusan {key} menuju langkah itu sendiri.").format(
                            no=step.no, key=outcome.key
                        ),
                        place,
                        step.no,
                    )
                continue
            if outcome.to == END or step.no not in downstream(sop, outcome.to):
                yield _Raw(
                    "return_forward",
                    _("Langkah {no}: pengembalian {key} harus ke langkah sebelumnya, bukan {to}.").format(
                        no=step.no, key=outcome.key, to=outcome.to
                    ),
                    place,
                    step.no,
                )
    if has_forward_loop(sop):
        yield _Raw("loop", _("Ada putaran yang tidak ditandai sebagai pengembalian (kind: return)."), ("steps",))


def _plausible(sop: Sop) -> Iterator[_Raw]:
    for index, step in enumerate(sop.steps):
        if step.standard is None and sop.phase_of(step.no) is None:
            yield _Raw(
                "time_missing",
                _("Langkah {no} tidak punya waktu baku.").format(no=step.no),
                ("steps", index),
                step.no,
                Severity.WARNING,
            )
        if (
            step.standard is not None
            and step.standard.unit is Unit.WORKING_MINUTES
            and sop.holder(step).external
            and step.no != sop.start
        ):
            yield _Raw(
                "implausible",
                _(
                    "Langkah {no}: {amount} menit kerja untuk pihak luar ({lane}) tidak masuk akal "
                    "sebagai waktu tunggu."
                ).format(no=step.no, amount=step.standard.amount, lane=sop.holder(step).name),
                ("steps", index, "standard"),
                step.no,
                Severity.WARNING,
            )
    for phase in sop.phases:
        per_day = phase.standard.unit is Unit.WORKING_DAYS and phase.standard.amount == 1
        if per_day and len(phase.steps) >= _CROWDED_PHASE:
            yield _Raw(
                "implausible",
                _("Fase {phase}: {count} langkah dalam satu hari kerja tidak masuk akal.").format(
                    phase=phase.key, count=len(phase.steps)
                ),
                ("phases", phase.key),
                severity=Severity.WARNING,
            )


def _sums(sop: Sop) -> Iterator[_Raw]:
    walked = paths(sop)
    if sop.legal_clock:
        # A month is longer than ten working days, so any month breaks the law as well.
        longest = max((path.days for path in walked), default=0)
        if longest > LEGAL_WORKING_DAYS or any(path.months for path in walked):
            yield _Raw(
                "legal",
                _(
                    "Jumlah waktu baku {days} hari kerja melewati tenggat undang-undang {law} hari kerja (UU 14/2008)."
                ).format(days=longest, law=LEGAL_WORKING_DAYS),
                ("legal_clock",),
                severity=Severity.WARNING,
            )
    total = sop.total
    if total is None or not walked:
        return
    sums = [{Unit.WORKING_MINUTES: p.minutes, Unit.WORKING_DAYS: p.days, Unit.MONTHS: p.months} for p in walked]
    wanted = {**dict.fromkeys(Unit, 0), total.unit: total.amount}
    if wanted not in sums:
        yield _Raw(
            "total",
            _("Jumlah waktu langkah tidak sama dengan total tercetak {amount} {unit}.").format(
                amount=total.amount, unit=unit_word(total.unit)
            ),
            ("total",),
            severity=Severity.WARNING,
        )


_Check = Callable[[Sop], Iterator[_Raw]]
_REFERENCES: tuple[_Check, ...] = (_identity, _numbers, _lanes, _targets, _times, _phases, _fan_out)
_GRAPH: tuple[_Check, ...] = (_reach, _direction, _plausible, _sums)
