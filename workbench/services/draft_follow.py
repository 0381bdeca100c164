"""Follow a printed number: from a draft's cell to the observations, the recipe and the cell of the agency's file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml
from sqlmodel import Session, select

from workbench.domain.errors import BadDefinition, NotFound
from workbench.domain.reading.hints import NO_HINTS, Hints
from workbench.domain.recipe_steps import Step
from workbench.i18n import _
from workbench.reporting.edition import Edition
from workbench.services import collect, people
from workbench.services.draft_views import book_of, column_label, row_of, tables_of
from workbench.settings import get_settings
from workbench.storage import datasets, files, recipes
from workbench.storage.tables import DatasetVersionRow, EditionRow, RecipeRow, SubmissionRow


@dataclass(frozen=True, slots=True)
class FollowedStep:
    """A recipe step that made or changed the value: what it does (``op``), why, its settings, and the step itself
    (nothing where the definition has changed so much since that the old recipe no longer fits it)."""

    id: str
    op: str
    reason: str
    detail: Mapping[str, Any]
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class FileCell:
    """One cell of the agency's file, in the row of the followed value."""

    cell: str
    label: str
    raw: str
    followed: bool


@dataclass(frozen=True, slots=True)
class FollowedSource:
    """One observation behind a printed number, down to the cell of the agency's file."""

    dataset: str
    dataset_title: str
    period: str
    version: int
    obs_id: int
    indicator: str
    category: str
    area: str
    value: float | None
    flag: str | None
    unit: str
    raw: str
    file_sha256: str
    file_name: str
    sheet: str
    cell: str
    accepted_by: str
    accepted_at: datetime | None
    steps: tuple[FollowedStep, ...]
    row: tuple[FileCell, ...]


@dataclass(frozen=True, slots=True)
class FollowedNumber:
    """A printed number and everything it was made from."""

    table: str
    number: str
    title: str
    row: str
    column: str
    text: str
    value: float | None
    flag: str | None
    sources: tuple[FollowedSource, ...]


def follow(session: Session, *, draft_id: int, table: str, row: str, column: str) -> FollowedNumber:
    """From a printed cell (table, row and column ids of book.json) to the cells of the agencies' files.

    ``NotFound`` when the draft has no such cell.
    """
    draft_row = row_of(session, draft_id)
    block = tables_of(book_of(draft_row)).get(table)
    found = None
    if block is not None:
        for line_ in block["rows"]:
            for head, cell in zip(block["columns"], line_["cells"], strict=True):
                if (line_["id"], head["id"]) == (row, column):
                    found = line_, head, cell
    if block is None or found is None:
        raise NotFound(_("Sel ini tidak ada pada draf."))
    line_, head, cell = found
    edition = session.get(EditionRow, draft_row.edition_id)
    if edition is None:
        raise NotFound(_("Edisi tidak ditemukan: {folder}.").format(folder=draft_row.edition_id))
    with Edition.open(get_settings().data_dir / edition.folder) as frozen:
        sources = tuple(source for ref in cell["refs"] for source in _sources(session, frozen, ref))
    return FollowedNumber(
        table, block["number"], block["title"], line_["label"], column_label(head), cell["text"] + cell["mark"],
        cell["value"], cell["flag"], sources,
    )  # fmt: skip


def _sources(session: Session, edition: Edition, ref: Mapping[str, Any]) -> Iterator[FollowedSource]:
    version = session.exec(
        select(DatasetVersionRow).where(
            DatasetVersionRow.dataset_id == ref["dataset"],
            DatasetVersionRow.period == ref["period"],
            DatasetVersionRow.version == ref["version"],
        )
    ).first()
    submission = session.get(SubmissionRow, version.submission_id) if version is not None else None
    steps = _recipe_steps(session, version.recipe_sha256 if version is not None else "", ref["dataset"])
    hints = _hints(session, version.recipe_sha256 if version is not None else "", ref["dataset"])
    info = edition.dataset(ref["dataset"])
    rows = edition.rows(
        "SELECT obs_id, indicator, category, area_code, value, flag, unit, raw, file_sha256, sheet, cell, steps,"
        " area_name FROM observation WHERE dataset = ? AND version_period = ? AND version = ?"
        " AND list_contains(?, obs_id) ORDER BY obs_id",
        ref["dataset"], ref["period"], ref["version"], list(ref["obs"]),
    )  # fmt: skip
    for obs_id, code, category, area_code, value, flag, unit, raw, sha, sheet, cell, ids, area_name in rows:
        name = submission.file_name if submission is not None and submission.file_sha256 == sha else ""
        yield FollowedSource(
            dataset=ref["dataset"],
            dataset_title=info.title,
            period=ref["period"],
            version=ref["version"],
            obs_id=obs_id,
            indicator=info.indicators[code].label if code in info.indicators else code,
            category=info.categories.get(category, (category or "", ""))[0],
            area=edition.area_name(area_code) if area_code else area_name or "",
            value=value,
            flag=flag,
            unit=unit or "",
            raw=raw or "",
            file_sha256=sha or "",
            file_name=name,
            sheet=sheet or "",
            cell=cell or "",
            accepted_by=people.name_of(session, version.accepted_by) if version is not None else "",
            accepted_at=version.accepted_at if version is not None else None,
            steps=tuple(steps[key] for key in json.loads(ids or "[]") if key in steps),
            row=tuple(file_row(sha or "", name, sheet or "", cell or "", hints)),
        )


def _hints(session: Session, recipe_sha256: str, dataset_id: str) -> Hints:
    """What the recipe of a version told the reader; nothing where the recipe no longer fits its definition."""
    with contextlib.suppress(BadDefinition, NotFound):
        return recipes.get(session, datasets.get(dataset_id), recipe_sha256).recipe.hints()
    return NO_HINTS


def _recipe_steps(session: Session, sha256: str, dataset_id: str) -> dict[str, FollowedStep]:
    """The steps of a recipe by id, as its text holds them."""
    row = session.get(RecipeRow, sha256) if sha256 else None
    if row is None:
        return {}
    body = yaml.safe_load(row.body) or {}
    typed: dict[str, Step] = {}
    with contextlib.suppress(BadDefinition, NotFound):
        typed = {step.id: step for step in recipes.read(row.body, datasets.get(dataset_id)).steps}
    return {
        str(item["id"]): FollowedStep(
            str(item["id"]), str(item.get("do", "")), str(item.get("reason", "")),
            {k: v for k, v in item.items() if k not in ("id", "do", "reason")}, typed.get(str(item["id"])),
        )
        for item in body.get("steps") or ()
        if isinstance(item, Mapping) and "id" in item
    }  # fmt: skip


def file_row(file_sha256: str, file_name: str, sheet: str, cell: str, hints: Hints = NO_HINTS) -> list[FileCell]:
    """The row of the agency's file in which a cell stands, as it was read (with what the recipe told the reader);
    empty when the file is no longer kept."""
    wanted = "".join(c for c in cell if c.isdigit())
    if not wanted or not file_sha256 or not files.exists(file_sha256) or not file_name:
        return []
    reading = collect.read_stored(file_sha256, file_name, hints)
    cells = []
    for item in reading.observations.to_pylist():
        if item["sheet"] == sheet and "".join(c for c in item["cell"] if c.isdigit()) == wanted:
            label = " · ".join((*reading.rows[item["row_id"]], *reading.columns[item["col_id"]]))
            cells.append(FileCell(item["cell"], label, item["raw"], item["cell"] == cell))
    return cells
