"""A window of a sheet's cells as texts, for showing the sheet as its sender knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.domain.reading.grid import Grid

MOST_ROWS = 2_000
MOST_COLUMNS = 200
MOST_CELLS = 4_000_000  # of a sheet that is given as a whole


def page(grids: Iterator[Grid], request: dict[str, Any]) -> dict[str, Any]:
    """Rows ``first`` to ``first + count`` of a sheet (the first one when none is named), with names of all sheets.

    With ``whole`` all its rows, from the first, unless they are too many.
    """
    wanted, first, count = request.get("sheet", ""), int(request.get("first", 0)), int(request.get("count", 200))
    sheets: list[dict[str, Any]] = []
    found: dict[str, Any] = {"sheet": "", "first": first, "rows": [], "merges": []}
    for grid in grids:
        sheets.append({"name": grid.sheet, "rows": grid.height, "columns": grid.width, "hidden": grid.hidden})
        if found["sheet"] or (wanted and grid.sheet != wanted):
            continue
        width = min(grid.width, MOST_COLUMNS)
        if request.get("whole") and grid.height * width <= MOST_CELLS:
            first, last = 0, grid.height
        else:
            last = min(grid.height, first + min(count, MOST_ROWS))
        found["sheet"], found["first"] = grid.sheet, first
        found["rows"] = [[grid.text(r, c)[:500] for c in range(width)] for r in range(first, last)]
        found["merges"] = [list(m) for m in grid.merges if m[2] >= first and m[0] < last]
    found["sheets"] = sheets
    return found
