"""A table while it is being read: layout, labels and values together, before it becomes observations."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workbench.domain.reading import labels
from workbench.domain.reading.columns import Column
from workbench.domain.reading.grid import Grid, address, area
from workbench.domain.reading.kinds import Kinds, Matrix
from workbench.domain.reading.labels import Role
from workbench.domain.reading.model import Finding, Kind, Severity
from workbench.domain.reading.rows import Row
from workbench.domain.reading.values import Value
from workbench.domain.reading.view import Block, View


@dataclass(slots=True)
class Draft:
    """A table while it is being read."""

    view: View
    block: Block
    columns: list[Column]
    rows: list[Row]
    sections: list[int]
    title: str = ""
    unit: str | None = None
    source: str | None = None
    notes: list[str] = field(default_factory=list)
    measures: list[Column] = field(default_factory=list)
    fractions: list[list[int]] = field(
        default_factory=list
    )  # by value column: rows with a broken number of whole things
    values: list[list[Value]] = field(default_factory=list)  # by value column, then row
    matrix: Matrix = field(default_factory=lambda: np.zeros((0, 0)))
    kinds: Kinds = field(default_factory=lambda: Kinds([], []))
    told: dict[int, Kind] = field(default_factory=dict)  # rows of the sheet whose kind a person has told

    @property
    def grid(self) -> Grid:
        return self.view.grid

    def cell(self, i: int, j: int) -> str:
        """Address of row ``i`` and value column ``j`` of the table."""
        return address(self.rows[i].index, self.measures[j].index)

    def row_range(self, i: int) -> str:
        row = self.rows[i].index
        return area(row, self.block.left, row, self.block.right)

    def column_range(self, j: int) -> str:
        c = self.measures[j].index
        return area(self.rows[0].index, c, self.rows[-1].index, c) if self.rows else ""

    def name(self, i: int) -> str:
        """What a person calls row ``i``."""
        return self.rows[i].own or f"baris {self.rows[i].index + 1}"

    def head(self, j: int) -> str:
        """What a person calls value column ``j``."""
        return self.measures[j].leaf or f"kolom {self.cell(0, j).rstrip('0123456789')}"

    def finding(
        self, code: str, severity: Severity, message: str, cell: str = "", proposed: float | None = None
    ) -> Finding:
        return Finding(code, severity, message, cell, self.grid.sheet, proposed=proposed)


def measures_of(columns: list[Column]) -> list[Column]:
    """The columns that hold values, or would if they were filled."""
    return [c for c in columns if c.role is Role.VALUE or (c.role is Role.EMPTY and c.labels and _could_measure(c))]


def _could_measure(column: Column) -> bool:
    return labels.role_of_header(column.leaf) not in (Role.NOTE, Role.UNIT, Role.SERIAL)


def say(value: float | int | None) -> str:
    """A number as an Indonesian reader expects it: 1.234,56."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", ".")
    text = f"{float(f'{value:.12g}'):,.6f}".rstrip("0").rstrip(".")
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")
