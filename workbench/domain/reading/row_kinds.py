"""Which rows are totals of others: named ones, groups above or below their sum, the grand total."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from workbench.domain.reading import areas, labels, periods, units
from workbench.domain.reading.columns import Column
from workbench.domain.reading.model import Kind
from workbench.domain.reading.rows import Row
from workbench.domain.reading.sums import Kinds, Matrix, Sum, tolerance


def additive(columns: Sequence[Column]) -> list[int]:
    """Columns whose values may be summed."""
    return [j for j, c in enumerate(columns) if not units.is_rate(c.leaf, c.unit)]


def find_rows(rows: Sequence[Row], columns: Sequence[Column], matrix: Matrix, kinds: Kinds) -> None:
    """Kinds of the rows and their sums, into ``kinds``."""
    count = len(rows)
    for i, row in enumerate(rows):
        if labels.is_mean(row.own):
            kinds.rows[i] = Kind.TOTAL
            kinds.means.add(i)
        elif labels.is_subtotal(row.own):
            kinds.rows[i] = Kind.SUBTOTAL
        elif labels.is_total(row.own):
            kinds.rows[i] = Kind.TOTAL
    summable = additive(columns)
    if not summable or count < 3:
        _named_levels(rows, matrix[:, summable], kinds)
        return
    data = matrix[:, summable]
    _groups(rows, data, kinds)
    _closing(rows, data, kinds)
    _named_levels(rows, data, kinds)
    _trailing(rows, data, kinds)
    _grand(rows, data, kinds)
    _demote(rows, kinds)
    for i in range(len(rows) - earlier_years(rows), len(rows)):
        kinds.rows[i] = Kind.TOTAL


def _agreement(data: Matrix, whole: int, parts: Sequence[int]) -> tuple[int, int, int]:
    """In how many columns the parts add up; in how many that can be said; how many of these are informative (>= 10)."""
    known = np.isfinite(data[whole]) & np.isfinite(data[list(parts)]).any(axis=0)
    if not known.any():
        return 0, 0, 0
    sums = np.nansum(data[list(parts)], axis=0)
    agree = informative = 0
    for j in np.flatnonzero(known):
        value = data[whole, j]
        if value == 0 and sums[j] == 0:
            known[j] = False
            continue
        used = [*parts, whole]
        if abs(sums[j] - value) <= tolerance(data[used, j], len(parts)):
            agree += 1
            informative += abs(value) >= 10
    return agree, int(known.sum()), informative


def _groups(rows: Sequence[Row], data: Matrix, kinds: Kinds) -> None:
    """A row followed by the rows that add up to it: a kecamatan above its kelurahan."""
    count = len(rows)
    found: list[Sum] = []
    i = 0
    while i < count - 2:
        if kinds.rows[i] is Kind.TOTAL:
            i += 1
            continue
        parts = _forward(rows, data, kinds, i)
        if parts is None:
            i += 1
            continue
        found.append(Sum(i, parts, False))
        i = parts[-1] + 1
    # one lucky sum is no hierarchy: several groups must tile the table, or labels must speak for it
    covered = sum(len(s.parts) + 1 for s in found)
    for relation in found:
        agree, asked, informative = _agreement(data, relation.whole, relation.parts)
        level = areas.level_of(rows[relation.whole].own)
        child = areas.level_of(rows[relation.parts[0]].own)
        spoken = bool(level) and areas.RANK[level] < areas.RANK[child]
        if spoken and not child:
            # one spelled prefix among peers is a habit of typing: most rows so named must be sums
            named = [k for k, row in enumerate(rows) if areas.level_of(row.own) == level]
            spoken = sum(s.whole in named for s in found) > 0.5 * len(named)
        spoken = spoken or _deeper(rows[relation.whole], rows[relation.parts[0]])
        tiled = len(found) >= 2 and covered >= 0.7 * count
        many = informative >= 3 and len(relation.parts) >= 3 and agree == asked
        whole_table = len(relation.parts) >= 0.8 * (count - 1)
        if whole_table and agree >= max(1, 0.6 * asked) and informative:
            kinds.rows[relation.whole] = Kind.TOTAL
            kinds.row_sums.append(relation)
        elif spoken or tiled or many:
            kinds.rows[relation.whole] = Kind.SUBTOTAL
            kinds.row_sums.append(relation)
            for part in relation.parts:
                kinds.parents[part] = relation.whole


def _closing(rows: Sequence[Row], data: Matrix, kinds: Kinds) -> None:
    """Rows that close their group without being called a total: I/A, I/B, I/C, then Golongan I with their sum.

    Only figures speak here, so every column must agree, and such groups must tile most of the table.
    """
    if kinds.parents or data.shape[1] < 2:
        return
    found: list[Sum] = []
    start = 0
    for i in range(len(rows)):
        if kinds.rows[i] is not Kind.DATA:
            start = i + 1 if kinds.rows[i] is Kind.SUBTOTAL else start
            continue
        if i - start < 2:
            continue
        parts = range(start, i)
        agree, asked, informative = _agreement(data, i, parts)
        if agree == asked >= 2 and informative >= 1:
            found.append(Sum(i, tuple(parts), False))
            start = i + 1
    covered = sum(len(s.parts) + 1 for s in found)
    if len(found) >= 2 and covered >= 0.7 * sum(kind is not Kind.TOTAL for kind in kinds.rows):
        for relation in found:
            kinds.rows[relation.whole] = Kind.SUBTOTAL
            kinds.row_sums.append(relation)


def _deeper(parent: Row, child: Row) -> bool:
    """Is the child set deeper: further right, indented, with a shorter code or another list mark?"""
    if child.depth > parent.depth >= 0 or (child.depth == parent.depth and child.indent > parent.indent):
        return True
    outer, inner = areas.code_length(parent.own), areas.code_length(child.own)
    if outer and inner and outer != inner:
        return True
    return bool(labels.enumerator(child.own)) and labels.enumerator(parent.own) != labels.enumerator(child.own)


def _forward(rows: Sequence[Row], data: Matrix, kinds: Kinds, i: int) -> tuple[int, ...] | None:
    running = np.zeros(data.shape[1])
    parts: list[int] = []
    target = data[i]
    known = np.isfinite(target)
    if not known.any():
        return None
    for k in range(i + 1, min(len(rows), i + 400)):
        if kinds.rows[k] is not Kind.DATA:
            break
        parts.append(k)
        running = running + np.nan_to_num(data[k])
        if len(parts) < 2:
            continue
        if (running[known] > np.abs(target[known]) * 1.5 + 10).all() and (np.nan_to_num(data[i:]) >= 0).all():
            break
        agree, asked, informative = _agreement(data, i, parts)
        if (
            asked
            and agree >= max(1, 0.6 * asked)
            and (informative or _deeper(rows[i], rows[i + 1]) or areas.level_of(rows[i].own))
        ):
            more = k + 1 < len(rows) and np.nansum(np.abs(data[k + 1])) == 0 and kinds.rows[k + 1] is Kind.DATA
            # rows of nothing add nothing: they belong to the group while their labels look alike
            if more and _alike(rows[k + 1], rows[i + 1]):
                continue
            return tuple(parts)
    return None


def _alike(one: Row, other: Row) -> bool:
    return areas.level_of(one.own) == areas.level_of(other.own) and one.depth == other.depth


def _named_levels(rows: Sequence[Row], data: Matrix, kinds: Kinds) -> None:
    """Rows named Kecamatan … between rows that are not, even where a figure does not add up."""
    levels = [areas.level_of(row.own) for row in rows]
    for outer in ("provinsi", "kabupaten", "kecamatan"):
        wholes = [i for i, level in enumerate(levels) if level == outer]
        if not wholes or len(wholes) > 0.5 * len(rows):
            continue
        inner = [
            i for i, level in enumerate(levels) if areas.RANK[level] > areas.RANK[outer] and kinds.rows[i] is Kind.DATA
        ]
        if outer != "kecamatan" or len(inner) < 2:
            continue
        bounds = [*wholes, len(rows)]
        groups = [
            (a, [k for k in range(a + 1, b) if levels[k] in ("", "kelurahan", "desa") and kinds.rows[k] is Kind.DATA])
            for a, b in pairwise(bounds)
        ]
        full = [(whole, parts) for whole, parts in groups if parts]
        if len(full) >= max(1, 0.7 * len(wholes)) and _proved(rows, data, full):
            for whole, parts in groups:
                if parts and kinds.rows[whole] is not Kind.TOTAL:
                    if kinds.rows[whole] is Kind.DATA:
                        kinds.rows[whole] = Kind.SUBTOTAL
                        kinds.row_sums.append(Sum(whole, tuple(parts), True))
                    for part in parts:
                        kinds.parents.setdefault(part, whole)


def _proved(rows: Sequence[Row], data: Matrix, groups: Sequence[tuple[int, list[int]]]) -> bool:
    """Are the rows of an upper level set over those below them, by the layout, by names, or by sums in most columns?

    A prefix alone is no proof: lists mix `Kec. Jebres` with `Banjarsari`.
    """
    told = sum(
        _deeper(rows[whole], rows[parts[0]])
        or 2 * sum(areas.level_of(rows[k].own) in ("kelurahan", "desa") for k in parts) > len(parts)
        for whole, parts in groups
    )
    if 2 * told > len(groups):
        return True
    proved = 0
    for whole, parts in groups:
        agree, asked, informative = _agreement(data, whole, parts) if data.size else (0, 0, 0)
        proved += bool(len(parts) >= 2 and informative and 2 * agree > asked)
    return 2 * proved > len(groups)


def _trailing(rows: Sequence[Row], data: Matrix, kinds: Kinds) -> None:
    """Named totals below their parts: Jumlah after a section, Total … at the end."""
    start = 0
    totals: list[int] = []
    # where most labels begin with Jumlah … the word means "number of", and only a bare Jumlah is a total
    quarters = [periods.part_of(row.own) for row in rows]
    months = "month" in quarters
    wordy = sum(labels.total_of(row.own) is not None and not labels.is_total(row.own) for row in rows) > max(
        2, 0.34 * len(rows)
    )
    for i, row in enumerate(rows):
        if i in kinds.means:
            continue
        noun = None if wordy else labels.total_of(row.own)
        quarter = months and quarters[i] == "part"
        if kinds.rows[i] is Kind.DATA and noun is None and not quarter:
            continue
        if any(s.whole == i for s in kinds.row_sums):
            continue
        parts = [k for k in range(start, i) if kinds.rows[k] is Kind.DATA and k not in kinds.parents]
        tops = [k for k in range(i) if kinds.rows[k] is Kind.SUBTOTAL]
        free = [k for k in range(i) if kinds.rows[k] is Kind.DATA and k not in kinds.parents]
        choices = [
            parts,
            tops + [k for k in free if k >= start],
            tops,
            free,
            [k for k in range(i) if kinds.rows[k] is Kind.DATA],
        ]
        for k in range(len(parts) - 2, -1, -1):  # the last few rows only
            if len(parts) - k > 12:
                break
            choices.append(parts[k:])
        picked: list[int] | None = None
        for candidate in choices:
            if len(candidate) < 2:
                continue
            agree, asked, informative = _agreement(data, i, candidate)
            if asked and agree >= max(1, 0.5 * asked) and (informative or kinds.rows[i] is not Kind.DATA):
                picked = candidate
                break
        named = kinds.rows[i] is not Kind.DATA
        if picked is not None:
            if not named:
                kinds.rows[i] = Kind.SUBTOTAL if quarter else Kind.TOTAL
            kinds.row_sums.append(Sum(i, tuple(sorted(picked)), named))
        elif named and len(free) >= 2 and i == len(rows) - 1:
            kinds.row_sums.append(Sum(i, tuple(sorted(tops or free)), True))
        if kinds.rows[i] is Kind.TOTAL:
            totals.append(i)
        if kinds.rows[i] in (Kind.TOTAL, Kind.SUBTOTAL) and not any(k > i for k in kinds.parents):
            start = i + 1


def earlier_years(rows: Sequence[Row]) -> int:
    """How many rows at the end repeat the total for years before, `2022` and `2021` below Kabupaten Sragen."""
    years = 0
    while years < len(rows) and periods.is_year(rows[-1 - years].own):
        years += 1
    rest = rows[: len(rows) - years]
    return years if len(rest) >= 3 and not any(periods.is_period(row.own) for row in rest) else 0


def _grand(rows: Sequence[Row], data: Matrix, kinds: Kinds) -> None:
    """The last or first row that adds up all others without being called a total: Kota Mojokerto, Banten."""
    count = len(rows) - earlier_years(rows)
    for i in (count - 1, 0):
        if kinds.rows[i] is Kind.TOTAL or any(s.whole == i and kinds.rows[i] is Kind.TOTAL for s in kinds.row_sums):
            continue
        others = [k for k in range(count) if k != i and k not in kinds.means]
        tops = [k for k in others if kinds.rows[k] is Kind.SUBTOTAL]
        free = [k for k in others if kinds.rows[k] is Kind.DATA and k not in kinds.parents]
        for candidate in (tops + free, tops, free):
            if len(candidate) < 2 or len(candidate) + 1 < 0.1 * count:
                continue
            agree, asked, informative = _agreement(data, i, candidate)
            strong = informative >= 1 and (len(candidate) >= 3 or informative >= 2)
            if asked and agree >= max(1, 0.5 * asked) and strong:
                kinds.rows[i] = Kind.TOTAL
                kinds.row_sums = [s for s in kinds.row_sums if s.whole != i]
                kinds.row_sums.append(Sum(i, tuple(sorted(candidate)), False))
                for part in [p for p, whole in kinds.parents.items() if whole == i]:
                    del kinds.parents[part]
                break


def above_heading(rows: Sequence[Row], heading: str, kinds: Kinds) -> None:
    """Kota Surakarta first or last in a column headed Kecamatan stands for all, also where nothing is summed."""
    inner = areas.level_in_heading(heading)
    if not inner or len(rows) < 3 or any(kinds.rows[i] is Kind.TOTAL for i in range(len(rows)) if i not in kinds.means):
        return  # where a total stands already, a prefix says nothing: a village may be called Kota Gede
    ranks = [areas.RANK[areas.level_of(row.own)] for row in rows[: len(rows) - earlier_years(rows)]]
    for i in (0, len(ranks) - 1):
        outer = 0 if areas.is_province(rows[i].own) else ranks[i]
        others = ranks[1:] if i == 0 else ranks[:-1]
        if kinds.rows[i] is Kind.DATA and outer < areas.RANK[inner] and outer not in others:
            kinds.rows[i] = Kind.TOTAL


def _demote(rows: Sequence[Row], kinds: Kinds) -> None:
    """Of several named totals the ones inside a section are subtotals, when a later total contains them."""
    wholes = {s.whole: s for s in kinds.row_sums}
    for relation in wholes.values():
        for part in relation.parts:
            if kinds.rows[part] is Kind.TOTAL and part not in kinds.means:
                kinds.rows[part] = Kind.SUBTOTAL
    totals = [s for s in wholes.values() if kinds.rows[s.whole] is Kind.TOTAL]
    for inner in totals:
        if any(set(inner.parts) < set(outer.parts) for outer in totals):
            kinds.rows[inner.whole] = Kind.SUBTOTAL
