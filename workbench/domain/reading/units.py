"""Units and multipliers named in titles, headers and labels: (Ribu), Juta Rp., (%), per km2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MULTIPLIERS = {
    "ribu": 1e3, "ribuan": 1e3, "thousand": 1e3, "thousands": 1e3, "000": 1e3,
    "juta": 1e6, "jutaan": 1e6, "million": 1e6, "millions": 1e6,
    "miliar": 1e9, "milyar": 1e9, "milyard": 1e9, "billion": 1e9,
    "triliun": 1e12, "trilyun": 1e12,
}  # fmt: skip

_WHOLE = (
    "jiwa|orang|org|people|persons?|population|unit|units|buah|ekor|rumah tangga|ruta|kk|keluarga|kepala "
    "keluarga|usaha|sekolah|murid|siswa|peserta(?: didik)?|mahasiswa|santri|guru|dosen|"
    "pasien|kasus|desa|kelurahan|rt|rw|puskesmas|posyandu|dokumen|surat|lembar|kendaraan|kali|pegawai|pns|tenaga "
    "kerja|pelanggan|"
    "perusahaan|koperasi|umkm|penduduk|bayi|balita|kelahiran|kematian|bidan|dokter|perawat|bangunan|kamar|tempat "
    "tidur|wisatawan|pengunjung|"
    "laki-?\\s?laki|perempuan|male|female|(?<![/\\w])[lp](?![/\\w])|ternak|sapi|ayam|kambing|akta|akte|pemohon|"
    "rombongan belajar|kelas|pohon|batang|proyek"
)
_UNIT = re.compile(
    rf"(?P<mult>ribu(?:an)?|juta(?:an)?|mil[iy]ar[d]?|tril[iy]un|thousands?|millions?|billions?|000)?\s*"
    rf"(?P<unit>{_WHOLE}|rp\.?|rupiah|idr|us\s?\$|usd|\$|dolar|%|persen|percent|persentase|ha|hektar|hectares?|km2|"
    rf"km²|km persegi|sq\.?\s?km|m2|m²|m3|"
    r"km|m|meter|ton|kg|kw|kwintal|kuintal|ku/ha|ton/ha|liter|kwh|mwh|mw|mbs|mb|hpa|celcius|celsius|°\s?c|mm|knot|"
    r"poin|point|points|indeks|tahun|"
    r"hari|jam|bulan|rasio|jiwa/km2|jiwa/km²|orang/km2|per km2|watt|va|gram|cm|butir|paket|peringkat|nilai|skala|"
    r"skor|level)?\.?",
    re.I,
)
_PARENTHESES = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]")
_SHARE = re.compile(
    r"%|\b(persen|percent|persentase|presentase|prosentase|percentage|proporsi|distribusi|share|kontribusi|pangsa)\b",
    re.I,
)
_RATE = re.compile(
    r"\b(rasio|ratio|laju|pertumbuhan|growth|kepadatan|density|rata\s*-?\s*rata|rerata|average|mean|indeks|index|"
    r"angka (harapan|melek|kesakitan|"
    r"kematian|kelahiran|penemuan|partisipasi)|per\s+(?:[\d.,]+|km|kilo|ha\b|hektar|kapita|capita|m2|orang|jiwa|"
    r"penduduk|unit|keluarga|rumah|thousand|hundred|ribu|seribu)\w*|tingkat|produktivitas|prevalensi|nilai tukar|"
    r"deflator|inflasi|kurs|suhu|temperatur|"
    r"kelembaban|tekanan|sex ratio|skor|poin|apk|apm|ipm|tpt|tpak|usia harapan|derajat|cakupan)\b",
    re.I,
)
_COUNT = re.compile(rf"\b(jumlah|banyaknya|banyak|number of|total|populasi|{_WHOLE})\b", re.I)
_PER = re.compile(r"/\s*(?:\d+\s*)?(?:km2?|km²|ha|m[23²³]?|l|ml|liter|kg|jam|hari|bulan|tahun|kapita)\b", re.I)
_COUNTING = re.compile(
    r"\b(jumlah|banyaknya|banyak|number of|total|populasi|population|penduduk|jiwa|orang|pengunjung|wisatawan|kasus)\b",
    re.I,
)
_MEASURED = re.compile(
    r"\b(ha|hektar|km2|km²|ton|kg|kw|kuintal|kwintal|luas|produksi|produktivitas|area|production|panjang|length|"
    r"liter|volume|juta|ribu|miliar|"
    r"milyar|thousand|million|panen|curah|rp|rupiah|nilai|pdrb|harga|mm|km|meter)\b",
    re.I,
)


# nouns that can only be counted, whatever else the title speaks of; not sexes (`luas lahan`) nor animals (`daging`)
_THING = re.compile(
    r"\b(penduduk|jiwa|orang|pelanggan|nasabah|anggota|peserta|siswa|murid|mahasiswa|guru|dosen|pasien|pegawai|pns|asn|"
    r"tenaga kerja|pekerja|karyawan|pencari kerja|pengunjung|wisatawan|penumpang|pemilih|tps|rumah tangga|ruta|kk|"
    r"keluarga|bayi|balita|kelahiran|kematian|kendaraan|perusahaan|koperasi|sekolah|puskesmas|posyandu|dokter|bidan|perawat)\b",
    re.I,
)
_RATE_LABEL = re.compile(
    r"\W*(\d+[.)]\s*|[a-z][.)]\s*)?(rasio|ratio|angka (?!sementara|tetap)|persentase|presentase|prosentase|"
    r"persen|%|rata|rerata|laju|indeks|index|kepadatan|cakupan|average|mean|percentage|"
    r"tingkat (partisipasi|pengangguran|kemiskinan|inflasi|kepadatan|hunian))",
    re.I,
)
_SMALL_MONEY = re.compile(
    r"\b(ribu|ribuan|thousand)\s*(rp|rupiah|idr)|\b000\s*(rp|rupiah)|(rp\.?|rupiah)\s*\.?\s*(ribu|000)\b", re.I
)
_RUPIAH = re.compile(r"(?<!\w)(rp\b\.?|rupiah|idr)", re.I)
_SCALED = re.compile(r"\b(ribu|ribuan|juta|jutaan|mil[iy]ar[d]?|tril[iy]un|thousands?|millions?|billions?|000)\b", re.I)
_PRICE = re.compile(r"\b(harga|tarif|upah|gaji|price|kurs|rata|per|biaya)\b|/", re.I)
_CHANGE = re.compile(
    r"\b(laju|pertumbuhan|growth|inflasi|deflasi|inflation|andil|perubahan|kenaikan|penurunan|change|tumbuh)\b", re.I
)
_MEASURED_WORD = re.compile(
    r"%|ha|km2|km²|ton|kg|rp\.?|rupiah|us\s?\$|usd|mm|ribu( jiwa| rp)?|juta( rp\.?| rupiah)?", re.I
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as printed, with what its values are to be multiplied by to have the plain unit (10^3 for Ribu)."""

    text: str
    multiplier: float = 1.0


