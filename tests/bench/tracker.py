"""R12: server time of what the tracker's pages ask, with 30,000 cases and 400,000 events, on SQLite and PostgreSQL.

``python -m tests.bench.tracker [--cases N] [--keep FOLDER] [--plan]``: writes a seeded office straight into a fresh
database of each kind (or takes the SQLite one that an earlier run left in FOLDER), then times a rerun of each page's
question: a fresh reading session, the answer, median of five. The plan of the slowest statement of each question is
printed with ``--plan``, and always for one that misses the limit. Exits 1 when a median takes 300 ms or more.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlmodel import Session, col, func, select

from tests.analytics import office, scale
from tests.app_helpers import open_app
from workbench import moment
from workbench.domain.errors import IllegalMove
from workbench.domain.people import Assignment, Capacity, Person, Role
from workbench.services import analytics_ask, casework, track
from workbench.services.analytics_figures import Scope
from workbench.settings import get_settings
from workbench.storage import database, event_mart
from workbench.storage.tables import AssignmentRow, CaseRow, EventRow

LIMIT_MS = 300
PAGE = 50
Ask = Callable[[Session], object]


def person(role: Role, number: int = 1, opd_code: str = "2.16.01") -> Person:
    """Somebody of the made-up office, as a page knows them."""
    post = Assignment(role, role.value, opd_code, Capacity.DEFINITIVE, date(2025, 1, 1))
    return Person(number, f"{role}1", "Uji", (post,))


def questions(session: Session) -> dict[str, Ask]:
    """What the pages ask when they are drawn."""
    longest = longest_case(session)
    parent = session.exec(select(CaseRow.id).where(CaseRow.status == "waiting_children").limit(1)).first() or longest
    staff, head = person(Role.STAFF), person(Role.DIVISION_HEAD)
    operator = person(Role.PRODUCER_STAFF, opd_code=office.OPDS[0])
    late = track.BoardFilter(flags=(track.ProgressFlag.BREACHED,))
    found: dict[str, Ask] = {
        "inbox, staff": lambda s: track.inbox(s, person=staff),
        "inbox, division head": lambda s: track.inbox(s, person=head),
        "inbox, OPD operator": lambda s: track.inbox(s, person=operator),
        "home summary, head": lambda s: track.summary(s, head),
        "board, counts": lambda s: track.board_counts(s),
        "board, first page": lambda s: track.board(s, limit=PAGE),
        "board, page 10": lambda s: track.board(s, limit=PAGE, offset=9 * PAGE),
        "board, late only": lambda s: track.board(s, asked=late, limit=PAGE),
        "board, words": lambda s: track.board(s, asked=track.BoardFilter(words="perkara 1.02.01 2999"), limit=PAGE),
        "board, words, counts": lambda s: track.board_counts(s, asked=track.BoardFilter(words="perkara 1.02.01")),
        "board, ended, page 1": lambda s: track.board(s, ended=True, limit=PAGE),
        "board, ended, words": lambda s: track.board(
            s, ended=True, asked=track.BoardFilter(words="pemohon 42"), limit=PAGE
        ),
        "board, OPD's own": lambda s: track.board(s, person=operator, limit=PAGE),
        "case page, longest": lambda s: track.case(s, case_id=longest, person=head),
        "case page, collection": lambda s: track.case(s, case_id=parent, person=head),
    }
    for name, ask in scale.views(Scope()).items():
        found[f"view, {name}"] = ask
    return found


def longest_case(session: Session) -> int:
    """The case with the longest history that the engine can replay: the fast writer brings no evidence for some."""
    query = select(EventRow.case_id).join(CaseRow, col(CaseRow.id) == col(EventRow.case_id))
    query = query.where(CaseRow.sop_id == "bwi-permintaan").group_by(col(EventRow.case_id))
    for number in session.exec(query.order_by(func.count().desc()).limit(500)):
        with contextlib.suppress(IllegalMove):
            casework.state_of(session, number)
            return number
    raise LookupError("no case of the made-up office can be replayed")


class Statements:
    """The statements that one question sends, with their times."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, str, Any]] = []
        self._begun = 0.0

    def __enter__(self) -> Statements:
        event.listen(database.engine(), "before_cursor_execute", self._before)
        event.listen(database.engine(), "after_cursor_execute", self._after)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(database.engine(), "before_cursor_execute", self._before)
        event.remove(database.engine(), "after_cursor_execute", self._after)

    def _before(self, *_: object) -> None:
        self._begun = time.perf_counter()

    def _after(self, _conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        self.seen.append(((time.perf_counter() - self._begun) * 1000, statement, parameters))

    def slowest(self) -> tuple[float, str, Any] | None:
        """The statement that took longest, if any was sent."""
        return max(self.seen, key=lambda item: item[0], default=None)


def plan(statement: str, parameters: Any) -> str:
    """How the database answers a statement."""
    with database.engine().connect() as connection:
        ask = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF) "
        rows = connection.exec_driver_sql(ask + statement, parameters).fetchall()
    return "\n".join(f"      {row[-1]}" for row in rows)


