"""The demo office as each test's own, and pages opened as one of its people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from tests.app_helpers import open_app
from workbench.domain.people import Person
from workbench.services import people
from workbench.storage import database, people_store
from workbench.storage.tables import CaseRow

Opener = Callable[..., AppTest]


def person(username: str) -> Person:
    """Somebody of the demo office with the posts of today."""
    with database.session() as session:
        row = people_store.by_username(session, username)
        assert row is not None
        return people.person(session, row.id or 0)


def case_id(number: str) -> int:
    """A case by its number."""
    with database.session() as session:
        return session.exec(select(CaseRow.id).where(CaseRow.number == number)).one() or 0


@pytest.fixture
def demo_app(demo_dir: Path) -> Opener:
    """``demo_app("subkoor", "track/case.py", case=1)``: a page of the demo office as one of its people."""

    def opened(username: str, file: str = "track/home.py", *, language: str = "id", **query: object) -> AppTest:
        at = open_app(
            person(username), file, language=language, query={name: str(value) for name, value in query.items()}
        )
        assert not at.exception, at.exception
        return at

    return opened


def click(at: AppTest, label: str) -> AppTest:
    """Press the button with this label; the page must survive it."""
    found = [button for button in at.button if button.label == label]
    assert found, [button.label for button in at.button]
    at = found[0].click().run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> list[str]:
    """Sentences of success, warning and error on the page."""
    return [str(element.value) for kinds in (at.success, at.warning, at.error, at.info) for element in kinds]
