"""Server time of each supervisor view with 30,000 cases and 400,000 events, on SQLite and PostgreSQL.

``python -m tests.analytics.scale [--cases N] [--plan]``: writes a seeded office into a fresh database of each kind,
builds the mart, then times reruns of every view (median of five, with the mart's own check for news in each), and an
increment of 50 new events. ``--plan`` prints how DuckDB answers the slowest. Exits 1 when a rerun takes 300 ms or more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, timedelta
from pathlib import Path

from sqlmodel import Session

from tests.analytics import office
from tests.analytics.conftest import person
from tests.conftest import _postgres_tool, postgres_cluster
from workbench import moment
from workbench.domain.people import Role
from workbench.services import analytics, analytics_ask, analytics_behind, analytics_queue
from workbench.services.analytics_figures import AT_RISK, HORIZON_DAYS, Behind, Scope
from workbench.settings import get_settings
from workbench.storage import database, event_mart

LIMIT_MS = 300
ASKED = {
    "sop_table": "sop_table",
    "heat_map": "heat_map",
    "late_cases": "late_cases",
    "lanes": "lanes",
    "people": "people",
    "queue": "queue",
    "rework": "rework_steps",
    "variants": "variants",
    "parties": "parties",
    "cases_behind": "cases_behind",
}


def views(scope: Scope) -> dict[str, Callable[[Session], object]]:
    """Every view as the page asks for it."""
    head = person(Role.DIVISION_HEAD)
    figure = Behind(scope, step="4")
    return {
        "sop_table": lambda s: analytics.sop_table(s, scope=scope),
        "heat_map": lambda s: analytics.heat_map(s, scope=scope),
        "late_cases": lambda s: analytics.late_cases(s, scope=scope),
        "breakdown": lambda s: analytics.breakdown(s, by=head, case_id=77),
        "lanes": lambda s: analytics.lanes(s, scope=scope),
        "people": lambda s: analytics.people(s, by=head, scope=scope),
        "queue": lambda s: analytics_queue.queue(s, scope=scope),
        "rework": lambda s: analytics.rework(s, scope=scope),
        "variants": lambda s: analytics.variants(s, scope=scope),
        "parties": lambda s: analytics.parties(s, scope=scope),
        "cases_behind": lambda s: analytics_behind.cases_behind(s, by=head, figure=figure),
    }


@contextmanager
def databases() -> Iterator[list[tuple[str, str]]]:
    """(name, URL) of the databases to measure: SQLite always, PostgreSQL where its server is installed."""
    with tempfile.TemporaryDirectory(prefix="wbscale") as folder:
        os.environ["WORKBENCH_DATA_DIR"] = folder
        found = [("SQLite", "")]
        if all(_postgres_tool(name) for name in ("initdb", "postgres", "pg_ctl")):
            cluster = postgres_cluster.__wrapped__()
            create = next(cluster)
            try:
                yield [*found, ("PostgreSQL", create("scale"))]
            finally:
                next(cluster, None)
        else:
            yield found


def timed(ask: Callable[[Session], object]) -> float:
    """Milliseconds of one rerun: a fresh reading session, the check for news, the answer."""
    begin = time.perf_counter()
    with database.session() as session:
        ask(session)
    return (time.perf_counter() - begin) * 1000


def measure(name: str, url: str, made: office.Office, *, plans: bool) -> float:
    """Print the times of one database; returns the slowest rerun."""
    os.environ["WORKBENCH_DATABASE_URL"] = url
    get_settings.cache_clear()
    database.dispose()
    database.migrate()
    begin = time.perf_counter()
    office.insert(database.engine(), made.rows)
    print(f"\n{name}: {len(made.rows['sop_case']):,} cases, {len(made.rows['event']):,} events, "
          f"{len(made.rows['visit']):,} stays written in {time.perf_counter() - begin:.1f} s")  # fmt: skip
    with moment.at(office.NOW):
        print(f"  mart built once per process: {timed(analytics_ask.version):,.0f} ms")
        slowest = 0.0
        for label, scope in (
            ("all SOPs", Scope()),
            ("one SOP", Scope(sop_id="trk-layanan-data", since=date(2025, 11, 1))),
        ):
            print(f"  rerun, {label}:")
            for view, ask in views(scope).items():
                timed(ask)
                times = [timed(ask) for _ in range(5)]
                slowest = max(slowest, statistics.median(times))
                print(f"    {view:<14}{statistics.median(times):7.1f} ms  (worst {max(times):.1f})")
        increment(made)
        print(f"  first view after 50 new events: {timed(views(Scope())['sop_table']):.0f} ms")
        if plans:
            show_plans()
    return slowest


def increment(made: office.Office) -> None:
    """Fifty notes on fifty cases, as colleagues write them while the page is open."""
    rows = made.rows["event"]
    seqs = {row[1]: row[2] for row in rows}
    at = (office.NOW - timedelta(minutes=1)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    new = []
    for number, row in enumerate(rows[:50], start=1):
        event = list(row)
        event[0], event[2], event[3], event[4], event[16] = (
            len(rows) + number,
            seqs[row[1]] + number,
            f"n{number}",
            "note",
            at,
        )
        new.append(tuple(event))
    office.insert(database.engine(), {"event": new})


def show_plans() -> None:
    """How DuckDB answers each question, with the time of its operators."""
    with database.session() as session:
        mart = event_mart.mart_of(session)
        standing = {"open_now": mart.standing(office.NOW, at_risk=AT_RISK)}
        horizon = mart.measure.days_ahead("office", office.NOW, HORIZON_DAYS)[-1][1]
        nothing = dict.fromkeys(
            [
                "sop_id",
                "since",
                "until",
                "opd_code",
                "step",
                "month",
                "holder_role",
                "party",
                "person",
                "state",
                "judged",
                "returned",
                "return_to",
                "reason",
                "again",
                "due_day",
                "standing",
                "path",
            ]
        )
        asked = nothing | {"top": 100, "enough": 20, "history_since": date(2025, 5, 1)}
        asked["horizon"] = horizon.astimezone(UTC).replace(tzinfo=None)
        for view, question in ASKED.items():
            print(f"\n--- {view} ({question}.sql)\n{mart.plan(question, asked, standing)}")


def main() -> int:
    """Measure both databases; 1 when a rerun is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=22_500, help="heads of cases; children of collections come on top")
    parser.add_argument("--plan", action="store_true", help="print the query plans")
    given = parser.parse_args()
    begin = time.perf_counter()
    made = office.make(30_000, given.cases, chatter=0.35)
    print(f"office drawn in {time.perf_counter() - begin:.1f} s")
    with databases() as found:
        slowest = max(measure(name, url, made, plans=given.plan and name == "SQLite") for name, url in found)
        database.dispose()
    print(f"\nslowest rerun: {slowest:.0f} ms (limit {LIMIT_MS} ms)")
    return 0 if slowest < LIMIT_MS else 1


if __name__ == "__main__":
    assert Path.cwd().joinpath("workbench").is_dir(), "run it from the checkout"
    sys.exit(main())
