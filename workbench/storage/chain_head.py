"""How far each hash chain had come: a chain alone does not show that its end was cut off.

The head is written in the same transaction as the event or entry it names. Whoever can rewrite every table can rewrite
this one as well; against that stand the anchors that were printed, mailed or taken along in a backup.
"""

from __future__ import annotations

from sqlmodel import Session

from workbench.storage.database import require_writing
from workbench.storage.tables import ChainHeadRow

EVENTS = "event"
AUDIT = "audit"


def advance(session: Session, chain: str, seq: int, prev: str, digest: str) -> None:
    """The chain got one more link; in the caller's ``writing()`` transaction.

    A head that is not the link before stays where it is: what was cut off must not be forgotten with the next decision.
    """
    require_writing(session)
    row = session.get(ChainHeadRow, chain)
    if row is None:
        if seq == 1:
            session.add(ChainHeadRow(chain=chain, seq=seq, hash=digest))
    elif (row.seq, row.hash) == (seq - 1, prev):
        row.seq, row.hash = seq, digest


def problems(session: Session, chain: str, seq: int, digest: str) -> list[str]:
    """What is wrong when the chain, as it was read, ends with this number and hash; empty when it is whole."""
    row = session.get(ChainHeadRow, chain, populate_existing=True)
    if row is None:
        return [f"{chain}: the chain has {seq} links, but its head was removed"] if seq else []
    if (row.seq, row.hash) != (seq, digest):
        return [f"{chain}: the chain ends with {seq} ({digest[:12]}), but it had come to {row.seq} ({row.hash[:12]})"]
    return []
