"""The tracker's tables. Rows never leave the storage layer: services hand plain values outward.

Times are aware UTC. A case's row is a projection of its events; ``event`` and ``audit_entry`` are append-only
(database triggers refuse UPDATE and DELETE) and carry a hash chain each. SQLModel does not validate ``table=True``
rows, so values are checked in the domain before a row is built.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python on every database; SQLite, which has no zones, keeps naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time was about to be stored; times are aware UTC")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def utc_column(*, nullable: bool = False, index: bool = False) -> Any:
    """A column of aware UTC times."""
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable, index=index))


# ---------------------------------------------------------------- people


class OpdRow(SQLModel, table=True):
    """An agency; one of them is the walidata office itself."""

    __tablename__ = "opd"
    code: str = Field(primary_key=True)
    name: str
    short_name: str = ""
    sector: str = ""
    is_walidata: bool = False


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(unique=True, index=True)
    name: str
    employee_number: str = ""
    email: str = ""
    password_hash: str = ""
    active: bool = True
    language: str = "id"
    created_at: datetime = utc_column()


class AssignmentRow(SQLModel, table=True):
    """A post held from a day to a day: definitif, Plt or Plh."""

    __tablename__ = "assignment"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str = Field(index=True)
    title: str
    opd_code: str = Field(foreign_key="opd.code")
    capacity: str
    valid_from: date
    valid_to: date | None = None
    letter_number: str = ""


class LoginSessionRow(SQLModel, table=True):
    """An opaque session; only the SHA-256 of the cookie is kept."""

    __tablename__ = "login_session"
    token_sha256: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    created_at: datetime = utc_column()
    seen_at: datetime = utc_column()
    expires_at: datetime = utc_column()


class SetupTokenRow(SQLModel, table=True):
    """A one-time link to set a password; only its SHA-256 is kept."""

    __tablename__ = "setup_token"
    token_sha256: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    created_at: datetime = utc_column()
    expires_at: datetime = utc_column()
    used_at: datetime | None = utc_column(nullable=True)


class LoginFailureRow(SQLModel, table=True):
    __tablename__ = "login_failure"
    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(index=True)
    address: str = Field(index=True)
    at: datetime = utc_column(index=True)


class AuditEntryRow(SQLModel, table=True):
    """Decisions and facts that belong to no case: people, assignments, receipts, returns, logins of note."""

    __tablename__ = "audit_entry"
    seq: int = Field(primary_key=True)
    at: datetime = utc_column()
    actor: str
    act: str = Field(index=True)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    prev: str
    hash: str


class ChainHeadRow(SQLModel, table=True):
    """The newest link of a hash chain (``event`` or ``audit``)."""

    __tablename__ = "chain_head"
    chain: str = Field(primary_key=True)
    seq: int
    hash: str


# ---------------------------------------------------------------- calendar


class CalendarVersionRow(SQLModel, table=True):
    """One version of the office's calendar, whole; open clocks use the newest, closed verdicts keep theirs."""

    __tablename__ = "calendar_version"
    sha: str = Field(primary_key=True)
    calendar_id: str = Field(index=True)
    version: int
    legal_basis: str = ""
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = utc_column()
    created_by: str = ""

    __table_args__ = (UniqueConstraint("calendar_id", "version"),)


# ---------------------------------------------------------------- cases


class SopVersionRow(SQLModel, table=True):
    __tablename__ = "sop_version"
    sha: str = Field(primary_key=True)
    sop_id: str = Field(index=True)
    version: str
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    effective_from: date
    status: str = "in_force"  # draft | in_force | withdrawn
    approved_by: str = ""
    created_at: datetime = utc_column()


class CaseRow(SQLModel, table=True):
    """A projection of the case's events, guarded by ``seq``."""

    __tablename__ = "sop_case"
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, index=True)
    tracking_code: str = Field(unique=True)
    sop_id: str = Field(index=True)
    sop_sha: str = Field(foreign_key="sop_version.sha")
    subject: str
    requester: str = ""
    dataset_id: str = ""
    period: str = ""
    opd_code: str = Field(default="", index=True)
    parent_id: int | None = Field(default=None, foreign_key="sop_case.id", index=True)
    calendar_id: str = "office"
    seq: int = 0
    status: str = Field(index=True)
    step: str = ""
    visit: int = 0
    lane: str = ""
    role: str = Field(default="", index=True)
    assignee: str = ""
    taken_by: str = ""
    opened_at: datetime = utc_column()
    available_at: datetime | None = utc_column(nullable=True)
    warn_at: datetime | None = utc_column(nullable=True)
    due_at: datetime | None = utc_column(nullable=True, index=True)
    sop_due_at: datetime | None = utc_column(nullable=True)
    legal_due_at: datetime | None = utc_column(nullable=True)
    closed_at: datetime | None = utc_column(nullable=True)

    __table_args__ = (Index("ix_case_inbox", "status", "role", "due_at"),)


