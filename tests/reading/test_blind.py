"""Habits of agencies that a blind set of files brought to light, each as small as it can be."""

from __future__ import annotations

import pytest

from tests.reading.sheets import cells, codes, findings, read, table, values
from workbench.domain.reading.model import Flag, Kind, Severity


def test_the_letter_around_a_table_is_neither_title_nor_rows() -> None:
    reading = read(
        """
PEMERINTAH KOTA SURAKARTA | | |
Jl. Menteri Supeno No. 7 Telp. (0271) 717470 Kode Pos 57139 | | |
Nomor | : | 551.2/1187/2025 |
REKAPITULASI KENDARAAN WAJIB UJI TAHUN 2024 | | |
Jenis Kendaraan | Wajib Uji | Lulus | Gagal
Mobil Bus | 188 | 170 | 18
Mobil Barang | 5310 | 4987 | 323
Jumlah | 5498 | 5157 | 341
 | | |
 | | Surakarta, 14 Januari 2025 |
Mengetahui, | | Pembuat Daftar |
Kepala Dinas | | Kasubbag Perencanaan |
Drs. SUPARNO | | RINA WULANDARI | S.Si.
NIP. 19670512 199303 1 008 | | NIP. | 198503142010012019
""",
        typed=True,
    )
    assert set(cells(reading)) == {f"{c}{r}" for c in "BCD" for r in (6, 7, 8)} and not findings(reading)
    assert table(reading).title == "REKAPITULASI KENDARAAN WAJIB UJI TAHUN 2024"
    assert any("Mengetahui" in note for note in table(reading).notes)


def test_a_table_below_a_signature_is_a_table() -> None:
    reading = read(
        """
Puskesmas | L | P
Pajang | 120 | 131
Sibela | 98 | 104
 | |
Mengetahui, | |
Kepala Puskesmas | | NIP. 19670512
 | |
Kelurahan | Bayi | Balita
Kerten | 45 | 230
Jajar | 39 | 210
""",
        typed=True,
    )
    assert len(reading.tables) == 2 and values(reading)["C10"] == 210
    assert cells(reading)["B9"].column == ("Bayi",)


def test_persons_named_after_an_office_are_rows() -> None:
    reading = read("Jabatan | L | P\nKepala Dinas | 1 | 0\nKepala Bidang | 2 | 3\nPelaksana | 14 | 22", typed=True)
    assert len(cells(reading)) == 6 and cells(reading)["C3"].row == ("Kepala Bidang",)


def test_years_with_a_note_above_are_years() -> None:
    reading = read(
        """
Kewenangan | '2021 | '2022¹ | '2023²
Negara | 13,15 | 13,15 | 13,15
Kota | 675,86 | 682,41 | 683,02
""",
        typed=True,
    )
    assert cells(reading)["C2"].column == ("2022¹",)
    assert set(values(reading)) == {f"{c}{r}" for c in "BCD" for r in (2, 3)}


@pytest.mark.parametrize("head", ["_id", "id", "objectid", "rowid"])
def test_numbers_of_a_database_are_no_measure(head: str) -> None:
    reading = read(f"{head} | Puskesmas | Stunting\n1 | Pajang | 17\n2 | Sibela | 23\n3 | Gilingan | 9", typed=True)
    assert set(values(reading)) == {"C2", "C3", "C4"}


def test_a_fact_in_figures_above_a_table_is_no_header_and_a_numbered_group_ends_with_the_next_number() -> None:
    reading = read(
        """
DATA MONOGRAFI | | |
Kelurahan | : | Kerten |
Kode Pos | : | 57143 |
No | Uraian | Jumlah | Satuan
1 | Luas Wilayah | 92.1 | Ha
2 | Jumlah Penduduk | |
 | a. Laki-laki | 5012 | jiwa
 | b. Perempuan | 5230 | jiwa
3 | Jumlah Kepala Keluarga | 3411 | KK
4 | Jumlah RT | 52 | RT
""",
        typed=True,
    )
    found = cells(reading)
    assert found["C5"].column == ("Jumlah",) and table(reading).title.startswith("DATA MONOGRAFI Kelurahan : Kerten")
    assert found["C8"].row == ("Jumlah Penduduk", "b. Perempuan")
    assert found["C9"].row == ("Jumlah Kepala Keluarga",) and found["C10"].row == ("Jumlah RT",)