@lru_cache(maxsize=4096)
def unit_in(text: str) -> Unit | None:
    """The unit named in parentheses at the end of a title or header; a bare unit word counts as well."""
    for inner in reversed(_PARENTHESES.findall(text)):
        if unit := _unit(inner):
            return unit
    tail = re.search(r"(?:dalam|satuan\s*:?|unit\s*:|in)\s+([\w\s.%²³/$]+)$", text.strip(), re.I)
    if tail and (unit := _unit(tail[1])):
        return unit
    return _unit(text) if len(text) <= 20 and (_MEASURED_WORD.fullmatch(text.strip()) or _SHARE.search(text)) else None


def _unit(text: str) -> Unit | None:
    # bilingual units stand as (Ribu Jiwa/Thousand Persons); the first one is printed
    first = re.split(r"\s*/\s*(?=[a-z]{4})", text.strip(), maxsplit=1, flags=re.I)[0].strip()
    found = _UNIT.fullmatch(first)
    if not found or not first:
        return None
    multiplier, unit = found["mult"], found["unit"]
    if not multiplier and not unit:
        return None
    if not multiplier and re.fullmatch(r"[lp]|laki-?\s?laki|perempuan|male|female|penduduk", first, re.I):
        return None
    return Unit(first, _MULTIPLIERS.get((multiplier or "").lower(), 1.0))


