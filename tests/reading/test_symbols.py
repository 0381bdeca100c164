"""Symbols for missing values stay apart from zero and from each other, to the printed table."""

from __future__ import annotations

import pytest

from workbench.domain.reading.model import Flag
from workbench.domain.reading.symbols import MARKS, PRINTED, symbol


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("-", Flag.NIL_OR_NOT_APPLICABLE),
        (" -   ", Flag.NIL_OR_NOT_APPLICABLE),
        ("–", Flag.NIL_OR_NOT_APPLICABLE),
        ("—", Flag.NIL_OR_NOT_APPLICABLE),
        ("...", Flag.NOT_AVAILABLE),
        ("…", Flag.NOT_AVAILABLE),
        ("tad", Flag.NOT_AVAILABLE),
        ("n.a.", Flag.NOT_AVAILABLE),
        ("#N/A", Flag.NOT_AVAILABLE),
        ("NA", Flag.SUPPRESSED),
        ("x", Flag.NOT_APPLICABLE),
        ("Tidak berlaku", Flag.NOT_APPLICABLE),
        ("~0", Flag.NEGLIGIBLE),
        ("", Flag.BLANK),
        ("  ", Flag.BLANK),
        ("#REF!", Flag.UNREADABLE),
    ],
)
def test_symbols(text: str, flag: Flag) -> None:
    assert symbol(text) is flag


@pytest.mark.parametrize("text", ["0", "0,0", "12", "Laweyan", "A"])
def test_what_is_no_symbol(text: str) -> None:
    assert symbol(text) is None


def test_printed_symbols_are_read_again_as_the_same_flag() -> None:
    for flag, text in PRINTED.items():
        back = symbol(text)
        if flag in (Flag.PROVISIONAL, Flag.VERY_PROVISIONAL, Flag.REVISED, Flag.ESTIMATE):
            assert MARKS[text] is flag
        else:
            assert back is flag
