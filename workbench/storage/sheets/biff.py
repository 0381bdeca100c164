"""What calamine does not tell about an old XLS: percent formats, indents, hidden rows and columns.

Only the few records that say so are read ([MS-XLS] 2.4: XF, Format, Row, ColInfo and the heads of cells), out of the
workbook stream. Values stay calamine's.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from workbench.storage.sheets.ooxml import Extras

_PERCENT_IDS = {9, 10}
_FILEPASS, _END_OF_PART = 0x002F, 0x000A
_CELLS = {0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD}


def read_extras(stream: bytes) -> dict[str, Extras]:
    """Extras by sheet name out of the workbook stream; empty for a workbook older than Excel 97.

    Raises ValueError where the stream is damaged.
    """
    try:
        return _workbook(stream) if stream else {}
    except (struct.error, IndexError) as error:
        raise ValueError("damaged workbook stream") from error


def is_locked(stream: bytes) -> bool:
    """Does the workbook stream say, before any cell, that what follows is encrypted (FILEPASS, [MS-XLS] 2.4.117)?"""
    for kind, _start, _length in _records(stream, 0):
        if kind in (_FILEPASS, _END_OF_PART):
            return kind == _FILEPASS
    return False


def _records(stream: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """Kind, start and length of each record from ``position`` on."""
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, position + 4, length
        position += 4 + length


def _text(stream: bytes, start: int, count: int) -> str:
    wide = stream[start] & 1
    raw = stream[start + 1 : start + 1 + count * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def _workbook(stream: bytes) -> dict[str, Extras]:
    sheets: list[tuple[str, int]] = []
    formats: dict[int, str] = {}
    styles: list[tuple[int, int]] = []
    for kind, start, _length in _records(stream, 0):
        if kind == 0x0809 and struct.unpack_from("<H", stream, start)[0] != 0x0600:
            return {}
        if kind == 0x0085:
            sheets.append((_text(stream, start + 7, stream[start + 6]), struct.unpack_from("<I", stream, start)[0]))
        elif kind == 0x041E:
            number, count = struct.unpack_from("<HH", stream, start)
            formats[number] = _text(stream, start + 4, count)
        elif kind == 0x00E0:
            styles.append((struct.unpack_from("<H", stream, start + 2)[0], stream[start + 8] & 15))
        elif kind == 0x000A:
            break
    percent = {
        i
        for i, (code, _indent) in enumerate(styles)
        if code in _PERCENT_IDS or "%" in re.sub(r'"[^"]*"|\\.', "", formats.get(code, ""))
    }
    indents = {i: indent for i, (_code, indent) in enumerate(styles) if indent}
    return {name: _sheet(stream, position, percent, indents) for name, position in sheets}


def _sheet(stream: bytes, position: int, percent: set[int], indents: dict[int, int]) -> Extras:
    extras = Extras()

    def cell(row: int, column: int, style: int) -> None:
        if style in percent:
            extras.percent.add((row, column))
        if style in indents:
            extras.indents[(row, column)] = indents[style]

    special = bool(percent or indents)
    depth = 0
    for kind, start, length in _records(stream, position):
        if kind == 0x0809:
            depth += 1  # a chart inside the sheet is a stream of its own
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                break
        elif depth > 1:
            continue
        elif kind in _CELLS and special:
            cell(*struct.unpack_from("<HHH", stream, start))
        elif kind == 0x00BD and special:
            row, first = struct.unpack_from("<HH", stream, start)
            for k in range((length - 6) // 6):
                cell(row, first + k, struct.unpack_from("<H", stream, start + 4 + 6 * k)[0])
        elif kind == 0x0208 and struct.unpack_from("<H", stream, start + 12)[0] & 0x20:
            extras.hidden_rows.add(struct.unpack_from("<H", stream, start)[0])
        elif kind == 0x007D and struct.unpack_from("<H", stream, start + 8)[0] & 1:
            first, last = struct.unpack_from("<HH", stream, start)
            extras.hidden_columns.update(range(first, min(last, first + 2000) + 1))
    return extras
