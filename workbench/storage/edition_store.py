"""Frozen editions on disk: copies of accepted Parquet files, definitions and a manifest that nothing edits any more.

Layout of ``<data_dir>/editions/<id>/``: ``manifest.json``, ``tables/<dataset>.<period>.parquet`` (the bytes of one
accepted version each), ``datasets/<dataset>.yaml``. An edition appears whole or not at all: it is written beside its
place, synced, and renamed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from sqlmodel import Session, col, select

from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.storage.durable import sync_folder, write_sealed
from workbench.storage.tables import DatasetVersionRow, EditionRow

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class TableSource:
    """One accepted version that an edition copies."""

    dataset: str
    period: str
    version: int
    path: Path
    sha256: str
    rows: int
    accepted_at: str
    accepted_by: str


def check_name(name: str) -> str:
    """An edition id, dataset id or period that may become a file name; ``Refused`` otherwise."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise Refused(_("{name} tidak dapat dipakai sebagai nama; pakai huruf, angka, dan tanda hubung.").format(
            name=name))  # fmt: skip
    return name


def _write(path: Path, body: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_sealed(path, body)
    return hashlib.sha256(body).hexdigest()


def write(
    folder: Path,
    *,
    facts: Mapping[str, Any],
    sources: Sequence[TableSource],
    definitions: Mapping[str, Mapping[str, Any]],
    known: bool = False,
) -> str:
    """Write an edition to ``folder`` and return the SHA-256 of its manifest.

    ``facts`` become the head of the manifest. ``known`` says that the tracker has an edition of this id: then other
    content is ``Refused``. A folder that the tracker does not know is the remains of an interrupted freeze and is
    replaced. ``Refused`` as well when a source's bytes no longer are what was accepted.
    """
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    building = folder.with_name(f".{folder.name}.{uuid4().hex}")
    try:
        digest = _build(building, facts, sources, definitions)
        if known:
            if hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest() != digest:
                raise Refused(_("Edisi {id} sudah ada dengan isi lain. Beri nomor edisi baru.").format(id=folder.name))
            return digest
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
        sync_folder(folder.parent)
        return digest
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _build(
    folder: Path,
    facts: Mapping[str, Any],
    sources: Sequence[TableSource],
    definitions: Mapping[str, Mapping[str, Any]],
) -> str:
    tables = []
    for source in sorted(sources, key=lambda s: (s.dataset, s.period, s.version)):
        name = f"tables/{check_name(source.dataset)}.{check_name(source.period)}.parquet"
        body = source.path.read_bytes()
        if _write(folder / name, body) != source.sha256:
            raise Refused(
                _(
                    "Berkas versi {version} dataset {id} tidak lagi sama dengan saat diterima. Pulihkan cadangan."
                ).format(version=source.version, id=source.dataset)
            )
        tables.append(
            {
                "dataset": source.dataset, "period": source.period, "version": source.version, "path": name,
                "sha256": source.sha256, "rows": source.rows, "accepted_at": source.accepted_at,
                "accepted_by": source.accepted_by,
            }
        )  # fmt: skip
    known = []
    for dataset, record in sorted(definitions.items()):
        name = f"datasets/{check_name(dataset)}.yaml"
        text = yaml.safe_dump(dict(record), allow_unicode=True, sort_keys=True)
        known.append({"dataset": dataset, "path": name, "sha256": _write(folder / name, text.encode())})
    manifest = {**facts, "schema": 1, "tables": tables, "definitions": known}
    return _write(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode())


def newest_versions(session: Session, dataset_ids: Sequence[str]) -> list[DatasetVersionRow]:
    """The newest accepted version of every period of these datasets, by dataset and period."""
    rows = session.exec(
        select(DatasetVersionRow)
        .where(col(DatasetVersionRow.dataset_id).in_(list(dataset_ids)))
        .order_by(col(DatasetVersionRow.dataset_id), col(DatasetVersionRow.period), col(DatasetVersionRow.version))
    ).all()
    newest = {(row.dataset_id, row.period): row for row in rows}
    return list(newest.values())


def get(session: Session, edition_id: str) -> EditionRow | None:
    """The edition's row, or None."""
    return session.get(EditionRow, edition_id)


def all_editions(session: Session) -> list[EditionRow]:
    """All editions, newest first."""
    return list(session.exec(select(EditionRow).order_by(col(EditionRow.created_at).desc())).all())
