"""Symbols that stand in a table instead of a number, and marks that stand beside one (BPS conventions).

A symbol is never turned into zero: `-` may mean nil or not applicable, offices disagree, so it stays a flag.
"""

from __future__ import annotations

import re

from workbench.domain.reading.model import Flag

_DASHES = "-‐‑‒–—―−﹣－─_"
_SYMBOLS: dict[str, Flag] = {
    "...": Flag.NOT_AVAILABLE,
    "…": Flag.NOT_AVAILABLE,
    "..": Flag.NOT_AVAILABLE,
    "....": Flag.NOT_AVAILABLE,
    "tad": Flag.NOT_AVAILABLE,
    "t.a.d": Flag.NOT_AVAILABLE,
    "t.a.d.": Flag.NOT_AVAILABLE,
    "tda": Flag.NOT_AVAILABLE,
    "n/a": Flag.NOT_AVAILABLE,
    "n.a": Flag.NOT_AVAILABLE,
    "n.a.": Flag.NOT_AVAILABLE,
    "#n/a": Flag.NOT_AVAILABLE,
    "null": Flag.NOT_AVAILABLE,
    "none": Flag.NOT_AVAILABLE,
    "nan": Flag.NOT_AVAILABLE,
    "tidak ada data": Flag.NOT_AVAILABLE,
    "tidak tersedia": Flag.NOT_AVAILABLE,
    "data tidak tersedia": Flag.NOT_AVAILABLE,
    "belum ada data": Flag.NOT_AVAILABLE,
    "belum tersedia": Flag.NOT_AVAILABLE,
    "belum ada": Flag.NOT_AVAILABLE,
    "not available": Flag.NOT_AVAILABLE,
    "na": Flag.SUPPRESSED,
    "x": Flag.NOT_APPLICABLE,
    "xx": Flag.NOT_APPLICABLE,
    "xxx": Flag.NOT_APPLICABLE,
    "tidak berlaku": Flag.NOT_APPLICABLE,
    "not applicable": Flag.NOT_APPLICABLE,
    "nihil": Flag.NIL_OR_NOT_APPLICABLE,
    "tidak ada": Flag.NIL_OR_NOT_APPLICABLE,
    "nil": Flag.NIL_OR_NOT_APPLICABLE,
    "#ref!": Flag.UNREADABLE,
    "#div/0!": Flag.UNREADABLE,
    "#value!": Flag.UNREADABLE,
    "#name?": Flag.UNREADABLE,
    "#num!": Flag.UNREADABLE,
    "#null!": Flag.UNREADABLE,
    "#error!": Flag.UNREADABLE,
}
_NEGLIGIBLE = re.compile(r"[~≈]\s*0([.,]0+)?")
_FILLED = re.compile(r"[" + _DASHES + r"\s]+")
_CURRENCY = re.compile(r"^(?:rp\.?|idr|us\$|\$)\s*(?=[^\w\s.,]|$)")  # the accountant's dash: Rp -
_DOTS = re.compile(r"[.…\s]{2,}")

MARKS: dict[str, Flag] = {
    "*": Flag.PROVISIONAL,
    "**": Flag.VERY_PROVISIONAL,
    "***": Flag.VERY_PROVISIONAL,
    "x": Flag.PROVISIONAL,
    "xx": Flag.VERY_PROVISIONAL,
    "r": Flag.REVISED,
    "e": Flag.ESTIMATE,
}

PRINTED: dict[Flag, str] = {
    Flag.NOT_AVAILABLE: "...",
    Flag.NIL_OR_NOT_APPLICABLE: "–",
    Flag.SUPPRESSED: "NA",
    Flag.NOT_APPLICABLE: "x",
    Flag.NEGLIGIBLE: "~0",
    Flag.PROVISIONAL: "*",
    Flag.VERY_PROVISIONAL: "**",
    Flag.REVISED: "r",
    Flag.ESTIMATE: "e",
}
"""How a flag is printed again: the symbol alone, or the mark behind the number."""


def symbol(text: str) -> Flag | None:
    """The flag that a whole cell stands for, None when it is no symbol. A blank text is ``BLANK``."""
    bare = _CURRENCY.sub("", text.strip().lower())
    if not bare:
        return None if text.strip() else Flag.BLANK
    if len(bare) > 20:
        return None
    known = _SYMBOLS.get(bare)
    if known is not None:
        return known
    if _FILLED.fullmatch(bare):
        return Flag.NIL_OR_NOT_APPLICABLE
    if _DOTS.fullmatch(bare):
        return Flag.NOT_AVAILABLE
    if _NEGLIGIBLE.fullmatch(bare):
        return Flag.NEGLIGIBLE
    return None
