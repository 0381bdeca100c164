"""The tracker's cases, stays and events in an in-memory DuckDB, so that questions over years answer at once.

The tracker's database stays the truth; this is a copy of the columns that questions need, keyed by the highest event
id. Writers hold one lock (``database.writing``), so event ids become visible in their order and "everything above the
highest id seen" is exactly what is new: only the cases these events touch are read again. Questions are the named
files of ``sql/analytics``; they answer with frames, and no connection leaves this module.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import BigInteger, Engine, Select, String, Text, case, cast, extract, func, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session

from workbench.domain.engine import CaseStatus
from workbench.domain.sop import Confidence
from workbench.settings import get_settings
from workbench.storage.sop_document import from_document
from workbench.storage.tables import CaseRow, EventRow, SopVersionRow, VisitRow
from workbench.storage.work_measure import WorkMeasure

SQL_FOLDER = Path(__file__).parent / "sql" / "analytics"
REMEMBERED = 64
"""So many answers are kept until the next event; a page drawn again asks for what it asked for before."""

_PARAMETER = re.compile(r"\$([a-z_]+)")
_COMMENT = re.compile(r"--[^\n]*")


class QueryFailed(Exception):
    """A named question could not be answered; the message names the file."""


@cache
def sql(name: str) -> str:
    """The text of a named question."""
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@cache
def _parameters(name: str) -> frozenset[str]:
    return frozenset(_PARAMETER.findall(_COMMENT.sub("", sql(name))))


def _case() -> Any:
    return CaseRow.__table__.c  # type: ignore[attr-defined]


def _event() -> Any:
    return EventRow.__table__.c  # type: ignore[attr-defined]


def _visit() -> Any:
    return VisitRow.__table__.c  # type: ignore[attr-defined]


class EventMart:
    """One process's copy of one database. Safe for several threads: refreshing is one at a time, asking is not."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._lock = threading.Lock()
        self._memory = threading.Lock()
        self._root = duckdb.connect(config={"threads": 2, "memory_limit": "2GB", "autoinstall_known_extensions": False})
        self._root.execute(sql("schema"))
        self._measure = WorkMeasure()
        self._top = -1
        self._calendars: tuple[Any, ...] = ()
        self._definitions: tuple[str, ...] = ()
        self._answers: OrderedDict[tuple[Any, ...], tuple[pd.DataFrame, tuple[Any, ...]]] = OrderedDict()
        self._standing: tuple[tuple[Any, ...], pd.DataFrame] | None = None

    @property
    def version(self) -> int:
        """The highest event id the mart knows; -1 before the first refresh."""
        return self._top

    @property
    def measure(self) -> WorkMeasure:
        """The working time of the calendars the mart has met."""
        return self._measure

    # ------------------------------------------------------------ asking

    def ask(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame | pa.Table] | None = None,
    ) -> pd.DataFrame:
        """The answer to a named question. ``tables`` are frames the question may read beside the mart's own.

        Asked again before anything happened, the same frame is given again: read it, never write into it.
        """
        given, beside = parameters or {}, tables or {}
        key = (self._top, self._calendars, self._definitions, name, *sorted(given.items(), key=lambda item: item[0]))
        key += tuple((table, id(frame)) for table, frame in beside.items())
        with self._memory:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key][0]
        with self._root.cursor() as cursor:
            answer = self._run(cursor, name, given, beside).df()
        with self._memory:
            self._answers[key] = answer, tuple(beside.values())  # held, so that no other frame gets the same id
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Forget the answers that are kept, as every new event does."""
        with self._memory:
            self._answers.clear()
            self._standing = None

    def plan(
        self, name: str, parameters: Mapping[str, Any], tables: Mapping[str, pd.DataFrame | pa.Table] | None = None
    ) -> str:
        """How DuckDB answers a question, with the time of each operator (``EXPLAIN ANALYZE``)."""
        with self._root.cursor() as cursor:
            rows = self._run(cursor, name, parameters, tables or {}, prefix="EXPLAIN ANALYZE ").fetchall()
            return str(rows[0][1])

    def _run(
        self,
        cursor: duckdb.DuckDBPyConnection,
        name: str,
        parameters: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame | pa.Table],
        prefix: str = "",
    ) -> duckdb.DuckDBPyConnection:
        for table, frame in tables.items():
            cursor.register(table, frame)
        given = {key: value for key, value in {"zone": self._zone, **parameters}.items() if key in _parameters(name)}
        try:
            return cursor.execute(prefix + sql(name), given)
        except duckdb.Error as error:
            raise QueryFailed(f"{name}.sql: {error}") from error

    # ------------------------------------------------------------ refreshing

    def refresh(self, session: Session) -> int:
        """Take over what happened since the last time; returns the number of cases read again."""
        with self._lock:
            top = session.execute(select(func.max(_event().id))).scalar() or 0
            calendars = self._measure.version(session)
            definitions = tuple(sorted(f"{sha}:{status}" for sha, status in session.execute(_sop_versions())))
            if (top, calendars, definitions) == (self._top, self._calendars, self._definitions):
                return 0
            # A restored or replaced database begins again; so does one with a new SOP version, which may change what
            # older events mean, or a new calendar, by which due times and late verdicts move without an event.
            known = (calendars, definitions) == (self._calendars, self._definitions)
            afresh = not known or top < self._top or self._top < 0
            touched: Select[Any] | None = None
            if not afresh:
                e = _event()
                touched = select(e.case_id).where(e.id > self._top, e.id <= top)
            with self._root.cursor() as cursor:
                cursor.execute("BEGIN")
                try:
                    if afresh:
                        for table in ("sops", "steps", "outcomes", "events", "cases", "visits", "pauses"):
                            cursor.execute(f"DELETE FROM {table}")
                        self._take_definitions(session, cursor)
                    count = self._take(session, cursor, touched, above=-1 if afresh else self._top, top=top)
                    cursor.execute("COMMIT")
                except BaseException:
                    cursor.execute("ROLLBACK")
                    raise
            self._top, self._calendars, self._definitions = top, calendars, definitions
            self.forget()
            return count

    def rebuild(self, session: Session) -> int:
        """Forget everything and read it again: after the visits themselves were rebuilt from their events."""
        with self._lock:
            self._top = -1
        return self.refresh(session)

    def _take_definitions(self, session: Session, cursor: duckdb.DuckDBPyConnection) -> None:
        sops: list[dict[str, Any]] = []
        steps: list[dict[str, Any]] = []
        outcomes: list[dict[str, Any]] = []
        rows = sorted(session.execute(select(SopVersionRow)).scalars(), key=lambda r: (r.effective_from, r.created_at))
        current = {row.sop_id: row.sha for row in rows if row.status == "in_force"}
        for row in rows:
            sop = from_document(row.body)
            sops.append(
                {
                    "sop_sha": row.sha, "sop_id": row.sop_id, "title": sop.title, "version": row.version,
                    "current": current.get(row.sop_id) == row.sha,
                }
            )  # fmt: skip
            for order, step in enumerate(sop.steps):
                holder, standard = sop.holder(step), sop.standard_of(step.no)
                steps.append(
                    {
                        "sop_sha": row.sha, "sop_id": row.sop_id, "step": step.no, "ord": order,
                        "activity": step.activity, "lane": step.lane, "lane_name": sop.lane(step.lane).name,
                        "holder_role": str(holder.role), "holder_name": holder.name,
                        "amount": standard.amount if standard else None,
                        "unit": str(standard.unit) if standard else None, "own": step.standard is not None,
                        "fan_out": sop.fan_out is not None and step.no in sop.fan_out.steps,
                        "inferred": step.confidence is Confidence.INFERRED,
                    }
                )  # fmt: skip
                outcomes.extend(
                    {
                        "sop_sha": row.sha, "step": step.no, "outcome": outcome.key, "label": outcome.label,
                        "kind": str(outcome.kind), "to_step": outcome.to,
                    }
                    for outcome in step.outcomes
                )  # fmt: skip
        for table, found in (("sops", sops), ("steps", steps), ("outcomes", outcomes)):
            if found:
                cursor.register("fresh_rows", pa.Table.from_pylist(found))
                cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM fresh_rows")
                cursor.unregister("fresh_rows")

    def _take(
        self, session: Session, cursor: duckdb.DuckDBPyConnection, touched: Select[Any] | None, *, above: int, top: int
    ) -> int:
        cases = _frame(session, _cases(session, touched))
        if cases.empty:
            return 0
        visits = _frame(session, _visits(session, touched))
        events = _frame(session, _events(session, above=above, top=top))
        # An open stay is judged by the newest calendar, whatever version it began with.
        visits["calendar_sha"] = visits["calendar_sha"].where(visits["done_at"].notna(), "")
        self._measure.learn(session, set(visits["calendar_sha"].unique()))

        cursor.register("fresh_events", events)
        cursor.execute(
            "INSERT INTO events SELECT event_id, case_id, seq, type, step, visit, outcome, actor, note,"
            " json_extract_string(detail, '$.reason'), json_extract_string(detail, '$.waiting_for'), sop_sha, moment"
            " FROM fresh_events"
        )
        cursor.register("fresh_cases", cases)
        for table in ("cases", "visits", "pauses"):
            cursor.execute(f"DELETE FROM {table} WHERE case_id IN (SELECT case_id FROM fresh_cases)")
        pauses = self._measured_pauses(cursor.execute(sql("fresh_pauses")).df(), cases, visits)
        cursor.register("fresh_pauses", pauses)
        cursor.execute(sql("take_pauses"), {"zone": self._zone})
        cursor.register("fresh_visits", self._measured_visits(visits, cases, pauses))
        cursor.execute(sql("take_visits"), {"zone": self._zone})
        cursor.register("fresh_cases", self._measured_cases(cases, visits))
        cursor.execute(sql("take_cases"), {"zone": self._zone})
        return len(cases)

    def _measured_pauses(self, pauses: pd.DataFrame, cases: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
        """Adds how long each ended pause was, by the calendar version that judged its stay."""
        key = ["case_id", "step", "visit"]
        found = pauses.merge(visits[[*key, "calendar_sha"]], on=key, how="left")
        calendar = found["case_id"].map(cases.set_index("case_id")["calendar_id"])
        spans = (calendar, found["calendar_sha"].fillna(""), found["paused_at"], found["resumed_at"])
        return found.assign(paused_s=self._measure.seconds(*spans), paused_days=self._measure.closings(*spans))

    def _measured_visits(self, visits: pd.DataFrame, cases: pd.DataFrame, pauses: pd.DataFrame) -> pd.DataFrame:
        """Adds the allowance (working time from receipt to due, without pauses) and the working days used.

        A share of the allowance is comparable between steps whose standards are minutes, days and months, without
        turning one unit into another: each due time was made by its own rule.
        """
        calendar = visits["case_id"].map(cases.set_index("case_id")["calendar_id"])
        sha = visits["calendar_sha"]
        allowance = self._measure.seconds(calendar, sha, visits["available_at"], visits["due_at"])
        days = self._measure.days(calendar, sha, visits["available_at"], visits["done_at"])
        if len(pauses):
            key = ["case_id", "step", "visit"]
            stood = pauses.merge(visits[[*key, "due_at"]], on=key)
            # A hold that begins after the due time gives nothing back: what is late stays late.
            stood["given_s"] = stood["paused_s"].where(stood["paused_at"] < stood["due_at"], 0.0)
            sums = stood.groupby(key)[["given_s", "paused_days"]].sum()
            held = sums.reindex(pd.MultiIndex.from_frame(visits[key])).fillna(0.0)
            allowance = allowance - held["given_s"].to_numpy()
            days = np.maximum(days - held["paused_days"].to_numpy(), 0)
        allowance = pd.Series(allowance, index=visits.index)
        return visits.assign(allowance_s=allowance.where(allowance > 0), used_days=days)

    def _measured_cases(self, cases: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
        """Adds the working time from opening to closing, by the calendar of the last verdict."""
        judged = visits[visits["done_at"].notna()].sort_values(["done_at", "visit_id"])
        last = judged.groupby("case_id")["calendar_sha"].last()
        sha = cases["case_id"].map(last).fillna("")
        spans = (cases["calendar_id"], sha, cases["opened_at"], cases["closed_at"])
        return cases.assign(used_s=self._measure.seconds(*spans), used_days=self._measure.days(*spans))

    # ------------------------------------------------------------ now

    def standing(self, now: datetime, *, at_risk: float) -> pd.DataFrame:
        """Open stays with their clock at this moment: used time, share of the allowance and state.

        ``state``: paused (the clock stands still), breached (beyond the due time), at_risk (beyond the warning that
        the case carries, or ``at_risk`` of the allowance is used), on_time, untimed (no standard). A pause that began
        after the due time stays breached. The clock is read to the full minute, so that everybody who asks within it
        gets the same frame: read it, never write into it.
        """
        now = now.replace(second=0, microsecond=0)
        key = (self._top, self._calendars, self._definitions, now, at_risk)
        with self._memory:
            if self._standing is not None and self._standing[0] == key:
                return self._standing[1]
        frame = self._stand(now, at_risk)
        with self._memory:
            self._standing = key, frame
        return frame

    def _stand(self, now: datetime, at_risk: float) -> pd.DataFrame:
        frame = self.ask("open_visits")
        at = pd.Series(now.astimezone(UTC).replace(tzinfo=None), index=frame.index, dtype="datetime64[us]")
        until = frame["paused_since"].fillna(at) if len(frame) else at
        newest = pd.Series("", index=frame.index, dtype=object)
        calendar, since = frame["calendar_id"], frame["available_at"]
        past = frame["past_s"].fillna(0)
        used = np.maximum(self._measure.seconds(calendar, newest, since, until) - past, 0)
        allowance = self._measure.seconds(calendar, newest, since, frame["due_at"]) - frame["given_s"].fillna(0)
        allowance = allowance.where(frame["own"])
        ratio = used / allowance.where(allowance > 0)
        late = (frame["due_at"] < until).to_numpy(dtype=bool, na_value=False)
        paused = (frame["status"] == CaseStatus.PAUSED).to_numpy(dtype=bool)
        warned = (frame["warn_at"] <= until).to_numpy(dtype=bool, na_value=False)
        risky = np.where(frame["warn_at"].notna(), warned, ratio >= at_risk)
        states = np.select(
            [late, paused, frame["due_at"].isna().to_numpy(), risky],
            ["breached", "paused", "untimed", "at_risk"],
            "on_time",
        )
        return frame.assign(
            used_s=used,
            used_days=self._measure.days(calendar, newest, since, until),
            allowance_s=allowance.where(allowance > 0),
            ratio=ratio,
            state=pd.Series(states, index=frame.index, dtype=object),
        )


_marts: WeakKeyDictionary[Engine, EventMart] = WeakKeyDictionary()
_marts_lock = threading.Lock()


def mart_of(session: Session) -> EventMart:
    """The mart of the session's database, brought up to date."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    with _marts_lock:
        mart = _marts.get(engine)
        if mart is None:
            mart = _marts[engine] = EventMart(get_settings().time_zone)
    mart.refresh(session)
    return mart


