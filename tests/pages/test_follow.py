"""Telusur angka: from the printed figure to the cell of the agency's file."""

from __future__ import annotations

from tests.app_helpers import texts
from tests.pages.conftest import Opener, said

PAGE = "disseminate/follow.py"
TABLE = "penduduk-jenis-kelamin"


def test_a_figure_leads_to_version_file_cell_row_and_recipe(demo_app: Opener) -> None:
    at = demo_app("statistisi", PAGE, draf=1, tabel=TABLE, baris="33.72.01", kolom="l")
    words = texts(at).replace("\\", "")
    assert at.title[0].value == "42.716"
    assert "Data Penduduk Smt II 2025.xlsx" in words and "sel **C8**" in words and "versi 1, disahkan" in words
    row = at.dataframe[0].value
    assert list(row["Sel"]) == ["➤ C8", "D8", "E8"] and row["Tertulis"][1] == "41.937"
    assert row["Baris dan kolom pada berkas"][0].startswith("Laweyan")
    assert "Samakan nama wilayah dengan kode Kemendagri." in words and "pick_table" not in words


def test_a_sum_shows_every_observation_it_was_made_of(demo_app: Opener) -> None:
    at = demo_app("statistisi", PAGE, draf=1, tabel=TABLE, baris="total", kolom="l")
    assert "Dihitung dari **5** pengamatan:" in texts(at) and len(at.dataframe) == 5


def test_a_cell_that_does_not_exist_and_a_page_without_one_are_told(demo_app: Opener) -> None:
    assert said(demo_app("statistisi", PAGE, draf=1, tabel=TABLE, baris="x", kolom="y")) == [
        "Sel ini tidak ada pada draf."
    ]
    assert said(demo_app("statistisi", PAGE)) == ["Buka sebuah draf, lalu pilih satu sel pada Telusuri angka."]
    assert len(demo_app("statistisi", PAGE, draf=77, tabel=TABLE, baris="x", kolom="y").error) == 1
