"""Kalender kerja on screen: the year at a glance, and a holiday removed after its effect was shown."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from tests.app_helpers import make_office, open_app, texts
from workbench import moment
from workbench.domain.calendar import DayException, Holiday, HolidayKind, Interval, OfficeCalendar, Regime
from workbench.domain.people import Role
from workbench.services import calendar, casework, people, track
from workbench.settings import get_settings
from workbench.storage import database, sop_files
from workbench.ui.components.calendar_year import Mark, look_up

PAGE = "admin/calendar.py"
SE = "SE Wali Kota 5/2026"
LEAVE = date(2026, 12, 24)


class Cells(HTMLParser):
    """The days of the grid by what they say on hover: sign and class."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.titles: dict[str, str] = {}
        self.signs: dict[str, str] = {}
        self.tags: set[str] = set()
        self._at = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        if tag == "td":
            self._at = given.get("title") or ""
            if self._at:
                self.titles[self._at] = given.get("class") or ""
        elif tag != "sub":
            self._at = ""

    def handle_data(self, data: str) -> None:
        if self._at and self.lasttag == "sub":
            self.signs[self._at] = self.signs.get(self._at, "") + data


def grid(at: AppTest) -> Cells:
    return Cells(at.get("html")[0].proto.body)


def opened(number: int) -> AppTest:
    at = open_app(number, PAGE)
    at.segmented_control(key="calendar_year").set_value(2026).run()
    assert not at.exception, at.exception
    return at


def office_with(base: OfficeCalendar) -> OfficeCalendar:
    """Every kind of day within one December; a name that would be markup if it were not escaped."""
    days = (
        Holiday(date(2026, 12, 25), 'Hari Raya <b>Natal</b> & "Tahun"', HolidayKind.PUBLIC),
        Holiday(LEAVE, "Cuti Bersama Natal", HolidayKind.COLLECTIVE_LEAVE),
        Holiday(date(2026, 12, 22), "Hari Jadi Kota", HolidayKind.LOCAL, estimated=True),
    )
    half = DayException(date(2026, 12, 31), (Interval(480, 720),), "Setengah hari")
    flood = DayException(date(2026, 12, 30), (), "Banjir")
    ramadan = Regime(
        next(name for name in base.hours if name != base.default), "Ramadan", date(2026, 12, 1), date(2026, 12, 11)
    )
    return replace(base, holidays=days, exceptions=(half, flood), regimes=(ramadan,), legal_basis=SE)


@pytest.fixture
def numbers(sqlite_db: object) -> dict[Role, int]:
    found = make_office()
    with database.writing() as session:
        calendar.install(session, office_with(calendar.current(session)), by="system")
    return found


@pytest.mark.parametrize(
    ("day", "mark", "name"),
    [
        (25, Mark.PUBLIC, "Hari Raya"), (24, Mark.LEAVE, "Cuti Bersama Natal"), (22, Mark.LOCAL, "Hari Jadi Kota"),
        (31, Mark.HOURS, "Setengah hari (08.00–12.00)"), (30, Mark.CLOSED, "Banjir"), (1, Mark.REGIME, "Ramadan"),
        (12, Mark.WEEKEND, ""), (5, Mark.WEEKEND, ""), (14, Mark.WORK, ""),
    ],
)  # fmt: skip
def test_what_a_day_is(numbers: dict[Role, int], day: int, mark: Mark, name: str) -> None:
    with database.session() as session:
        office = calendar.current(session)
    found = look_up(office, date(2026, 12, day))
    assert found.mark is mark and found.name.startswith(name)
    assert (mark in (Mark.WORK, Mark.REGIME, Mark.HOURS)) == bool(office.hours_on(found.day)), "the clock's own view"


def test_the_year_shows_every_day_with_its_name_and_a_sign(numbers: dict[Role, int]) -> None:
    at = opened(numbers[Role.STAFF])
    cells = grid(at)
    assert len(cells.titles) == 365
    said = {title: cells.signs.get(title, "") for title in cells.titles}
    assert said['Jumat, 25 Desember 2026 · Hari Raya <b>Natal</b> & "Tahun"'] == "L", "escaped, and read back whole"
    assert said["Kamis, 24 Desember 2026 · Cuti Bersama Natal"] == "C"
    assert said["Selasa, 22 Desember 2026 · Hari Jadi Kota · perkiraan"] == "S~"
    assert said["Kamis, 31 Desember 2026 · Setengah hari (08.00–12.00)"] == "½"
    assert said["Sabtu, 12 Desember 2026 · akhir pekan"] == ""
    assert "ky-today" not in " ".join(cells.titles.values()) or calendar.today().year == 2026
    assert cells.tags.isdisjoint({"b-natal", "script", "iframe"})
    body = re.sub(r"<[^>]+>", " ", at.get("html")[0].proto.body)
    for words in ("libur nasional · 1 hari", "cuti bersama · 1 hari", "tanggal perkiraan", "Desember"):
        assert words in body, words
    assert "Jam lain pada tanggal tertentu" in texts(at)
    assert not [button for button in at.button if button.key == "holiday-remove"], "staff only look"


