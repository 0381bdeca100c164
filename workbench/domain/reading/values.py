"""The values of a table's columns: each cell a number, a flag, or a doubt with a proposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from workbench.domain.reading import labels, literals, numbers, units
from workbench.domain.reading.columns import Column
from workbench.domain.reading.grid import CellValue, Grid, tidy
from workbench.domain.reading.literals import Literal, Shape
from workbench.domain.reading.model import Flag
from workbench.domain.reading.numbers import Evidence, Setting
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
    """Evidence of the texts of one column. Typed numbers have no separators; whole ones tell how large it counts."""
    evidence = numbers.evidence_of(v for r in rows if isinstance(v := grid.rows[r][column], str))
    typed = [v for r in rows if isinstance(v := grid.rows[r][column], int | float) and not isinstance(v, bool)]
    if evidence.shapes and typed and all(float(v).is_integer() for v in typed):
        evidence.plain_large += [float(v) for v in typed if v >= 1000]
    return evidence


def read_column(grid: Grid, rows: Sequence[int], column: Column, setting: Setting) -> list[Value]:
    """All cells of a value column, decided together."""
    c = column.index
    cells = [grid.rows[r][c] for r in rows]
    types = set(map(type, cells))
    if types <= {float, int} and not grid.percent and not grid.gaps and not _eaten(cells, setting):
        return [Value(_exact(v) if isinstance(v, float) else v, None, _plain(v)) for v in cells]  # type: ignore[arg-type]
    evidence = column_evidence(grid, rows, c)
    found = {v: literals.literal(v) for v in cells if isinstance(v, str)}
    sides = {setting.for_row(i) for i in range(len(cells))} if setting.row_counts else {setting.counts}
    variants = {side: replace(setting, counts=side) for side in sides}
    scores = {
        side: {
            mark: numbers.thousands_score(
                mark, evidence, variants[side], [f.digits for f in found.values() if f and f.shape is either]
            )
            for mark, either in ((".", Shape.DOT_EITHER), (",", Shape.COMMA_EITHER))
        }
        for side in sides
    }
    values = [
        _cell(grid, r, c, cell, found, evidence, variants[setting.for_row(i)], scores[setting.for_row(i)])
        for i, (r, cell) in enumerate(zip(rows, cells, strict=True))
    ]
    _among_scaled(values, [found.get(v) if isinstance(v, str) else None for v in cells])
    # a doubtful 12.345 counts as the fraction it may be: it tells what happened to the 12.3 beside it
    fractions = [None if v.percent else v.value if v.doubt != "separator" else (v.proposed or 0) / 1000 for v in values]
    eaten_here = _eaten(fractions, setting)
    for position in [*eaten_here, *_round_thousands(fractions, eaten_here, setting)]:
        v = values[position]
        if v.value is None:
            continue
        v.value, v.flag, v.doubt, v.proposed = None, Flag.UNREADABLE, "thousands", round(float(v.value or 0) * 1000)
    return values


def _among_scaled(values: Sequence[Value], literals: Sequence[Literal | None]) -> None:
    """Beside `150 jt` a `1,2 M` are thousands of millions, no metres, and a bare `45` is not certainly 45."""
    if not any(found is not None and found.times != 1 for found in literals):
        return
    for v, found in zip(values, literals, strict=True):
        if v.value is None or v.doubt or (found is None and abs(v.value) >= 10_000):
            continue
        if found is not None and (found.times != 1 or (found.unit != "M" and abs(v.value) >= 10_000)):
            continue
        guess = round(float(v.value) * 1e9) if found is not None and found.unit == "M" else None
        if v.value:
            v.value, v.flag, v.doubt, v.proposed = None, Flag.UNREADABLE, "scaled", guess


def fractional_rows(grid: Grid, rows: Sequence[int], columns: Sequence[int], names: Sequence[str]) -> tuple[bool, ...]:
    """Rows of rates: named so, or with six fractions or more that hardly ever have the three decimals of 12.345."""
    found = []
    for row, name in zip(rows, names, strict=True):
        cells = [
            v for c in columns if isinstance(v := grid.rows[row][c], float) and not v.is_integer() and abs(v) < 1000
        ]
        short = sum(abs(round(v, 2) - v) < 1e-9 for v in cells)
        found.append(units.is_rate_label(name) or (len(cells) >= 6 and short >= 0.8 * len(cells)))
    return tuple(found)


def _eaten(cells: Sequence[CellValue], setting: Setting) -> list[int]:
    """Positions of fractions among counts in a column of typed cells."""
    typed = np.array(
        [float(v) if isinstance(v, int | float) and not isinstance(v, bool) else np.nan for v in cells],
        dtype=np.float64,
    )
    if setting.row_rates:
        typed[np.array(setting.row_rates)] = np.nan
    told = np.array([t is True for t in setting.row_counts]) if setting.row_counts else None
    return [int(i) for i in np.flatnonzero(eaten(typed, setting, told))]


def _round_thousands(cells: Sequence[CellValue], eaten_here: Sequence[int], setting: Setting) -> list[int]:
    """Beside 43.245 and 70.502 that were thousands, a 51 is 51.000 with all its zeros gone: it is of their size."""
    sizes = [abs(float(v)) for i in eaten_here if isinstance(v := cells[i], int | float)]
    if len(sizes) < 2:
        return []
    least, most = min(sizes) / 3, max(sizes) * 3
    rates = setting.row_rates or (False,) * len(cells)
    return [
        i
        for i, v in enumerate(cells)
        if isinstance(v, int | float) and float(v).is_integer() and least <= abs(v) <= min(most, 999) and not rates[i]
    ]


def eaten(typed: NDArray[np.float64], setting: Setting, told: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Where a typed fraction is a count: 12.345 written for twelve thousand and taken for a decimal by the program.

    Only where the unit counts whole things (of the column, or ``told`` by the row), or where nearly all other numbers
    are whole, a thousand times the fraction lies among them and the fraction itself far below.
    """
    nothing = np.zeros(typed.shape, dtype=bool)
    if (setting.counts is False or setting.share) and told is None:
        return nothing
    size = np.abs(typed)
    with np.errstate(invalid="ignore"):
        fraction = np.isfinite(typed) & (typed != np.round(typed))
        broken = fraction & (size > 1) & (size < 1000) & (np.abs(np.round(typed, 3) - typed) < 1e-9)
    if not broken.any():
        return nothing
    if told is not None and (broken & told).any():
        return np.asarray(broken & told, dtype=bool)
    if fraction.sum() > broken.sum():
        return nothing
    count, all_of = int(broken.sum()), int(np.isfinite(typed).sum())
    if setting.counts is True and setting.eaten_beside:
        return np.asarray(broken, dtype=bool)
    if setting.counts is True:
        three = int((np.abs(np.round(typed[broken], 2) - typed[broken]) > 1e-9).sum())
        if count <= 0.5 * all_of or three >= 0.5 * count:
            return np.asarray(broken, dtype=bool)
    whole = size[np.isfinite(typed) & ~fraction & (size > 0)]
    if setting.counts is True:
        # whole numbers of the size that the fractions have a thousand times over: the program ate their thousands
        usual, many = float(np.median(size[broken])) * 1000, float(np.median(whole)) if whole.size else 0.0
        return np.asarray(broken, dtype=bool) if many >= 1000 and usual / 20 <= many <= usual * 20 else nothing
    if not setting.row_counts and count >= 2 and _below_a_thousand(size[broken], whole):
        return np.asarray(broken, dtype=bool)
    if whole.size < 4 or count > 0.25 * all_of:
        return nothing
    middle = float(np.median(whole))
    if middle < 1000:
        return nothing
    likely = (size * 20 < middle) & (size * 1000 >= middle / 20) & (size * 1000 <= middle * 20)
    return np.asarray(broken & likely, dtype=bool)


