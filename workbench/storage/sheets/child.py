"""The guarded process: bounds itself, reads one file, writes one JSON answer. It holds no secret and no connection."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from workbench.storage.sheets import limits


def bound() -> None:
    """Give up memory, time, files and priority before touching any content."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY, limits.MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.OUTPUT, limits.OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    with contextlib.suppress(OSError):
        os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked: ``read`` the tables, write them to ``parquet``, or give a ``page`` of cells."""
    from workbench import i18n
    from workbench.domain.errors import UnreadableFile
    from workbench.i18n import _

    i18n.set_language(request.get("language", i18n.DEFAULT_LANGUAGE))
    path, name = Path(request["path"]), request["name"]
    try:
        from workbench.storage.sheets.load import load

        if request["want"] == "page":
            from workbench.storage.sheets.pages import page

            return {"page": page(load(path, name), request)}
        if request["want"] == "parquet" and _is_huge_text(path, name):
            from workbench.storage.sheets.bulk import stream

            return {"parquet": stream(path, Path(request["out"]))}
        grids = list(load(path, name))
        if not any(_filled(v) for grid in grids for row in grid.rows for v in row):
            raise UnreadableFile(_("Berkas ini tidak berisi satu sel pun; lembarnya kosong."))
        from workbench.domain.reading.hints import Hints
        from workbench.domain.reading.reader import read_grids
        from workbench.domain.reading.wire import to_wire

        found = read_grids(grids, name, request.get("title", ""), Hints.from_wire(request.get("hints")))
        if request["want"] == "parquet":
            from workbench.storage.sheets.bulk import write_reading

            return {"parquet": write_reading(found, Path(request["out"]))}
        buffers: list[bytes] = []
        reading = to_wire(found, buffers)
        return {"reading": reading, "buffers": buffers}
    except UnreadableFile as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": _("Berkas ini membutuhkan terlalu banyak memori untuk dibaca.")}
    except RecursionError:
        return {"refused": _("Isi berkas ini bersarang terlalu dalam untuk dibaca.")}


def _is_huge_text(path: Path, name: str) -> bool:
    from workbench.storage.sheets.bulk import STREAM_FROM
    from workbench.storage.sheets.sniff import Format, sniff

    with path.open("rb") as file:
        return path.stat().st_size >= STREAM_FROM and sniff(file.read(65536), name) is Format.TEXT


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def main() -> None:
    """Read one request from standard input; write a line of JSON and the number columns it speaks of."""
    request = json.loads(sys.stdin.readline())
    bound()
    gc.disable()  # one answer and the process is gone: nothing it builds needs collecting
    result = answer(request)
    buffers = result.pop("buffers", [])
    header = json.dumps({**result, "sizes": [len(b) for b in buffers]}, ensure_ascii=True, default=str)
    out = sys.stdout.buffer
    out.write(header.encode("ascii") + b"\n")
    for block in buffers:
        out.write(block)
    out.flush()


if __name__ == "__main__":
    main()
