"""From a file to grids: the one entry to all formats. Runs only inside the guarded process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import Grid
from workbench.i18n import _
from workbench.storage.sheets import limits
from workbench.storage.sheets.sniff import Format, is_spreadsheetml, sniff


def load(path: Path, name: str) -> Iterator[Grid]:
    """Sheets of a file of any kind, one after the other. ``name`` is what its sender called it."""
    if not path.is_file():
        raise UnreadableFile(_("Ini sebuah folder, bukan berkas; kirim berkas yang ada di dalamnya."))
    if path.stat().st_size > limits.FILE:
        raise UnreadableFile(_("Berkas ini lebih besar dari {n} MB.").format(n=limits.FILE // limits.MB))
    with path.open("rb") as file:
        kind = sniff(file.read(65536), name)
    title = Path(name).stem
    if kind is Format.ZIP:
        from workbench.storage.sheets.workbook import load_package

        yield from load_package(path)
    elif kind is Format.OLE:
        from workbench.storage.sheets.workbook import load_ole

        yield from load_ole(path)
    elif kind is Format.HTML:
        data = path.read_bytes()
        if is_spreadsheetml(data):
            from workbench.storage.sheets.spreadsheetml import load_spreadsheetml

            yield from load_spreadsheetml(data)
        else:
            from workbench.storage.sheets.markup import load_markup

            yield from load_markup(data, title)
    elif kind is Format.JSON:
        from workbench.storage.sheets.tabular_json import load_json

        yield from load_json(path.read_bytes(), title)
    else:
        from workbench.storage.sheets.delimited import load_delimited

        yield from load_delimited(path.read_bytes(), title)
