"""Every rule: an example that passes, one that fails with its cell named, and what is not evaluable."""

from dataclasses import replace

import pytest

from tests.process import forms
from workbench.domain import review
from workbench.domain.datasets import Rule, RuleKind, standard_rules
from workbench.domain.reading.model import Severity
from workbench.domain.recipe_steps import SetUnit
from workbench.domain.recipes import default_recipe
from workbench.domain.rules import Fact, Wording, finding, tolerance
from workbench.storage import datasets, readings, warehouse

AREAS = datasets.area_list("kota-surakarta")
PEOPLE = datasets.get("penduduk-jenis-kelamin")
BIRTHS = datasets.get("kelahiran-kematian")
NURSES = datasets.get("tenaga-kesehatan")
PADDY = datasets.get("panen-padi")

GOOD = [["10", "20", "30"]] * 5 + [["50", "100", "150"]]


def check(form, definition=PEOPLE, *, previous=None, recipe=None, rules=None):
    """Findings by rule kind."""
    if rules is not None:
        definition = replace(definition, rules=tuple(rules))
    outcome = warehouse.replay(
        readings.tidy(form), recipe or default_recipe(definition), definition, AREAS, period="2025",
        file_sha256="00", previous=previous,
    )  # fmt: skip
    by_id = {r.id: r for r in definition.rules}
    words = Wording(definition, AREAS)
    return [finding(by_id[rule], fact, words) for rule, fact in outcome.facts]


def changed(row, column, text, cells=GOOD):
    cells = [list(line) for line in cells]
    cells[row][column] = text
    return forms.people(cells=cells)


def codes(found):
    return [(f.code, f.severity, f.cell) for f in found]


def table_of(form, definition=PEOPLE, period="2024"):
    return warehouse.replay(
        readings.tidy(form), default_recipe(definition), definition, AREAS, period=period, file_sha256="00"
    ).table


def test_a_right_form_has_no_finding():
    assert check(forms.people(cells=GOOD)) == []


def test_sum_of_areas():
    found = check(changed(5, 0, "51"))
    assert codes(found) == [
        ("sum_of_areas", Severity.ERROR, "B11"),
        ("sum_of_categories", Severity.ERROR, "D11"),
    ]
    assert "lembar Data sel B11" in found[0].message and "B6, B7, B8, B9, B10" in found[0].message
    assert "tertulis 51" in found[0].message and "menghasilkan 50" in found[0].message
    assert found[0].proposed == 50


def test_sum_of_categories():
    found = check(changed(2, 2, "31"))
    assert ("sum_of_categories", Severity.ERROR, "D8") in codes(found)
    assert "jenis kelamin" in found[0].message or "jenis kelamin" in found[1].message


def test_a_sum_with_a_missing_part_is_not_evaluable_and_says_which():
    found = check(changed(1, 0, "…"))
    assert codes(found) == [
        ("sum_of_areas_not_evaluable", Severity.INFO, "B11"),
        ("sum_of_categories_not_evaluable", Severity.INFO, "D7"),
    ]
    assert "Serengan" in found[0].message and "Laki-laki" in found[1].message


def test_a_sum_with_a_missing_row_is_not_evaluable():
    found = check(
        forms.people(rows=(*forms.AREAS[:4], "Jumlah"), cells=[["10", "20", "30"]] * 4 + [["50", "100", "150"]])
    )
    assert {f.code for f in found} == {"missing_area", "sum_of_areas_not_evaluable"}
    assert "Banjarsari" in found[0].message


def nurses(total):
    labels = [(i.label,) for i in NURSES.indicators]
    return forms.reading(forms.table(forms.AREAS, labels, [["1", "2", "3", "4", "5", total]] * 5, title="2025"))


def test_sum_of_indicators():
    assert check(nurses("15"), NURSES) == []
    found = check(nurses("16"), NURSES)
    assert [f.code for f in found] == ["sum_of_indicators"] * 5 and found[0].cell == "G6"


def paddy(total):
    columns = [("Luas Panen",), ("Produksi",)]
    cells = [["1,2", "7,11"], ["0", "0"], ["0", "0"], ["0", "0"], ["2,4", "14,02"], total]
    return forms.reading(forms.table((*forms.AREAS, "Jumlah"), columns, cells, title="2025"))


def test_rounded_figures_have_room_and_no_more():
    assert check(paddy(["3,8", "21,15"]), PADDY) == []  # 5 parts: 0.3 and 0.03
    found = check(paddy(["4,0", "21,17"]), PADDY)
    assert [f.code for f in found] == ["sum_of_areas", "sum_of_areas"]
    assert tolerance(0, 5) == 0 and tolerance(1, 5) == pytest.approx(0.3)


