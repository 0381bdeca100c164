"""Replay: from the tidy reading of a file to the observations of a dataset version, in DuckDB, step by step.

Each use opens its own in-memory DuckDB and closes it; nothing is shared and no DuckDB file exists. Every recipe step
becomes one short named view (``s03_map_columns``), so an error names the step, and DuckDB computes for the last one
only what it needs: a sheet of two million observations is not copied once a step. Labels are understood by column on
distinct words (``domain.label_paths``) and joined in SQL, so the cost of a name does not grow with the rows.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from workbench.domain.areas import AreaList
from workbench.domain.datasets import DatasetDefinition, RuleKind, SymbolMeaning
from workbench.domain.label_paths import Meanings, Paths, read_all
from workbench.domain.labels import PathReader, Vocabulary, area_axis, confirmed_keys, key, path_key
from workbench.domain.number_forms import read_as
from workbench.domain.observations import COLUMN_NAMES, COLUMNS, Unmapped
from workbench.domain.reading.model import Flag
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
    Step,
    Symbols,
)
from workbench.domain.recipes import Recipe
from workbench.domain.rules import Fact
from workbench.settings import get_settings
from workbench.storage import rule_sql
from workbench.storage.readings import TidyReading

_LIMITS: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "2GB",
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
    """A private in-memory DuckDB without access to files or network; what does not fit into its memory is put aside in
    a folder of its own, which goes with it."""
    with tempfile.TemporaryDirectory(prefix="replay-", dir=get_settings().folder("cache")) as aside:
        con = duckdb.connect(":memory:", config={**_LIMITS, "temp_directory": aside})
        yield from _closed(con)


def _closed(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
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
    meanings: dict[tuple[str, int], Meanings] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    corrections: list[CorrectionResult] = field(default_factory=list)
    reread: set[tuple[str, str]] = field(default_factory=set)
    picked: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    addresses: NDArray[Any] | None = None

    def run(self, step: Step, select: str) -> None:
        """Make the next named view from the present one (``{prev}`` in the statement)."""
        self.count += 1
        name = f"s{self.count:02d}_{step.do}"
        try:
            self.con.execute(f"CREATE TEMP VIEW {name} AS {select.replace('{prev}', self.table)}")
        except duckdb.Error as error:
            raise ReplayFailed(f"step {step.id} ({name}): {error}") from error
        self.table = name

    def note(self, step: Step) -> str:
        """SQL that adds the step to a row's lineage: one sign a step, spelled out at the end (``_spelled``)."""
        return f"concat(steps, {_quoted(self.sign(step))})"

    def sign(self, step: Step) -> str:
        """The sign that stands for a step in a row's lineage."""
        if step.id not in self.notes:
            self.notes.append(step.id)
        return self.sign_of(self.notes.index(step.id))

    @staticmethod
    def sign_of(number: int) -> str:
        """The sign of the step that was noted as number so and so."""
        return chr(_FIRST_SIGN + number if number < _SHORT_SIGNS else _LONG_SIGN + number)

    def lookup(self, name: str, columns: dict[str, tuple[str, Sequence[Any] | NDArray[Any]]]) -> str:
        """A small table for the coming step; views are computed late, so each step has its own. Gives its name."""
        return self.load(f"{name}_{self.count + 1:02d}", columns)

    def load(self, name: str, columns: dict[str, tuple[str, Sequence[Any] | NDArray[Any]]]) -> str:
        """A small table from Python values or arrays; gives its name."""
        types = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
        arrow = pa.table({c: pa.array(values, types[kind]) for c, (kind, values) in columns.items()})
        self.con.register("incoming", arrow)
        self.con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM incoming")
        self.con.unregister("incoming")
        return name

    def paths(self, axis: str) -> Paths:
        """All header paths of an axis."""
        return self.reading.rows if axis == "row" else self.reading.columns

    def column(self, name: str) -> NDArray[np.int64]:
        """A number column of the observations."""
        return np.asarray(self.reading.observations.column(name).to_numpy())

    def cells(self, seqs: NDArray[np.int64]) -> tuple[str, ...]:
        """The addresses of these observations, in the order of the sheet. Every text is made once, whoever names it."""
        if self.addresses is None:
            self.addresses = self.reading.observations.column("cell").to_numpy()
        return tuple(self.addresses[np.sort(seqs)].tolist())

    def lines(self, table_no: int, axis: str) -> NDArray[np.int64]:
        """The numbers of a table's header paths, in order."""
        present = np.zeros(len(self.paths(axis)), bool)
        present[self.column("row_id" if axis == "row" else "col_id")[self.column("table_no") == table_no]] = True
        return np.flatnonzero(present)


