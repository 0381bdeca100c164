"""The sheet as its sender knows it, with what the reader made of each cell laid over it.

A window of rows is all that ever leaves this module: a sheet of 200,000 rows is shown two hundred at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlmodel import Session

from workbench.domain.datasets import DatasetDefinition
from workbench.domain.errors import NotFound
from workbench.domain.reading import labels
from workbench.domain.reading.grid import Merge, address, column_letters
from workbench.domain.reading.model import Finding, Severity
from workbench.i18n import _
from workbench.services import sheet_copies
from workbench.services.replaying import replayed
from workbench.storage.readings import TableHead, TidyReading
from workbench.storage.recipes import StoredRecipe
from workbench.storage.replay.model import Replay

ROWS = 200  # rows a browser gets at once
_MARKED = 24  # cells that one range of a finding may mark
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d*)")
_UNIT_LINE = re.compile(r"\W*(satuan|unit|tahun|year|periode|period|bulan|dalam)\b|\W*\(.*\)\W*$", re.I)


class Part(StrEnum):
    """What a cell is to the table it belongs to."""

    TITLE = "title"
    UNIT = "unit"
    HEADER = "header"
    NUMBERING = "numbering"  # (1) (2) (3) below the header
    STUB = "stub"
    BODY = "body"
    TOTAL = "total"
    NOTES = "notes"
    SOURCE = "source"
    OTHER = "other"  # belongs to a table that is not used


class Noted(Protocol):
    """A finding, fresh or kept."""

    @property
    def sheet(self) -> str: ...
    @property
    def cell(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def message(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook."""

    name: str
    rows: int
    columns: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Some rows of a sheet as texts; ``first`` counts from 0."""

    sheet: str
    sheets: tuple[Sheet, ...]
    first: int
    rows: tuple[tuple[str, ...], ...]
    merges: tuple[Merge, ...]

    def text(self, row: int, column: int) -> str:
        """The text of a cell by its place on the sheet; empty outside the window."""
        at = row - self.first
        return self.rows[at][column] if 0 <= at < len(self.rows) and column < len(self.rows[at]) else ""


@dataclass(frozen=True, slots=True)
class Box:
    """A range of a sheet, counted from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class ReadView:
    """A submission as it was read and replayed, ready to be asked about single cells. Never changed once made."""

    submission_id: int
    file_sha256: str
    file_name: str
    period: str
    opd_code: str
    definition: DatasetDefinition
    reading: TidyReading
    stored: StoredRecipe
    replay: Replay
    findings: tuple[Finding, ...]
    row_numbers: NDArray[np.int64]  # sheet row (from 0) of every observation of the reading
    placed: Mapping[tuple[str, str], int]  # (sheet, cell) to the row of ``replay.table``

    @property
    def picked(self) -> int | None:
        """The number of the table that is used."""
        return self.replay.tables_used[0] if self.replay.tables_used else None

    @property
    def head(self) -> TableHead | None:
        """The table that is used."""
        return None if self.picked is None else self.reading.tables[self.picked]


def boxes(text: str) -> list[Box]:
    """The ranges in a text such as ``A1:C3,E5``; anything else in it is passed over."""
    found = []
    for piece in text.split(","):
        ends = [place(end) for end in piece.strip().split(":")]
        if all(ends) and len(ends) in (1, 2):
            (top, left), (bottom, right) = ends[0] or (0, 0), ends[-1] or (0, 0)
            found.append(Box(top, left, bottom, right))
    return found


def place(cell: str) -> tuple[int, int] | None:
    """(row, column) from 0 of an address such as ``B7``; None when it is none."""
    found = _CELL.fullmatch(cell)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def window(file_sha256: str, file_name: str, sheet: str = "", first: int = 0, count: int = ROWS) -> Window:
    """Rows of a stored file's sheet (the first sheet when none is named), read again in the guarded process or
    taken from its copy. Raises ``UnreadableFile``."""
    page = sheet_copies.page(file_sha256, file_name, sheet, first, count)
    return Window(
        page["sheet"],
        tuple(Sheet(s["name"], s["rows"], s["columns"], s["hidden"]) for s in page["sheets"]),
        page["first"],
        tuple(tuple(row) for row in page["rows"]),
        tuple((m[0], m[1], m[2], m[3]) for m in page["merges"]),
    )


def cut(whole: Window, first: int, count: int = ROWS) -> Window:
    """A part of a window that was fetched at once with its neighbours."""
    at = first - whole.first
    merges = tuple(m for m in whole.merges if m[2] >= first and m[0] < first + count)
    return Window(whole.sheet, whole.sheets, first, whole.rows[at : at + count], merges)


