"""One letter for each cell, so that the shape of a sheet can be read like a text.

``.`` blank, ``n`` number, ``s`` symbol for a missing value, ``d`` date, ``y`` year or season, ``k`` column numbering
such as (1), ``t`` any other text.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from workbench.domain.reading import literals, periods, symbols
from workbench.domain.reading.grid import CellValue, Grid


@lru_cache(maxsize=65536)
def tag_text(text: str) -> str:
    """The tag of a text cell."""
    bare = text.strip()
    if not bare:
        return "."
    if len(bare) > 60 and bare[0] != "=":
        return "t"
    first = bare[0]
    if first == "=" and len(bare) > 1:
        return "n"  # a formula that arrived as text: a value stands here, though it cannot be read
    if first == "(" and bare.endswith(")") and bare[1:-1].strip().isdigit() and len(bare) <= 5:
        return "k"
    if symbols.symbol(bare) is not None:
        return "s"
    if not any(c.isdigit() for c in bare):
        return "t"
    if periods.is_year(bare) or periods.is_season(bare):
        return "y"
    if periods.date_of(bare) is not None:
        return "d"
    if literals.literal(bare) is not None:
        return "y" if periods.is_period(bare) else "n"  # 2022* and 2022¹ too
    return "t"


def tag(value: CellValue) -> str:
    """The tag of any cell."""
    if value is None:
        return "."
    if isinstance(value, str):
        return tag_text(value)
    if isinstance(value, bool):
        return "t"
    if isinstance(value, int | float):
        return "y" if 1900 <= value <= 2100 and float(value).is_integer() else "n"
    if isinstance(value, dt.datetime | dt.date):
        return "d"
    return "n" if isinstance(value, dt.timedelta) else "t"


def tags_of(grid: Grid) -> list[str]:
    """One string of tags for each row."""
    gaps: dict[int, set[int]] = {}
    for row, column in grid.gaps:
        gaps.setdefault(row, set()).add(column)
    lines = ["".join(map(tag, row)) for row in grid.rows]
    for row, columns in gaps.items():
        if row < len(lines):
            lines[row] = "".join("n" if c in columns and t == "." else t for c, t in enumerate(lines[row]))
    return lines
