"""Long tables to Parquet without building observations: workbooks by column, huge CSV files streamed by DuckDB.

One row of the table stays one row: ``row`` (its number on the sheet, from 1), the label columns, then each value column
as DOUBLE. Where a cell holds something that could not be read, ``raw <column>`` keeps its text; otherwise it is NULL.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.columns import Column, describe
from workbench.domain.reading.draft import measures_of
from workbench.domain.reading.grid import Grid
from workbench.domain.reading.labels import Role
from workbench.domain.reading.lattice import Lattice, LongHeads, number_of
from workbench.domain.reading.layout import View, find_blocks
from workbench.domain.reading.model import Reading
from workbench.domain.reading.numbers import MARGIN, Evidence, Shape, evidence_of, literal, thousands_score
from workbench.domain.reading.tags import tags_of
from workbench.domain.reading.values import setting_of
from workbench.i18n import _
from workbench.storage.sheets.delimited import decode, sniff_delimiter

STREAM_FROM = 64 * 2**20  # a CSV of this size is not held in memory
SAMPLE = 2**20
MEMORY = "1GB"


def write_reading(reading: Reading, out: Path) -> dict[str, Any]:
    """The longest table of a reading as Parquet."""
    lattices = [t.observations for t in reading.tables if isinstance(t.observations, Lattice)]
    if not lattices:
        raise UnreadableFile(_("Tidak ada tabel berisi angka yang ditemukan dalam berkas ini."))
    table = max(lattices, key=len)
    names: list[str] = ["row"]
    if isinstance(table.rows, LongHeads):
        numbers: list[int] = list(range(table.rows.first + 1, table.rows.first + 1 + len(table.rows)))
    else:
        numbers = [h.index + 1 for h in table.rows]
    columns: list[Any] = [pa.array(numbers, pa.int64())]
    if isinstance(table.rows, LongHeads):
        labels = [list(c) for c in table.rows.columns]
    else:
        depth = max((len(h.labels) for h in table.rows), default=0)
        labels = [[h.labels[k] if k < len(h.labels) else None for h in table.rows] for k in range(depth)]  # type: ignore[misc]
    for k, column in enumerate(labels):
        names.append(f"label {k + 1}")
        columns.append(pa.array(column, pa.string()))
    for j, head in enumerate(table.columns):
        name = _unique(" / ".join(head.labels) or f"column {head.index + 1}", names)
        values = [number_of(v) for v in table.values[j]]
        names.append(name)
        columns.append(pa.array(values, pa.float64()))
        texts = table.texts.get(j)
        raws = [
            None if v is not None else ((texts[i] if texts else table.raws.get((i, j))) or None)
            for i, v in enumerate(values)
        ]
        if any(raws):
            names.append(f"raw {name}")
            columns.append(pa.array(raws, pa.string()))
    pq.write_table(pa.table(columns, names=names), out, compression="zstd", write_page_checksum=True)
    return {"rows": len(table.rows), "columns": names}


def _unique(name: str, taken: list[str]) -> str:
    number, candidate = 2, name
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    return candidate


@dataclass(frozen=True, slots=True)
class Plan:
    """What the sample of a huge CSV tells: where it starts and what its columns are."""

    delimiter: str
    encoding: str
    skip: int
    columns: list[Column]
    habits: dict[int, str]
    width: int


def plan(path: Path) -> Plan:
    """Read the layout from the first megabytes of a huge CSV."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    cut = head[: head.rfind(b"\n") + 1] or head
    if cut.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(_("Berkas UTF-16 sebesar ini belum dapat dibaca; simpan ulang sebagai CSV UTF-8."))
    text = decode(cut)
    delimiter = sniff_delimiter(text)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[:2000]
    width = max(map(len, records), default=0)
    grid = Grid(path.stem, [[*r, *[""] * (width - len(r))] for r in records], typed=False)
    tags = tags_of(grid)
    blocks = [b for b in find_blocks(grid, tags) if len(b.body) > 100]
    if len(blocks) != 1:
        raise UnreadableFile(_("Berkas sebesar ini hanya dapat dibaca bila berisi satu tabel tanpa sela."))
    block = blocks[0]
    columns = describe(View(grid, tags, block.left, block.right), block)
    measures = measures_of(columns)
    texts = {c.index: [str(grid.rows[r][c.index]) for r in block.body] for c in measures}
    evidence = {index: evidence_of(column) for index, column in texts.items()}
    table = Evidence()
    for one in evidence.values():
        table.merge(one)
    habits = {c.index: _habit(evidence[c.index], table, c, texts[c.index][:500]) for c in measures}
    encoding = "utf-8"
    try:
        cut.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = "latin-1"
    return Plan(delimiter, encoding, block.body[0], columns, habits, width)


