"""Moving running cases to another version of their SOP: first seen case by case, then one transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain import case_clock
from workbench.domain.case_clock import DueTimes
from workbench.domain.engine import CaseState, CaseStatus, Event, EventType
from workbench.domain.errors import IllegalMove, WorkbenchError
from workbench.domain.people import Person
from workbench.domain.sop import END, Sop
from workbench.domain.sop_differences import map_steps, skipped
from workbench.i18n import _
from workbench.services import casework, office_clock, track
from workbench.storage import casebook, database
from workbench.storage.tables import CaseRow

_ENDED = (CaseStatus.CLOSED.value, CaseStatus.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a migration would do to one case. ``problem`` says why it cannot be moved as it stands."""

    case_id: int
    number: str
    subject: str
    opd_code: str
    seq: int
    from_sha: str
    step: str
    step_words: str
    to_step: str
    to_words: str
    skipped: tuple[str, ...]
    due_before: datetime | None
    due_after: datetime | None
    end_before: datetime | None
    end_after: datetime | None
    problem: str = ""

    @property
    def moved_due(self) -> bool:
        """Does the due time of the present step or of the whole case change?"""
        return (self.due_before, self.end_before) != (self.due_after, self.end_after)


@dataclass(frozen=True, slots=True)
class Moved:
    """How it went for one case; ``problem`` is empty where it worked."""

    case_id: int
    number: str
    problem: str = ""


def preview(session: Session, *, to_sha: str, chosen: Mapping[str, str] | None = None) -> list[Preview]:
    """Every open case of the SOP that is on another version, by number.

    ``chosen`` sends a step (by its number in the case's version) to a step of the new version, where the officer
    knows better than the comparison.
    """
    return preview_of(session, casework.sop_of(session, to_sha), chosen=chosen)


def preview_of(session: Session, new: Sop, *, chosen: Mapping[str, str] | None = None) -> list[Preview]:
    """The same for a version that need not be published yet, with its SHA-256."""
    rows = session.exec(
        select(CaseRow)
        .where(CaseRow.sop_id == new.id, CaseRow.sop_sha != new.sha, col(CaseRow.status).not_in(_ENDED))
        .order_by(CaseRow.number)
    ).all()
    histories = casebook.events_of(session, [row.id or 0 for row in rows])
    clock = office_clock.clock(session)
    found = []
    for row in rows:
        old = casework.sop_of(session, row.sop_sha)
        state, stays = casework.fold(session, histories[row.id or 0])
        before = case_clock.due_times(clock, old, state, stays)
        to = (chosen or {}).get(row.step) or map_steps(old, new)[row.step].to or ""
        problem = _problem(row, old, new, state, to)
        after = DueTimes()
        if not problem:
            event = Event(
                EventType.MIGRATE, max(moment.now(), state.last_at or moment.now()), "", row.step, row.visit,
                detail={"to_sop": new.sha, "to_step": to},
            )  # fmt: skip
            try:
                moved = case_clock.advance(new, state, stays, event)
                after = case_clock.due_times(clock, new, moved, stays)
            except IllegalMove as error:
                problem = str(error)
        found.append(_row(row, old, new, to, problem, before, after))
    return found


def _row(row: CaseRow, old: Sop, new: Sop, to: str, problem: str, before: DueTimes, after: DueTimes) -> Preview:
    ahead = skipped(old, new, to) if to and not problem else ()
    return Preview(
        case_id=row.id or 0,
        number=row.number,
        subject=row.subject,
        opd_code=row.opd_code,
        seq=row.seq,
        from_sha=row.sop_sha,
        step=row.step,
        step_words=f"{row.step}. {old.step(row.step).activity}",
        to_step=to,
        to_words=f"{to}. {new.step(to).activity}" if to in {s.no for s in new.steps} else "",
        skipped=tuple(f"{step.no}. {step.activity}" for step in ahead),
        due_before=before.step,
        due_after=after.step,
        end_before=before.sop,
        end_after=after.sop,
        problem=problem,
    )


def _problem(row: CaseRow, old: Sop, new: Sop, state: CaseState, to: str) -> str:
    """Why a case cannot go there; empty when it can. The engine checks less: these would leave a case stuck."""
    if not to:
        return _("Langkah {no} tidak punya padanan pada versi baru; pilih langkah tujuannya.").format(no=row.step)
    if to == END or to not in {step.no for step in new.steps}:
        return _("Langkah {no} tidak ada pada versi baru.").format(no=to)
    inside = set(new.fan_out.steps) if new.fan_out else set()
    if state.child:
        return "" if to in inside else _("Perkara OPD hanya dapat dipindah di dalam cabang per OPD.")
    if state.status is CaseStatus.WAITING_CHILDREN:
        first = new.fan_out.steps[0] if new.fan_out else ""
        return "" if to == first == row.step else _("Perkara sedang menunggu OPD; pindahkan setelah bergabung.")
    if to in inside:
        return _("Perkara ini belum bercabang per OPD dan tidak dapat dipindah ke dalam cabang.")
    if state.status is CaseStatus.PAUSED and to != row.step:
        return _("Perkara sedang dijeda. Lanjutkan dulu sebelum memindahkannya.")
    return ""


def migrate_all(previews: Iterable[Preview], *, to_sha: str, by: Person, idem: str, note: str = "") -> list[Moved]:
    """Migrate each case in a transaction of its own; a case that moved meanwhile or is refused leaves the others be.

    ``idem`` is one key for the whole act; pressing twice moves nothing twice. Opens its own transactions.
    """
    done = []
    for item in previews:
        if item.problem:
            done.append(Moved(item.case_id, item.number, item.problem))
            continue
        try:
            with database.writing() as session:
                track.migrate(
                    session, case_id=item.case_id, seen_seq=item.seq, by=by, idem=f"{idem}:{item.case_id}",
                    to_sop=to_sha, to_step=item.to_step, note=note,
                )  # fmt: skip
            done.append(Moved(item.case_id, item.number))
        except WorkbenchError as error:
            done.append(Moved(item.case_id, item.number, str(error)))
    return done
