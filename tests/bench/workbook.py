"""A large workbook: read to observations against python-calamine alone, read and cleaned against SQL by hand.

200,000 rows by 12 columns as an office sends them: title lines, a merged two-line header of years and sexes, names of
kecamatan and desa in several spellings, one column of each year as Indonesian text, dashes, wrong totals.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.bench.machine import peak_of
from tests.bench.pairing import Ratio, paired
from workbench.domain.areas import Area, AreaList
from workbench.domain.datasets import Category, DatasetDefinition, Indicator, SymbolMeaning, standard_rules
from workbench.domain.recipes import default_recipe
from workbench.services import reading
from workbench.storage import clean_store, readings, warehouse
from workbench.storage.replay.model import Replay

ROWS = 200_000
KECAMATAN, DESA, YEARS = 25, 16, ("2023", "2024", "2025")
PERIOD = YEARS[-1]
READ_GOAL, CLEAN_GOAL = 2.0, 1.5
_SHEET = "Data"
_FIRST = 5  # rows above the body
_CLASSES = (("L", "Laki-laki"), ("P", "Perempuan"))
_STARTS = ("Ban", "Bul", "Cep", "Dla", "Gan", "Jat", "Kar", "Man", "Nga", "Pul", "Ran", "Sid", "Tri", "Wed", "Won")
_MIDDLES = ("da", "gu", "ka", "lo", "ma", "no", "ra", "su", "ti", "wi")
_ENDS = ("han", "jo", "rejo", "sari", "tan")


@dataclass(frozen=True, slots=True)
class Place:
    """A desa, with how its office writes it."""

    code: str
    name: str
    parent: str
    parent_name: str
    printed: str
    parent_printed: str


@cache
def places() -> tuple[Place, ...]:
    """400 invented desa in 25 kecamatan."""
    rng = random.Random(5)
    names = rng.sample(["".join(parts) for parts in product(_STARTS, _MIDDLES, _ENDS)], KECAMATAN * (DESA + 1))
    found = []
    for k in range(KECAMATAN):
        parent = names.pop()
        parent_printed = rng.choice(("{}", "Kec. {}", "KECAMATAN {}")).format(parent)
        for d in range(DESA):
            name = names.pop()
            printed = rng.choice(("{}", "Desa {}", "{} ")).format(name)
            printed = printed.upper() if rng.random() < 0.3 else printed
            code = f"99.01.{k + 1:02d}"
            found.append(Place(f"{code}.2{d + 1:03d}", name, code, parent, printed, parent_printed))
    return tuple(found)


@cache
def indicators(rows: int = ROWS) -> tuple[str, ...]:
    """As many things counted as it takes to fill the rows."""
    what = ("Penduduk", "Pekerja", "Murid", "Pasien", "Anggota koperasi", "Peserta jaminan", "Pencari kerja", "Petani")
    per = -(-rows // len(places()) // len(what))
    return tuple(f"{word} kelompok {n + 1}" for word in what for n in range(per))[: rows // len(places())]


@cache
def definition(rows: int = ROWS) -> DatasetDefinition:
    """What the office asked for."""
    plain = DatasetDefinition(
        id="bench", title="Data Terpilah Menurut Desa", title_en="", opd_code="9.99", chapter="1", unit="orang",
        indicators=tuple(Indicator(f"i{n:04d}", name, "orang") for n, name in enumerate(indicators(rows))), rules=(),
        areas="bench", area_level="desa", office_area="99.01", expected_areas=tuple(p.code for p in places()),
        category_label="Jenis Kelamin", categories=tuple(Category(code, name) for code, name in _CLASSES),
        header_words=("Kecamatan", "Desa", "Uraian", "Tahun"), dash=SymbolMeaning.ZERO,
    )  # fmt: skip
    return replace(plain, rules=standard_rules(plain))


def areas() -> AreaList:
    """The office's code list."""
    kecamatan = {p.parent: Area(p.parent, p.parent_name, "kecamatan", "99.01") for p in places()}
    desa = [Area(p.code, p.name, "desa", p.parent) for p in places()]
    return AreaList("99.01", (Area("99.01", "Kabupaten Contoh", "kabupaten"), *kecamatan.values(), *desa))


def dotted(number: int) -> str:
    """A figure the Indonesian way."""
    return f"{number:,}".replace(",", ".")


