"""E-mail about warnings: a letter about what has just come up, and the digest of the morning."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import Refused
from workbench.domain.people import SUPERVISOR_ROLES
from workbench.domain.sop import Sop
from workbench.domain.warnings import Threshold
from workbench.i18n import _, speaking
from workbench.services import digest, duty, mail, office_clock
from workbench.services.digest import Letter, Line, Morning
from workbench.services.duty import Contact, Directory
from workbench.storage import casebook, notices
from workbench.storage.database import require_writing
from workbench.storage.tables import CaseRow

Told = dict[int, tuple[Contact, list[tuple[int, Line, bool]]]]
"""By person: the contact, and (warning, its line in a letter, does it lie in their own hands)."""


def line_of(row: CaseRow, sop: Sop, threshold: Threshold, due_at: datetime, holder: str) -> Line:
    """What a letter says of a case; ``holder`` is empty where it lies in the reader's own hands."""
    return Line(threshold, row.number, row.subject, row.step, sop.step(row.step).activity, due_at, holder)


def letters_of(session: Session, told: Told, digests: dict[int, int], now: datetime) -> dict[int, int]:
    """One letter a person about all that has just come up, except to whom the digest says it; letter by person."""
    if not mail.is_on():
        return {}
    found: dict[int, int] = {}
    for person_id, (contact, lines) in told.items():
        if person_id in digests or not mail.is_address(contact.email):
            continue
        with speaking(contact.language):
            letter = digest.warning_letter(contact.person.name, [line for _id, line, _mine in lines])
        key = f"warning:{max(warning_id for warning_id, _line, _mine in lines)}:{person_id}"
        found[person_id] = _post(session, contact, "warning", key, letter, now)
    return found


def digests_of(
    session: Session, clock: Clock, people: Directory, told: Told, now: datetime
) -> dict[int, int]:  # fmt: skip
    """Today's digest for everybody who has not got it; letter by person."""
    day = clock.local_date(now).isoformat()
    done = notices.keys_beginning(session, f"digest:{day}:")
    wanted = [c for c in people.contacts if mail.is_address(c.email) and f"digest:{day}:{c.person.id}" not in done]
    if not wanted:
        return {}
    mornings = _mornings(session, people, now)
    found: dict[int, int] = {}
    for contact in wanted:
        morning = mornings[contact.person.id]
        fresh = told.get(contact.person.id, (contact, []))[1]
        morning.others = [line for _id, line, mine in fresh if not mine]
        shown = {(line.number, line.threshold) for line in morning.mine}
        morning.mine += [line for _id, line, mine in fresh if mine and (line.number, line.threshold) not in shown]
        if not morning.worth_sending:
            continue
        with speaking(contact.language):
            letter = digest.morning_letter(contact.person.name, morning, now)
        key = f"digest:{day}:{contact.person.id}"
        found[contact.person.id] = _post(session, contact, "digest", key, letter, now)
    return found


def _mornings(session: Session, people: Directory, now: datetime) -> dict[int, Morning]:
    """What waits for each person, from one reading of all running cases."""
    found = {c.person.id: Morning() for c in people.contacts}
    today = office_clock.local(now).date()
    late = 0
    running = (CaseStatus.OPEN.value, CaseStatus.PAUSED.value, CaseStatus.WAITING_CHILDREN.value)
    for row in session.exec(select(CaseRow).where(col(CaseRow.status).in_(running)).order_by(col(CaseRow.id))):
        sop = casebook.sop_of(session, row.sop_sha)
        held = row.status != CaseStatus.OPEN
        threshold = None if held else _standing(row, now, today)
        late += threshold is Threshold.BREACHED
        for contact in people.in_charge(row, sop):
            morning = found[contact.person.id]
            morning.outside += held
            morning.waiting += not held
            if threshold is not None and row.due_at is not None:
                morning.mine.append(line_of(row, sop, threshold, row.due_at, ""))
    for contact in people.contacts:
        if contact.person.roles & SUPERVISOR_ROLES:
            found[contact.person.id].office_late = late
    return found


def _standing(row: CaseRow, now: datetime, today: object) -> Threshold | None:
    if row.due_at is None:
        return None
    if now > row.due_at:
        return Threshold.BREACHED
    if office_clock.local(row.due_at).date() == today:
        return Threshold.DUE_TODAY
    return Threshold.AT_RISK if row.warn_at is not None and now >= row.warn_at else None


def _post(session: Session, contact: Contact, kind: str, key: str, letter: Letter, now: datetime) -> int:
    return notices.post(
        session, idem=key, kind=kind, person_id=contact.person.id, address=contact.email, subject=letter.subject,
        body=letter.body, at=now,
    )  # fmt: skip


def write_digests(session: Session) -> int:
    """Today's digest now, whatever the hour, for those who have not got it; returns how many were written."""
    require_writing(session)
    if not mail.is_on():
        raise Refused(_("Surel belum disiapkan: setel WORKBENCH_SMTP_URL dan WORKBENCH_MAIL_FROM."))
    return len(digests_of(session, office_clock.clock(session), duty.directory(session), {}, moment.now()))
