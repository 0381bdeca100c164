"""A long sheet: one replay for all who look, pages from a copy of its texts, and nothing different for it."""

import pytest

from tests.bench import workbook
from workbench.domain.errors import UnreadableFile
from workbench.services import checks, collect, reading, replaying, sheet_copies, sheet_view
from workbench.storage import database, files, sheet_texts, warehouse

ROWS = 2_400  # more than the head that is read alone


@pytest.fixture(scope="module")
def long_workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "panjang.xlsx"
    workbook.write(path, ROWS)
    return path


def test_pages_of_a_kept_sheet_are_those_of_the_file(office, long_workbook, monkeypatch):
    """A page that comes from the copy has the texts, merges and sheets that the file gives."""
    kept = files.put(long_workbook.read_bytes())
    name = long_workbook.name
    straight = {first: reading.sheet_page(files.path(kept.sha256), name, "Data", first, 200) for first in (0, 2_200)}
    windows = {first: sheet_view.window(kept.sha256, name, "Data", first, 200) for first in (2_200, 0)}
    monkeypatch.setattr(reading, "sheet_page", None)  # from here on the file is not opened
    again = {first: sheet_view.window(kept.sha256, name, "Data", first, 200) for first in straight}
    for first, page in straight.items():
        assert [list(row) for row in again[first].rows] == page["rows"] and page["rows"]
        assert [list(m) for m in again[first].merges] == page["merges"]
        assert again[first] == windows[first] and again[first].sheets[0].rows == ROWS + 5
    assert sheet_view.window(kept.sha256, name, "Data", 9_000, 200).rows == ()


def test_the_first_look_at_a_long_sheet_begins_its_copy_and_nobody_makes_it_twice(office, long_workbook, monkeypatch):
    asked: list[bool] = []
    real = reading.sheet_page

    def counted(*args, whole=False, **named):
        asked.append(whole)
        return real(*args, whole=whole, **named)

    monkeypatch.setattr(reading, "sheet_page", counted)
    name = "panjang-lagi.xlsx"
    kept = files.put(long_workbook.read_bytes())
    found = collect.read_stored(kept.sha256, name)
    assert not sheet_copies.ready(kept.sha256, name, "Data")
    sheet_copies.ahead(found, kept.sha256, name)
    page = sheet_view.window(kept.sha256, name, "Data", 2_100, 50)  # waits for it
    assert asked == [True] and len(page.rows) == 50
    assert sheet_copies.begin(kept.sha256, name, "Data").done() and asked == [True]


def test_a_sheet_too_large_for_a_copy_is_read_window_by_window(office, long_workbook, monkeypatch):
    name = "terlalu-panjang.xlsx"
    kept = files.put(long_workbook.read_bytes())
    straight = sheet_view.window(kept.sha256, name, "Data", 2_100, 50)
    real = reading.sheet_page
    monkeypatch.setattr(reading, "sheet_page", lambda *args, whole=False, **named: real(*args, **named))
    other = "lebih-panjang.xlsx"
    assert sheet_view.window(kept.sha256, other, "Data", 2_100, 50) == straight
    assert sheet_copies.ready(kept.sha256, other, "Data") and not sheet_texts.is_kept(kept.sha256, other, "Data")


def test_whoever_waits_for_a_copy_is_told_why_there_is_none(office):
    kept = files.put(b"PK\x03\x04 rusak")
    with pytest.raises(UnreadableFile):
        sheet_view.window(kept.sha256, "rusak.xlsx", "Data", 2_100, 50)
    assert not sheet_copies.ready(kept.sha256, "rusak.xlsx", "Data")


def test_a_damaged_copy_counts_as_absent(office, long_workbook):
    kept = files.put(long_workbook.read_bytes())
    name = long_workbook.name
    before = sheet_view.window(kept.sha256, name, "Data", 2_000, 100)
    path = sheet_texts._path(kept.sha256, name, "Data")
    path.write_bytes(path.read_bytes()[:200])
    assert sheet_texts.kept(kept.sha256, name, "Data", 0, 10) is None
    assert sheet_view.window(kept.sha256, name, "Data", 2_000, 100) == before


def test_check_and_view_share_one_replay_and_accepting_makes_its_own(office, health_workers, monkeypatch):
    """Whoever accepts must not depend on what somebody else's page has left in memory."""
    replaying._SHELF.clear()
    count: list[int] = []
    real = warehouse.replay
    monkeypatch.setattr(warehouse, "replay", lambda *args, **named: count.append(1) or real(*args, **named))
    sent = office.send(health_workers[1], "op.dinkes", idem="s1")
    with database.session() as session:
        checks.read_ahead(session, submission_id=sent.submission_id)
        checks.replay_ahead(session, submission_id=sent.submission_id)
    result = office.check(sent)
    with database.session() as session:
        view = sheet_view.view(session, submission_id=sent.submission_id)
        assert checks.result_of(session, submission_id=sent.submission_id).sha256 == result.sha256
    assert len(count) == 1 and view.replay.table.num_rows == result.rows
    assert office.accept(result, idem="s2").parquet_sha256 == result.sha256 and len(count) == 2


def test_an_unusable_file_is_refused_by_check_not_by_the_steps_before_it(office, health_workers):
    """Reading ahead says nothing; the sentence is kept with the submission."""
    sent = office.send(health_workers[1], "op.dinkes", idem="s3", content=b"")
    with database.session() as session:
        checks.read_ahead(session, submission_id=sent.submission_id)
        checks.replay_ahead(session, submission_id=sent.submission_id)
    assert office.check(sent).refusal
