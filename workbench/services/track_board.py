"""The board of the office, and how many rows at once stand against their due times.

A page of the board costs the same however many cases there are: filters, order and counts are the database's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, literal
from sqlalchemy import case as case_when
from sqlmodel import Session, and_, col, or_, select

from workbench import moment
from workbench.domain import sla
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseStatus, EventType
from workbench.domain.errors import OutsideCalendar
from workbench.domain.people import OUTSIDE_ROLES, Person
from workbench.domain.sop import END, Sop
from workbench.services import office_clock, rights
from workbench.services.track_model import (
    BoardCount,
    BoardFilter,
    BoardRow,
    ProgressFlag,
)
from workbench.storage import casebook, people_store
from workbench.storage.tables import CaseRow, EventRow

RUNNING = (CaseStatus.OPEN.value, CaseStatus.PAUSED.value)
OPEN = (*RUNNING, CaseStatus.WAITING_CHILDREN.value)
ENDED = (CaseStatus.CLOSED.value, CaseStatus.CANCELLED.value)


_EVERYTHING = BoardFilter()
_FEW_ROWS = 500  # so many numbers may stand in one statement; above, the whole table is asked

ORDER = {ProgressFlag.BREACHED: 0, ProgressFlag.AT_RISK: 1, ProgressFlag.ON_TIME: 2, ProgressFlag.WAITING_OUTSIDE: 3}
_BY_RANK = {rank: flag for flag, rank in ORDER.items()}


# ---------------------------------------------------------------- clocks of many rows


def row_flag(row: CaseRow, now: datetime, *, outside: bool) -> ProgressFlag:
    """Held: waiting. Else late, near, or in time; what lies with somebody outside is grey until it is late."""
    if row.status == CaseStatus.PAUSED:
        return ProgressFlag.WAITING_OUTSIDE
    flag = flag_of(now, row.warn_at, row.due_at)
    return ProgressFlag.WAITING_OUTSIDE if outside and flag is not ProgressFlag.BREACHED else flag


def flag_of(now: datetime, warn: datetime | None, due: datetime | None) -> ProgressFlag:
    if due is None:
        return ProgressFlag.ON_TIME
    return ProgressFlag(sla.flag_of(now, warn or due, due).value)


def remaining(session: Session, clock: Clock, rows: Sequence[CaseRow], now: datetime) -> dict[int, int]:
    """Working seconds until due by case; a held case keeps what it had when the hold began."""
    due = [row for row in rows if row.due_at is not None]
    held = _held_since(session, [row.id or 0 for row in due if row.status == CaseStatus.PAUSED])
    try:
        start = clock.to_local_many(held.get(row.id or 0, now) for row in due)
        left = clock.between_many(start, clock.to_local_many(row.due_at for row in due if row.due_at))
    except OutsideCalendar:
        return {}  # the calendar ends here: pages show the due date and no remaining time
    return {row.id or 0: int(seconds) for row, seconds in zip(due, np.asarray(left), strict=True)}


def _held_since(session: Session, paused: Sequence[int]) -> dict[int, datetime]:
    """When the present hold of each of these cases began."""
    if not paused:
        return {}
    chosen: Any = paused
    if len(paused) > _FEW_ROWS:
        chosen = select(CaseRow.id).where(CaseRow.status == CaseStatus.PAUSED.value)
    query = (
        select(EventRow.case_id, func.max(EventRow.at))
        .where(EventRow.type == EventType.PAUSE.value, col(EventRow.case_id).in_(chosen))
        .group_by(col(EventRow.case_id))
    )
    return dict(session.exec(query).all())


def opd_names(session: Session) -> dict[str, str]:
    return {row.code: row.short_name or row.name for row in people_store.opds(session)}


def sops_of(session: Session, rows: Iterable[CaseRow]) -> dict[str, Sop]:
    return {sha: casebook.sop_of(session, sha) for sha in {row.sop_sha for row in rows}}


# ---------------------------------------------------------------- board


def board(
    session: Session,
    *,
    person: Person | None = None,
    ended: bool = False,
    asked: BoardFilter = _EVERYTHING,
    limit: int | None = None,
    offset: int = 0,
) -> list[BoardRow]:
    """Open cases (or with ``ended`` the ended ones, newest first), most urgent first; a producer's only own OPD's.

    Filters, order and page are the database's work: a page costs the same however many cases there are.
    """
    query = select(CaseRow).where(*_on_board(session, person, ended, asked))
    if ended:
        query = query.order_by(func.coalesce(CaseRow.closed_at, CaseRow.opened_at).desc(), col(CaseRow.id).desc())
    else:
        due = col(CaseRow.due_at)
        query = query.order_by(_rank(moment.now()), case_when((due.is_(None), 1), else_=0), due, col(CaseRow.id))
    if limit is not None:
        query = query.limit(limit).offset(offset)
    return board_rows(session, list(session.exec(query)))


def board_counts(
    session: Session, *, person: Person | None = None, ended: bool = False, asked: BoardFilter = _EVERYTHING
) -> list[BoardCount]:
    """How many cases of the board there are by procedure and flag, counted by the database; by title, urgent first.

    With the same filter as ``board`` their sum is the length of the whole list.
    """
    rank = _rank(moment.now()).label("rank") if not ended else literal(ORDER[ProgressFlag.ON_TIME]).label("rank")
    query = select(CaseRow.sop_id, rank, func.count()).where(*_on_board(session, person, ended, asked))
    titles = _titles(session)
    found = [
        BoardCount(sop_id, titles.get(sop_id, sop_id), _BY_RANK[place], cases)
        for sop_id, place, cases in session.exec(query.group_by(CaseRow.sop_id, rank))
    ]
    return sorted(found, key=lambda count: (count.sop_title, ORDER[count.flag]))


def _titles(session: Session) -> dict[str, str]:
    """The title of each procedure, in the version that holds last."""
    found: dict[str, str] = {}
    for row in casebook.sop_versions(session):
        if row.sop_id not in found:
            found[row.sop_id] = casebook.sop_of(session, row.sha).title
    return found


def _rank(now: datetime) -> ColumnElement[int]:
    """``row_flag`` as SQL: where a case stands in the order of urgency."""
    due, warn = col(CaseRow.due_at), func.coalesce(CaseRow.warn_at, CaseRow.due_at)
    outside = (col(CaseRow.status) == CaseStatus.WAITING_CHILDREN.value) | col(CaseRow.role).in_(
        [role.value for role in OUTSIDE_ROLES]
    )
    waits = ORDER[ProgressFlag.WAITING_OUTSIDE]
    return case_when(
        (col(CaseRow.status) == CaseStatus.PAUSED.value, waits),
        (due < now, ORDER[ProgressFlag.BREACHED]),
        (outside, waits),
        (due.is_not(None) & (warn <= now), ORDER[ProgressFlag.AT_RISK]),
        else_=ORDER[ProgressFlag.ON_TIME],
    )


def _on_board(
    session: Session, person: Person | None, ended: bool, asked: BoardFilter
) -> Iterator[ColumnElement[bool]]:  # fmt: skip
    yield col(CaseRow.status).in_(ENDED if ended else OPEN)
    if person is not None and not rights.may_see(person, ""):
        yield col(CaseRow.opd_code).in_(sorted(person.opd_codes))
    if asked.sop_id:
        yield col(CaseRow.sop_id) == asked.sop_id
    if asked.flags and not ended:
        yield _rank(moment.now()).in_([ORDER[flag] for flag in asked.flags])
    for word in asked.words.casefold().split():
        yield _says(session, word)


def _says(session: Session, word: str) -> ColumnElement[bool]:
    """Does a case's row, its OPD, its holder or its lane contain the word?"""
    written = (CaseRow.number, CaseRow.subject, CaseRow.requester, CaseRow.tracking_code)
    ways: list[ColumnElement[bool]] = [func.lower(text).contains(word, autoescape=True) for text in written]
    opds = [code for code, name in opd_names(session).items() if word in f"{code} {name}".casefold()]
    if opds:
        ways.append(col(CaseRow.opd_code).in_(opds))
    holders = people_store.usernames_like(session, word)
    if holders:
        ways.append(col(CaseRow.taken_by).in_(holders) | col(CaseRow.assignee).in_(holders))
    for row in casebook.sop_versions(session):
        lanes = [lane.key for lane in casebook.sop_of(session, row.sha).lanes if word in lane.name.casefold()]
        if lanes:
            ways.append(and_(col(CaseRow.sop_sha) == row.sha, col(CaseRow.lane).in_(lanes)))
    return or_(*ways)


