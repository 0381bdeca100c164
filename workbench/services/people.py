"""People and what they may be: accounts, dated posts, agencies.

Passwords, sessions and one-time links are in ``workbench.services.sign_in`` and can be reached from here as well.
Every change leaves an entry in the audit log; a mutating function gets a session opened by ``database.writing()``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session

from workbench import moment
from workbench.domain.errors import NotFound, Refused
from workbench.domain.people import WALIDATA_ROLES, Assignment, Capacity, Person, Role
from workbench.i18n import LANGUAGES, _
from workbench.services.sign_in import (
    SignedIn,
    TooManyAttempts,
    check_password,
    close_all_sessions,
    close_session,
    log_in,
    new_setup_token,
    open_session,
    password_problem,
    person_of_session,
    record_failure,
    refuse_too_many,
    set_password,
    signed_in,
    touch_session,
    use_setup_token,
)
from workbench.settings import get_settings
from workbench.storage import audit_log, people_store
from workbench.storage.tables import AssignmentRow, OpdRow, PersonRow

__all__ = [
    "Opd",
    "Post",
    "Profile",
    "SignedIn",
    "TooManyAttempts",
    "add_opd",
    "add_person",
    "anybody",
    "assign",
    "check_password",
    "close_all_sessions",
    "close_session",
    "end_assignment",
    "holders",
    "log_in",
    "name_of",
    "names",
    "new_setup_token",
    "opd",
    "opds",
    "open_session",
    "password_problem",
    "person",
    "person_by_username",
    "person_of_session",
    "profile",
    "profiles",
    "record_failure",
    "refuse_too_many",
    "set_active",
    "set_language",
    "set_password",
    "signed_in",
    "today",
    "touch_session",
    "use_setup_token",
]

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@dataclass(frozen=True, slots=True)
class Opd:
    """An agency (organisasi perangkat daerah)."""

    code: str
    name: str
    short_name: str = ""
    sector: str = ""
    is_walidata: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """An assignment with its number, so that it can be ended; ``current`` says whether it is held today."""

    id: int
    assignment: Assignment
    current: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What the administration sees of a person: the account and all posts ever held."""

    person: Person
    employee_number: str
    email: str
    active: bool
    has_password: bool
    language: str
    posts: tuple[Post, ...]


def today() -> date:
    """The date in the office's time zone: the day on which posts are held."""
    return moment.now().astimezone(ZoneInfo(get_settings().time_zone)).date()


# ---------------------------------------------------------------- reading


def _found(row: PersonRow | None) -> PersonRow:
    if row is None:
        raise NotFound(_("Pengguna tidak ditemukan."))
    return row


_KNOWN = "people"  # of a writing session: who was looked up in this transaction


def person(session: Session, person_id: int) -> Person:
    """A person with the posts held today, from the database, now. ``NotFound`` when unknown or no longer active.

    A transaction that writes looks everybody up once: it holds the write lock, so that nobody else can change them.
    """
    known: dict[tuple[int, date], Person] = session.info.setdefault(_KNOWN, {}) if session.info.get("writing") else {}
    key = (person_id, today())
    if key not in known:
        row = _found(people_store.by_id(session, person_id))
        if not row.active:
            raise NotFound(_("Akun ini sudah tidak aktif."))
        known[key] = people_store.persons(session, [row], key[1])[0]
    return known[key]


def _forget(session: Session) -> None:
    """This transaction changes people or posts: look them up again."""
    session.info.pop(_KNOWN, None)


def person_by_username(session: Session, username: str) -> Person:
    """The same by login name (upper and lower case mean the same)."""
    return person(session, _found(people_store.by_username(session, username)).id or 0)


def holders(session: Session, role: Role, opd_code: str = "") -> list[Person]:
    """Who holds a role today, for one OPD when it is named; by name."""
    return people_store.persons(session, people_store.holders(session, role, today(), opd_code), today())


