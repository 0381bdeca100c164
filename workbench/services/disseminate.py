"""Dissemination (penyebarluasan): freeze an edition, ask for a draft, decide on exactly what was shown, release.

A draft is two PDFs of one book: the draft bears the DRAF mark and is what people read and decide on; the final is the
same ``book.json`` without the mark. Both are made at once and hashed in the draft's manifest, so that approving the
draft fixes the bytes of the release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from workbench import moment
from workbench.domain.datasets import DatasetDefinition
from workbench.domain.engine import CaseState, CaseStatus, Event, EventType, Evidence
from workbench.domain.errors import NotFound, Refused, Stale
from workbench.domain.people import Person
from workbench.domain.sop import END, EvidenceKind, OutcomeKind
from workbench.i18n import _
from workbench.reporting.edition import definition_record, parse_definition
from workbench.reporting.spec import check_spec, load_spec
from workbench.services import casework, demo_mark, draft_views, rights, track
from workbench.services.draft_follow import FollowedNumber, FollowedSource, follow
from workbench.services.draft_views import (
    CellChange,
    DraftLine,
    DraftView,
    OpenCheck,
    Rendering,
    draft,
    drafts,
    rendering,
)
from workbench.services.render import KINDS, RenderResult
from workbench.settings import get_settings
from workbench.storage import casebook, clean_store, datasets, edition_store, files, jobs
from workbench.storage.database import require_writing
from workbench.storage.jobs import Job
from workbench.storage.tables import DatasetVersionRow, DraftRow, EditionRow, ReleaseRow

__all__ = [
    "CellChange",
    "DraftLine",
    "DraftView",
    "Edition",
    "FollowedNumber",
    "FollowedSource",
    "OpenCheck",
    "Release",
    "Rendering",
    "complete_draft",
    "decide_on_draft",
    "draft",
    "drafts",
    "edition",
    "editions",
    "follow",
    "freeze_edition",
    "release",
    "rendering",
    "request_draft",
    "spec_path",
]

JOB_KIND = "draft"
DEFAULT_SPEC = "kota-surakarta"


@dataclass(frozen=True, slots=True)
class Edition:
    """A frozen edition. ``folder`` is relative to the data folder."""

    id: str
    title: str
    year: str
    folder: str
    manifest_sha256: str
    created_by: str


@dataclass(frozen=True, slots=True)
class Release:
    """A released publication: the final bytes, where they lie and who released them."""

    id: int
    draft_id: int
    sha256: str
    target: str
    path: Path


def spec_path(name: str = DEFAULT_SPEC) -> Path:
    """The file of a yearbook specification; ``NotFound`` when the office has none of that name."""
    path = datasets.reference_file("yearbook", name)
    if path is None:
        raise NotFound(_("Spesifikasi buku {name} tidak ada.").format(name=name))
    return path


def _edition(row: EditionRow) -> Edition:
    return Edition(row.id, row.title, row.year, row.folder, row.manifest_sha256, row.created_by)


def editions(session: Session) -> list[Edition]:
    """All frozen editions, newest first."""
    return [_edition(row) for row in edition_store.all_editions(session)]


def edition(session: Session, edition_id: str) -> Edition:
    """One edition; ``NotFound`` when there is none of that id."""
    row = edition_store.get(session, edition_id)
    if row is None:
        raise NotFound(_("Edisi {id} tidak ada.").format(id=edition_id))
    return _edition(row)


# ---------------------------------------------------------------- freezing


def freeze_edition(
    session: Session,
    *,
    id: str,
    title: str,
    year: str,
    by: Person,
    versions: Sequence[int] | None = None,
    spec: str = DEFAULT_SPEC,
) -> Edition:
    """Copy accepted versions into an edition that nothing edits any more.

    ``versions`` are ids of dataset versions; None takes the newest accepted version of every period of each dataset
    the specification names. ``Refused`` when one of those datasets has no accepted version, and says which. The same
    id again with the same content gives the same edition.
    """
    require_writing(session)
    actor = rights.office_member(session, by)
    edition_store.check_name(id)
    book = load_spec(spec_path(spec))
    rows = _versions(session, versions, book.datasets())
    definitions = {name: datasets.get(name) for name in book.datasets()}
    problems = check_spec(book, {n: parse_definition(definition_record(d)) for n, d in definitions.items()})
    if problems:
        raise Refused("; ".join(problems))
    lacking = [definitions[name].title for name in book.datasets() if name not in {row.dataset_id for row in rows}]
    if lacking:
        raise Refused(
            _("Edisi belum dapat dibekukan: belum ada versi yang diterima untuk {names}.").format(
                names="; ".join(lacking)
            )
        )
    row = edition_store.get(session, id)
    folder = f"editions/{id}"
    frozen_at = row.created_at if row is not None else moment.now()
    facts: dict[str, Any] = {
        "id": id, "title": title or book.title, "year": year, "place": book.place, "place_en": book.place_en,
        "sample": demo_mark.is_demo(), "frozen_at": frozen_at.isoformat(),
        "frozen_by": row.created_by if row is not None else actor.username, "specification": spec,
        "producers": {name: _producer(definition) for name, definition in definitions.items()},
        "areas": _area_names(list(definitions.values())),
    }  # fmt: skip
    digest = edition_store.write(
        get_settings().data_dir / folder,
        facts=facts,
        sources=[_source(version) for version in rows],
        definitions={name: definition_record(definition) for name, definition in definitions.items()},
        known=row is not None,
    )
    if row is None:
        row = EditionRow(
            id=id, title=facts["title"], year=year, folder=folder, manifest_sha256=digest, created_by=actor.username,
            created_at=frozen_at,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return _edition(row)


def _versions(session: Session, ids: Sequence[int] | None, wanted: Sequence[str]) -> list[DatasetVersionRow]:
    if ids is None:
        return edition_store.newest_versions(session, wanted)
    rows = session.exec(select(DatasetVersionRow).where(col(DatasetVersionRow.id).in_(list(ids)))).all()
    if len(rows) != len(set(ids)):
        raise NotFound(_("Salah satu versi dataset yang dipilih tidak ada."))
    return list(rows)


def _source(row: DatasetVersionRow) -> edition_store.TableSource:
    return edition_store.TableSource(
        row.dataset_id, row.period, row.version, clean_store.version_file(row.path), row.parquet_sha256, row.rows,
        row.accepted_at.isoformat(), row.accepted_by,
    )  # fmt: skip


def _producer(definition: DatasetDefinition) -> str:
    """The agency's name as it is printed under a table."""
    named = next((opd.name for opd in datasets.opds() if opd.code == definition.opd_code), "")
    return named or definition.source