def test_non_negative_and_integer():
    found = check(changed(0, 0, "-5,5", [["10", "20", "30"]] * 5), rules=standard_rules(PEOPLE)[:6])
    assert {f.code for f in found} >= {"non_negative", "integer"}
    assert all(f.cell == "B6" and "Laki-laki" in f.message for f in found)


def test_a_measure_with_decimals_need_not_be_whole():
    assert "integer" not in {f.code for f in check(paddy(["3,6", "21,13"]), PADDY)}


def test_range():
    rule = Rule("batas", RuleKind.RANGE, Severity.ERROR, {"minimum": 15, "maximum": 200})
    found = check(forms.people(cells=GOOD), rules=[rule])
    assert [f.cell for f in found] == ["B6", "B7", "B8", "B9", "B10"]
    only = replace(rule, params={"minimum": 15, "indicators": ["lain"]})
    assert check(forms.people(cells=GOOD), rules=[only]) == []


def test_duplicates():
    rows = (*forms.AREAS, "Kec. Jebres", "Jumlah")
    found = check(forms.people(rows=rows, cells=[["10", "20", "30"]] * 6 + [["50", "100", "150"]]))
    twice = [f for f in found if f.code == "duplicate"]
    assert len(twice) == 3 and "B9, B11" in twice[0].message and twice[0].severity is Severity.ERROR


def test_missing_indicator_and_missing_value():
    columns = [("Kelahiran", "Laki-laki"), ("Kelahiran", "Perempuan"), ("Kematian", "Laki-laki")]
    form = forms.reading(forms.table(forms.AREAS, columns, [["1", "2", "3"], ["", "2", "3"], *[["1", "2", "3"]] * 3]))
    found = check(form, BIRTHS)
    assert [(f.code, f.severity) for f in found] == [
        ("missing_indicator", Severity.ERROR),
        ("missing_value", Severity.WARNING),
    ]
    assert "Kematian (Perempuan)" in found[0].message
    assert found[1].cell == "B7" and "Serengan" in found[1].message


def test_dots_are_a_reason_and_not_a_gap():
    assert "missing_value" not in {f.code for f in check(changed(1, 0, "…"))}


def test_jump_needs_both_a_share_and_a_size():
    before = table_of(forms.people(year="2024", cells=[["1.000", "2.000", "3.000"]] * 5))
    now = [["1.100", "2.000", "3.100"], ["1.900", "2.000", "3.900"], *[["1.000", "2.000", "3.000"]] * 3]
    rule = Rule("lonjakan", RuleKind.JUMP, Severity.WARNING, {"theta": 0.5, "delta": 500})
    found = check(forms.people(cells=now), previous=before, rules=[rule])
    assert codes(found) == [("jump", Severity.WARNING, "B7")]
    assert "1.900" in found[0].message and "1.000" in found[0].message
    assert check(forms.people(cells=now), rules=[rule]) == []


def test_from_zero_is_a_jump_only_by_size():
    before = table_of(forms.people(year="2024", cells=[["0", "2", "2"]] * 5))
    rule = Rule("lonjakan", RuleKind.JUMP, Severity.WARNING, {"theta": 0.5, "delta": 50})
    found = check(forms.people(cells=[["60", "2", "62"], *[["3", "2", "5"]] * 4]), previous=before, rules=[rule])
    assert [f.cell for f in found] == ["B6", "D6"]


def test_stale_copy():
    before = table_of(forms.people(year="2024", cells=GOOD))
    found = check(forms.people(cells=GOOD), previous=before)
    assert [f.code for f in found] == ["stale_copy"] and found[0].severity is Severity.WARNING
    assert check(forms.people(cells=[["11", "20", "31"], *GOOD[1:5], ["51", "100", "151"]]), previous=before) == []


def with_unit(unit):
    table = forms.people(cells=GOOD).tables[0]
    return forms.reading(replace(table, unit=unit))


def test_unit_text():
    found = check(with_unit("ribu orang"))
    assert [f.code for f in found] == ["unit_text"] and "ribu orang" in found[0].message
    assert check(with_unit("Jiwa")) == [] and check(with_unit("Orang")) == []
    recipe = default_recipe(PEOPLE).with_step(SetUnit("satuan-orang", "orang", 1000.0))
    assert "unit_text" not in {f.code for f in check(with_unit("ribu orang"), recipe=recipe)}


def test_many_findings_of_a_kind_are_capped_and_counted():
    one = finding(Rule("x", RuleKind.INTEGER, Severity.ERROR), Fact(RuleKind.INTEGER, cell="A1"), Wording(PEOPLE))
    told = review.capped([one] * 1000)
    assert len(told) == review.MOST + 1 and "800" in told[-1].message and told[-1].severity is Severity.ERROR
    assert review.capped([one] * 3) == [one] * 3
