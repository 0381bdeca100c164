"""Warnings, notices, the outbox and the marks of repeated tasks as rows. The rules are in the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Session, col, or_, select

from workbench.domain.engine import CaseStatus
from workbench.storage.database import require_writing
from workbench.storage.notice_tables import MailRow, NoticeRow, SweepMarkRow, WarningRow
from workbench.storage.tables import CaseRow, EventRow

_CHUNK = 500


class MailState(StrEnum):
    """Where a letter of the outbox stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter of the outbox as a plain value."""

    id: int
    idem: str
    address: str
    subject: str
    body: str
    attempts: int
    created_at: datetime


# ---------------------------------------------------------------- warnings


def watched(session: Session, *, warn_before: datetime, due_before: datetime, law_before: datetime) -> list[CaseRow]:
    """Cases that may have something to say: a warning time or a limit lies before these moments."""
    working = col(CaseRow.status).in_([CaseStatus.OPEN.value, CaseStatus.WAITING_CHILDREN.value])
    running = working | (col(CaseRow.status) == CaseStatus.PAUSED.value)
    step = working & or_(col(CaseRow.warn_at) <= warn_before, col(CaseRow.due_at) < due_before)
    law = running & (col(CaseRow.legal_due_at) < law_before)
    return list(session.exec(select(CaseRow).where(step | law).order_by(col(CaseRow.id))))


def warned(session: Session, case_ids: Iterable[int]) -> set[tuple[int, str, int, str]]:
    """(case, step, visit, threshold) of what was said already."""
    found: set[tuple[int, str, int, str]] = set()
    ids = list(case_ids)
    for start in range(0, len(ids), _CHUNK):
        query = select(WarningRow.case_id, WarningRow.step, WarningRow.visit, WarningRow.threshold)
        found.update(session.exec(query.where(col(WarningRow.case_id).in_(ids[start : start + _CHUNK]))).all())
    return found


def add_warning(
    session: Session, *, case_id: int, step: str, visit: int, threshold: str, due_at: datetime, at: datetime
) -> int:
    """Write down that something is said; a second row of the same kind is refused by the database."""
    require_writing(session)
    row = WarningRow(case_id=case_id, step=step, visit=visit, threshold=threshold, due_at=due_at, at=at)
    session.add(row)
    session.flush()
    return row.id or 0


def add_notice(session: Session, *, warning_id: int, person_id: int, mail_id: int | None) -> None:
    """One person is told; ``mail_id`` is the letter that says it as well."""
    session.add(NoticeRow(warning_id=warning_id, person_id=person_id, mail_id=mail_id))


def unread(session: Session, person_id: int) -> list[tuple[NoticeRow, WarningRow, CaseRow]]:
    """What a person was told and has not put aside, newest first."""
    query = (
        select(NoticeRow, WarningRow, CaseRow)
        .join(WarningRow, col(WarningRow.id) == col(NoticeRow.warning_id))
        .join(CaseRow, col(CaseRow.id) == col(WarningRow.case_id))
        .where(NoticeRow.person_id == person_id, col(NoticeRow.read_at).is_(None))
        .order_by(col(NoticeRow.id).desc())
    )
    return [(notice, warning, case) for notice, warning, case in session.exec(query)]


def put_aside(session: Session, person_id: int, notice_ids: Sequence[int], at: datetime) -> int:
    """Mark notices of this person as read; returns how many were not before."""
    require_writing(session)
    query = update(NoticeRow).where(
        col(NoticeRow.id).in_(list(notice_ids)), col(NoticeRow.person_id) == person_id, col(NoticeRow.read_at).is_(None)
    )
    return session.connection().execute(query.values(read_at=at)).rowcount


# ---------------------------------------------------------------- marks


def mark(session: Session, name: str) -> SweepMarkRow | None:
    """How far a repeated task has come; None before its first time."""
    return session.get(SweepMarkRow, name, populate_existing=True)


def set_mark(session: Session, name: str, at: datetime, number: int = 0) -> None:
    """Note how far a repeated task has come."""
    require_writing(session)
    row = mark(session, name) or SweepMarkRow(name=name)
    row.at, row.number = at, number
    session.add(row)
    session.flush()


def drop_mark(session: Session, name: str) -> None:
    """Forget a mark; nothing happens where there is none."""
    row = mark(session, name)
    if row is not None:
        session.delete(row)
        session.flush()


def newest_event_at(session: Session) -> datetime | None:
    """When the newest event of all says it happened."""
    return session.exec(select(EventRow.at).order_by(col(EventRow.id).desc()).limit(1)).first()


# ---------------------------------------------------------------- the outbox


def _mail(row: MailRow) -> Mail:
    return Mail(row.id or 0, row.idem, row.address, row.subject, row.body, row.attempts, row.created_at)


def known_mail(session: Session, idem: str) -> bool:
    """Was a letter with this key written before?"""
    return session.exec(select(MailRow.id).where(MailRow.idem == idem)).first() is not None


def keys_beginning(session: Session, prefix: str) -> set[str]:
    """Keys of letters that begin with these characters."""
    return set(session.exec(select(MailRow.idem).where(col(MailRow.idem).startswith(prefix, autoescape=True))))


def post(
    session: Session, *, idem: str, kind: str, person_id: int, address: str, subject: str, body: str, at: datetime
) -> int:
    """Put a letter into the outbox, in the transaction that has something to say. Its key can be used once."""
    require_writing(session)
    row = MailRow(
        idem=idem, kind=kind, person_id=person_id, address=address, subject=subject, body=body,
        state=MailState.QUEUED.value, created_at=at, next_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id or 0


def has_due(session: Session, now: datetime, silent_since: datetime) -> bool:
    """Is there a letter to send? Asked without the write lock."""
    return session.exec(select(MailRow.id).where(_due(now, silent_since)).limit(1)).first() is not None


def claim(session: Session, now: datetime, silent_since: datetime) -> Mail | None:
    """Take the oldest letter that is due, or one whose sender fell silent before ``silent_since``; None when all is
    quiet. Exactly one sender gets it."""
    require_writing(session)
    query = select(MailRow).where(_due(now, silent_since)).order_by(col(MailRow.id)).limit(1)
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        return None
    row.state, row.claimed_at, row.attempts = MailState.SENDING.value, now, row.attempts + 1
    session.add(row)
    session.flush()
    return _mail(row)


def _due(now: datetime, silent_since: datetime) -> ColumnElement[bool]:
    waiting = (col(MailRow.state) == MailState.QUEUED.value) & (col(MailRow.next_at) <= now)
    silent = (col(MailRow.state) == MailState.SENDING.value) & (col(MailRow.claimed_at) < silent_since)
    return waiting | silent


def settle(
    session: Session, mail_id: int, attempts: int, state: MailState, *, at: datetime, error: str = ""
) -> bool:  # fmt: skip
    """What became of a claimed letter. ``at`` is when it was sent, or when to try again. False when a later sender has
    taken it over meanwhile."""
    require_writing(session)
    values = {"state": state.value, "error": error, ("sent_at" if state is MailState.SENT else "next_at"): at}
    query = update(MailRow).where(
        col(MailRow.id) == mail_id,
        col(MailRow.attempts) == attempts,
        col(MailRow.state) == MailState.SENDING.value,
    )
    return session.connection().execute(query.values(**values)).rowcount == 1


def outbox(session: Session) -> dict[MailState, int]:
    """How many letters stand where."""
    found = dict(session.exec(select(MailRow.state, func.count()).group_by(MailRow.state)).all())
    return {state: found.get(state.value, 0) for state in MailState}


def troubles(session: Session, limit: int = 5) -> list[tuple[int, str, int, str]]:
    """(number, address, attempts, error) of letters that could not be sent, newest first."""
    query = select(MailRow.id, MailRow.address, MailRow.attempts, MailRow.error).where(
        col(MailRow.state) != MailState.SENT.value, MailRow.error != ""
    )
    rows = session.exec(query.order_by(col(MailRow.id).desc()).limit(limit))
    return [(number or 0, address, attempts, error) for number, address, attempts, error in rows]
