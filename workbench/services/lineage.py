"""Follow a number: from an accepted version back to the recipe's steps and the very cell of the agency's file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from workbench.domain.errors import NotFound
from workbench.domain.reading.grid import address
from workbench.domain.recipe_plain import to_plain
from workbench.i18n import _
from workbench.services import reading
from workbench.storage import clean_store, datasets, files, recipes, submissions

_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class StepSaid:
    """A recipe step that made or changed the value: its id, its kind and all that it says."""

    id: str
    do: str
    says: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileCell:
    """One cell of the file as a person sees it there; ``here`` marks the one that was followed."""

    cell: str
    text: str
    here: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where one value of an accepted version comes from."""

    dataset_id: str
    period: str
    version: int
    obs_id: int
    observation: dict[str, Any]
    recipe_sha256: str
    steps: tuple[StepSaid, ...]
    file_sha256: str
    file_name: str
    receipt: str
    received_at: datetime
    opd_code: str
    sheet: str
    cell: str
    raw: str
    accepted_by: str
    accepted_at: datetime


def trace(session: Session, *, dataset_id: str, period: str, version: int, obs_id: int) -> Lineage:
    """The lineage of one observation; the version's bytes are verified first. ``NotFound`` for an unknown one."""
    row = submissions.version(session, dataset_id, period, version)
    table = clean_store.open_version(row.path, row.parquet_sha256)
    found = next((item for item in table.to_pylist() if item["obs_id"] == obs_id), None)
    if found is None:
        raise NotFound(_("Angka ini tidak ada dalam versi dataset tersebut."))
    sent = submissions.get(session, row.submission_id)
    recipe = recipes.get(session, datasets.get(dataset_id), row.recipe_sha256).recipe
    said = {item["id"]: item for item in to_plain(recipe)["steps"]}
    steps = tuple(
        StepSaid(name, said[name]["do"], {k: v for k, v in said[name].items() if k not in ("id", "do")})
        for name in json.loads(found["steps"])
    )
    return Lineage(
        dataset_id=dataset_id,
        period=period,
        version=version,
        obs_id=obs_id,
        observation=found,
        recipe_sha256=row.recipe_sha256,
        steps=steps,
        file_sha256=found["file_sha256"],
        file_name=sent.file_name,
        receipt=sent.receipt,
        received_at=sent.received_at,
        opd_code=sent.opd_code,
        sheet=found["sheet"],
        cell=found["cell"],
        raw=found["raw"],
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
    )


def row_of_file(file_sha256: str, sheet: str, cell: str, *, file_name: str = "") -> list[FileCell]:
    """That row of the stored file, as a person sees it there: every cell with its address, ``cell`` marked.

    The file is read again in the guarded process; ``NotFound`` when it has no such cell.
    """
    found = _CELL.fullmatch(cell)
    if found is None:
        raise NotFound(_("Sel {cell} tidak ada dalam berkas.").format(cell=cell))
    number = int(found.group(2)) - 1
    page = reading.sheet_page(files.path(file_sha256), file_name or None, sheet, number, 1)
    if not page["rows"]:
        raise NotFound(_("Sel {cell} tidak ada dalam berkas.").format(cell=cell))
    cells = [(address(number, column), str(text or "")) for column, text in enumerate(page["rows"][0])]
    return [FileCell(at, text, at == cell) for at, text in cells]
