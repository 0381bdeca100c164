"""R18: the collection of one SOP from many OPDs at once, in random order, with returns, cancelled OPDs and cut-off.

Four of the random collections ask forty OPDs, as a whole city does; the thousand others one to three, where the order
matters most. Step 6 opens exactly once, when nobody is waited for any more, and never before.
"""

from __future__ import annotations

import os
import random

import pytest
from sqlmodel import Session

from tests.conftest import Office
from workbench import moment
from workbench.domain.engine import CaseStatus, Event, EventType, Evidence
from workbench.domain.errors import Refused
from workbench.domain.sop import EvidenceKind
from workbench.services import audit, casework, people
from workbench.services.casework import Actor
from workbench.storage import casebook, database

SCALE = float(os.environ.get("WORKBENCH_TEST_SCALE", "1"))  # read before fixtures clear the environment
SMALL, LARGE, CITY = int(1000 * SCALE), max(1, int(4 * SCALE)), 40
SOP = "srg-pengumpulan-publikasi"
ENDED = (CaseStatus.CLOSED, CaseStatus.CANCELLED)


class Collection:
    """One collection, driven at random; what must come of it is counted beside."""

    def __init__(self, session: Session, name: str, opds: list[str], chance: random.Random) -> None:
        self.session, self.name, self.chance, self.acts = session, name, chance, 0
        self.sop = casework.current_sop(session, SOP)
        self.parent = casework.open_case(
            session, sop_id=SOP, subject=name, by=Actor("kabid"), idem=name, opd_codes=opds
        )  # fmt: skip
        for outcome in ("disposisi", "sebar"):
            self.act(self.parent, EventType.DECIDE, outcome=outcome)
        self.running = {row.id or 0: "3" for row in casebook.children(session, self.parent)}
        assert len(self.running) == len(opds)

    def act(self, case: int, kind: EventType, **more: object) -> str:
        """One event; the step after it."""
        self.acts += 1
        row = casebook.case_row(self.session, case)
        lane = self.sop.step(row.step).lane if kind is EventType.DECIDE else ""
        event = Event(kind, moment.now(), "ani", lane=lane, note="alasan", **more)  # type: ignore[arg-type]
        return casework.append(
            self.session, case_id=case, seen_seq=row.seq, event=event, idem=f"{self.name}:{self.acts}"
        ).step

    def turn(self) -> bool:
        """Something happens at some OPD; False when the collection was closed by a cut-off."""
        if self.acts > 5 and self.chance.random() < 0.3 / len(self.running):
            self.act(self.parent, EventType.CUT_OFF)
            return False
        case = self.chance.choice(list(self.running))
        if self.chance.random() < 0.04:
            self.act(case, EventType.CANCEL)
            del self.running[case]
            return True
        step = self.running[case]
        if step == "3":
            paper = Evidence(EvidenceKind.SUBMISSION, "x", f"{self.acts:064d}")
            self.running[case] = self.act(case, EventType.DECIDE, outcome="kirim", evidence=paper)
        elif step == "4":
            self.running[case] = self.act(case, EventType.DECIDE, outcome="selesai")
        elif self.chance.random() < 0.25:
            self.running[case] = self.act(case, EventType.DECIDE, outcome="belum_sesuai")
        else:
            data = Evidence(EvidenceKind.DATASET_VERSION, "x", f"{self.acts:064x}")
            self.act(case, EventType.DECIDE, outcome="sesuai", evidence=data)
            del self.running[case]
        return True

    def waits(self) -> bool:
        return casebook.case_row(self.session, self.parent).status == CaseStatus.WAITING_CHILDREN


def play(session: Session, name: str, opds: list[str], chance: random.Random) -> str:
    """One collection to its join; how it ended."""
    collection, cut = Collection(session, name, opds, chance), False
    while collection.running and not cut:
        assert collection.waits(), "the parent may not go on while an OPD is waited for"
        cut = not collection.turn()
    row = casebook.case_row(session, collection.parent)
    assert (row.status, row.step, row.visit) == ("open", "6", 1)
    kinds = [event.type for event in casebook.events(session, collection.parent)]
    assert kinds.count("join") + kinds.count("cut_off") == 1
    assert kinds.count("cut_off") == int(cut)
    children = casebook.children(session, collection.parent)
    assert all(child.status in ENDED for child in children)
    assert len(children) == len(opds)
    late = chance.choice(children)
    again = Event(EventType.REOPEN, moment.now(), "ani", note="lagi")
    with pytest.raises(Refused):
        casework.append(session, case_id=late.id or 0, seen_seq=late.seq, event=again, idem=f"{name}:late")
    return "cut off" if cut else "joined"


@pytest.mark.slow
def test_step_six_opens_exactly_once(sqlite_office: Office) -> None:
    chance = random.Random(18)
    cities = [f"9.{n:02d}.01" for n in range(CITY)]
    with database.writing() as session:
        for code in cities:
            people.add_opd(session, code=code, name=f"OPD {code}")
    ends = []
    sizes = [chance.choice([1, 1, 1, 2, 2, 3]) for _ in range(SMALL)] + [CITY] * LARGE
    for start in range(0, len(sizes), 50):
        with database.writing() as session:
            for number, size in enumerate(sizes[start : start + 50], start):
                ends.append(play(session, f"K{number}", chance.sample(cities, size), chance))
    assert {"joined", "cut off"} <= set(ends)
    with database.session() as session:
        assert audit.verify(session).problems == ()
