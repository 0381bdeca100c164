"""The parent's side of guarded reading: start a child with nothing to lose, wait, believe only its JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from workbench.domain.errors import UnreadableFile
from workbench.i18n import _, language
from workbench.storage.sheets import limits

_BUSY = threading.BoundedSemaphore(2)


def ask(path: Path, name: str, want: str = "read", **details: Any) -> dict[str, Any]:
    """Have a child process answer about a file. Raises :class:`UnreadableFile` with one sentence when it cannot.

    The child gets an empty environment, bounded memory, time and output, and the path of the file; never a handle of
    ours. Whatever kills it (a signal, a limit, the clock) becomes a sentence here, and the file itself stays.
    """
    request = {"path": str(path.resolve()), "name": name, "want": want, "language": language(), **details}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with (
        _BUSY,
        subprocess.Popen(
            [sys.executable, "-I", "-W", "ignore", "-m", "workbench.storage.sheets.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
        ) as child,
    ):
        try:
            out, _err = child.communicate(json.dumps(request).encode() + b"\n", timeout=limits.WALL_SECONDS)
        except subprocess.TimeoutExpired as error:
            child.kill()
            child.communicate()
            raise UnreadableFile(
                _("Berkas ini terlalu lama dibaca dan dihentikan; berkasnya tetap tersimpan.")
            ) from error
    header, _line, _rest = out[:200_000_000].partition(b"\n") if out else (b"", b"", b"")
    try:
        result: dict[str, Any] = json.loads(header)
        sizes = [int(size) for size in result.pop("sizes", [])]
    except (ValueError, AttributeError, TypeError) as error:
        raise stopped() from error
    rest = memoryview(out)[len(header) + 1 :]
    buffers, start = [], 0
    for size in sizes:
        buffers.append(rest[start : start + size])
        start += size
    if start != len(rest):
        raise stopped()
    result["buffers"] = buffers
    if refused := result.get("refused"):
        raise UnreadableFile(str(refused))
    return result


def stopped() -> UnreadableFile:
    """What is said where the child gave no answer that makes sense."""
    return UnreadableFile(_("Berkas ini tidak dapat dibaca: pembacanya berhenti karena isi yang tidak wajar."))
