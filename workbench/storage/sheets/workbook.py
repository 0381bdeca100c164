"""XLSX, XLSM, XLS and ODS through python-calamine; what calamine leaves out comes from the file's own records."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from xml.parsers.expat import ExpatError

from lxml.etree import LxmlError
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import CellValue, Grid, Merge
from workbench.i18n import _
from workbench.storage.sheets import biff, compound, limits, ooxml, opendocument
from workbench.storage.sheets.package import open_package, scan
from workbench.storage.sheets.refusals import locked, no_table

_log = logging.getLogger(__name__)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_DOCUMENTS = {"worddocument": "Word", "powerpoint document": "PowerPoint"}  # by the stream that holds them


def load_package(path: Path) -> Iterator[Grid]:
    """Sheets of a zip package (XLSX, XLSM, XLSB, ODS), after it was found harmless."""
    with open_package(path) as package:
        names = set(package.namelist())
        if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names and "content.xml" not in names:
            kind = (
                "Word" if "word/document.xml" in names else "PowerPoint" if "ppt/presentation.xml" in names else "ZIP"
            )
            raise no_table(kind)
        if opendocument.is_locked(package):
            raise locked()
        try:
            styles = ooxml.read_styles(package)
            special = scan(package, styles.marks())
            sheets = ooxml.read_extras(package, styles, special)
            documents = opendocument.read_extras(package) if "content.xml" in names else {}
        except (ExpatError, LxmlError, ValueError) as error:
            raise UnreadableFile(
                _("Berkas ini rusak atau bukan lembar kerja yang sah; minta dikirim ulang.")
            ) from error
    for grid in _grids(path):
        if extra := sheets.get(grid.sheet):
            _add(grid, extra)
        if document := documents.get(grid.sheet):
            grid.merges, grid.percent = document.merges, frozenset(document.percent)
            grid.hidden_rows, grid.hidden_columns = frozenset(document.hidden_rows), frozenset(document.hidden_columns)
            grid.hidden = grid.hidden or document.hidden
        yield grid


def load_ole(path: Path) -> Iterator[Grid]:
    """Sheets of an old XLS workbook; a workbook with a password is an OLE file too."""
    extras: dict[str, ooxml.Extras] = {}
    data = path.read_bytes()
    try:
        found = compound.open_compound(data)
        if {"encryptedpackage", "encryptioninfo"} & found.entries.keys():
            raise locked()
        if what := next((what for name, what in _OTHER_DOCUMENTS.items() if name in found.entries), ""):
            raise no_table(what)
        # of Excel 97 or of the Excel before it; calamine sees the lock only in a file that is called .xls
        if any(biff.is_locked(found.stream(name)) for name in ("workbook", "book")):
            raise locked()
        extras = biff.read_extras(found.stream("workbook"))
    except ValueError:
        if _ENCRYPTED in data:
            raise locked() from None  # damaged as well, but without a password it can be sent whole
        # formats only help: calamine is the one to say whether the workbook can be read
        _log.warning("formats of an old workbook could not be read", exc_info=True)
    for grid in _grids(path):
        if extra := extras.get(grid.sheet):
            _add(grid, extra)
        yield grid


def _add(grid: Grid, extra: ooxml.Extras) -> None:
    grid.percent, grid.gaps = frozenset(extra.percent), frozenset(extra.gaps)
    grid.hidden_rows, grid.hidden_columns = frozenset(extra.hidden_rows), frozenset(extra.hidden_columns)
    grid.indents = extra.indents


def _grids(path: Path) -> Iterator[Grid]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        metas = [m for m in book.sheets_metadata if m.typ is SheetTypeEnum.WorkSheet]
        if len(metas) > limits.SHEETS:
            raise UnreadableFile(_("Berkas ini berisi lebih dari {n} lembar.").format(n=limits.SHEETS))
        for meta in metas:
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.total_height * sheet.total_width > limits.BOX or sheet.total_width > limits.WIDTH:
                raise UnreadableFile(
                    _(
                        "Satu lembar berkas ini membentang sampai baris {rows} dan kolom {columns}; hapus sel yang "
                        "jauh dari tabel."
                    ).format(rows=sheet.total_height, columns=sheet.total_width)
                )
            rows = cast(list[list[CellValue]], sheet.to_python(skip_empty_area=False))
            if not rows:
                continue
            merges: list[Merge] = [
                (a, b, c, d)
                for (a, b), (c, d) in sheet.merged_cell_ranges or []
                if (c - a + 1) * (d - b + 1) <= limits.MERGE
            ]
            yield Grid(meta.name, rows, merges, hidden=meta.visible is not SheetVisibleEnum.Visible)
    except PasswordError as error:
        raise locked() from error
    except CalamineError as error:
        raise UnreadableFile(_("Berkas ini rusak atau bukan lembar kerja yang sah; minta dikirim ulang.")) from error
