"""Warnings: at risk, due today, late. Said once each, inside working hours, in the workbench and by e-mail.

``sweep`` is called every minute by the worker and may be called by anybody at any time: what was said stands in a table
whose uniqueness decides, so a second sweep, a second worker or a killed one says nothing twice. ``tick`` is what the
worker does: sweep, fill the search, send the outbox.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain import warnings
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import OutsideCalendar, Refused, WorkbenchError
from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.domain.sop import Sop
from workbench.domain.warnings import LATE, LAW, URGENCY, Threshold
from workbench.i18n import _, speaking
from workbench.services import digest, duty, mail, office_clock, search
from workbench.services.digest import Letter, Line, Morning
from workbench.services.duty import Contact, Directory
from workbench.storage import audit_log, casebook, database, notices
from workbench.storage.database import require_writing
from workbench.storage.notices import MailState
from workbench.storage.tables import CaseRow

SKEW = timedelta(seconds=5)
"""Machines that share a database may disagree by so much; the rule of ``services.casework``."""

_SWEEP = "sweep"
_MORNING = "digest"
_SET_BACK = "clock_set_back"
_ACCEPTED = "clock_accepted"
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
class Notice:
    """A warning as a person sees it on Beranda: the most urgent of those about one stay, with the numbers of all."""

    ids: tuple[int, ...]
    threshold: Threshold
    case_id: int
    number: str
    subject: str
    step: str
    activity: str
    due_at: datetime
    at: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How warnings stand, for ``workbench notify status`` and the administrator."""

    swept_at: datetime | None
    set_back: bool
    mail_on: bool
    outbox: dict[MailState, int]
    troubles: tuple[tuple[int, str, int, str], ...]


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


# ---------------------------------------------------------------- sweeping


def sweep(session: Session) -> Swept:
    """Say what is to be said now. Inside ``writing()``; notices and letters are written in the same transaction.

    Nothing while the office is closed, and nothing while the server's clock is behind what the history has seen: what
    it would say could be wrong, and nothing is lost by waiting.
    """
    require_writing(session)
    now = moment.now()
    if _is_set_back(session, now):
        return Swept(set_back=True)
    notices.set_mark(session, _SWEEP, now)
    clock = office_clock.clock(session)
    if not clock.is_open(now):
        return Swept(closed=True)
    news = _news(session, clock, now)
    morning = mail.is_on() and warnings.in_first_stretch(clock, now) and not _morning_is_over(session, clock, now)
    if not news and not morning:
        return Swept()
    people = duty.directory(session)
    told = _tell(session, people, news, now)
    digests = _write_digests(session, clock, people, told, now) if morning else {}
    if morning:
        notices.set_mark(session, _MORNING, now, clock.local_date(now).toordinal())
    letters = _write_letters(session, told, digests, now)
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


_Told = dict[int, tuple[Contact, list[tuple[int, Line, bool]]]]
"""By person: the contact, and (warning, its line in a letter, does it lie in their own hands)."""


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


def _tell(session: Session, people: Directory, news: Sequence[_News], now: datetime) -> _Told:
    """Write the warnings down and say who is told each."""
    told: _Told = {}
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
            line = _line(item, "" if mine else names)
            told.setdefault(contact.person.id, (contact, []))[1].append((warning_id, line, mine))
    return told


def _line(item: _News, holder: str) -> Line:
    row = item.row
    activity = item.sop.step(row.step).activity
    return Line(item.threshold, row.number, row.subject, row.step, activity, item.due_at, holder)


# ---------------------------------------------------------------- letters


def _write_letters(session: Session, told: _Told, digests: dict[int, int], now: datetime) -> dict[int, int]:
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


