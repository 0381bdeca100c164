"""The page: the book with its numbers, a letter written down by form, opened, disposed, printed, signed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from tests.app_helpers import as_user, open_app, texts
from tests.conftest import Office
from tests.letters.desk import SETTINGS, draft, facts, receive, scan, sign
from workbench.domain.letters import Direction, Instruction, Nature
from workbench.domain.people import Role
from workbench.services import letters, people, track
from workbench.storage import database, files

PAGE = "track/letters.py"


@pytest.fixture
def desk(sqlite_office: Office) -> Office:
    with database.writing() as session:
        letters.set_settings(session, by=sqlite_office["clerk"], new=SETTINGS)
    return sqlite_office


def page(office: Office, who: str = "clerk", **query: str) -> AppTest:
    at = open_app(office[who], PAGE, query=query)
    assert not at.exception, at.exception
    return at


def dialog(office: Office, who: str, call: str) -> AppTest:
    """A dialog that stays open from run to run, as it does in a browser (AppTest reruns the whole page)."""
    script = f"""
from workbench.services import letters
from workbench.ui import access
from workbench.ui.components import letter_disposition, letter_incoming, letter_outgoing, letter_settings
from workbench.ui.components import letter_forms as forms
from workbench.ui.resources import reading
forms.open_letter = lambda number: None
person = access.require()
def view(number):
    with reading() as session:
        return letters.letter(session, letter_id=number, person=person)
{call}
"""
    at = AppTest.from_string(script, default_timeout=30)
    at.user = as_user(office[who].id)
    return at.run()


def button(at: AppTest, label: str):
    return next(b for b in at.button if b.label == label)


def plain(at: AppTest) -> str:
    return texts(at).replace("\\", "")


def test_an_empty_book_says_how_to_begin(desk: Office) -> None:
    at = page(desk)
    assert at.title[0].value == "Agenda surat"
    assert "Belum ada surat tahun ini" in plain(at) and not at.dataframe


def test_the_book_shows_numbers_nature_disposition_and_state(desk: Office) -> None:
    with database.writing() as session:
        got = receive(session, desk, "a", scans=[scan()], facts=facts("Data guru", nature=Nature.URGENT))
        receive(session, desk, "b", facts=facts("Hasil audit", nature=Nature.SECRET))
        letters.dispose(
            session, letter_id=got.letter_id, seen_version=1, by=desk["kadis"], idem="d", to_role=Role.DIVISION_HEAD,
            instructions=[Instruction.PROCESS],
        )  # fmt: skip
    table = page(desk, "staff").dataframe[0].value
    assert list(table["No."]) == [2, 1]
    assert list(table["Perihal"]) == ["Surat rahasia", "Data guru"]
    assert list(table["Sifat"]) == ["Rahasia", "Segera"]
    assert list(table["Keadaan"]) == ["belum didisposisi", "sudah didisposisi"]
    assert table["Disposisi"][1] == "Kepala Bidang Statistik" and list(table["Berkas"]) == [0, 1]
    at = page(desk)
    at.text_input(key="cari").set_value("guru").run()
    assert list(at.dataframe[0].value["No."]) == [1]
    at.segmented_control(key="buku").set_value("out").run()
    assert not at.exception


def test_a_letter_is_written_down_by_the_form(desk: Office) -> None:
    at = page(desk)
    button(at, "Surat masuk baru").click().run()
    assert at.text_input(key="in-from").value == "" and not at.exception
    at = dialog(desk, "clerk", "letter_incoming.incoming()")
    at.text_input(key="in-from").set_value("BPS Kota Tarakan")
    at.text_input(key="in-number").set_value("B-12/BPS")
    at.text_input(key="in-subject").set_value("Permohonan data murid").run()
    at.segmented_control(key="in-case-way").set_value("open").run()
    at.selectbox(key="in-sop").set_value("trk-layanan-data").run()
    button(at, "Catat di agenda").click().run()
    assert not at.exception and not at.error
    with database.session() as session:
        (row,) = letters.register(session, person=desk["clerk"], direction=Direction.INCOMING, year=people.today().year)
        assert (row.agenda_number, row.correspondent, row.letter_number) == (1, "BPS Kota Tarakan", "B-12/BPS")
        assert row.case_number.endswith("/000001")


def test_an_opened_letter_tells_its_facts_and_prints_its_sheet(desk: Office, data_dir: Path) -> None:
    with database.writing() as session:
        got = receive(session, desk, "a", scans=[scan()], open_sop="trk-layanan-data")
    at = page(desk, "kadis", surat=str(got.letter_id))
    assert got.agenda in at.title[0].value
    assert "/berkas/" in plain(at) and "Belum ada. Disposisi" in plain(at)
    button(at, "Cetak lembar disposisi").click().run()
    assert not at.exception and "Lembar disposisi siap dicetak" in plain(at)
    with database.session() as session:
        view = letters.letter(session, letter_id=got.letter_id, person=desk["clerk"])
    (paper,) = view.papers_of("disposition")
    (sheet,) = PdfReader(io.BytesIO(files.read(paper.sha256))).pages
    assert got.agenda in sheet.extract_text()


def test_the_head_disposes_and_the_case_goes_on(desk: Office) -> None:
    with database.writing() as session:
        got = receive(session, desk, "a", scans=[scan()], open_sop="trk-layanan-data")
    at = page(desk, "kadis", surat=str(got.letter_id))
    button(at, "Disposisikan").click().run()
    assert not at.exception and at.text_area(key=f"dis-note-{got.letter_id}").value == ""
    at = dialog(desk, "kadis", f"letter_disposition.dispose(view({got.letter_id}), person)")
    at.selectbox(key=f"dis-to-{got.letter_id}").select_index(1)
    at.text_area(key=f"dis-note-{got.letter_id}").set_value("Tindak lanjuti").run()
    assert "Teruskan perkara" in at.checkbox[0].label and at.checkbox[0].value is True
    button(at, "Disposisikan").click().run()
    assert not at.exception and not at.error
    with database.session() as session:
        view = letters.letter(session, letter_id=got.letter_id, person=desk["clerk"])
        assert view.dispositions[0].note == "Tindak lanjuti"
        assert view.dispositions[0].to_words == "Kepala Bidang Statistik"
        assert track.case(session, case_id=got.case_id or 0).state.step == "2"


def test_a_draft_has_no_number_and_its_author_no_button_to_sign(desk: Office) -> None:
    with database.writing() as session:
        number = draft(session, desk, "d")
    at = page(desk, "staff", surat=str(number))
    assert "belum bernomor" in at.title[0].value
    assert "Catat tanda tangan" not in [b.label for b in at.button]
    button(at, "Susun PDF dan DOCX").click().run()
    assert not at.exception and "Draf tersusun" in plain(at)
    at = page(desk, "kadis", surat=str(number))
    button(at, "Catat tanda tangan").click().run()
    assert not at.exception and "tidak membubuhkan tanda tangan" in plain(at)
    with database.writing() as session:
        done = sign(session, desk, number, "s")
    assert done.letter_number in plain(page(desk, "staff", surat=str(number)))


def test_a_secret_letter_is_not_opened_by_its_address(desk: Office) -> None:
    with database.writing() as session:
        got = receive(session, desk, "b", facts=facts("Hasil audit", nature=Nature.SECRET))
    at = page(desk, "staff", surat=str(got.letter_id))
    assert "audit" not in plain(at) and "rahasia" in at.error[0].value
    assert at.error and "tidak ditemukan" in page(desk, "staff", surat="999").error[0].value


def test_settings_show_the_number_they_would_give(desk: Office) -> None:
    at = page(desk)
    button(at, "Pengaturan").click().run()
    assert "000.8.3.3/31/DKISP/" in plain(at)
    at = dialog(desk, "clerk", "letter_settings.setting()")
    at.text_input(key="set-pattern").set_value("{classification}/{unit}/IKPS/{number}").run()
    assert "000.8.3.3/DKISP/IKPS/31" in plain(at)
    at.text_input(key="set-pattern").set_value("{year}").run()
    assert not at.exception and "harus memuat {number}" in at.warning[0].value
    assert "Pengaturan" not in [b.label for b in page(desk, "staff").button]


def test_the_book_is_downloaded(desk: Office) -> None:
    with database.writing() as session:
        receive(session, desk, "a")
    at = page(desk)
    button(at, "Unduh XLSX").click().run()
    assert not at.exception and "Buku agenda tersimpan: [XLSX](/berkas/" in plain(at)


def test_a_reply_is_drafted_by_the_form_and_completes_its_case(desk: Office) -> None:
    with database.writing() as session:
        got = receive(session, desk, "a", scans=[scan()], open_sop="trk-layanan-data")
    at = dialog(desk, "staff", f"letter_outgoing.outgoing(source=view({got.letter_id}))")
    assert "005/12/BAP" in at.text_area[0].value and at.checkbox[0].value is True
    button(at, "Simpan draf").click().run()
    assert not at.exception and not at.error
    with database.session() as session:
        number = letters.draft_of_case(session, got.case_id or 0)
        view = letters.letter(session, letter_id=number or 0, person=desk["staff"])
    assert view.reply_to == got.letter_id and view.case_result and view.subject.startswith("Jawaban Permohonan")
    at = dialog(desk, "staff", f"letter_outgoing.outgoing(present=view({number}))")
    at.text_input[3].set_value("2 berkas").run()
    button(at, "Simpan draf").click().run()
    assert not at.exception and not at.error
    at = dialog(desk, "clerk", f"letter_incoming.link(view({number}))")
    assert not at.exception
    opened = page(desk, "kadis", surat=str(number))
    assert "Nomor diberikan saat langkah tanda tangan diputus" in plain(opened)


def test_an_administrator_sets_the_agenda_up_and_reads_no_letter(desk: Office) -> None:
    with database.writing() as session:
        receive(session, desk, "a", facts=facts("Data guru"))
        number = people.add_person(session, username="admin", name="Wahyu Pranoto", by="system")
        people.assign(session, person_id=number, role=Role.ADMINISTRATOR, title="Administrator", opd_code="2.16.01",
                      by="system")  # fmt: skip
        desk.people["admin"] = people.person(session, number)
    at = page(desk, "admin")
    assert "Data guru" not in plain(at) and not at.dataframe
    at.text_input(key="set-unit").set_value("DKISP-2").run()
    button(at, "Simpan pengaturan").click().run()
    with database.session() as session:
        assert letters.settings(session).unit == "DKISP-2"


def test_a_link_holds_codes_not_words(desk: Office) -> None:
    with database.writing() as session:
        draft(session, desk, "d")
    at = page(desk, "clerk", buku="out", tahun="1999")
    assert at.segmented_control(key="buku").value == "out" and at.selectbox(key="tahun").value != "1999"
    assert len(at.dataframe) == 1
