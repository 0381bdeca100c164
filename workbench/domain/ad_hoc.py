"""A dataset definition for a table that nobody has asked for: derived from the table's own labels, unit and period.

Nothing is known about the file beforehand. Years among the labels are periods, names of the office's area list are
areas, what stands above a value is its indicator and what stands before it a class; totals and subtotals stay what the
file says they are. What each label means is written into the recipe, so that the definition can be read, corrected and
replayed like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.domain.ad_hoc_axes import Axes
from workbench.domain.ad_hoc_labels import Levels, Path, clean, distinct
from workbench.domain.ad_hoc_model import Derived, Known
from workbench.domain.ad_hoc_names import Names
from workbench.domain.ad_hoc_sums import rules
from workbench.domain.errors import Refused
from workbench.domain.reading import periods as dates
from workbench.domain.reading.model import TableReading
from workbench.i18n import _, _n

MOST_ROWS = 4000  # a table with more rows is stored and read, but gets no definition of its own
_DATES = 0.9  # share of row labels that must be dates for a table of days


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
        return tuple(_derived(table, known, days, y if len(years) > 1 else "") for y in years)
    return (_derived(table, known, {}, ""),)


def _days(paths: Sequence[Path]) -> dict[Path, str]:
    """ISO dates of the rows, where the rows are days."""
    found = {path: day.isoformat() for path in paths if (day := dates.date_of(path[-1]) if path else None)}
    return found if len(paths) > 12 and len(found) >= _DATES * len(paths) else {}


def _derived(table: TableReading, known: Known, days: Mapping[Path, str], only: str) -> Derived:
    """One dataset of a table; ``only`` is the year of a table of days that it is for."""
    axes = Axes(table, known, days)
    names = Names(axes, known, days, only)
    periods, empty = _periods(axes, only)
    definition, missing = _definition(table, axes, names, known, only)
    return Derived(
        definition=definition,
        rows=names.row_meanings,
        columns=names.column_meanings,
        periods=periods or (max(known.years),),
        period_from="label" if periods else known.year_from,
        stub=_stub(table, axes, names.down),
        down=names.down,
        across=names.across,
        total_label=names.total_label,
        height=_height(axes, names, len(periods) or 1),
        notes=(*names.notes, *missing),
        empty_periods=empty,
    )


def _height(axes: Axes, names: Names, periods: int) -> int:
    """How many rows the printed table has."""
    data = {
        "area": len(set(axes.areas.values())),
        "category": len(names.categories),
        "indicator": len(names.indicators),
    }
    return data.get(names.down, periods) + bool(names.total_label)


def _periods(axes: Axes, only: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The periods that labels name, oldest first: those with figures, and those without any."""
    filled: dict[str, bool] = {}
    for o in axes.cells:
        named = axes.columns.years.get(o.column) or axes.rows.years.get(o.row) or ""
        if named:
            filled[named] = filled.get(named, False) or o.value is not None
    if only:
        filled = {y: has for y, has in filled.items() if y == only}
    return tuple(sorted(y for y, has in filled.items() if has)), tuple(
        sorted(y for y, has in filled.items() if not has)
    )


def _stub(table: TableReading, axes: Axes, down: str) -> str:
    """The heading over the labels of rows."""
    if down == "area" and axes.area_list is not None:
        return axes.area_list[2].capitalize()
    heads = list(table.row_header)
    if down != "period" and len(heads) == max(map(len, axes.rows.paths)):  # one heading a level
        plain = [p for p in axes.rows.paths if p not in axes.rows.totals]
        levels = Levels(plain)
        apart = {*levels.constant(), levels.yearly()}
        heads = [head for k, head in enumerate(heads) if k not in apart] or heads
    named = " – ".join(distinct(clean(h) for h in heads if clean(h)))[:80]
    return named or {"period": _("Tahun")}.get(down, _("Uraian"))


def _definition(
    table: TableReading, axes: Axes, names: Names, known: Known, only: str
) -> tuple[dict[str, Any], list[str]]:
    """The definition as plain data for its YAML, and a sentence about areas that the file leaves out."""
    suffix = f"-{only}" if only else ""
    missing: list[str] = []
    found: dict[str, Any] = {
        "id": f"{known.id}{suffix}",
        "title": known.title,
        "title_en": "",
        "opd_code": known.opd_code,
        "chapter": "1",
        "unit": ", ".join(distinct(i["unit"] for i in names.indicators if i["unit"]))[:80],
        "source": known.source,
    }
    if axes.area_list is not None:
        name, areas, level = axes.area_list
        present = [areas.match(label, level=level).code for label in distinct(axes.areas.values())]
        found["areas"] = {"list": name, "office": areas.root, "level": level}
        missing = [a.name for a in areas.within(areas.root, level) if a.code not in present]
        if missing:
            found["areas"]["only"] = sorted(present)
    if names.categories:
        found["categories"] = {"label": _stub(table, axes, "category"), "items": names.categories}
    found["indicators"] = names.indicators
    found["rules"] = rules(axes, names.column_meanings)
    return found, [_("Berkas tidak memuat {names}.").format(names=", ".join(missing))] if missing else []
