"""What in a SOP is our reading rather than the document's print, each with the printed text beside it.

A reading stays marked on sheet and screen until an officer confirms or changes it (``sop_revision``); who did so and
when is kept in the identity block of the new version, under ``confirmed:<reading key>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.sop import Confidence, Sop, Step
from workbench.i18n import N_, _

CONFIRMED = "confirmed:"
UNPRINTED = N_("tidak tercetak")
_TEXT_FIELDS = ("activity", "inputs", "output", "note")


class Part(StrEnum):
    """Which part of the sheet a reading is about."""

    LANE = "lane"
    STEP = "step"
    OUTCOME = "outcome"
    FAN_OUT = "fan_out"


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing we read or inferred. ``key`` is stable across versions: ``step:4``, ``outcome:4:kembalikan`` …

    ``ours`` is what is shown; ``value`` is what was read, and says whether an edit changed the reading itself.
    """

    key: str
    part: Part
    step: str
    about: str
    printed: str
    ours: str
    confidence: Confidence
    value: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who took a reading on their own account, and when (aware UTC)."""

    key: str
    by: str
    at: datetime


def readings(sop: Sop) -> tuple[Reading, ...]:
    """All readings nobody has confirmed yet, in the order of the sheet: lanes, steps with their outcomes, fan-out."""
    found: list[Reading] = []
    for lane in sop.lanes:
        if lane.confidence is not Confidence.PRINTED:
            printed = lane.printed or _(UNPRINTED)
            found.append(
                Reading(
                    lane_key(lane.key), Part.LANE, "", _("Kolom pelaksana"), printed, lane.name, lane.confidence,
                    f"{lane.name} {lane.role}",
                )
            )  # fmt: skip
    for step in sop.steps:
        if step.confidence is not Confidence.PRINTED:
            found.append(_step_reading(sop, step))
        for outcome in step.outcomes:
            if outcome.confidence is not Confidence.PRINTED:
                found.append(
                    Reading(
                        outcome_key(step.no, outcome.key), Part.OUTCOME, step.no, _("Panah"), _(UNPRINTED),
                        f"{outcome.label} → {place_words(outcome.to)}", outcome.confidence,
                        f"{outcome.label} {outcome.to} {outcome.kind}",
                    )
                )  # fmt: skip
    if sop.fan_out is not None and sop.fan_out.confidence is not Confidence.PRINTED:
        found.append(
            Reading(
                "fan_out", Part.FAN_OUT, sop.fan_out.steps[0], _("Cabang per OPD"), _(UNPRINTED),
                fan_out_words(sop), sop.fan_out.confidence, f"{sop.fan_out.steps} {sop.fan_out.join}",
            )
        )  # fmt: skip
    return tuple(found)


def _step_reading(sop: Sop, step: Step) -> Reading:
    """A step read wrongly is about its words; an inferred one is about the lost shape, that is, who does it."""
    if step.confidence is Confidence.READ:
        return Reading(
            step_key(step.no), Part.STEP, step.no, _("Kegiatan"), step.printed.get("activity", _(UNPRINTED)),
            step.activity, step.confidence, step.activity,
        )  # fmt: skip
    name = next((lane.name for lane in sop.lanes if lane.key == step.lane), step.lane)  # a draft may lack the lane
    return Reading(
        step_key(step.no), Part.STEP, step.no, _("Pelaksana"), _("bentuk bagan alir tidak tercetak"),
        name, step.confidence, step.lane,
    )  # fmt: skip


def mended_texts(sop: Sop) -> tuple[Reading, ...]:
    """Cells whose words we mended (marked by square brackets), with the printed words."""
    names = {"activity": _("Kegiatan"), "inputs": _("Kelengkapan"), "output": _("Output"), "note": _("Keterangan")}
    found = []
    for step in sop.steps:
        for name in _TEXT_FIELDS:
            ours = str(getattr(step, name))
            already = name == "activity" and step.confidence is Confidence.READ
            if "[" in ours and not already:
                printed = step.printed.get(name, _("kata dalam kurung siku tidak terbaca"))
                found.append(
                    Reading(f"text:{step.no}:{name}", Part.STEP, step.no, names[name], printed, ours, Confidence.READ)
                )
    return tuple(found)


def lane_key(lane: str) -> str:
    """The key of the reading of a lane."""
    return f"lane:{lane}"


def step_key(no: str) -> str:
    """The key of the reading of a step."""
    return f"step:{no}"


def outcome_key(no: str, outcome: str) -> str:
    """The key of the reading of an outcome."""
    return f"outcome:{no}:{outcome}"


def place_words(to: str) -> str:
    """Where an outcome leads, in words."""
    return _("selesai") if to == "END" else _("langkah {no}").format(no=to)


def fan_out_words(sop: Sop) -> str:
    """The fan-out as a sentence of the sheet; empty where there is none."""
    if sop.fan_out is None:
        return ""
    steps = sop.fan_out.steps
    span = f"{steps[0]}–{steps[-1]}" if len(steps) > 1 else steps[0]
    return _("Langkah {steps} dikerjakan tiap perangkat daerah, lalu bergabung di langkah {join}").format(
        steps=span, join=sop.fan_out.join
    )


def confirmations(sop: Sop) -> tuple[Confirmation, ...]:
    """The readings of this version that an officer took on their own account."""
    return tuple(
        Confirmation(key.removeprefix(CONFIRMED), *_said(value))
        for key, value in sop.identity.items()
        if key.startswith(CONFIRMED)
    )


def _said(value: str) -> tuple[str, datetime]:
    at, _bar, by = value.partition(" ")
    return by, datetime.fromisoformat(at)


def confirmed(identity: Mapping[str, str], keys: frozenset[str], *, by: str, at: datetime) -> dict[str, str]:
    """The identity block with these readings confirmed by a person at a time."""
    return {**identity, **{CONFIRMED + key: f"{at.isoformat()} {by}" for key in sorted(keys)}}


def unconfirmed_label(confidence: Confidence) -> str:
    """The badge of a reading, in one word."""
    return {
        Confidence.PRINTED: _("tercetak"), Confidence.READ: _("dibaca"), Confidence.INFERRED: _("simpulan"),
    }[confidence]  # fmt: skip
