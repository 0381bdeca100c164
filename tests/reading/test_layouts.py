"""Layouts that offices use, each as small as it can be."""

from __future__ import annotations

from tests.reading.sheets import cells, codes, findings, read, table, values
from workbench.domain.reading.model import Flag, Kind


def test_title_header_total_and_source() -> None:
    reading = read(
        """
Tabel 3. Jumlah Penduduk Menurut Kecamatan (Jiwa), 2023 |
 |
Kecamatan | Laki-laki | Perempuan | Jumlah
Laweyan | 48.123 | 50.211 | 98.334
Jebres | 71.234 | 72.100 | 143.334
Kota Surakarta | 119.357 | 122.311 | 241.668
Sumber: Disdukcapil
"""
    )
    found = table(reading)
    assert found.title.startswith("Tabel 3.") and found.unit == "Jiwa" and found.source == "Disdukcapil"
    assert cells(reading)["B4"].row == ("Laweyan",) and cells(reading)["B4"].column == ("Laki-laki",)
    assert values(reading)["D6"] == 241668
    assert {o.kind for o in found.observations if o.row == ("Kota Surakarta",)} == {Kind.TOTAL}
    assert cells(reading)["D4"].kind is Kind.TOTAL and cells(reading)["C5"].kind is Kind.DATA
    assert not findings(reading)


def test_three_header_rows_without_merges() -> None:
    reading = read(
        """
Kecamatan | 2022 | | | | 2023 | | |
 | Negeri | | Swasta | | Negeri | | Swasta |
 | L | P | L | P | L | P | L | P
(1) | (2) | (3) | (4) | (5) | (6) | (7) | (8) | (9)
Laweyan | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
Jebres | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18
"""
    )
    assert cells(reading)["H5"].column == ("2023", "Swasta", "L")
    assert cells(reading)["E6"].column == ("2022", "Swasta", "P") and values(reading)["E6"] == 14
    assert "B4" not in values(reading)


def test_sections_end_with_their_total() -> None:
    reading = read(
        """
Uraian | 2022 | 2023
A. Pendidikan | |
1. SD | 10 | 12
2. SMP | 5 | 6
Jumlah | 15 | 18
B. Kesehatan | |
1. Puskesmas | 17 | 17
2. Rumah Sakit | 3 | 4
"""
    )
    assert cells(reading)["B3"].row == ("A. Pendidikan", "1. SD")
    assert cells(reading)["B5"].kind in (Kind.TOTAL, Kind.SUBTOTAL)
    assert cells(reading)["C8"].row == ("B. Kesehatan", "2. Rumah Sakit")


def test_years_as_sections() -> None:
    reading = read(
        "Kecamatan | SD | SMP\n2021 | |\nLaweyan | 10 | 5\nJebres | 11 | 6\n2022 | |\nLaweyan | 12 | 7\nJebres | 13 | 8"
    )
    assert cells(reading)["C7"].row == ("2022", "Jebres") and "B2" not in values(reading)


def test_blank_labels_mean_the_same_as_above() -> None:
    reading = read(
        "Kecamatan | Jenis | Status | 2021 | 2022\nLaweyan | Guru | Negeri | 3 | 4\n | | Swasta | 217 | 207\n | "
        "Murid | Negeri | 40 | 31"
    )
    assert cells(reading)["D3"].row == ("Laweyan", "Guru", "Swasta")
    assert cells(reading)["E4"].row == ("Laweyan", "Murid", "Negeri")


def test_subtotals_are_proved_by_the_figures() -> None:
    reading = read(
        """
Kelurahan | L | P | Jumlah
Kecamatan Laweyan | 300 | 320 | 620
Bumi | 100 | 110 | 210
Pajang | 200 | 210 | 410
Kecamatan Jebres | 500 | 510 | 1010
Mojosongo | 300 | 310 | 610
Jagalan | 200 | 200 | 400
Surakarta | 800 | 830 | 1630
"""
    )
    assert cells(reading)["B2"].kind is Kind.SUBTOTAL and cells(reading)["B5"].kind is Kind.SUBTOTAL
    assert cells(reading)["B3"].row == ("Kecamatan Laweyan", "Bumi") and cells(reading)["B3"].kind is Kind.DATA
    assert cells(reading)["D8"].kind is Kind.TOTAL
    assert not findings(reading)


