"""Habits met in files that nobody had shown the reader before, each as small as it can be."""

from __future__ import annotations

from tests.reading.sheets import cells, codes, findings, read, table, values
from workbench.domain.reading.model import Kind


def test_facts_of_a_form_in_two_cells_are_no_header() -> None:
    reading = read(
        """
TABEL 15 | | |
JUMLAH TENAGA PERAWAT DI FASILITAS KESEHATAN | | |
KABUPATEN/KOTA | SURAKARTA | |
TAHUN | 2023 | |
 | | |
NO | UNIT KERJA | PERAWAT | BIDAN
1 | 2 | 3 | 4
1 | Puskesmas Pajang | 15 | 12
2 | Puskesmas Gajahan | 10 | 9
SUB JUMLAH I (PUSKESMAS) | | 25 | 21
SARANA PELAYANAN KESEHATAN LAIN | | 6 | 7
JUMLAH (KAB/KOTA) | | 31 | 28
""",
        typed=True,
    )
    found = cells(reading)
    assert found["C8"].column == ("PERAWAT",) and "SURAKARTA" in table(reading).title
    assert set(found) == {f"{c}{r}" for c in "CD" for r in range(8, 13)}, "row numbers are no values"
    assert found["C10"].row == ("SUB JUMLAH I (PUSKESMAS)",) and found["C10"].kind is Kind.SUBTOTAL
    assert found["C11"].row == ("SARANA PELAYANAN KESEHATAN LAIN",) and found["C12"].kind is Kind.TOTAL


def test_label_and_year_alone_are_still_a_header() -> None:
    reading = read("Kecamatan | 2023\nLaweyan | 4120\nJebres | 5110\nBanjarsari | 3007")
    assert cells(reading)["B2"].column == ("2023",) and values(reading)["B3"] == 5110
    for merges in ([], [(0, 1, 0, 2)]):
        reading = read(
            "Kecamatan | Penduduk | | \n | L | P | L + P\nLaweyan | 10 | 12 | 22\nJebres | 14 | 15 | 29", merges=merges
        )
        assert cells(reading)["C3"].column == ("Penduduk", "P"), "two cells above three are a header too"


def test_number_and_title_of_a_table_in_cells_of_their_own_and_its_continuation() -> None:
    reading = read(
        """
Tabel 12.3 | Indeks Pembangunan Manusia Menurut Kabupaten/Kota, 2021-2022 |
Kabupaten/Kota | 2021 | 2022
(1) | (2) | (3)
01. Cilacap | 70.42 | 70.99
02. Banyumas | 72.44 | 73.17
 | |
Lanjutan Tabel/Continued Table 12.3 | |
Kabupaten/Kota | 2021 | 2022
(1) | (2) | (3)
71. Kota Magelang | 79.43 | 80.39
Jawa Tengah | 72.16 | 72.79
""",
        typed=True,
    )
    found = cells(reading)
    assert len(reading.tables) == 1 and len(found) == 8
    assert found["C10"].column == ("2022",) and found["B4"].column == ("2021",)
    assert found["B11"].kind is Kind.TOTAL, "the province among its regencies"


def test_title_that_a_comma_has_cut_in_two() -> None:
    reading = read(
        """
Penduduk Kota Menurut Jenis Kelamin | 2019-2021 |
 | |
Tahun | Laki-laki | Perempuan
2019 | 252.594 | 263.508
2020 | 257.043 | 265.321
2021 | 257.171 | 265.557
"""
    )
    assert cells(reading)["B4"].column == ("Laki-laki",) and table(reading).title.startswith("Penduduk Kota")


