"""The monthly resume: counted from frozen files, checked against a slow count, printed as PDF and XLSX."""

from __future__ import annotations

import io
from calendar import monthrange
from datetime import date, timedelta

import openpyxl
import pypdf
import pytest

from tests.analytics import office, slow
from workbench import i18n, moment
from workbench.domain.errors import NotAllowed, Refused
from workbench.domain.letters import Nature
from workbench.domain.people import Role
from workbench.reporting import resume as reporting
from workbench.reporting import resume_print as printing
from workbench.services import (
    audit,
    demo_office,
    letter_files,
    letters,
    office_clock,
    people,
    resume,
    resume_jobs,
    track,
)
from workbench.services.jobs import Worker
from workbench.services.letter_model import HIDDEN, Facts
from workbench.storage import database, files

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
    assert printing.write(counted, first) == printing.write(counted, again)
    pages = [page.extract_text() for page in pypdf.PdfReader(first / "resume.pdf").pages]
    text = " ".join(" ".join(pages).split())
    assert "Oktober 2026" in text
    last = past.rows["event"][-1]
    for page in pages:
        assert f"event:{last[0]}:{last[-1]}" in page
    assert f"no. {last[0]} " in text
    for line in counted.lines:
        assert line.number in text
    book = openpyxl.load_workbook(io.BytesIO((first / "resume.xlsx").read_bytes()))
    assert [page.title for page in book.worksheets] == ["Ringkasan", "Sebab", "Daftar", "Surat masuk", "Surat keluar"]
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
    expected = printing.write(reporting.open_month(folder), tmp_path)
    assert (tmp_path / "resume.pdf").read_bytes() == files.pdf.read_bytes()
    assert set(expected) == {"resume.pdf", "resume.xlsx"}


def test_its_anchor_is_found_by_machine_and_asked_of_the_event_log(sqlite_db, tmp_path):
    with database.writing() as session:
        demo_office.seed_office(session)
        clerk = people.person_by_username(session, "agenda")
        track.start(session, sop_id="trk-layanan-data", subject="Data guru", by=clerk, idem="a", requester="Solopos")
    with database.session() as session:
        month = resume.previous_month() + timedelta(days=40)
        folder = resume.freeze(session, month=month)
        printing.write(reporting.open_month(folder), tmp_path)
        papers = [tmp_path / "resume.pdf", tmp_path / "resume.xlsx", folder / "manifest.json"]
        anchor = audit.anchor_text("event", audit.verify(session).event_anchor)
        assert {resume.anchor_of(path) for path in papers} == {anchor}
        assert [resume.problems(session, path) for path in papers] == [(), (), ()]
    forged = tmp_path / "forged.json"
    forged.write_text(papers[2].read_text().replace(anchor[-8:], "0" * 8))
    with database.session() as session:
        assert "no longer contains" in " ".join(resume.problems(session, forged))
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(Refused, match=r"other\.pdf"):
        resume.anchor_of(tmp_path / "other.pdf")


def test_letters_of_the_month_are_listed_and_counted(sqlite_db):
    with database.writing() as session:
        demo_office.seed_office(session)
        clerk, kadis = (people.person_by_username(session, name) for name in ("agenda", "kadis"))
        track.start(session, sop_id="trk-layanan-data", subject="Data guru", by=clerk, idem="a", requester="Solopos")
    with moment.at(moment.now() - timedelta(days=70)), database.writing() as session:
        for key in ("old", "older"):
            letters.receive(session, by=clerk, idem=key, facts=Facts("Bappeda", f"Surat {key}"))
        letters.settle(session, letter_id=1, seen_version=1, by=clerk, idem="s", note="Selesai.")
    with database.writing() as session:
        new = letters.receive(session, by=clerk, idem="new", facts=Facts("Dinkes", "Rahasia", nature=Nature.SECRET))
        letters.dispose(session, letter_id=new.letter_id, seen_version=1, by=kadis, idem="d",
                        to_role=Role.DIVISION_HEAD, note="Pelajari.")  # fmt: skip
        letters.settle(session, letter_id=new.letter_id, seen_version=2, by=clerk, idem="n", note="Beres.")
    with database.session() as session:
        found = reporting.open_month(resume.freeze(session, month=office_clock.today()))
    assert [line.subject for line in found.letters] == ["Surat older", HIDDEN]
    assert (found.letters[1].done, found.letters[1].days) == (office_clock.today(), 0)
    assert "Kepala Bidang" in found.letters[1].disposition
    assert found.letter_totals == reporting.LetterTotals(before=1, came=1, settled=1, open=1, out=0)
    assert "1 masuk, 1 selesai, 1 belum selesai" in reporting.letters_sentence(found)


@pytest.mark.slow
def test_a_resume_asked_for_on_screen_is_made_by_the_worker_and_read_by_the_office(sqlite_db):
    with database.writing() as session:
        demo_office.seed_office(session)
        clerk, operator = (people.person_by_username(session, name) for name in ("agenda", "op.dinkes"))
        track.start(session, sop_id="trk-layanan-data", subject="Data guru", by=clerk, idem="a", requester="Solopos")
        with pytest.raises(Refused):
            resume_jobs.request(session, by=clerk, month=date(2027, 12, 1), idem="later")
        with pytest.raises(NotAllowed):
            resume_jobs.request(session, by=operator, month=resume_jobs.months()[0], idem="other")
        with i18n.speaking("en"):
            job = resume_jobs.request(session, by=clerk, month=resume_jobs.months()[0], idem="now")
            assert resume_jobs.request(session, by=clerk, month=resume_jobs.months()[0], idem="now") == job
    Worker(slots=1).run(once=True)
    with database.session() as session:
        (made,) = resume_jobs.made(session)
        assert not made.running and not made.error and made.asked_by == "agenda"
        kadis = people.person_by_username(session, "kadis")
        for sha, ending in ((made.pdf, "pdf"), (made.xlsx, "xlsx")):
            assert letter_files.name_for(session, kadis, sha) == f"resume-{made.month:%Y-%m}.{ending}"
            assert letter_files.name_for(session, operator, sha) == ""
            assert resume.problems(session, files.path(sha)) == ()
    book = openpyxl.load_workbook(io.BytesIO(files.read(made.xlsx)))
    assert "Incoming letters" in [page.title for page in book.worksheets]
