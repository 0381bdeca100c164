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
from typing import Any

from workbench.domain.errors import IllegalMove
from workbench.domain.sop import END, EvidenceKind, OutcomeKind, Sop, Step
from workbench.domain.sop_paths import downstream
from workbench.i18n import _

REVIEWED = frozenset({EvidenceKind.DRAFT, EvidenceKind.LETTER, EvidenceKind.SCHEDULE})
"""Kinds that are initialled and signed: whoever decides on one names the bytes they read."""

MAX_EXTENSION_DAYS = 7
"""UU 14/2008 Pasal 22 ayat (8): once, at most seven working days."""


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

    ``detail`` holds what one type needs: ``scope`` (START of a child: ``"child"``), ``assignee`` (REASSIGN; DECIDE
    where the decision names who does the next step), ``reason`` code and ``waiting_for`` (PAUSE), ``to_step`` and
    ``to_sop`` (MIGRATE), ``days`` (EXTEND).
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
    """What the events of a case add up to.

    ``evidence`` holds the newest object per step of the present round, in the order it came; what lies at or below
    the target of a return is void and has to be brought anew. ``before_close`` is where a reopening leads.
    """

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
    paused_since: datetime | None = None
    pause_reason: str = ""
    paused_for: str = ""

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
    after = handler(sop, state, event)
    return after if after.last_at == event.at else replace(after, last_at=event.at)


def replay(sop_of: Mapping[str, Sop], events: Iterable[tuple[str, Event]]) -> CaseState | None:
    """Fold (sop_sha, event) pairs from nothing; what ``audit verify`` compares the stored row with."""
    state: CaseState | None = None
    for sha, event in events:
        state = apply(sop_of[sha], state, event)
    return state


def _enter(sop: Sop, state: CaseState, no: str, event: Event, *, assignee: str = "", **brought: Any) -> CaseState:
    """Arrive at a step: a new visit with its own clock, or the end; with what the step before ``brought``.

    The step entered belongs to ``assignee`` (named by a disposition), else to all who hold its lane. One copy of the
    state for all of it: replaying a history is mostly this.
    """
    fan_out = sop.fan_out
    ends = no == END or (state.child and fan_out is not None and no == fan_out.join)
    if ends:
        return replace(
            state, status=CaseStatus.CLOSED, step=END, visit=0, taken_by="", assignee="",
            available_at=None, closed_at=event.at, before_close=state.step,
            paused_since=None, pause_reason="", paused_for="", last_at=event.at, **brought,
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
        assignee="" if waits else assignee,
        available_at=event.at,
        paused_since=None,
        pause_reason="",
        paused_for="",
        last_at=event.at,
        **brought,
    )


def _void(sop: Sop, state: CaseState, target: str) -> CaseState:
    """Going back to a step voids what was initialled and handed in there and below it; the events keep it all."""
    below = downstream(sop, target)
    return replace(
        state,
        parafs=tuple(paraf for paraf in state.parafs if paraf.step not in below),
        evidence={no: evidence for no, evidence in state.evidence.items() if no not in below},
    )


def _known_step(sop: Sop, state: CaseState, no: str, message: str) -> str:
    """A step where this case may stand: any step of the SOP, for a child one of the fan-out's."""
    allowed = sop.fan_out.steps if state.child and sop.fan_out is not None else [step.no for step in sop.steps]
    if no not in allowed:
        raise IllegalMove(message)
    return no


def under_review(sop: Sop, state: CaseState) -> Evidence | None:
    """The draft, letter or schedule that an initial or signature at the present step is about; None without one.

    A step that makes such an object itself (a signed letter) decides on its own, not on an earlier one.
    """
    if state.ended or sop.step(state.step).evidence is not None:
        return None
    asked = {step.no: step.evidence for step in sop.steps}
    found = [e for no, e in state.evidence.items() if e.kind in REVIEWED and asked.get(no) is e.kind]
    return found[-1] if found else None


def _start(sop: Sop, state: CaseState | None, event: Event) -> CaseState:
    if state is not None:
        raise IllegalMove(_("Perkara sudah dimulai."))
    child = event.detail.get("scope") == "child"
    if child and sop.fan_out is None:
        raise IllegalMove(_("SOP ini tidak bercabang per OPD."))
    first = sop.fan_out.steps[0] if child and sop.fan_out is not None else sop.start
    empty = CaseState(CaseStatus.OPEN, "", 0, {}, child=child, opened_at=event.at)
    return _enter(sop, empty, first, event)


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
        raise IllegalMove(_("Langkah {no} milik {lane}.").format(no=step.no, lane=sop.holder(step).name))
    if state.assignee and event.actor != state.assignee:
        raise IllegalMove(_("Langkah ini ditugaskan kepada orang lain."))


def _decide(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _working(state, event)
    _own_lane(sop, state, event)
    step = sop.step(state.step)
    outcome = step.outcome(event.outcome)
    if outcome is None:
        raise IllegalMove(_("Putusan ini tidak ada pada langkah {no}.").format(no=step.no))
    if outcome.kind is OutcomeKind.RETURN:
        if not event.note.strip():
            raise IllegalMove(_("Pengembalian harus disertai catatan: apa yang perlu diperbaiki."))
        return _enter(sop, _void(sop, state, outcome.to), outcome.to, event)
    _enough_evidence(step, state, event)
    parafs = state.parafs
    if outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN):
        seen = _same_bytes(sop, state, event)
        paraf = Paraf(step.no, step.lane, event.actor, event.capacity, outcome.kind, seen, event.at)
        parafs = (*(old for old in parafs if old.step != step.no), paraf)
    return _enter(
        sop, state, outcome.to, event, assignee=event.detail.get("assignee", ""),
        parafs=parafs, evidence=_with(state, step.no, event.evidence),
    )  # fmt: skip


