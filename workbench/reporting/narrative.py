"""Sentences computed from figures. Nothing here states a fact that the table beside it does not hold."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.reporting import formats
from workbench.reporting.spec import KeyFigureSpec, NarrativeSpec
from workbench.reporting.tables import TOTAL, Cell, Row, TableBlock

_FLAT = 0.05


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Paragraphs of plain runs; a run is text and whether it stands out."""

    id: str
    paragraphs: tuple[tuple[tuple[str, bool], ...], ...]
    type: str = field(default="text", init=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for book.json."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One line of the key statistics."""

    label: str
    label_en: str
    text: str
    unit: str
    period: str
    change: str
    cell: Cell
    table: str


@dataclass(frozen=True, slots=True)
class KeyFiguresBlock:
    """The key statistics of the book."""

    id: str
    figures: tuple[KeyFigure, ...]
    type: str = field(default="key_figures", init=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for book.json."""
        return asdict(self)


def plain(id: str, *paragraphs: str) -> TextBlock:
    """Standing words, as written in the specification or the notebook."""
    return TextBlock(id, tuple(((p, False),) for p in paragraphs))


def _of(table: TableBlock, column: str) -> tuple[list[tuple[Row, Cell]], Cell | None, Cell | None, str]:
    """(data rows with their cell, total now, total before, period now) of a column, spread over periods or not."""
    leaves = [c.id for c in table.columns if c.id == column or c.id.rpartition("-")[0] == column]
    index = table.column_index(leaves[-1])
    if all(row.id in table.periods for row in table.rows if row.kind == "data"):
        cells = [row.cells[index] for row in table.rows if row.kind == "data"]
        return [], cells[-1], cells[-2] if len(cells) > 1 else None, table.periods[-1]
    rows = [(row, row.cells[index]) for row in table.rows if row.kind == "data"]
    total = next((row.cells for row in table.rows if row.kind == TOTAL), None)
    now = total[index] if total else rows[0][1] if len(rows) == 1 else None
    before = total[table.column_index(leaves[-2])] if total and len(leaves) > 1 else None
    return rows, now, before, table.periods[-1] if table.periods else ""


def change_percent(now: Cell | None, before: Cell | None) -> float | None:
    """The change in percent, or None where one of the two is missing or zero."""
    if now is None or before is None or now.value is None or not before.value:
        return None
    return (now.value / before.value - 1) * 100


def tell(table: TableBlock, spec: NarrativeSpec, place: str, language: str = "id") -> TextBlock:
    """One paragraph: the whole, how it changed, the highest and the lowest row; or why the whole is not stated."""
    rows, now, before, period = _of(table, spec.column)
    column = next(c for c in table.columns if c.id == spec.column or c.id.rpartition("-")[0] == spec.column)
    unit = column.unit or table.unit
    say = _indonesian if language == "id" else _english
    runs = say(spec, place, period, unit, now, change_percent(now, before), table.periods, rows)
    return TextBlock(spec.id, (tuple(runs),))


Runs = list[tuple[str, bool]]


def _indonesian(
    spec: NarrativeSpec, place: str, period: str, unit: str, now: Cell | None, rate: float | None,
    periods: tuple[str, ...], rows: list[tuple[Row, Cell]],
) -> Runs:  # fmt: skip
    runs: Runs = []
    if now is not None and now.value is not None:
        runs += [(f"Pada {period}, {spec.measure} di {place} tercatat ", False), (f"{now.text} {unit}", True)]
        if rate is not None:
            percent = formats.number(abs(rate), 1, "id")
            earlier = periods[-2]
            runs.append(
                (f", hampir sama dengan {earlier}. " if abs(rate) < _FLAT else
                 f", {'naik' if rate > 0 else 'turun'} {percent} persen dari {earlier}. ", False)
            )  # fmt: skip
        else:
            runs.append((". ", False))
    elif now is not None:
        whole = spec.measure[:1].upper() + spec.measure[1:]
        runs.append((f"{whole} di {place} pada {period} belum dapat disajikan: ", False))
        gaps = [row.label for row, cell in rows if cell.value is None]
        runs.append((f"data {formats.listing(gaps, 'id')} tidak tersedia. " if gaps else "datanya tidak tersedia. ",
                     False))  # fmt: skip
    known = [(row, cell) for row, cell in rows if cell.value is not None]
    if len(known) > 1 and len(known) == len(rows):
        high, low = max(known, key=_value), min(known, key=_value)
        if _value(high) != _value(low):
            share = _share(high[1], now)
            runs += [
                ("Yang terbanyak terdapat di ", False), (high[0].label, True),
                (f" ({high[1].text} {unit}{_share_words(share, 'id')}), yang paling sedikit di ", False),
                (low[0].label, True), (f" ({low[1].text} {unit}).", False),
            ]  # fmt: skip
    return runs


def _english(
    spec: NarrativeSpec, place: str, period: str, unit: str, now: Cell | None, rate: float | None,
    periods: tuple[str, ...], rows: list[tuple[Row, Cell]],
) -> Runs:  # fmt: skip
    runs: Runs = []
    if now is not None and now.value is not None:
        runs += [(f"In {period}, {spec.measure_en} in {place} stood at ", False), (now.text, True)]
        if rate is not None:
            percent = formats.number(abs(rate), 1, "en")
            runs.append((f", {'up' if rate > 0 else 'down'} {percent} percent on {periods[-2]}. ", False))
        else:
            runs.append((". ", False))
    elif now is not None:
        gaps = [row.label for row, cell in rows if cell.value is None]
        runs.append((f"No total of {spec.measure_en} can be given for {period}", False))
        runs.append((f": figures for {formats.listing(gaps, 'en')} are not available. " if gaps else ". ", False))
    known = [(row, cell) for row, cell in rows if cell.value is not None]
    if len(known) > 1 and len(known) == len(rows):
        high, low = max(known, key=_value), min(known, key=_value)
        if _value(high) != _value(low):
            runs += [
                ("The highest figure is that of ", False), (high[0].label_en or high[0].label, True),
                (f" ({high[1].text}), the lowest that of ", False), (low[0].label_en or low[0].label, True),
                (f" ({low[1].text}).", False),
            ]  # fmt: skip
    return runs


def _value(pair: tuple[Row, Cell]) -> float:
    return pair[1].value or 0.0


def _share(part: Cell, whole: Cell | None) -> float | None:
    if whole is None or not whole.value or part.value is None:
        return None
    return part.value / whole.value * 100


def _share_words(share: float | None, language: str) -> str:
    if share is None or not 0 < share < 100:
        return ""
    text = formats.number(share, 1, language)
    return f" atau {text} persen" if language == "id" else f", {text} percent"


def key_figure(table: TableBlock, spec: KeyFigureSpec, language: str = "id") -> KeyFigure:
    """One key statistic with its change; a missing total stays missing."""
    _rows, now, before, period = _of(table, spec.column)
    column = next(c for c in table.columns if c.id == spec.column or c.id.rpartition("-")[0] == spec.column)
    rate = change_percent(now, before)
    change = ""
    if rate is not None:
        sign = "+" if rate > 0 else "−" if rate < 0 else ""
        change = f"{sign}{formats.number(abs(rate), 1, language)}%"
    cell = now or Cell("…", None, "not_available")
    return KeyFigure(
        spec.label, spec.label_en, cell.text + cell.mark, column.unit or table.unit, period, change, cell, table.id
    )
