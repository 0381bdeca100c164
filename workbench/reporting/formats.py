"""Numbers and dates as the office prints them, and the symbols that stand where a number does not.

Symbols follow the BPS convention (Pedoman Pembuatan Publikasi BPS 2023). There is no SI notation here: in Indonesian
"M" reads as *miliar*, so a large number is written out or its unit says *ribu* or *juta*.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from workbench.domain.reading.model import Flag

_LOCALES = {"id": "id_ID", "en": "en_GB"}

MISSING_SYMBOLS: dict[Flag, str] = {
    Flag.NOT_AVAILABLE: "…",
    Flag.BLANK: "…",
    Flag.UNREADABLE: "…",
    Flag.NIL_OR_NOT_APPLICABLE: "–",
    Flag.SUPPRESSED: "NA",
    Flag.NOT_APPLICABLE: "x",
    Flag.NEGLIGIBLE: "~0",
}
"""What is printed in place of a value."""

MARKS: dict[Flag, str] = {
    Flag.PROVISIONAL: "*",
    Flag.VERY_PROVISIONAL: "**",
    Flag.REVISED: "r",
    Flag.ESTIMATE: "e",
}
"""What is printed, raised, beside a value."""


def locale_of(language: str) -> str:
    """The CLDR locale behind a language of the book; KeyError for a language we do not print."""
    return _LOCALES[language]


def number(value: float, decimals: int = 0, language: str = "id") -> str:
    """``1234.5`` → ``1.234,50`` (id) or ``1,234.50`` (en), with a real minus sign, half to even as BPS rounds."""
    if not math.isfinite(value):
        raise ValueError("only finite numbers are printed; a missing value has a flag")
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(value, format=pattern, locale=locale_of(language))
    if set(text) <= set("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def flag_of(name: str | None) -> Flag | None:
    """The flag with this stored name; an unknown name is an error, not a blank."""
    return Flag(name) if name else None


def cell(value: float | None, flag: Flag | None, decimals: int = 0, language: str = "id") -> tuple[str, str]:
    """(text, raised mark) of a table cell. A value that is missing without a reason prints ``…``."""
    if flag is Flag.NEGLIGIBLE:
        return MISSING_SYMBOLS[flag], ""
    if value is None:
        return MISSING_SYMBOLS.get(flag or Flag.NOT_AVAILABLE, "…"), ""
    return number(value, decimals, language), MARKS.get(flag, "") if flag else ""


def day(value: date, language: str = "id") -> str:
    """``20 November 2026``."""
    return str(format_date(value, "d MMMM yyyy", locale=locale_of(language)))


def listing(items: Iterable[str], language: str = "id") -> str:
    """``Laweyan, Serengan, dan Jebres``: a list as a sentence says it."""
    return str(format_list(list(items), locale=locale_of(language)))


def period_span(periods: Iterable[str]) -> str:
    """``2025`` or ``2023–2025``: en dash without spaces; gaps are listed instead (``2021, 2023``)."""
    known = sorted(set(periods))
    if len(known) < 2:
        return known[0] if known else ""
    years = [int(p) for p in known if p.isdigit()]
    if len(years) == len(known) and years[-1] - years[0] != len(years) - 1:
        return ", ".join(known)
    return f"{known[0]}–{known[-1]}"
