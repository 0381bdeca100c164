"""Check a submission against its definition: replay the recipe on the stored file, keep the findings, explain warnings.

``check`` may be run as often as one likes: it replays the recipe from the stored file and writes only findings.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from sqlmodel import Session

from workbench.domain.errors import Refused, UnreadableFile
from workbench.domain.people import Person
from workbench.domain.reading.model import Finding, Reading, Severity
from workbench.i18n import _
from workbench.services import collect, rights, same_figures, sheet_copies
from workbench.services.replaying import Replayed, replayed
from workbench.storage import audit_log, clean_store, datasets, readings, recipes, submissions
from workbench.storage.readings import TidyReading
from workbench.storage.replay.model import Question
from workbench.storage.tables import FindingRow, SubmissionRow


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """A finding as it is kept, with its number and what was decided about it."""

    id: int
    code: str
    rule: str
    severity: Severity
    sheet: str
    cell: str
    message: str
    proposed: float | None
    reason: str
    decided_by: str

    @property
    def open(self) -> bool:
        """Does it still stand in the way of acceptance?"""
        return self.severity is Severity.ERROR or (self.severity is Severity.WARNING and not self.reason)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of a check. ``sha256`` is what the version's Parquet would hash to: the bytes one accepts."""

    submission_id: int
    status: str
    refusal: str
    findings: tuple[FoundFinding, ...]
    sha256: str
    rows: int
    recipe_sha256: str
    recipe_version: int
    questions: tuple[Question, ...] = ()

    @property
    def errors(self) -> int:
        """Errors; none may be left."""
        return sum(f.severity is Severity.ERROR for f in self.findings)

    @property
    def open_warnings(self) -> int:
        """Warnings without a written reason."""
        return sum(f.severity is Severity.WARNING and not f.reason for f in self.findings)

    @property
    def acceptable(self) -> bool:
        """Could it be accepted as it stands?"""
        return not self.refusal and not any(f.open for f in self.findings) and self.rows > 0


def _kept(row: FindingRow) -> FoundFinding:
    return FoundFinding(
        row.id or 0, row.code, row.rule, Severity(row.severity), row.sheet, row.cell, row.message, row.proposed,
        row.reason, row.decided_by,
    )  # fmt: skip


def check(session: Session, *, submission_id: int) -> CheckResult:
    """Read, replay and validate a submission, and keep its findings.

    A file that cannot be used keeps its status and sentence, and nothing is changed. Raises ``Refused`` for a
    submission that was decided already.
    """
    row = submissions.get(session, submission_id, lock=True)
    if row.status in (submissions.ACCEPTED, submissions.RETURNED):
        raise Refused(_("Kiriman ini sudah diputus; hasil pemeriksaannya tidak diubah lagi."))
    if row.status == submissions.UNREADABLE:  # the sender was told; the case waits for another file
        return CheckResult(submission_id, row.status, row.return_note, (), "", 0, "", 0)
    try:
        problem = collect.refusal(_reading(session, row), row.period)
        sentence = problem[1] if problem else ""
    except UnreadableFile as error:
        sentence = str(error)
    if sentence:
        row.status, row.return_note = submissions.UNREADABLE, sentence
        session.add(row)
        session.flush()
        return CheckResult(submission_id, row.status, sentence, (), "", 0, "", 0)
    done = replayed(session, submission_id)
    kept = submissions.replace_findings(session, submission_id, all_told(session, done))
    row.status, row.return_note = submissions.CHECKED, ""
    row.reading_sha256 = readings.sha256(done.reading, row.file_sha256, row.file_name, done.stored.recipe.hints())
    row.recipe_sha256 = done.stored.sha256
    session.add(row)
    session.flush()
    return _result(done, kept)


def read_ahead(session: Session, *, submission_id: int) -> None:
    """Have the file read before ``check`` needs it: the longest part of a large one, without a transaction open. A
    long sheet is copied in the background meanwhile, so that its pages can be turned at once.
    """
    row = submissions.get(session, submission_id)
    with contextlib.suppress(UnreadableFile):  # said by ``check``, which keeps the sentence with the submission
        sheet_copies.ahead(_reading(session, row), row.file_sha256, row.file_name)


