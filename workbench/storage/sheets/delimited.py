"""CSV, TSV and their relatives: encoding and delimiter found in the text itself; records counted as csv.reader does."""

from __future__ import annotations

import csv
import io
from collections import Counter

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import CellValue, Grid
from workbench.i18n import _

LONGEST_FIELD = 1_000_000
MOST_COLUMNS = 2_000


def decode(data: bytes) -> str:
    """The text of a file: a byte order mark decides, then UTF-8, then UTF-16 by its zero bytes, then cp1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def sniff_delimiter(text: str) -> str:
    """The delimiter that splits the records most evenly. Commas in numbers do not mislead: evenness counts."""
    sample = text[:200_000]
    best, best_score = ",", 0.0
    for delimiter in (",", ";", "\t", "|"):
        widths = Counter()
        for i, record in enumerate(csv.reader(io.StringIO(sample), delimiter=delimiter)):
            if i > 500:
                break
            if any(f.strip() for f in record):
                widths[len(record)] += 1
        if not widths:
            continue
        width, often = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        if width < 2:
            continue
        score = often / widths.total() + min(width, 20) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def load_delimited(data: bytes, name: str) -> list[Grid]:
    text = decode(data)
    delimiter = sniff_delimiter(text)
    csv.field_size_limit(LONGEST_FIELD)
    try:
        records: list[list[CellValue]] = [
            list(r) for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise UnreadableFile(_("Berkas CSV ini rusak: {why}.").format(why=error)) from error
    width = max(map(len, records), default=0)
    rows = [r + [""] * (width - len(r)) for r in records]
    return [Grid(name, rows, typed=False)]
