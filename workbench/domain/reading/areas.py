"""Area names as printed and as compared: prefixes, abbreviations, letter-spacing. Codes are matched elsewhere."""

from __future__ import annotations

import re
from functools import lru_cache

_PREFIX = re.compile(
    r"(?P<prefix>kabupaten|kab\.?|kota(?:\s+administrasi)?|kecamatan|kec\.?|kelurahan|kel\.?|desa|ds\.?|provinsi|prov\.?|propinsi)"
    r"(?:\s+|(?<=\.))(?P<name>\S.*)",
    re.I,
)
_LEVEL = {
    "kabupaten": "kabupaten", "kab": "kabupaten", "kota": "kota", "kota administrasi": "kota",
    "kecamatan": "kecamatan", "kec": "kecamatan", "kelurahan": "kelurahan", "kel": "kelurahan",
    "desa": "desa", "ds": "desa", "provinsi": "provinsi", "prov": "provinsi", "propinsi": "provinsi",
}  # fmt: skip
_CODE = re.compile(r"^\s*((?:\d{2,3}\.)+|\d{2,10}\s*[-.)]|\d{2}(?:\.\d{2,4})+\.?)\s*(?=\D)")
RANK = {"provinsi": 0, "kabupaten": 1, "kota": 1, "kecamatan": 2, "kelurahan": 3, "desa": 3, "": 9}


@lru_cache(maxsize=8192)
def normalise(name: str) -> tuple[str, str]:
    """`010. Kec.  B l o o t o` -> ("kecamatan", "blooto"): level by its prefix ("" if none), name for comparison."""
    bare = _CODE.sub("", re.sub(r"\s+", " ", name).strip()).strip()
    if re.fullmatch(r"(?:\w ){2,}\w", bare):
        bare = bare.replace(" ", "")
    level = ""
    if found := _PREFIX.fullmatch(bare):
        level = _LEVEL[found["prefix"].lower().rstrip(".")]
        bare = found["name"]
    return level, re.sub(r"[^a-z0-9 ]+", "", bare.lower()).strip()


_HEADINGS = (
    ("kabupaten", re.compile(r"\b(kabupaten\s*/\s*kota|kab\.?\s*/\s*kota|regency\s*/\s*municipality)\b", re.I)),
    ("desa", re.compile(r"^(nama )?(desa|kelurahan|desa\s*/\s*kelurahan|kelurahan\s*/\s*desa|villages?)\b", re.I)),
    ("kecamatan", re.compile(r"^(nama )?(kecamatan|subdistrict|district)\b", re.I)),
)
_PROVINCES = {
    "aceh", "sumatera utara", "sumatera barat", "riau", "jambi", "sumatera selatan", "bengkulu", "lampung",
    "kepulauan bangka belitung", "kepulauan riau", "dki jakarta", "jawa barat", "jawa tengah", "di yogyakarta",
    "daerah istimewa yogyakarta", "jawa timur", "banten", "bali", "nusa tenggara barat", "nusa tenggara timur",
    "kalimantan barat", "kalimantan tengah", "kalimantan selatan", "kalimantan timur", "kalimantan utara",
    "sulawesi utara", "sulawesi tengah", "sulawesi selatan", "sulawesi tenggara", "gorontalo", "sulawesi barat",
    "maluku", "maluku utara", "papua", "papua barat", "papua selatan", "papua tengah", "papua pegunungan",
    "papua barat daya",
}  # fmt: skip


def level_in_heading(heading: str) -> str:
    """The level of areas that a header names: kecamatan for `Kecamatan/Subdistrict`; "" for none or for several."""
    found = [level for level, pattern in _HEADINGS if pattern.search(heading.strip())]
    return found[0] if found else ""


def is_province(name: str) -> bool:
    """Jawa Tengah, PROVINSI BALI. A few provinces share their name with a regency; the heading tells them apart."""
    level, bare = normalise(name)
    return level in ("", "provinsi") and bare in _PROVINCES


def level_of(name: str) -> str:
    """The level that a label's own prefix names: kecamatan, kota, …; "" when it names none."""
    return normalise(name)[0]


def code_length(name: str) -> int:
    """How many digits the code glued before a name has: 3 for `010. Prajurit Kulon`, 0 for none."""
    found = _CODE.match(name)
    return sum(c.isdigit() for c in found[1]) if found else 0
