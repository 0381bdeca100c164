"""Tables of the agenda: letters in and out, their papers, dispositions, the counters that number them, office settings.

A number once given is never changed or deleted, a counter only goes up by one, and the acts of a letter only grow:
database triggers refuse everything else. Rows never leave the storage layer.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from workbench.storage.tables import utc_column


class LetterCounterRow(SQLModel, table=True):
    """The last number given in one direction and year. The row is locked while a number is given."""

    __tablename__ = "letter_counter"
    direction: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int = 0


class LetterRow(SQLModel, table=True):
    """One letter. ``agenda_number`` is empty on outgoing letters until they are signed; ``version`` guards changes."""

    __tablename__ = "letter"
    id: int | None = Field(default=None, primary_key=True)
    direction: str  # in | out
    status: str  # registered | disposed | settled; draft | refused | signed | sent
    year: int | None = None
    agenda_number: int | None = None
    letter_number: str = Field(default="", index=True)
    classification: str = ""
    nature: str = "ordinary"
    subject: str
    correspondent: str
    letter_date: date | None = None
    received_on: date | None = None
    enclosures: str = ""
    case_id: int | None = Field(default=None, foreign_key="sop_case.id", index=True)
    reply_to: int | None = Field(default=None, foreign_key="letter.id", index=True)
    case_result: bool = False  # the letter that the case's signing step asks for
    template: str = ""
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_by: str
    created_at: datetime = utc_column()
    signed_at: datetime | None = utc_column(nullable=True)
    signed_by: str = ""
    signed_capacity: str = ""
    signed_how: str = ""
    signed_sha256: str = ""
    version: int = 1

    __table_args__ = (
        UniqueConstraint("direction", "year", "agenda_number"),
        Index("ix_letter_register", "direction", "year", "status"),
    )


class LetterActRow(SQLModel, table=True):
    """What was done to a letter, once per key; append-only."""

    __tablename__ = "letter_act"
    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    idem: str = Field(unique=True)
    act: str
    actor: str
    actor_name: str = ""
    capacity: str = ""
    note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    at: datetime = utc_column()


class LetterFileRow(SQLModel, table=True):
    """A paper of a letter, or (without letter) an export of the register; the bytes are in the content store."""

    __tablename__ = "letter_file"
    id: int | None = Field(default=None, primary_key=True)
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)
    sha256: str = Field(foreign_key="stored_file.sha256", index=True)
    name: str
    kind: str  # scan | draft | signed | disposition | export
    round: int = 0  # of drafts: which version of the text
    added_by: str
    added_at: datetime = utc_column()

    __table_args__ = (UniqueConstraint("letter_id", "sha256", "kind"),)


class DispositionRow(SQLModel, table=True):
    """One disposition: who asks whom for what. ``recorded_by`` differs from the giver where the clerk copied it."""

    __tablename__ = "letter_disposition"
    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    number: int
    given_by: str
    given_name: str
    given_capacity: str
    given_employee_number: str = ""
    to_role: str
    to_username: str = ""
    to_words: str
    instructions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    recorded_by: str
    at: datetime = utc_column()

    __table_args__ = (UniqueConstraint("letter_id", "number"),)


class OfficeSettingRow(SQLModel, table=True):
    """How this office does something, one document per key; changes are in the audit log."""

    __tablename__ = "office_setting"
    key: str = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    updated_by: str
    updated_at: datetime = utc_column()
