"""What each label of a table means: the indicators, the classes, and the columns as they are printed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.domain.ad_hoc_axes import Axes, Axis, decimals
from workbench.domain.ad_hoc_labels import Codes, Path, clean, forks
from workbench.domain.ad_hoc_model import FiledColumn, Known, Meanings
from workbench.domain.labels import is_total_word, path_key
from workbench.domain.reading import units
from workbench.domain.reading.model import Observation
from workbench.i18n import _

_MEAN = re.compile(r"\b(rata\s*-?\s*rata|rerata|average|mean)\b", re.I)
_Named = tuple[list[dict[str, Any]], list[dict[str, Any]], tuple[FiledColumn, ...]]


class Names:
    """The names found on two axes. ``only``: the year of a table of days that is meant, empty for all."""

    def __init__(self, axes: Axes, known: Known, days: Mapping[Path, str], only: str) -> None:
        self.axes, self.rows, self.columns = axes, axes.rows, axes.columns
        self.known, self.days, self.only = known, days, only
        self.row_meanings: Meanings = {}
        self.column_meanings: Meanings = {}
        self.total_label = ""
        self.notes: list[str] = []
        self.down = axes.down()
        self._ignore_totals_of_years()
        self.indicators, self.categories, self.across = self._name()

    def _ignore_totals_of_years(self) -> None:
        """A total over years is no figure of any year."""
        if self.rows.years:
            for path in [p for p in self.rows.totals if p not in self.rows.years]:
                self.row_meanings[path_key(path)] = {}
                self.notes.append(_("Baris “{label}” menjumlahkan beberapa tahun dan tidak diambil.").format(
                    label=" ".join(path)))  # fmt: skip

    def _name(self) -> _Named:
        """Indicators, classes and printed columns; fills in what each label means."""
        if self.down == "indicator":
            return self._rows_are_indicators()
        split = (
            self.down == "area" and len(self.columns.named()) <= 1 and any(self.rows.labels[p] for p in self.axes.areas)
        )
        if split:
            return self._area_rows_name_indicators()
        codes = Codes()
        indicators: list[dict[str, Any]] = []
        made: dict[Path, str] = {}
        for path in self.columns.paths:
            labels = self.columns.labels[path]
            if labels not in made:
                made[labels] = codes.take(" ".join(labels) or self.known.title)
                indicators.append(
                    self._indicator(made[labels], labels, self._same(self.axes.by_column, self.columns, path))
                )
            total = path in self.columns.totals
            self._mean(self.column_meanings, path, self.columns, {"indicator": made[labels]}, total=total)
        categories = self._classes() if self.down != "period" else []
        if self.down == "period":
            for path in self.rows.paths:
                if path in self.rows.years:
                    self._mean(self.row_meanings, path, self.rows, {}, total=False)
        self._additivity(indicators)
        across = self._across(indicators, made)
        if self.down == "area" and categories:
            across = self._by_class(across, categories)
        return indicators, categories, across

    def _same(self, cells: Mapping[Path, list[Observation]], axis: Axis, path: Path) -> list[Observation]:
        """All observations of the paths with the same remaining labels."""
        return [o for p in axis.paths if axis.labels[p] == axis.labels[path] for o in cells[p]]

    def _mean(self, meanings: Meanings, path: Path, axis: Axis, what: dict[str, str], *, total: bool) -> None:
        said = dict(what)
        if path in axis.years:
            said["period"] = axis.years[path]
        if path in self.axes.areas and axis is self.rows:
            said["area"] = self.axes.areas[path]
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
                if self.axes.area_list is not None:
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
        nested = (
            len(path) > 1 and path[:-1] in self.axes.by_row
        )  # under a row of its own, which the print keeps above it
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

    def _rows_are_indicators(self) -> _Named:
        codes, classes = Codes(), Codes()
        indicators: list[dict[str, Any]] = []
        made: dict[Path, str] = {}
        for path in self.rows.paths:
            labels = self.rows.labels[path] or (clean(" ".join(path)),)
            if labels not in made:
                made[labels] = codes.take(" ".join(labels))
                indicators.append(self._indicator(made[labels], labels, self._same(self.axes.by_row, self.rows, path)))
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

    def _area_rows_name_indicators(self) -> _Named:
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
                same = [
                    o for p, cells in self.axes.by_row.items() if self.rows.labels[p][:1] == (first,) for o in cells
                ]
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

    def _indicator(self, code: str, labels: Path, cells: Sequence[Observation]) -> dict[str, Any]:
        label = " – ".join(labels) or self.known.title
        unit = next(iter(Counter(o.unit for o in cells if o.unit).most_common(1)), ("", 0))[0] or ""
        if units.is_share(label) and not units.is_share(unit):
            unit = ""  # the unit of the table, not of this share
        figures = [o.value for o in cells if o.value is not None]
        found: dict[str, Any] = {"code": code, "label": label[:160], "unit": unit, "decimals": decimals(figures)}
        titled = len(self.columns.named()) <= 1 and not self.axes.row_units()  # then the title says what is measured
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
