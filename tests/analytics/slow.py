"""The same figures counted slowly: loops over the made-up office, in its own working seconds, without any SQL.

Durations are known from how the office was drawn, so neither the clock of the mart nor its queries are used here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tests.analytics.office import NOW, Office, Stay, Walk
from workbench.domain.sop import OutcomeKind

ZONE = ZoneInfo("Asia/Jakarta")


@dataclass
class Counted:
    """One stay with all that the views ask of it."""

    walk: Walk
    stay: Stay
    role: str
    actor: str
    due: datetime | None
    verdict: str
    available: datetime
    done: datetime | None

    @property
    def held(self) -> int:
        pause = self.stay.paused
        return pause[1] - pause[0] if pause and pause[1] is not None else 0

    @property
    def waiting(self) -> int:
        taken = self.stay.taken if self.stay.taken is not None else self.stay.done
        return (taken or self.stay.available) - self.stay.available

    @property
    def used(self) -> int:
        assert self.stay.done is not None
        return self.stay.done - self.stay.available - self.held

    @property
    def month(self) -> date:
        assert self.done is not None
        return self.done.astimezone(ZONE).date().replace(day=1)

    @property
    def party(self) -> str:
        if self.role.startswith("producer"):
            return "producer"
        return self.role if self.role in ("bps", "requester") else "office"

    @property
    def returned(self) -> bool:
        if self.stay.ended_by != "decide" or not self.stay.outcome:
            return False
        outcome = self.walk.sop.step(self.stay.step).outcome(self.stay.outcome)
        return outcome is not None and outcome.kind is OutcomeKind.RETURN

    @property
    def own_standard(self) -> bool:
        return self.walk.sop.step(self.stay.step).standard is not None


def moment_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def stays(office: Office) -> list[Counted]:
    """All stays, in the order of their rows, with the times that were written."""
    drawn = [(walk, stay) for walk in office.walks for stay in walk.stays]
    found = []
    for (walk, stay), row in zip(drawn, office.rows["visit"], strict=True):
        done, due, available = moment_of(row[11]), moment_of(row[12]), moment_of(row[9])
        assert available is not None
        found.append(Counted(walk, stay, row[6], row[8], due, row[13], available, done))
    return found


def ended(office: Office) -> list[Counted]:
    """Stays that enter a figure: ended by a decision or skipped, and not a parent waiting for its children."""
    return [
        c
        for c in stays(office)
        if c.done is not None and not c.stay.container and c.stay.ended_by in ("decide", "skip")
    ]


def allowance(office: Office, c: Counted) -> float | None:
    """Working time from receipt to due without the pause; only for steps with a standard of their own."""
    if c.due is None or not c.own_standard:
        return None
    due = office.clock.work(c.due)
    given = c.held if c.stay.paused and c.stay.paused[0] < due else 0
    return due - c.stay.available - given


def days_used(office: Office, start: datetime, end: datetime) -> int:
    """Counted on the fingers: 0 on the day of receipt, else the first n whose closing is not before the end."""
    day, last = start.astimezone(ZONE).date(), end.astimezone(ZONE)
    if day == last.date():
        return 0
    n = 0
    while True:
        day += timedelta(days=1)
        hours = office.calendar.hours_on(day)
        if hours:
            n += 1
            close = datetime.combine(day, datetime.min.time(), ZONE) + timedelta(minutes=hours[-1].end)
            if close >= last:
                return n


def groups(found: list[Counted], key) -> dict:
    result = defaultdict(list)
    for c in found:
        result[key(c)].append(c)
    return result


def quantile(values: list[float], q: float) -> float | None:
    return float(np.quantile(values, q)) if values else None


def cases(found: list[Counted]) -> set[int]:
    return {c.walk.number for c in found}


def standing(office: Office) -> Iterator[tuple[Counted, str, float, float | None]]:
    """Open stays now with their state, used time and share of the allowance."""
    now = office.clock.work(NOW)
    for c in stays(office):
        if c.stay.done is not None or c.stay.container or c.walk.status not in ("open", "paused"):
            continue
        paused = c.stay.paused
        running_pause = paused is not None and paused[1] is None
        until = paused[0] if running_pause and paused else now
        used = until - c.stay.available - c.held
        limit = allowance(office, c)
        share = used / limit if limit else None
        late = c.due is not None and office.clock.work(c.due) < until and c.due < NOW
        if late:
            state = "breached"
        elif running_pause:
            state = "paused"
        elif c.due is None:
            state = "untimed"
        else:
            state = "at_risk" if share is not None and share >= 0.75 else "on_time"
        yield c, state, used, share
