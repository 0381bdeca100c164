"""What a row or a column of the sheet was taken for, and what else somebody who points at it can say it is.

Each choice is a recipe step for the reader. It names the row by its texts, the column by its header, so that it holds
for next year's form with other row numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.labels import is_total_word
from workbench.domain.reading.columns import header_labels
from workbench.domain.reading.grid import Grid, column_letters
from workbench.domain.reading.hints import REACH, ColumnPart, RowPart, Signature, mark, rows_with, signature, words_of
from workbench.domain.reading.tags import tag_text
from workbench.domain.reading.told_layout import column_of
from workbench.domain.reading.view import Block, View
from workbench.domain.recipe_steps import TOTAL, ColumnIs, RowIs
from workbench.domain.recipes import Recipe
from workbench.i18n import _
from workbench.services.guess_model import Choice, Desk, Doubt, Guess, Subject
from workbench.services.sheet_view import Box, Part, ReadView, Window, boxes, cut, overlay
from workbench.storage.readings import TableHead

_BOUNDS = (RowPart.START, RowPart.END, RowPart.JOIN, RowPart.IGNORE)  # said beside what the row itself is
_STUB_ONLY = (RowPart.BODY, RowPart.TOTAL)  # rows whose other texts are remarks of this year


def row_words(part: RowPart) -> str:
    """What a row is told to be, as the end of a sentence that begins with the row."""
    return {
        RowPart.TITLE: _("adalah judul"),
        RowPart.HEADER: _("adalah kepala tabel"),
        RowPart.BODY: _("adalah isi tabel"),
        RowPart.TOTAL: _("adalah jumlah"),
        RowPart.NOTE: _("adalah catatan, bukan data"),
        RowPart.START: _("mengawali tabel baru: pisahkan dari yang di atasnya"),
        RowPart.END: _("mengakhiri tabel: yang di bawahnya bukan bagiannya"),
        RowPart.JOIN: _("melanjutkan tabel di atas atau di sampingnya: gabungkan keduanya"),
        RowPart.IGNORE: _("bukan tabel: abaikan seluruh tabelnya"),
    }[part]


def column_words(part: ColumnPart) -> str:
    """What a column is told to be, as the end of a sentence that begins with the column."""
    return {
        ColumnPart.LABEL: _("adalah label baris"),
        ColumnPart.VALUE: _("adalah nilai"),
        ColumnPart.UNUSED: _("tidak dipakai"),
        ColumnPart.START: _("mengawali tabel lain: pisahkan dari yang di kirinya"),
    }[part]


def part_words(part: Part | None) -> str:
    """What a cell was taken for."""
    if part is None:
        return _("di luar tabel")
    return {
        Part.TITLE: _("judul"),
        Part.UNIT: _("satuan atau periode"),
        Part.HEADER: _("kepala tabel"),
        Part.NUMBERING: _("nomor kolom, bukan nama kolom"),
        Part.STUB: _("label baris"),
        Part.BODY: _("isi tabel"),
        Part.TOTAL: _("jumlah"),
        Part.NOTES: _("catatan"),
        Part.SOURCE: _("sumber"),
        Part.OTHER: _("tabel lain yang tidak dipakai"),
    }[part]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that was pointed at (row 4, column B), what it was taken for and what it can be told to be. ``told``:
    somebody has said so. Without choices ``why_not`` says why it could not be found again next year; ``taken_for``
    is empty where it was not looked at."""

    about: str
    taken_for: str
    told: bool = False
    choices: tuple[Choice, ...] = ()
    chosen: int | None = None
    why_not: str = ""


# ---------------------------------------------------------------- a row


