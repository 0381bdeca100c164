"""The only writer of cases: one transaction appends an event, moves the projection, and does what follows from it.

Called inside ``database.writing()``. The order is: has this key been used? has somebody been first? does the SOP allow
it? then event, projection (guarded by ``seq``), stays with their clocks, children of a fan-out, the parent's join.
Who may do what is asked in ``services.track``, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from workbench import moment
from workbench.domain import case_clock, tracking_code
from workbench.domain.calendar import OfficeCalendar
from workbench.domain.case_clock import Stay
from workbench.domain.clock import Clock
from workbench.domain.engine import CaseState, CaseStatus, Event, EventType
from workbench.domain.errors import NotFound, OutsideCalendar, Refused, Stale
from workbench.domain.sop import END, Sop
from workbench.i18n import _
from workbench.services import office_clock
from workbench.storage import calendars, casebook
from workbench.storage.database import require_writing
from workbench.storage.tables import CaseRow, EventRow, VisitRow

SYSTEM = "system"

# Machines that share a database may disagree by a little; more than this is refused by the engine.
_SKEW = timedelta(seconds=5)
_ALWAYS = date(1970, 1, 1)
_DECIDING = frozenset({EventType.DECIDE, EventType.SKIP})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: login name (or ``system``), name and capacity as they will stand in the history."""

    username: str
    name: str = ""
    capacity: str = ""

    @property
    def spoken(self) -> str:
        """Name and capacity, for sentences."""
        return ", ".join(part for part in (self.name or self.username, self.capacity) if part)


# ---------------------------------------------------------------- SOP versions


def install_sops(session: Session, sops: Iterable[Sop], *, by: str = SYSTEM) -> int:
    """Keep every version that is not known yet; returns how many were new.

    The first version of a SOP holds for all time before, a later one from today; running cases stay on theirs.
    """
    new = 0
    for sop in sops:
        first = not casebook.sop_versions(session, sop.id)
        effective = _ALWAYS if first else office_clock.today()
        new += casebook.store_sop(session, sop, effective_from=effective, approved_by=by)
    return new


def sop_of(session: Session, sha: str) -> Sop:
    """A SOP version by its SHA-256 (parsed once)."""
    return casebook.sop_of(session, sha)


def current_sop(session: Session, sop_id: str) -> Sop:
    """The version in force today; ``NotFound`` when the SOP is unknown or not in force yet."""
    for row in casebook.sop_versions(session, sop_id):
        if row.status == "in_force" and row.effective_from <= office_clock.today():
            return casebook.sop_of(session, row.sha)
    raise NotFound(_("SOP {id} tidak ada atau belum berlaku.").format(id=sop_id))


def current_sops(session: Session) -> list[Sop]:
    """The versions in force today, one per SOP, by id."""
    found: dict[str, Sop] = {}
    for row in casebook.sop_versions(session):
        if row.status == "in_force" and row.effective_from <= office_clock.today():
            found.setdefault(row.sop_id, casebook.sop_of(session, row.sha))
    return list(found.values())


# ---------------------------------------------------------------- opening


def open_case(
    session: Session,
    *,
    sop_id: str,
    subject: str,
    by: Actor | str,
    idem: str,
    opd_code: str = "",
    opd_codes: Sequence[str] = (),
    parent_id: int | None = None,
    dataset_id: str = "",
    period: str = "",
    requester: str = "",
    note: str = "",
) -> int:
    """Open a case under the version in force and return its id; the same key again gives the same case.

    ``opd_codes`` are the OPDs of a fan-out, each of which gets a child case when the SOP comes to it; a SOP with a
    fan-out needs at least one.
    """
    require_writing(session)
    actor = by if isinstance(by, Actor) else Actor(by)
    detail = {
        "subject": subject.strip(), "opd_code": opd_code, "opd_codes": ",".join(opd_codes), "dataset_id": dataset_id,
        "period": period, "requester": requester, "sop_id": sop_id,
    }  # fmt: skip
    known = casebook.by_idem(session, idem)
    if known is not None:
        said = {k: v for k, v in known.detail.items() if k in detail}
        if (known.type, known.actor, known.note, said) != (EventType.START, actor.username, note, detail):
            raise _key_reused()
        return known.case_id
    sop = current_sop(session, sop_id)
    if not subject.strip():
        raise Refused(_("Perihal wajib diisi."))
    if sop.fan_out is not None and parent_id is None and not opd_codes:
        raise Refused(_("Pilih sedikitnya satu OPD yang diminta mengirim data."))
    if len(set(opd_codes)) != len(opd_codes):
        raise Refused(_("Satu OPD hanya dapat dipilih satu kali."))
    year = office_clock.today().year
    return _open(
        session, sop, casebook.next_number(session, year), actor, idem, detail, parent_id=parent_id, note=note
    )  # fmt: skip