def test_first_section_right_below_the_header() -> None:
    reading = read(
        """
No | Jenis Kendaraan | Baik | Rusak
I. SEKRETARIAT DAERAH | | |
1 | Sedan | 4 | 1
2 | Minibus | 22 | 3
 | Sub Jumlah | 26 | 4
II. DINAS KESEHATAN | | |
1 | Ambulans | 31 | 4
2 | Sepeda Motor | 120 | 17
 | Sub Jumlah | 151 | 21
 | Jumlah Seluruhnya | 177 | 25
""",
        typed=True,
    )
    found = cells(reading)
    assert found["C3"].column == ("Baik",) and found["C3"].row == ("I. SEKRETARIAT DAERAH", "Sedan")
    assert found["D8"].row[0] == "II. DINAS KESEHATAN" and "A4" not in found


def test_numbered_tables_side_by_side_with_a_gap() -> None:
    reading = read(
        """
No | Kelurahan | RW | RT | | No | Kelurahan | RW | RT
1 | Pajang | 5 | 20 | | 4 | Purwosari | 11 | 38
2 | Laweyan | 6 | 23 | | 5 | Sondakan | 12 | 41
3 | Bumi | 7 | 26 | | 6 | Kerten | 13 | 44
""",
        typed=True,
    )
    found = cells(reading)
    assert len(reading.tables) == 2 and found["I3"].row == ("Sondakan",) and found["I3"].column == ("RT",)
    assert "F3" not in found


def test_years_that_a_program_wrote_as_decimals() -> None:
    reading = read("objek_wisata,2021.0,2022.0\nKeraton,10234.00,55120.00\nJurug,0.00,210450.00".replace(",", " | "))
    assert cells(reading)["B2"].column == ("2021",) and values(reading)["C3"] == 210450
    assert set(cells(reading)) == {"B2", "C2", "B3", "C3"}


def test_groups_closed_by_a_row_that_is_not_called_a_total() -> None:
    reading = read(
        """
Golongan | Laki-laki | Perempuan
I/A | 13 | 10
I/B | 15 | 11
I/C | 21 | 12
Golongan I | 49 | 33
II/A | 55 | 12
II/B | 80 | 33
Golongan II | 135 | 45
III/A | 310 | 560
III/B | 290 | 600
Golongan III | 600 | 1160
Jumlah | 784 | 1238
""",
        typed=True,
    )
    kinds = [cells(reading)[f"B{r}"].kind for r in range(2, 13)]
    assert [i for i, k in enumerate(kinds) if k is Kind.SUBTOTAL] == [3, 6, 9] and kinds[-1] is Kind.TOTAL
    assert not codes(reading)


def test_totals_of_totals_are_checked() -> None:
    reading = read(
        """
Puskesmas | LAKI-LAKI | | | LAKI-LAKI + PEREMPUAN | |
 | HIDUP | MATI | HIDUP + MATI | HIDUP | MATI | HIDUP + MATI
Pajang | 156 | 3 | 159 | 363 | 6 | 369
Penumping | 222 | 0 | 222 | 443 | 0 | 443
Kratonan | 419 | 3 | 422 | 673 | 3 | 776
Gajahan | 210 | 0 | 210 | 566 | 2 | 568
""",
        typed=True,
        merges=[(0, 1, 0, 3), (0, 4, 0, 6)],
    )
    assert [(f.code, f.cell, f.proposed) for f in findings(reading)] == [("sum_mismatch", "G5", 676)]


def test_counted_things_beside_measures_of_the_title_had_their_thousands_eaten() -> None:
    reading = read(
        """
Jumlah Pelanggan, Air Terjual, dan Nilai Penjualan Menurut Bulan | |
Bulan | Pelanggan (SR) | Nilai (Rp)
Januari | 61.234 | 4567890
Februari | 61.302 | 4432101
Maret | 61.41 | 4501234
""",
        typed=True,
    )
    assert [values(reading)[f"B{r}"] for r in (3, 4, 5)] == [None] * 3
    assert [f.proposed for f in findings(reading) if f.code == "number_thousands"] == [61234, 61302, 61410]


