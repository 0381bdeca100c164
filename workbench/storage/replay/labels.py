"""Steps of a recipe on labels: rows and columns get their meaning, names of areas their code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.domain.labels import confirmed_keys, key
from workbench.domain.recipe_steps import HarmoniseAreas, IgnoreRows, MapColumns, MapRows
from workbench.storage.replay.model import Question
from workbench.storage.replay.tables import read_axis
from workbench.storage.replay.work import Work


def ignore_rows(work: Work, step: IgnoreRows) -> None:
    """Rows under these labels are left out as if they were not printed."""
    labels = {key(label) for label in step.labels}
    numbers = work.reading.rows.having(key(label) in labels for label in work.reading.rows.labels)
    ignored = work.lookup("ignored_rows", {"row_id": ("int", numbers)})
    work.run(step, f"SELECT * FROM {{prev}} WHERE row_id NOT IN (SELECT row_id FROM {ignored})")


def _map_axis(work: Work, step: MapColumns | MapRows, axis: str) -> None:
    """Join the meanings of an axis to its observations; two axes at odds are a problem of the cell."""
    column = "row_id" if axis == "row" else "col_id"
    found = [(t, m) for t in work.picked if (m := read_axis(work, t, axis)) is not None]
    texts = ("indicator", "category", "period", "area_label", "area_within", "unknown")
    table = work.lookup(
        f"{axis}_labels",
        {
            "table_no": ("int", _joined([np.full(len(m.numbers), t) for t, m in found])),
            "path_id": ("int", _joined([m.numbers for _t, m in found])),
            **{name: ("text", _joined([getattr(m, name) for _t, m in found])) for name in texts},
            "total": ("bool", _joined([m.total for _t, m in found])),
            "ignored": ("bool", _joined([m.ignore for _t, m in found])),
            "conflict": ("bool", _joined([m.conflict for _t, m in found])),
        },
    )
    clash = "(p.indicator <> m.indicator OR p.category <> m.category OR p.period <> m.period OR m.conflict)"
    work.run(
        step,
        f"""SELECT p.* REPLACE (
            coalesce(m.indicator, p.indicator) AS indicator, coalesce(m.category, p.category) AS category,
            coalesce(m.period, p.period) AS period, coalesce(m.period, p.named_period) AS named_period,
            coalesce(m.area_label, p.area_label) AS area_label, coalesce(m.area_within, p.area_within) AS area_within,
            p.total OR coalesce(m.total, false) AS total, p.ignored OR coalesce(m.ignored, false) AS ignored,
            CASE WHEN p.problem IS NOT NULL THEN p.problem
                 WHEN m.unknown IS NOT NULL OR coalesce({clash}, false) THEN 'unknown_{axis}' END AS problem,
            coalesce(p.problem_label, m.unknown) AS problem_label,
            CASE WHEN m.indicator IS NOT NULL OR m.category IS NOT NULL OR m.period IS NOT NULL
                      OR m.area_label IS NOT NULL OR m.total THEN {work.note(step)} ELSE p.steps END AS steps)
        FROM {{prev}} p LEFT JOIN {table} m ON m.table_no = p.table_no AND m.path_id = p.{column}""",
    )


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any] | list[Any]:
    return np.concatenate(parts) if parts else []


def map_columns(work: Work, step: MapColumns) -> None:
    """Labels of columns get their meaning."""
    _map_axis(work, step, "column")


def map_rows(work: Work, step: MapRows) -> None:
    """Labels of rows get their meaning."""
    _map_axis(work, step, "row")


def harmonise_areas(work: Work, step: HarmoniseAreas) -> None:
    """Names of areas get their code; what is not surely one of ours becomes a question to a person."""
    labels = work.con.execute(
        f"""SELECT area_label, coalesce(area_within, ''), arg_min(sheet, seq), min(seq)
            FROM {work.table} WHERE area_label IS NOT NULL AND NOT ignored GROUP BY ALL ORDER BY min(seq)"""
    ).fetchall()
    confirmed = confirmed_keys(step)
    places = [work.vocabulary.place(label, within, confirmed) for label, within, *_rest in labels]
    table = work.lookup(
        "area_names",
        {
            "label": ("text", [row[0] for row in labels]),
            "within_code": ("text", [row[1] for row in labels]),
            "code": ("text", [p.code or None for p in places]),
            "name": ("text", [p.name or None for p in places]),
            "whole": ("bool", [p.total for p in places]),
        },
    )
    if not all(place.code for place in places):
        found = work.con.sql(
            f"""SELECT p.area_label AS label, a.within_code, list(p.seq) AS seqs FROM {work.table} p
                JOIN {table} a ON a.label = p.area_label AND a.within_code = coalesce(p.area_within, '')
                WHERE a.code IS NULL AND NOT p.ignored GROUP BY ALL"""
        ).to_arrow_table()
        asked = zip(found.column("label").to_pylist(), found.column("within_code").to_pylist(), strict=True)
        cells = {at: work.cells(seqs.values.to_numpy()) for at, seqs in zip(asked, found.column("seqs"), strict=True)}
        for (label, within, sheet, _seq), place in zip(labels, places, strict=True):
            if not place.code:
                work.questions.append(Question(label, sheet or "", cells[label, within], place.candidates))
    work.run(
        step,
        f"""SELECT p.* REPLACE (
            a.code AS area_code, a.name AS area_name, p.total OR coalesce(a.whole, false) AS total,
            CASE WHEN p.problem IS NULL AND p.area_label IS NOT NULL AND a.code IS NULL THEN 'unknown_area'
                 ELSE p.problem END AS problem,
            CASE WHEN p.area_label IS NOT NULL AND a.code IS NULL THEN coalesce(p.problem_label, p.area_label)
                 ELSE p.problem_label END AS problem_label,
            CASE WHEN a.code IS NOT NULL THEN {work.note(step)} ELSE p.steps END AS steps)
        FROM {{prev}} p LEFT JOIN {table} a
             ON a.label = p.area_label AND a.within_code = coalesce(p.area_within, '')""",
    )
