"""Work on a dataset's recipe: what a person decides about labels, areas, dashes and single cells becomes a step of it.

Every change is a new version with author and reason, and can be tried before it is saved: ``preview`` counts the
cells it would change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlmodel import Session

from workbench.domain.datasets import SymbolMeaning
from workbench.domain.errors import NotFound, Refused, Stale
from workbench.domain.people import Person
from workbench.domain.reading.model import Kind, Severity
from workbench.domain.recipe_steps import Symbols
from workbench.domain.recipes import Recipe, default_recipe
from workbench.i18n import _
from workbench.services import collect, people, rights
from workbench.services.replaying import replayed
from workbench.storage import audit_log, datasets, recipes, submissions
from workbench.storage.readings import TidyReading
from workbench.storage.recipes import StoredRecipe

_HISTORY = 5_000  # entries of the audit log that are looked through for a recipe's versions
_COMPARED_CELLS = 100_000  # values of a reading that are compared with another reading
_COMPARED = ("indicator", "category", "area_code", "period", "value", "flag", "unit", "kind")


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A cell of the file whose place or value differs between two recipes; None: not among the observations."""

    sheet: str
    cell: str
    raw: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell that the reader understands otherwise when it is told something else; None: not a value."""

    sheet: str
    cell: str
    raw: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recipe would do to a submission, beside what the saved one does. ``read`` is filled where the recipes
    tell the reader different things."""

    before: pa.Table
    after: pa.Table
    changed: tuple[ChangedCell, ...]
    errors_before: int
    errors_after: int
    warnings_before: int
    warnings_after: int
    read: tuple[ReadCell, ...] = ()


def recipe_of(session: Session, *, dataset_id: str) -> StoredRecipe:
    """The dataset's newest recipe; version 0 is the one that follows from the definition."""
    return recipes.latest(session, datasets.get(dataset_id))


def base_recipe(dataset_id: str) -> Recipe:
    """What follows from the definition alone."""
    return default_recipe(datasets.get(dataset_id))


def names_of(dataset_id: str) -> dict[str, str]:
    """The names of a dataset's codes: indicators, categories and areas."""
    definition = datasets.get(dataset_id)
    areas = datasets.area_list(definition.areas).areas if definition.areas else ()
    return {
        **{area.code: area.name for area in areas},
        **{item.code: item.label for item in definition.categories},
        **{item.code: item.label for item in definition.indicators},
    }


def definition_sha256(dataset_id: str) -> str:
    """The address of a dataset's definition as it stands."""
    return datasets.get(dataset_id).sha256


def _by_cell(table: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["sheet"], row["cell"]): row for row in table.to_pylist()}


def preview(session: Session, *, submission_id: int, recipe: Recipe) -> Preview:
    """Replay the saved recipe and this one on the same file and say which cells differ. Writes nothing."""
    now, then = replayed(session, submission_id), replayed(session, submission_id, recipe)
    before, after = _by_cell(now.replay.table), _by_cell(then.replay.table)
    changed = []
    for at in dict.fromkeys((*before, *after)):
        old, new = before.get(at), after.get(at)
        values = [{name: row[name] for name in _COMPARED} if row else None for row in (old, new)]
        if values[0] != values[1]:
            changed.append(ChangedCell(at[0], at[1], (old or new or {})["raw"], values[0], values[1]))
    told_otherwise = now.stored.recipe.hints() != recipe.hints()
    read = _read_otherwise(now.reading, then.reading) if told_otherwise else ()
    e0, e1, w0, w1 = (
        sum(f.severity is severity for f in side.findings)
        for severity in (Severity.ERROR, Severity.WARNING)
        for side in (now, then)
    )
    return Preview(now.replay.table, then.replay.table, tuple(changed), e0, e1, w0, w1, read)


def _read_otherwise(before: TidyReading, after: TidyReading) -> tuple[ReadCell, ...]:
    """Cells whose labels, value or kind differ between two readings of a file, among the first of each."""
    sides = [_as_read(side) for side in (before, after)]
    found = []
    for at in dict.fromkeys((*sides[0], *sides[1])):
        (raw, old), (_raw, new) = (side.get(at, ("", None)) for side in sides)
        if old != new:
            found.append(ReadCell(at[0], at[1], raw or _raw, old, new))
    return tuple(found)


def _as_read(side: TidyReading) -> dict[tuple[str, str], tuple[str, str]]:
    """(sheet, cell) to its text and what it was read as."""
    found = {}
    for item in side.observations.slice(0, _COMPARED_CELLS).to_pylist():
        labels = " › ".join((*side.rows[item["row_id"]], *side.columns[item["col_id"]]))
        value = "–" if item["value"] is None else f"{item['value']:.15g}"
        kind = "" if item["kind"] == Kind.DATA else f" ({_('jumlah')})"
        found[item["sheet"], item["cell"]] = (item["raw"], f"{labels} = {value}{kind}")
    return found


def save_recipe(session: Session, *, recipe: Recipe, by: Person, reason: str, seen_sha256: str = "") -> StoredRecipe:
    """Keep a recipe as the dataset's newest version. Submissions are checked anew by whoever looks at them next.

    ``seen_sha256`` is the recipe from which this one was made; when another is the newest by now, ``Stale``.
    """
    rights.office_member(session, by)
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya."))
    definition = datasets.get(recipe.dataset_id)
    newest = recipes.latest(session, definition)
    if seen_sha256 and newest.sha256 != seen_sha256:
        raise Stale(
            _("Resep sudah diubah oleh {who} (versi {n}) sejak ditampilkan. Lihat dulu yang baru; tidak ada yang "
              "berubah.").format(who=people.name_of(session, newest.author) or _("orang lain"), n=newest.version)
        )  # fmt: skip
    stored = recipes.save(session, recipe, definition, author=by.username, reason=reason.strip())
    audit_log.append(
        session, by.username, "recipe.save",
        {"dataset": recipe.dataset_id, "version": stored.version, "sha256": stored.sha256, "reason": reason.strip()},
    )  # fmt: skip
    return stored


