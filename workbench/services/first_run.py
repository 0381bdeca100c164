"""The first administrator: a one-time token in a file only the owner can read, gone once it was used."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sqlmodel import Session

from workbench.domain.errors import Refused
from workbench.domain.people import Person, Role
from workbench.i18n import _
from workbench.services import people
from workbench.settings import get_settings
from workbench.storage.database import session as reading
from workbench.storage.database import writing

ACTOR = "first-run"


def token_file() -> Path:
    """Where the token waits for its use."""
    return get_settings().data_dir / "kunci-siapkan"


def is_needed() -> bool:
    """Is there no administrator who can log in yet?"""
    with reading() as session:
        return not _has_administrator(session)


def _has_administrator(session: Session) -> bool:
    return any(
        profile.has_password and any(post.assignment.role is Role.ADMINISTRATOR for post in profile.posts)
        for profile in people.profiles(session, active_only=True)
    )


def waiting_administrator() -> Person | None:
    """An administrator who has an account but no password yet (the demo office has one)."""
    with reading() as session:
        return next(iter(people.holders(session, Role.ADMINISTRATOR)), None)


def token() -> str:
    """The token of the first run, made when there is none yet; ask ``is_needed`` first."""
    path = token_file()
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = secrets.token_urlsafe(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(made)
    return made


def is_token(given: str) -> bool:
    """Does the given token open the first run? Never without a token file."""
    path = token_file()
    wanted = path.read_text(encoding="ascii").strip() if path.exists() else ""
    return bool(wanted) and secrets.compare_digest(given.encode(), wanted.encode())


def set_up(*, username: str, name: str, password: str, office_code: str = "", office_name: str = "") -> int:
    """Make the first administrator (and the office, where none is known) in one transaction; the token dies."""
    with writing() as session:
        # Asked again under the write lock: two browsers with the same link make one administrator.
        if _has_administrator(session):
            raise Refused(_("Ruang kerja ini sudah disiapkan."))
        office = next((opd.code for opd in people.opds(session) if opd.is_walidata), "")
        if not office:
            office = people.add_opd(session, code=office_code, name=office_name, is_walidata=True, by=ACTOR)
        waiting = {person.username: person.id for person in people.holders(session, Role.ADMINISTRATOR)}
        number = waiting.get(username.strip().lower(), 0)
        if not number:
            number = people.add_person(session, username=username, name=name, by=ACTOR)
            people.assign(
                session, person_id=number, role=Role.ADMINISTRATOR, title=_("Administrator"), opd_code=office, by=ACTOR
            )
        people.set_password(session, number, password, by=ACTOR)
    token_file().unlink(missing_ok=True)
    return number