def _write_digests(
    session: Session, clock: Clock, people: Directory, told: _Told, now: datetime
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
                morning.mine.append(_line(_News(row, sop, threshold, row.due_at), ""))
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
    return len(_write_digests(session, office_clock.clock(session), duty.directory(session), {}, moment.now()))


# ---------------------------------------------------------------- the server's clock


def _is_set_back(session: Session, now: datetime) -> bool:
    """Is the clock behind what was seen before? Flagged once in the audit log; over when time has caught up."""
    seen = _newest_seen(session)
    flagged = notices.mark(session, _SET_BACK) is not None
    if seen is None or now >= seen - SKEW:
        if flagged:
            notices.drop_mark(session, _SET_BACK)
            audit_log.append(session, "system", "clock.caught_up", {"now": now.isoformat()})
        return False
    if not flagged:
        notices.set_mark(session, _SET_BACK, seen)
        body = {"now": now.isoformat(), "seen": seen.isoformat()}
        audit_log.append(session, "system", "clock.set_back", body)
        _log.error("the server's clock says %s, but the history has seen %s: no warnings are sent", now, seen)
    return True


def _newest_seen(session: Session) -> datetime | None:
    swept, accepted = notices.mark(session, _SWEEP), notices.mark(session, _ACCEPTED)
    event_at = notices.newest_event_at(session)
    if accepted is not None and event_at is not None and event_at <= accepted.at:
        event_at = None
    return max((at for at in (swept.at if swept else None, event_at) if at is not None), default=None)


def accept_clock(session: Session, *, by: str) -> None:
    """The clock is right now and was wrong before: warnings go on from here. ``Refused`` when nothing was flagged."""
    seen = _newest_seen(session)
    now = moment.now()
    if notices.mark(session, _SET_BACK) is None or seen is None:
        raise Refused(_("Jam komputer server tidak ditandai tertinggal."))
    notices.set_mark(session, _ACCEPTED, seen)
    notices.set_mark(session, _SWEEP, now)
    notices.drop_mark(session, _SET_BACK)
    audit_log.append(session, by, "clock.accepted", {"now": now.isoformat(), "seen": seen.isoformat()})


def clock_problem(session: Session) -> str:
    """A sentence for administrators while the server's clock is behind; empty when all is well."""
    flagged = notices.mark(session, _SET_BACK)
    if flagged is None:
        return ""
    return _(
        "Jam komputer server tertinggal: riwayat sudah mencatat {seen}. Peringatan ditahan sampai jam dibetulkan; "
        "tidak ada yang hilang."
    ).format(seen=f"{office_clock.local(flagged.at):%d-%m-%Y %H.%M}")


# ---------------------------------------------------------------- reading


def for_person(session: Session, person: Person) -> list[Notice]:
    """What a person was told and has not put aside, while it still holds; most urgent first, one a stay."""
    groups: dict[tuple[int, str, int], list[Notice]] = {}
    for told, warning, row in notices.unread(session, person.id):
        if not _still(warning.step, warning.visit, row):
            continue
        sop = casebook.sop_of(session, row.sop_sha)
        mine = person.username in (row.taken_by, row.assignee) or row.role in {role.value for role in person.roles}
        notice = Notice(
            (told.id or 0,), Threshold(warning.threshold), row.id or 0, row.number, row.subject, row.step,
            sop.step(row.step).activity, warning.due_at, warning.at, mine,
        )  # fmt: skip
        groups.setdefault((row.id or 0, warning.step, warning.visit), []).append(notice)
    found = [_worst(group) for group in groups.values()]
    return sorted(found, key=lambda notice: (URGENCY.index(notice.threshold), notice.due_at))


def _still(step: str, visit: int, row: CaseRow) -> bool:
    if row.status in (CaseStatus.CLOSED, CaseStatus.CANCELLED):
        return False
    return not step or (step, visit) == (row.step, row.visit)


def _worst(group: Sequence[Notice]) -> Notice:
    first = min(group, key=lambda notice: URGENCY.index(notice.threshold))
    ids = tuple(sorted(number for notice in group for number in notice.ids))
    return Notice(
        ids, first.threshold, first.case_id, first.number, first.subject, first.step, first.activity, first.due_at,
        first.at, first.mine,
    )  # fmt: skip


def put_aside(session: Session, *, person: Person, notice_ids: Iterable[int]) -> int:
    """The person has read these; returns how many were new. Notices of others are left alone."""
    return notices.put_aside(session, person.id, list(notice_ids), moment.now())


def status(session: Session) -> Status:
    """How warnings stand."""
    swept = notices.mark(session, _SWEEP)
    return Status(
        swept.at if swept else None,
        notices.mark(session, _SET_BACK) is not None,
        mail.is_on(),
        notices.outbox(session),
        tuple(notices.troubles(session)),
    )


# ---------------------------------------------------------------- what the worker does


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
