"""Columns of a reading are what its observations are, one by one; paths read by column mean what they mean alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.label_paths import Paths, read_all, unique
from workbench.domain.labels import PathReader, Vocabulary
from workbench.domain.reading.lattice import Head, Lattice, LongHeads
from workbench.domain.reading.model import Flag, Kind, Reading, TableReading
from workbench.domain.reading.words import Words
from workbench.domain.recipe_steps import MapRows, Target
from workbench.storage import datasets, readings

LABELS = ["Laweyan", "Kec. Jebres", "Sondakan", "Jumlah", "2025", "", "Pajang", "a"]
UNITS = [None, "orang", "%"]


@st.composite
def lattices(draw):
    """Long and ordinary tables with every exception a table can have."""
    n, m = draw(st.integers(0, 6)), draw(st.integers(1, 4))
    some = st.sampled_from
    labels = st.lists(some(LABELS), min_size=n, max_size=n)
    kinds = draw(st.dictionaries(st.integers(0, max(0, n - 1)), some(list(Kind)), max_size=3)) if n else {}
    if draw(st.booleans()):
        columns = [Words.of(draw(labels)) for _ in range(draw(st.integers(0, 3)))]
        units = draw(st.none() | st.lists(some(["", "jiwa"]), min_size=n, max_size=n))
        rows = LongHeads(draw(st.integers(0, 9)), n, columns, units and Words.of(units), kinds)
    else:
        paths = [tuple(x for x in draw(st.lists(some(LABELS), max_size=3)) if x) for _ in range(n)]
        rows = [Head(3 * i, path, kinds.get(i, Kind.DATA), draw(some(UNITS))) for i, path in enumerate(paths)]
    numbers = st.sampled_from([0.0, -0.0, 1.5, -3.0, 1e15, 2.0**53, 1e300, 1e-7, float("nan"), 1234567.0])
    values = []
    for _ in range(m):
        column = draw(st.lists(numbers, min_size=n, max_size=n))
        plain = [None if v != v else int(v) if v.is_integer() and draw(st.booleans()) else v for v in column]
        values.append(np.array(column) if draw(st.booleans()) else plain)
    places = st.tuples(st.integers(0, max(0, n - 1)), st.integers(0, m - 1))
    flags = draw(st.dictionaries(places, some(list(Flag)), max_size=4)) if n else {}
    raws = draw(st.dictionaries(places, some(["-", "1.234", " x "]), max_size=4)) if n else {}
    texts = {j: Words.of(draw(st.lists(some([" 1.234 ", "\u00a0…", ""]), min_size=n, max_size=n)))
             for j in draw(st.sets(st.integers(0, m - 1), max_size=2))}  # fmt: skip
    heads = [Head(j * 30, (f"k{j}", draw(some(LABELS))), draw(some(list(Kind))), draw(some(UNITS))) for j in range(m)]
    return Lattice(rows, heads, values, flags, raws, draw(some(UNITS)), texts)


@settings(max_examples=300, deadline=None)
@given(tables=st.lists(st.tuples(lattices(), st.sampled_from(UNITS)), max_size=3))
def test_columns_are_what_the_observations_are(tables):
    found = tuple(TableReading(f"L{k}", "", unit, None, (), cells, ()) for k, (cells, unit) in enumerate(tables))
    by_column = readings.tidy(Reading("f", found))
    one_by_one = readings.tidy(Reading("f", tuple(replace(t, observations=tuple(t.observations)) for t in found)))
    assert by_column.observations.equals(one_by_one.observations)
    used = set(by_column.observations.column("row_id").to_pylist())
    assert all(by_column.rows[k] == one_by_one.rows[k] for k in used)
    again = readings.from_bytes(readings.to_bytes(by_column))
    assert again == by_column and again.observations.schema.equals(readings.SCHEMA)


@given(st.lists(st.lists(st.sampled_from(LABELS), max_size=4).map(tuple), max_size=30))
def test_paths_keep_their_labels(paths):
    kept = Paths.of(paths)
    assert list(kept) == paths == [kept[n] for n in range(len(kept))] == kept[:]
    distinct, which = unique(kept.codes)
    assert list(Paths(kept.labels, distinct)) == list(dict.fromkeys(paths))
    assert [Paths(kept.labels, distinct)[n] for n in which.tolist()] == paths
    wanted = [n for n, path in enumerate(paths) if "Jumlah" in path]
    assert kept.having(label == "Jumlah" for label in kept.labels).tolist() == wanted


PEOPLE, HEALTH = datasets.get("penduduk-jenis-kelamin"), datasets.get("fasilitas-kesehatan")
WORDS = [
    "Laweyan", "Kec. Jebres", "JEBRES", "Sondakan", "Jumlah", "Total", "2025", "2024*", " ", "", "1", "Laki-laki",
    "Perempuan/Female", "L", "Puskesmas", "Klinik", "Kecamatan", "Jenis Kelamin", "entah", "33.72", "33.72.01",
    "Kota Surakarta",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    paths=st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(tuple), min_size=1, max_size=12),
    definition=st.sampled_from([PEOPLE, HEALTH]),
    areas_here=st.booleans(),
    decided=st.dictionaries(
        st.sampled_from(["entah", "Sondakan > Laki-laki", "Laweyan > 1", "Jumlah", "L", "Puskesmas"]),
        st.sampled_from([{}, {"period": "2024"}, {"area": "Jebres"}, {"total": "ya"}, {"area": "Sondakan"}]),
        max_size=2,
    ),
    with_areas=st.booleans(),
)
def test_by_column_is_one_by_one(paths, definition, areas_here, decided, with_areas):
    areas = datasets.area_list("kota-surakarta") if with_areas else None
    step = MapRows("baris", (Target.INDICATOR, Target.CATEGORY, Target.AREA, Target.PERIOD), decided)
    reader = PathReader(Vocabulary(definition, areas), step, areas_here=areas_here)
    numbers = np.arange(len(paths))
    found = read_all(reader, Paths.of(paths), numbers)
    for n, path in enumerate(paths):
        alone = reader.read(path)
        assert (found.indicator[n], found.category[n], found.period[n], found.area_label[n], found.area_within[n]) == (
            alone.indicator or None, alone.category or None, alone.period or None, alone.area_label or None,
            alone.area_within or None,
        ), path  # fmt: skip
        assert (found.total[n], found.ignore[n], found.conflict[n]) == (alone.total, alone.ignore, alone.conflict)
        assert found.unknown[n] == (" > ".join(alone.unknown) or None)


def test_a_reading_without_tables():
    empty = readings.tidy(Reading("f", ()))
    assert empty.observations.equals(pa.table({n: [] for n in readings.SCHEMA.names}, schema=readings.SCHEMA))
    assert len(empty.rows) == len(empty.columns) == 0


@pytest.mark.parametrize("paths", [[], [()], [(), ("a",)]])
def test_empty_paths(paths):
    assert list(Paths.of(paths)) == paths
