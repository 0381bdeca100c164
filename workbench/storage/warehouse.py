"""Replay: from the tidy reading of a file to the observations of a dataset version, in DuckDB, step by step.

Each use opens its own in-memory DuckDB and closes it; nothing is shared and no DuckDB file exists. Every recipe step
becomes one short named table (``s03_map_columns``), so an error names the step. Labels are understood on distinct
header paths in Python (``domain.labels``) and joined in SQL, so the cost of a name does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from workbench.domain.areas import AreaList
from workbench.domain.datasets import DatasetDefinition, RuleKind, SymbolMeaning
from workbench.domain.labels import Meaning, PathReader, Vocabulary, area_axis, confirmed_keys, key, path_key
from workbench.domain.number_forms import read_as
from workbench.domain.observations import COLUMN_NAMES, COLUMNS, Unmapped
from workbench.domain.reading.model import Flag
from workbench.domain.recipes import (
    CorrectCell,
    HarmoniseAreas,
    IgnoreRows,
    MapColumns,
    MapRows,
    PickTable,
    ReadNumbers,
    Recipe,
    SetPeriod,
    SetUnit,
    Step,
    Symbols,
)
from workbench.domain.rules import Fact
from workbench.storage import rule_sql
from workbench.storage.readings import TidyReading

_LIMITS: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "1GB",
    "temp_directory": "",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class ReplayFailed(Exception):
    """DuckDB refused a step; the message names it. This is our own mistake, not the user's."""


@dataclass(frozen=True, slots=True)
class Question:
    """An area name that a person has to decide, with what it may mean."""

    label: str
    sheet: str
    cells: tuple[str, ...]
    candidates: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """What became of a correction: applied, already_fixed, changed (another content) or gone (no such cell)."""

    step: str
    sheet: str
    cell: str
    outcome: str
    found: str


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome of a recipe on a reading. ``table`` has exactly the columns of the contract."""

    table: pa.Table
    unmapped: tuple[Unmapped, ...]
    questions: tuple[Question, ...]
    corrections: tuple[CorrectionResult, ...]
    undecided_dashes: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, Fact], ...]
    tables_used: tuple[int, ...]
    other_tables: tuple[int, ...]
    years: tuple[str, ...]
    reread: frozenset[tuple[str, str]] = frozenset()  # (sheet, cell) whose separators the recipe explains


@contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory DuckDB without access to files or network."""
    con = duckdb.connect(":memory:", config=_LIMITS)
    try:
        con.execute("SET enable_external_access = false")  # after temp_directory, which it locks
        yield con
    finally:
        con.close()


@dataclass
class _Work:
    """What one replay carries from step to step."""

    con: duckdb.DuckDBPyConnection
    reading: TidyReading
    recipe: Recipe
    definition: DatasetDefinition
    vocabulary: Vocabulary
    period: str
    table: str = "s00_observations"
    count: int = 0
    axes: dict[int, str] = field(default_factory=dict)
    meanings: dict[tuple[str, int, int], Meaning] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    corrections: list[CorrectionResult] = field(default_factory=list)
    reread: set[tuple[str, str]] = field(default_factory=set)
    picked: tuple[int, ...] = ()
    others: tuple[int, ...] = ()

    def run(self, step: Step, select: str, given: dict[str, Any] | None = None) -> None:
        """Make the next named table from the present one (``{prev}`` in the statement)."""
        self.count += 1
        name = f"s{self.count:02d}_{step.do}"
        statement = f"CREATE TEMP TABLE {name} AS {select.format(prev=self.table)}"
        try:
            self.con.execute(statement, given or None)
        except duckdb.Error as error:
            raise ReplayFailed(f"step {step.id} ({name}): {error}") from error
        self.table = name

    def note(self, step: Step) -> str:
        """SQL that adds the step's id to a row's lineage."""
        return f"list_append(steps, {_quoted(step.id)})"

    def load(self, name: str, columns: dict[str, tuple[str, Sequence[Any]]]) -> None:
        """A small lookup table from Python values."""
        types = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
        arrow = pa.table({c: pa.array(list(values), types[kind]) for c, (kind, values) in columns.items()})
        self.con.register("incoming", arrow)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
        self.con.unregister("incoming")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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
        work = _Work(con, reading, recipe.active(), definition, Vocabulary(definition, areas), period)
        _start(work)
        for step in work.recipe.steps:
            _STEPS[step.do](work, step)
        _finish(work, areas, file_sha256)
        table = con.sql(f"SELECT {', '.join(COLUMN_NAMES)} FROM obs ORDER BY obs_id").to_arrow_table()
        return Replay(
            table=table.cast(SCHEMA),
            unmapped=_unmapped(work),
            questions=tuple(work.questions),
            corrections=tuple(work.corrections),
            undecided_dashes=_undecided(work),
            facts=tuple(_facts(work, previous)) if check else (),
            tables_used=work.picked,
            other_tables=work.others,
            years=tuple(
                y for (y,) in con.execute(
                    f"SELECT DISTINCT named_period FROM {work.table} WHERE named_period IS NOT NULL ORDER BY 1"
                ).fetchall()
            ),
            reread=frozenset(work.reread),
        )  # fmt: skip


_ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DOUBLE": pa.float64()}
SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS])


def _start(work: _Work) -> None:
    work.con.register("incoming", work.reading.observations)
    work.con.execute(
        """
        CREATE TEMP TABLE s00_observations AS
        SELECT seq, table_no, sheet, row_id, col_id, value, flag, raw, cell, kind AS read_kind, unit AS printed_unit,
               NULL::VARCHAR AS indicator, NULL::VARCHAR AS category, NULL::VARCHAR AS period,
               NULL::VARCHAR AS named_period, NULL::VARCHAR AS area_label, NULL::VARCHAR AS area_within,
               NULL::VARCHAR AS area_code, NULL::VARCHAR AS area_name, false AS total, false AS ignored,
               NULL::VARCHAR AS unit, false AS rescaled, NULL::VARCHAR AS problem, NULL::VARCHAR AS problem_label,
               []::VARCHAR[] AS steps
        FROM incoming
        """
    )
    work.con.unregister("incoming")


# ---------------------------------------------------------------- tables


def _map_step(work: _Work, axis: str) -> MapColumns | MapRows | None:
    kind = MapRows if axis == "row" else MapColumns
    return next((s for s in work.recipe.steps if isinstance(s, kind)), None)


def _paths(work: _Work, table_no: int, axis: str) -> list[int]:
    column = "row_id" if axis == "row" else "col_id"
    found = work.con.execute(
        f"SELECT DISTINCT {column} FROM s00_observations WHERE table_no = ? ORDER BY 1", [table_no]
    ).fetchall()
    return [number for (number,) in found]


def _axis(work: _Work, table_no: int) -> str:
    """Where the areas of this table stand; decided once per table."""
    if table_no not in work.axes:
        rows = (work.reading.rows[n] for n in _paths(work, table_no, "row"))
        columns = (work.reading.columns[n] for n in _paths(work, table_no, "column"))
        work.axes[table_no] = area_axis(work.vocabulary, rows, columns) if work.definition.areas else ""
    return work.axes[table_no]


def _read_axis(work: _Work, table_no: int, axis: str) -> dict[int, Meaning]:
    """The meanings of all paths of one axis of a table."""
    step = _map_step(work, axis)
    if step is None:
        return {}
    reader = PathReader(work.vocabulary, step, areas_here=_axis(work, table_no) == axis)
    paths = work.reading.rows if axis == "row" else work.reading.columns
    found: dict[int, Meaning] = {}
    for number in _paths(work, table_no, axis):
        at = (axis, table_no, number)
        if at not in work.meanings:
            work.meanings[at] = reader.read(paths[number])
        found[number] = work.meanings[at]
    return found


def _fit(work: _Work, table_no: int) -> int:
    """How many observations of a table have a place in the definition."""
    rows, columns = _read_axis(work, table_no, "row"), _read_axis(work, table_no, "column")
    single = len(work.definition.indicators) == 1

    def good(meaning: Meaning) -> bool:
        return not (meaning.unknown or meaning.ignore or meaning.conflict)

    clear_rows = {n: bool(m.indicator) for n, m in rows.items() if good(m) and _placed(work, m)}
    clear_columns = {n: bool(m.indicator) for n, m in columns.items() if good(m)}
    pairs = work.con.execute(
        "SELECT row_id, col_id, count(*) FROM s00_observations WHERE table_no = ? GROUP BY ALL", [table_no]
    ).fetchall()
    return sum(
        count
        for row, column, count in pairs
        if row in clear_rows and column in clear_columns and (single or clear_rows[row] or clear_columns[column])
    )


