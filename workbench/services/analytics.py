"""Where do we lose time? The supervisor's eight questions over all cases, answered from the event mart.

Durations are working time by the calendar that judged a stay, pauses left out; shares compare a stay with its own
allowance, so that minutes, days and months are never turned into each other. Only ended stays enter a percentile; what
is still open is counted apart, so that a good past cannot hide a bad present. The supervisor's views follow workflow
practice of ServiceNow's SLA breakdown and Disco's "median before mean".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlmodel import Session

from workbench.domain.errors import NotFound
from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.i18n import _
from workbench.services.analytics_ask import ask, person_names, rate, require_supervisor, standing_now
from workbench.services.analytics_figures import (
    FEW,
    Behind,
    Breakdown,
    HeatCell,
    HolderTime,
    LateCase,
    Load,
    Parties,
    PartyTime,
    Rework,
    ReworkReason,
    ReworkStep,
    Scope,
    Stay,
    StepFigure,
    Variant,
    Variants,
)
from workbench.storage.event_mart import mart_of


def sop_table(session: Session, *, scope: Scope) -> list[StepFigure]:
    """View 1: the SOP as its own table of steps. Returns are decisions that send back, counted where they are made."""
    mart = mart_of(session)
    figures = []
    for row in ask(mart, "sop_table", scope, standing_now(mart)):
        few = row["cases"] < FEW
        figures.append(
            StepFigure(
                sop_id=row["sop_id"], step=row["step"], activity=row["activity"], holder=row["holder"],
                holder_role=row["holder_role"], amount=None if row["amount"] is None else int(row["amount"]),
                unit=row["unit"], inferred=row["inferred"], n=row["n"], cases=row["cases"], few=few,
                p50_seconds=None if few else row["p50_s"], p95_seconds=None if few else row["p95_s"],
                p50_days=None if few else row["p50_days"], p95_days=None if few else row["p95_days"],
                p50_share=None if few else row["p50_ratio"], p95_share=None if few else row["p95_ratio"],
                waiting_share=rate(row["waiting_s"], row["used_s"], few=few), judged=row["judged"],
                breached=row["breached"], breach_rate=rate(row["breached"], row["judged"], few=few),
                returns=row["returns"], open=row["open"], open_breached=row["open_breached"],
                behind=Behind(replace(scope, sop_id=row["sop_id"]), step=row["step"]),
            )
        )  # fmt: skip
    return figures


def heat_map(session: Session, *, scope: Scope) -> list[HeatCell]:
    """View 2: how many, breach rate, median and p95 / standard of each step in each month in which stays ended."""
    cells = []
    for row in ask(mart_of(session), "heat_map", scope):
        few = row["cases"] < FEW
        cells.append(
            HeatCell(
                sop_id=row["sop_id"], step=row["step"], month=row["month"], n=row["n"], cases=row["cases"], few=few,
                judged=row["judged"], breached=row["breached"],
                breach_rate=rate(row["breached"], row["judged"], few=few),
                p50_seconds=None if few else row["p50_s"],
                p95_share=None if few else row["p95_ratio"],
                behind=Behind(replace(scope, sop_id=row["sop_id"]), step=row["step"], month=row["month"]),
            )
        )  # fmt: skip
    return cells


def late_cases(session: Session, *, scope: Scope, top: int = 100) -> list[LateCase]:
    """View 3, the way in: cases by their working time beyond the standards, with who most of it belongs to.

    Steps whose standard belongs to a whole phase have no allowance of their own and add nothing here.
    """
    mart = mart_of(session)
    return [
        LateCase(
            row["case_id"], row["number"], row["subject"], row["sop_id"], row["status"], row["verdict"], row["over_s"],
            row["cause"], row["cause_s"],
        )
        for row in ask(mart, "late_cases", scope, standing_now(mart), top=top)
    ]  # fmt: skip


def breakdown(session: Session, *, by: Person, case_id: int) -> Breakdown:
    """View 3: who held a case for how long, in % of the standard, and who caused the excess. ``NotFound`` without case.

    Persons are named to supervisors only; others see the lane.
    """
    mart = mart_of(session)
    rows = ask(mart, "case_breakdown", Scope(), case_id=case_id)
    about = ask(mart, "one_case", Scope(), case_id=case_id)
    if not about:
        raise NotFound(_("Perkara ini tidak ada."))
    standing = standing_now(mart)["open_now"]
    open_now = {(row["step"], row["visit"]): row for row in standing[standing["case_id"] == case_id].to_dict("records")}
    names = person_names(session) if by.roles & SUPERVISOR_ROLES else {}
    stays = tuple(_stay(row, open_now.get((row["step"], row["visit"])), names) for row in rows)
    own = [stay for stay in stays if not stay.container]
    total = sum(stay.used_seconds or 0.0 for stay in own)
    sums: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for stay in own:
        entry = sums[stay.holder_role, stay.holder, stay.party]
        entry[0] += stay.used_seconds or 0.0
        entry[1] += stay.over_seconds
    holders = tuple(
        HolderTime(role, holder, party, used, used / total if total else 0.0, over)
        for (role, holder, party), (used, over) in sorted(sums.items(), key=lambda item: -item[1][0])
    )
    worst = max(holders, key=lambda h: h.over_seconds, default=None)
    caused = worst if worst is not None and worst.over_seconds > 0 else None
    return Breakdown(
        case_id, about[0]["number"], about[0]["subject"], stays, holders,
        caused.holder if caused else "", caused.over_seconds if caused else 0.0,
    )  # fmt: skip


def _stay(row: dict[str, Any], standing: Mapping[Any, Any] | None, names: Mapping[str, str]) -> Stay:
    used, days, allowance, state = row["used_s"], row["used_days"], row["allowance_s"], row["verdict"]
    if standing is not None:
        used, days, state = standing["used_s"], standing["used_days"], standing["state"]
        allowance = None if pd.isna(standing["allowance_s"]) else standing["allowance_s"]
    over = max(used - allowance, 0.0) if used is not None and allowance is not None else 0.0
    return Stay(
        step=row["step"], visit=row["visit"], activity=row["activity"], holder=row["holder"],
        holder_role=row["holder_role"], party=row["party"], person=names.get(row["actor"], ""),
        available_at=row["available_at"], taken_at=row["taken_at"], done_at=row["done_at"], due_at=row["due_at"],
        state=state, waiting_seconds=row["waiting_s"], working_seconds=row["working_s"], used_seconds=used,
        used_days=days, paused_seconds=row["paused_s"] or 0.0, allowance_seconds=allowance,
        share=used / allowance if used is not None and allowance else None, over_seconds=over,
        returned=row["returned"], container=row["container"],
        amount=None if row["amount"] is None else int(row["amount"]), unit=row["unit"],
    )  # fmt: skip


def lanes(session: Session, *, scope: Scope) -> list[Load]:
    """View 4: per lane what is open, at risk and breached now, and the share closed on time."""
    mart = mart_of(session)
    return [_load(row, scope, None, "") for row in ask(mart, "lanes", scope, standing_now(mart))]


def people(session: Session, *, by: Person, scope: Scope) -> list[Load]:
    """View 4 per person, for supervisors only (``NotAllowed``). A person of "" is work nobody has taken."""
    require_supervisor(by)
    mart = mart_of(session)
    names = person_names(session)
    rows = ask(mart, "people", scope, standing_now(mart))
    return [_load(row, scope, row["person"], names.get(row["person"], row["person"])) for row in rows]


def _load(row: dict[str, Any], scope: Scope, person: str | None, name: str) -> Load:
    few = row["cases"] < FEW
    behind = Behind(scope, holder_role=row["holder_role"], person=person)
    return Load(
        holder_role=row["holder_role"], person=person, name=name, open=row["open"], at_risk=row["at_risk"],
        breached_now=row["breached_now"], paused=row["paused"], closed=row["closed"], cases=row["cases"], few=few,
        judged=row["judged"], on_time=row["on_time"], on_time_rate=rate(row["on_time"], row["judged"], few=few),
        behind_open=replace(behind, standing=True), behind_closed=behind,
    )  # fmt: skip


def rework(session: Session, *, scope: Scope, top: int = 20) -> Rework:
    """View 6: returns per step and reason, and the share of time spent in second and later stays."""
    mart = mart_of(session)
    share = ask(mart, "rework_share", scope)[0]
    steps = tuple(
        ReworkStep(
            row["sop_id"], row["step"], row["return_to"], row["returns"], row["cases"], row["n"], row["again"],
            rate(row["again_s"], row["used_s"]),
            Behind(
                replace(scope, sop_id=row["sop_id"]), step=row["step"],
                returned=row["returns"] > 0, return_to=row["return_to"] or None, again=row["returns"] == 0,
            ),
        )
        for row in ask(mart, "rework_steps", scope)
    )  # fmt: skip
    reasons = tuple(
        ReworkReason(
            row["reason"] or "", row["returns"], row["cases"], tuple(row["steps"]), Behind(scope, reason=row["key"])
        )
        for row in ask(mart, "rework_reasons", scope, top=top)
    )
    return Rework(
        share["n"], share["cases"], share["returns"], share["again_cases"],
        rate(share["again_s"], share["used_s"], few=share["cases"] < FEW), steps, reasons, Behind(scope, again=True),
    )  # fmt: skip


def variants(session: Session, *, scope: Scope, top: int = 15) -> Variants:
    """View 7: the paths that closed cases took. A parent's wait for its children is one stay of the path."""
    rows = ask(mart_of(session), "variants", scope, top=top)
    found = []
    for row in rows:
        few = row["cases"] < FEW
        found.append(
            Variant(
                row["sop_id"], row["path"], row["stays"], row["cases"], row["share"], few,
                None if few else row["p50_s"], None if few else row["p50_days"],
                rate(row["on_time"], row["cases"], few=few),
                Behind(replace(scope, sop_id=row["sop_id"]), path=row["path"]),
            )
        )  # fmt: skip
    return Variants(int(rows[0]["variants"]) if rows else 0, tuple(found))


