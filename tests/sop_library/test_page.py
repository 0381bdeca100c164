"""Pustaka SOP on screen: what everybody sees, and a supervisor revising, publishing and moving cases."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app_helpers import make_office, open_app, texts
from tests.sop_library.library import IDS, shipped
from workbench.domain.errors import Refused
from workbench.domain.people import Role
from workbench.domain.sop import Confidence, Standard, Unit
from workbench.services import casework, people, sop_library, track
from workbench.storage import database
from workbench.storage.tables import CaseRow

PAGE = "track/sop.py"


@pytest.fixture
def numbers(sqlite_db: object) -> dict[Role, int]:
    found = make_office()
    with database.writing() as session:
        casework.install_sops(session, shipped().values())
    return found


def opened(number: int, sop_id: str, part: str = "lembar") -> AppTest:
    at = open_app(number, PAGE)
    at.selectbox(key="sop-chosen").set_value(sop_id).run()
    at.segmented_control(key="sop-part").set_value(part).run()
    assert not at.exception, at.exception
    return at


def edit(at: AppTest, sop_id: str, **tables: dict[str, Any]) -> AppTest:
    """Edits in tables as the browser sends them; it sends all of them at every run, AppTest none by itself."""
    with database.session() as session:
        sha = sop_library.newest(session, sop_id).sha
    for table, changes in tables.items():
        at.session_state[f"{table}-{sha}"] = {"edited_rows": {}, "added_rows": [], "deleted_rows": [], **changes}
    return at


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception
    return at


def shown(at: AppTest, position: int) -> pd.DataFrame:
    """A table of the page with the words as a reader sees them."""

    def unescaped(text: str) -> str:
        return re.sub(r"\\(.)", r"\1", text)

    found = at.table[position].value
    return found.rename(columns=unescaped).map(unescaped)


@pytest.mark.parametrize("sop_id", IDS)
def test_everybody_sees_sheet_table_readings_and_doubts(numbers: dict[Role, int], sop_id: str) -> None:
    sop = shipped()[sop_id]
    at = opened(numbers[Role.PRODUCER_STAFF], sop_id)
    assert at.get("image"), "the sheet itself is what opens first"
    assert "bacaan belum ditegaskan" in texts(at)
    assert set(at.segmented_control(key="sop-part").options).isdisjoint({"Versi baru", "Pindahkan perkara"})
    at.segmented_control(key="sop-part").set_value("tabel").run()
    body = shown(at, 0)
    assert list(body["Kegiatan"]) == [step.activity for step in sop.steps]
    lanes = [
        name for name in body.columns if name.split(" (B)")[0].split(" (S)")[0] in {lane.name for lane in sop.lanes}
    ]
    for position, step in enumerate(sop.steps):
        signs = {name: body[name][position] for name in lanes if body[name][position]}
        assert len(signs) == 1 and next(iter(signs)).startswith(sop.lane(step.lane).name)
        assert next(iter(signs.values()))[0] in "○□◇"
    assert "tidak tercetak" in set(shown(at, 1)["Isi"])
    at.segmented_control(key="sop-part").set_value("bacaan").run()
    assert {"Tercetak", "Bacaan yang dipakai"} <= set(shown(at, 0).columns)
    at.segmented_control(key="sop-part").set_value("ambigu").run()
    assert list(shown(at, 0)["Tercetak"]) == [doubt.printed for doubt in sop.doubts]
    at.segmented_control(key="sop-part").set_value("versi").run()
    assert not at.exception and list(at.dataframe[0].value["Keadaan"]) == ["berlaku"]


def test_the_links_are_the_apps_own_downloads(numbers: dict[Role, int]) -> None:
    at = opened(numbers[Role.STAFF], "sby-penyebarluasan")
    urls = [element.proto.url for element in at.get("link_button")]
    with database.session() as session:
        sheet = sop_library.find_sheet(session, shipped()["sby-penyebarluasan"])
    assert urls == [f"/berkas/{sheet.pdf}?lihat=1", f"/berkas/{sheet.pdf}", f"/berkas/{sheet.bpmn}"]


def test_a_supervisor_changes_a_time_confirms_a_reading_and_publishes(numbers: dict[Role, int]) -> None:
    sop_id = "trk-layanan-data"
    at = opened(numbers[Role.SECTION_HEAD], sop_id, "ubah")
    assert "Belum ada yang berubah" in texts(at) and at.button(key="sop-publish").disabled
    edits = {"steps": {"edited_rows": {3: {"amount": 2}}}, "readings": {"edited_rows": {0: {"confirm": True}}}}
    said = texts(ran(edit(at, sop_id, **edits)))
    assert "3 hari kerja → 2 hari kerja" in said and "1 bacaan ditegaskan" in said
    edit(at, sop_id, **edits).button(key="sop-publish").click().run()
    at.button(key="sop-publish").click()  # AppTest reruns the whole page, so the dialog has to be asked for again
    edit(at, sop_id, **edits).button(key="sop-publish-now").click().run()
    assert not at.exception and not at.error and "diterbitkan" in texts(at)
    with database.session() as session:
        new = casework.current_sop(session, sop_id)
    assert new.step("4").standard == Standard(2, Unit.WORKING_DAYS)
    assert new.lane("statistisi").confidence is Confidence.PRINTED
    at.segmented_control(key="sop-part").set_value("versi").run()
    versions = at.dataframe[0].value
    assert len(versions) == 2 and versions["Berlaku mulai"][1] == "sejak semula"
    assert "3 hari kerja → 2 hari kerja" in texts(at), "the newest version is compared with the one before"
    assert any("Nama section" in value for key, value in new.identity.items() if key.startswith("confirmed:"))


def test_lint_and_bad_rows_keep_the_button_shut(numbers: dict[Role, int]) -> None:
    sop_id = "sby-penyebarluasan"
    at = opened(numbers[Role.DIVISION_HEAD], sop_id, "ubah")
    ran(edit(at, sop_id, outcomes={"edited_rows": {0: {"to": "77"}}}))
    said = texts(at).replace("\\", "")
    assert "Langkah 1: putusan" in said and "outcome_target" not in said, "a sentence, not the id of a rule"
    assert at.button(key="sop-publish").disabled
    ran(edit(at, sop_id, outcomes={}, steps={"added_rows": [{"no": "6", "activity": "Mengarsipkan"}]}))
    assert "Tabel langkah, baris 6: pelaksana belum diisi." in texts(at)
    assert not [b for b in at.button if b.key == "sop-publish"]
    ran(edit(at, sop_id, steps={"deleted_rows": [4]}))
    assert "yang tidak ada" in texts(at)


def test_the_weekday_of_dispatch_is_set_and_taken_away(numbers: dict[Role, int]) -> None:
    sop_id = "ska-permohonan-bps"
    at = opened(numbers[Role.SECTION_HEAD], sop_id, "ubah")
    ran(edit(at, sop_id, steps={"edited_rows": {4: {"dispatch": "tuesday"}}}))
    assert "dikirim tiap Selasa" in texts(at).replace("\\", "") and not at.button(key="sop-publish").disabled
    without_time = {4: {"dispatch": "tuesday", "amount": None, "unit": None}}
    ran(edit(at, sop_id, steps={"edited_rows": without_time}))
    assert "baris 5: hari kirim perlu waktu baku" in texts(at)


def test_a_new_lane_and_step_can_be_added(numbers: dict[Role, int]) -> None:
    sop_id = "sby-penyebarluasan"
    at = opened(numbers[Role.DIVISION_HEAD], sop_id, "ubah")
    step = {"no": "6", "activity": "Mengarsipkan", "lane": "pelaksana_1", "amount": 1, "unit": "working_days"}
    outcome = {"step": "6", "label": "Arsipkan", "to": "END", "kind": "forward"}
    edit(
        at, sop_id, lanes={"edited_rows": {3: {"name": "Arsiparis", "role": "clerk"}}}, steps={"added_rows": [step]},
        outcomes={"edited_rows": {5: {"to": "6"}}, "added_rows": [outcome]},
    )  # fmt: skip
    assert "Pelaksana baru: Arsiparis" in texts(ran(at)).replace("\\", "")
    assert not at.button(key="sop-publish").disabled


def test_running_cases_are_previewed_and_moved(numbers: dict[Role, int]) -> None:
    base = shipped()["sby-penyebarluasan"]
    steps = tuple(replace(s, standard=Standard(3, Unit.WORKING_DAYS)) if s.no == "1" else s for s in base.steps)
    with database.writing() as session:
        case_id = casework.open_case(session, sop_id=base.id, subject="Buku 2025", by="system", idem="a")
        person = sop_library.rights.people.person(session, numbers[Role.DIVISION_HEAD])
        sha = sop_library.publish(
            session, by=person, base_sha=base.sha, draft=replace(base, steps=steps, version="lambat", sha=""),
            effective_from=casework.office_clock.today(),
        )  # fmt: skip
    at = opened(numbers[Role.DIVISION_HEAD], base.id, "pindah")
    table = at.dataframe[0].value
    assert list(table["Hal"]) == ["Buku 2025"] and " → " in table["Tenggat langkah"][0]
    assert at.button(key="sop-migrate").disabled, "a reason is needed"
    at.text_input(key=f"why-{sha}").set_value("SOP direvisi").run()
    at.button(key="sop-migrate").click().run()
    assert not at.exception and "1 perkara dipindahkan" in texts(at)
    with database.session() as session:
        assert session.get_one(CaseRow, case_id).sop_sha == sha


def test_a_version_of_the_future_shows_what_it_will_do_and_moves_nothing_yet(numbers: dict[Role, int]) -> None:
    """Before it is published and until its day has come: each running case with its due times, before and after."""
    sop_id, later = "sby-penyebarluasan", people.today() + timedelta(days=30)
    with database.writing() as session:
        case_id = casework.open_case(session, sop_id=sop_id, subject="Buku 2025", by="system", idem="a")
        chief = people.person(session, numbers[Role.DIVISION_HEAD])
    at = opened(chief.id, sop_id, "ubah")
    edits = {"steps": {"edited_rows": {0: {"amount": 3, "unit": "working_days"}}}}
    base = shipped()[sop_id].sha

    def asked() -> AppTest:
        at.date_input(key=f"effective-{base}").set_value(later)
        return edit(at, sop_id, **edits)

    asked().run()
    asked().button(key="sop-publish").click().run()
    assert "tetap memakai versinya" in texts(at) and "Tenggat 1 perkara berubah." in texts(at)
    (told,) = (frame.value for frame in at.dataframe if "Langkah sesudahnya" in frame.value.columns)
    assert list(told["Hal"]) == ["Buku 2025"] and " → " in told["Tenggat langkah"][0]
    at.button(key="sop-publish").click()
    asked().button(key="sop-publish-now").click().run()
    assert not at.exception and not at.error and "diterbitkan" in texts(at)
    with database.session() as session:
        new = sop_library.newest(session, sop_id)
        assert casework.current_sop(session, sop_id).sha == base != new.sha
    at = opened(chief.id, sop_id, "pindah")
    assert "Semua perkara yang berjalan sudah memakai versi ini" in texts(at), "the one in force"
    at.selectbox(key=f"versi-{sop_id}-2").set_value(new.sha).run()
    assert "Versi ini berlaku mulai" in texts(at) and " → " in at.dataframe[0].value["Tenggat langkah"][0]
    assert not [button for button in at.button if button.key == "sop-migrate"]
    with database.session() as session:
        seq = session.get_one(CaseRow, case_id).seq
    with database.writing() as session, pytest.raises(Refused, match="baru berlaku mulai"):
        track.migrate(session, case_id=case_id, seen_seq=seq, by=chief, idem="m", to_sop=new.sha, to_step="1")


def test_without_procedures_the_page_says_so(sqlite_db: object) -> None:
    at = open_app(make_office()[Role.STAFF], PAGE)
    assert not at.exception and "Belum ada SOP" in texts(at)
