"""A yearbook as data: chapters, tables and charts, read from YAML and checked against dataset definitions.

A specification names only dataset ids, indicator codes, dimensions and periods. It never holds a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from workbench.domain.errors import BadDefinition
from workbench.i18n import _
from workbench.reporting.edition import DatasetInfo


class RowDimension(StrEnum):
    """What runs down the stub of a table."""

    AREA = "area"
    CATEGORY = "category"
    INDICATOR = "indicator"
    PERIOD = "period"


class ChartKind(StrEnum):
    """The closed set of charts; both renderers draw each of them."""

    BAR_H = "bar_h"
    BAR_V = "bar_v"
    GROUPED = "grouped"
    STACKED = "stacked"
    LINE = "line"
    DOT = "dot"
    PYRAMID = "pyramid"
    DONUT = "donut"


class TitleRule(StrEnum):
    """How a chart's active title is computed from its figures."""

    HIGHEST = "highest"
    CHANGE = "change"
    SHARE = "share"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column: figures of an indicator, the sum of other columns, or the ratio of two.

    ``category`` ``"*"`` adds up all categories. ``periods`` > 0 spreads the column over the last n periods.
    ``additive`` False means a total of it has no meaning (a percentage, an index).
    """

    key: str
    indicator: str = ""
    category: str = ""
    label: str = ""
    label_en: str = ""
    spanner: str = ""
    spanner_en: str = ""
    unit: str = ""
    decimals: int | None = None
    sum: tuple[str, ...] = ()
    ratio: tuple[str, ...] = ()
    times: float = 1.0
    periods: int = 0
    additive: bool = True


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table. ``period`` is ``latest``, a period, or ``last:n`` where periods run down the stub.

    ``as_filed`` prints what the agency's own file states, totals and subtotals among it (``total_label`` names its
    total row), and adds nothing up; where the indicators run down the stub, a column's indicator is ``"*"``.
    """

    id: str
    title: str
    title_en: str
    dataset: str
    rows: RowDimension
    columns: tuple[ColumnSpec, ...]
    stub: str = ""
    stub_en: str = ""
    unit: str = ""
    unit_en: str = ""
    period: str = "latest"
    total: bool = False
    nil_is_zero: bool = False
    notes: tuple[str, ...] = ()
    as_filed: bool = False
    total_label: str = ""


@dataclass(frozen=True, slots=True)
class ChartSpecification:
    """One chart over a table's figures. ``along`` says what the axis runs over: the table's rows or its columns."""

    id: str
    kind: ChartKind
    table: TableSpec
    columns: tuple[str, ...]
    measure: str
    measure_en: str
    title_rule: TitleRule
    along: str = "rows"
    series: tuple[str, ...] = ()
    sort: bool = False
    zero: bool = True


@dataclass(frozen=True, slots=True)
class NarrativeSpec:
    """A paragraph computed from a column of a table: the total, its change, the highest and the lowest row."""

    id: str
    table: TableSpec
    column: str
    measure: str
    measure_en: str


@dataclass(frozen=True, slots=True)
class KeyFigureSpec:
    """One line of the key statistics: the total of a table's column."""

    table: TableSpec
    column: str
    label: str
    label_en: str


Item = TableSpec | ChartSpecification | NarrativeSpec


@dataclass(frozen=True, slots=True)
class ChapterSpec:
    """A chapter: an introduction of standing words, then items in order."""

    key: str
    title: str
    title_en: str
    intro: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class YearbookSpec:
    """The whole book."""

    id: str
    title: str
    title_en: str
    place: str
    place_en: str
    publisher: str
    address: str
    signatory: str
    catalogue: Mapping[str, str]
    foreword: tuple[str, ...]
    conventions: tuple[str, ...]
    key_figures: tuple[KeyFigureSpec, ...]
    chapters: tuple[ChapterSpec, ...]
    tables: Mapping[str, TableSpec] = field(default_factory=dict)

    def datasets(self) -> list[str]:
        """Ids of all datasets the book is made of, in order of first use."""
        return list(dict.fromkeys(table.dataset for table in self._all_tables()))

    def _all_tables(self) -> Iterator[TableSpec]:
        for chapter in self.chapters:
            for item in chapter.items:
                yield item if isinstance(item, TableSpec) else item.table
        for figure in self.key_figures:
            yield figure.table


