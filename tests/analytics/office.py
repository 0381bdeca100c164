"""A made-up office with a past, written straight into the tables: fast enough for 400,000 events, seeded, by the rules.

Cases walk the seven real SOPs. Time is drawn in *working seconds* and turned into moments in bulk, so that waiting,
working and due times obey the office's calendar to the second. Nothing here uses the code under test.
"""

from __future__ import annotations

import heapq
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine

from workbench.domain import sla
from workbench.domain.calendar import OfficeCalendar, to_document
from workbench.domain.clock import Clock
from workbench.domain.people import PRODUCER_ROLES
from workbench.domain.sop import END, OutcomeKind, Sop, Standard, Unit
from workbench.settings import CHECKOUT
from workbench.storage.calendar_seed import seed_calendar
from workbench.storage.sop_document import to_document as sop_document
from workbench.storage.sop_files import load_all

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
BEGIN = datetime(2025, 5, 20, 1, 0, tzinfo=UTC)
OPDS = ("2.12.01", "1.02.01", "1.01.01", "3.27.01")
REASONS = ("Satuan tidak sama", "Jumlah tidak cocok dengan rincian", "Kolom kecamatan kosong", "Tahun keliru")
DAY_S = 27_000  # a plain working day, for drawing durations only

COLUMNS = {
    "calendar_version": "sha calendar_id version legal_basis body created_at created_by",
    "sop_version": "sha sop_id version body effective_from status approved_by created_at",
    "opd": "code name short_name sector is_walidata",
    "person": "id username name employee_number email password_hash active language created_at",
    "assignment": "id person_id role title opd_code capacity valid_from valid_to letter_number",
    "sop_case": (
        "id number tracking_code sop_id sop_sha subject requester dataset_id period opd_code parent_id calendar_id seq "
        "status step visit lane role assignee taken_by opened_at available_at due_at sop_due_at legal_due_at closed_at"
    ),
    "event": (
        "id case_id seq idem type step visit outcome lane actor capacity note evidence_kind evidence_ref "
        "evidence_sha256 detail at sop_sha calendar_sha prev hash"
    ),
    "visit": (
        "id case_id sop_id step visit lane holder_role outcome actor available_at taken_at done_at due_at verdict "
        "calendar_sha working_seconds waiting_seconds paused_seconds"
    ),
}


@dataclass
class Stay:
    case: int
    step: str
    visit: int
    available: int  # working seconds since the start of the calendar, as all times here
    taken: int | None = None
    done: int | None = None
    paused: tuple[int, int | None, str] | None = None
    outcome: str = ""
    actor: str = ""
    reason: str = ""
    ended_by: str = "decide"
    container: bool = False


@dataclass
class Walk:
    number: int
    sop: Sop
    opd: str
    opened: int
    parent: int | None = None
    status: str = "open"
    closed: int | None = None
    stays: list[Stay] = field(default_factory=list)


@dataclass
class Office:
    """Rows by table, ready to insert."""

    calendar: OfficeCalendar
    clock: Clock
    sops: list[Sop]
    rows: dict[str, list[tuple[Any, ...]]]
    walks: list[Walk]


def make(
    seed: int,
    cases: int,
    *,
    sops: tuple[str, ...] = (),
    now: datetime = NOW,
    chatter: float = 0.1,
    begin: datetime = BEGIN,
) -> Office:
    """An office with that many cases (children of collections come on top). ``chatter`` is the share of notes."""
    dice = random.Random(seed)
    calendar = seed_calendar("Asia/Jakarta")
    clock = Clock(calendar)
    known = [sop for sop in load_all(CHECKOUT / "data" / "sop") if not sops or sop.id in sops]
    end, start = clock.work(now), clock.work(begin)
    walks: list[Walk] = []
    for _ in range(cases):
        sop = dice.choice(known)
        walk = Walk(len(walks) + 1, sop, dice.choice(OPDS), _opened(dice, start, end))
        walks.append(walk)
        _walk(walk, walks, end, dice)
    rows = _rows(walks, calendar, clock, known, now, dice, chatter)
    return Office(calendar, clock, known, rows, walks)


def _opened(dice: random.Random, start: int, end: int) -> int:
    """Spread over the past, with enough of them lately that work stands in every lane."""
    return dice.randint(max(start, end - 8 * DAY_S) if dice.random() < 0.15 else start, end - 1)


