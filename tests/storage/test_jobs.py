"""Jobs: one key one job, one job one worker, silence loses it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from workbench import moment
from workbench.domain.errors import NotFound, Refused
from workbench.storage import database, jobs

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def _enqueue(n: int) -> list[int]:
    with database.writing() as session:
        return [
            jobs.enqueue(session, kind="render", spec={"n": k}, idem=f"k{k}", requested_by="budi") for k in range(n)
        ]


def test_a_key_is_one_job(db: str) -> None:
    first = _enqueue(1)
    assert _enqueue(1) == first
    with pytest.raises(Refused), database.writing() as session:
        jobs.enqueue(session, kind="render", spec={"n": 7}, idem="k0", requested_by="budi")


def test_every_job_is_claimed_once(db: str) -> None:
    wanted = _enqueue(40)
    got: list[int] = []

    def work(name: str) -> None:
        while True:
            with database.writing() as session:
                job = jobs.claim(session, name)
            if job is None:
                return
            got.append(job.id)

    threads = [threading.Thread(target=work, args=(f"w{k}",)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == wanted


def test_the_life_of_a_job(db: str) -> None:
    (job_id,) = _enqueue(1)
    with moment.at(NOW), database.writing() as session:
        assert jobs.claim(session, "w1") is not None
        assert jobs.claim(session, "w2") is None
        assert jobs.beat(session, job_id, 0.4, "menggambar", worker="w1")
        assert not jobs.beat(session, job_id, 0.4, "menggambar", worker="w2")
        job = jobs.get(session, job_id)
        assert (job.state, job.progress, job.step, job.attempts) == (jobs.JobState.RUNNING, 0.4, "menggambar", 1)
        assert jobs.requeue_stale(session, timedelta(minutes=1)) == []
    with moment.at(NOW + timedelta(minutes=2)), database.writing() as session:
        assert jobs.requeue_stale(session, timedelta(minutes=1)) == [job_id]
        assert jobs.claim(session, "w2") is not None
        assert not jobs.finish(session, job_id, {"pdf": "late"}, worker="w1")
        assert jobs.finish(session, job_id, {"pdf": "abc"}, worker="w2")
        assert not jobs.fail(session, job_id, "again", worker="w2")
        job = jobs.get(session, job_id)
        assert (job.state, job.result, job.attempts) == (jobs.JobState.DONE, {"pdf": "abc"}, 2)
        assert jobs.counts(session)[jobs.JobState.DONE] == 1
        assert [j.id for j in jobs.recent(session)] == [job_id]


def test_three_silences_are_a_failure(db: str) -> None:
    (job_id,) = _enqueue(1)
    for attempt in range(3):
        with moment.at(NOW + timedelta(hours=attempt)), database.writing() as session:
            assert jobs.claim(session, "w") is not None
        with moment.at(NOW + timedelta(hours=attempt, minutes=30)), database.writing() as session:
            assert jobs.requeue_stale(session, timedelta(minutes=5)) == ([job_id] if attempt < 2 else [])
    with database.session() as session:
        assert jobs.get(session, job_id).state is jobs.JobState.FAILED
        assert "3 kali" in jobs.get(session, job_id).error
        with pytest.raises(NotFound):
            jobs.get(session, 999)