_FIRST_SIGN, _SHORT_SIGNS, _LONG_SIGN = 0x21, 90, 0x100 - 90  # ASCII first: a dozen signs of it need no memory


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
        for kind, steps in groupby(work.recipe.steps, key=lambda step: step.do):
            if kind in TOLD_TO_READER:
                continue  # the reading was made with them
            if kind == CorrectCell.do:
                _correct_cells(work, [step for step in steps if isinstance(step, CorrectCell)])
            else:
                for step in steps:
                    _STEPS[kind](work, step)
        try:
            _finish(work, areas)
            return Replay(
                table=_outcome(work, file_sha256),
                unmapped=_unmapped(work),
                questions=tuple(work.questions),
                corrections=tuple(work.corrections),
                undecided_dashes=_undecided(work),
                facts=tuple(_facts(work, previous)) if check else (),
                tables_used=work.picked,
                other_tables=work.others,
                years=_years(work),
                reread=frozenset(work.reread),
            )
        except duckdb.Error as error:
            raise ReplayFailed(f"after the last step ({work.table}): {error}") from error


_ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DOUBLE": pa.float64()}
SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS])
_BATCH = 122_880  # rows of a batch: so many DuckDB gives to one thread


def _start(work: _Work) -> None:
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


# ---------------------------------------------------------------- tables


def _map_step(work: _Work, axis: str) -> MapColumns | MapRows | None:
    kind = MapRows if axis == "row" else MapColumns
    return next((s for s in work.recipe.steps if isinstance(s, kind)), None)


def _axis(work: _Work, table_no: int) -> str:
    """Where the areas of this table stand; decided once per table."""

    def paths(axis: str) -> Iterator[tuple[str, ...]]:
        return (work.paths(axis)[n] for n in work.lines(table_no, axis).tolist())

    if table_no not in work.axes:
        work.axes[table_no] = area_axis(work.vocabulary, paths("row"), paths("column")) if work.definition.areas else ""
    return work.axes[table_no]


def _read_axis(work: _Work, table_no: int, axis: str) -> Meanings | None:
    """The meanings of all paths of one axis of a table; None when the recipe does not map this axis."""
    step = _map_step(work, axis)
    if step is None:
        return None
    if (axis, table_no) not in work.meanings:
        reader = PathReader(work.vocabulary, step, areas_here=_axis(work, table_no) == axis)
        work.meanings[axis, table_no] = read_all(reader, work.paths(axis), work.lines(table_no, axis))
    return work.meanings[axis, table_no]


def _fit(work: _Work, table_no: int) -> int:
    """How many observations of a table have a place in the definition."""
    single = len(work.definition.indicators) == 1
    mine = work.column("table_no") == table_no
    fits, named = np.ones(int(mine.sum()), bool), np.full(int(mine.sum()), single)
    for axis, column in (("row", "row_id"), ("column", "col_id")):
        found = _read_axis(work, table_no, axis)
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


def _placed(work: _Work, found: Meanings) -> NDArray[np.bool_]:
    """A row with an area counts towards the fit only when that area is surely one of ours."""
    step = next((s for s in work.recipe.steps if isinstance(s, HarmoniseAreas)), None)
    confirmed = confirmed_keys(step) if step else {}
    asked = list(zip(found.area_label, found.area_within, strict=True))
    sure = {
        (label, within): not label or bool(work.vocabulary.place(label, within or "", confirmed).code)
        for label, within in dict.fromkeys(asked)
    }
    return np.array([sure[one] for one in asked], dtype=bool)


