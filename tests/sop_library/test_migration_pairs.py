"""R10: from every step of every SOP to every step of its next version: moved where that is legal, told where not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.conftest import Office
from tests.sop_library.library import IDS, case_at, shipped
from workbench import moment
from workbench.domain.sop import Sop
from workbench.services import audit, sop_migration
from workbench.storage import casebook, database
from workbench.storage.sop_document import from_document, to_document
from workbench.storage.tables import CaseRow

MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)
LATER = date(2026, 7, 7)  # the day on which cases are moved; on MONDAY they begin with the old version


def legal(sop: Sop, here: str, to: str) -> bool:
    """Said once more, from the table alone: nobody gets into a branch per OPD from outside, or out of it unjoined."""
    inside = set(sop.fan_out.steps) if sop.fan_out else set()
    if here in inside:
        return here == to == sop.fan_out.steps[0]  # type: ignore[union-attr]  # the parent, which waits for its OPDs
    return to not in inside


@pytest.mark.parametrize("sop_id", IDS)
def test_every_step_to_every_step(sop_id: str, sqlite_office: Office) -> None:
    sop = shipped()[sop_id]
    later = set(sop.fan_out.steps[1:]) if sop.fan_out else set()
    starts = [step.no for step in sop.steps if step.no not in later]  # a parent never stands inside its branch
    targets = [step.no for step in sop.steps]
    with moment.at(MONDAY), database.writing() as session:
        newer = from_document(to_document(replace(sop, version="baru", sha="")))
        casebook.store_sop(session, newer, effective_from=LATER, approved_by="kabid")
    results: Counter[tuple[bool, bool]] = Counter()
    for to in targets:
        with moment.at(MONDAY), database.writing() as session:
            cases = {here: case_at(session, sop, here, f"{sop.id}:{here}:{to}") for here in starts}
        with moment.at(MONDAY + timedelta(days=1)):
            with database.session() as session:
                found = sop_migration.preview(session, to_sha=newer.sha, chosen=dict.fromkeys(targets, to))
            mine = {item.case_id: item for item in found if item.case_id in cases.values()}
            assert len(mine) == len(cases)
            moved = sop_migration.migrate_all(
                mine.values(), to_sha=newer.sha, by=sqlite_office["kabid"], idem=f"m{to}", note="SOP direvisi"
            )
            problems = {row.case_id: row.problem for row in moved}
            with database.session() as session:
                for here, case_id in cases.items():
                    row = session.get_one(CaseRow, case_id)
                    may = legal(sop, here, to)
                    results[may, not problems[case_id]] += 1
                    assert may == (not problems[case_id]), (here, to, problems[case_id])
                    assert (row.step, row.sop_sha) == ((to, newer.sha) if may else (here, sop.sha)), (here, to)
                    if may:
                        assert (row.due_at, row.sop_due_at) == (mine[case_id].due_after, mine[case_id].end_after)
    assert sum(results.values()) == len(starts) * len(targets)
    with database.session() as session:
        assert audit.verify(session).problems == ()
