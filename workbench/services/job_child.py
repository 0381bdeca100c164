"""One job in one process: ``python -m workbench.services.job_child JOB_ID WORKER``.

The process ends when the job ends, so nothing that rendering leaves in memory stays. A thread tells the job row every
few seconds that we live; when the row says that the job is no longer this worker's, or when the worker is gone, the
process ends at once and throws its work away.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench import i18n
from workbench.domain.errors import WorkbenchError
from workbench.i18n import _
from workbench.services import disseminate, resume, resume_jobs
from workbench.services.render import RenderSpec, render
from workbench.settings import get_settings
from workbench.storage import database, jobs
from workbench.storage.jobs import Job

BEAT_SECONDS = 3.0
LOST = 75
"""Exit code when the job was taken from us; the work is thrown away and nothing is recorded."""


class Pulse:
    """Says that we live, with the last known progress; ends the process when the job is no longer ours."""

    def __init__(self, job: Job, worker: str, parent: int) -> None:
        self._job, self._worker, self._parent = job, worker, parent
        self._said = (0.0, "")
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def progress(self, share: float, step: str) -> None:
        """Note how far the work has come, and say so."""
        self._said = (share, step)
        self.beat()

    def beat(self) -> None:
        """One heartbeat; without our worker, or when the job was given to somebody else, this process ends."""
        if os.getppid() != self._parent:
            os._exit(LOST)
        with self._lock, database.writing() as session:
            ours = jobs.beat(session, self._job.id, *self._said, worker=self._worker)
        if not ours:
            os._exit(LOST)

    def _run(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            self.beat()


def make_draft(job: Job, worker: str, pulse: Pulse) -> None:
    """Render a draft; record it, attach it to its case and finish the job in one transaction."""
    folder = get_settings().folder("jobs") / f"{job.id}-{job.attempts}"
    shutil.rmtree(folder, ignore_errors=True)
    with database.session() as session:
        edition = disseminate.edition(session, job.spec["edition_id"])
    spec = RenderSpec(
        kind=job.spec["kind"],
        edition_dir=get_settings().data_dir / edition.folder,
        spec_path=disseminate.spec_path(job.spec["spec"]),
        parameters=job.spec["parameters"],
    )
    try:
        result = render(spec, folder, progress=pulse.progress, cache=get_settings().folder("cache"))
        kept = disseminate.keep_files(result)
        with database.writing() as session:
            draft_id = disseminate.complete_draft(session, job=job, result=result, kept=kept)
            if not jobs.finish(session, job.id, {"draft_id": draft_id}, worker=worker):
                session.rollback()
                os._exit(LOST)
    finally:
        _keep_log(folder, job)


def make_resume(job: Job, worker: str, pulse: Pulse) -> None:
    """Freeze a month, render its resume, and keep its papers; finish the job in one transaction."""
    folder = get_settings().folder("jobs") / f"{job.id}-{job.attempts}"
    shutil.rmtree(folder, ignore_errors=True)
    with i18n.speaking(str(job.spec["language"])):
        with database.session() as session:
            frozen = resume.freeze(session, month=resume.month_of(str(job.spec["month"])))
        papers = resume.render(frozen, folder, progress=pulse.progress)
    with database.writing() as session:
        result = resume_jobs.keep(session, job, papers, frozen)
        if not jobs.finish(session, job.id, result, worker=worker):
            session.rollback()
            os._exit(LOST)
    shutil.rmtree(folder, ignore_errors=True)


def _keep_log(folder: Path, job: Job) -> None:
    """The executed notebook of a failed run stays until the next try; everything else of the work folder goes."""
    for path in folder.glob("*"):
        if path.name != "executed.ipynb":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


HANDLERS: dict[str, Callable[[Job, str, Pulse], None]] = {
    disseminate.JOB_KIND: make_draft,
    resume_jobs.JOB_KIND: make_resume,
}


def run(job_id: int, worker: str, parent: int) -> int:
    """Do a claimed job; 0 when it is done or failed with a sentence, ``LOST`` when it is not ours."""
    with database.session() as session:
        job = jobs.get(session, job_id)
    if job.state is not jobs.JobState.RUNNING or job.claimed_by != worker:
        return LOST
    handler = HANDLERS.get(job.kind)
    try:
        if handler is None:
            raise WorkbenchError(_("Jenis pekerjaan {kind} tidak dikenal.").format(kind=job.kind))
        with Pulse(job, worker, parent) as pulse:
            handler(job, worker, pulse)
    except WorkbenchError as error:
        _fail(job, worker, str(error))
    except Exception as error:
        # Whatever went wrong, the person who waits reads a sentence and the trace goes to the worker's log.
        _fail(job, worker, _("Penyusunan gagal karena kesalahan program ({name}).").format(
            name=type(error).__name__))  # fmt: skip
        raise
    return 0


def _fail(job: Job, worker: str, sentence: str) -> None:
    log: dict[str, Any] = {}
    executed = get_settings().data_dir / "jobs" / f"{job.id}-{job.attempts}" / "executed.ipynb"
    if executed.exists():
        log["executed"] = executed.relative_to(get_settings().data_dir).as_posix()
    with database.writing() as session:
        jobs.fail(session, job.id, sentence, worker=worker, result=log)


def main() -> None:
    """Entry point of the child process."""
    # The parent's number is given, not asked for: a worker killed while this process was starting is gone already.
    job_id, worker, parent = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    i18n.set_language(get_settings().language)
    sys.exit(run(job_id, worker, parent))


if __name__ == "__main__":
    main()