def test_a_holiday_is_removed_after_its_effect_was_shown(numbers: dict[Role, int]) -> None:
    at = opened(numbers[Role.DIVISION_HEAD])
    position = [str(day) for day in at.dataframe[0].value["Tanggal"]].index("Kamis, 24 Desember 2026")

    def chosen() -> AppTest:
        at.session_state["calendar_holidays_2026_3"] = {"selection": {"rows": [position], "columns": [], "cells": []}}
        return at.run()

    chosen().button(key="holiday-remove").click()
    at.session_state["calendar_holidays_2026_3"] = {"selection": {"rows": [position], "columns": [], "cells": []}}
    at.run()
    assert not at.exception and "Tidak ada tenggat terbuka yang bergeser" in texts(at)
    with database.session() as session:
        assert LEAVE in calendar.current(session).off, "the preview writes nothing"
    at.session_state["calendar_holidays_2026_3"] = {"selection": {"rows": [position], "columns": [], "cells": []}}
    at.button(key="holiday-remove").click()
    at.text_input(key="holiday-basis").set_value("SE 6/2026")
    at.button(key="holiday-save").click().run()
    assert not at.exception and "Kalender disimpan sebagai versi baru" in texts(at)
    with database.session() as session:
        assert LEAVE not in calendar.current(session).off


def test_a_holiday_is_added_through_the_dialog(numbers: dict[Role, int]) -> None:
    at = opened(numbers[Role.DIVISION_HEAD])
    add = next(button for button in at.button if button.label == "Tambah hari libur")
    add.click().run()
    assert "Pilih tanggal" in texts(at)
    at.date_input(key="holiday-day").set_value(date(2026, 12, 14))
    at.text_input(key="holiday-name").set_value("Pilkada")
    at.text_input(key="holiday-basis").set_value(SE)
    next(button for button in at.button if button.label == "Tambah hari libur").click().run()
    at.date_input(key="holiday-day").set_value(date(2026, 12, 14))
    at.text_input(key="holiday-name").set_value("Pilkada")
    at.text_input(key="holiday-basis").set_value(SE)
    next(button for button in at.button if button.label == "Tambah hari libur").click()
    at.button(key="holiday-save").click().run()
    assert not at.exception
    with database.session() as session:
        assert calendar.current(session).off[date(2026, 12, 14)].name == "Pilkada"


def in_dialog(at: AppTest, label: str) -> AppTest:
    """Press the page's button that opens a dialog; before every run, for a test's runs do not keep it open."""
    next(button for button in at.button if button.label == label).click()
    return at


def test_a_half_day_is_told_in_due_times_before_it_is_saved(numbers: dict[Role, int]) -> None:
    """A case due on the afternoon of a half day: the page says from when to when it moves, and by how many cases."""
    with database.session() as session:
        clock = calendar.clock(session)
    day = clock.local_date(clock.add_days(moment.now(), 1))
    with database.writing() as session:
        casework.install_sops(session, sop_files.load_all(get_settings().reference_dir / "sop"))
        clerk = people.person(session, numbers[Role.CLERK])
        track.start(session, sop_id="trk-layanan-data", subject="Data guru", by=clerk, idem="a")
    at = opened(numbers[Role.DIVISION_HEAD])
    open_it = "Jam lain pada satu tanggal"
    in_dialog(at, open_it).run()
    for shut in (False, True):
        in_dialog(at, open_it).date_input(key="holiday-day").set_value(day)
        at.segmented_control(key="holiday-closed").set_value(shut)
        at.run()
        assert not at.exception, at.exception
        assert "1 perkara terbuka bergeser. Penilaian yang sudah jatuh" in texts(at)
    moved = next(frame.value for frame in at.dataframe if "Tenggat langkah" in frame.value.columns)
    assert " → " in moved["Tenggat langkah"][0]
    in_dialog(at, open_it).date_input(key="holiday-day").set_value(day)
    at.segmented_control(key="holiday-closed").set_value(False)
    at.text_input(key="holiday-reason").set_value("Kerja bakti")
    at.button(key="holiday-save").click().run()
    assert "Perubahan kalender harus menyebut dasarnya" in texts(at)
    in_dialog(at, open_it).date_input(key="holiday-day").set_value(day)
    at.segmented_control(key="holiday-closed").set_value(False)
    at.text_input(key="holiday-reason").set_value("Kerja bakti")
    at.text_input(key="holiday-basis").set_value(SE)
    at.button(key="holiday-save").click().run()
    assert not at.exception, at.exception
    with database.session() as session:
        office = calendar.current(session)
    assert office.exception_on[day].reason == "Kerja bakti"
    assert office.hours_on(day) == office.hours_between(day, office.usual_hours(day)[0].start, 720)
    assert office.hours_on(day) != office.usual_hours(day)
