"""CSV, TSV and their relatives: encoding and delimiter found in the text itself; records counted as csv.reader does."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import CellValue, Grid
from workbench.i18n import _
from workbench.storage.sheets import limits
from workbench.storage.sheets.sniff import utf16_without_mark

_TWO_BYTES = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]|\xc2[\xa0-\xbf]")


def decode(data: bytes) -> str:
    """The text of a file: a byte order mark decides, then UTF-8, then UTF-16 by its zero bytes, then cp1252."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        if guess := utf16_without_mark(data):
            return data.decode(guess)
    except UnicodeDecodeError as error:
        raise UnreadableFile(_("Teks berkas ini rusak (UTF-16 terpotong); minta dikirim ulang.")) from error
    if b"\x00" in data:
        raise UnreadableFile(_("Berkas ini bukan teks maupun lembar kerja yang dikenal (berisi byte NUL)."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _TWO_BYTES.search(data):
            raise UnreadableFile(
                _("Berkas ini memakai dua sandi teks sekaligus (UTF-8 dan lainnya); simpan ulang sebagai UTF-8.")
            ) from error
    return data.decode("cp1252", errors="replace")


def _records(text: str, delimiter: str) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def sniff_delimiter(text: str) -> str:
    """The delimiter that splits the records most evenly. Commas in numbers do not mislead: evenness counts."""
    sample = text[:200_000]
    best, best_score = ",", 0.0
    for delimiter in (",", ";", "\t", "|"):
        widths: Counter[int] = Counter()
        for i, record in enumerate(_records(sample, delimiter)):
            if i > 500:
                break
            if any(field.strip() for field in record):
                widths[len(record)] += 1
        several = {width: often for width, often in widths.items() if width > 1}
        if not several:
            continue
        width, often = max(several.items(), key=lambda item: (item[1], item[0]))
        # a title line above the table has no delimiter; only records split otherwise count against it
        score = often / (sum(several.values()) + 0.25 * widths[1]) + min(often, 50) / 1000 + min(width, 20) / 10_000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def load_delimited(data: bytes, name: str) -> list[Grid]:
    """The one grid of a text file."""
    text = decode(data)
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > limits.FIELD and text.count("\r", start, end) < 2:
            raise UnreadableFile(_("Satu baris berkas ini lebih panjang dari satu juta huruf; ini bukan tabel CSV."))
        start = end + 1
    csv.field_size_limit(limits.FIELD)
    marked = re.match(r"sep=(.)\r?\n", text)
    try:
        delimiter = marked[1] if marked else sniff_delimiter(text)
        records: list[list[CellValue]] = [list(record) for record in _records(text, delimiter)]
    except csv.Error as error:
        raise UnreadableFile(
            _("Tanda petik atau pemisah berkas CSV ini rusak; simpan ulang lalu kirim lagi.")
        ) from error
    swallowed = next((n for n, r in enumerate(records, 1) for v in r if str(v).count("\n") > limits.LINES), 0)
    if swallowed:
        raise UnreadableFile(
            _("Baris ke-{n} berkas CSV ini punya tanda petik yang tidak ditutup; perbaiki lalu kirim lagi.").format(
                n=swallowed
            )
        )
    width = max(map(len, records), default=0)
    if width > limits.COLUMNS:
        raise UnreadableFile(
            _("Berkas ini punya {n} kolom; paling banyak {most}.").format(n=width, most=limits.COLUMNS)
        )
    if marked:
        records[0] = []
    rows = [record + [""] * (width - len(record)) if len(record) < width else record for record in records]
    return [Grid(name, rows, typed=False)]
