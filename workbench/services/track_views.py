"""What pages read of the tracker: the inbox of a person, the board of the office, one case, the summary for Beranda.

Plain frozen values. The inbox and the board take a fixed number of queries, however many cases are open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, literal
from sqlalchemy import case as case_when
from sqlmodel import Session, and_, col, or_, select

from workbench import moment
from workbench.domain import case_clock, sla, tracking_code
from workbench.domain.case_clock import Stay
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseState, CaseStatus, EventType, under_review
from workbench.domain.errors import NotFound, OutsideCalendar
from workbench.domain.people import OUTSIDE_ROLES, PRODUCER_ROLES, SUPERVISOR_ROLES, Person, Role
from workbench.domain.sop import END, Sop
from workbench.domain.sop_paths import downstream
from workbench.i18n import _
from workbench.services import casework, history, office_clock, rights
from workbench.services.track_model import (
    Allowed,
    BoardCount,
    BoardFilter,
    BoardRow,
    CaseView,
    ClockFace,
    InboxItem,
    ProgressFlag,
    PublicView,
    StepRow,
    Summary,
    VisitLine,
)
from workbench.storage import casebook, people_store
from workbench.storage.tables import CaseRow, EventRow

_RUNNING = (CaseStatus.OPEN.value, CaseStatus.PAUSED.value)
_OPEN = (*_RUNNING, CaseStatus.WAITING_CHILDREN.value)
_ENDED = (CaseStatus.CLOSED.value, CaseStatus.CANCELLED.value)


_EVERYTHING = BoardFilter()
_FEW_ROWS = 500  # so many numbers may stand in one statement; above, the whole table is asked

_ORDER = {ProgressFlag.BREACHED: 0, ProgressFlag.AT_RISK: 1, ProgressFlag.ON_TIME: 2, ProgressFlag.WAITING_OUTSIDE: 3}
_BY_RANK = {rank: flag for flag, rank in _ORDER.items()}


# ---------------------------------------------------------------- clocks of many rows


def _flag(row: CaseRow, now: datetime, *, outside: bool) -> ProgressFlag:
    """Held: waiting. Else late, near, or in time; what lies with somebody outside is grey until it is late."""
    if row.status == CaseStatus.PAUSED:
        return ProgressFlag.WAITING_OUTSIDE
    flag = _flag_of(now, row.warn_at, row.due_at)
    return ProgressFlag.WAITING_OUTSIDE if outside and flag is not ProgressFlag.BREACHED else flag


def _flag_of(now: datetime, warn: datetime | None, due: datetime | None) -> ProgressFlag:
    if due is None:
        return ProgressFlag.ON_TIME
    return ProgressFlag(sla.flag_of(now, warn or due, due).value)


def _remaining(session: Session, clock: Clock, rows: Sequence[CaseRow], now: datetime) -> dict[int, int]:
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


def _opd_names(session: Session) -> dict[str, str]:
    return {row.code: row.short_name or row.name for row in people_store.opds(session)}


def _sops(session: Session, rows: Iterable[CaseRow]) -> dict[str, Sop]:
    return {sha: casebook.sop_of(session, sha) for sha in {row.sop_sha for row in rows}}


# ---------------------------------------------------------------- inbox


def _mine(person: Person) -> ColumnElement[bool] | None:
    """Which cases wait for this person, as a condition on the row; None when none can."""
    inside = [role.value for role in person.roles - PRODUCER_ROLES]
    if person.roles & set(rights.RECORDERS):
        inside += [role.value for role in rights.RECORDED_ROLES]
    ways: list[ColumnElement[bool]] = []
    if inside:
        ways.append(col(CaseRow.role).in_(inside))
    for role in sorted(person.roles & PRODUCER_ROLES):
        codes = [a.opd_code for a in person.assignments if a.role is role]
        ways.append(and_(col(CaseRow.role) == role.value, col(CaseRow.opd_code).in_(codes)))
    return or_(*ways) if ways else None


def inbox(session: Session, *, person: Person) -> list[InboxItem]:
    """What waits for the person, most urgent first: late, near, in time, then what is held or lies outside."""
    mine = _mine(person)
    if mine is None:
        return []
    query = select(CaseRow).where(
        col(CaseRow.status).in_(_RUNNING), mine, col(CaseRow.assignee).in_(["", person.username])
    )
    rows = list(session.exec(query))
    now, clock, sops, opds = moment.now(), office_clock.clock(session), _sops(session, rows), _opd_names(session)
    left = _remaining(session, clock, rows, now)
    names = people_store.names(session, {name for row in rows for name in (row.taken_by, row.assignee)})
    items = []
    for row in rows:
        sop = sops[row.sop_sha]
        step = sop.step(row.step)
        outside = row.role in OUTSIDE_ROLES and Role(row.role) not in person.roles
        items.append(
            InboxItem(
                case_id=row.id or 0,
                seq=row.seq,
                number=row.number,
                sop_id=row.sop_id,
                sop_title=sop.title,
                subject=row.subject,
                step_no=row.step,
                visit=row.visit,
                activity=step.activity,
                lane_name=sop.lane(row.lane).name,
                flag=_flag(row, now, outside=outside),
                due_at=row.due_at,
                remaining_seconds=left.get(row.id or 0),
                waiting_since=row.available_at,
                assignee=row.assignee,
                taken_by=row.taken_by,
                holder_name=names.get(row.taken_by or row.assignee, ""),
                evidence=step.evidence,
                outcomes=step.outcomes,
                opd_code=row.opd_code,
                opd_name=opds.get(row.opd_code, row.opd_code),
                dataset_id=row.dataset_id,
                period=row.period,
                parent_id=row.parent_id,
                paused=row.status == CaseStatus.PAUSED,
            )
        )
    items.sort(key=lambda item: _urgency(item.flag, item.due_at, item.case_id))
    return items


def _urgency(flag: ProgressFlag, due_at: datetime | None, case_id: int) -> tuple[int, float, int]:
    return _ORDER[flag], due_at.timestamp() if due_at else float("inf"), case_id


def summary(session: Session, person: Person) -> Summary:
    """The counts for Beranda, from the person's inbox; for superiors also how much of the office is late."""
    items = inbox(session, person=person)
    today = office_clock.today()
    late = None
    if person.roles & SUPERVISOR_ROLES:
        query = select(func.count()).select_from(CaseRow)
        late = session.exec(
            query.where(CaseRow.status == CaseStatus.OPEN.value, col(CaseRow.due_at) < moment.now())
        ).one()
    return Summary(
        waiting=sum(item.flag is not ProgressFlag.WAITING_OUTSIDE for item in items),
        breached=sum(item.flag is ProgressFlag.BREACHED for item in items),
        due_today=sum(
            item.flag in (ProgressFlag.ON_TIME, ProgressFlag.AT_RISK)
            and item.due_at is not None
            and office_clock.local(item.due_at).date() == today
            for item in items
        ),
        paraf=sum(item.wants_paraf and not item.paused for item in items),
        outside=sum(item.flag is ProgressFlag.WAITING_OUTSIDE for item in items),
        office_breached=late,
    )


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
    return _board_rows(session, list(session.exec(query)))


