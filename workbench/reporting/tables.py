"""Statistical tables as data: stub, spanner, boxhead, units, symbols, and for every cell what it was made from.

Two rules make these tables safe to print. A total is never taken over a missing cell: it prints ``…`` and a note says
which rows are missing. And every number carries references to the observations behind it, so that a printed figure
can be followed back to the cell of the agency's file.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from workbench.domain.errors import BadDefinition
from workbench.domain.reading.model import Flag
from workbench.i18n import _
from workbench.reporting import formats
from workbench.reporting.edition import DatasetInfo, Edition, Observation
from workbench.reporting.spec import ColumnSpec, RowDimension, TableSpec
from workbench.reporting.words import MARK_NOTES, other, word

TOTAL = "total"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Ref:
    """Observations of one accepted version that a cell was made from."""

    dataset: str
    period: str
    version: int
    obs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell. ``text`` is what is printed, ``mark`` what stands raised beside it."""

    text: str
    value: float | None
    flag: str | None = None
    mark: str = ""
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A leaf column. ``spanner`` groups neighbours under one heading."""

    id: str
    label: str
    label_en: str
    unit: str
    decimals: int
    spanner: str = ""
    spanner_en: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A body row; ``kind`` is ``data`` or ``total``."""

    id: str
    label: str
    label_en: str
    kind: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table ready for print, screen and follow-up. ``periods`` are those its figures come from."""

    id: str
    title: str
    title_en: str
    unit: str
    unit_en: str
    stub: str
    stub_en: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    periods: tuple[str, ...]
    dataset: str
    number: str = ""
    wide: bool = False
    type: str = field(default="table", init=False)

    def column_index(self, column_id: str) -> int:
        """Where a column stands; KeyError when there is none."""
        for index, column in enumerate(self.columns):
            if column.id == column_id:
                return index
        raise KeyError(column_id)

    def cell(self, row_id: str, column_id: str) -> Cell:
        """The cell at a row and a column, by their ids; KeyError when there is none."""
        index = self.column_index(column_id)
        for row in self.rows:
            if row.id == row_id:
                return row.cells[index]
        raise KeyError(row_id)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for book.json."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Sum:
    """A figure being made: a value or the reason there is none, and everything that went into it."""

    value: float | None
    flag: Flag | None
    obs: tuple[Observation, ...]
    missing: tuple[str, ...] = ()
    blank: bool = False


Lookup = Mapping[tuple[str, str | None, str | None, str], Observation]


class TableMaker:
    """Makes one table from an edition. Kept as a class because the steps share what was looked up once."""

    def __init__(self, edition: Edition, spec: TableSpec, language: str = "id") -> None:
        self.edition, self.spec, self.language = edition, spec, language
        self.info: DatasetInfo = edition.dataset(spec.dataset)
        self.available = edition.periods(spec.dataset)
        self.leaves = self._spread()
        codes = [c.indicator for c in spec.columns if c.indicator]
        self.lookup: Lookup = {
            (o.indicator, o.category, o.area_code, o.period): o
            for o in edition.observations(spec.dataset, codes, self.available)
        }
        self.areas = edition.areas(spec.dataset)
        self.combos: dict[str, set[str | None]] = defaultdict(set)
        self.spatial: dict[str, bool] = {}
        for indicator, category, area, _period in self.lookup:
            self.combos[indicator].add(category)
            self.spatial[indicator] = self.spatial.get(indicator, False) or area is not None

    # ---- periods

    def _resolve(self, wanted: str) -> list[str]:
        """Periods named by ``latest``, ``last:n`` or a period; one that has no figures is still named."""
        if wanted == "latest":
            return self.available[-1:] or [str(self.edition.manifest.get("year", ""))]
        if wanted.startswith("last:"):
            return self.available[-int(wanted.removeprefix("last:")) :]
        return [wanted]

    def _spread(self) -> list[tuple[ColumnSpec, str]]:
        """Leaf columns with their period: a column with ``periods`` becomes one leaf for each."""
        fixed = self._resolve(self.spec.period)
        leaves = []
        for column in self.spec.columns:
            if column.periods and self.spec.rows is not RowDimension.PERIOD:
                for period in self.available[-column.periods :]:
                    leaf = replace(
                        column, key=f"{column.key}-{period}", label=period, label_en=period,
                        spanner=column.spanner or column.label, spanner_en=column.spanner_en or column.label_en,
                    )  # fmt: skip
                    leaves.append((leaf, period))
            else:
                leaves.append((column, fixed[-1]))
        return leaves

    # ---- rows

    def _row_keys(self) -> list[tuple[str, str, str]]:
        """(id, label, English label) of the data rows, in the order they are printed."""
        codes = [c.indicator for c in self.spec.columns if c.indicator]
        match self.spec.rows:
            case RowDimension.AREA:
                return [(code, self.edition.area_name(code), "") for code in self.areas]
            case RowDimension.PERIOD:
                return [(p, p, p) for p in self._resolve(self.spec.period)]
            case RowDimension.CATEGORY:
                keys = list(dict.fromkeys(k for code in codes for k in self.edition.categories(self.info.id, code)))
                return [(key, *self.info.categories.get(key, (key, ""))) for key in keys]
            case RowDimension.INDICATOR:
                return [(i.code, i.label, i.label_en) for i in self.info.indicators.values() if i.code in codes]

    # ---- figures

    def _gather(self, column: ColumnSpec, period: str, row: str) -> _Sum:
        """The figure of one indicator at one row: a single observation, or the sum over what the row leaves open."""
        rows = self.spec.rows
        if rows is RowDimension.INDICATOR and row != column.indicator:
            return _Sum(None, None, (), blank=True)
        period = row if rows is RowDimension.PERIOD else period
        if rows is RowDimension.CATEGORY:
            categories: list[str | None] = [row]
        elif column.category == "*":
            categories = sorted((c for c in self.combos[column.indicator] if c is not None), key=str) or [None]
        else:
            categories = [column.category or None]
        areas: list[str | None]
        if rows is RowDimension.AREA:
            areas = [row]
        else:
            areas = list(self.areas) if self.spatial.get(column.indicator) else [None]
        parts = [
            (area, self.lookup.get((column.indicator, category, area, period)))
            for area in areas
            for category in categories
        ]
        if len(parts) == 1:
            only = parts[0][1]
            if only is None:
                return _Sum(None, Flag.NOT_AVAILABLE, (), (self._name(parts[0][0], row),))
            missing = () if self._counts(only) else (self._name(only.area_code, row),)
            return _Sum(only.value, only.flag, (only,), missing)
        return self._add(
            [
                _Sum(None, Flag.NOT_AVAILABLE, (), (self._name(area, row),))
                if o is None
                else _Sum(o.value, o.flag, (o,), () if self._counts(o) else (self._name(area, row),))
                for area, o in parts
            ]
        )

    def _name(self, area: str | None, row: str) -> str:
        return self.edition.area_name(area) if area else row

    def _is_nil(self, flag: Flag | None) -> bool:
        return flag is Flag.NIL_OR_NOT_APPLICABLE and self.spec.nil_is_zero

    def _counts(self, observation: Observation) -> bool:
        return observation.value is not None or self._is_nil(observation.flag) or observation.flag is Flag.NEGLIGIBLE

    def _add(self, parts: Sequence[_Sum]) -> _Sum:
        """Add up, or refuse: one missing part makes the whole missing, and says which part it was."""
        obs = tuple(o for part in parts for o in part.obs)
        missing = tuple(dict.fromkeys(name for part in parts for name in part.missing))
        if missing:
            return _Sum(None, Flag.NOT_AVAILABLE, obs, missing)
        values = [part.value for part in parts if part.value is not None]
        carried = {part.flag for part in parts}
        weakest = next((flag for flag in reversed(formats.MARKS) if flag in carried), None)
        return _Sum(math.fsum(values) if values else 0.0, weakest, obs)

    def _figures(self, row: str) -> list[_Sum]:
        """All figures of one data row, left to right; sums and ratios use the columns before them."""
        made: dict[str, _Sum] = {}
        for column, period in self.leaves:
            if column.indicator:
                made[column.key] = self._gather(column, period, row)
            else:
                made[column.key] = self._derived(column, made, row)
        return list(made.values())

    def _derived(self, column: ColumnSpec, made: Mapping[str, _Sum], row: str) -> _Sum:
        if column.sum:
            parts = [made[key] for key in column.sum]
            named = [p if p.missing or p.value is not None or self._is_nil(p.flag) else
                     replace(p, missing=(self._label(row),)) for p in parts]  # fmt: skip
            return self._add(named)
        top, bottom = (made[key] for key in column.ratio)
        obs = (*top.obs, *bottom.obs)
        if top.value is None or bottom.value is None:
            return _Sum(None, Flag.NOT_AVAILABLE, obs, (*top.missing, *bottom.missing))
        if bottom.value == 0:
            return _Sum(None, Flag.NOT_APPLICABLE, obs)
        return _Sum(top.value / bottom.value * column.times, None, obs)

    def _label(self, row: str) -> str:
        return next((label for key, label, _en in self._row_keys() if key == row), row)

    def _total(self, figures: Sequence[Sequence[_Sum]]) -> list[_Sum]:
        """The total row: sums of the rows; a ratio is the ratio of the totals, never a sum of ratios."""
        made: dict[str, _Sum] = {}
        for index, (column, _period) in enumerate(self.leaves):
            if column.ratio:
                made[column.key] = self._derived(column, made, TOTAL)
            elif not column.additive:
                made[column.key] = _Sum(None, Flag.NOT_APPLICABLE, ())
            else:
                made[column.key] = self._add([row[index] for row in figures])
        return list(made.values())

    # ---- putting together

    def _columns(self) -> list[Column]:
        columns: list[Column] = []
        for column, _period in self.leaves:
            parts = [c for c in columns if c.id in column.sum]  # a sum is measured as its parts are
            indicator = self.info.indicators.get(column.indicator)
            category = self.info.categories.get(column.category)
            label = column.label or (category[0] if category else indicator.label if indicator else column.key)
            label_en = column.label_en or (category[1] if category else indicator.label_en if indicator else "")
            decimals = column.decimals if column.decimals is not None else indicator.decimals if indicator else 0
            if column.decimals is None and parts:
                decimals = max(part.decimals for part in parts)
            unit = column.unit or (indicator.unit if indicator else parts[0].unit if parts else "")
            columns.append(Column(column.key, label, label_en, unit, decimals, column.spanner, column.spanner_en))
        return columns

    def _cell(self, figure: _Sum, column: Column) -> Cell:
        if figure.blank:
            return Cell("", None)
        value = figure.value
        if value is not None:
            value = round(value, 10)
            value = int(value) if value == int(value) and abs(value) < 2**53 else value
        text, mark = formats.cell(value, figure.flag, column.decimals, self.language)
        return Cell(text, value, figure.flag.value if figure.flag else None, mark, _refs(figure.obs))

    def make(self) -> TableBlock:
        """The table, with its notes and sources."""
        keys = self._row_keys()
        columns = self._columns()
        figures = [self._figures(key) for key, _label, _en in keys]
        rows = [
            Row(key, label, en, "data", tuple(self._cell(f, c) for f, c in zip(line, columns, strict=True)))
            for (key, label, en), line in zip(keys, figures, strict=True)
        ]
        totals = self._total(figures) if self.spec.total else []
        if totals:
            cells = tuple(self._cell(f, c) for f, c in zip(totals, columns, strict=True))
            rows.append(Row(TOTAL, word("total", "id"), word("total", "en"), TOTAL, cells))
        used = self._resolve(self.spec.period) if self.spec.rows is RowDimension.PERIOD else []
        periods = sorted({*used, *(period for _c, period in self.leaves if not used)})
        span = formats.period_span(periods)
        stub = word(self.spec.rows.value, "id")
        return TableBlock(
            id=self.spec.id,
            title=f"{self.spec.title}, {span}" if span else self.spec.title,
            title_en=f"{self.spec.title_en}, {span}" if span else self.spec.title_en,
            unit=self.spec.unit,
            unit_en=self.spec.unit_en,
            stub=self.spec.stub or stub,
            stub_en=self.spec.stub_en or word(self.spec.rows.value, "en"),
            columns=tuple(columns),
            rows=tuple(rows),
            notes=tuple(self._notes(figures, totals, rows)),
            sources=(self.info.producer,) if self.info.producer else (),
            periods=tuple(periods),
            dataset=self.spec.dataset,
        )

    def _notes(self, figures: Sequence[Sequence[_Sum]], totals: Sequence[_Sum], rows: Sequence[Row]) -> list[str]:
        index = 0 if self.language == "id" else 1
        notes = list(self.spec.notes)
        flags = {cell.flag for row in rows for cell in row.cells}
        notes += [pair[index] for flag, pair in MARK_NOTES.items() if flag.value in flags]
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, figure in enumerate(totals, 2):
            if figure.missing:
                groups[figure.missing].append(place)
        notes += [_refusal(names, places, self.language) for names, places in groups.items()]
        if not totals:
            combined = {name for line in figures for f in line if len(f.obs) > 1 or not f.obs for name in f.missing}
            named = sorted(combined - {key for key, _l, _e in self._row_keys()})
            if self.spec.rows is not RowDimension.AREA and named:
                notes.append(_gap(named, self.language))
        if self.spec.nil_is_zero and Flag.NIL_OR_NOT_APPLICABLE.value in flags:
            notes.append(
                "Tanda – dihitung nol dalam jumlah." if self.language == "id" else "– counts as zero in totals."
            )
        return notes


def _shortened(names: Sequence[str], language: str) -> str:
    if len(names) <= _NAMED:
        return formats.listing(names, language)
    rest = len(names) - _NAMED
    more = f"{rest} lainnya" if language == "id" else f"{rest} others"
    return formats.listing([*names[:_NAMED], more], language)


def _refusal(names: Sequence[str], places: Sequence[int], language: str) -> str:
    columns = formats.listing([f"({place})" for place in places], language)
    who = _shortened(names, language)
    if language == "id":
        return f"Jumlah pada kolom {columns} tidak dihitung karena data {who} tidak tersedia."
    return f"No total in column {columns}: figures for {who} are not available."


def _gap(names: Sequence[str], language: str) -> str:
    who = _shortened(names, language)
    if language == "id":
        return f"Angka yang bertanda … tidak dijumlahkan karena data {who} tidak tersedia."
    return f"Cells with … are not added up: figures for {who} are not available."


def _refs(observations: Iterable[Observation]) -> tuple[Ref, ...]:
    grouped: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for o in observations:
        grouped[o.dataset, o.version_period, o.version].append(o.obs_id)
    return tuple(Ref(d, p, v, tuple(sorted(set(ids)))) for (d, p, v), ids in sorted(grouped.items()))


def make_table(edition: Edition, spec: TableSpec, language: str = "id") -> TableBlock:
    """Make a table of the book. ``BadDefinition`` when it asks for an indicator the edition does not define."""
    if spec.as_filed:
        from workbench.reporting.filed import make_filed  # it is made of this module's blocks

        return make_filed(edition, spec, language)
    for column in spec.columns:
        if column.indicator and column.indicator not in edition.dataset(spec.dataset).indicators:
            raise BadDefinition(
                _("{table}: indikator {code} tidak ada pada dataset {id}").format(
                    table=spec.id, code=column.indicator, id=spec.dataset
                )
            )
    return TableMaker(edition, spec, language).make()


def second_title(table: TableBlock, language: str) -> str:
    """The title in the book's second language."""
    return table.title_en if other(language) == "en" else table.title
