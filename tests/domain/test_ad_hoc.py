"""Definitions derived from an unknown table's own labels."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workbench.domain.ad_hoc import derive
from workbench.domain.ad_hoc_labels import title_of
from workbench.domain.ad_hoc_model import Known
from workbench.domain.areas import Area, AreaList
from workbench.domain.errors import Refused
from workbench.domain.reading.model import Kind, Observation, TableReading

SOLO = AreaList(
    "33.72",
    (
        Area("33.72", "Kota Surakarta", "kota", "", "3372", ("Surakarta", "Kota Solo")),
        Area("33.72.01", "Laweyan", "kecamatan", "33.72"),
        Area("33.72.02", "Serengan", "kecamatan", "33.72"),
        Area("33.72.04", "Jebres", "kecamatan", "33.72"),
    ),
)
Cell = tuple[tuple[str, ...], tuple[str, ...], float | None, Kind]


def _table(cells: list[Cell], heads: tuple[str, ...] = ("Uraian",)) -> TableReading:
    observations = [
        Observation(row, column, value, None, str(value), f"B{n}", kind)
        for n, (row, column, value, kind) in enumerate(cells)
    ]
    return TableReading("L", "", None, None, (), observations, (), row_header=heads)


def _known(title: str) -> Known:
    return Known("data", title, "9.01.01", "berkas", frozenset({"2024"}), "title", (("kota-surakarta", SOLO),))


def _grid(rows: list[str], columns: list[str]) -> list[Cell]:
    return [((r,), (c,), float(n), Kind.DATA) for n, r in enumerate(rows, 1) for c in columns]


def test_names_of_the_list_are_areas_and_what_is_missing_is_told() -> None:
    (made,) = derive(_table(_grid(["Laweyan", "Serengan"], ["Guru", "Murid"])), _known("Guru dan Murid TK"))
    assert made.down == "area"
    assert made.definition["areas"]["only"] == ["33.72.01", "33.72.02"]
    assert any("Jebres" in note for note in made.notes)


def test_the_same_names_in_another_city_are_plain_classes() -> None:
    (made,) = derive(_table(_grid(["Laweyan", "Serengan"], ["Guru", "Murid"])), _known("Guru di Kota Tegalan"))
    assert made.down == "category" and "areas" not in made.definition


def test_years_above_the_values_are_periods_and_an_empty_year_is_told() -> None:
    cells: list[Cell] = [((r,), (y,), v, Kind.DATA) for r in ("a", "b") for y, v in (("2022", 1.0), ("2023", None))]
    (made,) = derive(_table(cells), _known("Sesuatu"))
    assert (made.periods, made.empty_periods, made.period_from) == (("2022",), ("2023",), "label")
    assert len(made.definition["indicators"]) == 1


def test_subtotals_are_wholes_and_the_total_row_has_no_class() -> None:
    cells: list[Cell] = [
        (("Utara",), ("n",), 3.0, Kind.SUBTOTAL),
        (("Utara", "Satu"), ("n",), 1.0, Kind.DATA),
        (("Utara", "Dua"), ("n",), 2.0, Kind.DATA),
        (("Jumlah",), ("n",), 3.0, Kind.TOTAL),
    ]
    (made,) = derive(_table(cells), _known("Sesuatu"))
    classes = made.definition["categories"]["items"]
    assert [(c["label"], c.get("whole", False)) for c in classes] == [("Utara", True), ("Satu", False), ("Dua", False)]
    assert made.rows["Jumlah"] == {"total": "yes"} and made.total_label == "Jumlah"


def test_a_total_column_is_checked_only_where_it_mostly_adds_up() -> None:
    def table(third: float) -> TableReading:
        cells: list[Cell] = []
        for n, row in enumerate("abc", 1):
            whole = 3.0 * n if n < 3 else third
            for column, value, kind in (("L", n, Kind.DATA), ("P", 2 * n, Kind.DATA), ("Jumlah", whole, Kind.TOTAL)):
                cells.append(((row,), (column,), float(value), kind))
        return _table(cells)

    (made,) = derive(table(1000.0), _known("Sesuatu"))
    rule = next(r for r in made.definition["rules"] if r["kind"] == "sum_of_indicators")
    assert (rule["total"], rule["parts"], rule["severity"]) == ("jumlah", ["l", "p"], "error")
    assert made.columns["Jumlah"] == {"indicator": "jumlah", "total": "yes"}


def test_days_make_one_dataset_a_year() -> None:
    start = date(2023, 12, 1)
    days = [(start + timedelta(n)).strftime("%d-%m-%Y") for n in range(60)]
    made = derive(_table(_grid(days, ["RR"]), ("TANGGAL",)), _known("Hujan"))
    assert [m.definition["id"] for m in made] == ["data-2023", "data-2024"]
    assert [m.periods for m in made] == [("2023",), ("2024",)]
    assert [len(m.definition["categories"]["items"]) for m in made] == [31, 29]


def test_labels_that_differ_only_in_signs_are_asked_about() -> None:
    with pytest.raises(Refused, match="tanda bacanya"):
        derive(_table(_grid(["< 5 km", "> 5 km"], ["n"])), _known("Jarak"))


def test_a_table_without_figures_is_refused() -> None:
    with pytest.raises(Refused, match="angka"):
        derive(_table([(("a",), ("n",), None, Kind.DATA)]), _known("Kosong"))


def test_titles_lose_the_marks_of_downloads() -> None:
    assert title_of("M01__banyaknya akta (1)") == "Banyaknya akta"
    assert title_of("Jumlah  Penduduk") == "Jumlah Penduduk"
    assert title_of("2024") == "2024"
