"""`kill -9` of the application and of the worker under `workbench up`: both come back and nothing decided is lost."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor, Workbench

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def ask(workbench: Workbench, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{workbench.data_dir}/tracker.sqlite3?mode=ro", uri=True)) as tracker:
        return tracker.execute(sql).fetchall()


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"{what} did not happen in {seconds:.0f} s")
        time.sleep(0.1)


def kill(workbench: Workbench, words: str) -> None:
    """End a child at once and wait until the supervisor has started another."""
    pid = workbench.child(words)
    assert pid, f"no child {words!r}"
    os.kill(pid, signal.SIGKILL)
    until(lambda: workbench.child(words) not in (0, pid), 30, f"a new {words!r}")


def test_killed_application_and_worker_come_back(start: Callable[[], Workbench], visit: Callable[..., Visitor]) -> None:
    workbench = start()
    section = visit("subkoor", at=workbench)
    section.open("/draf?draf=1")
    section.press("Sesuai")
    section.says(re.compile("tercatat atas berkas"))
    kill(workbench, "app.py")
    workbench.wait_until_healthy()
    decided = ask(workbench, "SELECT outcome, step FROM event WHERE case_id = 1 AND type = 'decide' ORDER BY seq DESC")
    assert decided[0][1] == "8", "the accepted decision is there"
    section.open("/draf?draf=1")  # the session outlives the process too
    section.says(re.compile("Menunggu Kabid"))

    staff = visit("statistisi", at=workbench)
    staff.open("/edisi")
    staff.press("Buat draf buku")
    state = "SELECT state, attempts FROM job ORDER BY id DESC LIMIT 1"
    step = "SELECT step FROM job ORDER BY id DESC LIMIT 1"
    until(lambda: ask(workbench, step)[0][0] != "", 60, "the render's first step")
    kill(workbench, "worker")
    drafts = "SELECT count(*) FROM draft"
    assert ask(workbench, drafts) == [(1,)], "a half-rendered draft is no draft"
    until(lambda: ask(workbench, drafts) == [(2,)], 180, "the draft")
    assert ask(workbench, state)[0][:2] == ("done", 2), "rendered again from the start"
    staff.open("/draf?draf=2")
    staff.says(re.compile("21 halaman"))
    allowed = re.compile(r"WebSocket|ERR_CONNECTION|Connection error")
    assert not [words for words in staff.complaints if not allowed.search(words)]
