"""The monthly resume: counted from frozen files, checked against a slow count, printed as PDF and XLSX."""

from __future__ import annotations

import io
from calendar import monthrange
from datetime import date, timedelta

import openpyxl
import pypdf
import pytest

from tests.analytics import office, slow
from workbench.domain.errors import Refused
from workbench.reporting import resume as reporting
from workbench.services import resume
from workbench.storage import database

MONTHS = [date(2025, 6, 1), date(2026, 3, 1), date(2026, 10, 1), date(2026, 11, 1)]


def local(past: office.Office, text: str | None) -> date | None:
    at = slow.moment_of(text)
    return None if at is None else at.astimezone(slow.ZONE).date()


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_totals_against_a_slow_count(asked_sqlite, past, month):
    counted = reporting.open_month(resume.freeze(asked_sqlite, month=month))
    end = month + timedelta(days=monthrange(month.year, month.month)[1])
    heads = [row for row in past.rows["sop_case"] if row[10] is None]
    before = came = went = cancelled = still = 0
    days = []
    for row in heads:
        opened, closed = local(past, row[20]), local(past, row[25])
        if opened >= end or (closed is not None and closed < month):
            continue
        before += opened < month
        came += opened >= month
        if closed is None or closed >= end:
            still += 1
        elif row[13] == "cancelled":
            cancelled += 1
        else:
            went += 1
            days.append(slow.days_used(past, slow.moment_of(row[20]), slow.moment_of(row[25])))
    t = counted.totals
    assert (t.before, t.came, t.went, t.cancelled, t.open) == (before, came, went, cancelled, still)
    assert t.before + t.came == t.went + t.cancelled + t.open
    assert t.median_days == (slow.quantile(days, 0.5) if len(days) >= 5 else None)
    for field in ("before", "came", "went", "cancelled", "open", "on_time"):
        assert getattr(t, field) == sum(getattr(one, field) for _name, one in counted.by_sop)
    assert len(counted.lines) == before + came
    assert counted.provisional is (month == date(2026, 11, 1))


def test_causes_against_a_slow_count(asked_sqlite, past):
    month = date(2026, 10, 1)
    counted = reporting.open_month(resume.freeze(asked_sqlite, month=month))
    ended = [c for c in slow.ended(past) if c.month == month]
    for cause in counted.causes:
        found = [c for c in ended if c.role == cause.holder_role]
        over = sum(max(c.used - limit, 0) for c in found if (limit := slow.allowance(past, c)) is not None)
        assert (cause.stays, cause.breached) == (len(found), sum(c.verdict == "breached" for c in found))
        assert cause.over_hours == pytest.approx(over / 3600)
    assert counted.causes


def test_frozen_once_and_never_changed(asked_sqlite):
    folder = resume.freeze(asked_sqlite, month=date(2026, 10, 1))
    assert resume.freeze(asked_sqlite, month=date(2026, 10, 17)) == folder
    (folder / "cases.parquet").write_bytes((folder / "cases.parquet").read_bytes() + b" ")
    with pytest.raises(Refused, match=r"cases\.parquet"):
        reporting.open_month(folder)


def test_a_month_to_come_and_an_empty_office_are_refused(asked_sqlite):
    with pytest.raises(Refused):
        resume.freeze(asked_sqlite, month=date(2027, 1, 1))
    with pytest.raises(Refused):
        resume.month_of("2026-13")
    assert resume.month_of("2026-02") == date(2026, 2, 1)


def test_nothing_to_resume(sqlite_db):
    with database.session() as session, pytest.raises(Refused):
        resume.freeze(session, month=date(2025, 1, 1))


def test_pdf_and_xlsx_say_the_same(asked_sqlite, past, tmp_path):
    counted = reporting.open_month(resume.freeze(asked_sqlite, month=date(2026, 10, 1)))
    first, again = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    again.mkdir()
    assert reporting.write(counted, first) == reporting.write(counted, again)
    pages = [page.extract_text() for page in pypdf.PdfReader(first / "resume.pdf").pages]
    text = " ".join(" ".join(pages).split())
    assert "Oktober 2026" in text
    last = past.rows["event"][-1]
    for page in pages:
        assert last[-1] in page
    assert f"no. {last[0]} " in text
    for line in counted.lines:
        assert line.number in text
    book = openpyxl.load_workbook(io.BytesIO((first / "resume.xlsx").read_bytes()))
    assert [page.title for page in book.worksheets] == ["Ringkasan", "Sebab", "Daftar"]
    listed = [row[0].value for row in book["Daftar"].iter_rows(min_row=4)]
    assert [line.number for line in counted.lines] == [value for value in listed if value and value.startswith("P-")]
    whole = next(row for row in book["Ringkasan"].iter_rows(values_only=True) if row[0] == "Seluruhnya")
    t = counted.totals
    assert whole[1:7] == (t.before, t.came, t.went, t.cancelled, t.open, t.on_time)


@pytest.mark.slow
def test_the_notebook_reads_files_only(asked_sqlite, tmp_path, monkeypatch):
    folder = resume.freeze(asked_sqlite, month=date(2026, 10, 1))
    database.dispose()
    for file in folder.parent.parent.glob("tracker.sqlite3*"):
        file.unlink()
    steps: list[str] = []
    files = resume.render(folder, tmp_path / "out", progress=lambda _share, step: steps.append(step))
    assert files.pdf.read_bytes().startswith(b"%PDF")
    assert files.xlsx.stat().st_size > 5_000
    assert files.notebook.exists()
    assert "Menulis PDF dan XLSX" in steps
    expected = reporting.write(reporting.open_month(folder), tmp_path)
    assert (tmp_path / "resume.pdf").read_bytes() == files.pdf.read_bytes()
    assert set(expected) == {"resume.pdf", "resume.xlsx"}