def test_rates_in_a_table_of_counts_keep_their_decimals() -> None:
    reading = read(
        """
Indikator | Satuan | Jan | Feb | Mar | Rata-rata
BTO | kali | 4.1 | 4.3 | 4 | 4.1
Pasien Rawat Inap | orang | 12 | 25 | 38 | 25.5
""",
        typed=True,
    )
    assert values(reading)["C2"] == 4.1 and values(reading)["F3"] == 25.5 and not codes(reading)
    reading = read(
        "Puskesmas | Perawat | Bidan\nPajang | 1015 | 1012\nGajahan | 1110 | 1109\nSibela | 1500 | 1200\n"
        "Kratonan | 1300 | 1250\nRasio terhadap 100.000 penduduk | 84.6 | 23.5",
        typed=True,
    )
    assert values(reading)["B6"] == 84.6 and not codes(reading)


def test_thousands_of_rupiah_written_with_one_comma() -> None:
    rows = "\n".join(
        f"{m} | {v}" for m, v in zip("ABCDE", ("50,800", "334,000", "92,350", "74,075", "67,850"), strict=True)
    )
    assert values(read(f"Bulan | Kerugian Harta (000 Rp)\n{rows}"))["B2"] == 50800
    assert values(read(f"Bulan | Harga (000 Rp)\n{rows}"))["B2"] is None, "a price may well have decimals"
    assert values(read(f"Bulan | Luas (Ha)\n{rows}"))["B2"] is None


def test_unit_alone_in_the_innermost_header_row() -> None:
    reading = read(
        """
Kecamatan | Penduduk | Kepadatan
 | (jiwa) | (jiwa/km2)
Laweyan | 88524 | 10246
Jebres | 138775 | 11031
Jumlah | 227299 | 10711
""",
        typed=True,
    )
    assert not codes(reading), "densities are not added up"


def test_growth_below_one_percent_is_no_fraction() -> None:
    reading = read(
        "Kecamatan | Laju Pertumbuhan (%)\nLaweyan | 0.21\nSerengan | 0.44\nJebres | 0.13\nBanjarsari | 0.75",
        typed=True,
    )
    assert "fraction_percent" not in codes(reading)


def test_target_realised_and_what_is_over_are_a_balance_and_no_total() -> None:
    reading = read(
        """
Jenis Pajak | Target (Rp) | Realisasi (Rp) | Lebih/(Kurang) (Rp)
Hotel | 10500 | 11025 | 525
Restoran | 25000 | 24500 | (500)
Hiburan | 4250 | 4000 | (250)
Parkir | 1750 | 1900 | 150
Reklame | 2000 | 2100 | 110
"""
    )
    assert cells(reading)["C2"].kind is Kind.DATA and "sum_mismatch" in codes(reading), (
        "the balance is checked all the same"
    )


def test_a_round_thousand_among_eaten_thousands() -> None:
    reading = read(
        """
Jumlah Penduduk Menurut Kecamatan | |
Kecamatan | Laki-laki | Jumlah
Gondang | 21.345 | 43.245
Masaran | 35.102 | 70.502
Sidoharjo | 25.333 | 51
Tanon | 27.01 | 54.51
""",
        typed=True,
    )
    assert all(o.value is None for o in cells(reading).values())
    assert {f.proposed for f in findings(reading) if f.cell == "C5"} == {51000}


def test_one_missing_code_far_beyond_everything_else() -> None:
    reading = read(
        "Tanggal | Hujan (mm)\n1-1-2024 | 12.5\n2-1-2024 | 0\n3-1-2024 | 8888\n4-1-2024 | 45.2\n5-1-2024 | 3.4"
    )
    assert values(reading)["B4"] is None and "missing_code" in codes(reading)
    reading = read("Kecamatan | Sapi (ekor)\nA | 9999\nB | 8120\nC | 7410\nD | 10022\nE | 6111", typed=True)
    assert values(reading)["B2"] == 9999 and not codes(reading)


