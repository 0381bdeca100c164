"""Cases and their events as rows: reading, appending, sealing. The rules are in ``services.casework``.

All events of all cases form one chain in the order they were written (``id`` 1, 2, 3 … without gaps), so the seal of
any later event proves every earlier one, and a case cannot disappear without leaving a hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.engine import Event, EventType, Evidence
from workbench.domain.errors import NotFound
from workbench.domain.sop import EvidenceKind, Sop
from workbench.i18n import _
from workbench.storage import canonical, chain_head, sop_document
from workbench.storage.database import require_writing
from workbench.storage.tables import CaseRow, EventRow, SopVersionRow, VisitRow

# The order is part of the seal: never change it, only add at the end together with a new seal version.
_SEALED = (
    "id", "case_id", "seq", "idem", "type", "step", "visit", "outcome", "lane", "actor", "capacity", "note",
    "evidence_kind", "evidence_ref", "evidence_sha256", "detail", "at", "sop_sha", "calendar_sha", "prev",
)  # fmt: skip


# ---------------------------------------------------------------- SOP versions

# A version is named by its content, so a parsed one is right for ever.
_parsed: dict[str, Sop] = {}


def sop_of(session: Session, sha: str) -> Sop:
    """The SOP version with this SHA-256, parsed once per process; ``NotFound`` when it was never stored."""
    if sha not in _parsed:
        row = session.get(SopVersionRow, sha)
        if row is None:
            raise NotFound(_("Versi SOP ini tidak tersimpan."))
        _parsed[sha] = sop_document.from_document(row.body)
    return _parsed[sha]


def store_sop(session: Session, sop: Sop, *, effective_from: date, approved_by: str) -> bool:
    """Keep a version; False when it is known."""
    require_writing(session)
    if session.get(SopVersionRow, sop.sha) is not None:
        return False
    session.add(
        SopVersionRow(
            sha=sop.sha,
            sop_id=sop.id,
            version=sop.version,
            body=sop_document.to_document(sop),
            effective_from=effective_from,
            approved_by=approved_by,
            created_at=moment.now(),
        )
    )
    session.flush()
    return True


def sop_versions(session: Session, sop_id: str = "") -> list[SopVersionRow]:
    """Versions in force or withdrawn, those that hold last first."""
    query = select(SopVersionRow).order_by(
        SopVersionRow.sop_id, col(SopVersionRow.effective_from).desc(), col(SopVersionRow.created_at).desc()
    )
    return list(session.exec(query.where(SopVersionRow.sop_id == sop_id) if sop_id else query))


# ---------------------------------------------------------------- events


def to_event(row: EventRow) -> Event:
    """The fact a row holds."""
    evidence = None
    if row.evidence_kind:
        evidence = Evidence(EvidenceKind(row.evidence_kind), row.evidence_ref, row.evidence_sha256)
    return Event(
        EventType(row.type),
        row.at,
        row.actor,
        row.step,
        row.visit,
        row.outcome,
        row.lane,
        row.capacity,
        row.note,
        evidence,
        row.detail,
    )


def seal(row: EventRow) -> str:
    """The hash of everything a row says, and of the event before it."""
    return canonical.sha256([getattr(row, name) for name in _SEALED])


def head(session: Session) -> tuple[int, str]:
    """(number, seal) of the newest event of all; (0, zeros) before the first."""
    last = session.exec(select(EventRow.id, EventRow.hash).order_by(col(EventRow.id).desc()).limit(1)).first()
    return (last[0] or 0, last[1]) if last else (0, canonical.GENESIS)


def add_event(
    session: Session, *, case_id: int, seq: int, idem: str, event: Event, sop_sha: str, calendar_sha: str
) -> None:
    """Write an event at the end of the chain, in the caller's ``writing()`` transaction."""
    require_writing(session)
    last_id, prev = head(session)
    evidence = event.evidence
    row = EventRow(
        id=last_id + 1,
        case_id=case_id,
        seq=seq,
        idem=idem,
        type=event.type.value,
        step=event.step,
        visit=event.visit,
        outcome=event.outcome,
        lane=event.lane,
        actor=event.actor,
        capacity=event.capacity,
        note=event.note,
        evidence_kind=evidence.kind.value if evidence else "",
        evidence_ref=evidence.ref if evidence else "",
        evidence_sha256=evidence.sha256 if evidence else "",
        detail=dict(event.detail),
        at=event.at,
        sop_sha=sop_sha,
        calendar_sha=calendar_sha,
        prev=prev,
        hash="",
    )
    row.hash = seal(row)
    session.add(row)
    chain_head.advance(session, chain_head.EVENTS, last_id + 1, prev, row.hash)
    session.flush()


