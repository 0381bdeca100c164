"""Tables: stable ids, what a cell was made from, and totals that are refused rather than wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reporting import samples
from workbench.domain.errors import Refused
from workbench.reporting.edition import Edition
from workbench.reporting.narrative import tell
from workbench.reporting.spec import ColumnSpec, NarrativeSpec, RowDimension, TableSpec
from workbench.reporting.tables import TableBlock, make_table

LAWEYAN, SERENGAN, JEBRES = "33.72.01", "33.72.02", "33.72.04"
DATASET = "penduduk-jenis-kelamin"
THREE = (LAWEYAN, SERENGAN, "33.72.03")


def _spec(**more: object) -> TableSpec:
    values: dict[str, object] = {
        "id": "t", "title": "Jumlah Penduduk", "title_en": "Population", "dataset": DATASET,
        "rows": RowDimension.AREA, "total": True,
        "columns": (
            ColumnSpec("l", indicator="jumlah_penduduk", category="L"),
            ColumnSpec("p", indicator="jumlah_penduduk", category="P"),
            ColumnSpec("jumlah", sum=("l", "p"), label="Jumlah"),
            ColumnSpec("rasio", ratio=("l", "p"), times=100, decimals=1, label="Rasio"),
        ),
    }  # fmt: skip
    return TableSpec(**{**values, **more})  # type: ignore[arg-type]


def _figures(men: dict[str, float | None], women: dict[str, float | None]) -> list[samples.Figure]:
    return [
        ("jumlah_penduduk", category, area, value, None if value is not None else "not_available")
        for category, values in (("L", men), ("P", women))
        for area, value in values.items()
    ]


def _table(folder: Path, figures: list[samples.Figure], spec: TableSpec | None = None, **more: object) -> TableBlock:
    samples.write_edition(folder / "e", {(DATASET, "2025"): (3, figures)})
    with Edition.open(folder / "e") as edition:
        return make_table(edition, spec or _spec(**more))


ALL = {a: float(n) for n, a in enumerate(samples.AREAS, 1)}


def test_a_small_table_is_exactly_this(tmp_path: Path) -> None:
    table = _table(tmp_path, _figures(dict.fromkeys(samples.AREAS, 1000.0), dict.fromkeys(samples.AREAS, 2000.0)))
    assert [c.id for c in table.columns] == ["l", "p", "jumlah", "rasio"]
    assert [r.id for r in table.rows] == [*samples.AREAS, "total"]
    assert [c.label for c in table.columns] == ["Laki-laki", "Perempuan", "Jumlah", "Rasio"]
    assert table.title == "Jumlah Penduduk, 2025"
    assert [c.text for c in table.rows[0].cells] == ["1.000", "2.000", "3.000", "50,0"]
    assert [c.text for c in table.rows[-1].cells] == ["5.000", "10.000", "15.000", "50,0"]
    assert [(r.label, r.kind) for r in table.rows[-2:]] == [("Banjarsari", "data"), ("Jumlah", "total")]
    assert table.notes == ()


def test_a_cell_names_the_observations_it_was_made_from(tmp_path: Path) -> None:
    table = _table(tmp_path, _figures(ALL, ALL))
    ref = table.cell(SERENGAN, "l").refs
    assert [(r.dataset, r.period, r.version, r.obs) for r in ref] == [(DATASET, "2025", 3, (2,))]
    assert table.cell(SERENGAN, "jumlah").refs[0].obs == (2, 7)
    assert table.cell("total", "l").refs[0].obs == (1, 2, 3, 4, 5)


def test_a_total_over_a_missing_cell_is_refused_and_says_so(tmp_path: Path) -> None:
    table = _table(tmp_path, _figures({**ALL, JEBRES: None}, ALL))
    total = table.cell("total", "l")
    assert (total.text, total.value, total.flag) == ("…", None, "not_available")
    assert table.cell("total", "p").value == 15
    assert table.cell("total", "jumlah").value is None
    assert table.cell("total", "rasio").value is None
    assert table.cell(JEBRES, "jumlah").text == "…"
    assert any("Jebres" in note and "(2), (4), dan (5)" in note for note in table.notes)


def test_an_area_that_sent_nothing_stands_in_the_table_and_stops_the_total(tmp_path: Path) -> None:
    some = {a: v for a, v in ALL.items() if a != JEBRES}
    table = _table(tmp_path, _figures(some, some))
    assert table.cell(JEBRES, "l").text == "…"
    assert table.cell("total", "l").value is None


def test_a_dash_is_zero_only_where_the_specification_says_so(tmp_path: Path) -> None:
    figures = [(i, c, a, None if a == JEBRES else v, "nil_or_not_applicable" if a == JEBRES else None)
               for i, c, a, v, _f in _figures(ALL, ALL)]  # fmt: skip
    refused = _table(tmp_path / "a", figures)
    assert refused.cell(JEBRES, "l").text == "–"
    assert refused.cell("total", "l").value is None
    counted = _table(tmp_path / "b", figures, nil_is_zero=True)
    assert counted.cell("total", "l").value == 11
    assert any("nol" in note for note in counted.notes)


def test_a_ratio_total_is_the_ratio_of_the_totals(tmp_path: Path) -> None:
    table = _table(tmp_path, _figures({**ALL, JEBRES: 100.0}, ALL))
    assert table.cell("total", "rasio").value == pytest.approx(111 / 15 * 100)


def test_a_provisional_part_marks_the_total(tmp_path: Path) -> None:
    figures = [(i, c, a, v, "provisional" if a == JEBRES else None) for i, c, a, v, _f in _figures(ALL, ALL)]
    table = _table(tmp_path, figures)
    assert (table.cell("total", "l").mark, table.cell("total", "l").value) == ("*", 15)
    assert "* Angka sementara." in table.notes


def test_periods_spread_over_columns_and_a_later_statement_speaks(tmp_path: Path) -> None:
    old, new = _figures(ALL, ALL), _figures({a: v * 10 for a, v in ALL.items()}, ALL)
    samples.write_edition(tmp_path / "e", {(DATASET, "2024"): (1, old), (DATASET, "2025"): (2, new)})
    spec = _spec(columns=(ColumnSpec("j", indicator="jumlah_penduduk", category="*", periods=3, label="Penduduk"),))
    with Edition.open(tmp_path / "e") as edition:
        table = make_table(edition, spec)
    assert [c.id for c in table.columns] == ["j-2024", "j-2025"]
    assert table.title == "Jumlah Penduduk, 2024–2025"
    assert [table.cell("total", c).value for c in ("j-2024", "j-2025")] == [30, 165]
    assert {c.spanner for c in table.columns} == {"Penduduk"}


def test_a_changed_file_is_noticed_before_anything_is_made(tmp_path: Path) -> None:
    folder = samples.write_edition(tmp_path / "e", {(DATASET, "2025"): (1, _figures(ALL, ALL))})
    path = next((folder / "tables").glob("*.parquet"))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(Refused, match="berubah"):
        Edition.open(folder)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=5, max_size=5))
def test_a_total_is_the_sum_or_nothing(tmp_path_factory: pytest.TempPathFactory, values: list[int | None]) -> None:
    men = {a: None if v is None else float(v) for a, v in zip(samples.AREAS, values, strict=True)}
    table = _table(tmp_path_factory.mktemp("sum"), _figures(men, ALL))
    expected = None if None in values else sum(v or 0 for v in values)
    assert table.cell("total", "l").value == expected
    assert bool(table.notes) is (expected is None)


def test_sentences_say_what_the_table_says(tmp_path: Path) -> None:
    spec = NarrativeSpec("n", _spec(), "jumlah", "jumlah penduduk", "the population")
    whole = "".join(t for t, _b in tell(_table(tmp_path / "a", _figures(ALL, ALL)), spec, "Kota X").paragraphs[0])
    assert whole.startswith("Pada 2025, jumlah penduduk di Kota X tercatat 30 orang.")
    assert "terbanyak terdapat di Banjarsari (10 orang atau 33,3 persen)" in whole
    assert "paling sedikit di Laweyan (2 orang)" in whole
    broken = _table(tmp_path / "b", _figures({**ALL, JEBRES: None}, ALL))
    told = "".join(t for t, _b in tell(broken, spec, "Kota X").paragraphs[0])
    assert told.startswith("Jumlah penduduk di Kota X pada 2025 belum dapat disajikan: data Jebres tidak tersedia.")
    assert "terbanyak" not in told
