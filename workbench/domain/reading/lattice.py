"""The observations of a table, kept by row and column and built one by one only when asked for.

A sheet of 200,000 rows has millions of observations; most differ from their neighbours by a number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from workbench.domain.reading.grid import address
from workbench.domain.reading.model import Flag, Kind, Observation


@dataclass(frozen=True, slots=True)
class Head:
    """What a row or a column gives to its observations."""

    index: int
    labels: tuple[str, ...]
    kind: Kind = Kind.DATA
    unit: str | None = None


@dataclass(slots=True)
class Lattice(Sequence[Observation]):
    """Observations row by row. ``values`` holds one sequence for each column; None where there is no number.

    ``flags`` and ``raws`` hold only what the value does not say by itself, by (row, column) position.
    """

    rows: Sequence[Head]
    columns: Sequence[Head]
    values: Sequence[Sequence[float | int | None]]
    flags: dict[tuple[int, int], Flag] = field(default_factory=dict)
    raws: dict[tuple[int, int], str] = field(default_factory=dict)
    unit: str | None = None

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    @overload
    def __getitem__(self, position: int) -> Observation: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Observation, ...]: ...
    def __getitem__(self, position: int | slice) -> Observation | tuple[Observation, ...]:
        if isinstance(position, slice):
            return tuple(self.at(*divmod(k, len(self.columns))) for k in range(*position.indices(len(self))))
        if position < 0:
            position += len(self)
        if not 0 <= position < len(self):
            raise IndexError(position)
        return self.at(*divmod(position, len(self.columns)))

    def __iter__(self) -> Iterator[Observation]:
        for i in range(len(self.rows)):
            for j in range(len(self.columns)):
                yield self.at(i, j)

    def at(self, i: int, j: int) -> Observation:
        """The observation of row ``i`` and value column ``j``."""
        row, column = self.rows[i], self.columns[j]
        value = self.values[j][i]
        raw = self.raws.get((i, j))
        return Observation(
            row.labels,
            column.labels,
            value,
            self.flags.get((i, j)),
            plain(value) if raw is None else raw,
            address(row.index, column.index),
            column.kind if row.kind is Kind.DATA else row.kind,
            column.unit or row.unit or self.unit,
        )

    def to_wire(self) -> dict[str, Any]:
        """Lists and texts only, to be passed between processes."""
        return {
            "rows": [[h.index, list(h.labels), h.kind.value, h.unit] for h in self.rows],
            "columns": [[h.index, list(h.labels), h.kind.value, h.unit] for h in self.columns],
            "values": [list(column) for column in self.values],
            "flags": [[i, j, flag.value] for (i, j), flag in self.flags.items()],
            "raws": [[i, j, raw] for (i, j), raw in self.raws.items()],
            "unit": self.unit,
        }

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> Lattice:
        def heads(items: list[Any]) -> list[Head]:
            return [Head(index, tuple(texts), Kind(kind), unit) for index, texts, kind, unit in items]

        return cls(
            heads(data["rows"]),
            heads(data["columns"]),
            data["values"],
            {(i, j): Flag(flag) for i, j, flag in data["flags"]},
            {(i, j): raw for i, j, raw in data["raws"]},
            data["unit"],
        )


def plain(value: float | int | None) -> str:
    """A number as a sheet without formats shows it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
