"""Warnings: at risk, due today, late. Said once each, inside working hours, in the workbench and by e-mail.

``sweep`` is called every minute by the worker and may be called by anybody at any time: what was said stands in a table
whose uniqueness decides, so a second sweep, a second worker or a killed one says nothing twice. ``tick`` is what the
worker does: sweep, fill the search, send the outbox.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from workbench import moment
from workbench.domain import warnings
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import OutsideCalendar, WorkbenchError
from workbench.domain.sop import Sop
from workbench.domain.warnings import LATE, LAW, Threshold
from workbench.services import duty, mail, office_clock, search, server_clock, warning_letters
from workbench.services.duty import Directory
from workbench.services.warning_letters import Told, line_of
from workbench.storage import casebook, database, notices
from workbench.storage.database import require_writing
from workbench.storage.tables import CaseRow

_MORNING = "digest"
_LAW_AHEAD = timedelta(days=30)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did. ``closed``: the office does not work now; ``set_back``: the server's clock is behind."""

    warnings: int = 0
    notices: int = 0
    letters: int = 0
    digests: int = 0
    closed: bool = False
    set_back: bool = False


@dataclass(frozen=True, slots=True)
class _News:
    """Something to say about a case."""

    row: CaseRow
    sop: Sop
    threshold: Threshold
    due_at: datetime

    @property
    def stay(self) -> tuple[str, int]:
        """The step and visit it is about; the law's clock belongs to the case as a whole."""
        return ("", 0) if self.threshold in LAW else (self.row.step, self.row.visit)


def sweep(session: Session) -> Swept:
    """Say what is to be said now. Inside ``writing()``; notices and letters are written in the same transaction.

    Nothing while the office is closed, and nothing while the server's clock is behind what the history has seen: what
    it would say could be wrong, and nothing is lost by waiting.
    """
    require_writing(session)
    now = moment.now()
    if server_clock.is_set_back(session, now):
        return Swept(set_back=True)
    notices.set_mark(session, server_clock.SWEPT, now)
    clock = office_clock.clock(session)
    if not clock.is_open(now):
        return Swept(closed=True)
    news = _news(session, clock, now)
    morning = mail.is_on() and warnings.in_first_stretch(clock, now) and not _morning_is_over(session, clock, now)
    if not news and not morning:
        return Swept()
    people = duty.directory(session)
    told = _tell(session, people, news, now)
    digests = warning_letters.digests_of(session, clock, people, told, now) if morning else {}
    if morning:
        notices.set_mark(session, _MORNING, now, clock.local_date(now).toordinal())
    letters = warning_letters.letters_of(session, told, digests, now)
    count = 0
    for contact, lines in told.values():
        for warning_id, _line, _own in lines:
            sent = digests.get(contact.person.id) or letters.get(contact.person.id)
            notices.add_notice(session, warning_id=warning_id, person_id=contact.person.id, mail_id=sent)
            count += 1
    session.flush()
    return Swept(len(news), count, len(letters), len(digests))


def _morning_is_over(session: Session, clock: Clock, now: datetime) -> bool:
    """Have today's digests been written? Whoever had nothing to read this morning is not written to at ten."""
    done = notices.mark(session, _MORNING)
    return done is not None and done.number == clock.local_date(now).toordinal()


def _news(session: Session, clock: Clock, now: datetime) -> list[_News]:
    end_of_day = office_clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = notices.watched(session, warn_before=now, due_before=end_of_day, law_before=now + _LAW_AHEAD)
    known: dict[int, set[tuple[str, int, str]]] = {}
    for case_id, step, visit, threshold in notices.warned(session, [row.id or 0 for row in rows]):
        known.setdefault(case_id, set()).add((step, visit, threshold))
    found: list[_News] = []
    for row in rows:
        here = ((row.step, row.visit), ("", 0))
        said = {threshold for step, visit, threshold in known.get(row.id or 0, ()) if (step, visit) in here}
        for threshold, due_at in sorted(_says(clock, row, now, said)):
            if threshold.value not in said:
                found.append(_News(row, casebook.sop_of(session, row.sop_sha), threshold, due_at))
    return found


def _says(clock: Clock, row: CaseRow, now: datetime, said: set[str]) -> list[tuple[Threshold, datetime]]:
    """What is to be said of a case now. The clock is not asked again about what is late and said already."""
    found: list[tuple[Threshold, datetime]] = []
    try:
        if _step_is_open(row, now, said) and row.due_at is not None and row.available_at is not None:
            step = warnings.step_says(clock, row.available_at, row.warn_at, row.due_at, now)
            found += [(threshold, row.due_at) for threshold in step]
        law = row.legal_due_at
        told = Threshold.LAW_BREACHED in said or (Threshold.LAW_AT_RISK in said and law is not None and now <= law)
        if law is not None and not told:
            found += [(threshold, law) for threshold in warnings.law_says(clock, row.opened_at, law, now)]
    except OutsideCalendar as error:
        _log.warning("case %s gets no warning: %s", row.number, error)
    return found


def _step_is_open(row: CaseRow, now: datetime, said: set[str]) -> bool:
    """May the step's clock have something to say that was not said?"""
    if row.due_at is None or row.status == CaseStatus.PAUSED or Threshold.BREACHED in said:
        return False
    if now > row.due_at:
        return True
    near = row.warn_at is not None and row.warn_at <= now and Threshold.AT_RISK not in said
    today = office_clock.local(row.due_at).date() == office_clock.local(now).date()
    return near or (today and Threshold.DUE_TODAY not in said)


def _tell(session: Session, people: Directory, news: Sequence[_News], now: datetime) -> Told:
    """Write the warnings down and say who is told each."""
    told: Told = {}
    for item in news:
        step, visit = item.stay
        warning_id = notices.add_warning(
            session, case_id=item.row.id or 0, step=step, visit=visit, threshold=item.threshold.value,
            due_at=item.due_at, at=now,
        )  # fmt: skip
        own = people.in_charge(item.row, item.sop)
        above = people.superiors(item.row) if item.threshold in LATE or item.threshold in LAW or not own else []
        names = ", ".join(contact.person.name for contact in own) or item.sop.lane(item.row.lane).name
        ids = {contact.person.id for contact in own}
        for contact in [*own, *(c for c in above if c.person.id not in ids)]:
            mine = contact.person.id in ids
            line = line_of(item.row, item.sop, item.threshold, item.due_at, "" if mine else names)
            told.setdefault(contact.person.id, (contact, []))[1].append((warning_id, line, mine))
    return told


def tick() -> None:
    """One round: sweep, bring the search up to date, send. Errors are logged; the next round tries again."""
    for work in (_sweep_once, search.catch_up, mail.deliver):
        try:
            work()
        except WorkbenchError as error:
            _log.warning("%s: %s", work.__name__, error)
        except Exception:
            _log.exception("%s failed; the next round tries again", work.__name__)


def _sweep_once() -> None:
    with database.writing() as session:
        done = sweep(session)
    if done.warnings or done.digests:
        _log.info("%d warnings to %d people's notices, %d digests", done.warnings, done.notices, done.digests)
