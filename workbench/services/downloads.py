"""Who may have which stored file: asked at every download, from the database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from workbench.domain.errors import NotFound
from workbench.domain.people import WALIDATA_ROLES, Person
from workbench.domain.sop import EvidenceKind
from workbench.i18n import _
from workbench.services import letter_files, sop_library
from workbench.storage import files
from workbench.storage.tables import CaseRow, DraftRow, EventRow, FileRow, ReleaseRow, SubmissionRow

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".bpmn": "application/xml",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file a person may have: where it lies and the name under which it is saved."""

    sha256: str
    path: Path
    name: str
    media_type: str
    size: int


def open_for(session: Session, *, person: Person, sha256: str) -> Download:
    """The file, if the person may have it; ``NotFound`` both when it is absent and when it is not for them.

    Walidata staff may have every stored file; a producer the files their own agency sent; everybody who is logged in
    what has been released.
    """
    name = _name_for(session, person, sha256)
    if not name or not files.exists(sha256):
        raise NotFound(_("Berkas ini tidak ada, atau bukan untuk Anda."))
    path = files.path(sha256)
    media_type = MEDIA_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
    return Download(sha256, path, name, media_type, path.stat().st_size)


def _name_for(session: Session, person: Person, sha256: str) -> str:
    published = sop_library.download_name(session, sha256)
    if published:  # procedures are for everybody who is logged in
        return published
    staff = bool(person.roles & WALIDATA_ROLES)
    sent = select(SubmissionRow).where(SubmissionRow.file_sha256 == sha256).order_by(col(SubmissionRow.id).desc())
    if not staff:
        sent = sent.where(col(SubmissionRow.opd_code).in_(person.opd_codes))
    submission = session.exec(sent).first()
    if submission is not None:
        return submission.file_name
    draft = session.exec(
        select(DraftRow).where(
            (DraftRow.pdf_sha256 == sha256) | (DraftRow.book_sha256 == sha256) | (DraftRow.notebook_sha256 == sha256)
        )
    ).first()
    released = session.exec(select(ReleaseRow.id).where(ReleaseRow.sha256 == sha256)).first() is not None
    if draft is not None and (staff or released or _of_own_case(session, person, sha256)):
        ending = {draft.pdf_sha256: ".pdf", draft.book_sha256: "-book.json"}.get(sha256, ".ipynb")
        state = "" if released else f"-draf-{draft.round}"
        return f"{draft.kind}-{draft.edition_id}{state}{ending}"
    if letter_files.knows(session, sha256):  # a secret letter is not for the whole office
        return letter_files.name_for(session, person, sha256)
    if staff or _of_own_case(session, person, sha256):
        return f"{sha256[:12]}{_ending(session, sha256)}"
    return ""


def _of_own_case(session: Session, person: Person, sha256: str) -> bool:
    """A publication or data that stand in a case of the person's own agency, for those who make and initial them."""
    query = (
        select(EventRow.id)
        .join(CaseRow, col(CaseRow.id) == col(EventRow.case_id))
        .where(EventRow.evidence_sha256 == sha256, col(CaseRow.opd_code).in_(sorted(person.opd_codes)))
        .where(col(EventRow.evidence_kind).in_([EvidenceKind.DRAFT.value, EvidenceKind.SUBMISSION.value]))
    )
    return session.exec(query.limit(1)).first() is not None


def _ending(session: Session, sha256: str) -> str:
    """The ending of a stored file by what it was recorded as; ``.bin`` where that says nothing."""
    row = session.get(FileRow, sha256)
    recorded = row.media_type if row is not None else ""
    return next((ending for ending, media_type in MEDIA_TYPES.items() if media_type == recorded), ".bin")
