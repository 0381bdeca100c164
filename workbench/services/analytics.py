"""Where do we lose time? The supervisor's eight questions over all cases, answered from the event mart.

Durations are working time by the calendar that judged a stay, pauses left out; shares compare a stay with its own
allowance, so that minutes, days and months are never turned into each other. Only ended stays enter a percentile; what
is still open is counted apart, so that a good past cannot hide a bad present. The supervisor's views follow workflow
practice of ServiceNow's SLA breakdown and Disco's "median before mean".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.errors import NotAllowed, NotFound
from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.i18n import _
from workbench.services.analytics_figures import (
    AT_RISK,
    ENOUGH,
    FEW,
    HORIZON_DAYS,
    Behind,
    Breakdown,
    CaseLine,
    CaseList,
    DayForecast,
    HeatCell,
    HolderTime,
    LateCase,
    Load,
    Parties,
    PartyTime,
    Queue,
    Rework,
    ReworkReason,
    ReworkStep,
    Scope,
    State,
    Stay,
    StepFigure,
    Variant,
    Variants,
    Waiting,
)
from workbench.storage import event_mart
from workbench.storage.event_mart import EventMart
from workbench.storage.tables import PersonRow

_HISTORY = timedelta(days=540)
_ALL = 1_000_000


def require_supervisor(by: Person) -> None:
    """Refuse anyone who holds no supervising post today."""
    if not by.roles & SUPERVISOR_ROLES:
        raise NotAllowed(_("Analisis ini hanya untuk atasan: kepala seksi, kepala bidang, sekretaris, kepala dinas."))


# ---------------------------------------------------------------- asking


def _mart(session: Session) -> EventMart:
    return event_mart.mart_of(session)


def _standing(mart: EventMart) -> dict[str, pd.DataFrame]:
    return {"open_now": mart.standing(moment.now(), at_risk=AT_RISK)}


def _ask(
    mart: EventMart, name: str, scope: Scope, tables: Mapping[str, pd.DataFrame] | None = None, **more: Any
) -> list[dict[str, Any]]:
    """The rows of a named question as plain Python: None for what is missing, aware UTC times, dates."""
    frame = mart.ask(name, {**asdict(scope), **more}, tables)
    columns: dict[str, list[Any]] = {}
    for column in frame.columns:
        series = frame[column]
        values = series.astype(object).where(series.notna(), None).tolist()
        if pd.api.types.is_datetime64_any_dtype(series):
            is_day = column in ("month", "due_day")
            values = [v and (v.date() if is_day else v.to_pydatetime().replace(tzinfo=UTC)) for v in values]
        columns[str(column)] = values
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)] if len(frame) else []


def _rate(part: float, whole: float, *, few: bool = False) -> float | None:
    return None if few or not whole else part / whole


def version(session: Session) -> int:
    """The highest event the figures know: the key under which a page may keep them."""
    return _mart(session).version


def sop_titles(session: Session) -> dict[str, str]:
    """The procedures in force, by id."""
    return {row["sop_id"]: row["title"] for row in _ask(_mart(session), "sop_titles", Scope())}


def worst_sop(session: Session) -> str:
    """The procedure with the most breached stays of the last 12 months, which a supervisor sees first; "" when none."""
    since = (moment.now() - timedelta(days=365)).date()
    found = _ask(_mart(session), "worst_sop", Scope(since=since))
    return str(found[0]["sop_id"]) if found else ""


# ---------------------------------------------------------------- the eight views


def sop_table(session: Session, *, scope: Scope) -> list[StepFigure]:
    """View 1: the SOP as its own table of steps. Returns are decisions that send back, counted where they are made."""
    mart = _mart(session)
    figures = []
    for row in _ask(mart, "sop_table", scope, _standing(mart)):
        few = row["cases"] < FEW
        figures.append(
            StepFigure(
                sop_id=row["sop_id"], step=row["step"], activity=row["activity"], holder=row["holder"],
                holder_role=row["holder_role"], amount=None if row["amount"] is None else int(row["amount"]),
                unit=row["unit"], inferred=row["inferred"], n=row["n"], cases=row["cases"], few=few,
                p50_seconds=None if few else row["p50_s"], p95_seconds=None if few else row["p95_s"],
                p50_days=None if few else row["p50_days"], p95_days=None if few else row["p95_days"],
                p50_share=None if few else row["p50_ratio"], p95_share=None if few else row["p95_ratio"],
                waiting_share=_rate(row["waiting_s"], row["used_s"], few=few), judged=row["judged"],
                breached=row["breached"], breach_rate=_rate(row["breached"], row["judged"], few=few),
                returns=row["returns"], open=row["open"], open_breached=row["open_breached"],
                behind=Behind(replace(scope, sop_id=row["sop_id"]), step=row["step"]),
            )
        )  # fmt: skip
    return figures


def heat_map(session: Session, *, scope: Scope) -> list[HeatCell]:
    """View 2: breach rate and p95 / standard of each step in each month in which stays ended."""
    cells = []
    for row in _ask(_mart(session), "heat_map", scope):
        few = row["cases"] < FEW
        cells.append(
            HeatCell(
                sop_id=row["sop_id"], step=row["step"], month=row["month"], n=row["n"], cases=row["cases"], few=few,
                judged=row["judged"], breached=row["breached"],
                breach_rate=_rate(row["breached"], row["judged"], few=few),
                p95_share=None if few else row["p95_ratio"],
                behind=Behind(replace(scope, sop_id=row["sop_id"]), step=row["step"], month=row["month"]),
            )
        )  # fmt: skip
    return cells


def late_cases(session: Session, *, scope: Scope, top: int = 100) -> list[LateCase]:
    """View 3, the way in: cases by their working time beyond the standards, with who most of it belongs to.

    Steps whose standard belongs to a whole phase have no allowance of their own and add nothing here.
    """
    mart = _mart(session)
    return [
        LateCase(
            row["case_id"], row["number"], row["subject"], row["sop_id"], row["status"], row["verdict"], row["over_s"],
            row["cause"], row["cause_s"],
        )
        for row in _ask(mart, "late_cases", scope, _standing(mart), top=top)
    ]  # fmt: skip


def breakdown(session: Session, *, by: Person, case_id: int) -> Breakdown:
    """View 3: who held a case for how long, in % of the standard, and who caused the excess. ``NotFound`` without case.

    Persons are named to supervisors only; others see the lane.
    """
    mart = _mart(session)
    rows = _ask(mart, "case_breakdown", Scope(), case_id=case_id)
    about = _ask(mart, "one_case", Scope(), case_id=case_id)
    if not about:
        raise NotFound(_("Perkara ini tidak ada."))
    standing = _standing(mart)["open_now"]
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
    mart = _mart(session)
    return [_load(row, scope, None, "") for row in _ask(mart, "lanes", scope, _standing(mart))]


def people(session: Session, *, by: Person, scope: Scope) -> list[Load]:
    """View 4 per person, for supervisors only (``NotAllowed``). A person of "" is work nobody has taken."""
    require_supervisor(by)
    mart = _mart(session)
    names = person_names(session)
    rows = _ask(mart, "people", scope, _standing(mart))
    return [_load(row, scope, row["person"], names.get(row["person"], row["person"])) for row in rows]


def _load(row: dict[str, Any], scope: Scope, person: str | None, name: str) -> Load:
    few = row["cases"] < FEW
    behind = Behind(scope, holder_role=row["holder_role"], person=person)
    return Load(
        holder_role=row["holder_role"], person=person, name=name, open=row["open"], at_risk=row["at_risk"],
        breached_now=row["breached_now"], paused=row["paused"], closed=row["closed"], cases=row["cases"], few=few,
        judged=row["judged"], on_time=row["on_time"], on_time_rate=_rate(row["on_time"], row["judged"], few=few),
        behind_open=replace(behind, standing=True), behind_closed=behind,
    )  # fmt: skip


def queue(session: Session, *, scope: Scope) -> Queue:
    """View 5: what stands now, oldest first, and what the next five working days will bring.

    The chance of a breach is that of earlier stays at the same step (last 18 months) that had used at least as much of
    their allowance: how many of those ended beyond it. Fewer than twenty alike say nothing. Steps that a case has not
    reached yet are not part of the forecast.
    """
    mart = _mart(session)
    now = moment.now()
    days = mart.measure.days_ahead("office", now, HORIZON_DAYS)
    horizon = days[-1][1] if days else now
    rows = _ask(mart, "queue", scope, _standing(mart), horizon=horizon.astimezone(UTC).replace(tzinfo=None))
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


def rework(session: Session, *, scope: Scope, top: int = 20) -> Rework:
    """View 6: returns per step and reason, and the share of time spent in second and later stays."""
    mart = _mart(session)
    share = _ask(mart, "rework_share", scope)[0]
    steps = tuple(
        ReworkStep(
            row["sop_id"], row["step"], row["return_to"], row["returns"], row["cases"], row["n"], row["again"],
            _rate(row["again_s"], row["used_s"]),
            Behind(
                replace(scope, sop_id=row["sop_id"]), step=row["step"],
                returned=row["returns"] > 0, return_to=row["return_to"] or None, again=row["returns"] == 0,
            ),
        )
        for row in _ask(mart, "rework_steps", scope)
    )  # fmt: skip
    reasons = tuple(
        ReworkReason(
            row["reason"] or "", row["returns"], row["cases"], tuple(row["steps"]), Behind(scope, reason=row["key"])
        )
        for row in _ask(mart, "rework_reasons", scope, top=top)
    )
    return Rework(
        share["n"], share["cases"], share["returns"], share["again_cases"],
        _rate(share["again_s"], share["used_s"], few=share["cases"] < FEW), steps, reasons, Behind(scope, again=True),
    )  # fmt: skip


def variants(session: Session, *, scope: Scope, top: int = 15) -> Variants:
    """View 7: the paths that closed cases took. A parent's wait for its children is one stay of the path."""
    rows = _ask(_mart(session), "variants", scope, top=top)
    found = []
    for row in rows:
        few = row["cases"] < FEW
        found.append(
            Variant(
                row["sop_id"], row["path"], row["stays"], row["cases"], row["share"], few,
                None if few else row["p50_s"], None if few else row["p50_days"],
                _rate(row["on_time"], row["cases"], few=few),
                Behind(replace(scope, sop_id=row["sop_id"]), path=row["path"]),
            )
        )  # fmt: skip
    return Variants(int(rows[0]["variants"]) if rows else 0, tuple(found))


