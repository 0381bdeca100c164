"""The library of SOPs: which versions there are, their sheets as files, publishing a new version.

Publishing is a supervisor's act. It needs a clean lint, starts on a day from today on, and touches no running case:
those keep their version until somebody migrates them (``services.sop_migration``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from workbench import moment
from workbench.domain import bpmn
from workbench.domain.engine import CaseStatus
from workbench.domain.errors import NotFound, Refused, Stale
from workbench.domain.people import Person
from workbench.domain.sop import Sop
from workbench.domain.sop_differences import differences
from workbench.domain.sop_lint import lint
from workbench.domain.sop_lint_model import LintProblem, Severity
from workbench.domain.sop_readings import readings
from workbench.i18n import _
from workbench.reporting import sop_sheet
from workbench.services import casework, office_clock, rights
from workbench.storage import audit_log, casebook, files, sop_document
from workbench.storage.database import require_writing
from workbench.storage.tables import CacheBlobRow, CaseRow, SopVersionRow

PDF = "application/pdf"
XML = "application/xml"
_ENDED = (CaseStatus.CLOSED.value, CaseStatus.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Entry:
    """One procedure in the library, with the version in force today."""

    sop: Sop
    effective_from: date
    versions: int
    open_cases: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a procedure. ``in_force`` is the one new cases take today."""

    sha: str
    label: str
    effective_from: date
    published_by: str
    published_at: datetime
    in_force: bool
    open_cases: int


@dataclass(frozen=True, slots=True)
class SheetFiles:
    """The files of a version in the content store: the sheet, pictures of its pages, the BPMN drawing."""

    pdf: str
    pages: tuple[str, ...]
    bpmn: str


@dataclass(frozen=True, slots=True)
class Check:
    """What lint says of a draft, and how it differs from the version it came from."""

    sop: Sop
    errors: tuple[LintProblem, ...]
    warnings: tuple[LintProblem, ...]
    changes: tuple[str, ...]

    @property
    def publishable(self) -> bool:
        """Nothing stands against it and it says something new."""
        return not self.errors and bool(self.changes)


# ---------------------------------------------------------------- reading


def entries(session: Session) -> list[Entry]:
    """All procedures with a version in force, by title."""
    rows: dict[str, list[SopVersionRow]] = {}
    for row in casebook.sop_versions(session):
        rows.setdefault(row.sop_id, []).append(row)
    open_cases = _open_cases(session)
    found = []
    for sop in casework.current_sops(session):
        own = rows[sop.id]
        effective = next(row.effective_from for row in own if row.sha == sop.sha)
        count = sum(open_cases.get(row.sha, 0) for row in own)
        found.append(Entry(sop, effective, len(own), count, len(readings(sop))))
    return sorted(found, key=lambda entry: (entry.sop.office, entry.sop.title))


def versions(session: Session, sop_id: str) -> list[Version]:
    """The versions of a procedure, newest first; ``NotFound`` for an unknown one."""
    rows = casebook.sop_versions(session, sop_id)
    if not rows:
        raise NotFound(_("SOP {id} tidak ada atau belum berlaku.").format(id=sop_id))
    current = casework.current_sop(session, sop_id).sha
    counts = _open_cases(session)
    return [
        Version(
            row.sha, row.version, row.effective_from, row.approved_by, row.created_at, row.sha == current,
            counts.get(row.sha, 0),
        )
        for row in rows
    ]  # fmt: skip


def version(session: Session, sha: str) -> Sop:
    """A version by its SHA-256."""
    return casework.sop_of(session, sha)


def newest(session: Session, sop_id: str) -> Sop:
    """The version published last, also when it is not in force yet: what a revision starts from."""
    rows = casebook.sop_versions(session, sop_id)
    if not rows:
        raise NotFound(_("SOP {id} tidak ada atau belum berlaku.").format(id=sop_id))
    return casework.sop_of(session, max(rows, key=lambda row: (row.created_at, row.effective_from)).sha)


def _open_cases(session: Session) -> dict[str, int]:
    query = (
        select(CaseRow.sop_sha, func.count(col(CaseRow.id)))
        .where(col(CaseRow.status).not_in(_ENDED))
        .group_by(col(CaseRow.sop_sha))
    )
    return {sha: int(count) for sha, count in session.exec(query)}


# ---------------------------------------------------------------- files


def find_sheet(session: Session, sop: Sop, *, paper: str = "f4") -> SheetFiles | None:
    """The files of a version when they were made before and are all still there."""
    row = session.get(CacheBlobRow, _sheet_key(sop, paper))
    if row is None:
        return None
    known = json.loads(row.body)
    found = SheetFiles(known["pdf"], tuple(known["pages"]), known["bpmn"])
    return found if all(files.exists(sha) for sha in (found.pdf, *found.pages, found.bpmn)) else None


def make_sheet(sop: Sop, *, paper: str = "f4") -> SheetFiles:
    """Typeset a version and put its files into the store (half a second; hold no transaction meanwhile)."""
    sheet = sop_sheet.typeset(sop, paper=paper, pictures=True)
    return SheetFiles(
        files.put(sheet.pdf, PDF).sha256,
        tuple(files.put(page, "image/png").sha256 for page in sheet.pages),
        files.put(bpmn.export(sop), XML).sha256,
    )


