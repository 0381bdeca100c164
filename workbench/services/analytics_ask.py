"""Named questions to the event mart, and what every analysis asks for: who may look, which procedures, up to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.errors import NotAllowed
from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.i18n import _
from workbench.services.analytics_figures import AT_RISK, Scope
from workbench.storage.event_mart import EventMart, mart_of
from workbench.storage.tables import PersonRow


def require_supervisor(by: Person) -> None:
    """Refuse anyone who holds no supervising post today."""
    if not by.roles & SUPERVISOR_ROLES:
        raise NotAllowed(_("Analisis ini hanya untuk atasan: kepala seksi, kepala bidang, sekretaris, kepala dinas."))


def standing_now(mart: EventMart) -> dict[str, pd.DataFrame]:
    """What is open at this moment, as the table ``open_now`` of a question."""
    return {"open_now": mart.standing(moment.now(), at_risk=AT_RISK)}


def ask(
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


def rate(part: float, whole: float, *, few: bool = False) -> float | None:
    """A part of a whole; None where there is no whole, or too few cases to speak of."""
    return None if few or not whole else part / whole


def version(session: Session) -> int:
    """The highest event the figures know: the key under which a page may keep them."""
    return mart_of(session).version


def sop_titles(session: Session) -> dict[str, str]:
    """The procedures in force, by id."""
    return {row["sop_id"]: row["title"] for row in ask(mart_of(session), "sop_titles", Scope())}


def worst_sop(session: Session) -> str:
    """The procedure with the most breached stays of the last 12 months, which a supervisor sees first; "" when none."""
    since = (moment.now() - timedelta(days=365)).date()
    found = ask(mart_of(session), "worst_sop", Scope(since=since))
    return str(found[0]["sop_id"]) if found else ""


def person_names(session: Session) -> dict[str, str]:
    """Names by what events write of an actor: user name, or the person's number."""
    rows = session.exec(select(col(PersonRow.id), col(PersonRow.username), col(PersonRow.name))).all()
    return {str(number): name for number, _username, name in rows} | {username: name for _n, username, name in rows}


def last_moment(session: Session) -> datetime | None:
    """When the newest event the figures know happened."""
    found = ask(mart_of(session), "last_moment", Scope())
    return found[0]["moment"] if found else None
