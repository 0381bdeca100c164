"""Receiving: bytes first, a receipt, one sentence for what cannot be used, and nothing else changed."""

import hashlib
import io
from pathlib import Path

import pytest
import xlsxwriter

from workbench.domain.errors import NotAllowed, Refused
from workbench.domain.file_names import safe_name
from workbench.services import checks, collect, demo_files
from workbench.storage import audit_log, database, files
from workbench.storage.tables import DatasetVersionRow, FindingRow, SubmissionRow

DATASET = "penduduk-jenis-kelamin"
LOCKED = Path(__file__).parents[1] / "reading" / "files"


def workbook(rows):
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    sheet = book.add_worksheet("Data")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return body.getvalue()


HEADER = ["Kecamatan", "Laki-laki", "Perempuan", "Jumlah"]
WRONG_YEAR = workbook(
    [
        ["Jumlah Penduduk di Kota Surakarta, 2023"], HEADER,
        *[[name, 10, 20, 30] for name in ("Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjarsari")],
        ["Jumlah", 50, 100, 150],
    ]
)  # fmt: skip
BAD = {
    "kosong.xlsx": b"",
    "rusak.xlsx": b"PK\x03\x04" + b"\x00\xff" * 400,
    "terpotong.xlsx": WRONG_YEAR[: len(WRONG_YEAR) // 2],
    "surat.xlsx": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n",
    "tanpa-baris.xlsx": workbook([]),
    "judul-saja.xlsx": workbook([["Jumlah Penduduk, 2025"], HEADER]),
    "sandi.xlsx": (LOCKED / "terkunci.xlsx").read_bytes(),
    "sandi.xls": (LOCKED / "terkunci.xls").read_bytes(),
    "tahun-lain.xlsx": WRONG_YEAR,
}


def test_a_file_gets_a_receipt_and_its_bytes_are_kept(office, population):
    receipt = office.send(population, "op.disdukcapil", idem="kirim-1")
    assert receipt.sha256 == hashlib.sha256(population.content).hexdigest()
    assert files.read(receipt.sha256) == population.content
    assert receipt.number.startswith("TT-") and receipt.round == 1 and not receipt.refusal
    with database.session() as session:
        sent = collect.submission(session, receipt.submission_id)
        assert (sent.status, sent.opd_code, sent.received_from) == ("received", "2.12.01", "op.disdukcapil")
        assert [e.act for e in audit_log.entries(session, act="submission.receive")] == ["submission.receive"]


def test_the_same_click_counts_once_and_the_same_file_says_so(office, population):
    first = office.send(population, "op.disdukcapil", idem="klik")
    again = office.send(population, "op.disdukcapil", idem="klik")
    assert again.submission_id == first.submission_id and again.number == first.number
    other = office.send(population, "op.disdukcapil", idem="klik-lain")
    assert other.submission_id != first.submission_id and other.duplicate_of == first.number


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_the_upload_is_kept(office, population, name):
    _parent, children = office.order(opds=["2.12.01"], dataset_id=DATASET)
    before = office.case(children["2.12.01"])
    receipt = office.send(
        population, "op.disdukcapil", idem=name, content=BAD[name], name=name, case_id=children["2.12.01"]
    )
    assert receipt.refusal and "\n" not in receipt.refusal and len(receipt.refusal) < 300
    assert files.read(receipt.sha256) == BAD[name]
    assert not receipt.case_moved and office.case(children["2.12.01"]) == before == ("open", "3")
    result = office.check(receipt)
    assert result.refusal == receipt.refusal and result.status == "unreadable" and not result.findings
    with database.session() as session:
        assert session.query(DatasetVersionRow).count() == 0 and session.query(FindingRow).count() == 0
        owed = collect.owed(session, person=office.person("op.disdukcapil"))
        assert [(o.status, o.refusal) for o in owed] == [("to_send", receipt.refusal)]


def test_the_wrong_year_names_both_years(office, population):
    receipt = office.send(population, "op.disdukcapil", idem="x", content=WRONG_YEAR, name="a.xlsx")
    assert "2023" in receipt.refusal and "2025" in receipt.refusal


def test_bytes_are_kept_before_anything_can_fail(office, population, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("the reader is broken")

    monkeypatch.setattr(collect, "read_stored", broken)
    with pytest.raises(OSError, match="broken"):
        office.send(population, "op.disdukcapil", idem="gagal")
    assert files.exists(hashlib.sha256(population.content).hexdigest())
    with database.session() as session:
        assert session.query(SubmissionRow).count() == 0


def test_another_agency_may_not_send_this_dataset(office, population):
    with pytest.raises(NotAllowed):
        office.send(population, "op.dinkes", idem="salah")


def test_a_case_that_asks_for_something_else_refuses(office, population):
    _parent, children = office.order(opds=["1.02.01"], dataset_id="tenaga-kesehatan")
    with pytest.raises(Refused, match="tidak meminta dataset"):
        office.send(population, "op.disdukcapil", idem="salah", case_id=children["1.02.01"])


def test_a_case_with_several_datasets_waits_for_all(office):
    _parent, children = office.order(opds=["1.02.01"])
    case = children["1.02.01"]
    one = office.send(demo_files.workbook("fasilitas-kesehatan", "2025"), "op.dinkes", idem="a", case_id=case)
    assert not one.case_moved and office.case(case) == ("open", "3")
    two = office.send(demo_files.workbook("tenaga-kesehatan", "2025"), "op.dinkes", idem="b", case_id=case)
    assert two.case_moved and office.case(case) == ("open", "4")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Data Penduduk 2025.xlsx", "Data Penduduk 2025.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.xlsx", "a.xlsx"),
        ("lap\u202exslx.exe", "lapxslx.exe"),
        ("a\x00b\n.xls", "ab.xls"),
        ("Ke\u0301diri.csv", "K\u00e9diri.csv"),
        ("  .. ", "tanpa nama"),
    ],
)
def test_file_names_are_labels(given, kept):
    assert safe_name(given) == kept


def test_long_names_keep_their_ending():
    name = safe_name("x" * 300 + ".xlsx")
    assert len(name) == 120 and name.endswith(".xlsx")


def test_the_reader_is_asked_once_per_file(office, population, monkeypatch):
    address = collect.prepare(population.content, population.name)
    monkeypatch.setattr(collect.reading, "read_path", lambda *a, **k: pytest.fail("read twice"))
    receipt = office.send(population, "op.disdukcapil", idem="siap", content=address)
    assert receipt.sha256 == address
    with database.session() as session:
        assert checks.reading_of(session, submission_id=receipt.submission_id).tables
