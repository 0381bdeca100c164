"""Baca berkas: each kind of guess is changed by a click, becomes a recipe step, and counts for next year's form."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from tests.app_helpers import texts
from tests.pages.test_layout_told import KECAMATAN, desk, rows, unplaced
from tests.pages.test_process_pages import LIVESTOCK, READ, Desk, inside, pick, press, save
from workbench.domain.reading.hints import ColumnPart, RowPart
from workbench.domain.recipe_steps import ColumnIs, RowIs, SetPeriod, SetUnit
from workbench.services import checks
from workbench.services.guesses import Doubt, Subject
from workbench.storage import database, datasets

__all__ = ["desk"]  # the fixture


def form(
    title: str, *, below: tuple[str, ...] = (), beside: str = "", above: tuple[str, ...] = (), cut: int = 5,
    break_at: int = 0,
) -> bytes:  # fmt: skip
    """A form of five kecamatan, with more rows of figures below it, one more column, more title lines above; with
    ``break_at`` a second page in the middle, with a header in other words."""
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    sheet = book.add_worksheet("Ternak")
    lines: list[list[object]] = [*([text] for text in above), [title], []]
    head = ["Kecamatan", *(i.label for i in datasets.get(LIVESTOCK).indicators), *([beside] if beside else [])]
    figures = [120.0, 131, 142, 2750, 1210, 930]
    for number, name in enumerate((*KECAMATAN[:cut], *below)):
        if number == 0:
            lines.append(head)
        elif number == break_at:
            lines += [[], ["Lanjutan"], ["Wilayah", *(i.label_en for i in datasets.get(LIVESTOCK).indicators)]]
        lines.append([name, *(f + 10 * number for f in figures), *([7 + number] if beside else [])])
    for at, line in enumerate(lines):
        sheet.write_row(at, 0, line)
    book.close()
    return body.getvalue()


def tell(desk: Desk, number: int, row: int, letter: str, opener: str, words: str) -> None:
    """Click a cell, open what its row (or column) was taken for, pick the choice that ends so, save."""
    at = pick(desk.open(READ, number), row, letter)
    inside(at, opener)
    options = at.radio(key="guess-choice").options
    choice = next(n for n, text in enumerate(options) if text.endswith(words))
    inside(at, opener, lambda: at.radio(key="guess-choice").set_value(choice))
    inside(at, opener, lambda: save(at))


@pytest.mark.parametrize(
    ("words", "part", "row"),
    [
        ("adalah catatan, bukan data", RowPart.NOTE, 8),
        ("mengakhiri tabel: yang di bawahnya bukan bagiannya", RowPart.END, 7),
        ("mengawali tabel baru: pisahkan dari yang di atasnya", RowPart.START, 8),
    ],
)
def test_a_row_below_the_table_that_is_none_of_it(desk: Desk, words: str, part: RowPart, row: int) -> None:
    first = desk.send(LIVESTOCK, content=form("Populasi Ternak, 2025", below=("Petugas entri", "Petugas sandi")))
    before = rows(desk, first)
    tell(desk, first, row, "A", f"Ubah: Baris {row + 1}", words)
    assert [s.part for s in desk.recipe(LIVESTOCK).steps if isinstance(s, RowIs)] == [part]
    kept = rows(desk, first)
    assert kept <= before and kept >= 30
    later = desk.send(
        LIVESTOCK, period="2026",
        content=form("Populasi Ternak, 2026", below=("Petugas entri", "Petugas sandi"), above=("Pemerintah Kota",)),
    )  # fmt: skip
    assert rows(desk, later) == kept
    with database.session() as session:
        assert not [f for f in checks.findings_of(session, submission_id=later) if f.code == "hint_unmet"]


def test_a_total_row_of_another_name(desk: Desk) -> None:
    first = desk.send(LIVESTOCK, content=form("Populasi Ternak, 2025", below=("Seluruhnya",)))
    tell(desk, first, 8, "A", "Ubah: Baris 9", "adalah jumlah")
    assert [s.part for s in desk.recipe(LIVESTOCK).steps if isinstance(s, RowIs)] == [RowPart.TOTAL]
    kept = rows(desk, first)
    later = desk.send(LIVESTOCK, period="2026", content=form("Populasi Ternak, 2026", below=("Seluruhnya",)))
    assert rows(desk, later) == kept
    with database.session() as session:
        kinds = checks.rows_of(session, submission_id=later).column("kind").to_pylist()
    assert kinds.count("data") == 30 and kinds.count("total") == 6


def test_two_tables_are_joined(desk: Desk) -> None:
    first = desk.send(LIVESTOCK, content=form("Populasi Ternak, 2025", break_at=3))
    assert rows(desk, first) < 30, "the reader takes the second page for a table of its own"
    tell(desk, first, 8, "A", "Ubah: Baris 9", "melanjutkan tabel di atas atau di sampingnya: gabungkan keduanya")
    assert [s.part for s in desk.recipe(LIVESTOCK).steps if isinstance(s, RowIs)] == [RowPart.JOIN]
    assert rows(desk, first) == 30
    later = desk.send(LIVESTOCK, period="2026", content=form("Populasi Ternak, 2026", break_at=3, above=("Kota",)))
    assert rows(desk, later) == 30


def test_a_column_that_is_not_used(desk: Desk) -> None:
    first = desk.send(LIVESTOCK, content=form("Populasi Ternak, 2025", beside="Nomor register"))
    assert unplaced(desk, first)
    tell(desk, first, 4, "H", "Ubah: Kolom H", "tidak dipakai")
    assert [s.part for s in desk.recipe(LIVESTOCK).steps if isinstance(s, ColumnIs)] == [ColumnPart.UNUSED]
    assert not unplaced(desk, first) and rows(desk, first) == 30
    later = desk.send(LIVESTOCK, period="2026", content=form("Populasi Ternak, 2026", beside="Nomor register"))
    assert not unplaced(desk, later) and rows(desk, later) == 30


def test_a_form_that_names_no_year_is_asked_about_once(desk: Desk) -> None:
    first = desk.send(LIVESTOCK, content=form("Populasi Ternak dan Unggas"))
    assert {g.subject: g.doubt for g in desk.told(first)}[Subject.PERIOD] is Doubt.LOOK
    at = press(desk.open(READ, first), "Ya, benar")
    inside(at, "Ya, benar", lambda: save(at))
    (step,) = [s for s in desk.recipe(LIVESTOCK).steps if isinstance(s, SetPeriod)]
    assert step.reason and not step.period, "next year's form gets the year that is asked for then"
    later = desk.send(LIVESTOCK, period="2026", content=form("Populasi Ternak dan Unggas"))
    assert {g.subject: g.doubt for g in desk.told(later)}[Subject.PERIOD] is Doubt.CONFIRMED
    with database.session() as session:
        assert set(checks.rows_of(session, submission_id=later).column("period").to_pylist()) == {"2026"}


def test_the_factor_of_a_unit(desk: Desk) -> None:
    first = desk.send(LIVESTOCK, content=form("Populasi Ternak, 2025"))
    guess = next(g for g in desk.told(first) if g.subject is Subject.UNIT)
    tenth = next(n for n, choice in enumerate(guess.choices) if "0,1" in choice.words)
    at = desk.open(READ, first)
    table = next(d for d in at.dataframe if d.key and d.key.startswith("settled-"))
    settled = [g for g in desk.told(first) if not g.open]
    at.session_state[table.key] = {"selection": {"rows": [settled.index(guess)], "columns": [], "cells": []}}
    at.run()
    inside(at, "Ubah “Satuan”")
    inside(at, "Ubah “Satuan”", lambda: at.radio(key="guess-choice").set_value(tenth))
    inside(at, "Ubah “Satuan”", lambda: save(at))
    assert [s.multiplier for s in desk.recipe(LIVESTOCK).steps if isinstance(s, SetUnit)][:1] == [0.1]
    later = desk.send(LIVESTOCK, period="2026", content=form("Populasi Ternak, 2026"))
    with database.session() as session:
        assert checks.rows_of(session, submission_id=later).column("value").to_pylist()[0] == pytest.approx(12.0)


def test_a_cell_is_found_by_its_typed_address(desk: Desk) -> None:
    number = desk.send(LIVESTOCK, content=form("Populasi Ternak, 2025", below=tuple(f"RW {n}" for n in range(250))))
    at = desk.open(READ, number)
    at.text_input(key=f"read-{number}-go").set_value("c230").run()
    assert not at.exception and at.session_state[f"read-{number}-page"] == 2
    grid = next(d for d in at.dataframe if d.key and "-grid-" in d.key).value
    assert grid.index[0] == "201" and "230" in grid.index
    at.text_input(key=f"read-{number}-go").set_value("baris 5").run()
    assert "bukan alamat sel" in texts(at) and at.session_state[f"read-{number}-page"] == 2
