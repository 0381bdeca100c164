"""From sheets to tables of observations: the steps of reading in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workbench.domain.reading import check_across, check_sums, checks, labels, letter, periods, units
from workbench.domain.reading.columns import describe
from workbench.domain.reading.draft import Draft, measures_of
from workbench.domain.reading.grid import Grid, area
from workbench.domain.reading.hints import NO_HINTS, Hints, Told, locate
from workbench.domain.reading.kinds import Kinds, Matrix, find_kinds
from workbench.domain.reading.labels import Role
from workbench.domain.reading.lattice import Head, Lattice, plain
from workbench.domain.reading.long import LongTable, read_long
from workbench.domain.reading.model import Flag, Kind, Reading, TableReading
from workbench.domain.reading.numbers import Evidence
from workbench.domain.reading.rows import read_rows
from workbench.domain.reading.tags import tags_of
from workbench.domain.reading.told_layout import laid_out, tell_columns, told_kinds
from workbench.domain.reading.values import column_evidence, fractional_rows, missing_code, read_column, setting_of
from workbench.domain.reading.view import Block, View


def read_grids(grids: Sequence[Grid], file: str, fallback_title: str = "", hints: Hints = NO_HINTS) -> Reading:
    """Read all sheets of a file. ``fallback_title`` stands in where no table prints a title; ``hints`` is what a
    person has told about the form, and outdoes what the reader would find by itself."""
    drafts: list[Draft | LongTable] = []
    told, unmet = locate(grids, hints)
    for grid, here in zip(grids, told, strict=True):
        if long := read_long(grid, here):
            _describe(long.draft)
            drafts.append(long)
            continue
        tags = tags_of(grid)
        for block in laid_out(grid, tags, here):
            drafts.append(_draft(View(grid, tags, block.left, block.right), block, here))
    whole = Evidence()
    evidence: dict[int, list[Evidence]] = {}
    for number, draft in enumerate(drafts):
        if isinstance(draft, Draft):
            evidence[number] = [
                column_evidence(draft.grid, [r.index for r in draft.rows], c.index) for c in draft.measures
            ]
            for one in evidence[number]:
                whole.merge(one)
    tables = []
    for number, draft in enumerate(drafts):
        if isinstance(draft, LongTable):
            tables.append(_long_table(draft, fallback_title))
            continue
        _fill(draft, evidence[number], whole)
        tables.append(_table(draft, fallback_title))
    findings = [*checks.file_findings(grids, len(tables)), *check_across.in_file(tables)]
    findings += checks.unmet_hints(hints, told, unmet)
    return Reading(file, tuple(tables), tuple(findings))


def _long_table(long: LongTable, fallback_title: str) -> TableReading:
    draft = long.draft
    first, last = draft.rows[0].index, draft.rows[-1].index
    top = min(draft.block.header, default=first)
    long.observations.unit = draft.unit
    return TableReading(
        draft.grid.sheet, draft.title or fallback_title, draft.unit, draft.source, tuple(draft.notes),
        long.observations, tuple(long.findings), area(top, draft.block.left, last, draft.block.right),
        {"body": area(first, draft.block.left, last, draft.block.right)},
        tuple(c.leaf for c in draft.columns if c.role in (Role.LABEL, Role.PERIOD)),
    )  # fmt: skip


def _draft(view: View, block: Block, told: Told) -> Draft:
    columns = describe(view, block)
    tell_columns(view, block, columns, told)
    rows, sections = read_rows(view, block, columns)
    draft = Draft(view, block, columns, rows, sections, measures=measures_of(columns), told=told_kinds(told))
    _describe(draft)
    return draft


def _describe(draft: Draft) -> None:
    """Title, unit, source and notes from the lines above and below."""
    view, block = draft.view, draft.block
    titles: list[str] = []
    notes: list[str] = []
    above = [view.line(row) for row in block.preface]
    head = letter.letterhead(above)
    for i, text in enumerate(above):
        if i < head or letter.is_letter_matter(text):
            notes.append(text)
        elif source := labels.source_of(text):
            draft.source = draft.source or source
        elif labels.is_meta(text) or labels.is_note(text):
            notes.append(text)
        else:
            titles.append(text)
    for row in block.notes:
        text = view.line(row)
        if source := labels.source_of(text):
            draft.source = draft.source or source
        notes.append(text)
    draft.title = " ".join(titles)
    draft.notes = notes
    draft.unit = _table_unit(draft, titles, notes)


def _table_unit(draft: Draft, titles: Sequence[str], notes: Sequence[str]) -> str | None:
    for text in notes:
        if found := re.match(r"\s*(?:satuan|unit)\s*(?:/\s*unit)?\s*:\s*(.+)", text, re.I):
            return found[1].strip()
    for text in titles:
        if unit := units.unit_in(text):
            return unit.text
    named = {c.unit for c in draft.measures}
    return named.pop() if len(named) == 1 else None


def _fill(draft: Draft, evidence: Sequence[Evidence], whole: Evidence) -> None:
    measures = draft.measures
    together = Evidence()
    for one in evidence:
        together.merge(one)
    rows = [r.index for r in draft.rows]
    row_units = [(r.own, r.unit) for r in draft.rows]
    rates = fractional_rows(draft.grid, rows, [c.index for c in measures], [r.own for r in draft.rows])
    settings = [setting_of(together, whole, c, c.unit or draft.unit, draft.title, row_units, rates) for c in measures]
    draft.values = [read_column(draft.grid, rows, c, s) for c, s in zip(measures, settings, strict=True)]
    if any(v.doubt == "thousands" for column in draft.values for v in column):
        # one column that lost its thousands speaks for all that count the same
        for j, (c, s) in enumerate(zip(measures, settings, strict=True)):
            if s.counts is True and not any(v.doubt for v in draft.values[j]):
                draft.values[j] = read_column(draft.grid, rows, c, replace(s, eaten_beside=True))
    draft.fractions = [
        [i for i, v in enumerate(column) if s.counts is True and _broken(v.value) and not (rates[i] or v.percent)]
        for column, s in zip(draft.values, settings, strict=True)
    ]
    draft.matrix = _matrix(draft)
    _missing_codes(draft)
    draft.kinds = _kinds(draft, draft.matrix)
    _settle(draft)


def _broken(value: float | int | None) -> bool:
    return value is not None and value != round(value)


def _heading(draft: Draft) -> str:
    """The header over the innermost label column."""
    return next((c.leaf for c in reversed(draft.columns) if c.role is Role.LABEL and c.leaf), "")


def _kinds(draft: Draft, matrix: Matrix) -> Kinds:
    """Kinds of rows and columns. A row that was told to be a total is looked at as if it were called so."""
    if not draft.told:
        return find_kinds(draft.rows, draft.measures, matrix, _heading(draft))
    names = {Kind.TOTAL: "Jumlah", Kind.DATA: "data"}
    rows = [replace(r, own=names[draft.told[r.index]]) if r.index in draft.told else r for r in draft.rows]
    kinds = find_kinds(rows, draft.measures, matrix, _heading(draft))
    for i, row in enumerate(rows):
        kind = draft.told.get(row.index)
        if kind is Kind.TOTAL and kinds.rows[i] is Kind.DATA:
            kinds.rows[i] = Kind.TOTAL
        elif kind is Kind.DATA:
            kinds.rows[i] = Kind.DATA
            kinds.row_sums = [s for s in kinds.row_sums if s.whole != i]
            kinds.parents = {part: whole for part, whole in kinds.parents.items() if whole != i}
    return kinds


def _matrix(draft: Draft, proposals: bool = False) -> Matrix:
    """Values as an array of rows by columns, NaN where there is none; on request with proposals filled in."""
    matrix = np.full((len(draft.rows), len(draft.measures)), np.nan)
    for j, column in enumerate(draft.values):
        for i, v in enumerate(column):
            value = v.value if v.value is not None or not proposals else v.proposed
            if value is not None:
                matrix[i, j] = value
    return matrix


def _missing_codes(draft: Draft) -> None:
    for j, column in enumerate(draft.values):
        for i in np.flatnonzero(missing_code(draft.matrix[:, j])):
            v = column[int(i)]
            v.value, v.flag, v.doubt = None, Flag.NOT_AVAILABLE, "code"
            draft.matrix[int(i), j] = np.nan


def _settle(draft: Draft) -> None:
    """Take a proposal over doubt where a sum proves it."""
    doubtful = [(i, j) for j, column in enumerate(draft.values) for i, v in enumerate(column) if v.proposed is not None]
    if not doubtful:
        return
    filled = _matrix(draft, proposals=True)
    before = draft.kinds
    draft.kinds = _kinds(draft, filled)
    proved = check_sums.mended(draft, doubtful, filled)
    for i, j in proved:
        v = draft.values[j][i]
        v.value, v.flag, v.proposed = v.proposed, None, None
        v.doubt = {"malformed": "proved", "thousands": "thousands_proved"}.get(v.doubt, "")
    draft.matrix = _matrix(draft)
    draft.kinds = draft.kinds if proved else before


def _table(draft: Draft, fallback_title: str) -> TableReading:
    findings = checks.table_findings(draft)
    measures = draft.measures
    marks = [next((m for text in reversed(c.labels) if (m := periods.mark_of(text))), None) for c in measures]
    flags: dict[tuple[int, int], Flag] = {}
    raws: dict[tuple[int, int], str] = {}
    percent = any(v.percent for column in draft.values for v in column)
    for j, column_values in enumerate(draft.values):
        for i, value in enumerate(column_values):
            flag = value.flag if value.flag is not None or value.value is None else marks[j]
            if flag is not None:
                flags[(i, j)] = flag
            if value.raw != plain(value.value):
                raws[(i, j)] = value.raw
    observations = Lattice(
        [Head(row.index, _path(draft, i), draft.kinds.rows[i], row.unit) for i, row in enumerate(draft.rows)],
        [Head(c.index, c.labels, draft.kinds.columns[j], _column_unit(draft, j)) for j, c in enumerate(measures)],
        [[v.value for v in column] for column in draft.values],
        flags,
        raws,
        draft.unit or ("%" if percent and len(measures) == 1 else None),
    )
    blank = all(v.value is None and v.flag is Flag.BLANK for column in draft.values for v in column)
    return TableReading(
        draft.grid.sheet,
        draft.title or fallback_title,
        draft.unit,
        draft.source,
        tuple(draft.notes),
        () if blank else observations,
        tuple(findings),
        draft.block.area(),
        _parts(draft),
        tuple(c.leaf for c in draft.columns if c.role in (Role.LABEL, Role.PERIOD)),
    )


def _path(draft: Draft, i: int) -> tuple[str, ...]:
    row = draft.rows[i]
    parent = draft.kinds.parents.get(i)
    if parent is None or draft.rows[parent].own in row.labels:
        return row.labels
    return (draft.rows[parent].own, *row.labels)


def _column_unit(draft: Draft, j: int) -> str | None:
    unit = draft.measures[j].unit
    shown = [v.percent for v in draft.values[j] if v.value is not None]
    return "%" if unit is None and shown and all(shown) else unit


def _parts(draft: Draft) -> dict[str, str]:
    """Ranges of title, header, stub, body and notes, to be laid over the sheet."""
    block = draft.block
    parts: dict[str, str] = {}

    def put(name: str, rows: Sequence[int], left: int, right: int) -> None:
        if rows and left <= right:
            parts[name] = area(min(rows), left, max(rows), right)

    stub = [c.index for c in draft.columns if c.role not in (Role.VALUE, Role.EMPTY)]
    first_value = min((c.index for c in draft.measures), default=block.right + 1)
    put("title", block.preface, block.left, block.right)
    put("header", block.header + block.numbering, block.left, block.right)
    put("numbering", block.numbering, block.left, block.right)
    body = [r.index for r in draft.rows]
    put("stub", body, block.left, max([c for c in stub if c < first_value], default=block.left))
    put("body", body, first_value, max((c.index for c in draft.measures), default=block.right))
    put("notes", block.notes, block.left, block.right)
    totals = [r.index for r, k in zip(draft.rows, draft.kinds.rows, strict=True) if k is not Kind.DATA]
    if totals:
        parts["totals"] = ",".join(area(r, block.left, r, block.right) for r in totals[:200])
    return parts
