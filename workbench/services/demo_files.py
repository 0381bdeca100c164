"""Workbooks as agencies send them, made up: the demo office's forms for a few years, marked *data contoh*.

Figures follow from the dataset, the year and nothing else (seeded), so every demo and test meets the same files. The
shapes are those seen in real submissions: title rows, merged bilingual headers over two rows, a row of column
numbers, figures typed as Indonesian text, dashes and dots, kecamatan written in several ways, totals and a source line.
"""

from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from workbench.domain.datasets import DatasetDefinition, Indicator
from workbench.domain.errors import NotFound
from workbench.i18n import _
from workbench.storage import datasets

YEARS = ("2023", "2024", "2025")
MARK = "DATA CONTOH - bukan angka resmi"
# The first version of this file has totals that do not add up; the second one is mended.
FLAWED = ("tenaga-kesehatan", "2025")
# What a person confirms once: names too far from the code list to be taken without asking.
SPELLINGS: Mapping[str, Mapping[str, str]] = {"populasi-ternak": {"Kec. Banjasari": "33.72.05"}}
_CREATED = datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001  a workbook's property has no zone


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One made-up submission."""

    dataset_id: str
    period: str
    name: str
    content: bytes
    flawed: bool = False


@dataclass(frozen=True, slots=True)
class _Shape:
    """How an agency lays out its form."""

    file: str
    sheet: str
    rows: tuple[str, ...]
    levels: Mapping[str, tuple[int, int]]
    as_text: frozenset[str] = frozenset()
    empty: str = "-"
    numbered: bool = True
    note: str = ""


_PLAIN = ("Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjarsari")
_SHAPES: Mapping[str, _Shape] = {
    "penduduk-jenis-kelamin": _Shape(
        "Data Penduduk Smt II {year}.xlsx", "Penduduk",
        ("Laweyan", "Serengan", "Kec. Pasar Kliwon", "Jebres", "BANJARSARI"),
        {"jumlah_penduduk": (88_000, 118_000)}, frozenset({"jumlah_penduduk.P"}),
    ),
    "kelahiran-kematian": _Shape(
        "kelahiran_kematian_{year}_FINAL.xlsx", "Sheet1", tuple(f"Kecamatan {a}" for a in _PLAIN),
        {"kelahiran": (1_150, 1_500), "kematian": (760, 980)},
    ),
    "fasilitas-kesehatan": _Shape(
        "Faskes {year} (rev).xlsx", "Faskes", tuple(a.upper() for a in _PLAIN),
        {"rumah_sakit": (0, 5), "puskesmas": (2, 5), "puskesmas_pembantu": (3, 8), "klinik": (6, 18),
         "apotek": (14, 55), "posyandu": (70, 160)},
    ),
    "tenaga-kesehatan": _Shape(
        "Nakes per kecamatan {year}.xlsx", "Nakes", tuple(f"Kec. {a}" for a in _PLAIN),
        {"dokter": (40, 260), "dokter_gigi": (8, 50), "perawat": (150, 1_400), "bidan": (30, 180),
         "tenaga_kefarmasian": (25, 240)}, frozenset({"perawat"}),
    ),
    "sekolah-sd": _Shape(
        "Rekap SD {year}.xlsx", "SD", _PLAIN,
        {"sekolah": (9, 40), "murid": (2_300, 9_800), "guru": (150, 560)}, frozenset({"murid.N", "murid.S"}),
        numbered=False,
    ),
    "sekolah-smp": _Shape(
        "Rekap SMP {year}.xlsx", "SMP", _PLAIN,
        {"sekolah": (3, 12), "murid": (1_400, 6_400), "guru": (90, 380)}, numbered=False,
    ),
    "populasi-ternak": _Shape(
        "POPULASI TERNAK {year}.xlsx", "Ternak",
        ("Kec. Laweyan", "Kec. Serengan", "Kec. Ps. Kliwon", "Kec. Jebres", "Kec. Banjasari"),
        {"sapi_potong": (0, 190), "kambing": (120, 900), "domba": (80, 640), "ayam_buras": (1_900, 9_800),
         "ayam_ras": (900, 12_000), "itik": (200, 1_500)}, frozenset({"ayam_buras", "ayam_ras"}), empty="…",
    ),
    "panen-padi": _Shape(
        "Padi {year}.xlsx", "Padi", _PLAIN, {"luas_panen": (0, 40), "produksi": (0, 0)},
        frozenset({"luas_panen", "produksi"}),
        note="Perbedaan angka di belakang koma disebabkan oleh pembulatan",
    ),
}  # fmt: skip

_SIZES = (0.85, 0.46, 0.75, 1.33, 1.61)
"""How the five kecamatan compare in size, so that invented figures look like a city's and not like noise."""

