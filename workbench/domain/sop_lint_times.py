"""Lint of standard times: against what is printed, against sense, against the printed total and the law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbench.domain.sla import LEGAL_WORKING_DAYS
from workbench.domain.sop import Sop, Step, Unit
from workbench.domain.sop_lint_model import Severity, Slip
from workbench.domain.sop_paths import paths
from workbench.domain.sop_printed_time import parse_printed_time, unit_word
from workbench.i18n import _

_CROWDED_PHASE = 4


def amounts(sop: Sop) -> Iterator[Slip]:
    """Standard times are positive and are those the document prints."""
    for index, step in enumerate(sop.steps):
        if step.standard is not None and step.standard.amount < 1:
            yield Slip(
                "time_positive",
                _("Langkah {no}: waktu baku harus lebih dari nol.").format(no=step.no),
                ("steps", index, "standard", "amount"),
                step.no,
            )
        yield from _printed_time(step, index)
    for phase in sop.phases:
        if phase.standard.amount < 1:
            yield Slip(
                "time_positive",
                _("Fase {phase}: waktu baku harus lebih dari nol.").format(phase=phase.key),
                ("phases", phase.key, "standard", "amount"),
            )


def _printed_time(step: Step, index: int) -> Iterator[Slip]:
    """Our standard must be the time that the document prints."""
    text = step.printed.get("time", "")
    if not text:
        return
    place = ("steps", index, "printed", "time")
    printed = parse_printed_time(text)
    if printed is None:
        yield Slip(
            "time_unreadable",
            _("Langkah {no}: waktu tercetak {time!r} tidak terbaca.").format(no=step.no, time=text),
            place,
            step.no,
        )
    elif step.standard is not None and printed != replace(step.standard, dispatch=None):
        yield Slip(
            "time_differs",
            _("Langkah {no}: waktu baku {amount} {unit} lain dari yang tercetak ({time}).").format(
                no=step.no, amount=step.standard.amount, unit=unit_word(step.standard.unit), time=text
            ),
            place,
            step.no,
            Severity.WARNING,
        )


def plausible(sop: Sop) -> Iterator[Slip]:
    """Times that are missing, or that nobody can keep."""
    for index, step in enumerate(sop.steps):
        if step.standard is None and sop.phase_of(step.no) is None:
            yield Slip(
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
            yield Slip(
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
            yield Slip(
                "implausible",
                _("Fase {phase}: {count} langkah dalam satu hari kerja tidak masuk akal.").format(
                    phase=phase.key, count=len(phase.steps)
                ),
                ("phases", phase.key),
                severity=Severity.WARNING,
            )


def sums(sop: Sop) -> Iterator[Slip]:
    """The ways through the SOP add up to the printed total, and stay within the legal ten working days."""
    walked = paths(sop)
    if sop.legal_clock:
        # A month is longer than ten working days, so any month breaks the law as well.
        longest = max((path.days for path in walked), default=0)
        if longest > LEGAL_WORKING_DAYS or any(path.months for path in walked):
            yield Slip(
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
        yield Slip(
            "total",
            _("Jumlah waktu langkah tidak sama dengan total tercetak {amount} {unit}.").format(
                amount=total.amount, unit=unit_word(total.unit)
            ),
            ("total",),
            severity=Severity.WARNING,
        )
