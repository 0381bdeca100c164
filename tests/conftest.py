"""Fixtures of the whole suite: a data folder of its own for every test, a database on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from sqlmodel import Session

from tests import demo_office
from workbench import i18n, moment
from workbench.domain.people import Person, Role
from workbench.services import casework, people
from workbench.settings import get_settings
from workbench.storage import database, files, sop_files

_POSTGRES_FOLDERS = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep) if p] + sorted(
    Path("/usr/lib/postgresql").glob("*/bin"), reverse=True
)

# A forked child leaves what its parent made alone: collecting an object whose threads stayed behind crashes the child.
os.register_at_fork(after_in_child=gc.freeze)


# No test of a property may fail because the machine is busy.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: no worker shall sit over the longest one at the end while the others are done."""
    long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in ("slow", "browser"))}
    items.sort(key=lambda item: item.path not in long)


def _forget() -> None:
    database.dispose()
    get_settings.cache_clear()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder that belongs to this test alone; settings and engine are forgotten before and after."""
    folder = tmp_path / "var"
    for name in [name for name in os.environ if name.startswith("WORKBENCH_")]:
        monkeypatch.delenv(name)
    database.dispose()
    monkeypatch.setenv("WORKBENCH_DATA_DIR", str(folder))
    get_settings.cache_clear()
    i18n.set_language("id")
    yield folder
    _forget()


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy from: migrating once is enough for the whole run."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_DATA_DIR", str(folder))
        patch.delenv("WORKBENCH_DATABASE_URL", raising=False)
        _forget()
        database.migrate()
        _forget()
    return folder / "tracker.sqlite3"


@pytest.fixture
def sqlite_db(data_dir: Path, _migrated_sqlite: Path) -> Path:
    """A migrated SQLite database in ``data_dir``; returns the file."""
    return _copy_sqlite(_migrated_sqlite, data_dir)


def _copy_sqlite(template: Path, folder: Path) -> Path:
    """The template's database, closed when it was left, as ``folder``'s own."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "tracker.sqlite3"
    for suffix in ("", "-wal"):
        source = template.with_name(template.name + suffix)
        if source.exists():
            shutil.copyfile(source, target.with_name(target.name + suffix))
    return target


def _postgres_tool(name: str) -> str | None:
    for folder in _POSTGRES_FOLDERS:
        if (folder / name).is_file():
            return str((folder / name).resolve())
    return None


