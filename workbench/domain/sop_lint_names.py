"""Lint of names and references: what a SOP names once, and whether all it refers to is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.domain.sop import END, Sop
from workbench.domain.sop_lint_model import Severity, Slip
from workbench.i18n import _

_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def identity(sop: Sop) -> Iterator[Slip]:
    """The zone is known, the id can be a file name, there are steps, and one of them ends the case."""
    try:
        ZoneInfo(sop.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Slip("zone", _("Zona waktu {zone} tidak dikenal.").format(zone=sop.zone), ("zone",))
    if not _ID.fullmatch(sop.id):
        message = _("Id {id} hanya boleh memuat huruf kecil, angka dan tanda hubung; ia menjadi nama berkas.")
        yield Slip("id_form", message.format(id=sop.id), ("id",))
    if not sop.steps:
        yield Slip("steps", _("SOP ini tidak punya langkah."), ("steps",))
    elif not any(outcome.to == END for step in sop.steps for outcome in step.outcomes):
        message = _("Tidak ada putusan yang menuju END, jadi perkara tidak pernah dapat selesai.")
        yield Slip("no_end", message, ("steps",))


def numbers_and_keys(sop: Sop) -> Iterator[Slip]:
    """Numbers of steps, keys of lanes and keys of phases are each used once."""
    seen: set[str] = set()
    for index, step in enumerate(sop.steps):
        if step.no in seen:
            yield Slip(
                "step_duplicate",
                _("Nomor langkah {no} dipakai dua kali.").format(no=step.no),
                ("steps", index, "no"),
                step.no,
            )
        if step.no == END:
            yield Slip("step_name", _("Nomor langkah tidak boleh END."), ("steps", index, "no"), step.no)
        seen.add(step.no)
    for key, count in Counter(lane.key for lane in sop.lanes).items():
        if count > 1:
            yield Slip("lane_duplicate", _("Pelaku {lane} ditulis dua kali.").format(lane=key), ("lanes", key))
    for key, count in Counter(phase.key for phase in sop.phases).items():
        if count > 1:
            yield Slip("phase_duplicate", _("Fase {phase} ditulis dua kali.").format(phase=key), ("phases", key))


def lanes(sop: Sop) -> Iterator[Slip]:
    """Every lane a step names is listed, and every listed one has something to do."""
    known = {lane.key for lane in sop.lanes}
    used: set[str] = set()
    for index, step in enumerate(sop.steps):
        for name, lane in (("lane", step.lane), ("waiting_for", step.waiting_for)):
            if lane is None:
                continue
            used.add(lane)
            if lane not in known:
                yield Slip(
                    "lane_unknown",
                    _("Langkah {no}: pelaku {lane} tidak ada di daftar pelaku.").format(no=step.no, lane=lane),
                    ("steps", index, name),
                    step.no,
                )
    for lane in sorted(known - used):
        yield Slip(
            "lane_unused",
            _("Pelaku {lane} tidak punya kegiatan.").format(lane=lane),
            ("lanes", lane),
            severity=Severity.WARNING,
        )


def targets(sop: Sop) -> Iterator[Slip]:
    """Every step has outcomes, each named once, and they, the start and the stop of the service clock meet a step."""
    known = {step.no for step in sop.steps}
    if sop.start not in known:
        yield Slip("start_unknown", _("Langkah mulai {no} tidak ada.").format(no=sop.start), ("start",))
    if sop.service_clock_stops is not None and sop.service_clock_stops not in known:
        yield Slip(
            "service_clock",
            _("Langkah {no}, tempat jam layanan berhenti, tidak ada.").format(no=sop.service_clock_stops),
            ("service_clock_stops",),
        )
    for index, step in enumerate(sop.steps):
        if not step.outcomes:
            yield Slip(
                "outcome_missing", _("Langkah {no} tidak punya putusan.").format(no=step.no), ("steps", index), step.no
            )
        for key, count in Counter(outcome.key for outcome in step.outcomes).items():
            if count > 1:
                yield Slip(
                    "outcome_duplicate",
                    _("Langkah {no}: putusan {key} ditulis dua kali.").format(no=step.no, key=key),
                    ("steps", index, "outcomes", key),
                    step.no,
                )
        for outcome in step.outcomes:
            if outcome.to != END and outcome.to not in known:
                yield Slip(
                    "outcome_target",
                    _("Langkah {no}: putusan {key} menuju langkah {to}, yang tidak ada.").format(
                        no=step.no, key=outcome.key, to=outcome.to
                    ),
                    ("steps", index, "outcomes", outcome.key, "to"),
                    step.no,
                )


def phases(sop: Sop) -> Iterator[Slip]:
    """The phases and their steps name each other, and both say the same."""
    known = {step.no for step in sop.steps}
    keys = {phase.key for phase in sop.phases}
    for phase in sop.phases:
        for no in phase.steps:
            if no not in known:
                yield Slip(
                    "phase_step",
                    _("Fase {phase} menyebut langkah {no} yang tidak ada.").format(phase=phase.key, no=no),
                    ("phases", phase.key, "steps"),
                    no,
                )
        if not phase.steps:
            yield Slip(
                "phase_empty", _("Fase {phase} tidak punya langkah.").format(phase=phase.key), ("phases", phase.key)
            )
    for index, step in enumerate(sop.steps):
        listed = sop.phase_of(step.no)
        if step.phase is not None and step.phase not in keys:
            yield Slip(
                "phase_unknown",
                _("Langkah {no}: fase {phase} tidak ada.").format(no=step.no, phase=step.phase),
                ("steps", index, "phase"),
                step.no,
            )
        elif step.phase != (listed.key if listed else None):
            yield Slip(
                "phase_differs",
                _("Langkah {no}: fase pada langkah dan pada daftar fase berbeda.").format(no=step.no),
                ("steps", index, "phase"),
                step.no,
            )


def fan_out(sop: Sop) -> Iterator[Slip]:
    """The branch for each OPD is entered at its first step and left to its join only."""
    fan_out = sop.fan_out
    if fan_out is None:
        return
    known = {step.no for step in sop.steps}
    inside = set(fan_out.steps)
    if not fan_out.steps:
        yield Slip("fan_out_empty", _("Cabang per OPD tidak punya langkah."), ("fan_out",))
    for no in (*fan_out.steps, fan_out.join):
        if no not in known:
            yield Slip(
                "fan_out_step",
                _("Cabang per OPD menyebut langkah {no} yang tidak ada.").format(no=no),
                ("fan_out",),
                no,
            )
    if sop.start in inside and sop.start != fan_out.steps[0]:
        yield Slip("fan_out_entry", _("Langkah mulai {no} berada di tengah cabang.").format(no=sop.start), ("start",))
    if fan_out.join in inside:
        yield Slip(
            "fan_out_join",
            _("Langkah gabung {no} tidak boleh berada di dalam cabang.").format(no=fan_out.join),
            ("fan_out", "join"),
            fan_out.join,
        )
    for index, step in enumerate(sop.steps):
        for outcome in step.outcomes:
            place = ("steps", index, "outcomes", outcome.key, "to")
            if step.no in inside and outcome.to not in inside | {fan_out.join}:
                yield Slip(
                    "fan_out_leak",
                    _("Langkah {no} di dalam cabang per OPD tidak boleh keluar selain ke langkah gabung.").format(
                        no=step.no
                    ),
                    place,
                    step.no,
                )
            if step.no not in inside and outcome.to in inside and outcome.to != fan_out.steps[0]:
                yield Slip(
                    "fan_out_entry",
                    _("Langkah {no} masuk ke tengah cabang; cabang dimulai di langkah {first}.").format(
                        no=step.no, first=fan_out.steps[0]
                    ),
                    place,
                    step.no,
                )