def _pick_table(work: _Work, step: PickTable) -> None:
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


def _ignore_rows(work: _Work, step: IgnoreRows) -> None:
    labels = {key(label) for label in step.labels}
    numbers = work.reading.rows.having(key(label) in labels for label in work.reading.rows.labels)
    ignored = work.lookup("ignored_rows", {"row_id": ("int", numbers)})
    work.run(step, f"SELECT * FROM {{prev}} WHERE row_id NOT IN (SELECT row_id FROM {ignored})")


def _read_numbers(work: _Work, step: ReadNumbers) -> None:
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
            CASE WHEN r.raw IS NOT NULL AND p.flag = {_quoted(Flag.UNREADABLE)} THEN NULL ELSE p.flag END AS flag,
            CASE WHEN r.raw IS NOT NULL THEN {work.note(step)} ELSE p.steps END AS steps)
        FROM {{prev}} p LEFT JOIN {table} r ON r.raw = p.raw AND p.{here}""",
    )


def _correct_cells(work: _Work, steps: Sequence[CorrectCell]) -> None:
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


# ---------------------------------------------------------------- labels


def _map_axis(work: _Work, step: MapColumns | MapRows, axis: str) -> None:
    column = "row_id" if axis == "row" else "col_id"
    found = [(t, m) for t in work.picked if (m := _read_axis(work, t, axis)) is not None]
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


def _map_columns(work: _Work, step: MapColumns) -> None:
    _map_axis(work, step, "column")


def _map_rows(work: _Work, step: MapRows) -> None:
    _map_axis(work, step, "row")


def _harmonise_areas(work: _Work, step: HarmoniseAreas) -> None:
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
            CASE WHEN {changed} THEN value * {step.multiplier!r}::DOUBLE ELSE value END AS value,
            CASE WHEN {hit} THEN {_quoted(step.unit)} ELSE unit END AS unit,
            rescaled OR ({changed}) AS rescaled,
            CASE WHEN {hit} THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
    )


def _set_period(work: _Work, step: SetPeriod) -> None:
    work.run(
        step,
        f"""SELECT * REPLACE (
            coalesce(period, {_quoted(step.period or work.period)}) AS period,
            CASE WHEN period IS NULL THEN {work.note(step)} ELSE steps END AS steps) FROM {{prev}}""",
    )


_STEPS: dict[str, Any] = {
    PickTable.do: _pick_table,
    IgnoreRows.do: _ignore_rows,
    ReadNumbers.do: _read_numbers,
    MapColumns.do: _map_columns,
    MapRows.do: _map_rows,
    HarmoniseAreas.do: _harmonise_areas,
    Symbols.do: _symbols,
    SetUnit.do: _set_unit,
    SetPeriod.do: _set_period,
}


# ---------------------------------------------------------------- outcome


def _finish(work: _Work, areas: AreaList | None) -> None:
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
        CREATE TEMP VIEW placed AS
        SELECT * REPLACE (
            CASE WHEN p.ignored THEN 'ignored'
                 WHEN p.problem IS NOT NULL THEN p.problem
                 WHEN p.indicator IS NULL THEN 'unknown_column'
                 WHEN {needs_area} THEN 'unknown_area'
                 WHEN p.period <> {_quoted(work.period)} THEN 'other_period' END AS problem)
        FROM (SELECT * REPLACE (coalesce(indicator, {only}) AS indicator) FROM {work.table}) p
        """
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
               p.sheet, p.cell, p.raw, p.steps, p.printed_unit, p.rescaled
        FROM placed p JOIN indicators i ON i.code = p.indicator
        LEFT JOIN categories c ON c.code = p.category LEFT JOIN area_order a ON a.code = p.area_code
        WHERE p.problem IS NULL
        """,
        {"asked": list(definition.expected_areas)},
    )


def _outcome(work: _Work, file_sha256: str) -> pa.Table:
    """What the version will hold, in the contract's columns and order."""
    of_obs = [name for name in COLUMN_NAMES if name != "file_sha256"]
    table = work.con.sql(f"SELECT {', '.join(of_obs)} FROM obs").to_arrow_table()
    place = table.column("obs_id").to_numpy()
    if (place[1:] < place[:-1]).any():
        table = table.take(pa.array(np.argsort(place)))
    columns = {name: table.column(name).combine_chunks() for name in of_obs}  # one chunk: the same bytes every time
    columns["steps"] = _spelled(work, columns["steps"])
    columns["file_sha256"] = pa.repeat(file_sha256, table.num_rows)
    return pa.table([columns[name] for name in COLUMN_NAMES], names=COLUMN_NAMES).cast(SCHEMA)