def adopt(
    session: Session, *, submission_id: int, recipe: Recipe, by: Person, reason: str, seen_sha256: str
) -> StoredRecipe:
    """Keep a recipe that was made while looking at a submission. ``Refused`` once that submission is decided."""
    row = submissions.get(session, submission_id, lock=True)
    if row.status in (submissions.ACCEPTED, submissions.RETURNED):
        raise Refused(_("Kiriman ini sudah diputus; resepnya tidak diubah dari sini lagi. Tidak ada yang berubah."))
    if recipe.dataset_id != row.dataset_id:
        raise Refused(_("Resep ini bukan untuk dataset kiriman ini. Tidak ada yang berubah."))
    return save_recipe(session, recipe=recipe, by=by, reason=reason, seen_sha256=seen_sha256)


@dataclass(frozen=True, slots=True)
class RecipeVersion:
    """A version as it was saved: who (by full name), when and why. Version 0 follows from the definition."""

    version: int
    sha256: str
    author: str
    at: datetime | None
    reason: str
    recipe: Recipe


def history(session: Session, *, dataset_id: str) -> list[RecipeVersion]:
    """Every version of a dataset's recipe, newest first, as the audit log keeps them: going back to an earlier text
    is a new version, and the earlier one stays in its place."""
    definition = datasets.get(dataset_id)
    found: dict[int, RecipeVersion] = {}
    for entry in audit_log.entries(session, act="recipe.save", limit=_HISTORY):
        version = int(entry.body.get("version", 0))
        if entry.body.get("dataset") != dataset_id or version in found:
            continue
        address = str(entry.body["sha256"])
        stored = recipes.get(session, definition, address)
        found[version] = RecipeVersion(
            version, address, entry.actor, entry.at, str(entry.body["reason"]), stored.recipe
        )  # fmt: skip
    newest = recipes.latest(session, definition)
    if newest.version not in found:
        found[newest.version] = RecipeVersion(
            newest.version, newest.sha256, newest.author, None, newest.reason, newest.recipe
        )  # fmt: skip
    if 0 not in found:
        recipe = default_recipe(definition)
        found[0] = RecipeVersion(0, recipes.sha256(recipe), "", None, _("Mengikuti definisi dataset."), recipe)
    names = people.names(session, {item.author for item in found.values() if item.author})
    named = [replace(item, author=names.get(item.author, item.author)) for item in found.values()]
    return sorted(named, key=lambda item: -item.version)


def confirm_area(session: Session, *, dataset_id: str, label: str, area_code: str, by: Person) -> StoredRecipe:
    """This office writes that area so: remembered for this and all later files of the dataset."""
    definition = datasets.get(dataset_id)
    area = datasets.area_list(definition.areas).get(area_code) if definition.areas else None
    if area is None or (area.level != definition.area_level and area.code != definition.office_area):
        raise NotFound(_("Kode wilayah {code} bukan wilayah dataset ini.").format(code=area_code))
    recipe = recipes.latest(session, definition).recipe.confirm_spelling(label, area_code)
    reason = _("“{label}” adalah {name}").format(label=label, name=area.name)
    return save_recipe(session, recipe=recipe, by=by, reason=reason)


def confirm_label(
    session: Session, *, dataset_id: str, axis: str, label: str, meaning: Mapping[str, str], by: Person, reason: str
) -> StoredRecipe:
    """A header label (``axis`` row or column) means this indicator, category or period; empty: it is not data."""
    recipe = recipes.latest(session, datasets.get(dataset_id)).recipe.confirm_label(axis, label, meaning)
    return save_recipe(session, recipe=recipe, by=by, reason=reason)


def decide_dash(
    session: Session,
    *,
    dataset_id: str,
    meaning: SymbolMeaning,
    by: Person,
    reason: str,
    indicators: tuple[str, ...] = (),
) -> StoredRecipe:
    """What "-" means in this dataset, for all indicators or for these. A dash read as zero keeps its flag."""
    recipe = recipes.latest(session, datasets.get(dataset_id)).recipe
    name = "tanda" if not indicators else "tanda-" + "-".join(indicators)
    return save_recipe(session, recipe=recipe.with_step(Symbols(name, meaning, indicators)), by=by, reason=reason)


def correct_cell(
    session: Session,
    *,
    submission_id: int,
    sheet: str,
    cell: str,
    value: float | None,
    reason: str,
    by: Person,
    flag: str = "",
) -> StoredRecipe:
    """Correct one cell of this period's file, in the file's own unit, with the reason the agency gave.

    The step keeps what the cell holds now; when the agency mends its file the step says so instead of changing it.
    """
    row = submissions.get(session, submission_id)
    saved = recipes.latest(session, datasets.get(row.dataset_id)).recipe
    found = collect.read_stored(row.file_sha256, row.file_name, saved.hints())
    raw = next(
        (
            item["raw"]
            for item in found.observations.select(["sheet", "cell", "raw"]).to_pylist()
            if (item["sheet"], item["cell"]) == (sheet, cell)
        ),
        None,
    )
    if raw is None:
        raise NotFound(_("Sel {cell} tidak ada dalam tabel yang terbaca.").format(cell=cell))
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya."))
    recipe = saved.correct(
        sheet=sheet, cell=cell, expect=raw, value=value, reason=reason.strip(), opd=row.opd_code, period=row.period,
        flag=flag,
    )  # fmt: skip
    return save_recipe(session, recipe=recipe, by=by, reason=reason)
