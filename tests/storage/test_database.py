"""The database: migrations and metadata agree, the logs only grow, one writer at a time."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel, select

from workbench.settings import get_settings
from workbench.storage import database
from workbench.storage.tables import AuditEntryRow, CaseRow, EventRow, OpdRow, SopVersionRow


def test_migrations_and_metadata_agree(db: str) -> None:
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        newest = ScriptDirectory.from_config(database.migration_config()).get_current_head()
        assert context.get_current_revision() == newest
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(db: str) -> None:
    with database.writing() as session:
        session.add(OpdRow(code="1.02", name="Dinas Kesehatan"))
    database.migrate()
    with database.session() as session:
        assert session.exec(select(OpdRow.name)).all() == ["Dinas Kesehatan"]


def _entry(seq: int) -> AuditEntryRow:
    return AuditEntryRow(seq=seq, at=datetime(2026, 11, 20, tzinfo=UTC), actor="a", act="t", body={}, prev="", hash="")


_AT = datetime(2026, 11, 20, tzinfo=UTC)


def _sop_version() -> SopVersionRow:
    return SopVersionRow(sha="s", sop_id="s", version="1", body={}, effective_from=date(2026, 1, 1), created_at=_AT)


def _case() -> CaseRow:
    return CaseRow(
        id=1, number="n", tracking_code="t", sop_id="s", sop_sha="s", subject="", status="open", opened_at=_AT
    )


def _event() -> EventRow:
    return EventRow(id=1, case_id=1, seq=1, idem="i", type="start", at=_AT, sop_sha="s", prev="", hash="")


@pytest.mark.parametrize("change", ["UPDATE {log} SET hash='x'", "DELETE FROM {log}"])
@pytest.mark.parametrize("log", ["audit_entry", "event"])
def test_logs_refuse_changes(db: str, log: str, change: str) -> None:
    with database.writing() as session:
        if log == "event":
            session.add(_sop_version())
            session.flush()
            session.add(_case())
            session.flush()
            session.add(_event())
        else:
            session.add(_entry(1))
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as session:
        session.execute(text(change.format(log=log)))
    with database.session() as session:
        assert session.execute(text(f"SELECT count(*) FROM {log} WHERE hash = ''")).scalar() == 1


def test_replace_does_not_slip_past_the_trigger(sqlite_db: Path) -> None:
    with database.writing() as session:
        session.add(_entry(1))
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as session:
        session.execute(
            text("INSERT OR REPLACE INTO audit_entry SELECT seq, at, 'x', act, body, prev, hash FROM audit_entry")
        )


def test_truncate_is_refused(postgres_db: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as session:
        session.execute(text("TRUNCATE audit_entry"))


def test_writers_wait_for_each_other(db: str) -> None:
    """Each adds one to the longest sequence it sees; nobody reads what another is about to change."""
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(10):
                with database.writing() as session:
                    last = session.execute(text("SELECT coalesce(max(seq), 0) FROM audit_entry")).scalar_one()
                    session.add(_entry(last + 1))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.session() as session:
        assert session.exec(select(AuditEntryRow.seq).order_by(AuditEntryRow.seq)).all() == list(range(1, 61))


def test_an_error_rolls_back(db: str) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.add(OpdRow(code="1.02", name="Dinas Kesehatan"))
        session.flush()
        raise ZeroDivisionError
    with database.session() as session:
        assert session.exec(select(OpdRow)).all() == []


def test_sqlite_is_private_and_durable(sqlite_db: Path) -> None:
    with database.writing() as session:
        connection = session.connection()
        told = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "busy_timeout")
        }
    journal, synchronous = database.journal_settings()
    assert told == {
        "journal_mode": journal.lower(),
        "synchronous": {"FULL": 2, "EXTRA": 3}[synchronous],
        "foreign_keys": 1,
        "trusted_schema": 0,
        "busy_timeout": 10000,
    }
    assert sqlite_db.stat().st_mode & 0o777 == 0o600
    assert all(p.stat().st_mode & 0o077 == 0 for p in sqlite_db.parent.glob("tracker.sqlite3*"))


def test_an_old_sqlite_gets_the_rollback_journal() -> None:
    assert database.journal_settings(SimpleNamespace(sqlite_version_info=(3, 40, 1))) == ("DELETE", "EXTRA")
    assert database.journal_settings(SimpleNamespace(sqlite_version_info=(3, 51, 3))) == ("WAL", "FULL")


def test_foreign_keys_hold(db: str) -> None:
    with pytest.raises(DatabaseError), database.writing() as session:
        session.execute(
            text("INSERT INTO setup_token VALUES ('x', 99, '2026-01-01 00:00:00', '2026-01-01 00:00:00', NULL)")
        )


def test_the_log_asks_for_a_writing_session(db: str) -> None:
    with database.session() as session, pytest.raises(RuntimeError, match="writing"):
        database.require_writing(session)


def test_the_folder_is_private(data_dir: Path) -> None:
    database.migrate()
    assert get_settings().data_dir == data_dir
    assert (data_dir / "tracker.sqlite3").stat().st_mode & 0o777 == 0o600