Cells = dict[tuple[str, str, int], float | None]


def _shares(definition: DatasetDefinition, rng: random.Random) -> dict[str, float]:
    """How a figure divides over the categories: men and women nearly evenly, other divisions less so."""
    codes = [category.code for category in definition.categories]
    if not codes:
        return {"": 1.0}
    spread = 0.02 if set(codes) == {"L", "P"} else 0.35
    weights = [rng.uniform(1 - spread, 1 + spread) for _code in codes]
    return {code: weight / sum(weights) for code, weight in zip(codes, weights, strict=True)}


def _figures(definition: DatasetDefinition, year: str) -> Cells:
    """(indicator, category, row) to figure: larger kecamatan have more, the sexes are nearly even, years drift."""
    shape = _SHAPES[definition.id]
    found: Cells = {}
    for indicator in definition.indicators:
        if indicator.code not in shape.levels:
            continue
        middle = sum(shape.levels[indicator.code]) / 2
        for row, size in enumerate(_SIZES):
            rng = random.Random(f"{definition.id}/{indicator.code}/{row}")
            start = middle * size * rng.uniform(0.88, 1.12)
            shares = _shares(definition, rng)
            for _year in range(int(year) - 2022):
                start *= 1 + rng.uniform(-0.015, 0.03)
            for category, share in shares.items():
                found[indicator.code, category, row] = round(start * share, indicator.decimals)
    if definition.id == "panen-padi":
        _paddy(found, year)
    if definition.id == "populasi-ternak":
        found["sapi_potong", "", 1] = None  # not counted there: dots, not zero
    return found


def _paddy(found: Cells, year: str) -> None:
    """Only two kecamatan still have fields; yields lie near six tonnes a hectare."""
    for row in range(5):
        area = found["luas_panen", "", row] or 0.0
        grows = row in (0, 4)
        yields = random.Random(f"hasil/{year}/{row}").uniform(5.6, 6.4)
        found["luas_panen", "", row] = round(8 + area, 1) if grows else 0.0
        found["produksi", "", row] = round((8 + area) * yields, 2) if grows else 0.0


@dataclass(frozen=True, slots=True)
class _Column:
    """A leaf column of the form: which figures it shows, and its two header lines."""

    indicator: Indicator
    category: str
    top: str
    bottom: str
    total: bool = False


def _columns(definition: DatasetDefinition) -> list[_Column]:
    columns = []
    for indicator in definition.indicators:
        whole = f"{indicator.label}/{indicator.label_en}"
        if not definition.categories:
            total = indicator.code not in _SHAPES[definition.id].levels
            columns.append(_Column(indicator, "", "Jumlah/Total" if total else whole, "", total))
            continue
        top = whole if len(definition.indicators) > 1 else f"{definition.category_label}/Sex"
        for category in definition.categories:
            columns.append(_Column(indicator, category.code, top, f"{category.label}/{category.label_en}"))
        columns.append(_Column(indicator, "", top, "Jumlah/Total", total=True))
    return columns


def _column_figures(columns: Sequence[_Column], figures: Cells, rows: int) -> list[list[float | None]]:
    """Per column: one figure per kecamatan and the city's at the end. Missing parts leave the total as counted."""
    table = []
    for column in columns:
        values: list[float | None] = []
        for row in range(rows):
            if not column.total:
                values.append(figures[column.indicator.code, column.category, row])
            else:
                same = [
                    value
                    for (code, category, at), value in figures.items()
                    if at == row and (code == column.indicator.code or (not category and not column.bottom))
                ]
                values.append(round(sum(v or 0.0 for v in same), column.indicator.decimals))
        known = [v for v in values if v is not None]
        table.append([*values, round(sum(known), column.indicator.decimals)])
    return table


