"""R15: a backup taken while the office works is whole, comes back whole, and is refused when it is not what it was."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlmodel import select

from tests.conftest import Office, recorded
from tests.storage.deciders import attach_until_killed
from workbench import moment
from workbench.cli.audit import audit as audit_command
from workbench.cli.backup import backup, restore
from workbench.domain.engine import Evidence
from workbench.domain.errors import Refused
from workbench.domain.sop import EvidenceKind
from workbench.services import audit, resume, sign_in, track
from workbench.settings import get_settings
from workbench.storage import database, database_copy, files
from workbench.storage.tables import EventRow

FORK = multiprocessing.get_context("fork")
Go = Callable[..., Result]


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> Go:
    """``go(restore, folder, data_dir=new)``: a command as a shell calls it, in a data folder."""

    def run(command: object, *arguments: object, data_dir: Path | None = None) -> Result:
        if data_dir is not None:
            monkeypatch.setenv("WORKBENCH_DATA_DIR", str(data_dir))
            database.dispose()
            get_settings.cache_clear()
        return CliRunner().invoke(command, [str(word) for word in arguments])  # type: ignore[arg-type]

    return run


@pytest.fixture
def paper(office: Office) -> str:
    """A letter in the office with a file of its own; returns the file's SHA-256."""
    with database.writing() as session:
        case = track.start(session, sop_id="trk-layanan-data", subject="Surat", by=office["clerk"], idem="a")
        sha = recorded(session, b"surat masuk")
        track.attach(
            session, case_id=case, seen_seq=1, by=office["kadis"], idem="b",
            evidence=Evidence(EvidenceKind.LETTER, "surat.pdf", sha),
        )  # fmt: skip
        sign_in.open_session(session, office["kadis"].id)
    return sha


def empty_the_database() -> None:
    """PostgreSQL only: the database as ``createdb`` leaves it."""
    with database.engine().begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.dispose()


def rights(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]}


def test_there_and_back(db: str, paper: str, go: Go, tmp_path: Path) -> None:
    with database.session() as session:
        month = resume.freeze(session, month=moment.now().date())
        before = audit.verify(session)
    printed = json.loads((month / "manifest.json").read_text())["last_event"]
    made = go(backup, tmp_path / "deep" / "b", "--json")
    assert made.exit_code == 0, made.output
    document = json.loads(made.stdout)
    assert document["database"] == ("sqlite" if db == "sqlite" else "postgresql")
    assert document["anchors"][0] == f"event:{printed['id']}:{printed['hash']}" and document["problems"] == []
    if db == "postgres":
        empty_the_database()
    back = go(restore, tmp_path / "deep" / "b", "--json", data_dir=tmp_path / "new")
    assert back.exit_code == 0, back.output
    report = json.loads(back.stdout)
    assert (report["ok"], report["cases"], report["events"]) == (True, 1, 2)
    # The hash that the monthly resume printed is in the restored history, and so is the resume.
    assert go(audit_command, "verify", "--anchor", f"event:{printed['id']}:{printed['hash']}").exit_code == 0
    assert (tmp_path / "new" / "resume" / month.name / "manifest.json").read_bytes() == (
        month / "manifest.json"
    ).read_bytes()
    assert files.read(paper) == b"surat masuk"
    assert rights(tmp_path / "deep" / "b") == rights(tmp_path / "new") == {0}
    with database.writing() as session:
        assert session.execute(text("SELECT count(*) FROM login_session")).scalar() == 0, "all log in again"
        after = audit.verify(session)
        assert (after.event_anchor, after.problems) == (before.event_anchor, ())
        assert after.entries == before.entries + 1, "the restore is on record"
        kabid = track.people.person_by_username(session, "kadis")
        decide = {"case_id": 1, "seen_seq": 2, "outcome": "diagendakan_didisposisi", "by": kabid, "idem": "c"}
        assert track.decide(session, **decide).step == "2"  # type: ignore[arg-type]
    assert go(restore, tmp_path / "deep" / "b").exit_code != 0, "never over something"


