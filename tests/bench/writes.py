"""R13: durable decisions from eight processes, as a ratio against the plainest durable write there is.

Ours: a note on a case through the tracker's only writer: right asked, history folded, event sealed and chained,
projection and stays brought up to date, one commit. Baseline: one row into a table of SQLite with the same journal and
sync settings, one commit. Both write to a file of their own on the same disk; every commit is on the disk when it
returns.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.bench.pairing import Ratio, paired
from workbench.domain.people import Role
from workbench.services import casework, people, track
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import database, sop_files

WRITERS, EACH = 8, 25
GOAL = 15.0
_FORK = multiprocessing.get_context("fork")


def _at_once(write: Callable[[int], None]) -> None:
    running = [_FORK.Process(target=write, args=(number,)) for number in range(WRITERS)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"a writer ended with {process.exitcode}")


def _office() -> list[int]:
    """An office with one person and a case for every writer."""
    database.migrate()
    with database.writing() as session:
        people.add_opd(session, code="2.16.01", name="Uji", is_walidata=True)
        number = people.add_person(session, username="kabid", name="Uji", by="bench")
        people.assign(
            session, person_id=number, role=Role.DIVISION_HEAD, title="Kabid", opd_code="2.16.01", by="bench"
        )  # fmt: skip
        casework.install_sops(session, sop_files.load_all(CHECKOUT / "data" / "sop"))
        by = people.person(session, number)
        return [
            track.start(session, sop_id="trk-layanan-data", subject="Uji", by=by, idem=f"o{k}") for k in range(WRITERS)
        ]


def main() -> list[tuple[Ratio, float]]:
    """The ratio with its goal."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_DATA_DIR"] = folder
        get_settings.cache_clear()
        cases, rounds = _office(), iter(range(1000))
        with database.session() as session:
            by = people.person_by_username(session, "kabid")
        journal, synchronous = database.journal_settings()
        plain = Path(folder) / "plain.sqlite3"

        def connect() -> closing:  # type: ignore[type-arg]
            connection = database.sqlite_module().connect(plain, timeout=10, isolation_level=None)
            connection.execute(f"PRAGMA journal_mode={journal}")
            connection.execute(f"PRAGMA synchronous={synchronous}")
            return closing(connection)

        with connect() as connection:
            connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")

        def ours() -> None:
            turn = next(rounds)

            def write(number: int) -> None:
                for k in range(EACH):
                    with database.writing() as session:
                        track.add_note(
                            session, case_id=cases[number], by=by, idem=f"{turn}:{number}:{k}", note="catatan"
                        )

            database.dispose()
            _at_once(write)

        def baseline() -> None:
            def write(_number: int) -> None:
                with connect() as connection:
                    for _ in range(EACH):
                        connection.execute("BEGIN IMMEDIATE")
                        connection.execute("INSERT INTO note (body) VALUES ('catatan')")
                        connection.execute("COMMIT")

            _at_once(write)

        found = paired(f"writes {WRITERS} x {EACH}: durable notes", ours, "one row, one commit", baseline, rounds=3)
        note = f"{WRITERS * EACH / found.ours_seconds:.0f} decisions a second"
        database.dispose()
    del os.environ["WORKBENCH_DATA_DIR"]
    get_settings.cache_clear()
    return [(replace(found, note=note), GOAL)]
