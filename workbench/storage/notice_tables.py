"""Tables of warnings: what was said about which stay, to whom, the mail that carries it, and views people saved.

The uniqueness of ``warning`` is what makes a warning happen once, whatever is killed or started twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from workbench.storage.tables import utc_column


class WarningRow(SQLModel, table=True):
    """One threshold that one stay of a case crossed; the law's clock belongs to the case (step "", visit 0)."""

    __tablename__ = "warning"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="sop_case.id")
    step: str = ""
    visit: int = 0
    threshold: str
    due_at: datetime = utc_column()
    at: datetime = utc_column()

    __table_args__ = (UniqueConstraint("case_id", "step", "visit", "threshold"),)


class MailRow(SQLModel, table=True):
    """A letter of the outbox: written in the transaction that has something to say, sent afterwards."""

    __tablename__ = "mail"
    id: int | None = Field(default=None, primary_key=True)
    idem: str = Field(unique=True)
    kind: str  # warning | digest
    person_id: int = Field(foreign_key="person.id", index=True)
    address: str
    subject: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    state: str  # queued | sending | sent | failed
    attempts: int = 0
    created_at: datetime = utc_column()
    next_at: datetime = utc_column()
    claimed_at: datetime | None = utc_column(nullable=True)
    sent_at: datetime | None = utc_column(nullable=True)
    error: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))

    __table_args__ = (Index("ix_mail_outbox", "state", "next_at"),)


class NoticeRow(SQLModel, table=True):
    """A warning as one person sees it; ``mail_id`` is the letter that also carried it."""

    __tablename__ = "notice"
    id: int | None = Field(default=None, primary_key=True)
    warning_id: int = Field(foreign_key="warning.id")
    person_id: int = Field(foreign_key="person.id")
    mail_id: int | None = Field(default=None, foreign_key="mail.id")
    read_at: datetime | None = utc_column(nullable=True)

    __table_args__ = (
        UniqueConstraint("warning_id", "person_id"),
        Index("ix_notice_person", "person_id", "read_at"),
    )


class SweepMarkRow(SQLModel, table=True):
    """How far a repeated task has come: the newest time it has seen, or the newest number."""

    __tablename__ = "sweep_mark"
    name: str = Field(primary_key=True)
    at: datetime = utc_column()
    number: int = 0


class CaseNotesRow(SQLModel, table=True):
    """All notes of a case in lower case, for searching; derived from the events, which never change."""

    __tablename__ = "case_notes"
    case_id: int = Field(primary_key=True, foreign_key="sop_case.id")
    body: str = Field(sa_column=Column(Text, nullable=False))


class SavedViewRow(SQLModel, table=True):
    """The filters of a page under a name that one person gave them."""

    __tablename__ = "saved_view"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    page: str
    name: str
    filters: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    saved_at: datetime = utc_column()

    __table_args__ = (UniqueConstraint("person_id", "page", "name"),)