def parties(session: Session, *, scope: Scope) -> Parties:
    """View 8: stays by their holder and pauses by who was waited for; a pause is never the office's time.

    ``share`` is a party's part of all time (held and paused) of the same month, or of the whole period.
    """
    rows = _ask(_mart(session), "parties", scope)
    keys = ("n", "held_s", "judged", "breached", "pauses", "paused_s")
    whole: dict[str, dict[str, Any]] = {}
    totals: dict[date, float] = defaultdict(float)
    for row in rows:
        total = whole.setdefault(row["party"], dict.fromkeys((*keys, "cases", "pause_cases"), 0))
        for key in keys:
            total[key] += row[key]
        totals[row["month"]] += row["held_s"] + row["paused_s"]
    counted = {row["party"]: row["cases"] for row in _ask(_mart(session), "party_cases", scope)}
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
        _rate(row["breached"], row["judged"], few=row["cases"] < FEW), row["pauses"], row["paused_s"],
        (row["held_s"] + row["paused_s"]) / total if total else 0.0,
        Behind(scope, party=row["party"], month=month), Behind(scope, paused_for=row["party"], month=month),
    )  # fmt: skip


# ---------------------------------------------------------------- the cases behind


def cases_behind(session: Session, *, by: Person, figure: Behind, top: int = 500) -> CaseList:
    """The cases of a figure, worst first, for supervisors (``NotAllowed``)."""
    require_supervisor(by)
    mart = _mart(session)
    asked = {key: value for key, value in asdict(figure).items() if key != "scope"}
    if figure.path is not None:
        rows = _ask(mart, "cases_of_variant", figure.scope, path=figure.path, top=top)
    elif figure.paused_for is not None:
        asked["party"] = figure.paused_for
        rows = _ask(mart, "cases_of_pause", figure.scope, top=top, **asked)
    else:
        rows = _ask(mart, "cases_behind", figure.scope, _standing(mart), top=top, **asked)
    lines = tuple(
        CaseLine(
            case_id=row["case_id"], number=row["number"], subject=row["subject"], requester=row["requester"],
            sop_id=row["sop_id"], opd_code=row["opd_code"], status=row["status"], step_now=row["step_now"],
            step=row["step"], stays=row["stays"], share=row["ratio"], used_seconds=row["used_s"],
            used_days=row["used_days"], state=row["state"] or "", opened_at=row["opened_at"],
            closed_at=row["closed_at"], due_at=row["due_at"],
        )
        for row in rows
    )  # fmt: skip
    return CaseList(int(rows[0]["total"]) if rows else 0, lines)


def all_cases_behind(session: Session, *, by: Person, figure: Behind) -> CaseList:
    """All cases of a figure, however many, for an export."""
    return cases_behind(session, by=by, figure=figure, top=_ALL)


def person_names(session: Session) -> dict[str, str]:
    """Names by what events write of an actor: user name, or the person's number."""
    rows = session.exec(select(col(PersonRow.id), col(PersonRow.username), col(PersonRow.name))).all()
    return {str(number): name for number, _username, name in rows} | {username: name for _n, username, name in rows}


def last_moment(session: Session) -> datetime | None:
    """When the newest event the figures know happened."""
    found = _ask(_mart(session), "last_moment", Scope())
    return found[0]["moment"] if found else None
