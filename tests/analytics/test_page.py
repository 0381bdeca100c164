"""The supervisor's page: every view draws from the made-up past, opens its cases, and is closed to others."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.analytics import office
from tests.app_helpers import as_user, open_app, texts
from workbench import moment
from workbench.domain.people import Role
from workbench.storage import database
from workbench.ui import navigation

FILE = "track/analytics.py"
VIEWS = ("langkah", "perkara", "pelaksana", "antrean", "pengulangan", "jalur", "pihak-luar")
PICKED = {"selection": {"rows": [0], "columns": [], "cells": []}}
TABLES = {
    "langkah": "analytics_steps",
    "perkara": "analytics_late",
    "pelaksana": "analytics_loads_lane",
    "antrean": "analytics_queue",
    "pengulangan": "analytics_rework_steps",
    "jalur": "analytics_paths",
    "pihak-luar": "analytics_party_table",
}


def number_of(past: office.Office, role: Role) -> int:
    return next(row[1] for row in past.rows["assignment"] if row[2] == role)


@pytest.fixture
def opened(sqlite_db: object, past: office.Office):
    office.insert(database.engine(), past.rows)

    def open_as(role: Role, view: str = "langkah", sop: str = "semua", period: str = "18") -> AppTest:
        with moment.at(office.NOW):
            at = open_app(number_of(past, role), FILE, timeout=60)
            if at.segmented_control:
                at.segmented_control(key="tampilan").set_value(view)
                at.selectbox(key="sop").set_value(sop)
                at.selectbox(key="periode").set_value(period)
                at.run()
            return at

    return open_as


def test_the_map_of_months_by_rate_by_median_and_by_count(opened):
    at = opened(Role.DIVISION_HEAD)
    grounds = []
    for measure, told in (("lewat", "bulan terberat"), ("median", "Paling lama langkah"), ("jumlah", "bulan tersibuk")):
        with moment.at(office.NOW):
            at.segmented_control(key="heat-measure").set_value(measure).run()
        assert not at.exception, at.exception
        assert told in texts(at)
        grounds.append(json.loads(at.get("plotly_chart")[-1].proto.spec)["data"][0]["marker"]["color"])
    assert len({tuple(ground) for ground in grounds}) == 3, "each measure colours the squares by itself"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("sop", ["semua", "trk-layanan-data"])
def test_every_view_draws_and_a_picked_row_opens_its_cases(opened, view, sop):
    at = opened(Role.DIVISION_HEAD, view, sop)
    assert not at.exception, at.exception
    assert not at.error
    assert at.title[0].value == "Analisis waktu"
    assert at.segmented_control(key="tampilan").value == view
    assert at.selectbox(key="sop").value == sop
    assert at.dataframe
    assert at.get("plotly_chart")
    before = len(at.dataframe)
    at.session_state[TABLES[view]] = PICKED
    with moment.at(office.NOW):
        at.run()
    assert not at.exception, at.exception
    assert len(at.dataframe) > before


def test_titles_say_the_finding(opened):
    at = opened(Role.SECTION_HEAD, sop="trk-layanan-data")
    assert "paling sering lewat batas" in texts(at)


def test_an_export_becomes_a_link_to_stored_bytes(opened):
    at = opened(Role.AGENCY_HEAD)
    button = next(b for b in at.button if b.key and b.key.startswith("export_csv_"))
    with moment.at(office.NOW):
        button.click().run()
    assert not at.exception, at.exception
    link = at.get("link_button")[0].proto
    assert link.url.startswith("/berkas/")
    assert len(link.url.removeprefix("/berkas/")) == 64


@pytest.mark.parametrize("role", [Role.STAFF, Role.CLERK, Role.PRODUCER_STAFF, Role.REQUESTER])
def test_others_meet_a_sentence(sqlite_db, past, role):
    office.insert(database.engine(), past.rows)
    at = AppTest.from_file(str(navigation.page(FILE).path), default_timeout=30)
    at.user = as_user(number_of(past, role))
    with moment.at(office.NOW):
        at.run()
    assert any("bukan untuk penugasan Anda" in error.value for error in at.error)
    assert not at.dataframe


def test_an_empty_office_is_told_what_will_appear(sqlite_db, past):
    few = {table: rows for table, rows in past.rows.items() if table not in ("sop_case", "event", "visit")}
    office.insert(database.engine(), few)
    with moment.at(office.NOW):
        for view in VIEWS:
            at = open_app(number_of(past, Role.SECRETARY), FILE)
            at.segmented_control(key="tampilan").set_value(view).run()
            assert not at.exception, at.exception
            assert at.info
