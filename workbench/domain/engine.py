"""The SOP engine: ``apply(definition, state, event)`` is pure; a case is the fold of its events.

Two kinds of case share one definition. A *parent* (or ordinary) case walks all steps; where the SOP fans out per OPD
it waits (``WAITING_CHILDREN``) at the first of those steps until it is joined. A *child* case walks only the fan-out
steps for one OPD and closes on the move that would enter the join step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from workbench.domain.errors import IllegalMove
from workbench.domain.sop import END, EvidenceKind, OutcomeKind, Sop
from workbench.i18n import _


class EventType(StrEnum):
    """Everything that can happen to a case."""

    START = "start"
    TAKE = "take"
    DECIDE = "decide"
    PAUSE = "pause"
    RESUME = "resume"
    REASSIGN = "reassign"
    NOTE = "note"
    ATTACH = "attach"
    SKIP = "skip"
    EXTEND = "extend"
    MIGRATE = "migrate"
    JOIN = "join"
    CUT_OFF = "cut_off"
    CANCEL = "cancel"
    REOPEN = "reopen"


class CaseStatus(StrEnum):
    """Where a case stands as a whole."""

    OPEN = "open"
    PAUSED = "paused"
    WAITING_CHILDREN = "waiting_children"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The object an event is about: its kind, our reference to it, and the SHA-256 of exactly what was seen."""

    kind: EvidenceKind
    ref: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about a case. ``step`` and ``visit`` are what the actor saw; ``at`` is aware UTC.

    ``detail`` holds what one type needs: ``scope`` (START of a child: ``"child"``), ``assignee`` (REASSIGN),
    ``reason`` code and ``waiting_for`` (PAUSE), ``to_step`` and ``to_sop`` (MIGRATE), ``days`` (EXTEND).
    """

    type: EventType
    at: datetime
    actor: str
    step: str = ""
    visit: int = 0
    outcome: str = ""
    lane: str = ""
    capacity: str = ""
    note: str = ""
    evidence: Evidence | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paraf:
    """An initial or signature on exactly one object, void as soon as the chain is sent back below it."""

    step: str
    lane: str
    actor: str
    capacity: str
    kind: OutcomeKind
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the events of a case add up to."""

    status: CaseStatus
    step: str
    visit: int
    visits: Mapping[str, int]
    child: bool = False
    taken_by: str = ""
    assignee: str = ""
    parafs: tuple[Paraf, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    available_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    last_at: datetime | None = None
    extension_days: int = 0
    before_close: str = ""

    @property
    def ended(self) -> bool:
        """Nothing more can happen but notes and a reopening."""
        return self.status in (CaseStatus.CLOSED, CaseStatus.CANCELLED)


def apply(sop: Sop, state: CaseState | None, event: Event) -> CaseState:
    """The state after an event; ``IllegalMove`` when the SOP does not allow it. Never looks at a clock."""
    if event.type is EventType.START:
        return _start(sop, state, event)
    if state is None:
        raise IllegalMove(_("Perkara belum dimulai."))
    if state.last_at is not None and event.at < state.last_at:
        raise IllegalMove(_("Waktu kejadian mendahului kejadian sebelumnya; periksa jam komputer server."))
    handler = _HANDLERS.get(event.type)
    if handler is None:
        raise IllegalMove(_("Kejadian ini tidak dikenal."))
    return replace(handler(sop, state, event), last_at=event.at)


def replay(sop_of: Mapping[str, Sop], events: Iterable[tuple[str, Event]]) -> CaseState | None:
    """Fold (sop_sha, event) pairs from nothing; what ``audit verify`` compares the stored row with."""
    state: CaseState | None = None
    for sha, event in events:
        state = apply(sop_of[sha], state, event)
    return state


def _enter(sop: Sop, state: CaseState, no: str, event: Event) -> CaseState:
    """Arrive at a step: a new visit with its own clock, or the end."""
    fan_out = sop.fan_out
    ends = no == END or (state.child and fan_out is not None and no == fan_out.join)
    if ends:
        return replace(
            state, status=CaseStatus.CLOSED, step=END, visit=0, taken_by="", assignee="",
            available_at=None, closed_at=event.at, before_close=state.step,
        )  # fmt: skip
    waits = fan_out is not None and not state.child and no in fan_out.steps
    visit = state.visits.get(no, 0) + 1
    return replace(
        state,
        status=CaseStatus.WAITING_CHILDREN if waits else CaseStatus.OPEN,
        step=no,
        visit=visit,
        visits={**state.visits, no: visit},
        taken_by="",
        assignee="",
        available_at=event.at,
    )


def _start(sop: Sop, state: CaseState | None, event: Event) -> CaseState:
    if state is not None:
        raise IllegalMove(_("Perkara sudah dimulai."))
    child = event.detail.get("scope") == "child"
    if child and sop.fan_out is None:
        raise IllegalMove(_("SOP ini tidak bercabang per OPD."))
    first = sop.fan_out.steps[0] if child and sop.fan_out is not None else sop.start
    empty = CaseState(CaseStatus.OPEN, "", 0, {}, child=child, opened_at=event.at)
    return replace(_enter(sop, empty, first, event), last_at=event.at)


def _at_step(state: CaseState, event: Event) -> None:
    """The actor must have seen the step and visit where the case stands."""
    if state.ended:
        raise IllegalMove(_("Perkara sudah selesai."))
    if event.step != state.step or event.visit not in (0, state.visit):
        raise IllegalMove(
            _("Perkara sudah di langkah {now}, bukan langkah {seen}. Muat ulang halaman.").format(
                now=state.step, seen=event.step
            )
        )


def _working(state: CaseState, event: Event) -> None:
    _at_step(state, event)
    if state.status is CaseStatus.PAUSED:
        raise IllegalMove(_("Perkara sedang dijeda. Lanjutkan dulu sebelum memutus."))
    if state.status is CaseStatus.WAITING_CHILDREN:
        raise IllegalMove(_("Perkara menunggu kiriman OPD; putusan ada pada perkara tiap OPD."))


def _take(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _working(state, event)
    _own_lane(sop, state, event)
    if state.taken_by:
        raise IllegalMove(_("Langkah ini sudah diambil."))
    return replace(state, taken_by=event.actor)


def _own_lane(sop: Sop, state: CaseState, event: Event) -> None:
    step = sop.step(state.step)
    if event.lane not in (step.lane, step.waiting_for):
        raise IllegalMove(_("Langkah {no} milik {lane}.").format(no=step.no, lane=sop.lane(step.lane).name))
    if state.assignee and event.actor != state.assignee:
        raise IllegalMove(_("Langkah ini ditugaskan kepada orang lain."))


def _decide(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _working(state, event)
    _own_lane(sop, state, event)
    step = sop.step(state.step)
    outcome = step.outcome(event.outcome)
    if outcome is None:
        raise IllegalMove(_("Putusan ini tidak ada pada langkah {no}.").format(no=step.no))
    back = outcome.kind is OutcomeKind.RETURN
    if back and not event.note.strip():
        raise IllegalMove(_("Pengembalian harus disertai catatan: apa yang perlu diperbaiki."))
    seen = event.evidence or state.evidence.get(step.no)
    if step.evidence is not None and not back and (seen is None or seen.kind is not step.evidence):
        raise IllegalMove(_("Langkah ini selesai dengan melampirkan hasilnya."))
    evidence = {**state.evidence, step.no: event.evidence} if event.evidence else dict(state.evidence)
    parafs = state.parafs
    if back:
        parafs = ()
    elif outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN):
        parafs = (
            *parafs,
            Paraf(
                step.no, step.lane, event.actor, event.capacity, outcome.kind,
                event.evidence.sha256 if event.evidence else "", event.at,
            ),
        )  # fmt: skip
    return _enter(sop, replace(state, parafs=parafs, evidence=evidence), outcome.to, event)


def _attach(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _at_step(state, event)
    if event.evidence is None:
        raise IllegalMove(_("Tidak ada yang dilampirkan."))
    return replace(state, evidence={**state.evidence, state.step: event.evidence})


def _pause(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _working(state, event)
    if not event.detail.get("reason"):
        raise IllegalMove(_("Jeda harus menyebut alasannya."))
    return replace(state, status=CaseStatus.PAUSED)


def _resume(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _at_step(state, event)
    if state.status is not CaseStatus.PAUSED:
        raise IllegalMove(_("Perkara tidak sedang dijeda."))
    return replace(state, status=CaseStatus.OPEN)


def _reassign(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _at_step(state, event)
    return replace(state, assignee=event.detail.get("assignee", ""), taken_by="")


def _skip(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _working(state, event)
    if not event.note.strip():
        raise IllegalMove(_("Melewati langkah harus disertai alasan."))
    outcome = sop.step(state.step).outcome(event.outcome)
    if outcome is None or outcome.kind is OutcomeKind.RETURN:
        raise IllegalMove(_("Pilih putusan yang meneruskan perkara."))
    return _enter(sop, state, outcome.to, event)


def _join(sop: Sop, state: CaseState, event: Event) -> CaseState:
    """All children have ended, or the collection is closed with who is missing (CUT_OFF, with a note)."""
    _at_step(state, event)
    if state.status is not CaseStatus.WAITING_CHILDREN or sop.fan_out is None:
        raise IllegalMove(_("Perkara tidak sedang menunggu kiriman OPD."))
    if event.type is EventType.CUT_OFF and not event.note.strip():
        raise IllegalMove(_("Penutupan pengumpulan harus menyebut siapa yang belum mengirim."))
    return _enter(sop, state, sop.fan_out.join, event)


def _extend(sop: Sop, state: CaseState, event: Event) -> CaseState:
    if state.ended:
        raise IllegalMove(_("Perkara sudah selesai."))
    if not sop.legal_clock:
        raise IllegalMove(_("SOP ini tidak memakai tenggat undang-undang."))
    if not event.note.strip():
        raise IllegalMove(_("Perpanjangan harus disertai alasan tertulis."))
    if state.extension_days:
        raise IllegalMove(_("Tenggat undang-undang hanya dapat diperpanjang satu kali."))
    return replace(state, extension_days=int(event.detail.get("days", "7")))


def _migrate(sop: Sop, state: CaseState, event: Event) -> CaseState:
    """Events of this type carry the *new* definition; ``to_step`` is where the old step is mapped to."""
    if state.ended:
        raise IllegalMove(_("Perkara sudah selesai."))
    to_step = event.detail.get("to_step", state.step)
    if to_step not in {s.no for s in sop.steps}:
        raise IllegalMove(_("Langkah tujuan migrasi tidak ada pada versi baru."))
    if to_step == state.step:
        return state
    return _enter(sop, state, to_step, event)


def _cancel(sop: Sop, state: CaseState, event: Event) -> CaseState:
    if state.ended:
        raise IllegalMove(_("Perkara sudah selesai."))
    if not event.note.strip():
        raise IllegalMove(_("Pembatalan harus disertai alasan."))
    return replace(state, status=CaseStatus.CANCELLED, closed_at=event.at, before_close=state.step)


def _reopen(sop: Sop, state: CaseState, event: Event) -> CaseState:
    if not state.ended:
        raise IllegalMove(_("Perkara belum selesai."))
    if not event.note.strip():
        raise IllegalMove(_("Pembukaan kembali harus disertai alasan."))
    return _enter(sop, replace(state, closed_at=None), event.detail.get("to_step") or state.before_close, event)


def _note(sop: Sop, state: CaseState, event: Event) -> CaseState:
    return state


_HANDLERS = {
    EventType.TAKE: _take,
    EventType.DECIDE: _decide,
    EventType.PAUSE: _pause,
    EventType.RESUME: _resume,
    EventType.REASSIGN: _reassign,
    EventType.NOTE: _note,
    EventType.ATTACH: _attach,
    EventType.SKIP: _skip,
    EventType.EXTEND: _extend,
    EventType.MIGRATE: _migrate,
    EventType.JOIN: _join,
    EventType.CUT_OFF: _join,
    EventType.CANCEL: _cancel,
    EventType.REOPEN: _reopen,
}
