"""Hostile and broken files: one clear sentence, within limits, and the process that asked is untouched."""

from __future__ import annotations

import json
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.domain.errors import UnreadableFile
from workbench.services.reading import read_path

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_ROOT = (
    '<?xml version="1.0"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" '
    'sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)
_SHEET = (
    '<?xml version="1.0"?>{dtd}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData>{more}</worksheet>"
)


def workbook(path: Path, rows: str, dtd: str = "", more: str = "", extra: dict[str, bytes] | None = None) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("_rels/.rels", _ROOT)
        package.writestr("xl/workbook.xml", _BOOK)
        package.writestr("xl/_rels/workbook.xml.rels", _RELS)
        package.writestr("xl/worksheets/sheet1.xml", _SHEET.format(dtd=dtd, rows=rows, more=more))
        for name, data in (extra or {}).items():
            package.writestr(name, data)


def cell(reference: str, text: str) -> str:
    row = "".join(c for c in reference if c.isdigit())
    return f'<row r="{row}"><c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def ordinary(path: Path) -> None:
    workbook(path, '<row r="1"><c r="A1" t="inlineStr"><is><t>Kecamatan</t></is></c><c r="B1"><v>2023</v></c></row>'
             '<row r="2"><c r="A2" t="inlineStr"><is><t>Laweyan</t></is></c><c r="B2"><v>12</v></c></row>')  # fmt: skip


def _far(path: Path) -> None:
    workbook(path, cell("A1", "x") + cell("XFD1048576", "y"))


def _laughs(path: Path) -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    workbook(path, cell("A1", "&l9;"), f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>')


def _external(path: Path) -> None:
    workbook(path, cell("A1", "&e;"), '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')


def _zip_bomb(path: Path) -> None:
    workbook(path, '<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 80_000_000)


def _path_tricks(path: Path) -> None:
    workbook(path, cell("A1", "x"), extra={"../../evil.xml": b"<a/>"})


def _twice(path: Path) -> None:
    with pytest.warns(UserWarning):
        workbook(path, cell("A1", "x"), extra={"xl/workbook.xml": b"<a/>"})


def _cut(path: Path) -> None:
    ordinary(path)
    path.write_bytes(path.read_bytes()[:600])


def _one_line(path: Path) -> None:
    path.write_bytes(b"kecamatan," + b"x" * 5_000_000)


def _deep_json(path: Path) -> None:
    path.write_text('{"a":' + "[" * 200_000 + "]" * 200_000 + "}", encoding="ascii")


def _many_columns(path: Path) -> None:
    path.write_text(",".join(f"k{i}" for i in range(50_000)) + "\n", encoding="ascii")


CASES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "empty file": ("a.xlsx", lambda p: p.write_bytes(b""), "kosong"),
    "blank lines": ("a.csv", lambda p: p.write_bytes(b"\n\n ,,\n"), "kosong"),
    "PDF named xlsx": ("a.xlsx", lambda p: p.write_bytes(b"%PDF-1.7 ..."), "PDF"),
    "folder": ("a.xlsx", lambda p: p.mkdir(), "folder"),
    "photograph": ("a.xlsx", lambda p: p.write_bytes(b"\xff\xd8\xff\xe0" + bytes(500)), "JPEG"),
    "quote left open": (
        "a.csv",
        lambda p: p.write_text("kec;2023\n" + "a;1\n" * 300 + '"b;1\n' + "a;1\n" * 300),
        "petik",
    ),
    "a million columns": ("a.ods", lambda p: _ods(p, 1_000_000), "membentang"),
    "picture": ("a.csv", lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100), "PNG"),
    "gzip": ("a.csv", lambda p: p.write_bytes(b"\x1f\x8b" + b"\0" * 100), "gzip"),
    "0-row sheet": ("a.xlsx", lambda p: workbook(p, ""), "kosong"),
    "cut off": ("a.xlsx", _cut, "rusak"),
    "broken OLE": ("a.xls", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"junk" * 200), "rusak"),
    "cells in opposite corners": ("a.xlsx", _far, "membentang"),
    "billion laughs": ("a.xlsx", _laughs, "entitas"),
    "external entity": ("a.xlsx", _external, "entitas"),
    "zip bomb": ("a.xlsx", _zip_bomb, "bom zip"),
    "path tricks": ("a.xlsx", _path_tricks, "berbahaya"),
    "two members of one name": ("a.xlsx", _twice, "bernama sama"),
    "NUL bytes": ("a.csv", lambda p: p.write_bytes(b"kecamatan,2023\nLaweyan,1\x002\n"), "NUL"),
    "one endless line": ("a.csv", _one_line, "juta huruf"),
    "deep JSON": ("a.json", _deep_json, "dalam"),
    "too many columns": ("a.csv", _many_columns, "kolom"),
    "Word document": ("a.xlsx", lambda p: _word(p), "Word"),
    "two encodings": (
        "a.csv",
        lambda p: p.write_bytes("kecamatan,2023\nLaweyan – é,1\n".encode() + b"caf\xe9,2\n"),
        "sandi teks",
    ),
    "half a UTF-16": ("a.csv", lambda p: p.write_bytes("\ufeffa,b\n1,2".encode("utf-16-le") + b"\x00"), "UTF-16"),
}


