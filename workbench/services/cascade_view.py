"""What a delay at one point does to all that follow, for one case: plan, actual, added here, forecast, latest start.

Computed from the events with the present calendar, never stored. A fan-out is one row of the parent, from the opening
of its child cases to the join, and the child that ends last decides it; each child has a plan of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain import cascade, case_clock, sop_paths
from workbench.domain.cascade import Finished, Planned
from workbench.domain.case_clock import Stay
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseState, CaseStatus
from workbench.domain.errors import NotFound, OutsideCalendar
from workbench.domain.people import Person
from workbench.domain.sop import END, Sop, Standard, Unit
from workbench.domain.sop_paths import has_forward_loop, longest_path
from workbench.i18n import _
from workbench.services import casework, office_clock, rights
from workbench.storage import casebook, people_store
from workbench.storage.tables import CaseRow, VisitRow

ENOUGH = 20
"""From this many performed stays on, history speaks about the future."""

RECENT = 200
"""So many of the newest stays are history; what was before tells about another office."""


@dataclass(frozen=True, slots=True)
class CascadeRow:
    """One stay (``done``), the present step (``now``) or one still to come (``next``); seconds are working seconds.

    ``added_here`` of all rows sums exactly to ``drift`` of the last. ``held`` is the part of the stay in which the
    clock was held. The two forecasts and the latest times are None where there is nothing left to do.
    """

    step: str
    activity: str
    lane_name: str
    place: str
    visit: int
    planned_end: datetime | None
    actual_end: datetime | None = None
    added_here: int | None = None
    inherited: int | None = None
    drift: int | None = None
    held: int = 0
    forecast_end: datetime | None = None
    median_end: datetime | None = None
    latest_start: datetime | None = None
    latest_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChildLine:
    """One OPD of a fan-out: when it ended or is expected to end, and how late that is against its own plan."""

    case_id: int
    number: str
    opd_name: str
    ended: bool
    step: str
    end: datetime
    median_end: datetime | None
    late: int


@dataclass(frozen=True, slots=True)
class CascadeView:
    """The cascade of a case. ``problem`` says in a sentence why it cannot be told; the rest is then empty.

    ``late`` is the final lateness of an ended case, else the lateness of the forecast against the plan. ``makes_it``
    says whether the forecast keeps the ``deadline`` (of the step at which the service's clock stops, where the SOP
    names one); ``median_steps`` of ``steps_left`` are told from history.
    """

    rows: tuple[CascadeRow, ...] = ()
    children: tuple[ChildLine, ...] = ()
    started_at: datetime | None = None
    planned_end: datetime | None = None
    ended_at: datetime | None = None
    cancelled: bool = False
    forecast_end: datetime | None = None
    median_end: datetime | None = None
    median_steps: int = 0
    steps_left: int = 0
    late: int = 0
    deadline: datetime | None = None
    deadline_is_law: bool = False
    makes_it: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """A case with what is needed to look along it."""

    row: CaseRow
    sop: Sop
    state: CaseState
    stays: tuple[Stay, ...]

    @property
    def fan(self) -> tuple[str, ...]:
        """The steps that are one row: those of the fan-out, seen from the parent."""
        return self.sop.fan_out.steps if self.sop.fan_out is not None and not self.state.child else ()

    @property
    def own(self) -> frozenset[str]:
        """The steps this kind of case goes through."""
        return frozenset(case_clock.plan_steps(self.sop, self.state.child))


def cascade_of(session: Session, *, case_id: int, person: Person | None = None) -> CascadeView:
    """The cascade of a case; with ``person``, ``NotFound`` when it is not theirs to see."""
    row = casebook.case_row(session, case_id)
    if person is not None and not rights.may_see(person, row.opd_code):
        raise NotFound(_("Perkara tidak ditemukan."))
    sop = casebook.sop_of(session, row.sop_sha)
    if has_forward_loop(sop):
        return CascadeView(problem=_("SOP ini berputar tanpa pengembalian, sehingga tidak mempunyai rencana."))
    state, stays = casework.fold(session, casebook.events(session, case_id))
    case = _Case(row, sop, state, tuple(stays))
    clock = office_clock.clock(session)
    try:
        return _view(session, clock, case, moment.now())
    except OutsideCalendar as error:
        return CascadeView(problem=str(error))


def _view(session: Session, clock: Clock, case: _Case, now: datetime) -> CascadeView:
    state = case.state
    if state.opened_at is None:
        return CascadeView()
    planned = _plan(clock, case)
    finished = [(stay, stay.done_at) for stay in case.stays if stay.done_at is not None]
    drifts = cascade.drifts(clock, state.opened_at, planned, [Finished(stay.step, at) for stay, at in finished])
    due_by = {row.step: row.end for row in planned}
    rows = [
        replace(
            _row(case, stay.step, "done", stay.visit, due_by.get(stay.step)),
            actual_end=at,
            added_here=drift.added_here,
            inherited=drift.inherited,
            drift=drift.drift,
            held=_held(clock, stay, at),
        )
        for (stay, at), drift in zip(finished, drifts, strict=True)
    ]
    children = _children(session, clock, case, now)
    view = CascadeView(
        rows=tuple(rows), children=children, started_at=state.opened_at, planned_end=planned[-1].end
    )  # fmt: skip
    if state.ended:
        return replace(
            view,
            ended_at=state.closed_at,
            cancelled=state.status is CaseStatus.CANCELLED,
            late=drifts[-1].drift if drifts else 0,
        )
    return _ahead(session, clock, case, view, now, due_by)


def _row(case: _Case, no: str, place: str, visit: int, planned_end: datetime | None) -> CascadeRow:
    if no in case.fan:
        label = f"{case.fan[0]}–{case.fan[-1]}"
        return CascadeRow(label, _("Tiap perangkat daerah"), _("Perangkat daerah"), place, visit, planned_end)
    known = next((step for step in case.sop.steps if step.no == no), None)
    if known is None:  # a step of an earlier version, left by migration
        return CascadeRow(no, _("Langkah versi SOP terdahulu"), "", place, visit, planned_end)
    return CascadeRow(no, known.activity, case.sop.holder(known).name, place, visit, planned_end)


def _held(clock: Clock, stay: Stay, until: datetime) -> int:
    return sum(clock.between(pause.start, pause.end or until) for pause in stay.pauses)


# ---------------------------------------------------------------- plan


def _path(case: _Case) -> tuple[str, ...]:
    """The straight way of this case: where it went, then the longest way to its end."""
    known = {step.no for step in case.sop.steps}
    visited = [stay.step for stay in case.stays if stay.step in known]
    closed = case.state.status is CaseStatus.CLOSED and case.state.step == END
    path = cascade.expected_path(case.sop, [*visited, END] if closed and visited else visited)
    return _whole_fan(case, tuple(no for no in path if no in case.own))


def _whole_fan(case: _Case, path: Sequence[str]) -> tuple[str, ...]:
    """The parent only stands at the first step of a fan-out, but all of its steps are done meanwhile."""
    found: list[str] = []
    for no in path:
        found += [step for step in (case.fan if no in case.fan else (no,)) if step not in found]
    return tuple(found)


def _plan(clock: Clock, case: _Case) -> tuple[Planned, ...]:
    assert case.state.opened_at is not None
    return _one_row(case, cascade.plan(clock, case.sop, case.state.opened_at, _path(case)))


def _one_row(case: _Case, planned: Sequence[Planned]) -> tuple[Planned, ...]:
    """The steps of a fan-out as one stretch, named by the first."""
    found: list[Planned] = []
    for row in planned:
        if row.step in case.fan and found and found[-1].step == case.fan[0]:
            found[-1] = Planned(case.fan[0], found[-1].start, row.end)
        else:
            found.append(replace(row, step=case.fan[0]) if row.step in case.fan else row)
    return tuple(found)


# ---------------------------------------------------------------- ahead


def _ahead(
    session: Session, clock: Clock, case: _Case, view: CascadeView, now: datetime, due_by: Mapping[str, datetime]
) -> CascadeView:
    """The forecasts and the latest times of a running case."""
    state = case.state
    times = case_clock.due_times(clock, case.sop, state, case.stays)
    usual = _way(clock, case, *_present(clock, case, times.step, now, view.children, None), None)
    steps = [row.step for row in usual]
    history = _history(session, case, steps)
    typical = _way(clock, case, *_present(clock, case, times.step, now, view.children, history), history)
    spoken = [no for no in steps if no in history]
    if case_clock.is_waiting(state):  # the children speak for the present row, not the parents of the past
        heard = any(child.median_end for child in view.children)
        spoken = [*(steps[:1] if heard else []), *(no for no in spoken if no != steps[0])]
    limits = [(at, law) for at, law in ((times.sop, False), (times.law, True)) if at is not None]
    stops = case.sop.service_clock_stops
    deadline, is_law = min(limits) if limits and (stops is None or stops in steps) else (None, False)
    latest = {row.step: row for row in _latest(clock, case, deadline)} if deadline is not None else {}
    served = next((row.end for row in usual if row.step == stops), usual[-1].end)
    rows = list(view.rows)
    for index, (one, two) in enumerate(zip(usual, typical, strict=True)):
        visit = state.visit if index == 0 else 0
        last = latest.get(one.step)
        rows.append(
            replace(
                _row(case, one.step, "next" if index else "now", visit, due_by.get(one.step)),
                forecast_end=one.end,
                median_end=two.end if spoken else None,
                latest_start=last.start if last and index else None,
                latest_end=last.end if last else None,
            )
        )
    return replace(
        view,
        rows=tuple(rows),
        forecast_end=usual[-1].end,
        median_end=typical[-1].end if spoken else None,
        median_steps=len(spoken),
        steps_left=len(usual),
        late=clock.between(view.planned_end, usual[-1].end) if view.planned_end else 0,
        deadline=deadline,
        deadline_is_law=is_law,
        makes_it=deadline is None or served <= deadline,
    )


def _present(
    clock: Clock,
    case: _Case,
    due_at: datetime | None,
    now: datetime,
    children: Sequence[ChildLine],
    history: Mapping[str, int] | None,
) -> tuple[datetime, datetime | None]:
    """(now, when the present step is expected to be done): by its due time, its median, or its last child."""
    state = case.state
    if case_clock.is_waiting(state):
        open_ones = [child for child in children if not child.ended]
        ends = [(child.median_end or child.end) if history is not None else child.end for child in open_ones]
        return now, max(ends, default=None)
    if history is not None and state.step in history and state.available_at is not None:
        held = _held(clock, case.stays[-1], now)
        return now, clock.add_seconds(state.available_at, history[state.step] + held)
    if due_at is not None and state.paused_since is not None:
        return now, clock.add_seconds(now, max(0, clock.between(state.paused_since, due_at)))
    return now, due_at


def _way(
    clock: Clock, case: _Case, now: datetime, due_at: datetime | None, history: Mapping[str, int] | None
) -> tuple[Planned, ...]:
    """The forecast from the present step to the end of this case."""
    step = case.fan[-1] if case.state.step in case.fan else case.state.step

    def allowance(no: str) -> Standard | None:
        if history is not None and case.fan and case.fan[0] in history and no in case.fan:
            return _minutes(history[no]) if no == case.fan[0] else None
        if history is not None and no in history:
            return _minutes(history[no])
        return standards.get(no)

    standards = _standards(case.sop, step)
    rows = cascade.forecast(clock, case.sop, step, now=now, due_at=due_at, allowance=allowance)
    return _one_row(case, [row for row in rows if row.step in case.own])


def _standards(sop: Sop, step: str) -> dict[str, Standard | None]:
    return dict(sop_paths.standards(sop, longest_path(sop, step).steps))


def _minutes(seconds: int) -> Standard:
    return Standard(max(1, -(-seconds // 60)), Unit.WORKING_MINUTES)


def _latest(clock: Clock, case: _Case, deadline: datetime) -> tuple[Planned, ...]:
    """Up to where the service's clock stops: what comes after it has no limit to keep."""
    steps = [no for no in longest_path(case.sop, case.state.step).steps if no in case.own]
    stops = case.sop.service_clock_stops
    if stops in steps:
        steps = steps[: steps.index(stops) + 1]
    return _one_row(case, cascade.latest_start(clock, case.sop, deadline, _whole_fan(case, steps)))


