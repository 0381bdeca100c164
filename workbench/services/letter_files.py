"""Who may have a paper of the agenda, and under which name it is saved."""

from __future__ import annotations

from sqlmodel import Session

from workbench.domain.people import Person
from workbench.services.letter_views import may_read
from workbench.storage import letters as store


def knows(session: Session, sha256: str) -> bool:
    """Is this file a paper of a letter, or an export of the register?"""
    return bool(store.file_uses(session, sha256))


def name_for(session: Session, person: Person, sha256: str) -> str:
    """The file's name for a person who may read a letter it belongs to (an export: who made it); else empty."""
    for paper in store.file_uses(session, sha256):
        if paper.letter_id is None:
            if paper.added_by == person.username:
                return paper.name
        elif may_read(session, person, store.letter_row(session, paper.letter_id)):
            return paper.name
    return ""
