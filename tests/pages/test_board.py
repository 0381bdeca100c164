"""Papan SOP: counts, filters that live in the address, and a new case."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Opener, person, said
from workbench.services import track
from workbench.storage import database

PAGE = "track/board.py"


@pytest.fixture
def two_procedures(demo_dir: object) -> None:
    with database.writing() as session:
        track.start(
            session, sop_id="sby-penyebarluasan", subject="Rilis triwulan", by=person("statistisi"), idem="rilis"
        )


@pytest.mark.usefixtures("two_procedures")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, {"2026/000001", "2026/000002"}),
        ({"sop": "sby-penyebarluasan"}, {"2026/000002"}),
        ({"flag": "on_time"}, {"2026/000001"}),
        ({"flag": "breached"}, set()),
        ({"cari": "triwulan"}, {"2026/000002"}),
        ({"sop": "tidak-ada", "flag": "ngawur"}, {"2026/000001", "2026/000002"}),
    ],
)
def test_a_link_to_the_board_keeps_its_filters(demo_app: Opener, query: dict[str, str], numbers: set[str]) -> None:
    at = demo_app("kabid", PAGE, **query)
    rows = at.dataframe[1].value
    assert set(rows["Perkara"] if len(rows) else ()) == numbers
    assert f"{len(numbers)} perkara. Pilih satu baris untuk membukanya." in [line.value for line in at.caption]


@pytest.mark.usefixtures("two_procedures")
def test_a_filter_chosen_on_the_page_goes_into_the_address(demo_app: Opener) -> None:
    at = demo_app("kabid", PAGE)
    at.selectbox(key="sop").set_value("sby-penyebarluasan").run()
    assert at.query_params["sop"] == "sby-penyebarluasan"
    at.selectbox(key="sop").set_value("").run()
    assert "sop" not in at.query_params


def begin(at: AppTest) -> AppTest:
    """Press the dialog's button; the test's runs are whole, so what opens the dialog is pressed with it."""
    opener, start = (next(b for b in at.button if b.label == label) for label in ("Perkara baru", "Mulai perkara"))
    opener.click()
    return ran(start.click())


def reopened(at: AppTest) -> AppTest:
    return ran(next(button for button in at.button if button.label == "Perkara baru").click())


def ran(at: AppTest) -> AppTest:
    at = at.run()
    assert not at.exception, at.exception
    return at


def test_a_new_case_says_what_it_lacks_then_begins(demo_app: Opener) -> None:
    at = begin(reopened(demo_app("statistisi", PAGE)))
    assert said(at)[0] == "Isi dulu halnya: tentang apa perkara ini."
    next(box for box in at.selectbox if box.label == "Prosedur (SOP)").set_value("srg-pengumpulan-publikasi")
    next(field for field in at.text_input if field.label == "Hal").set_value("Buku 2026")
    at = reopened(at)
    at.multiselect[0].set_value([])
    at = begin(at)
    assert said(at)[0] == "Pilih sekurangnya satu OPD yang diminta datanya."
    at.multiselect[0].set_value(["1.02.01"])
    begin(at)
    with database.session() as session:
        assert [row.subject for row in track.board(session)].count("Buku 2026") == 1


def test_only_the_office_opens_cases(demo_app: Opener) -> None:
    labels = {button.label for button in demo_app("admin", PAGE).button}
    assert "Perkara baru" not in labels