def _unprivileged(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; then another user of this machine runs it."""
    if os.geteuid() != 0:
        return command
    user = _server_user()
    return ["runuser", "-u", user, "--", *command]


def _server_user() -> str:
    known = {line.split(":")[0] for line in Path("/etc/passwd").read_text().splitlines()}
    return next(name for name in ("postgres", "nobody") if name in known)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Callable[[str], str]]:
    """A throw-away PostgreSQL server on a socket; gives a function that makes a migrated database and its URL."""
    tools = {name: _postgres_tool(name) for name in ("initdb", "postgres", "pg_ctl")}
    if not all(tools.values()):
        pytest.skip("no PostgreSQL server binaries on this machine (initdb, postgres, pg_ctl)")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root and there is no runuser to run it as somebody else")
    folder = Path(tempfile.mkdtemp(prefix="wbpg", dir="/tmp"))  # a socket's path must stay short
    if os.geteuid() == 0:
        shutil.chown(folder, _server_user())
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run(_unprivileged(list(command)), check=True, capture_output=True, cwd=folder)

    run(str(tools["initdb"]), "-D", str(data), "-U", "workbench", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=100"
    run(str(tools["pg_ctl"]), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")

    def url(name: str) -> str:
        return f"postgresql://workbench@/{name}?host={folder}"

    def create(name: str) -> str:
        import psycopg

        with psycopg.connect(url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return url(name)

    template = "template1"
    create("workbench_template")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_DATABASE_URL", url("workbench_template"))
        _forget()
        database.migrate()
        _forget()
    template = "workbench_template"
    try:
        yield create
    finally:
        run(str(tools["pg_ctl"]), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


_created = iter(range(1_000_000))


@pytest.fixture
def postgres_db(
    data_dir: Path, postgres_cluster: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A migrated PostgreSQL database of its own; returns the URL."""
    url = postgres_cluster(f"t{next(_created)}")
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    get_settings.cache_clear()
    yield url
    database.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def db(request: pytest.FixtureRequest) -> str:
    """Runs the test twice, on SQLite and on PostgreSQL; returns which."""
    request.getfixturevalue("sqlite_db" if request.param == "sqlite" else "postgres_db")
    return str(request.param)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo office's data folder after a first start; to be copied (``demo_office.copy_to``), not written to.

    Played once a run: the workers of xdist share the folder, and who comes second waits for it.
    """
    base = tmp_path_factory.getbasetemp()
    return demo_office.played_once(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


@pytest.fixture
def demo_dir(data_dir: Path, demo_template: Path) -> Path:
    """The demo office as this test's own data folder."""
    return demo_office.copy_to(demo_template, data_dir)


# ---------------------------------------------------------------- an office to act in


@dataclass(frozen=True)
class Office:
    """People of a small office, by the short names the tests use."""

    people: dict[str, Person]

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


WALIDATA = "2.16.01"
_STAFF = {
    "clerk": ("Cici Lestari", Role.CLERK, "Pengadministrasi Surat", WALIDATA),
    "staff": ("Siti Aminah", Role.STAFF, "Analis Statistik", WALIDATA),
    "staff2": ("Tono Wibowo", Role.STAFF, "Pengelola Data", WALIDATA),
    "kasi": ("Rahmat Hidayat", Role.SECTION_HEAD, "Subkoordinator Statistik", WALIDATA),
    "kabid": ("Budi Santoso", Role.DIVISION_HEAD, "Kepala Bidang Statistik", WALIDATA),
    "sekretaris": ("Dewi Anggraini", Role.SECRETARY, "Sekretaris", WALIDATA),
    "kadis": ("Agus Salim", Role.AGENCY_HEAD, "Kepala Dinas", WALIDATA),
    "dinkes": ("Nur Aini", Role.PRODUCER_STAFF, "Operator Dinkes", "1.02.01"),
    "disdik": ("Eko Prasetyo", Role.PRODUCER_STAFF, "Operator Disdik", "1.01.01"),
    "dispangtan": ("Wahyu Jati", Role.PRODUCER_STAFF, "Operator Dispangtan", "3.27.01"),
}
_OPDS = {
    WALIDATA: "Dinas Kominfo SP",
    "1.01.01": "Dinas Pendidikan",
    "1.02.01": "Dinas Kesehatan",
    "3.27.01": "Dinas Pertanian",
}


def make_office(session: Session) -> Office:
    """OPDs, one person per post (held since 2020), and the SOPs of ``data/sop``; inside ``writing()``."""
    for code, name in _OPDS.items():
        people.add_opd(session, code=code, name=name, is_walidata=code == WALIDATA)
    found = {}
    for username, (name, role, title, opd_code) in _STAFF.items():
        person_id = people.add_person(session, username=username, name=name, by="system")
        people.assign(
            session,
            person_id=person_id,
            role=role,
            title=title,
            opd_code=opd_code,
            by="system",
            valid_from=date(2020, 1, 1),
        )
        found[username] = people.person(session, person_id)
    casework.install_sops(session, sop_files.load_all(get_settings().reference_dir / "sop"))
    return Office(found)


@pytest.fixture(scope="session")
def _office_sqlite(tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path) -> tuple[Path, Office]:
    """``make_office`` in an SQLite database to copy from, and its people; made before any moment a test plays at."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_DATA_DIR", str(folder))
        patch.delenv("WORKBENCH_DATABASE_URL", raising=False)
        _forget()
        template = _copy_sqlite(_migrated_sqlite, folder)
        with moment.at(datetime(2020, 1, 2, tzinfo=UTC)), database.writing() as session:
            made = make_office(session)
        _forget()
    return template, made


@pytest.fixture
def office(db: str, request: pytest.FixtureRequest) -> Office:
    """``make_office`` on SQLite and on PostgreSQL."""
    if db == "sqlite":
        return cast(Office, request.getfixturevalue("sqlite_office"))
    with database.writing() as session:
        return make_office(session)


@pytest.fixture
def sqlite_office(_office_sqlite: tuple[Path, Office], sqlite_db: Path) -> Office:
    """``make_office`` on SQLite only: for tests whose subject is not the database."""
    template, made = _office_sqlite
    database.dispose()
    _copy_sqlite(template, sqlite_db.parent)
    return Office(dict(made.people))


def recorded(session: Session, body: bytes) -> str:
    """Keep some bytes as a recorded file, as a letter or minutes would be; returns the SHA-256."""
    stored = files.put(body)
    files.record(session, stored)
    return stored.sha256
