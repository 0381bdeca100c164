"""Publishing a version and moving running cases to it, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.conftest import Office
from tests.sop_library.library import IDS, OPDS, case_at, shipped
from workbench import moment
from workbench.domain.engine import CaseStatus, Event, EventType
from workbench.domain.errors import NotAllowed, Refused, Stale
from workbench.domain.sop import Confidence, Outcome, OutcomeKind, Sop, Standard, Step, Unit
from workbench.services import audit, casework, sop_library, sop_migration, track
from workbench.storage import database, files
from workbench.storage.tables import CaseRow, SopVersionRow

MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)  # 08.00 in Jakarta
TODAY = date(2026, 7, 6)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with moment.at(MONDAY):
        yield


@pytest.fixture(autouse=True)
def _whole_after(data_dir: Path) -> Iterator[None]:
    yield
    with database.session() as session:
        assert audit.verify(session).problems == ()


def slower(sop: Sop, no: str, days: int = 5) -> Sop:
    """The SOP with one step given that many working days, under a new label."""
    steps = tuple(
        replace(step, standard=Standard(days, Unit.WORKING_DAYS), phase=None) if step.no == no else step
        for step in sop.steps
    )
    phases = tuple(replace(p, steps=tuple(n for n in p.steps if n != no)) for p in sop.phases)
    return replace(sop, steps=steps, phases=tuple(p for p in phases if p.steps), version="baru", sha="")


def with_new_step(sop: Sop) -> Sop:
    """A new step between the first and what follows it."""
    first = sop.step(sop.start)
    new = Step("1a", "Mencatat dalam buku agenda", first.lane, (Outcome("catat", "Catat", first.outcomes[0].to),))
    new = replace(new, standard=Standard(30, Unit.WORKING_MINUTES), confidence=Confidence.PRINTED)
    moved = replace(first, outcomes=(replace(first.outcomes[0], to="1a"), *first.outcomes[1:]))
    steps = [moved if step is first else step for step in sop.steps]
    steps.insert(1, new)
    return replace(sop, steps=tuple(steps), version="dengan 1a", sha="")


def publish(session: Session, office: Office, draft: Sop, *, who: str = "kabid", day: date = TODAY) -> str:
    base = sop_library.newest(session, draft.id)
    return sop_library.publish(session, by=office[who], base_sha=base.sha, draft=draft, effective_from=day)


def test_a_published_version_is_taken_by_new_cases_and_not_by_running_ones(office: Office) -> None:
    base = shipped()["sby-penyebarluasan"]
    with database.writing() as session:
        before = casework.open_case(session, sop_id=base.id, subject="Lama", by="system", idem="a")
        sha = publish(session, office, slower(base, "2"))
        after = casework.open_case(session, sop_id=base.id, subject="Baru", by="system", idem="b")
        assert session.get_one(CaseRow, before).sop_sha == base.sha
        assert session.get_one(CaseRow, after).sop_sha == sha
        labels = [(v.label, v.in_force, v.open_cases) for v in sop_library.versions(session, base.id)]
        assert labels == [("baru", True, 1), (base.version, False, 1)]
        entry = next(e for e in sop_library.entries(session) if e.sop.id == base.id)
        assert (entry.sop.sha, entry.versions, entry.open_cases) == (sha, 2, 2)


def test_a_version_for_later_waits_for_its_day(office: Office) -> None:
    base = shipped()["sby-penyebarluasan"]
    with database.writing() as session:
        sha = publish(session, office, slower(base, "2"), day=TODAY + timedelta(days=10))
        assert casework.current_sop(session, base.id).sha == base.sha
        assert sop_library.newest(session, base.id).sha == sha
    with moment.at(MONDAY + timedelta(days=10)), database.session() as session:
        assert casework.current_sop(session, base.id).sha == sha


def test_only_supervisors_publish_and_only_what_is_sound_and_new(office: Office) -> None:
    base = shipped()["trk-layanan-data"]
    good = slower(base, "4", 2)
    trap = replace(good, steps=(replace(good.steps[0], outcomes=(Outcome("x", "X", "99"),)), *good.steps[1:]))

    def trial(draft: Sop, *, who: str = "kasi", day: date = TODAY) -> None:
        with database.writing() as session:
            publish(session, office, draft, who=who, day=day)

    for who in ("staff", "clerk", "dinkes"):
        with pytest.raises(NotAllowed):
            trial(good, who=who)
    with pytest.raises(Refused, match="Langkah 1: putusan x menuju langkah 99"):
        trial(trap)
    with pytest.raises(Refused, match="Tidak ada yang berubah"):
        trial(replace(base, version="lain"))
    with pytest.raises(Refused, match="tidak boleh mundur"):
        trial(good, day=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="sudah dipakai"):
        trial(replace(good, version=base.version))
    with database.session() as session:
        assert len(sop_library.versions(session, base.id)) == 1
    trial(good)


def test_two_officers_revise_the_same_version_and_one_is_told(office: Office) -> None:
    base = shipped()["trk-layanan-data"]
    with database.writing() as session:
        publish(session, office, slower(base, "4", 2))
    with pytest.raises(Stale, match="baru sudah diterbitkan lebih dulu"), database.writing() as session:
        sop_library.publish(
            session, by=office["kasi"], base_sha=base.sha, draft=replace(slower(base, "5"), version="lain"),
            effective_from=TODAY,
        )  # fmt: skip


def test_labels_of_versions_do_not_repeat(office: Office) -> None:
    base = shipped()["trk-layanan-data"]
    with database.writing() as session:
        assert sop_library.free_label(session, base.id, TODAY) == "2026-07-06"
        publish(session, office, replace(slower(base, "4", 2), version="2026-07-06"))
        assert sop_library.free_label(session, base.id, TODAY) == "2026-07-06.2"


# ---------------------------------------------------------------- migration


@pytest.mark.parametrize("sop_id", IDS)
def test_a_case_moves_from_every_step(sop_id: str, sqlite_office: Office) -> None:
    base = shipped()[sop_id]
    inside = set(base.fan_out.steps[1:]) if base.fan_out else set()
    with database.writing() as session:
        at = {no: case_at(session, base, no) for no in (s.no for s in base.steps) if no not in inside}
        draft = slower(with_new_step(base), base.steps[1].no, 9)
        sha = publish(session, sqlite_office, draft)
    with database.session() as session:
        previews = {p.case_id: p for p in sop_migration.preview(session, to_sha=sha)}
        children = [p for p in previews.values() if p.case_id not in at.values()]
    assert len(children) == (len(OPDS) if base.fan_out else 0)
    for no, case_id in at.items():
        item = previews[case_id]
        assert item.to_step == no and not item.problem, item
        assert item.skipped == (() if no == base.start else ("1a. Mencatat dalam buku agenda",))
        if no == base.steps[1].no:
            assert item.due_before != item.due_after
        elif base.phase_of(no) is None:
            assert item.due_before == item.due_after
    moved = sop_migration.migrate_all(
        previews.values(), to_sha=sha, by=sqlite_office["kabid"], idem="pindah", note="SOP direvisi"
    )
    assert [m.problem for m in moved] == [""] * len(previews)
    with database.session() as session:
        for item in previews.values():
            row = session.get_one(CaseRow, item.case_id)
            assert (row.sop_sha, row.step) == (sha, item.to_step)
            assert row.due_at == item.due_after and row.sop_due_at == item.end_after
        assert sop_migration.preview(session, to_sha=sha) == []
    again = sop_migration.migrate_all(previews.values(), to_sha=sha, by=sqlite_office["kabid"], idem="pindah")
    assert len(again) == len(previews)
    with database.session() as session:
        assert {session.get_one(CaseRow, p.case_id).seq - p.seq for p in previews.values()} == {1}


def test_a_case_whose_step_is_gone_needs_a_choice(office: Office) -> None:
    base = shipped()["bwi-diseminasi"]
    steps = tuple(
        replace(step, outcomes=tuple(replace(o, to="4") if o.to == "3" else o for o in step.outcomes))
        for step in base.steps
        if step.no != "3"
    )
    with database.writing() as session:
        case_id = case_at(session, base, "3")
        sha = publish(session, office, replace(base, steps=steps, version="tanpa 3", sha=""))
        (item,) = sop_migration.preview(session, to_sha=sha)
        assert "tidak punya padanan" in item.problem and not item.to_step
        (item,) = sop_migration.preview(session, to_sha=sha, chosen={"3": "4"})
        assert not item.problem and item.to_words.startswith("4. ")
    moved = sop_migration.migrate_all([item], to_sha=sha, by=office["kasi"], idem="k")
    assert [m.problem for m in moved] == [""]
    with database.session() as session:
        row = session.get_one(CaseRow, case_id)
        assert (row.step, row.visit, row.due_at) == ("4", 1, item.due_after)
    with database.writing() as session, pytest.raises(NotAllowed):
        track.migrate(
            session, case_id=case_id, seen_seq=row.seq, by=office["staff"], idem="x", to_sop=base.sha, to_step="4"
        )


def test_cases_that_moved_or_wait_are_left_alone_and_the_others_move(office: Office) -> None:
    base = shipped()["sby-penyebarluasan"]
    with database.writing() as session:
        first, second, third = (
            casework.open_case(session, sop_id=base.id, subject=f"K{n}", by="system", idem=f"k{n}") for n in range(3)
        )
        sha = publish(session, office, slower(base, "1", 3))
        previews = sop_migration.preview(session, to_sha=sha)
        row = session.get_one(CaseRow, second)
        track.add_note(session, case_id=second, by=office["kasi"], idem="catatan", note="tunggu")
        assert row.seq
    moved = {m.case_id: m.problem for m in sop_migration.migrate_all(previews, to_sha=sha, by=office["kasi"], idem="m")}
    assert moved[first] == moved[third] == "" and moved[second]
    with database.session() as session:
        assert session.get_one(CaseRow, second).sop_sha == base.sha
        assert session.get_one(CaseRow, first).sop_sha == session.get_one(CaseRow, third).sop_sha == sha


def test_what_would_leave_a_case_stuck_is_not_offered(sqlite_office: Office) -> None:
    """A parent waiting for OPDs, and OPD cases, when the new version has no fan-out any more; a held case."""
    base = shipped()["srg-pengumpulan-publikasi"]
    sby = shipped()["sby-penyebarluasan"]
    with database.writing() as session:
        parent = case_at(session, base, "3")
        held = case_at(session, sby, "2")
        event = Event(EventType.PAUSE, moment.now(), "system", detail={"reason": "menunggu"})
        casework.append(session, case_id=held, seen_seq=None, event=event, idem="jeda")
        sha = publish(session, sqlite_office, replace(base, fan_out=None, version="tanpa cabang", sha=""))
        sby_sha = publish(session, sqlite_office, slower(sby, "1"))
        previews = sop_migration.preview(session, to_sha=sha)
        assert len(previews) == 1 + len(OPDS) and all(p.problem for p in previews)
        assert session.get_one(CaseRow, parent).status == CaseStatus.WAITING_CHILDREN
        (item,) = sop_migration.preview(session, to_sha=sby_sha)
        assert not item.problem, "a held case keeps its hold when its step stays"
        (item,) = sop_migration.preview(session, to_sha=sby_sha, chosen={"2": "1"})
        assert "dijeda" in item.problem
    assert all(m.problem for m in sop_migration.migrate_all(previews, to_sha=sha, by=sqlite_office["kabid"], idem="q"))


def test_a_return_in_the_new_version_works_for_a_moved_case(sqlite_office: Office) -> None:
    base = shipped()["sby-penyebarluasan"]
    back = Outcome("batal", "Batalkan tugas", "2", OutcomeKind.RETURN)
    steps = tuple(replace(s, outcomes=(*s.outcomes, back)) if s.no == "3" else s for s in base.steps)
    with database.writing() as session:
        case_id = case_at(session, base, "3")
        sha = publish(session, sqlite_office, replace(base, steps=steps, version="dengan batal", sha=""))
        previews = sop_migration.preview(session, to_sha=sha)
    sop_migration.migrate_all(previews, to_sha=sha, by=sqlite_office["kabid"], idem="r")
    with database.writing() as session:
        event = Event(EventType.DECIDE, moment.now(), "pic", lane="pic_produsen", outcome="batal", note="keliru")
        state = casework.append(session, case_id=case_id, seen_seq=None, event=event, idem="balik")
        assert state.step == "2"


# ---------------------------------------------------------------- files


def test_sheet_files_are_made_once_and_have_names(sqlite_office: Office) -> None:
    sop = shipped()["trk-layanan-data"]
    with database.session() as session:
        assert sop_library.find_sheet(session, sop) is None
    made = sop_library.make_sheet(sop)
    with database.writing() as session:
        sop_library.keep_sheet(session, sop, made)
        sop_library.keep_sheet(session, sop, made)
    with database.session() as session:
        assert sop_library.find_sheet(session, sop) == made
        assert sop_library.download_name(session, made.pdf) == "SOP-trk-layanan-data-2024-08-02.pdf"
        assert sop_library.download_name(session, made.bpmn).endswith(".bpmn")
        assert sop_library.download_name(session, made.pages[0]) == ""
    assert files.read(made.pdf).startswith(b"%PDF") and b"definitions" in files.read(made.bpmn)[:200]
    files.path(made.pages[0]).unlink()
    with database.session() as session:
        assert sop_library.find_sheet(session, sop) is None, "a file that went missing is made again"


def test_every_stored_version_can_still_be_read(office: Office) -> None:
    with database.writing() as session:
        sha = publish(session, office, slower(shipped()["bwi-permintaan"], "3"))
        row = session.get_one(SopVersionRow, sha)
        assert row.approved_by == "Budi Santoso, Kepala Bidang Statistik"
        assert sop_library.version(session, sha).step("3").standard == Standard(5, Unit.WORKING_DAYS)
