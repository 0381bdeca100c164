"""The yearbook's specification fits the office's definitions, and mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.domain.errors import BadDefinition
from workbench.reporting.edition import definition_record, parse_definition
from workbench.reporting.spec import check_spec, load_spec
from workbench.storage import datasets

from .conftest import YEARBOOK


def _definitions():
    return {d.id: parse_definition(definition_record(d)) for d in datasets.all_datasets()}


def test_the_offices_yearbook_fits_its_datasets() -> None:
    spec = load_spec(YEARBOOK)
    assert check_spec(spec, _definitions()) == []
    assert set(spec.datasets()) == set(_definitions())


def test_no_figure_stands_in_the_specification() -> None:
    text = YEARBOOK.read_text(encoding="utf-8")
    assert not [word for word in text.split() if word.strip(".,").isdigit() and len(word.strip(".,")) > 3]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("indicator: rumah_sakit", "indicator: rumah_skit", "rumah_skit"),
        ("dataset: populasi-ternak", "dataset: populasi-ternek", "populasi-ternek"),
        ("category: L,", "category: X,", "kategori X"),
    ],
)
def test_what_a_definition_lacks_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(YEARBOOK.read_text().replace(old, new), encoding="utf-8")
    problems = check_spec(load_spec(path), _definitions())
    assert any(named in problem for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("kind: donut", "kind: pie", "pie"),
        ("rows: area", "rows: place", "rows"),
        ("sum: [l, p]", "sum: [l, q]", "jumlah"),
        ("    of: populasi-ternak\n", "    of: nowhere\n", "nowhere"),
        ("signatory:", "signature:", "signature"),
        ("- table: sekolah-smp", "- table: sekolah-sd", "sekolah-sd"),
    ],
)
def test_a_broken_specification_is_one_sentence(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = YEARBOOK.read_text()
    changed = text.replace(old, new, 1)
    assert changed != text or old.startswith("    of")
    path = tmp_path / "b.yaml"
    path.write_text(changed if changed != text else text.replace("of: populasi-ternak", "of: nowhere"))
    with pytest.raises(BadDefinition, match=named):
        load_spec(path)
