"""A CSV too large to hold in memory, streamed to Parquet, against DuckDB's own reading with the right options by hand.

``WORKBENCH_BENCH_SCALE`` is the size in GB (default 0.25; 1 is the size the goal speaks of). Three dialects: plain
decimals with commas between the columns, Indonesian figures with semicolons, and these with a dash where there is none.
Both sides run in a process of their own, started anew each time, in turn: the start is paid by both or the ratio of a
small file would say more about it than about reading.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from tests.bench import csv_by_hand
from tests.bench.csv_by_hand import YEARS
from tests.bench.machine import peak_of
from tests.bench.pairing import Ratio, paired
from workbench.services import reading

GOAL = 1.3
SCALE = float(os.environ.get("WORKBENCH_BENCH_SCALE", "0.25"))
_PLAIN = "CASE WHEN random() < 0.01 THEN '' ELSE printf('%.2f', random() * 90000) END"


def write(path: Path, dialect: str, size: float = SCALE) -> int:
    """A file of about ``size`` GB; gives its rows."""
    figure, delimiter, bytes_a_row = (_PLAIN, ",", 118) if dialect == "plain" else (_format(), ";", 126)
    figure = f"CASE WHEN random() < 0.01 THEN '-' ELSE {figure} END" if dialect == "dashes" else figure
    rows = int(size * 1e9 / bytes_a_row)
    columns = ", ".join(f'{figure} AS "{year}"' for year in YEARS)
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("SELECT setseed(0.5)")
        con.execute(
            f"""COPY (SELECT 'Kecamatan ' || (r % 25) AS kecamatan, 'Kelurahan ' || (r % 400) AS kelurahan,
                'Uraian nomor ' || (r // 400) AS uraian, {columns} FROM range({rows}) t(r))
                TO '{path}' (FORMAT csv, HEADER true, DELIMITER '{delimiter}')"""
        )
    return rows


def _format() -> str:
    """A figure such as 12.345,67."""
    return "replace(replace(replace(format('{:,.2f}', random() * 90000), ',', '#'), '.', ','), '#', '.')"


def ours(path: str, out: str) -> dict[str, object]:
    """As an upload is read: layout found from a sample, streamed in the guarded child process."""
    return reading.read_to_parquet(Path(path), Path(out))


def by_hand(path: str, out: str, dialect: str) -> None:
    """What one would write who knows the file, as a process of its own: ours starts one as well."""
    subprocess.run([sys.executable, "-I", csv_by_hand.__file__, path, out, dialect], check=True)


def one(dialect: str, folder: str) -> Ratio:
    """The ratio of one dialect."""
    path, mine, theirs = (str(Path(folder) / name) for name in (f"{dialect}.csv", "ours.parquet", "hand.parquet"))
    rows = write(Path(path), dialect)
    size = Path(path).stat().st_size / 1e9
    _own, child = peak_of("tests.bench.csv", "ours", path, mine)
    alone, _none = peak_of("tests.bench.csv_by_hand", "by_hand", path, theirs, dialect)
    _agree(mine, theirs, rows)
    found = paired(
        f"csv {size:.2f} GB, {dialect}: to Parquet", lambda: ours(path, mine), "DuckDB with options by hand",
        lambda: by_hand(path, theirs, dialect), warmup=False, note=f"peak {child:.0f} MB, by hand {alone:.0f} MB",
    )  # fmt: skip
    for name in (path, mine, theirs):
        Path(name).unlink()
    return found


def _agree(mine: str, theirs: str, rows: int) -> None:
    sums = []
    for name in (mine, theirs):
        if pq.read_metadata(name).num_rows != rows:
            raise AssertionError(f"{name}: {pq.read_metadata(name).num_rows} rows, not {rows}")
        with duckdb.connect() as con:
            figures = ", ".join(f'count("{year}"), round(sum("{year}"))' for year in YEARS)
            sums.append(con.execute(f"SELECT {figures} FROM '{name}'").fetchone())
    if sums[0] != sums[1]:
        raise AssertionError(f"the figures differ: {sums}")


def main() -> list[tuple[Ratio, float]]:
    """Both dialects with the goal."""
    with tempfile.TemporaryDirectory(prefix="wbbench-") as folder:
        return [(one(dialect, folder), GOAL) for dialect in ("plain", "indonesian", "dashes")]
