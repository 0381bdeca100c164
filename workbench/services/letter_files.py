"""Who may have a paper of the agenda, and under which name it is saved."""

from __future__ import annotations

from sqlmodel import Session

from workbench.domain.people import WALIDATA_ROLES, Person
from workbench.services.letter_views import may_read
from workbench.services.resume_jobs import KEPT_AS
from workbench.storage import letters as store


def knows(session: Session, sha256: str) -> bool:
    """Is this file a paper of a letter, or an export of the register?"""
    return bool(store.file_uses(session, sha256))


def name_for(session: Session, person: Person, sha256: str) -> str:
    """The file's name for a person who may read it; else empty.

    A paper of a letter: who may read that; a monthly resume: the office; an export: who made it.
    """
    for paper in store.file_uses(session, sha256):
        if paper.kind == KEPT_AS:
            if person.roles & WALIDATA_ROLES:
                return paper.name
        elif paper.letter_id is None:
            if paper.added_by == person.username:
                return paper.name
        elif may_read(session, person, store.letter_row(session, paper.letter_id)):
            return paper.name
    return ""
