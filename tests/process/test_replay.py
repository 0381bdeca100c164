"""Replay: same file and recipe, same bytes; labels by name; nothing dropped silently; a dash is not a zero."""

import io
import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.process import forms
from workbench.domain.datasets import SymbolMeaning
from workbench.domain.observations import COLUMNS
from workbench.domain.recipe_steps import CorrectCell, MapLabels, SetUnit, Symbols
from workbench.domain.recipes import Recipe, default_recipe
from workbench.storage import clean_store, datasets, readings, recipes, warehouse

PEOPLE = datasets.get("penduduk-jenis-kelamin")
BIRTHS = datasets.get("kelahiran-kematian")
HEALTH = datasets.get("fasilitas-kesehatan")
AREAS = datasets.area_list("kota-surakarta")


def replay(form, *, definition=PEOPLE, recipe=None, period="2025", previous=None):
    return warehouse.replay(
        readings.tidy(form), recipe or default_recipe(definition), definition, AREAS, period=period,
        file_sha256="ab" * 32, previous=previous,
    )  # fmt: skip


def rows(outcome):
    return {(r["indicator"], r["category"], r["area_code"]): r for r in outcome.table.to_pylist()}


def test_a_well_formed_form_needs_no_recipe():
    outcome = replay(forms.people())
    assert outcome.table.num_rows == 18
    assert not outcome.unmapped and not outcome.questions and not outcome.facts
    found = rows(outcome)
    male = found["jumlah_penduduk", "L", "33.72.01"]
    assert (male["value"], male["cell"], male["raw"], male["kind"], male["unit"]) == (
        44100,
        "B6",
        "44.100",
        "data",
        "orang",
    )
    assert json.loads(male["steps"])[:2] == ["tabel", "kolom"]
    assert found["jumlah_penduduk", None, "33.72"]["kind"] == "total"
    assert [r["obs_id"] for r in outcome.table.to_pylist()] == list(range(1, 19))


def test_columns_of_the_contract():
    names = {"BIGINT": "int64", "VARCHAR": "string", "DOUBLE": "double"}
    schema = replay(forms.people()).table.schema
    assert [(f.name, str(f.type)) for f in schema] == [(n, names[t]) for n, t in COLUMNS]


def test_columns_may_change_places():
    """Mapping is by name: last year's recipe fits a form whose columns were moved."""
    columns = (("Jenis Kelamin", "Perempuan"), ("Jenis Kelamin", "Jumlah"), ("Jenis Kelamin", "LAKI - LAKI"))
    cells = [["20", "30", "10"]] * 5 + [["100", "150", "50"]]
    found = rows(replay(forms.people(columns=columns, cells=cells)))
    assert found["jumlah_penduduk", "L", "33.72.03"]["value"] == 10
    assert found["jumlah_penduduk", "P", "33.72.03"]["value"] == 20
    assert found["jumlah_penduduk", None, "33.72.03"]["value"] == 30


def test_unknown_column_is_kept_and_reported():
    columns = (("Laki-laki",), ("Perempuan",), ("Jumlah",), ("Rasio Jenis Kelamin",))
    cells = [["10", "20", "30", "50"]] * 5 + [["50", "100", "150", "50"]]
    outcome = replay(forms.people(columns=columns, cells=cells))
    assert outcome.table.num_rows == 18
    assert {(u.reason, u.label) for u in outcome.unmapped} == {("unknown_column", "Rasio Jenis Kelamin")}
    assert outcome.unmapped[0].cells == ("E6", "E7", "E8", "E9", "E10", "E11")


def test_an_unknown_word_over_known_columns_is_not_ignored():
    """Perkotaan over Laki-laki would silently be all men; it is asked instead."""
    columns = (("Perkotaan", "Laki-laki"), ("Perkotaan", "Perempuan"))
    outcome = replay(forms.people(columns=columns, cells=[["10", "20"]] * 6))
    assert outcome.table.num_rows == 0
    assert sum(len(u.cells) for u in outcome.unmapped) == 12


def test_a_confirmed_label_is_remembered():
    columns = (("Cowok",), ("Cewek",), ("Jumlah",))
    form = forms.people(columns=columns, cells=[["10", "20", "30"]] * 5 + [["50", "100", "150"]])
    recipe = default_recipe(PEOPLE).confirm_label("column", "Cowok", {"category": "L"})
    recipe = recipe.confirm_label("column", "Cewek", {"category": "P"})
    assert replay(form).unmapped
    outcome = replay(form, recipe=recipe)
    assert not outcome.unmapped and rows(outcome)["jumlah_penduduk", "L", "33.72.01"]["value"] == 10


