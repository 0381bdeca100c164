"""Helpers for tests of pages: an office with people, and the application opened as one of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from workbench import moment
from workbench.domain.people import Person, Role
from workbench.domain.sop import Sop
from workbench.services import people
from workbench.storage import casebook, database
from workbench.ui import navigation
from workbench.ui.server import SCRIPT

WALIDATA = "2.16.01"
PRODUCER = "2.12.01"
PASSWORD = "kalimat sandi untuk uji"
PRODUCERS = (Role.PRODUCER_STAFF, Role.PRODUCER_PIC)


def make_office() -> dict[Role, int]:
    """A walidata office and one agency, one person a role (login name = role); returns their numbers.

    Nobody has a password: pages are opened by identity. Give one with ``give_password`` where a test logs in.
    """
    with database.writing() as session:
        people.add_opd(session, code=WALIDATA, name="Dinas Kominfo Uji", short_name="Kominfo", is_walidata=True)
        people.add_opd(session, code=PRODUCER, name="Dinas Dukcapil Uji", short_name="Dukcapil")
        numbers = {}
        for role in Role:
            number = people.add_person(session, username=role.value, name=f"Nama {role.value}", by="test")
            people.assign(
                session,
                person_id=number,
                role=role,
                title=role.value,
                opd_code=PRODUCER if role in PRODUCERS else WALIDATA,
                by="test",
            )
            numbers[role] = number
    return numbers


def give_password(person_id: int, password: str = PASSWORD) -> str:
    """Let a person log in; returns the password."""
    with database.writing() as session:
        people.set_password(session, person_id, password, by="test")
    return password


def as_user(person_id: int | None) -> dict[str, str]:
    """What ``st.user`` holds for a person behind the gate; nothing for a visitor."""
    return {} if person_id is None else {"ident": f"{person_id}:test0000"}


def open_app(
    person: Person | int | None,
    file: str = "track/home.py",
    *,
    language: str = "id",
    query: Mapping[str, str] | None = None,
    timeout: float = 30,
) -> AppTest:
    """The application, run once as this person on a registered page (``"track/inbox.py"``), through the router.

    >>> at = open_app(numbers[Role.STAFF], "track/case.py", query={"case": "3"})  # doctest: +SKIP
    >>> assert not at.exception and not at.error  # doctest: +SKIP
    """
    at = AppTest.from_file(str(SCRIPT), default_timeout=timeout)
    at.user = as_user(person.id if isinstance(person, Person) else person)
    at.session_state["language"] = language
    at.run()
    spec = navigation.page(file)
    if person is not None and not spec.default:
        at.switch_page(os.path.relpath(spec.path, Path(SCRIPT).parent))
    elif not query:
        return at
    # Only now: the router's first run is on the home page, and a change of page forgets the address's parameters.
    at.query_params.update(query or {})
    return at.run()


def texts(at: AppTest) -> str:
    """All that a page says, for assertions about words."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.error, at.warning, at.info, at.success)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def store_beside(session: Session, newer: Sop) -> None:
    """Another version in force, to which cases may be moved but with which none begins: it was approved earlier."""
    installed = casebook.sop_versions(session, newer.id)[0]
    with moment.at(installed.created_at - timedelta(days=1)):
        casebook.store_sop(session, newer, effective_from=installed.effective_from, approved_by="kadis")
