"""Papers: the disposition on one page, letters with real parafs and a blank number, own templates, exports."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session

from tests.conftest import Office
from tests.letters.desk import SETTINGS, draft, facts, receive, scan, seq, sign, view
from tests.letters.test_letters import decide
from workbench.domain.errors import NotFound, RenderFailed, Stale
from workbench.domain.letters import Direction, Instruction, Letterhead, LetterText, TemplateKind
from workbench.domain.people import Role
from workbench.reporting import letter_sheets, letter_templates
from workbench.services import downloads, letter_papers, letters, people, track
from workbench.settings import get_settings
from workbench.storage import database

HEAD = Letterhead("Pemerintah Kota Uji", "Dinas Kominfo Uji", "Jalan Uji 1", "Telepon 1")
NASTY = '#panic("x") $ a_ *b* <flow> @x \\ // {{ number }} & "q"'


@pytest.fixture
def desk(sqlite_office: Office) -> Office:
    with database.writing() as session:
        letters.set_settings(session, by=sqlite_office["clerk"], new=replace(SETTINGS, head=HEAD))
    return sqlite_office


def said(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u00ad", "").split())


def squeezed(text: str) -> str:
    return "".join(text.replace("-", "").split())


def docx_words(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    texts = [p.text for p in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    texts += [p.text for section in document.sections for p in section.footer.paragraphs]
    return "\n".join(texts)


def disposed(session: Session, office: Office, subject: str, note: str, times: int = 1) -> int:
    got = receive(session, office, "in", facts=facts(subject, correspondent=NASTY, enclosures="1 berkas"))
    for n in range(times):
        letters.dispose(
            session, letter_id=got.letter_id, seen_version=view(session, office, got.letter_id).version,
            by=office["kadis"], idem=f"d{n}", to_role=Role.DIVISION_HEAD, note=note,
            instructions=[Instruction.PROCESS, Instruction.COORDINATE],
        )  # fmt: skip
    return got.letter_id


# ---------------------------------------------------------------- lembar disposisi


@pytest.mark.parametrize(
    ("subject", "note", "times", "paper"),
    [
        ("Data guru", "", 1, (165, 215)),
        (NASTY, NASTY, 2, (165, 215)),
        ("Permohonan data guru " * 14, "Koordinasi dengan Disdik. " * 19, 5, (215, 330)),
    ],
)
def test_a_disposition_is_one_page_with_the_number_of_the_book(
    desk: Office, subject: str, note: str, times: int, paper: tuple[int, int]
) -> None:
    with database.writing() as session:
        number = disposed(session, desk, subject, note, times)
        sheet = letter_papers.disposition_sheet(session, letter_id=number, person=desk["clerk"])
    printed = letter_sheets.disposition_pdf(sheet)
    pages = PdfReader(io.BytesIO(printed.pdf)).pages
    assert len(pages) == 1
    box = pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == paper
    words = squeezed(said(printed.pdf))
    with database.session() as session:
        book = letters.register(
            session, person=desk["clerk"], direction=Direction.INCOMING, year=people.today().year
        )  # fmt: skip
    assert sheet.agenda == book[0].agenda and squeezed(sheet.agenda) in words
    for text in (
        subject.strip(),
        note.strip(),
        "Kepala Bidang Statistik",
        "Agus Salim",
        "Lembar ini tidak boleh dipisahkan",
    ):
        assert squeezed(text) in words, text
    assert [t.label for t in sheet.forwarded if t.ticked] == ["Kepala Bidang Statistik"]
    assert [t.label for t in sheet.natures if t.ticked] == ["Biasa"]
    assert [t.label for t in sheet.instructions if t.ticked] == ["Proses lebih lanjut", "Koordinasi/konfirmasikan"]


def test_too_much_for_one_page_is_refused_in_words(desk: Office) -> None:
    with database.writing() as session:
        number = disposed(session, desk, "Data guru", "Koordinasi dengan Disdik. " * 19, times=30)
        sheet = letter_papers.disposition_sheet(session, letter_id=number, person=desk["clerk"])
    with pytest.raises(RenderFailed, match="satu lembar"):
        letter_sheets.disposition_pdf(sheet)


def test_a_printed_sheet_is_kept_once_and_downloaded_under_its_name(desk: Office) -> None:
    with database.writing() as session:
        number = disposed(session, desk, "Data guru", "x")
        sheet = letter_papers.disposition_sheet(session, letter_id=number, person=desk["clerk"])
    printed = letter_sheets.disposition_pdf(sheet)
    assert printed.pdf == letter_sheets.disposition_pdf(sheet).pdf
    for _again in range(2):
        with database.writing() as session:
            sha = letter_papers.keep_disposition_sheet(session, letter_id=number, by=desk["clerk"], printed=printed)
    with database.session() as session:
        assert len(view(session, desk, number).papers_of("disposition")) == 1
        found = downloads.open_for(session, person=desk["staff"], sha256=sha)
        assert (found.name, found.media_type) == (f"disposisi-1-{people.today().year}.pdf", "application/pdf")
        with pytest.raises(NotFound):
            downloads.open_for(session, person=desk["dinkes"], sha256=sha)


# ---------------------------------------------------------------- letters


def test_a_letter_says_what_was_written_and_leaves_its_number_blank(desk: Office) -> None:
    text = LetterText("Tarakan", ("Kami sampaikan data.", NASTY), ("Wali Kota", "Arsip"))
    with database.writing() as session:
        number = draft(session, desk, "d", text=text, facts=facts("Jawaban & tabel <satu>", correspondent="BPS Kota"))
        made = letter_papers.make_draft(session, letter_id=number, person=desk["staff"])
        sheet = letter_papers.letter_sheet(session, letter_id=number, person=desk["staff"])
    assert sheet.number == "" and sheet.date == ""
    for words in (said(made.printed.pdf), docx_words(made.docx)):
        for expected in (
            "Kami sampaikan data.", NASTY, "BPS Kota", "Agus Salim", "Kepala Dinas", "Wali Kota", "Arsip",
            "Jawaban & tabel <satu>", "Jalan Uji 1", "DINAS KOMINFO UJI", "belum ditandatangani",
        ):  # fmt: skip
            assert squeezed(expected) in squeezed(words), expected
        assert f"/{people.today().year}" not in words and "000.8.3" not in words
    with database.writing() as session:
        letter_papers.keep_draft(session, draft=made, by=desk["staff"], idem="p")
        done = sign(session, desk, number, "s")
        copy = letter_papers.letter_sheet(session, letter_id=number, person=desk["staff"])
    assert copy.number == done.letter_number and "Salinan" in copy.footer


def test_the_paraf_column_holds_the_real_parafs_of_this_draft(desk: Office) -> None:
    with database.writing() as session:
        got = receive(session, desk, "in", open_sop="trk-layanan-data", scans=[scan("in")])
        case_id = got.case_id or 0
        for who, outcome in (("kadis", "diagendakan_didisposisi"), ("kabid", "disposisi"), ("kasi", "disposisi")):
            decide(session, desk, case_id, who, outcome)
        number = draft(session, desk, "d", reply_to=got.letter_id, case_result=True)
        made = letter_papers.make_draft(session, letter_id=number, person=desk["staff"])
    with database.writing() as session:
        evidence = letter_papers.keep_draft(session, draft=made, by=desk["staff"], idem="p")
        assert letter_papers.keep_draft(session, draft=made, by=desk["staff"], idem="p") == evidence
        assert track.case(session, case_id=case_id).state.evidence["4"].sha256 == evidence.sha256
        decide(session, desk, case_id, "staff", "selesai")
        decide(session, desk, case_id, "kasi", "paraf", evidence=evidence)
    with database.session() as session:
        sheet = letter_papers.letter_sheet(session, letter_id=number, person=desk["kadis"])
        again = letter_papers.make_draft(session, letter_id=number, person=desk["kadis"])
    assert [(p.post, p.name) for p in sheet.parafs] == [
        ("Subkoordinator Statistik", "Rahmat Hidayat"),
        ("Kepala Bidang Statistik dan Persandian", ""),
        ("Sekretaris", ""),
    ]
    for words in (said(again.printed.pdf), docx_words(again.docx)):
        assert "Rahmat Hidayat" in words and "Budi Santoso" not in words
    with database.writing() as session:  # a return voids the paraf: the column is empty again
        decide(session, desk, case_id, "kabid", "kembalikan", note="Perbaiki")
        sheet = letter_papers.letter_sheet(session, letter_id=number, person=desk["kadis"])
        assert [p.name for p in sheet.parafs] == ["", "", ""]
        assert seq(session, case_id) > 0


def test_a_draft_that_changed_while_it_was_typeset_is_not_kept(desk: Office) -> None:
    with database.writing() as session:
        number = draft(session, desk, "d")
        made = letter_papers.make_draft(session, letter_id=number, person=desk["staff"])
        letters.revise(
            session, letter_id=number, seen_version=1, by=desk["staff"], idem="r", facts=facts("Lain"),
            text=LetterText("", ("Lain",)),
        )  # fmt: skip
    with pytest.raises(Stale), database.writing() as session:
        letter_papers.keep_draft(session, draft=made, by=desk["staff"], idem="p")


# ---------------------------------------------------------------- templates


@pytest.mark.parametrize("kind", TemplateKind)
def test_the_committed_word_templates_are_what_the_script_makes(kind: TemplateKind) -> None:
    def parts(content: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist() if "docProps" not in name}

    committed = (letter_templates.FOLDER / f"{kind.value}.docx").read_bytes()
    assert parts(committed) == parts(letter_templates.build(kind))


def test_the_office_replaces_templates_and_hears_of_mistakes(desk: Office) -> None:
    folder = get_settings().data_dir / "templates"
    (folder / "letters").mkdir(parents=True)
    own = Document()
    own.add_paragraph("SURAT KAMI {{ subject }}")
    own.save(str(folder / "letters" / "reply.docx"))
    (folder / "letter.typ").write_text('#let d = json("data.json")\nLEMBAR KAMI #d.subject', encoding="utf-8")
    with database.writing() as session:
        number = draft(session, desk, "d")
        made = letter_papers.make_draft(session, letter_id=number, person=desk["staff"])
    assert "SURAT KAMI Jawaban permohonan data" in docx_words(made.docx)
    assert "LEMBAR KAMI Jawaban permohonan data" in said(made.printed.pdf)
    for bad in ("{{ nomor_surat }}", "{% for x in %}", "{{ subject.__class__.__mro__[1].__subclasses__() }}"):
        broken = Document()
        broken.add_paragraph(bad)
        broken.save(str(folder / "letters" / "reply.docx"))
        with database.session() as session, pytest.raises(RenderFailed, match=r"reply\.docx"):
            letter_papers.make_draft(session, letter_id=number, person=desk["staff"])
    (folder / "letter.typ").write_text("#panic()", encoding="utf-8")
    with database.session() as session, pytest.raises(RenderFailed, match="Surat gagal disusun"):
        letter_papers.make_draft(session, letter_id=number, person=desk["staff"])


# ---------------------------------------------------------------- the register as a file


def test_the_register_is_exported_in_the_order_of_the_book(desk: Office) -> None:
    year = people.today().year
    with database.writing() as session:
        receive(session, desk, "a", facts=facts("=cmd|' /C calc'!A0", enclosures="1 berkas"))
        receive(session, desk, "b", facts=facts("Kedua"))
        draft(session, desk, "d")
        sha = letter_papers.export(session, by=desk["clerk"], direction=Direction.INCOMING, year=year, form="xlsx")
        plain = letter_papers.export(session, by=desk["clerk"], direction=Direction.INCOMING, year=year, form="csv")
        found = downloads.open_for(session, person=desk["clerk"], sha256=sha)
        assert found.name == f"agenda-surat-masuk-{year}.xlsx"
        with pytest.raises(NotFound):
            downloads.open_for(session, person=desk["staff"], sha256=sha)
        csv = downloads.open_for(session, person=desk["clerk"], sha256=plain).path.read_text("utf-8-sig")
    table = load_workbook(io.BytesIO(found.path.read_bytes())).active
    rows = list(table.iter_rows(values_only=True))
    first = next(n for n, row in enumerate(rows) if row[0] == "No. agenda")
    assert [row[0] for row in rows[first + 1 :]] == [1, 2]
    danger = table.cell(first + 2, 6)
    assert (danger.value, danger.data_type) == ("=cmd|' /C calc'!A0", "s")
    assert "'=cmd" in csv
