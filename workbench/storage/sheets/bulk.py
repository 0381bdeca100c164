"""Long tables to Parquet without building observations: workbooks by column, huge CSV files streamed by DuckDB.

One row of the table stays one row: ``row`` (its number on the sheet, from 1), the label columns, then each value column
as DOUBLE. Where a cell holds something that could not be read, ``raw <column>`` keeps its text; otherwise it is NULL.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
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
from workbench.domain.reading.layout import find_blocks
from workbench.domain.reading.literals import Shape, literal
from workbench.domain.reading.model import Reading
from workbench.domain.reading.numbers import MARGIN, Evidence, evidence_of, thousands_score
from workbench.domain.reading.symbols import symbol
from workbench.domain.reading.tags import tags_of
from workbench.domain.reading.values import setting_of
from workbench.domain.reading.view import View
from workbench.i18n import _
from workbench.storage.sheets.delimited import decode, sniff_delimiter
from workbench.storage.sheets.separators import misplaced

STREAM_FROM = 64 * 2**20  # a CSV of this size is not held in memory
SAMPLE = 2**20
MEMORY = "1GB"
_PLACES, _PIECE = 16, 2**13  # looked at beyond the beginning
_FORMS = {  # by habit: the mark that groups, the one before decimals, and how a whole number is written
    "dot": ("", ".", r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?"),
    "indonesian": (".", ",", r"[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?"),
    "english": (",", ".", r"[-+]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?"),
}


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
    typed: frozenset[int]  # columns that DuckDB may read as numbers by itself
    marks: tuple[str, str]  # that group and before decimals, in those columns
    nothing: str  # the one text that stands for no number in those columns


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
    for record in _spread(path, delimiter, width):
        for index, column in texts.items():
            column.append(record[index])
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
    typed, marks, nothing = _typed(habits, texts, delimiter)
    return Plan(delimiter, encoding, block.body[0], columns, habits, width, typed, marks, nothing)


def _spread(path: Path, delimiter: str, width: int) -> list[list[str]]:
    """Records from all over the file: what a column holds may show late."""
    found: list[list[str]] = []
    size = path.stat().st_size
    with path.open("rb") as file:
        for part in range(1, _PLACES + 1):
            file.seek(part * size // (_PLACES + 1))
            lines = file.read(_PIECE).decode("utf-8", "replace").split("\n")[1:-1]
            found += [record for record in csv.reader(lines, delimiter=delimiter) if len(record) == width]
    return found


def _typed(
    habits: dict[int, str], texts: dict[int, list[str]], delimiter: str
) -> tuple[frozenset[int], tuple[str, str], str]:
    """The columns of one habit that the sample shows to hold numbers, and nothing else or one symbol for no number."""
    mine = [habit for habit in habits.values() if habit in _FORMS]
    habit = max(_FORMS, key=mine.count)
    grouping, decimal, form = _FORMS[habit]
    if not mine or delimiter in (grouping, decimal):
        return frozenset(), ("", ""), ""
    others = {
        index: {text for text in texts[index] if not re.fullmatch(form, text.strip())}
        for index, own in habits.items()
        if own == habit
    }
    usual = Counter(text for index in others for text in texts[index] if text in others[index] and text)
    symbols = [text for text, _often in usual.most_common() if symbol(text) is not None]
    nothing = symbols[0] if symbols else ""
    # beside a blank a symbol would be one and the same NULL
    blank = any("" in column for column in others.values())
    nothing = "" if blank or '"' in nothing or nothing != nothing.strip() else nothing
    return frozenset(index for index, column in others.items() if column <= {nothing}), (grouping, decimal), nothing


def stream(path: Path, out: Path) -> dict[str, Any]:
    """A huge CSV to Parquet in bounded memory.

    Columns of one habit (`1.234,56`) are handed to DuckDB as numbers with their marks, which is fastest, where the
    whole file keeps to that habit; all others are read as texts. What the sample has not explained stays NULL with
    its raw text. Should the file hold what the sample never showed, it is read again, all as texts.
    """
    found = plan(path)
    if found.typed:
        astray = misplaced(path, found.delimiter, *found.marks) if found.marks[0] else set()
        kept = frozenset() if astray is None else found.typed - astray
        if kept:
            try:
                return _copy(path, out, found, kept)
            except duckdb.Error:
                out.unlink(missing_ok=True)
    return _copy(path, out, found, frozenset())


def _copy(path: Path, out: Path, found: Plan, typed: frozenset[int]) -> dict[str, Any]:
    types = {f"c{k}": "VARCHAR" for k in range(found.width)}
    select: list[str] = []
    names: list[str] = []
    nothing = found.nothing if typed else ""
    for column in found.columns:
        source = f"c{column.index}"
        if column.role in (Role.LABEL, Role.PERIOD, Role.CODE, Role.UNIT):
            name = _unique(column.leaf or f"column {column.index + 1}", names)
            text = f"nullif(coalesce({source}, {_literal(nothing)}), '')" if nothing else source
            select.append(f"{text} AS {_quote(name)}")
            names.append(name)
        elif column.index in found.habits:
            name = _unique(" / ".join(column.labels) or f"column {column.index + 1}", names)
            names.append(name)
            if column.index in typed:
                types[source] = "DOUBLE"
                # `nan` and `inf` are numbers to DuckDB: then the file is read as texts
                number = f"CASE WHEN isfinite({source}) THEN {source} WHEN {source} IS NOT NULL THEN error('nan') END"
                select.append(f"{number}::DOUBLE AS {_quote(name)}")
                raw = f"CASE WHEN {source} IS NULL THEN {_literal(nothing)} END"
                if not nothing:
                    continue
            else:
                source = f"coalesce({source}, {_literal(nothing)})" if nothing else source
                number = _number_sql(source, found.habits[column.index])
                select.append(f"{number} AS {_quote(name)}")
                raw = f"CASE WHEN {number} IS NULL THEN nullif(trim({source}), '') END"
            select.append(f"{raw} AS {_quote('raw ' + name)}")
            names.append(f"raw {name}")
    options = ""
    if typed:
        grouping = f", thousands={_literal(found.marks[0])}" if found.marks[0] else ""
        options = (
            f"{grouping}, decimal_separator={_literal(found.marks[1])}, "
            f"nullstr={_literal(nothing)}"  # makes a NULL of a text as well; it is put back
        )
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": 2, "autoinstall_known_extensions": "false"})
    try:
        connection.execute(
            f"""COPY (SELECT row_number() OVER () + {found.skip} AS "row", {", ".join(select)}
                FROM read_csv(?, delim=?, header=false, skip={found.skip}, columns={types!r}, auto_detect=false,
                              quote='"', escape='"', null_padding=false, encoding=?, max_line_size=1000000{options}))
                TO {_literal(str(out))} (FORMAT parquet, COMPRESSION zstd)""",
            [str(path), found.delimiter, found.encoding],
        )
    except duckdb.Error as error:
        if typed:
            raise
        why = str(error).splitlines()[0][:120]
        raise UnreadableFile(_("Berkas CSV ini rusak di tengah: {why}.").format(why=why)) from error
    finally:
        connection.close()
    return {"rows": pq.read_metadata(out).num_rows, "columns": ["row", *names]}


def _is_plain(evidence: Evidence) -> bool:
    """Nothing but plain integers and decimals with a dot, some of them with other than three decimals."""
    shapes = {s for s, n in evidence.shapes.items() if n}
    return Shape.DOT_DECIMAL in shapes and shapes <= {Shape.DOT_DECIMAL, Shape.PLAIN, Shape.DOT_EITHER}


def _number_sql(source: str, habit: str) -> str:
    """An expression that gives a number only for texts whose separators the sample has explained."""
    text = f"trim({source})"
    if habit == "dot":
        return f"CASE WHEN isfinite(TRY_CAST({text} AS DOUBLE)) THEN TRY_CAST({text} AS DOUBLE) END"
    if habit not in _FORMS:
        return f"CASE WHEN regexp_full_match({text}, '[-+]?\\d+') THEN TRY_CAST({text} AS DOUBLE) END"
    grouping, decimal, form = _FORMS[habit]
    bare = f"replace({text}, {_literal(grouping)}, '')"
    bare = bare if decimal == "." else f"replace({bare}, {_literal(decimal)}, '.')"
    return f"CASE WHEN regexp_full_match({text}, {_literal(form)}) THEN TRY_CAST({bare} AS DOUBLE) END"


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