def test_a_row_that_answers_in_words_is_told_once() -> None:
    reading = read(
        "Uraian | 2021 | 2022 | 2023\nSekolah | 12 | 13 | 13\nPerda | Ada | Ada | Ada\nGuru | 120 | <5 | 122"
    )
    told = [(f.code, f.cell) for f in findings(reading)]
    assert told == [("number_text", "A3:D3"), ("number_text", "C4")]


def test_the_same_figures_under_two_names() -> None:
    from workbench.domain.reading.check_across import in_files

    body = "Kranggan | 52 | 48\nMeri | 61 | 66\nGedongan | 33 | 29\nBalongsari | 71 | 80"
    one = read(f"Jumlah Kelahiran, 2023 | |\nKelurahan | L | P\n{body}")
    other = read(f"Jumlah Kematian, 2023 | |\nKelurahan | L | P\n{body}")
    assert not codes(one)
    other = type(other)("lain.csv", other.tables, other.findings)
    assert [f.code for f in in_files([one, other])] == ["identical_tables"]
    assert not in_files([one, read(f"Jumlah Kelahiran | |\nKelurahan | L | P\n{body.replace('52', '53')}")])
    both = read(
        f"Jumlah Kelahiran | |\nKelurahan | L | P\n{body}\n | |\nJumlah Kematian | |\nKelurahan | L | P\n{body}"
    )
    assert [f.code for f in both.findings] == ["identical_tables"] and len(both.tables) == 2


def test_facts_of_a_form_above_a_narrow_header() -> None:
    reading = read(
        """
TAHUN | 2011 |
Kecamatan | Luas Panen (Ha) |
 | 2011 | 2010
Plupuh | 246.27 | 311.66
Jebres | 964.81 | 149.07
"""
    )
    assert set(cells(reading)) == {"B4", "C4", "B5", "C5"} and cells(reading)["C4"].column[-1] == "2010"


def test_totals_of_earlier_years_below_the_total() -> None:
    reading = read(
        """
Kecamatan | L | P
Kalijambe | 310 | 298
Plupuh | 255 | 270
Masaran | 512 | 530
Kabupaten Sragen | 1077 | 1098
2022 | 1044 | 1065
2021 | 1033 | 1050
Sumber: Dinas Kesehatan | |
""",
        typed=True,
    )
    kinds = [cells(reading)[f"B{r}"].kind for r in range(2, 8)]
    assert kinds == [Kind.DATA] * 3 + [Kind.TOTAL] * 3 and not codes(reading)


def test_years_above_their_months_in_one_column() -> None:
    reading = read(
        """
Tahun/Bulan | Pangan | Gabungan
2023 | |
Januari | 104.51 | 105.2
Februari | 105.02 | 105.4
2024 | |
Januari | 108.1 | 107.3
Februari | 109.45 | 107.75
""",
        typed=True,
    )
    assert cells(reading)["B3"].row == ("2023", "Januari") and cells(reading)["C7"].row == ("2024", "Februari")
    assert not codes(reading)


def test_a_generic_header_under_a_title_that_names_a_rate_is_in_doubt() -> None:
    rows = "Laweyan | 4.560\nJebres | 6.372\nSerengan | 3.588"
    reading = read(f"Tabel 2. Indeks Pembangunan Menurut Kecamatan |\nKecamatan | Jumlah\n{rows}")
    assert all(o.value is None for o in cells(reading).values()) and "number_separator" in codes(reading)
    reading = read(f"Jumlah Penduduk Menurut Kecamatan |\nKecamatan | Nilai (Juta Rp)\n{rows.replace('.', ',')}")
    assert all(o.value is None for o in cells(reading).values()), "money is not as few as people are"