def board_counts(
    session: Session, *, person: Person | None = None, ended: bool = False, asked: BoardFilter = _EVERYTHING
) -> list[BoardCount]:
    """How many cases of the board there are by procedure and flag, counted by the database; by title, urgent first.

    With the same filter as ``board`` their sum is the length of the whole list.
    """
    rank = _rank(moment.now()).label("rank") if not ended else literal(_ORDER[ProgressFlag.ON_TIME]).label("rank")
    query = select(CaseRow.sop_id, rank, func.count()).where(*_on_board(session, person, ended, asked))
    titles = _titles(session)
    found = [
        BoardCount(sop_id, titles.get(sop_id, sop_id), _BY_RANK[place], cases)
        for sop_id, place, cases in session.exec(query.group_by(CaseRow.sop_id, rank))
    ]
    return sorted(found, key=lambda count: (count.sop_title, _ORDER[count.flag]))


def _titles(session: Session) -> dict[str, str]:
    """The title of each procedure, in the version that holds last."""
    found: dict[str, str] = {}
    for row in casebook.sop_versions(session):
        if row.sop_id not in found:
            found[row.sop_id] = casebook.sop_of(session, row.sha).title
    return found


def _rank(now: datetime) -> ColumnElement[int]:
    """``_flag`` as SQL: where a case stands in the order of urgency."""
    due, warn = col(CaseRow.due_at), func.coalesce(CaseRow.warn_at, CaseRow.due_at)
    outside = (col(CaseRow.status) == CaseStatus.WAITING_CHILDREN.value) | col(CaseRow.role).in_(
        [role.value for role in OUTSIDE_ROLES]
    )
    waits = _ORDER[ProgressFlag.WAITING_OUTSIDE]
    return case_when(
        (col(CaseRow.status) == CaseStatus.PAUSED.value, waits),
        (due < now, _ORDER[ProgressFlag.BREACHED]),
        (outside, waits),
        (due.is_not(None) & (warn <= now), _ORDER[ProgressFlag.AT_RISK]),
        else_=_ORDER[ProgressFlag.ON_TIME],
    )


