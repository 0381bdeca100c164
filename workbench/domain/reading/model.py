"""What a reading is made of. Labels and raw text are kept as printed; a value never hides where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """error blocks acceptance; warning needs a written reason; info is told once."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Flag(StrEnum):
    """Why a value is missing or special (BPS symbols; design.md §9). Missing is never zero."""

    NOT_AVAILABLE = "not_available"  # …, ..., tad
    NIL_OR_NOT_APPLICABLE = "nil_or_not_applicable"  # -, –
    SUPPRESSED = "suppressed"  # NA: may not be shown
    NOT_APPLICABLE = "not_applicable"  # x, tidak berlaku
    BLANK = "blank"
    NEGLIGIBLE = "negligible"  # ~0
    PROVISIONAL = "provisional"  # *
    VERY_PROVISIONAL = "very_provisional"  # **
    REVISED = "revised"  # r
    ESTIMATE = "estimate"  # e
    UNREADABLE = "unreadable"


class Kind(StrEnum):
    """Is a cell an observation of its own, or the total of others?"""

    DATA = "data"
    TOTAL = "total"
    SUBTOTAL = "subtotal"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at. ``cell`` is an A1 address or range, "" when it concerns the file."""

    code: str
    severity: Severity
    message: str
    cell: str = ""
    sheet: str = ""
    rule: str = ""
    proposed: float | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of a table with the header labels that lead to it, outermost first, and its cell."""

    row: tuple[str, ...]
    column: tuple[str, ...]
    value: float | int | None
    flag: Flag | None
    raw: str
    cell: str
    kind: Kind
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table found on a sheet. ``area`` is its range; ``parts`` maps header, stub, body … to ranges."""

    sheet: str
    title: str
    unit: str | None
    source: str | None
    notes: tuple[str, ...]
    observations: Sequence[Observation]
    findings: tuple[Finding, ...]
    area: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    row_header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All tables of a file. ``findings`` are those that belong to the file as a whole."""

    file: str
    tables: tuple[TableReading, ...]
    findings: tuple[Finding, ...] = ()
