"""A case found by what people remember of it: number, letter number, requester, tracking code, OPD, or any word.

Every word must be found somewhere in the case (or its letters and notes). Numbers, subjects and names are read where
they stand, so a case is found as soon as it is there. Notes lie spread over hundreds of thousands of events; they are
also kept together by case in lower case (``catch_up`` adds what is new) and the newest are read from the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, false, func
from sqlalchemy.orm import Mapped
from sqlmodel import Session, and_, col, or_, select

from workbench import moment
from workbench.domain import tracking_code
from workbench.domain.engine import CaseStatus
from workbench.domain.people import WALIDATA_ROLES, Person
from workbench.domain.sop import END
from workbench.services import rights
from workbench.storage import casebook, database, notices, people_store
from workbench.storage.database import require_writing
from workbench.storage.letter_tables import LetterRow
from workbench.storage.notice_tables import CaseNotesRow
from workbench.storage.tables import CaseRow, EventRow, SopVersionRow

LIMIT = 50
MOST_WORDS = 6
_MARK = "case_notes"
_BATCH = 2000
_ENDED = (CaseStatus.CLOSED.value, CaseStatus.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that was found; ``exact`` when its own number or tracking code was typed."""

    case_id: int
    number: str
    sop_title: str
    subject: str
    requester: str
    opd_name: str
    status: CaseStatus
    step_no: str
    activity: str
    due_at: datetime | None
    opened_at: datetime
    exact: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, running cases first, the newest first; ``more`` says that there is more than is shown."""

    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    more: bool


def words_of(text: str) -> tuple[str, ...]:
    """What is looked for: words in lower case, at most six; single letters are no help but single digits are."""
    words = dict.fromkeys(text.casefold().split())
    return tuple(word[:60] for word in words if len(word) > 1 or word.isdigit())[:MOST_WORDS]


def find(session: Session, *, person: Person, text: str, limit: int = LIMIT) -> Found:
    """Cases that hold every word, as far as the person may see them: a producer finds only those of their own OPD."""
    text = "".join(char if char.isprintable() else " " for char in text)
    words = words_of(text)
    code = tracking_code.normalise(text)
    coded = tracking_code.is_valid(code)
    if not words and not coded:
        return Found(words, (), more=False)
    matches = and_(*(_holds(session, person, word) for word in words)) if words else false()
    exactly = or_(col(CaseRow.number) == text.strip(), col(CaseRow.tracking_code) == (code if coded else ""))
    query = select(CaseRow, exactly.label("exact")).where(or_(matches, exactly))
    if not rights.may_see(person, ""):
        query = query.where(col(CaseRow.opd_code).in_(sorted(person.opd_codes)))
    running_first = case((col(CaseRow.status).in_(_ENDED), 1), else_=0)
    query = query.order_by(exactly.desc(), running_first, col(CaseRow.id).desc()).limit(limit + 1)
    rows = list(session.exec(query))
    opds = {row.code: row.short_name or row.name for row in people_store.opds(session)}
    hits = tuple(_hit(session, row, opds, bool(exact)) for row, exact in rows[:limit])
    return Found(words, hits, more=len(rows) > limit)


def by_id(session: Session, case_ids: Sequence[int]) -> tuple[Hit, ...]:
    """These cases as hits, in this order. Rights are the caller's."""
    rows = {row.id: row for row in session.exec(select(CaseRow).where(col(CaseRow.id).in_(case_ids)))}
    opds = {row.code: row.short_name or row.name for row in people_store.opds(session)}
    return tuple(_hit(session, rows[number], opds, False) for number in case_ids if number in rows)


def _hit(session: Session, row: CaseRow, opds: dict[str, str], exact: bool) -> Hit:
    sop = casebook.sop_of(session, row.sop_sha)
    running = row.status not in _ENDED and row.step not in ("", END)
    return Hit(
        case_id=row.id or 0,
        number=row.number,
        sop_title=sop.title,
        subject=row.subject,
        requester=row.requester,
        opd_name=opds.get(row.opd_code, row.opd_code),
        status=CaseStatus(row.status),
        step_no=row.step if running else "",
        activity=sop.step(row.step).activity if running else "",
        due_at=row.due_at if running else None,
        opened_at=row.opened_at,
        exact=exact,
    )


