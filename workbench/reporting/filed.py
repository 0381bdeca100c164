"""Tables printed as an agency filed them: its own totals and subtotals in their place, and nothing added up.

For files that nobody has asked for there is no definition a person stands behind, so the book does not compute with
them. Each cell is one observation; where a printed total covers a figure that is missing, a note says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.domain.reading.model import Flag, Kind
from workbench.reporting import formats
from workbench.reporting.edition import Edition, Observation
from workbench.reporting.spec import ColumnSpec, RowDimension, TableSpec
from workbench.reporting.tables import TOTAL, Cell, Column, Ref, Row, TableBlock
from workbench.reporting.words import MARK_NOTES, word

_INDENT = "\u2003"
_NAMED = 5
# The years a title ends with are replaced by those that are printed.
_YEARS_BEHIND = re.compile(r"[\s,]+(?:tahun\s+)?(?<![/\d])(?:19|20)\d\d(?:\s*[-–─—]\s*(?:19|20)\d\d)?$", re.I)
_GAPS = (Flag.NOT_AVAILABLE, Flag.BLANK, Flag.UNREADABLE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row to be printed: its id, its label, what it is (data, subtotal, total) and how far it is set in."""

    id: str
    label: str
    kind: str = "data"
    depth: int = 0


class _Filed:
    """Makes one table; a class because every step looks up the same observations."""

    def __init__(self, edition: Edition, spec: TableSpec, language: str) -> None:
        self.edition, self.spec, self.language = edition, spec, language
        self.info = edition.dataset(spec.dataset)
        self.available = edition.periods(spec.dataset)
        found = edition.stated(spec.dataset, self.available)
        self.stated = {(o.indicator, o.category, o.area_code, o.period): (o, kind) for o, kind in found}
        self.leaves = self._spread()
        plain = {code for (code, *_rest), (_o, kind) in self.stated.items() if kind != Kind.TOTAL}
        self.total_columns = set(self.info.indicators) - plain

    # ---- columns

    def _shown(self) -> list[str]:
        wanted = self.spec.period
        if wanted.startswith("last:"):
            return self.available[-int(wanted.removeprefix("last:")) :]
        return self.available[-1:] if wanted == "latest" else [wanted]

    def _spread(self) -> list[tuple[ColumnSpec, str]]:
        """Columns with their period. Where periods do not run down, several of them stand side by side."""
        shown = self._shown()
        if self.spec.rows is RowDimension.PERIOD or len(shown) == 1:
            return [(column, shown[-1]) for column in self.spec.columns]
        return [(column, period) for column in self.spec.columns for period in shown]

    def _columns(self) -> list[Column]:
        several = len(self.leaves) > len(self.spec.columns)
        alone = len(self.spec.columns) == 1
        made = []
        for column, period in self.leaves:
            known = self.info.indicators.get(column.indicator)
            label = column.label or (known.label if known else column.key)
            decimals = column.decimals if column.decimals is not None else known.decimals if known else 0
            unit = column.unit or (known.unit if known else "")
            if several:
                over = "" if alone else label if not column.spanner else f"{column.spanner} / {label}"
                made.append(Column(f"{column.key}-{period}", period, "", unit, decimals, over, ""))
            else:
                made.append(Column(column.key, label, "", unit, decimals, column.spanner, ""))
        return made

    # ---- rows

    def _lines(self) -> list[_Line]:
        match self.spec.rows:
            case RowDimension.PERIOD:
                return [_Line(period, period) for period in self._shown()]
            case RowDimension.INDICATOR:
                lines = [_Line(i.code, self._with_unit(i.label, i.unit)) for i in self.info.indicators.values()]
            case RowDimension.AREA:
                codes = dict.fromkeys(o.area_code for o, _kind in self.stated.values() if o.area_code)
                lines = [_Line(code, self.edition.area_name(code)) for code in codes]
            case RowDimension.CATEGORY:
                present = {o.category for o, _kind in self.stated.values()}
                known = self.info.categories
                lines = [_Line(code, label) for code, (label, _en) in known.items() if code in present]
                if not known or None in present:
                    lines.append(_Line("", self.spec.total_label or self.spec.title))
        kinds = {line.id: self._kind(line.id) for line in lines}
        lines = [_Line(line.id, line.label, kinds[line.id]) for line in lines]
        lines = [_Line(ln.id, self.spec.total_label or ln.label, ln.kind) if ln.kind == TOTAL and ln.id == "" else ln
                 for ln in lines]  # fmt: skip
        if self.spec.rows is RowDimension.AREA:
            lines.sort(key=lambda line: line.kind == TOTAL)
        return self._set_in(lines)

    def _with_unit(self, label: str, unit: str) -> str:
        return label if not unit or unit.casefold() in label.casefold() else f"{label} ({unit})"

    def _kind(self, row: str) -> str:
        """What the row is, from the cells that are not totals of their own row."""
        found = [(self._find(c, p, row), c.indicator) for c, p in self.leaves]
        kinds = {item[1] for item, indicator in found if item is not None and indicator not in self.total_columns}
        if kinds == {str(Kind.TOTAL)}:
            return TOTAL if self.spec.rows is not RowDimension.INDICATOR else "data"
        return str(Kind.SUBTOTAL) if Kind.SUBTOTAL in kinds else "data"

    @staticmethod
    def _set_in(lines: list[_Line]) -> list[_Line]:
        """Rows under a subtotal of theirs are set in: their code begins with its code."""
        made, over = [], ""
        for line in lines:
            if line.kind == Kind.SUBTOTAL:
                over = f"{line.id}_"
            depth = 1 if over and line.kind == "data" and line.id.startswith(over) else 0
            made.append(_Line(line.id, line.label, line.kind, depth))
        return made

    # ---- cells

    def _find(self, column: ColumnSpec, period: str, row: str) -> tuple[Observation, str] | None:
        rows = self.spec.rows
        indicator = row if rows is RowDimension.INDICATOR else column.indicator
        category = (row or None) if rows is RowDimension.CATEGORY else column.category or None
        area = row if rows is RowDimension.AREA else None
        return self.stated.get((indicator, category, area, row if rows is RowDimension.PERIOD else period))

    def _cell(self, found: tuple[Observation, str] | None, decimals: int) -> Cell:
        if found is None:
            return Cell("", None)
        o = found[0]
        value = o.value
        if value is not None:
            value = round(value, 10)
            value = int(value) if value == int(value) and abs(value) < 2**53 else value
        text, mark = formats.cell(value, o.flag, decimals, self.language)
        ref = Ref(o.dataset, o.version_period, o.version, (o.obs_id,))
        return Cell(text, value, o.flag.value if o.flag else None, mark, (ref,))

    def make(self) -> TableBlock:
        """The table with its notes and source."""
        columns, lines = self._columns(), self._lines()
        rows = []
        for line in lines:
            known = self.info.indicators.get(line.id) if self.spec.rows is RowDimension.INDICATOR else None
            cells = tuple(
                self._cell(self._find(c, p, line.id), known.decimals if known else column.decimals)
                for (c, p), column in zip(self.leaves, columns, strict=True)
            )
            label = _INDENT * line.depth + line.label
            rows.append(Row(line.id or TOTAL, label, "", "data" if line.kind == "data" else TOTAL, cells))
        periods = self._shown()
        span = formats.period_span(periods)
        title = _YEARS_BEHIND.sub("", self.spec.title).rstrip(" ,") or self.spec.title
        told = title == self.spec.title and all(period in title for period in (periods[0], periods[-1]))
        return TableBlock(
            id=self.spec.id,
            title=title if told else f"{title}, {span}",
            title_en=self.spec.title_en,
            unit=self.spec.unit,
            unit_en=self.spec.unit_en,
            stub=self.spec.stub or word(self.spec.rows.value, "id"),
            stub_en=self.spec.stub_en,
            columns=tuple(columns),
            rows=tuple(rows),
            notes=tuple(self._notes(lines, rows)),
            sources=(self.info.producer,) if self.info.producer else (),
            periods=tuple(periods),
            dataset=self.spec.dataset,
        )

    # ---- notes

    def _notes(self, lines: list[_Line], rows: list[Row]) -> list[str]:
        index = 0 if self.language == "id" else 1
        flags = {cell.flag for row in rows for cell in row.cells}
        notes = [*self.spec.notes, *(pair[index] for flag, pair in MARK_NOTES.items() if flag.value in flags)]
        wholes = [n for n, line in enumerate(lines) if line.kind != "data"]
        if wholes:
            notes.append(
                "Jumlah dicetak seperti dalam berkas, tidak dihitung ulang."
                if self.language == "id"
                else "Totals are printed as filed and were not computed again."
            )
            gaps = dict.fromkeys(
                line.label
                for line, row in zip(lines, rows, strict=True)
                if line.kind == "data"
                for place, cell in enumerate(row.cells)
                if cell.value is None
                and cell.flag in _GAPS
                and any(rows[n].cells[place].value is not None for n in wholes)
            )
            if gaps:
                notes.append(self._gap(list(gaps)))
        return notes

    def _gap(self, names: list[str]) -> str:
        shown = names[:_NAMED]
        if len(names) > _NAMED:
            more = len(names) - _NAMED
            shown.append(f"{more} lainnya" if self.language == "id" else f"{more} others")
        who = formats.listing(shown, self.language)
        if self.language == "id":
            return f"Data {who} tidak tersedia, sedangkan jumlahnya tercetak dalam berkas."
        return f"Figures for {who} are not available, although the file prints the total."


def make_filed(edition: Edition, spec: TableSpec, language: str = "id") -> TableBlock:
    """Make a table as the agency filed it."""
    return _Filed(edition, spec, language).make()