@pytest.mark.slow
def test_taken_while_the_office_works(sqlite_office: Office, go: Go, tmp_path: Path) -> None:
    """Three processes write papers and decisions all the time; each copy holds all that was acknowledged before it."""
    with database.writing() as session:
        cases = [
            track.start(session, sop_id="trk-layanan-data", subject=f"S{k}", by=sqlite_office["clerk"], idem=f"o{k}")
            for k in range(3)
        ]
    data = get_settings().data_dir
    database.dispose()
    logs = [tmp_path / f"ack{k}" for k in range(3)]
    running = [
        FORK.Process(target=attach_until_killed, args=(cases, f"w{k}", log), daemon=True) for k, log in enumerate(logs)
    ]
    for process in running:
        process.start()
    try:
        until = time.monotonic() + 30
        while not all(log.exists() and log.stat().st_size for log in logs):
            assert time.monotonic() < until
            time.sleep(0.02)
        taken = []
        for n in range(3):
            acknowledged = {line for log in logs for line in log.read_text().splitlines(keepends=True) if "\n" in line}
            made = go(backup, tmp_path / f"b{n}", "--json", data_dir=data)
            assert made.exit_code == 0, made.output
            taken.append((tmp_path / f"b{n}", acknowledged, json.loads(made.stdout)["anchors"]))
        assert all(process.is_alive() for process in running), "they were writing all the while"
    finally:
        for process in running:
            process.kill()
            process.join()
    assert {process.exitcode for process in running} == {-signal.SIGKILL}
    for n, (folder, acknowledged, anchors) in enumerate(taken):
        back = go(restore, folder, "--json", data_dir=tmp_path / f"r{n}")
        assert back.exit_code == 0, back.output
        with database.session() as session:
            events = list(session.exec(select(EventRow).where(EventRow.type == "attach")))
            assert audit.verify(session, tuple(anchors)).problems == ()
        assert acknowledged <= {f"{event.idem} {event.evidence_sha256}\n" for event in events}
        for event in events:
            assert hashlib.sha256(files.read(event.evidence_sha256)).hexdigest() == event.evidence_sha256


# ---------------------------------------------------------------- what is refused


@pytest.fixture
def made(sqlite_office: Office, go: Go, tmp_path: Path) -> Path:
    """A backup of a small office on SQLite."""
    with database.writing() as session:
        track.start(session, sop_id="trk-layanan-data", subject="Surat", by=sqlite_office["clerk"], idem="a")
        recorded(session, b"surat masuk")
    assert go(backup, tmp_path / "b").exit_code == 0
    return tmp_path / "b"


