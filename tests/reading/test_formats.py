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
