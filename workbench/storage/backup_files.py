"""Files of a backup: copying with the hash taken on the way, the manifest, and reading both back without trust.

A backup folder holds ``manifest.json``, the database (``tracker.sqlite3`` or ``tracker.pgdump``), ``data/`` (what the
data folder held) and ``reference/`` (SOPs, datasets and code lists as the office had them). The manifest names every
file with size and SHA-256, so what is missing, added or changed is noticed before anything is restored. Everything is
readable by its owner only, because the database holds password hashes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.storage.durable import sync_folder

MANIFEST = "manifest.json"
DATA = "data"
REFERENCE = "reference"
FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """One file of a backup: its place in the backup folder, its size in bytes and the SHA-256 of its bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``anchors`` are the ends of both hash chains when it was taken."""

    made_at: str
    program: str
    database: str
    database_file: str
    anchors: tuple[str, ...]
    files: tuple[CopiedFile, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


def make_folder(folder: Path, root: Path) -> None:
    """Make a folder and those above it up to ``root``, each for its owner only."""
    if folder != root and not folder.is_dir():
        make_folder(folder.parent, root)
    folder.mkdir(mode=0o700, exist_ok=True)


def copy(source: Path, target: Path, root: Path) -> CopiedFile:
    """Copy one file to ``target`` below ``root``, synced; size and hash are those of the bytes that were written."""
    make_folder(target.parent, root)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading:
        mode = os.fstat(reading.fileno()).st_mode & 0o600
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as writing:
            while chunk := reading.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                writing.write(chunk)
            writing.flush()
            os.fsync(writing.fileno())
    target.chmod(mode | 0o400)
    return CopiedFile(target.relative_to(root).as_posix(), size, digest.hexdigest())


def measured(path: Path, root: Path) -> CopiedFile:
    """Size and hash of a file that lies in the backup already."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    return CopiedFile(path.relative_to(root).as_posix(), path.stat().st_size, digest.hexdigest())


def walk(folder: Path, passed_over: Iterable[Path] = ()) -> Iterator[Path]:
    """The files below a folder, in order. Names that begin with a dot are unfinished work and are passed over."""
    avoid = {path.resolve() for path in passed_over}
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.resolve() in avoid:
            continue
        if entry.is_dir():
            yield from walk(entry, avoid)
        elif entry.is_file():
            yield entry


def copy_tree(folder: Path, target: Path, root: Path, passed_over: Iterable[Path] = ()) -> list[CopiedFile]:
    """Copy a folder while the application works in it; a file that was removed meanwhile is not part of the backup."""
    copied = []
    for source in walk(folder, passed_over):
        try:
            copied.append(copy(source, target / source.relative_to(folder), root))
        except FileNotFoundError:
            if source.exists():
                raise
    return copied


# ---------------------------------------------------------------- the manifest


def write_manifest(root: Path, manifest: Manifest) -> str:
    """Write the manifest and sync the folder; returns the manifest's SHA-256."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1).encode()
    path = root / MANIFEST
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(root)
    return hashlib.sha256(text).hexdigest()


def read_manifest(root: Path) -> tuple[Manifest, str]:
    """The manifest of a backup and its SHA-256; ``Refused`` when the folder is no backup of ours."""
    path = root / MANIFEST
    if not path.is_file():
        raise Refused(_("{path} bukan cadangan: berkas manifest.json tidak ada di dalamnya.").format(path=root))
    body = path.read_bytes()
    try:
        return _manifest(json.loads(body)), hashlib.sha256(body).hexdigest()
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            _("Manifes cadangan {path} rusak atau dari versi lain ({error}). Pakai cadangan lain.").format(
                path=path, error=error
            )
        ) from error


def _manifest(document: Any) -> Manifest:
    if document["format"] != FORMAT:
        raise ValueError(f"format {document['format']}")
    files = tuple(CopiedFile(str(f["path"]), int(f["size"]), str(f["sha256"])) for f in document["files"])
    for file in files:
        place = PurePosixPath(file.path)
        if place.is_absolute() or ".." in place.parts or "\\" in file.path or str(place) != file.path:
            raise ValueError(f"path {file.path!r}")
    found = Manifest(
        str(document["made_at"]), str(document["program"]), str(document["database"]), str(document["database_file"]),
        tuple(str(anchor) for anchor in document["anchors"]), files,
    )  # fmt: skip
    if found.database not in ("sqlite", "postgresql") or found.database_file not in {file.path for file in files}:
        raise ValueError("database")
    return found


def differences(root: Path, manifest: Manifest) -> list[str]:
    """Files that are missing, too many or changed against the manifest; empty when the backup is as it was made."""
    wanted = {file.path: file for file in manifest.files}
    there = {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()} - {MANIFEST}
    found = [f"missing: {path}" for path in sorted(set(wanted) - there)]
    found += [f"not in the manifest: {path}" for path in sorted(there - set(wanted))]
    found += [f"changed: {path}" for path in sorted(there & set(wanted)) if measured(root / path, root) != wanted[path]]
    return found


def move_into(staging: Path, folder: Path, last: str) -> None:
    """Move everything from a folder inside ``folder`` up into it, the entry named ``last`` at the end."""
    for entry in sorted(staging.iterdir(), key=lambda path: (path.name == last, path.name)):
        entry.rename(folder / entry.name)
    staging.rmdir()
    sync_folder(folder)


def remove(folder: Path) -> None:
    """Remove what was begun."""
    shutil.rmtree(folder, ignore_errors=True)
