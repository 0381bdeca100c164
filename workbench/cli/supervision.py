"""Keeps child processes running: a dead one is started again, and all end together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1
QUICK_SECONDS = 20.0  # dying sooner than this after a start counts as failing to start
MAX_QUICK_DEATHS = 5
LONGEST_PAUSE = 30.0
GRACE_SECONDS = 15.0


def _die_with_parent() -> None:
    """In the child, before its program: the kernel ends it when the supervisor is gone, however that happened."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """A process to keep: its name for messages and its command."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    essential: bool = False  # when it cannot be kept, everything ends; otherwise it is tried for ever
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    next_start: float = 0.0

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches only the supervisor."""
        linux = sys.platform == "linux"
        self.process = subprocess.Popen(
            list(self.command),
            cwd=self.folder,
            env={**os.environ, **self.environment},
            start_new_session=True,
            preexec_fn=_die_with_parent if linux else None,
        )
        self.started = time.monotonic()

    @property
    def alive(self) -> bool:
        """Is the process running?"""
        return self.process is not None and self.process.poll() is None

    def stop(self, deadline: float) -> None:
        """Ask, wait until the deadline, then end the process and what it started."""
        if self.process is None or not self.alive:
            return
        self.process.terminate()
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Runs children until a signal comes or one of them cannot be started."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = list(children)
        self.say = say
        self.stopping = threading.Event()

    def install_signals(self) -> None:
        """SIGTERM, SIGINT and SIGHUP end everything in order."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def run(self, ready: Callable[[], None]) -> int:
        """Start all, call ``ready`` once, restart what dies; 0 after a signal, 1 when an essential one fails."""
        for child in self.children:
            child.start()
        told = threading.Thread(target=ready, daemon=True)
        told.start()
        failed = ""
        try:
            while not failed and not self.stopping.wait(0.5):
                failed = next((child.name for child in self.children if not self._keep(child)), "")
        finally:
            deadline = time.monotonic() + GRACE_SECONDS
            for child in self.children:
                child.stop(deadline)
        return 1 if failed else 0

    def _keep(self, child: Child) -> bool:
        """Restart the child if it died, later each time; False when an essential one has died too often at once."""
        if child.alive:
            return True
        now = time.monotonic()
        if not child.next_start:
            quick = now - child.started < QUICK_SECONDS
            child.quick_deaths = child.quick_deaths + 1 if quick else 1
            if child.essential and child.quick_deaths >= MAX_QUICK_DEATHS:
                self.say(f"{child.name}: exited {child.quick_deaths} times right after its start; giving up")
                return False
            code = child.process.returncode if child.process else None
            child.next_start = now + min(LONGEST_PAUSE, 0.5 * 2 ** (child.quick_deaths - 1))
            self.say(f"{child.name}: exited with {code}; starting it again")
        elif now >= child.next_start:
            child.next_start = 0.0
            child.start()
        return True
