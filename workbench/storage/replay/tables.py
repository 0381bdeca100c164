"""Which table of a file a recipe means: the one most of whose cells have a place in the definition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from workbench.domain.label_paths import Meanings, read_all
from workbench.domain.labels import PathReader, area_axis, confirmed_keys, key
from workbench.domain.recipe_steps import HarmoniseAreas, MapColumns, MapRows, PickTable
from workbench.storage.replay.work import Work


def _map_step(work: Work, axis: str) -> MapColumns | MapRows | None:
    kind = MapRows if axis == "row" else MapColumns
    return next((s for s in work.recipe.steps if isinstance(s, kind)), None)


def _axis(work: Work, table_no: int) -> str:
    """Where the areas of this table stand; decided once per table."""

    def paths(axis: str) -> Iterator[tuple[str, ...]]:
        return (work.paths(axis)[n] for n in work.lines(table_no, axis).tolist())

    if table_no not in work.axes:
        work.axes[table_no] = area_axis(work.vocabulary, paths("row"), paths("column")) if work.definition.areas else ""
    return work.axes[table_no]


def read_axis(work: Work, table_no: int, axis: str) -> Meanings | None:
    """The meanings of all paths of one axis of a table; None when the recipe does not map this axis."""
    step = _map_step(work, axis)
    if step is None:
        return None
    if (axis, table_no) not in work.meanings:
        reader = PathReader(work.vocabulary, step, areas_here=_axis(work, table_no) == axis)
        work.meanings[axis, table_no] = read_all(reader, work.paths(axis), work.lines(table_no, axis))
    return work.meanings[axis, table_no]


def _fit(work: Work, table_no: int) -> int:
    """How many observations of a table have a place in the definition."""
    single = len(work.definition.indicators) == 1
    mine = work.column("table_no") == table_no
    fits, named = np.ones(int(mine.sum()), bool), np.full(int(mine.sum()), single)
    for axis, column in (("row", "row_id"), ("column", "col_id")):
        found = read_axis(work, table_no, axis)
        if found is None:
            return 0
        good = (found.unknown == None) & ~found.ignore & ~found.conflict  # noqa: E711 — by element
        if axis == "row":
            good &= _placed(work, found)
        clear, says = (np.zeros(len(work.paths(axis)), bool) for _ in range(2))
        clear[found.numbers] = good
        says[found.numbers] = found.indicator != None  # noqa: E711
        ids = work.column(column)[mine]
        fits &= clear[ids]
        named |= says[ids]
    return int((fits & named).sum())


def _placed(work: Work, found: Meanings) -> NDArray[np.bool_]:
    """A row with an area counts towards the fit only when that area is surely one of ours."""
    step = next((s for s in work.recipe.steps if isinstance(s, HarmoniseAreas)), None)
    confirmed = confirmed_keys(step) if step else {}
    asked = list(zip(found.area_label, found.area_within, strict=True))
    sure = {
        (label, within): not label or bool(work.vocabulary.place(label, within or "", confirmed).code)
        for label, within in dict.fromkeys(asked)
    }
    return np.array([sure[one] for one in asked], dtype=bool)


def pick_table(work: Work, step: PickTable) -> None:
    """Keep the observations of one table: of those the step allows, the one with most cells that fit."""
    wanted = []
    for number, head in enumerate(work.reading.tables):
        if step.sheet and key(step.sheet) not in key(head.sheet):
            continue
        if step.title and key(step.title) not in key(head.title):
            continue
        if step.labels:
            labels = {
                key(work.paths(axis).labels[code])
                for axis in ("row", "column")
                for code in np.unique(work.paths(axis).codes[work.lines(number, axis)]).tolist()
                if code >= 0
            }
            if not {key(label) for label in step.labels} <= labels:
                continue
        wanted.append(number)
    # One table has no rival: whether it fits shows when its labels are mapped.
    fits = {number: _fit(work, number) if len(wanted) > 1 else 1 for number in wanted}
    fitting = [number for number in wanted if fits[number] > 0]
    best = max(fitting, key=lambda n: (fits[n], -n), default=None)
    if best is None and wanted:
        counts = np.bincount(work.column("table_no"), minlength=len(work.reading.tables))
        best = max(wanted, key=lambda n: (counts[n], -n))
    work.picked = () if best is None else (best,)
    work.others = tuple(n for n in fitting if n != best)
    work.run(step, f"SELECT * REPLACE ({work.note(step)} AS steps) FROM {{prev}} WHERE table_no = {best or 0}"
             if best is not None else "SELECT * FROM {prev} WHERE false")  # fmt: skip
