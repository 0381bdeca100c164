"""How each procedure has been going, in one line for the board: its median against the standard, and its late weeks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlmodel import Session

from workbench.services import people
from workbench.services.analytics_figures import FEW, Scope
from workbench.storage import event_mart

WEEKS = 12
_MONTHS_12 = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Pace:
    """A procedure over the last twelve months.

    ``median_share`` is the median share of its allowance that an ended step used (1.0: just in time), None below five
    cases. ``late`` counts the steps that ended late in each of the last twelve calendar weeks, oldest first.
    """

    cases: int
    median_share: float | None
    late: tuple[int, ...]


def paces(session: Session) -> dict[str, Pace]:
    """The pace of each procedure in force, by its id."""
    today = people.today()
    asked = {**asdict(Scope(since=today - _MONTHS_12, until=today)), "weeks": WEEKS}
    answer = event_mart.mart_of(session).ask("procedure_pace", asked)
    found: dict[str, Pace] = {}
    for sop_id, rows in answer.groupby("sop_id", sort=False):
        whole = rows[rows["weeks_ago"].isna()].iloc[0]
        late = [0] * WEEKS
        for row in rows[rows["weeks_ago"].notna()].itertuples():
            late[WEEKS - 1 - int(row.weeks_ago)] = int(row.breached)
        share = None if whole["cases"] < FEW or not whole["timed"] else float(whole["p50_ratio"])
        found[str(sop_id)] = Pace(int(whole["cases"]), share, tuple(late))
    return found
