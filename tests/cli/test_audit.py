"""``workbench audit verify`` in a shell: exit code and words."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import text

from tests.conftest import Office
from workbench.cli.audit import audit
from workbench.domain.errors import Refused
from workbench.services import track
from workbench.storage import database


def test_a_whole_history(office: Office) -> None:
    with database.writing() as session:
        track.start(session, sop_id="trk-layanan-data", subject="A", by=office["clerk"], idem="a")
    result = CliRunner().invoke(audit, ["verify", "--json"])
    report = json.loads(result.output)
    assert result.exit_code == 0
    assert (report["ok"], report["cases"], report["events"], report["problems"]) == (True, 1, 1, [])
    plain = CliRunner().invoke(audit, ["verify", "--anchor", report["anchors"][0], "--anchor", report["anchors"][1]])
    assert plain.exit_code == 0
    assert "whole" in plain.output
    assert CliRunner().invoke(audit, ["verify", "--anchor", "event:1:00000000"]).exit_code == 1


def test_a_changed_history(sqlite_office: Office) -> None:
    with database.writing() as session:
        track.start(session, sop_id="trk-layanan-data", subject="A", by=sqlite_office["clerk"], idem="a")
        session.execute(text("UPDATE sop_case SET status = 'closed'"))
    result = CliRunner().invoke(audit, ["verify"])
    assert result.exit_code == 1
    assert "status is 'closed', its events say 'open'" in result.output


def test_an_office_that_was_never_set_up(data_dir: Path) -> None:
    result = CliRunner().invoke(audit, ["verify"])
    assert isinstance(result.exception, Refused)
