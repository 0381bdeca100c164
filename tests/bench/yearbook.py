"""The yearbook from a frozen edition, cold and in a fresh process, against its two tools used bare.

The baseline is papermill running the same notebook and one Typst compile of the same book. Ours also checks the
edition's bytes, draws the charts, typesets twice (with and without the DRAF mark) and makes a picture of every page.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import papermill
import typst

from tests.bench.machine import peak_of
from tests.bench.pairing import Ratio, paired
from tests.reporting import samples
from workbench.reporting import theme
from workbench.services.render import KINDS, NOTEBOOKS, RenderSpec, render
from workbench.settings import CHECKOUT

GOAL = 2.0
SPECIFICATION = CHECKOUT / "data" / "reference" / "yearbook" / "kota-surakarta.yaml"
_ME = "tests.bench.yearbook"


def ours(edition: str, out: str) -> None:
    """A draft and its final twin, as a worker renders them, without any kept result."""
    spec = RenderSpec("yearbook", Path(edition), SPECIFICATION, {"language": "id"})
    found = render(spec, Path(out), progress=lambda share, step: None)
    if not found.pages or found.exec_cached or found.render_cached:
        raise AssertionError("the book was not rendered anew")


def bare(edition: str, out: str, printed: str) -> None:
    """The notebook by papermill, then the book that ``printed`` holds by Typst."""
    papermill.execute_notebook(
        str(NOTEBOOKS / KINDS["yearbook"]), str(Path(out) / "executed.ipynb"), progress_bar=False,
        parameters={"edition_dir": edition, "spec_path": str(SPECIFICATION), "language": "id"},
    )  # fmt: skip
    (Path(out) / "book.pdf").write_bytes(
        typst.compile(
            str(Path(printed) / "yearbook.typ"), root=printed, font_paths=[str(theme.FONT_DIR)],
            ignore_system_fonts=True, format="pdf",
        )
    )  # fmt: skip


def _fresh(function: str, *arguments: str) -> None:
    code = f"import sys; from {_ME} import {function}; {function}(*sys.argv[1:])"
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=CHECKOUT, check=True, capture_output=True)


def main() -> list[tuple[Ratio, float]]:
    """The ratio with its goal."""
    with tempfile.TemporaryDirectory(prefix="wbbench-") as folder:
        edition = str(samples.full_edition(Path(folder) / "2025-1"))
        turn = 0

        def new() -> str:
            nonlocal turn
            turn += 1
            made = Path(folder) / f"out{turn}"
            made.mkdir()
            return str(made)

        printed = new()
        own, child = peak_of(_ME, "ours", edition, printed)
        pages = len(list((Path(printed) / "pages").glob("*.png")))
        book = json.loads((Path(printed) / "book.json").read_text(encoding="utf-8"))
        tables = sum(block["type"] == "table" for block in book["blocks"])
        found = paired(
            f"yearbook, {pages} pages, {tables} tables", lambda: _fresh("ours", edition, new()),
            "papermill + Typst, bare", lambda: _fresh("bare", edition, new(), printed), warmup=False,
            note=f"peak {own:.0f} MB + kernel {child:.0f} MB",
        )  # fmt: skip
    return [(found, GOAL)]
