"""Accepted dataset versions on disk: immutable Parquet with a manifest that carries its SHA-256.

``data_dir/clean/<dataset>/<period>/v<N>/{data.parquet,manifest.json}``. The caller has already won the version number
in the tracker (unique row), so a folder that is found here was left by a transaction that never committed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.domain.errors import NotFound, Refused
from workbench.domain.observations import COLUMN_NAMES
from workbench.i18n import _
from workbench.settings import get_settings
from workbench.storage.durable import sync_folder, write_sealed

DATA = "data.parquet"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class WrittenVersion:
    """Where a version lies (relative to the data folder) and what its bytes hash to."""

    path: str
    parquet_sha256: str
    manifest_sha256: str
    rows: int


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as Parquet: contract columns, zstd, page checksums; same table, same bytes."""
    if tuple(table.column_names) != COLUMN_NAMES:
        raise ValueError(f"columns differ from the contract: {table.column_names}")
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue()


def write_version(
    table: pa.Table, *, dataset_id: str, period: str, version: int, manifest: dict[str, Any]
) -> WrittenVersion:
    """Write a version whole or not at all: files and fsync in a side folder, then one rename."""
    relative = Path("clean") / dataset_id / period / f"v{version}"
    target = get_settings().data_dir / relative
    parent = get_settings().folder(str(relative.parent))
    body = parquet_bytes(table)
    digest = hashlib.sha256(body).hexdigest()
    whole = {
        **manifest, "dataset": dataset_id, "period": period, "version": version, "rows": table.num_rows,
        "columns": list(COLUMN_NAMES), "parquet": DATA, "parquet_sha256": digest,
    }  # fmt: skip
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")
    side = parent / f".{target.name}.{os.getpid()}"
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(mode=0o700)
    try:
        write_sealed(side / DATA, body)
        write_sealed(side / MANIFEST, text)
        sync_folder(side)
        if target.exists():  # left behind by a transaction that did not commit
            shutil.rmtree(target)
        side.replace(target)
        sync_folder(parent)
    finally:
        shutil.rmtree(side, ignore_errors=True)
    return WrittenVersion(relative.as_posix(), digest, hashlib.sha256(text).hexdigest(), table.num_rows)


def version_file(path: str) -> Path:
    """The Parquet file of a version (``path`` as stored, relative to the data folder)."""
    root = (get_settings().data_dir / "clean").resolve()
    found = (get_settings().data_dir / path / DATA).resolve()
    if not found.is_relative_to(root) or not found.is_file():
        raise NotFound(_("Berkas versi dataset ini tidak ada."))
    return found


def open_version(path: str, parquet_sha256: str) -> pa.Table:
    """The table of a version, after its bytes and page checksums were verified; ``Refused`` when they differ."""
    body = version_file(path).read_bytes()
    if hashlib.sha256(body).hexdigest() != parquet_sha256:
        raise Refused(_("Berkas versi dataset ini rusak: isinya tidak sama dengan saat diterima. Pulihkan cadangan."))
    return pq.read_table(io.BytesIO(body), page_checksum_verification=True)


def manifest(path: str) -> dict[str, Any]:
    """The manifest of a version."""
    found: dict[str, Any] = json.loads(version_file(path).with_name(MANIFEST).read_text(encoding="utf-8"))
    return found
