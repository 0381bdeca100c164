"""The main job in a browser: one agency's figures for a new year, from the order to the released book and back to
the cell of the agency's file, with a real server, a real worker and real files."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor
from workbench.services import demo_files

pytestmark = [pytest.mark.browser, pytest.mark.slow]
YEAR = "2026"
SUBJECT = "Buku Statistik Sektoral 2026"
OTHER_AGENCIES = ("Dinas Pendidikan", "Dinas Administrasi", "Dinas Ketahanan")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Visit = Callable[..., Visitor]


def open_case(staff: Visitor) -> str:
    """The dialog of a new case; returns the case's number in the address."""
    staff.open("/papan")
    staff.press("Perkara baru")
    dialog, page = staff.dialog, staff.page
    dialog.get_by_role("combobox").first.click()
    page.get_by_role("option").filter(has_text="[Publikasi").click()
    staff.settle()
    for agency in OTHER_AGENCIES:
        dialog.get_by_role("button", name=re.compile(f"Remove {agency}")).click()
    dialog.get_by_role("combobox").nth(2).click()
    page.get_by_role("option", name=YEAR).click()
    staff.settle()
    dialog.get_by_label("Hal", exact=True).fill(SUBJECT)
    staff.shot("01-perkara-baru")
    staff.press("Mulai perkara", dialog)
    page.wait_for_url(re.compile(r"/perkara\?case=\d+"))
    staff.settle()
    return page.url.rpartition("=")[2]


def decide_in_inbox(visitor: Visitor, outcome: str) -> None:
    visitor.open("/tugas")
    visitor.row(SUBJECT)
    visitor.dialog.wait_for()
    visitor.press(outcome, visitor.dialog)
    visitor.dialog.wait_for(state="detached")
    visitor.says(re.compile("Tercatat atas nama"))


def send(operator: Visitor, button: str, file: demo_files.DemoFile) -> str:
    """Through the upload form in its frame; returns the receipt's number."""
    operator.press(button)
    frame = operator.page.frame_locator("iframe")
    frame.locator("#file").set_input_files({"name": file.name, "mimeType": XLSX, "buffer": file.content})
    frame.locator("#send").click()
    frame.locator("#receipt").wait_for()
    number = frame.locator("#r-number").inner_text()
    operator.shot(f"tanda-terima-{button.split()[-1]}")
    frame.locator("#go-on").click()
    operator.dialog.wait_for(state="detached")
    operator.settle()
    operator.says(number)
    return number


def open_newest(staff: Visitor, case: str, dataset: str) -> None:
    """From the list of the case's files that nobody has looked at yet to the check of the newest."""
    staff.open(f"/kiriman?perkara={case}&status=received")
    staff.row(dataset)
    staff.page.wait_for_url(re.compile(r"/periksa\?kiriman=\d+"))
    staff.settle()
    staff.says(re.compile(dataset))


def accept(staff: Visitor) -> None:
    """Give warnings a reason, as a person would, then accept."""
    while (button := staff.page.get_by_role("button", name="Terima dengan alasan")).count():
        button.first.click()
        staff.dialog.get_by_label("Alasan tertulis").fill("Sudah dikonfirmasi operator OPD.")
        staff.press("Simpan alasan", staff.dialog)
        staff.dialog.wait_for(state="detached")
        staff.settle()
    staff.page.get_by_role("button", name="Sahkan", exact=True).click()
    staff.says(re.compile("Disahkan sebagai versi"))
    staff.settle()


def test_from_the_order_to_the_release_and_back_to_the_cell(visit: Visit) -> None:
    staff = visit("statistisi")
    case = open_case(staff)

    head, section = visit("kabid"), visit("subkoor")
    decide_in_inbox(head, "Disposisikan")
    decide_in_inbox(section, "Sebarkan")

    operator = visit("op.dinkes")
    operator.open("/kirim")
    operator.shot("02-yang-diminta")
    flawed = demo_files.workbook("tenaga-kesehatan", YEAR, flawed=True)
    send(operator, "Kirim berkas", demo_files.workbook("fasilitas-kesehatan", YEAR))
    send(operator, "Kirim berkas", flawed)

    decide_in_inbox(staff, "Selesai")
    staff.open(f"/perkara?case={case}")
    child = str(int(case) + 1)
    open_newest(staff, child, "Jumlah Tenaga Kesehatan")
    staff.says("menghentikan")
    assert staff.page.get_by_role("button", name="Sahkan", exact=True).is_disabled()
    staff.shot("03-temuan")
    staff.press("Kembalikan ke OPD")
    staff.dialog.get_by_label("Catatan untuk OPD").fill("Jumlah perawat tidak sama dengan rinciannya.")
    staff.shot("04-kembalikan")
    staff.press("Kembalikan", staff.dialog)
    staff.says(re.compile("Dikembalikan ke OPD dengan daftar sel"))

    operator.open("/kirim")
    operator.says("Jumlah perawat tidak sama dengan rinciannya.")
    operator.shot("05-dikembalikan")
    send(operator, "Kirim perbaikan", demo_files.workbook("tenaga-kesehatan", YEAR))

    decide_in_inbox(staff, "Selesai")
    open_newest(staff, child, "Jumlah Tenaga Kesehatan")
    accept(staff)
    staff.shot("06-disahkan")
    open_newest(staff, child, "Jumlah Fasilitas Kesehatan")
    accept(staff)

    staff.open(f"/edisi?perkara={case}")
    staff.press("Bekukan edisi")
    staff.press(re.compile("Bekukan$"), staff.dialog)
    staff.says(re.compile("Edisi 2026-1 dibekukan"))
    staff.press("Buat draf buku")
    staff.says(re.compile("Draf sedang disusun"))
    staff.page.get_by_role("progressbar").first.wait_for()
    staff.shot("07-sedang-disusun")
    staff.page.get_by_text("Lihat draf").nth(1).wait_for(timeout=90_000)
    staff.settle()
    decide_in_inbox(staff, "Selesai")
    decide_in_inbox(staff, "Laporkan")

    section.open(f"/draf?perkara={case}")
    section.says("Plt. Subkoordinator Statistik Sektoral · Diskominfo SP")
    sha = re.search(r"SHA-256 ([0-9a-f]{16})", section.text)
    assert sha
    section.shot("08-draf")
    section.press("Sesuai")
    section.says(re.compile(f"tercatat atas berkas {sha[1]}"))
    head.open(f"/draf?perkara={case}")
    head.says(sha[1])
    head.page.locator("[data-testid=stMain]").get_by_role("button").last.wait_for()
    head.shot("09-kabid")
    head.press("Setujui cetak")
    head.says(re.compile(f"tercatat atas berkas {sha[1]}"))

    staff.open(f"/draf?perkara={case}")
    staff.press("Terbitkan")
    staff.says(re.compile(f"tercatat atas berkas {sha[1]}"))
    staff.says("terbit")
    staff.shot("10-terbit")

    staff.page.get_by_text("Telusuri angka").click()
    staff.settle()
    staff.page.get_by_role("combobox", name="Tabel").fill("Tenaga Kesehatan")
    staff.page.get_by_role("option").filter(has_text="Tenaga Kesehatan").click()
    staff.settle()
    staff.cell(160, "Laweyan")
    staff.page.wait_for_url(re.compile(r"/telusur\?draf="))
    staff.settle()
    staff.says("Nakes per kecamatan 2026.xlsx")
    assert re.search(r"sel [C-G]7 · tertulis “[\d.]+”", staff.text)
    staff.shot("11-telusur")
    for visitor in (staff, head, section, operator):
        assert visitor.complaints == []
