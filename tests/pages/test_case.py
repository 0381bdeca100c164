"""Perkara: where it stands, deciding on what is shown, and what a supervisor may do beside."""

from __future__ import annotations

from tests.app_helpers import texts
from tests.pages.conftest import Opener, click, person, said
from workbench.domain.engine import CaseStatus
from workbench.services import track
from workbench.storage import database
from workbench.ui.components import supervision

PAGE = "track/case.py"


def state(case: int = 1) -> tuple[str, str]:
    with database.session() as session:
        found = track.case(session, case_id=case).state
    return found.status.value, found.step


def test_the_case_says_where_it_is_who_holds_it_and_what_it_produced(demo_app: Opener) -> None:
    at = demo_app("subkoor", PAGE, case=1)
    said_words = texts(at)
    assert "2026/000001" in at.title[0].value and "Dipegang **Subkoordinator Statistik" in said_words
    steps = at.dataframe[0].value
    assert list(steps["No"]) == [str(number) for number in range(1, 11)]
    assert steps["Posisi"][7] == "▸ sekarang" and steps["Posisi"][8] == "– nanti"
    assert list(steps["Posisi"][2:5]) == ["4 dari 4 OPD"] * 3
    assert "/draf?draf=1" in said_words
    assert len(at.dataframe[1].value) == 4, "one case an agency"


def test_evidence_stands_in_the_order_of_the_steps(demo_app: Opener) -> None:
    said_words = texts(demo_app("subkoor", PAGE, case=1))
    assert said_words.index("Langkah 6: ") < said_words.index("Langkah 7: ")


def test_the_decision_is_on_the_bytes_shown_and_only_for_who_holds_the_step(demo_app: Opener) -> None:
    waiting = demo_app("kabid", PAGE, case=1)
    assert "Sesuai" not in {button.label for button in waiting.button}
    at = click(demo_app("subkoor", PAGE, case=1), "Sesuai")
    assert "Tercatat atas nama Agus Wibisono" in said(at)[0]
    with database.session() as session:
        view = track.case(session, case_id=1)
    assert view.parafs[-1].sha256 == view.evidence["6"].sha256
    assert "Paraf dan tanda tangan" in texts(at)


def test_a_return_needs_a_reason_and_keeps_it(demo_app: Opener) -> None:
    at = click(demo_app("subkoor", PAGE, case=1), "Kembalikan")
    assert state() == ("open", "8") and said(at)
    at.text_area[0].set_value("Tabel 3.2 masih memakai angka lama.")
    at = click(at, "Kembalikan")
    assert state()[1] != "8"
    assert "Tabel 3" in texts(at) and "masih memakai angka lama" in texts(at)


def test_a_stale_page_is_refused_with_who_and_when(demo_app: Opener) -> None:
    at = demo_app("subkoor", PAGE, case=1)
    with database.writing() as session:
        view = track.case(session, case_id=1)
        track.decide(
            session, case_id=1, seen_seq=view.seq, outcome="sesuai", by=person("subkoor"), idem="other",
            evidence=view.under_review,
        )  # fmt: skip
    at = click(at, "Sesuai")
    assert at.error[0].value.startswith("Sudah diputus oleh Agus Wibisono, Plt. Subkoordinator")
    assert state() == ("open", "9")


def test_a_supervisor_holds_a_case_with_a_reason_and_lets_it_go_on(demo_app: Opener) -> None:
    with database.session() as session:
        view = track.case(session, case_id=1, person=person("subkoor"))
        outsider = track.case(session, case_id=1, person=person("pengelola"))
    assert {"pause", "reassign", "skip", "cancel", "note"} <= set(supervision.possible(view))
    assert not {"pause", "reassign", "skip", "cancel"} & set(supervision.possible(outsider))
    with database.writing() as session:
        track.pause(
            session,
            case_id=1,
            seen_seq=view.seq,
            by=person("subkoor"),
            idem="p",
            reason="bps",
            waiting_for="bps",
            note="x",
        )
    at = demo_app("subkoor", PAGE, case=1)
    assert state()[0] == CaseStatus.PAUSED.value
    assert "Menunggu BPS. Waktu ini tidak dibebankan kepada kantor." in said(at)[0]
    at = click(at, "Lanjutkan")
    assert state() == ("open", "8") and "Sesuai" in {button.label for button in at.button}


def test_a_cancelled_case_says_by_whom_why_and_how_far_it_came(demo_app: Opener) -> None:
    with database.writing() as session:
        seq = track.case(session, case_id=1).seq
        track.cancel(session, case_id=1, seen_seq=seq, by=person("kabid"), idem="c", note="Digabung dengan edisi lain.")
    at = demo_app("kabid", PAGE, case=1)
    words = texts(at).replace("\\", "")
    assert "oleh Endah Kusumawati. :gray[“Digabung dengan edisi lain.”]" in words
    assert "Dibatalkan" in words and "Selesai hari ini" not in words
    places = list(at.dataframe[0].value["Posisi"])
    assert places[7] == "× dibatalkan" and places[8] == "– tidak dilalui" and "✓ selesai" in places


def test_without_a_number_or_with_a_wrong_one_the_page_says_what_to_do(demo_app: Opener) -> None:
    assert said(demo_app("kabid", PAGE)) == ["Buka perkara dari Tugas saya atau Papan SOP."]
    assert said(demo_app("kabid", PAGE, case=4711)) == ["Perkara tidak ditemukan."]
    assert said(demo_app("kabid", PAGE, case="1; DROP")) == ["Buka perkara dari Tugas saya atau Papan SOP."]


def test_an_agency_sees_its_own_case_and_no_other(demo_app: Opener) -> None:
    with database.session() as session:
        children = {child.opd_code: child.case_id for child in track.case(session, case_id=1).children}
    assert demo_app("op.dinkes", PAGE, case=children["1.02.01"]).dataframe
    other = demo_app("op.dinkes", PAGE, case=children["1.01.01"])
    assert not other.dataframe and said(other)


def test_another_language_shows_the_same_case(demo_app: Opener) -> None:
    at = demo_app("kabid", PAGE, case=1)
    links = [text for text in texts(at).splitlines() if "/bahasa?ke=en" in text]
    assert links and "lanjut=%2Fperkara%3Fcase%3D1" in links[0]