def stream(path: Path, out: Path) -> dict[str, Any]:
    """A huge CSV to Parquet in bounded memory.

    Columns whose sample has nothing but plain decimals are handed to DuckDB as DOUBLE first, which is fastest; if any
    cell of the file does not fit, the file is read again as texts, and what the sample has not explained stays NULL
    with its raw text.
    """
    found = plan(path)
    try:
        return _copy(path, out, found, direct=True)
    except duckdb.Error:
        return _copy(path, out, found, direct=False)


def _copy(path: Path, out: Path, found: Plan, direct: bool) -> dict[str, Any]:
    types = {f"c{k}": "VARCHAR" for k in range(found.width)}
    select: list[str] = []
    names: list[str] = []
    for column in found.columns:
        source = f"c{column.index}"
        if column.role in (Role.LABEL, Role.PERIOD, Role.CODE, Role.UNIT):
            name = _unique(column.leaf or f"column {column.index + 1}", names)
            select.append(f"{source} AS {_quote(name)}")
            names.append(name)
        elif column.index in found.habits:
            name = _unique(" / ".join(column.labels) or f"column {column.index + 1}", names)
            names.append(name)
            if direct and found.habits[column.index] == "dot":
                types[source] = "DOUBLE"
                select.append(f"{source} AS {_quote(name)}")
                continue
            number = _number_sql(source, found.habits[column.index])
            select.append(f"{number} AS {_quote(name)}")
            select.append(f"CASE WHEN {number} IS NULL THEN nullif(trim({source}), '') END AS {_quote('raw ' + name)}")
            names.append(f"raw {name}")
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": 2, "autoinstall_known_extensions": "false"})
    try:
        connection.execute(
            f"""COPY (SELECT row_number() OVER () + {found.skip} AS "row", {", ".join(select)}
                FROM read_csv(?, delim=?, header=false, skip={found.skip}, columns={types!r}, auto_detect=false,
                              quote='"', escape='"', null_padding=false, encoding=?, max_line_size=1000000))
                TO {_literal(str(out))} (FORMAT parquet, COMPRESSION zstd)""",
            [str(path), found.delimiter, found.encoding],
        )
        rows = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(out)]).fetchone()
    except duckdb.Error as error:
        if direct:
            raise
        why = str(error).splitlines()[0][:120]
        raise UnreadableFile(_("Berkas CSV ini rusak di tengah: {why}.").format(why=why)) from error
    finally:
        connection.close()
    return {"rows": int(rows[0]) if rows else 0, "columns": ["row", *names]}


def _is_plain(evidence: Evidence) -> bool:
    """Nothing but plain integers and decimals with a dot, some of them with other than three decimals."""
    shapes = {s for s, n in evidence.shapes.items() if n}
    return Shape.DOT_DECIMAL in shapes and shapes <= {Shape.DOT_DECIMAL, Shape.PLAIN, Shape.DOT_EITHER}


def _number_sql(source: str, habit: str) -> str:
    """An expression that gives a number only for texts whose separators the sample has explained."""
    text = f"trim({source})"
    if habit == "dot":
        return f"TRY_CAST({text} AS DOUBLE)"
    if habit == "indonesian":
        form = r"'[-+]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?'"
        bare = f"replace(replace({text}, '.', ''), ',', '.')"
        return f"CASE WHEN regexp_full_match({text}, {form}) THEN TRY_CAST({bare} AS DOUBLE) END"
    if habit == "english":
        form = r"'[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?'"
        return f"CASE WHEN regexp_full_match({text}, {form}) THEN TRY_CAST(replace({text}, ',', '') AS DOUBLE) END"
    return f"CASE WHEN regexp_full_match({text}, '[-+]?\\d+') THEN TRY_CAST({text} AS DOUBLE) END"


def _habit(evidence: Evidence, table: Evidence, column: Column, texts: Sequence[str]) -> str:
    """How a column writes its numbers: ``dot`` (plain, dot decimals), ``indonesian``, ``english`` or ``whole``."""
    if _is_plain(evidence):
        return "dot"
    setting = setting_of(table, table, column, column.unit, "", [])
    found = [f for t in texts if (f := literal(t))]
    dots = thousands_score(".", evidence, setting, [f.digits for f in found if f.shape is Shape.DOT_EITHER])
    commas = thousands_score(",", evidence, setting, [f.digits for f in found if f.shape is Shape.COMMA_EITHER])
    shapes = {s for s, n in evidence.shapes.items() if n}
    indonesian = bool(evidence.indonesian) or (Shape.DOT_EITHER in shapes and dots >= MARGIN)
    english = bool(evidence.english) or (Shape.COMMA_EITHER in shapes and commas >= MARGIN)
    if indonesian == english:
        return "whole"
    return "indonesian" if indonesian else "english"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
