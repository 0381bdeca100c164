"""Every literal that real files and the cleaning notes name, with its meaning in its company."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading.dressings import write_number
from workbench.domain.reading import literals, numbers
from workbench.domain.reading.literals import Shape
from workbench.domain.reading.model import Flag
from workbench.domain.reading.numbers import Evidence, Setting


def value(text: str, company: list[str] | None = None, counts: bool | None = None, share: bool = False) -> object:
    """What ``text`` is read as in a column with ``company``: a number, or the proposal in a tuple when doubtful."""
    column = numbers.evidence_of([text, *(company or [])])
    setting = Setting(Evidence(), Evidence(), counts, share)
    found = literals.literal(text)
    if found is None:
        return "no number"
    scores = {
        mark: numbers.thousands_score(
            mark,
            column,
            setting,
            [f.digits for t in [text, *(company or [])] if (f := literals.literal(t)) and f.shape is shape],
        )
        for mark, shape in ((".", Shape.DOT_EITHER), (",", Shape.COMMA_EITHER))
    }
    number = numbers.number(found, column, setting, scores)
    return number.value if number.value is not None else (number.proposed,)


@pytest.mark.parametrize(
    ("text", "company", "expected"),
    [
        ("1.234,56", [], 1234.56),
        ("1,234.56", [], 1234.56),
        ("1 234", [], 1234),
        (" 2 244 ", [], 2244),
        ("1\u00a0234\u00a0567", [], 1234567),
        ("1,507 474", [], 1507474),
        ("5.947.414.20", [], (5947414.20,)),
        ("Rp 1.000.000,-", [], 1000000),
        ("Rp1.500.000", [], 1500000),
        ("Rp. 12.500,75", [], 12500.75),
        ("(123)", [], -123),
        ("(1.000)", ["12", "250"], -1000),
        ("-797.270,46", [], -797270.46),
        ("−5", [], -5),
        ("12,5 %", [], 12.5),
        ("12,5", [], 12.5),
        ("12.34", [], 12.34),
        ("5345.00", [], 5345),
        ("0.123", [], 0.123),
        ("0,75", [], 0.75),
        ("7%", [], 7),
        ("1.234.567", [], 1234567),
        ("949,073,200,000", [], 949073200000),
        ("246,67", [], 246.67),
        ("8 562", [], 8562),
        ("1'234'567", [], 1234567),
        ("12.345 1)", ["11.200", "987"], 12345),
        ("12.345*", ["11.200", "987"], 12345),
        ("27,115", ["27314", "48433", "95,520"], 27115),
        ("2,757", ["104", "220", "615"], 2757),
        ("12.345", ["10.2", "9.87"], 12.345),
        ("1.126", ["12.5", "3.25", "104"], 1.126),
        ("1.126", ["1.234.567", "998"], 1126),
        ("1,126", ["1.234.567,5", "998"], 1.126),
        ("1.5E+06", [], 1500000.0),
    ],
)
def test_literals(text: str, company: list[str], expected: object) -> None:
    assert value(text, company) == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_the_unit_decides_where_the_column_cannot() -> None:
    assert value("12.345", counts=True) == 12345
    assert value("12.345", counts=False) == (12.345,)  # asked, not guessed
    assert value("45.678", ["12.345"], counts=False, share=True) == 45.678


def test_persons_beside_decimals_are_asked() -> None:
    assert value("522.364", ["73.5", "16.2"], counts=True) == (522364,)


@pytest.mark.parametrize(
    "text", ["0-4", "75+", "01-01-2020", "33.72.01", "08123-456", "12 a", "", "abc", "1.", "2020/2021", "12:30"]
)
def test_no_numbers(text: str) -> None:
    assert literals.literal(text) is None


@pytest.mark.parametrize(
    ("text", "flag"),
    [("25.400r", Flag.REVISED), ("26.100e", Flag.ESTIMATE), ("12*", Flag.PROVISIONAL), ("12**", Flag.VERY_PROVISIONAL)],
)
def test_marks_become_flags(text: str, flag: Flag) -> None:
    found = literals.literal(text)
    assert found is not None and found.flag is flag


@given(
    st.lists(st.integers(0, 10**9), min_size=3, max_size=12),
    st.sampled_from(["id", "en", "space", "plain"]),
)
def test_whole_columns_of_counts_come_back(column: list[int], style: str) -> None:
    texts = [write_number(v, 0, style) for v in column]
    for text, truth in zip(texts, column, strict=True):
        assert value(text, texts, counts=True) == truth


@given(
    st.lists(st.floats(1, 10**7).map(lambda v: round(v, 2)), min_size=4, max_size=12),
    st.sampled_from(["id", "en", "plain"]),
)
def test_columns_of_decimals_come_back_or_are_asked(column: list[float], style: str) -> None:
    texts = [write_number(v, 2, style) for v in column]
    for text, truth in zip(texts, column, strict=True):
        got = value(text, texts)
        assert isinstance(got, tuple) or got == pytest.approx(truth)