def _placed(work: _Work, meaning: Meaning) -> bool:
    """A row with an area counts towards the fit only when that area is surely one of ours."""
    if not meaning.area_label:
        return True
    step = next((s for s in work.recipe.steps if isinstance(s, HarmoniseAreas)), None)
    confirmed = confirmed_keys(step) if step else {}
    return bool(work.vocabulary.place(meaning.area_label, meaning.area_within, confirmed).code)


def _pick_table(work: _Work, step: PickTable) -> None:
    wanted = []
    for number, head in enumerate(work.reading.tables):
        if step.sheet and key(step.sheet) not in key(head.sheet):
            continue
        if step.title and key(step.title) not in key(head.title):
            continue
        if step.labels:
            labels = {
                key(label)
                for axis, paths in (("row", work.reading.rows), ("column", work.reading.columns))
                for n in _paths(work, number, axis)
                for label in paths[n]
            }
            if not {key(label) for label in step.labels} <= labels:
                continue
        wanted.append(number)
    # One table has no rival: whether it fits shows when its labels are mapped.
    fits = {number: _fit(work, number) if len(wanted) > 1 else 1 for number in wanted}
    fitting = [number for number in wanted if fits[number] > 0]
    best = max(fitting, key=lambda n: (fits[n], -n), default=None)
    if best is None and wanted:
        counts = dict(work.con.execute("SELECT table_no, count(*) FROM s00_observations GROUP BY 1").fetchall())
        best = max(wanted, key=lambda n: (counts.get(n, 0), -n))
    work.picked = () if best is None else (best,)
    work.others = tuple(n for n in fitting if n != best)
    work.run(step, f"SELECT * REPLACE ({work.note(step)} AS steps) FROM {{prev}} WHERE table_no = {best or 0}"
             if best is not None else "SELECT * FROM {prev} WHERE false")  # fmt: skip


def _ignore_rows(work: _Work, step: IgnoreRows) -> None:
    labels = {key(label) for label in step.labels}
    numbers = [n for n, path in enumerate(work.reading.rows) if any(key(label) in labels for label in path)]
    work.load("ignored_rows", {"row_id": ("int", numbers)})
    work.run(step, "SELECT * FROM {prev} WHERE row_id NOT IN (SELECT row_id FROM ignored_rows)")


def _read_numbers(work: _Work, step: ReadNumbers) -> None:
    labels = {key(label) for label in step.labels}
    columns = [
        n
        for n, path in enumerate(work.reading.columns)
        if not labels or key(path_key(path)) in labels or any(key(label) in labels for label in path)
    ]
    work.load("reread_columns", {"col_id": ("int", columns)})
    here = "col_id IN (SELECT col_id FROM reread_columns)"
    texts = work.con.execute(
        f"SELECT DISTINCT raw FROM {work.table} WHERE {here} AND (contains(raw, '.') OR contains(raw, ','))"
    ).fetchall()
    values = {raw: value for (raw,) in texts if (value := read_as(raw, step.form)) is not None}
    work.load("reread_texts", {"raw": ("text", list(values)), "value": ("float", list(values.values()))})
    work.reread |= set(
        work.con.execute(
            f"SELECT sheet, cell FROM {work.table} WHERE {here} AND raw IN (SELECT raw FROM reread_texts)"
        ).fetchall()
    )
    work.run(
        step,
        f"""SELECT p.* REPLACE (
            coalesce(r.value, p.value) AS value,
            CASE WHEN r.raw IS NOT NULL AND p.flag = {_quoted(Flag.UNREADABLE)} THEN NULL ELSE p.flag END AS flag,
            CASE WHEN r.raw IS NOT NULL THEN {work.note(step)} ELSE p.steps END AS steps)
        FROM {{prev}} p LEFT JOIN reread_texts r ON r.raw = p.raw AND p.{here}
        ORDER BY p.seq""",
    )


