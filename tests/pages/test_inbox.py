"""Tugas saya: the list, and deciding in its dialog."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.app_helpers import texts
from tests.pages.conftest import Opener, click, person, said
from workbench.services import track
from workbench.storage import database

PAGE = "track/inbox.py"


def choose(at: AppTest, row: int = 0) -> AppTest:
    """Tick a row as the browser would."""
    with database.session() as session:
        items = track.inbox(session, person=person("subkoor"))
    key = "inbox-" + "-".join(f"{item.case_id}.{item.seq}" for item in items)
    at.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    at = at.run()
    assert not at.exception, at.exception
    return at


def test_the_list_says_step_due_and_what_is_left(demo_app: Opener) -> None:
    rows = demo_app("subkoor", PAGE).dataframe[0].value
    assert list(rows.columns)[:4] == ["Status", "Langkah", "Jatuh tempo", "Sisa"]
    assert rows["Langkah"][0].startswith("8. Kasi memverifikasi")
    assert rows["Perkara"][0] == "/perkara?case=1#2026/000001"


def test_nothing_to_do_is_said(demo_app: Opener) -> None:
    at = demo_app("op.dinkes", PAGE)
    assert not at.dataframe and "Belum ada yang menunggu Anda" in said(at)[0]


def test_a_row_opens_the_decision_and_deciding_closes_it_with_a_receipt(demo_app: Opener) -> None:
    at = choose(demo_app("subkoor", PAGE))
    assert "**2026/000001**" in texts(at) and "draf publikasi 1" in texts(at)
    at = click(at, "Sesuai")
    assert said(at)[0] == "Sesuai: perkara 2026/000001, langkah 8. Tercatat atas nama Agus Wibisono."
    with database.session() as session:
        assert track.case(session, case_id=1).state.step == "9"


def test_a_return_without_a_reason_is_refused_and_stays_open(demo_app: Opener) -> None:
    at = click(choose(demo_app("subkoor", PAGE)), "Kembalikan")
    assert any("catatan" in words.lower() for words in said(at)), said(at)
    with database.session() as session:
        assert track.case(session, case_id=1).state.step == "8"


def test_a_case_decided_by_somebody_else_meanwhile_is_told(demo_app: Opener) -> None:
    at = choose(demo_app("subkoor", PAGE))
    with database.writing() as session:
        view = track.case(session, case_id=1)
        track.decide(
            session, case_id=1, seen_seq=view.seq, outcome="sesuai", by=person("subkoor"), idem="other",
            evidence=view.under_review,
        )  # fmt: skip
    at = click(at, "Sesuai")
    assert any("udah diputus oleh Agus Wibisono" in words for words in said(at)), said(at)


def test_the_list_is_walked_and_decided_without_a_mouse(demo_app: Opener) -> None:
    at = demo_app("kabid", PAGE)
    with database.session() as session:
        items = track.inbox(session, person=person("kabid"))
    if len(items) < 2:
        with database.writing() as session:
            for number in (1, 2):
                track.start(
                    session, sop_id="srg-pengumpulan-publikasi", subject=f"Buku {number}", by=person("kabid"),
                    idem=f"keys-{number}", opd_codes=["1.02.01"], period="2026",
                )  # fmt: skip
            items = track.inbox(session, person=person("kabid"))
        at = demo_app("kabid", PAGE)
    marked = [status.startswith("▸") for status in at.dataframe[0].value["Status"]]
    assert marked == [True] + [False] * (len(items) - 1)
    assert at.button(key="inbox-previous").disabled
    at = at.button(key="inbox-next").click().run()
    assert [s.startswith("▸") for s in at.dataframe[0].value["Status"]].index(True) == 1
    assert items[1].number in at.button(key="inbox-decide").label
    at = at.button(key="inbox-decide").click().run()
    assert f"**{items[1].number}**" in texts(at) and not at.exception
