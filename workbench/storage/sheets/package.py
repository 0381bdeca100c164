"""The zip around XLSX and ODS: refused before parsing when it is a bomb, hides members or carries a DTD."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.domain.errors import UnreadableFile
from workbench.i18n import _
from workbench.storage.sheets import limits
from workbench.storage.sheets.refusals import locked

_DTD = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_FAR_CELL = re.compile(rb'\br="([A-Z]{2,3})(\d+)"')
_BLOCK = 1 << 20


def open_package(path: Path) -> zipfile.ZipFile:
    """The package after all checks that need no parsing."""
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(
            _("Berkas ini rusak atau terpotong dan tidak dapat dibuka; minta dikirim ulang.")
        ) from error
    members = package.infolist()
    names = [m.filename for m in members]
    if len(names) > limits.MEMBERS:
        raise UnreadableFile(_("Berkas ini berisi terlalu banyak bagian untuk sebuah lembar kerja."))
    if len({n.lower() for n in names}) != len(names):
        raise UnreadableFile(_("Berkas ini memuat dua bagian bernama sama, jadi isinya tidak dapat dipercaya."))
    if any(
        n.startswith(("/", "\\")) or ".." in n.replace("\\", "/").split("/") or ":" in n or "\0" in n for n in names
    ):
        raise UnreadableFile(_("Berkas ini memuat nama bagian yang berbahaya."))
    if any(m.flag_bits & 1 for m in members):
        raise locked()
    declared = sum(m.file_size for m in members)
    packed = max(1, sum(m.compress_size for m in members))
    if declared > limits.INFLATED or (declared > limits.SUSPICIOUS and declared / packed > limits.RATIO):
        raise UnreadableFile(_("Berkas ini mengembang jauh melebihi ukurannya (bom zip) dan tidak dibaca."))
    return package


def scan(package: zipfile.ZipFile, watch: Mapping[bytes, Sequence[bytes]] | None = None) -> set[str]:
    """Inflate every XML part with our own counter; refuse DTDs and cells at the far end of the sheet.

    Returns the sheets in which any of the ``watch`` texts stands, so that they need not be inflated again to know;
    a list of texts is looked for only once its key has been met.

    Sizes in a zip's directory can lie, and two cells in opposite corners make a reader reserve a sheet of 17 billion.
    """
    total = 0
    seen: set[str] = set()
    marks = [(gate, texts) for gate, texts in (watch or {}).items() if texts]
    for member in package.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        sheet = member.filename.startswith("xl/worksheets/")
        # a sheet that names cells far apart is tiny; in a large one the counter is enough, and memory is bounded anyway
        small = member.file_size <= limits.SCANNED
        last_row, last_column, tail, first = 1, 26, b"", True
        opened: set[bytes] = set()
        try:
            with package.open(member) as part:
                while block := part.read(_BLOCK):
                    total += len(block)
                    if total > limits.INFLATED:
                        raise UnreadableFile(
                            _("Berkas ini mengembang jauh melebihi ukurannya (bom zip) dan tidak dibaca.")
                        )
                    window = tail + block
                    if (first or small) and _DTD.search(window):
                        raise UnreadableFile(
                            _("Berkas ini memuat definisi entitas XML yang berbahaya dan tidak dibaca.")
                        )
                    first = False
                    if sheet and member.filename not in seen:
                        opened.update(gate for gate, _texts in marks if gate not in opened and gate in window)
                        if any(gate in opened and any(text in window for text in texts) for gate, texts in marks):
                            seen.add(member.filename)
                    if sheet and small:
                        for number in _ROW.findall(window):
                            last_row = max(last_row, int(number[:9]))
                        for letters, number in _FAR_CELL.findall(window):
                            last_column = max(last_column, _column(letters))
                            last_row = max(last_row, int(number[:9]))
                    tail = window[-200:]
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, zlib.error) as error:
            raise UnreadableFile(
                _("Berkas ini rusak atau terpotong dan tidak dapat dibuka; minta dikirim ulang.")
            ) from error
        if sheet and last_row * last_column > limits.BOX:
            raise UnreadableFile(
                _(
                    "Satu lembar berkas ini membentang sampai baris {rows} dan kolom {columns}; hapus sel yang jauh "
                    "dari tabel."
                ).format(rows=last_row, columns=last_column)
            )
    return seen


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