def _ods(path: Path, columns: int) -> None:
    office, table = (
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", kind)
        package.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>',
        )
        package.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{office}" xmlns:table="{table}"><office:body><office:spreadsheet>'
            f'<table:table table:name="S"><table:table-row><table:table-cell office:value-type="float" '
            f'office:value="1" table:number-columns-repeated="{columns}"/></table:table-row></table:table>'
            "</office:spreadsheet>"
            "</office:body></office:document-content>",
        )


def _word(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w/>")


@pytest.mark.parametrize("case", sorted(CASES))
def test_refused_with_one_sentence(case: str, tmp_path: Path) -> None:
    name, make, word = CASES[case]
    path = tmp_path / name
    make(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFile) as refused:
        read_path(path)
    sentence = str(refused.value)
    assert word.lower() in sentence.lower()
    assert sentence.endswith(".") and len(sentence) < 200 and "\n" not in sentence
    assert path.exists()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB: the content never came here


def test_an_ordinary_workbook_built_the_same_way_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    ordinary(path)
    assert [o.value for o in read_path(path).tables[0].observations] == [12]


def test_a_formula_that_calls_out_is_text_or_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'Kecamatan,2023\nLaweyan,"=WEBSERVICE(""http://localhost/x"")"\nJebres,5\nSerengan,7\n', encoding="utf-8"
    )
    found = {o.cell: o for o in read_path(path).tables[0].observations}
    assert found["B2"].value is None and found["B3"].value == 5


def test_the_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "laporan.xlsx"
    path.write_bytes("Kecamatan;2022;2023\nLaweyan;1.234;1.250\nJebres;2.345.678;2.400.000\n".encode("utf-16"))
    found = {o.cell: o.value for o in read_path(path).tables[0].observations}
    assert found == {"B2": 1234, "C2": 1250, "B3": 2345678, "C3": 2400000}


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\nb.csv", "‮gnp.csv", "con.csv", "a" * 300 + ".csv"])
def test_a_name_is_only_a_label(name: str, tmp_path: Path) -> None:
    path = tmp_path / "isi"
    path.write_text("Kecamatan,2023\nLaweyan,5\nJebres,6\n", encoding="utf-8")
    assert read_path(path, name).file == name


def test_json_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows = [
        {"nama_kecamatan": "Laweyan", "tahun": 2023, "jumlah": 5},
        {"nama_kecamatan": "Jebres", "tahun": 2023, "jumlah": 7},
    ]
    path.write_text(json.dumps({"success": True, "data": rows}), encoding="utf-8")
    found = [(o.row, o.value) for o in read_path(path).tables[0].observations]
    assert found == [(("Laweyan", "2023"), 5), (("Jebres", "2023"), 7)]


def test_xml_workbook_of_2003_with_entities_or_far_cells(tmp_path: Path) -> None:
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    body = '<Worksheet ss:Name="a"><Table>{}</Table></Worksheet></Workbook>'
    start = f'<Workbook xmlns="{name}" xmlns:ss="{name}">'
    path = tmp_path / "a.xls"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + start
        + body.format('<Row><Cell><Data ss:Type="String">&x;</Data></Cell></Row>'), encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(UnreadableFile, match="entitas"):
        read_path(path)
    far = '<Row ss:Index="1048576"><Cell ss:Index="16384"><Data ss:Type="Number">1</Data></Cell></Row>'
    path.write_text('<?xml version="1.0"?>' + start + body.format(far), encoding="utf-8")
    with pytest.raises(UnreadableFile, match="membentang"):
        read_path(path)


def test_an_old_workbook_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20)
    with pytest.raises(UnreadableFile):
        read_path(path)
