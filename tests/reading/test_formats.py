"""What each format keeps beside its values: percent formats, merges, hidden parts, formulas without a value."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.styles import Alignment

from tests.reading.sheets import cells, codes, values
from workbench.cli.read import read as command
from workbench.domain.reading.model import Flag
from workbench.services.reading import read_bytes, read_path, sheet_page, to_json


def book(path: Path) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Cakupan"
    for row in (
        ["Kecamatan", "Cakupan", "Jumlah (jiwa)"],
        ["Laweyan", 0.0712, 12],
        ["Jebres", 0.5, 7],
        ["Serengan", 0.25, None],
    ):
        sheet.append(row)
    for row in range(2, 5):
        sheet.cell(row, 2).number_format = "0.00%"
    sheet["C4"] = "=C2+C3"
    sheet["A3"].alignment = Alignment(indent=2)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    other = workbook.create_sheet("Rahasia")
    other.sheet_state = "hidden"
    other.append(["Jenis", "2022", "2023"])
    other.append(["SD", 5, 6])
    workbook.save(path)
    return path


def test_a_workbook_as_excel_shows_it(tmp_path: Path) -> None:
    reading = read_path(book(tmp_path / "a.xlsx"))
    first = {o.cell: o for o in reading.tables[0].observations}
    assert first["B2"].value == 7.12 and first["B2"].raw == "7.12%" and first["B2"].unit == "%"
    assert first["C4"].value is None and first["C4"].flag is Flag.UNREADABLE
    assert [t.sheet for t in reading.tables] == ["Cakupan", "Rahasia"]
    assert {"hidden_sheet", "hidden_rows", "hidden_columns", "number_formula"} <= set(codes(reading))


def test_a_page_of_the_sheet_for_showing(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    page = sheet_page(path, first=1, count=2)
    assert page["rows"] == [["Laweyan", "7.12%", "12"], ["Jebres", "50%", "7"]]
    assert [s["name"] for s in page["sheets"]] == ["Cakupan", "Rahasia"]
    assert sheet_page(path, sheet="Rahasia")["rows"][1] == ["SD", "5", "6"]


def test_frozen_panes_saved_as_xls() -> None:
    page = (
        "<html><body><table><tr><td><table><tr><th rowspan=2>Kabupaten/Kota</th></tr></table>"
        "<table><tr><td>Pacitan</td></tr><tr><td>Kota Batu</td></tr></table></td>"
        "<td><table><tr><th colspan=2>Angka (Persen)</th></tr><tr><th>2016</th><th>2015</th></tr></table>"
        "<table><tr><td>91.54</td><td>92.57</td></tr><tr><td>89.74</td><td>-</td></tr></table></td></tr></table></body></html>"
    )
    reading = read_bytes(page.encode(), "angka.xls")
    found = {(o.row, o.column[-1]): o.value for o in cells(reading).values()}
    assert found == {
        (("Pacitan",), "2016"): 91.54,
        (("Pacitan",), "2015"): 92.57,
        (("Kota Batu",), "2016"): 89.74,
        (("Kota Batu",), "2015"): None,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    rows = [["Désa", "2022", "2023"], ["Café", "1", "2"], ["Laweyan", "3", "4"]]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    reading = read_bytes(text.encode(encoding), "a.csv")
    assert cells(reading)["C2"].row == ("Café",) and values(reading)["C3"] == 4


def test_json_and_csv_of_the_command(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Kecamatan,2022,2023\nLaweyan,1,-\nJebres,3,4\n", encoding="utf-8")
    runner = CliRunner()
    printed = json.loads(runner.invoke(command, [str(path), "--json"]).stdout)
    assert printed == to_json(read_path(path))
    assert printed["tables"][0]["observations"][1] == {
        "row": ["Laweyan"], "column": ["2023"], "value": None, "flag": "nil_or_not_applicable", "raw": "-",
        "cell": "C2", "kind": "data", "unit": None,
    }  # fmt: skip
    out = tmp_path / "out.csv"
    assert runner.invoke(command, [str(path), "--csv", str(out)]).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        assert [row["value"] for row in csv.DictReader(file)] == ["1", "", "3", "4"]
    shown = runner.invoke(command, [str(path)])
    assert shown.exit_code == 0 and "Laweyan" in shown.stdout
    empty = tmp_path / "kosong.xlsx"
    empty.write_bytes(b"")
    refused = runner.invoke(command, [str(empty), "--json"])
    assert refused.exit_code == 1 and json.loads(refused.stdout)["findings"][0]["severity"] == "error"
    assert "kosong" in refused.stderr


def test_percent_formats_and_hidden_parts_of_an_old_workbook(tmp_path: Path) -> None:
    import xlwt

    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Hunian")
    for c, text in enumerate(("Bulan", "Kamar", "Hunian")):
        sheet.write(0, c, text)
    for r, (month, rooms, share) in enumerate(
        (("Januari", 10, 0.5512), ("Februari", 11, 0.07), ("Maret", 12, 0.44)), 1
    ):
        sheet.write(r, 0, month)
        sheet.write(r, 1, rooms)
        sheet.write(r, 2, share, xlwt.easyxf(num_format_str="0.00%"))
    sheet.row(2).hidden = True
    sheet.col(1).hidden = True
    workbook.save(str(tmp_path / "a.xls"))
    reading = read_path(tmp_path / "a.xls")
    assert [values(reading)[f"C{r}"] for r in (2, 3, 4)] == [55.12, 7, 44] and values(reading)["B2"] == 10
    assert {"hidden_rows", "hidden_columns"} <= set(codes(reading))


XML_2003 = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="q" ss:Parent="p"/></Styles>
<Worksheet ss:Name="Data"><Table>
<Row ss:Index="2"><Cell><Data ss:Type="String">Kecamatan</Data></Cell>
<Cell ss:MergeAcross="1"><Data ss:Type="String">Cakupan</Data></Cell></Row>
<Row><Cell ss:Index="2"><Data ss:Type="String">2023</Data></Cell><Cell><Data ss:Type="String">2024</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">Laweyan</Data></Cell><Cell ss:StyleID="q"><Data ss:Type="Number">0.0712</Data></Cell>
<Cell><Data ss:Type="Number">12345.5</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">Jebres</Data></Cell><Cell ss:StyleID="p"><Data ss:Type="Number">0.5</Data></Cell>
<Cell ss:Formula="=R[-1]C"></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_a_workbook_in_xml_of_2003() -> None:
    reading = read_bytes(XML_2003.encode(), "rekap.xls")
    assert {c: v for c, v in values(reading).items() if v is not None} == {"B4": 7.12, "B5": 50, "C4": 12345.5}
    assert cells(reading)["B4"].column == ("Cakupan", "2023") and "number_formula" in codes(reading)


def test_json_with_its_header_beside_the_rows() -> None:
    document = {
        "fields": [{"id": "kecamatan"}, {"id": "tahun"}, {"id": "nilai"}],
        "data": [["A", 2024, 12], ["B", 2025, 13]],
    }
    found = cells(read_bytes(json.dumps(document).encode(), "a.json"))
    assert {o.value: (o.row, o.column) for o in found.values()} == {
        12: (("A", "2024"), ("nilai",)), 13: (("B", "2025"), ("nilai",)),
    }  # fmt: skip
