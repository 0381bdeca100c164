"""From accepted versions to a released book: freeze, draft as evidence, decide on the bytes shown, follow, release."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import Session, select

from tests.conftest import Office, recorded
from tests.reporting import samples
from workbench.cli.render import render as render_command
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import NotAllowed, NotFound, Refused, Stale
from workbench.services import audit, disseminate, track
from workbench.services.draft_follow import file_row
from workbench.services.jobs import Worker
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import database, files, jobs
from workbench.storage.jobs import JobState
from workbench.storage.tables import CaseRow, DatasetVersionRow, DraftRow, EventRow, JobRow, RecipeRow, SubmissionRow

SPEC = (
    "{id: kecil, title: Buku Kecil, title_en: Small Book, place: Kota Uji, place_en: Test City, publisher: Dinas,"
    " address: Jalan, signatory: Kepala, chapters: [{key: a, title: Kesehatan, title_en: Health, items: [{table: rs,"
    " title: Rumah Sakit Menurut Kecamatan, title_en: Hospitals, dataset: fasilitas-kesehatan, rows: area,"
    " total: true, columns: [{key: rs, indicator: rumah_sakit}]}]}]}"
)
DATASET = "fasilitas-kesehatan"
RECIPE = "c" * 64
RECIPE_BODY = f"{{dataset: {DATASET}, format: 1, steps: [{{id: s1, do: correct_cell, reason: Salah ketik, cell: C6}}]}}"
ACCEPTED = datetime(2026, 2, 2, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _reference(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The office's reference files, and a small book beside the real one; afterwards the history is whole."""
    shutil.copytree(CHECKOUT / "data" / "reference", tmp_path / "data" / "reference")
    (tmp_path / "data" / "sop").symlink_to(CHECKOUT / "data" / "sop")
    (tmp_path / "data" / "reference" / "yearbook" / "kecil.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.setenv("WORKBENCH_REFERENCE_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    yield
    with database.session() as session:
        assert audit.verify(session).problems == ()


def accept(session: Session, version: int, values: dict[str, float | None], body: bytes = b"berkas OPD") -> None:
    """An accepted version of the small dataset, with the OPD's file it came from."""
    figures: list[samples.Figure] = [
        ("rumah_sakit", None, a, v, None if v is not None else "not_available") for a, v in values.items()
    ]
    folder = f"clean/{DATASET}/2025/v{version}"
    path = get_settings().data_dir / folder / "data.parquet"
    sha, rows = samples.write_version(path, "2025", figures, unit="unit")
    submission = SubmissionRow(
        receipt=f"r{version}", dataset_id=DATASET, period="2025", opd_code="1.02.01", round=version,
        file_sha256=recorded(session, body), file_name="faskes.xlsx", received_at=ACCEPTED, received_from="dinkes",
        status="accepted",
    )  # fmt: skip
    session.add(submission)
    if session.get(RecipeRow, RECIPE) is None:
        recipe = RecipeRow(
            sha256=RECIPE, dataset_id=DATASET, version=1, body=RECIPE_BODY, author="staff", created_at=ACCEPTED
        )  # fmt: skip
        session.add(recipe)
    session.flush()
    session.add(
        DatasetVersionRow(
            dataset_id=DATASET, period="2025", version=version, submission_id=submission.id or 0, recipe_sha256=RECIPE,
            parquet_sha256=sha, path=folder, rows=rows, accepted_by="staff", accepted_at=ACCEPTED,
        )
    )  # fmt: skip
    session.flush()


VALUES: dict[str, float | None] = {a: float(n) for n, a in enumerate(samples.AREAS, 1)}


def seq(session: Session, case_id: int) -> int:
    return session.get_one(CaseRow, case_id, populate_existing=True).seq


def press(session: Session, office: Office, case_id: int, who: str, outcome: str) -> None:
    track.decide(
        session, case_id=case_id, seen_seq=seq(session, case_id), outcome=outcome, by=office[who],
        idem=f"{case_id}-{seq(session, case_id)}",
    )  # fmt: skip


@pytest.fixture
def case(sqlite_office: Office) -> int:
    """A dissemination case at the step that asks for a draft, with an accepted version and a frozen edition."""
    with database.writing() as session:
        accept(session, 1, VALUES)
        case_id = track.start(
            session, sop_id="bwi-diseminasi", subject="Buku kecil", by=sqlite_office["staff"], idem="start"
        )
        press(session, sqlite_office, case_id, "kasi", "disposisi")
        disseminate.freeze_edition(session, id="2025-1", title="", year="2025", by=sqlite_office["staff"], spec="kecil")
    return case_id


def ask(office: Office, case_id: int | None, idem: str = "draf-1", edition: str = "2025-1") -> int:
    with database.writing() as session:
        return disseminate.request_draft(
            session, edition_id=edition, case_id=case_id, by=office["staff"], idem=idem, spec="kecil"
        )


def work() -> None:
    Worker(slots=1).run(once=True)


def only_draft(session: Session) -> DraftRow:
    return session.exec(select(DraftRow).order_by(DraftRow.id.desc())).first()  # type: ignore[union-attr,return-value]


# ---------------------------------------------------------------- freezing


def test_an_edition_without_a_needed_dataset_is_refused_and_names_it(sqlite_office: Office) -> None:
    with (
        pytest.raises(Refused, match="Jumlah Fasilitas Kesehatan Menurut Kecamatan"),
        database.writing() as session,
    ):
        disseminate.freeze_edition(session, id="x", title="", year="2025", by=sqlite_office["staff"], spec="kecil")
    assert not (get_settings().data_dir / "editions" / "x").exists()


def test_a_frozen_edition_stays_as_it_is(case: int, sqlite_office: Office) -> None:
    staff = sqlite_office["staff"]
    with database.writing() as session:
        first = disseminate.edition(session, "2025-1")
        same = disseminate.freeze_edition(session, id="2025-1", title="", year="2025", by=staff, spec="kecil")
        assert same == first
        accept(session, 2, {**VALUES, "33.72.01": 9.0})
        with pytest.raises(Refused, match="isi lain"):
            disseminate.freeze_edition(session, id="2025-1", title="", year="2025", by=staff, spec="kecil")
        newer = disseminate.freeze_edition(session, id="2025-2", title="", year="2025", by=staff, spec="kecil")
    manifest = get_settings().data_dir / newer.folder / "manifest.json"
    assert '"version": 2' in manifest.read_text()
    assert hashlib.sha256(manifest.read_bytes()).hexdigest() == newer.manifest_sha256


def test_a_producer_may_not_freeze(sqlite_office: Office) -> None:
    with pytest.raises(NotAllowed), database.writing() as session:
        disseminate.freeze_edition(session, id="x", title="", year="2025", by=sqlite_office["dinkes"], spec="kecil")


# ---------------------------------------------------------------- the whole way


def test_from_draft_to_release(case: int, sqlite_office: Office) -> None:
    office = sqlite_office
    job_id = ask(office, case)
    assert ask(office, case) == job_id
    work()
    with database.session() as session:
        job = jobs.get(session, job_id)
        assert (job.state, job.progress, job.error) == (JobState.DONE, 1.0, "")
        view = disseminate.draft(session, job.result["draft_id"])
        event = session.exec(select(EventRow).where(EventRow.type == "attach")).one()
        assert (event.actor, event.evidence_sha256, event.step) == ("staff", view.line.pdf_sha256, "2")
        assert session.get_one(CaseRow, case).step == "2"  # attached, not decided
    assert files.read(view.line.pdf_sha256).startswith(b"%PDF")
    assert len(view.thumbnails) == view.line.pages > 5
    assert all(files.exists(sha) for sha in view.thumbnails)
    assert view.newest and view.changes == () and view.line.round == 1
    draft_id, sha = view.line.id, view.line.pdf_sha256

    def decide(who: str, outcome: str, seen: str = sha, note: str = "") -> None:
        with database.writing() as session:
            disseminate.decide_on_draft(
                session, draft_id=draft_id, outcome=outcome, seen_sha256=seen, seen_seq=seq(session, case),
                by=office[who], idem=f"d-{who}-{outcome}-{seen[:4]}-{seq(session, case)}", note=note,
            )  # fmt: skip

    with pytest.raises(Stale, match="bukan draf yang tersimpan"):
        decide("staff", "selesai", seen="0" * 64)
    decide("staff", "selesai")
    decide("staff", "ajukan")
    with pytest.raises(NotAllowed):
        decide("staff", "paraf")
    with pytest.raises(Refused, match="belum disetujui"), database.writing() as session:
        disseminate.release(session, draft_id=draft_id, by=office["staff"], idem="r0")
    decide("kasi", "paraf")
    decide("kabid", "paraf")
    with database.writing() as session:
        assert disseminate.drafts(session, case_id=case)[0].status == "approved"
        made = disseminate.release(
            session, draft_id=draft_id, by=office["staff"], idem="r1", seen_seq=seq(session, case), outcome="unggah"
        )
        again = disseminate.release(session, draft_id=draft_id, by=office["staff"], idem="r1")
        assert again == made
        row = session.get_one(CaseRow, case, populate_existing=True)
        assert row.status == CaseStatus.CLOSED
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == made.sha256 == view.manifest["files"]["final"]


def test_a_return_brings_a_new_round_and_the_old_one_can_no_longer_be_decided(
    case: int, sqlite_office: Office
) -> None:  # fmt: skip
    office = sqlite_office
    ask(office, case)
    work()
    with database.writing() as session:
        first = disseminate.drafts(session, case_id=case)[0]
        press(session, office, case, "staff", "selesai")
        press(session, office, case, "staff", "ajukan")
        disseminate.decide_on_draft(
            session, draft_id=first.id, outcome="kembalikan", seen_sha256=first.pdf_sha256, by=office["kasi"],
            seen_seq=seq(session, case), idem="back", note="Laweyan keliru.",
        )  # fmt: skip
        assert disseminate.drafts(session)[0].status == "returned"
        accept(session, 2, {**VALUES, "33.72.01": 41.0})
        disseminate.freeze_edition(session, id="2025-2", title="", year="2025", by=office["staff"], spec="kecil")
    ask(office, case, "draf-2", "2025-2")
    work()
    with database.session() as session:
        view = disseminate.draft(session, disseminate.drafts(session, case_id=case)[0].id)
        assert view.line.round == 2 and view.compared_with == first.id
        changes = {(c.row, c.before, c.after) for c in view.changes}
        assert changes == {("Laweyan", "1", "41"), ("Jumlah", "15", "55")}
        assert view.changes[0].versions == (f"{DATASET} 2025 v2",)
    with pytest.raises(Stale, match="putaran 2"), database.writing() as session:
        disseminate.decide_on_draft(
            session, draft_id=first.id, outcome="selesai", seen_sha256=first.pdf_sha256, by=office["staff"],
            seen_seq=seq(session, case), idem="late",
        )  # fmt: skip


def test_a_printed_number_leads_to_the_cell_of_the_file(case: int, sqlite_office: Office) -> None:
    ask(sqlite_office, case)
    work()
    with database.session() as session:
        draft_id = disseminate.drafts(session)[0].id
        found = disseminate.follow(session, draft_id=draft_id, table="rs", row="33.72.02", column="rs")
        assert (found.number, found.row, found.column, found.text, found.value) == (
            "1.1", "Serengan", "Rumah Sakit", "2", 2,
        )  # fmt: skip
        (source,) = found.sources
        assert (source.dataset, source.period, source.version, source.obs_id) == (DATASET, "2025", 1, 2)
        assert (source.sheet, source.cell, source.raw, source.area) == ("Data", "C6", "2.0", "Serengan")
        (step,) = source.steps
        assert (step.id, step.op, step.reason, step.detail) == ("s1", "correct_cell", "Salah ketik", {"cell": "C6"})
        assert source.file_sha256 and source.accepted_by == "Siti Aminah"
        total = disseminate.follow(session, draft_id=draft_id, table="rs", row="total", column="rs")
        assert total.value == 15 and [s.cell for s in total.sources] == ["C5", "C6", "C7", "C8", "C9"]
        with pytest.raises(NotFound):
            disseminate.follow(session, draft_id=draft_id, table="rs", row="33.72.99", column="rs")


def test_the_row_of_the_file_is_shown(sqlite_db: Path) -> None:
    text = "Kecamatan;Laki-laki;Perempuan\nLaweyan;100;200\nSerengan;300;400\n"
    stored = files.put(text.encode())
    row = file_row(stored.sha256, "penduduk.csv", "penduduk", "B3")
    assert [(c.cell, c.raw, c.followed) for c in row] == [("B3", "300", True), ("C3", "400", False)]
    assert file_row("0" * 64, "x.csv", "x", "B3") == []


def test_a_step_that_asks_for_no_draft_gets_none(case: int, sqlite_office: Office) -> None:
    with database.writing() as session:
        other = track.start(
            session, sop_id="bwi-diseminasi", subject="Lain", by=sqlite_office["staff"], idem="start-2"
        )  # fmt: skip
    with pytest.raises(Refused, match="tidak meminta draf"):
        ask(sqlite_office, other, "draf-x")


# ---------------------------------------------------------------- jobs


def test_a_changed_edition_fails_the_job_with_a_sentence(case: int, sqlite_office: Office) -> None:
    path = next((get_settings().data_dir / "editions" / "2025-1" / "tables").glob("*.parquet"))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    job_id = ask(sqlite_office, case)
    work()
    with database.session() as session:
        job = jobs.get(session, job_id)
        assert job.state is JobState.FAILED and "berubah sejak dibekukan" in job.error
        assert disseminate.drafts(session) == []


def _wait(condition: object, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def _started(job_id: int) -> bool:
    with database.session() as session:
        return (jobs.get(session, job_id).progress or 0) > 0


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in path.read_text().split()] if path.exists() else []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the child process in /proc, which this system lacks")
@pytest.mark.parametrize("victim", ["worker", "child"])
def test_kill_9_while_rendering_and_the_draft_is_rendered_again(
    case: int, sqlite_office: Office, victim: str
) -> None:  # fmt: skip
    job_id = ask(sqlite_office, case)
    code = "from workbench.services.jobs import Worker; Worker(slots=1).run()"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT, env=os.environ.copy())
    try:
        _wait(lambda: _started(job_id))
        children = _children(process.pid)
        os.kill(process.pid if victim == "worker" else children[0], signal.SIGKILL)
        if victim == "worker":
            process.wait()
            _wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    finally:
        process.kill()
        process.wait()
    with database.session() as session:
        assert jobs.get(session, job_id).state is JobState.RUNNING
        assert disseminate.drafts(session) == []
    Worker(slots=1, stale_after=timedelta(0)).run(once=True)
    with database.session() as session:
        job = jobs.get(session, job_id)
        assert (job.state, job.attempts) == (JobState.DONE, 2)
        assert [d.round for d in disseminate.drafts(session)] == [1]
        assert len(session.exec(select(EventRow).where(EventRow.type == "attach")).all()) == 1


