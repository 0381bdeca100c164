"""Baca berkas: a row or a column of the sheet that was misread is told by clicking, once for all years."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from tests.pages.test_process_pages import LIVESTOCK, READ, Desk, inside, pick, save
from workbench.domain.reading.hints import RowPart
from workbench.domain.recipe_steps import RowIs
from workbench.services import checks, collect, guess_layout, people, sheet_view
from workbench.services.guesses import Doubt
from workbench.storage import database, datasets, readings

KECAMATAN = ["Laweyan", "Serengan", "Pasar Kliwon", "Jebres", "Banjarsari"]


@pytest.fixture
def desk(sqlite_db: object, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(people, "set_password", lambda *args, **kwargs: None)  # hashing is tested where it lives
    return Desk()


def form(year: str, names: list[str], above: tuple[str, ...] = (), *, where: str = "Kabupaten/Kota") -> bytes:
    """A form with the name of the city over its first column of figures, which looks like one more header row."""
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    sheet = book.add_worksheet("Ternak")
    row = 0
    for text in (*above, f"Populasi Ternak dan Unggas, {year}"):
        sheet.write(row, 0, text)
        row += 1
    sheet.write_row(row + 1, 0, [where, "Peternakan besar", "Kota Surakarta"])
    sheet.write_row(row + 2, 0, ["Kecamatan", *(i.label for i in datasets.get(LIVESTOCK).indicators)])
    for at, name in enumerate(names):
        sheet.write_row(row + 3 + at, 0, [name, *(120 + 10 * at + n for n in range(6))])
    book.close()
    return body.getvalue()


def unplaced(desk: Desk, number: int) -> list[str]:
    """Header labels that say nothing about this dataset."""
    with database.session() as session:
        return [f.message for f in checks.findings_of(session, submission_id=number) if f.code == "unknown_column"]


def rows(desk: Desk, number: int) -> int:
    with database.session() as session:
        return checks.rows_of(session, submission_id=number).num_rows


def tell(desk: Desk, number: int, kecamatan: int = 5) -> None:
    """Click row 3 of the sheet, say that it is a title, save."""
    at = pick(desk.open(READ, number), 2, "B")
    offered = "Ubah: Baris 3"
    inside(at, offered)
    inside(at, offered, lambda: at.radio(key="guess-choice").set_value(0))
    tried = [m.value for m in at.markdown if "sel dibaca lain" in m.value]
    assert tried == [f"**{6 * kecamatan} sel dibaca lain.**"]
    inside(at, offered, lambda: save(at))


def test_a_row_is_told_and_next_years_form_is_read_right(desk: Desk) -> None:
    first = desk.send(LIVESTOCK, content=form("2025", KECAMATAN[:4]))
    assert unplaced(desk, first)
    tell(desk, first, kecamatan=4)
    assert not unplaced(desk, first) and rows(desk, first) == 24
    told = [s for s in desk.recipe(LIVESTOCK).steps if isinstance(s, RowIs)]
    assert [(s.labels, s.part) for s in told] == [
        (("Kabupaten/Kota", "Peternakan besar", "Kota Surakarta"), RowPart.TITLE)
    ]
    assert any(g.id == told[0].id and g.doubt is Doubt.CONFIRMED for g in desk.told(first))
    later = desk.send(LIVESTOCK, period="2026", content=form("2026", KECAMATAN, ("Pemerintah Kota", "Dinas")))
    assert not unplaced(desk, later) and rows(desk, later) == 30
    assert not [g for g in desk.told(later) if g.doubt is Doubt.ASK]


def test_what_was_told_is_missed_where_the_form_has_changed(desk: Desk) -> None:
    tell(desk, desk.send(LIVESTOCK, content=form("2025", KECAMATAN)))
    later = desk.send(LIVESTOCK, period="2026", content=form("2026", KECAMATAN, where="Wilayah administrasi"))
    with database.session() as session:
        missed = [f for f in checks.findings_of(session, submission_id=later) if f.code == "hint_unmet"]
    assert len(missed) == 1 and missed[0].open and "Peternakan besar" in missed[0].message
    [asked] = [g for g in desk.told(later) if g.doubt is Doubt.ASK and g.id == missed[0].rule]
    assert asked.suggested == 0 and not any(isinstance(s, RowIs) for s in asked.choices[0].recipe.steps)


def test_what_was_told_counts_from_the_moment_a_file_comes_in(desk: Desk) -> None:
    tell(desk, desk.send(LIVESTOCK, content=form("2025", KECAMATAN)))
    number = desk.send(LIVESTOCK, period="2026", content=form("2026", KECAMATAN), check=False)
    with database.session() as session:
        sent = collect.submission(session, number)
    assert readings.kept(sent.file_sha256, sent.file_name, desk.recipe(LIVESTOCK).hints()) is not None
    assert readings.kept(sent.file_sha256, sent.file_name) is None, "read once, with what was told"


def test_what_a_row_or_column_can_be_told_to_be(desk: Desk) -> None:
    number = desk.send(LIVESTOCK, content=form("2025", KECAMATAN))
    with database.session() as session:
        view = sheet_view.view(session, submission_id=number)
    top = sheet_view.window(view.file_sha256, view.file_name, "", 0, 2_000)
    blank = guess_layout.row_offer(view, top, 1)
    assert not blank.choices and "tidak berisi teks" in blank.why_not
    far = guess_layout.row_offer(view, top, 5_000)
    assert not far.choices and "2000" in far.why_not.replace(".", "")
    total = next(c for c in guess_layout.row_offer(view, top, 8).choices if c.words.endswith("adalah jumlah"))
    assert {"Banjarsari"} == {label for s in total.recipe.steps if isinstance(s, RowIs) for label in s.labels}
    assert total.recipe.steps[0].reason == "" and total.with_reason("alasan").steps[0].reason == "alasan"
    column = guess_layout.column_offer(view, top, 0)
    assert column.taken_for == "label baris" and len(column.choices) == 3  # it cannot begin another table
    values = guess_layout.column_offer(view, top, 2)
    assert values.taken_for == "isi tabel" and len(values.choices) == 4
    assert guess_layout.column_offer(view, top, 40).why_not