def multiplier_of(unit: str | None) -> float:
    """10^3 for `Ribu Jiwa`; 1 when there is none."""
    words = re.findall(r"[a-z0]+", (unit or "").lower())
    return next((_MULTIPLIERS[word] for word in words if word in _MULTIPLIERS), 1.0)


def most_people(words: str, unit: str | None) -> float:
    """How large a figure in this unit could be before it counted more people than Indonesia has; else infinity."""
    factor = multiplier_of(unit)
    if re.search(r"\b(rp|rupiah|idr|usd|dolar|ton|kg|kuintal|ha|hektar|liter|km2?)\b", unit or "", re.I):
        return float("inf")
    people = re.search(r"\b(penduduk|jiwa|orang|population|persons?|people)\b", f"{words} {unit or ''}", re.I)
    return 3e8 / factor if people and factor >= 1000 and not is_rate(words) else float("inf")


def is_share(*texts: str | None) -> bool:
    """Percentages and shares: parts of 100."""
    return any(bool(text) and bool(_SHARE.search(text or "")) for text in texts)


def is_rate(*texts: str | None) -> bool:
    """Values that may never be summed: ratios, densities, means, indices, percentages."""
    return is_share(*texts) or any(bool(text) and bool(_RATE.search(text or "")) for text in texts)


def is_measured(text: str) -> bool:
    """Areas, weights, money: values that may well have decimals."""
    return bool(_MEASURED.search(text))


def counts_things(*texts: str | None) -> bool | None:
    """True where values can only be whole (persons, schools), False for rates, None where the words do not say."""
    joined = " ".join(text for text in texts if text)
    if not joined:
        return None
    if is_rate(joined):
        return False
    if _MEASURED.search(joined) or _PER.search(joined):
        return None
    if _COUNT.search(joined):
        return True
    return None


def names_things(header: str) -> bool:
    """Does a header name persons or things, so that the title's other measures (Nilai, Volume) are not its own?"""
    return bool(_THING.search(header)) and not is_measured(header) and not is_rate(header) and not _PER.search(header)


def is_frequency(unit: str) -> bool:
    """`kali`: events are counted so, and turnover rates too."""
    return unit.strip().lower().rstrip(".") in ("kali", "x", "times")


@lru_cache(maxsize=4096)
def is_change(text: str) -> bool:
    """Growth, inflation, contributions to it: percentages that are usually small and may be negative."""
    return bool(_CHANGE.search(text))


@lru_cache(maxsize=4096)
def is_rate_label(label: str) -> bool:
    """A row that begins as a rate: `Rasio terhadap 100.000 penduduk`, `Angka Lahir Mati`, `Rata-rata`."""
    return bool(_RATE_LABEL.match(label))


@lru_cache(maxsize=4096)
def is_small_money(header: str, unit: str | None) -> bool:
    """Amounts in thousands of rupiah that are no prices: their thousandth part would be one rupiah."""
    words = f"{header} {unit or ''}"
    return bool(_SMALL_MONEY.search(words)) and not _PRICE.search(words)


@lru_cache(maxsize=4096)
def is_whole_money(header: str, unit: str | None, title: str) -> bool:
    """Amounts in single rupiah, which no price list breaks in three decimals; not thousands or millions of them."""
    words = f"{header} {unit or ''} {title}"
    return bool(_RUPIAH.search(f"{header} {unit or ''}")) and not _SCALED.search(words)


def title_counts(title: str) -> bool | None:
    """What a title says of its values. `PROFIL KELURAHAN PAJANG` counts nothing, nor does what follows `menurut`."""
    subject = re.split(r"\b(?:menurut|berdasarkan|per|by)\b", title, maxsplit=1, flags=re.I)[0]
    counts = counts_things(title if is_rate(title) or is_measured(title) else subject)
    if counts is True and not _COUNTING.search(subject):
        return None
    return counts
