"""Papers that complete a step: a scanned letter, minutes, a schedule. The bytes are kept before they are evidence."""

from __future__ import annotations

from pathlib import PurePosixPath

import filetype
from sqlmodel import Session

from workbench.domain.engine import Evidence
from workbench.domain.errors import Refused
from workbench.domain.file_names import safe_name
from workbench.domain.handed_in import PAPERS
from workbench.domain.people import Person
from workbench.domain.sop import EvidenceKind
from workbench.i18n import _
from workbench.storage import audit_log, files

MEDIA_TYPES = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


def accepted_endings() -> list[str]:
    """Endings for a file picker; what counts is the content."""
    return [*MEDIA_TYPES.values(), "jpeg"]


def store(
    session: Session, *, kind: EvidenceKind, name: str, content: bytes, by: Person, handed: bool = False
) -> Evidence:
    """Keep a paper and make it evidence of a kind; ``handed`` where ``handed_in`` says so for another kind.

    ``Refused`` before anything is stored as evidence when the content (not the name) is none of PDF, JPEG, PNG, DOCX
    or XLSX, or is empty.
    """
    if kind not in PAPERS and not handed:
        raise Refused(_("Langkah ini tidak diselesaikan dengan berkas surat; buka halamannya."))
    label = safe_name(name)
    guess = filetype.guess(content[:8192]) if content else None
    if guess is None or guess.mime not in MEDIA_TYPES:
        raise Refused(
            _("Berkas {name} bukan PDF, gambar, DOCX atau XLSX. Pindai ulang sebagai PDF lalu lampirkan.").format(
                name=label
            )
        )
    stored = files.put(content, guess.mime)
    files.record(session, stored)
    audit_log.append(
        session, by.username, "document.store", {"kind": kind.value, "name": label, "sha256": stored.sha256}
    )
    return Evidence(kind, f"{PurePosixPath(label).stem[:60]}.{MEDIA_TYPES[guess.mime]}", stored.sha256)
