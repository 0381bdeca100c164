"""XML Spreadsheet 2003: what older Indonesian systems write when they say .xls."""

from __future__ import annotations

import re

from lxml import etree

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import CellValue, Grid, Merge
from workbench.domain.reading.periods import date_of
from workbench.i18n import _
from workbench.storage.sheets import limits

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"


def load_spreadsheetml(data: bytes) -> list[Grid]:
    """Worksheets of the document with their values, merges, percent formats and hidden parts."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data.lstrip(b"\xef\xbb\xbf \t\r\n"), parser=parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(_("Berkas ini rusak atau bukan lembar kerja yang sah; minta dikirim ulang.")) from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile(_("Berkas ini memuat definisi entitas XML yang berbahaya dan tidak dibaca."))
    percent, indents = _styles(root)
    sheets = root.findall(f"{_SS}Worksheet")
    if len(sheets) > limits.SHEETS:
        raise UnreadableFile(_("Berkas ini berisi lebih dari {n} lembar.").format(n=limits.SHEETS))
    return [_sheet(sheet, percent, indents) for sheet in sheets]


def _styles(root: etree._Element) -> tuple[set[str], dict[str, int]]:
    """Styles that show a number times 100, those they pass it on to, and those that indent."""
    percent: set[str] = set()
    indents: dict[str, int] = {}
    parents: dict[str, str] = {}
    told: set[str] = set()
    for style in root.iter(f"{_SS}Style"):
        name = style.get(f"{_SS}ID", "")
        parents[name] = style.get(f"{_SS}Parent", "")
        form = style.find(f"{_SS}NumberFormat")
        if form is not None and (code := form.get(f"{_SS}Format")):
            told.add(name)
            if code == "Percent" or "%" in re.sub(r'"[^"]*"|\\.', "", code):
                percent.add(name)
        alignment = style.find(f"{_SS}Alignment")
        if alignment is not None and (depth := _int(alignment.get(f"{_SS}Indent"))):
            indents[name] = depth
    for name in parents:
        if name not in told and parents[name] in percent:
            percent.add(name)
    return percent, indents


def _int(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _sheet(sheet: etree._Element, percent_styles: set[str], indent_styles: dict[str, int]) -> Grid:
    cells: dict[tuple[int, int], CellValue] = {}
    merges: list[Merge] = []
    percent: set[tuple[int, int]] = set()
    gaps: set[tuple[int, int]] = set()
    indents: dict[tuple[int, int], int] = {}
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    table = sheet.find(f"{_SS}Table")
    row = c = -1
    for element in table.iterfind(f"{_SS}Column") if table is not None else ():
        c = _int(element.get(f"{_SS}Index")) - 1 if element.get(f"{_SS}Index") else c + 1
        span = min(_int(element.get(f"{_SS}Span")), limits.BOX)
        if element.get(f"{_SS}Hidden") == "1":
            hidden_columns.update(range(c, min(c + span, c + 2000) + 1))
        c += span
    covered: set[tuple[int, int]] = set()
    for line in table.iterfind(f"{_SS}Row") if table is not None else ():
        row = _int(line.get(f"{_SS}Index")) - 1 if line.get(f"{_SS}Index") else row + 1
        if line.get(f"{_SS}Hidden") == "1":
            hidden_rows.add(row)
        c = -1
        for cell in line.iterfind(f"{_SS}Cell"):
            c = _int(cell.get(f"{_SS}Index")) - 1 if cell.get(f"{_SS}Index") else c + 1
            while not cell.get(f"{_SS}Index") and (row, c) in covered:
                c += 1
            value = _value(cell.find(f"{_SS}Data"))
            if value is not None:
                cells[(row, c)] = value
            elif cell.get(f"{_SS}Formula"):
                gaps.add((row, c))
            style = cell.get(f"{_SS}StyleID", "")
            if style in percent_styles:
                percent.add((row, c))
            if style in indent_styles:
                indents[(row, c)] = indent_styles[style]
            right, down = _int(cell.get(f"{_SS}MergeAcross")), _int(cell.get(f"{_SS}MergeDown"))
            if (right or down) and (right + 1) * (down + 1) <= limits.MERGE:
                merges.append((row, c, row + down, c + right))
                covered.update((row + i, c + k) for i in range(1, down + 1) for k in range(right + 1))
            c += right
        row += min(_int(line.get(f"{_SS}Span")), limits.BOX)
    height = max((r for r, _c in (*cells, *gaps)), default=-1) + 1
    width = max((k for _r, k in (*cells, *gaps)), default=-1) + 1
    if height * width > limits.BOX:
        raise UnreadableFile(
            _(
                "Satu lembar berkas ini membentang sampai baris {rows} dan kolom {columns}; hapus sel yang "
                "jauh dari tabel."
            ).format(rows=height, columns=width)
        )
    rows: list[list[CellValue]] = [[None] * width for _row in range(height)]
    for (r, k), value in cells.items():
        rows[r][k] = value
    visible = sheet.find(f"{_X}WorksheetOptions/{_X}Visible")
    return Grid(
        sheet.get(f"{_SS}Name", ""),
        rows,
        [m for m in merges if m[0] < height and m[1] < width],
        frozenset(percent),
        frozenset(gaps),
        visible is not None and bool(visible.text) and visible.text != "SheetVisible",
        frozenset(hidden_rows),
        frozenset(hidden_columns),
        indents=indents,
    )


def _value(data: etree._Element | None) -> CellValue:
    if data is None:
        return None
    text = "".join(map(str, data.itertext()))
    kind = data.get(f"{_SS}Type")
    if not text.strip():
        return None
    if kind == "Number" and re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*", text):
        return float(text)
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "DateTime" and (day := date_of(text.strip().partition("T")[0])):
        return day
    return text
