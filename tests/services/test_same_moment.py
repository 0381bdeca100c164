"""Two at the same moment, and a clock that lies: double submits (R6), decide against migrate (R10), a clock set back
(R14), the last two OPDs closing together (R18).

Processes wait for each other at a barrier before every act. ``WORKBENCH_TEST_SCALE`` multiplies the rounds.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import BrokenBarrierError
from typing import Any

import pytest
from sqlmodel import col, select

from tests.app_helpers import store_beside
from tests.conftest import Office
from workbench import moment
from workbench.domain.engine import CaseStatus, Event, EventType
from workbench.domain.errors import IllegalMove, Stale
from workbench.services import audit, casework, track
from workbench.services.casework import Actor
from workbench.storage import casebook, database
from workbench.storage.sop_document import from_document, to_document
from workbench.storage.tables import CaseRow, EventRow

SCALE = float(os.environ.get("WORKBENCH_TEST_SCALE", "1"))  # read before fixtures clear the environment
FORK = multiprocessing.get_context("fork")
MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)
Act = Callable[[int], str]


def _run(act: Act, rounds: Sequence[int], barrier: Any, told: Any) -> None:
    found = []
    for number in rounds:
        try:
            barrier.wait(60)
        except BrokenBarrierError:
            break  # the other process ended; what it says tells why
        try:
            found.append(act(number))
        except Stale as error:
            found.append(f"stale: {str(error).split(' oleh ')[0]}")
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
    told.put(found)


def together(*acts: Act, rounds: Sequence[int]) -> list[tuple[str, ...]]:
    """Each act in a process of its own, all at once, round after round; the answers of every round."""
    database.dispose()
    barrier, answers = FORK.Barrier(len(acts)), []
    queues = [FORK.Queue() for _ in acts]
    running = [
        FORK.Process(target=_run, args=(act, rounds, barrier, queue), daemon=True)
        for act, queue in zip(acts, queues, strict=True)
    ]
    for process in running:
        process.start()
    answers = [queue.get(timeout=240) for queue in queues]
    for process in running:
        process.join(30)
    return list(zip(*answers, strict=True))


def whole() -> None:
    with database.session() as session:
        assert audit.verify(session).problems == ()


# ---------------------------------------------------------------- R6


@pytest.mark.slow
def test_a_thousand_double_submits_are_a_thousand_events(office: Office, db: str) -> None:
    """The same form sent twice at the same moment, from two processes; on PostgreSQL a tenth of them."""
    n = int((1000 if db == "sqlite" else 100) * SCALE)
    with database.writing() as session:
        cases = [
            track.start(session, sop_id="trk-layanan-data", subject="A", by=office["clerk"], idem=f"a{k}")
            for k in range(100)
        ]

    def submit(number: int) -> str:
        with database.writing() as session:
            case = cases[number % len(cases)]
            track.add_note(session, case_id=case, by=office["kabid"], idem=f"k{number}", note=f"catatan {number}")
        return "done"

    assert set(together(submit, submit, rounds=range(n))) == {("done", "done")}
    with database.session() as session:
        keys = session.exec(select(EventRow.idem).where(EventRow.type == "note")).all()
    assert sorted(keys) == sorted(f"k{number}" for number in range(n))
    whole()


# ---------------------------------------------------------------- R10


@pytest.mark.slow
def test_deciding_against_migrating(office: Office) -> None:
    """Both saw the same page: one of the two happens, the other reads that the case moved; never both, never none."""
    rounds = int(60 * SCALE)
    with database.writing() as session:
        sop = casework.current_sop(session, "trk-layanan-data")
        newer = from_document(to_document(replace(sop, version="2", sha="")))
        store_beside(session, newer)
        cases = [
            track.start(session, sop_id=sop.id, subject=f"S{k}", by=office["clerk"], idem=f"o{k}")
            for k in range(rounds)
        ]

    def decide(number: int) -> str:
        with database.writing() as session:
            track.decide(
                session, case_id=cases[number], seen_seq=1, outcome="diagendakan_didisposisi", by=office["kadis"],
                idem=f"d{number}",
            )  # fmt: skip
        return "decided"

    def migrate(number: int) -> str:
        with database.writing() as session:
            track.migrate(
                session, case_id=cases[number], seen_seq=1, by=office["kabid"], idem=f"m{number}", to_sop=newer.sha
            )
        return "migrated"

    results = Counter(together(decide, migrate, rounds=range(rounds)))
    first, second = ("decided", "stale: Sudah diputus"), ("stale: Perkara berubah", "migrated")
    assert set(results) <= {first, second}, results
    with database.session() as session:
        rows = session.exec(select(CaseRow)).all()
        assert {(row.step, row.sop_sha == newer.sha, row.seq) for row in rows} <= {("2", False, 2), ("1", True, 2)}
        assert sum(row.step == "2" for row in rows) == results[first]
    whole()


# ---------------------------------------------------------------- R14


def test_a_clock_set_back_never_turns_a_history_around(office: Office) -> None:
    """Machines may disagree by seconds; more is refused with a sentence, nothing is written, and work goes on when the
    clock is right again."""
    with database.writing() as session, moment.at(MONDAY):
        case = track.start(session, sop_id="trk-layanan-data", subject="A", by=office["clerk"], idem="a")

    def note(at: datetime, key: str) -> None:
        with moment.at(at), database.writing() as session:
            track.add_note(session, case_id=case, by=office["kabid"], idem=key, note=key)

    note(MONDAY + timedelta(hours=3), "b")
    note(MONDAY + timedelta(hours=3, seconds=-4), "c")  # another machine, four seconds behind
    for back in (timedelta(seconds=6), timedelta(hours=1), timedelta(days=300)):
        with pytest.raises(IllegalMove, match=r"waktu|jam"):
            note(MONDAY + timedelta(hours=3) - back, f"back {back}")
    note(MONDAY + timedelta(hours=4), "d")
    with database.session() as session:
        times = session.exec(select(EventRow.at).order_by(col(EventRow.id))).all()
    assert times == [MONDAY + timedelta(hours=h) for h in (0, 3, 3, 4)]
    whole()


# ---------------------------------------------------------------- R18


@pytest.mark.slow
def test_the_last_two_opds_close_together(office: Office) -> None:
    """Whoever of the two is really last lets the parent go on: step 6 opens once, and is never forgotten."""
    rounds = int(25 * SCALE)
    opds = ("1.01.01", "1.02.01")
    children: dict[int, dict[str, int]] = {}
    with database.writing() as session:
        for number in range(rounds):
            parent = casework.open_case(
                session, sop_id="srg-pengumpulan-publikasi", subject=f"S{number}", by=Actor("kabid"),
                idem=f"p{number}", opd_codes=opds,
            )  # fmt: skip
            for step in ("1", "2"):
                sop = casework.current_sop(session, "srg-pengumpulan-publikasi")
                outcome = sop.step(step).outcomes[0].key
                decided = Event(EventType.SKIP, moment.now(), "kabid", outcome=outcome, note="uji")
                casework.append(session, case_id=parent, seen_seq=None, event=decided, idem=f"s{number}{step}")
            rows = casebook.children(session, parent)
            children[parent] = {row.opd_code: row.id or 0 for row in rows}
            for child in children[parent].values():
                for step in ("3", "4"):
                    outcome = sop.step(step).outcomes[0].key
                    decided = Event(EventType.SKIP, moment.now(), "kabid", outcome=outcome, note="uji")
                    casework.append(session, case_id=child, seen_seq=None, event=decided, idem=f"c{child}{step}")
    parents = list(children)

    def close(opd: str) -> Act:
        def act(number: int) -> str:
            child = children[parents[number]][opd]
            with database.writing() as session:
                event = Event(EventType.SKIP, moment.now(), "kasi", outcome="sesuai", note="uji")
                state = casework.append(session, case_id=child, seen_seq=None, event=event, idem=f"e{child}")
            return state.status.value

        return act

    results = together(close(opds[0]), close(opds[1]), rounds=range(rounds))
    assert set(results) == {(CaseStatus.CLOSED.value, CaseStatus.CLOSED.value)}
    with database.session() as session:
        for parent in parents:
            row = casebook.case_row(session, parent)
            assert (row.status, row.step, row.visit) == ("open", "6", 1)
            assert [event.type for event in casebook.events(session, parent)].count("join") == 1
    whole()
