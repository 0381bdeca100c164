"""The worker: claims jobs, runs each in a child process, and lets nothing hang or get lost.

Every job has a deadline for the whole of it; a child that passes it is killed with its kernels. A worker that is killed
takes its children with it (they notice that their parent is gone), its jobs fall silent, and the next worker renders
them again.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from workbench.i18n import _
from workbench.services import sweeping
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import database, jobs
from workbench.storage.jobs import Job, JobState

STALE_AFTER = timedelta(seconds=20)
DEADLINE = timedelta(minutes=20)
_POLL_SECONDS = 0.25
_LOOK_SECONDS = 1.0
_SWEEP_SECONDS = 60.0
_LAST_SWEEP_SECONDS = 3.0


@dataclass(slots=True)
class _Running:
    job: Job
    process: subprocess.Popen[bytes]
    until: float


@dataclass
class Worker:
    """One worker process. ``slots`` jobs run at a time."""

    slots: int = field(default_factory=lambda: get_settings().render_workers)
    deadline: timedelta = DEADLINE
    stale_after: timedelta = STALE_AFTER
    name: str = field(default_factory=lambda: f"{platform.node()}:{os.getpid()}:{uuid4().hex[:6]}")
    stopping: bool = False
    done: int = 0
    _running: list[_Running] = field(default_factory=list)
    _sweeper: threading.Thread | None = None
    _swept: float = float("-inf")

    def run(self, *, once: bool = False) -> int:
        """Work until stopped; with ``once`` until nothing is queued. Returns how many jobs ended."""
        looked = 0.0
        try:
            while not self.stopping:
                self._reap()
                if not once:
                    self._sweep()
                if time.monotonic() - looked >= _LOOK_SECONDS or (once and not self._running):
                    looked = time.monotonic()
                    self._take_up()
                if once and not self._running:
                    break
                time.sleep(_POLL_SECONDS)
        finally:
            self._end_all()
        return self.done

    def stop(self, *_signal: object) -> None:
        """End after this round; running jobs are given up and will be rendered again."""
        self.stopping = True

    # ---- warnings

    def _sweep(self) -> None:
        """Every minute, beside the jobs: a mail server that does not answer must not keep a draft waiting."""
        if time.monotonic() - self._swept < _SWEEP_SECONDS or (self._sweeper and self._sweeper.is_alive()):
            return
        self._swept = time.monotonic()
        self._sweeper = threading.Thread(target=sweeping.tick, name="sweep", daemon=True)
        self._sweeper.start()

    # ---- taking up

    def _take_up(self) -> None:
        with database.session() as session:
            counts = jobs.counts(session)
        if counts[JobState.RUNNING] > len(self._running):
            with database.writing() as session:
                jobs.requeue_stale(session, self.stale_after)
        while len(self._running) < self.slots:
            with database.session() as session:
                if not jobs.counts(session)[JobState.QUEUED]:
                    return
            with database.writing() as session:
                job = jobs.claim(session, self.name)
            if job is None:
                return
            self._start(job)

    def _start(self, job: Job) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.services.job_child", str(job.id), self.name, str(os.getpid())],
            cwd=CHECKOUT,
            start_new_session=True,  # its own process group, so that kernels die with it
            stdin=subprocess.DEVNULL,
        )
        self._running.append(_Running(job, process, time.monotonic() + self.deadline.total_seconds()))

    # ---- ending

    def _reap(self) -> None:
        for item in list(self._running):
            if item.process.poll() is None and time.monotonic() < item.until:
                continue
            late = item.process.returncode is None
            _kill(item.process)
            self._running.remove(item)
            self._settle(item, late)

    def _settle(self, item: _Running, late: bool) -> None:
        """A child that ended has settled its job itself, unless it was killed."""
        with database.session() as session:
            job = jobs.get(session, item.job.id)
        ours = job.state is JobState.RUNNING and job.claimed_by == self.name and job.attempts == item.job.attempts
        if not ours:
            self.done += 1
            return
        if late:
            sentence = _("Pekerjaan melewati batas {minutes} menit dan dihentikan.").format(
                minutes=max(1, round(self.deadline.total_seconds() / 60))
            )
            with database.writing() as session:
                jobs.fail(session, job.id, sentence, worker=self.name)
            self.done += 1
        # Otherwise the child was killed from outside: its job falls silent and is rendered again.

    def _end_all(self) -> None:
        for item in self._running:
            _kill(item.process)
        self._running.clear()
        if self._sweeper is not None:
            self._sweeper.join(_LAST_SWEEP_SECONDS)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a child with everything it started, and wait for it."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):  # the group may be gone already
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