def _below_a_thousand(fractions: NDArray[np.float64], whole: NDArray[np.float64]) -> bool:
    """1.204 and 2.31 beside 987 and 845: only what stayed below a thousand is whole, and far above the fractions."""
    if not whole.size or whole.max() > 999 or whole.min() < 20 * fractions.max():
        return False
    three = np.abs(np.round(fractions, 2) - fractions) > 1e-9
    return bool(three.mean() >= 0.5 and fractions.max() * 1000 <= 50 * whole.min())


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
    rates: tuple[bool, ...] = (),
) -> Setting:
    """What words say about a column: its unit, its header, the title; and each row, where rows differ in kind.

    ``rates`` tells the rows whose fractions are meant (see :func:`fractional_rows`).
    """
    rates = rates if any(rates) else ()
    named = {u for _, u in rows if u}
    own_unit = unit or (next(iter(named)) if len(named) == 1 else None)
    counts = units.counts_things(own_unit) if own_unit else None
    rated = units.is_rate_label(labels.without_number(title))
    if counts is None and not named and (not own_unit or not units.is_measured(own_unit)):
        heading = units.counts_things(column.header)
        counts = heading if heading is not None else units.title_counts(title)
        doubt = rated or units.is_measured(f"{column.header} {title}")
        if counts is True and doubt and not units.names_things(column.header):
            counts = None
    if units.multiplier_of(unit) > 1:
        counts = None
    said = Setting(
        table,
        file,
        counts,
        share=units.is_share(column.header, unit),
        measured=counts is None and (rated or units.is_measured(f"{column.header} {unit or ''} {title}")),
        ceiling=units.most_people(f"{column.header} {title}", unit),
        row_rates=rates,
        whole_money=units.is_whole_money(column.header, unit, title),
        small_money=units.is_small_money(column.header, unit),
    )
    if named and labels.is_mean(column.leaf):  # the mean of counts has decimals, whatever the unit of the row
        return replace(said, counts=None, measured=True)
    if counts is not None or said.share or units.multiplier_of(unit) > 1:
        return said
    told = tuple(_row_counts(label, u) for label, u in rows)
    return replace(said, row_counts=told) if any(t is not None for t in told) else said


