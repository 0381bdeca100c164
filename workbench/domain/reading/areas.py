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


def level_of(name: str) -> str:
    """The level that a label's own prefix names: kecamatan, kota, …; "" when it names none."""
    return normalise(name)[0]


def code_length(name: str) -> int:
    """How many digits the code glued before a name has: 3 for `010. Prajurit Kulon`, 0 for none."""
    found = _CODE.match(name)
    return sum(c.isdigit() for c in found[1]) if found else 0
