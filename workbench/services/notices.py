"""Warnings as a person meets them: what they were told and have not put aside, and how all warnings stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workbench import moment
from workbench.domain.engine import CaseStatus
from workbench.domain.people import Person
from workbench.domain.warnings import URGENCY, Threshold
from workbench.services import mail, server_clock
from workbench.storage import casebook, notices
from workbench.storage.notices import MailState
from workbench.storage.tables import CaseRow


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
    swept = notices.mark(session, server_clock.SWEPT)
    return Status(
        swept.at if swept else None,
        server_clock.is_flagged(session),
        mail.is_on(),
        notices.outbox(session),
        tuple(notices.troubles(session)),
    )
