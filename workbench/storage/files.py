"""The content store: every file byte for byte under its SHA-256, written once and never changed.

Writing is temp file, fsync, rename, fsync of the folder: after ``put`` returns, the bytes survive a power loss; before
that, nothing is visible under the address. The same bytes twice are one file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from workbench import moment
from workbench.domain.errors import NotFound, Refused
from workbench.i18n import _
from workbench.settings import get_settings
from workbench.storage.durable import sync_folder
from workbench.storage.tables import FileRow

_CHUNK = 1 << 20
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ADDRESS = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store: its address, its size in bytes and what it was said to be."""

    sha256: str
    size: int
    media_type: str = ""


def _address(sha256: str) -> Path:
    if not _ADDRESS.fullmatch(sha256):
        raise NotFound(_("Berkas tidak ditemukan di penyimpanan."))
    return get_settings().data_dir / "files" / sha256[:2] / sha256[2:]


def put(source: bytes | BinaryIO, media_type: str = "") -> StoredFile:
    """Keep the bytes (or all that a binary stream still has) and return their address. Safe to repeat.

    ``Refused`` when the disk has no room; nothing is left behind then.
    """
    incoming = get_settings().folder("files/.incoming")
    stream: BinaryIO = BytesIO(source) if isinstance(source, bytes) else source
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=incoming)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        target = _address(digest.hexdigest())
        new_folder = not target.parent.exists()
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.chmod(0o400)
        temporary.replace(target)
        sync_folder(target.parent)
        if new_folder:
            sync_folder(target.parent.parent)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise Refused(
            _("Ruang penyimpanan penuh; berkas ini tidak disimpan dan tidak ada yang berubah. Hubungi administrator.")
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return StoredFile(digest.hexdigest(), size, media_type)


def exists(sha256: str) -> bool:
    """Is there a file with this address?"""
    return bool(_ADDRESS.fullmatch(sha256)) and _address(sha256).is_file()


def path(sha256: str) -> Path:
    """Where the file lies, for libraries that want a path; ``NotFound`` when it is not in the store."""
    found = _address(sha256)
    if not found.is_file():
        raise NotFound(_("Berkas tidak ditemukan di penyimpanan."))
    return found


def open(sha256: str) -> BinaryIO:
    """The file as a binary stream, from its beginning; ``NotFound`` when it is not in the store."""
    return path(sha256).open("rb")


def read(sha256: str) -> bytes:
    """All bytes, checked against their address; ``Refused`` when the disk gave back something else."""
    body = path(sha256).read_bytes()
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Refused(_("Berkas di penyimpanan rusak: isinya tidak lagi sama dengan saat diterima. Pulihkan cadangan."))
    return body


def record(session: Session, stored: StoredFile) -> None:
    """Note in the tracker that the file is kept, in the caller's transaction; known files are left as they are."""
    if session.get(FileRow, stored.sha256) is None:
        session.add(
            FileRow(
                sha256=stored.sha256, size=stored.size, media_type=stored.media_type, stored_at=moment.now()
            )
        )  # fmt: skip
        session.flush()


def info(session: Session, sha256: str) -> StoredFile:
    """What the tracker knows of a file; ``NotFound`` when it was never recorded."""
    row = session.get(FileRow, sha256)
    if row is None:
        raise NotFound(_("Berkas tidak ditemukan di penyimpanan."))
    return StoredFile(row.sha256, row.size, row.media_type)
