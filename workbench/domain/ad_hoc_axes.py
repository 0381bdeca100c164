"""A table's rows and columns taken apart: years, areas and totals are told from the labels that name things."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.domain.ad_hoc_labels import Levels, Path, clean, distinct
from workbench.domain.ad_hoc_model import Known
from workbench.domain.areas import AreaList
from workbench.domain.errors import Refused
from workbench.domain.labels import is_total_word, key, path_key, year
from workbench.domain.reading.model import Kind, Observation, TableReading
from workbench.i18n import _

_MOST_DECIMALS = 4  # more than this is what a spreadsheet computed, not what an agency prints
_PRINTED_DECIMALS = 2
_PLACE = re.compile(r"\b(?:kota|kabupaten|kab\.?)\s+([^\W\d_]+)", re.I)


@dataclass
class Axis:
    """One axis of the table: its paths in order, what was set apart, and what remains to name things."""

    paths: list[Path]
    years: dict[Path, str] = field(default_factory=dict)
    labels: dict[Path, Path] = field(default_factory=dict)
    totals: set[Path] = field(default_factory=set)
    subtotals: set[Path] = field(default_factory=set)

    def named(self) -> list[Path]:
        """The distinct remaining labels of what is no total."""
        return distinct(self.labels[p] for p in self.paths if p not in self.totals and self.labels[p])


class Axes:
    """The two axes of a table with the observations of each path; ``Refused`` where two labels differ only in signs
    that the recipe does not tell apart."""

    def __init__(self, table: TableReading, known: Known, days: Mapping[Path, str]) -> None:
        self.known = known
        self.cells: Sequence[Observation] = table.observations
        self.rows = Axis(distinct(o.row for o in self.cells))
        self.columns = Axis(distinct(o.column for o in self.cells))
        self.by_row: dict[Path, list[Observation]] = defaultdict(list)
        self.by_column: dict[Path, list[Observation]] = defaultdict(list)
        for o in self.cells:
            self.by_row[o.row].append(o)
            self.by_column[o.column].append(o)
        self.areas: dict[Path, str] = {}
        self.area_list: tuple[str, AreaList, str] | None = None
        self._mark_totals()
        self._set_apart(self.rows, keep_one=False)
        self._set_apart(self.columns, keep_one=True)
        if days:
            self.rows.years = {p: day[:4] for p, day in days.items()}
        if set(self.rows.years) and set(self.columns.years):
            self.rows.years = {}  # years on both axes: those above the values are the periods
        self._find_areas()
        _check_apart(self.rows.paths)
        _check_apart(self.columns.paths)

    def down(self) -> str:
        """What runs down the stub: area, period, indicator or category."""
        if self.areas:
            return "area"
        if not self.rows.named():
            return "period" if self.rows.years else "category"
        return "indicator" if self.row_units() else "category"

    def row_units(self) -> bool:
        """Does each row have a unit of its own (a list of different things), rather than each column?"""
        by_row = [{o.unit for o in cells} for cells in self.by_row.values()]
        by_column = [{o.unit for o in cells} for cells in self.by_column.values()]
        several = len({o.unit for o in self.cells}) > 1
        return several and all(len(u) == 1 for u in by_row) and any(len(u) > 1 for u in by_column)

    def unit_of(self, column: Path) -> str:
        """The unit a column is counted in; empty where none is printed."""
        return next((o.unit for o in self.by_column[column] if o.unit), "") or ""

    def _mark_totals(self) -> None:
        """Rows of which every cell is a total, in a table that has others; columns that are totals in most rows."""
        whole = {p for p, cells in self.by_row.items() if all(o.kind is Kind.TOTAL for o in cells)}
        self.rows.totals = whole if len(whole) < len(self.by_row) else set()
        self.rows.subtotals = {p for p, cells in self.by_row.items() if any(o.kind is Kind.SUBTOTAL for o in cells)}
        for path in self.columns.paths:
            plain = [o.kind for o in self.by_column[path] if o.row not in self.rows.totals]
            if plain and sum(kind is Kind.TOTAL for kind in plain) > len(plain) / 2:
                self.columns.totals.add(path)
        self.rows.subtotals -= self.rows.totals

    def _set_apart(self, axis: Axis, *, keep_one: bool) -> None:
        """Years and constant levels are taken from the paths; what remains names things."""
        levels = Levels([p for p in axis.paths if p not in axis.totals] or list(axis.paths))
        yearly = levels.yearly()
        constant = {k: label for k, label in levels.constant().items() if k != yearly}
        for path in axis.paths:
            if yearly is not None and len(path) > yearly and year(path[yearly]):
                axis.years[path] = year(path[yearly])
            left = [k for k in range(len(path)) if k != yearly or path not in axis.years]
            kept = [clean(path[k]) for k in left if constant.get(k) != path[k]]
            if path in axis.totals and not any(kept):
                kept = [clean(path[-1])]
            axis.labels[path] = tuple(label for label in kept if label)
        if keep_one and not any(axis.labels.values()):
            for path in axis.paths:
                rest = tuple(clean(label) for k, label in enumerate(path) if k != yearly and clean(label))
                axis.labels[path] = rest[-1:]

    def _find_areas(self) -> None:
        """The row level whose labels all are names of one level of an area list."""
        plain = [p for p in self.rows.paths if p not in self.rows.totals and p not in self.rows.subtotals]
        for name, areas in self.known.lists:
            if self._elsewhere(areas):
                continue
            for level in dict.fromkeys(a.level for a in areas.areas if a.code != areas.root):
                for k in range(min((len(p) for p in plain), default=0)):
                    labels = distinct(p[k] for p in plain)
                    codes = {areas.match(label, level=level).code for label in labels}
                    if len(labels) < 2 or "" in codes or len(codes) < len(labels):
                        continue
                    if not all(areas.has_name(label, level=level) for label in labels):
                        continue
                    if not all(is_total_word(p[-1]) for p in self.rows.totals) or self.rows.subtotals:
                        continue
                    self.area_list = (name, areas, level)
                    for p in plain:
                        self.areas[p] = p[k]
                        self.rows.labels[p] = tuple(x for x in self.rows.labels[p] if x != clean(p[k]))
                    return

    def _elsewhere(self, areas: AreaList) -> bool:
        """Does the title speak of another city or regency than the list's own? Names of wards are not unique."""
        office = areas.get(areas.root)
        named = {key(found) for found in _PLACE.findall(self.known.title)}
        own = {key(_PLACE.sub(r"\1", n)) for n in (office.name, *office.aliases)} if office else set()
        return bool(named) and not named & own


def _check_apart(paths: Iterable[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(key(path_key(path)), path)
        if other != path:
            raise Refused(
                _("Label “{a}” dan “{b}” hanya berbeda tanda bacanya; petakan sendiri sebelum dipakai.").format(
                    a=" > ".join(other), b=" > ".join(path)
                )
            )


def decimals(figures: Sequence[float | int]) -> int:
    """How many decimals the figures are printed with; what a spreadsheet computed without rounding gets two."""
    most = 0
    for value in figures:
        text = f"{float(value):.9f}".rstrip("0")
        most = max(most, len(text.partition(".")[2]))
    return most if most <= _MOST_DECIMALS else _PRINTED_DECIMALS
