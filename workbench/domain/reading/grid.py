"""A sheet as the reader sees it: typed cells by row and column, with what a value alone does not say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

CellValue = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column, all from 0


def column_letters(column: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """(0, 1) -> B1."""
    return f"{column_letters(column)}{row + 1}"


def area(first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    """A range as printed in a spreadsheet; one cell is not written twice."""
    start, end = address(first_row, first_column), address(last_row, last_column)
    return start if start == end else f"{start}:{end}"


def shown(value: CellValue) -> str:
    """The text a person sees in a cell that has no number format of its own."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


@dataclass(slots=True)
class Grid:
    """One sheet. ``rows`` is rectangular; a blank cell is None or an empty text.

    ``percent`` holds cells whose number format shows them times 100; ``gaps`` cells with a formula but no stored
    value. ``typed`` is True where the file itself tells numbers from texts (a workbook, not a CSV).
    """

    sheet: str
    rows: list[list[CellValue]]
    merges: list[Merge] = field(default_factory=list)
    percent: frozenset[tuple[int, int]] = frozenset()
    gaps: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    typed: bool = True
    indents: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def text(self, row: int, column: int) -> str:
        """What a person sees in the cell, blanks around it removed; a percentage as such."""
        value = self.rows[row][column]
        if (row, column) in self.percent and isinstance(value, int | float) and not isinstance(value, bool):
            return f"{shown(tidy(float(value) * 100))}%"
        return shown(value)

    def indent(self, row: int, column: int) -> int:
        """How far a label is moved to the right, by its format or by blanks typed before it."""
        value = self.rows[row][column]
        typed_blanks = len(value) - len(value.lstrip()) if isinstance(value, str) else 0
        return typed_blanks + 3 * self.indents.get((row, column), 0)

    def is_blank(self, row: int, column: int) -> bool:
        value = self.rows[row][column]
        return value is None or (isinstance(value, str) and not value.strip())


def tidy(value: float) -> float:
    """A product such as 0.0712 x 100 without the noise of binary fractions (15 significant digits)."""
    return float(f"{value:.15g}")


def ranges(cells: Iterable[tuple[int, int, int, int]], most: int = 40) -> str:
    """Several ranges in one field, comma separated; the first ``most`` of them."""
    return ",".join(area(*cell) for cell in list(cells)[:most])
