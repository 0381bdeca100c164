"""Editing a SOP: what is taken on is written down, a bad cell names its row, and nothing half-right gets out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.sop_library.library import IDS, shipped
from tests.sop_library.test_sheet_layout import check_drawing
from workbench.domain.bpmn import export, read_back
from workbench.domain.people import Role
from workbench.domain.sop import Confidence, OutcomeKind, Standard, Unit
from workbench.domain.sop_differences import differences, map_steps, skipped
from workbench.domain.sop_flow import arrows, working_lanes
from workbench.domain.sop_readings import confirmations, readings
from workbench.domain.sop_revision import BadRevision, Head, Tables, head, revise, tables
from workbench.reporting.sop_layout import lay_out
from workbench.reporting.sop_rows import flow_rows, minimal_height
from workbench.services.sop_library import check
from workbench.storage.sop_document import from_document, to_document

TABLES = ("lanes", "steps", "outcomes", "phases")
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def rows(table: tuple) -> list[dict[str, Any]]:
    return [dict(row) for row in table]


def edited(sop_id: str, **change: Any):
    """The SOP after edits: ``lanes``/``steps``/``outcomes`` are functions on the rows of a table."""
    base = shipped()[sop_id]
    before = tables(base)
    new = {name: rows(getattr(before, name)) for name in TABLES}
    for name in new:
        if name in change:
            new[name] = change[name](new[name])
    confirm = frozenset(change.get("confirm", ()))
    return revise(
        base, Tables(**{k: tuple(v) for k, v in new.items()}), change.get("top", head(base)), confirm=confirm,
        by="Budi Santoso, Kepala Bidang", at=NOON,
    )  # fmt: skip


def set_in(index: int, **values: Any):
    def change(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
        table[index] |= values
        return table

    return change


@pytest.mark.parametrize("sop_id", IDS)
def test_tables_left_as_they_are_change_nothing(sop_id: str) -> None:
    base = shipped()[sop_id]
    same = edited(sop_id)
    assert to_document(same) == to_document(base)
    checked = check(base, same)
    assert checked.sop == base and not checked.changes and not checked.publishable


def test_a_changed_time_is_told_in_words_and_loses_its_print() -> None:
    base = shipped()["trk-layanan-data"]
    new = edited("trk-layanan-data", steps=set_in(3, amount=2))
    assert new.step("4").standard == Standard(2, Unit.WORKING_DAYS)
    assert "time" not in new.step("4").printed and new.step("4").printed["no"] == "4"
    checked = check(base, new)
    assert checked.changes == ("Langkah 4, waktu baku: 3 hari kerja → 2 hari kerja.",)
    assert not [p for p in checked.warnings if p.rule == "legal"], "10 working days are within the law now"


def test_a_reading_that_is_ticked_becomes_the_officers_own() -> None:
    base = shipped()["trk-layanan-data"]
    keys = ("step:5", "outcome:5:kembalikan", "lane:analis")
    new = edited("trk-layanan-data", confirm=keys)
    assert new.step("5").confidence is Confidence.PRINTED
    assert new.step("5").outcome("kembalikan").confidence is Confidence.PRINTED
    assert new.lane("analis").confidence is Confidence.PRINTED and new.lane("analis").printed == "Analisis Statistik"
    said = {c.key: (c.by, c.at) for c in confirmations(new)}
    assert said == dict.fromkeys(keys, ("Budi Santoso, Kepala Bidang", NOON))
    assert len(readings(new)) == len(readings(base)) - 3
    assert check(base, new).changes == ("3 bacaan ditegaskan.",)
    again = from_document(to_document(new))
    assert confirmations(again) == confirmations(new)


def test_a_reading_that_is_changed_is_the_officers_own_too() -> None:
    new = edited("trk-layanan-data", steps=set_in(1, lane="sekretaris"), outcomes=set_in(5, to="2"))
    assert new.step("2").confidence is Confidence.PRINTED and new.step("2").lane == "sekretaris"
    assert new.step("5").outcome("kembalikan").confidence is Confidence.PRINTED
    assert {c.key for c in confirmations(new)} == {"step:2", "outcome:5:kembalikan"}
    assert new.step("3").confidence is Confidence.INFERRED, "what nobody touched stays a reading"


def test_a_new_name_of_a_lane_is_no_word_on_who_does_its_steps() -> None:
    new = edited("trk-layanan-data", lanes=set_in(2, name="Kepala Bidang"))
    assert new.step("2").confidence is Confidence.INFERRED and not confirmations(new)


def test_the_fan_out_can_be_confirmed() -> None:
    new = edited("srg-pengumpulan-publikasi", confirm=("fan_out",))
    assert new.fan_out.confidence is Confidence.PRINTED and "fan_out" not in {r.key for r in readings(new)}


def test_unreadable_cells_name_table_and_row() -> None:
    with pytest.raises(BadRevision) as caught:
        edited(
            "sby-penyebarluasan",
            steps=lambda t: [*set_in(0, amount="dua")(t), {"no": "6", "activity": "", "lane": "walidata"}],
            outcomes=set_in(1, kind="maju"),
            lanes=set_in(2, role="raja"),
        )
    assert [(p.table, p.row) for p in caught.value.problems] == [
        ("Tabel pelaksana", 3), ("Tabel putusan", 2), ("Tabel langkah", 1), ("Tabel langkah", 6),
    ]  # fmt: skip
    assert "Tabel langkah, baris 1: waktu baku dua bukan bilangan bulat" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "rule", "step"),
    [
        ({"outcomes": set_in(0, to="77")}, "outcome_target", "1"),
        ({"steps": set_in(1, amount=0)}, "time_positive", "2"),
        ({"steps": set_in(1, lane="orang_lain")}, "lane_unknown", "2"),
        ({"steps": lambda t: [*t, dict(t[0])]}, "step_duplicate", "1"),
        ({"outcomes": lambda t: t[1:]}, "outcome_missing", "1"),
        ({"outcomes": set_in(1, to="5", kind="return")}, "return_forward", "2"),
        ({"outcomes": set_in(0, to="END")}, "unreachable", "2"),
    ],
)
def test_lint_blocks_and_names_rule_and_step(change: dict, rule: str, step: str) -> None:
    base = shipped()["sby-penyebarluasan"]
    checked = check(base, edited("sby-penyebarluasan", **change))
    assert (rule, step) in {(p.rule, p.step) for p in checked.errors}
    assert not checked.publishable


def test_a_removed_step_leaves_its_phase_and_fan_out() -> None:
    def without(no: str):
        return lambda table: [r for r in table if r.get("no", r.get("step")) != no]

    phased = edited("ska-publikasi", steps=without("9"), outcomes=without("9"))
    assert [phase.key for phase in phased.phases] == ["A", "B"]
    fanned = edited("srg-pengumpulan-publikasi", steps=without("4"), outcomes=without("4"))
    assert fanned.fan_out.steps == ("3", "5")


def test_a_step_with_a_time_of_its_own_leaves_its_phase() -> None:
    new = edited("ska-publikasi", steps=set_in(4, amount=2, unit="working_days"))
    assert new.phase_of("5") is None and new.step("5").phase is None
    assert not check(shipped()["ska-publikasi"], new).errors


def test_phases_are_edited_by_their_table_and_the_steps_that_name_them() -> None:
    base = shipped()["ska-publikasi"]
    longer = edited("ska-publikasi", phases=set_in(1, amount=3), steps=set_in(3, phase="A"))
    assert [(p.key, p.steps, p.standard.amount) for p in longer.phases] == [
        ("A", ("1", "2", "3", "4"), 1), ("B", ("5", "6", "7", "8"), 3), ("C", ("9",), 1),
    ]  # fmt: skip
    assert [phase.printed for phase in longer.phases[:2]] == ["", ""], "what changed is not what was printed"
    checked = check(base, longer)
    assert not checked.errors and checked.changes == (
        "Fase A: langkah 1, 2, 3 selama 1 hari kerja → langkah 1, 2, 3, 4 selama 1 hari kerja.",
        "Fase B: langkah 4, 5, 6, 7, 8 selama 1 hari kerja → langkah 5, 6, 7, 8 selama 3 hari kerja.",
    )
    fresh = edited(
        "sby-penyebarluasan",
        steps=lambda t: set_in(3, amount=None, unit=None, phase="A")(set_in(2, amount=None, unit=None, phase="A")(t)),
        phases=lambda t: [*t, {"key": "A", "amount": 2, "unit": "working_days"}, {"key": "B"}],
    )
    assert [(p.key, p.steps) for p in fresh.phases] == [("A", ("3", "4"))] and fresh.step("4").phase == "A"
    assert not check(shipped()["sby-penyebarluasan"], fresh).errors


def test_a_phase_without_a_time_or_unknown_is_named() -> None:
    with pytest.raises(BadRevision) as caught:
        edited("ska-publikasi", phases=set_in(0, amount=None, unit=None), steps=set_in(8, phase="Q"))
    assert [(p.table, p.row) for p in caught.value.problems] == [("Tabel fase", 1), ("Tabel langkah", 9)]


def test_a_fan_out_is_made_moved_and_taken_away_on_screen() -> None:
    base = shipped()["srg-pengumpulan-publikasi"]
    moved = edited("srg-pengumpulan-publikasi", steps=set_in(4, each_opd=False), top=replace(head(base), join="5"))
    assert (moved.fan_out.steps, moved.fan_out.join, moved.fan_out.per) == (("3", "4"), "5", "perangkat_daerah")
    assert moved.fan_out.confidence is Confidence.PRINTED, "an officer who changes a reading takes it on"
    gone = edited("srg-pengumpulan-publikasi", steps=lambda t: [{**row, "each_opd": False} for row in t])
    assert gone.fan_out is None and "Cabang per OPD berubah." in check(base, gone).changes
    other = shipped()["ska-publikasi"]
    made = edited("ska-publikasi", steps=set_in(3, each_opd=True), top=replace(head(other), join="5"))
    assert made.fan_out.steps == ("4",) and not check(other, made).errors
    with pytest.raises(BadRevision, match="bergabung belum dipilih"):
        edited("ska-publikasi", steps=set_in(3, each_opd=True))


def test_start_service_clock_and_legal_clock_are_chosen_beside_the_tables() -> None:
    base = shipped()["bwi-permintaan"]
    top = replace(head(base), service_stops="9", legal_clock=False)
    changed = edited("bwi-permintaan", top=top)
    assert (changed.service_clock_stops, changed.legal_clock) == ("9", False)
    assert check(base, changed).changes == (
        "Jam layanan berhenti di: langkah 8 → langkah 9.", "Tenggat undang-undang tidak lagi berlaku.",
    )  # fmt: skip
    assert "unreachable" in {p.rule for p in check(base, edited("bwi-permintaan", top=replace(top, start="2"))).errors}


def test_a_new_lane_gets_a_key_from_its_name() -> None:
    new = edited(
        "sby-penyebarluasan",
        lanes=lambda t: [*t, {"name": "Kepala Bidang Statistik", "role": "division_head", "external": None}],
        steps=set_in(4, lane="kepala_bidang_statistik"),
    )
    assert new.lane("kepala_bidang_statistik").role is Role.DIVISION_HEAD
    changes = differences(shipped()["sby-penyebarluasan"], new)
    assert "Pelaksana baru: Kepala Bidang Statistik." in changes
    assert "Langkah 5, pelaksana: Walidata → Kepala Bidang Statistik." in changes


def test_head_fields_land_in_the_identity_block() -> None:
    top = Head("Nama baru", "1/2026", "2026-11-20", "20 November 2026", "1 Desember 2026", "")
    new = edited("bwi-diseminasi", top=top)
    assert (new.title, new.number, new.version) == ("Nama baru", "1/2026", "2026-11-20")
    assert new.identity["date_effective"] == "1 Desember 2026" and "approved_by" not in new.identity
    assert new.identity["date_created"] == "05 Januari 2022"


# ---------------------------------------------------------------- any edit

AMOUNTS = st.one_of(st.none(), st.integers(-3, 500), st.sampled_from(["dua", "3.0", float("nan")]))


@st.composite
def an_edit(draw: st.DrawFn, tables_: dict[str, list[dict[str, Any]]]) -> None:
    numbers = [row["no"] for row in tables_["steps"]]
    places = [*numbers, "END", "99", ""]
    lanes = [row.get("key") or "" for row in tables_["lanes"]]
    table = draw(st.sampled_from(["lanes", "steps", "steps", "outcomes", "phases"]))
    these = tables_[table]
    action = draw(st.sampled_from(["change", "change", "change", "drop", "add", "swap"]))
    if action == "drop" and these:
        these.pop(draw(st.integers(0, len(these) - 1)))
    elif action == "swap" and len(these) > 1:
        at = draw(st.integers(0, len(these) - 2))
        these[at], these[at + 1] = these[at + 1], these[at]
    elif action == "add":
        if table == "steps":
            no = draw(st.sampled_from(["50", "51", numbers[0] if numbers else "1"]))
            these.append(
                {"no": no, "activity": draw(st.text(max_size=12)), "lane": draw(st.sampled_from([*lanes, ""]))}
            )
            tables_["outcomes"].append(
                {"step": no, "label": "Lanjut", "to": draw(st.sampled_from(places)), "kind": "forward"}
            )
        elif table == "outcomes":
            label = draw(st.sampled_from(["Setuju", "Batal", ""]))
            these.append(
                {
                    "step": draw(st.sampled_from([*numbers, "99"])), "label": label,
                    "to": draw(st.sampled_from(places)), "kind": draw(st.sampled_from([*OutcomeKind, "entah"])),
                }
            )  # fmt: skip
        elif table == "phases":
            these.append({"key": draw(st.sampled_from(["A", "Z", ""])), "amount": draw(AMOUNTS), "unit": "months"})
        else:
            these.append({"name": draw(st.text(max_size=8)), "role": draw(st.sampled_from([*Role, "raja"]))})
    elif these:
        row = these[draw(st.integers(0, len(these) - 1))]
        if table == "steps":
            row |= draw(
                st.one_of(
                    st.fixed_dictionaries({"amount": AMOUNTS, "unit": st.sampled_from([None, *Unit])}),
                    st.fixed_dictionaries({"activity": st.text(max_size=30)}),
                    st.fixed_dictionaries({"lane": st.sampled_from([*lanes, "tak_ada"])}),
                    st.fixed_dictionaries({"waiting_for": st.sampled_from([None, *lanes, "tak_ada"])}),
                    st.fixed_dictionaries({"phase": st.sampled_from([None, "A", "B", "Z"]), "amount": st.none()}),
                    st.fixed_dictionaries({"each_opd": st.booleans()}),
                    st.fixed_dictionaries({"evidence": st.sampled_from([None, "letter", "draft"])}),
                )
            )
        elif table == "outcomes":
            row |= draw(
                st.one_of(
                    st.fixed_dictionaries({"to": st.sampled_from(places)}),
                    st.fixed_dictionaries({"kind": st.sampled_from(list(OutcomeKind))}),
                    st.fixed_dictionaries({"label": st.text(max_size=12)}),
                )
            )
        elif table == "phases":
            row |= {"amount": draw(AMOUNTS), "unit": draw(st.sampled_from([None, *Unit]))}
        else:
            row |= draw(
                st.one_of(
                    st.fixed_dictionaries({"name": st.text(max_size=20)}),
                    st.fixed_dictionaries({"role": st.sampled_from(list(Role))}),
                    st.fixed_dictionaries({"external": st.booleans()}),
                )
            )


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_any_edit_is_refused_with_a_place_or_makes_a_whole_sop(data: st.DataObject) -> None:
    base = shipped()[data.draw(st.sampled_from(IDS))]
    before = tables(base)
    tables_ = {name: rows(getattr(before, name)) for name in TABLES}
    for _n in range(data.draw(st.integers(1, 4))):
        data.draw(an_edit(tables_))
    places = ["", *(str(row.get("no") or "") for row in tables_["steps"])]
    top = replace(
        head(base), version="baru", join=data.draw(st.sampled_from([head(base).join, *places])),
        start=data.draw(st.sampled_from([base.start, base.start, *places])),
    )  # fmt: skip
    confirm = data.draw(st.frozensets(st.sampled_from([r.key for r in readings(base)] or ["x"]), max_size=4))
    try:
        draft = revise(
            base, Tables(**{k: tuple(v) for k, v in tables_.items()}), top,
            confirm=confirm, by="Budi", at=NOON,
        )  # fmt: skip
    except BadRevision as error:
        event("refused by row")
        assert error.problems and all(p.row >= 1 and p.message for p in error.problems)
        return
    checked = check(base, draft)
    if checked.errors:
        event("lint errors")
        assert all(p.rule and p.message for p in checked.errors)
        return
    event("whole")
    new = checked.sop
    assert from_document(to_document(new)) == new and len(new.sha) == 64
    assert {s.no for s in read_back(export(new)).steps} == {s.no for s in new.steps}
    flow = flow_rows(new)
    heights = [minimal_height(row) for row in flow]
    pages = lay_out(flow, arrows(new), heights, room=400, lanes=len(working_lanes(new)), lane_width=56)
    check_drawing(new, pages)
    moves = map_steps(base, new)
    assert set(moves) == {s.no for s in base.steps}
    reached = [m.to for m in moves.values() if m.to]
    assert len(reached) == len(set(reached)) and set(reached) <= {s.no for s in new.steps}
    for to in reached:
        assert {s.no for s in skipped(base, new, to)}.isdisjoint({to})
    assert all(sentence.strip() for sentence in checked.changes)
    if checked.publishable:
        assert new.sha != base.sha