def overwrite(path: Path, body: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(body)


def spoil(folder: Path, how: str) -> None:
    manifest = folder / "manifest.json"
    document = json.loads(manifest.read_text())
    some = next(folder / file["path"] for file in document["files"] if file["path"].startswith("data/files/"))
    match how:
        case "changed":
            overwrite(some, some.read_bytes()[::-1])
        case "missing":
            some.unlink()
        case "added":
            (folder / "data" / "lain").write_text("x")
        case "database":
            body = bytearray((folder / "tracker.sqlite3").read_bytes())
            body[len(body) // 2] ^= 1
            overwrite(folder / "tracker.sqlite3", bytes(body))
        case "no manifest":
            manifest.unlink()
        case "torn manifest":
            overwrite(manifest, manifest.read_bytes()[:-20])
        case "outside":
            document["files"][-1]["path"] = "data/../../../keluar"
            overwrite(manifest, json.dumps(document).encode())
        case "other format":
            overwrite(manifest, json.dumps({**document, "format": 99}).encode())


SPOILED = ("changed", "missing", "added", "database", "no manifest", "torn manifest", "outside", "other format")


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_backup_is_refused_and_nothing_is_written(made: Path, go: Go, tmp_path: Path, how: str) -> None:
    spoil(made, how)
    back = go(restore, made, data_dir=tmp_path / "new")
    assert isinstance(back.exception, Refused) and str(back.exception)
    assert not (tmp_path / "new").exists() and not (tmp_path / "keluar").exists()


def test_a_rewritten_backup_is_told_by_its_history(made: Path, go: Go, tmp_path: Path) -> None:
    """Whoever changes the database in the backup and corrects the manifest meets the hash chain."""
    tracker = made / "tracker.sqlite3"
    connection = database.sqlite_module().connect(tracker)
    connection.execute("DROP TRIGGER event_no_update")
    connection.execute("UPDATE event SET actor = 'orang lain'")
    connection.commit()
    connection.close()
    document = json.loads((made / "manifest.json").read_text())
    for file in document["files"]:
        if file["path"] == "tracker.sqlite3":
            file |= {"size": tracker.stat().st_size, "sha256": hashlib.sha256(tracker.read_bytes()).hexdigest()}
    overwrite(made / "manifest.json", json.dumps(document).encode())
    back = go(restore, made, "--json", data_dir=tmp_path / "new")
    assert back.exit_code == 1
    report = json.loads(back.stdout)
    assert not report["ok"] and any("changed after it was written" in problem for problem in report["problems"])


def test_never_over_something(made: Path, go: Go, tmp_path: Path) -> None:
    for command, folder in ((backup, made), (backup, get_settings().data_dir / "cadangan"), (restore, made)):
        before = sorted((path, path.stat().st_mtime_ns) for path in made.rglob("*"))
        refused = go(command, folder)
        assert isinstance(refused.exception, Refused), command
        assert sorted((path, path.stat().st_mtime_ns) for path in made.rglob("*")) == before
    assert not (get_settings().data_dir / "cadangan").exists()
    assert go(backup).exit_code == go(restore).exit_code == go(restore, tmp_path / "none").exit_code == 2


def test_a_restore_that_was_killed_can_be_begun_again(made: Path, go: Go, tmp_path: Path) -> None:
    (tmp_path / "new" / ".memulihkan" / "files").mkdir(parents=True)
    assert go(restore, made, data_dir=tmp_path / "new").exit_code == 0
    assert not (tmp_path / "new" / ".memulihkan").exists()


def test_a_file_the_office_lost_is_named(made: Path, go: Go, tmp_path: Path) -> None:
    """The backup is still made, because what is left is worth having, but nobody may believe that all is well."""
    sha = hashlib.sha256(b"surat masuk").hexdigest()
    files.path(sha).unlink()
    again = go(backup, tmp_path / "again", "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["problems"] == [
        f"files/{sha[:2]}/{sha[2:]}: is named by the database but is missing"
    ]


def test_reference_files_that_changed_since_are_kept_beside(
    made: Path, go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sop = next(path for path in (made / "reference" / "sop").iterdir())
    assert not sop.read_bytes().startswith(b"#changed")
    monkeypatch.setenv("WORKBENCH_REFERENCE_DIR", str(tmp_path / "other"))
    back = go(restore, made, "--json", data_dir=tmp_path / "new")
    kept = Path(json.loads(back.stdout)["reference"])
    assert (kept / "sop" / sop.name).read_bytes() == sop.read_bytes()


def _backup_on_a_full_disk(folder: Path, told: Path, room: int) -> None:
    """In a process of its own: no file may become longer than this, as if the disk were full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    result = CliRunner().invoke(backup, [str(folder)])
    told.write_text(f"{type(result.exception).__name__}\n{result.exception}")


@pytest.mark.parametrize(("room", "words"), [(100_000, "Periksa ruang disk"), (3_000_000, "File too large")])
def test_a_full_disk_leaves_no_half_backup(sqlite_office: Office, tmp_path: Path, room: int, words: str) -> None:
    """The disk is full while the database is copied, or later while a large scan is."""
    files.put(os.urandom(4_000_000))
    database.dispose()
    process = FORK.Process(target=_backup_on_a_full_disk, args=(tmp_path / "b", tmp_path / "told", room))
    process.start()
    process.join()
    kind, sentence = (tmp_path / "told").read_text().split("\n", 1)
    assert kind == "Refused" and words in sentence, sentence
    assert {path.name for path in tmp_path.iterdir()} == {"var", "told"}


def test_without_pg_dump_the_way_is_told(
    postgres_db: str, go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(database_copy, "SERVER_FOLDER", tmp_path)
    refused = go(backup, tmp_path / "b")
    assert isinstance(refused.exception, Refused) and "pg_dump" in str(refused.exception)
    assert not (tmp_path / "b").exists()


def test_another_kind_of_database_is_refused(
    made: Path, go: Go, tmp_path: Path, postgres_cluster: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", postgres_cluster("otherkind"))
    refused = go(restore, made, data_dir=tmp_path / "new")
    assert isinstance(refused.exception, Refused) and "WORKBENCH_DATABASE_URL" in str(refused.exception)
