"""Habits of offices that a reader may not trip over: each case once went wrong."""

from __future__ import annotations

import pytest

from tests.reading.sheets import cells, findings, read, values
from workbench.domain.reading.model import Flag, Kind


def kinds(text: str, **details: object) -> dict[str, Kind]:
    return {cell: o.kind for cell, o in cells(read(text, **details)).items()}


@pytest.mark.parametrize(
    "names",
    [
        ["Laweyan", "Serengan", "Kec. Pasar Kliwon", "Jebres", "BANJARSARI"],
        ["Kec. Laweyan", "SERENGAN", "Kecamatan Pasar Kliwon", "Jebres", "Banjarsari"],
        ["Kecamatan Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjarsari"],
        ["KOTA LAWEYAN", "Serengan", "Kec. Pasar Kliwon", "jebres", "KEC BANJARSARI"],
    ],
)
def test_one_prefix_among_peers_makes_no_parent(names: list[str]) -> None:
    figures = [(50012, 51340), (26711, 27888), (42110, 43006), (72455, 73901), (90122, 92870)]
    body = "\n".join(f"{n} | {a} | {b} | {a + b}" for n, (a, b) in zip(names, figures, strict=True))
    reading = read(f"Kecamatan | L | P | Jumlah\n{body}\nJumlah | 281410 | 289005 | 570415")
    found = cells(reading)
    assert [found[f"B{r}"].kind for r in range(2, 8)] == [Kind.DATA] * 5 + [Kind.TOTAL]
    assert [len(found[f"B{r}"].row) for r in range(2, 8)] == [1] * 6
    assert not findings(reading)


def test_a_prefix_over_its_parts_still_makes_a_parent() -> None:
    found = cells(
        read(
            "Wilayah | L | P\nKec. Laweyan | 30 | 41\nPajang | 10 | 21\nBumi | 20 | 20\nKec. Jebres | 70 | 79\n"
            "Mojosongo | 40 | 39\nPucangsawit | 30 | 40"
        )
    )
    assert found["B3"].row == ("Kec. Laweyan", "Pajang") and found["B5"].kind is Kind.SUBTOTAL


def test_the_first_section_is_no_header() -> None:
    reading = read(
        "No | Uraian | Satuan | 2021 | 2022\nI | Angkutan | | |\n1 | Bus | Unit | 88 | 94\n"
        "2 | Angkot | Unit | 31 | 30\n"
        "II | Parkir | | |\n1 | Titik | Titik | 1102 | 1115\n2 | Juru parkir | Orang | 800 | 801"
    )
    assert "A3" not in values(reading) and cells(reading)["D3"].row == ("Angkutan", "Bus")
    assert cells(reading)["E7"].row == ("Parkir", "Juru parkir") and not findings(reading)


def test_sums_of_lettered_sections() -> None:
    found = kinds(
        "Uraian | Anggaran | Realisasi\nA. Operasi | |\nPegawai | 801 | 790\nBarang | 500 | 480\n"
        "Jumlah A | 1301 | 1270\n"
        "B. Modal | |\nTanah | 201 | 190\nGedung | 802 | 777\nJumlah B | 1003 | 967\nTOTAL (A+B) | 2304 | 2237"
    )
    assert found["B5"] is Kind.SUBTOTAL and found["C9"] is Kind.SUBTOTAL and found["B10"] is Kind.TOTAL
    assert found["B7"] is Kind.DATA


def test_persons_named_l_and_p_are_no_sections() -> None:
    found = kinds("Kecamatan | Jumlah L | Jumlah P\nLaweyan | 5 | 6\nJebres | 7 | 9")
    assert found["B2"] is Kind.DATA and found["C3"] is Kind.DATA


def test_the_city_above_its_parts_is_the_total() -> None:
    found = kinds("Wilayah | 2024\nKota Surakarta | 360\nLaweyan | 110\nJebres | 149\nSerengan | 101")
    assert found["B2"] is Kind.TOTAL and found["B3"] is Kind.DATA


def test_most_thousands_eaten_by_the_program() -> None:
    reading = read(
        "Jumlah Wisatawan (Orang) | |\nBulan | Nusantara\nJanuari | 12.345\nFebruari | 11.87\nMaret | 14.02\n"
        "April | 9876\n"
        "Mei | 13.5\nJuni | 8912",
        typed=True,
    )
    assert values(reading)["B3"] is None and values(reading)["B6"] == 9876
    assert [f.proposed for f in findings(reading)] == [12345, 11870, 14020, 13500]


