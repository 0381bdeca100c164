"""Long sheets take a faster way and must come to the same values; huge CSV files are streamed."""

from __future__ import annotations

import datetime as dt
import random
import re
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading.dressings import write_number
from workbench.domain.reading import literals, long, numbers, spelled
from workbench.domain.reading.grid import CellValue, Grid
from workbench.domain.reading.lattice import Lattice, LongHeads
from workbench.domain.reading.model import Flag
from workbench.domain.reading.reader import read_grids
from workbench.domain.reading.words import Words, columns_twice
from workbench.services.reading import read_path, read_to_parquet
from workbench.storage import readings
from workbench.storage.sheets import bulk, separators
from workbench.storage.sheets.load import load

ROWS = 6_000
_NUMBERS = st.from_regex(r"[0-9]{1,4}([.,][0-9]{1,4}){0,3}", fullmatch=True)


def write(path: Path, style: str, rows: int = ROWS) -> list[list[float | None]]:
    rng = random.Random(7)
    truth: list[list[float | None]] = []
    lines = ["No;Kecamatan;Kelurahan;2021;2022;Luas (Ha)"]
    for i in range(rows):
        values: list[float | None] = [
            rng.randint(1_000, 900_000),
            rng.randint(1_000, 900_000),
            round(rng.random() * 5_000, 2),
        ]
        if i % 97 == 5:
            values[1] = None
        truth.append(values)
        texts = ["-" if v is None else write_number(v, 2 if k == 2 else 0, style) for k, v in enumerate(values)]
        lines.append(f"{i + 1};Kecamatan {i % 40};Kelurahan {i};{';'.join(texts)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return truth


@pytest.mark.parametrize("style", ["id", "en", "plain"])
def test_long_and_short_ways_agree(style: str, tmp_path: Path) -> None:
    path = tmp_path / "panjang.csv"
    truth = write(path, style)
    reading = read_path(path)
    table = reading.tables[0].observations
    assert isinstance(table, Lattice) and isinstance(table.rows, LongHeads)
    assert len(table) == 3 * ROWS
    for i in (0, 5, 102, 3_000, ROWS - 1):
        for j in range(3):
            found = table.at(i, j)
            assert found.value == pytest.approx(truth[i][j]) if truth[i][j] is not None else found.value is None
            assert found.row == (f"Kecamatan {i % 40}", f"Kelurahan {i}")
    assert table.at(5, 1).flag is Flag.NIL_OR_NOT_APPLICABLE and table.at(5, 1).raw == "-"
    assert table.at(5, 1).cell == "E7"


def test_the_ordinary_way_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "panjang.csv"
    write(path, "id", 1_000)
    grids = list(load(path, path.name))
    ordinary = [(o.cell, o.value, o.flag, o.row, o.kind) for o in read_grids(grids, "a").tables[0].observations]
    monkeypatch.setattr(long, "FROM", 900)
    fast = read_grids(grids, "a").tables[0].observations
    assert isinstance(fast, Lattice) and isinstance(fast.rows, LongHeads)
    assert [(o.cell, o.value, o.flag, o.row, o.kind) for o in fast] == ordinary


def test_parquet_has_every_row_with_its_number(tmp_path: Path) -> None:
    path, out = tmp_path / "panjang.csv", tmp_path / "out.parquet"
    truth = write(path, "id")
    assert read_to_parquet(path, out)["rows"] == ROWS
    table = pq.read_table(out)
    assert table.column("row").to_pylist()[:2] == [2, 3]
    assert table.column("2022").to_pylist()[5] is None and table.column("raw 2022").to_pylist()[5] == "-"
    assert table.column("2021").to_pylist() == [row[0] for row in truth]


@pytest.mark.parametrize("style", ["id", "en", "plain"])
def test_streaming_reads_the_same_and_never_guesses(style: str, tmp_path: Path) -> None:
    path, out = tmp_path / "besar.csv", tmp_path / "out.parquet"
    truth = write(path, style)
    with path.open("a", encoding="utf-8") as file:
        file.write("6001;Kecamatan X;Kelurahan X;12,34.5;5;1\n")  # what the sample never showed
    assert bulk.stream(path, out)["rows"] == ROWS + 1
    table = pq.read_table(out)
    assert table.column("2021").to_pylist()[:-1] == [row[0] for row in truth]
    assert table.column("2022").to_pylist()[5] is None and table.column("raw 2022").to_pylist()[5] == "-"
    assert table.column("2021").to_pylist()[-1] is None and table.column("raw 2021").to_pylist()[-1] == "12,34.5"
    assert table.column("Luas (Ha)").to_pylist()[:-1] == pytest.approx([row[2] for row in truth])


@given(
    st.lists(st.one_of(_NUMBERS, st.text(max_size=8)), unique=True, max_size=40), st.sampled_from([None, True, False])
)
def test_many_numbers_at_once_are_what_each_is_alone(texts: list[str], counts: bool | None) -> None:
    found = spelled.take_apart(texts)
    alone = numbers.evidence_of(texts)
    evidence = found.evidence()
    assert evidence.shapes == alone.shapes and evidence.plain_small == alone.plain_small
    setting = numbers.Setting(counts=counts)
    scores = found.scores(evidence, setting)
    for shape, members in found.bare.items():
        certain = found.certain(shape, scores)
        for position, (number, text) in enumerate(members):
            literal = literals.literal(text)
            assert text == texts[number] and literal is not None and literal.shape is shape
            read = numbers.number(literal, evidence, setting, scores)
            assert (certain[position] if certain else None) == read.value
    assert [texts[n] for n, f in found.others.items() if f] == [
        t for n, t in enumerate(texts) if n in found.others and literals.literal(t)
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))))
def test_rows_that_say_the_same_twice(rows: list[tuple[str, str]]) -> None:
    columns = [Words.of([row[k] for row in rows]) for k in range(2)]
    assert [list(zip(*columns, strict=True))] == [rows]
    seen: dict[tuple[str, str], int] = {}
    expected = [(first, i) for i, row in enumerate(rows) if (first := seen.setdefault(row, i)) != i]
    assert columns_twice(columns) == expected