# ---------------------------------------------------------------- reading the tracker's database


def _sop_versions() -> Select[Any]:
    table = SopVersionRow.__table__.c  # type: ignore[attr-defined]
    return select(table.sha, table.status)


def _time(session: Session, column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """A time without a Python object for each value: ISO text on SQLite, microseconds since 1970 on PostgreSQL."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(extract("epoch", column) * 1_000_000, BigInteger).label(f"{name}__us")
    return type_coerce(column, String).label(f"{name}__iso")


def _cases(session: Session, touched: Select[Any] | None) -> Select[Any]:
    c = _case()
    times = ("opened_at", "warn_at", "due_at", "sop_due_at", "legal_due_at", "closed_at")
    query = select(
        c.id.label("case_id"), c.number, c.sop_id, c.sop_sha, c.subject, c.requester, c.opd_code, c.parent_id,
        c.calendar_id, c.status, c.step, c.visit, c.lane, c.role, c.assignee, c.taken_by,
        *(_time(session, c[name], name) for name in times),
    ).order_by(c.id)  # fmt: skip
    return query if touched is None else query.where(c.id.in_(touched))


def _visits(session: Session, touched: Select[Any] | None) -> Select[Any]:
    v = _visit()
    times = ("available_at", "taken_at", "done_at", "due_at")
    query = select(
        v.id.label("visit_id"), v.case_id, v.sop_id, v.step, v.visit, v.lane, v.holder_role, v.outcome, v.actor,
        v.verdict, v.calendar_sha, v.working_seconds.label("working_s"), v.waiting_seconds.label("waiting_s"),
        v.paused_seconds.label("paused_s"), *(_time(session, v[name], name) for name in times),
    ).order_by(v.id)  # fmt: skip
    return query if touched is None else query.where(v.case_id.in_(touched))


def _events(session: Session, *, above: int, top: int) -> Select[Any]:
    e = _event()
    postgres = session.get_bind().dialect.name == "postgresql"
    detail = cast(e.detail, Text) if postgres else type_coerce(e.detail, String)
    return select(
        e.id.label("event_id"), e.case_id, e.seq, e.type, e.step, e.visit, e.outcome, e.actor,
        case((e.type == "decide", e.note), else_="").label("note"), detail.label("detail"), e.sop_sha,
        _time(session, e.at, "moment"),
    ).where(e.id > above, e.id <= top).order_by(e.id)  # fmt: skip


def _frame(session: Session, query: Select[Any]) -> pd.DataFrame:
    """The rows as a frame with ``datetime64[us]`` times; text stays plain Python text."""
    result = session.execute(query)
    names = list(result.keys())
    rows = result.all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    data: dict[str, Any] = {}
    for name, values in zip(names, columns, strict=True):
        if name.endswith("__us"):
            data[name[:-4]] = pa.array(values, pa.int64()).cast(pa.timestamp("us")).to_pandas().astype("datetime64[us]")
        elif name.endswith("__iso"):
            times = pa.array(values, pa.string()).cast(pa.timestamp("us"))
            data[name[:-5]] = times.to_pandas().astype("datetime64[us]")
        elif name == "parent_id":
            data[name] = pd.array(values, dtype="Int64")
        elif name.endswith(("_s", "_id", "seq", "visit")) and name not in ("sop_id", "calendar_id"):
            data[name] = np.array(values, dtype=np.int64)
        else:
            data[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(data)
