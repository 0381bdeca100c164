"""Small helpers for tests: a sheet written as text, and a reading looked up by cell."""

from __future__ import annotations

from workbench.domain.reading.grid import Grid
from workbench.domain.reading.model import Finding, Observation, Reading, TableReading
from workbench.domain.reading.reader import read_grids


def grid(
    text: str, typed: bool = False, merges: list[tuple[int, int, int, int]] | None = None, **details: object
) -> Grid:
    """Rows by line, cells by `|`. In a typed sheet what Python reads as a number is one."""
    rows: list[list[object]] = []
    for line in text.strip("\n").split("\n"):
        cells: list[object] = [c.strip() if c.strip() == c.strip(" ") else c for c in line.split("|")]
        cells = [c[1:] if isinstance(c, str) and c.startswith(" ") else c for c in line.split("|")]
        cells = [c.rstrip(" ") if isinstance(c, str) else c for c in cells]
        rows.append([_typed(c) if typed else c for c in cells])
    width = max(map(len, rows))
    return Grid("Sheet1", [r + [""] * (width - len(r)) for r in rows], merges or [], typed=typed, **details)  # type: ignore[arg-type]


def _typed(cell: object) -> object:
    text = str(cell)
    if text.startswith("'"):
        return text[1:]
    try:
        return float(text)
    except ValueError:
        return text.replace("\\n", "\n")


def read(text: str, **details: object) -> Reading:
    return read_grids([grid(text, **details)], "uji.csv")  # type: ignore[arg-type]


def cells(reading: Reading) -> dict[str, Observation]:
    return {o.cell: o for t in reading.tables for o in t.observations}


def values(reading: Reading) -> dict[str, float | int | None]:
    return {o.cell: o.value for t in reading.tables for o in t.observations}


def findings(reading: Reading) -> list[Finding]:
    return [f for t in reading.tables for f in t.findings] + list(reading.findings)


def codes(reading: Reading) -> list[str]:
    return [f.code for f in findings(reading)]


def table(reading: Reading, number: int = 0) -> TableReading:
    return reading.tables[number]
