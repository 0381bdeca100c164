"""Which rows and columns are totals of others: told by their names, and proved by the figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.domain.reading import labels, periods, units
from workbench.domain.reading.columns import Column
from workbench.domain.reading.model import Kind
from workbench.domain.reading.row_kinds import above_heading, find_rows
from workbench.domain.reading.rows import Row
from workbench.domain.reading.sums import Kinds as Kinds
from workbench.domain.reading.sums import Matrix as Matrix
from workbench.domain.reading.sums import Sum, tolerance

MOST_ROWS = 3000  # hierarchies are looked for in tables that a person could have typed


def find_kinds(rows: Sequence[Row], columns: Sequence[Column], matrix: Matrix, heading: str = "") -> Kinds:
    """Kinds of all rows and value columns.

    ``matrix`` has NaN where there is no number; ``heading`` is the header over the row labels.
    """
    kinds = Kinds([Kind.DATA] * len(rows), [Kind.DATA] * len(columns))
    find_columns(columns, matrix, kinds)
    if len(rows) > MOST_ROWS:
        for i, row in enumerate(rows):
            if labels.is_total(row.own) or labels.is_mean(row.own):
                kinds.rows[i] = Kind.TOTAL
        return kinds
    find_rows(rows, columns, matrix, kinds)
    above_heading(rows, heading, kinds)
    return kinds


def find_columns(columns: Sequence[Column], matrix: Matrix, kinds: Kinds) -> None:
    """Total columns. Relations are looked for in a sample of the rows; where they fail is another question."""
    if len(matrix) > MOST_ROWS:
        matrix = matrix[:: max(1, len(matrix) // MOST_ROWS)]
    filled = np.nan_to_num(matrix)
    known = np.isfinite(matrix)
    plain = sum(not _named_total(c) and not units.is_share(c.leaf, c.unit) for c in columns)
    for j, column in enumerate(columns):
        # `Jumlah` beside nothing, or beside one other measure such as Kapasitas, is the total of nothing
        if _named_total(column) and plain >= 2:
            kinds.columns[j] = Kind.TOTAL
    parts_of_year = [periods.part_of(c.leaf) for c in columns]
    for j, column in enumerate(columns):
        quarter = parts_of_year[j] == "part" and "month" in parts_of_year
        named = _named_total(column) or quarter
        noun = labels.total_of(column.leaf)
        if units.is_rate(column.leaf, column.unit) and not named:
            continue
        if len(columns) < 3:
            continue
        best: Sum | None = None
        for parts in _part_sets(columns, j, kinds):
            use = known[:, j] & known[:, parts].any(axis=1)
            if use.sum() < 1:
                continue
            difference = np.abs(filled[:, parts].sum(axis=1) - matrix[:, j])[use]
            slack = tolerance(matrix[:, [*parts, j]], len(parts))
            # a whole with one part that is not nothing proves no sum
            nonzero = (np.abs(matrix[use, j]) > 0) & (
                (np.abs(filled[use][:, parts]) > 0).sum(axis=1) >= (1 if named else 2)
            )
            agree = int(((difference <= slack) & nonzero).sum())
            asked = int(nonzero.sum())
            if asked == 0:
                continue
            share = agree / asked
            # a name makes the relation likely; without it only figures that nearly all agree can tell
            good = (
                (share >= 0.5 and (agree >= 2 or asked == 1))
                if named or noun is not None
                else (share >= 0.8 and agree >= 4)
            )
            if good and (best is None or len(parts) > len(best.parts)):
                best = Sum(j, tuple(parts), named)
                break
        if best is not None:
            # Realisasi is Target and what is over it, Target what is spent and what is left: a balance, no total
            if named or not any(labels.is_balance(columns[k].header) for k in best.parts):
                kinds.columns[j] = Kind.TOTAL
            kinds.column_sums.append(best)


def _named_total(column: Column) -> bool:
    return "+" in column.leaf or labels.is_total(column.leaf) or any(labels.is_total(t) for t in column.labels[1:])


def _part_sets(columns: Sequence[Column], j: int, kinds: Kinds) -> list[list[int]]:
    """Sets of columns that may add up to column ``j``, the likeliest first: its own header group, then neighbours."""
    group = columns[j].labels[:-1]
    data = [
        k
        for k, c in enumerate(columns)
        if k != j and kinds.columns[k] is Kind.DATA and not units.is_share(c.leaf, c.unit)
    ]
    sets: list[list[int]] = []
    same = [k for k in data if columns[k].labels[:-1] == group]
    last = columns[j].labels[-1:]
    across = [k for k in data if columns[k].labels[-1:] == last] if len(columns[j].labels) > 1 else []
    before = [k for k in data if k < j]
    run: list[int] = []
    for k in reversed(range(j)):
        if kinds.columns[k] is not Kind.DATA:
            break
        if k in data:
            run.insert(0, k)
    for candidate in (
        [k for k in same if k < j],
        [k for k in same if k > j],
        same,
        run,
        before[-2:],
        [j + 1, j + 2] if j + 2 < len(columns) else [],
        across,
        [k for k, kind in enumerate(kinds.columns) if kind is Kind.TOTAL and k < j] if _named_total(columns[j]) else [],
        *(_parts_that_are_totals(columns, j) if _named_total(columns[j]) else ()),
    ):
        if len(candidate) >= 2 and candidate not in sets:
            sets.append(candidate)
    return sets


def _parts_that_are_totals(columns: Sequence[Column], j: int) -> list[list[int]]:
    """Under `L + P`: Hidup, Mati, Hidup + Mati. The last is the sum of totals of its own group, or of its like."""
    if len(columns[j].labels) < 2:
        return []
    others = [k for k, c in enumerate(columns) if k < j and not units.is_share(c.leaf, c.unit)]
    group, leaf = columns[j].labels[:-1], columns[j].labels[-1]
    return [
        [k for k in others if columns[k].labels[:-1] == group],
        [k for k in others if columns[k].labels[-1:] == (leaf,)],
    ]
