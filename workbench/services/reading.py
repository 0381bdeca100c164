"""Reading a file an office sent: any format, in a guarded child process, to tables of observations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.domain.reading.model import Finding, Reading, TableReading
from workbench.domain.reading.reader import read_grids
from workbench.storage.sheets.delimited import load_delimited
from workbench.storage.sheets.workbook import load_workbook


def read_path(path: Path, name: str | None = None) -> Reading:
    """Read a file of any kind. Raises :class:`UnreadableFile` with one sentence when it holds no table."""
    name = name or path.name
    head = path.open("rb").read(8)
    grids = (
        load_workbook(path)
        if head[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
        else load_delimited(path.read_bytes(), Path(name).stem)
    )
    return read_grids(grids, name, "")


def to_json(reading: Reading) -> dict[str, Any]:
    """The reading as `workbench read --json` prints it."""
    return {
        "file": reading.file,
        "tables": [_table(t) for t in reading.tables],
        "findings": [_finding(f) for f in reading.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "cell": finding.cell,
        "sheet": finding.sheet,
        "message": finding.message,
        "proposed": finding.proposed,
    }


def _table(table: TableReading) -> dict[str, Any]:
    return {
        "sheet": table.sheet,
        "title": table.title,
        "unit": table.unit,
        "source": table.source,
        "notes": list(table.notes),
        "area": table.area,
        "parts": table.parts,
        "row_header": list(table.row_header),
        "observations": [
            {
                "row": list(o.row),
                "column": list(o.column),
                "value": o.value,
                "flag": o.flag.value if o.flag else None,
                "raw": o.raw,
                "cell": o.cell,
                "kind": o.kind.value,
                "unit": o.unit,
            }
            for o in table.observations
        ],
        "findings": [_finding(f) for f in table.findings],
    }