def row_offer(view: ReadView, top: Window, row: int) -> Offer:
    """What row ``row`` (from 0) of a sheet was taken for. ``top`` is the sheet's first ``REACH`` rows."""
    about = _("Baris {n}").format(n=row + 1)
    if row >= min(REACH, len(top.rows)):
        return Offer(
            about,
            "–",
            why_not=_(
                "Tata letak hanya dapat ditegaskan pada {n} baris pertama. Di sini satu baris masih "
                "dapat diartikan atau dikoreksi lewat sel angkanya."
            ).format(n=REACH),
        )
    rows = [signature(texts) for texts in top.rows]
    recipe = view.stored.recipe
    here = [s for s in recipe.active().steps if isinstance(s, RowIs) and _stands(s, rows, top) == row]
    taken_for = ", ".join(row_words(s.part) for s in here) or part_words(_part_of_row(view, top, row))
    if not rows[row].whole:
        why = _("Baris ini tidak berisi teks, sehingga tidak dapat dikenali lagi pada berkas tahun depan.")
        return Offer(about, taken_for, bool(here), why_not=why)
    choices: list[Choice] = []
    chosen = None
    for part in RowPart:
        step = _row_step(rows, top, row, part)
        if any(s.id == step.id and s.part is part for s in here):
            chosen = len(choices)
        words = row_words(part)
        choices.append(Choice(f"{about} {words}", f"{_quoted(step.labels)} {words}", _with_row(view, step), step.id))
    choices += _undo(recipe, here)
    return Offer(about, taken_for, bool(here), tuple(choices), chosen)


def _quoted(labels: Sequence[str]) -> str:
    return f"“{' · '.join(labels)[:80]}”"


def _undo(recipe: Recipe, told: Sequence[RowIs | ColumnIs]) -> list[Choice]:
    found = []
    for step in told:
        said = row_words(step.part) if isinstance(step, RowIs) else column_words(step.part)
        words = _("Hapus tanda “{said}”: biarkan dibaca sendiri").format(said=said)
        found.append(Choice(words, words, recipe.without(step.id)))
    return found


def _part_of_row(view: ReadView, top: Window, row: int) -> Part | None:
    parts = set(overlay(view, cut(top, row, 1)).values())
    order = (
        Part.BODY,
        Part.TOTAL,
        Part.NUMBERING,
        Part.HEADER,
        Part.STUB,
        Part.UNIT,
        Part.SOURCE,
        Part.TITLE,
        Part.NOTES,
        Part.OTHER,
    )
    return next((part for part in (*order, *parts) if part in parts), None)


def _stands(step: RowIs, rows: Sequence[Signature], top: Window) -> int | None:
    """The row of this sheet a step speaks of; None when it speaks of none, or of another sheet."""
    found = rows_with(rows, step.labels)
    if step.sheet and mark(step.sheet) != mark(top.sheet):
        return None
    return found[step.nth - 1] if len(found) == step.of else None


def _row_step(rows: Sequence[Signature], top: Window, row: int, part: RowPart) -> RowIs:
    whole, leading = words_of(top.rows[row])
    labels = (leading or whole) if part in _STUB_ONLY else whole
    found = rows_with(rows, labels)
    if row not in found:  # another row holds nothing but these
        labels, found = whole, rows_with(rows, whole)
    kind = "-" + part.value if part in _BOUNDS else ""
    nth = found.index(row) + 1
    name = f"baris-{_address(labels)}{f'-{nth}' if len(found) > 1 else ''}{kind}"
    return RowIs(name, labels, part, _sheet(top), nth, len(found))


def _with_row(view: ReadView, step: RowIs) -> Recipe:
    """The recipe that says so; a row told to be the total is the total of the dataset as well."""
    changed = view.stored.recipe.with_step(step)
    label, definition = step.labels[-1], view.definition
    if step.part is not RowPart.TOTAL or is_total_word(label):
        return changed
    if definition.areas and definition.office_area:
        return changed.confirm_spelling(label, definition.office_area)
    return changed.confirm_label("row", label, {TOTAL: "yes"})


def _address(labels: Sequence[str]) -> str:
    """A short name for some texts that no other texts have."""
    marks = [mark(label) for label in labels]
    digest = hashlib.sha256("\0".join(marks).encode()).hexdigest()[:6]
    return f"{'-'.join(marks)[:24]}-{digest}"


def _sheet(top: Window) -> str:
    return top.sheet if len(top.sheets) > 1 else ""


# ---------------------------------------------------------------- a column


