"""The observations of a reading as Arrow columns, made column by column from the reader's arrays.

A sheet of 200,000 rows has two million observations; none of them becomes a Python object here. What comes out is the
same as taking the observations one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from workbench.domain.label_paths import Codes, Paths, unique
from workbench.domain.reading.grid import address
from workbench.domain.reading.lattice import Lattice, LongHeads, number_of, plain
from workbench.domain.reading.model import Flag, Kind, Observation, TableReading
from workbench.domain.reading.words import Words

_EXACT = 2**53  # whole numbers from here on are not printed digit by digit
_FLAGS = tuple(Flag)
_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class _Part:
    """The columns of one table; ``rows`` and ``columns`` are lines of the two code tables."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    value: pa.Array
    flag: pa.Array
    raw: pa.Array
    cell: pa.Array
    kind: pa.Array
    unit: pa.Array


class _Axis:
    """All header paths of one axis, in the order in which they were met."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._codes: list[Codes] = []
        self._count = 0

    def add(self, codes: Codes) -> NDArray[np.int64]:
        """Take up more paths; gives the lines they got."""
        first, self._count = self._count, self._count + len(codes)
        self._codes.append(codes)
        return np.arange(first, self._count)

    def numbers(self, labels: Iterable[str]) -> list[int]:
        """The numbers of labels."""
        return [self._known.setdefault(label, len(self._known)) for label in labels]

    def of_tuples(self, paths: Sequence[Sequence[str]]) -> NDArray[np.int64]:
        """Take up paths given as tuples."""
        depth = max(map(len, paths), default=0)
        codes = np.full((len(paths), depth), -1, np.int32)
        for line, path in enumerate(paths):
            codes[line, : len(path)] = self.numbers(path)
        return self.add(codes)

    def of_columns(self, columns: Sequence[Words], height: int) -> NDArray[np.int64]:
        """Take up paths given as columns of labels; empty labels are left out of a path."""
        codes = np.full((height, len(columns)), -1, np.int32)
        for place, column in enumerate(columns):
            known = np.array([self.numbers([text])[0] if text else -1 for text in column.words], np.int32)
            codes[:, place] = known[column.codes] if height else []
        if (codes < 0).any():
            codes = np.take_along_axis(codes, np.argsort(codes < 0, axis=1, kind="stable"), axis=1)
        return self.add(codes)

    def paths(self) -> tuple[Paths, NDArray[np.int64]]:
        """The distinct paths, and which of them each line is."""
        depth = max((codes.shape[1] for codes in self._codes), default=0)
        whole = np.full((self._count, depth), -1, np.int32)
        first = 0
        for codes in self._codes:
            whole[first : first + len(codes), : codes.shape[1]] = codes
            first += len(codes)
        distinct, which = unique(whole)
        return Paths(tuple(self._known), distinct), which


def of_tables(tables: Sequence[TableReading]) -> tuple[Paths, Paths, pa.Table]:
    """Row paths, column paths, and one Arrow row for each observation of the tables, in their order."""
    rows, columns = _Axis(), _Axis()
    parts = []
    for table in tables:
        cells = table.observations
        if isinstance(cells, Lattice) and len(cells):
            parts.append(_of_lattice(cells, table, rows, columns))
        else:
            parts.append(_of_items(cells, table, rows, columns))
    row_paths, row_ids = rows.paths()
    column_paths, column_ids = columns.paths()
    sizes = [len(part.value) for part in parts]
    numbers = np.repeat(np.arange(len(parts), dtype=np.int32), sizes)
    sheets = pa.array([t.sheet for t in tables], pa.string())

    def joined(name: str) -> pa.ChunkedArray:
        return pa.chunked_array(
            [getattr(part, name) for part in parts], pa.float64() if name == "value" else pa.string()
        )

    def ids(name: str, which: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.concatenate([which[getattr(part, name)] for part in parts]) if parts else np.zeros(0, np.int64)

    return (
        row_paths,
        column_paths,
        pa.table(
            {
                "seq": np.arange(sum(sizes)),
                "table_no": numbers,
                "sheet": sheets.take(pa.array(numbers)),
                "row_id": ids("rows", row_ids),
                "col_id": ids("columns", column_ids),
                **{name: joined(name) for name in ("value", "flag", "raw", "cell", "kind", "unit")},
            }
        ),
    )


def _of_items(items: Sequence[Observation], table: TableReading, rows: _Axis, columns: _Axis) -> _Part:
    """Observations that come one by one."""
    return _Part(
        rows.of_tuples([o.row for o in items]),
        columns.of_tuples([o.column for o in items]),
        pa.array([None if o.value is None else float(o.value) for o in items], pa.float64()),
        *(
            pa.array(list(texts), pa.string())
            for texts in (
                (None if o.flag is None else str(o.flag) for o in items),
                (o.raw for o in items),
                (o.cell for o in items),
                (str(o.kind) for o in items),
                (o.unit or table.unit for o in items),
            )
        ),
    )


def _of_lattice(cells: Lattice, table: TableReading, rows: _Axis, columns: _Axis) -> _Part:
    """Observations row by row from columns of values."""
    n, m = len(cells.rows), len(cells.columns)
    if isinstance(cells.rows, LongHeads):
        lines = rows.of_columns(cells.rows.columns, n)
    else:
        lines = rows.of_tuples([head.labels for head in cells.rows])
    values = np.column_stack([_floats(column) for column in cells.values]) if m else np.zeros((n, 0))
    flat = values.ravel()
    missing = np.isnan(flat)
    return _Part(
        np.repeat(lines, m),
        np.tile(columns.of_tuples([head.labels for head in cells.columns]), n),
        pa.array(flat, pa.float64(), mask=missing),
        _flags(cells, missing, m),
        _raws(cells, values),
        _addresses(cells, n, m),
        _kinds(cells, n, m),
        _units(cells, table, n, m),
    )


def _floats(column: Sequence[float | int | None] | NDArray[np.float64]) -> NDArray[np.float64]:
    if isinstance(column, np.ndarray):
        return column
    return np.array([np.nan if value is None else value for value in column], dtype=np.float64)


def _flags(cells: Lattice, missing: NDArray[np.bool_], m: int) -> pa.Array:
    codes = np.where(missing, _FLAGS.index(Flag.BLANK), -1).astype(np.int8)
    if cells.flags:
        at = np.fromiter((i * m + j for i, j in cells.flags), np.int64, len(cells.flags))
        number = {flag: place for place, flag in enumerate(_FLAGS)}
        codes[at] = np.fromiter((number[flag] for flag in cells.flags.values()), np.int8, len(cells.flags))
    return _decoded(codes, [str(flag) for flag in _FLAGS])


def _decoded(codes: NDArray[Any], texts: Sequence[str | None]) -> pa.Array:
    """Texts from numbers; -1 is none."""
    return pa.array(texts, pa.string()).take(pa.array(codes, mask=codes < 0))


def _raws(cells: Lattice, values: NDArray[np.float64]) -> pa.Array:
    n, m = values.shape
    texts = [
        pa.array([word.strip() for word in cells.texts[j].words], pa.string()).take(pa.array(cells.texts[j].codes))
        if j in cells.texts
        else _printed(cells.values[j], values[:, j])
        for j in range(m)
    ]
    if not texts:
        return pa.array([], pa.string())
    by_row = (np.arange(n)[:, None] + np.arange(m)[None, :] * n).ravel()
    if odd := {place: raw for place, raw in cells.raws.items() if place[1] not in cells.texts}:
        for place, (i, j) in enumerate(odd):
            by_row[i * m + j] = n * m + place
        texts.append(pa.array(list(odd.values()), pa.string()))
    return pa.concat_arrays(texts).take(pa.array(by_row))


def _printed(column: Sequence[float | int | None] | NDArray[np.float64], values: NDArray[np.float64]) -> pa.Array:
    """Numbers as a sheet without formats shows them (``lattice.plain``)."""
    if not isinstance(column, np.ndarray):
        return pa.array([plain(number_of(value)) for value in column], pa.string())
    whole = np.isfinite(values) & (np.floor(values) == values) & (np.abs(values) < _EXACT)
    texts = pc.cast(pa.array(np.where(whole, values, 0).astype(np.int64)), pa.string())
    other = np.flatnonzero(~whole)
    if not len(other):
        return texts
    return pc.replace_with_mask(
        texts, pa.array(~whole), pa.array([plain(number_of(v)) for v in values[other]], pa.string())
    )


def _addresses(cells: Lattice, n: int, m: int) -> pa.Array:
    """``B6``: the letters of the column and the number of the row."""
    if isinstance(cells.rows, LongHeads):
        numbers = np.arange(cells.rows.first + 1, cells.rows.first + 1 + n)
    else:
        numbers = np.array([head.index + 1 for head in cells.rows], dtype=np.int64)
    letters = pa.array([address(0, head.index)[:-1] for head in cells.columns], pa.string())
    return pc.binary_join_element_wise(
        letters.take(pa.array(np.tile(np.arange(m), n))),
        pc.cast(pa.array(numbers), pa.string()).take(pa.array(np.repeat(np.arange(n), m))),
        "",
    )


def _kinds(cells: Lattice, n: int, m: int) -> pa.Array:
    """A row's own kind, where it is no plain row; else its column's."""
    number = {kind: place for place, kind in enumerate(_KINDS)}
    codes = np.tile(np.array([number[head.kind] for head in cells.columns], dtype=np.int8), (n, 1))
    if isinstance(cells.rows, LongHeads):
        special = [(i, kind) for i, kind in cells.rows.kinds.items() if kind is not Kind.DATA]
    else:
        special = [(i, head.kind) for i, head in enumerate(cells.rows) if head.kind is not Kind.DATA]
    for i, kind in special:
        codes[i] = number[kind]
    return _decoded(codes.ravel(), [str(kind) for kind in _KINDS])


def _units(cells: Lattice, table: TableReading, n: int, m: int) -> pa.Array:
    """The column's unit, else the row's, else the table's."""
    if isinstance(cells.rows, LongHeads):
        of_rows: Sequence[str | None] = cells.rows.units or [None] * n
    else:
        of_rows = [head.unit for head in cells.rows]
    general = cells.unit or table.unit
    known: dict[str, int] = {}
    row_codes = np.fromiter(
        (known.setdefault(text, len(known)) if (text := unit or general) else -1 for unit in of_rows), np.int32, n
    )
    column_codes = np.array(
        [known.setdefault(head.unit, len(known)) if head.unit else -1 for head in cells.columns], dtype=np.int32
    )
    codes = np.where(column_codes[None, :] >= 0, column_codes[None, :], row_codes[:, None])
    return _decoded(codes.ravel(), list(known) or [None])
