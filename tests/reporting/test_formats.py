from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.reading.model import Flag
from workbench.reporting import formats, theme


@pytest.mark.parametrize(
    ("value", "decimals", "language", "text"),
    [
        (1234.56, 2, "id", "1.234,56"),
        (1234567, 0, "id", "1.234.567"),
        (1234.56, 2, "en", "1,234.56"),
        (-0.001, 1, "id", "0,0"),
        (-12.5, 1, "id", "−12,5"),
        (0, 0, "id", "0"),
        (150000, 0, "id", "150.000"),
    ],
)
def test_numbers(value: float, decimals: int, language: str, text: str) -> None:
    assert formats.number(value, decimals, language) == text


@given(st.integers(-(10**12), 10**12))
def test_a_printed_whole_number_reads_back(value: int) -> None:
    assert int(formats.number(value).replace(".", "").replace("−", "-")) == value


def test_no_number_is_ever_printed_for_a_missing_value() -> None:
    with pytest.raises(ValueError, match="finite"):
        formats.number(float("nan"))


@pytest.mark.parametrize(
    ("value", "flag", "shown"),
    [
        (None, Flag.NOT_AVAILABLE, ("…", "")),
        (None, None, ("…", "")),
        (None, Flag.NIL_OR_NOT_APPLICABLE, ("–", "")),
        (None, Flag.SUPPRESSED, ("NA", "")),
        (0.2, Flag.NEGLIGIBLE, ("~0", "")),
        (12.0, Flag.PROVISIONAL, ("12", "*")),
        (12.0, Flag.REVISED, ("12", "r")),
        (0.0, None, ("0", "")),
    ],
)
def test_cells_and_symbols(value: float | None, flag: Flag | None, shown: tuple[str, str]) -> None:
    assert formats.cell(value, flag) == shown


def test_every_flag_has_a_symbol_or_a_mark() -> None:
    assert set(formats.MISSING_SYMBOLS) | set(formats.MARKS) == set(Flag)


def test_dates_and_lists() -> None:
    assert formats.day(date(2026, 11, 20)) == "20 November 2026"
    assert formats.day(date(2026, 8, 17)) == "17 Agustus 2026"
    assert formats.listing(["Laweyan", "Jebres"]) == "Laweyan dan Jebres"
    assert formats.period_span(["2025", "2023", "2024"]) == "2023–2025"
    assert formats.period_span(["2021", "2023"]) == "2021, 2023"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, two: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", [theme.INK, theme.MUTED, theme.NAVY, theme.PLUM])
@pytest.mark.parametrize("ground", [theme.WHITE, theme.PALE, theme.PAPER])
def test_text_colours_can_be_read(ink: str, ground: str) -> None:
    assert _contrast(ink, ground) >= 4.5


def test_fonts_travel_with_their_licence() -> None:
    assert len(theme.font_files()) >= 6
    assert all(
        "OFL" in p.name and "SIL OPEN FONT LICENSE" in p.read_text().upper() for p in theme.FONT_DIR.glob("*.txt")
    )
    assert len(list(theme.FONT_DIR.glob("*.txt"))) == 2
