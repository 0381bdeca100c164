"""Reading a file an office sent: any format, in a guarded child process, to tables of observations."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.domain.reading import check_across
from workbench.domain.reading.hints import NO_HINTS, Hints
from workbench.domain.reading.model import Finding, Reading, TableReading
from workbench.domain.reading.wire import from_wire
from workbench.storage.sheets import guard


def read_path(path: Path, name: str | None = None, hints: Hints = NO_HINTS) -> Reading:
    """Read a file of any kind. ``name`` is what its sender called it, where the file is stored under another name;
    ``hints`` is what a person has told about the form.

    Raises :class:`~workbench.domain.errors.UnreadableFile` with one sentence when it cannot be read as a table.
    """
    name = name or path.name
    details: dict[str, Any] = {"hints": hints.to_wire()} if hints else {}
    answer = guard.ask(path, name, title=_title(name), **details)
    try:
        return from_wire(answer["reading"], answer["buffers"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise guard.stopped() from error


def read_bytes(data: bytes, name: str) -> Reading:
    """Read bytes that are not in a file yet."""
    with tempfile.NamedTemporaryFile(prefix="workbench-read-") as file:
        file.write(data)
        file.flush()
        return read_path(Path(file.name), name)


def across(readings: Sequence[Reading]) -> list[Finding]:
    """What only several files together show: the same figures under two names."""
    return check_across.in_files(readings)


def read_to_parquet(path: Path, out: Path, name: str | None = None) -> dict[str, Any]:
    """The longest table of a file as Parquet, one row of the table a row; a huge CSV is streamed in bounded memory.

    Columns: ``row`` (number on the sheet, from 1), the labels, each value column as DOUBLE, and ``raw <column>`` with
    the text of cells that could not be read. Returns ``{"rows": n, "columns": [names]}``. ``out`` appears whole or
    not at all.
    """
    temporary = out.with_name(out.name + ".part")
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        answer = guard.ask(path, name or path.name, "parquet", out=str(temporary.resolve()))
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    written: dict[str, Any] = answer["parquet"]
    return written


def sheet_page(
    path: Path, name: str | None = None, sheet: str = "", first: int = 0, count: int = 200, *, whole: bool = False
) -> dict[str, Any]:
    """A window of a sheet as a person sees it: ``{"sheet", "sheets", "first", "rows": [[text]], "merges"}``.

    ``whole`` asks for all rows at once; a sheet that is too large for it is answered with the window all the same.
    """
    answer = guard.ask(path, name or path.name, "page", sheet=sheet, first=first, count=count, whole=whole)
    page: dict[str, Any] = answer["page"]
    return page


def _title(name: str) -> str:
    """A file's name as a title, where no table prints one: without its ending and the marks of downloads."""
    return Path(name).stem.replace("_", " ").strip()


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