def _open(
    session: Session,
    sop: Sop,
    number: str,
    actor: Actor,
    idem: str,
    detail: dict[str, str],
    *,
    parent_id: int | None,
    note: str = "",
) -> int:
    code = tracking_code.new()
    while casebook.tracking_code_used(session, code):
        code = tracking_code.new()
    now = moment.now()
    detail = {
        **detail, "number": number, "tracking_code": code, "parent_id": str(parent_id or ""), "name": actor.name,
    }  # fmt: skip
    row = CaseRow(
        number=number,
        tracking_code=code,
        sop_id=sop.id,
        sop_sha=sop.sha,
        subject=detail["subject"],
        requester=detail["requester"],
        dataset_id=detail["dataset_id"],
        period=detail["period"],
        opd_code=detail["opd_code"],
        parent_id=parent_id,
        calendar_id=calendars.OFFICE,
        seq=0,
        status=CaseStatus.OPEN.value,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    event = Event(EventType.START, now, actor.username, capacity=actor.capacity, note=note, detail=detail)
    _write(session, row, sop, None, [], event, idem)
    return row.id or 0


# ---------------------------------------------------------------- appending


def state_of(session: Session, case_id: int, *, up_to: int | None = None) -> tuple[CaseState, list[Stay]]:
    """The state and all stays of a case, folded from its events (all, or up to a sequence number)."""
    rows = [row for row in casebook.events(session, case_id) if up_to is None or row.seq <= up_to]
    return fold(session, rows)


def fold(session: Session, rows: Sequence[EventRow]) -> tuple[CaseState, list[Stay]]:
    """The same from rows that were read already."""
    sops = {sha: casebook.sop_of(session, sha) for sha in {row.sop_sha for row in rows}}
    state, stays = case_clock.fold(sops, ((row.sop_sha, casebook.to_event(row)) for row in rows))
    if state is None:
        raise NotFound(_("Perkara tidak ditemukan."))
    return state, stays


def append(session: Session, *, case_id: int, seen_seq: int | None, event: Event, idem: str) -> CaseState:
    """Add an event and return the state after it; the same key again returns what it returned, without effect.

    ``seen_seq`` is what the actor saw; when the case has moved since, ``Stale`` says who was first. None takes the case
    as it is (notes, system events). Raises ``IllegalMove`` when the SOP does not allow the event.
    """
    require_writing(session)
    session.flush()
    known = casebook.by_idem(session, idem)
    if known is not None:
        if (known.case_id, *_content(casebook.to_event(known))) != (case_id, *_content(event)):
            raise _key_reused()
        return state_of(session, case_id, up_to=known.seq)[0]
    row = casebook.case_row(session, case_id)
    if seen_seq is not None and row.seq != seen_seq:
        raise Stale(stale_sentence(session, case_id, seen_seq))
    state, stays = state_of(session, case_id)
    if state.last_at is not None and timedelta() < state.last_at - event.at <= _SKEW:
        event = replace(event, at=state.last_at)
    if not event.step and not state.ended:
        event = replace(event, step=state.step, visit=state.visit)
    _children_allow(session, row, event)
    sop = casebook.sop_of(session, event.detail.get("to_sop") or row.sop_sha)
    return _write(session, row, sop, state, stays, event, idem)


def _content(event: Event) -> tuple[object, ...]:
    """What an action says, without when: the same key may only come back with the same content."""
    evidence = (event.evidence.kind, event.evidence.sha256) if event.evidence else None
    detail = {key: value for key, value in event.detail.items() if key != "name"}
    return event.type, event.actor, event.outcome, event.note, evidence, detail


def _key_reused() -> Refused:
    return Refused(_("Permintaan ini sudah pernah dipakai untuk tindakan lain. Muat ulang halaman."))


def _children_allow(session: Session, row: CaseRow, event: Event) -> None:
    if event.type is EventType.REOPEN and row.parent_id is not None:
        parent = casebook.case_row(session, row.parent_id)
        if parent.status != CaseStatus.WAITING_CHILDREN:
            raise Refused(_("Perkara induk sudah berlanjut; perkara OPD ini tidak dapat dibuka kembali."))


def _write(
    session: Session,
    row: CaseRow,
    sop: Sop,
    state: CaseState | None,
    stays: list[Stay],
    event: Event,
    idem: str,
) -> CaseState:
    """Apply, write and follow up. ``row`` is the case before the event."""
    case_id, seen = row.id or 0, row.seq
    calendar = calendars.current(session)
    clock = office_clock.clock_of(calendar)
    after = case_clock.advance(sop, state, stays, event)
    casebook.add_event(
        session, case_id=case_id, seq=seen + 1, idem=idem, event=event, sop_sha=sop.sha, calendar_sha=calendar.sha
    )
    values = {"seq": seen + 1, "sop_sha": sop.sha, **projection(sop, after), **_due_values(clock, sop, after, stays)}
    if not casebook.move(session, case_id, seen, values):
        raise Stale(stale_sentence(session, case_id, seen))
    _write_stays(session, case_id, after.child, stays, clock, calendar)
    row = casebook.case_row(session, case_id)
    entered = state is None or (after.step, after.visit) != (state.step, state.visit)
    if entered and case_clock.is_waiting(after):
        _open_children(session, row, sop, event, idem)
    if state is not None and case_clock.is_waiting(state) and not case_clock.is_waiting(after):
        _close_children(session, case_id, event, idem)
    if after.ended and row.parent_id is not None:
        _join_parent(session, row.parent_id, event.at, idem)
    return after


def projection(sop: Sop, state: CaseState) -> dict[str, str | int | datetime | None]:
    """What the case's row must say of a state; ``audit verify`` compares with it."""
    lane = sop.holder(sop.step(state.step)) if state.step != END else None
    return {
        "status": state.status.value,
        "step": state.step,
        "visit": state.visit,
        "lane": lane.key if lane else "",
        "role": lane.role.value if lane else "",
        "assignee": state.assignee,
        "taken_by": state.taken_by,
        "opened_at": state.opened_at,
        "available_at": state.available_at,
        "closed_at": state.closed_at,
    }


def _due_values(clock: Clock, sop: Sop, state: CaseState, stays: Sequence[Stay]) -> dict[str, datetime | None]:
    due = case_clock.due_times(clock, sop, state, stays)
    return {"due_at": due.step, "warn_at": due.warn, "sop_due_at": due.sop, "legal_due_at": due.law}


# ---------------------------------------------------------------- stays


def _write_stays(
    session: Session,
    case_id: int,
    child: bool,
    stays: Sequence[Stay],
    clock: Clock,
    calendar: OfficeCalendar,
) -> None:
    """Bring the rows of stays up to date. A row that is done and judged is frozen: it is never written again."""
    rows = casebook.visits(session, case_id)
    for index, stay in enumerate(stays):
        row = rows.get((stay.step, stay.visit))
        if row is not None and row.done_at is not None and row.calendar_sha:
            continue
        sop = casebook.sop_of(session, stay.sop_sha)  # a stay is judged by the version it was performed under
        if row is None:
            step = sop.step(stay.step)
            row = VisitRow(
                case_id=case_id,
                sop_id=sop.id,
                step=stay.step,
                visit=stay.visit,
                lane=step.lane,
                holder_role=sop.holder(step).role.value,
                available_at=stay.available_at,
            )
        row.taken_at, row.done_at, row.actor = stay.taken_at, stay.done_at, stay.actor
        row.outcome = stay.outcome if stay.done_at else ""
        _clock_stay(row, clock, calendar, sop, stays, index, child)
        session.add(row)
    session.flush()


def _clock_stay(
    row: VisitRow,
    clock: Clock,
    calendar: OfficeCalendar,
    sop: Sop,
    stays: Sequence[Stay],
    index: int,
    child: bool,
) -> None:
    """Due time of a running stay; verdict and working time of a finished one, frozen with the calendar's version.

    Beyond the filled calendar nothing is guessed: the stay stays unjudged until the calendar reaches it.
    """
    try:
        if stays[index].done_at is None:
            row.due_at = case_clock.stay_due(clock, sop, stays, index, child)[0]
            return
        settled = case_clock.settle(clock, sop, stays, index, child)
    except OutsideCalendar:
        row.due_at, row.verdict, row.calendar_sha = None, "", ""
        return
    row.due_at, row.verdict = settled.due_at, settled.verdict
    row.waiting_seconds, row.working_seconds, row.paused_seconds = settled.waiting, settled.working, settled.paused
    row.calendar_sha = calendar.sha


def recompute_open(session: Session) -> int:
    """Compute the due times of all open cases anew, after the calendar changed; returns how many moved.

    Closed verdicts are frozen and stay. Stays that ended where no calendar reached are judged now.
    """
    require_writing(session)
    calendar = calendars.current(session)
    clock = office_clock.clock_of(calendar)
    moved = 0
    rows = casebook.unsettled_cases(session)
    histories = casebook.events_of(session, [row.id or 0 for row in rows])
    for row in rows:
        sop = casebook.sop_of(session, row.sop_sha)
        state, stays = fold(session, histories[row.id or 0])
        values = _due_values(clock, sop, state, stays)
        changed = {name for name, value in values.items() if getattr(row, name) != value}
        if changed:
            casebook.move(session, row.id or 0, row.seq, values)
            moved += changed != {"warn_at"}  # an earlier reminder is no other due time
        _write_stays(session, row.id or 0, state.child, stays, clock, calendar)
    return moved


# ---------------------------------------------------------------- fan-out


def _open_children(session: Session, parent: CaseRow, sop: Sop, event: Event, idem: str) -> None:
    """One child case per OPD named when the parent was opened."""
    start = casebook.events(session, parent.id or 0)[0]
    before = len(casebook.children(session, parent.id or 0))
    for place, opd_code in enumerate(filter(None, start.detail["opd_codes"].split(",")), start=1):
        detail = {
            "scope": "child", "subject": parent.subject, "opd_code": opd_code, "opd_codes": "", "sop_id": sop.id,
            "dataset_id": parent.dataset_id, "period": parent.period, "requester": parent.requester,
        }  # fmt: skip
        number = f"{parent.number}-{before + place:02d}"
        actor = Actor(event.actor, event.detail.get("name", ""), event.capacity)
        _open(session, sop, number, actor, f"{idem}:child:{opd_code}", detail, parent_id=parent.id)


def _close_children(session: Session, parent_id: int, event: Event, idem: str) -> None:
    """The parent went on (cut off, cancelled, migrated): what its children still do would lead nowhere."""
    for child in casebook.children(session, parent_id):
        if child.status in (CaseStatus.CLOSED, CaseStatus.CANCELLED):
            continue
        cancel = Event(
            EventType.CANCEL,
            event.at,
            event.actor,
            capacity=event.capacity,
            note=_("Pengumpulan ditutup pada perkara induk. {note}").format(note=event.note).strip(),
            detail={"name": event.detail.get("name", "")},
        )
        append(session, case_id=child.id or 0, seen_seq=None, event=cancel, idem=f"{idem}:close:{child.id}")


def _join_parent(session: Session, parent_id: int, at: datetime, idem: str) -> None:
    """The last child that ends lets the parent go on, in the same transaction."""
    parent = casebook.case_row(session, parent_id)
    if parent.status != CaseStatus.WAITING_CHILDREN:
        return
    ended = (CaseStatus.CLOSED, CaseStatus.CANCELLED)
    if any(child.status not in ended for child in casebook.children(session, parent_id)):
        return
    event = Event(EventType.JOIN, at, SYSTEM)
    append(session, case_id=parent_id, seen_seq=None, event=event, idem=f"{idem}:join")


# ---------------------------------------------------------------- who was first


def stale_sentence(session: Session, case_id: int, seen_seq: int) -> str:
    """What happened since the actor looked, as one sentence for the one who came second."""
    since = casebook.events(session, case_id, after=seen_seq)
    decided = next((row for row in since if row.type in _DECIDING), None)
    row = decided or (since[0] if since else None)
    if row is None:
        return _("Perkara berubah sejak ditampilkan. Muat ulang halaman.")
    who = Actor(row.actor, row.detail.get("name", ""), row.capacity).spoken
    places = {"who": who, "time": _time(row.at)}
    if decided is not None:
        return _("Sudah diputus oleh {who} pukul {time}.").format(**places)
    if row.type == EventType.TAKE:
        return _("Sudah diambil oleh {who} pukul {time}.").format(**places)
    if row.type in (EventType.CANCEL, EventType.CUT_OFF):
        return _("Sudah ditutup oleh {who} pukul {time}.").format(**places)
    return _("Perkara berubah oleh {who} pukul {time}. Muat ulang halaman.").format(**places)


def _time(at: datetime) -> str:
    """The hour, and the date as well when it was not today."""
    local = office_clock.local(at)
    hour = office_clock.hour_text(at)
    return hour if local.date() == office_clock.today() else f"{hour} ({local:%d-%m-%Y})"
