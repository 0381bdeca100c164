"""Cases played through the tracker's own writer: what the mart understands of them must be what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from workbench import moment
from workbench.domain.engine import Event, EventType, Evidence
from workbench.domain.sop import EvidenceKind, OutcomeKind
from workbench.services import analytics, analytics_queue, casework
from workbench.services.analytics_figures import Party, Scope
from workbench.settings import CHECKOUT
from workbench.storage import database, event_mart, sop_files
from workbench.storage.tables import CaseRow, VisitRow

MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)


class Player:
    """Plays events on a case; the clock moves on by ``minutes`` before each."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.count = 0

    def act(self, do: Callable, minutes: int = 10):
        self.now += timedelta(minutes=minutes)
        self.count += 1
        with moment.at(self.now), database.writing() as session:
            return do(session, f"key{self.count}")

    def open(self, sop_id: str, **more) -> int:
        return self.act(
            lambda s, key: casework.open_case(s, sop_id=sop_id, subject="Uji", by="clerk1", idem=key, **more)
        )

    def event(self, case_id: int, kind: EventType, minutes: int = 10, **what):
        def do(session, key):
            row = session.get(CaseRow, case_id)
            event = Event(kind, self.now, "staff1", step=row.step, visit=row.visit, lane=row.lane, **what)
            return casework.append(session, case_id=case_id, seen_seq=None, event=event, idem=key)

        return self.act(do, minutes)

    def decide(self, case_id: int, *, back: bool = False, minutes: int = 10) -> None:
        with database.session() as session:
            row = session.get(CaseRow, case_id)
            step = casework.sop_of(session, row.sop_sha).step(row.step)
        kind = OutcomeKind.RETURN
        outcome = next(o for o in step.outcomes if (o.kind is kind) is back)
        signs = outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN)
        wanted = step.evidence or (EvidenceKind.DRAFT if signs else None)
        evidence = Evidence(wanted, "1", "0" * 64) if wanted and not back else None
        note = "Narasi  BELUM sesuai" if back else ""
        self.event(case_id, EventType.DECIDE, minutes, outcome=outcome.key, note=note, evidence=evidence)


@pytest.fixture
def player(db: str) -> Player:
    with moment.at(MONDAY), database.writing() as session:
        casework.install_sops(session, sop_files.load_all(CHECKOUT / "data" / "sop"))
    return Player()


def status(case_id: int) -> str:
    with database.session() as session:
        return session.get(CaseRow, case_id).status


def test_returns_pauses_and_times_of_real_cases(player):
    for _ in range(5):
        case = player.open("bwi-diseminasi")
        player.event(case, EventType.TAKE)
        for _step in range(3):
            player.decide(case)
        player.decide(case, back=True)
        player.decide(case)
        player.event(case, EventType.PAUSE, detail={"reason": "menunggu OPD", "waiting_for": "producer_staff"})
        player.event(case, EventType.RESUME, minutes=60)
        while status(case) == "open":
            player.decide(case)
    scope = Scope(sop_id="bwi-diseminasi")
    with moment.at(player.now), database.session() as session:
        figures = {f.step: f for f in analytics.sop_table(session, scope=scope)}
        rework = analytics.rework(session, scope=scope)
        parties = {row.party: row for row in analytics.parties(session, scope=scope).whole}
        variants = analytics.variants(session, scope=scope)
        rows = session.exec(select(VisitRow)).all()
        assert sum(f.n for f in figures.values()) == len(rows) == 45
        assert sum(f.breached for f in figures.values()) == sum(row.verdict == "breached" for row in rows)
        used = sum(row.working_seconds + row.waiting_seconds for row in rows)
        assert parties[Party.OFFICE].held_seconds == pytest.approx(used)
        assert parties[Party.PRODUCER].paused_seconds == sum(row.paused_seconds for row in rows) > 0
    assert figures["4"].returns == 5
    assert [(r.reason, r.returns) for r in rework.reasons] == [("Narasi  BELUM sesuai", 5)]
    assert rework.again_cases == 5
    assert [v.path for v in variants.top] == ["1 → 2 → 3 → 4 → 2 → 3 → 4 → 5 → 6"]


def test_a_collection_counts_the_children_and_not_the_wait_of_the_parent(player):
    parent = player.open("srg-pengumpulan-publikasi", opd_codes=("1.02.01", "2.12.01"))
    while status(parent) == "open":
        player.decide(parent)
    assert status(parent) == "waiting_children"
    with database.session() as session:
        children = session.exec(select(CaseRow.id).where(CaseRow.parent_id == parent)).all()
    assert len(children) == 2
    with moment.at(player.now), database.session() as session:
        waiting = analytics_queue.queue(session, scope=Scope()).waiting
    assert {item.case_id for item in waiting} == set(children)
    for child in children:
        while status(child) == "open":
            player.decide(child, minutes=240)
    assert status(parent) == "open"
    with moment.at(player.now), database.session() as session:
        figures = {f.step: f for f in analytics.sop_table(session, scope=Scope(sop_id="srg-pengumpulan-publikasi"))}
        variants = {v.path for v in analytics.variants(session, scope=Scope()).top}
        mart = event_mart.mart_of(session)
        seen = mart.version
    assert (figures["3"].n, figures["3"].cases) == (2, 2)
    assert figures["3"].few
    assert variants == {"3 → 4 → 5"}
    assert seen > 0


def test_a_cancelled_step_is_no_performance(player):
    case = player.open("bwi-diseminasi")
    player.event(case, EventType.CANCEL, note="Salah buka")
    with moment.at(player.now), database.session() as session:
        assert sum(f.n for f in analytics.sop_table(session, scope=Scope())) == 0
        assert analytics.variants(session, scope=Scope()).total == 0
