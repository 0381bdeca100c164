"""Findings at reading time: what a careful person would ask the sender about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.domain.reading.grid import Grid
from workbench.domain.reading.model import Finding, TableReading

if TYPE_CHECKING:
    from workbench.domain.reading.reader import Draft


def table_findings(draft: Draft) -> list[Finding]:
    """All findings about one table."""
    return []


def file_findings(grids: Sequence[Grid], tables: Sequence[TableReading]) -> list[Finding]:
    """Findings about the file as a whole."""
    return []
