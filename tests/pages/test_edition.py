"""Edisi: freeze what was accepted, ask for a draft, watch it."""

from __future__ import annotations

from tests.app_helpers import make_office, open_app, texts
from tests.pages.conftest import Opener, case_id, click, said
from workbench.domain.people import Role
from workbench.services import disseminate
from workbench.storage import database, jobs

PAGE = "disseminate/edition.py"


def test_an_office_without_accepted_data_reads_what_comes_first(sqlite_db: object) -> None:
    at = open_app(make_office()[Role.STAFF], PAGE)
    assert not at.exception and "Belum ada dataset yang disahkan" in said(at)[0]
    assert not [button for button in at.button if button.label == "Bekukan edisi"]


def test_editions_and_finished_drafts_are_listed(demo_app: Opener) -> None:
    at = demo_app("statistisi", PAGE)
    assert "Edisi 2025\\-1" in texts(at) or "Edisi 2025-1" in texts(at)
    assert any(link.proto.label == "Lihat draf" for link in at.get("page_link"))


def test_only_those_who_process_may_freeze_and_render(demo_app: Opener) -> None:
    labels = {button.label for button in demo_app("kabid", PAGE).button}
    assert not labels & {"Bekukan edisi", "Buat draf buku"}


def test_asking_twice_for_the_same_draft_is_one_job(demo_app: Opener) -> None:
    at = demo_app("statistisi", PAGE)
    at = click(at, "Buat draf buku")
    assert "Draf sedang disusun" in said(at)[0]
    click(at, "Buat draf buku")
    with database.session() as session:
        assert jobs.counts(session)[jobs.JobState.QUEUED] == 1
    assert "antre" in texts(at) and "Halaman ini boleh ditinggalkan" in said(at)[0]


def test_a_draft_that_failed_can_be_asked_for_again(demo_app: Opener) -> None:
    at = click(demo_app("statistisi", PAGE), "Buat draf buku")
    with database.writing() as session:
        job = jobs.claim(session, "pekerja")
        assert job is not None
        jobs.fail(session, job.id, "Huruf tidak ditemukan.")
    at.run()
    assert "Huruf tidak ditemukan." in said(at)
    click(at, "Buat draf buku")
    with database.session() as session:
        assert jobs.counts(session)[jobs.JobState.QUEUED] == 1


def test_a_draft_is_refused_where_the_case_does_not_ask_for_one(demo_app: Opener) -> None:
    at = click(demo_app("statistisi", PAGE, perkara=case_id("2026/000001")), "Buat draf buku")
    assert said(at)[0] == "Langkah perkara ini tidak meminta draf. Tidak ada yang berubah."
    with database.session() as session:
        assert jobs.counts(session)[jobs.JobState.QUEUED] == 0


def test_a_frozen_edition_is_a_new_one_of_the_year(demo_app: Opener) -> None:
    at = demo_app("statistisi", PAGE)
    opener = next(button for button in at.button if button.label == "Bekukan edisi")
    opener.click().run()
    next(button for button in at.button if button.label == "Bekukan edisi").click()
    next(button for button in at.button if button.label == "Bekukan").click()
    at.run()
    assert not at.exception
    with database.session() as session:
        assert {edition.id for edition in disseminate.editions(session)} == {"2025-1", "2025-2"}
