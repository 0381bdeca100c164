"""What stands now and what the next days will bring: the queue, and the chance of a breach from earlier stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from workbench import moment
from workbench.services.analytics_ask import ask, standing_now
from workbench.services.analytics_figures import ENOUGH, HORIZON_DAYS, Behind, DayForecast, Queue, Scope, State, Waiting
from workbench.storage.event_mart import EventMart, mart_of

_HISTORY = timedelta(days=540)


def queue(session: Session, *, scope: Scope) -> Queue:
    """View 5: what stands now, oldest first, and what the next five working days will bring.

    The chance of a breach is that of earlier stays at the same step (last 18 months) that had used at least as much of
    their allowance: how many of those ended beyond it. Fewer than twenty alike say nothing. Steps that a case has not
    reached yet are not part of the forecast.
    """
    mart = mart_of(session)
    now = moment.now()
    days = mart.measure.days_ahead("office", now, HORIZON_DAYS)
    horizon = days[-1][1] if days else now
    rows = ask(mart, "queue", scope, standing_now(mart), horizon=horizon.astimezone(UTC).replace(tzinfo=None))
    history = _shares_used(mart, scope, since=(now - _HISTORY).date())
    for row in rows:
        row["alike"], row["chance"] = _chance(history.get((row["sop_id"], row["step"])), row)
    waiting = tuple(
        Waiting(
            case_id=row["case_id"], number=row["number"], subject=row["subject"], sop_id=row["sop_id"],
            step=row["step"], visit=row["visit"], activity=row["activity"], holder_role=row["holder_role"],
            person=row["person"], available_at=row["available_at"], due_at=row["due_at"], state=row["state"],
            waiting_for=row["waiting_for"], used_seconds=row["used_s"], used_days=row["used_days"],
            share=row["ratio"], chance=row["chance"], alike=row["alike"],
        )
        for row in rows
    )  # fmt: skip
    forecast = []
    for day, _close in days:
        falling = [row for row in rows if row["due_day"] == day and row["state"] in (State.ON_TIME, State.AT_RISK)]
        known = [row["chance"] for row in falling if row["chance"] is not None]
        forecast.append(
            DayForecast(
                day, len(falling), sum(known), len(falling) - len(known),
                Behind(scope, standing=True, due_day=day, state="running"),
            )
        )  # fmt: skip
    return Queue(waiting, tuple(forecast), sum(row["state"] == State.BREACHED for row in rows))


def _shares_used(mart: EventMart, scope: Scope, *, since: date) -> dict[tuple[str, str], NDArray[np.float64]]:
    """What earlier stays of each step used of their allowance, ascending."""
    frame = mart.ask("queue_history", {"sop_id": scope.sop_id, "since": since})
    return {
        (sop_id, step): np.asarray(ratios, dtype=float)
        for sop_id, step, ratios in zip(frame["sop_id"], frame["step"], frame["ratios"], strict=True)
    }


def _chance(used: NDArray[np.float64] | None, row: Mapping[str, Any]) -> tuple[int, float | None]:
    """(earlier stays that used at least as much as this one, the part of them that ended beyond their allowance)."""
    if used is None or not row["falling"]:
        return 0, None
    alike = int(used.size - np.searchsorted(used, row["ratio"], side="left"))
    if alike < ENOUGH:
        return alike, None
    late = int(used.size - max(np.searchsorted(used, row["ratio"], side="left"), np.searchsorted(used, 1.0, "right")))
    return alike, late / alike