def test_a_job_past_its_deadline_is_stopped(case: int, sqlite_office: Office) -> None:
    job_id = ask(sqlite_office, case)
    Worker(slots=1, deadline=timedelta(milliseconds=400)).run(once=True)
    with database.session() as session:
        job = jobs.get(session, job_id)
        assert job.state is JobState.FAILED and "melewati batas" in job.error


def test_two_workers_render_a_job_once(case: int, sqlite_office: Office) -> None:
    job_id = ask(sqlite_office, None)
    code = "from workbench.services.jobs import Worker; Worker(slots=1).run(once=True)"
    workers = [subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT) for _n in range(2)]
    assert [w.wait() for w in workers] == [0, 0]
    with database.session() as session:
        assert jobs.get(session, job_id).attempts == 1
        assert len(disseminate.drafts(session)) == 1
        assert session.get_one(JobRow, job_id).state == "done"


# ---------------------------------------------------------------- command line


def test_the_command_renders_the_same_bytes(case: int, sqlite_office: Office, tmp_path: Path) -> None:
    ask(sqlite_office, case)
    work()
    out = tmp_path / "out"
    answer = CliRunner().invoke(
        render_command, ["yearbook", "--edition", "2025-1", "--spec", "kecil", "--out", str(out), "--json"]
    )
    assert answer.exit_code == 0, answer.output
    with database.session() as session:
        assert hashlib.sha256((out / "draft.pdf").read_bytes()).hexdigest() == only_draft(session).pdf_sha256
    assert (out / "manifest.json").exists() and list((out / "pages").glob("*.png"))


def test_the_command_refuses_an_unknown_parameter(case: int, sqlite_office: Office) -> None:
    answer = CliRunner().invoke(
        render_command, ["yearbook", "--edition", "2025-1", "--spec", "kecil", "--param", "warna=biru"]
    )
    assert isinstance(answer.exception, Refused)
