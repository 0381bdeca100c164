"""The worker sweeps by itself, and the command line does the same by hand."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest
from click.testing import CliRunner
from sqlmodel import select

from tests.conftest import Office
from tests.notices.conftest import LoopbackServer, give_addresses, wib
from tests.notices.test_warnings import open_case
from workbench import moment
from workbench.cli import cli
from workbench.services import sweeping
from workbench.services.jobs import Worker
from workbench.storage import database
from workbench.storage.notice_tables import WarningRow


def test_a_running_worker_sweeps(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    open_case(sqlite_office, wib("2026-07-06T08:00"))
    now: datetime = wib("2026-07-06T08:25")
    monkeypatch.setattr(moment, "now", lambda: now)
    worker = Worker(slots=1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    deadline = time.monotonic() + 20
    found: list[WarningRow] = []
    while not found and time.monotonic() < deadline:
        time.sleep(0.05)
        with database.session() as session:
            found = list(session.exec(select(WarningRow)))
    worker.stop()
    thread.join(20)
    assert [row.threshold for row in found] == ["at_risk"]


def test_a_round_that_fails_does_not_end_the_worker(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_session: object) -> None:
        raise RuntimeError("disk is full")

    monkeypatch.setattr(sweeping, "sweep", broken)
    sweeping.tick()
    assert "disk is full" in caplog.text and "tries again" in caplog.text


def test_the_command_line(sqlite_office: Office, smtp: LoopbackServer) -> None:
    give_addresses(sqlite_office)
    open_case(sqlite_office, wib("2026-07-06T13:00"))
    with moment.at(wib("2026-07-06T13:31")):
        first = CliRunner().invoke(cli, ["notify", "sweep"])
        again = CliRunner().invoke(cli, ["notify", "sweep"])
        digest = CliRunner().invoke(cli, ["notify", "digest"])
        status = CliRunner().invoke(cli, ["notify", "status"])
    assert first.exit_code == again.exit_code == digest.exit_code == status.exit_code == 0, first.output
    assert "1 peringatan kepada 5 penerima, 5 surat" in first.output
    assert "0 peringatan" in again.output
    assert "Pemeriksaan terakhir: 06-07-2026 13.31" in status.output
    with moment.at(wib("2026-07-06T20:00")):
        assert "Kantor sedang tutup" in CliRunner().invoke(cli, ["notify", "sweep"]).output
    with moment.at(wib("2026-07-06T09:00")):
        behind = CliRunner().invoke(cli, ["notify", "sweep"])
        assert behind.exit_code == 1 and "tertinggal" in behind.output
        assert CliRunner().invoke(cli, ["notify", "accept-clock"]).exit_code == 0


def test_a_digest_needs_a_mail_server(sqlite_office: Office) -> None:
    result = CliRunner().invoke(cli, ["notify", "digest"])
    assert result.exit_code != 0 and "WORKBENCH_SMTP_URL" in str(result.exception)
