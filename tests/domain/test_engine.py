"""What the engine lets happen to a case, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workbench.domain.engine import (
    CaseState,
    CaseStatus,
    Event,
    EventType,
    Evidence,
    apply,
    replay,
    under_review,
)
from workbench.domain.errors import IllegalMove
from workbench.domain.sop import END, EvidenceKind, OutcomeKind, Sop
from workbench.settings import CHECKOUT
from workbench.storage.sop_files import load_all

SOPS = {sop.id: sop for sop in load_all(CHECKOUT / "data" / "sop")}
LETTERS, BOOK, COUNTER = SOPS["trk-layanan-data"], SOPS["srg-pengumpulan-publikasi"], SOPS["bwi-permintaan"]
DISSEMINATION = SOPS["bwi-diseminasi"]
T0 = datetime(2026, 7, 6, 1, tzinfo=UTC)


class Case:
    """A case in memory, one minute an event."""

    def __init__(self, sop: Sop, **detail: str) -> None:
        self.sop = sop
        self.clock = T0
        self.log: list[tuple[str, Event]] = []
        self.state: CaseState = self._apply(None, Event(EventType.START, T0, "sistem", detail=detail))

    def _apply(self, state: CaseState | None, event: Event) -> CaseState:
        found = apply(self.sop, state, event)
        self.log.append((self.sop.sha, event))
        return found

    def do(self, kind: EventType, **fields: object) -> CaseState:
        self.clock += timedelta(minutes=1)
        given = {"step": self.state.step, "visit": self.state.visit, "actor": "ani", **fields}
        self.state = self._apply(self.state, Event(kind, self.clock, **given))  # type: ignore[arg-type]
        return self.state

    def decide(self, outcome: str, **fields: object) -> CaseState:
        lane = self.sop.step(self.state.step).lane
        return self.do(EventType.DECIDE, **{"outcome": outcome, "lane": lane, **fields})

    def forward(self, to: str) -> CaseState:
        """Walk the first forward outcome until the case stands at a step, with all that is asked for."""
        while self.state.step != to:
            step = self.sop.step(self.state.step)
            outcome = next(o for o in step.outcomes if o.kind is not OutcomeKind.RETURN)
            evidence = Evidence(step.evidence, step.no, "a" * 64) if step.evidence else None
            if outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN):
                evidence = evidence or under_review(self.sop, self.state)
            self.decide(outcome.key, evidence=evidence)
        return self.state


def draft(mark: str) -> Evidence:
    return Evidence(EvidenceKind.DRAFT, f"draf/{mark}", mark * 64)


def refused(pattern: str):
    return pytest.raises(IllegalMove, match=pattern)


def test_a_letter_goes_straight_through():
    case = Case(LETTERS)
    state = case.forward(END)
    assert state.status is CaseStatus.CLOSED
    assert state.visits == dict.fromkeys("123456789", 1)
    assert [(paraf.step, paraf.kind) for paraf in state.parafs] == [
        ("5", OutcomeKind.PARAF), ("6", OutcomeKind.PARAF), ("7", OutcomeKind.PARAF), ("8", OutcomeKind.SIGN),
    ]  # fmt: skip
    assert replay({LETTERS.sha: LETTERS}, case.log) == state


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("tersedia", "", "12389"),
        ("tidak_tersedia", "tersedia", "123456789"),
        ("tidak_tersedia", "tidak_tersedia", "1234589"),
    ],
)
def test_all_three_ways_of_a_request(first, second, path):
    case, seen = Case(COUNTER), []
    while not case.state.ended:
        seen.append(case.state.step)
        step = case.sop.step(case.state.step)
        outcome = {"3": first, "5": second}.get(step.no) or step.outcomes[0].key
        evidence = Evidence(step.evidence, "r", "b" * 64) if step.evidence else None
        case.decide(outcome, evidence=evidence)
    assert seen == list(path)


def test_a_return_opens_a_new_round_and_voids_what_lies_below():
    case = Case(DISSEMINATION)
    case.forward("2")
    case.decide("selesai", evidence=draft("1"))
    case.decide("ajukan")
    case.decide("paraf", evidence=draft("1"))
    with refused("disertai catatan"):
        case.decide("kembalikan")
    state = case.decide("kembalikan", note="Judul tabel 3 salah")
    assert (state.step, state.visit, state.parafs, dict(state.evidence)) == ("2", 2, (), {})
    with refused("melampirkan hasilnya"):
        case.decide("selesai")
    case.decide("selesai", evidence=draft("2"))
    case.decide("ajukan")
    state = case.decide("paraf", evidence=draft("2"))
    assert [paraf.sha256 for paraf in state.parafs] == ["2" * 64]


def test_a_return_keeps_initials_above_its_target():
    """In Sragen a return from 9 to 6 leaves nothing of 8; an initial given before 6 would stay."""
    case = Case(BOOK)
    case.forward("3")
    case.do(EventType.JOIN)
    case.forward("9")
    assert [paraf.step for paraf in case.state.parafs] == ["8"]
    assert case.decide("kembalikan", note="salah cetak").parafs == ()
    early = replace(case.forward("9").parafs[0], step="2")
    case.state = replace(case.state, parafs=(early, *case.state.parafs))
    assert case.decide("kembalikan", note="sekali lagi").parafs == (early,)


def test_an_initial_is_given_to_the_bytes_that_were_shown():
    case = Case(DISSEMINATION)
    case.forward("2")
    case.decide("selesai", evidence=draft("1"))
    case.decide("ajukan")
    assert under_review(DISSEMINATION, case.state) == draft("1")
    with refused("Sebutkan berkas"):
        case.decide("paraf")
    with refused("sudah berganti"):
        case.decide("paraf", evidence=draft("9"))
    case.decide("paraf", evidence=draft("1"))
    assert under_review(DISSEMINATION, case.state) == draft("1")


def test_a_signed_letter_is_its_own_object():
    case = Case(LETTERS)
    case.forward("8")
    signed = Evidence(EvidenceKind.LETTER, "surat/9", "f" * 64)
    assert under_review(LETTERS, case.state) is None
    state = case.decide("tanda_tangan", evidence=signed)
    assert state.parafs[-1].sha256 == "f" * 64


def test_evidence_may_be_attached_before_the_decision_but_only_the_right_kind_counts():
    case = Case(DISSEMINATION)
    case.forward("2")
    case.do(EventType.ATTACH, evidence=draft("1"))
    case.do(EventType.ATTACH, evidence=Evidence(EvidenceKind.MINUTES, "notula", "c" * 64))
    with refused("melampirkan hasilnya"):
        case.decide("selesai", evidence=Evidence(EvidenceKind.MINUTES, "notula", "c" * 64))
    assert case.decide("selesai").evidence["2"] == draft("1")
    with refused("Tidak ada yang dilampirkan"):
        case.do(EventType.ATTACH)


def test_lanes_and_assignees():
    case = Case(LETTERS)
    with refused("milik Kepala Dinas"):
        case.decide("diagendakan_didisposisi", lane="kabid")
    case.decide("diagendakan_didisposisi", lane="kadis")
    case.do(EventType.REASSIGN, detail={"assignee": "budi"})
    with refused("orang lain"):
        case.decide("disposisi")
    with refused("orang lain"):
        case.do(EventType.TAKE, lane="kabid")
    case.do(EventType.TAKE, lane="kabid", actor="budi")
    with refused("sudah diambil"):
        case.do(EventType.TAKE, lane="kabid", actor="budi")
    state = case.do(EventType.REASSIGN)
    assert (state.assignee, state.taken_by) == ("", "")
    assert case.decide("disposisi").step == "3"


def test_a_stale_page_is_told_where_the_case_stands():
    case = Case(LETTERS)
    case.forward("4")
    with refused("sudah di langkah 4, bukan langkah 2"):
        case.decide("disposisi", step="2", lane="kabid")
    case.forward("5")
    case.decide("kembalikan", note="data kurang")
    with refused("sudah di langkah"):
        case.decide("selesai", visit=1)
    with refused("tidak ada pada langkah"):
        case.decide("paraf")


def test_pause_and_resume():
    case = Case(LETTERS)
    with refused("alasannya"):
        case.do(EventType.PAUSE)
    with refused("tidak sedang dijeda"):
        case.do(EventType.RESUME)
    state = case.do(EventType.PAUSE, detail={"reason": "berkas_kurang", "waiting_for": "pemohon"})
    assert (state.status, state.paused_for, state.paused_since) == (CaseStatus.PAUSED, "pemohon", case.clock)
    with refused("sedang dijeda"):
        case.decide("diagendakan_didisposisi", lane="kadis")
    with refused("sedang dijeda"):
        case.do(EventType.PAUSE, detail={"reason": "lagi"})
    state = case.do(EventType.RESUME)
    assert (state.status, state.paused_for, state.paused_since) == (CaseStatus.OPEN, "", None)


def test_skip_cancel_reopen():
    case = Case(LETTERS)
    with refused("alasan"):
        case.do(EventType.SKIP, outcome="diagendakan_didisposisi")
    case.do(EventType.SKIP, outcome="diagendakan_didisposisi", note="diterima langsung")
    case.forward("5")
    with refused("meneruskan"):
        case.do(EventType.SKIP, outcome="kembalikan", note="coba")
    with refused("belum selesai"):
        case.do(EventType.REOPEN, note="x")
    case.do(EventType.PAUSE, detail={"reason": "cuti"})
    with refused("alasan"):
        case.do(EventType.CANCEL)
    state = case.do(EventType.CANCEL, note="pemohon mencabut")
    assert (state.status, state.paused_since, state.ended) == (CaseStatus.CANCELLED, None, True)
    case.do(EventType.NOTE, note="surat pencabutan diarsipkan")
    for kind in (EventType.CANCEL, EventType.PAUSE, EventType.ATTACH, EventType.EXTEND, EventType.MIGRATE):
        with refused("sudah selesai"):
            case.do(kind, note="x", detail={"reason": "x"})
    with refused("alasan"):
        case.do(EventType.REOPEN)
    with refused("tidak ada"):
        case.do(EventType.REOPEN, note="x", detail={"to_step": "77"})
    state = case.do(EventType.REOPEN, note="keberatan diterima")
    assert (state.status, state.step, state.visit, state.closed_at) == (CaseStatus.OPEN, "5", 2, None)


def test_reopening_further_back_voids_what_lies_below():
    case = Case(LETTERS)
    case.forward(END)
    state = case.do(EventType.REOPEN, note="data salah", detail={"to_step": "6"})
    assert (state.step, state.visit) == ("6", 2)
    assert [paraf.step for paraf in state.parafs] == ["5"]
    assert "4" in state.evidence
    assert "8" not in state.evidence


def test_the_law_is_extended_once_and_within_bounds():
    case = Case(LETTERS)
    with refused("alasan tertulis"):
        case.do(EventType.EXTEND)
    for days in ("8", "0", "-1", "tujuh"):
        with refused("paling lama 7"):
            case.do(EventType.EXTEND, note="data di BPS", detail={"days": days})
    assert case.do(EventType.EXTEND, note="data di BPS", detail={"days": "5"}).extension_days == 5
    with refused("satu kali"):
        case.do(EventType.EXTEND, note="lagi")
    with refused("tidak memakai"):
        Case(DISSEMINATION).do(EventType.EXTEND, note="x")


def test_fan_out_waits_joins_once_or_is_cut_off():
    case = Case(BOOK)
    with refused("tidak sedang menunggu"):
        case.do(EventType.JOIN)
    state = case.forward("3")
    assert state.status is CaseStatus.WAITING_CHILDREN
    for kind in (EventType.DECIDE, EventType.TAKE, EventType.SKIP, EventType.PAUSE, EventType.REASSIGN):
        with refused("menunggu kiriman OPD"):
            case.do(kind, lane="staf_opd", outcome="kirim", note="x", detail={"reason": "x"})
    with refused("siapa yang belum"):
        case.do(EventType.CUT_OFF)
    state = case.do(EventType.CUT_OFF, note="Dispangtan belum mengirim")
    assert (state.status, state.step, state.visit) == (CaseStatus.OPEN, "6", 1)
    with refused("tidak sedang menunggu"):
        case.do(EventType.JOIN)


def test_a_child_walks_only_the_fan_out_and_closes_at_the_join():
    child = Case(BOOK, scope="child")
    assert (child.state.step, child.state.child) == ("3", True)
    received = Evidence(EvidenceKind.SUBMISSION, "1", "1" * 64)
    child.decide("kirim", evidence=received)
    child.decide("selesai")
    state = child.decide("belum_sesuai", note="kolom desa kosong")
    assert (state.step, state.visit, dict(state.evidence)) == ("3", 2, {})
    with refused("melampirkan"):
        child.decide("kirim")
    child.decide("kirim", evidence=received)
    child.decide("selesai")
    state = child.decide("sesuai", evidence=Evidence(EvidenceKind.DATASET_VERSION, "7", "7" * 64))
    assert (state.status, state.before_close) == (CaseStatus.CLOSED, "5")
    with refused("dibuka kembali tidak ada"):
        child.do(EventType.REOPEN, note="x", detail={"to_step": "8"})
    assert child.do(EventType.REOPEN, note="salah versi").step == "5"
    with refused("tidak bercabang"):
        Case(LETTERS, scope="child")


def test_migration_carries_the_new_version():
    case = Case(LETTERS)
    case.forward("4")
    shorter = replace(LETTERS, steps=tuple(s for s in LETTERS.steps if s.no != "4"), sha="new")
    event = Event(EventType.MIGRATE, case.clock, "kabid", detail={"to_step": "4"})
    with refused("tidak ada pada versi baru"):
        apply(shorter, case.state, event)
    moved = apply(shorter, case.state, replace(event, detail={"to_step": "5"}))
    assert (moved.step, moved.visit) == ("5", 1)
    stays = apply(replace(LETTERS, sha="new"), case.state, replace(event, detail={}))
    assert (stays.step, stays.visit) == (case.state.step, case.state.visit)
    paused = case.do(EventType.PAUSE, detail={"reason": "cuti"})
    with refused("sedang dijeda"):
        apply(shorter, paused, replace(event, at=case.clock, detail={"to_step": "5"}))
    assert apply(LETTERS, paused, replace(event, at=case.clock)).status is CaseStatus.PAUSED


def test_an_officer_initials_a_step_once_even_after_a_migration_back():
    case = Case(LETTERS)
    case.forward("7")
    case.do(EventType.MIGRATE, detail={"to_step": "5"})
    case.forward("7")
    assert [paraf.step for paraf in case.state.parafs] == ["5", "6"]


@pytest.mark.parametrize("sop", SOPS.values(), ids=SOPS.keys())
def test_migration_to_a_copy_is_possible_from_every_step(sop):
    case = Case(sop)
    while not case.state.ended:
        same = apply(sop, case.state, Event(EventType.MIGRATE, case.clock, "kabid"))
        assert same == replace(case.state, last_at=case.clock)
        if case.state.status is CaseStatus.WAITING_CHILDREN:
            case.do(EventType.JOIN)
        else:
            here = case.state.step
            outcome = next(o for o in sop.step(here).outcomes if o.kind is not OutcomeKind.RETURN)
            case.forward(outcome.to)


def test_order_of_events():
    case = Case(LETTERS)
    case.forward("3")
    with refused("mendahului"):
        apply(LETTERS, case.state, Event(EventType.NOTE, T0 - timedelta(seconds=1), "ani"))
    with refused("sudah dimulai"):
        case.do(EventType.START)
    with refused("belum dimulai"):
        apply(LETTERS, None, Event(EventType.NOTE, T0, "ani"))


def test_apply_changes_nothing_it_was_given():
    case = Case(BOOK)
    before = case.state
    copy = (dict(before.visits), dict(before.evidence), before.parafs)
    case.forward("3")
    assert (dict(before.visits), dict(before.evidence), before.parafs) == copy
