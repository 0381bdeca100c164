"""The audit log of everything that belongs to no case: one chain of entries, each sealed with the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from workbench import moment
from workbench.storage import canonical, chain_head
from workbench.storage.database import require_writing
from workbench.storage.tables import AuditEntryRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: who did what, when, to what (``body``, plain JSON)."""

    seq: int
    at: datetime
    actor: str
    act: str
    body: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of a chain at a moment. Kept elsewhere (a printed footer, a mail) it proves what came before it."""

    seq: int
    hash: str


def _seal(row: AuditEntryRow) -> str:
    return canonical.sha256([row.seq, row.at, row.actor, row.act, row.body, row.prev])


def append(session: Session, actor: str, act: str, body: Mapping[str, Any] | None = None) -> int:
    """Add an entry in the caller's ``writing()`` transaction and return its number (1, 2, 3 … without gaps)."""
    require_writing(session)
    session.flush()
    last = head(session)
    row = AuditEntryRow(
        seq=last.seq + 1, at=moment.now(), actor=actor, act=act, body=dict(body or {}), prev=last.hash, hash=""
    )
    row.hash = _seal(row)
    session.add(row)
    chain_head.advance(session, chain_head.AUDIT, row.seq, row.prev, row.hash)
    session.flush()
    return row.seq


def head(session: Session) -> Anchor:
    """The newest entry's number and seal; (0, zeros) while the log is empty."""
    row = session.exec(
        select(AuditEntryRow.seq, AuditEntryRow.hash).order_by(col(AuditEntryRow.seq).desc()).limit(1)
    ).first()
    return Anchor(*row) if row else Anchor(0, canonical.GENESIS)


def verify(session: Session) -> list[str]:
    """What is wrong with the chain, one sentence each; empty when every entry is there and unchanged."""
    wrong: list[str] = []
    prev, expected = canonical.GENESIS, 0
    for row in session.exec(select(AuditEntryRow).order_by(col(AuditEntryRow.seq))):
        expected += 1
        if row.seq != expected:
            wrong.append(f"audit_entry: entry {expected} is missing (next is {row.seq})")
            expected = row.seq
        if row.prev != prev:
            wrong.append(f"audit_entry {row.seq}: does not follow the entry before it")
        if row.hash != _seal(row):
            wrong.append(f"audit_entry {row.seq}: was changed after it was written")
        prev = row.hash
    return wrong + chain_head.problems(session, chain_head.AUDIT, expected, prev)


def entries(session: Session, *, act: str = "", limit: int = 200) -> list[Entry]:
    """The newest entries first, of one kind of act or of all; ``act`` may end in ``.`` to mean a family."""
    query = select(AuditEntryRow).order_by(col(AuditEntryRow.seq).desc()).limit(limit)
    if act.endswith("."):
        query = query.where(col(AuditEntryRow.act).startswith(act, autoescape=True))
    elif act:
        query = query.where(AuditEntryRow.act == act)
    return [Entry(r.seq, r.at, r.actor, r.act, r.body, r.hash) for r in session.exec(query)]
