"""One case of each family in a browser, by the people who hold its steps: a request answered by signed letter, and a
publication that an agency makes, has returned, mends, and sees released. The collection family is ``test_walk``."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]

REQUEST = "Data puskesmas untuk penelitian 2026"
PUBLICATION = "Infografis kunjungan puskesmas 2026"


def pdf(words: str) -> bytes:
    """A small file that is a PDF by its content."""
    return f"%PDF-1.4\n% {words}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".encode()


def new_case(visitor: Visitor, procedure: str, subject: str, *, requester: str = "", agency: str = "") -> str:
    """Through the dialog of the board; returns the address of the case."""
    visitor.open("/papan")
    visitor.press("Perkara baru")
    dialog, page = visitor.dialog, visitor.page
    dialog.get_by_role("combobox").first.click()
    page.get_by_role("option").filter(has_text=procedure).click()
    visitor.settle()
    if agency:
        dialog.get_by_role("combobox", name=re.compile("OPD")).click()
        page.get_by_role("option", name=agency).click()
        visitor.settle()
    if requester:
        dialog.get_by_label("Pemohon", exact=True).fill(requester)
    dialog.get_by_label("Hal", exact=True).fill(subject)
    visitor.press("Mulai perkara", dialog)
    page.wait_for_url(re.compile(r"/perkara\?case=\d+"))
    visitor.settle()
    return page.url.removeprefix(visitor.workbench.base)


def act(visitor: Visitor, address: str, outcome: str, *, note: str = "", file: tuple[str, bytes] | None = None) -> None:
    """Decide the case's step on its page, with a note and a file where they are asked for."""
    visitor.open(address)
    main = visitor.page.locator("[data-testid=stMain]")
    if file is not None:
        main.locator("input[type=file]").set_input_files(
            {"name": file[0], "mimeType": "application/pdf", "buffer": file[1]}
        )
        main.get_by_text(file[0]).wait_for()
        visitor.settle()
    if note:
        main.get_by_label("Catatan", exact=True).fill(note)
        main.get_by_label("Catatan", exact=True).blur()
        visitor.settle()
    visitor.press(re.compile(f"{outcome}$"), main)
    visitor.says(re.compile("Tercatat atas nama"))


def from_inbox(visitor: Visitor, subject: str, outcome: str, *, to: str = "") -> None:
    """Decide in the dialog of the inbox, with the person whom a disposition names."""
    visitor.open("/tugas")
    visitor.row(subject)
    visitor.dialog.wait_for()
    if to:
        visitor.dialog.get_by_role("combobox").first.click()
        visitor.page.get_by_role("option", name=to).click()
        visitor.settle()
        visitor.shot("keluarga-disposisi")
    visitor.press(re.compile(f"{outcome}$"), visitor.dialog)
    visitor.dialog.wait_for(state="detached")
    visitor.says(re.compile("Tercatat atas nama"))


def from_menu(visitor: Visitor, action: str) -> None:
    visitor.press("Tindakan lain")
    visitor.page.get_by_text(action, exact=True).click()
    visitor.dialog.wait_for()
    visitor.settle()


