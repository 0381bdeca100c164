"""A dataset definition for a table that nobody has asked for: derived from the table's own labels, unit and period.

Nothing is known about the file beforehand. Years among the labels are periods, names of the office's area list are
areas, what stands above a value is its indicator and what stands before it a class; totals and subtotals stay what the
file says they are. What each label means is written into the recipe, so that the definition can be read, corrected and
replayed like any other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.ad_hoc_labels import Codes, Levels, clean, distinct, forks, letters
from workbench.domain.areas import AreaList
from workbench.domain.errors import Refused
from workbench.domain.labels import is_total_word, key, path_key, year
from workbench.domain.reading import periods as dates
from workbench.domain.reading import units
from workbench.domain.reading.model import Kind, Observation, TableReading
from workbench.domain.rules import tolerance
from workbench.i18n import _, _n

MOST_ROWS = 4000  # a table with more rows is stored and read, but gets no definition of its own
_MOST_DECIMALS = 4  # more than this is what a spreadsheet computed, not what an agency prints
_PRINTED_DECIMALS = 2
_MEAN = re.compile(r"\b(rata\s*-?\s*rata|rerata|average|mean)\b", re.I)
_PLACE = re.compile(r"\b(?:kota|kabupaten|kab\.?)\s+([^\W\d_]+)", re.I)
_DATES = 0.9  # share of row labels that must be dates for a table of days
Path = tuple[str, ...]
Meanings = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class FiledColumn:
    """A column of the printed table: an indicator (``*``: the row's own) of a class, under a spanner."""

    key: str
    indicator: str
    label: str
    category: str = ""
    spanner: str = ""
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Derived:
    """What was derived from one table: the definition (as plain data for its YAML), what each label means, and how
    the table is printed. ``period_from``: label, title or default."""

    definition: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, str]]
    columns: Mapping[str, Mapping[str, str]]
    periods: tuple[str, ...]
    period_from: str
    stub: str
    down: str  # what runs down the stub: area, category, indicator or period
    across: tuple[FiledColumn, ...]
    total_label: str
    height: int
    notes: tuple[str, ...]
    empty_periods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the table: the id and title it shall have, who sent it, and which years are meant."""

    id: str
    title: str
    opd_code: str
    source: str
    years: frozenset[str]
    year_from: str
    lists: tuple[tuple[str, AreaList], ...] = ()


def derive(table: TableReading, known: Known) -> tuple[Derived, ...]:
    """The datasets of one table: one, or for a table of days one a year. ``Refused`` says why there is none."""
    if all(o.value is None for o in table.observations):
        raise Refused(_("Tabel ini tidak memuat satu angka pun."))
    paths = distinct(o.row for o in table.observations)
    if len(paths) > MOST_ROWS:
        raise Refused(
            _n("Tabel ini berisi {n} baris; definisinya tidak diturunkan sendiri.", len(paths)).format(n=len(paths))
        )
    days = _days(paths)
    if days:
        years = sorted({day[:4] for day in days.values()})
        return tuple(_Maker(table, known, days, y if len(years) > 1 else "").make() for y in years)
    return (_Maker(table, known, {}, "").make(),)


def _days(paths: Sequence[Path]) -> dict[Path, str]:
    """ISO dates of the rows, where the rows are days."""
    found = {path: day.isoformat() for path in paths if (day := dates.date_of(path[-1]) if path else None)}
    return found if len(paths) > 12 and len(found) >= _DATES * len(paths) else {}


@dataclass
class _Axis:
    """One axis of the table: its paths in order, what was set apart, and what remains to name things."""

    paths: list[Path]
    years: dict[Path, str] = field(default_factory=dict)
    labels: dict[Path, Path] = field(default_factory=dict)
    totals: set[Path] = field(default_factory=set)
    subtotals: set[Path] = field(default_factory=set)

    def named(self) -> list[Path]:
        """The distinct remaining labels of what is no total."""
        return distinct(self.labels[p] for p in self.paths if p not in self.totals and self.labels[p])


class _Maker:
    """Derives one dataset; a class because every step looks at the same observations."""

    def __init__(self, table: TableReading, known: Known, days: Mapping[Path, str], only: str) -> None:
        self.table, self.known, self.days, self.only = table, known, days, only
        self.cells: Sequence[Observation] = table.observations
        self.rows = _Axis(distinct(o.row for o in self.cells))
        self.columns = _Axis(distinct(o.column for o in self.cells))
        self.by_row: dict[Path, list[Observation]] = defaultdict(list)
        self.by_column: dict[Path, list[Observation]] = defaultdict(list)
        for o in self.cells:
            self.by_row[o.row].append(o)
            self.by_column[o.column].append(o)
        self.areas: dict[Path, str] = {}
        self.area_list: tuple[str, AreaList, str] | None = None
        self.notes: list[str] = []
        self.row_meanings: Meanings = {}
        self.column_meanings: Meanings = {}
        self.total_label = ""
        self.periods: tuple[str, ...] = ()
        self.empty: tuple[str, ...] = ()

    # ---- what the axes hold

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

    def _set_apart(self, axis: _Axis, *, keep_one: bool) -> None:
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

    # ---- the whole

    def make(self) -> Derived:
        """Derive; ``Refused`` where two labels differ only in signs that the recipe does not tell apart."""
        self._mark_totals()
        self._set_apart(self.rows, keep_one=False)
        self._set_apart(self.columns, keep_one=True)
        if self.days:
            self.rows.years = {p: day[:4] for p, day in self.days.items()}
        if set(self.rows.years) and set(self.columns.years):
            self.rows.years = {}  # years on both axes: those above the values are the periods
        self._find_areas()
        self._check_apart(self.rows.paths)
        self._check_apart(self.columns.paths)
        down = self._down()
        self._ignore_totals_of_years()
        indicators, categories, across = self._name(down)
        period_from = self._periods()
        return Derived(
            definition=self._definition(indicators, categories),
            rows=self.row_meanings,
            columns=self.column_meanings,
            periods=self.periods,
            period_from=period_from,
            stub=self._stub(down),
            down=down,
            across=across,
            total_label=self.total_label,
            height=self._height(down, indicators, categories),
            notes=tuple(self.notes),
            empty_periods=self.empty,
        )

    def _height(self, down: str, indicators: Sequence[object], categories: Sequence[object]) -> int:
        """How many rows the printed table has."""
        data = {"area": len(set(self.areas.values())), "category": len(categories), "indicator": len(indicators)}
        return data.get(down, len(self.periods)) + bool(self.total_label)

    def _check_apart(self, paths: Iterable[Path]) -> None:
        seen: dict[str, Path] = {}
        for path in paths:
            other = seen.setdefault(key(path_key(path)), path)
            if other != path:
                raise Refused(
                    _("Label “{a}” dan “{b}” hanya berbeda tanda bacanya; petakan sendiri sebelum dipakai.").format(
                        a=" > ".join(other), b=" > ".join(path)
                    )
                )

    def _down(self) -> str:
        if self.areas:
            return "area"
        if not self.rows.named():
            return "period" if self.rows.years else "category"
        return "indicator" if self._row_units() else "category"

    def _row_units(self) -> bool:
        """Does each row have a unit of its own (a list of different things), rather than each column?"""
        by_row = [{o.unit for o in cells} for cells in self.by_row.values()]
        by_column = [{o.unit for o in cells} for cells in self.by_column.values()]
        several = len({o.unit for o in self.cells}) > 1
        return several and all(len(u) == 1 for u in by_row) and any(len(u) > 1 for u in by_column)

    def _ignore_totals_of_years(self) -> None:
        """A total over years is no figure of any year."""
        if self.rows.years:
            for path in [p for p in self.rows.totals if p not in self.rows.years]:
                self.row_meanings[path_key(path)] = {}
                self.notes.append(_("Baris “{label}” menjumlahkan beberapa tahun dan tidak diambil.").format(
                    label=" ".join(path)))  # fmt: skip

    def _name(self, down: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], tuple[FiledColumn, ...]]:
        """Indicators, classes and printed columns; fills in what each label means."""
        if down == "indicator":
            return self._rows_are_indicators()
        split = down == "area" and len(self.columns.named()) <= 1 and any(self.rows.labels[p] for p in self.areas)
        if split:
            return self._area_rows_name_indicators()
        codes = Codes()
        indicators: list[dict[str, Any]] = []
        made: dict[Path, str] = {}
        for path in self.columns.paths:
            labels = self.columns.labels[path]
            if labels not in made:
                made[labels] = codes.take(" ".join(labels) or self.known.title)
                indicators.append(self._indicator(made[labels], labels, self._same(self.by_column, self.columns, path)))
            total = path in self.columns.totals
            self._mean(self.column_meanings, path, self.columns, {"indicator": made[labels]}, total=total)
        categories = self._classes() if down != "period" else []
        if down == "period":
            for path in self.rows.paths:
                if path in self.rows.years:
                    self._mean(self.row_meanings, path, self.rows, {}, total=False)
        self._additivity(indicators)
        across = self._across(indicators, made)
        if down == "area" and categories:
            across = self._by_class(across, categories)
        return indicators, categories, across

    def _same(self, cells: Mapping[Path, list[Observation]], axis: _Axis, path: Path) -> list[Observation]:
        """All observations of the paths with the same remaining labels."""
        return [o for p in axis.paths if axis.labels[p] == axis.labels[path] for o in cells[p]]

    def _mean(self, meanings: Meanings, path: Path, axis: _Axis, what: dict[str, str], *, total: bool) -> None:
        said = dict(what)
        if path in axis.years:
            said["period"] = axis.years[path]
        if path in self.areas and axis is self.rows:
            said["area"] = self.areas[path]
        if total:
            said["total"] = "yes"
        meanings.setdefault(path_key(path), said)

    def _classes(self) -> list[dict[str, Any]]:
        """The classes of the rows. One total row stands for all of them; further ones are classes that are wholes."""
        codes = Codes()
        found: dict[Path, dict[str, Any]] = {}
        grand = self._grand_totals()
        for path in self.rows.paths:
            if path_key(path) in self.row_meanings:
                continue
            if path in grand:
                if self.area_list is not None:
                    self.row_meanings[path_key(path)] = {"area": path[-1], "total": "yes"}
                else:
                    self._mean(self.row_meanings, path, self.rows, {}, total=True)
                self.total_label = clean(path[-1])
                continue
            labels = self.rows.labels[path]
            day = self.days.get(path, "")
            if self.only and day[:4] != self.only:
                self._mean(self.row_meanings, path, self.rows, {}, total=False)
                continue
            if not labels:
                self._mean(self.row_meanings, path, self.rows, {}, total=False)
                continue
            name = (day,) if day else labels
            if name not in found:
                found[name] = {"code": codes.take(" ".join(name)), "label": self._class_label(path, name)}
                if path in self.rows.subtotals or path in self.rows.totals:
                    found[name]["whole"] = True
            total = path in self.rows.totals
            self._mean(self.row_meanings, path, self.rows, {"category": found[name]["code"]}, total=total)
        return list(found.values())

    def _class_label(self, path: Path, labels: Path) -> str:
        nested = len(path) > 1 and path[:-1] in self.by_row  # under a row of its own, which the print keeps above it
        return labels[-1] if nested else " – ".join(labels)

    def _grand_totals(self) -> set[Path]:
        """For each year the row that stands for all others: an outer one, one that says "total", the last of these."""
        groups: dict[str, list[Path]] = defaultdict(list)
        for path in self.rows.paths:
            if path in self.rows.totals and path_key(path) not in self.row_meanings:
                groups[self.rows.years.get(path, "")].append(path)
        found = set()
        for totals in groups.values():
            outer = [p for p in totals if len(p) == min(len(q) for q in totals)]
            named = [p for p in outer if is_total_word(p[-1])]
            found.add((named or outer)[-1])
        return found

    def _rows_are_indicators(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], tuple[FiledColumn, ...]]:
        codes, classes = Codes(), Codes()
        indicators: list[dict[str, Any]] = []
        made: dict[Path, str] = {}
        for path in self.rows.paths:
            labels = self.rows.labels[path] or (clean(" ".join(path)),)
            if labels not in made:
                made[labels] = codes.take(" ".join(labels))
                indicators.append(self._indicator(made[labels], labels, self._same(self.by_row, self.rows, path)))
            total = path in self.rows.totals
            self._mean(self.row_meanings, path, self.rows, {"indicator": made[labels]}, total=total)
        named = self.columns.named()
        several = len(named) > 1
        categories: dict[Path, dict[str, Any]] = {}
        for path in self.columns.paths:
            labels = self.columns.labels[path]
            if several and labels not in categories:
                categories[labels] = {"code": classes.take(" ".join(labels)), "label": " – ".join(labels)}
                if path in self.columns.totals:
                    categories[labels]["whole"] = True
            what = {"category": categories[labels]["code"]} if several else {}
            self._mean(self.column_meanings, path, self.columns, what, total=path in self.columns.totals)
        across = [FiledColumn(c["code"], "*", c["label"], c["code"]) for c in categories.values()]
        return indicators, list(categories.values()), tuple(across or [FiledColumn("nilai", "*", _("Nilai"))])

    def _area_rows_name_indicators(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], tuple[FiledColumn, ...]]:
        """Areas first in the stub, then what is counted, then its classes; above the values stand only years."""
        codes, classes = Codes(), Codes()
        indicators: dict[str, dict[str, Any]] = {}
        categories: dict[Path, dict[str, Any]] = {}
        for path in self.rows.paths:
            if path in self.rows.totals:
                self.row_meanings[path_key(path)] = {"area": path[-1], "total": "yes"}
                continue
            first, rest = self.rows.labels[path][0], self.rows.labels[path][1:]
            if first not in indicators:
                same = [o for p, cells in self.by_row.items() if self.rows.labels[p][:1] == (first,) for o in cells]
                indicators[first] = self._indicator(codes.take(first), (first,), same)
            what = {"indicator": indicators[first]["code"]}
            if rest:
                if rest not in categories:
                    categories[rest] = {"code": classes.take(" ".join(rest)), "label": " – ".join(rest)}
                what["category"] = categories[rest]["code"]
            self._mean(self.row_meanings, path, self.rows, what, total=False)
        for path in self.columns.paths:
            self._mean(self.column_meanings, path, self.columns, {}, total=False)
        plain = [FiledColumn(i["code"], i["code"], i["label"], "", "", i["unit"], i["decimals"])
                 for i in indicators.values()]  # fmt: skip
        listed = list(categories.values())
        return list(indicators.values()), listed, self._by_class(tuple(plain), listed) if listed else tuple(plain)

    # ---- parts of the definition

    def _indicator(self, code: str, labels: Path, cells: Sequence[Observation]) -> dict[str, Any]:
        label = " – ".join(labels) or self.known.title
        unit = next(iter(Counter(o.unit for o in cells if o.unit).most_common(1)), ("", 0))[0] or ""
        if units.is_share(label) and not units.is_share(unit):
            unit = ""  # the unit of the table, not of this share
        figures = [o.value for o in cells if o.value is not None]
        found: dict[str, Any] = {"code": code, "label": label[:160], "unit": unit, "decimals": _decimals(figures)}
        titled = len(self.columns.named()) <= 1 and not self._row_units()  # then the title says what is measured
        if units.is_rate(label, unit, self.known.title if titled else None):
            found["additive"] = False
        return found

    def _additivity(self, indicators: list[dict[str, Any]]) -> None:
        """The row under a column of means is a mean."""
        if _MEAN.search(self.total_label):
            for item in indicators:
                item["additive"] = False

    def _across(self, indicators: Sequence[Mapping[str, Any]], made: Mapping[Path, str]) -> tuple[FiledColumn, ...]:
        by_code = {item["code"]: item for item in indicators}
        spanners = forks(list(made))
        return tuple(
            FiledColumn(
                code, code, " / ".join(labels[depth:]) or by_code[code]["label"], "", " / ".join(labels[:depth]),
                by_code[code]["unit"], by_code[code]["decimals"],
            )
            for (labels, code), depth in zip(made.items(), spanners, strict=True)
        )  # fmt: skip

    @staticmethod
    def _by_class(across: Sequence[FiledColumn], classes: Sequence[Mapping[str, Any]]) -> tuple[FiledColumn, ...]:
        return tuple(
            FiledColumn(f"{c.key}_{k['code']}", c.indicator, k["label"], k["code"],
                        c.label if not c.spanner else f"{c.spanner} / {c.label}", c.unit, c.decimals)
            for c in across
            for k in classes
        )  # fmt: skip

    def _rules(self, indicators: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Nobody has said that a figure may not be negative; a total column is checked where it mostly adds up."""
        rules: list[dict[str, Any]] = [{"id": "tidak-negatif", "kind": "non_negative", "severity": "warning"}]
        seen: set[str] = set()
        for path in self.columns.paths:
            total = self.column_meanings[path_key(path)].get("indicator", "")
            if path not in self.columns.totals or not total or total in seen:
                continue
            parts = self._parts(path)
            if parts and total not in parts:
                seen.add(total)
                rules.append({"id": f"jumlah-{total}"[:60], "kind": "sum_of_indicators", "severity": "error",
                              "total": total, "parts": parts})  # fmt: skip
        return rules

    def _parts(self, total: Path) -> list[str]:
        """The columns that this total adds up, if they do so in most rows; else none, and nothing is checked."""
        before: list[Path] = []
        for path in self.columns.paths:
            if path == total:
                break
            before = [] if path in self.columns.totals else [*before, path]
        unit = self._unit_of(total)
        siblings = [p for p in before if p[:-1] == total[:-1]] or before
        parts = [
            p for p in siblings
            if self._unit_of(p) == unit and not units.is_rate(p[-1], self._unit_of(p) or None)
            and self.columns.years.get(p) == self.columns.years.get(total)
        ]  # fmt: skip
        if len(parts) < 2:
            return []
        whole = {o.row: o.value for o in self.by_column[total]}
        added: dict[Path, list[float | int | None]] = {row: [] for row in whole}
        for p in parts:
            for o in self.by_column[p]:
                added.setdefault(o.row, []).append(o.value)
        good = tried = 0
        slack = tolerance(_decimals([o.value for o in self.by_column[total] if o.value is not None]), len(parts)) + 1e-9
        for row, value in whole.items():
            figures = [v for v in added[row] if v is not None]
            if value is None or len(figures) < len(parts):
                continue
            tried += 1
            good += abs(sum(figures) - value) <= slack
        if not tried or good <= tried / 2:
            return []
        return [self.column_meanings[path_key(p)]["indicator"] for p in parts]

    def _unit_of(self, column: Path) -> str:
        return next((o.unit for o in self.by_column[column] if o.unit), "") or ""

    def _periods(self) -> str:
        """Fills ``periods`` (those with figures, oldest first) and ``empty``; returns where they were found."""
        filled: dict[str, bool] = {}
        for o in self.cells:
            named = self.columns.years.get(o.column) or self.rows.years.get(o.row) or ""
            if named:
                filled[named] = filled.get(named, False) or o.value is not None
        if self.only:
            filled = {y: has for y, has in filled.items() if y == self.only}
        self.periods = tuple(sorted(y for y, has in filled.items() if has))
        self.empty = tuple(sorted(y for y, has in filled.items() if not has))
        if self.periods:
            return "label"
        self.periods = (max(self.known.years),)
        return self.known.year_from

    def _stub(self, down: str) -> str:
        if down == "area" and self.area_list is not None:
            return self.area_list[2].capitalize()
        heads = list(self.table.row_header)
        if down != "period" and len(heads) == max(map(len, self.rows.paths)):  # one heading a level
            plain = [p for p in self.rows.paths if p not in self.rows.totals]
            levels = Levels(plain)
            apart = {*levels.constant(), levels.yearly()}
            heads = [head for k, head in enumerate(heads) if k not in apart] or heads
        named = " – ".join(distinct(clean(h) for h in heads if clean(h)))[:80]
        return named or {"period": _("Tahun")}.get(down, _("Uraian"))

    def _definition(self, indicators: list[dict[str, Any]], categories: list[dict[str, Any]]) -> dict[str, Any]:
        suffix = f"-{self.only}" if self.only else ""
        units_here = distinct((i["unit"],) for i in indicators if i["unit"])
        found: dict[str, Any] = {
            "id": f"{self.known.id}{suffix}",
            "title": self.known.title,
            "title_en": "",
            "opd_code": self.known.opd_code,
            "chapter": "1",
            "unit": ", ".join(u for (u,) in units_here)[:80],
            "source": self.known.source,
        }
        if self.area_list is not None:
            name, areas, level = self.area_list
            present = [areas.match(label, level=level).code for label in distinct(self.areas.values())]
            found["areas"] = {"list": name, "office": areas.root, "level": level}
            missing = [a.name for a in areas.within(areas.root, level) if a.code not in present]
            if missing:
                found["areas"]["only"] = sorted(present)
                self.notes.append(_("Berkas tidak memuat {names}.").format(names=", ".join(missing)))
        if categories:
            found["categories"] = {"label": self._stub("category"), "items": categories}
        found["indicators"] = indicators
        found["rules"] = self._rules(indicators)
        return found


def _decimals(figures: Sequence[float | int]) -> int:
    """How many decimals the figures are printed with; what a spreadsheet computed without rounding gets two."""
    most = 0
    for value in figures:
        text = f"{float(value):.9f}".rstrip("0")
        most = max(most, len(text.partition(".")[2]))
    return most if most <= _MOST_DECIMALS else _PRINTED_DECIMALS


def title_of(text: str) -> str:
    """A title on one line, without the running mark of a download before it and its copy number behind."""
    plain = re.sub(r"^[A-Za-z]?\d{1,3}\s{2,}|^[A-Za-z]?\d{1,3}__", "", text.strip())
    plain = re.sub(r"\s*\(\d\)$", "", plain)
    words = " ".join(plain.split())
    return words[0].upper() + words[1:] if letters(words) else text.strip()
