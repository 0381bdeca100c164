"""Standing words of the printed book in both its languages.

They belong to the publication, not to the screen: a yearbook is bilingual whatever language its reader chose.
"""

from __future__ import annotations

from workbench.domain.reading.model import Flag

WORDS: dict[str, tuple[str, str]] = {
    "table": ("Tabel", "Table"),
    "figure": ("Gambar", "Figure"),
    "continued": ("Lanjutan Tabel", "Continued Table"),
    "source": ("Sumber", "Source"),
    "note": ("Catatan", "Note"),
    "total": ("Jumlah", "Total"),
    "area": ("Kecamatan", "District"),
    "category": ("Rincian", "Breakdown"),
    "indicator": ("Indikator", "Indicator"),
    "period": ("Tahun", "Year"),
    "contents": ("Daftar Isi", "Contents"),
    "list_of_tables": ("Daftar Tabel", "List of Tables"),
    "list_of_figures": ("Daftar Gambar", "List of Figures"),
    "foreword": ("Kata Pengantar", "Foreword"),
    "explanation": ("Penjelasan Umum", "Explanatory Notes"),
    "symbols": ("Tanda-tanda dalam tabel", "Symbols in the tables"),
    "conventions": ("Cara membaca buku ini", "How to read this book"),
    "key_figures": ("Statistik Kunci", "Key Statistics"),
    "production": ("Catatan Produksi", "Production Note"),
    "chapter": ("Bab", "Chapter"),
    "draft": ("DRAF", "DRAFT"),
    "sample": ("Data contoh, bukan statistik resmi", "Sample data, not official statistics"),
    "incomplete": ("belum lengkap", "incomplete"),
}


def word(key: str, language: str = "id") -> str:
    """The word in the book's language."""
    return WORDS[key][0 if language == "id" else 1]


def other(language: str) -> str:
    """The book's second language."""
    return "en" if language == "id" else "id"


SYMBOLS: tuple[tuple[str, str, str], ...] = (
    ("…", "Data tidak tersedia", "Data not available"),
    ("–", "Tidak ada atau nol", "Nil or zero"),
    ("~0", "Data dapat diabaikan", "Negligible"),
    ("NA", "Data tidak dapat ditampilkan", "Not shown, to protect respondents"),
    ("x", "Tidak berlaku", "Not applicable"),
    ("*", "Angka sementara", "Provisional figure"),
    ("**", "Angka sangat sementara", "Very provisional figure"),
    ("r", "Angka diperbaiki", "Revised figure"),
    ("e", "Angka perkiraan", "Estimate"),
)
"""Symbol, meaning, English meaning; printed in the explanatory notes."""

MARK_NOTES: dict[Flag, tuple[str, str]] = {
    Flag.PROVISIONAL: ("* Angka sementara.", "* Provisional figure."),
    Flag.VERY_PROVISIONAL: ("** Angka sangat sementara.", "** Very provisional figure."),
    Flag.REVISED: ("r Angka diperbaiki.", "r Revised figure."),
    Flag.ESTIMATE: ("e Angka perkiraan.", "e Estimate."),
}
