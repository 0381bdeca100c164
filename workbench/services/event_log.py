"""The whole event log for mining tools, streamed from the tracker's database (never from the mart)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import select
from sqlmodel import Session, col

from workbench.domain import xes
from workbench.domain.xes import LogLine
from workbench.services import casework, office_clock
from workbench.storage.tables import CaseRow, EventRow

_PORTION = 5_000


def lines(session: Session, *, persons: bool = False, sop_id: str = "") -> Iterator[LogLine]:
    """Every event by case and seq, with the step's text of the version it ran under; user names only on request."""
    case, event = CaseRow, EventRow
    query = (
        select(
            col(case.number), col(case.sop_id), col(case.opd_code), col(event.seq), col(event.type), col(event.step),
            col(event.visit), col(event.outcome), col(event.lane), col(event.actor), col(event.at), col(event.sop_sha),
        )
        .join(CaseRow, col(case.id) == col(event.case_id))
        .order_by(col(event.case_id), col(event.seq))
    )  # fmt: skip
    if sop_id:
        query = query.where(col(case.sop_id) == sop_id)
    activities: dict[tuple[str, str], str] = {}
    zone = office_clock.zone()
    for row in session.execute(query.execution_options(yield_per=_PORTION)):
        number, sop, opd, seq, kind, step, visit, outcome, lane, actor, at, sha = row
        key = (sha, step)
        if key not in activities:
            known = {s.no: s.activity for s in casework.sop_of(session, sha).steps}
            activities |= {(sha, no): activity for no, activity in known.items()}
            activities.setdefault(key, "")
        yield LogLine(
            number, sop, opd, seq, kind, step, activities[key], visit, outcome, lane, actor if persons else "",
            at.astimezone(zone),
        )  # fmt: skip


def write(session: Session, out: BinaryIO, *, form: str, persons: bool = False, sop_id: str = "") -> int:
    """Write the log as ``csv``, ``xes`` or ``xes.gz``; returns the number of events. ValueError for another form."""
    writers = {"csv": xes.write_csv, "xes": xes.write_xes, "xes.gz": xes.write_xes_gz}
    if form not in writers:
        raise ValueError(f"an event log is written as {', '.join(writers)}, not {form}")
    return writers[form](lines(session, persons=persons, sop_id=sop_id), out)