def keep_sheet(session: Session, sop: Sop, sheet: SheetFiles, *, paper: str = "f4") -> None:
    """Remember where the files of a version are, and under which names they may be downloaded."""
    body = json.dumps({"pdf": sheet.pdf, "pages": list(sheet.pages), "bpmn": sheet.bpmn}).encode()
    _keep(session, _sheet_key(sop, paper), body)
    stem = f"SOP-{sop.id}-{sop.version}".replace(" ", "-").replace("/", "-")
    for sha, name in ((sheet.pdf, f"{stem}.pdf"), (sheet.bpmn, f"{stem}.bpmn")):
        _keep(session, _name_key(sha), name.encode())


def picture(sha256: str) -> bytes:
    """The picture of a page, checked against its address."""
    return files.read(sha256)


def download_name(session: Session, sha256: str) -> str:
    """The name under which a file of the library is saved; empty when it is none of the library's."""
    row = session.get(CacheBlobRow, _name_key(sha256))
    return row.body.decode() if row is not None else ""


def _keep(session: Session, key: str, body: bytes) -> None:
    row = session.get(CacheBlobRow, key)
    if row is None:
        session.add(CacheBlobRow(key=key, body=body, created_at=moment.now()))
    else:
        row.body = body
        session.add(row)
    session.flush()


def _sheet_key(sop: Sop, paper: str) -> str:
    return f"sop-sheet:{sop.sha}:{paper}:{sop_sheet.template_hash()[:16]}"


def _name_key(sha256: str) -> str:
    return f"sop-file:{sha256}"


# ---------------------------------------------------------------- revising


def check(base: Sop, draft: Sop) -> Check:
    """Lint a draft and say how it differs from its base. The draft comes back with its SHA-256."""
    try:
        complete = sop_document.from_document(sop_document.to_document(replace(draft, sha="")))
    except sop_document.BadSop as error:
        return Check(draft, tuple(error.problems), (), differences(base, draft))
    problems = lint(complete)
    changes = differences(base, complete)
    return Check(
        complete,
        tuple(p for p in problems if p.severity is Severity.ERROR),
        tuple(p for p in problems if p.severity is Severity.WARNING),
        tuple(changes) if _meaning(base) != _meaning(complete) else (),
    )


def _meaning(sop: Sop) -> str:
    """Everything a version says but its own label and dates."""
    block = {k: v for k, v in sop.identity.items() if k not in ("date_revised", "date_effective")}
    document = sop_document.to_document(replace(sop, version="-", identity=block, sha=""))
    return sop_document.from_document(document).sha


def free_label(session: Session, sop_id: str, day: date) -> str:
    """A label for the next version: its date, with a number where that date has one already."""
    taken = {row.version for row in casebook.sop_versions(session, sop_id)}
    label, number = day.isoformat(), 1
    while label in taken:
        number += 1
        label = f"{day.isoformat()}.{number}"
    return label


def publish(session: Session, *, by: Person, base_sha: str, draft: Sop, effective_from: date) -> str:
    """Publish a new version and return its SHA-256; running cases stay on theirs.

    ``NotAllowed`` for others than supervisors, ``Stale`` when another version was published meanwhile, ``Refused``
    with a sentence for each lint error, a day in the past, a label in use, or a draft that changes nothing.
    """
    require_writing(session)
    actor = rights.supervisor(session, by)
    base = casework.sop_of(session, base_sha)
    if draft.id != base.id:
        raise Refused(_("Rancangan ini milik SOP lain."))
    latest = newest(session, base.id)
    if latest.sha != base_sha:
        raise Stale(
            _("Versi {label} sudah diterbitkan lebih dulu. Muat ulang halaman, lalu ulangi perubahan Anda.").format(
                label=latest.version
            )
        )
    checked = check(base, draft)
    if checked.errors:
        raise Refused(lint_words(checked.errors))
    if not checked.changes:
        raise Refused(_("Tidak ada yang berubah; versi baru tidak diterbitkan."))
    if effective_from < office_clock.today():
        raise Refused(_("Tanggal berlaku tidak boleh mundur; pilih hari ini atau sesudahnya."))
    if checked.sop.version in {row.version for row in casebook.sop_versions(session, base.id)}:
        raise Refused(_("Sebutan versi {label} sudah dipakai.").format(label=checked.sop.version))
    casebook.store_sop(session, checked.sop, effective_from=effective_from, approved_by=actor.spoken)
    audit_log.append(
        session,
        actor.username,
        "sop.published",
        {
            "sop_id": base.id,
            "version": checked.sop.version,
            "sha": checked.sop.sha,
            "base": base_sha,
            "effective_from": effective_from.isoformat(),
            "changes": list(checked.changes),
        },
    )
    return checked.sop.sha


def lint_words(problems: Sequence[LintProblem]) -> str:
    """Findings as lines, each a sentence that names its step; ids of rules are for the command line."""
    return "\n".join(p.message for p in problems)
