"""An office with a past, on SQLite and on PostgreSQL, and the people who ask about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session

from tests.analytics import office
from workbench import moment
from workbench.domain.people import Assignment, Capacity, Person, Role
from workbench.storage import database

CASES = 260


@pytest.fixture(scope="session")
def past() -> office.Office:
    """The same 260 cases (and their children) for all tests of this folder."""
    return office.make(20261120, CASES)


@pytest.fixture
def asked(db: str, past: office.Office) -> Iterator[Session]:
    """A reading session on a database with that past, at the moment the past ends."""
    office.insert(database.engine(), past.rows)
    with moment.at(office.NOW), database.session() as session:
        yield session


@pytest.fixture
def asked_sqlite(sqlite_db: object, past: office.Office) -> Iterator[Session]:
    """The same on SQLite only, where the database makes no difference."""
    office.insert(database.engine(), past.rows)
    with moment.at(office.NOW), database.session() as session:
        yield session


def person(role: Role) -> Person:
    post = Assignment(role, role.value, "2.16.01", Capacity.DEFINITIVE, date(2025, 1, 1))
    return Person(1, f"{role}1", "Uji", (post,))


@pytest.fixture
def head() -> Person:
    """A supervisor."""
    return person(Role.DIVISION_HEAD)


@pytest.fixture
def clerk() -> Person:
    """Walidata staff who supervises nobody."""
    return person(Role.CLERK)
