"""Area names: taken without asking only when no second area could be meant."""

import pytest

from workbench.domain.areas import Area, AreaList
from workbench.storage import datasets


@pytest.fixture(scope="module")
def solo():
    return datasets.area_list("kota-surakarta")


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("Laweyan", "33.72.01"),
        ("Kec. Pasar Kliwon", "33.72.03"),
        ("KECAMATAN JEBRES", "33.72.04"),
        ("BANJARSARI", "33.72.05"),
        ("KecLaweyan", "33.72.01"),
        ("Kec.Serengan", "33.72.02"),
        ("L A W E Y A N", "33.72.01"),
        ("4. Jebres", "33.72.04"),
        ("(2) Serengan", "33.72.02"),
        ("3 Pasar Kliwon", "33.72.03"),
        ("Ps. Kliwon", "33.72.03"),
        ("Banjar Sari", "33.72.05"),
        ("  laweyan *", "33.72.01"),
        ("33.72.05", "33.72.05"),
        ("337205", "33.72.05"),
        ("3372050", "33.72.05"),  # the BPS code of the same kecamatan
        ("33.72.05 Banjarsari", "33.72.05"),
    ],
)
def test_spellings_of_one_kecamatan(solo, printed, code):
    found = solo.match(printed, level="kecamatan")
    assert found.accepted and found.code == code


@pytest.mark.parametrize(
    "printed",
    ["Banjasari", "Jebret", "Kota Bandung", "Kel. Laweyan", "33.72.05 Jebres", "33.71.01", "", "Kliwon", "Total"],
)
def test_what_is_not_sure_is_asked(solo, printed):
    found = solo.match(printed, level="kecamatan")
    assert not found.accepted and found.code == ""


def test_a_typo_offers_its_neighbour(solo):
    found = solo.match("Kec. Banjasari", level="kecamatan")
    assert found.candidates[0].code == "33.72.05" and found.score < 95


def test_same_name_on_two_levels_needs_the_level(solo):
    assert not solo.match("Laweyan").accepted
    assert solo.match("Laweyan", level="kecamatan").code == "33.72.01"
    assert solo.match("Kelurahan Laweyan").code == "33.72.01.1002"


def test_bojongloa_is_never_guessed():
    """Two kecamatan of Bandung share a first word; one word alone fits both equally."""
    bandung = AreaList(
        "32.73",
        (
            Area("32.73", "Kota Bandung", "kota"),
            Area("32.73.04", "Bojongloa Kaler", "kecamatan", "32.73"),
            Area("32.73.17", "Bojongloa Kidul", "kecamatan", "32.73"),
        ),
    )
    found = bandung.match("Bojongloa", level="kecamatan")
    assert not found.accepted
    assert found.lead < 5
    assert {c.code for c in found.candidates} == {"32.73.04", "32.73.17"}
    assert bandung.match("Bojongloa Kidul").code == "32.73.17"


def test_a_close_name_with_a_close_neighbour_is_asked():
    """95 is not enough by itself: the next area must be far behind."""
    twins = AreaList(
        "1",
        (
            Area("1", "Kota", "kota"),
            Area("1.1", "Sumberrejo Panjang Timur", "kelurahan", "1"),
            Area("1.2", "Sumberrejo Panjang Timor", "kelurahan", "1"),
        ),
    )
    assert not twins.match("Sumberrejo Panjang Timurr").accepted


def test_numbers_in_names_must_agree():
    blocks = AreaList("1", (Area("1", "Kota", "kota"), Area("1.1", "Kampung Baru Sejahtera 1", "kelurahan", "1")))
    assert not blocks.match("Kampung Baru Sejahtera 2").accepted


def test_outside_the_office_is_never_taken():
    two = AreaList(
        "33.72", (Area("33.72", "Kota Surakarta", "kota"), Area("33.13.01", "Colomadu", "kecamatan", "33.13"))
    )
    assert not two.match("Colomadu").accepted