def names(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """Login name to full name, for those that exist, active or not."""
    return people_store.names(session, usernames)


def name_of(session: Session, username: str) -> str:
    """The full name of one of them; the login name where nobody has it."""
    return names(session, [username]).get(username, username)


def anybody(session: Session) -> bool:
    """Is there any account yet? A workbench without one asks for the first."""
    return bool(people_store.all_persons(session))


def profiles(session: Session, *, active_only: bool = False) -> list[Profile]:
    """Everybody with all their posts, by name."""
    return _profiles(session, people_store.all_persons(session, active_only=active_only))


def profile(session: Session, person_id: int) -> Profile:
    """One person with all their posts, active or not."""
    return _profiles(session, [_found(people_store.by_id(session, person_id))])[0]


def _profiles(session: Session, rows: list[PersonRow]) -> list[Profile]:
    day = today()
    people = {p.id: p for p in people_store.persons(session, rows, day)}
    posts = people_store.assignments(session, people)
    found = []
    for row in rows:
        held = []
        for post in posts.get(row.id or 0, []):
            assignment = people_store.assignment_of(post)
            held.append(Post(post.id or 0, assignment, assignment.holds_on(day)))
        found.append(
            Profile(
                people[row.id or 0],
                row.employee_number,
                row.email,
                row.active,
                bool(row.password_hash),
                row.language,
                tuple(held),
            )
        )
    return found


def _opd(row: OpdRow) -> Opd:
    return Opd(row.code, row.name, row.short_name, row.sector, row.is_walidata)


def opds(session: Session) -> list[Opd]:
    """All agencies by code, the walidata office among them."""
    return [_opd(row) for row in people_store.opds(session)]


def opd(session: Session, code: str) -> Opd:
    """One agency; ``NotFound`` when the code is unknown."""
    row = session.get(OpdRow, code)
    if row is None:
        raise NotFound(_("OPD dengan kode {code} tidak terdaftar.").format(code=code))
    return _opd(row)


# ---------------------------------------------------------------- changing


def add_opd(
    session: Session,
    *,
    code: str,
    name: str,
    short_name: str = "",
    sector: str = "",
    is_walidata: bool = False,
    by: str = "system",
) -> str:
    """Add an agency, or change the names of a known one; returns its code."""
    if not code.strip() or not name.strip():
        raise Refused(_("OPD harus punya kode dan nama."))
    new = Opd(code.strip(), name.strip(), short_name, sector, is_walidata)
    row = session.get(OpdRow, new.code)
    if row is not None and _opd(row) == new:
        return new.code
    row = row or OpdRow(code=new.code, name=new.name)
    row.name, row.short_name, row.sector, row.is_walidata = name.strip(), short_name, sector, is_walidata
    session.add(row)
    audit_log.append(session, by, "opd.set", {"code": new.code, "name": new.name, "walidata": is_walidata})
    return new.code


def add_person(
    session: Session,
    *,
    username: str,
    name: str,
    by: str,
    employee_number: str = "",
    email: str = "",
    language: str = "id",
) -> int:
    """A new account without password or post; returns its number. The login name is 2-40 of a-z 0-9 . _ -"""
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise Refused(_("Nama pengguna terdiri atas 2–40 huruf kecil, angka, titik, garis bawah atau tanda hubung."))
    if not name.strip():
        raise Refused(_("Nama lengkap wajib diisi."))
    if people_store.by_username(session, username) is not None:
        raise Refused(_("Nama pengguna {username} sudah dipakai.").format(username=username))
    row = PersonRow(
        username=username,
        name=name.strip(),
        employee_number=employee_number,
        email=email,
        language=language if language in LANGUAGES else "id",
        created_at=moment.now(),
    )
    session.add(row)
    session.flush()
    audit_log.append(session, by, "person.add", {"person": row.id, "username": username, "name": row.name})
    return row.id or 0


def assign(
    session: Session,
    *,
    person_id: int,
    role: Role,
    title: str,
    opd_code: str,
    by: str,
    capacity: Capacity = Capacity.DEFINITIVE,
    valid_from: date | None = None,
    valid_to: date | None = None,
    letter_number: str = "",
) -> int:
    """Give a post from a day (today) to a day (open). Plt and Plh need the number of their letter.

    The walidata office's roles are ``Refused`` elsewhere: they would decide for it.
    """
    row = _found(people_store.by_id(session, person_id))
    office = opd(session, opd_code)
    if role in WALIDATA_ROLES and not office.is_walidata:
        raise Refused(_("Peran ini milik kantor walidata; {opd} bukan kantor walidata.").format(opd=office.name))
    start = valid_from or today()
    if valid_to is not None and valid_to < start:
        raise Refused(_("Tanggal akhir penugasan mendahului tanggal mulainya."))
    if capacity is not Capacity.DEFINITIVE and not letter_number.strip():
        raise Refused(_("Penugasan Plt. atau Plh. harus menyebut nomor suratnya."))
    post = AssignmentRow(
        person_id=person_id,
        role=role.value,
        title=title,
        opd_code=opd_code,
        capacity=capacity.value,
        valid_from=start,
        valid_to=valid_to,
        letter_number=letter_number,
    )
    session.add(post)
    session.flush()
    _forget(session)
    audit_log.append(
        session,
        by,
        "person.assign",
        {
            "assignment": post.id, "person": person_id, "username": row.username, "role": role.value, "title": title,
            "opd": opd_code, "capacity": capacity.value, "from": start.isoformat(),
            "to": valid_to.isoformat() if valid_to else None, "letter": letter_number,
        },
    )  # fmt: skip
    return post.id or 0


def end_assignment(session: Session, *, assignment_id: int, last_day: date, by: str) -> None:
    """The post ends with this day (inclusive)."""
    post = session.get(AssignmentRow, assignment_id)
    if post is None:
        raise NotFound(_("Penugasan tidak ditemukan."))
    post.valid_to = last_day
    session.add(post)
    _forget(session)
    audit_log.append(session, by, "person.unassign", {"assignment": assignment_id, "to": last_day.isoformat()})


def set_active(session: Session, *, person_id: int, active: bool, by: str) -> None:
    """Close an account (its sessions end at once) or open it again. Accounts are never deleted."""
    row = _found(people_store.by_id(session, person_id))
    row.active = active
    session.add(row)
    _forget(session)
    if not active:
        people_store.drop_sessions(session, person_id=person_id)
    audit_log.append(session, by, "person.active", {"person": person_id, "active": active})


def set_language(session: Session, *, person_id: int, language: str) -> None:
    """The language the person reads the workbench in, ``id`` or ``en``."""
    row = _found(people_store.by_id(session, person_id))
    row.language = language if language in LANGUAGES else "id"
    session.add(row)
