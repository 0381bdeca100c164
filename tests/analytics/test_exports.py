"""What leaves the house: spreadsheets that compute nothing, event logs that mining tools can read back."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from workbench.domain import xes
from workbench.reporting.spreadsheet import Column, Kind, Sheet, csv_bytes, csv_text, xlsx_bytes
from workbench.services import event_log

ZONE = ZoneInfo("Asia/Jakarta")
CREATED = datetime(2026, 11, 20, 3, tzinfo=UTC)
NASTY = [
    "=1+1",
    "+62 811",
    "-cmd",
    "@SUM(A1)",
    "|calc",
    "\t=1",
    "\r=1",
    "＝1+1",
    '  =HYPERLINK("http://x")',
    "\u200b=1",
    "\ufeff@x",
]
TAME = ["Dinas Kesehatan", "-5", "+1.234,5", "1e5", "12%", "", "a=b", "'=1"]
XES = {"x": "http://www.xes-standard.org/"}


@pytest.mark.parametrize("text", NASTY)
def test_text_that_could_start_a_formula_gets_an_apostrophe(text):
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize("text", TAME)
def test_plain_text_and_whole_numbers_stay(text):
    assert csv_text(text) == text


@given(st.text(max_size=40))
def test_no_text_leaves_as_a_formula(text):
    found = csv_text(text)
    visible = found.lstrip(" \t\r\n\x0b\x0c\u200b\ufeff")
    assert found in (text, f"'{text}")
    if visible[:1] and visible[0] in "=@|＝＋－＠｜":
        raise AssertionError(found)


def sheet(rows):
    columns = (
        Column("=Nama"),
        Column("Nilai", Kind.DECIMAL),
        Column("Tanggal", Kind.DAY),
        Column("Pukul", Kind.MOMENT),
    )
    return Sheet("Uji: [1]", "=cmd|'/c calc'!A0", columns, rows, ("Satuan: jam",))


def test_workbook_holds_no_formula_and_no_link_and_numbers_stay_numbers():
    rows = [[text, 1.5, date(2026, 7, 6), CREATED] for text in NASTY] + [["https://contoh.go.id", None, None, None]]
    body = xlsx_bytes([sheet(rows), sheet([])], created=CREATED, zone=ZONE)
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in parts.read(name)
            assert b"<hyperlink" not in parts.read(name)
    book = openpyxl.load_workbook(io.BytesIO(body))
    page = book.worksheets[0]
    assert page.title == "Uji   1"
    assert page["A1"].value == "=cmd|'/c calc'!A0"
    assert page["A1"].data_type == "s"
    texts = {page.cell(row, 1).value for row in range(5, 5 + len(NASTY))}
    assert {text.replace("\r", "\n").strip() for text in NASTY} <= {
        str(text).replace("\r", "\n").strip() for text in texts
    }
    assert page.cell(5, 2).value == 1.5
    assert page.cell(5, 3).value == datetime(2026, 7, 6)  # noqa: DTZ001
    assert page.cell(5, 4).value == datetime(2026, 11, 20, 10)  # noqa: DTZ001
    assert body == xlsx_bytes([sheet(rows), sheet([])], created=CREATED, zone=ZONE)


def test_csv_reads_back():
    rows = [["=1", -5, date(2026, 7, 6), CREATED], ['koma, "kutip"\nbaris', 1.25, None, None]]
    body = csv_bytes(sheet(rows).columns, rows, zone=ZONE)
    read = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert read == [
        ["'=Nama", "Nilai", "Tanggal", "Pukul"],
        ["'=1", "-5", "2026-07-06", "2026-11-20T10:00:00+07:00"],
        ['koma, "kutip"\nbaris', "1.25", "", ""],
    ]
    raw = csv_bytes(sheet(rows).columns, rows, zone=ZONE, raw=True)
    assert raw.decode("utf-8").splitlines()[1].startswith("=1,")


@pytest.mark.parametrize("form", ["csv", "xes", "xes.gz"])
def test_event_log_reads_back(asked, past, form):
    out = io.BytesIO()
    count = event_log.write(asked, out, form=form, persons=form == "csv")
    assert count == len(past.rows["event"])
    expected = sorted((f"P-{row[1]:06d}", row[2], row[4], row[5], row[16][:19]) for row in past.rows["event"])
    if form == "csv":
        read = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
        found = [(r["case"], int(r["seq"]), r["type"], r["step"], _utc(r["time"])) for r in read]
        assert {r["person"] for r in read} > {"staff1", "staff2"}
    else:
        body = gzip.decompress(out.getvalue()) if form.endswith("gz") else out.getvalue()
        log = etree.fromstring(body)
        found = []
        for trace in log.findall("x:trace", XES):
            case = trace.find("x:string[@key='concept:name']", XES).get("value")
            for seq, event in enumerate(trace.findall("x:event", XES), start=1):
                values = {child.get("key"): child.get("value") for child in event}
                found.append((case, seq, values["type"], values["step"], _utc(values["time:timestamp"])))
                assert "org:resource" not in values
                if values["type"] == "decide":
                    assert values["lifecycle:transition"] == "complete"
                    assert values["concept:name"].startswith(f"{values['step']}. ")
        assert [e.get("prefix") for e in log.findall("x:extension", XES)] == ["concept", "time", "lifecycle", "org"]
    assert sorted(found) == expected


def _utc(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


@given(st.text(max_size=60), st.text(max_size=20))
def test_xes_is_well_formed_whatever_people_write(subject, outcome):
    line = xes.LogLine(subject, "sop", "1.02", 1, "decide", "1", subject, 1, outcome, "staf", "", CREATED)
    out, again = io.BytesIO(), io.BytesIO()
    assert xes.write_xes([line], out) == 1
    etree.fromstring(out.getvalue())
    xes.write_xes_gz([line], again)
    assert gzip.decompress(again.getvalue()) == out.getvalue()


def test_an_unknown_form_is_a_mistake(asked_sqlite):
    with pytest.raises(ValueError, match="not pdf"):
        event_log.write(asked_sqlite, io.BytesIO(), form="pdf")
