"""JSON exports of portals: a list of records, or lists of cells, wherever they lie in the document."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import CellValue, Grid
from workbench.i18n import _
from workbench.storage.sheets.delimited import decode

DEEPEST = 12


def load_json(data: bytes, name: str) -> list[Grid]:
    """One grid for each list of records found."""
    try:
        document = json.loads(decode(data))
    except RecursionError as error:
        raise UnreadableFile(_("Isi JSON ini bersarang terlalu dalam.")) from error
    except ValueError as error:
        raise UnreadableFile(_("Berkas JSON ini rusak dan tidak dapat dibaca.")) from error
    grids: list[Grid] = []
    _collect(document, name, 0, grids)
    return grids


def _collect(node: Any, name: str, depth: int, grids: list[Grid]) -> None:
    if depth > DEEPEST or len(grids) > 100:
        return
    if isinstance(node, list) and node:
        if all(isinstance(item, dict) for item in node):
            keys = list(dict.fromkeys(key for item in node for key in item))[:2000]
            rows: list[list[CellValue]] = [list(keys)]
            rows += [[_value(item.get(key)) for key in keys] for item in node]
            grids.append(Grid(name, rows, typed=True))
            return
        if all(isinstance(item, list) for item in node):
            width = min(max(map(len, node)), 2000)
            grids.append(Grid(name, [[_value(v) for v in item[:width]] + [""] * (width - len(item)) for item in node]))
            return
    if isinstance(node, dict):
        for key, value in node.items():
            _collect(value, str(key), depth + 1, grids)


def _value(value: Any) -> CellValue:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)[:200]
