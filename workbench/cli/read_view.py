"""What `workbench read` shows a person: each table as a grid that fits the terminal, then what is odd about it.

Columns carry the sheet's letters and rows its numbers, so that every value can be found again in the file. A table
wider than the terminal is shown in several parts with the row labels repeated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from babel.numbers import format_decimal
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench.domain.labels import years_in
from workbench.domain.reading.flag_words import FLAG_SIGNS, FLAG_WORDS
from workbench.domain.reading.model import Finding, Flag, Kind, Observation, Reading, Severity, TableReading
from workbench.i18n import N_, _, _n, language

SHOWN_ROWS = 40
"""Rows of a table that are shown unless all are asked for."""

_SHOWN_FINDINGS = 20
_DECIMALS = 2  # shown of a fraction; a column of values below one shows four
_LABEL_WIDTH = (12, 34)
_HEAD_WIDTH = 10  # a header wraps between words from here on
_UNITS = 3  # units named of a table; more belong to its columns
_CELLS = 6  # addresses named of one finding

_SEVERITY = {
    Severity.ERROR: (N_("Menghentikan"), "bold red"),
    Severity.WARNING: (N_("Perlu dilihat"), "yellow"),
    Severity.INFO: (N_("Catatan"), "dim"),
}


@dataclass(slots=True)
class _Grid:
    """A table's values by sheet row and column."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)  # letter -> header labels
    rows: dict[int, tuple[str, ...]] = field(default_factory=dict)  # row number -> row labels
    cells: dict[tuple[int, str], Observation] = field(default_factory=dict)


def show_reading(console: Console, reading: Reading, *, everything: bool) -> None:
    """All tables of a file, what is odd about the file as a whole, and a count."""
    console.print(Text(reading.file, style="bold"))
    for number, table in enumerate(reading.tables, 1):
        console.print()
        _table(console, table, number if len(reading.tables) > 1 else 0, everything)
    if reading.findings:
        console.print()
        _findings(console, reading.findings, everything)
    console.print()
    console.print(_summary(reading), highlight=False)
    console.print()


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then notes; in the reader's order within each."""
    return sorted(findings, key=lambda finding: list(_SEVERITY).index(finding.severity))


def _summary(reading: Reading) -> str:
    values = sum(len(table.observations) for table in reading.tables)
    parts = [
        _n("{n} tabel", len(reading.tables)).format(n=len(reading.tables)),
        _n("{n} nilai", values).format(n=_number(values)),
    ]
    counted = Counter(f.severity for f in (*reading.findings, *(f for t in reading.tables for f in t.findings)))
    parts += [f"{_(word).lower()}: {counted[level]}" for level, (word, _style) in _SEVERITY.items() if counted[level]]
    return "= " + " · ".join(parts)


# ---------------------------------------------------------------- one table


def _table(console: Console, table: TableReading, number: int, everything: bool) -> None:
    title = _clean(table.title) or table.sheet
    console.print(Text(f"{number}. {title}" if number else title, style="bold"))
    years = sorted(
        years_in(table.title) or {y for o in table.observations for label in o.column for y in years_in(label)}
    )
    units = [table.unit] if table.unit else list(dict.fromkeys(o.unit for o in table.observations if o.unit))
    facts = [
        (_("Lembar"), f"{table.sheet} · {table.area}" if table.area else table.sheet),
        (_("Satuan"), ", ".join(units) if len(units) <= _UNITS else ""),
        (_("Tahun"), f"{years[0]}–{years[-1]}" if len(years) > 3 else ", ".join(years)),
        (_("Sumber"), _clean(table.source or "")),
    ]
    console.print(Text(" · ".join(f"{name}: {value}" for name, value in facts if value), style="dim"))
    grid = _grid(table.observations)
    if grid.rows:
        _print_grid(console, table, grid, everything)
    for note in (_clean(note) for note in table.notes):
        if note and note.casefold() not in ("catatan", "keterangan", "note"):
            console.print(Text(_("Catatan kaki: {note}").format(note=note), style="dim"))
    _findings(console, table.findings, everything)


def _grid(observations: Iterable[Observation]) -> _Grid:
    grid = _Grid()
    for o in observations:
        letter, digits = re.fullmatch(r"([A-Z]*)(\d*)", o.cell).groups()  # type: ignore[union-attr]
        row = int(digits or 0)
        grid.columns.setdefault(letter, o.column)
        grid.rows.setdefault(row, o.row)
        grid.cells[row, letter] = o
    return grid


def _print_grid(console: Console, table: TableReading, grid: _Grid, everything: bool) -> None:
    shown = list(grid.rows) if everything else list(grid.rows)[:SHOWN_ROWS]
    totals = {row for row in shown if all(_at(grid, row, c) != Kind.DATA for c in grid.columns)}
    lines = _row_lines(grid, shown, totals)
    texts = {letter: _texts(grid, shown, letter) for letter in grid.columns}
    heads = _heads(grid)
    number = max(3, len(str(max(shown))))
    label = min(max(_LABEL_WIDTH[0], *(len(text) for _row, text in lines)), _LABEL_WIDTH[1])
    widths = {
        letter: max(
            [_longest_word(heads[letter]), min(len(heads[letter]), _HEAD_WIDTH), *map(len, texts[letter].values())]
        )
        for letter in grid.columns
    }
    parts = _parts(widths, console.width - number - label - 2)
    for part in parts:
        out = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        out.add_column("", justify="right", width=number, style="dim")
        out.add_column(Text(" / ".join(dict.fromkeys(map(_clean, table.row_header)))), width=label)
        for letter in part:
            head = Text(heads[letter], justify="right")
            head.append(f"\n{letter}", style="dim")
            out.add_column(head, justify="right", width=widths[letter], vertical="bottom")
        for row, text in lines:
            values = [Text(texts[letter].get(row, "")) for letter in part] if row else [Text("")] * len(part)
            out.add_row(str(row or ""), Text(text), *values, style="bold" if row in totals else "")
        console.print(out)
    if len(parts) > 1:
        console.print(Text(_n("{n} kolom, ditampilkan bersambung.", len(widths)).format(n=len(widths)), style="dim"))
    hidden = len(grid.rows) - len(shown)
    if hidden:
        console.print(
            _n("… {n} baris lagi (lihat dengan --all).", hidden).format(n=_number(hidden)), highlight=False, style="dim"
        )
    _legend(console, table.observations, bool(totals), any(_rounded(o) for o in grid.cells.values()))


