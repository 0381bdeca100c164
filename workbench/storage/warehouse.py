"""Replay: from the tidy reading of a file to the observations of a dataset version, in DuckDB, step by step.

Each use opens its own in-memory DuckDB and closes it; nothing is shared and no DuckDB file exists. Every recipe step
becomes one short named view (``s03_map_columns``), so an error names the step, and DuckDB computes for the last one
only what it needs: a sheet of two million observations is not copied once a step. Labels are understood by column on
distinct words (``domain.label_paths``) and joined in SQL, so the cost of a name does not grow with the rows.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa

from workbench.domain.areas import AreaList
from workbench.domain.datasets import DatasetDefinition
from workbench.domain.labels import Vocabulary
from workbench.domain.recipe_steps import (
    TOLD_TO_READER,
    CorrectCell,
    HarmoniseAreas,
    IgnoreRows,
    MapColumns,
    MapRows,
    PickTable,
    ReadNumbers,
    SetPeriod,
    SetUnit,
    Symbols,
)
from workbench.domain.recipes import Recipe
from workbench.storage.readings import TidyReading
from workbench.storage.replay import labels, outcome, tables, values
from workbench.storage.replay.model import Replay, ReplayFailed
from workbench.storage.replay.work import Work, connection


def replay(
    reading: TidyReading,
    recipe: Recipe,
    definition: DatasetDefinition,
    areas: AreaList | None,
    *,
    period: str,
    file_sha256: str,
    previous: pa.Table | None = None,
    check: bool = True,
) -> Replay:
    """Replay a recipe on a reading and run the dataset's checks on the outcome.

    ``previous`` is the accepted table of the period before, for the year-on-year checks. The same input gives the
    same table, row for row.
    """
    with connection() as con:
        work = Work(con, reading, recipe.active(), definition, Vocabulary(definition, areas), period)
        _start(work)
        for kind, steps in groupby(work.recipe.steps, key=lambda step: step.do):
            if kind in TOLD_TO_READER:
                continue  # the reading was made with them
            if kind == CorrectCell.do:
                values.correct_cells(work, [step for step in steps if isinstance(step, CorrectCell)])
            else:
                for step in steps:
                    _STEPS[kind](work, step)
        try:
            outcome.finish(work, areas)
            return Replay(
                table=outcome.version_table(work, file_sha256),
                unmapped=outcome.unmapped(work),
                questions=tuple(work.questions),
                corrections=tuple(work.corrections),
                undecided_dashes=outcome.undecided(work),
                facts=tuple(outcome.facts(work, previous)) if check else (),
                tables_used=work.picked,
                other_tables=work.others,
                years=outcome.years(work),
                reread=frozenset(work.reread),
            )
        except duckdb.Error as error:
            raise ReplayFailed(f"after the last step ({work.table}): {error}") from error


_BATCH = 122_880  # rows of a batch: so many DuckDB gives to one thread


def _start(work: Work) -> None:
    """The first view: every observation as read, with room for what the steps will say of it."""
    batches = work.reading.observations.to_batches(max_chunksize=_BATCH)
    work.con.register("observations", pa.Table.from_batches(batches, work.reading.observations.schema))
    work.con.execute(
        """
        CREATE TEMP VIEW s00_observations AS
        SELECT seq, table_no, sheet, row_id, col_id, value, flag, raw, cell, kind AS read_kind, unit AS printed_unit,
               NULL::VARCHAR AS indicator, NULL::VARCHAR AS category, NULL::VARCHAR AS period,
               NULL::VARCHAR AS named_period, NULL::VARCHAR AS area_label, NULL::VARCHAR AS area_within,
               NULL::VARCHAR AS area_code, NULL::VARCHAR AS area_name, false AS total, false AS ignored,
               NULL::VARCHAR AS unit, false AS rescaled, NULL::VARCHAR AS problem, NULL::VARCHAR AS problem_label,
               '' AS steps
        FROM observations
        """
    )


_STEPS: dict[str, Any] = {
    PickTable.do: tables.pick_table,
    IgnoreRows.do: labels.ignore_rows,
    ReadNumbers.do: values.read_numbers,
    MapColumns.do: labels.map_columns,
    MapRows.do: labels.map_rows,
    HarmoniseAreas.do: labels.harmonise_areas,
    Symbols.do: values.symbols,
    SetUnit.do: values.set_unit,
    SetPeriod.do: values.set_period,
}
