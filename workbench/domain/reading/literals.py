"""One literal taken apart: which shape its digits have, before anything decides what the separators mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from workbench.domain.reading.model import Flag
from workbench.domain.reading.symbols import MARKS


class Shape(StrEnum):
    """What the digits and separators of a literal look like, before any decision."""

    PLAIN = "plain"  # 1234
    DOT_DECIMAL = "dot_decimal"  # 12.5  0.123  5345.00
    COMMA_DECIMAL = "comma_decimal"  # 12,5
    DOT_EITHER = "dot_either"  # 1.234
    COMMA_EITHER = "comma_either"  # 1,234
    DOT_GROUPS = "dot_groups"  # 1.234.567
    COMMA_GROUPS = "comma_groups"  # 1,234,567
    SPACE_GROUPS = "space_groups"  # 1 234
    INDONESIAN = "indonesian"  # 1.234,56
    ENGLISH = "english"  # 1,234.56
    MIXED_GROUPS = "mixed_groups"  # 1,507 474
    MALFORMED = "malformed"  # 5.947.414.20


@dataclass(frozen=True, slots=True)
class Literal:
    """A text taken apart: sign, digits, what stood around them."""

    shape: Shape
    digits: str
    negative: bool = False
    percent: bool = False
    currency: str = ""
    unit: str = ""
    flag: Flag | None = None
    note: str = ""
    times: float = 1.0  # 1e6 for `12,5 jt`
    falling: bool = False  # ▼ 1,64: an arrow where others write a minus


_SPACE = "\u0020\u00a0\u2007\u2009\u202f\u2002\u2003\u3000"
_RISING, _FALLING = tuple("▲△▴↑"), tuple("▼▽▾↓")
_SPACES = re.compile(f"[{_SPACE}\\t]+")
_CURRENCY = re.compile(r"(?:rp\.?|idr|us\$|usd|\$|€)\s*", re.I)
_UNITS = (
    "jiwa|orang|org|unit|buah|bh|ekor|ha|hektar|ton|kg|kw|kuintal|km2|km²|km|m2|m²|m3|m³|meter|m|liter|kk|rt|rw|kali|"
    "paket|lembar|dokumen|persen|kasus|desa|kelurahan|tahun|hari|bulan|jam|mm|cm|titik|ruas|rit|sr|sambungan|bidang|"
    "pohon|batang|kwh|mwh|kva|watt|va|(?:l|lt|liter|m3|m³|kg|ton|jiwa|orang|rit)/(?:det|detik|dt|jam|hari|bulan|tahun|"
    "km2|km²|ha)"
)
_SCALES = {
    "rb": 1e3, "ribu": 1e3, "jt": 1e6, "juta": 1e6, "miliar": 1e9, "milyar": 1e9, "mlr": 1e9, "m": 1e9,
    "triliun": 1e12, "trilyun": 1e12, "t": 1e12,
}  # fmt: skip
_SCALED = re.compile(
    r"(?<=[\d\s])(rb|ribu|jt|juta|miliar|milyar|mlr|triliun|trilyun)\.?(?:\s+(?:rupiah|orang|jiwa))?$", re.I
)
_SCALED_MONEY = re.compile(r"(?<=[\d\s])([MT])$")
_TRAILING_UNIT = re.compile(rf"(?<=[\d\s.,)])({_UNITS})\.?$", re.I)
_SUPERSCRIPT = re.compile(r"⁽?[¹²³⁴⁵⁶⁷⁸⁹⁰]+[)⁾]?$|(?<=\d)\s+\d\)$|(?<=\d)[a-d]\)$|\^\d+\)?$|(?<=\d)[†‡§]+$")
_MARK = re.compile(r"(?<=[\d%)])\s*(\*{1,3}\)?|[re]\)?|x{1,2}\))$", re.I)
_CORE = re.compile(r"\d+(?:[.,'’ ]\d+)*")
_LOOSE = re.compile(r"(\d)\s*([.,])\s*(?=\d)")
THOUSANDS = re.compile(r"\d{1,3}(?:[.,' ]\d{3})+")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e[+-]?\d{1,3}", re.I)


@lru_cache(maxsize=65536)
def literal(text: str) -> Literal | None:
    """Take a text apart, None when it is not one number with its usual trappings."""
    if not text or len(text) > 60 or not any(c.isdigit() for c in text):
        return None
    rest = _SPACES.sub(" ", text.strip().lstrip("'’")).strip()
    negative = percent = False
    currency = unit = note = ""
    flag: Flag | None = None

    falling = rest[:1] in _FALLING
    if falling or rest[:1] in _RISING:
        rest = rest[1:].strip()
    if (superscript := _SUPERSCRIPT.search(rest)) and superscript.start() > 0:
        note = superscript.group().strip()
        rest = rest[: superscript.start()].strip()
    if rest.startswith("(") and rest.endswith(")"):
        negative, rest = True, rest[1:-1].strip()
    for _round in range(3):
        if rest and rest[0] in "-−–+":
            negative, rest = negative or rest[0] != "+", rest[1:].strip()
        if money := _CURRENCY.match(rest):
            currency = money.group().strip()
            rest = rest[money.end() :].strip()
    if rest.endswith("%"):
        percent, rest = True, rest[:-1].strip()
    if mark := _MARK.search(rest):
        found = mark.group(1).rstrip(")").lower()
        if not _SCIENTIFIC.fullmatch(rest):
            flag, rest = MARKS[found], rest[: mark.start()].strip()
    if rest.endswith("%"):
        percent, rest = True, rest[:-1].strip()
    if currency and (tail := re.search(r"[.,]\s*[-–=]{1,2}$", rest)):
        rest = rest[: tail.start()].strip()
    elif rest.endswith((",-", ",–", ".-")):
        rest = rest[:-2].strip()
    elif len(rest) > 1 and rest[-1] in "-−" and rest[:-1].strip()[-1:].isdigit():
        negative, rest = True, rest[:-1].strip()
    times = 1.0
    if scaled := _SCALED.search(rest) or (_SCALED_MONEY.search(rest) if currency else None):
        times = _SCALES[scaled.group(1).lower()]
        rest = rest[: scaled.start()].strip()
    if named := _TRAILING_UNIT.search(rest):
        unit = named.group(1)
        rest = rest[: named.start()].strip()
    if rest.startswith("(") and rest.endswith(")"):
        negative, rest = True, rest[1:-1].strip()
    rest = _LOOSE.sub(r"\1\2", rest).replace("’", "'")
    if not _CORE.fullmatch(rest):
        if _SCIENTIFIC.fullmatch(rest):
            return Literal(
                Shape.DOT_DECIMAL, rest.replace(",", "."), negative, percent, currency, unit, flag, note, times, falling
            )
        return None
    shape = _shape(rest)
    if shape is None:
        return None
    return Literal(shape, rest, negative, percent, currency, unit, flag, note, times, falling)


def _shape(core: str) -> Shape | None:
    """The shape of digits with separators. None when it is no number at all, such as a date or a phone."""
    separators = [c for c in core if not c.isdigit()]
    if not separators:
        return Shape.PLAIN
    parts = re.split(r"[.,' ]", core)
    kinds = set(separators)
    grouped = bool(THOUSANDS.fullmatch(core)) and not (parts[0].startswith("0") and len(core) > 1)
    if len(separators) == 1:
        mark = separators[0]
        if mark in " '":
            return Shape.SPACE_GROUPS if grouped else None
        if grouped:
            return Shape.DOT_EITHER if mark == "." else Shape.COMMA_EITHER
        return Shape.DOT_DECIMAL if mark == "." else Shape.COMMA_DECIMAL
    if grouped:
        if kinds == {"."}:
            return Shape.DOT_GROUPS
        if kinds == {","}:
            return Shape.COMMA_GROUPS
        if kinds <= {" ", "'"}:
            return Shape.SPACE_GROUPS
        # 1.234,567 is read as a number with three decimals only where one dot and one comma stand so
        if kinds == {".", ","} and separators.count(separators[-1]) == 1:
            return Shape.INDONESIAN if separators[-1] == "," else Shape.ENGLISH
        if kinds <= {",", " "} or kinds <= {".", " "}:
            return Shape.MIXED_GROUPS
        return Shape.MALFORMED
    last = separators[-1]
    head = core.rpartition(last)[0]
    if separators.count(last) == 1 and last in ".," and THOUSANDS.fullmatch(head) and not parts[0].startswith("0"):
        heads = set(separators[:-1])
        if heads == {"."} and last == ",":
            return Shape.INDONESIAN
        if heads == {","} and last == ".":
            return Shape.ENGLISH
        if heads <= {" ", "'"}:
            return Shape.INDONESIAN if last == "," else Shape.ENGLISH
    if kinds == {" "} or "'" in kinds:
        return None
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.(\d{2}|\d{4})", core):  # a date written with dots, or a code such as 33.72.01
        return None
    return Shape.MALFORMED
