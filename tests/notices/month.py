"""A month of an office as a process that may be killed at any instant, and a mail server as another process."""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlmodel import select

from tests.domain import office as oracle
from workbench import moment
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import WorkbenchError
from workbench.services import casework, people, sweeping, track
from workbench.storage import casebook, database
from workbench.storage.tables import CaseRow

SOPS = ("bwi-permintaan", "bwi-diseminasi", "trk-layanan-data", "sby-penyebarluasan")
FIRST, LAST = oracle.wib("2026-07-06T00:00"), oracle.wib("2026-08-01T00:00")


def is_open(at: datetime) -> bool:
    """By the second calendar, which shares no code with the clock."""
    return oracle.minutes()[oracle.index(at)] == 1


def ticks() -> list[datetime]:
    """Every five minutes while the office is open, every fifty outside (nothing may be said then)."""
    found = []
    at = FIRST
    while at < LAST:
        found.append(at)
        at += timedelta(minutes=5 if is_open(at) or is_open(at + timedelta(minutes=50)) else 50)
    return found


# ---------------------------------------------------------------- the office


def live(folder: Path, seed: int) -> None:
    """Go on where the last process was killed: act, note what stands, sweep and send, tick by tick."""
    mark = folder / "tick"
    begin = int(mark.read_text()) if mark.exists() else 0
    moments = ticks()
    with (folder / f"seen-{os.getpid()}").open("a", encoding="utf-8") as log:
        for number in range(begin, len(moments)):
            with moment.at(moments[number]):
                if is_open(moments[number]):
                    act(number, random.Random(f"{seed}.{number}"))
                for line in standing():
                    log.write(json.dumps([moments[number].isoformat(), *line]) + "\n")
                log.flush()
                sweeping.tick()
            fresh = folder / "tick.new"
            fresh.write_text(str(number + 1))
            fresh.replace(mark)


def act(number: int, dice: random.Random) -> None:
    """Something happens or nothing; what was done before the kill is not done again."""
    what = dice.random()
    try:
        with database.writing() as session:
            if casebook.by_idem(session, f"t{number}") is not None:
                return
            if what < 0.05:
                by = people.person_by_username(session, "clerk")
                track.start(session, sop_id=dice.choice(SOPS), subject=f"Perkara {number}", by=by, idem=f"t{number}")
                return
            if what > 0.35:
                return
            head = people.person_by_username(session, "kasi")
            query = select(CaseRow).where(CaseRow.status.in_(["open", "paused"])).order_by(CaseRow.id)  # type: ignore[attr-defined]
            rows = list(session.exec(query))
            if not rows:
                return
            row = dice.choice(rows)
            common: dict[str, Any] = {"case_id": row.id, "seen_seq": row.seq, "by": head, "idem": f"t{number}"}
            if row.status == CaseStatus.PAUSED:
                track.resume(session, **common)
            elif dice.random() < 0.1:
                track.pause(session, **common, reason="requester")
            else:
                sop = casework.sop_of(session, row.sop_sha)
                ways = [o for o in sop.step(row.step).outcomes if o.kind != "return"]
                track.skip(session, **common, outcome=dice.choice(ways).key, note="lanjut")
    except WorkbenchError as error:
        raise AssertionError(f"tick {number}: {error}") from error


def standing() -> Iterator[list[object]]:
    """What the projection says of every running step at this moment."""
    with database.session() as session:
        for row in session.exec(select(CaseRow).where(CaseRow.status == "open")):
            times = (row.available_at, row.warn_at, row.due_at)
            yield [row.id, row.step, row.visit, *(at.isoformat() if at else None for at in times)]


# ---------------------------------------------------------------- the mail server


class _Keeper:
    """Keeps every letter as a file before it says yes; every eleventh is sent away once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.count += 1
        if self.count % 11 == 0:
            return "451 busy"
        (self.folder / f"letter-{self.count:06d}").write_bytes(envelope.content)
        return "250 OK"


def serve(folder: Path, port: int) -> None:
    controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    (folder / "ready").touch()
    threading.Event().wait()
