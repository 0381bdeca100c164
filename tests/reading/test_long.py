"""Long sheets take a faster way and must come to the same values; huge CSV files are streamed."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.reading.dressings import write_number
from workbench.domain.reading import long
from workbench.domain.reading.lattice import Lattice, LongHeads
from workbench.domain.reading.model import Flag
from workbench.domain.reading.reader import read_grids
from workbench.services.reading import read_path, read_to_parquet
from workbench.storage.sheets import bulk
from workbench.storage.sheets.load import load

ROWS = 6_000


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
