"""What an office may rely on: a step is decided once (R4), an acknowledged decision stays (R5), a changed history is
noticed (R11).

Scale with WORKBENCH_TEST_SCALE (1 is what CI runs; 10 is a night).
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from tests.conftest import Office, make_office
from tests.storage.deciders import race, write_until_killed
from workbench.services import audit, casework, people, track
from workbench.storage import casebook, database
from workbench.storage.tables import EventRow

# Read at import: the fixtures clear WORKBENCH_* variables before a test runs.
SCALE = float(os.environ.get("WORKBENCH_TEST_SCALE", "1"))
# Forked, so that sixteen processes start at once; the engine forgets its parent's connections after a fork.
FORK = multiprocessing.get_context("fork")


def open_cases(office: Office, n: int) -> list[int]:
    with database.writing() as session:
        return [
            track.start(session, sop_id="trk-layanan-data", subject=f"Surat {k}", by=office["clerk"], idem=f"o{k}")
            for k in range(n)
        ]


@pytest.mark.slow
def test_sixteen_deciders_one_winner(office: Office) -> None:
    """R4 on both databases: one winner a case, everybody else reads who it was, nothing else happens."""
    cases = open_cases(office, int(200 * SCALE))
    database.dispose()
    with ProcessPoolExecutor(16, mp_context=FORK) as pool:
        results = sum(pool.map(race, [cases] * 16, range(16)), Counter[str]())
    assert results == {"won": len(cases), "stale": 15 * len(cases)}
    with database.session() as session:
        report = audit.verify(session)
    assert report.problems == ()
    assert report.events == 2 * len(cases)


@pytest.mark.slow
def test_killed_writers_lose_nothing(sqlite_office: Office, tmp_path: Path) -> None:
    """R5: kill -9 at a random moment, again and again: what was acknowledged is there, replay = projection.

    Each writer holds and resumes a case of its own, which moves the projection, and notes something on everybody's.
    """
    cases = open_cases(sqlite_office, 4)
    database.dispose()
    chance = random.Random(5)
    rounds, writers = int(60 * SCALE), 4
    logs: list[Path] = []
    for n in range(rounds):
        running = []
        for k in range(writers):
            log = tmp_path / f"ack-{n}-{k}"
            logs.append(log)
            running.append(FORK.Process(target=write_until_killed, args=(cases, k, f"w{n}.{k}", log)))
            running[-1].start()
        deadline = time.monotonic() + 30
        while not any(log.exists() and log.stat().st_size for log in logs[-writers:]) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.2))
        for process in running:
            process.kill()
        for process in running:
            process.join()
            assert process.exitcode == -signal.SIGKILL, "a writer died of something else"
    acknowledged = {tuple(line.split(" ", 1)) for log in logs if log.exists() for line in log.read_text().splitlines()}
    with database.session() as session:
        rows = {row.idem: row for row in session.exec(select(EventRow)) if row.type != "start"}
        kept = {(str(row.case_id), key) for key, row in rows.items()}
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert audit.verify(session).problems == ()
    assert len(acknowledged) > rounds
    assert acknowledged <= kept
    assert {row.type for row in rows.values()} == {"note", "pause", "resume"}
    # What was committed but never acknowledged answers the retry with what it did, and does nothing again.
    for case_id, key in sorted(kept - acknowledged):
        with database.writing() as session:
            casework.append(session, case_id=int(case_id), seen_seq=None, event=casebook.to_event(rows[key]), idem=key)
    with database.session() as session:
        assert len(session.exec(select(EventRow)).all()) == len(kept) + len(cases)


# ---------------------------------------------------------------- tampering

_COLUMNS = {
    "id": "99", "case_id": "2, seq = 9", "seq": "9", "idem": "'x'", "type": "'note'", "step": "'2'", "visit": "7",
    "outcome": "'x'", "lane": "'x'", "actor": "'x'", "capacity": "'x'", "note": "'x'", "evidence_kind": "'letter'",
    "evidence_ref": "'x'", "evidence_sha256": "'x'", "detail": "'{}'", "at": "'2026-01-01 00:00:00'",
    "sop_sha": "(SELECT max(sha) FROM sop_version)", "calendar_sha": "'x'", "prev": "'x'", "hash": "'x'",
}  # fmt: skip


def tamper(*statements: str) -> None:
    """What somebody with the database file and no scruples would do: drop the triggers first."""
    with database.writing() as session:
        for table in ("event", "audit_entry"):
            for change in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{change}"))
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        for statement in statements:
            session.execute(text(statement))


def problems() -> tuple[str, ...]:
    with database.session() as session:
        return audit.verify(session).problems


@pytest.fixture
def history(sqlite_office: Office) -> list[int]:
    cases = open_cases(sqlite_office, 3)
    race(cases, 0)
    assert problems() == ()
    return cases


def test_every_column_is_covered() -> None:
    assert set(_COLUMNS) == {column.name for column in EventRow.__table__.columns}  # type: ignore[attr-defined]


@pytest.mark.parametrize("column", _COLUMNS)
def test_a_changed_event_is_noticed(history: list[int], column: str) -> None:
    tamper(f'UPDATE event SET "{column}" = {_COLUMNS[column]} WHERE id = 4')
    assert problems() != ()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event WHERE id = 5",
        "DELETE FROM event WHERE id = 6",
        "DELETE FROM event WHERE id = 1",
        "UPDATE event SET hash = (SELECT hash FROM event WHERE id = 1), prev = '' WHERE id = 5",
        "UPDATE sop_case SET step = '3' WHERE id = 1",
        "UPDATE sop_case SET status = 'closed' WHERE id = 1",
        "UPDATE sop_case SET seq = 1 WHERE id = 1",
        "UPDATE sop_case SET subject = 'lain' WHERE id = 1",
        "UPDATE sop_case SET opd_code = '1.02.01' WHERE id = 1",
        "UPDATE sop_case SET number = '2020/000001' WHERE id = 1",
        "UPDATE visit SET done_at = '2026-01-01 00:00:00' WHERE id = 1",
        "DELETE FROM visit WHERE id = 2",
        "UPDATE sop_version SET body = replace(body, 'Kepala Dinas', 'Kepala Badan') WHERE sop_id = 'trk-layanan-data'",
        "UPDATE calendar_version SET body = replace(body, '2026-12-25', '2026-12-27')",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)",
        "DELETE FROM chain_head WHERE chain = 'event'",
    ],
)
def test_a_changed_record_is_noticed(history: list[int], statement: str) -> None:
    tamper(statement)
    assert problems() != ()


def test_events_in_another_order_are_noticed(history: list[int]) -> None:
    """R11: two events change places, and each says that it follows the one now before it."""
    with database.session() as session:
        first, second = session.exec(select(EventRow).where(col(EventRow.id).in_([2, 3])).order_by(EventRow.id)).all()
    tamper(
        "UPDATE event SET id = 99 WHERE id = 2",
        f"UPDATE event SET id = 2, prev = '{first.prev}' WHERE id = 3",
        f"UPDATE event SET id = 3, prev = '{second.hash}' WHERE id = 99",
        f"UPDATE event SET prev = '{first.hash}' WHERE id = 4",
    )
    assert problems() != ()


@pytest.mark.parametrize("which", ["first", "last"])
def test_a_case_cut_out_whole_is_noticed(history: list[int], which: str) -> None:
    """R11: every trace of one case is gone, and what is left agrees with itself; of the last case nothing is missing
    in between, so only the head of the chain knows that there was more."""
    case = history[0] if which == "first" else add_case(history)
    tamper(
        f"DELETE FROM visit WHERE case_id = {case}",
        f"DELETE FROM event WHERE case_id = {case}",
        f"DELETE FROM sop_case WHERE id = {case}",
    )
    assert problems() != ()
    add_case(history)
    assert problems() != (), "the next case must not cover it up"


def add_case(history: list[int]) -> int:
    with database.writing() as session:
        by = people.person_by_username(session, "clerk")
        return track.start(session, sop_id="trk-layanan-data", subject="Surat lagi", by=by, idem=f"lagi{len(history)}")


def test_a_rewritten_history_lacks_its_anchors(history: list[int]) -> None:
    """R11: whoever can rewrite every table, the head of the chain too, cannot change what was printed on paper."""
    with database.session() as session:
        report = audit.verify(session)
        anchor = audit.anchor_text("event", report.event_anchor)
        assert audit.verify(session, (anchor, audit.anchor_text("audit", report.audit_anchor))).problems == ()
    tamper(
        "DELETE FROM event WHERE id > 5",
        "UPDATE chain_head SET seq = 5, hash = (SELECT hash FROM event WHERE id = 5) WHERE chain = 'event'",
    )
    with database.session() as session:
        assert any("anchor" in problem for problem in audit.verify(session, (anchor,)).problems)
        assert any("is no anchor" in problem for problem in audit.verify(session, ("x",)).problems)


def test_an_empty_office_is_whole(db: str) -> None:
    with database.writing() as session:
        make_office(session)
    with database.session() as session:
        report = audit.verify(session)
    assert (report.problems, report.cases, report.events) == ((), 0, 0)
    assert report.entries > 0
