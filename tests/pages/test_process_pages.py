"""Baca berkas and Resep: what was read can be confirmed and changed by clicking, tried first, and undone."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import xlsxwriter
from streamlit.testing.v1 import AppTest

from tests.app_helpers import as_user, open_app, texts
from workbench.domain.areas import AreaList, AreaMatch
from workbench.domain.datasets import SymbolMeaning
from workbench.domain.errors import Refused, Stale
from workbench.domain.people import Person
from workbench.domain.recipe_differences import Change, differences
from workbench.domain.recipe_steps import CorrectCell, HarmoniseAreas, IgnoreRows, Symbols
from workbench.domain.recipes import Recipe, default_recipe
from workbench.services import (
    acceptance,
    checks,
    collect,
    demo_files,
    demo_office,
    guesses,
    people,
    recipe_desk,
    sheet_view,
)
from workbench.services.guesses import Doubt, Subject
from workbench.services.sheet_view import Part
from workbench.storage import database, datasets
from workbench.ui.components import sheet_grid

LIVESTOCK = "populasi-ternak"
READ, CLEAN = "process/read.py", "process/clean.py"


class Desk:
    """The demo office, a statistician, and files that came in."""

    def __init__(self) -> None:
        with database.writing() as session:
            self.made = dict(demo_office.seed_office(session).people)

    def person(self, name: str = "statistisi") -> Person:
        with database.session() as session:
            return people.person(session, self.made[name])

    def send(self, dataset: str, *, period: str = "2025", content: bytes | None = None, check: bool = True) -> int:
        file = demo_files.workbook(dataset, "2025")
        with database.writing() as session:
            receipt = collect.receive(
                session, dataset_id=dataset, period=period, by=self.person(), file_name=file.name,
                content=content or file.content, idem=f"{dataset}-{period}-{len(content or b'')}",
            )  # fmt: skip
            if check and not receipt.refusal:
                checks.check(session, submission_id=receipt.submission_id)
        return receipt.submission_id

    def open(self, page: str, submission_id: object = None) -> AppTest:
        query = {} if submission_id is None else {"kiriman": str(submission_id)}
        at = open_app(self.made["statistisi"], page, query=query, timeout=60)
        assert not at.exception, at.exception
        return at

    def recipe(self, dataset: str) -> Recipe:
        with database.session() as session:
            return recipe_desk.recipe_of(session, dataset_id=dataset).recipe

    def told(self, submission_id: int) -> tuple[guesses.Guess, ...]:
        with database.session() as session:
            return guesses.guesses(sheet_view.view(session, submission_id=submission_id))

    def decide(self, submission_id: int) -> None:
        with database.writing() as session:
            acceptance.return_to_opd(
                session, submission_id=submission_id, by=self.person(), note="perbaiki", cells=[], idem="kembali"
            )


@pytest.fixture
def desk(sqlite_db: object, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(people, "set_password", lambda *args, **kwargs: None)  # hashing is tested where it lives
    return Desk()


def press(at: AppTest, label: str) -> AppTest:
    """Click the first button with these words."""
    button = next(b for b in at.button if label in b.label)
    button.click().run()
    assert not at.exception, at.exception
    return at


def inside(at: AppTest, opener: str, *acts: Callable[[], object]) -> AppTest:
    """Act in an open dialog. AppTest reruns the whole page, so the button that opens it is pressed along."""
    next(b for b in at.button if opener in b.label).click()
    for act in acts:
        act()
    at.run()
    assert not at.exception, at.exception
    return at


def save(at: AppTest) -> None:
    """Press the dialog's button (to be run by ``inside``)."""
    at.button(key="guess-save").click()


def pick(at: AppTest, row: int, letter: str) -> AppTest:
    """Click a cell of the grid, by its row in the window (from 0) and its letter."""
    key = next(d.key for d in at.dataframe if d.key and "-grid-" in d.key)
    at.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(row, letter)]}}
    at.run()
    assert not at.exception, at.exception
    return at


