"""What a browser alone can show: doors, stale pages, double clicks, language, a phone's width."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor, Workbench

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Visitor]


def events(workbench: Workbench, case: str) -> int:
    """How many events the tracker holds for a case, read from its file."""
    with sqlite3.connect(f"file:{workbench.data_dir}/tracker.sqlite3?mode=ro", uri=True) as database:
        return int(database.execute("SELECT count(*) FROM event WHERE case_id = ?", (case,)).fetchone()[0])


def test_a_visitor_is_led_to_the_door_and_a_wrong_password_is_said_in_a_sentence(visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto(visitor.workbench.base + "/papan?flag=breached")
    visitor.page.wait_for_url(re.compile(r"/masuk\?"))
    visitor.log_in("kabid", "bukan kata sandinya")
    visitor.says("Nama pengguna atau kata sandi salah")
    visitor.shot("20-masuk")
    assert "500" not in " ".join(visitor.complaints)


def test_the_language_switch_changes_the_frame_and_is_remembered(visit: Visit) -> None:
    visitor = visit("pengelola")
    visitor.page.get_by_role("link", name="English").click()
    visitor.page.wait_for_load_state()
    visitor.settle()
    visitor.says("Sign out")
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    visitor.shot("21-english")
    visitor.page.get_by_role("link", name="Bahasa Indonesia").click()
    visitor.page.wait_for_load_state()
    visitor.settle()
    visitor.says("Keluar")
    assert visitor.complaints == []


def test_a_decision_on_a_page_that_is_out_of_date_is_refused_with_a_sentence(visit: Visit) -> None:
    one, other = visit("subkoor"), visit("subkoor")
    for visitor in (one, other):
        visitor.open("/perkara?case=1")
    one.press("Sesuai")
    one.says(re.compile("Tercatat atas nama Agus Wibisono"))
    before = events(one.workbench, "1")
    other.press("Sesuai")
    other.says(re.compile(r"[Ss]udah diputus oleh .* pukul \d\d\.\d\d"))
    other.shot("22-sudah-diputus")
    assert events(one.workbench, "1") == before
    assert one.complaints == other.complaints == []


def test_a_double_click_is_one_decision_and_a_phone_is_enough_to_decide(visit: Visit) -> None:
    visitor = visit("kabid", width=390)
    visitor.shot("23-beranda-390")
    visitor.open("/tugas")
    visitor.shot("24-tugas-390")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    visitor.row("9. Kabid")
    visitor.dialog.wait_for()
    visitor.shot("25-putuskan-390")
    before = events(visitor.workbench, "1")
    visitor.dialog.get_by_role("button", name="Setujui cetak", exact=True).dblclick()
    visitor.says(re.compile("Tercatat atas nama Endah Kusumawati"))
    visitor.settle()
    assert events(visitor.workbench, "1") == before + 1
    assert visitor.complaints == []