def test_tables_below_each_other_and_side_by_side() -> None:
    stacked = read(
        """
Tabel 1. Guru |
Kecamatan | 2021 | 2022
Laweyan | 100 | 110
Jebres | 120 | 130
Sumber: Dinas Pendidikan |
 |
Tabel 2. Murid (orang) |
Kecamatan | L | P
Laweyan | 1.200 | 1.100
Jebres | 1.300 | 1.250
"""
    )
    assert [t.title for t in stacked.tables] == ["Tabel 1. Guru", "Tabel 2. Murid (orang)"]
    assert stacked.tables[0].source == "Dinas Pendidikan"
    beside = read(
        "Kecamatan | Guru | | Jenis | Murid\nLaweyan | 100 | | SD | 3000\nJebres | 120 | | SMP | 4000\nSerengan | 90 "
        "| | SMA | 500"
    )
    assert len(beside.tables) == 2 and cells(beside)["E3"].row == ("SMP",)


def test_a_new_header_without_a_blank_row_starts_a_new_table() -> None:
    reading = read(
        "Kecamatan | 2021 | 2022\nLaweyan | 100 | 110\nJebres | 120 | 130\nJenis | 2021 | 2022\nSD | 1200 | "
        "1100\nSMP | 1300 | 1250"
    )
    assert len(reading.tables) == 2 and cells(reading)["B5"].row == ("SD",)


def test_signatures_and_page_furniture_are_no_rows() -> None:
    reading = read(
        """
JUMLAH SEKOLAH | |
Kabupaten : Sragen | |
 | |
No | Kecamatan | SD
1 | Kalijambe | 30
2 | Plupuh | 31
 | Jumlah | 61
 | |
 | | Sragen, 2 Januari 2024
 | | Kepala Dinas
 | | NIP. 19700101 199001 1 001
"""
    )
    assert set(values(reading)) == {"C5", "C6", "C7"}


def test_ids_codes_and_years_are_never_values() -> None:
    reading = read(
        """
id | kode_wilayah | nama | tahun | jumlah_penduduk | satuan
1 | 3372010 | Laweyan | 2022 | 48123 | jiwa
2 | 3372020 | Serengan | 2022 | 22001 | jiwa
3 | 3372030 | Pasar Kliwon | 2023 | 40000 | jiwa
"""
    )
    assert set(values(reading)) == {"E2", "E3", "E4"}
    assert cells(reading)["E4"].row == ("Pasar Kliwon", "2023") and cells(reading)["E4"].unit == "jiwa"


def test_rows_with_units_of_their_own_are_judged_by_them() -> None:
    reading = read(
        """
Indikator | Satuan | 2021 | 2022
Angka Harapan Hidup | Tahun | 73.5 | 73.6
Jumlah Penduduk | Jiwa | 522.364 | 528044
Persentase Stunting | % | 16.2 | 15.1
"""
    )
    assert values(reading)["C3"] is None and cells(reading)["C3"].flag is Flag.UNREADABLE
    doubt = next(f for f in findings(reading) if f.cell == "C3")
    assert doubt.proposed == 522364


def test_eaten_thousands_are_mended_only_where_a_sum_proves_it() -> None:
    reading = read(
        """
Kecamatan | Laki-laki (jiwa) | Perempuan (jiwa) | Jumlah
Laweyan | 48.123 | 50.211 | 98334
Jebres | 71234 | 72100 | 143334
Serengan | 22001 | 23002 | 45003
Banjarsari | 80000 | 81000 | 161000
""",
        typed=True,
    )
    assert values(reading)["B2"] == 48123 and "number_thousands_proved" in codes(reading)
    alone = read(
        "Kecamatan | Penduduk (jiwa)\nLaweyan | 48.123\nJebres | 71234\nSerengan | 22001\nSerang | 5100", typed=True
    )
    assert values(alone)["B2"] is None and next(f.proposed for f in findings(alone)) == 48123


def test_the_wrong_cell_is_named_with_the_value_that_mends_it() -> None:
    reading = read(
        """
Kecamatan | L | P | Jumlah
Laweyan | 480 | 500 | 980
Jebres | 710 | 720 | 1430
Serengan | 220 | 230 | 450
Banjarsari | 800 | 810 | 1610
Jumlah | 2210 | 2250 | 4470
"""
    )
    wrong = {(f.cell, f.proposed) for f in findings(reading) if f.code == "sum_mismatch"}
    assert ("C6", 2260.0) in wrong


