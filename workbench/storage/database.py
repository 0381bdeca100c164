"""The tracker's database: SQLite beside the data by default, PostgreSQL by URL; one writer at a time on both.

``session()`` is for reading (one consistent snapshot), ``writing()`` for everything that changes something: one
transaction that holds the write lock from its first moment, commits when the block ends and rolls back on an error.
On SQLite that is ``BEGIN IMMEDIATE``; on PostgreSQL an advisory lock of the transaction gives the same order, so that
numbers without gaps, hash chains and compare-and-swap mean the same on both. Never hold a ``writing()`` block open
while hashing a password, rendering or calling another machine.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, event, inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.settings import get_settings

try:
    import pysqlite3
except ImportError:  # only Linux has the wheel; elsewhere the SQLite of Python itself is used
    pysqlite3 = None

# Before 3.51.3 a checkpoint racing a writer could corrupt a WAL database ("WAL-reset bug"); older libraries therefore
# get the rollback journal, which every fault test of ours passed as well.
_WAL_IS_SAFE_FROM = (3, 51, 3)
_WRITE_LOCK = 0x5EC70121  # the advisory lock that all writers of one PostgreSQL database share
_BEGIN = "workbench_begin"


def sqlite_module() -> ModuleType:
    """The SQLite driver in use: ``pysqlite3`` (bundles a recent library) where it is installed."""
    return pysqlite3 or sqlite3


def journal_settings(module: ModuleType | None = None) -> tuple[str, str]:
    """(journal_mode, synchronous) that keep every acknowledged commit through a power loss with this library."""
    version: tuple[int, ...] = (module or sqlite_module()).sqlite_version_info
    return ("WAL", "FULL") if version >= _WAL_IS_SAFE_FROM else ("DELETE", "EXTRA")


def _prepare_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    journal, synchronous = journal_settings()

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.execute(f"PRAGMA journal_mode={journal}")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute("PRAGMA trusted_schema=OFF")
        # Without this, INSERT OR REPLACE would delete a row of the log without asking its trigger.
        cursor.execute("PRAGMA recursive_triggers=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _private_file(path: Path) -> None:
    """Make the database file readable by its owner only; SQLite gives -wal and -shm the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def _build(url: str, *, for_migration: bool = False) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _private_file(Path(parsed.database))
        options: dict[str, Any] = {"poolclass": NullPool} if for_migration else {"pool_size": 10, "max_overflow": 30}
        engine = create_engine(
            url, module=sqlite_module(), connect_args={"timeout": 10, "check_same_thread": False}, **options
        )
        _prepare_sqlite(engine, foreign_keys=not for_migration)
        return engine
    if for_migration:
        return create_engine(url, poolclass=NullPool)
    return create_engine(url, pool_size=10, max_overflow=30, pool_pre_ping=True)


@lru_cache(maxsize=4)
def _engine_for(url: str) -> Engine:
    return _build(url)


def engine() -> Engine:
    """The engine of this process for the database the settings name (cached)."""
    return _engine_for(get_settings().effective_database_url)


def dispose() -> None:
    """Close all pooled connections and forget the engine: for tests, and before the database file is replaced."""
    if _engine_for.cache_info().currsize:
        engine().dispose()
    _engine_for.cache_clear()


def _after_fork() -> None:
    """A forked child must not touch its parent's connections; it opens its own."""
    _engine_for.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def session() -> Iterator[Session]:
    """A session for reading; what it sees does not change while the block runs on SQLite. Nothing is committed."""
    with Session(engine(), expire_on_commit=False) as opened:
        yield opened


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction with the write lock; commits when the block ends, rolls back when it raises.

    A database that is busy, full or cannot write raises ``Refused`` with a sentence: nothing of the block was kept.
    """
    try:
        with _transaction() as opened:
            yield opened
    except OperationalError as error:
        sentence = _unavailable(error)
        if sentence:
            raise Refused(sentence) from error
        raise


def _unavailable(error: OperationalError) -> str:
    """What a person is told about an error of the database that is nobody's mistake; empty for any other."""
    said = str(error.orig).lower()
    if "locked" in said:
        return _("Basis data sedang sibuk. Tidak ada yang berubah; coba lagi sebentar lagi.")
    if "full" in said or "no space left" in said:
        return _("Ruang disk basis data penuh. Tidak ada yang berubah; hubungi administrator, lalu coba lagi.")
    if "disk i/o error" in said or "readonly" in said:
        return _("Basis data tidak dapat menulis ke disk. Tidak ada yang berubah; hubungi administrator.")
    return ""


@contextmanager
def _transaction() -> Iterator[Session]:
    locked = engine().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
    with Session(locked, expire_on_commit=False) as opened:
        opened.info["writing"] = True
        if locked.dialect.name == "postgresql":
            opened.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})
        else:
            opened.connection()  # begin now, not at the first statement
        yield opened
        opened.commit()


def require_writing(opened: Session) -> None:
    """Refuse, as a mistake in the program, to change a log outside ``writing()``: its order would not be safe."""
    if not opened.info.get("writing"):
        raise RuntimeError("this function changes the log: call it inside `with database.writing() as session:`")


def is_ready() -> bool:
    """Has the database been set up (migrated at least once)?"""
    return inspect(engine()).has_table("alembic_version")


def require_ready() -> None:
    """``Refused`` with what to do when the database was never set up, or is of another version than this program."""
    if not is_ready():
        raise Refused(_("Basis data belum disiapkan. Jalankan `workbench up` lebih dulu."))
    with engine().connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != ScriptDirectory.from_config(migration_config()).get_current_head():
        raise Refused(
            _("Basis data ini dari versi lain ({found}). Jalankan `workbench up` dari versi ini lebih dulu.").format(
                found=found
            )
        )


def migration_config() -> Config:
    """Alembic's configuration, without an ini file: the migrations travel in the package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(revision: str = "head") -> None:
    """Bring the database to a revision (the newest), in one transaction; a second process waits its turn.

    Foreign keys are off while SQLite tables are rebuilt and are checked before the commit: a violation raises
    ``RuntimeError`` and nothing is changed.
    """
    url = get_settings().effective_database_url
    own = _build(url, for_migration=True)
    config = migration_config()
    try:
        with own.connect().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}) as connection, connection.begin():
            if own.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            if own.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration left {len(broken)} broken references; nothing was changed")
    finally:
        own.dispose()
