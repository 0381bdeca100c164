"""Sheets of very many rows under one header: read by column, not by cell.

The head and the tail of the sheet are laid out like any other; when they turn out to be one table, the rows between
are taken as its body and each column is read as a whole. Anything less regular goes the ordinary, slower way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from workbench.domain.reading import check_series, check_sums, labels, long_columns, numbers, values
from workbench.domain.reading.columns import Column, describe
from workbench.domain.reading.draft import Draft, measures_of, say
from workbench.domain.reading.grid import CellValue, Grid, address, area, shown
from workbench.domain.reading.hints import Told
from workbench.domain.reading.kinds import Kinds, find_columns
from workbench.domain.reading.labels import Role
from workbench.domain.reading.lattice import Head, Lattice, LongHeads
from workbench.domain.reading.model import Finding, Flag, Kind, Severity
from workbench.domain.reading.rows import Row, read_rows
from workbench.domain.reading.tags import tags_of
from workbench.domain.reading.told_layout import laid_out, tell_columns, told_kinds
from workbench.domain.reading.view import Block, View
from workbench.domain.reading.words import Words, columns_twice
from workbench.i18n import _n

FROM = 5_000  # rows; a person can still have typed fewer
HEAD, TAIL = 400, 100
MOST_FLAGS = 2_000_000
_TOTALS = ("jum", "tot", "sub", "gra", "jml", "rat", "sem", "ave", "mea", "kes", "sel", "all", "j u", "med", "rer")


class LongRows(Sequence[Row]):
    """Rows built when asked for, so that the ordinary checks can name them."""

    def __init__(self, heads: LongHeads) -> None:
        self.heads = heads

    def __len__(self) -> int:
        return len(self.heads)

    @overload
    def __getitem__(self, i: int) -> Row: ...
    @overload
    def __getitem__(self, i: slice) -> list[Row]: ...
    def __getitem__(self, i: int | slice) -> Row | list[Row]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        head = self.heads[i if i >= 0 else len(self) + i]
        return Row(head.index, head.labels, head.labels[-1] if head.labels else "", 0, unit=head.unit)

    def __iter__(self) -> Iterator[Row]:
        for i in range(len(self)):
            yield self[i]


@dataclass(slots=True)
class LongTable:
    """A long table after reading: what the reader needs to make a table of it."""

    draft: Draft
    observations: Lattice
    findings: list[Finding]


def read_long(grid: Grid, told: Told) -> LongTable | None:
    """The one table of a long sheet, None when the sheet is not that regular. Rows that are passed over between head
    and tail cannot be told anything."""
    height = grid.height
    if height < FROM or grid.gaps or any(m[2] >= HEAD for m in grid.merges):
        return None
    outline = replace(
        grid, rows=grid.rows[:HEAD] + grid.rows[-TAIL:], percent=frozenset(c for c in grid.percent if c[0] < HEAD)
    )
    tags = tags_of(outline)
    here = told.shifted(HEAD, height - TAIL - HEAD)
    blocks = [b for b in laid_out(outline, tags, here) if b.body]
    if len(blocks) != 1:
        return None
    block = blocks[0]
    inside = set(block.body)
    if HEAD - 1 not in inside or HEAD not in inside or len(block.body) < HEAD - 50:
        return None
    view = View(outline, tags, block.left, block.right)
    columns = describe(view, block)
    tell_columns(view, block, columns, here)
    _rows, sections = read_rows(view, block, columns)
    measures = measures_of(columns)
    stub = [c for c in columns if c.role in (Role.LABEL, Role.PERIOD)]
    if sections or not measures or any(c.kinds["."] > 0.02 * len(block.body) for c in stub[:-1]):
        return None
    shift = height - TAIL - HEAD
    first = block.body[0]
    last = max(r + shift if r >= HEAD else r for r in block.body)
    if block.body != list(range(first, block.body[-1] + 1)):
        return None
    body = grid.rows[first : last + 1]
    texts = [_texts(body, c.index) for c in stub]
    unit_columns = [c.index for c in columns if c.role is Role.UNIT]
    row_units = _texts(body, unit_columns[0]) if unit_columns else None
    heads = LongHeads(first, len(body), texts, row_units)
    notes = [row for row in block.notes if row >= HEAD]
    draft = Draft(
        view, Block(block.left, block.right, block.preface, block.header, block.numbering, [], notes), columns, [], []
    )
    draft.measures = measures
    draft.rows = LongRows(heads)  # type: ignore[assignment]
    table = _fill(grid, draft, heads, body, first, stub)
    heads.kinds.update({row - first: kind for row, kind in told_kinds(told).items() if first <= row < HEAD})
    return table


def _texts(body: list[list[CellValue]], c: int) -> Words:
    cells = [row[c] for row in body]
    if set(map(type, cells)) == {str}:
        found = Words.of(cells)  # type: ignore[arg-type]
        return found.each([word.strip() for word in found.words])
    return Words.of([shown(v) for v in cells])


def _fill(
    grid: Grid, draft: Draft, heads: LongHeads, body: list[list[CellValue]], first: int, stub: Sequence[Column]
) -> LongTable | None:
    flags: dict[tuple[int, int], Flag] = {}
    raws: dict[tuple[int, int], str] = {}
    texts: dict[int, Words] = {}
    findings: list[Finding] = []
    arrays: list[NDArray[np.float64]] = []
    cells = [long_columns.take_apart([row[c.index] for row in body]) for c in draft.measures]
    evidence = [column.spelled.evidence() for column in cells]
    together = numbers.Evidence()
    for one in evidence:
        together.merge(one)
    distinct = sorted(heads.units.words) if heads.units else []
    row_units: list[tuple[str, str | None]] = [("", u) for u in distinct]
    for j, column in enumerate(draft.measures):
        setting = values.setting_of(together, together, column, column.unit, draft.title, row_units)
        told = _told(heads, distinct, setting)
        read = long_columns.read(cells[j], evidence[j], replace(setting, row_counts=()))
        array = read.values
        rescaled = {r for r, c in grid.percent if c == column.index and first <= r < first + len(array)}
        if rescaled:
            array = array.copy()
            array[[r - first for r in rescaled]] *= 100
        broken = values.eaten(array, setting, told)
        codes = values.missing_code(array)
        findings.extend(_tell(draft, grid, column, first, read.doubts, np.flatnonzero(broken), array))
        if codes.any():
            findings.append(_code_finding(grid, column, first, codes, array))
        taken = np.flatnonzero(codes | broken)
        long_columns.keep_raw(cells[j], read, taken, bool(rescaled))
        read.flags |= dict.fromkeys(np.flatnonzero(codes).tolist(), Flag.NOT_AVAILABLE)
        read.flags |= dict.fromkeys(np.flatnonzero(broken).tolist(), Flag.UNREADABLE)
        flags.update(((i, j), flag) for i, flag in read.flags.items())
        raws.update(((i, j), raw) for i, raw in read.raws.items())
        if read.words is not None:
            texts[j] = read.words
        if len(taken):
            array = np.where(codes | broken, np.nan, array)
        arrays.append(array)
        if len(flags) > MOST_FLAGS:
            return None
    matrix = np.column_stack(arrays)
    draft.matrix = matrix
    kinds = Kinds([], [Kind.DATA] * len(arrays))
    find_columns(draft.measures, matrix, kinds)
    heads.kinds = _totals(heads)
    kinds.rows = _Kinds(heads)  # type: ignore[assignment]
    draft.kinds = kinds
    findings.extend(check_sums.across(draft))
    findings.extend(check_series.identical_columns(draft, matrix))
    findings.extend(_duplicates(draft, heads))
    lattice = Lattice(
        heads,
        [Head(c.index, c.labels, kinds.columns[j], c.unit) for j, c in enumerate(draft.measures)],
        arrays,
        flags,
        raws,
        draft.unit,
        texts,
    )
    return LongTable(draft, lattice, findings)


def _totals(heads: LongHeads) -> dict[int, Kind]:
    """The rows whose last label names a total or a mean."""
    if not heads.columns:
        return {}
    own = heads.columns[-1]
    named = np.array(
        [w[:3].lower() in _TOTALS and bool(labels.is_total(w) or labels.is_mean(w)) for w in own.words], bool
    )
    return dict.fromkeys(np.flatnonzero(named[own.codes]).tolist(), Kind.TOTAL)


class _Kinds(Sequence[Kind]):
    def __init__(self, heads: LongHeads) -> None:
        self.heads = heads

    def __len__(self) -> int:
        return len(self.heads)

    def __getitem__(self, i: int) -> Kind:  # type: ignore[override]
        return self.heads.kinds.get(i, Kind.DATA)


def _told(heads: LongHeads, distinct: Sequence[str], setting: numbers.Setting) -> NDArray[np.bool_] | None:
    if not heads.units or not setting.row_counts:
        return None
    counting = {unit for unit, counts in zip(distinct, setting.row_counts, strict=True) if counts}
    return np.array([word in counting for word in heads.units.words], bool)[heads.units.codes]


def _tell(
    draft: Draft, grid: Grid, column: Column, first: int, doubts: list[tuple[int, str]], eaten: NDArray[np.int_],
    array: NDArray[np.float64],
) -> list[Finding]:  # fmt: skip
    found: list[Finding] = []
    if doubts:
        where = ",".join(address(first + i, column.index) for i, _doubt in doubts[:60])
        raw = shown(grid.rows[first + doubts[0][0]][column.index])
        text = _n(
            'Kolom {head}: {n} sel tidak dapat dibaca sebagai angka, misalnya "{raw}"; nilainya tidak diambil.',
            len(doubts),
        ).format(head=column.leaf, n=len(doubts), raw=raw)
        found.append(Finding(f"number_{doubts[0][1]}", Severity.WARNING, text, where, grid.sheet))
    if eaten.size:
        where = ",".join(address(first + int(i), column.index) for i in eaten[:60])
        text = _n(
            "Kolom {head}: {n} pecahan di kolom bilangan bulat, misalnya {raw}; tampaknya titik ribuan terbaca "
            "sebagai desimal.",
            int(eaten.size),
        ).format(head=column.leaf, n=int(eaten.size), raw=shown(float(array[eaten[0]])))
        proposed = float(round(float(array[eaten[0]]) * 1000)) if eaten.size == 1 else None
        found.append(Finding("number_thousands", Severity.WARNING, text, where, grid.sheet, proposed=proposed))
    return found


def _code_finding(
    grid: Grid, column: Column, first: int, codes: NDArray[np.bool_], array: NDArray[np.float64]
) -> Finding:
    rows = np.flatnonzero(codes)
    rest = array[~codes]
    text = _n(
        "Kolom {head}: {raw} muncul {n} kali, nilai terbesar lainnya {largest}; tampaknya kode data hilang, nilainya "
        "tidak diambil.",
        int(rows.size),
    ).format(head=column.leaf, raw=shown(float(array[rows[0]])), n=int(rows.size), largest=say(float(np.nanmax(rest))))
    where = ",".join(address(first + int(i), column.index) for i in rows[:200])
    return Finding("missing_code", Severity.WARNING, text, where, grid.sheet)


def _duplicates(draft: Draft, heads: LongHeads) -> list[Finding]:
    if not heads.columns:
        return []
    twice = columns_twice(heads.columns)
    if not twice:
        return []
    where = ",".join(
        area(heads.first + k, draft.block.left, heads.first + k, draft.block.right) for pair in twice[:20] for k in pair
    )
    text = _n("{n} baris mengulang label baris lain (ganda), misalnya {name}.", len(twice)).format(
        n=len(twice), name=" / ".join(heads[twice[0][0]].labels)
    )
    code = "labels_not_unique" if len(twice) > 0.1 * len(heads) else "duplicate_row"
    return [Finding(code, Severity.WARNING, text, where, draft.grid.sheet)]
