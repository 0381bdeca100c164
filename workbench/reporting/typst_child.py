"""Typst in a child process that ends after each paper, because the compiler keeps memory for every document it has set.

A paper's module is its own child: ``run`` starts ``python -m <module> <folder>``, which reads ``request.json`` in that
folder and leaves its pages there. Warnings of Typst are errors: a missing font or glyph must not pass unseen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from workbench.domain.errors import RenderFailed
from workbench.reporting import theme
from workbench.settings import CHECKOUT

PREVIEW_PPI = 110
_TIMEOUT_SECONDS = 60
_REASON_LENGTH = 300
# Papers carry no moment of printing, so that the same content always gives the same bytes.
_TIMESTAMP = 1_577_836_800


def run(module: str, folder: Path, *, too_slow: str, failed: str) -> None:
    """Have a module set its paper in ``folder``; ``RenderFailed`` when it refuses or takes longer than a minute.

    Both sentences are for the user; ``{reason}`` in ``failed`` becomes the last line the child wrote.
    """
    environment = {"PYTHONPATH": str(CHECKOUT), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, str(folder)],
            capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, env=environment, cwd=folder, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise RenderFailed(too_slow) from error
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["?"]
        raise RenderFailed(failed.format(reason=reason[0][:_REASON_LENGTH]))


def pictures_in(folder: Path) -> tuple[bytes, ...]:
    """The pictures (PNG) of the pages that a child left, in order."""
    return tuple(path.read_bytes() for path in sorted(folder.glob("page-*.png")))


# ---------------------------------------------------------------- inside the child


def options(folder: Path) -> dict[str, Any]:
    """What every call of Typst is told: only this folder, only our own fonts."""
    return {"root": str(folder), "font_paths": [str(theme.FONT_DIR)], "ignore_system_fonts": True}


def compiler(folder: Path, template: str) -> Any:
    """A compiler for a template in the folder."""
    import typst  # only the child pays for it

    return typst.Compiler(str(folder / template), **options(folder))


def pictures(compiled: Any, *, ppi: float = PREVIEW_PPI) -> list[bytes]:
    """A picture (PNG) of each page."""
    found = compiled.compile(format="png", ppi=ppi)
    return [found] if isinstance(found, bytes) else list(found)


def keep_pdf(compiled: Any, target: Path) -> None:
    """Write the PDF; a warning ends the child with its words."""
    pdf, warnings = compiled.compile_with_warnings(format="pdf", timestamp=_TIMESTAMP)
    if warnings:
        raise SystemExit(f"Typst: {warnings[0].message}")
    target.write_bytes(pdf)


def keep_pictures(pages: list[bytes], folder: Path) -> None:
    """Write the pictures where ``pictures_in`` looks for them."""
    for number, picture in enumerate(pages, 1):
        (folder / f"page-{number:02}.png").write_bytes(picture)
