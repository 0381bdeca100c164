"""Accept a checked submission as the next version of its dataset, or return it to its OPD with the cells to mend.

Both are decisions; the case's step is decided in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from workbench import __version__, moment
from workbench.domain.errors import Refused, Stale
from workbench.domain.people import Person
from workbench.domain.reading.model import Severity
from workbench.domain.sop import EvidenceKind
from workbench.i18n import _
from workbench.services import case_link, people, rights
from workbench.services.checks import all_told, findings_of
from workbench.services.replaying import Replayed, replayed
from workbench.storage import audit_log, clean_store, recipes, submissions
from workbench.storage.tables import DatasetVersionRow, SubmissionRow


@dataclass(frozen=True, slots=True)
class Version:
    """An accepted version."""

    id: int
    dataset_id: str
    period: str
    version: int
    rows: int
    parquet_sha256: str
    path: str
    accepted_by: str
    submission_id: int
    recipe_sha256: str


def accept(session: Session, *, submission_id: int, by: Person, seen_sha256: str, idem: str, note: str = "") -> Version:
    """Accept a submission as the next version of its dataset and period.

    Gates: no error open, every warning explained, all expected cells covered, the right period only. ``seen_sha256``
    is ``CheckResult.sha256`` as shown; when recipe, file or definition changed since, ``Stale``. The case's step is
    decided with the version as evidence once all its datasets are accepted.
    """
    rights.office_member(session, by)
    row = submissions.get(session, submission_id, lock=True)
    if row.status == submissions.ACCEPTED:
        return _again(session, row, by, seen_sha256)
    if row.status != submissions.CHECKED:
        raise Refused(_("Periksa kiriman ini dulu. Tidak ada yang berubah."))
    newest = submissions.newest_by_dataset(session, period=row.period, dataset_ids=[row.dataset_id])[row.dataset_id]
    if newest.id != row.id:
        raise Refused(_("OPD sudah mengirim berkas yang lebih baru ({receipt}).").format(receipt=newest.receipt))
    case = case_link.standing(session, row.case_id) if row.case_id is not None else None
    if case is not None:
        case_link.require_step(case, EvidenceKind.DATASET_VERSION)
    done = replayed(session, submission_id, afresh=True)
    body = clean_store.parquet_bytes(done.replay.table)
    digest = hashlib.sha256(body).hexdigest()
    if digest != seen_sha256 or row.recipe_sha256 != done.stored.sha256:
        raise Stale(_("Hasil berubah sejak ditampilkan. Periksa ulang, lalu putuskan. Tidak ada yang berubah."))
    _gates(session, row, done)
    version = _write_version(session, row, done, digest, by, note)
    if case is not None:
        _finish_case(session, case, by=by, idem=idem, note=note)
    return version


def _again(session: Session, row: SubmissionRow, by: Person, seen_sha256: str) -> Version:
    """The same click twice gives the same version; somebody else's click reads who was first."""
    known = submissions.version_of_submission(session, row.id or 0)
    if known is not None and known.accepted_by == by.username and known.parquet_sha256 == seen_sha256:
        return _version(known)
    raise Stale(
        _("Kiriman ini sudah diterima oleh {who}.").format(
            who=people.name_of(session, known.accepted_by if known else "")
        )
    )


def _gates(session: Session, row: SubmissionRow, done: Replayed) -> None:
    kept = findings_of(session, submission_id=row.id or 0)
    known = {(f.code, f.rule, f.sheet, f.cell) for f in kept}
    if any((f.code, f.rule, f.sheet, f.cell) not in known for f in all_told(session, done)):
        raise Stale(_("Ada temuan baru sejak diperiksa. Periksa ulang, lalu putuskan. Tidak ada yang berubah."))
    errors = sum(f.severity is Severity.ERROR for f in kept)
    if errors:
        raise Refused(
            _("Masih ada {n} kesalahan. Perbaiki atau kembalikan ke OPD. Tidak ada yang berubah.").format(n=errors)
        )
    silent = sum(f.open for f in kept)
    if silent:
        raise Refused(_("Masih ada {n} peringatan tanpa alasan. Tidak ada yang berubah.").format(n=silent))
    covered = _covered(done)
    if covered < done.definition.expected_cells:
        raise Refused(
            _("Baru {have} dari {want} isian yang diminta ada. Tidak ada yang berubah.").format(
                have=covered, want=done.definition.expected_cells
            )
        )
    periods = set(done.replay.table.column("period").to_pylist())
    if periods != {row.period}:
        raise Refused(_("Isian memuat tahun lain daripada yang diminta. Tidak ada yang berubah."))


def _covered(done: Replayed) -> int:
    """How many of the expected cells are there, with a value or with a reason why there is none."""
    wanted: set[str | None] = set(done.definition.expected_areas) or {None}
    table = done.replay.table
    keys = zip(
        table.column("indicator").to_pylist(), table.column("category").to_pylist(),
        table.column("area_code").to_pylist(), strict=True,
    )  # fmt: skip
    by_class = {i.code: bool(done.definition.categories) and i.categorised for i in done.definition.indicators}
    return len({(i, c, a) for i, c, a in keys if a in wanted and (c is not None) == by_class[i]})


