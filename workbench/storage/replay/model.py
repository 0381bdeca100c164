"""What a replay gives: the rows of a version, and what a person has to know or to decide about them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from workbench.domain.observations import COLUMNS, Unmapped
from workbench.domain.rules import Fact


class ReplayFailed(Exception):
    """DuckDB refused a step; the message names it. This is our own mistake, not the user's."""


@dataclass(frozen=True, slots=True)
class Question:
    """An area name that a person has to decide, with what it may mean."""

    label: str
    sheet: str
    cells: tuple[str, ...]
    candidates: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """What became of a correction: applied, already_fixed, changed (another content) or gone (no such cell)."""

    step: str
    sheet: str
    cell: str
    outcome: str
    found: str


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome of a recipe on a reading. ``table`` has exactly the columns of the contract."""

    table: pa.Table
    unmapped: tuple[Unmapped, ...]
    questions: tuple[Question, ...]
    corrections: tuple[CorrectionResult, ...]
    undecided_dashes: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, Fact], ...]
    tables_used: tuple[int, ...]
    other_tables: tuple[int, ...]
    years: tuple[str, ...]
    reread: frozenset[tuple[str, str]] = frozenset()  # (sheet, cell) whose separators the recipe explains


_ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DOUBLE": pa.float64()}
SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS])