def test_a_confirmed_spelling_is_remembered_and_fits_next_year():
    names = ("Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjasari", "Jumlah")
    outcome = replay(forms.people(rows=names))
    assert [q.label for q in outcome.questions] == ["Banjasari"]
    assert outcome.questions[0].candidates[0][0] == "33.72.05"
    recipe = default_recipe(PEOPLE).confirm_spelling("Banjasari", "33.72.05")
    assert replay(forms.people(rows=names), recipe=recipe).table.num_rows == 18
    again = replay(forms.people(rows=names, year="2026"), recipe=recipe, period="2026")
    assert {r["period"] for r in again.table.to_pylist()} == {"2026"} and not again.questions


def test_areas_may_stand_in_the_columns():
    columns = tuple((name,) for name in (*forms.AREAS, "Jumlah"))
    labels = ("Rumah Sakit", "Puskesmas", "Puskesmas Pembantu", "Klinik", "Apotek", "Posyandu")
    cells = [[str(n + k) for n in range(5)] + [str(10 + 5 * k)] for k in range(6)]
    form = forms.reading(forms.table(labels, columns, cells, title="Fasilitas Kesehatan 2025"))
    outcome = replay(form, definition=HEALTH)
    assert outcome.table.num_rows == 36 and not outcome.facts
    assert rows(outcome)["klinik", None, "33.72.02"]["value"] == 4


def test_nested_rows():
    """Kecamatan, then kind, then year: labels are understood wherever they stand on an axis."""
    names = [(a, i, c) for a in forms.AREAS for i in ("Sekolah", "Murid", "Guru") for c in ("Negeri", "Swasta")]
    cells = [["1", "2"] for _name in names]
    form = forms.reading(forms.table(names, (("2024",), ("2025",)), cells, first_row=2))
    outcome = replay(form, definition=datasets.get("sekolah-sd"))
    assert outcome.table.num_rows == 30
    assert {r["value"] for r in outcome.table.to_pylist()} == {2}
    assert {u.reason for u in outcome.unmapped} == {"other_period"} and outcome.years == ("2024", "2025")


def test_the_fitting_table_is_picked_not_the_first():
    other = forms.table(("Januari", "Februari"), (("Curah Hujan",),), [["1"], ["2"]], sheet="Lain")
    good = forms.people().tables[0]
    outcome = replay(forms.reading(other, good))
    assert outcome.tables_used == (1,) and outcome.table.num_rows == 18 and outcome.other_tables == ()


def test_a_second_table_that_fits_is_told():
    good, copy = forms.people().tables[0], forms.people(sheet="Salinan").tables[0]
    outcome = replay(forms.reading(good, copy))
    assert outcome.tables_used == (0,) and outcome.other_tables == (1,)


# ---------------------------------------------------------------- values


def health_form(cells):
    labels = [(i.label,) for i in HEALTH.indicators]
    return forms.reading(forms.table((*forms.AREAS, "Jumlah"), labels, cells, title="2025"))


@pytest.mark.parametrize(
    ("meaning", "value", "flag"),
    [
        (SymbolMeaning.ASK, None, "nil_or_not_applicable"),
        (SymbolMeaning.ZERO, 0.0, "nil_or_not_applicable"),
        (SymbolMeaning.MISSING, None, "not_available"),
        (SymbolMeaning.NOT_APPLICABLE, None, "not_applicable"),
    ],
)
def test_dash_dots_blank_and_zero_stay_apart_in_parquet(meaning, value, flag):
    cells = [["-", "0", "…", "", "NA", "7"]] + [["1", "1", "1", "1", "1", "1"]] * 5
    recipe = default_recipe(HEALTH).with_step(Symbols("tanda", meaning))
    outcome = replay(health_form(cells), definition=HEALTH, recipe=recipe)
    table = pq.read_table(io.BytesIO(clean_store.parquet_bytes(outcome.table)))
    first = {r["indicator"]: (r["value"], r["flag"]) for r in table.to_pylist() if r["area_code"] == "33.72.01"}
    assert first == {
        "rumah_sakit": (value, flag),
        "puskesmas": (0.0, None),
        "puskesmas_pembantu": (None, "not_available"),
        "klinik": (None, "blank"),
        "apotek": (None, "suppressed"),
        "posyandu": (7.0, None),
    }
    assert bool(outcome.undecided_dashes) is (meaning is SymbolMeaning.ASK)


def test_units_are_multiplied_for_their_indicators_only():
    recipe = default_recipe(BIRTHS).with_step(SetUnit("ribuan", "orang", 1000.0, ("kelahiran",)))
    columns = [(i, c) for i in ("Kelahiran", "Kematian") for c in ("Laki-laki", "Perempuan", "Jumlah")]
    form = forms.reading(forms.table(forms.AREAS, columns, [["1,5", "2", "3,5", "4", "5", "9"]] * 5, title="2025"))
    found = rows(replay(form, definition=BIRTHS, recipe=recipe))
    assert found["kelahiran", "L", "33.72.01"]["value"] == 1500
    assert found["kematian", "L", "33.72.01"]["value"] == 4
    assert "ribuan" in json.loads(found["kelahiran", "L", "33.72.01"]["steps"])


