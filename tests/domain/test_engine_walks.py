"""R2: random lives of cases on all seven SOPs, a third of it hostile, against an independent reading of the rules.

``WORKBENCH_TEST_SCALE`` multiplies the number of walks: 1 is 10,000 per SOP (and 10,000 per OPD's branch of Sragen).
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from tests.domain.oracle import Oracle
from workbench.domain.engine import CaseState, CaseStatus, Event, EventType, Evidence, apply, replay
from workbench.domain.errors import IllegalMove
from workbench.domain.sop import EvidenceKind, Sop
from workbench.settings import CHECKOUT
from workbench.storage.sop_files import load_all

FOLDER = CHECKOUT / "data" / "sop"
WALKS = int(10_000 * float(os.environ.get("WORKBENCH_TEST_SCALE", "1")))
T0 = datetime(2026, 1, 5, tzinfo=UTC)
SHAS = [letter * 64 for letter in "abc"]
TYPES = [kind.value for kind in EventType if kind is not EventType.MIGRATE]
KINDS = [kind.value for kind in EvidenceKind]

CASES = [
    pytest.param(sop, child, id=f"{sop.id}{'-per-opd' if child else ''}")
    for sop in load_all(FOLDER)
    for child in ([False, True] if sop.fan_out else [False])
]


def hostile(rng: random.Random, oracle: Oracle) -> dict[str, Any]:
    """Anything at all: wrong step, lane, outcome, object, order, time."""
    steps = list(oracle.steps)
    outcomes = sorted({key for step in oracle.steps.values() for key in step["outcomes"]})
    return {
        "type": rng.choice(TYPES),
        "at": oracle.time + rng.choice([-1, 0, 1, 1, 1]),
        "actor": rng.choice(["ani", "budi"]),
        "step": rng.choice([oracle.step, oracle.step, rng.choice(steps), "END", ""]),
        "visit": rng.choice([0, 1, oracle.count.get(oracle.step, 0), 9]),
        "outcome": rng.choice([*outcomes, "", "hapus"]),
        "lane": rng.choice([*sorted({step["lane"] for step in oracle.steps.values()}), "", "tamu"]),
        "note": rng.choice(["", " ", "catatan"]),
        "evidence": rng.choice([None, (rng.choice(KINDS), rng.choice(SHAS))]),
        "detail": rng.choice(
            [
                {},
                {"reason": "x"},
                {"assignee": "ani"},
                {"to_step": rng.choice([*steps, "77"])},
                {"days": rng.choice("0578x")},
            ]
        ),
    }


def sensible(rng: random.Random, oracle: Oracle) -> dict[str, Any]:
    """What the right officer would do next, mostly going on, sometimes returning, holding or cancelling."""
    event: dict[str, Any] = {
        "type": "decide", "at": oracle.time + 1, "actor": oracle.holder or "ani", "step": oracle.step, "visit": 0,
        "outcome": "", "lane": "", "note": "", "evidence": None, "detail": {},
    }  # fmt: skip
    if oracle.mode == "none":
        return {**event, "type": "start", "step": "", "at": 0}
    if oracle.mode == "cancelled":
        return {**event, "type": "reopen", "note": "dibuka lagi"}
    if oracle.mode == "paused":
        return {**event, "type": "resume"}
    if oracle.mode == "waiting_children":
        return {**event, "type": rng.choice(["join", "cut_off"]), "note": "Dinkes belum"}
    other = rng.random()
    if other < 0.04:
        return {**event, "type": "pause", "detail": {"reason": "cuti"}}
    if other < 0.06:
        return {**event, "type": "cancel", "note": "dicabut"}
    row = oracle.steps[oracle.step]
    going = {key: o for key, o in row["outcomes"].items() if o.get("kind") != "return" or rng.random() < 0.3}
    outcome = rng.choice(sorted(going))
    kind = row.get("evidence")
    shown = oracle.shown()
    evidence = (kind, rng.choice(SHAS)) if kind else ("draft", shown) if shown else None
    return {**event, "outcome": outcome, "lane": row["lane"], "note": "periksa lagi", "evidence": evidence}


def as_event(e: dict[str, Any]) -> Event:
    evidence = Evidence(EvidenceKind(e["evidence"][0]), "rujukan", e["evidence"][1]) if e["evidence"] else None
    return Event(
        EventType(e["type"]), T0 + timedelta(minutes=e["at"]), e["actor"], e["step"], e["visit"], e["outcome"],
        e["lane"], "", e["note"], evidence, e["detail"],
    )  # fmt: skip


def same(state: CaseState, oracle: Oracle) -> bool:
    mine = (
        state.status.value, state.step, dict(state.visits), state.assignee, state.taken_by,
        [paraf.step for paraf in state.parafs],
        [(no, e.kind.value, e.sha256) for no, e in state.evidence.items()], bool(state.extension_days),
    )  # fmt: skip
    theirs = (
        oracle.mode, oracle.step, oracle.count, oracle.holder, oracle.taker,
        oracle.initials, oracle.brought, oracle.extended,
    )  # fmt: skip
    return mine == theirs


@pytest.mark.parametrize(("sop", "child"), CASES)
def test_random_walks_never_leave_the_rules(sop: Sop, child: bool):
    raw = yaml.safe_load((FOLDER / f"{sop.id}.yaml").read_text(encoding="utf-8"))
    rng = random.Random(f"{sop.id}{child}")
    legal = refused = 0
    for _walk in range(WALKS):
        oracle, state, log = Oracle(raw, child), None, []
        for turn in range(400):
            bad = rng.random() < 0.3
            e = hostile(rng, oracle) if bad and oracle.mode != "none" else sensible(rng, oracle)
            if e["type"] == "start" and oracle.mode == "none" and child:
                e["detail"] = {"scope": "child"}
            event, allowed = as_event(e), oracle.allows(e)
            try:
                after = apply(sop, state, event)
            except IllegalMove:
                assert not allowed, (turn, e, state)
                refused += 1
                continue
            assert allowed, (turn, e, state)
            state = after
            oracle.do(e)
            assert same(state, oracle), (turn, e, state)
            log.append((sop.sha, event))
            legal += 1
            if state.status is CaseStatus.CLOSED:
                break
        assert state is not None
        assert state.status is CaseStatus.CLOSED, "every case closes"
        assert replay({sop.sha: sop}, log) == state
    assert legal > 4 * WALKS or child
    assert refused > WALKS


def test_two_folds_of_the_same_events_are_equal():
    """Folding from the start, and from any point on, gives the same state: nothing hides outside events."""
    sop = next(sop for sop in load_all(FOLDER) if sop.id == "trk-layanan-data")
    raw = yaml.safe_load((FOLDER / f"{sop.id}.yaml").read_text(encoding="utf-8"))
    rng = random.Random(11)
    for _ in range(50):
        oracle, state, log = Oracle(raw, False), None, []
        while oracle.mode != "closed":
            e = sensible(rng, oracle)
            log.append((sop.sha, as_event(e)))
            state = apply(sop, state, log[-1][1])
            oracle.do(e)
        again = replay({sop.sha: sop}, log)
        assert again == state
        cut = rng.randrange(1, len(log))
        middle = replay({sop.sha: sop}, log[:cut])
        for _sha, event in log[cut:]:
            middle = apply(sop, middle, event)
        assert middle == state


def test_state_does_not_depend_on_the_object_it_was_read_into():
    """A definition that went through JSON folds the same events to the same state."""
    import json

    from workbench.storage.sop_document import from_document, to_document

    rng = random.Random(12)
    for sop in load_all(FOLDER):
        other = from_document(json.loads(json.dumps(to_document(sop))))
        oracle, one, two = (
            Oracle(yaml.safe_load((FOLDER / f"{sop.id}.yaml").read_text(encoding="utf-8")), False),
            None,
            None,
        )
        while oracle.mode != "closed":
            e = sensible(rng, oracle)
            one, two = apply(sop, one, as_event(e)), apply(other, two, as_event(e))
            oracle.do(e)
            assert one == two