def _area_names(definitions: Sequence[DatasetDefinition]) -> dict[str, str]:
    names: dict[str, str] = {}
    for listed in {d.areas for d in definitions if d.areas}:
        areas = datasets.area_list(listed)
        for definition in definitions:
            if definition.areas == listed:
                found = ((code, areas.get(code)) for code in definition.expected_areas)
                names |= {code: area.name for code, area in found if area is not None}
    return names


# ---------------------------------------------------------------- drafts


def request_draft(
    session: Session,
    *,
    edition_id: str,
    case_id: int | None,
    by: Person,
    idem: str,
    kind: str = "yearbook",
    spec: str = DEFAULT_SPEC,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Queue the rendering of a draft and return the job's id; the same key again gives the same job.

    ``Refused`` when the case stands at a step that does not ask for a draft.
    """
    require_writing(session)
    actor = rights.office_member(session, by)
    edition(session, edition_id)
    spec_path(spec)
    if kind not in KINDS:
        raise Refused(_("Publikasi {kind} tidak dikenal. Yang ada: {known}.").format(
            kind=kind, known=", ".join(sorted(KINDS))))  # fmt: skip
    if case_id is not None and draft_views.asks_for(session, case_id) is not EvidenceKind.DRAFT:
        raise Refused(_("Langkah perkara ini tidak meminta draf. Tidak ada yang berubah."))
    job_spec = {
        "kind": kind, "edition_id": edition_id, "case_id": case_id, "spec": spec,
        "parameters": dict(parameters or {}), "person_id": by.id,
    }  # fmt: skip
    return jobs.enqueue(session, kind=JOB_KIND, spec=job_spec, idem=idem, requested_by=actor.username)


def keep_files(result: RenderResult) -> dict[str, Any]:
    """Put all files of a rendered draft into the content store, before the transaction; returns their addresses."""
    kept = {
        "draft": files.put(result.pdf.read_bytes(), "application/pdf"),
        "final": files.put(result.final.read_bytes(), "application/pdf"),
        "book": files.put(result.book.read_bytes(), "application/json"),
        "notebook": files.put(result.notebook.read_bytes(), "application/x-ipynb+json"),
    }
    thumbnails = [files.put(path.read_bytes(), "image/png") for path in result.thumbnails]
    charts = {
        path.relative_to(result.folder).as_posix(): files.put(path.read_bytes(), "image/svg+xml")
        for path in sorted((result.folder / "charts").glob("*.svg"))
    }
    return {"kept": kept, "thumbnails": thumbnails, "charts": charts}


def complete_draft(session: Session, *, job: Job, result: RenderResult, kept: Mapping[str, Any]) -> int:
    """Record a rendered draft and attach it to the step that asked for it, in the transaction that ends the job.

    The step is not decided: staff look at the draft and press the outcome. Where the case has moved on meanwhile, the
    draft is kept without being attached.
    """
    require_writing(session)
    known = session.exec(select(DraftRow).where(DraftRow.job_id == job.id)).first()
    if known is not None:
        return known.id or 0
    for stored in (*kept["kept"].values(), *kept["thumbnails"], *kept["charts"].values()):
        files.record(session, stored)
    case_id = job.spec.get("case_id")
    same = (DraftRow.case_id == case_id) if case_id is not None else (DraftRow.edition_id == job.spec["edition_id"])
    earlier = session.exec(select(func.count()).select_from(DraftRow).where(same)).one()
    previous = session.exec(select(DraftRow.id).where(same).order_by(col(DraftRow.id).desc())).first()
    row = DraftRow(
        kind=job.spec["kind"],
        edition_id=job.spec["edition_id"],
        case_id=case_id,
        round=earlier + 1,
        pdf_sha256=kept["kept"]["draft"].sha256,
        book_sha256=kept["kept"]["book"].sha256,
        notebook_sha256=kept["kept"]["notebook"].sha256,
        manifest={
            **result.manifest, "previous_draft": previous, "requested_by": job.requested_by,
            "thumbnails": [stored.sha256 for stored in kept["thumbnails"]],
            "charts": {name: stored.sha256 for name, stored in kept["charts"].items()},
        },
        pages=result.pages,
        job_id=job.id,
        status="submitted",
        rendered_at=moment.now(),
        requested_by=job.requested_by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if case_id is not None:
        _attach(session, case_id, row, job)
    return row.id or 0


def _attach(session: Session, case_id: int, row: DraftRow, job: Job) -> None:
    """As the person who asked, so that nobody initials what they had made themselves."""
    case = casebook.case_row(session, case_id)
    if case.status != CaseStatus.OPEN or draft_views.asks_for(session, case_id) is not EvidenceKind.DRAFT:
        return
    event = Event(
        EventType.ATTACH,
        moment.now(),
        job.requested_by,
        note=_("Draf putaran {n} selesai disusun.").format(n=row.round),
        evidence=Evidence(EvidenceKind.DRAFT, str(row.id), row.pdf_sha256),
    )
    casework.append(session, case_id=case_id, seen_seq=None, event=event, idem=f"draft:{job.id}")


def decide_on_draft(
    session: Session,
    *,
    draft_id: int,
    outcome: str,
    seen_sha256: str,
    seen_seq: int,
    by: Person,
    idem: str,
    note: str = "",
) -> CaseState:
    """Decide the present step of the draft's case on exactly the bytes that were shown.

    ``Stale`` when they are not the stored draft's, or when a newer draft of the case has arrived.
    """
    require_writing(session)
    row = draft_views.row_of(session, draft_id)
    if row.case_id is None:
        raise Refused(_("Draf ini tidak diminta oleh perkara; tidak ada yang diputus."))
    if seen_sha256 != row.pdf_sha256:
        raise Stale(_("Draf yang Anda lihat bukan draf yang tersimpan. Muat ulang halaman dan baca lagi."))
    newer = session.exec(
        select(DraftRow.round)
        .where(DraftRow.case_id == row.case_id, DraftRow.kind == row.kind, col(DraftRow.id) > draft_id)
        .order_by(col(DraftRow.id).desc())
    ).first()
    if newer is not None and casebook.by_idem(session, idem) is None:
        raise Stale(_("Sudah ada draf putaran {n}. Muat ulang halaman dan baca draf itu.").format(n=newer))
    case = casebook.case_row(session, row.case_id)
    sop = casework.sop_of(session, case.sop_sha)
    chosen = sop.step(case.step).outcome(outcome) if case.step not in ("", END) else None
    evidence = Evidence(EvidenceKind.DRAFT, str(draft_id), row.pdf_sha256)
    state = track.decide(
        session, case_id=row.case_id, seen_seq=seen_seq, outcome=outcome, by=by, idem=idem, note=note,
        evidence=evidence,
    )  # fmt: skip
    if chosen is not None and chosen.kind is OutcomeKind.RETURN:
        row.status = "returned"
    elif state.step == END or sop.step(state.step).evidence is EvidenceKind.RELEASE:
        row.status = "approved"
    session.add(row)
    session.flush()
    return state


# ---------------------------------------------------------------- release


def release(
    session: Session,
    *,
    draft_id: int,
    by: Person,
    idem: str,
    seen_seq: int | None = None,
    outcome: str = "",
    target: str = "arsip",
    note: str = "",
) -> Release:
    """Publish an approved draft: its final bytes are copied to the releases, recorded, and become the step's evidence.

    With ``outcome`` (and ``seen_seq``) the step is decided in the same transaction; without, the release is attached to
    it. ``Refused`` when the draft is not approved or the case does not ask for a release.
    """
    require_writing(session)
    actor = rights.office_member(session, by)
    row = draft_views.row_of(session, draft_id)
    known = session.exec(
        select(ReleaseRow).where(ReleaseRow.draft_id == draft_id, ReleaseRow.target == target)
    ).first()  # fmt: skip
    if known is not None:
        return _release(row, known)
    if row.status != "approved":
        raise Refused(_("Draf ini belum disetujui; tidak ada yang diterbitkan."))
    if row.case_id is not None and draft_views.asks_for(session, row.case_id) is not EvidenceKind.RELEASE:
        raise Refused(_("Langkah perkara ini bukan langkah penerbitan. Tidak ada yang berubah."))
    final = str(row.manifest["files"]["final"])
    _write_release(row, files.read(final))
    made = ReleaseRow(
        draft_id=draft_id, sha256=final, target=target, released_by=actor.username, released_at=moment.now()
    )  # fmt: skip
    session.add(made)
    row.status = "released"
    session.add(row)
    session.flush()
    if row.case_id is not None:
        evidence = Evidence(EvidenceKind.RELEASE, str(made.id), final)
        seq = casebook.case_row(session, row.case_id).seq if seen_seq is None else seen_seq
        common: dict[str, Any] = {"case_id": row.case_id, "seen_seq": seq, "by": by, "idem": idem, "note": note}
        if outcome:
            track.decide(session, outcome=outcome, evidence=evidence, **common)
        else:
            track.attach(session, evidence=evidence, **common)
    return _release(row, made)


def _release_path(row: DraftRow) -> Path:
    return draft_views.release_folder(row.edition_id) / f"{row.kind}-{row.edition_id}.pdf"


def _write_release(row: DraftRow, body: bytes) -> None:
    """Side file and rename: a reader sees the old release or the new one, never half."""
    path = _release_path(row)
    side = path.with_suffix(".part")
    side.write_bytes(body)
    side.replace(path)


def _release(row: DraftRow, made: ReleaseRow) -> Release:
    return Release(made.id or 0, made.draft_id, made.sha256, made.target, _release_path(row))
