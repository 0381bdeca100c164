"""Beranda: what needs me, in words; and what to do when nothing does."""

from __future__ import annotations

from tests.app_helpers import open_app, texts
from tests.pages.conftest import Opener, person
from workbench.domain.people import Role
from workbench.services import people, track
from workbench.storage import database


def test_the_section_head_reads_that_a_paraf_waits_and_opens_it(demo_app: Opener) -> None:
    at = demo_app("subkoor")
    assert "**1** menunggu paraf atau tanda tangan Anda." in texts(at)
    assert [button.proto.url for button in at.get("link_button")] == ["/perkara?case=1"]
    assert "[2026/000001](/perkara?case=1)" in texts(at) and "**8\\. " not in texts(at)


def test_who_has_nothing_to_do_reads_so_and_an_operator_is_shown_the_way_to_the_forms(demo_app: Opener) -> None:
    at = demo_app("op.dinkes")
    assert "Tidak ada yang mendesak" in texts(at)
    assert any(link.proto.label == "Lihat data yang diminta dari OPD Anda" for link in at.get("page_link"))
    assert not demo_app("statistisi").get("link_button")


def test_more_than_five_steps_lead_to_the_whole_list(demo_app: Opener) -> None:
    head = person("kabid")
    with database.writing() as session:
        for number in range(6):
            track.start(
                session, sop_id="srg-pengumpulan-publikasi", subject=f"Buku {number}", by=head, idem=f"b{number}",
                opd_codes=["1.02.01"], period="2026",
            )  # fmt: skip
    at = demo_app("kabid")
    assert any(link.proto.label == "Semua 6 tugas saya" for link in at.get("page_link"))
    assert [button.proto.label for button in at.get("link_button")] == ["Buka yang paling mendesak: 2026/000002"]


def test_what_has_time_until_tomorrow_is_not_called_urgent(demo_app: Opener) -> None:
    with database.writing() as session:
        by = person("op.dinkes")
        track.start(session, sop_id="sby-penyebarluasan", subject="Infografis", by=by, opd_code="1.02.01", idem="i1")
    at = demo_app("op.dinkes")
    assert "Tidak ada yang mendesak" in texts(at)
    assert [button.proto.label for button in at.get("link_button")] == ["Buka langkah berikutnya: 2026/000002"]


def test_what_people_typed_is_shown_and_never_run(demo_app: Opener) -> None:
    with database.writing() as session:
        track.start(
            session, sop_id="srg-pengumpulan-publikasi", by=person("kabid"), idem="x", opd_codes=["1.02.01"],
            period="2026", subject="[klik](https://jahat.example) **tebal**",
        )  # fmt: skip
    words = texts(demo_app("kabid"))
    assert "klik" in words and "[klik](https://" not in words


def test_somebody_whose_post_has_ended_is_told_so(demo_app: Opener) -> None:
    with database.writing() as session:
        number = people.add_person(session, username="lama", name="Pegawai Lama", by="test")
    at = open_app(number)
    assert [error.value for error in at.error] == [
        "Anda belum memiliki penugasan yang berlaku hari ini. Mintalah administrator mencatatnya."
    ]
    assert Role.STAFF in person("statistisi").roles
