"""A file of something else is recognised; a right one with odd labels never is."""

from __future__ import annotations

import pytest

from workbench.domain.areas import Area
from workbench.domain.datasets import Category, DatasetDefinition, Indicator
from workbench.domain.mistaken import is_another


def dataset(id_: str, *labels: str, classes: tuple[str, ...] = ()) -> DatasetDefinition:
    return DatasetDefinition(
        id=id_, title=id_, title_en="", opd_code="1", chapter="1", unit="unit", rules=(),
        indicators=tuple(Indicator(f"{id_}{n}", label, "unit") for n, label in enumerate(labels)),
        categories=tuple(Category(f"c{n}", label) for n, label in enumerate(classes)),
    )  # fmt: skip


CLINICS = dataset("faskes", "Rumah Sakit", "Puskesmas", "Klinik", "Apotek")
STAFF = dataset("nakes", "Dokter", "Perawat", "Bidan")
AREAS = (Area("33.72.01", "Laweyan", "kecamatan"), Area("33.72.04", "Jebres", "kecamatan"))


@pytest.mark.parametrize("labels", [("Dokter/Doctor", "PERAWAT", "Laweyan"), ("dokter", "bidan (orang)")])
def test_another_dataset_is_named(labels: tuple[str, ...]) -> None:
    assert is_another(labels, CLINICS, [CLINICS, STAFF], AREAS) is STAFF


def test_a_file_without_any_of_the_labels_or_areas_is_some_other_file() -> None:
    assert is_another(("Ekspor", "Impor", "2023"), CLINICS, [CLINICS, STAFF], AREAS) is True


@pytest.mark.parametrize(
    "labels",
    [
        ("Rumah Sakit/Hospital", "Dokter", "Perawat", "Bidan"),  # one label of its own is enough
        ("RS", "PKM", "Kec. Laweyan"),  # odd headers, but the right areas: the recipe can be taught
        ("RS", "Dokter"),  # one label of another dataset is chance; no area decides
        (),
    ],
)
def test_what_may_be_right_comes_through(labels: tuple[str, ...]) -> None:
    areas = AREAS if "Kec. Laweyan" in labels else ()
    assert is_another(labels, CLINICS, [CLINICS, STAFF], areas) is False


def test_its_own_classes_speak_for_it_too() -> None:
    people = dataset("penduduk", "Jumlah penduduk", classes=("Laki-laki", "Perempuan"))
    assert is_another(("Laki-laki", "Dokter", "Perawat"), people, [people, STAFF], AREAS) is False