def board_rows(session: Session, rows: Sequence[CaseRow]) -> list[BoardRow]:
    now, clock, sops, opds = moment.now(), office_clock.clock(session), sops_of(session, rows), opd_names(session)
    left = remaining(session, clock, rows, now)
    names = people_store.names(session, {name for row in rows for name in (row.taken_by, row.assignee)})
    total, ended = _children_counts(session, [row.id or 0 for row in rows])
    found = []
    for row in rows:
        sop = sops[row.sop_sha]
        step = sop.step(row.step) if row.step and row.step != END else None
        lane = sop.lane(row.lane).name if row.lane else ""
        waits = row.status == CaseStatus.WAITING_CHILDREN
        outside = waits or row.role in OUTSIDE_ROLES
        over = row.status in ENDED
        found.append(
            BoardRow(
                case_id=row.id or 0,
                number=row.number,
                sop_id=row.sop_id,
                sop_title=sop.title,
                subject=row.subject,
                status=CaseStatus(row.status),
                step_no="" if over else row.step,
                visit=row.visit,
                activity=step.activity if step and not over else "",
                lane_name=lane if not over else "",
                holder_name="" if over else names.get(row.taken_by or row.assignee, lane),
                outside=outside and not over,
                flag=ProgressFlag.ON_TIME if over else row_flag(row, now, outside=outside),
                due_at=None if over else row.due_at,
                remaining_seconds=None if over else left.get(row.id or 0),
                sop_due_at=row.sop_due_at,
                sop_flag=flag_of(row.closed_at or now, None, row.sop_due_at),
                legal_due_at=row.legal_due_at,
                waiting_since=row.available_at,
                opened_at=row.opened_at,
                closed_at=row.closed_at,
                opd_code=row.opd_code,
                opd_name=opds.get(row.opd_code, row.opd_code),
                dataset_id=row.dataset_id,
                period=row.period,
                parent_id=row.parent_id,
                children=total.get(row.id or 0, 0),
                children_ended=ended.get(row.id or 0, 0),
            )
        )
    return found


def _children_counts(session: Session, parents: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Child cases by parent: all of them, and those that ended; a whole board asks for all at once."""
    query = select(CaseRow.parent_id, CaseRow.status, func.count()).where(col(CaseRow.parent_id).is_not(None))
    if len(parents) <= _FEW_ROWS:
        query = query.where(col(CaseRow.parent_id).in_(parents))
    total: dict[int, int] = {}
    ended: dict[int, int] = {}
    for parent_id, status, n in session.exec(query.group_by(col(CaseRow.parent_id), CaseRow.status)):
        total[parent_id or 0] = total.get(parent_id or 0, 0) + n
        if status in ENDED:
            ended[parent_id or 0] = ended.get(parent_id or 0, 0) + n
    return total, ended
