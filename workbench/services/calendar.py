"""The office's calendar as the administration changes it: every change is a new version with its legal basis.

Open due times are computed anew in the same transaction; verdicts that were given stay with the calendar they were
given under. A mutating function gets a session opened by ``database.writing()``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from workbench.domain import case_clock
from workbench.domain.calendar import DayException, Holiday, HolidayKind, Interval, OfficeCalendar, Regime
from workbench.domain.errors import NotAllowed, Refused
from workbench.domain.people import SUPERVISOR_ROLES, Person, Role
from workbench.i18n import _
from workbench.services import casework, people
from workbench.services.office_clock import clock, clock_of, hour_text, local, today, zone
from workbench.storage import audit_log, calendars, casebook
from workbench.storage.calendars import CalendarVersion

__all__ = [
    "CalendarVersion",
    "Change",
    "MovedDue",
    "add_exception",
    "add_holiday",
    "add_regime",
    "clock",
    "clock_of",
    "current",
    "hour_text",
    "install",
    "local",
    "preview",
    "remove_exception",
    "remove_holiday",
    "today",
    "versions",
    "with_exception",
    "with_holiday",
    "without_exception",
    "without_holiday",
    "zone",
]


@dataclass(frozen=True, slots=True)
class Change:
    """What a new version brought: its SHA-256 and how many open cases got another due time."""

    sha: str
    moved: int


@dataclass(frozen=True, slots=True)
class MovedDue:
    """An open case whose due times another calendar would move; None where there is no such due time."""

    number: str
    subject: str
    step: str
    step_before: datetime | None
    step_after: datetime | None
    sop_before: datetime | None
    sop_after: datetime | None
    law_before: datetime | None
    law_after: datetime | None


def current(session: Session) -> OfficeCalendar:
    """The calendar that holds now."""
    return calendars.current(session)


def versions(session: Session) -> list[CalendarVersion]:
    """All versions, newest first."""
    return calendars.versions(session)


def install(session: Session, calendar: OfficeCalendar, *, by: Person | str, what: str = "") -> Change:
    """Make a whole calendar the newest version and move open due times. Superiors and administrators only."""
    actor = _allowed(session, by)
    if not calendar.legal_basis.strip():
        raise Refused(_("Perubahan kalender harus menyebut dasarnya, misalnya nomor surat edaran."))
    before = calendars.current(session)
    if not calendars.store(session, calendar, created_by=actor):
        return Change(calendar.sha, 0)
    moved = casework.recompute_open(session)
    body = {"from": before.sha, "to": calendar.sha, "basis": calendar.legal_basis, "what": what, "moved": moved}
    audit_log.append(session, actor, "calendar.change", body)
    return Change(calendar.sha, moved)


def with_holiday(calendar: OfficeCalendar, holiday: Holiday) -> OfficeCalendar:
    """The calendar with one more day off, in place of what that day was called before."""
    others = [known for known in calendar.holidays if known.day != holiday.day]
    return replace(calendar, holidays=tuple(sorted([*others, holiday], key=lambda known: known.day)))


def without_holiday(calendar: OfficeCalendar, day: date) -> OfficeCalendar:
    """The calendar in which a day is worked after all."""
    return replace(calendar, holidays=tuple(known for known in calendar.holidays if known.day != day))


def with_exception(calendar: OfficeCalendar, exception: DayException) -> OfficeCalendar:
    """The calendar in which a date has hours of its own (none: closed), in place of those it had."""
    others = [known for known in calendar.exceptions if known.day != exception.day]
    return replace(calendar, exceptions=tuple(sorted([*others, exception], key=lambda known: known.day)))


def without_exception(calendar: OfficeCalendar, day: date) -> OfficeCalendar:
    """The calendar in which a date has its usual hours again."""
    return replace(calendar, exceptions=tuple(known for known in calendar.exceptions if known.day != day))


def preview(session: Session, changed: OfficeCalendar) -> list[MovedDue]:
    """The open cases whose due times a changed calendar would move, by number; nothing is written.

    The same rule as at publishing: finished steps keep the verdict and the calendar they were judged by.
    """
    before, after = clock_of(calendars.current(session)), clock_of(changed)
    rows = casebook.unsettled_cases(session)
    histories = casebook.events_of(session, [row.id or 0 for row in rows])
    found = []
    for row in rows:
        sop = casebook.sop_of(session, row.sop_sha)
        state, stays = casework.fold(session, histories[row.id or 0])
        was, will = (case_clock.due_times(clock, sop, state, stays) for clock in (before, after))
        if (was.step, was.sop, was.law) != (will.step, will.sop, will.law):
            step = f"{row.step}. {sop.step(row.step).activity}" if not state.ended else ""
            found.append(
                MovedDue(row.number, row.subject, step, was.step, will.step, was.sop, will.sop, was.law, will.law)
            )
    return sorted(found, key=lambda moved: moved.number)


def add_holiday(
    session: Session,
    *,
    day: date,
    name: str,
    by: Person | str,
    legal_basis: str,
    kind: HolidayKind = HolidayKind.LOCAL,
    estimated: bool = False,
) -> Change:
    """One more day off; a day that is off already gets the new name and kind."""
    if not name.strip():
        raise Refused(_("Hari libur harus punya nama."))
    changed = with_holiday(calendars.current(session), Holiday(day, name.strip(), kind, estimated))
    return install(session, replace(changed, legal_basis=legal_basis), by=by, what=f"holiday {day} {name}")


def remove_holiday(session: Session, *, day: date, by: Person | str, legal_basis: str) -> Change:
    """The day is worked after all."""
    calendar = calendars.current(session)
    changed = without_holiday(calendar, day)
    if changed == calendar:
        raise Refused(_("Tanggal itu bukan hari libur."))
    return install(session, replace(changed, legal_basis=legal_basis), by=by, what=f"no holiday {day}")


def add_exception(
    session: Session,
    *,
    day: date,
    intervals: tuple[Interval, ...],
    reason: str,
    by: Person | str,
    legal_basis: str,
) -> Change:
    """Other hours on one date (none means closed): a half day, a flood."""
    if not reason.strip():
        raise Refused(_("Pengecualian jam kerja harus menyebut alasannya."))
    changed = with_exception(calendars.current(session), DayException(day, intervals, reason.strip()))
    return install(session, replace(changed, legal_basis=legal_basis), by=by, what=f"exception {day}")


def remove_exception(session: Session, *, day: date, by: Person | str, legal_basis: str) -> Change:
    """The date has its usual hours again; ``Refused`` when it has no others."""
    calendar = calendars.current(session)
    changed = without_exception(calendar, day)
    if changed == calendar:
        raise Refused(_("Tanggal itu tidak punya jam sendiri."))
    return install(session, replace(changed, legal_basis=legal_basis), by=by, what=f"no exception {day}")


def add_regime(session: Session, *, regime: Regime, by: Person | str, legal_basis: str) -> Change:
    """Hours that hold from a date to a date (Ramadan); one of the same name is replaced."""
    calendar = calendars.current(session)
    others = tuple(known for known in calendar.regimes if known.name != regime.name)
    changed = replace(calendar, regimes=(*others, regime), legal_basis=legal_basis)
    return install(session, changed, by=by, what=f"regime {regime.name} {regime.first} {regime.last}")


def _allowed(session: Session, by: Person | str) -> str:
    """The actor's name for the log. ``system`` is the workbench itself: setting up, demo, tests."""
    if isinstance(by, str):
        return by
    person = people.person(session, by.id)
    if not person.roles & (SUPERVISOR_ROLES | {Role.ADMINISTRATOR}):
        raise NotAllowed(_("Kalender hanya diubah oleh atasan atau administrator."))
    return person.username
