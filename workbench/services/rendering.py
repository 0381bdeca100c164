"""What the workshop is doing: rendering jobs as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workbench.services.disseminate import JOB_KIND
from workbench.storage.tables import DraftRow, JobRow

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Work:
    """One rendering job: how far it is, and the draft it made. ``progress`` is 0 to 1."""

    id: int
    edition_id: str
    case_id: int | None
    state: str
    progress: float
    step: str
    error: str
    created_at: datetime
    draft_id: int | None


def recent(session: Session) -> list[Work]:
    """The newest jobs, newest first."""
    rows = session.exec(
        select(JobRow).where(JobRow.kind == JOB_KIND).order_by(col(JobRow.id).desc()).limit(_SHOWN)
    ).all()
    made = dict(
        session.exec(
            select(DraftRow.job_id, DraftRow.id).where(col(DraftRow.job_id).in_([row.id for row in rows]))
        ).all()
    )
    return [
        Work(
            id=row.id or 0,
            edition_id=str(row.spec.get("edition_id", "")),
            case_id=row.spec.get("case_id"),
            state=row.state,
            progress=min(1.0, max(0.0, row.progress)),
            step=row.step,
            error=row.error.strip().splitlines()[0] if row.error.strip() else "",
            created_at=row.created_at,
            draft_id=made.get(row.id),
        )
        for row in rows
    ]
