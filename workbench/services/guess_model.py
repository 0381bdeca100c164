"""What a guess about a sheet is, and the desk on which all of them are made: one submission's headers and meanings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

import pyarrow.compute as pc

from workbench.domain.labels import Meaning, PathReader, Vocabulary, area_axis, key
from workbench.domain.reading.grid import area
from workbench.domain.reading.model import Finding, Kind
from workbench.domain.recipe_steps import ColumnIs, IgnoreRows, MapColumns, MapLabels, MapRows, RowIs, SetPeriod
from workbench.domain.recipes import Recipe
from workbench.services.sheet_view import ReadView, boxes, cell_of, place
from workbench.storage import datasets
from workbench.storage.readings import TableHead

MOST_PATHS = 2_000  # header paths that are looked at


class Subject(StrEnum):
    """What a guess is about."""

    TABLE = "table"
    PERIOD = "period"
    UNIT = "unit"
    DASH = "dash"
    NUMBERS = "numbers"
    COLUMN = "column"
    ROW = "row"
    AREA = "area"
    TITLE = "title"
    SOURCE = "source"
    LAYOUT = "layout"


class Doubt(IntEnum):
    """How much a guess needs a person."""

    ASK = 0  # nothing is taken before somebody decides
    LOOK = 1  # taken, but not beyond doubt
    CLEAR = 2  # follows from the sheet and the definition
    CONFIRMED = 3  # a person has said so; it stands in the recipe


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to understand it: the recipe that says so. ``reasoned`` names the step that keeps the reason itself."""

    words: str
    reason: str
    recipe: Recipe
    reasoned: str = ""

    def with_reason(self, reason: str) -> Recipe:
        """The recipe with the person's reason written into the step that wants it."""
        step = self.recipe.step(self.reasoned) if self.reasoned else None
        if isinstance(step, IgnoreRows | RowIs | ColumnIs | SetPeriod):
            return self.recipe.with_step(replace(step, reason=reason))
        return self.recipe


@dataclass(frozen=True, slots=True)
class Guess:
    """Something that was understood, with its evidence, where it stands, and what else it could mean."""

    id: str
    subject: Subject
    doubt: Doubt
    about: str
    understood: str
    evidence: str
    sheet: str = ""
    cells: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    chosen: int | None = None  # the choice that is taken now
    suggested: int | None = None  # the choice that is most likely, where none is taken

    @property
    def open(self) -> bool:
        """Does it wait for a person?"""
        return self.doubt in (Doubt.ASK, Doubt.LOOK)


@dataclass(frozen=True, slots=True)
class HeaderPath:
    """One header path of the table that is used: where it stands and what it means."""

    labels: tuple[str, ...]
    cells: tuple[str, ...]
    count: int
    meaning: Meaning
    total: bool = False  # the reader took all of it for a total


class Desk:
    """What all guesses about one submission look at."""

    def __init__(self, view: ReadView) -> None:
        self.view = view
        self.definition = view.definition
        self.recipe = view.stored.recipe
        self.active = self.recipe.active()
        self.areas = datasets.area_list(self.definition.areas) if self.definition.areas else None
        self.vocabulary = Vocabulary(self.definition, self.areas)
        self.head: TableHead | None = view.head
        self.sheet = self.head.sheet if self.head else ""
        self._axis = ""
        self.numbers = self._observations()
        self.columns = self._paths("column")
        self.rows = self._paths("row")

    def _observations(self) -> dict[str, list[tuple[int, str, int, bool]]]:
        """Per axis: (path number, first cell, count, is it a total), in the order of the sheet."""
        found: dict[str, list[tuple[int, str, int, bool]]] = {"row": [], "column": []}
        table = self.view.reading.observations
        if self.view.picked is None:
            return found
        mine = table.filter(pc.equal(table.column("table_no"), self.view.picked))
        for axis, name in (("row", "row_id"), ("column", "col_id")):
            told = mine.group_by(name, use_threads=False).aggregate(
                [("seq", "min"), ("seq", "count"), ("cell", "first"), ("kind", "min")]
            )
            grouped = told.sort_by("seq_min")
            for item in grouped.slice(0, MOST_PATHS).to_pylist():
                total = item["kind_min"] != Kind.DATA  # the first in the alphabet: any data makes it data
                found[axis].append((item[name], item["cell_first"], item["seq_count"], total))
        return found

    def step(self, kind: type[MapLabels]) -> MapLabels | None:
        """The map step of an axis."""
        return next((s for s in self.active.steps if isinstance(s, kind)), None)

    def _paths(self, axis: str) -> list[HeaderPath]:
        step = self.step(MapRows if axis == "row" else MapColumns)
        if step is None or self.head is None:
            return []
        reading = self.view.reading
        if not self._axis:
            self._axis = area_axis(
                self.vocabulary,
                (reading.rows[n] for n, *_rest in self.numbers["row"]),
                (reading.columns[n] for n, *_rest in self.numbers["column"]),
            )
        reader = PathReader(self.vocabulary, step, areas_here=bool(self.definition.areas) and self._axis == axis)
        labels = reading.rows if axis == "row" else reading.columns
        ignored = {key(label) for s in self.active.steps if isinstance(s, IgnoreRows) for label in s.labels}

        def meaning(path: tuple[str, ...]) -> Meaning:
            if axis == "row" and any(key(label) in ignored for label in path):
                return Meaning(ignore=True)
            return reader.read(path)

        return [
            HeaderPath(tuple(labels[n]), self._where(axis, cell), count, meaning(tuple(labels[n])), total)
            for n, cell, count, total in self.numbers[axis]
        ]

    def _where(self, axis: str, cell: str) -> tuple[str, ...]:
        """The cells of the labels that lead to an observation: header cells above it, stub cells before it."""
        at = place(cell)
        part = boxes(self.head.parts.get("header" if axis == "column" else "stub", "")) if self.head else []
        if at is None or not part:
            return (cell,)
        if axis == "column":
            return (area(part[0].top, at[1], part[-1].bottom, at[1]),)
        return (cell_of(at[0], part[0].right),)

    def findings(self, *codes: str) -> list[Finding]:
        """Findings of the reader with one of these codes."""
        return [f for f in self.view.findings if f.code in codes]