def write(path: Path, rows: int = ROWS) -> None:
    """The workbook, with a dash in every 97th text, a wrong total in every 9,973rd row and five negative figures."""
    rng = random.Random(11)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet(_SHEET)
    sheet.write_row(0, 0, ["Data Terpilah Menurut Desa di Kabupaten Contoh, 2023–2025"])
    sheet.write_row(1, 0, ["Dinas Kependudukan dan Pencatatan Sipil Kabupaten Contoh (data buatan)"])
    for j, name in enumerate(("Kecamatan", "Desa", "Uraian")):
        sheet.merge_range(3, j, 4, j, name)
    for k, year in enumerate(YEARS):
        sheet.merge_range(3, 3 + 3 * k, 3, 5 + 3 * k, int(year))
    for k in range(len(YEARS)):
        sheet.write_row(4, 3 + 3 * k, [*(name for _code, name in _CLASSES), "Jumlah"])
    n = _FIRST
    for place in places():
        for name in indicators(rows):
            cells: list[str | int] = [place.parent_printed, place.printed, name]
            for _year in YEARS:
                men, women = rng.randint(0, 40_000), rng.randint(0, 40_000)
                if n % 40_009 == 0:
                    men = -men
                women = 0 if n % 97 == 0 else women
                cells += [men, "-" if n % 97 == 0 else dotted(women), men + women + (n % 9_973 == 0)]
            sheet.write_row(n, 0, cells)
            n += 1
    book.close()


# ---------------------------------------------------------------- reading


def calamine_alone(path: str) -> list[list[Any]]:
    """The cells as Python lists: what every reader on python-calamine must do first."""
    cells: list[list[Any]] = CalamineWorkbook.from_path(path).get_sheet_by_name(_SHEET).to_python(skip_empty_area=False)
    return cells


def read(path: str) -> int:
    """To tidy observations with their cells, in the guarded child process, as an upload is."""
    return readings.tidy(reading.read_path(Path(path))).observations.num_rows


# ---------------------------------------------------------------- cleaning


def clean(path: str) -> tuple[bytes, Replay]:
    """Read, replay the definition's own recipe, run its checks, and make the bytes of a version."""
    tidy = readings.tidy(reading.read_path(Path(path)))
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    outcome = warehouse.replay(
        tidy, default_recipe(definition()), definition(), areas(), period=PERIOD, file_sha256=digest
    )
    return clean_store.parquet_bytes(outcome.table), outcome


_LONG = """
CREATE TEMP TABLE long AS
WITH body AS (SELECT * FROM cells WHERE c2 IS NOT NULL),
unpivoted AS (UNPIVOT body ON c3, c4, c5, c6, c7, c8, c9, c10, c11 INTO NAME place VALUE raw)
SELECT u.n, p.letter, p.period, p.category, trim(u.c0) AS kecamatan, trim(u.c1) AS desa, trim(u.c2) AS label, u.raw,
       CASE WHEN trim(u.raw) = '-' THEN 0.0
            WHEN regexp_full_match(trim(u.raw), '-?\\d+(\\.0)?') THEN u.raw::DOUBLE
            WHEN regexp_full_match(trim(u.raw), '-?\\d{1,3}(\\.\\d{3})+') THEN replace(u.raw, '.', '')::DOUBLE
       END AS value, trim(u.raw) = '-' AS dash
FROM unpivoted u JOIN place p USING (place)
"""
_OBS = """
CREATE TEMP TABLE obs AS
SELECT row_number() OVER (ORDER BY i.place, coalesce(c.place, 9999), a.place, l.n) AS obs_id,
       i.code AS indicator, l.category, a.code AS area_code, a.name AS area_name, l.period, l.value,
       CASE WHEN l.dash THEN 'nil_or_not_applicable' END AS flag, 'orang' AS unit,
       CASE WHEN l.category IS NULL THEN 'total' ELSE 'data' END AS kind, $file AS file_sha256, 'Data' AS sheet,
       l.letter || l.n AS cell, l.raw, '["by hand"]' AS steps
FROM long l JOIN indicator i ON i.label = l.label LEFT JOIN category c ON c.code = l.category
JOIN area a ON a.kecamatan = l.kecamatan AND a.desa = l.desa
WHERE l.period = '2025'
"""
_CHECKS = {
    "ganda": "SELECT 1 FROM obs GROUP BY indicator, category, area_code HAVING count(*) > 1",
    "wilayah-lengkap": "SELECT code FROM area WHERE code NOT IN (SELECT area_code FROM obs)",
    "indikator-lengkap": "SELECT code FROM indicator WHERE code NOT IN (SELECT indicator FROM obs)",
    "isian-kosong": """SELECT i.code, c.code, a.code FROM indicator i CROSS JOIN category c CROSS JOIN area a
        LEFT JOIN obs o ON o.indicator = i.code AND o.category = c.code AND o.area_code = a.code
        WHERE o.value IS NULL""",
    "tidak-negatif": "SELECT cell FROM obs WHERE value < 0",
    "bilangan-bulat": "SELECT cell FROM obs WHERE value <> floor(value)",
    "jumlah-kategori": """SELECT t.cell FROM obs t JOIN (
            SELECT indicator, area_code, sum(value) AS added, count(*) AS n, list(cell) AS cells FROM obs
            WHERE category IS NOT NULL GROUP BY ALL) p USING (indicator, area_code)
        WHERE t.category IS NULL AND t.value <> p.added""",
    "tahun-lain": "SELECT letter, count(*) FROM long WHERE period <> '2025' GROUP BY ALL",
}