def _printed(value: float | None, decimals: int, empty: str, *, text: bool) -> str | float:
    """What stands in the cell: a number, or the text an operator typed."""
    if value is None:
        return empty
    if value == 0:
        return "-"
    if not text:
        return value
    return f"{value:,.{decimals}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def workbook(dataset_id: str, year: str, *, flawed: bool = False) -> DemoFile:
    """One agency's workbook for one dataset and year; ``flawed`` has totals that do not add up."""
    definition = datasets.get(dataset_id)
    if dataset_id not in _SHAPES:
        raise NotFound(_("Dataset {id} tidak punya berkas contoh.").format(id=dataset_id))
    shape = _SHAPES[dataset_id]
    columns = _columns(definition)
    figures = _column_figures(columns, _figures(definition, year), len(shape.rows))
    if flawed:
        spoiled = next((n for n, c in enumerate(columns) if c.indicator.code == "perawat"), 0)
        figures[spoiled][-1] = (figures[spoiled][-1] or 0.0) + 90  # two digits changed places in the total
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    book.set_properties({"title": definition.title, "comments": MARK, "created": _CREATED})
    _write_sheet(book, definition, shape, columns, figures, year)
    book.close()
    name = shape.file.format(year=year)
    return DemoFile(dataset_id, year, name, body.getvalue(), flawed)


def _write_sheet(
    book: xlsxwriter.Workbook,
    definition: DatasetDefinition,
    shape: _Shape,
    columns: Sequence[_Column],
    figures: Sequence[Sequence[float | None]],
    year: str,
) -> None:
    sheet = book.add_worksheet(shape.sheet)
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
    italic = book.add_format({"italic": True, "font_color": "#AA0000"})
    two_rows = bool(definition.categories)
    first = 1 if shape.numbered else 0
    sheet.write(0, 0, MARK, italic)
    sheet.write(1, 0, f"{definition.title} di Kota Surakarta, {year}", bold)
    sheet.write(2, 0, f"{definition.title_en} in Surakarta Municipality, {year}")
    top = 4
    if shape.numbered:
        _head(sheet, top, 0, "No", head, down=two_rows)
    _head(sheet, top, first, "Kecamatan/Subdistrict", head, down=two_rows)
    for number, column in enumerate(columns):
        at = first + 1 + number
        if not two_rows:
            sheet.write(top, at, column.top, head)
            continue
        sheet.write(top + 1, at, column.bottom, head)
        same = [n for n, c in enumerate(columns) if c.top == column.top]
        if number == same[0]:
            sheet.merge_range(top, at, top, first + 1 + same[-1], column.top, head)
    row = top + (2 if two_rows else 1)
    for number in range(first + 1 + len(columns)):
        sheet.write(row, number, f"({number + 1})", head)
    for place, name in enumerate([*shape.rows, "Jumlah/Total"]):
        row += 1
        if shape.numbered and place < len(shape.rows):
            sheet.write(row, 0, place + 1)
        sheet.write(row, first, name)
        for number, column in enumerate(columns):
            key = f"{column.indicator.code}.{column.category}" if column.category else column.indicator.code
            text = key in shape.as_text and not (column.total and definition.categories)
            sheet.write(
                row,
                first + 1 + number,
                _printed(figures[number][place], column.indicator.decimals, shape.empty, text=text),
            )
    if shape.note:
        row += 1
        sheet.write(row, 0, f"Catatan/Note: {shape.note}")
    sheet.write(row + 1, 0, f"Sumber/Source: {definition.source} Kota Surakarta")
    sheet.set_column(first, first, 24)
    sheet.set_column(first + 1, first + len(columns), 14)


def _head(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, text: str, form: object, *, down: bool) -> None:
    if down:
        sheet.merge_range(row, column, row + 1, column, text, form)
    else:
        sheet.write(row, column, text, form)


def files(years: Sequence[str] = YEARS) -> list[DemoFile]:
    """All forms of the demo office for these years, in the order of the data list; the flawed one comes before its
    mended second version."""
    found = []
    for year in years:
        for definition in datasets.all_datasets():
            if definition.id not in _SHAPES:
                continue
            if (definition.id, year) == FLAWED:
                found.append(workbook(definition.id, year, flawed=True))
            found.append(workbook(definition.id, year))
    return found
