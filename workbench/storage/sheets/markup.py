"""HTML tables, also those that portals save as .xls: nested and frozen-pane tables laid out as a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import html

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import CellValue, Grid, Merge
from workbench.i18n import _
from workbench.storage.sheets.delimited import decode

MOST_CELLS = 5_000_000
DEEPEST = 30


@dataclass(slots=True)
class _Area:
    """A rectangle of cells that a table or a nested table takes."""

    rows: list[list[CellValue]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def below(self, other: _Area) -> None:
        shift = len(self.rows)
        self.rows.extend(other.rows)
        self.merges.extend((a + shift, b, c + shift, d) for a, b, c, d in other.merges)

    def beside(self, other: _Area) -> None:
        shift = self.width
        height = max(len(self.rows), len(other.rows))
        self.rows.extend([] for _row in range(height - len(self.rows)))
        for row, more in zip(self.rows, other.rows, strict=False):
            row.extend([""] * (shift - len(row)) + list(more))
        self.merges.extend((a, b + shift, c, d + shift) for a, b, c, d in other.merges)


def load_markup(data: bytes, name: str) -> list[Grid]:
    """One grid for each outermost table of the page."""
    try:
        page = html.fromstring(
            decode(data), parser=html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
        )
    except (ValueError, html.etree.ParserError) as error:
        raise UnreadableFile(_("Berkas HTML ini rusak dan tidak dapat dibaca.")) from error
    grids = []
    tables = [t for t in page.iter("table") if not any(True for _t in t.iterancestors("table"))]
    for number, table in enumerate(tables, 1):
        area = _table(table, 0)
        width = area.width
        if not width:
            continue
        rows = [row + [""] * (width - len(row)) for row in area.rows]
        grids.append(Grid(name if len(tables) == 1 else f"Tabel {number}", rows, area.merges, typed=False))
    return grids


def _own(table: Any, tag: str) -> list[Any]:
    return [e for e in table.iter(tag) if next(e.iterancestors("table"), None) is table]


def _inner_tables(element: Any) -> list[Any]:
    """Tables inside this element, but not those inside such a table."""
    owner = element if element.tag == "table" else next(element.iterancestors("table"), None)
    return [t for t in element.iter("table") if t is not element and next(t.iterancestors("table"), None) is owner]


def _table(table: Any, depth: int) -> _Area:
    if depth > DEEPEST:
        raise UnreadableFile(_("Tabel bersarang terlalu dalam pada berkas HTML ini."))
    rows = _own(table, "tr")
    whole = _Area()
    if not rows:
        for inner in _inner_tables(table):
            whole.below(_table(inner, depth + 1))
        return whole
    if _inner_tables(table):
        for row in rows:
            line = _Area()
            for cell in row:
                if cell.tag in ("td", "th"):
                    line.beside(_cell(cell, depth))
            whole.below(line)
        return whole
    return _plain(rows)


def _cell(cell: Any, depth: int) -> _Area:
    inner = _inner_tables(cell)
    if not inner:
        return _Area([[_text(cell)]])
    stack = _Area()
    for table in inner:
        stack.below(_table(table, depth + 1))
    return stack


def _text(cell: Any) -> str:
    for line_break in cell.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    text = cell.text_content()
    return "\n".join(" ".join(part.split()) for part in text.split("\n")).strip()


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(max(int(text), 1), 1000) if text.isdigit() else 1


def _plain(rows: list[Any]) -> _Area:
    area = _Area()
    taken: dict[tuple[int, int], bool] = {}
    lines: dict[int, dict[int, CellValue]] = {}
    cells = 0
    for r, row in enumerate(rows):
        c = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (r, c) in taken:
                c += 1
            down, right = _span(cell, "rowspan"), _span(cell, "colspan")
            cells += down * right
            if cells > MOST_CELLS:
                raise UnreadableFile(_("Berkas HTML ini terlalu besar untuk dibaca."))
            for i in range(down):
                for j in range(right):
                    taken[(r + i, c + j)] = True
                    lines.setdefault(r + i, {})[c + j] = ""
            lines[r][c] = _text(cell)
            if down * right > 1:
                area.merges.append((r, c, r + down - 1, c + right - 1))
            c += right
    height = max(lines, default=-1) + 1
    width = max((max(line, default=-1) for line in lines.values()), default=-1) + 1
    # a rowspan may reach below the last row of a frozen header, but not below that of a whole table
    height = min(height, len(rows)) if len(rows) > 2 else height
    area.rows = [[lines.get(r, {}).get(c, "") for c in range(width)] for r in range(height)]
    return area
