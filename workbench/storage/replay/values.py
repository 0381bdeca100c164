"""Steps of a recipe on values: numbers read otherwise, corrections, dashes, units, the period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.domain.datasets import DatasetDefinition, SymbolMeaning
from workbench.domain.labels import key, path_key
from workbench.domain.number_forms import read_as
from workbench.domain.reading.model import Flag
from workbench.domain.recipe_steps import CorrectCell, ReadNumbers, SetPeriod, SetUnit, Symbols
from workbench.storage.replay.model import CorrectionResult
from workbench.storage.replay.work import Work, quoted


def read_numbers(work: Work, step: ReadNumbers) -> None:
    """Read texts with separators in the form the step names; which cells that concerned is kept in ``work.reread``."""
    labels = {key(label) for label in step.labels}
    columns = [
        n
        for n, path in enumerate(work.reading.columns)
        if not labels or key(path_key(path)) in labels or any(key(label) in labels for label in path)
    ]
    reread = work.lookup("reread_columns", {"col_id": ("int", columns)})
    here = f"col_id IN (SELECT col_id FROM {reread})"
    texts = work.con.execute(
        f"SELECT DISTINCT raw FROM {work.table} WHERE {here} AND (contains(raw, '.') OR contains(raw, ','))"
    ).fetchall()
    values = {raw: value for (raw,) in texts if (value := read_as(raw, step.form)) is not None}
    table = work.lookup("reread_texts", {"raw": ("text", list(values)), "value": ("float", list(values.values()))})
    work.reread |= set(
        work.con.execute(
            f"SELECT sheet, cell FROM {work.table} WHERE {here} AND raw IN (SELECT raw FROM {table})"
        ).fetchall()
    )
    work.run(
        step,
        f"""SELECT p.* REPLACE (
            coalesce(r.value, p.value) AS value,
            CASE WHEN r.raw IS NOT NULL AND p.flag = {quoted(Flag.UNREADABLE)} THEN NULL ELSE p.flag END AS flag,
            CASE WHEN r.raw IS NOT NULL THEN {work.note(step)} ELSE p.steps END AS steps)
        FROM {{prev}} p LEFT JOIN {table} r ON r.raw = p.raw AND p.{here}""",
    )


def correct_cells(work: Work, steps: Sequence[CorrectCell]) -> None:
    """Corrections that follow each other, in one go; a later one sees what an earlier one has put into its cell."""
    mine = [step for step in steps if step.period in ("", work.period)]  # not those of another year's file
    if not mine:
        return
    wanted = work.lookup("corrected_cells", {"cell": ("text", list(dict.fromkeys(s.cell for s in mine)))})
    cells: dict[str, list[list[Any]]] = {}
    for seq, sheet, cell, raw, value in work.con.execute(
        f"SELECT seq, sheet, cell, raw, value FROM {work.table} WHERE cell IN (SELECT cell FROM {wanted}) ORDER BY seq"
    ).fetchall():
        cells.setdefault(cell, []).append([seq, sheet, raw, value])
    changed: dict[int, tuple[float | None, str | None, str]] = {}
    for step in mine:
        found = [item for item in cells.get(step.cell, []) if step.sheet in ("", item[1])]
        outcome, raw = "gone", ""
        if found:
            _seq, _sheet, raw, value = found[0]
            same = raw.strip() == step.expect.strip()
            fixed = value is not None and value == step.value
            outcome = "applied" if same else "already_fixed" if fixed else "changed"
        work.corrections.append(CorrectionResult(step.id, step.sheet, step.cell, outcome, raw or ""))
        if outcome == "applied":
            for item in found:
                before = changed.get(item[0], (None, None, ""))[2]
                changed[item[0]] = (step.value, step.flag or None, before + work.sign(step))
                item[3] = step.value
    if not changed:
        return
    values, flags, signs = zip(*changed.values(), strict=True)
    table = work.lookup(
        "corrections",
        {"seq": ("int", list(changed)), "value": ("float", values), "flag": ("text", flags), "signs": ("text", signs)},
    )
    work.run(
        mine[0],
        f"""SELECT p.* REPLACE (
            CASE WHEN c.seq IS NOT NULL THEN c.value ELSE p.value END AS value,
            CASE WHEN c.seq IS NOT NULL THEN c.flag ELSE p.flag END AS flag,
            concat(p.steps, c.signs) AS steps) FROM {{prev}} p LEFT JOIN {table} c ON c.seq = p.seq""",
    )


def _only(indicators: Sequence[str], definition: DatasetDefinition) -> str:
    """SQL condition on the indicator (the only one of a one-indicator dataset counts although no label names it)."""
    if not indicators or (len(definition.indicators) == 1 and definition.indicators[0].code in indicators):
        return "true"
    return "coalesce(indicator, '') IN (" + ", ".join(quoted(code) for code in indicators) + ")"


def symbols(work: Work, step: Symbols) -> None:
    """Give a dash the meaning that was decided; without a decision it stays to be asked."""
    if step.dash is SymbolMeaning.ASK:
        return
    hit = f"flag = {quoted(Flag.NIL_OR_NOT_APPLICABLE)} AND value IS NULL AND {_only(step.indicators, work.definition)}"
    value, flag = {
        SymbolMeaning.ZERO: ("0.0", Flag.NIL_OR_NOT_APPLICABLE),  # the flag stays: a dash is not a counted zero
        SymbolMeaning.MISSING: ("NULL", Flag.NOT_AVAILABLE),
        SymbolMeaning.NOT_APPLICABLE: ("NULL", Flag.NOT_APPLICABLE),
    }[step.dash]
    work.run(
        step,
        f"""SELECT * REPLACE (
            CASE WHEN {hit} THEN {value}::DOUBLE ELSE value END AS value,
            CASE WHEN {hit} THEN {quoted(flag)} ELSE flag END AS flag,
            CASE WHEN {hit} THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
    )


def set_unit(work: Work, step: SetUnit) -> None:
    """Name the unit of indicators, and rescale their values where the file counts in another one."""
    hit = _only(step.indicators, work.definition)
    changed = f"{hit} AND {step.multiplier != 1.0}"
    work.run(
        step,
        f"""SELECT * REPLACE (
            CASE WHEN {changed} THEN value * {step.multiplier!r}::DOUBLE ELSE value END AS value,
            CASE WHEN {hit} THEN {quoted(step.unit)} ELSE unit END AS unit,
            rescaled OR ({changed}) AS rescaled,
            CASE WHEN {hit} THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
    )


def set_period(work: Work, step: SetPeriod) -> None:
    """Put the period where no label has named one."""
    work.run(
        step,
        f"""SELECT * REPLACE (
            coalesce(period, {quoted(step.period or work.period)}) AS period,
            CASE WHEN period IS NULL THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
    )