def test_a_code_without_its_word_is_refused() -> None:
    buffers: list[bytes] = []
    wire = Words.of(["a", "b"]).to_wire(buffers)
    assert list(Words.from_wire(wire, buffers)) == ["a", "b"]
    with pytest.raises(ValueError, match="code"):
        Words.from_wire({**wire, "words": ["a"]}, buffers)


def test_what_a_long_column_cannot_take_keeps_its_text() -> None:
    rows: list[list[CellValue]] = [["Desa", "Jumlah Penduduk", "Catatan Jumlah Murid", "Luas (Ha)"]]
    for i in range(ROWS):
        rows.append([f"Desa {i}", float(12_000 + i), float(i % 400), f"{i},5"])
    rows[4_000][1] = 12.345  # a thousand eaten by a spreadsheet
    rows[4_001][2] = rows[4_002][2] = 99_999.0  # a code for nothing
    for i in range(3_000, 4_500):
        rows[i][3] = "rusak"
    rows[4_500][3] = dt.date(2024, 1, 2)
    reading = read_grids([Grid("a", rows)], "a")
    table = reading.tables[0]
    cells = table.observations
    assert isinstance(cells, Lattice) and isinstance(cells.rows, LongHeads)
    assert (cells.at(3_999, 0).value, cells.at(3_999, 0).raw) == (None, "12.345")
    assert (cells.at(4_000, 1).flag, cells.at(4_000, 1).raw) == (Flag.NOT_AVAILABLE, "99999")
    assert (cells.at(4_499, 2).flag, cells.at(4_499, 2).raw) == (Flag.UNREADABLE, "2024-01-02")
    assert "1501 sel" in next(f.message for f in table.findings if f.code == "number_text")
    columns = readings.tidy(reading).observations
    assert columns.column("raw").to_pylist() == [o.raw for o in cells]
    assert columns.column("value").to_pylist() == [o.value for o in cells]


ODD = [
    "1.5",
    "12.34.5",
    "1.234,5.6",
    "5.",
    ".5",
    "5,",
    ",5",
    "1,5e3",
    "1.234e5",
    "1_000",
    "1234.567",
    "1,234.567",
    "nan",
]


@pytest.mark.parametrize("odd", [*ODD, "inf", "12.345,", "(5)", "5 jt", "0x1F"])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_mark_in_an_odd_place_is_never_taken_away(odd: str, quoted: bool, tmp_path: Path) -> None:
    path, out = tmp_path / "besar.csv", tmp_path / "out.parquet"
    lines = ["Kecamatan;Kelurahan;2021;2022;2023"]
    for i in range(4_000):
        lines.append(f"Kec. {i % 9}, no. 1.5;Desa {i};{i % 900 + 1}.{i % 700 + 100},5;{i % 800 + 1}.250;-")
    cell = f'"{odd}"' if quoted else odd
    lines[3_001] = f"Kec. X;-;{cell};1.250;-"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    bulk.stream(path, out)
    row = pq.read_table(out).slice(3_000, 1).to_pylist()[0]
    assert (row["row"], row["Kecamatan"], row["Kelurahan"]) == (3_002, "Kec. X", "-")
    assert (row["2021"], row["raw 2021"], row["2022"]) == (None, odd, 1_250)


@given(st.lists(st.sampled_from([*ODD, "1.234", "1.234.567,89", "12", "-3,5", "+1.000", "Kec. X", ""]), max_size=30))
def test_marks_in_odd_places_are_found_at_any_edge_of_a_block(cells: list[str]) -> None:
    good = re.compile(r"[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("".join(f"teks;{cell};9\n" for cell in cells), encoding="utf-8")
        found = separators.misplaced(path, ";", ".", ",")
    expected = any(not good.fullmatch(cell) for cell in cells if cell not in ("Kec. X", "", "nan"))
    assert found == ({1} if expected else set())
