"""The cases behind a figure: whoever sees a number may see what it is made of."""

from __future__ import annotations

from dataclasses import asdict

from sqlmodel import Session

from workbench.domain.people import Person
from workbench.services.analytics_ask import ask, require_supervisor, standing_now
from workbench.services.analytics_figures import Behind, CaseLine, CaseList
from workbench.storage.event_mart import mart_of

_ALL = 1_000_000


def cases_behind(session: Session, *, by: Person, figure: Behind, top: int = 500) -> CaseList:
    """The cases of a figure, worst first, for supervisors (``NotAllowed``)."""
    require_supervisor(by)
    mart = mart_of(session)
    asked = {key: value for key, value in asdict(figure).items() if key != "scope"}
    if figure.path is not None:
        rows = ask(mart, "cases_of_variant", figure.scope, path=figure.path, top=top)
    elif figure.paused_for is not None:
        asked["party"] = figure.paused_for
        rows = ask(mart, "cases_of_pause", figure.scope, top=top, **asked)
    else:
        rows = ask(mart, "cases_behind", figure.scope, standing_now(mart), top=top, **asked)
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
