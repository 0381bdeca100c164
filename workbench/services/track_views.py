"""What pages read of the tracker: the inbox of a person, one case, the summary for Beranda. The board is beside it.

Plain frozen values. The inbox and the board take a fixed number of queries, however many cases are open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, and_, col, or_, select

from workbench import moment
from workbench.domain import case_clock, sla, tracking_code
from workbench.domain.case_clock import Stay
from workbench.domain.engine import CaseState, CaseStatus, EventType, under_review
from workbench.domain.errors import NotFound, OutsideCalendar
from workbench.domain.people import OUTSIDE_ROLES, PRODUCER_ROLES, SUPERVISOR_ROLES, Person, Role
from workbench.domain.sop import Sop
from workbench.domain.sop_paths import downstream
from workbench.i18n import _
from workbench.services import casework, history, office_clock, rights
from workbench.services.track_board import (
    ENDED,
    ORDER,
    RUNNING,
    board_rows,
    flag_of,
    opd_names,
    remaining,
    row_flag,
    sops_of,
)
from workbench.services.track_model import (
    Allowed,
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
from workbench.storage.tables import CaseRow

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
        col(CaseRow.status).in_(RUNNING), mine, col(CaseRow.assignee).in_(["", person.username])
    )
    rows = list(session.exec(query))
    now, clock, sops, opds = moment.now(), office_clock.clock(session), sops_of(session, rows), opd_names(session)
    left = remaining(session, clock, rows, now)
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
                flag=row_flag(row, now, outside=outside),
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
    return ORDER[flag], due_at.timestamp() if due_at else float("inf"), case_id


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
        opd_name=opd_names(session).get(row.opd_code, row.opd_code),
        dataset_id=row.dataset_id,
        period=row.period,
        parent_id=row.parent_id,
        parent_number=casebook.case_row(session, row.parent_id).number if row.parent_id else "",
        sop=sop,
        state=state,
        stays=tuple(stays),
        steps=_steps(sop, state, stays, visits),
        visits=visits,
        history=history.lines(pairs, sops, names),
        evidence=state.evidence,
        under_review=under_review(sop, state),
        parafs=state.parafs,
        children=tuple(board_rows(session, casebook.children(session, case_id))),
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


_LEFT: dict[EventType | None, str] = {
    EventType.SKIP: "skipped", EventType.CANCEL: "cancelled", EventType.MIGRATE: "moved",
}  # fmt: skip


def _steps(sop: Sop, state: CaseState, stays: Sequence[Stay], visits: Sequence[VisitLine]) -> tuple[StepRow, ...]:
    """The SOP's table. What a return sends back is to be done again, so it stands as ``next`` though it was done."""
    left = {stay.step: stay.left_by for stay in stays}
    ahead = frozenset() if state.ended else downstream(sop, state.step)
    found = []
    for no in case_clock.plan_steps(sop, state.child):
        step = sop.step(no)
        own = [line for line in visits if line.step == no]
        last = own[-1] if own else None
        place = _LEFT.get(left.get(no), "done") if last is not None and no not in ahead else "next"
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
        flag = flag_of(point, warn, due_at)
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
    here = state.status in (CaseStatus.OPEN, CaseStatus.PAUSED)
    hat = rights.hat_for(person, sop, sop.step(state.step), row.opd_code) if here else None
    held = state.status is CaseStatus.PAUSED
    mine = (
        not held
        and hat is not None
        and state.assignee in ("", person.username)
        and state.taken_by in ("", person.username)
    )
    return Allowed(
        decide=mine,
        pass_on=hat is not None and (state.taken_by or state.assignee) == person.username,
        resume=held and (hat is not None or bool(person.roles & SUPERVISOR_ROLES)),
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
    running = row.status not in ENDED
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
