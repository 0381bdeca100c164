"""Do the separators of a huge CSV stand where its numbers have them?

DuckDB reads `1.234,5` at full speed when told its marks, but takes grouping marks away wherever they stand: `1.5` would
become 15 (as in pandas; duckdb/duckdb#17220). So the bytes are looked over first, a block at a time, all marks at once.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 18
_EDGE = 8  # bytes looked at before and behind a mark
_BACK = 1 << 16  # a line is sought this far back
MOST = 20_000  # marks in odd places that are looked at one by one


def misplaced(path: Path, delimiter: str, grouping: str, decimal: str) -> set[int] | None:
    """Columns (from 0) that hold a digit with a mark where numbers have none; None when it cannot be said.

    Text columns may be among them. Neither mark may be the delimiter.
    """
    found: set[int] = set()
    seen = 0
    with path.open("rb") as file:
        for place in _odd(path, ord(grouping), ord(decimal)):
            seen += 1
            column = _column(file.seek(max(0, place - _BACK)), place, file.read(min(place, _BACK)), delimiter)
            if seen > MOST or column is None:
                return None
            found.add(column)
    return found


def _odd(path: Path, grouping: int, decimal: int) -> Iterator[int]:
    """Offsets of marks in odd places."""
    start, kept = -_EDGE, b"\n" * _EDGE
    with path.open("rb", buffering=0) as file:
        while True:
            block = file.read(_BLOCK)
            data = kept + (block or b"\n" * _EDGE)
            if len(data) > 2 * _EDGE:
                odd = np.flatnonzero(_marks(np.frombuffer(data, np.uint8), grouping, decimal))
                yield from (odd + (start + _EDGE)).tolist()
            start, kept = start + max(0, len(data) - 2 * _EDGE), data[-2 * _EDGE :]
            if not block:
                return


def _marks(data: NDArray[np.uint8], grouping: int, decimal: int) -> NDArray[np.bool_]:
    """Which bytes between the edges are marks in odd places."""
    digit = (data - np.uint8(48)) < 10

    def at(what: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
        return what[_EDGE + step : len(what) - _EDGE + step]

    point, exponent = data == decimal, (data | np.uint8(32)) == ord("e")
    before, behind = at(digit, -1), at(digit, 1)
    # 1.234: three digits and no more behind, one to three before, and no decimals before those
    group = before & behind & at(digit, 2) & at(digit, 3) & ~at(digit, 4) & ~at(exponent, 4)
    group &= ~(at(digit, -2) & at(digit, -3) & at(digit, -4)) & ~at(point, -2)
    group &= ~(at(digit, -2) & (at(point, -3) | (at(digit, -3) & at(point, -4))))
    odd = at(data == grouping, 0) & (before | behind) & ~group
    odd |= at(point, 0) & (before ^ behind)
    sign = at((data == ord("-")) | (data == ord("+")), 1)
    odd |= at(exponent, 0) & before & (behind | sign)
    odd |= at(data == ord("_"), 0) & before & behind
    return np.asarray(odd, bool)


def _column(start: int, place: int, data: bytes, delimiter: str) -> int | None:
    """The column in which the byte at ``place`` stands, by the beginning of its line in ``data`` (from ``start``)."""
    line = data[: place - start].rpartition(b"\n")
    text = line[2].decode("latin-1")
    quote = text.find('"')
    if (not line[1] and start) or text.count('"') % 2 or (quote > 0 and text[quote - 1] != delimiter):
        return None  # the line may begin inside a quoted cell
    try:
        records = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return len(records[0]) - 1 if records and records[0] else 0
