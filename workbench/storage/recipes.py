"""Recipes as YAML: one canonical text per recipe, addressed by its SHA-256, in numbered versions per dataset."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import yaml
from sqlalchemy import func
from sqlmodel import Session, select

from workbench import moment
from workbench.domain.datasets import DatasetDefinition
from workbench.domain.errors import BadDefinition, NotFound
from workbench.domain.recipe_plain import BadStep, from_plain, to_plain
from workbench.domain.recipes import Recipe, default_recipe
from workbench.i18n import _
from workbench.storage.tables import RecipeRow
from workbench.storage.yaml_lines import parse


@dataclass(frozen=True, slots=True)
class StoredRecipe:
    """A recipe with its address; version 0 is the one that follows from the definition."""

    recipe: Recipe
    sha256: str
    version: int
    author: str = ""
    reason: str = ""


def dump(recipe: Recipe) -> str:
    """The canonical text: same recipe, same bytes."""
    return yaml.safe_dump(to_plain(recipe), sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def sha256(recipe: Recipe) -> str:
    """The address of a recipe."""
    return hashlib.sha256(dump(recipe).encode("utf-8")).hexdigest()


def read(text: str, definition: DatasetDefinition, name: str = "resep.yaml") -> Recipe:
    """A recipe from its YAML text; ``BadDefinition`` names file and line."""
    doc = parse(text, name)
    try:
        return from_plain(doc.data, definition)
    except BadStep as error:
        raise doc.wrong(("steps", error.number), str(error)) from error
    except BadDefinition as error:
        raise doc.wrong((), str(error)) from error


def latest(session: Session, definition: DatasetDefinition) -> StoredRecipe:
    """The newest version of the dataset's recipe, or the default one."""
    row = session.exec(
        select(RecipeRow).where(RecipeRow.dataset_id == definition.id).order_by(RecipeRow.version.desc())  # type: ignore[attr-defined]
    ).first()
    if row is None:
        recipe = default_recipe(definition)
        return StoredRecipe(recipe, sha256(recipe), 0)
    return _stored(row, definition)


def get(session: Session, definition: DatasetDefinition, address: str) -> StoredRecipe:
    """The recipe with this SHA-256, of this dataset."""
    row = session.get(RecipeRow, address)
    if row is not None and row.dataset_id == definition.id:
        return _stored(row, definition)
    recipe = default_recipe(definition)
    if sha256(recipe) == address:
        return StoredRecipe(recipe, address, 0)
    raise NotFound(_("Resep ini tidak ada."))


def save(session: Session, recipe: Recipe, definition: DatasetDefinition, *, author: str, reason: str) -> StoredRecipe:
    """Keep a recipe as the dataset's newest version. A text that is already the newest one stays that version."""
    body = dump(recipe)
    read(body, definition)  # what is kept can be read again
    address = hashlib.sha256(body.encode("utf-8")).hexdigest()
    newest = session.exec(select(func.max(RecipeRow.version)).where(RecipeRow.dataset_id == recipe.dataset_id)).one()
    known = session.get(RecipeRow, address)
    if known is not None and known.version == newest:
        return _stored(known, definition)
    if known is not None:  # an older version becomes the newest again: the text is the address, so it moves up
        known.version, known.author, known.reason = (newest or 0) + 1, author, reason
        known.created_at = moment.now()
        session.add(known)
        session.flush()
        return _stored(known, definition)
    row = RecipeRow(
        sha256=address, dataset_id=recipe.dataset_id, version=(newest or 0) + 1, body=body, author=author,
        created_at=moment.now(), reason=reason,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _stored(row, definition)


def keep_used(session: Session, stored: StoredRecipe) -> None:
    """Make sure the recipe of an accepted version stays readable even when the definition's default changes."""
    if stored.version == 0 and session.get(RecipeRow, stored.sha256) is None:
        session.add(
            RecipeRow(
                sha256=stored.sha256,
                dataset_id=stored.recipe.dataset_id,
                version=1,
                body=dump(stored.recipe),
                author="workbench",
                created_at=moment.now(),
                reason=_("Mengikuti definisi dataset."),
            )
        )
        session.flush()


def _stored(row: RecipeRow, definition: DatasetDefinition) -> StoredRecipe:
    recipe = read(row.body, definition, f"resep {row.dataset_id} v{row.version}")
    return StoredRecipe(recipe, row.sha256, row.version, row.author, row.reason)