@lru_cache(maxsize=8192)
def _row_counts(label: str, unit: str | None) -> bool | None:
    """What a row says by its unit, else by a label such as `Jumlah Puskesmas`."""
    if unit:
        return None if units.is_measured(unit) or units.is_frequency(unit) else units.counts_things(unit)
    noun = labels.total_of(label)
    # `Jumlah/Total` says the same twice and names nothing that could be counted.
    if noun and not labels.is_total(noun) and not units.is_measured(noun) and not units.is_rate(noun):
        return units.counts_things(noun)
    return None


CODES = (-9999.0, -999.0, -99.0, 999.0, 8888.0, 9999.0, 88888.0, 99999.0, 999999.0, 9999999.0)


def missing_code(numbers_: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a repeated 8888 or 9999, far beyond all other values of its column, stands for a missing value."""
    known = numbers_[np.isfinite(numbers_)]
    if known.size >= 5:
        for code in CODES:
            rest = known[known != code]
            # once is enough where nothing comes near: 8888 mm of rain beside 45
            if abs(code) > 999 and known.size - rest.size == 1 and (np.abs(rest).max() * 50 <= abs(code)):
                return np.asarray(numbers_ == code, dtype=bool)
    if known.size >= 10:
        for code in CODES:
            often = int((known == code).sum())
            if often < 2 or known.size - often < 5:
                continue
            rest = known[known != code]
            if (code > 0 and code >= 3 * float(rest.max())) or (code < 0 <= float(rest.min())):
                return np.asarray(numbers_ == code, dtype=bool)
    return np.zeros(numbers_.shape, dtype=bool)
