"""Steps a person adds while looking at the sheet: a column's number form, a label that is a total, a step aside."""

import json

import pytest

from tests.process import forms
from workbench.domain.errors import BadDefinition
from workbench.domain.number_forms import NumberForm, read_as
from workbench.domain.reading.model import Flag
from workbench.domain.recipe_steps import IgnoreRows, ReadNumbers
from workbench.domain.recipes import default_recipe
from workbench.storage import datasets, readings, recipes, warehouse

PEOPLE = datasets.get("penduduk-jenis-kelamin")
AREAS = datasets.area_list("kota-surakarta")


def replay(form, recipe):
    return warehouse.replay(readings.tidy(form), recipe, PEOPLE, AREAS, period="2025", file_sha256="ab" * 32)


def by_cell(outcome):
    return {row["cell"]: row for row in outcome.table.to_pylist()}


@pytest.mark.parametrize(
    ("raw", "dots", "commas"),
    [
        ("1.234", 1234, 1.234),
        ("1,234", 1.234, 1234),
        ("-2.500", -2500, -2.5),
        ("1.234,5", None, None),  # one reading only: the form does not touch it
        ("12.5", None, None),
        ("1234", None, None),
        ("-", None, None),
    ],
)
def test_a_form_decides_only_what_can_be_read_both_ways(raw, dots, commas):
    assert read_as(raw, NumberForm.DOT_THOUSANDS) == dots
    assert read_as(raw, NumberForm.COMMA_THOUSANDS) == commas


def test_a_number_form_belongs_to_its_column():
    plain, told = default_recipe(PEOPLE), ReadNumbers("angka-L", NumberForm.COMMA_THOUSANDS, ("Laki-laki/Male",))
    before, after = replay(forms.people(), plain), replay(forms.people(), plain.with_step(told))
    was, now = by_cell(before), by_cell(after)
    changed = {cell for cell in was if was[cell]["value"] != now[cell]["value"]}
    assert changed == {"B6", "B7", "B8", "B9", "B10", "B11"}
    assert now["B6"]["value"] == pytest.approx(44.1) and "angka-L" in json.loads(now["B6"]["steps"])
    assert "angka-L" not in json.loads(now["C6"]["steps"])
    assert ("Data", "B6") in after.reread and not before.reread


def test_a_number_form_gives_a_doubtful_cell_its_value():
    form = forms.people()
    table = form.tables[0]
    doubtful = tuple(
        type(o)(o.row, o.column, None, Flag.UNREADABLE, o.raw, o.cell, o.kind) if o.cell == "B6" else o
        for o in table.observations
    )
    form = forms.reading(type(table)(table.sheet, table.title, table.unit, None, (), doubtful, ()))
    assert by_cell(replay(form, default_recipe(PEOPLE)))["B6"]["value"] is None
    recipe = default_recipe(PEOPLE).with_step(ReadNumbers("angka", NumberForm.DOT_THOUSANDS))
    cell = by_cell(replay(form, recipe))["B6"]
    assert (cell["value"], cell["flag"]) == (44100, None)


def test_a_label_can_be_the_total_of_the_others():
    columns = (("Laki-laki",), ("Perempuan",), ("Seluruhnya",))
    form = forms.people(columns=columns)
    plain = default_recipe(PEOPLE)
    assert {u.label for u in replay(form, plain).unmapped} == {"Seluruhnya"}
    outcome = replay(form, plain.confirm_label("column", "Seluruhnya", {"total": "yes"}))
    assert not outcome.unmapped and by_cell(outcome)["D6"]["kind"] == "total"
    assert by_cell(outcome)["D6"]["category"] is None


def test_a_step_put_aside_stays_in_the_recipe_and_does_nothing():
    step = IgnoreRows("abaikan", ("Laweyan",), "isian ganda")
    recipe = default_recipe(PEOPLE).with_step(step)
    aside = recipe.switched("abaikan", on=False)
    assert replay(forms.people(), recipe).table.num_rows == 15
    assert replay(forms.people(), aside).table.num_rows == 18
    assert aside.step("abaikan") == step and aside.switched("abaikan", on=True) == recipe
    assert aside.without("abaikan") == default_recipe(PEOPLE)


def test_the_new_steps_survive_their_file():
    recipe = default_recipe(PEOPLE).with_step(ReadNumbers("angka", NumberForm.DOT_THOUSANDS, ("Laki-laki",)))
    recipe = recipe.confirm_label("column", "Semua", {"total": "yes"}).switched("angka", on=False)
    text = recipes.dump(recipe)
    assert recipes.read(text, PEOPLE) == recipe and "switched_off:\n- angka\n" in text
    with pytest.raises(BadDefinition, match="entah"):
        recipes.read(text.replace("- angka", "- entah"), PEOPLE)


def test_a_recipe_without_steps_aside_has_the_address_it_always_had():
    assert "switched_off" not in recipes.dump(default_recipe(PEOPLE))


def test_the_parts_of_a_table_are_kept_with_its_reading():
    form = forms.people()
    table = form.tables[0]
    table.parts["body"] = "B6:D11"
    again = readings.from_bytes(readings.to_bytes(readings.tidy(form)))
    assert again.tables[0].parts == {"body": "B6:D11"}
    assert readings.untidy(again).tables[0].parts == {"body": "B6:D11"}
