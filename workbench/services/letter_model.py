"""What pages get from the agenda: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from workbench.domain.engine import CaseState
from workbench.domain.letters import (
    Direction,
    Instruction,
    LetterStatus,
    LetterText,
    Nature,
    SignedHow,
    TemplateKind,
)

HIDDEN = "▒▒▒"
"""Stands for the subject of a secret letter where the reader is not meant."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A file as it was picked: its name (a label only) and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on an incoming letter. ``enclosures`` is the letter's own word for its lampiran ("1 berkas")."""

    correspondent: str
    subject: str
    letter_number: str = ""
    letter_date: date | None = None
    received_on: date | None = None
    nature: Nature = Nature.ORDINARY
    classification: str = ""
    enclosures: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """An incoming letter that has its agenda number, and the case it belongs to."""

    letter_id: int
    agenda: str
    case_id: int | None


@dataclass(frozen=True, slots=True)
class Signed:
    """An outgoing letter that has its numbers, and the case's state where its step was decided by it."""

    letter_id: int
    agenda: str
    letter_number: str
    case: CaseState | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored file of a letter: look at it under ``/berkas/{sha256}``."""

    sha256: str
    name: str
    kind: str
    round: int
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Disposition:
    """One disposition as it stands on the sheet."""

    number: int
    given_name: str
    given_capacity: str
    given_employee_number: str
    to_words: str
    instructions: tuple[Instruction, ...]
    note: str
    recorded_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a letter's history."""

    act: str
    name: str
    capacity: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One line of the agenda book. ``readable`` is False for a secret letter that is not for this reader."""

    letter_id: int
    agenda: str
    agenda_number: int | None
    letter_number: str
    correspondent: str
    subject: str
    nature: Nature
    classification: str
    enclosures: str
    letter_date: date | None
    received_on: date | None
    registered_at: datetime
    status: LetterStatus
    disposition: str
    follow_up: str
    case_id: int | None
    case_number: str
    scans: int
    readable: bool


@dataclass(frozen=True, slots=True)
class LetterView:
    """Everything a letter's page shows. ``version`` goes back into the verbs as ``seen_version``."""

    letter_id: int
    version: int
    direction: Direction
    status: LetterStatus
    agenda: str
    letter_number: str
    classification: str
    nature: Nature
    subject: str
    correspondent: str
    enclosures: str
    letter_date: date | None
    received_on: date | None
    registered_at: datetime
    created_by: str
    author_name: str
    case_id: int | None
    case_number: str
    case_seq: int | None
    case_result: bool
    template: TemplateKind | None
    text: LetterText
    signed_at: datetime | None
    signed_by: str
    signed_capacity: str
    signed_how: SignedHow | None
    signed_sha256: str
    papers: tuple[Paper, ...]
    dispositions: tuple[Disposition, ...]
    acts: tuple[Act, ...]
    reply_to: int | None
    reply_to_agenda: str
    replies: tuple[tuple[int, str], ...]

    def papers_of(self, kind: str) -> list[Paper]:
        """The papers of one kind, newest last."""
        return [paper for paper in self.papers if paper.kind == kind]
