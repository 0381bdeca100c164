"""Ranges that stand where a number is expected, `150.000 - 300.000`, and times of the day: neither is one number."""

from __future__ import annotations

import re
from functools import lru_cache

_AMOUNT = r"(?:rp\.?\s*|us\$\s*|±\s*)?\d[\d.,]*(?:\s*%)?"
_RANGE = re.compile(
    rf"{_AMOUNT}\s*(?:[-–—]|s\s*[./]?\s*d\.?|sampai(?:\s+dengan)?|hingga|to)\s*{_AMOUNT}(?:\s*[^\W\d_]{{1,12}}\.?)?",
    re.I,
)
_CLOCK = re.compile(r"([01]?\d|2[0-4])[.:]([0-5]?\d)(?:[.:][0-5]\d)?\s*(?:wib|wita|wit)?", re.I)
_HOUR = re.compile(
    r"(?:jam|pukul|waktu|time)\b(?!\s*(?:kerja|operasional|pelajaran|tunggu|tempuh|rata)).*", re.I | re.S
)


@lru_cache(maxsize=8192)
def is_range(text: str) -> bool:
    """Two amounts with `-` or `s.d.` between them."""
    return bool(_RANGE.fullmatch(text.strip()))


def is_clock(text: str) -> bool:
    """`13.45`, `02:10 WIB`: a time of the day. A program may have cut `02.10` down to `2.1`."""
    return bool(_CLOCK.fullmatch(text.strip()))


def is_hour_word(text: str) -> bool:
    """Does a header ask for the time of the day (Jam, Pukul), and not for a number of hours?"""
    return bool(_HOUR.fullmatch(text.strip()))