def _draw(sop: Sop, no: str, dice: random.Random) -> tuple[int, int]:
    """Waiting and working seconds of a stay; the division head is the planted bottleneck."""
    step = sop.step(no)
    standard = step.standard
    base = DAY_S if standard is None else _plain(standard)
    slow = 2.2 if sop.holder(step).role == "division_head" else 1.0
    working = max(30, int(base * slow * dice.lognormvariate(-0.8, 0.7)))
    waiting = int(base * slow * 0.3 * dice.expovariate(1.0))
    return waiting, working


def _plain(standard: Standard) -> int:
    return (
        standard.amount * {Unit.WORKING_MINUTES: 60, Unit.WORKING_DAYS: DAY_S, Unit.MONTHS: 20 * DAY_S}[standard.unit]
    )


def _person(role: str, dice: random.Random) -> str:
    return f"{role}{dice.randint(1, 3)}"


def _walk(walk: Walk, walks: list[Walk], end: int, dice: random.Random) -> None:
    sop, fan = walk.sop, walk.sop.fan_out
    child = walk.parent is not None
    no = fan.steps[0] if child and fan else sop.start
    at, visits = walk.opened, {}
    while True:
        if no == END or (child and fan and no == fan.join):
            walk.status, walk.closed = "closed", at
            return
        visits[no] = visits.get(no, 0) + 1
        stay = Stay(walk.number, no, visits[no], at)
        walk.stays.append(stay)
        if fan and not child and no in fan.steps:
            stay.container = True
            children = [
                Walk(len(walks) + 1 + n, sop, opd, at, walk.number) for n, opd in enumerate(OPDS[: dice.randint(2, 4)])
            ]
            walks.extend(children)
            for other in children:
                _walk(other, walks, end, dice)
            ends = [other.closed for other in children]
            if any(e is None for e in ends):
                walk.status = "waiting_children"
                return
            at = max(e for e in ends if e is not None)
            stay.done, stay.ended_by, stay.actor = at, "join", "system"
            no = fan.join
            continue
        waiting, working = _draw(sop, no, dice)
        role = str(sop.lane(sop.step(no).lane).role)
        if at + waiting < end:
            stay.taken, stay.actor = at + waiting, _person(role, dice)
        begin = at + waiting + working // 2
        if dice.random() < 0.04 and begin < end:
            held = int(dice.expovariate(1 / (2 * DAY_S))) + 60
            stay.paused = (
                begin,
                begin + held if begin + held < end else None,
                dice.choice(("requester", "bps", "producer_pic")),
            )
            working += held
            if stay.paused[1] is None:
                walk.status = "paused"
                return
        done = at + waiting + working
        if done >= end:
            return
        stay.done = at = done
        if dice.random() < 0.01:
            walk.status, walk.closed, stay.ended_by = "cancelled", done, "cancel"
            return
        outcomes = sop.step(no).outcomes
        back = [o for o in outcomes if o.kind is OutcomeKind.RETURN]
        forward = [o for o in outcomes if o.kind is not OutcomeKind.RETURN]
        if back and visits[no] < 4 and dice.random() < 0.15:
            chosen, stay.reason = back[0], dice.choice(REASONS)
        else:
            chosen = dice.choice(forward)
            stay.ended_by = "skip" if dice.random() < 0.01 else "decide"
        stay.outcome, no = chosen.key, chosen.to


