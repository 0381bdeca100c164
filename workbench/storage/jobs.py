"""Jobs for the worker process: queued once per key, claimed by exactly one worker, alive by heartbeat.

A worker that falls silent loses its job to the next one. Pass ``worker`` to ``beat``, ``finish`` and ``fail``: a worker
that woke up late is then told (False) that the job is no longer its own, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from workbench import moment
from workbench.domain.errors import NotFound, Refused
from workbench.i18n import _, _n
from workbench.storage import canonical
from workbench.storage.database import require_writing
from workbench.storage.tables import JobRow

MAX_ATTEMPTS = 3


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One job as a plain value. ``progress`` runs from 0 to 1, ``step`` says in words what is being done."""

    id: int
    kind: str
    spec: Mapping[str, Any]
    idem: str
    state: JobState
    progress: float
    step: str
    claimed_by: str
    attempts: int
    error: str
    result: Mapping[str, Any]
    requested_by: str
    created_at: datetime
    heartbeat_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


def _job(row: JobRow) -> Job:
    return Job(
        row.id or 0,
        row.kind,
        row.spec,
        row.idem,
        JobState(row.state),
        row.progress,
        row.step,
        row.claimed_by,
        row.attempts,
        row.error,
        row.result,
        row.requested_by,
        row.created_at,
        row.heartbeat_at,
        row.started_at,
        row.finished_at,
    )


def enqueue(session: Session, *, kind: str, spec: Mapping[str, Any], idem: str, requested_by: str) -> int:
    """Queue a job; the same key again answers with the same job. ``Refused`` when the key meant something else."""
    require_writing(session)
    known = session.exec(select(JobRow).where(JobRow.idem == idem)).first()
    if known is not None:
        if (known.kind, canonical.text(known.spec)) != (kind, canonical.text(dict(spec))):
            raise Refused(_("Permintaan ini sudah pernah dipakai untuk pekerjaan lain. Muat ulang halaman."))
        return known.id or 0
    row = JobRow(
        kind=kind,
        spec=dict(spec),
        idem=idem,
        state=JobState.QUEUED.value,
        requested_by=requested_by,
        created_at=moment.now(),
    )
    session.add(row)
    session.flush()
    return row.id or 0


def claim(session: Session, worker: str) -> Job | None:
    """Take the oldest queued job for this worker, or None. Exactly one worker gets it."""
    require_writing(session)
    waiting = (
        select(JobRow.id).where(JobRow.state == JobState.QUEUED.value).order_by(col(JobRow.id)).limit(1)
    )  # fmt: skip
    job_id = session.exec(waiting).first()
    if job_id is None:
        return None
    now = moment.now()
    taken = session.connection().execute(
        update(JobRow)
        .where(col(JobRow.id) == job_id, col(JobRow.state) == JobState.QUEUED.value)
        .values(
            state=JobState.RUNNING.value,
            claimed_by=worker,
            attempts=JobRow.attempts + 1,
            started_at=now,
            heartbeat_at=now,
            progress=0.0,
            step="",
            error="",
        )
    )
    return get(session, job_id) if taken.rowcount == 1 else None


def _change(session: Session, job_id: int, worker: str, values: Mapping[str, Any]) -> bool:
    query = update(JobRow).where(col(JobRow.id) == job_id, col(JobRow.state) == JobState.RUNNING.value)
    if worker:
        query = query.where(col(JobRow.claimed_by) == worker)
    return session.connection().execute(query.values(**values)).rowcount == 1


def beat(session: Session, job_id: int, progress: float, step: str, *, worker: str = "") -> bool:
    """Still alive: note progress (0 to 1) and what is being done. False when the job is no longer this worker's."""
    bounded = min(max(progress, 0.0), 1.0)
    return _change(session, job_id, worker, {"progress": bounded, "step": step, "heartbeat_at": moment.now()})


def finish(session: Session, job_id: int, result: Mapping[str, Any] | None = None, *, worker: str = "") -> bool:
    """The job is done with this result. False when it is no longer this worker's: the result must be thrown away."""
    values = {"state": JobState.DONE.value, "progress": 1.0, "result": dict(result or {}), "finished_at": moment.now()}
    return _change(session, job_id, worker, values)


def fail(
    session: Session, job_id: int, error: str, *, worker: str = "", result: Mapping[str, Any] | None = None
) -> bool:
    """The job failed for good, with a sentence and what was kept (log, notebook). False when not this worker's."""
    values = {
        "state": JobState.FAILED.value,
        "error": error,
        "result": dict(result or {}),
        "finished_at": moment.now(),
    }
    return _change(session, job_id, worker, values)


def requeue_stale(session: Session, older_than: timedelta) -> list[int]:
    """Jobs whose worker has been silent that long go back to the queue; after three attempts they fail instead."""
    require_writing(session)
    silent = session.exec(
        select(JobRow.id, JobRow.attempts).where(
            JobRow.state == JobState.RUNNING.value, col(JobRow.heartbeat_at) < moment.now() - older_than
        )
    ).all()
    requeued = []
    for job_id, attempts in silent:
        if attempts >= MAX_ATTEMPTS:
            fail(session, job_id or 0, _n("Pekerjaan berhenti {n} kali tanpa kabar.", attempts).format(n=attempts))
            continue
        _change(session, job_id or 0, "", {"state": JobState.QUEUED.value, "claimed_by": "", "step": ""})
        requeued.append(job_id or 0)
    return requeued


def get(session: Session, job_id: int) -> Job:
    """One job as it is now; ``NotFound`` when there is none."""
    row = session.get(JobRow, job_id, populate_existing=True)
    if row is None:
        raise NotFound(_("Pekerjaan tidak ditemukan."))
    return _job(row)


def recent(session: Session, *, limit: int = 50, kind: str = "") -> list[Job]:
    """The newest jobs first."""
    query = select(JobRow).order_by(col(JobRow.id).desc()).limit(limit)
    if kind:
        query = query.where(JobRow.kind == kind)
    return [_job(row) for row in session.exec(query)]


def counts(session: Session) -> dict[JobState, int]:
    """How many jobs stand where."""
    found = dict(session.exec(select(JobRow.state, func.count()).group_by(JobRow.state)).all())
    return {state: found.get(state.value, 0) for state in JobState}
