"""Definitions are data; a mistake names file and line."""

import pytest

from workbench.domain.errors import BadDefinition, NotFound
from workbench.storage import datasets

GOOD = """id: contoh
title: Contoh
title_en: Example
opd_code: "1.01.01"
chapter: "4"
unit: orang
areas: {list: kota-surakarta, office: "33.72", level: kecamatan}
indicators:
  - {code: a, label: Alfa, unit: orang}
  - {code: b, label: Beta, unit: orang}
rules:
  - {id: x, kind: sum_of_indicators, severity: error, total: a, parts: [b]}
"""


def test_the_demo_office_has_its_data_list():
    found = datasets.all_datasets()
    assert len(found) >= 6
    assert len({d.opd_code for d in found}) >= 4
    assert len({d.chapter for d in found}) >= 3
    known = {o.code for o in datasets.opds()}
    assert {d.opd_code for d in found} <= known
    assert all(len(d.expected_areas) == 5 for d in found)
    assert sum(o.is_walidata for o in datasets.opds()) == 1


def test_codes_are_text():
    assert all(isinstance(code, str) for d in datasets.all_datasets() for code in d.expected_areas)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("unit: orang}\n  - {code: b", "satuan: orang}\n  - {code: b"), 9),
        (("code: b,", "code: a,"), 10),
        (("kind: sum_of_indicators", "kind: jumlahkan"), 12),
        (("parts: [b]", "parts: [c]"), 12),
        (('chapter: "4"', "chapter: 4"), 5),
        (("severity: error", "severity: parah"), 12),
        (("unit: orang\nareas", "unit: orang\nunit: jiwa\nareas"), 7),
        (("indicators:", "indicators: ["), None),
    ],
)
def test_a_mistake_is_named_with_its_line(change, line):
    assert datasets.definition(GOOD, "contoh.yaml").expected_cells == 10
    with pytest.raises(BadDefinition) as error:
        datasets.definition(GOOD.replace(*change), "contoh.yaml")
    assert str(error.value).startswith("contoh.yaml:")
    if line:
        assert f"contoh.yaml:{line}:" in str(error.value)


@pytest.mark.parametrize("name", ["tidak-ada", "../opd", "a/b", ""])
def test_only_known_ids_open_a_file(name):
    with pytest.raises(NotFound):
        datasets.get(name)
