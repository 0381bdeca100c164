"""Server time of search, sidebar counts, cascade and sweep with 30,000 cases and 400,000 events, on both databases.

``python -m tests.notices.scale [--cases N] [--plan]``: a seeded office in a fresh database of each kind, median of five
reruns. Exits 1 when one takes 300 ms or more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

from sqlalchemy import text
from sqlmodel import Session

from tests.analytics import office
from tests.analytics.conftest import person
from tests.analytics.scale import databases
from workbench import moment
from workbench.domain.engine import CaseStatus, Event, EventType
from workbench.domain.people import Role
from workbench.services import cascade_view, casework, changes, duty, notices, search, search_near, sweeping
from workbench.settings import get_settings
from workbench.storage import casebook, database

LIMIT_MS = 300


def questions(session: Session) -> dict[str, Callable[[Session], object]]:
    """What a page asks. The cascade is that of cases opened now: the past here was written without the engine."""
    staff, head = person(Role.STAFF), person(Role.DIVISION_HEAD)
    request = casework.open_case(session, sop_id="trk-layanan-data", subject="Uji", by="clerk1", idem="scale1")
    collection = casework.open_case(
        session, sop_id="srg-pengumpulan-publikasi", subject="Uji", by="clerk1", idem="scale2", opd_codes=office.OPDS
    )
    while (row := casebook.case_row(session, collection)).status != CaseStatus.WAITING_CHILDREN:
        way = casework.sop_of(session, row.sop_sha).step(row.step).outcomes[0].key
        event = Event(EventType.SKIP, moment.now(), "kasi", outcome=way, note="uji")
        casework.append(session, case_id=collection, seen_seq=None, event=event, idem=f"scale{row.seq}.{row.step}")
    return {
        "search: number": lambda s: search.find(s, person=staff, text="P-012345"),
        "search: two words": lambda s: search.find(s, person=staff, text="pemohon 42"),
        "search: a common note": lambda s: search.find(s, person=staff, text="ditelepon"),
        "search: three words": lambda s: search.find(s, person=staff, text="ditelepon perkara 77"),
        "search: nothing": lambda s: search.find(s, person=staff, text="xylofon"),
        "nearest cases": lambda s: search_near.near(s, person=staff, text="pemhoon 42 perkra"),
        "nearest running cases": lambda s: search_near.near(s, person=staff, text="pemhoon 42", running=True),
        "sidebar counts": lambda s: duty.waiting_by_room(s, staff),
        "changes for a head": lambda s: changes.for_person(s, head),
        "changes for staff": lambda s: changes.for_person(s, staff),
        "cascade": lambda s: cascade_view.cascade_of(s, case_id=request),
        "cascade of a collection": lambda s: cascade_view.cascade_of(s, case_id=collection),
        "notices": lambda s: notices.for_person(s, head),
    }


def measure(cases: int, *, plan: bool) -> bool:
    slow = False
    with databases() as found:
        for name, url in found:
            os.environ["WORKBENCH_DATABASE_URL"] = url
            get_settings.cache_clear()
            database.dispose()
            database.migrate()
            made = office.make(1, cases)
            office.insert(database.engine(), made.rows)
            if url:
                with database.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("ANALYZE"))
            else:
                with database.writing() as session:
                    session.execute(text("ANALYZE"))
            print(f"{name}: {len(made.rows['sop_case']):,} cases, {len(made.rows['event']):,} events")
            with moment.at(office.NOW):
                began = time.perf_counter()
                search.catch_up()
                print(f"  collecting all notes once: {time.perf_counter() - began:.1f} s")
                began = time.perf_counter()
                with database.writing() as session:
                    done = sweeping.sweep(session)
                spent = time.perf_counter() - began
                print(f"  first sweep ({done.warnings} warnings, {done.notices} notices): {spent:.2f} s")
                took = []
                for _ in range(5):
                    began = time.perf_counter()
                    with database.writing() as session:
                        sweeping.sweep(session)
                    took.append((time.perf_counter() - began) * 1000)
                print(f"  a further sweep: {statistics.median(took):.0f} ms")
                with database.writing() as session:
                    asked = questions(session)
                for label, question in asked.items():
                    took = []
                    for _ in range(5):
                        with database.session() as session:
                            began = time.perf_counter()
                            question(session)
                            took.append((time.perf_counter() - began) * 1000)
                    middle = statistics.median(took)
                    slow |= middle >= LIMIT_MS
                    print(f"  {label:28s} {middle:6.0f} ms")
                if plan and not url:
                    show_plan()
    return not slow


def show_plan() -> None:
    """How SQLite answers the search for a common note."""
    query = (
        "EXPLAIN QUERY PLAN SELECT id FROM sop_case WHERE subject LIKE '%x%' OR id IN "
        "(SELECT case_id FROM case_notes WHERE body LIKE '%x%') ORDER BY id DESC LIMIT 51"
    )
    with database.session() as session:
        for row in session.execute(text(query)):
            print("   ", row[-1])


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=22_000)
    options.add_argument("--plan", action="store_true")
    given = options.parse_args()
    sys.exit(0 if measure(given.cases, plan=given.plan) else 1)
