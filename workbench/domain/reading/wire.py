"""A reading as plain lists and texts and back, so that it can leave the guarded process as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.domain.reading.lattice import Lattice
from workbench.domain.reading.model import Finding, Observation, Reading, Severity, TableReading


def to_wire(reading: Reading, buffers: list[bytes]) -> dict[str, Any]:
    """Everything of a reading, compactly; long columns of numbers are appended to ``buffers``."""
    return {
        "file": reading.file,
        "tables": [
            {
                "sheet": t.sheet,
                "title": t.title,
                "unit": t.unit,
                "source": t.source,
                "notes": list(t.notes),
                "cells": t.observations.to_wire(buffers) if isinstance(t.observations, Lattice) else None,
                "findings": [_finding(f) for f in t.findings],
                "area": t.area,
                "parts": t.parts,
                "row_header": list(t.row_header),
            }
            for t in reading.tables
        ],
        "findings": [_finding(f) for f in reading.findings],
    }


def from_wire(data: dict[str, Any], buffers: Sequence[bytes | memoryview]) -> Reading:
    """The reading that :func:`to_wire` took apart."""
    tables = []
    for t in data["tables"]:
        cells: Sequence[Observation] = Lattice.from_wire(t["cells"], buffers) if t["cells"] else ()
        tables.append(
            TableReading(
                t["sheet"], t["title"], t["unit"], t["source"], tuple(t["notes"]), cells,
                tuple(_finding_of(f) for f in t["findings"]), t["area"], t["parts"], tuple(t["row_header"]),
            )
        )  # fmt: skip
    return Reading(data["file"], tuple(tables), tuple(_finding_of(f) for f in data["findings"]))


def _finding(f: Finding) -> list[Any]:
    return [f.code, f.severity.value, f.message, f.cell, f.sheet, f.rule, f.proposed]


def _finding_of(f: list[Any]) -> Finding:
    return Finding(f[0], Severity(f[1]), f[2], f[3], f[4], f[5], f[6])