def test_a_range_in_the_first_row_is_no_header() -> None:
    reading = read(
        """
Pasar | Kios | Harga Sewa (Rp)
Gede | 455 | 150000-300000
Legi | 1100 | 125000
Nusukan | 390 | 100000
Jongke | 288 | '90.000
""",
        typed=True,
    )
    found = cells(reading)
    assert found["B2"].value == 455 and found["B2"].column == ("Kios",)
    assert found["C2"].value is None and found["C2"].raw == "150000-300000"
    assert found["C5"].value == 90000, "whole numbers of its size beside it"
    assert [f.cell for f in findings(reading) if f.code == "number_text"] == ["C2"]


def test_a_column_of_ranges_says_that_it_became_labels() -> None:
    reading = read(
        """
Pasar | Kios | Harga Sewa
Gede | 455 | 150000-300000
Legi | 1100 | 125.000 s.d. 200.000
Nusukan | 390 | 100000
Jongke | 288 | 80.000 – 90.000
""",
        typed=True,
    )
    (note,) = [f for f in findings(reading) if f.code == "range_column"]
    assert note.severity is Severity.INFO and note.cell == "C2,C3,C4,C5"
    assert "C2, C3, C5" in note.message and "1 angka" in note.message
    assert set(values(reading)) == {"B2", "B3", "B4", "B5"}
    ages = read("Kelompok Umur | L | P\n0-4 | 10 | 11\n5-9 | 12 | 13\n10-14 | 9 | 9", typed=True)
    assert "range_column" not in codes(ages) and len(cells(ages)) == 6


def test_times_of_the_day_are_no_numbers() -> None:
    rows = "12/03/2024 | 13.45 | 2\n14/03/2024 | 02.10 | 1\n15/03/2024 | 20.00 WIB | 0"
    reading = read(f"Tanggal | Jam | Korban\n{rows}")
    assert set(values(reading)) == {"C2", "C3", "C4"} and "13.45" in cells(reading)["C2"].row
    reading = read("Pegawai | Jam Kerja\nAni | 7.50\nBudi | 8.25\nCici | 6.75")
    assert values(reading) == {"B2": 7.5, "B3": 8.25, "B4": 6.75}


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("head", ["2023", "Nilai A", "Data", "Volume"])
def test_three_decimals_under_a_header_that_says_nothing_are_asked(head: str, mark: str) -> None:
    rows = [("Satu", "1.234"), ("Dua", "13.456"), ("Tiga", "2.222")]
    reading = read(f"Uraian | {head}\n" + "\n".join(f"{a} | {b.replace('.', mark)}" for a, b in rows))
    found = cells(reading)
    assert [o.value for o in found.values()] == [None] * 3
    assert [o.raw for o in found.values()] == [b.replace(".", mark) for _a, b in rows]
    doubts = {f.cell: f.proposed for f in findings(reading) if f.code == "number_separator"}
    assert doubts.keys() == {"B2", "B3", "B4"} and all(v is not None for v in doubts.values())


def test_three_decimals_with_any_evidence_are_read() -> None:
    assert values(read("Uraian | 2023\nSatu | 1.234\nDua | 987\nTiga | 2.222"))["B2"] == 1234
    assert values(read("Uraian | 2023\nSatu | 1.234\nDua | 0,5\nTiga | 2.222"))["B2"] == 1234
    assert values(read("Uraian | 2023\nSatu | 1.234\nDua | 123.456\nTiga | 2.222"))["B2"] == 1234
    assert values(read("Kecamatan | Penduduk\nJebres | 1.234\nLaweyan | 2.222"))["B2"] == 1234
    assert values(read("Wilayah | Peserta Didik\nJebres | 7.412\nLaweyan | 3.905"))["B2"] == 7412


def test_subtotal_kinds_stay_where_a_signature_follows() -> None:
    reading = read(
        "Kec | L | P\nA | 10 | 12\nB | 20 | 22\nJumlah | 30 | 34\n | |\nSurakarta, Januari 2025 | | ", typed=True
    )
    assert cells(reading)["B4"].kind is Kind.TOTAL and len(cells(reading)) == 6