def _at(grid: _Grid, row: int, letter: str) -> Kind | None:
    cell = grid.cells.get((row, letter))
    return cell.kind if cell else None


def _row_lines(grid: _Grid, shown: Sequence[int], totals: set[int]) -> list[tuple[int, str]]:
    """(row number, label) of each line; 0 for a line that only names what the following rows belong to."""
    lines: list[tuple[int, str]] = []
    before: tuple[str, ...] = ()
    for row in shown:
        path = tuple(map(_clean, grid.rows[row])) or ("",)
        above = path[:-1]
        if above and before[: len(above)] != above:
            lines.append((0, " › ".join(above)))
        lines.append((row, "  " * bool(above) + ("Σ " if row in totals else "") + path[-1]))
        before = path
    return lines


def _heads(grid: _Grid) -> dict[str, str]:
    """Header labels of each column; what all columns have in common is left out."""
    paths = {letter: tuple(map(_clean, path)) for letter, path in grid.columns.items()}
    common = 0
    if len(paths) > 1:
        while len({path[: common + 1] for path in paths.values()}) == 1 and all(
            len(p) > common + 1 for p in paths.values()
        ):
            common += 1
    return {letter: " › ".join(dict.fromkeys(path[common:])) for letter, path in paths.items()}


def _parts(widths: dict[str, int], room: int) -> list[list[str]]:
    """The columns in groups that fit beside each other."""
    parts: list[list[str]] = [[]]
    left = room
    for letter, width in widths.items():
        if parts[-1] and left < width + 2:
            parts.append([])
            left = room
        parts[-1].append(letter)
        left -= width + 2
    return parts


# ---------------------------------------------------------------- values


def _texts(grid: _Grid, shown: Sequence[int], letter: str) -> dict[int, str]:
    found = {row: grid.cells[row, letter] for row in shown if (row, letter) in grid.cells}
    values = [o.value for o in found.values() if o.value is not None]
    most = 2 * _DECIMALS if values and max(map(abs, values)) < 1 else _DECIMALS
    digits = max((_decimals(value, most) for value in values), default=0)
    return {row: _value(o, digits) for row, o in found.items()}


def _value(o: Observation, digits: int) -> str:
    mark = FLAG_SIGNS[o.flag] if o.flag else ""
    if o.value is None:
        return mark or FLAG_SIGNS[Flag.BLANK]
    return _number(o.value, digits) + (f" {mark}" if mark else "")


def _number(value: float, digits: int = 0) -> str:
    return format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), locale=language())


def _decimals(value: float, most: int) -> int:
    return next((n for n in range(most) if round(value, n) == round(value, most)), most)


def _rounded(o: Observation) -> bool:
    return o.value is not None and round(o.value, _DECIMALS) != o.value


def _legend(console: Console, observations: Sequence[Observation], totals: bool, rounded: bool) -> None:
    counted = Counter(o.flag for o in observations if o.flag)
    parts = [f"{FLAG_SIGNS[flag]} {_(FLAG_WORDS[flag])} ({n})" for flag, n in counted.most_common()]
    if totals:
        parts.append(_("Σ jumlah atau subjumlah"))
    if rounded:
        parts.append(_("pecahan dibulatkan untuk tampilan; utuh dengan --json atau --csv"))
    if parts:
        console.print(Text(_("Tanda: {marks}").format(marks="; ".join(parts)), style="dim"))


# ---------------------------------------------------------------- findings and words


def _findings(console: Console, findings: Sequence[Finding], everything: bool) -> None:
    listed = worst_first(findings)
    for finding in listed if everything else listed[:_SHOWN_FINDINGS]:
        word, style = _SEVERITY[finding.severity]
        line = Text(f"{_(word)}: ", style=style)
        if finding.cell:
            cells = finding.cell.split(",")
            more = f" +{len(cells) - _CELLS}" if len(cells) > _CELLS else ""
            line.append(f"[{', '.join(cells[:_CELLS])}{more}] ", style="default")
        line.append(_clean(finding.message), style="default")
        console.print(line)
    hidden = len(listed) - _SHOWN_FINDINGS
    if hidden > 0 and not everything:
        console.print(
            _n("… {n} temuan lagi (lihat dengan --all).", hidden).format(n=hidden), highlight=False, style="dim"
        )


def _clean(text: str) -> str:
    """A label on one line, without the HTML marks that exports leave in."""
    return " ".join(re.sub(r"</?[a-z]+/?>", " ", text).split())


def _longest_word(text: str) -> int:
    return min(max(map(len, text.split()), default=1), _HEAD_WIDTH + 5)
