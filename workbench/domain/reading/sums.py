"""Sums that hold between rows or columns of a table, and what rounding allows them to miss."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workbench.domain.reading.model import Kind

Matrix = NDArray[np.float64]


@dataclass(slots=True)
class Sum:
    """A relation that holds, or should: ``whole`` is the sum of ``parts`` (row or column positions in the table)."""

    whole: int
    parts: tuple[int, ...]
    named: bool  # the label says so; otherwise only the figures do


@dataclass(slots=True)
class Kinds:
    rows: list[Kind]
    columns: list[Kind]
    row_sums: list[Sum] = field(default_factory=list)
    column_sums: list[Sum] = field(default_factory=list)
    means: set[int] = field(default_factory=set)
    parents: dict[int, int] = field(default_factory=dict)  # child row -> its subtotal row


def decimals(values: Matrix) -> int:
    """How many decimals the figures are printed with (at most 6)."""
    known = values[np.isfinite(values)]
    for places in range(7):
        if known.size == 0 or np.all(np.abs(np.round(known, places) - known) < 1e-9 * np.maximum(1, np.abs(known))):
            return places
    return 6


def tolerance(values: Matrix, parts: int) -> float:
    """What rounding alone may add up to: half a unit of the last decimal for each part and for the whole."""
    places = decimals(values)
    return 1e-6 if places == 0 else (parts + 1) * 0.5 * 10.0**-places + 1e-9
