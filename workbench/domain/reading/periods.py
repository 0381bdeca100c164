"""Times in headers and labels: years with marks, seasons, months, quarters, dates in text."""

from __future__ import annotations

import datetime as dt
import re

from workbench.domain.reading.model import Flag

MONTHS = {
    "januari": 1, "january": 1, "jan": 1,
    "februari": 2, "pebruari": 2, "february": 2, "feb": 2, "peb": 2,
    "maret": 3, "march": 3, "mar": 3,
    "april": 4, "apr": 4,
    "mei": 5, "may": 5,
    "juni": 6, "june": 6, "jun": 6,
    "juli": 7, "july": 7, "jul": 7,
    "agustus": 8, "august": 8, "agust": 8, "agt": 8, "ags": 8, "aug": 8, "agu": 8,
    "september": 9, "sept": 9, "sep": 9,
    "oktober": 10, "october": 10, "okt": 10, "oct": 10,
    "november": 11, "nopember": 11, "nov": 11, "nop": 11,
    "desember": 12, "december": 12, "des": 12, "dec": 12,
}  # fmt: skip

_YEAR = re.compile(r"(?:tahun|thn\.?|th\.?)?\s*((?:19|20)\d\d)\s*(\*{1,3}\)?|[rex]{1,2}\)?|[¹²³⁴⁵⁶⁷⁸⁹]\)?|\d\))?", re.I)
_YEAR_WORDS = re.compile(r"((?:19|20)\d\d)\s*\((.{3,40})\)")
_SEASON = re.compile(r"((?:19|20)\d\d)\s*[/\-–]\s*((?:19|20)?\d\d)\s*(\*{1,3}\)?)?")
_PART = re.compile(
    r"(?:triwulan|tw\.?|kuartal|semester|smt\.?|sem\.?|quarter|q|caturwulan)\s*-?\s*(?:[ivx]+|\d)\b.*", re.I
)
_MONTH = re.compile(
    r"(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?(?:\s*/\s*\w+)?\s*[-–]?\s*['’]?(\d{2,4})?", re.I
)
_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{2,4})(?:[ T]\d{1,2}[:.]\d\d.*)?")
_LONG_DATE = re.compile(r"(?:\w+,\s*)?(\d{1,2})\s+([A-Za-z]+)\.?\s+(\d{4})")


def is_year(value: object) -> bool:
    """A plain year, as number or text, without any mark."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return 1900 <= value <= 2100 and float(value).is_integer()
    return isinstance(value, str) and bool(re.fullmatch(r"(19|20)\d\d(\.0)?", value.strip()))


def is_period(text: str) -> bool:
    """A header or label that names a time: 2024, 2024*, 2023/2024, Januari, Triwulan II, 2022 (Angka sementara)."""
    bare = text.strip()
    return bool(
        _YEAR.fullmatch(bare)
        or (_SEASON.fullmatch(bare) and _season(bare))
        or _PART.fullmatch(bare)
        or _MONTH.fullmatch(bare)
        or _YEAR_WORDS.fullmatch(bare)
    )


def part_of(text: str) -> str:
    """`part` for a quarter or half year, `month` for a month, "" for anything else."""
    bare = text.strip()
    if _PART.fullmatch(bare):
        return "part"
    return "month" if _MONTH.fullmatch(bare) else ""


def _season(text: str) -> bool:
    found = _SEASON.fullmatch(text)
    if not found:
        return False
    first, second = int(found[1]), found[2]
    return int(second) == (first + 1 if len(second) == 4 else (first + 1) % 100) or (
        len(second) == 4 and first < int(second) <= first + 30
    )


def is_season(text: str) -> bool:
    """2023/2024 or 2023-24: a season or school year, never a number."""
    return _season(text.strip())


def mark_of(text: str) -> Flag | None:
    """The flag that a header's mark gives to its column: 2024* and (Angka sementara) are provisional."""
    low = text.lower()
    if "sangat sementara" in low or "very prelim" in low or re.search(r"(?:19|20)\d\d\s*\*\*", low):
        return Flag.VERY_PROVISIONAL
    if "angka sementara" in low or "preliminary" in low or re.search(r"(?:19|20)\d\d\s*\*", low):
        return Flag.PROVISIONAL
    if "angka diperbaiki" in low or "revised" in low or re.search(r"(?:19|20)\d\d\s*r\)?$", low):
        return Flag.REVISED
    if "angka perkiraan" in low or "angka estimasi" in low or re.search(r"(?:19|20)\d\d\s*e\)?$", low):
        return Flag.ESTIMATE
    return None


def years_in(text: str) -> list[int]:
    """All years that a text names."""
    return [int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)]


def date_of(text: str) -> dt.date | None:
    """A day written as text: 31-12-2024, 2024-12-31, 17 Agustus 2024. Day before month, as Indonesia writes."""
    bare = text.strip()
    if len(bare) > 40:
        return None
    if found := _DATE.fullmatch(bare):
        first, middle, last = found.groups()
        if len(first) == 4:
            year, month, day = int(first), int(middle), int(last)
        elif len(first) <= 2 and len(last) in (2, 4):
            day, month, year = int(first), int(middle), int(last)
            year += 2000 if len(last) == 2 else 0
        else:
            return None
    elif (found := _LONG_DATE.fullmatch(bare)) and found[2].lower() in MONTHS:
        day, month, year = int(found[1]), MONTHS[found[2].lower()], int(found[3])
    else:
        return None
    if day <= 12 < month <= 31:
        day, month = month, day
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