def test_no_kecamatan_has_a_hundred_million_people() -> None:
    reading = read(
        "Jumlah Penduduk (Ribu Jiwa) | |\nKecamatan | 2023 | 2024\nLaweyan | 101,352 | 101,900\n"
        "Jebres | 146,356 | 146,900\n"
        "Banjarsari | 182,992 | 183,400"
    )
    assert values(reading)["B3"] == 101.352 and values(reading)["C5"] == 183.4


def test_abbreviated_millions_are_proposed_not_taken() -> None:
    reading = read("UMKM | Modal | Omzet\nBatik | 12,5 jt | 150 jt\nRoti | 30 jt | 1,2 M\nIntip | 8 jt | 45")
    assert all(v is None for v in values(reading).values())
    assert {f.cell: f.proposed for f in findings(reading) if f.code == "number_scaled"} == {
        "B2": 12_500_000, "B3": 30_000_000, "B4": 8_000_000, "C2": 150_000_000, "C3": 1_200_000_000, "C4": None,
    }  # fmt: skip
    assert cells(reading)["B2"].flag is Flag.UNREADABLE
    assert values(read("Jalan | Panjang\nA | 1,2 m\nB | 12,5 m"))["B2"] == 1.2


def test_quarters_among_months_are_sums() -> None:
    rows = kinds(
        "Bulan | Datang\nJanuari | 210\nPebruari | 180\nMaret | 250\nTriwulan I | 640\nApril | 300\nMei | 220\n"
        "Juni | 215\nTriwulan II | 735\nJumlah | 1375"
    )
    assert rows["B5"] is Kind.SUBTOTAL and rows["B9"] is Kind.SUBTOTAL and rows["B10"] is Kind.TOTAL
    columns = kinds("Terminal | Jan-25 | Feb-25 | Mar-25 | TW I\nA | 210 | 198 | 215 | 623\nB | 88 | 84 | 90 | 262")
    assert columns["E2"] is Kind.TOTAL and columns["D2"] is Kind.DATA
    alone = kinds("Terminal | TW I | TW II\nA | 210 | 198\nB | 88 | 84")
    assert alone["B2"] is Kind.DATA


def test_leading_zeros_are_codes() -> None:
    reading = read(
        "Posyandu | RW | Kontak | Balita\nMelati | 03 | 08121500111 | 55\nMawar | 05 | 08121500112 | 61\n"
        "Anggrek | 11 | 08121500113 | 40"
    )
    assert {c for c, v in values(reading).items() if v is not None} == {"D2", "D3", "D4"}


def test_a_profile_with_colons_counts_only_what_can_be_counted() -> None:
    reading = read(
        "PROFIL KELURAHAN PAJANG | |\nLuas (Ha) | : | 155.2\nPenduduk (Jiwa) | : | 24110\nJumlah RW | : | 16\n"
        "Jumlah RT | : | 79\nJarak ke kecamatan (km) | : | 1.5",
        typed=True,
    )
    assert values(reading) == {"C2": 155.2, "C3": 24110, "C4": 16, "C5": 79, "C6": 1.5}
    assert cells(reading)["C2"].row == ("Luas (Ha)",)


def test_days_over_columns_of_numbers_are_headers() -> None:
    reading = read(
        "Uraian | 31 Des 2023 | 30 Juni 2025\nAset Lancar | 120.500.250 | 131.010.400\n"
        "Aset Tetap | 890.100.000 | 910.220.500"
    )
    assert cells(reading)["C2"].column == ("30 Juni 2025",) and "B1" not in values(reading)


def test_a_litre_below_the_line_counts_nothing() -> None:
    reading = read(
        "Parameter | Satuan | Titik 1 | Titik 2\nBOD | mg/L | 2,8 | 3,4\nCOD | mg/L | 21,5 | 27,1\n"
        "Fecal coli | Jml/100ml | 920 | 1.350\nTimbal | mg/L | <0,01 | 0,02"
    )
    assert values(reading)["C2"] == 2.8 and values(reading)["D3"] == 27.1 and values(reading)["C5"] is None
    assert [f.cell for f in findings(reading) if f.code == "number_text"] == ["C5"]


def test_a_number_of_things_beside_their_capacity_is_no_total() -> None:
    found = kinds("Fasilitas | Jumlah | Kapasitas\nRumah Sakit | 12 | 2.410\nPuskesmas | 17 | 340\nKlinik | 88 | 1.020")
    assert set(found.values()) == {Kind.DATA}


def test_a_bilingual_total_names_nothing_that_could_be_counted():
    """`Jumlah/Total` under hectares and tonnes: the decimals of the total are decimals."""
    from workbench.domain.reading.values import _row_counts

    assert _row_counts("Jumlah/Total", None) is None
    assert _row_counts("Jumlah Puskesmas", None) is True
