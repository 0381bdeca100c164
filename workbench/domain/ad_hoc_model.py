"""What is derived from a table nobody has asked for, and what is known of it beside its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.areas import AreaList

Meanings = dict[str, dict[str, str]]
"""For the key of each path what its observations are: indicator, category, area, period, total."""


@dataclass(frozen=True, slots=True)
class FiledColumn:
    """A column of the printed table: an indicator (``*``: the row's own) of a class, under a spanner."""

    key: str
    indicator: str
    label: str
    category: str = ""
    spanner: str = ""
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Derived:
    """What was derived from one table: the definition (as plain data for its YAML), what each label means, and how
    the table is printed. ``period_from``: label, title or default."""

    definition: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, str]]
    columns: Mapping[str, Mapping[str, str]]
    periods: tuple[str, ...]
    period_from: str
    stub: str
    down: str  # what runs down the stub: area, category, indicator or period
    across: tuple[FiledColumn, ...]
    total_label: str
    height: int
    notes: tuple[str, ...]
    empty_periods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the table: the id and title it shall have, who sent it, and which years are meant."""

    id: str
    title: str
    opd_code: str
    source: str
    years: frozenset[str]
    year_from: str
    lists: tuple[tuple[str, AreaList], ...] = ()