def _holds(session: Session, person: Person, word: str) -> ColumnElement[bool]:
    """Does the case hold this word anywhere?"""
    ways = [
        _contains(session, column, word)
        for column in (
            col(CaseRow.number),
            col(CaseRow.subject),
            col(CaseRow.requester),
            col(CaseRow.dataset_id),
            col(CaseRow.period),
        )
    ]
    opds = [r.code for r in people_store.opds(session) if word in f"{r.code} {r.name} {r.short_name}".casefold()]
    ways += [col(CaseRow.opd_code).in_(opds)] if opds else []
    sops = _sops_named(session, word)
    ways += [col(CaseRow.sop_id).in_(sops)] if sops else []
    ways.append(_noted(session, word))
    if person.roles & WALIDATA_ROLES:
        ways.append(_lettered(session, word))
    return or_(*ways)


def _sops_named(session: Session, word: str) -> list[str]:
    shas = session.exec(select(SopVersionRow.sha)).all()
    sops = [casebook.sop_of(session, sha) for sha in shas]
    return sorted({sop.id for sop in sops if word in sop.title.casefold()})


def _noted(session: Session, word: str) -> ColumnElement[bool]:
    """Does the word stand in the case's notes? In the collected ones, or in an event since."""
    mark = notices.mark(session, _MARK)
    collected = select(CaseNotesRow.case_id).where(_like(col(CaseNotesRow.body), word))
    since = select(EventRow.case_id).where(
        col(EventRow.id) > (mark.number if mark else 0),
        EventRow.note != "",
        _contains(session, col(EventRow.note), word),
    )
    return or_(col(CaseRow.id).in_(collected), col(CaseRow.id).in_(since))


def _lettered(session: Session, word: str) -> ColumnElement[bool]:
    """Does a letter of the case have this in its number? Their subjects may be secret and are not searched here."""
    query = select(LetterRow.case_id).where(
        col(LetterRow.case_id).is_not(None), _contains(session, col(LetterRow.letter_number), word)
    )
    return col(CaseRow.id).in_(query)


def _contains(session: Session, column: Mapped[str], word: str) -> ColumnElement[bool]:
    """Upper and lower case mean the same; SQLite's LIKE does not ask, PostgreSQL's does."""
    if session.get_bind().dialect.name == "sqlite":
        return _like(column, word)
    return column.ilike(_pattern(word), escape="\\")


def _like(column: Mapped[str], word: str) -> ColumnElement[bool]:
    return column.like(_pattern(word), escape="\\")


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


# ---------------------------------------------------------------- collecting notes


def collect_notes(session: Session, limit: int = _BATCH) -> int:
    """Add the notes of the next events to those of their cases; returns how many events were passed."""
    require_writing(session)
    mark = notices.mark(session, _MARK)
    begin = mark.number if mark else 0
    last = session.exec(select(func.max(EventRow.id))).one() or 0
    end = min(last, begin + limit)
    if end <= begin:
        return 0
    query = select(EventRow.case_id, EventRow.note).where(
        col(EventRow.id) > begin, col(EventRow.id) <= end, EventRow.note != ""
    )
    fresh: dict[int, list[str]] = {}
    for case_id, note in session.exec(query.order_by(col(EventRow.id))):
        fresh.setdefault(case_id, []).append(note.casefold())
    known = {}
    ids = sorted(fresh)
    for start in range(0, len(ids), 500):
        rows = session.exec(select(CaseNotesRow).where(col(CaseNotesRow.case_id).in_(ids[start : start + 500])))
        known.update({row.case_id: row for row in rows})
    for case_id, lines in fresh.items():
        row = known.get(case_id) or CaseNotesRow(case_id=case_id, body="")
        row.body = "\n".join([*([row.body] if row.body else []), *lines])
        session.add(row)
    notices.set_mark(session, _MARK, moment.now(), end)
    return end - begin


def catch_up() -> None:
    """Collect all notes there are, a batch a transaction, so that nobody waits long for the write lock."""
    while True:
        with database.session() as session:
            mark = notices.mark(session, _MARK)
            last = session.exec(select(func.max(EventRow.id))).one() or 0
        if last <= (mark.number if mark else 0):
            return
        with database.writing() as session:
            collect_notes(session)


__all__ = ["Found", "Hit", "by_id", "catch_up", "collect_notes", "find", "words_of"]
