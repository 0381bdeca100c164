"""JSON exports of portals: a list of records, or lists of cells, wherever they lie in the document."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.grid import CellValue, Grid
from workbench.i18n import _
from workbench.storage.sheets.delimited import decode

DEEPEST = 12
_NAMES = ("fields", "columns", "headers", "header", "kolom", "schema")


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
        if _is_cells(node):
            grids.append(_cells(name, node))
            return
    if isinstance(node, dict):
        names = next((n for key in _NAMES if (n := _names(node.get(key)))), [])
        for key, value in node.items():
            if names and _is_cells(value) and max(map(len, value)) == len(names):
                # CKAN and DataTables keep the header beside the rows
                grids.append(_cells(str(key), [list(names), *value]))
                continue
            if names and key in _NAMES:
                continue
            _collect(value, str(key), depth + 1, grids)


def _is_cells(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(item, list) for item in node) and any(node)


def _cells(name: str, rows: list[list[Any]]) -> Grid:
    width = min(max(map(len, rows)), 2000)
    return Grid(name, [[_value(v) for v in item[:width]] + [""] * (width - len(item)) for item in rows])


def _names(node: Any) -> list[str]:
    """The header that a list of texts, or of `{"id": …}`, names; empty when it is something else."""
    if not isinstance(node, list) or not node:
        return []
    if all(isinstance(item, str) for item in node):
        return [str(item) for item in node]
    if all(isinstance(item, dict) for item in node):
        for key in ("label", "title", "name", "id", "field", "data"):
            if all(isinstance(item.get(key), str) for item in node):
                return [str(item[key]) for item in node]
    return []


def _value(value: Any) -> CellValue:
    if isinstance(value, int) and abs(value) > 10**300:
        return str(value)[:200]  # no number that anybody counted
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)[:200]
