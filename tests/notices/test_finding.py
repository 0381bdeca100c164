"""Finding cases, saved views, counts of what waits, work handed over, what changed: services and pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from tests.app_helpers import as_user, open_app, texts
from tests.conftest import Office
from tests.notices.conftest import wib
from tests.notices.test_cascade_view import start
from workbench import moment
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import NotAllowed, NotFound, Refused
from workbench.domain.people import Person
from workbench.domain.tracking_code import display
from workbench.services import audit, changes, duty, leave, letters, notices, saved_views, search, search_near, track
from workbench.storage import database
from workbench.storage.tables import CaseRow, EventRow

AT = wib("2026-07-06T08:00")


def case(office: Office, subject: str, key: str, **more: str) -> int:
    with moment.at(AT), database.writing() as session:
        return track.start(session, sop_id="trk-layanan-data", subject=subject, by=office["clerk"], idem=key, **more)  # type: ignore[arg-type]


def found(person: Person, text: str) -> list[str]:
    with database.session() as session:
        return [hit.subject for hit in search.find(session, person=person, text=text).hits]


def nearest(person: Person, text: str, **more: bool) -> list[str]:
    with database.session() as session:
        return [hit.subject for hit in search_near.near(session, person=person, text=text, **more)]


def test_the_nearest_cases_of_words_that_are_in_none(office: Office, three: list[int]) -> None:
    """Letters swapped, left out or doubled; numbers without their noughts; nothing of what a person may not see."""
    me = office["staff"]
    for slip in ("puksesmas", "puskemas", "puskessmas", "jumlah puskemas", "univesitas"):
        assert nearest(me, slip)[:1] == ["Jumlah puskesmas 2025"], slip
    for typed in ("2026/2", "2026/00002", "2026/000002"):
        assert nearest(me, typed)[0] == "Daftar sekolah 100% negeri", typed
    assert nearest(me, "sawa")[0] == "Luas sawah"
    assert nearest(me, "dinas kesehtan puskesmas")[0] == "Jumlah puskesmas 2025", "by the agency's name"
    assert nearest(me, "xylofon") == nearest(me, "") == nearest(me, "puskemas qwertz zxcvb") == []
    assert nearest(office["dinkes"], "puskemas") == ["Jumlah puskesmas 2025"]
    assert nearest(office["dinkes"], "sekolh") == [], "another agency's"
    with moment.at(AT), database.writing() as session:
        track.cancel(session, case_id=three[0], seen_seq=1, by=office["kabid"], idem="x", note="x")
    assert nearest(me, "puskemas") == ["Jumlah puskesmas 2025"] and nearest(me, "puskemas", running=True) == []


@pytest.fixture
def three(office: Office) -> list[int]:
    numbers = [
        case(office, "Jumlah puskesmas 2025", "a", opd_code="1.02.01", requester="BEM Universitas"),
        case(office, "Daftar sekolah 100% negeri", "b", opd_code="1.01.01", requester="Warga"),
        case(office, "Luas sawah", "c"),
    ]
    with moment.at(AT), database.writing() as session:
        track.add_note(
            session, case_id=numbers[2], by=office["staff"], idem="n", note="Ditelepon Bu RATNA, minta shapefile"
        )
    return numbers


@pytest.mark.parametrize("collected", [False, True])
def test_a_case_is_found_by_anything(office: Office, three: list[int], collected: bool) -> None:
    if collected:
        search.catch_up()
    me = office["staff"]
    assert found(me, "puskesmas") == ["Jumlah puskesmas 2025"]
    assert found(me, "PUSKESMAS bem") == ["Jumlah puskesmas 2025"]
    assert found(me, "puskesmas warga") == []
    assert found(me, "2026/000002") == ["Daftar sekolah 100% negeri"]
    assert found(me, "000003") == ["Luas sawah"]
    assert found(me, "kesehatan") == ["Jumlah puskesmas 2025"]  # the OPD
    assert found(me, "ratna shapefile") == ["Luas sawah"]
    assert found(me, "luas ratna") == ["Luas sawah"]  # subject and note
    assert found(me, "100%") == ["Daftar sekolah 100% negeri"]
    assert found(me, "1_0%") == []
    assert len(found(me, "layanan data")) == 3  # the procedure's title
    for nothing in ("", "   ", "x", "\x00", "'; DROP TABLE sop_case; --", "\\"):
        assert found(me, nothing) in ([], ["Luas sawah"])
    with database.session() as session:
        row = session.get_one(CaseRow, three[1])
        (hit,) = search.find(session, person=me, text=display(row.tracking_code).lower()).hits
    assert hit.exact and hit.case_id == three[1]


def test_notes_written_after_collecting_are_found_too(office: Office, three: list[int]) -> None:
    search.catch_up()
    with moment.at(AT), database.writing() as session:
        track.add_note(session, case_id=three[0], by=office["staff"], idem="n2", note="sudah dikirim lewat kurir")
    assert found(office["staff"], "kurir") == ["Jumlah puskesmas 2025"]
    search.catch_up()
    assert found(office["staff"], "kurir") == ["Jumlah puskesmas 2025"]
    assert found(office["staff"], "ratna") == ["Luas sawah"]


def test_a_producer_finds_only_their_own_opd(office: Office, three: list[int]) -> None:
    assert found(office["dinkes"], "2026") == ["Jumlah puskesmas 2025"]
    assert found(office["disdik"], "puskesmas") == []
    with database.session() as session:
        other = session.get_one(CaseRow, three[1])
        hits = search.find(session, person=office["dinkes"], text=other.tracking_code).hits
    assert hits == ()
    assert found(office["kabid"], "2026") == ["Luas sawah", "Daftar sekolah 100% negeri", "Jumlah puskesmas 2025"]


def test_a_letter_leads_to_its_case(office: Office, three: list[int]) -> None:
    with moment.at(AT), database.writing() as session:
        facts = letters.Facts("Kecamatan", "Permohonan rahasia", letter_number="470/812/V/2026")
        letter = letters.receive(session, facts=facts, by=office["clerk"], idem="l")
        letters.link_case(
            session, letter_id=letter.letter_id, case_id=three[2], by=office["clerk"], idem="k",
            seen_version=letters.letter(session, letter_id=letter.letter_id, person=office["clerk"]).version,
        )  # fmt: skip
    assert found(office["staff"], "470/812") == ["Luas sawah"]
    assert found(office["dinkes"], "470/812") == []


# ---------------------------------------------------------------- saved views


def test_views_belong_to_one_person(office: Office) -> None:
    with database.writing() as session:
        mine = saved_views.save(
            session, person=office["kasi"], page="board", name=" Lewat  batas ", filters={"flag": ["x"]}
        )
        again = saved_views.save(
            session, person=office["kasi"], page="board", name="Lewat batas", filters={"flag": ["y"]}
        )
        assert mine == again
        assert saved_views.views(session, person=office["kabid"], page="board") == []
        (view,) = saved_views.views(session, person=office["kasi"], page="board")
        assert (view.name, view.filters) == ("Lewat batas", {"flag": ["y"]})
        with pytest.raises(Refused):
            saved_views.save(session, person=office["kasi"], page="board", name="  ", filters={})
        with pytest.raises(NotFound):
            saved_views.delete(session, person=office["kabid"], view_id=mine)
        saved_views.delete(session, person=office["kasi"], view_id=mine)
        assert saved_views.views(session, person=office["kasi"], page="board") == []


# ---------------------------------------------------------------- what waits


def test_the_counts_of_the_menu_agree_with_the_inbox(office: Office) -> None:
    for n, sop_id in enumerate(("bwi-permintaan", "trk-layanan-data", "srg-pengumpulan-publikasi", "ska-publikasi")):
        start(office, sop_id, AT, f"s{n}")
    with moment.at(AT), database.writing() as session:
        rows = session.exec(select(CaseRow).where(CaseRow.status == CaseStatus.OPEN)).all()
        for row in rows:
            track.skip(
                session, case_id=row.id or 0, seen_seq=row.seq, by=office["kasi"], idem=f"f{row.id}",
                outcome=track.case(session, case_id=row.id or 0).sop.step(row.step).outcomes[0].key, note="x",
            )  # fmt: skip
    with moment.at(AT), database.session() as session:
        for person in office.people.values():
            items = [i for i in track.inbox(session, person=person) if not i.paused]
            free = [i for i in items if i.taken_by in ("", person.username)]
            assert duty.waiting_by_room(session, person).get("track", 0) == len(free), person.username


def test_rooms_follow_the_object(office: Office) -> None:
    with database.session() as session:
        from workbench.services import casework

        sop = casework.current_sop(session, "srg-pengumpulan-publikasi")
    assert [duty.room_of(sop, sop.step(no)) for no in ("1", "3", "5", "6", "8", "10")] == [
        "track", "collect", "process", "disseminate", "disseminate", "disseminate",
    ]  # fmt: skip


# ---------------------------------------------------------------- a colleague on leave


def taken(office: Office, who: str, n: int) -> list[int]:
    """Cases at step 4 of Tarakan (the analysts' lane), taken by one of two analysts."""
    numbers = [case(office, f"Surat {k}", f"{who}{k}") for k in range(n)]
    for number in numbers:
        with moment.at(AT), database.writing() as session:
            while (row := session.get_one(CaseRow, number, populate_existing=True)).step != "4":
                view = track.case(session, case_id=number)
                track.skip(
                    session, case_id=number, seen_seq=row.seq, by=office["kasi"], idem=f"{number}.{row.seq}",
                    outcome=view.sop.step(row.step).outcomes[0].key, note="x",
                )  # fmt: skip
            track.take(session, case_id=number, seen_seq=row.seq, by=office[who], idem=f"take{number}")
    return numbers


def test_all_steps_of_a_colleague_change_hands_at_once(office: Office) -> None:
    mine, others = taken(office, "staff", 3), taken(office, "staff2", 1)
    args = {"from_username": "staff", "to_username": "staff2", "by": office["kasi"], "idem": "cuti"}
    with moment.at(AT + timedelta(hours=1)), database.writing() as session:
        before = len(session.exec(select(EventRow)).all())
        with pytest.raises(Refused):
            leave.hand_over(session, **args, reason=" ")  # type: ignore[arg-type]
        done = leave.hand_over(session, **args, reason="Cuti tahunan")  # type: ignore[arg-type]
    assert done == leave.HandedOver(tuple(mine), ())
    with moment.at(AT + timedelta(hours=2)), database.writing() as session:
        assert leave.hand_over(session, **args, reason="Cuti tahunan") == done  # type: ignore[arg-type]
        rows = [session.get_one(CaseRow, number) for number in mine]
        assert {(row.assignee, row.taken_by) for row in rows} == {("staff2", "")}
        assert session.get_one(CaseRow, others[0]).taken_by == "staff2"
        fresh = session.exec(select(EventRow)).all()[before:]
        assert [(e.type, e.note) for e in fresh] == [("reassign", "Cuti tahunan")] * 3
        assert audit.verify(session).problems == ()
        assert leave.in_hand(session, username="staff") == []


def test_who_could_step_in_and_how_much_they_have(office: Office) -> None:
    taken(office, "staff", 3)
    taken(office, "staff2", 1)
    with database.session() as session:
        assert leave.loads(session) == {"staff": 3, "staff2": 1}
        for_staff = leave.takers(session, username="staff")
        assert [(taker.person.username, taker.can, taker.holds) for taker in for_staff] == [("staff2", 3, 1)]
        assert leave.takers(session, username="kasi") == [], "nothing in hand, nobody needed"


def test_only_a_superior_and_only_to_who_holds_the_lane(office: Office) -> None:
    taken(office, "staff", 2)
    for by, to, error in (("staff2", "staff2", NotAllowed), ("kasi", "clerk", Refused), ("kasi", "staff", Refused)):
        with moment.at(AT), database.writing() as session, pytest.raises(error):
            leave.hand_over(session, from_username="staff", to_username=to, by=office[by], reason="x", idem=f"{by}{to}")
    with database.session() as session:
        assert len(leave.in_hand(session, username="staff")) == 2


# ---------------------------------------------------------------- what changed


def test_changes_since_the_last_working_day(office: Office) -> None:
    """On Monday, Friday's opening counts; one's own acts are no news; strangers' cases are none of one's business."""
    with moment.at(wib("2026-07-13T09:00")), database.session() as session:
        assert changes.since_last_day(session) == wib("2026-07-10T07:30")
    number = case(office, "Uji", "a", opd_code="1.02.01")
    with moment.at(AT + timedelta(hours=1)), database.session() as session:
        assert [c.case_id for c in changes.for_person(session, office["kabid"]).lines] == [number]
        assert changes.for_person(session, office["clerk"]).total == 0
        assert changes.for_person(session, office["disdik"]).total == 0


# ---------------------------------------------------------------- pages


def test_a_slip_of_the_pen_finds_the_nearest_cases_on_search_and_board(sqlite_office: Office) -> None:
    case(sqlite_office, "Jumlah puskesmas 2025", "a")
    at = open_app(sqlite_office["staff"], "track/search.py", query={"q": "puksesmas"})
    assert not at.exception and "barangkali ini" in texts(at)
    assert list(at.dataframe[0].value["Hal"]) == ["Jumlah puskesmas 2025"]
    at = open_app(sqlite_office["kabid"], "track/board.py")
    at.text_input(key="cari").set_value("jumlh puskemas").run()
    assert not at.exception and "barangkali ini" in texts(at)
    assert [list(f.value["Hal"]) for f in at.dataframe if "Pemohon" in f.value.columns] == [["Jumlah puskesmas 2025"]]
    at.text_input(key="cari").set_value("xylofon").run()
    assert not at.exception and "Tidak ada perkara berjalan" in texts(at)


def test_the_search_box_leads_to_the_results(sqlite_office: Office) -> None:
    case(sqlite_office, "Jumlah puskesmas 2025", "a")
    at = open_app(sqlite_office["staff"])
    at.text_input(key="search-box").set_value("puskesmas").run()
    assert not at.exception and at.title[0].value == "Cari"
    assert list(at.dataframe[0].value["Hal"]) == ["Jumlah puskesmas 2025"]
    at.text_input(key="q").set_value("tidak ada").run()
    assert "Tidak ada perkara" in texts(at)
    at = open_app(sqlite_office["dinkes"], "track/search.py", query={"q": "puskesmas"})
    assert not at.exception and not at.dataframe


def test_home_shows_warnings_and_what_changed(sqlite_office: Office) -> None:
    now = moment.now()
    with moment.at(now - timedelta(hours=1)), database.writing() as session:
        number = track.start(
            session, sop_id="bwi-permintaan", subject="Data puskesmas", by=sqlite_office["clerk"], idem="a"
        )
        row = session.get_one(CaseRow, number)
        from workbench.storage import notices as store

        warning = store.add_warning(
            session, case_id=number, step=row.step, visit=1, threshold="breached", due_at=now, at=now
        )
        store.add_notice(session, warning_id=warning, person_id=sqlite_office["kabid"].id, mail_id=None)
    at = open_app(sqlite_office["kabid"])
    assert not at.exception, at.exception
    assert "Lewat batas" in texts(at) and "Berubah sejak" in texts(at)
    assert "Perkara dibuka" in texts(at).replace("\\", "")
    at.button(key="notices-read").click().run()
    assert not at.exception and not [b for b in at.button if b.key == "notices-read"]
    with database.session() as session:
        assert notices.for_person(session, sqlite_office["kabid"]) == []


def test_the_case_page_tells_the_cascade(sqlite_office: Office) -> None:
    number = case(sqlite_office, "Jumlah puskesmas", "a")
    at = open_app(sqlite_office["kabid"], "track/case.py", query={"case": str(number)})
    assert not at.exception, at.exception
    assert "Rencana dan keterlambatan berantai" in texts(at)
    table = next(frame.value for frame in at.dataframe if "Ditambah di sini" in frame.value.columns)
    assert len(table) >= 5


def test_a_board_view_is_saved_and_chosen(sqlite_office: Office) -> None:
    case(sqlite_office, "Jumlah puskesmas", "a")
    at = open_app(sqlite_office["kabid"], "track/board.py")
    at.text_input(key="cari").set_value("puskesmas").run()
    at.text_input(key="view-name-board").set_value("Puskesmas").run()
    at.button(key="view-save-board").click().run()
    assert not at.exception, at.exception
    with database.session() as session:
        (view,) = saved_views.views(session, person=sqlite_office["kabid"], page="board")
    assert view.filters["cari"] == "puskesmas"
    at = open_app(sqlite_office["kabid"], "track/board.py")
    at.button(key=f"view-board-{view.id}").click().run()
    assert not at.exception, at.exception
    assert at.text_input(key="cari").value == "puskesmas"


def hand_over_form() -> None:
    from workbench.ui import feedback
    from workbench.ui.components import hand_over

    feedback.show_flashes()
    hand_over.form()


def test_the_form_hands_over(sqlite_office: Office) -> None:
    numbers = taken(sqlite_office, "staff", 2)
    at = AppTest.from_function(hand_over_form, default_timeout=30)
    at.user = as_user(sqlite_office["kasi"].id)
    at.run()
    at.selectbox(key="hand-from").set_value("staff").run()
    at.selectbox(key="hand-to").set_value("staff2").run()
    at.text_input(key="hand-reason").set_value("Cuti").run()
    next(b for b in at.button if b.label == "Alihkan 2 langkah").click().run()
    assert not at.exception, at.exception
    assert "2 langkah Siti Aminah dialihkan kepada Tono Wibowo" in texts(at)
    with database.session() as session:
        assert {session.get_one(CaseRow, number).assignee for number in numbers} == {"staff2"}


def test_the_board_offers_it_to_superiors_only(sqlite_office: Office) -> None:
    case(sqlite_office, "Uji", "a")
    for who, offered in (("kasi", True), ("staff", False)):
        at = open_app(sqlite_office[who], "track/board.py")
        assert ("Alihkan pekerjaan rekan" in [b.label for b in at.button]) is offered
