"""Versions of the office's calendar, whole and immutable, named by their SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.calendar import OfficeCalendar, from_document, to_document
from workbench.domain.errors import NotFound, Refused
from workbench.i18n import _
from workbench.settings import get_settings
from workbench.storage.calendar_seed import seed_calendar
from workbench.storage.database import require_writing
from workbench.storage.tables import CalendarVersionRow

OFFICE = "office"


@dataclass(frozen=True, slots=True)
class CalendarVersion:
    """What is known of a version beside its content."""

    sha: str
    version: int
    legal_basis: str
    created_at: datetime
    created_by: str


# A version never changes, so what was parsed once is right for ever.
_parsed: dict[str, OfficeCalendar] = {}


def _newest(session: Session, calendar_id: str) -> tuple[str, int] | None:
    return session.exec(
        select(CalendarVersionRow.sha, CalendarVersionRow.version)
        .where(CalendarVersionRow.calendar_id == calendar_id)
        .order_by(col(CalendarVersionRow.version).desc())
        .limit(1)
    ).first()


def current(session: Session, calendar_id: str = OFFICE) -> OfficeCalendar:
    """The newest version. An office that has none yet works by the seed, which is stored with the first writing."""
    newest = _newest(session, calendar_id)
    if newest is not None:
        return of_sha(session, newest[0])
    seed = seed_calendar(get_settings().time_zone)
    if session.info.get("writing"):
        store(session, seed, created_by="system", calendar_id=calendar_id)
    return seed


def of_sha(session: Session, sha: str) -> OfficeCalendar:
    """One version by its SHA-256; ``NotFound`` when it was never stored."""
    if sha not in _parsed:
        row = session.get(CalendarVersionRow, sha)
        if row is None:
            raise NotFound(_("Versi kalender ini tidak tersimpan."))
        _parsed[sha] = from_document(row.body)
    return _parsed[sha]


def store(session: Session, calendar: OfficeCalendar, *, created_by: str, calendar_id: str = OFFICE) -> bool:
    """Make this the newest version; False when it is already.

    A version is named by its content, so an older one taken up again as it was is ``Refused``: its legal basis, which
    is part of the content, has to say why it holds again.
    """
    require_writing(session)
    newest = _newest(session, calendar_id)
    if newest is not None and newest[0] == calendar.sha:
        return False
    if known(session, calendar.sha):
        raise Refused(_("Kalender yang sama persis pernah berlaku. Sebutkan dasar perubahan yang baru."))
    session.add(
        CalendarVersionRow(
            sha=calendar.sha,
            calendar_id=calendar_id,
            version=(newest[1] if newest else 0) + 1,
            legal_basis=calendar.legal_basis,
            body=to_document(calendar),
            created_at=moment.now(),
            created_by=created_by,
        )
    )
    session.flush()
    return True


def known(session: Session, sha: str) -> bool:
    """Was this version ever stored?"""
    return session.get(CalendarVersionRow, sha) is not None


def versions(session: Session, calendar_id: str = OFFICE) -> list[CalendarVersion]:
    """All versions, newest first."""
    rows = session.exec(
        select(CalendarVersionRow)
        .where(CalendarVersionRow.calendar_id == calendar_id)
        .order_by(col(CalendarVersionRow.version).desc())
    )
    return [CalendarVersion(r.sha, r.version, r.legal_basis, r.created_at, r.created_by) for r in rows]
