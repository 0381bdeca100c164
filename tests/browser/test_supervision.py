"""What a division head does beside deciding, in a browser: skip, hand one step or a colleague's whole desk over,
cancel, reopen: one case on the office that the other walks share."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_families import from_menu, new_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]

SUBJECT = "Data kelahiran untuk rencana posyandu 2026"


def ask(visitor: Visitor, action: str, reason: str, *, to: str = "") -> None:
    """One action of the case's menu, with its reason and the person it names."""
    from_menu(visitor, action)
    dialog = visitor.dialog
    if to:
        assert dialog.get_by_role("button", name=action).is_disabled(), "nobody is chosen by accident"
        dialog.get_by_role("combobox").first.click()
        visitor.page.get_by_role("option", name=to).click()
        visitor.settle()
    note = dialog.get_by_label(re.compile("Alasan tertulis|Catatan"))
    note.fill(reason)
    note.blur()
    visitor.settle()
    visitor.press(action, dialog)
    dialog.wait_for(state="detached")


def positions(visitor: Visitor) -> list[str]:
    """The rows of the case's table of steps, as they are read out."""
    table = visitor.page.locator("[data-testid=stDataFrame]").first
    rows = table.locator("canvas [role=row]")
    rows.nth(1).wait_for(state="attached")
    return rows.all_text_contents()[1:]


def test_skip_hand_over_cancel_and_reopen(visit: Visit) -> None:
    chief, staff = visit("kabid"), visit("statistisi")
    address = new_case(
        chief, "Layanan Permintaan Data Sektoral", SUBJECT, requester="Puskesmas Gajahan", agency="Dinas Kesehatan"
    )
    from_menu(chief, "Lewati langkah")
    chief.press("Lewati langkah", chief.dialog)
    chief.says("Melewati langkah harus disertai alasan.")
    chief.page.keyboard.press("Escape")
    chief.open(address)
    ask(chief, "Lewati langkah", "Permohonan disampaikan lisan.")
    chief.says(re.compile("Langkah 1 perkara .* dilewati"))
    ask(chief, "Lewati langkah", "Sudah disepakati dalam rapat.")
    assert [("dilewati" in row) for row in positions(chief)[:3]] == [True, True, False]

    ask(chief, "Alihkan kepada orang lain", "Paling paham datanya.", to="Dimas Aryo Nugroho")
    chief.says(re.compile("Langkah 3 perkara .* kini pada Dimas Aryo Nugroho"))
    staff.open("/tugas")
    assert SUBJECT not in staff.text

    chief.open("/papan")
    chief.press("Alihkan pekerjaan rekan")
    for place, name in enumerate(("Dimas Aryo Nugroho", "Ratna Puspitasari")):
        chief.dialog.get_by_role("combobox").nth(place).click()
        chief.page.get_by_role("option", name=re.compile(name)).click()
        chief.settle()
    chief.dialog.get_by_label("Alasan (wajib)").fill("Cuti tahunan")
    chief.dialog.get_by_label("Alasan (wajib)").blur()
    chief.settle()
    chief.shot("pimpinan-alihkan-rekan")
    chief.press(re.compile(r"^Alihkan \d+ langkah"), chief.dialog)
    chief.says(re.compile(r"\d+ langkah Dimas Aryo Nugroho dialihkan kepada Ratna Puspitasari"))
    staff.open(address)
    staff.says("“Cuti tahunan”")
    staff.press("Mulai kerjakan")
    staff.says(re.compile("Langkah ini kini di tangan Anda"))

    chief.open(address)
    ask(chief, "Batalkan perkara", "Pemohon menarik permohonannya.")
    chief.says(re.compile("Dibatalkan .* oleh Endah Kusumawati"))
    assert "dibatalkan" in positions(chief)[2] and "tidak dilalui" in positions(chief)[3]
    staff.open(address)
    staff.says("dibatalkan")
    assert not staff.page.get_by_role("button", name="Selesai").count()
    ask(chief, "Buka kembali", "Pemohon meminta lagi.")
    chief.says(re.compile("dibuka kembali pada langkah 3"))
    staff.open(address)
    assert staff.page.get_by_role("button", name="Mulai kerjakan").count() == 1
    for visitor in (chief, staff):
        assert visitor.complaints == []
