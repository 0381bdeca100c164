"""Passwords (argon2id), opaque sessions and one-time links to set a password.

A session is 256 random bits in a cookie; the database keeps only its SHA-256. It ends after the idle time, after the
absolute time, at logout, at a new password and when the account is closed. Wrong passwords are counted per login name
and per address; a browser that has logged in before is not locked out by strangers who guess at the same name.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from sqlmodel import Session

from workbench import moment
from workbench.domain.errors import NotAllowed, NotFound, Refused
from workbench.domain.people import Person
from workbench.i18n import _
from workbench.settings import get_settings
from workbench.storage import audit_log, database, people_store
from workbench.storage.tables import LoginFailureRow, LoginSessionRow, PersonRow, SetupTokenRow

MIN_PASSWORD = 10
MAX_PASSWORD = 200
WRONG_PER_NAME = 8
WRONG_PER_ADDRESS = 40
WRONG_WINDOW = timedelta(minutes=15)
_TOUCH_AFTER = timedelta(seconds=60)

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane (about 20 ms). More would let twenty people who log in at
# once exhaust a small server, so at most two hashes run at the same time as well.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_slots = threading.BoundedSemaphore(2)


class TooManyAttempts(Refused):
    """Too many wrong passwords lately; the door answers again after the window."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A valid session: whose it is, a short name for it (not secret), and whether it should be touched."""

    person: Person
    id8: str
    created_at: datetime
    expires_at: datetime
    language: str
    wants_touch: bool