def test_codes_and_years_of_foundation_are_no_values() -> None:
    reading = read(
        "ID Desa | Nama | Penduduk\n3314012001 | Jetis | 1037\n3314012002 | Dukuh | 1218\n3314012003 | Dari | 2210",
        typed=True,
    )
    assert set(cells(reading)) == {"C2", "C3", "C4"}
    reading = read(
        "Wilayah | Nama | Penduduk\n3314012001 | Jetis | 1037\n3314012002 | Kranggan | 1218\n3314012003 | Dari | 2210",
        typed=True,
    )
    assert set(cells(reading)) == {"C2", "C3", "C4"}, "an area code under any header"
    reading = read(
        "No | Museum | Tahun Berdiri | Isi\n1 | Buku | 1890 | 412\n2 | Batik | 2000 | 1078\n3 | Keris | 2017 | 409",
        typed=True,
    )
    assert set(cells(reading)) == {"D2", "D3", "D4"}


def test_a_row_with_the_bare_name_c_keeps_it() -> None:
    reading = read("Halte | Tiba | Penumpang\nUtara | 07:15 | 120\nTimur | 08:40 | 98\nC | 10.05 | 77")
    assert all(o.row for o in cells(reading).values())


def test_note_marks_set_high() -> None:
    reading = read("Ikan | 2020 (Ton)\nLele | 1.234,5 ¹⁾\nNila | 988,25⁽²⁾\nGurame | 120,5²")
    assert [values(reading)[f"B{r}"] for r in (2, 3, 4)] == [1234.5, 988.25, 120.5]


def test_a_column_that_lost_its_thousands_speaks_for_its_neighbours() -> None:
    reading = read(
        """
Jumlah Penduduk Menurut Kecamatan | |
Kecamatan | 2021 | 2022
Gondang | 41.204 | 41.301
Masaran | 72.31 | 72.4
Tanon | 50.987 | 51.99
Gesi | 19.003 | 20
""",
        typed=True,
    )
    assert all(o.value is None for o in cells(reading).values())
    assert {f.proposed for f in findings(reading) if f.cell in ("C4", "C6")} == {72400, 20000}


def test_only_what_stayed_below_a_thousand_is_whole() -> None:
    for typed in (True, False):
        reading = read("Kecamatan | Luas Panen (Ha)\nA | 1.204\nB | 2.31\nC | 987\nD | 1.003", typed=typed)
        assert [values(reading)[f"B{r}"] for r in range(2, 6)] == [None, None, 987, None]
    reading = read("Kecamatan | Luas Panen (Ha)\nA | 12.204\nB | 2.31\nC | 87\nD | 31.003", typed=True)
    assert values(reading)["B2"] == 12.204 and not codes(reading)


def test_half_a_person_is_asked_about() -> None:
    reading = read("Kecamatan | Penduduk (jiwa)\nA | 1204\nB | 2310.5\nC | 987\nD | 1003", typed=True)
    assert [(f.code, f.cell) for f in findings(reading)] == [("broken_count", "B3")]
    reading = read("Kecamatan | Penduduk (ribu jiwa)\nA | 120.4\nB | 231.5\nC | 98.7\nD | 100.3", typed=True)
    assert not codes(reading)


def test_the_total_of_a_year_belongs_to_the_year_above_it() -> None:
    reading = read(
        """
Tahun | Kecamatan | L | P
2022 | Laweyan | 10 | 12
 | Jebres | 14 | 15
 | Jumlah | 24 | 27
2023 | Laweyan | 11 | 12
 | Jebres | 15 | 16
 | Jumlah | 26 | 28
""",
        typed=True,
    )
    assert cells(reading)["C4"].row == ("2022", "Jumlah") and cells(reading)["D7"].row == ("2023", "Jumlah")


def test_labels_repeated_in_english_on_lines_of_their_own() -> None:
    reading = read(
        """
Jenis Kelamin | 2022 | 2023
Sex | |
Laki-laki | 1204 | 1300
Male | |
Perempuan | 1301 | 1402
Female | |
Jumlah | 2505 | 2702
Total | |
""",
        typed=True,
    )
    found = cells(reading)
    assert set(found) == {f"{c}{r}" for c in "BC" for r in (3, 5, 7)} and not codes(reading)
    assert found["B3"].row == ("Laki-laki/Male",) and found["C7"].kind is Kind.TOTAL
