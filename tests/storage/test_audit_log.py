"""The audit log's chain notices every change, whatever was changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from workbench.storage import audit_log, database


def _fill(n: int) -> None:
    with database.writing() as session:
        for k in range(n):
            audit_log.append(session, "budi", "person.add", {"person": k, "nama": "Siti Aminah"})


def test_a_whole_chain(db: str) -> None:
    _fill(5)
    _fill(5)
    with database.session() as session:
        assert audit_log.verify(session) == []
        assert audit_log.head(session).seq == 10
        assert [e.seq for e in audit_log.entries(session, limit=3)] == [10, 9, 8]
        assert len(audit_log.entries(session, act="person.")) == 10
        assert audit_log.entries(session, act="login.ok") == []


def _tamper(statement: str) -> None:
    """What somebody with the file and no scruples would do: drop the triggers first."""
    with database.writing() as session:
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
        session.execute(text("DROP TRIGGER audit_entry_no_delete"))
        session.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "seq = 99",
        "at = '2020-01-01 00:00:00'",
        "actor = 'x'",
        "act = 'x'",
        "body = '{}'",
        "prev = 'x'",
        "hash = 'x'",
    ],
)
def test_a_changed_column_is_noticed(sqlite_db: Path, change: str) -> None:
    _fill(6)
    _tamper(f"UPDATE audit_entry SET {change} WHERE seq = 3")
    with database.session() as session:
        assert audit_log.verify(session) != []


def test_a_missing_entry_is_noticed(sqlite_db: Path) -> None:
    _fill(6)
    _tamper("DELETE FROM audit_entry WHERE seq = 3")
    with database.session() as session:
        assert any("3 is missing" in sentence for sentence in audit_log.verify(session))


def test_a_cut_end_is_noticed_and_not_forgotten(sqlite_db: Path) -> None:
    _fill(6)
    _tamper("DELETE FROM audit_entry WHERE seq > 4")
    with database.session() as session:
        assert any("had come to 6" in sentence for sentence in audit_log.verify(session))
    _fill(3)
    with database.session() as session:
        assert any("had come to 6" in sentence for sentence in audit_log.verify(session))