def _seal(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to compare with when the login name is unknown, so that both answers take as long."""
    return _hash(secrets.token_urlsafe(16))


def _hash(password: str) -> str:
    with _slots:
        return _hasher.hash(password)


def _matches(password_hash: str, password: str) -> bool:
    with _slots:
        try:
            return _hasher.verify(password_hash, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


# ---------------------------------------------------------------- passwords


def password_problem(password: str, username: str = "") -> str:
    """Why this password is not accepted, one sentence; empty when it is."""
    if len(password) < MIN_PASSWORD:
        return _("Kata sandi terlalu pendek: sedikitnya {n} karakter.").format(n=MIN_PASSWORD)
    if len(password) > MAX_PASSWORD:
        return _("Kata sandi terlalu panjang: paling banyak {n} karakter.").format(n=MAX_PASSWORD)
    if len(set(password)) < 4 or (username and username in password.lower()):
        return _("Kata sandi terlalu mudah ditebak.")
    return ""


def set_password(session: Session, person_id: int, password: str, *, by: str = "") -> None:
    """Set a password; all sessions of the person end. ``Refused`` when it is too short or too easy."""
    row = people_store.by_id(session, person_id)
    if row is None:
        raise NotFound(_("Pengguna tidak ditemukan."))
    problem = password_problem(password, row.username)
    if problem:
        raise Refused(problem)
    row.password_hash = _hash(password)
    session.add(row)
    people_store.drop_sessions(session, person_id=person_id)
    audit_log.append(session, by or row.username, "person.password", {"person": person_id})


def check_password(session: Session, username: str, password: str) -> Person | None:
    """The person when the password is right and the account active, else None. Takes as long for unknown names."""
    row = people_store.by_username(session, username[:64])
    known = row is not None and row.active and bool(row.password_hash)
    right = _matches(row.password_hash if row is not None and known else _nobody(), password[: MAX_PASSWORD + 1])
    if row is None or not known or not right:
        return None
    return people_store.persons(session, [row], _today())[0]


def refuse_too_many(session: Session, username: str, address: str, *, known_browser: bool = False) -> None:
    """Raise ``TooManyAttempts`` when this name or address has guessed wrong too often in the last 15 minutes."""
    since = moment.now() - WRONG_WINDOW
    name = username.strip().lower()[:64]
    by_name = 0 if known_browser else people_store.failures(session, since, username=name)
    by_address = people_store.failures(session, since, address=address) if address else 0
    if by_name >= WRONG_PER_NAME or by_address >= WRONG_PER_ADDRESS:
        raise TooManyAttempts(
            _("Terlalu banyak percobaan masuk yang gagal. Coba lagi dalam {n} menit.").format(
                n=int(WRONG_WINDOW.total_seconds() // 60)
            )
        )


def record_failure(session: Session, username: str, address: str) -> None:
    """Count a wrong password; the name is kept as typed (shortened), so a flood of guesses shows in the audit log."""
    name = username.strip().lower()[:64]
    session.add(LoginFailureRow(username=name, address=address, at=moment.now()))
    audit_log.append(session, "system", "login.failed", {"username": name, "address": address})


def log_in(*, username: str, password: str, address: str = "", known_browser: bool = False) -> tuple[str, Person]:
    """The whole door: count, check, open a session; returns (cookie token, person).

    Opens its own transactions, because the password must not be hashed while holding the write lock. Raises
    ``TooManyAttempts`` or ``NotAllowed`` with the same sentence whether the name or the password was wrong.
    """
    with database.session() as reading:
        refuse_too_many(reading, username, address, known_browser=known_browser)
        person = check_password(reading, username, password)
        row = people_store.by_id(reading, person.id) if person else None
        outdated = row is not None and _hasher.check_needs_rehash(row.password_hash)
    fresh = _hash(password) if outdated else ""
    with database.writing() as session:
        if person is None:
            record_failure(session, username, address)
        else:
            if fresh:
                renewed = session.get_one(PersonRow, person.id)
                renewed.password_hash = fresh
                session.add(renewed)
            audit_log.append(session, person.username, "login.ok", {"person": person.id, "address": address})
            return open_session(session, person.id), person
    raise NotAllowed(_("Nama pengguna atau kata sandi salah."))


# ---------------------------------------------------------------- sessions


def open_session(session: Session, person_id: int) -> str:
    """A new session; returns the token for the cookie, which is nowhere else. Sweeps what is over."""
    settings, at = get_settings(), moment.now()
    people_store.drop_expired(session, at)
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSessionRow(
            token_sha256=_seal(token),
            person_id=person_id,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=settings.session_hours),
        )
    )
    session.flush()
    return token


def signed_in(session: Session, token: str) -> SignedIn | None:
    """The session behind a cookie, with the person's posts of today; None when it is over or was never ours."""
    if not token or len(token) > 100:
        return None
    row, at = people_store.session_row(session, _seal(token)), moment.now()
    if row is None or at >= row.expires_at:
        return None
    if at - row.seen_at > timedelta(minutes=get_settings().session_idle_minutes):
        return None
    owner = people_store.by_id(session, row.person_id)
    if owner is None or not owner.active:
        return None
    return SignedIn(
        people_store.persons(session, [owner], _today())[0],
        row.token_sha256[:8],
        row.created_at,
        row.expires_at,
        owner.language,
        at - row.seen_at > _TOUCH_AFTER,
    )


def person_of_session(session: Session, token: str) -> Person | None:
    """Whose session this is, or None."""
    found = signed_in(session, token)
    return found.person if found else None


def touch_session(session: Session, token: str) -> None:
    """The session was used now: its idle time starts anew. Call when ``SignedIn.wants_touch`` says so."""
    people_store.touch(session, _seal(token), moment.now())


def close_session(session: Session, token: str) -> None:
    """Log out: the session is gone at once, on every tab."""
    people_store.drop_sessions(session, token_sha256=_seal(token))


def close_all_sessions(session: Session, person_id: int) -> None:
    """Log a person out everywhere."""
    people_store.drop_sessions(session, person_id=person_id)


def end_all(session: Session) -> None:
    """Log everybody out and end unused one-time links, as after a restore: they may have been closed since."""
    people_store.drop_logins(session)


# ---------------------------------------------------------------- one-time links


def new_setup_token(session: Session, person_id: int, *, by: str = "system", hours: int = 72) -> str:
    """A one-time token to set a password within ``hours``; earlier unused ones of the person stop working."""
    if people_store.by_id(session, person_id) is None:
        raise NotFound(_("Pengguna tidak ditemukan."))
    people_store.drop_setup_tokens(session, person_id)
    token, at = secrets.token_urlsafe(32), moment.now()
    session.add(
        SetupTokenRow(
            token_sha256=_seal(token), person_id=person_id, created_at=at, expires_at=at + timedelta(hours=hours)
        )
    )
    audit_log.append(session, by, "person.setup_token", {"person": person_id})
    return token


def use_setup_token(session: Session, token: str, password: str) -> Person:
    """Set the password the link was made for. The link works once; a refused password leaves it usable."""
    row = people_store.setup_token(session, _seal(token)) if token else None
    at = moment.now()
    if row is None or row.used_at is not None or at >= row.expires_at:
        raise Refused(_("Tautan ini sudah dipakai atau kedaluwarsa. Minta tautan baru kepada administrator."))
    set_password(session, row.person_id, password)
    row.used_at = at
    session.add(row)
    session.flush()
    owner = people_store.by_id(session, row.person_id)
    if owner is None or not owner.active:
        raise NotFound(_("Akun ini sudah tidak aktif."))
    return people_store.persons(session, [owner], _today())[0]


def _today() -> date:
    return moment.now().astimezone(ZoneInfo(get_settings().time_zone)).date()
