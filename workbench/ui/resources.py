"""Database sessions for pages: ``with reading() as s`` to look, ``with writing() as s`` for one transaction.

A ``writing()`` block is committed when it ends; call ``st.rerun()`` or ``st.stop()`` after it, never inside, because
they leave by raising and would roll it back.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlmodel import Session

from workbench.storage import database


def reading() -> AbstractContextManager[Session]:
    """A session for reading."""
    return database.session()


def writing() -> AbstractContextManager[Session]:
    """A session that is one transaction with the write lock."""
    return database.writing()