def _correct_cell(work: _Work, step: CorrectCell) -> None:
    if step.period and step.period != work.period:
        return  # a correction of another year's file
    found = work.con.execute(
        f"SELECT raw, value FROM {work.table} WHERE cell = ? AND (sheet = ? OR ? = '')",
        [step.cell, step.sheet, step.sheet],
    ).fetchall()
    outcome, raw = "gone", ""
    if found:
        raw, value = found[0]
        same = raw.strip() == step.expect.strip()
        fixed = value is not None and value == step.value
        outcome = "applied" if same else "already_fixed" if fixed else "changed"
    work.corrections.append(CorrectionResult(step.id, step.sheet, step.cell, outcome, raw or ""))
    if outcome != "applied":
        return
    given = {"sheet": step.sheet, "cell": step.cell, "value": step.value, "flag": step.flag or None}
    hit = "cell = $cell AND (sheet = $sheet OR $sheet = '')"
    work.run(
        step,
        f"""SELECT * REPLACE (
            CASE WHEN {hit} THEN $value::DOUBLE ELSE value END AS value,
            CASE WHEN {hit} THEN $flag::VARCHAR ELSE flag END AS flag,
            CASE WHEN {hit} THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
        given,
    )


# ---------------------------------------------------------------- labels


def _map_axis(work: _Work, step: MapColumns | MapRows, axis: str) -> None:
    column = "row_id" if axis == "row" else "col_id"
    found = [(t, n, m) for t in work.picked for n, m in _read_axis(work, t, axis).items()]
    work.load(
        f"{axis}_labels",
        {
            "table_no": ("int", [t for t, _n, _m in found]),
            "path_id": ("int", [n for _t, n, _m in found]),
            "indicator": ("text", [m.indicator or None for _t, _n, m in found]),
            "category": ("text", [m.category or None for _t, _n, m in found]),
            "period": ("text", [m.period or None for _t, _n, m in found]),
            "area_label": ("text", [m.area_label or None for _t, _n, m in found]),
            "area_within": ("text", [m.area_within or None for _t, _n, m in found]),
            "total": ("bool", [m.total for _t, _n, m in found]),
            "ignored": ("bool", [m.ignore for _t, _n, m in found]),
            "conflict": ("bool", [m.conflict for _t, _n, m in found]),
            "unknown": ("text", [" > ".join(m.unknown) or None for _t, _n, m in found]),
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
        FROM {{prev}} p LEFT JOIN {axis}_labels m ON m.table_no = p.table_no AND m.path_id = p.{column}
        ORDER BY p.seq""",
    )


def _map_columns(work: _Work, step: MapColumns) -> None:
    _map_axis(work, step, "column")


def _map_rows(work: _Work, step: MapRows) -> None:
    _map_axis(work, step, "row")


def _harmonise_areas(work: _Work, step: HarmoniseAreas) -> None:
    labels = work.con.execute(
        f"""SELECT area_label, coalesce(area_within, ''), min(sheet), list(cell ORDER BY seq), min(seq)
            FROM {work.table} WHERE area_label IS NOT NULL AND NOT ignored GROUP BY ALL ORDER BY min(seq)"""
    ).fetchall()
    confirmed = confirmed_keys(step)
    places = [work.vocabulary.place(label, within, confirmed) for label, within, *_rest in labels]
    for (label, _within, sheet, cells, _seq), place in zip(labels, places, strict=True):
        if not place.code:
            work.questions.append(Question(label, sheet or "", tuple(cells), place.candidates))
    work.load(
        "area_names",
        {
            "label": ("text", [row[0] for row in labels]),
            "within_code": ("text", [row[1] for row in labels]),
            "code": ("text", [p.code or None for p in places]),
            "name": ("text", [p.name or None for p in places]),
            "whole": ("bool", [p.total for p in places]),
        },
    )
    work.run(
        step,
        f"""SELECT p.* REPLACE (
            a.code AS area_code, a.name AS area_name, p.total OR coalesce(a.whole, false) AS total,
            CASE WHEN p.problem IS NULL AND p.area_label IS NOT NULL AND a.code IS NULL THEN 'unknown_area'
                 ELSE p.problem END AS problem,
            CASE WHEN p.area_label IS NOT NULL AND a.code IS NULL THEN coalesce(p.problem_label, p.area_label)
                 ELSE p.problem_label END AS problem_label,
            CASE WHEN a.code IS NOT NULL THEN {work.note(step)} ELSE p.steps END AS steps)
        FROM {{prev}} p LEFT JOIN area_names a
             ON a.label = p.area_label AND a.within_code = coalesce(p.area_within, '')
        ORDER BY p.seq""",
    )


# ---------------------------------------------------------------- values