def _spelled(work: _Work, signs: pa.Array) -> pa.Array:
    """The lineage of rows as JSON lists of step ids."""
    ids = {work.sign_of(number): step for number, step in enumerate(work.notes)}
    encoded = signs.dictionary_encode()
    texts = [
        json.dumps([ids[sign] for sign in text], ensure_ascii=False, separators=(",", ":"))
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(encoded.indices)


def _years(work: _Work) -> tuple[str, ...]:
    """The years that labels of the chosen table name."""
    found = work.con.execute(
        f"SELECT DISTINCT named_period FROM {work.table} WHERE named_period IS NOT NULL ORDER BY 1"
    ).fetchall()
    return tuple(year for (year,) in found)


def _path_text(paths: Sequence[tuple[str, ...]], number: int) -> str:
    return " > ".join(label for label in paths[number] if label)


def _unmapped(work: _Work) -> tuple[Unmapped, ...]:
    """Cells with content that found no place, by label; blank cells beside them say nothing and are not listed."""
    found = work.con.sql(
        """
        SELECT problem, sheet, CASE WHEN problem = 'unknown_row' THEN row_id END AS row_no,
               CASE WHEN problem NOT IN ('unknown_row', 'unknown_area') THEN col_id END AS col_no,
               CASE WHEN problem = 'unknown_area' THEN problem_label END AS area, list(seq) AS seqs
        FROM placed
        WHERE problem IS NOT NULL AND problem <> 'ignored'
          AND NOT (value IS NULL AND coalesce(flag, '') IN ('', 'blank'))
        GROUP BY ALL ORDER BY min(seq)
        """
    ).to_arrow_table()
    heads = found.drop_columns("seqs").to_pylist()
    result = []
    for head, seqs in zip(heads, found.column("seqs"), strict=True):
        row, column = head["row_no"], head["col_no"]
        result.append(
            Unmapped(
                reason=head["problem"],
                sheet=head["sheet"],
                label=_path_text(work.reading.rows, row)
                if row is not None
                else _path_text(work.reading.columns, column)
                if column is not None
                else (head["area"] or ""),
                cells=work.cells(seqs.values.to_numpy()),
            )
        )
    return tuple(result)


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
    classes = [c.code for c in definition.categories]
    asked: list[str | None] = [*definition.expected_areas] or [None]
    work.load(
        "asked_indicators",
        {
            "code": ("text", [i.code for i in definition.indicators]),
            "by_class": ("bool", [i.categorised and bool(classes) for i in definition.indicators]),
            "place": ("int", range(len(definition.indicators))),
        },
    )
    work.load("asked_areas", {"code": ("text", asked), "place": ("int", range(len(asked)))})
    work.con.execute(
        f"""
        CREATE TEMP TABLE expected AS
        SELECT i.code AS indicator, c.code AS category, a.code AS area_code,
               (i.place * {len(classes) + 1} + coalesce(c.place, 0)) * {len(asked)} + a.place AS place
        FROM asked_indicators i LEFT JOIN categories c ON i.by_class CROSS JOIN asked_areas a
        """
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
