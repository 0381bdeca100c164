"""The letter around a table: the office's head with its address above, place, date and signatures below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.domain.reading import periods
from workbench.domain.reading.view import View

_ADDRESS = re.compile(
    r"^\s*jl\.?\s|\b(?:telp|telepon|fax|faks?|faksimile)\b[.:]?\s*[(+\d]|\w\W+kode\s*pos\b\s*:?\s*\d|[\w.]@\w+\.\w|"
    r"\b(?:website|situs|laman|pos-?el|e-?mail)\b\s*:",
    re.I,
)
_OFFICE = re.compile(
    r"\s*(?:pemerintah|dinas|badan|kantor|sekretariat|kecamatan|kelurahan|kementerian|rsud|rumah sakit|puskesmas|upt|"
    r"satuan|inspektorat|perusahaan|perum|pt\b|lembaga|balai|sekolah)",
    re.I,
)
_MATTER = re.compile(r"\s*(?:nomor|no\.?|sifat|lampiran|perihal|hal|kepada|yth\.?)\s*(?::|yth\b)", re.I)
_MONTH = "|".join(sorted(periods.MONTHS, key=len, reverse=True))
_PLACE_AND_DATE = re.compile(rf"[A-Z][A-Za-z .]{{2,30}},\s*(?:\d{{1,2}}|[.…_ ]*)\s*(?:{_MONTH})\s+\d{{4}}\.?", re.I)
_SIGNED = re.compile(
    r"\s*(?:mengetahui|menyetujui|mengesahkan|diketahui oleh|disetujui oleh|nip\b|pembuat (?:daftar|laporan)|"
    r"yang (?:membuat|melaporkan|menyatakan)|dibuat oleh|hormat kami)\b.*",
    re.I | re.S,
)
_LONG_NUMBER = 10  # digits; from here on a staff number or a telephone rather than a figure
_MOST_LINES = 25  # a signature takes no more


def letterhead(lines: Sequence[str]) -> int:
    """How many lines above a table are the head of a letter: from an office down to the last line of its address."""
    if not lines or not _OFFICE.match(lines[0]):
        return 0
    return next((i + 1 for i in reversed(range(len(lines))) if _ADDRESS.search(lines[i])), 0)


def is_letter_matter(text: str) -> bool:
    """`Nomor : 551/12/2025`, `Perihal : …`: what a letter says about itself, and not its table."""
    return bool(_MATTER.match(text))


def signature_end(view: View, rows: Sequence[int], position: int) -> int:
    """Where the signature that begins at ``position`` ends; ``position`` itself where none begins.

    It begins with a place and date, `Mengetahui` or `NIP` in a row without figures, and goes on to the next table.
    """
    row = rows[position]
    if any(view.tags[row][c] in "ns" for c in view.filled(row)):
        return position
    if not any(_is_signed(view.text(row, c)) for c in view.filled(row)):
        return position
    following = rows[position + 1 : position + 1 + _MOST_LINES]
    for i, later in enumerate(following, position + 1):
        if len(view.filled(later)) >= 2 and any(_is_figure(view, later, c) for c in view.filled(later)):
            while i > position + 1 and rows[i] - rows[i - 1] == 1:
                i -= 1
            return i
    return position + 1 + len(following)


def _is_signed(text: str) -> bool:
    return bool(_SIGNED.fullmatch(text) or _PLACE_AND_DATE.fullmatch(text))


def _is_figure(view: View, row: int, column: int) -> bool:
    return view.tags[row][column] == "n" and sum(c.isdigit() for c in view.text(row, column)) < _LONG_NUMBER
