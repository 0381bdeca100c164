"""A sheet as its sender knows it: column letters, row numbers, and the found table laid over it in colour and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from workbench.domain.reading.model import Severity
from workbench.i18n import N_, _
from workbench.services.sheet_view import ROWS, Part, Sheet, Window, cell_of, letters, place
from workbench.ui import words

_TALLEST = 590
_ROW_HEIGHT = 35
_LINES = (Part.TITLE, Part.UNIT, Part.NOTES, Part.SOURCE)
_SIGNS = {Severity.ERROR: "!", Severity.WARNING: "◔"}

# part: its word, its ground by day and by night, and whether it is set in bold
_LOOKS: dict[Part, tuple[str, str, str, bool]] = {
    Part.TITLE: (N_("judul"), "#EFE1EA", "#41283A", False),
    Part.UNIT: (N_("satuan, periode"), "#E3C6D8", "#5B2C4B", False),
    Part.HEADER: (N_("kepala"), "#C6D9E9", "#1D4B72", True),
    Part.NUMBERING: (N_("nomor kolom"), "#DCE3EA", "#2E3F4E", False),
    Part.STUB: (N_("label baris"), "#E4EEF6", "#173552", False),
    Part.BODY: (N_("isi"), "#DBF1EE", "#113F3B", False),
    Part.TOTAL: (N_("jumlah"), "#FFE0CE", "#5E3515", True),
    Part.NOTES: (N_("catatan"), "#E9E9E9", "#333A41", False),
    Part.SOURCE: (N_("sumber"), "#DDD8C7", "#48422F", False),
    Part.OTHER: (N_("tabel lain, tidak dipakai"), "#F4F4F4", "#1D242B", False),
}
_MARKS: dict[Severity, tuple[str, str, str]] = {
    Severity.ERROR: (N_("kesalahan"), "#F6BDB6", "#7A271D"),
    Severity.WARNING: (N_("perlu dilihat"), "#FFE7A0", "#665008"),
}
_INK = ("#1D2B38", "#E6EDF3")

Overlay = Mapping[tuple[int, int], Part]
Marks = Mapping[tuple[int, int], Severity]


@dataclass(frozen=True, slots=True)
class Selected:
    """What is picked in the grid: one cell, a whole column, or a whole row (from 0)."""

    cell: str = ""
    column: str = ""
    row: int | None = None


def _night() -> int:
    return 1 if st.context.theme.type == "dark" else 0


def legend(overlay: Overlay, marks: Marks) -> None:
    """Swatch and word of every part that is in the window."""
    night = _night()
    present = [part for part in Part if part in set(overlay.values())]
    pieces = [_swatch(_(_LOOKS[part][0]), _LOOKS[part][1:3][night], night) for part in present]
    worst = set(marks.values())
    pieces += [
        _swatch(f"{_SIGNS[level]} {_(look[0])}", look[1 + night], night)
        for level, look in _MARKS.items()
        if level in worst
    ]
    if pieces:
        st.markdown(" ".join(pieces))


def _swatch(word: str, ground: str, night: int) -> str:
    return f':color[ {words.plain(word)} ]{{foreground="{_INK[night]}" background="{ground}"}}'


def draw(shown: Window, overlay: Overlay, marks: Marks, *, key: str, focus: str = "") -> Selected:
    """The grid; ``focus`` is a cell that is picked when it is first drawn. Returns what the reader picked."""
    if not shown.rows:
        st.info(_("Lembar ini kosong."), icon=":material/grid_off:")
        return Selected()
    names = letters(len(shown.rows[0]))
    numbers = [str(shown.first + 1 + at) for at in range(len(shown.rows))]
    frame = pd.DataFrame([list(row) for row in shown.rows], columns=names, index=numbers, dtype="object")
    for (row, column), level in marks.items():
        if level in _SIGNS and column < len(names):
            at = row - shown.first
            frame.iat[at, column] = f"{_SIGNS[level]} {frame.iat[at, column]}"
    styles = _styles(shown, overlay, marks, names, numbers)
    start = place(focus) if focus else None
    picked = start is not None and 0 <= start[0] - shown.first < len(numbers) and start[1] < len(names)
    chosen: Any = None
    if picked and start:
        chosen = {"selection": {"cells": [(start[0] - shown.first, names[start[1]])]}}
    event = st.dataframe(
        frame.style.apply(lambda _frame: styles, axis=None),
        key=key,
        height=min(_TALLEST, (len(numbers) + 1) * _ROW_HEIGHT + 3),
        on_select="rerun",
        selection_mode=["single-cell", "single-column", "single-row"],
        selection_default=chosen,
        column_config=_columns(shown, overlay, names),
        placeholder="",
        alt=_("Lembar {sheet}, baris {first} sampai {last}").format(
            sheet=shown.sheet, first=numbers[0], last=numbers[-1]
        ),
    )
    cells, columns = event["selection"]["cells"], event["selection"]["columns"]
    if cells:
        row, name = cells[0]
        if name in names and 0 <= int(row) < len(numbers):
            return Selected(cell=cell_of(shown.first + int(row), names.index(name)))
    if columns and columns[0] in names:
        return Selected(column=str(columns[0]))
    rows = [row for row in event["selection"]["rows"] if row < len(numbers)]
    return Selected(row=shown.first + int(rows[0])) if rows else Selected()


def _styles(shown: Window, overlay: Overlay, marks: Marks, names: list[str], numbers: list[str]) -> pd.DataFrame:
    night = _night()
    css = [["" for _name in names] for _number in numbers]
    for (row, column), part in overlay.items():
        at = row - shown.first
        if 0 <= at < len(numbers) and column < len(names):
            look = _LOOKS[part]
            bold = "font-weight: bold;" if look[3] else ""
            css[at][column] = f"background-color: {look[1:3][night]}; color: {_INK[night]};{bold}"
    for (row, column), level in marks.items():
        at = row - shown.first
        if level in _MARKS and 0 <= at < len(numbers) and column < len(names):
            css[at][column] = f"background-color: {_MARKS[level][1 + night]}; color: {_INK[night]};"
    return pd.DataFrame(css, index=numbers, columns=names)


def _columns(shown: Window, overlay: Overlay, names: list[str]) -> dict[str, Any]:
    """Widths by content, long title lines apart; columns of figures to the right."""
    found: dict[str, Any] = {}
    for column, name in enumerate(names):
        longest, figures, texts, lines = 2, 0, 0, False
        for at, row in enumerate(shown.rows):
            part = overlay.get((shown.first + at, column))
            if part not in _LINES:
                longest = max(longest, max((len(line) for line in row[column].splitlines()), default=0))
            lines = lines or part in _LINES
            figures += part is Part.BODY
            texts += part is Part.STUB
        found[name] = st.column_config.TextColumn(
            width=min(230, max(110 if lines else 52, 22 + 8 * longest)),
            alignment="right" if figures > texts else "left",
        )
    found["_index"] = st.column_config.TextColumn("", width=56)
    return found


def pages(sheet: Sheet) -> int:
    """How many windows a sheet has."""
    return max(1, -(-sheet.rows // ROWS))


def sheet_words(sheet: Sheet) -> str:
    """A sheet's name as its tab says it; hidden ones say so."""
    return _("{name} (tersembunyi)").format(name=sheet.name) if sheet.hidden else sheet.name
