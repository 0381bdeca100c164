"""Does the object that a step is said to be completed by really exist, with exactly these bytes?"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from workbench.domain.sop import EvidenceKind
from workbench.storage.tables import DatasetVersionRow, DraftRow, FileRow, ReleaseRow, SubmissionRow


def _address(kind: EvidenceKind) -> tuple[type[Any], Mapped[str]]:
    """The table of a kind and its column with the SHA-256 of the object's bytes. Papers are files of the store."""
    match kind:
        case EvidenceKind.SUBMISSION:
            return SubmissionRow, col(SubmissionRow.file_sha256)
        case EvidenceKind.DATASET_VERSION:
            return DatasetVersionRow, col(DatasetVersionRow.parquet_sha256)
        case EvidenceKind.DRAFT:
            return DraftRow, col(DraftRow.pdf_sha256)
        case EvidenceKind.RELEASE:
            return ReleaseRow, col(ReleaseRow.sha256)
        case EvidenceKind.LETTER | EvidenceKind.MINUTES | EvidenceKind.SCHEDULE:
            return FileRow, col(FileRow.sha256)


def exists(session: Session, kind: EvidenceKind, sha256: str) -> bool:
    """Is there an object of this kind with these bytes? A letter, minutes or schedule is any recorded file."""
    table, column = _address(kind)
    return session.exec(select(table).where(column == sha256).limit(1)).first() is not None


def recorded(session: Session, sha256: str) -> bool:
    """Is there a recorded file with these bytes?"""
    return session.get(FileRow, sha256) is not None