def with_a_dash() -> bytes:
    """A form in which one kecamatan has a dash."""
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    sheet = book.add_worksheet("Ternak")
    sheet.write(0, 0, "Populasi Ternak dan Unggas Menurut Kecamatan, 2025")
    sheet.write_row(2, 0, ["Kecamatan", *(i.label for i in datasets.get(LIVESTOCK).indicators)])
    for row, name in enumerate(["Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjarsari"]):
        sheet.write_row(3 + row, 0, [name, "-" if row == 1 else 20, 130, 140, 2700, 1200, 900])
    book.close()
    return body.getvalue()


# ---------------------------------------------------------------- opening


def test_without_a_submission_there_is_a_list_and_a_click_opens_one(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    at = desk.open(READ)
    assert len(at.dataframe) == 1 and "Dispangtan" in at.dataframe[0].value.to_string()
    at.session_state[at.dataframe[0].key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert not at.exception and at.query_params["kiriman"] in (str(number), [str(number)])
    assert "Populasi Ternak" in at.title[0].value


@pytest.mark.parametrize("page", [READ, CLEAN])
@pytest.mark.parametrize("number", [999_999, "abc", "-1", "1e9"])
def test_a_wrong_number_gives_a_sentence(desk: Desk, page: str, number: object) -> None:
    at = desk.open(page, number)
    if number == 999_999:
        assert [e.value for e in at.error] == ["Kiriman tidak ditemukan."]
    else:
        assert at.title and not at.error


def test_the_sheet_is_shown_with_its_addresses_and_parts(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    at = desk.open(READ, number)
    grid = next(d for d in at.dataframe if d.key and "-grid-" in d.key).value
    assert list(grid.columns)[:3] == ["A", "B", "C"] and grid.index[0] == "1"
    assert grid.loc["7", "B"] == "Kec. Laweyan"
    said = texts(at)
    for word in ("judul", "kepala", "label baris", "isi", "jumlah", "sumber"):
        assert word in said
    assert "Kec\\. Banjasari" in said and "Paling mirip: Banjarsari" in said.replace("\\", "")


def test_parts_of_the_form_lie_where_a_person_sees_them(desk: Desk) -> None:
    number = desk.send("panen-padi")
    with database.session() as session:
        view = sheet_view.view(session, submission_id=number)
    shown = sheet_view.window(view.file_sha256, view.file_name)
    found = sheet_view.overlay(view, shown)
    at = {sheet_view.cell_of(*place): part for place, part in found.items()}
    assert at["A2"] is Part.TITLE and at["C5"] is Part.HEADER and at["B7"] is Part.STUB
    assert at["C7"] is Part.BODY and at["C12"] is Part.TOTAL and at["B12"] is Part.TOTAL
    assert at["A13"] is Part.NOTES and at["A14"] is Part.SOURCE and "B2" not in at


def test_a_cell_tells_how_it_was_read(desk: Desk) -> None:
    at = pick(desk.open(READ, desk.send(LIVESTOCK)), 6, "F")
    said = texts(at).replace("\\", "")
    assert "Ternak F7" in said and "Teks di lembar: “5.558”" in said and "Dibaca: **5558**" in said
    assert "Kec. Laweyan" in said and "Ayam Buras" in said and "Laweyan" in said
    assert any("langkah resep" in e.label for e in at.expander)


# ---------------------------------------------------------------- guesses


def test_guesses_come_worst_first_and_offer_recipes(desk: Desk) -> None:
    told = desk.told(desk.send(LIVESTOCK))
    assert [g.doubt for g in told] == sorted(g.doubt for g in told)
    assert (told[0].subject, told[0].about, told[0].doubt) == (Subject.AREA, "Kec. Banjasari", Doubt.ASK)
    assert told[0].choices[told[0].suggested or 0].words == "Banjarsari (33.72.05)"
    recipe = desk.recipe(LIVESTOCK)
    assert all(choice.with_reason("x").dataset_id == LIVESTOCK for g in told for choice in g.choices)
    assert all(choice.recipe != recipe for choice in told[0].choices)
    assert {Subject.COLUMN, Subject.NUMBERS, Subject.UNIT, Subject.PERIOD, Subject.TITLE} <= {g.subject for g in told}


def test_an_area_is_confirmed_and_remembered(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    at = press(desk.open(READ, number), "Banjarsari (33.72.05)")
    assert "6 sel berubah" in texts(at)  # told before anything is kept
    assert desk.recipe(LIVESTOCK) == default_recipe(datasets.get(LIVESTOCK))
    inside(at, "Banjarsari (33.72.05)", lambda: save(at))
    step = next(s for s in desk.recipe(LIVESTOCK).steps if isinstance(s, HarmoniseAreas))
    assert step.spellings == {"Kec. Banjasari": "33.72.05"}
    assert "resep versi 1" in texts(at)
    told = {g.about: g.doubt for g in desk.told(number)}
    assert told["Kec. Banjasari"] is Doubt.CONFIRMED
    with database.session() as session:
        assert not checks.result_of(session, submission_id=number).questions


def test_a_row_is_ignored_with_a_reason(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    at = pick(desk.open(READ, number), 10, "C")  # the row of Kec. Banjasari
    press(at, "Artikan baris")
    options = at.radio(key="guess-choice").options
    ignore = next(n for n, words in enumerate(options) if "abaikan" in words)
    inside(at, "Artikan baris", lambda: at.radio(key="guess-choice").set_value(ignore))
    inside(at, "Artikan baris", lambda: at.text_input(key=f"guess-reason-{ignore}").set_value("bukan kecamatan"))
    inside(at, "Artikan baris", lambda: save(at))
    steps = [s for s in desk.recipe(LIVESTOCK).steps if isinstance(s, IgnoreRows)]
    assert [(s.labels, s.reason) for s in steps] == [(("Kec. Banjasari",), "bukan kecamatan")]
    assert {g.about: g.doubt for g in desk.told(number)}["Kec. Banjasari"] is Doubt.CONFIRMED


def test_a_cell_is_corrected_with_the_reason_the_agency_gave(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    at = pick(desk.open(READ, number), 6, "F")
    press(at, "Koreksi sel")
    assert not [b for b in at.button if b.label == "Simpan ke resep"]  # nothing to save yet
    inside(
        at, "Koreksi sel", lambda: at.number_input(key="correct-value").set_value(5585.0),
        lambda: at.text_input(key="correct-reason").set_value("dua angka tertukar, surat OPD"),
    )  # fmt: skip
    assert "sel berubah" in texts(at)
    inside(at, "Koreksi sel", lambda: save(at))
    (step,) = [s for s in desk.recipe(LIVESTOCK).steps if isinstance(s, CorrectCell)]
    assert (step.cell, step.expect, step.value, step.period) == ("F7", "5.558", 5585.0, "2025")
    assert step.reason == "dua angka tertukar, surat OPD"


def test_the_dash_gets_its_meaning(desk: Desk) -> None:
    number = desk.send(LIVESTOCK, content=with_a_dash())
    told = {g.subject: g for g in desk.told(number)}
    assert told[Subject.DASH].doubt is Doubt.ASK and told[Subject.DASH].suggested is None
    at = press(desk.open(READ, number), "Pilih artinya")
    assert not [b for b in at.button if b.label == "Simpan ke resep"]
    inside(at, "Pilih artinya", lambda: at.radio(key="guess-choice").set_value(0))
    inside(at, "Pilih artinya", lambda: save(at))
    assert next(s for s in desk.recipe(LIVESTOCK).steps if isinstance(s, Symbols)).dash is SymbolMeaning.ZERO


def test_separators_of_a_column_can_be_told(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    guess = next(g for g in desk.told(number) if g.subject is Subject.NUMBERS)
    assert guess.doubt is Doubt.CLEAR and guess.chosen == 0 and guess.cells[0] == "F7"
    with database.session() as session:
        outcome = recipe_desk.preview(session, submission_id=number, recipe=guess.choices[1].recipe)
    assert {c.cell for c in outcome.changed} <= set(guess.cells) and len(outcome.changed) >= 4


def test_a_tentative_match_is_to_be_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is not the same but surely meant is taken, and still listed among what a person should see."""
    real = AreaList.match

    def lenient(self: AreaList, name: str, **where: str) -> AreaMatch:
        if name == "Kec. Banjasari":
            return AreaMatch("33.72.05", "Banjarsari", 96.0, 40.0, True)
        return real(self, name, **where)

    monkeypatch.setattr(AreaList, "match", lenient)
    guess = next(g for g in desk.told(desk.send(LIVESTOCK)) if g.about == "Kec. Banjasari")
    assert guess.doubt is Doubt.LOOK and guess.understood.startswith("Banjarsari")


# ---------------------------------------------------------------- refusals


def test_a_decided_submission_is_shown_but_not_changed(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    desk.decide(number)
    at = desk.open(READ, number)
    assert "sudah diputus" in texts(at)
    assert not [b for b in at.button if b.label in ("Pilihan lain", "Ubah") or "Banjarsari" in b.label]
    with database.writing() as session, pytest.raises(Refused, match="sudah diputus"):
        recipe_desk.adopt(
            session, submission_id=number, recipe=desk.recipe(LIVESTOCK), by=desk.person(), reason="x", seen_sha256=""
        )


LEFT_OPEN = """
from workbench.services import recipe_desk
from workbench.ui.components import recipe_trial
from workbench.ui.resources import reading

with reading() as session:
    stored = recipe_desk.recipe_of(session, dataset_id="populasi-ternak")
changed = stored.recipe.confirm_spelling("Kec. Banjasari", "33.72.05")
recipe_trial.save({number}, changed, "surat OPD", stored)
"""


def test_a_dialog_left_open_while_the_submission_is_decided_refuses(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    at = AppTest.from_string(LEFT_OPEN.format(number=number), default_timeout=30)
    at.user = as_user(desk.made["statistisi"])
    at.run()
    desk.decide(number)
    at.button(key="guess-save").click().run()
    assert [e.value for e in at.error] and "sudah diputus" in at.error[0].value
    assert desk.recipe(LIVESTOCK) == default_recipe(datasets.get(LIVESTOCK))


@pytest.mark.parametrize("who", ["op.dispangtan", "kadis"])
def test_who_does_not_process_cannot_save_a_recipe(desk: Desk, who: str) -> None:
    number = desk.send(LIVESTOCK)
    at = AppTest.from_string(LEFT_OPEN.format(number=number), default_timeout=30)
    at.user = as_user(desk.made[who])
    at.run()
    at.button(key="guess-save").click().run()
    saved = desk.recipe(LIVESTOCK) != default_recipe(datasets.get(LIVESTOCK))
    assert saved is (who == "kadis"), at.error  # the office may, an agency's operator may not


def test_a_recipe_made_from_an_older_version_is_stale(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    recipe = desk.recipe(LIVESTOCK)
    with database.session() as session:
        seen = recipe_desk.recipe_of(session, dataset_id=LIVESTOCK).sha256
    with database.writing() as session:
        recipe_desk.decide_dash(
            session, dataset_id=LIVESTOCK, meaning=SymbolMeaning.ZERO, by=desk.person(), reason="surat OPD"
        )
    changed = recipe.confirm_spelling("Kec. Banjasari", "33.72.05")
    with database.writing() as session, pytest.raises(Stale, match="Ratna Puspitasari"):
        recipe_desk.adopt(session, submission_id=number, recipe=changed, by=desk.person(), reason="x", seen_sha256=seen)
    assert next(s for s in desk.recipe(LIVESTOCK).steps if isinstance(s, Symbols)).dash is SymbolMeaning.ZERO


# ---------------------------------------------------------------- long and hidden sheets


def long_file(rows: int) -> bytes:
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    notes = book.add_worksheet("Bantu")
    notes.hide()
    notes.write(0, 0, "catatan kerja")
    sheet = book.add_worksheet("Data")
    sheet.activate()
    sheet.set_first_sheet()
    sheet.write(0, 0, "Populasi ternak menurut rumah tangga, 2025")
    sheet.write_row(2, 0, ["No", "Kecamatan", "Kambing", "Domba", "Itik"])
    for row in range(rows):
        sheet.write_row(3 + row, 0, [row + 1, f"Rumah tangga {row + 1}", row % 97, row % 13, row % 7])
    book.close()
    return body.getvalue()


def test_a_long_sheet_is_paged_and_only_a_window_is_sent(desk: Desk) -> None:
    number = desk.send(LIVESTOCK, content=long_file(6_000))
    at = desk.open(READ, number)
    grid = next(d for d in at.dataframe if d.key and "-grid-" in d.key).value
    assert len(grid) == sheet_view.ROWS
    assert "Bantu (tersembunyi)" in at.segmented_control[0].options
    at.session_state[f"read-{number}-page"] = 12
    at.run()
    grid = next(d for d in at.dataframe if d.key and "-grid-" in d.key).value
    assert not at.exception and grid.index[0] == "2201" and grid.iloc[0, 0] == "2198"
    at.session_state[f"read-{number}-page"] = 13  # beside it: fetched along
    at.run()
    assert not at.exception
    at.session_state[f"read-{number}-page"] = 31
    at.run()
    grid = next(d for d in at.dataframe if d.key and "-grid-" in d.key).value
    assert grid.index[-1] == "6003" and len(grid) == 3


def test_another_sheet_is_shown_without_an_overlay(desk: Desk) -> None:
    number = desk.send(LIVESTOCK, content=long_file(300))
    at = desk.open(READ, number)
    at.segmented_control[0].set_value("Bantu").run()
    grid = next(d for d in at.dataframe if d.key and "-grid-" in d.key).value
    assert not at.exception and grid.iloc[0, 0] == "catatan kerja"


def test_a_guess_shows_its_cell_on_another_page(desk: Desk) -> None:
    number = desk.send(LIVESTOCK, content=long_file(600))
    at = desk.open(READ, number)
    at.session_state[f"read-{number}-page"] = 3
    at.run()
    press(at, "Tunjukkan")
    assert at.session_state[f"read-{number}-page"] == 1


def test_pages_of_sheets() -> None:
    def pages(rows: int) -> int:
        return sheet_grid.pages(sheet_view.Sheet("A", rows, 3, hidden=False))

    assert [pages(n) for n in (0, 1, 200, 201, 200_003)] == [1, 1, 1, 2, 1001]


@pytest.mark.parametrize(
    ("text", "found"),
    [("B7", [(6, 1, 6, 1)]), ("A1:C3,E5", [(0, 0, 2, 2), (4, 4, 4, 4)]), ("", []), ("Data!A1", []), ("A0", [])],
)
def test_ranges_are_understood_or_passed_over(text: str, found: list[tuple[int, ...]]) -> None:
    assert [(b.top, b.left, b.bottom, b.right) for b in sheet_view.boxes(text)] == found


# ---------------------------------------------------------------- the recipe page


def test_the_recipe_is_read_as_sentences(desk: Desk) -> None:
    at = desk.open(CLEAN, desk.send(LIVESTOCK))
    said = texts(at)
    assert "Ambil tabel yang labelnya cocok" in said.replace("\\", "")
    assert "resep bawaan" in said and len(at.toggle) == len(default_recipe(datasets.get(LIVESTOCK)).steps)


def test_a_step_is_switched_off_tried_saved_and_undone(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    with database.writing() as session:
        recipe_desk.confirm_area(
            session, dataset_id=LIVESTOCK, label="Kec. Banjasari", area_code="33.72.05", by=desk.person()
        )
        checks.check(session, submission_id=number)
    first = desk.recipe(LIVESTOCK)
    at = desk.open(CLEAN, number)
    switch = next(t for t in at.toggle if "-on-wilayah-" in str(t.key))
    switch.set_value(False).run()
    assert not at.exception and "sel berubah" in texts(at) and desk.recipe(LIVESTOCK) == first
    press(at, "Simpan versi baru")  # without a reason
    assert any("alasan" in e.value.lower() for e in at.error) and desk.recipe(LIVESTOCK) == first
    next(t for t in at.text_input if str(t.key).endswith("-reason")).set_value("coba tanpa wilayah").run()
    press(at, "Simpan versi baru")
    assert desk.recipe(LIVESTOCK).off == {"wilayah"}
    with database.session() as session:
        past = recipe_desk.history(session, dataset_id=LIVESTOCK)
    assert [(v.version, v.reason) for v in past][:2] == [
        (2, "coba tanpa wilayah"),
        (1, "“Kec. Banjasari” adalah Banjarsari"),
    ]
    # undo: the earlier version is tried again and saved anew
    key = next(d.key for d in at.dataframe if d.key and "-versions-" in d.key)
    at.session_state[key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    at.run()
    press(at, "Coba versi 1 lagi")
    next(t for t in at.text_input if str(t.key).endswith("-reason")).set_value("kembali").run()
    press(at, "Simpan versi baru")
    assert desk.recipe(LIVESTOCK) == first
    with database.session() as session:
        past = recipe_desk.history(session, dataset_id=LIVESTOCK)
    assert [(v.version, v.reason, v.recipe == first) for v in past][:3] == [
        (3, "kembali", True),
        (2, "coba tanpa wilayah", False),
        (1, "“Kec. Banjasari” adalah Banjarsari", True),
    ]


def test_a_trial_is_thrown_away(desk: Desk) -> None:
    at = desk.open(CLEAN, desk.send(LIVESTOCK))
    next(t for t in at.toggle if "-on-periode-" in str(t.key)).set_value(False).run()
    assert "dicoba" in str([m.value for m in at.markdown]) or at.button
    press(at, "Buang percobaan")
    assert not [b for b in at.button if b.label == "Simpan versi baru"]
    assert all(t.value for t in at.toggle)


def test_only_a_persons_steps_can_be_removed(desk: Desk) -> None:
    number = desk.send(LIVESTOCK)
    with database.writing() as session:
        recipe_desk.correct_cell(
            session, submission_id=number, sheet="Ternak", cell="F7", value=5585.0, reason="salah ketik",
            by=desk.person(),
        )  # fmt: skip
    at = desk.open(CLEAN, number)
    drops = [b for b in at.button if "-drop-" in str(b.key)]
    assert len(drops) == 1 and "koreksi" in str(drops[0].key)
    drops[0].click().run()
    assert not at.exception and "1 sel berubah" in texts(at)


def test_differences_name_every_kind_of_change() -> None:
    base = default_recipe(datasets.get(LIVESTOCK))
    added = base.with_step(IgnoreRows("abaikan", ("Rata-rata",), "bukan data"))
    changed = base.confirm_spelling("Banjasari", "33.72.05")
    moved = Recipe(base.dataset_id, (base.steps[1], base.steps[0], *base.steps[2:]))
    assert [c.what for c in differences(base, base)] == []
    assert [(c.what, c.step_id) for c in differences(base, added)] == [(Change.ADDED, "abaikan")]
    assert [(c.what, c.step_id) for c in differences(added, base)] == [(Change.REMOVED, "abaikan")]
    assert [(c.what, c.step_id) for c in differences(base, changed)] == [(Change.CHANGED, "wilayah")]
    assert [c.what for c in differences(base, base.switched("tanda", on=False))] == [Change.SWITCHED_OFF]
    assert [c.what for c in differences(base.switched("tanda", on=False), base)] == [Change.SWITCHED_ON]
    assert [c.what for c in differences(base, moved)] == [Change.MOVED]
