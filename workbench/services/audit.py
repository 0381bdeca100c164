"""Is the history whole? Chains, gapless numbers, and every stored state against the fold of its events."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from workbench.domain import case_clock
from workbench.domain.calendar import from_document
from workbench.domain.case_clock import Stay
from workbench.domain.engine import CaseState
from workbench.domain.errors import WorkbenchError
from workbench.services import casework
from workbench.storage import audit_log, calendars, canonical, casebook, chain_head, letters
from workbench.storage.audit_log import Anchor
from workbench.storage.tables import AuditEntryRow, CalendarVersionRow, CaseRow, EventRow, SopVersionRow, VisitRow

_ANCHOR = re.compile(r"(event|audit):(\d+):([0-9a-f]{8,64})")


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what is wrong, one sentence each. The anchors, kept elsewhere, prove this history later."""

    cases: int
    events: int
    entries: int
    event_anchor: Anchor
    audit_anchor: Anchor
    problems: tuple[str, ...]


@dataclass
class _Fold:
    """One case while its events are read."""

    count: int = 0
    state: CaseState | None = None
    stays: list[Stay] = field(default_factory=list)
    start: EventRow | None = None
    sop_sha: str = ""
    broken: bool = False


def verify(session: Session, anchors: tuple[str, ...] = ()) -> Report:
    """Check everything; reads every event once. ``anchors`` are texts such as ``event:1204:9f86d081…``, printed or
    mailed earlier: the history must still contain them."""
    problems: list[str] = []
    folds, count, head = _events(session, problems)
    cases = _projections(session, folds, problems)
    _versions(session, problems)
    problems += audit_log.verify(session)
    problems += letters.problems(session)
    audit_head = audit_log.head(session)
    for text in anchors:
        problems += _anchor_problem(session, text)
    return Report(cases, count, audit_head.seq, head, audit_head, tuple(problems))


def anchor_text(kind: str, anchor: Anchor) -> str:
    """An anchor as one word to print: ``event:1204:9f86d081…`` (whole hash)."""
    return f"{kind}:{anchor.seq}:{anchor.hash}"


def _events(session: Session, problems: list[str]) -> tuple[dict[int, _Fold], int, Anchor]:
    folds: dict[int, _Fold] = {}
    count, prev, expected = 0, canonical.GENESIS, 0
    for row in casebook.all_events(session):
        count += 1
        expected += 1
        if row.id != expected:
            problems.append(f"event: {expected} is missing (next is {row.id})")
            expected = row.id or 0
        if row.prev != prev:
            problems.append(f"event {row.id}: does not follow the event before it")
        prev = row.hash
        try:
            sound = row.hash == casebook.seal(row)
        except (TypeError, ValueError):
            sound = False
        if not sound:
            problems.append(f"event {row.id}: was changed after it was written (case {row.case_id})")
        _replay(session, folds.setdefault(row.case_id, _Fold()), row, problems)
    problems += chain_head.problems(session, chain_head.EVENTS, expected, prev)
    return folds, count, Anchor(expected, prev)


def _replay(session: Session, fold: _Fold, row: EventRow, problems: list[str]) -> None:
    fold.count += 1
    fold.sop_sha = row.sop_sha
    fold.start = fold.start or row
    if row.seq != fold.count:
        problems.append(f"case {row.case_id}: event {fold.count} is missing (next is {row.seq})")
        fold.count = row.seq
    if fold.broken:
        return
    try:
        sop = casebook.sop_of(session, row.sop_sha)
        fold.state = case_clock.advance(sop, fold.state, fold.stays, casebook.to_event(row))
    except (WorkbenchError, KeyError, ValueError) as error:
        fold.broken = True
        problems.append(f"case {row.case_id}: event {row.seq} cannot have happened ({error})")


def _projections(session: Session, folds: dict[int, _Fold], problems: list[str]) -> int:
    rows = session.exec(select(CaseRow).order_by(col(CaseRow.id))).all()
    visits: dict[int, dict[tuple[str, int], VisitRow]] = {}
    for visit in session.exec(select(VisitRow)):
        visits.setdefault(visit.case_id, {})[(visit.step, visit.visit)] = visit
    for row in rows:
        fold = folds.pop(row.id or 0, None)
        if fold is None:
            problems.append(f"case {row.id} ({row.number}): has no events")
            continue
        if fold.broken or fold.state is None or fold.start is None:
            continue
        wanted = {
            **casework.projection(casebook.sop_of(session, fold.sop_sha), fold.state),
            "seq": fold.count,
            "sop_sha": fold.sop_sha,
            **{name: fold.start.detail.get(name) for name in _FIXED},
        }
        for name, value in wanted.items():
            if getattr(row, name) != value:
                problems.append(
                    f"case {row.id} ({row.number}): {name} is {getattr(row, name)!r}, its events say {value!r}"
                )
        if fold.start.detail.get("parent_id", "") != str(row.parent_id or ""):
            problems.append(f"case {row.id} ({row.number}): its parent is not the one it was opened under")
        _stays(row, fold.stays, visits.get(row.id or 0, {}), problems)
    problems += [f"case {case_id}: has events but no row" for case_id in folds]
    return len(rows)


_FIXED = ("number", "tracking_code", "sop_id", "subject", "requester", "dataset_id", "period", "opd_code")


def _stays(row: CaseRow, stays: list[Stay], visits: dict[tuple[str, int], VisitRow], problems: list[str]) -> None:
    """The times of every stay; verdicts are not computed anew, because they are frozen with their calendar."""
    if set(visits) != {(stay.step, stay.visit) for stay in stays}:
        problems.append(f"case {row.id} ({row.number}): its stays are not those of its events")
        return
    for stay in stays:
        visit = visits[(stay.step, stay.visit)]
        kept = (visit.available_at, visit.taken_at, visit.done_at)
        if kept != (stay.available_at, stay.taken_at, stay.done_at):
            problems.append(f"case {row.id} ({row.number}): times of step {stay.step} differ from its events")


def _versions(session: Session, problems: list[str]) -> None:
    """A SOP or calendar version is named by its content; content that was changed no longer fits its name."""
    for sop in session.exec(select(SopVersionRow)):
        if canonical.sha256(sop.body) != sop.sha:
            problems.append(f"sop_version {sop.sha[:12]} ({sop.sop_id}): was changed after it was approved")
    for calendar in session.exec(select(CalendarVersionRow).where(CalendarVersionRow.calendar_id == calendars.OFFICE)):
        try:
            sound = from_document(calendar.body).sha == calendar.sha
        except WorkbenchError:
            sound = False
        if not sound:
            problems.append(f"calendar_version {calendar.version}: was changed after it was stored")


def _anchor_problem(session: Session, text: str) -> list[str]:
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        return [f"{text}: is no anchor (event:NUMBER:HASH or audit:NUMBER:HASH)"]
    kind, number, wanted = found[1], int(found[2]), found[3]
    row: EventRow | AuditEntryRow | None
    row = session.get(EventRow, number) if kind == "event" else session.get(AuditEntryRow, number)
    if row is None or not row.hash.startswith(wanted):
        return [f"{text}: the history no longer contains this anchor"]
    return []
