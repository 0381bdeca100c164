"""Processes of the reliability tests: many deciders on one step, and a writer that waits to be killed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from workbench.domain.engine import Event, EventType
from workbench.domain.errors import Stale
from workbench.services import casework, people, track
from workbench.storage import database


def race(cases: list[int], me: int) -> Counter[str]:
    """Decide the first step of every case as it was when it was opened; what came of it, counted."""
    with database.session() as session:
        person = people.person_by_username(session, "kadis")
    result: Counter[str] = Counter()
    for case_id in cases:
        try:
            with database.writing() as session:
                track.decide(
                    session,
                    case_id=case_id,
                    seen_seq=1,
                    outcome="diagendakan_didisposisi",
                    by=person,
                    idem=f"race:{case_id}:{me}",
                )
            result["won"] += 1
        except Stale as error:
            result["stale" if str(error).startswith("Sudah diputus oleh Agus Salim") else str(error)] += 1
        except Exception as error:
            result[type(error).__name__] += 1
    return result


def write_until_killed(case_ids: list[int], name: str, acknowledged: Path) -> None:
    """Write notes round and round; after each commit its key goes to a file, synced: an acknowledgement."""
    with acknowledged.open("a", encoding="utf-8") as out:
        n = 0
        while True:
            for case_id in case_ids:
                n += 1
                key = f"{name}:{n}"
                with database.writing() as session:
                    event = Event(EventType.NOTE, casework.moment.now(), name, note=key)
                    casework.append(session, case_id=case_id, seen_seq=None, event=event, idem=key)
                out.write(f"{case_id} {key}\n")
                out.flush()
                os.fsync(out.fileno())
