"""A month of sweeps every five working minutes, killed at random: each threshold once, nothing outside hours (R17).

What is to be said is worked out a second time from what the projection showed at every sweep, with a calendar that
shares no code with the clock. Scale with WORKBENCH_TEST_SCALE (how often it is killed).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlmodel import select

from tests.conftest import Office
from tests.domain import office as oracle
from tests.notices.conftest import give_addresses
from tests.notices.month import is_open, live, serve, ticks
from workbench import moment
from workbench.services import audit, mail
from workbench.settings import get_settings
from workbench.storage import database
from workbench.storage.notice_tables import MailRow, NoticeRow, WarningRow

SCALE = float(os.environ.get("WORKBENCH_TEST_SCALE", "1"))
FORK = multiprocessing.get_context("fork")


@contextmanager
def mail_server(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = FORK.Process(target=serve, args=(folder, port), daemon=True)
    process.start()
    deadline = time.monotonic() + 20
    while not (folder / "ready").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    try:
        yield port
    finally:
        process.kill()
        process.join()


def opening(day: datetime) -> datetime:
    at = day.replace(hour=0, minute=0, second=0)
    while not is_open(at):
        at += timedelta(minutes=1)
    return at


def worked_between(start: datetime, end: datetime) -> bool:
    """Does any working time lie between two moments?"""
    at = start.replace(second=0, microsecond=0)
    while at < end:
        if is_open(at) and min(end, at + timedelta(minutes=1)) > max(start, at):
            return True
        at += timedelta(minutes=1)
    return False


def expected(folder: Path) -> set[tuple[int, str, int, str]]:
    """What must have been said, from what stood at each sweep."""
    said: set[tuple[int, str, int, str]] = set()
    texts = (text for log in folder.glob("seen-*") for text in log.read_text(encoding="utf-8").splitlines())
    # A line without its end was cut off by the kill; the sweep of that tick had not begun.
    for at, case_id, step, visit, since, warn, due in sorted(json.loads(t) for t in texts if t.endswith("]")):
        if due is None:
            continue
        now, since, due = (datetime.fromisoformat(text) for text in (at, since, due))
        stay = (case_id, step, visit)
        if not is_open(now) or (*stay, "breached") in said:
            continue
        if now > due and worked_between(due, now):
            said.add((*stay, "breached"))
        elif now <= due:
            if warn is not None and datetime.fromisoformat(warn) <= now:
                said.add((*stay, "at_risk"))
            local = due.astimezone(oracle.JAKARTA)
            if local.date() == now.astimezone(oracle.JAKARTA).date() and since < opening(local):
                said.add((*stay, "due_today"))
    return said


@pytest.mark.slow
def test_a_month_killed_at_random(
    sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give_addresses(sqlite_office)
    monkeypatch.setenv("WORKBENCH_MAIL_FROM", "statistik@kota.go.id")
    chance, kills = random.Random(17), 0
    with mail_server(tmp_path) as port:
        monkeypatch.setenv("WORKBENCH_SMTP_URL", f"smtp://127.0.0.1:{port}")
        get_settings.cache_clear()
        database.dispose()
        while True:
            process = FORK.Process(target=live, args=(tmp_path, 7))
            process.start()
            process.join(chance.uniform(0.02, 0.9) if kills < 40 * SCALE else 300)
            process.kill()
            process.join()
            if process.exitcode == 0:
                break
            assert process.exitcode == -signal.SIGKILL, "the office died of something else"
            kills += 1
        with moment.at(oracle.wib("2026-08-03T09:00")):
            mail.deliver(1000)
        with moment.at(oracle.wib("2026-08-03T11:00")):
            mail.deliver(1000)

    with database.session() as session:
        warnings = list(session.exec(select(WarningRow)))
        letters = list(session.exec(select(MailRow)))
        notices = list(session.exec(select(NoticeRow)))
        assert audit.verify(session).problems == ()
    said = {(w.case_id, w.step, w.visit, w.threshold) for w in warnings if not w.threshold.startswith("law")}
    assert said == expected(tmp_path)
    assert len(said) > 60 and {w.threshold for w in warnings} >= {"at_risk", "due_today", "breached"}
    assert all(is_open(w.at) for w in warnings)
    assert all(is_open(m.created_at) and m.sent_at is not None and is_open(m.sent_at) for m in letters)
    assert all(n.mail_id is not None for n in notices)  # everybody has an address
    assert len({(n.warning_id, n.person_id) for n in notices}) == len(notices)

    taken = Counter(
        str(message_from_bytes(path.read_bytes())["Message-ID"]) for path in sorted(tmp_path.glob("letter-*"))
    )
    assert len(taken) == len(letters)  # nothing lost
    again = sum(taken.values()) - len(taken)
    assert again <= kills  # only a kill between the server's yes and our note can repeat one, under the same Message-ID
    mornings = {m.idem for m in letters if m.kind == "digest"}
    assert {key.split(":")[1] for key in mornings} <= {t.date().isoformat() for t in ticks()} | {"2026-08-03"}
    with capsys.disabled():
        print(
            f"\n{len(ticks())} sweeps, {kills} kills, {len(said)} warnings to {len(notices)} recipients in "
            f"{len(letters)} letters ({len(mornings)} digests), {again} repeated under the same Message-ID"
        )
