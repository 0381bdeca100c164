"""Draf: the pages, the checks, and deciding on exactly the bytes shown."""

from __future__ import annotations

import re

from tests.app_helpers import make_office, open_app, texts
from tests.pages.conftest import Opener, click, person, said
from workbench.domain.people import Role
from workbench.services import disseminate, track
from workbench.storage import database
from workbench.storage.tables import DraftRow

PAGE = "disseminate/drafts.py"


def test_without_a_draft_the_page_says_where_they_come_from(sqlite_db: object) -> None:
    at = open_app(make_office()[Role.STAFF], PAGE)
    assert said(at) == ["Belum ada draf. Draf dibuat dari edisi yang dibekukan."]


def test_the_draft_shows_its_pages_its_checks_and_its_bytes(demo_app: Opener) -> None:
    at = demo_app("subkoor", PAGE, draf=1)
    assert at.title[0].value == "Kota Surakarta dalam Statistik Sektoral"
    assert len(at.get("image")) + len(at.get("imgs")) >= 1
    with database.session() as session:
        sha = disseminate.draft(session, 1).line.pdf_sha256
    assert f"SHA-256 `{sha[:16]}`" in texts(at) and f"/berkas/{sha}" in texts(at)
    assert "sel tanpa angka" in texts(at) and "Ini draf pertama." in texts(at)


def test_without_a_choice_the_draft_that_waits_for_the_reader_opens_and_not_the_newest(demo_app: Opener) -> None:
    with database.writing() as session:
        first = session.get_one(DraftRow, 1)
        copied = first.model_dump(exclude={"id", "case_id", "job_id"})
        session.add(DraftRow(**copied | {"round": 7, "status": "approved"}))
    waits, reads = texts(demo_app("subkoor", PAGE)), texts(demo_app("pengelola", PAGE))
    assert "Draf putaran 1 " in waits and "Draf putaran 7 " not in waits
    assert "Draf putaran 7 " in reads


def test_the_paraf_is_on_the_bytes_and_goes_to_the_next(demo_app: Opener) -> None:
    at = click(demo_app("subkoor", PAGE, draf=1), "Sesuai")
    with database.session() as session:
        view, draft = track.case(session, case_id=1), disseminate.draft(session, 1)
    assert said(at)[0] == f"Sesuai: tercatat atas berkas {draft.line.pdf_sha256[:16]}…"
    assert view.parafs[-1].sha256 == draft.line.pdf_sha256
    assert re.search(r"Menunggu Kabid", texts(at)) and "atas draf ini" in texts(at)


def test_who_does_not_hold_the_step_reads_for_whom_it_waits(demo_app: Opener) -> None:
    at = demo_app("statistisi", PAGE, draf=1)
    assert "Sesuai" not in {button.label for button in at.button} and "Menunggu Subkoordinator" in texts(at)


def test_a_return_needs_its_reason(demo_app: Opener) -> None:
    at = click(demo_app("subkoor", PAGE, draf=1), "Kembalikan")
    assert len(at.error) == 1
    at.text_area[0].set_value("Tabel 4.1 masih kosong.")
    at = click(at, "Kembalikan")
    assert not at.error
    with database.session() as session:
        assert track.case(session, case_id=1).state.step != "8"


def test_a_draft_decided_meanwhile_is_refused_with_a_sentence(demo_app: Opener) -> None:
    at = demo_app("subkoor", PAGE, draf=1)
    with database.writing() as session:
        view = track.case(session, case_id=1)
        track.decide(
            session, case_id=1, seen_seq=view.seq, outcome="sesuai", by=person("subkoor"), idem="other",
            evidence=view.under_review,
        )  # fmt: skip
    at = click(at, "Sesuai")
    assert at.error[0].value.startswith("Sudah diputus oleh Agus Wibisono")


def test_numbers_can_be_followed_from_the_tables(demo_app: Opener) -> None:
    at = demo_app("subkoor", PAGE, draf=1)
    at.segmented_control(key="draft-view-1").set_value("numbers").run()
    assert not at.exception
    table = at.dataframe[0].value
    assert list(table[""])[:2] == ["Laweyan", "Serengan"]
    assert "Pilih satu sel angka untuk melihat asalnya." in [line.value for line in at.caption]
