"""From an executed notebook to ``book.json`` and SVG charts named by their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from workbench.domain.errors import RenderFailed
from workbench.i18n import _
from workbench.reporting import theme
from workbench.reporting.blocks import MIME
from workbench.reporting.charts import drawing_from
from workbench.reporting.drawing import svg

SCHEMA = 1
_POINT_PER_CM = 72 / 2.54
_CHAR = 4.5  # points a digit of an 8 pt table takes, with its share of spacing


@dataclass(frozen=True, slots=True)
class Book:
    """The book as data. ``sha256`` is of ``book.json`` itself and identifies what is printed."""

    data: Mapping[str, Any]
    path: Path
    sha256: str


def assemble(executed: Path, out: Path, page_size: str = theme.DEFAULT_PAGE_SIZE) -> Book:
    """Collect, number and draw; writes ``book.json`` and ``charts/*.svg`` under ``out``.

    ``RenderFailed`` when the notebook handed over no front matter or two blocks share an id.
    """
    blocks = _collect(executed)
    if not blocks or blocks[0]["type"] != "front":
        raise RenderFailed(_("Notebook tidak menghasilkan isi buku. Periksa notebook yang dipakai."))
    ids = [block["id"] for block in blocks]
    if len(set(ids)) != len(ids):
        raise RenderFailed(_("Dua bagian buku memakai kunci yang sama."))
    _number(blocks)
    for block in blocks:
        if block["type"] == "chart":
            block["svg"] = _draw(block, out)
        elif block["type"] == "table":
            block["wide"] = is_wide(block, page_size)
            block["widths"] = column_widths(block)
    data = {"schema": SCHEMA, "meta": blocks[0]["meta"], "page_size": page_size, "blocks": blocks}
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
    path = out / "book.json"
    path.write_bytes(body)
    return Book(data, path, hashlib.sha256(body).hexdigest())


def _collect(executed: Path) -> list[dict[str, Any]]:
    notebook = nbformat.read(executed, as_version=4)
    return [
        json.loads(json.dumps(output["data"][MIME]))
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]


def _number(blocks: list[dict[str, Any]]) -> None:
    """Chapters 1, 2 …; tables and figures ``chapter.n``, each in their own order."""
    chapter = tables = charts = 0
    for block in blocks:
        match block["type"]:
            case "chapter":
                chapter, tables, charts = chapter + 1, 0, 0
                block["number"] = str(chapter)
            case "table":
                tables += 1
                block["number"] = f"{chapter}.{tables}"
            case "chart":
                charts += 1
                block["number"] = f"{chapter}.{charts}"


def _draw(block: Mapping[str, Any], out: Path) -> str:
    body = svg(drawing_from(block["drawing"])).encode()
    name = f"charts/{hashlib.sha256(body).hexdigest()[:16]}.svg"
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(body)
    return name


def _words(label: str) -> int:
    return max((len(word) for word in label.split()), default=0)


def column_widths(block: Mapping[str, Any]) -> list[int]:
    """Shares of the line for the stub and each column, in characters: what cannot be broken must fit."""
    stub = max([10, _words(block["stub"]), *(len(row["label"]) for row in block["rows"])])
    widths = [min(stub, 30) + 2]
    for index, column in enumerate(block["columns"]):
        printed = max([0, *(len(row["cells"][index]["text"] + row["cells"][index]["mark"]) for row in block["rows"])])
        widths.append(max(printed, _words(column["label"]), _words(column["label_en"]), 5) + 2)
    return widths


def is_wide(block: Mapping[str, Any], page_size: str) -> bool:
    """Does a table need a page on its side? Judged from what cannot be broken, before anything is typeset."""
    return sum(column_widths(block)) * _CHAR > theme.PAGE_SIZES[page_size].text_width * _POINT_PER_CM