def _on_board(
    session: Session, person: Person | None, ended: bool, asked: BoardFilter
) -> Iterator[ColumnElement[bool]]:  # fmt: skip
    yield col(CaseRow.status).in_(_ENDED if ended else _OPEN)
    if person is not None and not rights.may_see(person, ""):
        yield col(CaseRow.opd_code).in_(sorted(person.opd_codes))
    if asked.sop_id:
        yield col(CaseRow.sop_id) == asked.sop_id
    if asked.flags and not ended:
        yield _rank(moment.now()).in_([_ORDER[flag] for flag in asked.flags])
    for word in asked.words.casefold().split():
        yield _says(session, word)


def _says(session: Session, word: str) -> ColumnElement[bool]:
    """Does a case's row, its OPD, its holder or its lane contain the word?"""
    written = (CaseRow.number, CaseRow.subject, CaseRow.requester, CaseRow.tracking_code)
    ways: list[ColumnElement[bool]] = [func.lower(text).contains(word, autoescape=True) for text in written]
    opds = [code for code, name in _opd_names(session).items() if word in f"{code} {name}".casefold()]
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


def _board_rows(session: Session, rows: Sequence[CaseRow]) -> list[BoardRow]:
    now, clock, sops, opds = moment.now(), office_clock.clock(session), _sops(session, rows), _opd_names(session)
    left = _remaining(session, clock, rows, now)
    names = people_store.names(session, {name for row in rows for name in (row.taken_by, row.assignee)})
    total, ended = _children_counts(session, [row.id or 0 for row in rows])
    found = []
    for row in rows:
        sop = sops[row.sop_sha]
        step = sop.step(row.step) if row.step and row.step != END else None
        lane = sop.lane(row.lane).name if row.lane else ""
        waits = row.status == CaseStatus.WAITING_CHILDREN
        outside = waits or row.role in OUTSIDE_ROLES
        over = row.status in _ENDED
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
                flag=ProgressFlag.ON_TIME if over else _flag(row, now, outside=outside),
                due_at=None if over else row.due_at,
                remaining_seconds=None if over else left.get(row.id or 0),
                sop_due_at=row.sop_due_at,
                sop_flag=_flag_of(row.closed_at or now, None, row.sop_due_at),
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
        if status in _ENDED:
            ended[parent_id or 0] = ended.get(parent_id or 0, 0) + n
    return total, ended


# ---------------------------------------------------------------- one case


def case(session: Session, *, case_id: int, person: Person | None = None) -> CaseView:
    """One case, whole. With ``person``, ``NotFound`` when it is not theirs to see, and what they may do with it."""
    row = casebook.case_row(session, case_id)
    if person is not None and not rights.may_see(person, row.opd_code):
        raise NotFound(_("Perkara tidak ditemukan."))
    events = casebook.events(session, case_id)
    state, stays = casework.fold(session, events)
    sops = {sha: casebook.sop_of(session, sha) for sha in {event.sop_sha for event in events}}
    sop = sops[row.sop_sha]
    names = people_store.names(
        session, {name for e in events for name in (e.actor, str(e.detail.get("assignee", "")))}
    )  # fmt: skip
    visits = _visits(session, case_id, names)
    pairs = [(event, casebook.to_event(event)) for event in events]
    step_clock, sop_clock, law_clock, problem = _clocks(session, sop, state, stays)
    holder = sop.holder(sop.step(state.step)).name if not state.ended else ""
    return CaseView(
        case_id=case_id,
        seq=row.seq,
        number=row.number,
        tracking_code=row.tracking_code,
        subject=row.subject,
        requester=row.requester,
        opd_code=row.opd_code,
        opd_name=_opd_names(session).get(row.opd_code, row.opd_code),
        dataset_id=row.dataset_id,
        period=row.period,
        parent_id=row.parent_id,
        parent_number=casebook.case_row(session, row.parent_id).number if row.parent_id else "",
        sop=sop,
        state=state,
        stays=tuple(stays),
        steps=_steps(sop, state, visits),
        visits=visits,
        history=history.lines(pairs, sops, names),
        evidence=state.evidence,
        under_review=under_review(sop, state),
        parafs=state.parafs,
        children=tuple(_board_rows(session, casebook.children(session, case_id))),
        step_clock=step_clock,
        sop_clock=sop_clock,
        law_clock=law_clock,
        clock_problem=problem,
        holder_name=names.get(state.taken_by or state.assignee, holder),
        allowed=_allowed(person, sop, state, row) if person else Allowed(),
    )


