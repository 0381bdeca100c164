"""A recipe: the ordered, declarative steps that lead from an agency's file to the dataset's definition.

The recipe is a file next to the dataset; it is edited, versioned and replayed from the raw file, never applied by
hand. Steps name labels, never positions, so that last year's recipe fits this year's file of the same shape.
Every step says what it reads and writes: switching one off shows which later steps are touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.domain.datasets import DatasetDefinition
from workbench.domain.errors import BadDefinition
from workbench.domain.reading.hints import ColumnHint, Hints, RowHint
from workbench.domain.recipe_steps import (
    RANK,
    ColumnIs,
    CorrectCell,
    HarmoniseAreas,
    MapColumns,
    MapRows,
    PickTable,
    RowIs,
    SetPeriod,
    SetUnit,
    Step,
    Symbols,
    Target,
)
from workbench.i18n import _


@dataclass(frozen=True, slots=True)
class Recipe:
    """All steps for one dataset, in the order in which they are replayed. Steps named in ``off`` are kept, not run."""

    dataset_id: str
    steps: tuple[Step, ...]
    off: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        ids = [step.id for step in self.steps]
        twice = {name for name in ids if ids.count(name) > 1}
        if twice:
            raise BadDefinition(_("Langkah resep {name} tertulis dua kali.").format(name=sorted(twice)[0]))

    def step(self, step_id: str) -> Step | None:
        """The step with this id, or None."""
        return next((s for s in self.steps if s.id == step_id), None)

    def with_step(self, step: Step) -> Recipe:
        """The recipe with this step: in the place of the one with its id, else after the last of its kind."""
        if self.step(step.id) is not None:
            return replace(self, steps=tuple(step if s.id == step.id else s for s in self.steps))
        before = [s for s in self.steps if RANK[s.do] <= RANK[step.do]]
        at = max((self.steps.index(s) + 1 for s in before), default=0)
        return replace(self, steps=(*self.steps[:at], step, *self.steps[at:]))

    def without(self, step_id: str) -> Recipe:
        """The recipe without one step."""
        return replace(self, steps=tuple(s for s in self.steps if s.id != step_id), off=self.off - {step_id})

    def switched(self, step_id: str, *, on: bool) -> Recipe:
        """The recipe with one step switched on or off."""
        if self.step(step_id) is None:
            return self
        return replace(self, off=self.off - {step_id} if on else self.off | {step_id})

    def active(self) -> Recipe:
        """The recipe as it is replayed: without the steps that are switched off."""
        return replace(self, steps=tuple(s for s in self.steps if s.id not in self.off), off=frozenset())

    def hints(self) -> Hints:
        """What the steps that are switched on tell the reader about the form's layout."""
        rows, columns = [], []
        for step in self.active().steps:
            if isinstance(step, RowIs):
                rows.append(RowHint(step.id, step.labels, step.part, step.sheet, step.nth, step.of))
            elif isinstance(step, ColumnIs):
                columns.append(ColumnHint(step.id, step.labels, step.part, step.sheet, step.right))
        return Hints(tuple(rows), tuple(columns))

    def touched_by(self, step_id: str) -> tuple[str, ...]:
        """Later steps that read what this step writes, directly or through others: what a removal would change."""
        step = self.step(step_id)
        if step is None:
            return ()
        written = set(step.writes)
        found: list[str] = []
        for later in self.steps[self.steps.index(step) + 1 :]:
            if written & set(later.reads):
                found.append(later.id)
                written |= set(later.writes)
        return tuple(found)

    def confirm_spelling(self, label: str, area_code: str) -> Recipe:
        """Remember that this office writes an area so."""
        for step in self.steps:
            if isinstance(step, HarmoniseAreas):
                return self.with_step(replace(step, spellings={**step.spellings, label: area_code}))
        return self.with_step(HarmoniseAreas("wilayah", {label: area_code}))

    def confirm_label(self, axis: str, label: str, meaning: Mapping[str, str]) -> Recipe:
        """Remember what a header label means. ``axis`` is ``row`` or ``column``; an empty meaning: not data."""
        kind = MapRows if axis == "row" else MapColumns
        for step in self.steps:
            if isinstance(step, kind):
                return self.with_step(replace(step, labels={**step.labels, label: dict(meaning)}))
        raise BadDefinition(_("Resep ini belum memetakan label."))

    def correct(self, **what: Any) -> Recipe:
        """The recipe with one more corrected cell; the id follows from sheet, cell and period."""
        name = "-".join(["koreksi", what["sheet"] or "lembar", what["cell"], what.get("period", "")]).strip("-").lower()
        return self.with_step(CorrectCell(id=name.replace(" ", "_"), **what))


def default_recipe(definition: DatasetDefinition) -> Recipe:
    """What follows from the definition alone, so that a well-formed form needs no recipe of its own."""
    columns, rows = [Target.INDICATOR], [Target.INDICATOR]
    if definition.categories:
        columns.append(Target.CATEGORY)
        rows.append(Target.CATEGORY)
    if definition.areas:
        columns.append(Target.AREA)
        rows.append(Target.AREA)
    steps: list[Step] = [
        PickTable("tabel"),
        MapColumns("kolom", (*columns, Target.PERIOD)),
        MapRows("baris", (*rows, Target.PERIOD)),
    ]
    if definition.areas:
        steps.append(HarmoniseAreas("wilayah"))
    steps.append(Symbols("tanda", definition.dash))
    for unit in dict.fromkeys(i.unit for i in definition.indicators):
        codes = tuple(i.code for i in definition.indicators if i.unit == unit)
        steps.append(SetUnit("satuan-" + "_".join(unit.split()), unit, indicators=codes))
    steps.append(SetPeriod("periode"))
    return Recipe(definition.id, tuple(steps))
