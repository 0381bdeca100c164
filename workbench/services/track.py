"""The tracker's verbs, as pages say them. Every verb asks for the right to it in the database, at that moment.

All verbs run inside ``database.writing()``. ``seen_seq`` is the ``seq`` the page was drawn with, ``idem`` a key made
when the form was drawn: a double click gives the same answer, a step that somebody else decided gives ``Stale``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlmodel import Session

from workbench import moment
from workbench.domain import handed_in
from workbench.domain.engine import CaseState, CaseStatus, Event, EventType, Evidence, under_review
from workbench.domain.errors import IllegalMove, NotAllowed, Refused, Stale
from workbench.domain.people import PRODUCER_ROLES, WALIDATA_ROLES, Person
from workbench.domain.sla_words import day_words
from workbench.domain.sop import END, EvidenceKind, OutcomeKind, Sop, Step
from workbench.i18n import _
from workbench.services import casework, office_clock, people, rights
from workbench.services.casework import Actor
from workbench.services.history import HistoryLine
from workbench.services.rights import Hat
from workbench.services.track_board import board, board_counts
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
    flag_label,
)
from workbench.services.track_views import by_code, case, inbox, summary
from workbench.storage import casebook
from workbench.storage import evidence as evidence_store
from workbench.storage.tables import CaseRow

__all__ = [
    "Allowed",
    "BoardCount",
    "BoardFilter",
    "BoardRow",
    "CaseView",
    "ClockFace",
    "HistoryLine",
    "InboxItem",
    "ProgressFlag",
    "PublicView",
    "StepRow",
    "Summary",
    "VisitLine",
    "add_note",
    "attach",
    "board",
    "board_counts",
    "by_code",
    "cancel",
    "case",
    "colleagues",
    "cut_off",
    "decide",
    "extend",
    "flag_label",
    "inbox",
    "migrate",
    "pause",
    "reassign",
    "receivers",
    "reopen",
    "resume",
    "skip",
    "start",
    "summary",
    "take",
]

_Who = Callable[[CaseRow, Sop], Hat]


def start(
    session: Session,
    *,
    sop_id: str,
    subject: str,
    by: Person,
    idem: str,
    opd_code: str = "",
    opd_codes: Sequence[str] = (),
    dataset_id: str = "",
    period: str = "",
    requester: str = "",
    note: str = "",
) -> int:
    """Open a case: the walidata office for any SOP, a producer where the first step is theirs (for their OPD)."""
    person = people.person(session, by.id)
    if person.roles & WALIDATA_ROLES:
        actor = rights.office_member(session, by)
    else:
        sop = casework.current_sop(session, sop_id)
        actor = rights.lane_holder(session, by, sop, sop.step(sop.start), opd_code).actor
    for code in (*opd_codes, *([opd_code] if opd_code else [])):
        people.opd(session, code)
    return casework.open_case(
        session,
        sop_id=sop_id,
        subject=subject,
        by=actor,
        idem=idem,
        opd_code=opd_code,
        opd_codes=opd_codes,
        dataset_id=dataset_id,
        period=period,
        requester=requester,
        note=note,
    )


# ---------------------------------------------------------------- verbs of the lane


def take(session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str) -> CaseState:
    """Take a step that waits for the lane: the working clock starts, colleagues see who has it."""
    return _act(session, EventType.TAKE, case_id, seen_seq, idem, by, _lane(session, by))


def decide(
    session: Session,
    *,
    case_id: int,
    seen_seq: int,
    outcome: str,
    by: Person,
    idem: str,
    note: str = "",
    evidence: Evidence | None = None,
    assignee: str = "",
) -> CaseState:
    """Decide the present step. ``evidence`` is the object that completes it, or what was read for an initial.

    ``assignee`` (login name) is whom a disposition names: the step it leads to is theirs. Raises ``NotAllowed`` (not
    this lane, in somebody else's hands, own work initialled), ``Refused`` (who is named does not hold the next step's
    lane, or the decision hands nothing down), ``Stale``, ``IllegalMove``.
    """
    named = assignee.strip().lower()

    def who(row: CaseRow, sop: Sop) -> Hat:
        hat = _lane(session, by)(row, sop)
        if row.taken_by and row.taken_by != by.username:
            name = people.names(session, [row.taken_by]).get(row.taken_by, row.taken_by)
            raise NotAllowed(
                _("Langkah ini sedang dikerjakan {name}. Bila perlu, minta atasan mengalihkannya.").format(name=name)
            )
        _not_own_work(session, row, sop, outcome, by)
        if named:
            _may_be_named(session, row, sop, outcome, named)
        return hat

    detail = {"assignee": named} if named else {}
    return _act(session, EventType.DECIDE, case_id, seen_seq, idem, by, who, outcome, note, evidence, detail)


def receivers(session: Session, *, case_id: int, outcome: str) -> list[Person]:
    """Whom this decision on the present step may name for the next: the holders of its lane, by name; else nobody."""
    row = casebook.case_row(session, case_id)
    sop = casebook.sop_of(session, row.sop_sha)
    if row.status != CaseStatus.OPEN:
        return []
    following = _next_by_name(row, sop, outcome)
    if following is None:
        return []
    return rights.able(session, sop, following, row.opd_code)


def colleagues(session: Session, *, case_id: int) -> list[Person]:
    """Everybody who may act on the present step today, by name; nobody where the case waits for its children."""
    row = casebook.case_row(session, case_id)
    sop = casebook.sop_of(session, row.sop_sha)
    if row.status not in (CaseStatus.OPEN, CaseStatus.PAUSED):
        return []
    return rights.able(session, sop, sop.step(row.step), row.opd_code)


def attach(
    session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, evidence: Evidence, note: str = ""
) -> CaseState:
    """Put an object to the present step without deciding it."""
    who = _lane(session, by)
    return _act(session, EventType.ATTACH, case_id, seen_seq, idem, by, who, note=note, evidence=evidence)


def pause(
    session: Session,
    *,
    case_id: int,
    seen_seq: int,
    by: Person,
    idem: str,
    reason: str,
    waiting_for: str = "",
    note: str = "",
) -> CaseState:
    """Hold the clock, with the reason and whom it waits for: the lane, or a superior."""
    detail = {"reason": reason.strip(), "waiting_for": waiting_for.strip()}
    who = _lane_or_supervisor(session, by)
    return _act(session, EventType.PAUSE, case_id, seen_seq, idem, by, who, note=note, detail=detail)


def resume(session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, note: str = "") -> CaseState:
    """Let the clock run again; the time held is given back."""
    who = _lane_or_supervisor(session, by)
    return _act(session, EventType.RESUME, case_id, seen_seq, idem, by, who, note=note)


def add_note(session: Session, *, case_id: int, by: Person, idem: str, note: str) -> CaseState:
    """Write something into the history; anybody who may see the case."""
    if not note.strip():
        raise Refused(_("Catatan masih kosong."))

    def who(row: CaseRow, sop: Sop) -> Hat:
        return Hat("", rights.onlooker(session, by, row.opd_code))

    return _act(session, EventType.NOTE, case_id, None, idem, by, who, note=note)


# ---------------------------------------------------------------- verbs of a superior


def reassign(
    session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, assignee: str, note: str = ""
) -> CaseState:
    """Give the step to one person of its lane (login name), or with "" back to all of them.

    A superior may, and whoever has the step in hand may pass on what is theirs.
    """

    def who(row: CaseRow, sop: Sop) -> Hat:
        hat = _in_hand(session, by, row, sop) or _superior(session, by)(row, sop)
        if assignee:
            chosen = people.person_by_username(session, assignee)
            if rights.hat_for(chosen, sop, _step(row, sop), row.opd_code) is None:
                lane = sop.holder(_step(row, sop)).name
                raise Refused(
                    _("{name} tidak memegang peran {lane} hari ini.").format(name=chosen.name, lane=lane)
                )  # fmt: skip
        return hat

    detail = {"assignee": assignee.strip().lower()}
    return _act(session, EventType.REASSIGN, case_id, seen_seq, idem, by, who, note=note, detail=detail)


def skip(session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, outcome: str, note: str) -> CaseState:
    """Go on as if the step had been decided with this outcome, with the reason in ``note``."""
    return _act(session, EventType.SKIP, case_id, seen_seq, idem, by, _superior(session, by), outcome, note)


def cancel(session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, note: str) -> CaseState:
    """End the case without result, with the reason; its open child cases end as well."""
    return _act(session, EventType.CANCEL, case_id, seen_seq, idem, by, _superior(session, by), note=note)


def reopen(
    session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, note: str, to_step: str = ""
) -> CaseState:
    """Take up an ended case again, where it was left or at ``to_step``, with the reason."""
    detail = {"to_step": to_step} if to_step else {}
    who = _superior(session, by)
    return _act(session, EventType.REOPEN, case_id, seen_seq, idem, by, who, note=note, detail=detail)


def cut_off(session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, note: str) -> CaseState:
    """Close the collection: the parent goes on without the OPDs that have not delivered; ``note`` names them."""
    return _act(session, EventType.CUT_OFF, case_id, seen_seq, idem, by, _superior(session, by), note=note)


def extend(
    session: Session, *, case_id: int, seen_seq: int, by: Person, idem: str, note: str, days: int = 7
) -> CaseState:
    """Extend the limit of UU 14/2008 once, by at most seven working days, with written reasons."""
    detail = {"days": str(days)}
    who = _superior(session, by)
    return _act(session, EventType.EXTEND, case_id, seen_seq, idem, by, who, note=note, detail=detail)


def migrate(
    session: Session,
    *,
    case_id: int,
    seen_seq: int,
    by: Person,
    idem: str,
    to_sop: str,
    to_step: str = "",
    note: str = "",
) -> CaseState:
    """Move a running case to another version of its SOP (SHA-256), at the step its present one is mapped to.

    ``Refused`` as long as that version is not in force.
    """

    def who(row: CaseRow, sop: Sop) -> Hat:
        if casebook.sop_of(session, to_sop).id != row.sop_id:
            raise Refused(_("Versi tujuan milik SOP lain."))
        starts = next(v.effective_from for v in casebook.sop_versions(session, row.sop_id) if v.sha == to_sop)
        if starts > office_clock.today():
            raise Refused(
                _("Versi ini baru berlaku mulai {day}; pindahkan perkara sejak tanggal itu.").format(
                    day=day_words(starts)
                )
            )
        return _superior(session, by)(row, sop)

    detail = {"to_sop": to_sop, **({"to_step": to_step} if to_step else {})}
    return _act(session, EventType.MIGRATE, case_id, seen_seq, idem, by, who, note=note, detail=detail)


# ---------------------------------------------------------------- inside


def _act(
    session: Session,
    event_type: EventType,
    case_id: int,
    seen_seq: int | None,
    idem: str,
    by: Person,
    who: _Who,
    outcome: str = "",
    note: str = "",
    evidence: Evidence | None = None,
    detail: Mapping[str, str] | None = None,
) -> CaseState:
    """Who was first comes before who may: the loser of a race must read who decided, not that it is not their step."""
    if casebook.by_idem(session, idem) is not None:
        hat = Hat("", Actor(by.username))  # the answer given before is given again; nothing will be written
    else:
        row = casebook.case_row(session, case_id)
        if seen_seq is not None and row.seq != seen_seq:
            raise Stale(casework.stale_sentence(session, case_id, seen_seq))
        sop = casebook.sop_of(session, row.sop_sha)
        hat = who(row, sop)
        _evidence_exists(session, row, sop, evidence)
    event = Event(
        event_type,
        moment.now(),
        hat.actor.username,
        outcome=outcome,
        lane=hat.lane,
        capacity=hat.actor.capacity,
        note=note.strip(),
        evidence=evidence,
        detail={"name": hat.actor.name, **(detail or {})},
    )
    return casework.append(session, case_id=case_id, seen_seq=seen_seq, event=event, idem=idem)


def _step(row: CaseRow, sop: Sop) -> Step:
    if not row.step or row.step == END:
        raise IllegalMove(_("Perkara sudah selesai."))
    if row.status == CaseStatus.WAITING_CHILDREN:
        raise IllegalMove(_("Perkara menunggu kiriman OPD; putusan ada pada perkara tiap OPD."))
    return sop.step(row.step)


def _lane(session: Session, by: Person) -> _Who:
    return lambda row, sop: rights.lane_holder(session, by, sop, _step(row, sop), row.opd_code)


def _in_hand(session: Session, by: Person, row: CaseRow, sop: Sop) -> Hat | None:
    """The hat of the one who took the step or was given it; None for everybody else."""
    if (row.taken_by or row.assignee) != by.username:
        return None
    return rights.hat_for(people.person(session, by.id), sop, _step(row, sop), row.opd_code)


def _next_by_name(row: CaseRow, sop: Sop, outcome: str) -> Step | None:
    chosen = _step(row, sop).outcome(outcome)
    return rights.handed_down(sop, _step(row, sop), chosen, child=row.parent_id is not None) if chosen else None


def _may_be_named(session: Session, row: CaseRow, sop: Sop, outcome: str, username: str) -> None:
    following = _next_by_name(row, sop, outcome)
    if following is None:
        raise Refused(_("Putusan ini tidak menugaskan orang untuk langkah berikutnya."))
    chosen = people.person_by_username(session, username)
    if rights.hat_for(chosen, sop, following, row.opd_code) is None:
        raise Refused(
            _("{name} tidak memegang peran {lane} hari ini.").format(name=chosen.name, lane=sop.holder(following).name)
        )


def _superior(session: Session, by: Person) -> _Who:
    return lambda row, sop: Hat("", rights.supervisor(session, by))


def _lane_or_supervisor(session: Session, by: Person) -> _Who:
    def who(row: CaseRow, sop: Sop) -> Hat:
        person = people.person(session, by.id)
        hat = rights.hat_for(person, sop, _step(row, sop), row.opd_code)
        if hat is not None:
            return hat
        if person.roles & PRODUCER_ROLES and not person.roles & WALIDATA_ROLES:
            return rights.lane_holder(session, by, sop, _step(row, sop), row.opd_code)
        return Hat("", rights.supervisor(session, by))

    return who


def _evidence_exists(session: Session, row: CaseRow, sop: Sop, evidence: Evidence | None) -> None:
    """A step is completed by the object itself, so the object has to be there, with exactly these bytes.

    Where the object is a file that is handed in, a recorded file is enough; what an agency made itself is released
    with the very bytes that were initialled.
    """
    if evidence is None or evidence_store.exists(session, evidence.kind, evidence.sha256):
        return
    if row.step and row.step != END and evidence_store.recorded(session, evidence.sha256):
        state = casework.state_of(session, row.id or 0)[0]
        step, own = sop.step(row.step), handed_in.own_publication(sop, state)
        handed = evidence.kind is step.evidence and handed_in.handed_in(sop, step, period=row.period)
        seen = own is not None and own.sha256 == evidence.sha256
        if handed or (seen and evidence.kind in (EvidenceKind.DRAFT, EvidenceKind.RELEASE)):
            return
    raise Refused(_("Berkas yang dilampirkan tidak ada di penyimpanan. Simpan dulu, lalu lampirkan."))


def _not_own_work(session: Session, row: CaseRow, sop: Sop, outcome: str, by: Person) -> None:
    """Whoever made a draft or letter may not be the one who initials or signs it."""
    chosen = _step(row, sop).outcome(outcome)
    if chosen is None or chosen.kind not in (OutcomeKind.PARAF, OutcomeKind.SIGN):
        return
    rows = casebook.events(session, row.id or 0)
    current = under_review(sop, casework.fold(session, rows)[0])
    if current is None:
        return
    maker = next((event.actor for event in rows if event.evidence_sha256 == current.sha256), "")
    if maker == by.username:
        raise NotAllowed(_("Penyusun tidak boleh memaraf atau menandatangani hasilnya sendiri."))
