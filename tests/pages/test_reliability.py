"""R16: double click, stale tab, session expired, right taken away, on every form of the tracker: one event at most,
and one sentence that says what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, func, select
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Opener, click, person, said
from tests.pages.test_inbox import choose
from workbench.services import audit, people, track
from workbench.storage import database
from workbench.storage.tables import AssignmentRow, EventRow

CASE, INBOX, DRAFTS = "track/case.py", "track/inbox.py", "disseminate/drafts.py"


def events() -> int:
    with database.session() as session:
        return session.exec(select(func.count()).select_from(EventRow)).one()


@pytest.fixture(autouse=True)
def _whole_after(demo_dir: object) -> Iterator[None]:
    yield
    with database.session() as session:
        assert audit.verify(session).problems == ()


def on_case(demo_app: Opener) -> AppTest:
    return demo_app("subkoor", CASE, case=1)


def on_inbox(demo_app: Opener) -> AppTest:
    return choose(demo_app("subkoor", INBOX))


def on_draft(demo_app: Opener) -> AppTest:
    return demo_app("subkoor", DRAFTS, draf=1)


def returning(demo_app: Opener) -> AppTest:
    at = on_case(demo_app)
    at.text_area[0].set_value("Tabel 3.2 masih memakai angka lama.")
    return at


FORMS: dict[str, tuple[Callable[[Opener], AppTest], str]] = {
    "case": (on_case, "Sesuai"),
    "inbox": (on_inbox, "Sesuai"),
    "draft": (on_draft, "Sesuai"),
    "return": (returning, "Kembalikan"),
}


def form(name: str, demo_app: Opener) -> tuple[AppTest, str]:
    opened, label = FORMS[name]
    at = opened(demo_app)
    assert label in {button.label for button in at.button}, (name, [button.label for button in at.button])
    return at, label


def key_of_form(at: AppTest) -> tuple[str, object]:
    """The idempotency key that the page made when the form was drawn, with its name."""
    with database.session() as session:
        seq = track.case(session, case_id=1).seq
    (name,) = [name for name in (f"idem-1-{seq - 1}", f"draft-idem-1-{seq - 1}") if name in at.session_state]
    return name, at.session_state[name]


def somebody_was_first() -> None:
    with database.writing() as session:
        view = track.case(session, case_id=1)
        track.decide(
            session, case_id=1, seen_seq=view.seq, outcome="sesuai", by=person("subkoor"), idem="first",
            evidence=view.under_review,
        )  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_double_click_is_one_event(demo_app: Opener, name: str) -> None:
    """The browser sends the click twice before it hears anything: the same form, the same key, two requests."""
    first, label = form(name, demo_app)
    second, _ = form(name, demo_app)
    before = events()
    first = click(first, label)
    name_of_key, key = key_of_form(first)
    second.session_state[name_of_key] = key
    second = click(second, label)
    assert events() == before + 1
    assert len(said(first)) >= 1 and said(second)[0] == said(first)[0], (said(first), said(second))


@pytest.mark.parametrize("name", FORMS)
def test_a_stale_tab_is_told_who_was_first(demo_app: Opener, name: str) -> None:
    at, label = form(name, demo_app)
    somebody_was_first()
    before = events()
    at = click(at, label)
    assert events() == before
    told = [sentence for sentence in said(at) if "udah diputus oleh Agus Wibisono" in sentence]
    assert len(told) == 1, said(at)


@pytest.mark.parametrize("name", FORMS)
def test_an_expired_session_changes_nothing_and_says_so(demo_app: Opener, name: str) -> None:
    at, label = form(name, demo_app)
    before = events()
    at.user = {}
    at = click(at, label)
    assert events() == before
    assert any("sesi Anda sudah berakhir" in sentence for sentence in said(at)), said(at)


@pytest.mark.parametrize("name", FORMS)
def test_a_right_that_ended_meanwhile_is_asked_for_again(demo_app: Opener, name: str) -> None:
    at, label = form(name, demo_app)
    with database.writing() as session:
        who = person("subkoor")
        ended = update(AssignmentRow).where(col(AssignmentRow.person_id) == who.id)
        session.execute(ended.values(valid_to=people.today() - timedelta(days=1)))
    before = events()
    at = click(at, label)
    assert events() == before
    assert any("penugasan" in sentence for sentence in said(at)), said(at)


def test_two_tabs_of_one_person_are_one_decision(demo_app: Opener) -> None:
    """Tabs have keys of their own: the second is told that it was done, by whom and when."""
    first, second = on_case(demo_app), on_case(demo_app)
    before = events()
    first, second = click(first, "Sesuai"), click(second, "Sesuai")
    assert events() == before + 1
    assert "Tercatat atas nama" in said(first)[0]
    assert sum("udah diputus oleh" in sentence for sentence in said(second)) == 1, said(second)


def test_the_page_and_the_list_are_one_decision(demo_app: Opener) -> None:
    page, listed = on_case(demo_app), on_inbox(demo_app)
    before = events()
    page, listed = click(page, "Sesuai"), click(listed, "Sesuai")
    assert events() == before + 1
    assert sum("udah diputus oleh" in sentence for sentence in said(listed)) == 1, said(listed)


def test_a_paused_case_refuses_the_open_form(demo_app: Opener) -> None:
    at = on_case(demo_app)
    with database.writing() as session:
        view = track.case(session, case_id=1)
        track.pause(session, case_id=1, seen_seq=view.seq, by=person("subkoor"), idem="p", reason="bps")
    before = events()
    at = click(at, "Sesuai")
    assert events() == before
    assert any("Perkara berubah oleh" in sentence for sentence in said(at)), said(at)


def test_a_cancelled_case_refuses_the_open_form(demo_app: Opener) -> None:
    at = on_inbox(demo_app)
    with database.writing() as session:
        view = track.case(session, case_id=1)
        track.cancel(session, case_id=1, seen_seq=view.seq, by=person("subkoor"), idem="c", note="dicabut")
    before = events()
    at = click(at, "Sesuai")
    assert events() == before
    assert any("udah ditutup oleh" in sentence for sentence in said(at)), said(at)
