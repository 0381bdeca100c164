"""Tracking codes catch every single slip and every swap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.domain import tracking_code as code


@given(st.integers(0, code.LENGTH - 1), st.sampled_from(code.ALPHABET))
def test_one_wrong_character_is_noticed(place: int, character: str) -> None:
    right = code.new()
    wrong = right[:place] + character + right[place + 1 :]
    assert code.is_valid(wrong) == (wrong == right)


@given(st.integers(0, code.LENGTH - 3), st.data())
def test_a_swap_is_noticed(place: int, data: st.DataObject) -> None:
    other = data.draw(st.integers(place + 1, code.LENGTH - 2))
    letters = list(code.new())
    right = "".join(letters)
    letters[place], letters[other] = letters[other], letters[place]
    wrong = "".join(letters)
    assert code.is_valid(wrong) == (wrong == right)


def test_what_people_type() -> None:
    one = code.new()
    assert code.is_valid(code.normalise(" " + code.display(one).lower() + "\n"))
    assert not code.is_valid("")
    assert not code.is_valid(one + "1")