# ---------------------------------------------------------------- children


def _children(session: Session, clock: Clock, case: _Case, now: datetime) -> tuple[ChildLine, ...]:
    """The OPDs of a fan-out, the one that ends last first."""
    rows = casebook.children(session, case.row.id or 0) if case.fan else []
    if not rows:
        return ()
    events = casebook.events_of(session, [row.id or 0 for row in rows])
    names = {opd.code: opd.short_name or opd.name for opd in people_store.opds(session)}
    history: dict[str, int] | None = None
    found = []
    for row in rows:
        state, stays = casework.fold(session, events[row.id or 0])
        child = _Case(row, casebook.sop_of(session, row.sop_sha), state, tuple(stays))
        planned = _plan(clock, child)
        middle: datetime | None = None
        if state.ended and state.closed_at is not None:
            end = state.closed_at
        else:
            due_at = case_clock.due_times(clock, child.sop, state, stays).step
            history = _history(session, child, sorted(child.own)) if history is None else history
            end = _way(clock, child, *_present(clock, child, due_at, now, (), None), None)[-1].end
            if history:
                middle = _way(clock, child, *_present(clock, child, due_at, now, (), history), history)[-1].end
        found.append(
            ChildLine(
                row.id or 0, row.number, names.get(row.opd_code, row.opd_code), state.ended,
                "" if state.ended else state.step, end, middle, clock.between(planned[-1].end, end),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda line: line.end, reverse=True))


# ---------------------------------------------------------------- history


def _history(session: Session, case: _Case, steps: Sequence[str]) -> dict[str, int]:
    """Median working seconds (waiting and working, without holds) of steps performed at least ``ENOUGH`` times."""
    found: dict[str, int] = {}
    for no in steps:
        spent = col(VisitRow.waiting_seconds) + col(VisitRow.working_seconds)
        query = select(spent).where(
            VisitRow.sop_id == case.sop.id, VisitRow.step == no, col(VisitRow.done_at).is_not(None),
            VisitRow.calendar_sha != "", col(VisitRow.outcome).not_in(["cancel", "migrate"]),
        )  # fmt: skip
        if case.sop.fan_out is not None and no in case.sop.fan_out.steps:
            query = query.join(CaseRow, col(CaseRow.id) == col(VisitRow.case_id))
            parent = col(CaseRow.parent_id)
            query = query.where(parent.is_not(None) if case.state.child else parent.is_(None))
        values = session.exec(query.order_by(col(VisitRow.id).desc()).limit(RECENT)).all()
        if len(values) >= ENOUGH:
            found[no] = round(median(values))
    return found
