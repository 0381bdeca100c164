"""Kirim data and Kiriman: what an agency owes and what came back; what the office received."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app_helpers import texts
from tests.pages.conftest import Opener, person, said
from workbench.services import acceptance, checks, collect, demo_files, track
from workbench.storage import database, files

SUBMIT, LIST = "collect/submit.py", "collect/submissions.py"
HEALTH = "1.02.01"
LOCKED = Path(__file__).parents[1] / "reading" / "files"


@pytest.fixture
def asked(demo_dir: object) -> int:
    """A round for 2026 in which only the health agency is asked; returns its case."""
    with database.writing() as session:
        parent = track.start(
            session, sop_id="srg-pengumpulan-publikasi", subject="Buku 2026", by=person("kabid"), idem="2026",
            opd_codes=[HEALTH], period="2026",
        )  # fmt: skip
    for who, outcome in (("kabid", "disposisi"), ("subkoor", "sebar")):
        with database.writing() as session:
            seq = track.case(session, case_id=parent).seq
            track.decide(session, case_id=parent, seen_seq=seq, outcome=outcome, by=person(who), idem=who)
    with database.session() as session:
        return track.case(session, case_id=parent).children[0].case_id


def send(case: int, file: demo_files.DemoFile, *, content: bytes | None = None, idem: str = "") -> collect.Receipt:
    with database.writing() as session:
        return collect.receive(
            session, dataset_id=file.dataset_id, period="2026", by=person("op.dinkes"), file_name=file.name,
            content=content or file.content, case_id=case, idem=idem or file.name,
        )  # fmt: skip


def sections(at: object) -> list[str]:
    return [element.value for element in at.subheader]


def test_nothing_asked_is_said_and_accepted_files_stay_in_sight(demo_app: Opener) -> None:
    at = demo_app("op.dinkes", SUBMIT)
    assert "Tidak ada data yang harus dikirim saat ini" in said(at)[0]
    assert sections(at) == ["Sudah disahkan (6)"]
    assert set(at.dataframe[0].value["Tahun"]) == {"2023", "2024", "2025"}


def test_what_is_asked_is_listed_with_its_due_time(demo_app: Opener, asked: int) -> None:
    at = demo_app("op.dinkes", SUBMIT)
    assert sections(at)[0] == "Perlu dikirim (2)"
    assert [button.label for button in at.button].count("Kirim berkas") == 2
    assert texts(at).count("jatuh tempo") == 2
    assert not said(at)
    other = demo_app("op.disdik", SUBMIT)
    assert sections(other)[0].startswith("Sudah disahkan"), "another agency is asked for nothing"


def test_two_cases_may_ask_for_the_same_dataset(demo_app: Opener, asked: int) -> None:
    with database.writing() as session:
        parent = track.start(
            session, sop_id="srg-pengumpulan-publikasi", subject="Kecamatan 2026", by=person("kabid"), idem="again",
            opd_codes=[HEALTH], period="2026",
        )  # fmt: skip
    for who, outcome in (("kabid", "disposisi"), ("subkoor", "sebar")):
        with database.writing() as session:
            seq = track.case(session, case_id=parent).seq
            track.decide(session, case_id=parent, seen_seq=seq, outcome=outcome, by=person(who), idem=f"2-{who}")
    at = demo_app("op.dinkes", SUBMIT)
    assert not said(at) and [button.label for button in at.button].count("Kirim berkas") == 4
    assert texts(at).count("Kecamatan 2026") == 2, "which case asks is said"


def test_a_sent_file_shows_its_receipt_and_an_unreadable_one_its_sentence(demo_app: Opener, asked: int) -> None:
    receipt = send(asked, demo_files.workbook("fasilitas-kesehatan", "2026"))
    bad = send(asked, demo_files.workbook("tenaga-kesehatan", "2026"), content=b"%PDF-1.7 bukan lembar kerja")
    at = demo_app("op.dinkes", SUBMIT)
    assert sections(at)[:2] == ["Perlu dikirim (1)", "Sudah dikirim, sedang diperiksa (1)"]
    assert receipt.number in texts(at) and f"/berkas/{receipt.sha256}" in texts(at)
    assert at.warning[0].value == bad.refusal and bad.refusal
    with database.session() as session:
        assert track.case(session, case_id=asked).state.step == "3", "an unusable file moves nothing"


@pytest.mark.parametrize("name", ["terkunci.xlsx", "terkunci.xls"])
def test_a_locked_workbook_says_on_the_page_what_to_ask_and_is_kept(demo_app: Opener, asked: int, name: str) -> None:
    locked = (LOCKED / name).read_bytes()
    bad = send(asked, demo_files.workbook("tenaga-kesehatan", "2026"), content=locked)
    for _again in range(2):  # the page answers, and goes on answering
        at = demo_app("op.dinkes", SUBMIT)
        assert [warning.value for warning in at.warning] == [bad.refusal] and "kata sandi" in bad.refusal
        assert "Perlu dikirim (2)" in sections(at) and "Kirim berkas" in {button.label for button in at.button}
    assert files.read(bad.sha256) == locked


def test_returned_cells_come_back_with_words_and_a_proposal(demo_app: Opener, asked: int) -> None:
    send(asked, demo_files.workbook("fasilitas-kesehatan", "2026"))
    flawed = send(asked, demo_files.workbook("tenaga-kesehatan", "2026", flawed=True))
    staff = person("statistisi")
    with database.writing() as session:
        seq = track.case(session, case_id=asked).seq
        track.decide(session, case_id=asked, seen_seq=seq, outcome="selesai", by=staff, idem="gather")
        checks.check(session, submission_id=flawed.submission_id)
    with database.writing() as session:
        cells = acceptance.cells_to_return(session, submission_id=flawed.submission_id)
        acceptance.return_to_opd(
            session, submission_id=flawed.submission_id, by=staff, note="Mohon [periksa](x) jumlahnya.", cells=cells,
            idem="back",
        )  # fmt: skip
    at = demo_app("op.dinkes", SUBMIT)
    assert sections(at)[0] == "Dikembalikan, perlu diperbaiki (1)"
    table = at.table[0].value
    assert list(table["Sel"]) == ["E12", "H12"] and "selisih 90" in table["Yang perlu diperbaiki"].iloc[0]
    assert "[periksa](x)" not in texts(at) and "Kirim perbaikan" in {button.label for button in at.button}


def test_the_office_finds_a_submission_by_status_case_and_bytes(demo_app: Opener, asked: int) -> None:
    receipt = send(asked, demo_files.workbook("fasilitas-kesehatan", "2026"))
    rows = demo_app("statistisi", LIST).dataframe[0].value
    assert len(rows) == 26 and rows["Tahun"][0] == "2026"
    assert len(demo_app("statistisi", LIST, status="received").dataframe[0].value) == 1
    assert len(demo_app("statistisi", LIST, perkara=asked).dataframe[0].value) == 1
    one = demo_app("statistisi", LIST, bukti=receipt.sha256).dataframe[0].value
    assert list(one["Tanda terima"]) == [receipt.number]
    at = demo_app("statistisi", LIST, status="unreadable")
    assert not at.dataframe and "Belum ada kiriman di sini" in said(at)[0]