def test_blank_columns_that_set_groups_of_one_table_apart() -> None:
    reading = read(
        """
No | Kecamatan | | Negeri | | | Swasta |
 | | | Sekolah | Murid | | Sekolah | Murid
1 | Laweyan | | 4 | 2100 | | 7 | 1150
2 | Jebres | | 5 | 2410 | | 6 | 980
3 | Serengan | | 2 | 1045 | | 8 | 1330
 | Jumlah | | 11 | 5555 | | 21 | 3460
""",
        typed=True,
    )
    found = cells(reading)
    assert len(reading.tables) == 1 and found["G4"].row == ("Jebres",)
    assert found["G4"].column == ("Swasta", "Sekolah") and found["H6"].kind is Kind.TOTAL


def test_the_name_of_a_total_in_the_column_of_codes() -> None:
    reading = read(
        """
Kode | Kelurahan | Islam | Kristen
3372011001 | Pajang | 21000 | 1500
3372011002 | Laweyan | 2100 | 140
3372011003 | Bumi | 6300 | 410
TOTAL | | 29400 | 2050
""",
        typed=True,
        merges=[(4, 0, 4, 1)],
    )
    found = cells(reading)
    assert found["C5"].row == ("TOTAL",) and found["C5"].kind is Kind.TOTAL and "A5" not in found


def test_rates_below_persons_are_not_added_up() -> None:
    reading = read(
        """
Kegiatan | Laki-laki | Perempuan | Jumlah
Bekerja | 145220 | 118933 | 264153
Menganggur | 9021 | 6110 | 15131
Sekolah | 21011 | 20444 | 41455
Tingkat Pengangguran (%) | 5.8 | 4.9 | 5.4
""",
        typed=True,
    )
    assert not [f for f in findings(reading) if f.code == "sum_mismatch"] and values(reading)["D5"] == 5.4


def test_prices_in_rupiah_have_no_three_decimals() -> None:
    reading = read(
        """
Komoditas | Harga Lalu (Rp) | Perubahan (%)
Beras | 13.500 | ▲ 5,19
Gula | 16.500 | 0
Minyak | 15.250 | ▼ 1,64
"""
    )
    assert [values(reading)[c] for c in ("B2", "B3", "B4")] == [13500, 16500, 15250]
    assert values(reading)["C2"] == 5.19 and values(reading)["C4"] is None
    assert [(f.cell, f.proposed) for f in findings(reading) if f.code == "number_falling"] == [("C4", -1.64)]
    reading = read("Uraian | Nilai (Juta Rp)\nA | 13.500\nB | 16.500\nC | 15.250")
    assert values(reading)["B2"] is None, "thirteen and a half million or thirteen and a half billion: asked"


def test_the_dash_of_an_accountant() -> None:
    reading = read("Penerima | Pagu | Realisasi\nKONI | Rp1.500.000,00 | Rp1.200.000,00\nFKUB | Rp350.000,00 | Rp -")
    found = cells(reading)
    assert found["C3"].value is None and found["C3"].flag is Flag.NIL_OR_NOT_APPLICABLE and not findings(reading)


def test_units_behind_the_numbers_of_a_row() -> None:
    reading = read(
        """
Uraian | 2022 | 2023
Kapasitas Produksi | 935 l/det | 940 l/det
Air Diproduksi | 26 104 310 m3 | 26 880 112 m3
Pelanggan | 61 204 SR | 62 118 SR
Kehilangan Air | 41,25 % | 40,9 %
"""
    )
    found = values(reading)
    assert found["B2"] == 935 and found["C3"] == 26880112 and found["B4"] == 61204 and found["C5"] == 40.9
    assert cells(reading)["B4"].row == ("Pelanggan",)


def test_a_row_of_bare_units_is_header() -> None:
    reading = read(
        """
Kelurahan | Ketetapan | | Realisasi |
 | Lembar | Rp | Rp | %
Pajang | 2.000 | 1.455.623.169 | 469.928.844 | 32,28
Bumi | 2.311 | 1.056.328.961 | 437.562.295 | 41,42
"""
    )
    found = cells(reading)
    assert found["C3"].column == ("Ketetapan", "Rp") and found["E4"].column == ("Realisasi", "%") and len(found) == 8


def test_what_is_left_may_be_named_above_its_unit() -> None:
    lines = "".join(f"K{i} | {900 + 7 * i} | {600 + 11 * i} | {300 - 4 * i}\n" for i in range(1, 6))
    reading = read(f"Kelurahan | Ketetapan | Realisasi | Sisa\n | Rp | Rp | Rp\n{lines}", typed=True)
    assert {o.kind for o in cells(reading).values()} == {Kind.DATA}
