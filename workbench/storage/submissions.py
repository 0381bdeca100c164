"""Submissions, their findings and the accepted versions, as rows of the tracker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, func, select

from workbench.domain.errors import NotFound
from workbench.domain.reading.model import Finding
from workbench.i18n import _
from workbench.storage.tables import DatasetVersionRow, FindingRow, SubmissionRow

RECEIVED = "received"
CHECKED = "checked"
UNREADABLE = "unreadable"
RETURNED = "returned"
ACCEPTED = "accepted"
LIVE = (RECEIVED, CHECKED, ACCEPTED)


def get(session: Session, submission_id: int, *, lock: bool = False) -> SubmissionRow:
    """A submission; ``lock`` keeps others from deciding on it until the transaction ends (PostgreSQL)."""
    row = session.get(SubmissionRow, submission_id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(_("Kiriman tidak ditemukan."))
    return row


def by_receipt(session: Session, receipt: str) -> SubmissionRow | None:
    """The submission with this receipt number."""
    return session.exec(select(SubmissionRow).where(SubmissionRow.receipt == receipt)).first()


def listing(
    session: Session,
    *,
    dataset_id: str = "",
    period: str = "",
    opd_codes: Iterable[str] | None = None,
    statuses: Sequence[str] = (),
    case_id: int | None = None,
    limit: int = 500,
) -> list[SubmissionRow]:
    """Submissions, newest first."""
    query = select(SubmissionRow).order_by(col(SubmissionRow.id).desc()).limit(limit)
    if dataset_id:
        query = query.where(SubmissionRow.dataset_id == dataset_id)
    if period:
        query = query.where(SubmissionRow.period == period)
    if opd_codes is not None:
        query = query.where(col(SubmissionRow.opd_code).in_(list(opd_codes)))
    if statuses:
        query = query.where(col(SubmissionRow.status).in_(list(statuses)))
    if case_id is not None:
        query = query.where(SubmissionRow.case_id == case_id)
    return list(session.exec(query).all())


def newest_by_dataset(
    session: Session, *, period: str, dataset_ids: Iterable[str], usable: bool = True
) -> dict[str, SubmissionRow]:
    """The newest submission of each dataset for a period; files that could not be used change nothing, so they do not
    count unless ``usable`` is False."""
    found: dict[str, SubmissionRow] = {}
    wanted = list(dataset_ids)
    query = (
        select(SubmissionRow)
        .where(SubmissionRow.period == period, col(SubmissionRow.dataset_id).in_(wanted))
        .order_by(col(SubmissionRow.id))
    )
    for row in session.exec(query).all():
        if row.status != UNREADABLE or not usable:
            found[row.dataset_id] = row
    return found


def findings(session: Session, submission_id: int) -> list[FindingRow]:
    """The findings of a submission in the order in which they were made."""
    query = select(FindingRow).where(FindingRow.submission_id == submission_id).order_by(col(FindingRow.id))
    return list(session.exec(query).all())


def _identity(code: str, rule: str, sheet: str, cell: str, message: str) -> tuple[str, ...]:
    return (code, rule, sheet, cell, message)


def replace_findings(session: Session, submission_id: int, new: Sequence[Finding]) -> list[FindingRow]:
    """The findings are now these. A written reason stays with a finding that says the same as before."""
    reasons = {}
    for row in findings(session, submission_id):
        if row.reason:
            reasons[_identity(row.code, row.rule, row.sheet, row.cell, row.message)] = (row.reason, row.decided_by)
        session.delete(row)
    session.flush()
    for item in new:
        at = _identity(item.code, item.rule, item.sheet, item.cell, item.message)
        reason, decided_by = reasons.get(at, ("", ""))
        session.add(
            FindingRow(
                submission_id=submission_id,
                code=item.code,
                rule=item.rule,
                severity=str(item.severity),
                sheet=item.sheet,
                cell=item.cell,
                message=item.message,
                proposed=item.proposed,
                reason=reason,
                decided_by=decided_by,
            )
        )
    session.flush()
    return findings(session, submission_id)


def finding(session: Session, finding_id: int) -> FindingRow:
    """One finding."""
    row = session.get(FindingRow, finding_id)
    if row is None:
        raise NotFound(_("Temuan tidak ditemukan; periksa ulang kiriman ini."))
    return row


def next_version(session: Session, dataset_id: str, period: str) -> int:
    """The number of the next accepted version of a dataset for a period."""
    query = select(func.max(DatasetVersionRow.version)).where(
        DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.period == period
    )
    return (session.exec(query).one() or 0) + 1


def newest_version(session: Session, dataset_id: str, period: str) -> DatasetVersionRow | None:
    """The newest accepted version of a dataset for a period."""
    query = (
        select(DatasetVersionRow)
        .where(DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.period == period)
        .order_by(col(DatasetVersionRow.version).desc())
    )
    return session.exec(query).first()


def version(session: Session, dataset_id: str, period: str, number: int) -> DatasetVersionRow:
    """One accepted version."""
    query = select(DatasetVersionRow).where(
        DatasetVersionRow.dataset_id == dataset_id,
        DatasetVersionRow.period == period,
        DatasetVersionRow.version == number,
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(_("Versi dataset ini tidak ada."))
    return row


def version_of_submission(session: Session, submission_id: int) -> DatasetVersionRow | None:
    """The version that a submission became."""
    return session.exec(select(DatasetVersionRow).where(DatasetVersionRow.submission_id == submission_id)).first()


def versions(session: Session, dataset_id: str = "") -> list[DatasetVersionRow]:
    """All accepted versions, newest first."""
    query = select(DatasetVersionRow).order_by(col(DatasetVersionRow.id).desc())
    if dataset_id:
        query = query.where(DatasetVersionRow.dataset_id == dataset_id)
    return list(session.exec(query).all())