def replay_ahead(session: Session, *, submission_id: int) -> None:
    """Replay the recipe before ``check`` needs it; then that one holds the database only for a moment."""
    row = submissions.get(session, submission_id)
    with contextlib.suppress(UnreadableFile):
        if collect.refusal(_reading(session, row), row.period) is None:
            replayed(session, submission_id)


def _reading(session: Session, row: SubmissionRow) -> TidyReading:
    """The file as read with what the dataset's recipe tells about the form."""
    recipe = recipes.latest(session, datasets.get(row.dataset_id)).recipe
    return collect.read_stored(row.file_sha256, row.file_name, recipe.hints())


def _result(done: Replayed, kept: Sequence[FindingRow]) -> CheckResult:
    body = clean_store.parquet_bytes(done.replay.table)
    return CheckResult(
        submission_id=done.row.id or 0,
        status=done.row.status,
        refusal="",
        findings=tuple(_kept(item) for item in kept),
        sha256=hashlib.sha256(body).hexdigest(),
        rows=done.replay.table.num_rows,
        recipe_sha256=done.stored.sha256,
        recipe_version=done.stored.version,
        questions=done.replay.questions,
    )


def result_of(session: Session, *, submission_id: int) -> CheckResult:
    """The check as it stands, for a page: reads only. Findings are those kept by the last ``check``."""
    row = submissions.get(session, submission_id)
    if row.status == submissions.UNREADABLE:
        return CheckResult(submission_id, row.status, row.return_note, (), "", 0, "", 0)
    return _result(replayed(session, submission_id), submissions.findings(session, submission_id))


def findings_of(session: Session, *, submission_id: int) -> tuple[FoundFinding, ...]:
    """The findings kept by the last check, without replaying anything."""
    return tuple(_kept(row) for row in submissions.findings(session, submission_id))


def reading_of(session: Session, *, submission_id: int) -> Reading:
    """The tables of a submission as the reader found them."""
    row = submissions.get(session, submission_id)
    return readings.untidy(_reading(session, row))


def rows_of(session: Session, *, submission_id: int) -> pa.Table:
    """The observations a submission would become, in the columns of an accepted version."""
    return replayed(session, submission_id).replay.table


def explain_finding(session: Session, *, finding_id: int, reason: str, by: Person) -> FoundFinding:
    """Write down why a warning is accepted as it is. An error cannot be explained away."""
    rights.office_member(session, by)
    row = submissions.finding(session, finding_id)
    if submissions.get(session, row.submission_id).status != submissions.CHECKED:
        raise Refused(_("Kiriman ini sudah diputus; hasil pemeriksaannya tidak diubah lagi."))
    if row.severity == Severity.ERROR:
        raise Refused(_("Kesalahan harus diperbaiki atau dikembalikan ke OPD; alasan saja tidak cukup."))
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya."))
    row.reason, row.decided_by = reason.strip(), by.username
    session.add(row)
    session.flush()
    audit_log.append(
        session, by.username, "finding.explain",
        {"submission": row.submission_id, "rule": row.rule, "sheet": row.sheet, "cell": row.cell, "reason": row.reason},
    )  # fmt: skip
    return _kept(row)


def outdated(session: Session, *, submission_id: int) -> bool:
    """Is the submission still to be checked, or has what it was checked under (recipe, definition, other versions)
    changed since? Then what is kept about it is old. What is decided is never outdated."""
    row = submissions.get(session, submission_id)
    if row.status != submissions.CHECKED:
        return row.status == submissions.RECEIVED
    if row.recipe_sha256 != recipes.latest(session, datasets.get(row.dataset_id)).sha256:
        return True
    kept = submissions.findings(session, submission_id)
    return Counter(map(_said, kept)) != Counter(map(_said, all_told(session, replayed(session, submission_id))))


def all_told(session: Session, done: Replayed) -> tuple[Finding, ...]:
    """All that is to be said of a submission: what follows from its file and recipe, and what others show about it."""
    return (*done.findings, *same_figures.told(session, done))


def _said(item: Finding | FindingRow) -> tuple[str, ...]:
    return (item.code, item.rule, item.sheet, item.cell, item.message)
