"""The observations of a table, kept by row and column and built one by one only when asked for.

A sheet of 200,000 rows has millions of observations; most differ from their neighbours by a number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from workbench.domain.reading.grid import address
from workbench.domain.reading.model import Flag, Kind, Observation
from workbench.domain.reading.words import Words


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
    values: Sequence[Sequence[float | int | None] | NDArray[np.float64]]
    flags: dict[tuple[int, int], Flag] = field(default_factory=dict)
    raws: dict[tuple[int, int], str] = field(default_factory=dict)
    unit: str | None = None
    texts: dict[int, Words] = field(default_factory=dict)  # raw text of whole columns, where they are texts

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
        value = number_of(self.values[j][i])
        raw = self.texts[j][i].strip() if j in self.texts else self.raws.get((i, j))
        flag = self.flags.get((i, j))
        return Observation(
            row.labels,
            column.labels,
            value,
            Flag.BLANK if value is None and flag is None else flag,
            plain(value) if raw is None else raw,
            address(row.index, column.index),
            column.kind if row.kind is Kind.DATA else row.kind,
            column.unit or row.unit or self.unit,
        )

    def to_wire(self, buffers: list[bytes]) -> dict[str, Any]:
        """Lists and texts, to be passed between processes; long columns of numbers go into ``buffers``."""
        values: list[Any] = []
        for column in self.values:
            if isinstance(column, np.ndarray):
                values.append({"buffer": len(buffers)})
                buffers.append(column.astype("<f8", copy=False).tobytes())
            else:
                values.append(list(column))
        return {
            "rows": self.rows.to_wire(buffers) if isinstance(self.rows, LongHeads) else [_head(h) for h in self.rows],
            "columns": [_head(h) for h in self.columns],
            "values": values,
            "flags": [[i, j, flag.value] for (i, j), flag in self.flags.items()],
            "raws": [[i, j, raw] for (i, j), raw in self.raws.items()],
            "texts": {str(j): column.to_wire(buffers) for j, column in self.texts.items()},
            "unit": self.unit,
        }

    @classmethod
    def from_wire(cls, data: dict[str, Any], buffers: Sequence[bytes | memoryview]) -> Lattice:
        rows = data["rows"]
        return cls(
            LongHeads.from_wire(rows, buffers) if isinstance(rows, dict) else [_head_of(h) for h in rows],
            [_head_of(h) for h in data["columns"]],
            [np.frombuffer(buffers[v["buffer"]], dtype="<f8") if isinstance(v, dict) else v for v in data["values"]],
            {(i, j): Flag(flag) for i, j, flag in data["flags"]},
            {(i, j): raw for i, j, raw in data["raws"]},
            data["unit"],
            {int(j): Words.from_wire(column, buffers) for j, column in data["texts"].items()},
        )


@dataclass(slots=True)
class LongHeads(Sequence[Head]):
    """Heads of very many rows: label columns kept as they are, a head built when asked for."""

    first: int
    height: int
    columns: Sequence[Words]
    units: Words | None = None
    kinds: dict[int, Kind] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.height

    @overload
    def __getitem__(self, position: int) -> Head: ...
    @overload
    def __getitem__(self, position: slice) -> list[Head]: ...
    def __getitem__(self, position: int | slice) -> Head | list[Head]:
        if isinstance(position, slice):
            return [self[i] for i in range(*position.indices(self.height))]
        if not 0 <= position < self.height:
            raise IndexError(position)
        labels = tuple(text for column in self.columns if (text := column[position]))
        unit = (self.units[position] or None) if self.units else None
        return Head(self.first + position, labels, self.kinds.get(position, Kind.DATA), unit)

    def to_wire(self, buffers: list[bytes]) -> dict[str, Any]:
        return {
            "first": self.first,
            "height": self.height,
            "columns": [c.to_wire(buffers) for c in self.columns],
            "units": self.units.to_wire(buffers) if self.units else None,
            "kinds": [[i, k.value] for i, k in self.kinds.items()],
        }

    @classmethod
    def from_wire(cls, data: dict[str, Any], buffers: Sequence[bytes | memoryview]) -> LongHeads:
        kinds = {i: Kind(k) for i, k in data["kinds"]}
        columns = [Words.from_wire(column, buffers) for column in data["columns"]]
        units = Words.from_wire(data["units"], buffers) if data["units"] else None
        return cls(data["first"], data["height"], columns, units, kinds)


def _head(h: Head) -> list[Any]:
    return [h.index, list(h.labels), h.kind.value, h.unit]


def _head_of(item: list[Any]) -> Head:
    index, texts, kind, unit = item
    return Head(index, tuple(texts), Kind(kind), unit)


def number_of(value: Any) -> float | int | None:
    """A value of an array as the number it is: None for NaN, a whole number as int."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, np.floating):
        value = float(value)
        return None if value != value else int(value) if value.is_integer() and abs(value) < 2**53 else value
    return float(value)


def plain(value: float | int | None) -> str:
    """A number as a sheet without formats shows it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
