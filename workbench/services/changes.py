"""What changed since the last working day, for one person: what others did to cases that concern them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from workbench import moment
from workbench.domain import warnings
from workbench.domain.engine import EventType
from workbench.domain.errors import OutsideCalendar
from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.services import duty, history, office_clock
from workbench.services.history import HistoryLine
from workbench.storage import casebook, people_store
from workbench.storage.tables import CaseRow, EventRow

MOST_LINES = 8
_TOLD = (
    EventType.START, EventType.DECIDE, EventType.SKIP, EventType.PAUSE, EventType.RESUME, EventType.REASSIGN,
    EventType.EXTEND, EventType.CUT_OFF, EventType.JOIN, EventType.CANCEL, EventType.REOPEN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened, as a sentence, and the case it happened to."""

    case_id: int
    number: str
    subject: str
    line: HistoryLine


@dataclass(frozen=True, slots=True)
class Changes:
    """The newest changes and how many there were since ``since``."""

    since: datetime
    total: int
    lines: tuple[Change, ...]


def since_last_day(session: Session) -> datetime:
    """The opening of the working day before today; yesterday's midnight where the calendar does not say."""
    clock, now = office_clock.clock(session), moment.now()
    day = office_clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(1, 15):
        try:
            opening = warnings.opening_of(clock, day - timedelta(days=back))
        except OutsideCalendar:
            break
        if opening is not None:
            return opening
    return day - timedelta(days=1)


def for_person(session: Session, person: Person, *, limit: int = MOST_LINES) -> Changes:
    """What others did since the last working day to cases that wait for the person or that they worked on.

    The nearest superiors see what happened anywhere in the office. Children of a collection are told by their parent.
    """
    since = since_last_day(session)
    told = [kind.value for kind in _TOLD]
    query = (
        select(EventRow, CaseRow)
        .join(CaseRow, col(CaseRow.id) == col(EventRow.case_id))
        .where(col(EventRow.at) >= since, EventRow.actor != person.username, col(EventRow.type).in_(told))
    )
    if person.roles & SUPERVISOR_ROLES:
        query = query.where(col(CaseRow.parent_id).is_(None))
    else:
        own = aliased(EventRow)
        # Asked case by case (there is an index for that), never by looking for the name in the whole history.
        concerned = exists().where(col(own.case_id) == col(CaseRow.id), col(own.actor) == person.username)
        mine = duty.waiting_for(person)
        running = col(CaseRow.status).in_(["open", "paused"])
        query = query.where(concerned if mine is None else or_(concerned, running & mine))
        if not person.roles & duty.OFFICE_ROLES:
            query = query.where(col(CaseRow.opd_code).in_(sorted(person.opd_codes)))
    shown = session.exec(query.order_by(col(EventRow.id).desc()).limit(limit)).all()
    total = session.exec(select(func.count()).select_from(query.with_only_columns(col(EventRow.id)).subquery())).one()
    events = [(row, casebook.to_event(row)) for row, _case in shown]
    sops = {sha: casebook.sop_of(session, sha) for sha in {row.sop_sha for row, _event in events}}
    names = people_store.names(
        session, {name for _row, e in events for name in (e.actor, str(e.detail.get("assignee", "")))}
    )  # fmt: skip
    lines = history.lines(events, sops, names)
    return Changes(
        since,
        total,
        tuple(
            Change(case.id or 0, case.number, case.subject, line)
            for (_row, case), line in zip(shown, lines, strict=True)
        ),
    )