class _Reader:
    """Reads the YAML, turning every gap into one sentence that names the file and the place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tables: dict[str, TableSpec] = {}
        self.ids: set[str] = set()

    def fail(self, place: str, problem: str) -> BadDefinition:
        return BadDefinition(f"{self.path.name}: {place}: {problem}")

    def need(self, data: Mapping[str, Any], key: str, place: str) -> Any:
        if data.get(key) in (None, ""):
            raise self.fail(place, _("{key} wajib diisi").format(key=key))
        return data[key]

    def known(self, data: Mapping[str, Any], allowed: Iterable[str], place: str) -> None:
        extra = sorted(set(data) - set(allowed))
        if extra:
            raise self.fail(place, _("tidak dikenal: {names}").format(names=", ".join(extra)))

    def column(self, data: Mapping[str, Any], place: str) -> ColumnSpec:
        self.known(data, ColumnSpec.__dataclass_fields__, place)
        values = dict(data)
        for name in ("sum", "ratio"):
            values[name] = tuple(str(k) for k in values.get(name) or ())
        column = ColumnSpec(**{**values, "key": str(self.need(data, "key", place))})
        if sum(bool(part) for part in (column.indicator, column.sum, column.ratio)) != 1:
            raise self.fail(f"{place}.{column.key}", _("sebutkan tepat satu dari indicator, sum, ratio"))
        if column.ratio and len(column.ratio) != 2:
            raise self.fail(f"{place}.{column.key}", _("ratio memerlukan pembilang dan penyebut"))
        return column

    def table(self, data: Mapping[str, Any], place: str) -> TableSpec:
        self.known(data, {"table", *TableSpec.__dataclass_fields__} - {"id"}, place)
        key = str(self.need(data, "table", place))
        if key in self.ids:
            raise self.fail(key, _("kunci dipakai dua kali"))
        self.ids.add(key)
        columns = tuple(self.column(c, key) for c in self.need(data, "columns", key))
        keys = [c.key for c in columns]
        for column in columns:
            unknown = [k for k in (*column.sum, *column.ratio) if k not in keys[: keys.index(column.key)]]
            if unknown or keys.count(column.key) > 1:
                raise self.fail(f"{key}.{column.key}", _("merujuk kolom yang belum ada, atau kuncinya ganda"))
        try:
            rows = RowDimension(str(self.need(data, "rows", key)))
        except ValueError as error:
            raise self.fail(key, _("rows harus area, category, indicator, atau period")) from error
        # An agency's own table has the title the agency gave it.
        title_en = str(data.get("title_en") or "" if data.get("as_filed") else self.need(data, "title_en", key))
        table = TableSpec(
            id=key, title=str(self.need(data, "title", key)), title_en=title_en,
            dataset=str(self.need(data, "dataset", key)), rows=rows, columns=columns,
            stub=str(data.get("stub") or ""), stub_en=str(data.get("stub_en") or ""),
            unit=str(data.get("unit") or ""), unit_en=str(data.get("unit_en") or ""),
            period=str(data.get("period") or "latest"), total=bool(data.get("total")),
            nil_is_zero=bool(data.get("nil_is_zero")), notes=tuple(str(n) for n in data.get("notes") or ()),
            as_filed=bool(data.get("as_filed")), total_label=str(data.get("total_label") or ""),
        )  # fmt: skip
        self.tables[key] = table
        return table

    def figures(self, data: Mapping[str, Any], place: str) -> TableSpec:
        """The table a chart, sentence or key figure draws on: one of the book, or its own under ``data``."""
        if "data" in data:
            return self.table({"table": f"{place}-data", "title": place, "title_en": place, **data["data"]}, place)
        name = str(self.need(data, "of", place))
        if name not in self.tables:
            raise self.fail(place, _("tabel {name} belum ada di atasnya").format(name=name))
        return self.tables[name]

    def column_key(self, table: TableSpec, key: str, place: str) -> str:
        if key not in {c.key for c in table.columns}:
            raise self.fail(place, _("kolom {key} tidak ada pada tabel {table}").format(key=key, table=table.id))
        return key

    def chart(self, data: Mapping[str, Any], place: str) -> ChartSpecification:
        allowed = {"chart", "kind", "of", "data", "columns", "measure", "measure_en", "title", "along", "series",
                   "sort", "zero"}  # fmt: skip
        self.known(data, allowed, place)
        key = str(self.need(data, "chart", place))
        if key in self.ids:
            raise self.fail(key, _("kunci dipakai dua kali"))
        self.ids.add(key)
        table = self.figures(data, key)
        try:
            kind, rule = ChartKind(str(self.need(data, "kind", key))), TitleRule(str(data.get("title") or "highest"))
        except ValueError as error:
            raise self.fail(key, str(error)) from error
        along = str(data.get("along") or "rows")
        if along not in ("rows", "columns"):
            raise self.fail(key, _("along harus rows atau columns"))
        columns = tuple(self.column_key(table, str(c), key) for c in self.need(data, "columns", key))
        return ChartSpecification(
            id=key, kind=kind, table=table, columns=columns, measure=str(self.need(data, "measure", key)),
            measure_en=str(self.need(data, "measure_en", key)), title_rule=rule, along=along,
            series=tuple(str(s) for s in data.get("series") or ()), sort=bool(data.get("sort")),
            zero=bool(data.get("zero", True)),
        )  # fmt: skip

    def item(self, data: Mapping[str, Any], place: str) -> Item:
        if "table" in data:
            return self.table(data, place)
        if "chart" in data:
            return self.chart(data, place)
        if "narrative" in data:
            self.known(data, {"narrative", "of", "data", "column", "measure", "measure_en"}, place)
            key = str(data["narrative"])
            table = self.figures(data, key)
            column = self.column_key(table, str(self.need(data, "column", key)), key)
            return NarrativeSpec(
                key, table, column, str(self.need(data, "measure", key)), str(self.need(data, "measure_en", key))
            )
        raise self.fail(place, _("tiap butir adalah table, chart, atau narrative"))

    def chapter(self, data: Mapping[str, Any]) -> ChapterSpec:
        key = str(self.need(data, "key", "chapters"))
        self.known(data, {"key", "title", "title_en", "intro", "items"}, key)
        items = tuple(self.item(item, f"{key}[{n}]") for n, item in enumerate(data.get("items") or (), 1))
        return ChapterSpec(
            key, str(self.need(data, "title", key)), str(self.need(data, "title_en", key)),
            tuple(str(p).strip() for p in data.get("intro") or ()), items,
        )  # fmt: skip

    def key_figure(self, data: Mapping[str, Any]) -> KeyFigureSpec:
        self.known(data, {"of", "data", "column", "label", "label_en"}, "key_figures")
        column = str(self.need(data, "column", "key_figures"))
        place = f"key_figures-{column}"
        table = self.figures(data, place)
        return KeyFigureSpec(
            table, self.column_key(table, column, place), str(self.need(data, "label", place)),
            str(self.need(data, "label_en", place)),
        )  # fmt: skip

    def book(self, data: Mapping[str, Any]) -> YearbookSpec:
        allowed = {*YearbookSpec.__dataclass_fields__} - {"tables"}
        self.known(data, allowed, "book")
        chapters = tuple(self.chapter(c) for c in self.need(data, "chapters", "book"))
        keys = [c.key for c in chapters]
        if len(set(keys)) != len(keys):
            raise self.fail("chapters", _("kunci dipakai dua kali"))
        text = {k: str(self.need(data, k, "book")) for k in ("id", "title", "title_en", "place", "place_en",
                                                             "publisher", "address", "signatory")}  # fmt: skip
        return YearbookSpec(
            **text,
            catalogue={str(k): str(v) for k, v in (data.get("catalogue") or {}).items()},
            foreword=tuple(str(p).strip() for p in data.get("foreword") or ()),
            conventions=tuple(str(p).strip() for p in data.get("conventions") or ()),
            key_figures=tuple(self.key_figure(f) for f in data.get("key_figures") or ()),
            chapters=chapters,
            tables=dict(self.tables),
        )


def load_spec(path: Path) -> YearbookSpec:
    """Read a yearbook specification; ``BadDefinition`` names the file and the place that breaks a rule."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadDefinition(f"{path.name}: {error}") from error
    except OSError as error:
        raise BadDefinition(_("Spesifikasi buku {name} tidak dapat dibaca.").format(name=path.name)) from error
    if not isinstance(data, Mapping):
        raise BadDefinition(_("{name}: bukan spesifikasi buku.").format(name=path.name))
    return _Reader(path).book(data)


def _any(table: TableSpec, column: ColumnSpec) -> bool:
    """Does the column take whichever indicator the row names?"""
    return table.as_filed and table.rows is RowDimension.INDICATOR and column.indicator == "*"


def check_spec(spec: YearbookSpec, definitions: Mapping[str, DatasetInfo]) -> list[str]:
    """What the specification asks for and the definitions do not have; empty when it may be rendered."""
    problems = []
    for table in spec.tables.values():
        definition = definitions.get(table.dataset)
        if definition is None:
            problems.append(_("{table}: dataset {id} tidak dikenal").format(table=table.id, id=table.dataset))
            continue
        for column in table.columns:
            if column.indicator and column.indicator not in definition.indicators and not _any(table, column):
                problems.append(
                    _("{table}: indikator {code} tidak ada pada dataset {id}").format(
                        table=table.id, code=column.indicator, id=table.dataset
                    )
                )
            known = definition.categories
            if column.category not in ("", "*") and known and column.category not in known:
                problems.append(
                    _("{table}: kategori {code} tidak ada pada dataset {id}").format(
                        table=table.id, code=column.category, id=table.dataset
                    )
                )
    return problems
