"""What a person tells about a form's layout: a form that is misread alone is read right with it, this year and next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import BadDefinition
from workbench.domain.reading.grid import Grid
from workbench.domain.reading.hints import ColumnHint, ColumnPart, Hints, RowHint, RowPart, rows_with, signature
from workbench.domain.reading.reader import read_grids
from workbench.domain.recipe_plain import from_plain, to_plain
from workbench.domain.recipe_steps import ColumnIs, RowIs
from workbench.domain.recipes import default_recipe
from workbench.services.reading import read_bytes, read_path
from workbench.storage import datasets

KECAMATAN = ["Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjarsari", "Colomadu"]


def grid(*rows, sheet="Data"):
    """A sheet from rows of any length."""
    width = max(map(len, rows))
    return Grid(sheet, [[*row, *[None] * (width - len(row))] for row in rows])


def read(*grids, rows=(), columns=()):
    """The tables of these sheets, as {(row labels, column labels): value} each, and the codes of the findings."""
    found = read_grids(list(grids), "isian.xlsx", hints=Hints(tuple(rows), tuple(columns)))
    tables = [{(o.row, o.column): o.value for o in table.observations} for table in found.tables]
    return tables, [f for f in found.findings if f.code == "hint_unmet"]


def row(part, *labels, **more):
    return RowHint("langkah", labels, part, **more)


def column(part, *labels, **more):
    return ColumnHint("langkah", labels, part, **more)


CLASSES = (row(RowPart.HEADER, "Kecamatan", "Kelas"), RowHint("langkah-2", tuple("123456"), RowPart.HEADER))


def classes(names=KECAMATAN[:4], above=("Siswa SD menurut kelas, 2025",)):
    """Classes 1 to 6 as a header row: by itself it looks like the numbering of columns."""
    head = [[text] for text in above] + [[], ["Kecamatan", "Kelas"], [None, 1, 2, 3, 4, 5, 6]]
    return grid(*head, *[[name, *[100 + 7 * i + j for j in range(6)]] for i, name in enumerate(names)])


def test_a_header_row_that_looks_like_numbering():
    (alone,), _unmet = read(classes())
    assert (("Laweyan",), ("Kelas", "3")) not in alone
    (told,), unmet = read(classes(), rows=CLASSES)
    assert told[("Laweyan",), ("Kelas", "3")] == 102
    assert len(told) == 24 and not unmet


def test_a_line_taken_for_a_header_is_a_title():
    sheet = grid(
        ["Kabupaten/Kota", "Surakarta", "Jawa Tengah"], ["Kecamatan", "L", "P"], *[[k, 10, 12] for k in KECAMATAN]
    )
    (alone,), _unmet = read(sheet)
    assert (("Laweyan",), ("Surakarta", "L")) in alone
    (told,), unmet = read(sheet, rows=[row(RowPart.TITLE, "Kabupaten/Kota", "Surakarta", "Jawa Tengah")])
    assert told[("Laweyan",), ("L",)] == 10 and len(told) == 12 and not unmet


def test_a_title_far_down_begins_another_table():
    rows = [["Kecamatan", "L", "P"], *[[k, 10, 12] for k in KECAMATAN], ["Bagian dua", 7, 9], ["Jenis", "A", "B"],
            *[[f"jenis {n}", n, 2 * n] for n in range(1, 5)]]  # fmt: skip
    tables, unmet = read(grid(*rows), rows=[row(RowPart.TITLE, "Bagian dua")])
    assert [len(t) for t in tables] == [12, 8] and not unmet
    assert tables[1][("jenis 3",), ("B",)] == 6


def test_labels_and_values_of_columns():
    wards = grid(["Kelurahan", "RW", "Laki-laki"], *[["Sondakan", n, 200 + n] for n in range(1, 6)])
    (alone,), _unmet = read(wards)
    assert len(alone) < 10  # five rows of the same name
    (told,), unmet = read(wards, columns=[column(ColumnPart.LABEL, "RW")])
    assert told[("Sondakan", "4"), ("Laki-laki",)] == 204 and len(told) == 5 and not unmet
    centres = grid(["Puskesmas", "Tahun berdiri", "Luas"], *[[k, 1990 + n, 300] for n, k in enumerate(KECAMATAN)])
    (told,), unmet = read(centres, columns=[column(ColumnPart.VALUE, "Tahun berdiri")])
    assert told[("Serengan",), ("Tahun berdiri",)] == 1991 and not unmet
    (told,), _unmet = read(centres, columns=[column(ColumnPart.UNUSED, "Luas")])
    assert not any(path == ("Luas",) for _row, path in told)


def test_a_nameless_column_is_known_by_the_one_before_it():
    sheet = grid(["Kelurahan", None, "Laki-laki"], *[["Sondakan", n, 200 + n] for n in range(1, 6)])
    told_header = [RowHint("kepala", ("Kelurahan", "Laki-laki"), RowPart.HEADER)]
    (told,), unmet = read(sheet, rows=told_header, columns=[column(ColumnPart.LABEL, "Kelurahan", right=1)])
    assert told[("Sondakan", "4"), ("Laki-laki",)] == 204 and not unmet


def test_two_tables_are_one_and_one_is_two():
    first = [["Kecamatan", "L", "P"], *[[k, 10, 12] for k in KECAMATAN[:3]]]
    second = [["Wilayah", "Lk", "Pr"], *[[k, 20, 22] for k in KECAMATAN[3:]]]
    tables, _unmet = read(grid(*first, [], ["Lanjutan"], *second))
    assert len(tables) == 2
    (one,), unmet = read(grid(*first, [], ["Lanjutan"], *second), rows=[row(RowPart.JOIN, "Wilayah", "Lk", "Pr")])
    assert one[("Jebres",), ("L",)] == 20 and len(one) == 12 and not unmet
    wide = grid(["Kecamatan", "L", "P", "Agama", "Pemeluk"], *[[k, 10, 12, f"agama {n}", 5 + n]
                                                               for n, k in enumerate(KECAMATAN)])  # fmt: skip
    (left, right), unmet = read(wide, columns=[column(ColumnPart.START, "Agama")])
    assert left[("Laweyan",), ("P",)] == 12 and right[("agama 2",), ("Pemeluk",)] == 7 and not unmet


def test_the_end_of_a_table_and_a_table_that_is_none():
    sheet = grid(["Kecamatan", "L", "P"], *[[k, 10, 12] for k in KECAMATAN], ["Petugas entri", 3, 4], ["Selesai", 1, 2])
    (told,), unmet = read(sheet, rows=[row(RowPart.END, "Colomadu")])
    assert len(told) == 12 and not unmet
    tables, unmet = read(sheet, rows=[row(RowPart.IGNORE, "Kecamatan", "L", "P")])
    assert tables == [] and not unmet


def test_notes_totals_and_rows_that_are_data():
    figures = [[k, 10 + n] for n, k in enumerate(KECAMATAN)]
    sheet = grid(["Kecamatan", "L"], *figures, ["Petugas", 3], ["Kantor", 99])
    found = read_grids([sheet], "x", hints=Hints((row(RowPart.NOTE, "Petugas"), row(RowPart.TOTAL, "Kantor"))))
    kinds = {o.row[0]: o.kind.value for o in found.tables[0].observations}
    assert "Petugas" not in kinds and kinds["Kantor"] == "total" and kinds["Laweyan"] == "data"
    assert any("99" in f.message and f.cell for f in found.tables[0].findings), (
        "a told total is added up like any other"
    )
    total = grid(["Kecamatan", "L", "P"], *[[k, 10, 20] for k in KECAMATAN], ["Surakarta", 60, 120])
    alone = read_grids([total], "x").tables[0].observations
    assert {o.kind.value for o in alone if o.row == ("Surakarta",)} == {"total"}
    told = read_grids([total], "x", hints=Hints((row(RowPart.BODY, "Surakarta"),))).tables[0].observations
    assert {o.kind.value for o in told} == {"data"}


@settings(max_examples=60, deadline=None)
@given(
    above=st.lists(st.sampled_from(["Pemerintah Kota", "Dinas Pendidikan", "Rahasia", "Data 2026"]), max_size=4),
    names=st.permutations(KECAMATAN).flatmap(lambda names: st.integers(4, 6).map(lambda n: names[:n])),
    blank=st.integers(0, 3),
)
def test_next_years_form_needs_no_new_hint(above, names, blank):
    sheet = classes(names, (*above, "Siswa SD menurut kelas, 2026", *[""] * blank))
    (told,), unmet = read(sheet, rows=CLASSES)
    assert told == {((name,), ("Kelas", str(j + 1))): 100 + 7 * i + j for i, name in enumerate(names) for j in range(6)}
    assert not unmet


def test_years_in_a_name_do_not_count():
    rows = [signature(["Keadaan 31 Desember 2026", "", "Jumlah 2026"]), signature(["", "2024", "2025", "2026"])]
    assert rows_with(rows, ["Keadaan 31 Desember 2025", "Jumlah 2025"]) == [0]
    assert rows_with(rows, ["2023", "2024", "2025"]) == [1]


@pytest.mark.parametrize(
    ("hint", "why"),
    [
        (row(RowPart.HEADER, "Golongan", "Laki"), "tidak ada dalam berkas"),
        (row(RowPart.NOTE, "Jumlah"), "kini ada di 2 baris, dahulu 1"),
        (row(RowPart.JOIN, "Kecamatan", "L"), "tidak berlaku bagi tabel mana pun"),
    ],
)
def test_a_hint_that_does_not_fit_is_told_and_not_followed(hint, why):
    sheet = grid(["Kecamatan", "L"], ["Laweyan", 10], ["Jumlah", 10], ["Jebres", 11], ["Jumlah", 11])
    plain, _none = read(sheet)
    told, unmet = read(sheet, rows=[hint])
    assert told == plain
    assert len(unmet) == 1 and why in unmet[0].message and unmet[0].rule == "langkah"


def test_a_column_that_is_gone_is_told():
    _tables, unmet = read(grid(["Kecamatan", "L"], ["Laweyan", 10]), columns=[column(ColumnPart.LABEL, "RW")])
    assert "RW" in unmet[0].message


def test_hints_reach_the_guarded_process(tmp_path):
    path = tmp_path / "kelas.csv"
    lines = ["Kecamatan;Kelas;;", ";1;2;3", *[f"{k};10;11;12" for k in KECAMATAN]]
    path.write_text("\n".join(lines), encoding="utf-8")
    hints = Hints((CLASSES[0], row(RowPart.HEADER, "1", "2", "3")))
    assert all(o.column != ("Kelas", "2") for o in read_path(path).tables[0].observations)
    assert {o.column for o in read_path(path, hints=hints).tables[0].observations} == {("Kelas", c) for c in "123"}


def test_a_long_sheet_takes_hints_as_well():
    lines = ["Kelurahan;RW;Laki-laki", *[f"Sondakan {n};{n % 40};{200 + n}" for n in range(6_000)]]
    alone = read_bytes("\n".join(lines).encode(), "panjang.csv").tables[0].observations
    assert len(alone) == 12_000
    grids = [grid(*[line.split(";") for line in lines])]
    told = read_grids(grids, "x", hints=Hints(columns=(column(ColumnPart.LABEL, "RW"),))).tables[0].observations
    assert len(told) == 6_000 and told[41].row == ("Sondakan 41", "1")


def test_the_steps_in_the_recipe_file():
    definition = datasets.get("populasi-ternak")
    recipe = default_recipe(definition).with_step(RowIs("baris-a", ("A", "B"), RowPart.HEADER, "Data", 2, 3, "sebab"))
    recipe = recipe.with_step(ColumnIs("kolom-b", ("Kelurahan",), ColumnPart.LABEL, right=1))
    assert [s.id for s in recipe.steps[:2]] == ["baris-a", "kolom-b"], "the reader is told before anything else"
    assert from_plain(to_plain(recipe), definition) == recipe
    assert Hints.from_wire(recipe.hints().to_wire()) == recipe.hints()
    assert not recipe.switched("baris-a", on=False).hints().rows
    assert "tabel" in recipe.touched_by("baris-a")
    for wrong in ({"nth": 4, "of": 3}, {"labels": []}, {"part": "kepala"}, {"nth": 0}):
        plain = to_plain(recipe)
        plain["steps"][0].update(wrong)
        with pytest.raises(BadDefinition):
            from_plain(plain, definition)