def events(session: Session, case_id: int, *, after: int = 0) -> list[EventRow]:
    """The events of a case in order, those after a sequence number."""
    query = select(EventRow).where(EventRow.case_id == case_id, EventRow.seq > after).order_by(col(EventRow.seq))
    return list(session.exec(query))


def events_of(session: Session, case_ids: Iterable[int]) -> dict[int, list[EventRow]]:
    """Events by case, in order; in a few queries for any number of cases."""
    found: dict[int, list[EventRow]] = {}
    ids = sorted(case_ids)
    for start in range(0, len(ids), 500):
        query = select(EventRow).where(col(EventRow.case_id).in_(ids[start : start + 500]))
        for row in session.exec(query.order_by(col(EventRow.case_id), col(EventRow.seq))):
            found.setdefault(row.case_id, []).append(row)
    return found


def all_events(session: Session) -> Iterator[EventRow]:
    """Every event in the order of the chain, a thousand at a time."""
    last = -1
    while True:
        rows = session.exec(
            select(EventRow).where(col(EventRow.id) > last).order_by(col(EventRow.id)).limit(1000)
        ).all()
        if not rows:
            return
        for row in rows:
            last = row.id or 0
            yield row
            session.expunge(row)


def by_idem(session: Session, idem: str) -> EventRow | None:
    """The event that an idempotency key already made."""
    return session.exec(select(EventRow).where(EventRow.idem == idem)).first()


# ---------------------------------------------------------------- cases


def case_row(session: Session, case_id: int) -> CaseRow:
    """The case as it is in the database now; ``NotFound`` when there is none."""
    row = session.get(CaseRow, case_id, populate_existing=True)
    if row is None:
        raise NotFound(_("Perkara tidak ditemukan."))
    return row


def move(session: Session, case_id: int, seen_seq: int, values: Mapping[str, Any]) -> bool:
    """Change the projection if nobody has since ``seen_seq``; False means that somebody was first."""
    changed = session.connection().execute(
        update(CaseRow).where(col(CaseRow.id) == case_id, col(CaseRow.seq) == seen_seq).values(**values)
    )
    return changed.rowcount == 1


def next_number(session: Session, year: int) -> str:
    """The next case number of a year, ``2026/000123``; gap-free because it is given inside ``writing()``."""
    require_writing(session)
    highest = session.exec(select(func.max(CaseRow.number)).where(col(CaseRow.number).like(f"{year}/______"))).one()
    return f"{year}/{int(highest.split('/')[1]) + 1 if highest else 1:06d}"


def tracking_code_used(session: Session, code: str) -> bool:
    """Is this code taken?"""
    return session.exec(select(CaseRow.id).where(CaseRow.tracking_code == code)).first() is not None


def case_by_code(session: Session, code: str) -> CaseRow | None:
    """The case with a tracking code, or None."""
    return session.exec(select(CaseRow).where(CaseRow.tracking_code == code)).first()


def children(session: Session, parent_id: int) -> list[CaseRow]:
    """The child cases of a case, in the order they were opened."""
    query = select(CaseRow).where(CaseRow.parent_id == parent_id).order_by(col(CaseRow.id))
    return list(session.exec(query.execution_options(populate_existing=True)))


def visits(session: Session, case_id: int) -> dict[tuple[str, int], VisitRow]:
    """The stays of a case by step and visit."""
    query = select(VisitRow).where(VisitRow.case_id == case_id).order_by(col(VisitRow.id))
    return {(row.step, row.visit): row for row in session.exec(query)}


def unsettled_cases(session: Session) -> list[CaseRow]:
    """Cases that are not ended, and ended ones with a stay that no calendar has judged yet."""
    unjudged = select(VisitRow.case_id).where(col(VisitRow.done_at).is_not(None), VisitRow.calendar_sha == "")
    running = col(CaseRow.status).in_(["open", "paused", "waiting_children"])
    query = select(CaseRow).where(running | col(CaseRow.id).in_(unjudged)).order_by(col(CaseRow.id))
    return list(session.exec(query.execution_options(populate_existing=True)))
