"""Replay a submission: file, reading, recipe, checks. What checking, showing, editing and accepting have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
from sqlmodel import Session

from workbench.domain import review
from workbench.domain.areas import AreaList
from workbench.domain.datasets import DatasetDefinition
from workbench.domain.reading.model import Finding
from workbench.domain.recipes import Recipe
from workbench.domain.rules import Wording, finding
from workbench.i18n import speaking
from workbench.services import collect
from workbench.services.shelf import Shelf
from workbench.storage import clean_store, datasets, recipes, submissions, warehouse
from workbench.storage.readings import TidyReading
from workbench.storage.recipes import StoredRecipe
from workbench.storage.replay.model import Replay
from workbench.storage.tables import SubmissionRow

# Doubts of the reader about separators; a recipe step that explains them settles these.
_SEPARATORS = ("number_separator", "number_thousands", "mixed_separators", "uneven_separators")


@dataclass(frozen=True, slots=True)
class Replayed:
    """A submission with its recipe replayed: what checking and showing have in common."""

    row: SubmissionRow
    definition: DatasetDefinition
    reading: TidyReading
    stored: StoredRecipe
    replay: Replay
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """What follows from file, recipe, definition and the year before alone, whoever asks."""

    reading: TidyReading
    definition: DatasetDefinition
    replay: Replay
    findings: tuple[Finding, ...]


# Weighed in observations: the reading of 2 million of them and its replay take about half a gigabyte.
_SHELF: Shelf[_Made] = Shelf(room=2_500_000)


def replayed(session: Session, submission_id: int, recipe: Recipe | None = None, *, afresh: bool = False) -> Replayed:
    """Replay a recipe (the dataset's newest, or the one given) on a submission. Raises ``UnreadableFile``.

    Checking and showing share one replay, by the address of all that went into it; ``afresh`` makes it anew from what
    is stored, as whoever accepts a version must.
    """
    row = submissions.get(session, submission_id)
    definition = datasets.get(row.dataset_id)
    stored = recipes.latest(session, definition) if recipe is None else StoredRecipe(recipe, recipes.sha256(recipe), -1)
    areas = datasets.area_list(definition.areas) if definition.areas else None
    before = submissions.newest_version(session, definition.id, str(int(row.period) - 1))

    def make() -> _Made:
        previous = clean_store.open_version(before.path, before.parquet_sha256) if before is not None else None
        return _make(row, stored.recipe, definition, areas, previous)

    address = (
        row.file_sha256, row.file_name, row.period, stored.sha256, definition.id, definition.sha256, areas,
        before.parquet_sha256 if before is not None else "",
    )  # fmt: skip
    made = make() if afresh else _SHELF.get(address, make, lambda it: it.reading.observations.num_rows)
    return Replayed(row, made.definition, made.reading, stored, made.replay, made.findings)


def _make(
    row: SubmissionRow, recipe: Recipe, definition: DatasetDefinition, areas: AreaList | None, previous: pa.Table | None
) -> _Made:
    found = collect.read_stored(row.file_sha256, row.file_name, recipe.hints())
    outcome = warehouse.replay(
        found,
        recipe,
        definition,
        areas,
        period=row.period,
        file_sha256=row.file_sha256,
        previous=previous,
    )
    words = Wording(definition, areas)
    with speaking("id"):  # findings are kept and go to the agency, so they are worded once
        told = tuple(_findings(found, definition, outcome, words))
    return _Made(found, definition, outcome, told)


def _findings(found: TidyReading, definition: DatasetDefinition, outcome: Replay, words: Wording) -> list[Finding]:
    """Everything that is to be told, in the order in which one would look at it."""
    result: list[Finding] = []
    if not outcome.table.num_rows:
        result.append(review.no_table())
    result += [
        review.other_table(found.tables[n].sheet, found.tables[n].title, found.tables[n].area)
        for n in outcome.other_tables
    ]
    result += review.capped([review.area_question(q.label, q.sheet, q.cells, q.candidates) for q in outcome.questions])
    result += review.capped(review.unmapped(outcome.unmapped))
    for item in outcome.corrections:
        told = review.correction(item.step, item.sheet, item.cell, item.outcome, item.found)
        result += [told] if told else []
    result += review.undecided_dashes(outcome.undecided_dashes)
    if outcome.table.num_rows:
        rules = {rule.id: rule for rule in definition.rules}
        for rule_id, facts in groupby(outcome.facts, key=itemgetter(0)):
            result += review.capped([finding(rules[rule_id], fact, words) for _rule, fact in facts])
    return [*result, *_of_reader(found, outcome, result)]


def _of_reader(found: TidyReading, outcome: Replay, ours: Sequence[Finding]) -> Iterable[Finding]:
    """What the reader noticed, without cells that were corrected or that a check of ours already speaks of."""
    told = {(f.sheet, f.cell) for f in ours if f.cell}
    told |= {(c.sheet, c.cell) for c in outcome.corrections if c.outcome == "applied"}
    yield from found.findings
    for number in outcome.tables_used:
        head = found.tables[number]
        for item in head.findings:
            sheet = item.sheet or head.sheet
            explained = item.code in _SEPARATORS and (sheet, item.cell.split(",")[0]) in outcome.reread
            if (sheet, item.cell) not in told and not explained:
                yield Finding(item.code, item.severity, item.message, item.cell, sheet, item.rule or "pembaca",
                              item.proposed)  # fmt: skip