def view(session: Session, *, submission_id: int) -> ReadView:
    """Read and replay a submission for looking at it. Raises ``UnreadableFile`` and ``NotFound``."""
    done = replayed(session, submission_id)
    table = done.replay.table
    places = zip(table.column("sheet").to_pylist(), table.column("cell").to_pylist(), strict=True)
    return ReadView(
        submission_id,
        done.row.file_sha256,
        done.row.file_name,
        done.row.period,
        done.row.opd_code,
        done.definition,
        done.reading,
        done.stored,
        done.replay,
        done.findings,
        _rows_of(done.reading.observations),
        {at: number for number, at in enumerate(places)},
    )


def _rows_of(observations: pa.Table) -> NDArray[np.int64]:
    digits = pc.replace_substring_regex(observations.column("cell"), pattern="^[A-Z]+", replacement="")
    numbers = pc.cast(digits, pa.int64()).to_numpy()
    return np.asarray(numbers, dtype=np.int64) - 1


# ---------------------------------------------------------------- overlay


def overlay(view_: ReadView, shown: Window) -> dict[tuple[int, int], Part]:
    """What each cell of the window is to the table that is used; tables that are not used are marked as such."""
    found: dict[tuple[int, int], Part] = {}
    for number, head in enumerate(view_.reading.tables):
        if head.sheet != shown.sheet:
            continue
        if number == view_.picked:
            continue
        for box in boxes(head.area):
            _paint(found, shown, box, Part.OTHER)
    head_used = view_.head
    if head_used is None or head_used.sheet != shown.sheet:
        return found
    for part, box in _parts(head_used):
        _paint(found, shown, box, part)
    if "title" not in head_used.parts:
        _titles(found, shown, head_used)
    _lines(found, shown)
    _observed(view_, shown, found)
    return found


def _parts(head: TableHead) -> list[tuple[Part, Box]]:
    """The parts of a table, those that are painted over first."""
    parts = head.parts
    found: list[tuple[Part, Box]] = []
    body = boxes(parts.get("body", ""))
    if "header" not in parts and body:  # long tables tell their body only
        found += [(Part.HEADER, Box(b.top, b.left, body[0].top - 1, b.right)) for b in boxes(head.area)]
        found += [(Part.STUB, b) for b in body]
    order = (
        ("title", Part.TITLE), ("notes", Part.NOTES), ("header", Part.HEADER), ("numbering", Part.NUMBERING),
        ("stub", Part.STUB),
    )  # fmt: skip
    found += [(part, box) for name, part in order for box in boxes(parts.get(name, ""))]
    return found


def _titles(found: dict[tuple[int, int], Part], shown: Window, head: TableHead) -> None:
    """Lines above a table that its title is made of, where the reader does not say where they stand."""
    top = min((box.top for box in boxes(head.area)), default=0)
    for at, row in enumerate(shown.rows[: max(0, top - shown.first)]):
        for column, text in enumerate(row):
            if len(text) > 3 and text.strip() in head.title:
                found[shown.first + at, column] = Part.TITLE


def _paint(found: dict[tuple[int, int], Part], shown: Window, box: Box, part: Part) -> None:
    last = shown.first + len(shown.rows) - 1
    for row in range(max(box.top, shown.first), min(box.bottom, last) + 1):
        for column in range(box.left, min(box.right, len(shown.rows[row - shown.first]) - 1) + 1):
            found[row, column] = part


def _lines(found: dict[tuple[int, int], Part], shown: Window) -> None:
    """Of the lines above and below a table, those that say its unit or its source."""
    for (row, column), part in list(found.items()):
        text = shown.text(row, column)
        if part in (Part.TITLE, Part.NOTES) and not text:
            del found[row, column]
        elif part is Part.TITLE and (labels.is_meta(text) or _UNIT_LINE.match(text)):
            found[row, column] = Part.UNIT
        elif part in (Part.TITLE, Part.NOTES) and labels.source_of(text):
            found[row, column] = Part.SOURCE