def timed(ask: Ask) -> float:
    """Milliseconds of one rerun, as after a new event: no answer that the mart has kept is used."""
    with database.session() as session:
        event_mart.mart_of(session).forget()
    begin = time.perf_counter()
    with database.session() as session:
        ask(session)
    return (time.perf_counter() - begin) * 1000


PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "home": ("track/home.py", {}),
    "inbox": ("track/inbox.py", {}),
    "board": ("track/board.py", {}),
    "search, a number": ("track/search.py", {"q": "2026/000123"}),
    "search, words": ("track/search.py", {"q": "penduduk pemohon"}),
    "search, nothing": ("track/search.py", {"q": "kependudukkan xyzzy"}),
    **{
        f"analysis, {view}": ("track/analytics.py", {"tampilan": view})
        for view in ("langkah", "perkara", "pelaksana", "antrean", "pengulangan", "jalur", "pihak-luar")
    },
}


def pages() -> float:
    """Print what a whole rerun of each page costs the server, frame and menu included; the slowest median in ms.

    Processor time is printed beside the clock's: where others share the machine, only that says what a page needs.
    """
    with database.session() as session:
        head = session.exec(select(AssignmentRow.person_id).where(AssignmentRow.role == Role.DIVISION_HEAD)).first()
    worst = 0.0
    for label, (file, query) in PAGES.items():
        at = open_app(head, file, query=query, timeout=120)
        if at.exception or at.error:
            raise RuntimeError(f"{label}: {[e.value for e in (*at.exception, *at.error)]}")
        clock, worked, sent = [], [], 0
        for _ in range(5):
            with database.session() as session:
                event_mart.mart_of(session).forget()
            begin, spent = time.perf_counter(), time.process_time()
            with Statements() as statements:
                at.run()
            clock.append((time.perf_counter() - begin) * 1000)
            worked.append((time.process_time() - spent) * 1000)
            sent = len(statements.seen)
        worst = max(worst, statistics.median(clock))
        print(
            f"  page {label:<22}{statistics.median(clock):7.1f} ms  (best {min(clock):6.1f}, processor "
            f"{statistics.median(worked):6.1f}, {sent:>2} statements)"
        )
    return worst


def measure(name: str, *, plans: bool) -> float:
    """Print the times of the database the settings name; returns the slowest median."""
    with moment.at(office.NOW):
        with database.session() as session:
            counts = [session.exec(text(f"SELECT count(*) FROM {t}")).scalar() for t in ("sop_case", "event", "visit")]  # type: ignore[call-overload]
            running = dict(session.exec(select(CaseRow.status, func.count()).group_by(CaseRow.status)).all())
            asked = questions(session)
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        print(f"\nload a processor before measuring: {load:.1f} (1.0 is all of it)")
        print(f"{name}: {counts[0]:,} cases, {counts[1]:,} events, {counts[2]:,} stays; {running}")
        print(f"  mart built once per process: {timed(analytics_ask.version):,.0f} ms")
        worst = 0.0
        for label, ask in asked.items():
            with Statements() as statements:
                timed(ask)
            times = [timed(ask) for _ in range(5)]
            median = statistics.median(times)
            worst = max(worst, median)
            sent = len(statements.seen)
            print(f"  {label:<24}{median:7.1f} ms  (worst {max(times):6.1f}, {sent:>2} statements)")
            slow = statements.slowest()
            if slow is not None and (plans or median >= LIMIT_MS):
                shown = " ".join(slow[1].split())
                print(f"    {slow[0]:.1f} ms: {shown[:240]}\n{plan(slow[1], slow[2])}")
        worst = max(worst, pages())
    return worst


def use(url: str, folder: Path) -> None:
    """Point the settings at a database and forget the last one."""
    os.environ["WORKBENCH_DATA_DIR"] = str(folder)
    os.environ["WORKBENCH_DATABASE_URL"] = url
    get_settings.cache_clear()
    database.dispose()


def fill(cases: int) -> None:
    """Migrate and write the made-up office, as a database looks that has lived: with statistics for the planner."""
    database.migrate()
    begin = time.perf_counter()
    made = office.make(30_000, cases, chatter=0.35)
    office.insert(database.engine(), made.rows)
    with database.engine().connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    print(f"office written in {time.perf_counter() - begin:.0f} s")


def main(arguments: list[str] | None = None) -> int:
    """Measure both databases; 1 when a question takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=22_500, help="heads of cases; children of collections come on top")
    parser.add_argument("--keep", type=Path, help="folder whose SQLite database is used again, or made")
    parser.add_argument("--plan", action="store_true", help="print the plan of each question's slowest statement")
    given = parser.parse_args(arguments)
    worst = 0.0
    with scale.databases() as found:
        home = Path(os.environ["WORKBENCH_DATA_DIR"])
        for name, url in found:
            kept = name == "SQLite" and given.keep is not None
            folder = given.keep.resolve() if kept else home
            use(url, folder)
            if not (kept and (folder / "tracker.sqlite3").exists()):
                fill(given.cases)
            worst = max(worst, measure(name, plans=given.plan))
        database.dispose()
    print(f"\nslowest: {worst:.0f} ms (limit {LIMIT_MS} ms)")
    return 0 if worst < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
