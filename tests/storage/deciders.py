"""Processes of the reliability tests: many deciders on one step, and writers that wait to be killed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from workbench.domain.engine import CaseStatus, Event, EventType, Evidence
from workbench.domain.errors import Stale
from workbench.domain.people import Person
from workbench.domain.sop import EvidenceKind
from workbench.services import casework, people, track
from workbench.storage import casebook, database, files

BUSY = "Basis data sedang sibuk. Tidak ada yang berubah; coba lagi sebentar lagi."


def _decide_once(case_id: int, me: int, person: Person) -> str:
    """*won*, *stale*, or what else came of it."""
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
    except Stale as error:
        return "stale" if str(error).startswith("Sudah diputus oleh Agus Salim") else str(error)
    except Exception as error:
        return str(error) if str(error) == BUSY else type(error).__name__
    return "won"


def race(cases: list[int], me: int) -> Counter[str]:
    """Decide the first step of every case as it was when it was opened; what came of it, counted."""
    with database.session() as session:
        person = people.person_by_username(session, "kadis")
    result: Counter[str] = Counter()
    for case_id in cases:
        said = _decide_once(case_id, me, person)
        while said == BUSY:  # what a person does who reads that sentence
            said = _decide_once(case_id, me, person)
        result[said] += 1
    return result


def write_until_killed(case_ids: list[int], mine: int, name: str, acknowledged: Path) -> None:
    """Note something on every case, hold and resume one's own, round and round; after each commit its key goes to a
    file, synced: an acknowledgement."""
    with acknowledged.open("a", encoding="utf-8") as out:
        n = 0

        def write(case_id: int, kind: EventType, **more: Any) -> None:
            nonlocal n
            n += 1
            key = f"{name}:{n}"
            with database.writing() as session:
                event = Event(kind, casework.moment.now(), name, note=key, **more)
                casework.append(session, case_id=case_id, seen_seq=None, event=event, idem=key)
            out.write(f"{case_id} {key}\n")
            out.flush()
            os.fsync(out.fileno())

        while True:
            with database.session() as session:
                held = casebook.case_row(session, case_ids[mine]).status == CaseStatus.PAUSED
            if held:
                write(case_ids[mine], EventType.RESUME)
            else:
                write(case_ids[mine], EventType.PAUSE, detail={"reason": "cuti"})
            for case_id in case_ids:
                write(case_id, EventType.NOTE)


def attach_until_killed(case_ids: list[int], name: str, acknowledged: Path) -> None:
    """Put one paper after the other to the cases, each a file of its own, as a busy office does during a backup."""
    with acknowledged.open("a", encoding="utf-8") as out:
        n = 0
        while True:
            n += 1
            key, case_id = f"{name}:{n}", case_ids[n % len(case_ids)]
            stored = files.put(f"surat {key}".encode())
            with database.writing() as session:
                files.record(session, stored)
                paper = Evidence(EvidenceKind.LETTER, key, stored.sha256)
                event = Event(EventType.ATTACH, casework.moment.now(), name, evidence=paper)
                casework.append(session, case_id=case_id, seen_seq=None, event=event, idem=key)
            out.write(f"{key} {stored.sha256}\n")
            out.flush()
