"""A full or busy disk while the office works: one sentence, nothing lost, no half case, and work goes on afterwards.

The disk is made "full" by the longest file the process may write, which needs no rights; where a small disk of memory
can be mounted (root), the same on a disk that is really full.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from tests.conftest import Office, make_office
from workbench.domain.engine import Evidence
from workbench.domain.errors import Refused
from workbench.domain.sop import EvidenceKind
from workbench.services import audit, track
from workbench.settings import get_settings
from workbench.storage import database, files
from workbench.storage.tables import CaseRow, EventRow

FORK = multiprocessing.get_context("fork")


def elsewhere(act: Callable[[], Any], room: int) -> Any:
    """Run something in a process that may write no file longer than ``room`` bytes; what it returned."""
    queue = FORK.Queue()

    def run() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        queue.put(act())

    database.dispose()
    process = FORK.Process(target=run)
    process.start()
    answer = queue.get(timeout=60)
    process.join()
    return answer


def work(office: Office) -> Callable[[], tuple[list[str], str]]:
    """Open cases and put papers to them until something is refused; what was acknowledged, and the sentence."""

    def act() -> tuple[list[str], str]:
        done: list[str] = []
        for n in range(2000):
            try:
                with database.writing() as session:
                    stored = files.put(os.urandom(2_000 * (n + 1)))
                    files.record(session, stored)
                    case = track.start(
                        session, sop_id="trk-layanan-data", subject=f"S{n}", by=office["clerk"], idem=f"o{n}"
                    )
                    track.attach(
                        session, case_id=case, seen_seq=1, by=office["kadis"], idem=f"a{n}",
                        evidence=Evidence(EvidenceKind.LETTER, "surat", stored.sha256),
                    )  # fmt: skip
            except Refused as error:
                return done, str(error)
            done += [f"o{n}", f"a{n}"]
        return done, ""

    return act


def nothing_half(done: list[str]) -> None:
    with database.session() as session:
        assert audit.verify(session).problems == ()
        events = list(session.exec(select(EventRow)))
        assert [event.idem for event in events] == done
        assert len(session.exec(select(CaseRow)).all()) == sum(event.type == "start" for event in events)
    for event in events:
        if event.evidence_sha256:
            assert files.read(event.evidence_sha256)
    incoming = get_settings().data_dir / "files" / ".incoming"
    assert not incoming.exists() or list(incoming.iterdir()) == []


def test_no_room_for_a_file(sqlite_office: Office) -> None:
    """The paper does not fit: the case that it belongs to is not opened either."""
    room = (get_settings().data_dir / "tracker.sqlite3").stat().st_size + 8_000_000

    def act() -> tuple[list[str], str]:
        try:
            with database.writing() as session:
                track.start(session, sop_id="trk-layanan-data", subject="S", by=sqlite_office["clerk"], idem="o")
                files.put(os.urandom(room + 1))
        except Refused as error:
            return [], str(error)
        return ["o"], ""

    done, sentence = elsewhere(act, room)
    assert done == [] and sentence.startswith("Ruang penyimpanan penuh")
    nothing_half(done)


def test_no_room_for_the_database(sqlite_office: Office) -> None:
    with database.engine().connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    done, sentence = elsewhere(work(sqlite_office), 400_000)
    assert done and "idak ada yang berubah" in sentence, sentence
    nothing_half(done)
    with database.writing() as session:  # room was made: work goes on
        track.start(session, sop_id="trk-layanan-data", subject="lagi", by=sqlite_office["clerk"], idem="lagi")


def test_a_disk_that_is_really_full(data_dir: Path) -> None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk of memory")
    data_dir.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(data_dir)], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        database.migrate()
        with database.writing() as session:
            office = make_office(session)
        ballast = data_dir / "ballast"
        ballast.write_bytes(bytes(500_000))
        done, sentence = work(office)()
        assert done and "penuh" in sentence, sentence
        ballast.unlink()  # room is made: the same office works on
        with database.writing() as session:
            track.start(session, sop_id="trk-layanan-data", subject="lagi", by=office["clerk"], idem="lagi")
            track.add_note(session, case_id=1, by=office["kadis"], idem="catatan", note="disk penuh tadi")
        nothing_half([*done, "lagi", "catatan"])
    finally:
        database.dispose()
        subprocess.run(["umount", "-l", str(data_dir)], check=True)


def test_a_busy_database_is_said_and_the_same_key_may_try_again(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the write lock: a sentence instead of an error, and the retry is the first of its kind."""
    other = database.sqlite_module().connect(get_settings().data_dir / "tracker.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def start() -> int:
        with database.writing() as session:
            return track.start(session, sop_id="trk-layanan-data", subject="S", by=sqlite_office["clerk"], idem="k")

    def impatient() -> str:
        with database.engine().connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=50")  # the one pooled connection of this process
        try:
            start()
        except Refused as error:
            return str(error)
        return ""

    assert elsewhere(impatient, resource.RLIM_INFINITY).startswith("Basis data sedang sibuk")
    other.execute("ROLLBACK")
    other.close()
    assert start() == start() == 1
