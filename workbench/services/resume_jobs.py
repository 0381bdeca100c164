"""The monthly resume asked for on screen: a job of the worker, whose PDF and XLSX the office keeps and opens again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from workbench.domain.errors import Refused
from workbench.domain.people import Person
from workbench.i18n import _, language
from workbench.services import office_clock, resume, rights
from workbench.services.letter_papers import PDF, XLSX
from workbench.storage import audit_log, files, jobs
from workbench.storage import letters as store
from workbench.storage.jobs import Job, JobState
from workbench.storage.tables import JobRow

JOB_KIND = "resume"
KEPT_AS = "resume"
MONTHS = 18
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Made:
    """A resume that was asked for: addresses of its papers once it is ``done``, the sentence where it failed."""

    month: date
    state: JobState
    progress: float
    step: str
    error: str
    asked_at: datetime
    asked_by: str
    pdf: str
    xlsx: str

    @property
    def running(self) -> bool:
        """Is somebody still to wait for it?"""
        return self.state in (JobState.QUEUED, JobState.RUNNING)


def months() -> list[date]:
    """Months to choose from: this one and those before, newest first."""
    found, day = [], office_clock.today().replace(day=1)
    for _number in range(MONTHS):
        found.append(day)
        day = day.replace(year=day.year - 1, month=12) if day.month == 1 else day.replace(month=day.month - 1)
    return found


def request(session: Session, *, by: Person, month: date, idem: str) -> int:
    """Queue the resume of a month, in the language of who asks; the same key again gives the same job."""
    actor = rights.office_member(session, by)
    if month > office_clock.today():
        raise Refused(_("Bulan itu belum dimulai."))
    spec = {"month": f"{month:%Y-%m}", "language": language()}
    return jobs.enqueue(session, kind=JOB_KIND, spec=spec, idem=idem, requested_by=actor.username)


def made(session: Session) -> list[Made]:
    """The newest resumes that were asked for, newest first."""
    query = select(JobRow).where(JobRow.kind == JOB_KIND).order_by(col(JobRow.id).desc()).limit(_SHOWN)
    return [
        Made(
            resume.month_of(str(row.spec["month"])), JobState(row.state), min(1.0, max(0.0, row.progress)), row.step,
            row.error.strip().splitlines()[0] if row.error.strip() else "", row.created_at, row.requested_by,
            str(row.result.get("pdf", "")), str(row.result.get("xlsx", "")),
        )
        for row in session.exec(query)
    ]  # fmt: skip


def keep(session: Session, job: Job, papers: resume.ResumeFiles, frozen: Path) -> dict[str, Any]:
    """Keep the papers of a rendered resume for the office, in the job's last transaction; returns its result."""
    result: dict[str, Any] = {"month": job.spec["month"], "anchor": resume.anchor_of(frozen / "manifest.json")}
    for ending, path, media in (("pdf", papers.pdf, PDF), ("xlsx", papers.xlsx, XLSX)):
        stored = files.put(path.read_bytes(), media)
        files.record(session, stored)
        name = f"resume-{job.spec['month']}.{ending}"
        store.add_file(
            session, letter_id=None, sha256=stored.sha256, name=name, kind=KEPT_AS, added_by=job.requested_by
        )
        result[ending] = stored.sha256
    audit_log.append(session, job.requested_by, "resume.render", result)
    return result
