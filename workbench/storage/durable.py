"""What must still be there after the power goes: files and the names of files."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: a file that was moved into it is found again after a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_sealed(path: Path, body: bytes) -> None:
    """Write a file, have it on the disk, and make it read-only for its owner."""
    with path.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    path.chmod(0o400)
