"""The vocabulary of Indonesian statistical tables: totals, averages, header words, notes."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Role(StrEnum):
    """What a column of a table holds."""

    LABEL = "label"
    SERIAL = "serial"  # row numbers and database ids
    CODE = "code"  # area and other codes: text, never a number
    PERIOD = "period"
    UNIT = "unit"
    NOTE = "note"
    VALUE = "value"
    EMPTY = "empty"


_WORDS: list[tuple[Role, re.Pattern[str]]] = [
    (
        Role.SERIAL,
        re.compile(
            r"(no|no\.|nomor|nomer|number|#|_?id|id_\w+|\w+_id|[fg]id|objectid|row_?(id|num|number)|"
            r"nomor urut|no\.? ?urut|no\.?\s*/\s*no\.?|urutan|index)",
            re.I,
        ),
    ),
    (
        Role.CODE,
        re.compile(
            r"((kode|code|kd)([\s_./-].*)?|id[\s.-]+(?!card).*|.*[\s_](kode|code)|npsn|nik|nip|nisn|nuptk|npwp|nib|"
            r"(no\.? ?)?(telp|hp|telepon|wa|whatsapp)\.?(\s.*)?|no\.? ?(kk|ktp|registrasi|rekening|"
            r"sk).*|kode ?pos|kodepos|rt/rw"
            r"|klaster|cluster|bps_\w*kode\w*|kemendagri_\w*kode\w*)",
            re.I,
        ),
    ),
    (
        Role.PERIOD,
        re.compile(
            r"(tahun|year|thn\.?|th\.?|tahun data|tahun ajaran|tahun anggaran|bulan|month|tanggal|tgl|date|periode|"
            r"period|semester|triwulan|kuartal|"
            r"quarter|musim|hari|waktu|time|ref_?date)(\s*[/(|\n-].*)?",
            re.I,
        ),
    ),
    (Role.UNIT, re.compile(r"(satuan|unit|units|uom|satuan\s*[/|(\n].*)", re.I)),
    (
        Role.NOTE,
        re.compile(
            r"(ket|ket\.|keterangan|catatan|remarks?|notes?|sumber|sumber data|source)(\s*[/(|\n].*)?|sumber data.*",
            re.I,
        ),
    ),
]

_STUB = re.compile(
    r"(uraian|rincian|indikator|kecamatan|kelurahan|desa|kabupaten|kota|provinsi|wilayah|daerah|lokasi|bulan|tahun|"
    r"kelompok|golongan|jenis|"
    r"nama|bidang|sektor|lapangan|komponen|kategori|kegiatan|program|agama|pendidikan|instansi|opd|unit kerja|"
    r"satuan kerja|puskesmas|"
    r"rumah sakit|sekolah|negara|komoditas|komoditi|tanaman|umur|usia|kelas|pangkat|month|year|subdistrict|district|"
    r"regency|region|"
    r"description|item|age|type|kind|tanggal|elemen|variabel|dinas|penggunaan|penggunan)\b",
    re.I,
)
_TOTAL = re.compile(
    r"(sub\s*-?\s*total|sub\s*-?\s*jumlah|grand\s*total|total|jumlah|jml\.?|totals|sum|amount|jumlah\s+(total|"
    r"keseluruhan|seluruhnya|semua|besar|akhir)|"
    r"total\s+(keseluruhan|jumlah|seluruhnya|semua|umum)|semua(\s+(umur|usia|kelompok|golongan|golongan umur|"
    r"kelompok umur|jenis|agama))?|"
    r"all( ages)?|keseluruhan|seluruhnya|l\s*\+\s*p|laki-?\s?laki\s*(\+|dan|&)\s*perempuan|l\s*&\s*p)",
    re.I,
)
# Jumlah A, Jumlah II, Total (1+2), TOTAL (A + B): sums of lettered or numbered sections; Jumlah L and P are persons
_SECTION_TOTAL = re.compile(
    r"(?:sub\s*-?\s*)?(?:grand\s+)?(?:jumlah|total|jml\.?)\s*:?\s*(?:[\[(]\s*)?(?P<first>[a-k]|[ivx]{1,4}|\d{1,2})"
    r"(?:\s*(?:[+,&]|dan|s\.?\s?d\.?|-)\s*(?:[a-k]|[ivx]{1,4}|\d{1,2}))*\s*[\])]?",
    re.I,
)
_SUBTOTAL = re.compile(r"(sub\s*-?\s*total|sub\s*-?\s*jumlah)\b.*", re.I)
_TOTAL_OF = re.compile(r"(jumlah|total|jml\.?|grand total|sub\s*-?\s*total)\b[\s:/-]*(.*)", re.I | re.S)
_MEAN = re.compile(r"(rata\s*-?\s*rata|rerata|average|mean|rata2|median)\b.*", re.I | re.S)
_NOTE = re.compile(
    r"\s*(sumber|source|catatan|note|notes|keterangan|ket\s*[.:]|diolah|dikutip|access time|source url|\*|¹|²|³|"
    r"\d\)\s|[a-e]\)\s|</?\w+>|"
    r"data dikutip|mengetahui|kepala (dinas|badan|bidang)|dicetak|nip\b|-\s*(tidak|data)|\.\.\.\s|penjelasan|r\)|x\))",
    re.I,
)
_SOURCE = re.compile(r"\s*(sumber(\s*data)?|source|sumber\s*/\s*source)\s*[:/]\s*(.*)", re.I | re.S)
_NUMBERING = re.compile(r"\(?\s*(\d{1,2}|[ivx]{1,4})\s*\)?\.?", re.I)
_CONTINUED = re.compile(r"\b(lanjutan|sambungan|continued|halaman|page)\b", re.I)
_META = re.compile(
    r"\s*(satuan|unit|tahun|periode|kabupaten|kota|provinsi|kecamatan|opd|dinas|instansi|bulan)\s*(/\s*\w+)?\s*:", re.I
)
_BALANCE = re.compile(
    r"\b(lebih|kurang|selisih|sisa|surplus|defisit|saldo|neto|netto|perubahan|bertambah|berkurang|difference|balance)\b",
    re.I,
)
_META_WORD = re.compile(
    r"(tahun|periode|semester|triwulan|bulan|satuan|kabupaten|kota|kabupaten/kota|kab\.?/kota|provinsi|kecamatan|"
    r"kelurahan|desa|desa/kelurahan|opd|skpd|perangkat daerah|instansi|unit kerja|urusan|bidang|dinas|puskesmas|"
    r"nama (dinas|opd|instansi|unit|puskesmas|sekolah|data|indikator)|judul( tabel)?|kode( data| indikator)?|"
    r"sumber data)",
    re.I,
)
_TABLE_NUMBER = re.compile(
    r"(?:tabel|table|tabel\s*/\s*table|lampiran)\b\.?[\s:]*(?:[ivx]+|[\d.\-]*\d[a-z]?)?[.:]?", re.I
)
LIST_MARK = re.compile(r"\(?(?:[ivxlc]{1,6}|[a-z])[.)]?", re.I)
_LETTERED = re.compile(
    r"^\s*(?:\(?(?P<letter>[a-z])[.)]\s+|(?P<dash>[-–•*])\s*(?=\S)|(?P<number>\d{1,3})[.)]\s+|"
    r"(?P<deep>\d+(?:\.\d+)+)\.?\s+|(?P<roman>[ivxlc]{1,5})[.)]\s+)",
    re.I,
)


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """A label without line breaks, doubled blanks and footnote marks around it; its letters are kept as printed."""
    return re.sub(r"\s+", " ", text).strip()


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """A label for comparison: small letters, letter-spacing undone, marks and numbering removed."""
    bare = clean(text).lower()
    if re.fullmatch(r"(?:\w ){2,}\w(?: .*)?", bare):
        bare = re.sub(r"(?<=\b\w) (?=\w\b)", "", bare)
    bare = re.sub(r"[*¹²³⁴⁵]+|\s+\d\)$", "", bare)
    return bare.strip(" .:;,-–/|")


def halves(text: str) -> list[str]:
    """The two languages of a bilingual label (`Jumlah/Total`, one below the other); the label alone otherwise."""
    parts = [squeeze(part) for part in re.split(r"[/|\n]|\s-\s", text)]
    whole = squeeze(text)
    parts = [part.strip("() ") for part in parts if part.strip("() ")]
    return [whole, *parts] if parts != [whole] else [whole]


@lru_cache(maxsize=8192)
def is_total(text: str) -> bool:
    """A label that means nothing but total: Jumlah, Jumlah/Total, J u m l a h, Semua Umur, L+P."""
    parts = halves(text)
    if _TOTAL.fullmatch(parts[0]) or _SECTION_TOTAL.fullmatch(parts[0]):
        return True
    rest = parts[1:]
    return bool(rest) and all(_TOTAL.fullmatch(part) for part in rest)


@lru_cache(maxsize=8192)
def total_of(text: str) -> str | None:
    """What a label such as `Jumlah Kecamatan Laweyan` says it is the total of; None when it is no such label."""
    found = _TOTAL_OF.fullmatch(squeeze(text))
    return found[2].strip() if found else None


@lru_cache(maxsize=8192)
def is_subtotal(text: str) -> bool:
    return bool(_SUBTOTAL.fullmatch(squeeze(text)))


@lru_cache(maxsize=8192)
def is_mean(text: str) -> bool:
    """A row or column of means: Rata-rata, Average."""
    return bool(_MEAN.fullmatch(squeeze(text)))


@lru_cache(maxsize=8192)
def is_note(text: str) -> bool:
    """Does this line explain the table (source, note, page furniture) rather than belong to it?"""
    return bool(_NOTE.match(text))


def source_of(text: str) -> str | None:
    """`Dinas Kesehatan` from `Sumber: Dinas Kesehatan`."""
    found = _SOURCE.match(text)
    return clean(found[3]) if found and clean(found[3]) else None


def is_continuation(text: str) -> bool:
    """`Lanjutan Tabel 3`: the same table on its next page."""
    return bool(_CONTINUED.search(text))


def is_meta(text: str) -> bool:
    """`Satuan : Orang`, `Tahun: 2024`: a line about the table."""
    return bool(_META.match(text))


@lru_cache(maxsize=8192)
def is_balance(text: str) -> bool:
    """A column of what is over, short or left: Lebih/(Kurang), Selisih, Sisa Anggaran."""
    return bool(_BALANCE.search(text))


@lru_cache(maxsize=512)
def without_number(title: str) -> str:
    """`Indeks Harga, 2023` from `Tabel 3.1.2 Indeks Harga, 2023`."""
    return re.sub(
        r"^\s*(?:tabel|table|lampiran)\b[\s:.]*(?:\d[\d.\-]*|[ivx]+(?=[\s.:]))?[\s:.]*", "", title, count=1, flags=re.I
    )


def is_answer(text: str) -> bool:
    """A word that answers a question instead of counting: ada, tidak, ya, sudah."""
    return bool(re.fullmatch(r"(tidak |belum )?(ada|ya|tidak|sudah|belum|tersedia|aktif|memenuhi|lengkap)", text))


@lru_cache(maxsize=8192)
def is_meta_word(text: str) -> bool:
    """`TAHUN`, `KABUPATEN/KOTA`: what stands left of a fact about the whole table."""
    return bool(_META_WORD.fullmatch(squeeze(text)))


@lru_cache(maxsize=8192)
def is_table_number(text: str) -> bool:
    """`Tabel`, `Table 3.1.1`, `Lampiran II`: the number of a table, its title in the cells beside it."""
    return bool(_TABLE_NUMBER.fullmatch(clean(text)))


def is_stub_word(text: str) -> bool:
    """Does a header name what rows are (Kecamatan, Uraian, Kelompok Umur)?"""
    return bool(_STUB.match(clean(text)))


def is_numbering(text: str) -> bool:
    """`(1)`, `1`, `(iv)`: a cell of the row that numbers the columns."""
    return bool(_NUMBERING.fullmatch(text.strip()))


def role_of_header(text: str) -> Role | None:
    """The role that a header alone gives to its column, None when only the values can tell."""
    for candidate in halves(text):
        for role, pattern in _WORDS:
            if pattern.fullmatch(candidate):
                return role
    return None


def enumerator(text: str) -> str:
    """The kind of list mark before a label: letter, number, roman, deep (1.2), dash; "" for none."""
    found = _LETTERED.match(text)
    if not found:
        return ""
    if found["letter"] and found["letter"].lower() in "ivx" and found["letter"].isupper():
        return "roman"
    kind = next(name for name, value in found.groupdict().items() if value)
    if kind == "letter":
        return "capital" if found["letter"].isupper() else "letter"
    return kind