def column_offer(view: ReadView, top: Window, column: int) -> Offer:
    """What a column (from 0) of a sheet was taken for."""
    about = _("Kolom {letter}").format(letter=column_letters(column))
    table = _table_with(view, top.sheet, column)
    if table is None:
        return Offer(about, part_words(None), why_not=_("Kolom ini di luar tabel yang ditemukan."))
    recipe = view.stored.recipe
    heads, box = _heads(top, table)
    here = [
        s for s in recipe.active().steps
        if isinstance(s, ColumnIs) and (not s.sheet or mark(s.sheet) == mark(top.sheet))
        and column_of(heads, box.left, box.right, s.labels, s.right) == column
    ]  # fmt: skip
    parts = {part for (_r, c), part in overlay(view, cut(top, 0)).items() if c == column}
    read = next((part for part in (Part.BODY, Part.STUB, Part.TOTAL, Part.OTHER) if part in parts), None)
    taken_for = ", ".join(column_words(s.part) for s in here) or part_words(read)
    step = _column_step(heads, box, top, column, ColumnPart.LABEL)
    if step is None:
        return Offer(about, taken_for, bool(here), why_not=_("Kepala kolom ini tidak dapat dikenali lagi: namanya sama "
                                                             "dengan kolom lain."))  # fmt: skip
    choices: list[Choice] = []
    chosen = None
    for part in ColumnPart:
        step = _column_step(heads, box, top, column, part)
        if step is None or (part is ColumnPart.START and column == box.left):
            continue
        if any(s.id == step.id and s.part is part for s in here):
            chosen = len(choices)
        words, named = column_words(part), _quoted(step.labels) if step.labels else about
        choices.append(Choice(f"{about} {words}", f"{named} {words}", recipe.with_step(step), step.id))
    choices += _undo(recipe, here)
    return Offer(about, taken_for, bool(here), tuple(choices), chosen)


def _column_step(
    heads: dict[int, tuple[str, ...]], box: Box, top: Window, column: int, part: ColumnPart
) -> ColumnIs | None:
    """The step that says so, named by the nearest header at or left of the column; None where that names another."""
    named = next((c for c in range(column, box.left - 1, -1) if heads.get(c)), box.left - 1)
    labels, right = heads.get(named, ()), column - named
    if column_of(heads, box.left, box.right, labels, right) != column:
        return None
    kind = "-" + part.value if part is ColumnPart.START else ""
    name = f"kolom-{_address(labels)}{f'-{right}' if right else ''}{kind}"
    return ColumnIs(name, labels, part, _sheet(top), right)


def _table_with(view: ReadView, sheet: str, column: int) -> TableHead | None:
    """The table of this sheet that has the column: the one that is used before others."""
    first = [view.head] if view.head else []
    for head in (*first, *view.reading.tables):
        if head.sheet == sheet and any(b.left <= column <= b.right for b in boxes(head.area)):
            return head
    return None


def _heads(top: Window, table: TableHead) -> tuple[dict[int, tuple[str, ...]], Box]:
    """The header texts of a table's columns, as the reader reads them, and the table's range."""
    box = boxes(table.area)[0]
    part, numbered = (boxes(table.parts.get(name, "")) for name in ("header", "numbering"))
    if part:
        lines = range(part[0].top, part[0].bottom + 1)
    else:  # a long table tells its body only; a table without header has none
        body = boxes(table.parts.get("body", ""))
        lines = range(box.top, body[0].top if body else box.top)
    tags = ["".join(map(tag_text, row)) for row in top.rows[: lines.stop]]
    view = View(Grid(top.sheet, [list(row) for row in top.rows], list(top.merges)), tags, box.left, box.right)
    header = [
        r for r in lines if r < len(tags) and view.filled(r) and not any(b.top <= r <= b.bottom for b in numbered)
    ]
    return header_labels(view, Block(box.left, box.right, header=header)), box


# ---------------------------------------------------------------- what was told


def told(desk: Desk) -> list[Guess]:
    """Every row and column that somebody has told something about; those that fit no longer first wait for a person."""
    unmet = {f.rule: f.message for f in desk.view.reading.findings if f.code == "hint_unmet"}
    found = []
    for step in desk.active.steps:
        if not isinstance(step, RowIs | ColumnIs):
            continue
        kind = _("Baris") if isinstance(step, RowIs) else _("Kolom")
        said = row_words(step.part) if isinstance(step, RowIs) else column_words(step.part)
        found.append(
            Guess(
                step.id, Subject.LAYOUT, Doubt.ASK if step.id in unmet else Doubt.CONFIRMED,
                f"{kind} {_quoted(step.labels)}", said, unmet.get(step.id, step.reason or _("Ditegaskan di resep.")),
                step.sheet or desk.sheet, (), tuple(_undo(desk.recipe, [step])), None, 0 if step.id in unmet else None,
            )
        )  # fmt: skip
    return found
