"""People, posts, agencies, sessions and tokens as rows; plain values go in and out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from workbench.domain.people import Assignment, Capacity, Person, Role
from workbench.storage.tables import (
    AssignmentRow,
    LoginFailureRow,
    LoginSessionRow,
    OpdRow,
    PersonRow,
    SetupTokenRow,
)


def assignment_of(row: AssignmentRow) -> Assignment:
    """The post a row speaks of."""
    return Assignment(
        Role(row.role),
        row.title,
        row.opd_code,
        Capacity(row.capacity),
        row.valid_from,
        row.valid_to,
        row.letter_number,
    )


def assignments(session: Session, person_ids: Iterable[int] | None = None) -> dict[int, list[AssignmentRow]]:
    """All posts ever held, by person, in the order they began; of all people when none are named."""
    query = select(AssignmentRow).order_by(col(AssignmentRow.valid_from), col(AssignmentRow.id))
    if person_ids is not None:
        query = query.where(col(AssignmentRow.person_id).in_(list(person_ids)))
    found: dict[int, list[AssignmentRow]] = {}
    for row in session.exec(query):
        found.setdefault(row.person_id, []).append(row)
    return found


def persons(session: Session, rows: Iterable[PersonRow], day: date) -> list[Person]:
    """People with the posts they hold on a day; two queries for any number of people."""
    rows = list(rows)
    posts = assignments(session, [row.id or 0 for row in rows])
    return [
        Person(
            row.id or 0,
            row.username,
            row.name,
            tuple(a for a in map(assignment_of, posts.get(row.id or 0, [])) if a.holds_on(day)),
        )
        for row in rows
    ]


def by_id(session: Session, person_id: int) -> PersonRow | None:
    """The row of a person, read anew from the database."""
    return session.get(PersonRow, person_id, populate_existing=True)


def by_username(session: Session, username: str) -> PersonRow | None:
    """The row of a person by login name, which is kept in lower case."""
    return session.exec(select(PersonRow).where(PersonRow.username == username.strip().lower())).first()


def all_persons(session: Session, *, active_only: bool = False) -> list[PersonRow]:
    """Everybody, by name."""
    query = select(PersonRow).order_by(PersonRow.name, col(PersonRow.id))
    if active_only:
        query = query.where(col(PersonRow.active))
    return list(session.exec(query))


def names(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """Login name to name, for those that exist."""
    wanted = sorted({u for u in usernames if u})
    if not wanted:
        return {}
    query = select(PersonRow.username, PersonRow.name).where(col(PersonRow.username).in_(wanted))
    return dict(session.exec(query).all())


def usernames_like(session: Session, word: str) -> list[str]:
    """Login names of people in whose name the word occurs, in any case."""
    query = select(PersonRow.username).where(func.lower(PersonRow.name).contains(word.casefold(), autoescape=True))
    return list(session.exec(query))


def holders(session: Session, role: Role, day: date, opd_code: str = "") -> list[PersonRow]:
    """Active people who hold a role on a day, for one OPD when it is named."""
    query = (
        select(PersonRow)
        .join(AssignmentRow, col(AssignmentRow.person_id) == col(PersonRow.id))
        .where(AssignmentRow.role == role.value, col(PersonRow.active), AssignmentRow.valid_from <= day)
        .where(col(AssignmentRow.valid_to).is_(None) | (col(AssignmentRow.valid_to) >= day))
        .order_by(PersonRow.name)
    )
    if opd_code:
        query = query.where(AssignmentRow.opd_code == opd_code)
    return list(session.exec(query.distinct()))


def opds(session: Session) -> list[OpdRow]:
    """All agencies by code."""
    return list(session.exec(select(OpdRow).order_by(OpdRow.code)))


# ---------------------------------------------------------------- sessions, tokens, failures


def session_row(session: Session, token_sha256: str) -> LoginSessionRow | None:
    """The session with this sealed token."""
    return session.get(LoginSessionRow, token_sha256, populate_existing=True)


def touch(session: Session, token_sha256: str, at: datetime) -> None:
    """Note that the session was used."""
    session.execute(update(LoginSessionRow).where(col(LoginSessionRow.token_sha256) == token_sha256).values(seen_at=at))


def drop_sessions(session: Session, *, token_sha256: str = "", person_id: int = 0) -> None:
    """End one session, or all of a person."""
    query = delete(LoginSessionRow)
    query = query.where(
        col(LoginSessionRow.token_sha256) == token_sha256
        if token_sha256
        else col(LoginSessionRow.person_id) == person_id
    )
    session.execute(query)


def drop_expired(session: Session, at: datetime) -> None:
    """Sweep sessions that are over and failures too old to count."""
    session.execute(delete(LoginSessionRow).where(col(LoginSessionRow.expires_at) < at))
    session.execute(delete(LoginFailureRow).where(col(LoginFailureRow.at) < at - timedelta(days=1)))


def failures(session: Session, since: datetime, *, username: str = "", address: str = "") -> int:
    """How many logins failed since a moment, for a login name or from an address."""
    query = select(func.count()).select_from(LoginFailureRow).where(col(LoginFailureRow.at) > since)
    if username:
        query = query.where(LoginFailureRow.username == username)
    if address:
        query = query.where(LoginFailureRow.address == address)
    return session.exec(query).one()


def setup_token(session: Session, token_sha256: str) -> SetupTokenRow | None:
    """The one-time token with this seal."""
    return session.get(SetupTokenRow, token_sha256, populate_existing=True)


def drop_setup_tokens(session: Session, person_id: int) -> None:
    """Earlier unused links of a person stop working when a new one is made."""
    session.execute(
        delete(SetupTokenRow).where(
            col(SetupTokenRow.person_id) == person_id, col(SetupTokenRow.used_at).is_(None)
        )
    )  # fmt: skip


def drop_logins(session: Session) -> None:
    """Forget every session and every one-time link that was not used."""
    session.execute(delete(LoginSessionRow))
    session.execute(delete(SetupTokenRow).where(col(SetupTokenRow.used_at).is_(None)))
