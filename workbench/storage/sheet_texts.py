"""The texts of a long sheet, kept by the file's address, so that turning a page need not open the workbook again.

Only a copy: it may be thrown away at any time, and one that is damaged counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench import __version__
from workbench.settings import get_settings

_META = b"workbench.sheet"
_LAYOUT = 1  # of these files; one of another layout is not found
_GROUP = 2_000  # rows that are read from disk at once


def _path(file_sha256: str, name: str, sheet: str) -> Path:
    label = hashlib.sha256(f"{__version__}\0{_LAYOUT}\0{name}\0{sheet}".encode()).hexdigest()[:12]
    return get_settings().data_dir / "cache" / "sheets" / f"{file_sha256}-{label}.parquet"


def keep(file_sha256: str, name: str, sheet: str, page: Mapping[str, Any]) -> None:
    """Keep a whole sheet, as ``reading.sheet_page`` gave it."""
    rows: Sequence[Sequence[str]] = page["rows"]
    told = json.dumps({part: page[part] for part in ("sheet", "sheets", "merges")}, ensure_ascii=False)
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    table = pa.table(columns, names=[f"c{n}" for n in range(len(columns))])
    folder = get_settings().folder("cache/sheets")
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as out:
        pq.write_table(
            table.replace_schema_metadata({_META: told.encode("utf-8")}), out, row_group_size=_GROUP,
            compression="zstd", write_page_checksum=True,
        )  # fmt: skip
    Path(temporary).replace(_path(file_sha256, name, sheet))


def part(page: Mapping[str, Any], first: int, count: int) -> dict[str, Any]:
    """Some rows of a whole sheet, in the same form."""
    rows = page["rows"][first : first + count]
    return {**page, "first": first, "rows": rows, "merges": _within(page["merges"], first, first + len(rows))}


def _within(merges: Sequence[Sequence[int]], first: int, last: int) -> list[Sequence[int]]:
    return [m for m in merges if m[2] >= first and m[0] < last]


def is_kept(file_sha256: str, name: str, sheet: str) -> bool:
    """Is there a copy of this sheet?"""
    return _path(file_sha256, name, sheet).is_file()


def kept(file_sha256: str, name: str, sheet: str, first: int, count: int) -> dict[str, Any] | None:
    """Rows of a kept sheet in the form of ``reading.sheet_page``; None when it is not kept."""
    path = _path(file_sha256, name, sheet)
    if not path.is_file():
        return None
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            last = min(first + count, file.metadata.num_rows)
            groups = range(first // _GROUP, -(-last // _GROUP)) if first < last else range(0)
            some = file.read_row_groups(list(groups)).slice(first % _GROUP, max(0, last - first))
            told = json.loads(file.schema_arrow.metadata[_META])
    except (pa.ArrowInvalid, OSError, KeyError, ValueError):
        path.unlink(missing_ok=True)
        return None
    rows = [list(row) for row in zip(*(column.to_pylist() for column in some.columns), strict=True)]
    return {**told, "first": first, "rows": rows, "merges": _within(told["merges"], first, last)}