def _only(indicators: Sequence[str], definition: DatasetDefinition) -> str:
    """SQL condition on the indicator (the only one of a one-indicator dataset counts although no label names it)."""
    if not indicators or (len(definition.indicators) == 1 and definition.indicators[0].code in indicators):
        return "true"
    return "coalesce(indicator, '') IN (" + ", ".join(_quoted(code) for code in indicators) + ")"


def _symbols(work: _Work, step: Symbols) -> None:
    if step.dash is SymbolMeaning.ASK:
        return
    hit = (
        f"flag = {_quoted(Flag.NIL_OR_NOT_APPLICABLE)} AND value IS NULL AND {_only(step.indicators, work.definition)}"
    )
    value, flag = {
        SymbolMeaning.ZERO: ("0.0", Flag.NIL_OR_NOT_APPLICABLE),  # the flag stays: a dash is not a counted zero
        SymbolMeaning.MISSING: ("NULL", Flag.NOT_AVAILABLE),
        SymbolMeaning.NOT_APPLICABLE: ("NULL", Flag.NOT_APPLICABLE),
    }[step.dash]
    work.run(
        step,
        f"""SELECT * REPLACE (
            CASE WHEN {hit} THEN {value}::DOUBLE ELSE value END AS value,
            CASE WHEN {hit} THEN {_quoted(flag)} ELSE flag END AS flag,
            CASE WHEN {hit} THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
    )


def _set_unit(work: _Work, step: SetUnit) -> None:
    hit = _only(step.indicators, work.definition)
    changed = f"{hit} AND {step.multiplier != 1.0}"
    work.run(
        step,
        f"""SELECT * REPLACE (
            CASE WHEN {changed} THEN value * $factor ELSE value END AS value,
            CASE WHEN {hit} THEN $unit ELSE unit END AS unit,
            rescaled OR ({changed}) AS rescaled,
            CASE WHEN {hit} THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
        {"factor": step.multiplier, "unit": step.unit},
    )


def _set_period(work: _Work, step: SetPeriod) -> None:
    work.run(
        step,
        f"""SELECT * REPLACE (
            coalesce(period, $period) AS period,
            CASE WHEN period IS NULL THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
        {"period": step.period or work.period},
    )


_STEPS: dict[str, Any] = {
    PickTable.do: _pick_table,
    IgnoreRows.do: _ignore_rows,
    ReadNumbers.do: _read_numbers,
    CorrectCell.do: _correct_cell,
    MapColumns.do: _map_columns,
    MapRows.do: _map_rows,
    HarmoniseAreas.do: _harmonise_areas,
    Symbols.do: _symbols,
    SetUnit.do: _set_unit,
    SetPeriod.do: _set_period,
}


# ---------------------------------------------------------------- outcome


def _finish(work: _Work, areas: AreaList | None, file_sha256: str) -> None:
    """``placed`` (everything, with its problem if it has one) and ``obs`` (what the version will hold)."""
    definition = work.definition
    work.load(
        "indicators",
        {
            "code": ("text", [i.code for i in definition.indicators]),
            "unit": ("text", [i.unit for i in definition.indicators]),
            "place": ("int", range(len(definition.indicators))),
        },
    )
    work.load(
        "categories",
        {
            "code": ("text", [c.code for c in definition.categories]),
            "place": ("int", range(len(definition.categories))),
        },
    )
    codes = [a.code for a in areas.areas] if areas else []
    # The office's own row is printed last, as the total under its parts.
    order = [len(codes) if c == definition.office_area else n for n, c in enumerate(codes)]
    work.load("area_order", {"code": ("text", codes), "place": ("int", order)})
    totals = [str(r.params.get("total")) for r in definition.rules if r.kind is RuleKind.SUM_OF_INDICATORS]
    work.load("total_indicators", {"code": ("text", totals)})
    only = _quoted(definition.indicators[0].code) if len(definition.indicators) == 1 else "NULL"
    needs_area = "p.area_code IS NULL" if definition.areas else "false"
    work.con.execute(
        f"""
        CREATE TEMP TABLE placed AS
        SELECT * REPLACE (
            CASE WHEN p.ignored THEN 'ignored'
                 WHEN p.problem IS NOT NULL THEN p.problem
                 WHEN p.indicator IS NULL THEN 'unknown_column'
                 WHEN {needs_area} THEN 'unknown_area'
                 WHEN p.period <> $period THEN 'other_period' END AS problem)
        FROM (SELECT * REPLACE (coalesce(indicator, {only}) AS indicator) FROM {work.table}) p
        """,
        {"period": work.period},
    )
    with_classes = "true" if definition.categories else "false"
    work.con.execute(
        f"""
        CREATE TEMP TABLE obs AS
        SELECT row_number() OVER (
                   ORDER BY i.place, coalesce(c.place, 9999), coalesce(a.place, 999999), p.seq) AS obs_id,
               p.indicator, p.category, p.area_code, p.area_name, p.period, p.value, p.flag,
               coalesce(p.unit, i.unit) AS unit,
               CASE WHEN p.total OR ({with_classes} AND p.category IS NULL)
                         OR p.indicator IN (SELECT code FROM total_indicators) THEN 'total'
                    -- A row of the level that was asked for is the dataset's own, also where the file has finer rows.
                    WHEN p.read_kind = 'subtotal' AND NOT coalesce(list_contains($asked, p.area_code), false)
                         THEN 'subtotal' ELSE 'data' END AS kind,
               $file AS file_sha256, p.sheet, p.cell, p.raw, to_json(p.steps)::VARCHAR AS steps,
               p.printed_unit, p.rescaled
        FROM placed p JOIN indicators i ON i.code = p.indicator
        LEFT JOIN categories c ON c.code = p.category LEFT JOIN area_order a ON a.code = p.area_code
        WHERE p.problem IS NULL
        """,
        {"file": file_sha256, "asked": list(definition.expected_areas)},
    )


def _path_text(paths: Sequence[tuple[str, ...]], number: int) -> str:
    return " > ".join(label for label in paths[number] if label)


def _unmapped(work: _Work) -> tuple[Unmapped, ...]:
    """Cells with content that found no place, by label; blank cells beside them say nothing and are not listed."""
    found = work.con.execute(
        """
        SELECT problem, sheet, CASE WHEN problem = 'unknown_row' THEN row_id END AS row_no,
               CASE WHEN problem NOT IN ('unknown_row', 'unknown_area') THEN col_id END AS col_no,
               CASE WHEN problem = 'unknown_area' THEN problem_label END AS area, list(cell ORDER BY seq)
        FROM placed
        WHERE problem IS NOT NULL AND problem <> 'ignored'
          AND NOT (value IS NULL AND coalesce(flag, '') IN ('', 'blank'))
        GROUP BY ALL ORDER BY min(seq)
        """
    ).fetchall()
    return tuple(
        Unmapped(
            reason=problem,
            sheet=sheet,
            label=_path_text(work.reading.rows, row)
            if row is not None
            else _path_text(work.reading.columns, column)
            if column is not None
            else (area or ""),
            cells=tuple(cells),
        )
        for problem, sheet, row, column, area, cells in found
    )


def _undecided(work: _Work) -> tuple[tuple[str, str], ...]:
    """Dashes whose meaning nobody has given yet."""
    return tuple(
        work.con.execute(
            "SELECT sheet, cell FROM obs WHERE value IS NULL AND flag = ? ORDER BY obs_id",
            [str(Flag.NIL_OR_NOT_APPLICABLE)],
        ).fetchall()
    )


def _facts(work: _Work, previous: pa.Table | None) -> Iterator[tuple[str, Fact]]:
    definition = work.definition
    wanted = [
        (i.code, category, area)
        for i in definition.indicators
        for category in ([c.code for c in definition.categories] if definition.categories and i.categorised else [None])
        for area in (definition.expected_areas or (None,))
    ]
    work.load(
        "expected",
        {
            "indicator": ("text", [w[0] for w in wanted]),
            "category": ("text", [w[1] for w in wanted]),
            "area_code": ("text", [w[2] for w in wanted]),
            "place": ("int", range(len(wanted))),
        },
    )
    work.load(
        "scale",
        {
            "indicator": ("text", [i.code for i in definition.indicators]),
            "decimals": ("int", [i.decimals for i in definition.indicators]),
        },
    )
    work.con.register("incoming", previous if previous is not None else SCHEMA.empty_table())
    work.con.execute("CREATE TEMP TABLE previous AS SELECT * FROM incoming")
    work.con.unregister("incoming")
    work.con.execute(rule_sql.TOLERANCE)
    for rule in definition.rules:
        try:
            for fact in rule_sql.facts(work.con, rule, definition):
                yield rule.id, fact
        except duckdb.Error as error:
            raise ReplayFailed(f"rule {rule.id}: {error}") from error