def _visits(session: Session, case_id: int, names: Mapping[str, str]) -> tuple[VisitLine, ...]:
    return tuple(
        VisitLine(
            row.step,
            row.visit,
            row.lane,
            row.outcome,
            names.get(row.actor, row.actor),
            row.available_at,
            row.taken_at,
            row.done_at,
            row.due_at,
            row.verdict,
            row.waiting_seconds,
            row.working_seconds,
            row.paused_seconds,
        )
        for row in casebook.visits(session, case_id).values()
    )


def _steps(sop: Sop, state: CaseState, visits: Sequence[VisitLine]) -> tuple[StepRow, ...]:
    """The SOP's table. What a return sends back is to be done again, so it stands as ``next`` though it was done."""
    ahead = frozenset() if state.ended else downstream(sop, state.step)
    found = []
    for no in case_clock.plan_steps(sop, state.child):
        step = sop.step(no)
        own = [line for line in visits if line.step == no]
        last = own[-1] if own else None
        place = "done" if last is not None and no not in ahead else "next"
        if not state.ended and no == state.step:
            place = "now"
        shown = last if place != "next" else None
        found.append(
            StepRow(
                no=no,
                activity=step.activity,
                lane_name=sop.holder(step).name,
                standard=sop.standard_of(no),
                output=step.output,
                evidence_kind=step.evidence,
                place=place,
                visits=len(own),
                due_at=shown.due_at if shown else None,
                done_at=shown.done_at if shown else None,
                verdict=shown.verdict if shown else "",
                actor_name=shown.actor_name if shown else "",
                evidence=state.evidence.get(no),
            )
        )
    return tuple(found)


def _clocks(
    session: Session, sop: Sop, state: CaseState, stays: Sequence[Stay]
) -> tuple[ClockFace, ClockFace, ClockFace, str]:
    clock = office_clock.clock(session)
    due = case_clock.due_times(clock, sop, state, stays)
    at = state.closed_at or moment.now()
    held = state.paused_since

    def face(due_at: datetime | None, warn: datetime | None, *, stops: bool) -> ClockFace:
        if due_at is None:
            return ClockFace(None, ProgressFlag.ON_TIME, None, None)
        point = held if held is not None and stops else at
        flag = _flag_of(point, warn, due_at)
        if held is not None and stops:
            flag = ProgressFlag.WAITING_OUTSIDE
        try:
            left = sla.remaining(clock, point, due_at)
        except OutsideCalendar:
            return ClockFace(due_at, flag, None, None)
        return ClockFace(due_at, flag, left.seconds, left.days)

    return (
        face(due.step, due.warn, stops=True),
        face(due.sop, None, stops=True),
        face(due.law, None, stops=False),
        due.problem,
    )


def _allowed(person: Person, sop: Sop, state: CaseState, row: CaseRow) -> Allowed:
    working = state.status is CaseStatus.OPEN
    hat = rights.hat_for(person, sop, sop.step(state.step), row.opd_code) if working else None
    mine = hat is not None and state.assignee in ("", person.username) and state.taken_by in ("", person.username)
    return Allowed(
        decide=mine,
        supervise=bool(person.roles & SUPERVISOR_ROLES),
        note=rights.may_see(person, row.opd_code),
    )


def by_code(session: Session, code: str) -> PublicView:
    """What a tracking code shows to anybody who has it; ``NotFound`` for a slip of the pen or an unknown code."""
    plain = tracking_code.normalise(code)
    row = casebook.case_by_code(session, plain) if tracking_code.is_valid(plain) else None
    if row is None:
        raise NotFound(_("Kode lacak tidak dikenal. Periksa lagi huruf dan angkanya."))
    sop = casebook.sop_of(session, row.sop_sha)
    running = row.status not in _ENDED
    step = sop.step(row.step) if running else None
    return PublicView(
        number=row.number,
        tracking_code=tracking_code.display(row.tracking_code),
        sop_title=sop.title,
        status=CaseStatus(row.status),
        activity=step.activity if step else "",
        holder=sop.holder(step).name if step else "",
        opened_at=row.opened_at,
        due_at=row.legal_due_at or row.sop_due_at,
        closed_at=row.closed_at,
    )
