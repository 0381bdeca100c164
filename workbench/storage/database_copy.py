"""A consistent copy of the tracker's database while others write, and the way back.

SQLite gives it by its online backup (one step, so that writers cannot make it start again); copying the file with
``cp`` would tear it. PostgreSQL gives it by ``pg_dump``, which must be installed beside the workbench.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import NullPool, inspect
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.settings import get_settings
from workbench.storage import database

SQLITE_FILE = "tracker.sqlite3"
POSTGRES_FILE = "tracker.pgdump"
SERVER_FOLDER = Path("/usr/lib/postgresql")  # where Debian keeps the tools of each server version


def kind() -> str:
    """The database that the settings name: ``sqlite`` or ``postgresql``."""
    return make_url(get_settings().effective_database_url).get_backend_name()


def sqlite_path() -> Path:
    """Where the SQLite database lies."""
    return Path(str(make_url(get_settings().effective_database_url).database))


def copy_sqlite(target: Path) -> None:
    """Copy the live database into a new file of its own, without a journal beside it; ``Refused`` when it is rotten."""
    module = database.sqlite_module()
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(module.connect(sqlite_path(), timeout=10)) as live, closing(module.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except module.Error as error:
        raise Refused(
            _("Basis data tidak dapat disalin ({error}). Periksa ruang disk, lalu ulangi.").format(error=error)
        ) from error
    if found != "ok":
        raise Refused(_("Basis data rusak ({found}); cadangan tidak dibuat.").format(found=found))


@contextmanager
def reading_copy(path: Path) -> Iterator[Session]:
    """A session on a copied SQLite file that cannot change it, not even by opening it."""
    module = database.sqlite_module()
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    own = create_engine(
        "sqlite://", module=module, creator=lambda: module.connect(address, uri=True), poolclass=NullPool
    )
    try:
        with Session(own, expire_on_commit=False) as opened:
            yield opened
    finally:
        own.dispose()


# ---------------------------------------------------------------- PostgreSQL


def _tool(name: str) -> str:
    newest = sorted(SERVER_FOLDER.glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name) or (str(newest[0]) if newest else "")
    if not found:
        raise Refused(
            _(
                "Program {name} tidak ada di mesin ini. Pasang klien PostgreSQL (postgresql-client), "
                "atau cadangkan basis data dengan cara kantor Anda."
            ).format(name=name)
        )
    return found


def _run(name: str, *arguments: str) -> None:
    """Run a PostgreSQL tool on the database of the settings; the password goes by the environment, never as a word."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    url = make_url(get_settings().effective_database_url).set(drivername="postgresql")
    parts = conninfo_to_dict(url.render_as_string(hide_password=False))
    password = parts.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    address = make_conninfo("", **{key: value for key, value in parts.items() if value is not None})
    done = subprocess.run(
        [_tool(name), "--no-password", f"--dbname={address}", *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
        raise Refused(_("{name} gagal: {said}").format(name=name, said=said))


def dump_postgres(target: Path) -> None:
    """``pg_dump`` of the whole database in its own format: one snapshot, while others write."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def postgres_is_empty() -> bool:
    """Has the database of the settings no tables yet?"""
    return not inspect(database.engine()).get_table_names()


def load_postgres(source: Path) -> None:
    """``pg_restore`` into an empty database: all of it or, on the first error, nothing."""
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source))