def correction(**changes):
    step = CorrectCell("koreksi-1", "Data", "B6", "44.100", 44010.0, "salah ketik, surat OPD", "2.12.01", "2025")
    return replace(step, **changes)


def test_a_correction_changes_one_cell_and_says_so():
    recipe = default_recipe(PEOPLE).with_step(correction())
    outcome = replay(forms.people(), recipe=recipe)
    cell = rows(outcome)["jumlah_penduduk", "L", "33.72.01"]
    assert (cell["value"], cell["raw"]) == (44010, "44.100") and "koreksi-1" in json.loads(cell["steps"])
    others = [r for r in outcome.table.to_pylist() if "koreksi-1" in json.loads(r["steps"])]
    assert len(others) == 1
    assert [c.outcome for c in outcome.corrections] == ["applied"]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"expect": "41.400", "value": 44100.0}, "already_fixed"),
        ({"expect": "41.400"}, "changed"),
        ({"cell": "Z99"}, "gone"),
        ({"sheet": "Lain"}, "gone"),
    ],
)
def test_a_correction_that_no_longer_fits_is_loud_and_changes_nothing(changes, outcome):
    done = replay(forms.people(), recipe=default_recipe(PEOPLE).with_step(correction(**changes)))
    assert [c.outcome for c in done.corrections] == [outcome]
    assert done.table.drop_columns(["steps"]).equals(replay(forms.people()).table.drop_columns(["steps"]))


def test_a_correction_belongs_to_its_period():
    done = replay(forms.people(), recipe=default_recipe(PEOPLE).with_step(correction(period="2024")))
    assert not done.corrections


# ---------------------------------------------------------------- properties

LABELS = st.sampled_from(["Laki-laki", "Perempuan", "Jumlah", "2024", "2025", "Rasio", "L", "P", "Kelahiran/Births"])
CELLS = st.sampled_from(["1", "20", "3.000", "4,5", "-", "…", "", "0", "NA"])
NAMES = st.sampled_from([*forms.AREAS, "Jumlah/Total", "BANJARSARI", "Kec. Jebres", "Entah", "Banjasari"])


@st.composite
def a_form(draw):
    rows_ = draw(st.lists(NAMES, min_size=1, max_size=7))
    columns = draw(st.lists(st.lists(LABELS, min_size=1, max_size=2).map(tuple), min_size=1, max_size=4))
    cells = draw(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=len(rows_), max_size=len(rows_)))
    return forms.reading(forms.table(rows_, columns, [row[: len(columns)] for row in cells]))


@st.composite
def a_recipe(draw):
    recipe = default_recipe(PEOPLE)
    if draw(st.booleans()):
        recipe = recipe.confirm_spelling("Entah", "33.72.02")
    if draw(st.booleans()):
        recipe = recipe.confirm_label("column", "Rasio", {})
    if draw(st.booleans()):
        recipe = recipe.with_step(Symbols("tanda", draw(st.sampled_from(list(SymbolMeaning)))))
    if draw(st.booleans()):
        recipe = recipe.with_step(correction(expect=draw(CELLS), period=""))
    return recipe


@settings(max_examples=30, deadline=None)
@given(form=a_form(), recipe=a_recipe())
def test_replay_is_a_function_and_loses_nothing(form, recipe):
    one, two = replay(form, recipe=recipe), replay(form, recipe=recipe)
    assert clean_store.parquet_bytes(one.table) == clean_store.parquet_bytes(two.table)
    assert (one.facts, one.unmapped, one.questions) == (two.facts, two.unmapped, two.questions)
    ignored = {label for s in recipe.steps if isinstance(s, MapLabels) for label, m in s.labels.items() if not m}
    placed = {(r["sheet"], r["cell"]) for r in one.table.to_pylist()}
    reported = {(u.sheet, cell) for u in one.unmapped for cell in u.cells}
    for item in form.tables[0].observations:
        said_nothing = item.value is None and str(item.flag) == "blank"
        decided = any(label in ignored for label in (*item.row, *item.column))
        assert said_nothing or decided or (form.tables[0].sheet, item.cell) in placed | reported


@settings(max_examples=40, deadline=None)
@given(recipe=a_recipe())
def test_a_recipe_survives_its_file(recipe):
    text = recipes.dump(recipe)
    back = recipes.read(text, PEOPLE)
    assert recipes.dump(back) == text
    assert isinstance(back, Recipe) and recipes.sha256(back) == recipes.sha256(recipe)


def test_the_reading_survives_its_file():
    form = forms.people()
    body = readings.to_bytes(readings.tidy(form))
    assert body == readings.to_bytes(readings.from_bytes(body))
    back = readings.untidy(readings.from_bytes(body)).tables[0].observations
    assert [replace(o, unit=None) for o in back] == list(form.tables[0].observations)
    assert {o.unit for o in back} == {"orang"}  # the table's unit, where a cell has none of its own
