"""The contract of an accepted dataset version: its columns, in order, and what each of them means."""

from __future__ import annotations

from dataclasses import dataclass

COLUMNS: tuple[tuple[str, str], ...] = (
    ("obs_id", "BIGINT"),
    ("indicator", "VARCHAR"),
    ("category", "VARCHAR"),
    ("area_code", "VARCHAR"),
    ("area_name", "VARCHAR"),
    ("period", "VARCHAR"),
    ("value", "DOUBLE"),
    ("flag", "VARCHAR"),
    ("unit", "VARCHAR"),
    ("kind", "VARCHAR"),
    ("file_sha256", "VARCHAR"),
    ("sheet", "VARCHAR"),
    ("cell", "VARCHAR"),
    ("raw", "VARCHAR"),
    ("steps", "VARCHAR"),
)
COLUMN_NAMES = tuple(name for name, _type in COLUMNS)


@dataclass(frozen=True, slots=True)
class TidyRow:
    """One row of an accepted version. ``category`` None is the total over the classes; ``value`` None is missing,
    and ``flag`` says why. ``steps`` is a JSON list of the recipe steps that made or changed the value."""

    obs_id: int
    indicator: str
    category: str | None
    area_code: str | None
    area_name: str | None
    period: str | None
    value: float | None
    flag: str | None
    unit: str
    kind: str
    file_sha256: str
    sheet: str
    cell: str
    raw: str
    steps: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Cells with content under one label that did not find their place: kept, reported, never dropped silently."""

    reason: str  # unknown_column | unknown_row | unknown_area | other_period
    sheet: str
    label: str
    cells: tuple[str, ...]
