"""What is said about a folder run: a sentence a file, notes under tables, what is left out, and all of it as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.domain.ad_hoc_labels import title_of
from workbench.i18n import _, _n
from workbench.services.demo_folder_book import Printed
from workbench.services.demo_folder_run import Intake, Run

_CELLS_SHOWN = 20


def line(intake: Intake) -> str:
    """What became of a file, in one sentence."""
    name = Path(intake.name).name
    if intake.refusal:
        return _("{file}: disimpan, tidak dipakai. {why}").format(file=name, why=intake.refusal)
    sent = intake.sendings()
    accepted = [s for s in sent if s.version]
    back = [s for s in sent if s.returned or s.refusal]
    sentence = _("{file}: {n} isian diterima").format(file=name, n=len(accepted))
    if back:
        sentence += _("; {n} dikembalikan ({years}): {why}").format(
            n=len(back), years=", ".join(s.period for s in back), why=back[0].returned or back[0].refusal)  # fmt: skip
    rest = [t for t in intake.tables if t.problem]
    if rest:
        sentence += _("; {n} tabel tidak dipakai: {why}").format(n=len(rest), why=rest[0].problem)
    return sentence if sentence.endswith(".") else f"{sentence}."


def printed(run: Run, intake: Intake) -> Iterable[Printed]:
    for taken in intake.tables:
        periods = tuple(sorted(s.period for s in taken.sendings if s.version))
        if taken.derived is None or not periods:
            continue
        notes = list(taken.derived.notes)
        if taken.derived.period_from == "default":
            notes.append(_("Tahun tidak tertulis dalam berkas; dicatat sebagai {year}.").format(year=periods[-1]))
        if taken.derived.empty_periods:
            notes.append(_("Tahun {years} kosong dalam berkas.").format(
                years=", ".join(taken.derived.empty_periods)))  # fmt: skip
        back = [s.period for s in taken.sendings if s.returned]
        if back:
            notes.append(_("Tahun {years} dikembalikan kepada pengirimnya dan tidak dicetak.").format(
                years=", ".join(back)))  # fmt: skip
        doubts = sum(s.counts["warning"] for s in taken.sendings if s.version)
        if doubts:
            notes.append(_n("{n} peringatan pemeriksaan diterima apa adanya.", doubts).format(n=doubts))
        yield Printed(taken.dataset_id, taken.title, taken.derived, periods, tuple(notes), Path(intake.name).name)


def left_out(run: Run) -> list[str]:
    """What is not in the book, each with its reason."""
    found = []
    for intake in run.intakes:
        file = Path(intake.name).name
        if intake.refusal:
            found.append(f"{file}: {intake.refusal}")
            continue
        own = title_of(Path(file).stem.replace("_", " "))
        found += [f"{_named(file, t.title, own)}: {t.problem}" for t in intake.tables if t.problem]
        for taken in intake.tables:
            for s in taken.sendings:
                if s.returned or s.refusal:
                    name = _named(file, taken.title, own)
                    found.append(f"{name}, {s.period}: {s.returned or s.refusal}")
    return found


def report(intake: Intake) -> dict[str, Any]:
    sent = intake.sendings()
    counts: Counter[str] = sum((s.counts for s in sent), Counter())
    return {
        "file": intake.name,
        "sha256": intake.sha256,
        "size": intake.size,
        "receipt": sent[0].receipt if sent else "",
        "receipts": [s.receipt for s in sent],
        "case_id": intake.case_id,
        "refusal": intake.refusal,
        "tables": [
            {"title": t.title, "sheet": t.sheet, "dataset": t.dataset_id, "problem": t.problem,
             "periods": [s.period for s in t.sendings],
             "empty_periods": list(t.derived.empty_periods) if t.derived else []}
            for t in intake.tables
        ],
        "accepted": [{"dataset": s.dataset_id, "period": s.period, "version_id": s.version} for s in sent if s.version],
        "returned": [
            {"dataset": s.dataset_id, "period": s.period, "why": s.returned or s.refusal,
             "cells": s.cells[:_CELLS_SHOWN], "more_cells": max(0, len(s.cells) - _CELLS_SHOWN)}
            for s in sent if s.returned or (s.refusal and not intake.refusal)
        ],
        "findings": {severity: counts.get(severity, 0) for severity in ("error", "warning", "info")},
        "file_findings": [{**asdict(f), "severity": str(f.severity)} for f in intake.findings],
    }  # fmt: skip


def _named(file: str, title: str, own: str) -> str:
    """A table by its file, and by its title where that is not the file's name."""
    return file if " ".join(title.split()) == own else f"{file}, {title}"