def parties(session: Session, *, scope: Scope) -> Parties:
    """View 8: stays by their holder and pauses by who was waited for; a pause is never the office's time.

    ``share`` is a party's part of all time (held and paused) of the same month, or of the whole period.
    """
    rows = ask(mart_of(session), "parties", scope)
    keys = ("n", "held_s", "judged", "breached", "pauses", "paused_s")
    whole: dict[str, dict[str, Any]] = {}
    totals: dict[date, float] = defaultdict(float)
    for row in rows:
        total = whole.setdefault(row["party"], dict.fromkeys((*keys, "cases", "pause_cases"), 0))
        for key in keys:
            total[key] += row[key]
        totals[row["month"]] += row["held_s"] + row["paused_s"]
    counted = {row["party"]: row["cases"] for row in ask(mart_of(session), "party_cases", scope)}
    everything = sum(totals.values())
    return Parties(
        tuple(
            _party({**row, "party": party, "cases": counted.get(party, 0)}, scope, None, everything)
            for party, row in sorted(whole.items())
        ),
        tuple(_party(row, scope, row["month"], totals[row["month"]]) for row in rows),
    )


def _party(row: dict[str, Any], scope: Scope, month: date | None, total: float) -> PartyTime:
    return PartyTime(
        row["party"], month, row["n"], row["cases"], row["held_s"], row["judged"], row["breached"],
        rate(row["breached"], row["judged"], few=row["cases"] < FEW), row["pauses"], row["paused_s"],
        (row["held_s"] + row["paused_s"]) / total if total else 0.0,
        Behind(scope, party=row["party"], month=month), Behind(scope, paused_for=row["party"], month=month),
    )  # fmt: skip
