"""One known table in many dressings: layouts, separators, languages, merged headers, notes; in six formats.

`dress(seed)` gives a sheet as a person might have typed it, with the truth beside it. The writers keep what the
format can keep: a workbook has typed numbers and merges, a CSV has texts only.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from pathlib import Path

AREAS = [
    "Laweyan",
    "Serengan",
    "Pasar Kliwon",
    "Jebres",
    "Banjarsari",
    "Gondang",
    "Masaran",
    "Plupuh",
    "Sambirejo",
    "Kedawung",
]
SUBJECTS = [
    ("Jumlah Penduduk", "Population", "Jiwa", 0),
    ("Jumlah Ternak Sapi", "Cattle Population", "Ekor", 0),
    ("Luas Panen Padi", "Harvested Area of Paddy", "Ha", 2),
    ("Produksi Jagung", "Maize Production", "Ton", 1),
    ("Banyaknya Sekolah", "Number of Schools", "Unit", 0),
    ("Realisasi Pendapatan", "Realized Revenue", "Juta Rp", 2),
]
GROUPS = [("Laki-laki", "Male"), ("Perempuan", "Female")]
STATUS = [("Negeri", "Public"), ("Swasta", "Private")]


@dataclass
class Dressed:
    """A sheet with its truth: for each value cell (row, column) the number printed there, None for a symbol."""

    cells: list[list[object]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    truth: dict[tuple[int, int], float | None] = field(default_factory=dict)
    labels: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)  # row word, column word
    totals: set[tuple[int, int]] = field(default_factory=set)
    percent: set[tuple[int, int]] = field(default_factory=set)
    ragged: bool = False
    seed: int = 0

    def put(self, row: int, column: int, value: object) -> None:
        while len(self.cells) <= row:
            self.cells.append([])
        line = self.cells[row]
        while len(line) <= column:
            line.append(None)
        line[column] = value

    def square(self) -> list[list[object]]:
        width = max(map(len, self.cells), default=0)
        return [[*line, *([None] * (width - len(line)))] for line in self.cells]


def write_number(value: float, decimals: int, style: str) -> str:
    """A number as text in one of the habits seen in real files."""
    english = f"{value:,.{decimals}f}"
    if style == "id":
        return english.translate(str.maketrans(",.", ".,"))
    if style == "en":
        return english
    if style == "space":
        return english.replace(",", " ").replace(".", ",")
    if style == "plain":
        return f"{value:.{decimals}f}"
    if style == "padded":
        return f"  {english.replace(',', ' ')}  " if not decimals else f" {value:.{decimals}f} "
    raise ValueError(style)


def continue_table(sheet: Dressed, row: int, header: int, body: int, left: int) -> int:
    """`Lanjutan Tabel`, then the header once more, from ``row`` on; returns the row after it."""
    row += 1
    sheet.put(row, left, "Lanjutan Tabel/Continued Table")
    row += 1
    for merge in [m for m in sheet.merges if header <= m[0] < body]:
        sheet.merges.append((merge[0] - header + row, merge[1], merge[2] - header + row, merge[3]))
    for line in range(header, body):
        for column, value in enumerate(sheet.cells[line]):
            if value is not None:
                sheet.put(row, column, value)
        row += 1
    return row


def dress(seed: int) -> Dressed:
    """A random dressing. Text numbers are written in one habit for the whole sheet, as people do."""
    rng = random.Random(seed)
    sheet = Dressed(seed=seed)
    subject, english, unit, decimals = rng.choice(SUBJECTS)
    areas = rng.sample(AREAS, rng.randint(4, len(AREAS)))
    bilingual = rng.random() < 0.35
    layout = rng.choice(["years", "groups", "years_groups", "groups", "years"])
    style = rng.choice(["id", "en", "space", "plain", "padded"])
    as_text = rng.random() < 0.5
    top, left = rng.choice([0, 0, 1, 2]), rng.choice([0, 0, 0, 1])
    size = rng.choice([400, 9_000, 250_000])
    first_year = rng.randint(2010, 2022)
    years = list(range(first_year, first_year + rng.randint(2, 5)))
    if rng.random() < 0.15:
        years.reverse()
    row = top
    # an own source for the habits added later, so that the older dressings keep their shape
    habits = random.Random(seed * 7919 + 1)
    unseen = random.Random(seed * 104729 + 7)
    if habits.random() < 0.2:
        for line in ("PEMERINTAH KOTA SURAKARTA", "DINAS TERKAIT", "Jl. Jend. Sudirman No. 2 Telp. (0271) 639554"):
            sheet.put(row, left, line)
            row += 1
        row += habits.choice([1, 2])

    def words(pair: tuple[str, str]) -> str:
        return (f"{pair[0]}{rng.choice(['/', ' / ', chr(10)])}{pair[1]}") if bilingual else pair[0]

    if rng.random() < 0.75:
        title = (
            f"{subject} Menurut Kecamatan, {years[0]}"
            if rng.random() < 0.5
            else f"Tabel 3.1.{rng.randint(1, 9)} {subject} per Kecamatan Tahun {years[0]}"
        )
        if rng.random() < 0.5:
            title += f" ({unit})"
        if unseen.random() < 0.12:  # its number in a cell of its own
            sheet.put(row, left, "Tabel 3.1.2")
            sheet.put(row, left + 1, title)
        else:
            sheet.put(row, left, title)
        row += 1
        if bilingual:
            sheet.put(row, left, f"{english} by Subdistrict, {years[0]}")
            row += 1
        if habits.random() < 0.15:
            sheet.put(row, left, habits.choice([f"Satuan: {unit}", f"(Dalam {unit})", f"({unit})"]))
            row += 1
        row += rng.choice([0, 1, 1, 2])
    if unseen.random() < 0.12:  # the facts of a form, each in two cells
        for name, fact in (("KABUPATEN/KOTA", "SURAKARTA"), ("TAHUN", years[0]))[: unseen.randint(1, 2)]:
            sheet.put(row, left, name)
            sheet.put(row, left + 1, fact)
            row += 1
        row += unseen.randint(0, 1)
    numbered = rng.random() < 0.3
    label_column = left + (1 if numbered else 0)
    first = label_column + 1
    stub = words(("Kecamatan", "Subdistrict"))
    group_names = [words(g) for g in (GROUPS if unit == "Jiwa" else STATUS)]
    total_name = words(("Jumlah", "Total"))
    header = row
    leaves: list[tuple[str, str]] = []  # (word to look for, kind)
    if layout == "years":
        depth = 1
        if rng.random() < 0.4:
            depth = 2
            sheet.put(header, first, f"{subject} ({unit})")
            if len(years) > 1:
                sheet.merges.append((header, first, header, first + len(years) - 1))
        for k, year in enumerate(years):
            shown: object = (
                f"{year}*"
                if k == len(years) - 1 and rng.random() < 0.3
                else (str(year) if rng.random() < 0.5 else year)
            )
            sheet.put(header + depth - 1, first + k, shown)
            leaves.append((str(year), "data"))
    elif layout == "groups":
        depth = 1
        if rng.random() < 0.4:
            depth = 2
            sheet.put(header, first, words(("Jenis", "Kind")))
            sheet.merges.append((header, first, header, first + 2))
        for k, name in enumerate([*group_names, total_name]):
            sheet.put(header + depth - 1, first + k, name)
            leaves.append((name.split("/")[0].split("\n")[0].strip(), "total" if k == 2 else "data"))
    else:
        depth = 2
        for k, year in enumerate(years):
            sheet.put(header, first + 3 * k, year)
            sheet.merges.append((header, first + 3 * k, header, first + 3 * k + 2))
            for m, name in enumerate([*group_names, total_name]):
                sheet.put(header + 1, first + 3 * k + m, name)
                leaves.append((str(year), "total" if m == 2 else "data"))
    sheet.put(header, label_column, stub)
    if depth > 1:
        sheet.merges.append((header, label_column, header + depth - 1, label_column))
    if numbered:
        sheet.put(header, left, "No")
        if depth > 1:
            sheet.merges.append((header, left, header + depth - 1, left))
    row = header + depth
    if rng.random() < 0.3:
        for k in range(len(leaves) + (2 if numbered else 1)):
            sheet.put(row, left + k, f"({k + 1})")
        row += 1
    body = row
    symbols = rng.choice([["-"], ["…", "-"], ["..."], ["NA"], ["-", "–"]])
    sums = [0.0] * len(leaves)
    prefix = rng.choice(["", "", "Kec. ", "Kecamatan "])
    spread = rng.random() < 0.3
    mixed = habits.random() < 0.25

    def show(value: float | None, r: int, c: int) -> None:
        sheet.truth[(r, c)] = value
        if value is None:
            sheet.put(r, c, rng.choice(symbols))
        elif as_text:
            sheet.put(r, c, write_number(value, decimals, style))
        else:
            sheet.put(r, c, value if decimals else int(value))

    continued = unseen.randint(2, len(areas) - 2) if unseen.random() < 0.15 else 0
    breathing = unseen.random() < 0.15
    for position, area in enumerate(areas):
        if continued and position == continued:
            row = continue_table(sheet, row, header, body, left)
        elif breathing and position and position % 5 == 0:
            row += 1  # a blank row after each five, for the eye
        name = prefix + (area.upper() if spread else area)
        if mixed:  # peers by several hands: Jebres, Kec. Laweyan, BANJARSARI
            name = habits.choice(["", "", "Kec. ", "Kecamatan ", "KEC "]) + habits.choice([area, area.upper()])
        sheet.put(row, label_column, name)
        if numbered:
            sheet.put(row, left, position + 1)
        pair = 0.0
        for k, (word, kind) in enumerate(leaves):
            value: float | None = round(rng.lognormvariate(0, 0.6) * size, decimals)
            if kind == "total":
                value = round(pair, decimals)
                pair = 0.0
            elif rng.random() < 0.06:
                value = None
            if value is not None:
                if kind != "total":
                    pair += value
                sums[k] += value
            show(value, row, first + k)
            sheet.labels[(row, first + k)] = (area.upper() if spread else area, word)
            if kind == "total":
                sheet.totals.add((row, first + k))
        row += 1
    if rng.random() < 0.6:
        name = rng.choice([words(("Jumlah", "Total")), "TOTAL", "Kota Surakarta", "Jumlah/Total", "J u m l a h"])
        where = left if numbered and rng.random() < 0.5 else label_column
        sheet.put(row, where, name)
        for k, (word, _kind) in enumerate(leaves):
            show(round(sums[k], decimals), row, first + k)
            sheet.labels[(row, first + k)] = (name.split("/")[0].split("\n")[0], word)
            sheet.totals.add((row, first + k))
        row += 1
        if layout == "groups" and unseen.random() < 0.2:  # the totals of years before, below this year's
            for back in range(unseen.randint(1, 2)):
                sheet.put(row, label_column, str(first_year - 1 - back))
                for k, (word, _kind) in enumerate(leaves):
                    show(round(sums[k] * 0.97, decimals), row, first + k)
                    sheet.labels[(row, first + k)] = (str(first_year - 1 - back), word)
                    sheet.totals.add((row, first + k))
                row += 1
    if rng.random() < 0.7:
        row += rng.choice([0, 0, 1])
        sheet.put(
            row,
            left,
            rng.choice(["Sumber: Dinas Terkait", "Sumber/Source : BPS Kota Surakarta", "Catatan: *) angka sementara"]),
        )
        row += 1
        if rng.random() < 0.4:
            sheet.put(row, left, "Keterangan: data s.d. 31 Desember 2023, dicetak ulang 2024")
    if habits.random() < 0.2:
        row += habits.choice([1, 2])
        for line in (
            "Surakarta, 5 Januari 2026",
            "Kepala Dinas,",
            None,
            "Drs. SUGENG, M.Si",
            "NIP. 19660102 198603 1 010",
        ):
            if line:
                sheet.put(row, first, line)
            row += 1
    assert body <= row
    return sheet


def write_csv(sheet: Dressed, path: Path, rng: random.Random) -> None:
    delimiter = rng.choice([",", ";", "\t"])
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["" if v is None else v for v in line] for line in sheet.square()])
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16"])
    path.write_bytes(out.getvalue().encode(encoding))


def write_xlsx(sheet: Dressed, path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    page = book.add_worksheet("Tabel")
    for r, line in enumerate(sheet.square()):
        for c, value in enumerate(line):
            if value is not None:
                page.write(r, c, value)
    for r1, c1, r2, c2 in sheet.merges:
        page.merge_range(r1, c1, r2, c2, sheet.square()[r1][c1])
    book.close()


def write_xls(sheet: Dressed, path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("Tabel", cell_overwrite_ok=True)
    for r, line in enumerate(sheet.square()):
        for c, value in enumerate(line):
            if value is not None:
                page.write(r, c, value)
    for r1, c1, r2, c2 in sheet.merges:
        page.merge(r1, r2, c1, c2)
    book.save(str(path))


def write_ods(sheet: Dressed, path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="Tabel")
    spans = {(r1, c1): (r2 - r1 + 1, c2 - c1 + 1) for r1, c1, r2, c2 in sheet.merges}
    covered = {(r, c) for r1, c1, r2, c2 in sheet.merges for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)} - set(
        spans
    )
    for r, line in enumerate(sheet.square()):
        row = TableRow()
        for c, value in enumerate(line):
            if (r, c) in covered:
                row.addElement(CoveredTableCell())
                continue
            options: dict[str, object] = {}
            if (r, c) in spans:
                options = {"numberrowsspanned": spans[(r, c)][0], "numbercolumnsspanned": spans[(r, c)][1]}
            if isinstance(value, int | float):
                cell = TableCell(valuetype="float", value=value, **options)
                cell.addElement(P(text=str(value)))
            elif value is None:
                cell = TableCell(**options)
            else:
                cell = TableCell(valuetype="string", **options)
                cell.addElement(P(text=str(value).replace("\n", " ")))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(path))


def write_html(sheet: Dressed, path: Path) -> None:
    from html import escape

    spans = {(r1, c1): (r2 - r1 + 1, c2 - c1 + 1) for r1, c1, r2, c2 in sheet.merges}
    covered = {(r, c) for r1, c1, r2, c2 in sheet.merges for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)} - set(
        spans
    )
    lines = ["<html><head><meta charset='utf-8'></head><body><table border=1>"]
    for r, line in enumerate(sheet.square()):
        lines.append("<tr>")
        for c, value in enumerate(line):
            if (r, c) in covered:
                continue
            down, right = spans.get((r, c), (1, 1))
            text = "" if value is None else escape(str(value)).replace("\n", "<br>")
            lines.append(f"<td rowspan={down} colspan={right}>{text}</td>")
        lines.append("</tr>")
    lines.append("</table></body></html>")
    path.write_text("".join(lines), encoding="utf-8")


def write_xml(sheet: Dressed, path: Path) -> None:
    """XML Spreadsheet 2003, with blank cells left out and counted by ss:Index as Excel does."""
    from xml.sax.saxutils import escape

    spans = {(r1, c1): (r2 - r1, c2 - c1) for r1, c1, r2, c2 in sheet.merges}
    covered = {(r, c) for r1, c1, r2, c2 in sheet.merges for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)} - set(
        spans
    )
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    lines = [f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Worksheet ss:Name="Tabel"><Table>']
    for r, line in enumerate(sheet.square()):
        lines.append(f'<Row ss:Index="{r + 1}">')
        for c, value in enumerate(line):
            if value is None or (r, c) in covered:
                continue
            down, right = spans.get((r, c), (0, 0))
            kind = "Number" if isinstance(value, int | float) else "String"
            lines.append(
                f'<Cell ss:Index="{c + 1}" ss:MergeDown="{down}" ss:MergeAcross="{right}">'
                f'<Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'
            )
        lines.append("</Row>")
    lines.append("</Table></Worksheet></Workbook>")
    path.write_text("".join(lines), encoding="utf-8")


def write(sheet: Dressed, folder: Path, form: str) -> Path:
    """The sheet as a file of the given form; HTML gets the ending .xls, as portals do."""
    path = folder / f"dressing-{sheet.seed}.{'xls' if form in ('html', 'xml') else form}"
    if form == "csv":
        write_csv(sheet, path, random.Random(sheet.seed))
    else:
        {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods, "html": write_html, "xml": write_xml}[form](
            sheet, path
        )
    return path


FORMS = ("xlsx", "csv", "xls", "ods", "html", "xml")
