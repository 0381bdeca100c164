"""The baseline of ``tests.bench.csv``, as the script somebody writes who knows the file: DuckDB and its options.

It stands alone and imports nothing of ours, because it is timed as a process of its own: ours reads in a child process
too, and neither is spared its start.
"""

from __future__ import annotations

import os
import sys

import duckdb

YEARS = tuple(range(2017, 2026))
TEXTS = ("kecamatan", "kelurahan", "uraian")


def by_hand(path: str, out: str, dialect: str) -> None:
    """Its delimiter, its types, its separators."""
    options = "delim=','" if dialect == "plain" else "delim=';', decimal_separator=',', thousands='.'"
    options += ", nullstr='-'" if dialect == "dashes" else ""
    types = dict.fromkeys(TEXTS, "VARCHAR") | {str(year): "DOUBLE" for year in YEARS}
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as con:
        con.execute(
            f"""COPY (SELECT row_number() OVER () + 1 AS "row", * FROM read_csv('{path}', header=true, {options},
                columns={types!r}, auto_detect=false, quote='"', escape='"'))
                TO '{out}' (FORMAT parquet, COMPRESSION zstd)"""
        )


if __name__ == "__main__":
    os.nice(5)  # as the guarded process does, so that a busy machine slows both alike
    by_hand(*sys.argv[1:4])