class EventRow(SQLModel, table=True):
    """One fact about a case; append-only, chained by hash."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="sop_case.id", index=True)
    seq: int
    idem: str = Field(unique=True)
    type: str = Field(index=True)
    step: str = ""
    visit: int = 0
    outcome: str = ""
    lane: str = ""
    actor: str = ""
    capacity: str = ""
    note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    evidence_kind: str = ""
    evidence_ref: str = ""
    evidence_sha256: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    at: datetime = utc_column(index=True)
    sop_sha: str
    calendar_sha: str = ""
    prev: str
    hash: str

    __table_args__ = (UniqueConstraint("case_id", "seq"),)


class VisitRow(SQLModel, table=True):
    """One stay of a case at a step, with its clock; derived from events, rebuildable, frozen once closed."""

    __tablename__ = "visit"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="sop_case.id", index=True)
    sop_id: str = Field(index=True)
    step: str
    visit: int
    lane: str
    holder_role: str
    outcome: str = ""
    actor: str = ""
    available_at: datetime = utc_column()
    taken_at: datetime | None = utc_column(nullable=True)
    done_at: datetime | None = utc_column(nullable=True)
    due_at: datetime | None = utc_column(nullable=True)
    verdict: str = ""  # on_time | breached, set when done
    calendar_sha: str = ""
    working_seconds: int = 0
    waiting_seconds: int = 0
    paused_seconds: int = 0

    __table_args__ = (UniqueConstraint("case_id", "step", "visit"),)


# ---------------------------------------------------------------- collection and processing


class FileRow(SQLModel, table=True):
    """A stored file, byte for byte; ``sha256`` is its address in the store."""

    __tablename__ = "stored_file"
    sha256: str = Field(primary_key=True)
    size: int
    media_type: str = ""
    stored_at: datetime = utc_column()


class SubmissionRow(SQLModel, table=True):
    """One file an OPD sent for one dataset and period; a return brings a new submission (``round`` + 1)."""

    __tablename__ = "submission"
    id: int | None = Field(default=None, primary_key=True)
    receipt: str = Field(unique=True)
    dataset_id: str = Field(index=True)
    period: str
    opd_code: str = Field(foreign_key="opd.code", index=True)
    round: int = 1
    file_sha256: str = Field(foreign_key="stored_file.sha256")
    file_name: str
    received_at: datetime = utc_column()
    received_from: str
    case_id: int | None = Field(default=None, foreign_key="sop_case.id", index=True)
    status: str = Field(index=True)  # received | checked | unreadable | returned | accepted
    reading_sha256: str = ""
    recipe_sha256: str = ""
    return_note: str = ""
    returned_cells: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class FindingRow(SQLModel, table=True):
    """A finding on a submission, with what was decided about it."""

    __tablename__ = "finding"
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    code: str
    rule: str = ""
    severity: str
    sheet: str = ""
    cell: str = ""
    message: str
    proposed: float | None = None
    reason: str = ""  # why a warning is accepted as it is
    decided_by: str = ""


class RecipeRow(SQLModel, table=True):
    """A version of a dataset's recipe; the YAML text itself is the memory."""

    __tablename__ = "recipe"
    sha256: str = Field(primary_key=True)
    dataset_id: str = Field(index=True)
    version: int
    body: str = Field(sa_column=Column(Text, nullable=False))
    author: str
    created_at: datetime = utc_column()
    reason: str = ""

    __table_args__ = (UniqueConstraint("dataset_id", "version"),)


class DatasetVersionRow(SQLModel, table=True):
    """An accepted, immutable version of a dataset for a period: Parquet plus manifest, addressed by SHA-256."""

    __tablename__ = "dataset_version"
    id: int | None = Field(default=None, primary_key=True)
    dataset_id: str = Field(index=True)
    period: str
    version: int
    submission_id: int = Field(foreign_key="submission.id")
    recipe_sha256: str
    parquet_sha256: str
    path: str
    rows: int
    accepted_by: str
    accepted_at: datetime = utc_column()
    note: str = ""

    __table_args__ = (UniqueConstraint("dataset_id", "period", "version"),)


# ---------------------------------------------------------------- dissemination and jobs


class EditionRow(SQLModel, table=True):
    """A frozen edition: Parquet tables and a manifest that nothing edits any more."""

    __tablename__ = "edition"
    id: str = Field(primary_key=True)  # e.g. "2025-1"
    title: str
    year: str
    folder: str
    manifest_sha256: str
    created_by: str
    created_at: datetime = utc_column()


class JobRow(SQLModel, table=True):
    """Work for the worker process: claimed atomically, alive by heartbeat, run in a child process."""

    __tablename__ = "job"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    spec: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    idem: str = Field(unique=True)
    state: str = Field(index=True)  # queued | running | done | failed
    progress: float = 0.0
    step: str = ""
    claimed_by: str = ""
    heartbeat_at: datetime | None = utc_column(nullable=True)
    attempts: int = 0
    error: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    requested_by: str = ""
    created_at: datetime = utc_column()
    started_at: datetime | None = utc_column(nullable=True)
    finished_at: datetime | None = utc_column(nullable=True)


class DraftRow(SQLModel, table=True):
    """A rendered draft; the PDF, the book and the executed notebook are files of the content store."""

    __tablename__ = "draft"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)  # yearbook | infographic | …
    edition_id: str = Field(foreign_key="edition.id", index=True)
    case_id: int | None = Field(default=None, foreign_key="sop_case.id", index=True)
    round: int = 1
    pdf_sha256: str
    book_sha256: str
    notebook_sha256: str
    manifest: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    pages: int = 0
    job_id: int | None = Field(default=None, foreign_key="job.id")
    status: str = "submitted"  # submitted | returned | approved | released
    rendered_at: datetime = utc_column()
    requested_by: str = ""


class ReleaseRow(SQLModel, table=True):
    """A published edition: the approved bytes, where and when."""

    __tablename__ = "release"
    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id")
    sha256: str
    target: str
    released_by: str
    released_at: datetime = utc_column()


class CacheBlobRow(SQLModel, table=True):
    """Small derived results (readings) that may be thrown away and made again; keyed by content."""

    __tablename__ = "cache_blob"
    key: str = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = utc_column()
