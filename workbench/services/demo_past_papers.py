"""Papers of the demo office's past: small real files and rows, each marked *data contoh*, that complete a step.

Letters, minutes and schedules are one-page PDFs that go through ``documents.store`` like any scan. An infographic is
a one-page PDF with a row in ``draft`` and, once it is out, in ``release``: rendering hundreds of books to have a past
would take hours, and the notebook field is empty because no notebook made them. Submissions and dataset versions are
not made up at all: the past refers to files of the archive that really were received, read and accepted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.engine import Evidence
from workbench.domain.errors import NotFound
from workbench.domain.people import Person
from workbench.domain.sop import EvidenceKind
from workbench.i18n import _
from workbench.services import documents, office_clock
from workbench.services.demo_paper import one_page
from workbench.settings import get_settings
from workbench.storage import edition_store, files
from workbench.storage.tables import DatasetVersionRow, DraftRow, EditionRow, ReleaseRow, SubmissionRow

EDITION = "arsip-contoh"
KIND = "infografis"
_NAMES = {
    EvidenceKind.LETTER: "Surat", EvidenceKind.MINUTES: "Notula", EvidenceKind.SCHEDULE: "Jadwal publikasi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """The case a paper belongs to, as the paper prints it."""

    case_id: int
    number: str
    subject: str
    requester: str
    step: str
    visit: int


def paper(session: Session, kind: EvidenceKind, about: Subject, by: Person) -> Evidence:
    """A letter, minutes or schedule, kept as a scan would be."""
    name = _NAMES[kind]
    date = office_clock.local(moment.now()).strftime("%d-%m-%Y")
    lines = [
        f"Perkara {about.number}, langkah {about.step} (putaran {about.visit})", f"Hal: {about.subject}",
        f"Kepada: {about.requester or 'Kepala Dinas'}", f"Surakarta, {date}", by.name,
    ]  # fmt: skip
    stem = f"{about.number.replace('/', '-')} langkah {about.step}.{about.visit}"
    return documents.store(session, kind=kind, name=f"{stem}.pdf", content=one_page(name, lines), by=by)


def draft(session: Session, about: Subject, by: Person) -> Evidence:
    """An infographic handed in for review, with the row that the draft pages read."""
    _edition(session, by)
    body, final = (
        one_page(about.subject, (state, f"Perkara {about.number}, putaran {about.visit}", by.name))
        for state in ("DRAF", "Dipublikasikan pada Portal Satu Data")
    )
    year = str(office_clock.local(moment.now()).year)
    book = {"meta": {"title": about.subject, "year": year, "sample": True}, "blocks": []}
    pdf, printed = files.put(body, "application/pdf"), files.put(final, "application/pdf")
    described = files.put(json.dumps(book, ensure_ascii=False, sort_keys=True).encode(), "application/json")
    for stored in (pdf, printed, described):
        files.record(session, stored)
    row = DraftRow(
        kind=KIND,
        edition_id=EDITION,
        case_id=about.case_id,
        round=about.visit,
        pdf_sha256=pdf.sha256,
        book_sha256=described.sha256,
        notebook_sha256="",
        manifest={"files": {"draft": pdf.sha256, "final": printed.sha256, "book": described.sha256}, "sample": True},
        pages=1,
        status="submitted",
        rendered_at=moment.now(),
        requested_by=by.username,
    )
    session.add(row)
    session.flush()
    return Evidence(EvidenceKind.DRAFT, str(row.id), pdf.sha256)


def release(session: Session, about: Subject, by: Person) -> Evidence:
    """The newest infographic of the case goes out: its final bytes, where, and by whom."""
    row = _newest_draft(session, about.case_id)
    if row is None:  # a supervisor skipped the step that would have made it
        draft(session, about, by)
        row = _newest_draft(session, about.case_id)
    if row is None:
        raise NotFound(_("Draf tidak ditemukan."))
    row.status = "released"
    final = str(row.manifest["files"]["final"])
    made = ReleaseRow(
        draft_id=row.id or 0, sha256=final, target="Portal Satu Data", released_by=by.username,
        released_at=moment.now(),
    )  # fmt: skip
    session.add_all([row, made])
    session.flush()
    return Evidence(EvidenceKind.RELEASE, str(made.id), final)


def returned(session: Session, case_id: int) -> None:
    """The draft under review went back."""
    row = _newest_draft(session, case_id)
    if row is not None and row.status == "submitted":
        row.status = "returned"
        session.add(row)
        session.flush()


def _newest_draft(session: Session, case_id: int) -> DraftRow | None:
    query = select(DraftRow).where(DraftRow.case_id == case_id, DraftRow.kind == KIND)
    return session.exec(query.order_by(col(DraftRow.id).desc()).limit(1)).first()


def _edition(session: Session, by: Person) -> None:
    """The frozen folder that the infographics belong to; it holds no table."""
    if edition_store.get(session, EDITION) is not None:
        return
    now = moment.now()
    title = "Arsip infografis (data contoh)"
    facts = {"id": EDITION, "title": title, "year": str(now.year), "sample": True, "frozen_at": now.isoformat(),
             "frozen_by": by.username}  # fmt: skip
    folder = f"editions/{EDITION}"
    digest = edition_store.write(get_settings().data_dir / folder, facts=facts, sources=[], definitions={})
    session.add(
        EditionRow(
            id=EDITION, title=title, year=str(now.year), folder=folder, manifest_sha256=digest, created_by=by.username,
            created_at=now,
        )
    )  # fmt: skip
    session.flush()


# ---------------------------------------------------------------- what was really received


def submission(session: Session, opd_code: str) -> tuple[Evidence, str]:
    """The agency's accepted file of the archive, and its receipt number."""
    row = session.exec(
        select(SubmissionRow)
        .where(SubmissionRow.opd_code == opd_code, SubmissionRow.status == "accepted")
        .where(SubmissionRow.received_at <= moment.now())
        .order_by(col(SubmissionRow.period).desc(), col(SubmissionRow.id).desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(_("Arsip contoh belum berisi kiriman OPD {code}.").format(code=opd_code))
    return Evidence(EvidenceKind.SUBMISSION, row.receipt, row.file_sha256), row.receipt


def version(session: Session, opd_code: str = "") -> Evidence:
    """An accepted dataset version of the archive, of that agency when one is named."""
    query = select(DatasetVersionRow).join(
        SubmissionRow, col(SubmissionRow.id) == col(DatasetVersionRow.submission_id)
    )  # fmt: skip
    query = query.where(DatasetVersionRow.accepted_at <= moment.now())
    if opd_code:
        query = query.where(SubmissionRow.opd_code == opd_code)
    row = session.exec(query.order_by(col(DatasetVersionRow.period).desc(), col(DatasetVersionRow.id)).limit(1)).first()
    if row is None:
        raise NotFound(_("Arsip contoh belum berisi versi dataset yang disahkan."))
    reference = f"{row.dataset_id} {row.period} v{row.version}"
    return Evidence(EvidenceKind.DATASET_VERSION, reference, row.parquet_sha256)
