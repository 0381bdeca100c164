"""Tables for other people's spreadsheets: XLSX and CSV that compute nothing and start nothing.

Text that came from an OPD or a requester must never become a formula, a link or a command in the office's Excel. XLSX
is written with formulas and links switched off; in CSV, which Excel reads as it likes, text that could start a formula
gets an apostrophe in front. Numbers stay numbers and are never touched. Same input, same bytes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | date | datetime | None

_STARTERS = frozenset("=+-@|\t\r\n＝＋－＠｜")
# Blanks, controls and marks that take no room: a cell may begin with them and still be read as a formula.
_INVISIBLE = re.compile(
    "^[\\s\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\ufeff]+"
)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?%?")
_CELL_LIMIT = 32_767
_SHEET_LIMIT = 31
_BAD_SHEET = re.compile(r"[\[\]:*?/\\]")


class Kind(StrEnum):
    """How a column is written and shown."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    SHARE = "share"
    DAY = "day"
    MOMENT = "moment"


_FORMATS = {
    Kind.NUMBER: "#,##0",
    Kind.DECIMAL: "#,##0.0",
    Kind.SHARE: "0.0%",
    Kind.DAY: "dd/mm/yyyy",
    Kind.MOMENT: "dd/mm/yyyy hh:mm",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and what it holds."""

    heading: str
    kind: Kind = Kind.TEXT
    width: float = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table on one sheet; ``notes`` stand between title and table (unit, period, source)."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = field(default=())


def csv_text(text: str) -> str:
    """Text as it may stand in a CSV cell: an apostrophe in front of what a spreadsheet could take for a formula.

    A cell that is wholly a number (``-5``, ``+1.234,5``) stays as it is.
    """
    if not text or _NUMBER.fullmatch(text.strip()):
        return text
    visible = _INVISIBLE.sub("", text)
    if text[0] in "\t\r\n" or visible[:1] in _STARTERS:
        return f"'{text}"
    return text


def csv_bytes(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, zone: ZoneInfo, raw: bool = False) -> bytes:
    """A CSV table (UTF-8 with BOM, comma, CRLF), safe to open in a spreadsheet.

    ``raw`` leaves text exactly as it is, for machines; offer it with that label only.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    safe = (lambda text: text) if raw else csv_text
    writer.writerow([safe(column.heading) for column in columns])
    for row in rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else _plain(cell, zone) for cell in row])
    return out.getvalue().encode("utf-8" if raw else "utf-8-sig")


def _plain(cell: Cell, zone: ZoneInfo) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return int(cell)
    return cell


def xlsx_bytes(sheets: Sequence[Sheet], *, created: datetime, zone: ZoneInfo) -> bytes:
    """A workbook: title in A1, notes below it, then the table as a named Excel table.

    ``created`` is written into the file.
    """
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True,
        "nan_inf_to_errors": False, "default_date_format": _FORMATS[Kind.DAY],
    }  # fmt: skip
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": created.astimezone(zone).replace(tzinfo=None)})
    base = {"font_name": "Arial", "font_size": 11, "valign": "top"}
    formats = {kind: book.add_format({**base, "num_format": pattern}) for kind, pattern in _FORMATS.items()}
    formats[Kind.TEXT] = book.add_format({**base, "num_format": "@"})
    title = book.add_format({**base, "bold": True, "font_size": 14})
    note = book.add_format({**base, "font_color": "#56636F"})
    head = book.add_format({**base, "bold": True, "text_wrap": True, "bottom": 1})
    used: set[str] = set()
    for number, sheet in enumerate(sheets, start=1):
        page = book.add_worksheet(_sheet_name(sheet.name, used))
        page.write_string(0, 0, sheet.title[:_CELL_LIMIT], title)
        for line, words in enumerate(sheet.notes, start=1):
            page.write_string(line, 0, words[:_CELL_LIMIT], note)
        first = len(sheet.notes) + 2
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, column.width or _width(sheet, index), formats[column.kind])
        for row_number, row in enumerate(sheet.rows, start=first + 1):
            for index, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
                _write(page, row_number, index, cell, formats[column.kind], formats[Kind.TEXT], zone)
        last = first + max(len(sheet.rows), 1)
        headings = [{"header": column.heading, "header_format": head} for column in sheet.columns]
        page.add_table(
            first, 0, last, len(sheet.columns) - 1,
            {"columns": headings, "name": f"tabel_{number}", "style": "Table Style Light 1"},
        )  # fmt: skip
        page.freeze_panes(first + 1, 0)
    book.close()
    return out.getvalue()


def _write(page: Worksheet, row: int, column: int, cell: Cell, shape: Format, text: Format, zone: ZoneInfo) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(row, column, cell[:_CELL_LIMIT], text)
    elif isinstance(cell, bool):
        page.write_number(row, column, int(cell), shape)
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell.astimezone(zone).replace(tzinfo=None), shape)
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), shape)  # noqa: DTZ001
    else:
        page.write_number(row, column, cell, shape)


def _width(sheet: Sheet, index: int) -> float:
    texts = [str(row[index]) for row in sheet.rows[:200] if row[index] is not None]
    return min(max([len(sheet.columns[index].heading) * 0.8, 9, *(len(t) for t in texts)]) + 2, 60)


def _sheet_name(name: str, used: set[str]) -> str:
    """A name Excel accepts, each once."""
    base = _BAD_SHEET.sub(" ", name).strip("' ")[:_SHEET_LIMIT] or "Lembar"
    found, number = base, 2
    while found.lower() in used:
        found = f"{base[: _SHEET_LIMIT - 4]} ({number})"
        number += 1
    used.add(found.lower())
    return found