def _observed(view_: ReadView, shown: Window, found: dict[tuple[int, int], Part]) -> None:
    """Cells that are observations: body, or totals, as the reader or the recipe says."""
    here = (view_.row_numbers >= shown.first) & (view_.row_numbers < shown.first + len(shown.rows))
    rows = np.flatnonzero(here)
    if not rows.size:
        return
    some = view_.reading.observations.take(pa.array(rows)).select(["table_no", "sheet", "cell", "kind"])
    kinds = view_.replay.table.column("kind")
    data_rows: set[int] = set()  # the recipe knows them as data, whatever the reader took them for
    for item in some.to_pylist():
        at = place(item["cell"])
        if at is None or item["table_no"] != view_.picked:
            continue
        number = view_.placed.get((item["sheet"], item["cell"]))
        kind = kinds[number].as_py() if number is not None else item["kind"]
        found[at] = Part.BODY if kind == "data" else Part.TOTAL
        if number is not None and kind == "data":
            data_rows.add(at[0])
    for head in filter(None, [view_.head]):
        for box in boxes(head.parts.get("totals", "")):
            for row in set(range(box.top, box.bottom + 1)) - data_rows:
                for column in range(box.left, box.right + 1):
                    if found.get((row, column)) is Part.STUB:
                        found[row, column] = Part.TOTAL


def marks(findings: Sequence[Noted], sheet: str, shown: Window) -> dict[tuple[int, int], Severity]:
    """The worst finding of each cell of the window."""
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    found: dict[tuple[int, int], Severity] = {}
    last = shown.first + len(shown.rows) - 1
    for item in findings:
        if item.sheet not in ("", sheet) or not item.cell:
            continue
        for box in boxes(item.cell):
            if (box.bottom - box.top + 1) * (box.right - box.left + 1) > _MARKED:
                continue  # said of a whole column or table: marking all of it would hide what is wrong with one cell
            for row in range(max(box.top, shown.first), min(box.bottom, last) + 1):
                for column in range(box.left, box.right + 1):
                    known = found.get((row, column))
                    if known is None or order.index(item.severity) < order.index(known):
                        found[row, column] = item.severity
    return found


# ---------------------------------------------------------------- one cell


@dataclass(frozen=True, slots=True)
class CellStory:
    """How one cell was read: from the text in the file to its place in the dataset."""

    sheet: str
    cell: str
    text: str
    part: Part | None
    row: tuple[str, ...] = ()
    column: tuple[str, ...] = ()
    value: float | None = None
    flag: str | None = None
    raw: str = ""
    kind: str = ""
    is_value: bool = False
    placed: Mapping[str, Any] | None = None  # its row of the version, when it has found its place
    steps: tuple[str, ...] = ()
    findings: tuple[Noted, ...] = ()


def story(view_: ReadView, shown: Window, cell: str, findings: Sequence[Noted] | None = None) -> CellStory:
    """How a cell of the window was read; ``NotFound`` for an address outside it."""
    at = place(cell)
    if at is None or not shown.first <= at[0] < shown.first + len(shown.rows):
        raise NotFound(_("Sel {cell} tidak ada dalam berkas.").format(cell=cell))
    told: Sequence[Noted] = view_.findings if findings is None else findings
    mine = tuple(
        sorted(
            (f for f in told if f.sheet in ("", shown.sheet) and f.cell and covers(f.cell, at)),
            key=lambda f: sum((b.bottom - b.top + 1) * (b.right - b.left + 1) for b in boxes(f.cell)),
        )
    )  # what is said of this cell alone comes first
    base = CellStory(shown.sheet, cell, shown.text(*at), overlay(view_, shown).get(at), findings=mine)
    rows = np.flatnonzero(view_.row_numbers == at[0])
    some = view_.reading.observations.take(pa.array(rows, pa.int64())).to_pylist()
    item = next((o for o in some if o["cell"] == cell and o["sheet"] == shown.sheet), None)
    if item is None:
        return base
    number = view_.placed.get((shown.sheet, cell))
    placed = view_.replay.table.slice(number, 1).to_pylist()[0] if number is not None else None
    return CellStory(
        shown.sheet,
        cell,
        base.text,
        base.part,
        view_.reading.rows[item["row_id"]],
        view_.reading.columns[item["col_id"]],
        item["value"],
        item["flag"],
        item["raw"],
        item["kind"],
        item["table_no"] == view_.picked,
        placed,
        tuple(json.loads(placed["steps"])) if placed else (),
        mine,
    )


def covers(cells: str, at: tuple[int, int]) -> bool:
    """Does a list of ranges hold this cell?"""
    return any(b.top <= at[0] <= b.bottom and b.left <= at[1] <= b.right for b in boxes(cells))


def cell_of(row: int, column: int) -> str:
    """The address of a cell, counted from 0."""
    return address(row, column)


def column_number(letter: str) -> int:
    """The number (from 0) of a column by its letters."""
    return (place(f"{letter}1") or (0, 0))[1]


def letters(count: int) -> list[str]:
    """The letters of the first columns of a sheet."""
    return [column_letters(number) for number in range(count)]
