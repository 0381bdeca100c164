"""A reading as a file: tidy observations in Parquet, with the tables' titles, notes and findings beside them.

Header paths are kept once and referred to by number: a column of a large table has one path, not one per cell.
The bytes follow from the reading alone, so their SHA-256 is the reading's address.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workbench import __version__
from workbench.domain.label_paths import Paths
from workbench.domain.reading.hints import NO_HINTS, Hints
from workbench.domain.reading.model import Finding, Flag, Kind, Observation, Reading, Severity, TableReading
from workbench.settings import get_settings
from workbench.storage import reading_columns

_META = b"workbench.reading"
_LAYOUT = 3  # of these files; one of another layout is not found and the file is read again
SCHEMA = pa.schema(
    [
        ("seq", pa.int64()),
        ("table_no", pa.int32()),
        ("sheet", pa.string()),
        ("row_id", pa.int64()),
        ("col_id", pa.int64()),
        ("value", pa.float64()),
        ("flag", pa.string()),
        ("raw", pa.string()),
        ("cell", pa.string()),
        ("kind", pa.string()),
        ("unit", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class TableHead:
    """What is known of a table apart from its observations."""

    sheet: str
    title: str
    unit: str | None
    source: str | None
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    area: str
    row_header: tuple[str, ...]
    parts: Mapping[str, str] = field(default_factory=dict)  # title, header, stub, body … to ranges


@dataclass(frozen=True, slots=True)
class TidyReading:
    """A reading ready for the recipe: one Arrow row per observation, header paths by number."""

    file: str
    tables: tuple[TableHead, ...]
    findings: tuple[Finding, ...]
    rows: Paths
    columns: Paths
    observations: pa.Table


def tidy(reading: Reading) -> TidyReading:
    """The reading as one Arrow table and its header paths."""
    heads = tuple(
        TableHead(
            t.sheet,
            t.title,
            t.unit,
            t.source,
            tuple(t.notes),
            tuple(t.findings),
            t.area,
            tuple(t.row_header),
            dict(t.parts),
        )
        for t in reading.tables
    )
    rows, columns, observations = reading_columns.of_tables(reading.tables)
    return TidyReading(reading.file, heads, tuple(reading.findings), rows, columns, observations.cast(SCHEMA))


def to_bytes(reading: TidyReading) -> bytes:
    """The reading as Parquet; same reading, same bytes."""
    meta = {
        "file": reading.file,
        "tables": [asdict(head) for head in reading.tables],
        "findings": [asdict(f) for f in reading.findings],
        "rows": _paths(reading.rows),
        "columns": _paths(reading.columns),
    }
    text = json.dumps(meta, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    table = reading.observations.replace_schema_metadata({_META: text.encode("utf-8")})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue()


def from_bytes(body: bytes) -> TidyReading:
    """The reading kept in these bytes; page checksums are verified."""
    table = pq.read_table(io.BytesIO(body), page_checksum_verification=True)
    meta = json.loads(table.schema.metadata[_META])
    heads = tuple(
        TableHead(
            sheet=t["sheet"],
            title=t["title"],
            unit=t["unit"],
            source=t["source"],
            notes=tuple(t["notes"]),
            findings=_findings(t["findings"]),
            area=t["area"],
            row_header=tuple(t["row_header"]),
            parts=t["parts"],
        )
        for t in meta["tables"]
    )
    return TidyReading(
        meta["file"],
        heads,
        _findings(meta["findings"]),
        _paths_of(meta["rows"]),
        _paths_of(meta["columns"]),
        table.replace_schema_metadata(None),
    )


def _paths(paths: Paths) -> dict[str, Any]:
    return {"labels": paths.labels, "depth": paths.codes.shape[1], "count": len(paths),
            "codes": paths.codes.ravel().tolist()}  # fmt: skip


def _paths_of(item: dict[str, Any]) -> Paths:
    codes = np.array(item["codes"], dtype=np.int32).reshape(item["count"], item["depth"])
    return Paths(item["labels"], codes)


def _findings(items: Sequence[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(**{**item, "severity": Severity(item["severity"])}) for item in items)


def untidy(reading: TidyReading) -> Reading:
    """The reading as domain objects again, for pages that show it."""
    tables: list[list[Observation]] = [[] for _head in reading.tables]
    for row in reading.observations.to_pylist():
        tables[row["table_no"]].append(
            Observation(
                row=reading.rows[row["row_id"]],
                column=reading.columns[row["col_id"]],
                value=row["value"],
                flag=Flag(row["flag"]) if row["flag"] else None,
                raw=row["raw"],
                cell=row["cell"],
                kind=Kind(row["kind"]),
                unit=row["unit"],
            )
        )
    heads = zip(reading.tables, tables, strict=True)
    return Reading(
        reading.file,
        tuple(
            TableReading(
                h.sheet,
                h.title,
                h.unit,
                h.source,
                h.notes,
                tuple(items),
                h.findings,
                h.area,
                dict(h.parts),
                h.row_header,
            )
            for h, items in heads
        ),
        reading.findings,
    )


# ---------------------------------------------------------------- kept readings


def kept_path(file_sha256: str, name: str, hints: Hints = NO_HINTS) -> Path:
    """Where the reading of a file is kept: the address of all it follows from, the version of the reader included."""
    told = f"\0{json.dumps(hints.to_wire(), sort_keys=True)}" if hints else ""
    label = hashlib.sha256(f"{__version__}\0{_LAYOUT}\0{name}{told}".encode()).hexdigest()[:12]
    return get_settings().data_dir / "readings" / file_sha256[:2] / f"{file_sha256}-{label}.parquet"


def keep(file_sha256: str, name: str, reading: TidyReading, hints: Hints = NO_HINTS) -> None:
    """Keep a reading so that the file need not be read again. It may be thrown away and made anew at any time."""
    path = kept_path(file_sha256, name, hints)
    folder = get_settings().folder(f"readings/{file_sha256[:2]}")
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as out:
        out.write(to_bytes(reading))
    Path(temporary).replace(path)


def sha256(reading: TidyReading, file_sha256: str, name: str, hints: Hints = NO_HINTS) -> str:
    """The address of a file's reading: of the bytes that are kept of it, else of those that would be."""
    path = kept_path(file_sha256, name, hints)
    body = path.read_bytes() if path.is_file() else to_bytes(reading)
    return hashlib.sha256(body).hexdigest()


def kept(file_sha256: str, name: str, hints: Hints = NO_HINTS) -> TidyReading | None:
    """A reading kept from before, made with these hints, or None. A damaged one counts as absent: it is only a copy."""
    path = kept_path(file_sha256, name, hints)
    if not path.is_file():
        return None
    try:
        return from_bytes(path.read_bytes())
    except (pa.ArrowInvalid, OSError, KeyError, ValueError):
        path.unlink(missing_ok=True)
        return None
