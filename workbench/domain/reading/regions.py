"""Tables that stand side by side on a sheet: set apart by blank columns, or one table set in two columns of a page."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.reading import labels
from workbench.domain.reading.grid import Grid


def side_by_side(grid: Grid, tags: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Windows (left, right, first row, last row) of tables side by side; usually one for the whole sheet."""
    width = grid.width
    used = [False] * width
    for line in tags[:5000]:
        for i, t in enumerate(line):
            if t != ".":
                used[i] = True
    columns = [i for i, u in enumerate(used) if u]
    if not columns:
        return []
    whole = [(columns[0], columns[-1], 0, grid.height - 1)]
    # columns that are blank in every row of a table, though titles may run across them
    multi = [line for line in tags[:5000] if sum(t != "." for t in line) >= 2]
    if not multi or len(columns) < 4:
        return whole
    dense = [sum(line[i] != "." for line in multi) for i in range(width)]
    gaps = [i for i in range(columns[0] + 1, columns[-1]) if dense[i] == 0]
    parts: list[tuple[int, int]] = []
    start = columns[0]
    for gap in [*gaps, columns[-1] + 1]:
        if gap > start:
            parts.append((start, gap - 1))
        start = gap + 1
    if len(parts) < 2:
        return _twins(grid, tags, whole[0], multi)

    def is_table(part: tuple[int, int]) -> bool:
        lo, hi = part
        rows = [line[lo : hi + 1] for line in multi]
        numbers = sum(t in "ns" for line in rows for t in line)
        labelled = sum("t" in line[:3] and any(t in "ns" for t in line[line.find("t") :]) for line in rows)
        # labels of rows stand beside their numbers; texts over them are the header of a group set apart by a gap
        texts = max(sum(line[0] in "td" and any(t in "ns" for t in line) for line in rows), labelled)
        return hi > lo and numbers >= 2 and texts >= 2

    if sum(map(is_table, parts)) < 2:
        return whole
    merged: list[tuple[int, int]] = []
    for part in parts:
        if merged and not (is_table(part) and is_table(merged[-1])):
            merged[-1] = (merged[-1][0], part[1])
        else:
            merged.append(part)
    return [(lo, hi, 0, grid.height - 1) for lo, hi in merged]


def _twins(
    grid: Grid, tags: Sequence[str], whole: tuple[int, int, int, int], multi: Sequence[str]
) -> list[tuple[int, int, int, int]]:
    """A table set in two columns of the page: the same header twice side by side, without a gap."""
    left, right, first, last = whole
    for row, line in enumerate(tags[:40]):
        heads = [labels.squeeze(grid.text(row, c)) if line[c] == "t" else "" for c in range(left, right + 1)]
        half = len(heads) // 2
        if len(heads) >= 4 and len(heads) % 2 == 0 and all(heads) and heads[:half] == heads[half:]:
            texts = [sum(r[left + i] == "t" for r in tags[row + 1 :]) for i in (0, half)]
            if min(texts) >= 2:
                return [(left, left + half - 1, first, last), (left + half, right, first, last)]
    return [whole]
