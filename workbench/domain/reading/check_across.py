"""The same figures under two names: tables of one file, or of several files that were read together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from workbench.domain.reading.model import Finding, Reading, Severity, TableReading
from workbench.i18n import _

MOST_CELLS = 20_000  # a table that somebody copied by hand; longer ones are not compared
FEWEST = 8  # fewer figures may well agree by chance
MOST = 20


def figures(table: TableReading) -> str | None:
    """A key that two tables share when they have the same figures in the same order, whatever their labels say.

    None where too little stands in the table to tell anything: few figures, few different ones, or small ones.
    """
    return fingerprint([o.value for o in table.observations])


def fingerprint(values: Sequence[float | None]) -> str | None:
    """The key of these figures in this order; None where they are too few, too alike or too small to tell anything,
    or more than anybody copies by hand."""
    if len(values) > MOST_CELLS:
        return None
    known = [v for v in values if v is not None]
    if len(known) < FEWEST or len(set(known)) < 6 or max(map(abs, known)) < 10:
        return None
    return hashlib.blake2b(json.dumps([None if v is None else float(v) for v in values]).encode()).hexdigest()


def in_file(tables: Sequence[TableReading]) -> list[Finding]:
    """Tables of one file that repeat each other."""
    return [_finding(first, second) for first, second in _pairs((t, "") for t in tables)]


def in_files(readings: Sequence[Reading]) -> list[Finding]:
    """Tables of several files that repeat each other; a file's own copies are told with the file."""
    together = [(table, reading.file) for reading in readings for table in reading.tables]
    return [_finding(first, second) for first, second in _pairs(together) if first[1] != second[1]]


_Placed = tuple[TableReading, str]


def _pairs(tables: Iterable[_Placed]) -> list[tuple[_Placed, _Placed]]:
    seen: dict[str, _Placed] = {}
    found: list[tuple[_Placed, _Placed]] = []
    for table, file in tables:
        key = figures(table)
        if key is None:
            continue
        if key in seen and len(found) < MOST:
            found.append((seen[key], (table, file)))
        seen.setdefault(key, (table, file))
    return found


def _finding(first: _Placed, second: _Placed) -> Finding:
    (one, one_file), (other, other_file) = first, second
    text = _(
        "Tabel “{a}” ({where_a}) dan “{b}” ({where_b}) berisi angka yang persis sama; periksa apakah salah satunya "
        "tersalin dengan nama lain."
    ).format(
        a=one.title or one.sheet,
        b=other.title or other.sheet,
        where_a=", ".join(part for part in (one_file, one.sheet, one.area) if part),
        where_b=", ".join(part for part in (other_file, other.sheet, other.area) if part),
    )
    return Finding("identical_tables", Severity.WARNING, text, other.area, other.sheet)