def test_hidden_percent_and_formula_cells() -> None:
    reading = read(
        "Kecamatan | Cakupan\nLaweyan | 0.0712\nJebres | 0.5\nSerengan |",
        typed=True,
        percent=frozenset({(1, 1), (2, 1)}),
        gaps=frozenset({(3, 1)}),
        hidden_rows=frozenset({2}),
    )
    assert values(reading)["B2"] == 7.12 and cells(reading)["B2"].raw == "7.12%"
    assert cells(reading)["B4"].flag is Flag.UNREADABLE
    assert {"number_formula", "hidden_rows"} <= set(codes(reading))


def test_codes_for_missing_are_not_values() -> None:
    rows = "\n".join(f"{day:02d}-01-2024 | {9999 if day in (3, 9) else day % 7}" for day in range(1, 29))
    reading = read(f"Tanggal | RR\n{rows}")
    assert values(reading)["B4"] is None and "missing_code" in codes(reading)


def test_provisional_years_mark_their_values() -> None:
    reading = read(
        "Lapangan Usaha | 2021 | 2022* | 2023**\nA. Tani | 1.234,5 | 1.240,1 | 1.250,0\nB. Industri | 5.000,0 | "
        "5.100,2 | 5.300,9"
    )
    assert cells(reading)["C2"].flag is Flag.PROVISIONAL and cells(reading)["D2"].flag is Flag.VERY_PROVISIONAL
    assert values(reading)["B3"] == 5000


def test_a_list_of_texts_has_no_values() -> None:
    reading = read(
        "Bidang | Indikator | Satuan\nPendidikan | APK SD | Persen\nPendidikan | APM SD | Persen\nKesehatan | "
        "Stunting | Persen\nUmum | Skor | Poin"
    )
    assert not values(reading) and "text_table" in codes(reading)


def test_areas_with_three_decimals_are_asked_not_multiplied() -> None:
    reading = read(
        "Kecamatan | Luas (km2) | Jumlah Kelurahan\nLaweyan | 9,126 | 11\nSerengan | 3,083 | 7\nJebres | 4,882 | 10"
    )
    assert values(reading)["B2"] is None and values(reading)["C2"] == 11
    assert "number_separator" in codes(reading)


def test_a_sum_of_doubtful_numbers_proves_nothing() -> None:
    reading = read("Kecamatan | Luas (km2)\nLaweyan | 9,126\nSerengan | 3,083\nJumlah | 12,209")
    assert all(v is None for v in values(reading).values())


def test_another_column_tells_the_marks_apart() -> None:
    reading = read(
        "Kecamatan | Luas (km2) | Penduduk (jiwa)\n"
        "Laweyan | 9,126 | 1.088.524\nSerengan | 3,083 | 45.853\nJebres | 14,377 | 138.775"
    )
    assert values(reading)["B2"] == 9.126 and values(reading)["C3"] == 45853


def test_eaten_thousands_in_a_csv_are_asked_too() -> None:
    reading = read("Kecamatan | Penduduk (jiwa)\nLaweyan | 48.123\nJebres | 50.2\nSerengan | 71.1\nSerang | 5.112")
    assert all(v is None for v in values(reading).values())


def test_the_same_header_under_a_new_title_is_a_new_table() -> None:
    text = """
Tabel 1 Luas Panen (Ha) |
Kecamatan | 2021 | 2022
Gondang | 1.234,50 | 1.300,10
Masaran | 2.100,25 | 2.200,00
{line} |
Kecamatan | 2021 | 2022
Sambirejo | 7.234,50 | 7.300,10
Plupuh | 12.100,25 | 12.200,00
"""
    two = read(text.format(line="Tabel 2 Produksi (Ton)"))
    titles = [("Tabel 1 Luas Panen (Ha)", "Ha"), ("Tabel 2 Produksi (Ton)", "Ton")]
    assert [(t.title, t.unit) for t in two.tables] == titles
    one = read(text.format(line="Lanjutan Tabel 1"))
    assert len(one.tables) == 1 and values(one)["B8"] == 12100.25


def test_rank_columns_are_numbering() -> None:
    reading = read("Peringkat | Kota | IPM\n1 | Semarang | 84.43\n2 | Salatiga | 84.35\n3 | Surakarta | 83.54")
    assert set(values(reading)) == {"C2", "C3", "C4"}
