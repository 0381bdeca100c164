"""Findings at reading time: what a careful person would ask the sender about."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.reading import check_cells, check_ranges, check_series, check_sums
from workbench.domain.reading.draft import Draft
from workbench.domain.reading.grid import Grid, area, column_letters
from workbench.domain.reading.hints import ColumnHint, Hints, RowHint, Told, Unmet
from workbench.domain.reading.labels import Role
from workbench.domain.reading.model import Finding, Flag, Severity
from workbench.i18n import _, _n


def table_findings(draft: Draft) -> list[Finding]:
    """All findings about one table."""
    if not draft.rows or not draft.measures:
        return [_no_numbers(draft)]
    if not any(v.value is not None or v.doubt or v.flag is not Flag.BLANK for column in draft.values for v in column):
        return [_no_numbers(draft)]
    return [
        *check_cells.findings(draft),
        *check_ranges.findings(draft),
        *check_sums.findings(draft),
        *check_series.findings(draft),
    ]


def _no_numbers(draft: Draft) -> Finding:
    texts = sum(c.role in (Role.LABEL, Role.UNIT) and c.kinds["t"] > 0 for c in draft.columns)
    if not draft.measures and texts >= 2 and len(draft.rows) > 3:
        text = _("Tabel ini hanya berisi teks, tidak ada angka untuk dibaca.")
        return draft.finding("text_table", Severity.INFO, text, draft.block.area())
    text = _("Formulir pada lembar {sheet} kosong: ada judul dan label, tetapi tidak ada satu pun nilai.").format(
        sheet=draft.grid.sheet
    )
    return draft.finding("empty_form", Severity.INFO, text, draft.block.area())


def file_findings(grids: Sequence[Grid], found: int) -> list[Finding]:
    """Findings about the file as a whole. ``found`` is the number of tables."""
    findings: list[Finding] = []
    for grid in grids:
        if grid.hidden:
            text = _("Lembar {sheet} tersembunyi; isinya tetap dibaca.").format(sheet=grid.sheet)
            findings.append(Finding("hidden_sheet", Severity.INFO, text, "", grid.sheet))
        rows = sorted(r for r in grid.hidden_rows if r < grid.height and any(v not in (None, "") for v in grid.rows[r]))
        if rows:
            text = _n("{n} baris tersembunyi pada lembar {sheet} tetap dibaca.", len(rows)).format(
                n=len(rows), sheet=grid.sheet
            )
            where = ",".join(area(r, 0, r, max(0, grid.width - 1)) for r in rows[:40])
            findings.append(Finding("hidden_rows", Severity.INFO, text, where, grid.sheet))
        columns = sorted(c for c in grid.hidden_columns if c < grid.width)
        if columns:
            text = _n("{n} kolom tersembunyi pada lembar {sheet} tetap dibaca.", len(columns)).format(
                n=len(columns), sheet=grid.sheet
            )
            where = ",".join(f"{column_letters(c)}:{column_letters(c)}" for c in columns[:40])
            findings.append(Finding("hidden_columns", Severity.INFO, text, where, grid.sheet))
    if not found:
        findings.append(
            Finding(
                "no_table", Severity.WARNING, _("Tidak ada tabel berisi angka yang ditemukan dalam berkas ini."), ""
            )
        )
    return findings


def unmet_hints(hints: Hints, told: Sequence[Told], unmet: Sequence[Unmet]) -> list[Finding]:
    """Hints of the recipe that could not be followed in this file: their row or column is not where it was."""
    used = {name for here in told for name in here.used}
    known = {item.hint.name for item in unmet}
    every: list[RowHint | ColumnHint] = [*hints.rows, *hints.columns]
    lost = [Unmet(hint) for hint in every if hint.name not in used | known]
    findings = []
    for item in (*unmet, *lost):
        hint = item.hint
        name = " · ".join(hint.labels)[:120] or f"+{getattr(hint, 'right', 0)}"
        if item.found > 1:
            text = _("Langkah resep {step} tidak dijalankan: “{name}” kini ada di {n} baris, dahulu {of}. Tandai lagi "
                     "baris yang dimaksud pada lembar.")  # fmt: skip
        elif item in unmet:
            text = _("Langkah resep {step} tidak dijalankan: baris “{name}” tidak ada dalam berkas ini. Periksa "
                     "susunan tabelnya, lalu tandai barisnya lagi atau hapus langkah itu.")  # fmt: skip
        else:
            text = _("Langkah resep {step} tidak dijalankan: “{name}” tidak berlaku bagi tabel mana pun dalam berkas "
                     "ini. Periksa susunan tabelnya, atau hapus langkah itu.")  # fmt: skip
        message = text.format(step=hint.name, name=name, n=item.found, of=getattr(hint, "of", 1))
        findings.append(Finding("hint_unmet", Severity.WARNING, message, rule=hint.name))
    return findings