def _with(state: CaseState, no: str, evidence: Evidence | None) -> dict[str, Evidence]:
    """The evidence with a newer object for a step, which comes last."""
    if evidence is None:
        return dict(state.evidence)
    return {**{step: old for step, old in state.evidence.items() if step != no}, no: evidence}


def _enough_evidence(step: Step, state: CaseState, event: Event) -> None:
    """A step that asks for an object is completed by one of that kind, given now or attached in this visit."""
    if step.evidence is None:
        return
    brought = event.evidence or state.evidence.get(step.no)
    if brought is None or brought.kind is not step.evidence:
        raise IllegalMove(_("Langkah ini selesai dengan melampirkan hasilnya."))


def _same_bytes(sop: Sop, state: CaseState, event: Event) -> str:
    """The SHA-256 that is initialled: that of the object under review, which the decider must have seen."""
    current = under_review(sop, state)
    if current is None:
        own = event.evidence or state.evidence.get(state.step)
        return own.sha256 if own else ""
    if event.evidence is None:
        raise IllegalMove(_("Sebutkan berkas yang dibaca; paraf berlaku untuk berkas itu saja."))
    if event.evidence.sha256 != current.sha256:
        raise IllegalMove(_("Berkas sudah berganti sejak ditampilkan. Muat ulang halaman, lalu baca yang baru."))
    return current.sha256


def _attach(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _at_step(state, event)
    if event.evidence is None:
        raise IllegalMove(_("Tidak ada yang dilampirkan."))
    asked = sop.step(state.step).evidence
    if asked is not None and event.evidence.kind is not asked:
        return state  # a companion paper: the event keeps it, but it is not what completes the step
    return replace(state, evidence=_with(state, state.step, event.evidence))


def _pause(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _working(state, event)
    if not event.detail.get("reason"):
        raise IllegalMove(_("Jeda harus menyebut alasannya."))
    return replace(
        state,
        status=CaseStatus.PAUSED,
        paused_since=event.at,
        pause_reason=event.detail["reason"],
        paused_for=event.detail.get("waiting_for", ""),
    )


def _resume(sop: Sop, state: CaseState, event: Event) -> CaseState:
    _at_step(state, event)
    if state.status is not CaseStatus.PAUSED:
        raise IllegalMove(_("Perkara tidak sedang dijeda."))
    return replace(state, status=CaseStatus.OPEN, paused_since=None, pause_reason="", paused_for="")


def _reassign(sop: Sop, state: CaseState, event: Event) -> CaseState:
    """Give the step to one person of its lane, or with no assignee back to all of them."""
    _at_step(state, event)
    if state.status is CaseStatus.WAITING_CHILDREN:
        raise IllegalMove(_("Perkara menunggu kiriman OPD; putusan ada pada perkara tiap OPD."))
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
    days = str(event.detail.get("days", MAX_EXTENSION_DAYS))
    if not days.isdecimal() or not 1 <= int(days) <= MAX_EXTENSION_DAYS:
        raise IllegalMove(_("Perpanjangan paling lama {days} hari kerja.").format(days=MAX_EXTENSION_DAYS))
    return replace(state, extension_days=int(days))


def _migrate(sop: Sop, state: CaseState, event: Event) -> CaseState:
    """Events of this type carry the *new* definition; ``to_step`` is where the old step is mapped to."""
    if state.ended:
        raise IllegalMove(_("Perkara sudah selesai."))
    if state.child and sop.fan_out is None:
        raise IllegalMove(_("SOP ini tidak bercabang per OPD."))
    to_step = event.detail.get("to_step", state.step)
    _known_step(sop, state, to_step, _("Langkah tujuan migrasi tidak ada pada versi baru."))
    waits = sop.fan_out is not None and not state.child and to_step in sop.fan_out.steps
    if to_step == state.step and waits is (state.status is CaseStatus.WAITING_CHILDREN):
        return state
    if state.status is CaseStatus.PAUSED:
        raise IllegalMove(_("Perkara sedang dijeda. Lanjutkan dulu sebelum memindahkan langkahnya."))
    return _enter(sop, state, to_step, event)


def _cancel(sop: Sop, state: CaseState, event: Event) -> CaseState:
    if state.ended:
        raise IllegalMove(_("Perkara sudah selesai."))
    if not event.note.strip():
        raise IllegalMove(_("Pembatalan harus disertai alasan."))
    return replace(
        state,
        status=CaseStatus.CANCELLED,
        closed_at=event.at,
        before_close=state.step,
        paused_since=None,
        pause_reason="",
        paused_for="",
    )


def _reopen(sop: Sop, state: CaseState, event: Event) -> CaseState:
    if not state.ended:
        raise IllegalMove(_("Perkara belum selesai."))
    if not event.note.strip():
        raise IllegalMove(_("Pembukaan kembali harus disertai alasan."))
    to_step = event.detail.get("to_step") or state.before_close
    _known_step(sop, state, to_step, _("Langkah tempat perkara dibuka kembali tidak ada."))
    return _enter(sop, replace(_void(sop, state, to_step), closed_at=None, before_close=""), to_step, event)


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