def clean_by_hand(path: str) -> tuple[dict[str, int], tuple[int, float]]:
    """The same chain as one would write it for this very file, knowing its layout: calamine, Arrow, SQL, Parquet.

    Gives how many rows each check found, and the count and sum of what was written.
    """
    rows = calamine_alone(path)[_FIRST:]
    columns = list(zip(*rows, strict=True))
    texts = [pa.array([str(v) if v != "" else None for v in column], pa.string()) for column in columns]
    cells = pa.table(
        [pa.array(range(_FIRST + 1, _FIRST + 1 + len(rows)), pa.int64()), *texts],
        names=["n", *(f"c{k}" for k in range(len(columns)))],
    )
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    classes = [*(code for code, _name in _CLASSES), None]
    heads = [(f"c{3 + k}", "DEFGHIJKL"[k], YEARS[k // 3], classes[k % 3]) for k in range(9)]
    names = ["place", "letter", "period", "category"]
    lookups = {
        "cells": cells,
        "place": pa.table(list(map(list, zip(*heads, strict=True))), names=names),
        "indicator": pa.table(
            {
                "code": [i.code for i in definition().indicators],
                "label": [i.label for i in definition().indicators],
                "place": list(range(len(definition().indicators))),
            }
        ),
        "category": pa.table({"code": [code for code, _name in _CLASSES], "place": [0, 1]}),
        "area": pa.table(
            {
                "code": [p.code for p in places()],
                "name": [p.name for p in places()],
                "kecamatan": [p.parent_printed.strip() for p in places()],
                "desa": [p.printed.strip() for p in places()],
                "place": list(range(len(places()))),
            }
        ),
    }
    with duckdb.connect(":memory:", config={"threads": 2}) as con, tempfile.TemporaryDirectory() as folder:
        for name, table in lookups.items():
            con.register(name, table)
        con.execute(_LONG)
        con.execute(_OBS, {"file": digest})
        found = {name: len(con.execute(statement).fetchall()) for name, statement in _CHECKS.items()}
        out = Path(folder) / "data.parquet"
        con.execute(f"COPY (SELECT * FROM obs ORDER BY obs_id) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
        written = con.execute("SELECT count(*), sum(value) FROM obs").fetchone()
    assert written is not None
    return found, (int(written[0]), float(written[1]))


def agree(path: str) -> None:
    """Both chains must come to the same rows, the same sum and the same findings; else there is nothing to compare."""
    _body, outcome = clean(path)
    found, (count, total) = clean_by_hand(path)
    values = outcome.table.column("value").to_numpy()
    ours = {rule: sum(r == rule for r, _fact in outcome.facts) for rule in found if rule != "tahun-lain"}
    theirs = {rule: n for rule, n in found.items() if rule != "tahun-lain"}
    lost = [(u.reason, u.label, len(u.cells)) for u in outcome.unmapped[:8]]
    mine, hand = (outcome.table.num_rows, float(values.sum()), ours), (count, total, theirs)
    if mine != hand:
        raise AssertionError(f"the chains differ: {mine} / {hand}; without a place {lost}")
    if sorted(u.reason for u in outcome.unmapped) != ["other_period"] * found["tahun-lain"]:
        raise AssertionError(f"cells without a place: {lost}")


def main() -> list[tuple[Ratio, float]]:
    """Both ratios with their goals."""
    with tempfile.TemporaryDirectory(prefix="wbbench-") as folder:
        path = str(Path(folder) / "besar.xlsx")
        write(Path(path))
        agree(path)
        size = Path(path).stat().st_size / 2**20
        me = "tests.bench.workbook"
        own, child = peak_of(me, "read", path)
        alone, _none = peak_of(me, "calamine_alone", path)
        first = paired(
            f"workbook {ROWS:,} x 12 ({size:.0f} MB): read", lambda: read(path), "calamine alone",
            lambda: calamine_alone(path), warmup=False,
            note=f"peak {own:.0f} MB + child {child:.0f} MB, calamine {alone:.0f} MB",
        )  # fmt: skip
        own, child = peak_of(me, "clean", path)
        alone, _none = peak_of(me, "clean_by_hand", path)
        second = paired(
            f"workbook {ROWS:,} x 12: read and clean", lambda: clean(path), "calamine + SQL by hand",
            lambda: clean_by_hand(path), warmup=False,
            note=f"peak {own:.0f} MB + child {child:.0f} MB, by hand {alone:.0f} MB",
        )  # fmt: skip
    return [(first, READ_GOAL), (second, CLEAN_GOAL)]