def _write_version(session: Session, row: SubmissionRow, done: Replayed, digest: str, by: Person, note: str) -> Version:
    recipes.keep_used(session, done.stored)
    number = submissions.next_version(session, row.dataset_id, row.period)
    kept = DatasetVersionRow(
        dataset_id=row.dataset_id,
        period=row.period,
        version=number,
        submission_id=row.id or 0,
        recipe_sha256=done.stored.sha256,
        parquet_sha256=digest,
        path=f"clean/{row.dataset_id}/{row.period}/v{number}",
        rows=done.replay.table.num_rows,
        accepted_by=by.username,
        accepted_at=moment.now(),
        note=note,
    )
    session.add(kept)
    session.flush()  # wins the version number before any file is written
    written = clean_store.write_version(
        done.replay.table,
        dataset_id=row.dataset_id,
        period=row.period,
        version=number,
        manifest={
            "title": done.definition.title,
            "definition_sha256": done.definition.sha256,
            "recipe_sha256": done.stored.sha256,
            "reading_sha256": row.reading_sha256,
            "file_sha256": row.file_sha256,
            "receipt": row.receipt,
            "accepted_by": by.username,
            "accepted_at": kept.accepted_at.isoformat(),
            "explained": [
                {"rule": f.rule, "sheet": f.sheet, "cell": f.cell, "message": f.message, "reason": f.reason}
                for f in submissions.findings(session, row.id or 0)
                if f.reason
            ],
            "software": __version__,
        },
    )
    if written.parquet_sha256 != digest:
        raise AssertionError("the version written is not the version shown")
    row.status = submissions.ACCEPTED
    session.add(row)
    session.flush()
    audit_log.append(
        session, by.username, "dataset.accept",
        {"receipt": row.receipt, "dataset": row.dataset_id, "period": row.period, "version": number, "sha256": digest},
    )  # fmt: skip
    return _version(kept)


def _finish_case(session: Session, case: case_link.Standing, *, by: Person, idem: str, note: str) -> None:
    """Decide the case's step when every dataset it asked for is accepted."""
    accepted: list[DatasetVersionRow] = []
    for definition in case_link.wanted(case):
        row = submissions.newest_by_dataset(session, period=case.period, dataset_ids=[definition.id]).get(definition.id)
        known = submissions.version_of_submission(session, row.id or 0) if row is not None else None
        if known is None:
            return
        accepted.append(known)
    accepted.sort(key=lambda version: version.id or 0)
    items = [(v.dataset_id, f"{v.dataset_id}/{v.period}/v{v.version}", v.parquet_sha256) for v in accepted]
    proof = case_link.evidence(session, EvidenceKind.DATASET_VERSION, items, case=case, by=by)
    case_link.go_on(session, case, by=by, idem=f"{idem}:case", proof=proof, note=note)


def _version(row: DatasetVersionRow) -> Version:
    return Version(
        row.id or 0, row.dataset_id, row.period, row.version, row.rows, row.parquet_sha256, row.path, row.accepted_by,
        row.submission_id, row.recipe_sha256,
    )  # fmt: skip


def versions(session: Session, *, dataset_id: str = "") -> list[Version]:
    """Accepted versions, newest first."""
    return [_version(row) for row in submissions.versions(session, dataset_id)]


def cells_to_return(session: Session, *, submission_id: int) -> list[dict[str, Any]]:
    """The cells an agency would be asked to mend: all open findings, as they would be sent."""
    return [
        {"sheet": f.sheet, "cell": f.cell, "message": f.message, "proposed": f.proposed, "rule": f.rule}
        for f in findings_of(session, submission_id=submission_id)
        if f.open
    ]


def return_to_opd(
    session: Session, *, submission_id: int, by: Person, note: str, cells: Sequence[dict[str, Any]], idem: str
) -> None:
    """Send a submission back with the list of cells to mend. The case goes back to the agency's step.

    While the case still waits at the agency (for its other datasets), only the submission is returned.
    """
    rights.office_member(session, by)
    row = submissions.get(session, submission_id, lock=True)
    if row.status == submissions.RETURNED and row.return_note == note.strip():
        return  # the same click again
    if row.status in (submissions.ACCEPTED, submissions.RETURNED):
        raise Refused(_("Kiriman ini sudah diputus. Tidak ada yang berubah."))
    if not note.strip():
        raise Refused(_("Pengembalian harus disertai catatan: apa yang perlu diperbaiki."))
    row.status, row.return_note = submissions.RETURNED, note.strip()
    row.returned_cells = [dict(cell) for cell in cells]
    session.add(row)
    session.flush()
    audit_log.append(
        session, by.username, "submission.return",
        {"receipt": row.receipt, "dataset": row.dataset_id, "period": row.period, "note": row.return_note,
         "cells": row.returned_cells},
    )  # fmt: skip
    if row.case_id is None:
        return
    case = case_link.standing(session, row.case_id)
    if case.asks_for is EvidenceKind.SUBMISSION:
        return
    case_link.require_step(case, EvidenceKind.DATASET_VERSION)
    case_link.go_back(session, case, by=by, idem=f"{idem}:case", note=row.return_note)
