"""The inbox of an office with 5,000 open cases takes as many queries as that of an empty one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert

from tests.conftest import Office
from workbench import moment
from workbench.services import casework, track
from workbench.storage import database
from workbench.storage.tables import CaseRow

NOW = datetime(2026, 7, 8, 3, 0, tzinfo=UTC)


def fill(n: int) -> None:
    """Open cases at step 4 (staff), straight into the projection: only reading is measured here."""
    with moment.at(NOW), database.writing() as session:
        sop = casework.current_sop(session, "trk-layanan-data")
        rows = [
            {
                "number": f"2026/{k:06d}", "tracking_code": f"c{k}", "sop_id": sop.id, "sop_sha": sop.sha,
                "subject": f"Surat {k}", "status": "paused" if k % 50 == 0 else "open", "step": "4", "visit": 1,
                "seq": 5, "lane": "analis", "role": "staff", "opened_at": NOW, "available_at": NOW,
                "due_at": NOW + timedelta(hours=k % 97 - 30), "warn_at": NOW + timedelta(hours=k % 97 - 36),
                "requester": "", "dataset_id": "", "period": "", "opd_code": "", "calendar_id": "office",
                "assignee": "", "taken_by": "",
            }
            for k in range(1, n + 1)
        ]  # fmt: skip
        session.connection().execute(insert(CaseRow), rows)


def queries(office: Office) -> int:
    told = 0

    def count(*_: object) -> None:
        nonlocal told
        told += 1

    with moment.at(NOW), database.session() as session:
        track.inbox(session, person=office["staff"])  # versions are parsed once
        event.listen(database.engine(), "before_cursor_execute", count)
        track.inbox(session, person=office["staff"])
        track.board(session)
        event.remove(database.engine(), "before_cursor_execute", count)
    return told


@pytest.mark.slow
def test_five_thousand_cases(sqlite_office: Office) -> None:
    fill(1)
    few = queries(sqlite_office)
    with database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM sop_case")
    fill(5000)
    assert queries(sqlite_office) <= few + 2  # one more each for those that are held
    with moment.at(NOW), database.session() as session:
        items = track.inbox(session, person=sqlite_office["staff"])
    assert len(items) == 5000
    assert [i.due_at for i in items[:100]] == sorted(i.due_at for i in items[:100])  # type: ignore[type-var]
