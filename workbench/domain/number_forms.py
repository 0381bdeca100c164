"""How the separators of a column's figures are meant, when a person has said so.

``1.234`` is a thousand in one office and a fraction in the next. Where the reader could not be sure (or was wrong), the
recipe says it for the column by name; every other literal of the column has one reading only and keeps it.
"""

from __future__ import annotations

from enum import StrEnum

from workbench.domain.reading import numbers
from workbench.domain.reading.literals import Literal, Shape, literal
from workbench.domain.reading.numbers import Evidence, Setting

_SURE = 10.0
_EITHER = (Shape.DOT_EITHER, Shape.COMMA_EITHER)


class NumberForm(StrEnum):
    """What "." and "," mean in a column."""

    DOT_THOUSANDS = "dot_thousands"  # 1.234,56: Indonesian
    COMMA_THOUSANDS = "comma_thousands"  # 1,234.56: English


def either(raw: str) -> Literal | None:
    """The literal, when its separator may group thousands or mark decimals; None for any other text."""
    found = literal(raw)
    return found if found is not None and found.shape in _EITHER else None


def read_as(raw: str, form: NumberForm) -> float | int | None:
    """The value of a text such as ``1.234`` under a form; None when the text does not depend on it.

    >>> read_as("1.234", NumberForm.DOT_THOUSANDS), read_as("1.234", NumberForm.COMMA_THOUSANDS)
    (1234, 1.234)
    >>> read_as("1.234.567", NumberForm.COMMA_THOUSANDS) is None
    True
    """
    found = either(raw)
    if found is None:
        return None
    grouping = "." if form is NumberForm.DOT_THOUSANDS else ","
    scores = {mark: _SURE if mark == grouping else -_SURE for mark in ".,"}
    return numbers.number(found, Evidence(), Setting(), scores).value
