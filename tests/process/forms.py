"""Readings made by hand, as the reader would hand them over, so that these tests do not hang on it."""

from __future__ import annotations

from workbench.domain.reading.model import Flag, Kind, Observation, Reading, TableReading

AREAS = ("Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjarsari")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SYMBOLS = {"-": Flag.NIL_OR_NOT_APPLICABLE, "…": Flag.NOT_AVAILABLE, "": Flag.BLANK, "NA": Flag.SUPPRESSED}


def value_of(raw):
    """(value, flag) of a printed cell."""
    if raw in SYMBOLS:
        return None, SYMBOLS[raw]
    return float(raw.replace(".", "").replace(",", ".")), None


def table(rows, columns, cells, *, title="", sheet="Data", unit=None, first_row=6):
    """A table from row labels, column paths and printed texts (one list per row)."""
    found = []
    for r, (row, texts) in enumerate(zip(rows, cells, strict=True)):
        for c, (column, raw) in enumerate(zip(columns, texts, strict=True)):
            path = row if isinstance(row, tuple) else (row,)
            head = column if isinstance(column, tuple) else (column,)
            value, flag = value_of(raw)
            total = any("jumlah" in label.lower() for label in (*path, *head))
            found.append(
                Observation(
                    row=path, column=head, value=value, flag=flag, raw=raw, cell=f"{_LETTERS[c + 1]}{first_row + r}",
                    kind=Kind.TOTAL if total else Kind.DATA,
                )
            )  # fmt: skip
    return TableReading(sheet, title, unit, None, (), tuple(found), ())


def reading(*tables, file="isian.xlsx"):
    """A reading of these tables."""
    return Reading(file, tuple(tables))


def people(*, year="2025", rows=(*AREAS, "Jumlah/Total"), columns=None, cells=None, sheet="Data"):
    """The form of penduduk-jenis-kelamin, in order unless something is changed."""
    columns = columns or (
        ("Jenis Kelamin/Sex", "Laki-laki/Male"),
        ("Jenis Kelamin/Sex", "Perempuan/Female"),
        ("Jenis Kelamin/Sex", "Jumlah/Total"),
    )
    if cells is None:
        parts = [(44_100 + 10 * n, 45_300 + 7 * n) for n in range(5)]
        parts.append((sum(a for a, _ in parts), sum(b for _, b in parts)))
        cells = [[dotted(a), dotted(b), dotted(a + b)] for a, b in parts]
    title = f"Jumlah Penduduk Menurut Kecamatan dan Jenis Kelamin di Kota Surakarta, {year}"
    return reading(table(rows[: len(cells)], columns, cells, title=title, sheet=sheet, unit="orang"))


def dotted(number):
    """A figure the Indonesian way."""
    return f"{number:,}".replace(",", ".")
