"""The values of a table's columns: each cell a number, a flag, or a doubt with a proposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.domain.reading import labels, numbers, units
from workbench.domain.reading.columns import Column
from workbench.domain.reading.grid import CellValue, Grid, tidy
from workbench.domain.reading.model import Flag
from workbench.domain.reading.numbers import Evidence, Literal, Setting, Shape
from workbench.domain.reading.symbols import symbol


@dataclass(slots=True)
class Value:
    """One cell of the body after reading."""

    value: float | int | None
    flag: Flag | None = None
    raw: str = ""
    doubt: str = ""
    proposed: float | int | None = None
    shape: Shape | None = None
    as_text: bool = False  # a number that the file keeps as text
    percent: bool = False


def _exact(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def column_evidence(grid: Grid, rows: Sequence[int], column: int) -> Evidence:
    """Evidence of the texts of one column; typed numbers have no separators and say nothing here."""
    return numbers.evidence_of(v for r in rows if isinstance(v := grid.rows[r][column], str))


def read_column(grid: Grid, rows: Sequence[int], column: Column, setting: Setting) -> list[Value]:
    """All cells of a value column, decided together."""
    c = column.index
    cells = [grid.rows[r][c] for r in rows]
    types = set(map(type, cells))
    if types <= {float, int} and not grid.percent and not grid.gaps and not _eaten(cells, setting):
        return [Value(_exact(v) if isinstance(v, float) else v, None, _plain(v)) for v in cells]  # type: ignore[arg-type]
    evidence = column_evidence(grid, rows, c)
    found = {v: numbers.literal(v) for v in cells if isinstance(v, str)}
    sides = {setting.for_row(i) for i in range(len(cells))} if setting.row_counts else {setting.counts}
    scores = {
        side: {
            mark: numbers.thousands_score(
                mark, evidence, replace(setting, counts=side), [f for f in found.values() if f and f.shape is either]
            )
            for mark, either in ((".", Shape.DOT_EITHER), (",", Shape.COMMA_EITHER))
        }
        for side in sides
    }
    values = [
        _cell(grid, r, c, cell, found, evidence, setting, scores[setting.for_row(i)])
        for i, (r, cell) in enumerate(zip(rows, cells, strict=True))
    ]
    for position in _eaten(cells, setting):
        v = values[position]
        v.value, v.flag, v.doubt, v.proposed = None, Flag.UNREADABLE, "thousands", round(float(v.value or 0) * 1000)
    return values


def _eaten(cells: Sequence[CellValue], setting: Setting) -> list[int]:
    """Positions of fractions among counts: 12.345 typed for twelve thousand and taken for a decimal by the program.

    Only where the unit counts whole things, or where nearly all other numbers are whole, a thousand times the
    fraction lies among them and the fraction itself far below.
    """
    if (setting.counts is False or setting.share) and not any(setting.row_counts):
        return []
    typed = [(i, float(v)) for i, v in enumerate(cells) if isinstance(v, int | float) and not isinstance(v, bool)]
    broken = [(i, v) for i, v in typed if not v.is_integer() and 1 < abs(v) < 1000 and abs(round(v, 3) - v) < 1e-9]
    told = [i for i, _ in broken if setting.row_counts and setting.row_counts[i]]
    if told:
        return told
    fractions = sum(not v.is_integer() for _, v in typed)
    if not broken or fractions > len(broken):
        return []
    whole = sorted(abs(v) for _, v in typed if v.is_integer() and v)
    if setting.counts is True:
        three = sum(abs(round(v, 2) - v) > 1e-9 for _, v in broken)
        return [i for i, _ in broken] if len(broken) <= 0.5 * len(typed) or three >= 0.5 * len(broken) else []
    if len(whole) < 4 or len(broken) > 0.25 * len(typed):
        return []
    middle = whole[len(whole) // 2]
    return [
        i for i, v in broken if middle >= 1000 and abs(v) * 20 < middle and middle / 20 <= abs(v) * 1000 <= 20 * middle
    ]


def _plain(value: CellValue) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _cell(
    grid: Grid,
    row: int,
    c: int,
    cell: CellValue,
    found: dict[str, Literal | None],
    evidence: Evidence,
    setting: Setting,
    scores: dict[str, float],
) -> Value:
    raw = grid.text(row, c)
    if (row, c) in grid.gaps and (cell is None or cell == ""):
        return Value(None, Flag.UNREADABLE, raw, "formula")
    if cell is None or isinstance(cell, bool):
        return Value(None, Flag.BLANK if cell is None else Flag.UNREADABLE, raw, "" if cell is None else "text")
    if isinstance(cell, int | float):
        if cell != cell or cell in (float("inf"), float("-inf")):
            return Value(None, Flag.UNREADABLE, raw, "text")
        if (row, c) in grid.percent:
            return Value(_exact(tidy(float(cell) * 100)), None, raw, percent=True)
        return Value(_exact(float(cell)), None, raw)
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return Value(None, Flag.UNREADABLE, raw, "date")
    flag = symbol(cell)
    if flag is Flag.NEGLIGIBLE:
        return Value(0, flag, raw)
    if flag is not None:
        return Value(None, flag, raw, "error" if flag is Flag.UNREADABLE else "")
    literal = found[cell]
    if literal is None:
        return Value(None, Flag.UNREADABLE, raw, "text")
    number = numbers.number(literal, evidence, setting, scores)
    if number.value is None:
        return Value(
            None, Flag.UNREADABLE, raw, number.doubt, number.proposed, literal.shape, grid.typed, literal.percent
        )
    return Value(number.value, literal.flag, raw, "", None, literal.shape, grid.typed, literal.percent)


def setting_of(
    table: Evidence,
    file: Evidence,
    column: Column,
    unit: str | None,
    title: str,
    rows: Sequence[tuple[str, str | None]],
) -> Setting:
    """What words say about a column: its unit, its header, the title; and each row, where rows differ in kind."""
    named = {u for _, u in rows if u}
    own_unit = unit or (next(iter(named)) if len(named) == 1 else None)
    counts = units.counts_things(own_unit) if own_unit else None
    if counts is None and not named and (not own_unit or not units.is_measured(own_unit)):
        heading = units.counts_things(column.header)
        counts = heading if heading is not None else units.counts_things(title)
        if counts is True and units.is_measured(f"{column.header} {title}"):
            counts = None
    if units.multiplier_of(unit) > 1:
        counts = None
    share = units.is_share(column.header, unit)
    if counts is not None or share or units.multiplier_of(unit) > 1:
        return Setting(table, file, counts, share)
    told = tuple(_row_counts(label, u) for label, u in rows)
    return Setting(table, file, counts, share, told if any(t is not None for t in told) else ())


def _row_counts(label: str, unit: str | None) -> bool | None:
    """What a row says by its unit, else by a label such as `Jumlah Puskesmas`."""
    if unit:
        return None if units.is_measured(unit) else units.counts_things(unit)
    noun = labels.total_of(label)
    if noun and not units.is_measured(noun) and not units.is_rate(noun):
        return units.counts_things(noun)
    return None
