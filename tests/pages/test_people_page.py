"""Orang & penugasan as its administrator uses it: an account, an acting post, its end, a closed account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.app_helpers import PRODUCER, WALIDATA, make_office, texts
from tests.pages.conftest import Opener, person
from workbench.domain.errors import Refused
from workbench.domain.people import Capacity, Role
from workbench.services import people
from workbench.storage import database

PAGE = "admin/people.py"


def opened(at: AppTest, label: str) -> AppTest:
    """Press the button of a dialog; before every run, for a test's runs do not keep it open."""
    next(button for button in at.button if button.label == label).click()
    return at


def pick(at: AppTest, name: str) -> AppTest:
    """Choose somebody's row, as the browser does at every run."""
    names = list(at.dataframe[0].value["Nama"])
    chosen = {"selection": {"rows": [names.index(name)], "columns": [], "cells": []}}
    at.session_state[f"people_table_{len(names)}"] = chosen
    return at


def test_nothing_is_given_by_default_and_a_link_is_shown_once(demo_app: Opener) -> None:
    at = opened(demo_app("admin", PAGE), "Tambah orang").run()
    assert at.button(key="person-save").disabled, "no role is chosen yet"
    roles = at.selectbox(key="post-role").options
    assert "Subkoordinator" in roles and "Pemohon data" not in roles, "who has no account is not offered one"
    opened(at, "Tambah orang").selectbox(key="post-role").set_value(Role.SECTION_HEAD)
    at.run()
    assert at.selectbox(key="post-opd-section_head").options == ["Diskominfo SP"], (
        "an office of another city decides nothing"
    )
    opened(at, "Tambah orang").selectbox(key="post-role").set_value(Role.STAFF)
    at.text_input(key="person-name").set_value("Siti Fatimah")
    at.text_input(key="person-username").set_value("siti")
    at.run()
    opened(at, "Tambah orang").selectbox(key="post-role").set_value(Role.STAFF)
    at.text_input(key="person-name").set_value("Siti Fatimah")
    at.text_input(key="person-username").set_value("siti")
    at.button(key="person-save").click().run()
    assert not at.exception and not at.error, [error.value for error in at.error]
    assert person("siti").roles == {Role.STAFF}
    assert "/atur-sandi/" in at.code[0].value
    assert not at.run().code


def test_an_acting_post_needs_its_letter_and_ends_on_a_day(demo_app: Opener) -> None:
    at = pick(demo_app("admin", PAGE), "Ratna Puspitasari").run()

    def asked(letter: str) -> AppTest:
        pick(opened(at, "Tambah penugasan"), "Ratna Puspitasari")
        for key, value in (("post-role", Role.DIVISION_HEAD), ("post-capacity", Capacity.PLH)):
            found = [w for w in (*at.selectbox, *at.segmented_control) if w.key == key]
            if found:
                found[0].set_value(value)
        for box in at.text_input:
            if box.key == "post-letter":
                box.set_value(letter)
        return at

    for _turn in range(3):  # each answer shows the next question
        asked("800/12/2026").run()
    asked("").button(key="post-save").click().run()
    assert "harus menyebut nomor suratnya" in texts(at)
    asked("800/12/2026").button(key="post-save").click().run()
    assert not at.exception and not at.error, [error.value for error in at.error]
    assert "Penugasan Ratna Puspitasari tersimpan" in texts(at)
    assert {Role.STAFF, Role.DIVISION_HEAD} <= person("statistisi").roles
    with database.session() as session:
        (post,) = (
            p for p in people.profile(session, person("statistisi").id).posts if p.assignment.capacity is Capacity.PLH
        )
    last = people.today() + timedelta(days=4)
    pick(at, "Ratna Puspitasari").run()
    pick(at, "Ratna Puspitasari").button(key=f"people_end_{post.id}").click().run()
    pick(at, "Ratna Puspitasari").button(key=f"people_end_{post.id}").click()
    at.date_input(key="post-last").set_value(last)
    at.button(key="post-end").click().run()
    assert not at.exception and f"berakhir {last:%d/%m/%Y}" in texts(at).replace("\\", "")
    assert Role.DIVISION_HEAD in person("statistisi").roles, "until then it holds"


def test_a_role_of_the_walidata_office_is_refused_elsewhere(sqlite_db: object) -> None:
    number = make_office()[Role.PRODUCER_STAFF]
    post = {"person_id": number, "role": Role.SECTION_HEAD, "title": "Kasi", "by": "admin"}
    with database.writing() as session, pytest.raises(Refused, match="milik kantor walidata"):
        people.assign(session, opd_code=PRODUCER, **post)  # type: ignore[arg-type]
    with database.writing() as session:
        people.assign(session, opd_code=WALIDATA, **post)  # type: ignore[arg-type]