def _rows(
    walks: list[Walk],
    calendar: OfficeCalendar,
    clock: Clock,
    sops: list[Sop],
    now: datetime,
    dice: random.Random,
    chatter: float,
) -> dict[str, list[tuple[Any, ...]]]:
    stays = [stay for walk in walks for stay in walk.stays]
    by_number = {walk.number: walk for walk in walks}
    base = clock.to_local(datetime(calendar.first.year, calendar.first.month, calendar.first.day, tzinfo=clock.zone))
    offset = 7 * 3600

    def local(values: list[int]) -> np.ndarray:
        work = np.array(values, dtype=np.int64)
        return clock.add_seconds_many(np.full(len(work), base, dtype=np.int64), work)

    def texts(seconds: np.ndarray) -> list[str]:
        utc = (seconds - offset).astype("datetime64[s]").astype("datetime64[us]")
        return [str(t).replace("T", " ") for t in utc]

    moments = sorted(
        {s.available for s in stays}
        | {s.taken for s in stays if s.taken is not None}
        | {s.done for s in stays if s.done is not None}
        | {w.opened for w in walks}
        | {p for s in stays if s.paused for p in s.paused[:2] if p is not None}
    )
    where = local(moments)
    written = dict(zip(moments, texts(where), strict=True))
    wall = dict(zip(moments, where.tolist(), strict=True))

    # Due times in bulk, by the rule of each unit; held time of the few paused stays by the domain's own rule.
    due: dict[int, int] = {}
    for unit, add in (
        (Unit.WORKING_MINUTES, clock.add_many),
        (Unit.WORKING_DAYS, clock.add_days_many),
        (Unit.MONTHS, clock.add_months_many),
    ):
        chosen = [
            (i, standard.amount)
            for i, s in enumerate(stays)
            if not s.container and (standard := by_number[s.case].sop.step(s.step).standard) and standard.unit is unit
        ]
        if chosen:
            at = np.array([wall[stays[i].available] for i, _ in chosen], dtype=np.int64)
            ends = add(at, np.array([n for _, n in chosen], dtype=np.int64))
            due.update(zip([i for i, _ in chosen], ends.tolist(), strict=True))
    for i in [i for i in due if stays[i].paused and stays[i].paused[1] is not None]:
        held = stays[i].paused
        standard = by_number[stays[i].case].sop.step(stays[i].step).standard
        pause = sla.Pause(clock.from_local(wall[held[0]]), clock.from_local(wall[held[1]]))
        due[i] = clock.to_local(sla.due(clock, clock.from_local(wall[stays[i].available]), standard, [pause]))
    due_text = dict(zip(due, texts(np.array(list(due.values()), dtype=np.int64)), strict=True))

    visit_rows: list[tuple[Any, ...]] = []
    queue: list[tuple[int, int, int, tuple[Any, ...]]] = []
    count = 0

    def happened(at: int, walk: Walk, **what: str) -> None:
        nonlocal count
        count += 1
        heapq.heappush(queue, (at, walk.number, count, (at, walk, what)))

    for walk in walks:
        happened(walk.opened, walk, type="start", actor="clerk1", detail='{"scope":"child"}' if walk.parent else "{}")
    for i, stay in enumerate(stays):
        walk = by_number[stay.case]
        step = walk.sop.step(stay.step)
        held = 0
        common = {"step": stay.step, "visit": str(stay.visit), "lane": step.lane, "actor": stay.actor}
        if stay.taken is not None:
            happened(stay.taken, walk, type="take", **common)
        if dice.random() < chatter and stay.taken is not None:
            happened(stay.taken, walk, type="note", note="Sudah ditelepon.", **common)
        if stay.paused:
            begin, finish, whom = stay.paused
            happened(
                begin, walk, type="pause", detail=json.dumps({"reason": "menunggu", "waiting_for": whom}), **common
            )
            if finish is not None:
                held = finish - begin
                happened(finish, walk, type="resume", **common)
        verdict = ""
        if stay.done is not None:
            happened(stay.done, walk, type=stay.ended_by, outcome=stay.outcome, note=stay.reason, **common)
            if i in due and stay.ended_by in ("decide", "skip"):
                verdict = "breached" if wall[stay.done] > due[i] else "on_time"
        taken = stay.taken if stay.taken is not None else stay.done
        waiting = (taken - stay.available) if taken is not None else 0
        working = (stay.done - taken - held) if stay.done is not None and taken is not None else 0
        if stay.container:
            waiting, working = (stay.done or stay.available) - stay.available, 0
        visit_rows.append(
            (
                i + 1,
                stay.case,
                walk.sop.id,
                stay.step,
                stay.visit,
                step.lane,
                str(walk.sop.holder(step).role),
                stay.outcome,
                stay.actor,
                written[stay.available],
                written.get(stay.taken),
                written.get(stay.done),
                due_text.get(i),
                verdict,
                calendar.sha if stay.done is not None else "",
                working,
                waiting,
                held,
            )
        )

    event_rows: list[tuple[Any, ...]] = []
    seqs: dict[int, int] = {}
    while queue:
        at, number, _count, (_at, walk, what) = heapq.heappop(queue)
        seqs[number] = seq = seqs.get(number, 0) + 1
        event_rows.append(
            (
                len(event_rows) + 1,
                number,
                seq,
                f"k{len(event_rows)}",
                what["type"],
                what.get("step", ""),
                int(what.get("visit", "0")),
                what.get("outcome", ""),
                what.get("lane", ""),
                what.get("actor", ""),
                "",
                what.get("note", ""),
                "",
                "",
                "",
                what.get("detail", "{}"),
                written[at],
                walk.sop.sha,
                calendar.sha,
                "",
                f"h{len(event_rows)}",
            )
        )

    total = {sop.id: sop.total for sop in sops}
    case_rows = []
    last_of = {stay.case: (i, stay) for i, stay in enumerate(stays)}
    for walk in walks:
        i, last = last_of[walk.number]
        running = walk.closed is None
        step = walk.sop.step(last.step)
        opened = clock.from_local(wall[walk.opened])
        sop_due = sla.due(clock, opened, total[walk.sop.id]) if total[walk.sop.id] else None
        legal = sla.legal_due(clock, opened) if walk.sop.legal_clock else None
        case_rows.append(
            (
                walk.number,
                f"P-{walk.number:06d}",
                f"kode{walk.number}",
                walk.sop.id,
                walk.sop.sha,
                f"Perkara {walk.number} dari {walk.opd}",
                f"Pemohon {walk.number % 97}",
                "",
                "2025",
                walk.opd,
                walk.parent,
                "office",
                seqs[walk.number],
                walk.status,
                last.step if running else END,
                last.visit if running else 0,
                step.lane if running else "",
                str(walk.sop.lane(step.lane).role) if running else "",
                "",
                last.actor if running and last.taken is not None else "",
                written[walk.opened],
                written[last.available] if running else None,
                due_text.get(i) if running else None,
                _text(sop_due),
                _text(legal),
                None if running else written[walk.closed],
            )
        )

    made = "2025-01-01 00:00:00.000000"
    roles = sorted({str(lane.role) for sop in sops for lane in sop.lanes})
    people = [
        (n + 1, f"{role}{k}", f"{role.title()} {k}", role)
        for n, (role, k) in enumerate((r, k) for r in roles for k in (1, 2, 3))
    ]
    return {
        "calendar_version": [
            (calendar.sha, "office", 1, calendar.legal_basis, json.dumps(to_document(calendar)), made, "uji")
        ],
        "sop_version": [
            (sop.sha, sop.id, sop.version, json.dumps(sop_document(sop)), "2025-01-01", "in_force", "uji", made)
            for sop in sops
        ],
        "opd": [("2.16.01", "Dinas Kominfo SP", "Diskominfo", "", True)]
        + [(code, f"Dinas {code}", code, "", False) for code in OPDS],
        "person": [(n, username, name, "", "", "", True, "id", made) for n, username, name, _role in people],
        "assignment": [
            (
                n,
                n,
                role,
                role.title(),
                OPDS[0] if role in PRODUCER_ROLES else "2.16.01",
                "definitif",
                "2025-01-01",
                None,
                "",
            )
            for n, _username, _name, role in people
        ],
        "sop_case": case_rows,
        "event": event_rows,
        "visit": visit_rows,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def insert(engine: Engine, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Write the rows as fast as the database takes them, in one transaction."""
    raw = engine.raw_connection()
    postgres = engine.dialect.name == "postgresql"
    try:
        cursor = raw.cursor()
        if not postgres:
            cursor.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            names = COLUMNS[table].split()
            if postgres:
                times = [n for n, name in enumerate(names) if name.endswith("_at") or name == "at"]
                with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                    for row in found:
                        cells = list(row)
                        for n in times:
                            cells[n] = cells[n] and f"{cells[n]}+00"
                        copy.write_row(cells)
                if "id" in names:
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    )
            else:
                marks = ", ".join("?" * len(names))
                cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", found)
        raw.commit()
    finally:
        raw.close()


def part(office: Office, *, events: range) -> dict[str, list[tuple[Any, ...]]]:
    """Only those event rows: for tests that let time pass."""
    return {"event": [row for row in office.rows["event"] if row[0] in events]}


def month_start(year: int, month: int) -> date:
    return date(year, month, 1)


SOP_FOLDER = Path(CHECKOUT) / "data" / "sop"
