"""What the rules of layout look through and what they fill: a window on a sheet, and the rows of one table in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.domain.reading import labels
from workbench.domain.reading.grid import Grid, area


@dataclass(slots=True)
class Block:
    """One table on the sheet, by row numbers (from 0) and the columns it takes."""

    left: int
    right: int
    preface: list[int] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    numbering: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)

    def area(self) -> str:
        rows = [*self.header, *self.numbering, *self.body] or self.preface
        return area(min(rows), self.left, max(rows), self.right)


class View:
    """A grid with its tags, seen through a window of columns."""

    def __init__(self, grid: Grid, tags: Sequence[str], left: int, right: int) -> None:
        self.grid, self.tags, self.left, self.right = grid, tags, left, right
        self.wide: dict[int, list[tuple[int, int, int]]] = {}
        for top, first, bottom, last in grid.merges:
            if last > first:
                for row in range(top, min(bottom, top + 20) + 1):
                    self.wide.setdefault(row, []).append((first, last, top))

    def row(self, row: int) -> str:
        return self.tags[row][self.left : self.right + 1]

    def filled(self, row: int) -> list[int]:
        """Columns with something in them."""
        return [self.left + i for i, t in enumerate(self.row(row)) if t != "."]

    def text(self, row: int, column: int) -> str:
        return labels.clean(self.grid.text(row, column))

    def is_line(self, row: int) -> bool:
        """A row that is one text or one `Satuan : Orang` pair, not a row of a table."""
        filled = self.filled(row)
        if len(filled) == 1:
            return True
        if 2 <= len(filled) <= 3 and set(self.row(row)) <= {".", "t", "y", "d"}:
            first, second = self.text(row, filled[0]), self.text(row, filled[1])
            if first.endswith(":") or second.startswith(":"):
                return True
            if labels.is_table_number(first) and len(self.text(row, filled[-1])) > 15:
                return True  # Tabel | 3.1.1 | Penduduk Menurut Kecamatan
        return (
            bool(filled)
            and len(filled) <= 3
            and labels.is_note(self.text(row, filled[0]))
            and (
                labels.source_of(self.text(row, filled[0])) is not None
                or self.text(row, filled[0]).lower() in ("sumber", "source", "catatan")
            )
        )

    def line(self, row: int) -> str:
        return " ".join(self.text(row, c) for c in self.filled(row))

    def span(self, row: int, column: int) -> tuple[int, int]:
        """First and last column of the merge that a cell of this row begins or lies in."""
        for first, last, _top in self.wide.get(row, ()):
            if first <= column <= last:
                return first, last
        return column, column
