"""The end of a replay: the rows of a version in the columns of the contract, and what found no place in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from workbench.domain.areas import AreaList
from workbench.domain.datasets import RuleKind
from workbench.domain.observations import COLUMN_NAMES, Unmapped
from workbench.domain.reading.model import Flag
from workbench.domain.rules import Fact
from workbench.storage import rule_sql
from workbench.storage.replay.model import SCHEMA, ReplayFailed
from workbench.storage.replay.work import Work, quoted


def finish(work: Work, areas: AreaList | None) -> None:
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
    only = quoted(definition.indicators[0].code) if len(definition.indicators) == 1 else "NULL"
    needs_area = "p.area_code IS NULL" if definition.areas else "false"
    work.con.execute(
        f"""
        CREATE TEMP VIEW placed AS
        SELECT * REPLACE (
            CASE WHEN p.ignored THEN 'ignored'
                 WHEN p.problem IS NOT NULL THEN p.problem
                 WHEN p.indicator IS NULL THEN 'unknown_column'
                 WHEN {needs_area} THEN 'unknown_area'
                 WHEN p.period <> {quoted(work.period)} THEN 'other_period' END AS problem)
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


def version_table(work: Work, file_sha256: str) -> pa.Table:
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


def _spelled(work: Work, signs: pa.Array) -> pa.Array:
    """The lineage of rows as JSON lists of step ids."""
    ids = {work.sign_of(number): step for number, step in enumerate(work.notes)}
    encoded = signs.dictionary_encode()
    texts = [
        json.dumps([ids[sign] for sign in text], ensure_ascii=False, separators=(",", ":"))
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(encoded.indices)


def years(work: Work) -> tuple[str, ...]:
    """The years that labels of the chosen table name."""
    found = work.con.execute(
        f"SELECT DISTINCT named_period FROM {work.table} WHERE named_period IS NOT NULL ORDER BY 1"
    ).fetchall()
    return tuple(year for (year,) in found)


def _path_text(paths: Sequence[tuple[str, ...]], number: int) -> str:
    return " > ".join(label for label in paths[number] if label)


def unmapped(work: Work) -> tuple[Unmapped, ...]:
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


def undecided(work: Work) -> tuple[tuple[str, str], ...]:
    """Dashes whose meaning nobody has given yet."""
    return tuple(
        work.con.execute(
            "SELECT sheet, cell FROM obs WHERE value IS NULL AND flag = ? ORDER BY obs_id",
            [str(Flag.NIL_OR_NOT_APPLICABLE)],
        ).fetchall()
    )


def facts(work: Work, previous: pa.Table | None) -> Iterator[tuple[str, Fact]]:
    """What the dataset's rules find in ``obs``, each with the id of its rule; ``previous`` is the year before."""
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
