"""Charts of the book: a table's figures, an active title computed from them, and words for those who cannot see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from workbench.domain.errors import BadDefinition
from workbench.i18n import _
from workbench.reporting import formats
from workbench.reporting.drawing import Drawing, Series, check
from workbench.reporting.edition import Edition
from workbench.reporting.spec import ChartKind, ChartSpecification, TitleRule
from workbench.reporting.tables import TOTAL, Cell, TableBlock, make_table
from workbench.reporting.words import word

_KIND_WORDS = {
    ChartKind.BAR_H: ("Diagram batang mendatar", "Horizontal bar chart"),
    ChartKind.BAR_V: ("Diagram batang", "Bar chart"),
    ChartKind.GROUPED: ("Diagram batang berkelompok", "Grouped bar chart"),
    ChartKind.STACKED: ("Diagram batang bertumpuk", "Stacked bar chart"),
    ChartKind.LINE: ("Diagram garis", "Line chart"),
    ChartKind.DOT: ("Diagram titik", "Dot chart"),
    ChartKind.PYRAMID: ("Piramida", "Pyramid"),
    ChartKind.DONUT: ("Diagram donat", "Donut chart"),
}
_FLAT = 0.05


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A chart ready for print and screen. ``table`` is where its figures stand, ``refs`` are that table's cells."""

    id: str
    title: str
    title_en: str
    subtitle: str
    subtitle_en: str
    drawing: Drawing
    alt: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    table: str
    number: str = ""
    svg: str = ""
    type: str = field(default="chart", init=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for book.json."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Line:
    """One series with both its names and the labels' cells."""

    name: str
    name_en: str
    cells: tuple[Cell, ...]


def drawing_from(data: dict[str, Any]) -> Drawing:
    """The drawing back from book.json, for the screen."""
    series = tuple(Series(s["name"], tuple(s["values"]), tuple(s["texts"])) for s in data["series"])
    return Drawing(
        ChartKind(data["kind"]), tuple(data["labels"]), series, data["unit"], data["decimals"],
        tuple(data["focus"]), data["zero"], data["language"],
    )  # fmt: skip


def make_chart(edition: Edition, spec: ChartSpecification, language: str = "id") -> ChartBlock:
    """Make a chart from its table's figures. A missing figure stays a gap; nothing is filled in."""
    table = make_table(edition, spec.table, language)
    labels, labels_en, lines = _lines(table, spec)
    if spec.sort and len(lines) == 1:
        order = sorted(range(len(labels)), key=lambda n: -_or_low(lines[0].cells[n].value))
        labels, labels_en = [labels[n] for n in order], [labels_en[n] for n in order]
        lines = [replace(lines[0], cells=tuple(lines[0].cells[n] for n in order))]
    column = table.columns[table.column_index(_leaf(table, spec.columns[0])[0])]
    focus = _focus(spec, labels, lines)
    own = [name.name if language == "id" else name.name_en or name.name for name in lines]
    incomplete = any(cell.value is None for line in lines for cell in line.cells)
    # A donut shows parts of a whole; where the whole is not known it would lie, bars do not.
    kind = ChartKind.BAR_H if spec.kind is ChartKind.DONUT and incomplete else spec.kind
    drawing = Drawing(
        kind=kind,
        labels=tuple(labels if language == "id" else labels_en),
        series=tuple(
            Series(name, tuple(c.value for c in line.cells), tuple(c.text + c.mark for c in line.cells))
            for name, line in zip(own, lines, strict=True)
        ),
        unit=table.unit or column.unit,
        decimals=column.decimals,
        focus=tuple(focus),
        zero=spec.zero,
        language=language,
    )
    check(drawing)
    span = formats.period_span(table.periods)
    missing = [label for n, label in enumerate(labels) if any(line.cells[n].value is None for line in lines)]
    return ChartBlock(
        id=spec.id,
        title=_title(spec, labels, lines, drawing, "id"),
        title_en=_title(spec, labels_en, lines, drawing, "en"),
        subtitle=f"{_cap(spec.measure)} ({drawing.unit}), {edition.manifest.get('place', '')}, {span}",
        subtitle_en=f"{_cap(spec.measure_en)}, {edition.manifest.get('place_en', '')}, {span}",
        drawing=drawing,
        alt=_alt(spec, drawing, span),
        sources=table.sources,
        notes=tuple(_missing_note(missing, language)),
        table=table.id,
    )


def _or_low(value: float | None) -> float:
    return float("-inf") if value is None else value


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _leaf(table: TableBlock, key: str) -> list[str]:
    """The leaf columns behind a column of the specification: itself, or one for each period it is spread over."""
    found = [c.id for c in table.columns if c.id == key or c.id.rpartition("-")[0] == key]
    if not found:
        raise BadDefinition(_("Kolom {key} tidak ada pada tabel {table}.").format(key=key, table=table.id))
    return found


def _lines(table: TableBlock, spec: ChartSpecification) -> tuple[list[str], list[str], list[_Line]]:
    columns = [table.columns[table.column_index(leaf)] for key in spec.columns for leaf in _leaf(table, key)]
    if spec.along == "rows":
        rows = [r for r in table.rows if r.kind == "data" and (not spec.series or r.id in spec.series)]
        rows = [r for r in rows if r.id != TOTAL]
        lines = [_Line(c.label, c.label_en, tuple(r.cells[table.column_index(c.id)] for r in rows)) for c in columns]
        return [r.label for r in rows], [r.label_en or r.label for r in rows], lines
    rows = [r for r in table.rows if r.id in (spec.series or (TOTAL,))]
    if not rows:
        raise BadDefinition(_("Diagram {id}: baris yang diminta tidak ada pada tabelnya.").format(id=spec.id))
    lines = [_Line(r.label, r.label_en, tuple(r.cells[table.column_index(c.id)] for c in columns)) for r in rows]
    return [c.label for c in columns], [c.label_en or c.label for c in columns], lines


def _focus(spec: ChartSpecification, labels: Sequence[str], lines: Sequence[_Line]) -> list[str]:
    """What the title speaks of keeps its colour."""
    if spec.title_rule is not TitleRule.HIGHEST or len(lines) != 1 or spec.kind is ChartKind.DONUT:
        return []
    values = [c.value for c in lines[0].cells]
    known = [v for v in values if v is not None]
    if not known or len(known) < len(values):
        return []  # the highest of an incomplete row of figures is not known
    return [label for label, v in zip(labels, values, strict=True) if v == max(known)]


def _title(spec: ChartSpecification, labels: Sequence[str], lines: Sequence[_Line], d: Drawing, language: str) -> str:
    """The active title: what the figures say. Falls back to the measure where the figures do not say it."""
    measure = spec.measure if language == "id" else spec.measure_en
    said = {
        TitleRule.HIGHEST: _say_highest, TitleRule.CHANGE: _say_change, TitleRule.SHARE: _say_share,
    }.get(spec.title_rule)  # fmt: skip
    sentence = said(measure, labels, lines, d, language) if said else ""
    return sentence or _cap(measure)


def _say_highest(measure: str, labels: Sequence[str], lines: Sequence[_Line], d: Drawing, language: str) -> str:
    cells = lines[0].cells
    known = [c.value for c in cells if c.value is not None]
    if len(lines) != 1 or not known or len(known) < len(cells):
        return ""
    top = [label for label, c in zip(labels, cells, strict=True) if c.value == max(known)]
    if len(top) > 1:
        return ""
    value = formats.number(max(known), d.decimals, language)
    if language == "id":
        return f"{_cap(measure)} terbanyak di {top[0]}: {value} {d.unit}"
    return f"{top[0]} has the largest {measure}: {value}"


def _say_change(measure: str, labels: Sequence[str], lines: Sequence[_Line], d: Drawing, language: str) -> str:
    known = [(label, c.value) for label, c in zip(labels, lines[0].cells, strict=True) if c.value is not None]
    if len(lines) != 1 or len(known) < 2 or not known[0][1] or lines[0].cells[-1].value is None:
        return ""
    (first, before), (last, after) = known[0], known[-1]
    rate = (float(after or 0) / float(before or 1) - 1) * 100
    value, percent = formats.number(float(after or 0), d.decimals, language), formats.number(abs(rate), 1, language)
    if language == "id":
        verb = "tetap" if abs(rate) < _FLAT else f"naik {percent} persen" if rate > 0 else f"turun {percent} persen"
        return f"{_cap(measure)} {verb} sejak {first}, menjadi {value} {d.unit} pada {last}"
    verb = "unchanged" if abs(rate) < _FLAT else f"up {percent} percent" if rate > 0 else f"down {percent} percent"
    return f"{_cap(measure)} {verb} since {first}, at {value} in {last}"


def _say_share(measure: str, labels: Sequence[str], lines: Sequence[_Line], d: Drawing, language: str) -> str:
    """The largest part of the whole: of the series where there are several, of the labels where there is one."""
    if any(c.value is None for line in lines for c in line.cells):
        return ""
    if len(lines) > 1:
        parts = [
            (line.name if language == "id" else line.name_en or line.name, sum(c.value or 0 for c in line.cells))
            for line in lines
        ]
    else:
        parts = [(label, c.value or 0) for label, c in zip(labels, lines[0].cells, strict=True)]
    whole = sum(value for _n, value in parts)
    if whole <= 0:
        return ""
    name, value = max(parts, key=lambda part: part[1])
    percent = formats.number(value / whole * 100, 1, language)
    if language == "id":
        return f"{name} mencakup {percent} persen dari {measure}"
    return f"{name}: {percent} percent of {measure}"


def _alt(spec: ChartSpecification, d: Drawing, span: str) -> str:
    """What a reader hears instead of the picture: kind, measure and every figure."""
    index = 0 if d.language == "id" else 1
    measure = spec.measure if d.language == "id" else spec.measure_en
    parts = [
        (f"{s.name}: " if len(d.series) > 1 else "")
        + ", ".join(f"{label} {text}" for label, text in zip(d.labels, s.texts, strict=True))
        for s in d.series
    ]
    return f"{_KIND_WORDS[d.kind][index]}: {measure} ({d.unit}), {span}. " + "; ".join(parts) + "."


def _missing_note(missing: Sequence[str], language: str) -> list[str]:
    if not missing:
        return []
    names = formats.listing(missing, language)
    if language == "id":
        return [f"… {word('incomplete', 'id')}: {names}."]
    return [f"… {word('incomplete', 'en')}: {names}."]