def test_a_request_from_the_filing_to_the_signed_reply_handed_over(visit: Visit) -> None:
    agenda = visit("agenda")
    address = new_case(agenda, "Layanan Data Statistik Sektoral", REQUEST, requester="Lina Marlina")
    agenda.says("Undang-undang")

    head, chief, section = visit("kadis"), visit("kabid"), visit("subkoor")
    from_inbox(head, REQUEST, "disposisikan")
    from_inbox(chief, REQUEST, "Disposisikan")
    from_inbox(section, REQUEST, "Disposisikan", to="Ratna Puspitasari")

    other = visit("pengelola")
    other.open("/tugas")
    assert REQUEST not in other.text, "the step was given to somebody else by name"
    staff = visit("statistisi")
    staff.open(address)
    staff.press("Mulai kerjakan")
    staff.says(re.compile("Langkah ini kini di tangan Anda"))
    from_menu(staff, "Jeda")
    staff.dialog.get_by_label("Catatan").fill("Pemohon diminta menyebut tahun data.")
    staff.shot("keluarga-jeda")
    staff.press(re.compile("Jeda$"), staff.dialog)
    staff.dialog.wait_for(state="detached")
    staff.says("Menunggu pemohon")
    staff.press("Lanjutkan")
    staff.says(re.compile("jam langkah berjalan lagi"))
    act(staff, address, "Selesai", file=("balasan.pdf", pdf("balasan 1")))

    act(section, address, "Kembalikan", note="Sumber data belum disebut.")
    staff.open(address)
    staff.says("Sumber data belum disebut.")
    act(staff, address, "Selesai", file=("balasan-2.pdf", pdf("balasan 2")))
    secretary = visit("sekretaris")
    for visitor in (section, chief, secretary):
        act(visitor, address, "Paraf")
    act(head, address, "Tanda tangani", file=("bertanda.pdf", pdf("balasan bertanda tangan")))
    head.says("Paraf dan tanda tangan")

    chief.open(address)
    from_menu(chief, "Perpanjang tenggat undang-undang")
    chief.dialog.get_by_label("Alasan tertulis (wajib)").fill("Data OPD belum lengkap.")
    chief.press(re.compile("Perpanjang tenggat"), chief.dialog)
    chief.dialog.wait_for(state="detached")
    chief.open(address)
    chief.page.get_by_text("Mengapa batas ini?").click()
    chief.settle()
    chief.page.get_by_role("radio", name="Undang-undang").click()
    chief.settle()
    chief.says(re.compile("termasuk perpanjangan 7 hari kerja"))
    chief.shot("keluarga-permohonan-mengapa")

    act(staff, address, "Serahkan")
    staff.says("Perkara selesai")
    staff.shot("keluarga-permohonan-selesai")
    phone = visit("kabid", width=390)
    phone.open(address)
    phone.shot("keluarga-permohonan-390")
    for visitor in (agenda, head, chief, section, staff, other, secretary, phone):
        assert visitor.complaints == []


def test_an_agencys_publication_is_returned_mended_initialled_and_released(visit: Visit) -> None:
    staff = visit("statistisi")
    address = new_case(staff, "Penyebarluasan Data · ", PUBLICATION, agency="Dinas Kesehatan")
    operator, pic = visit("op.dinkes"), visit("pic.dinkes")
    act(operator, address, "Selesai", file=("infografis.pdf", pdf("satu")))
    act(pic, address, "Tidak setuju", note="Satuan belum ditulis.")
    operator.open(address)
    operator.says("Satuan belum ditulis.")
    operator.says(re.compile("^OPD: "))
    assert not operator.page.get_by_text(re.compile("Kantor: ")).count(), "so far the office has not had it"
    operator.shot("keluarga-penyebarluasan-kembali")
    act(operator, address, "Selesai", file=("infografis-2.pdf", pdf("dua")))

    pic.open(address)
    link = pic.page.get_by_role("link", name=re.compile("infografis-2.pdf")).first
    with pic.page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes() == pdf("dua"), "what is initialled is what the operator sent"
    act(pic, address, "Setuju")
    act(pic, address, "Tugaskan")
    act(operator, address, "Informasikan")

    staff.open(address)
    staff.says("Yang diterbitkan")
    staff.shot("keluarga-penyebarluasan-terbit")
    act(staff, address, "Terbitkan")
    staff.says("Perkara selesai")
    for party in ("OPD", "Kantor"):
        assert staff.page.get_by_text(re.compile(f"{party}: ")).count() == 1, "their time stands apart"
    staff.shot("keluarga-penyebarluasan-selesai")
    for visitor in (staff, operator, pic):
        assert visitor.complaints == []
