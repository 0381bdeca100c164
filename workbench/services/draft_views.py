"""Drafts as the approval page shows them: pages, open checks, and what changed since the last one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from workbench.domain.errors import NotFound
from workbench.domain.sop import END, EvidenceKind
from workbench.i18n import _
from workbench.services import casework
from workbench.settings import get_settings
from workbench.storage import casebook, files
from workbench.storage.tables import DraftRow, JobRow

_CHANGES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list."""

    id: int
    kind: str
    edition_id: str
    case_id: int | None
    round: int
    status: str
    pages: int
    pdf_sha256: str
    rendered_at: datetime
    requested_by: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that prints something else than in the draft before; "" where it was not there."""

    table: str
    number: str
    title: str
    row: str
    column: str
    before: str
    after: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """Something to look at before approving: a total that could not be made, a missing figure, a provisional one."""

    table: str
    number: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """One draft with all its page shows. ``tables`` are the table blocks of book.json, ``charts`` its charts."""

    line: DraftLine
    title: str
    year: str
    sample: bool
    book: Mapping[str, Any]
    tables: tuple[Mapping[str, Any], ...]
    charts: tuple[Mapping[str, Any], ...]
    thumbnails: tuple[str, ...]
    manifest: Mapping[str, Any]
    checks: tuple[OpenCheck, ...]
    changes: tuple[CellChange, ...]
    changes_total: int
    compared_with: int | None
    case_seq: int | None
    newest: bool


def line(row: DraftRow) -> DraftLine:
    """A draft's row as a plain value."""
    return DraftLine(
        row.id or 0, row.kind, row.edition_id, row.case_id, row.round, row.status, row.pages, row.pdf_sha256,
        row.rendered_at, row.requested_by,
    )  # fmt: skip


def row_of(session: Session, draft_id: int) -> DraftRow:
    """The row of a draft; ``NotFound`` when there is none."""
    row = session.get(DraftRow, draft_id, populate_existing=True)
    if row is None:
        raise NotFound(_("Draf tidak ditemukan."))
    return row


def drafts(session: Session, *, case_id: int | None = None, edition_id: str = "") -> list[DraftLine]:
    """All drafts, newest first; of one case or edition when it is named."""
    query = select(DraftRow).order_by(col(DraftRow.id).desc())
    if case_id is not None:
        query = query.where(DraftRow.case_id == case_id)
    if edition_id:
        query = query.where(DraftRow.edition_id == edition_id)
    return [line(row) for row in session.exec(query)]


def before(session: Session, row: DraftRow) -> DraftRow | None:
    """The draft of the same kind that came before this one: of the same case, else of the same edition."""
    query = select(DraftRow).where(DraftRow.kind == row.kind, col(DraftRow.id) < (row.id or 0))
    same = DraftRow.case_id == row.case_id if row.case_id is not None else DraftRow.edition_id == row.edition_id
    return session.exec(query.where(same).order_by(col(DraftRow.id).desc())).first()


def book_of(row: DraftRow) -> dict[str, Any]:
    """The book of a draft, read from the store and checked against its address."""
    book: dict[str, Any] = json.loads(files.read(row.book_sha256))
    return book


def tables_of(book: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The tables of a book by id."""
    return {block["id"]: block for block in book["blocks"] if block["type"] == "table"}


def draft(session: Session, draft_id: int) -> DraftView:
    """One draft with pages, open checks, and what changed since the draft before."""
    row = row_of(session, draft_id)
    book = book_of(row)
    previous = before(session, row)
    changes = list(differences(book_of(previous), book)) if previous is not None else []
    latest = session.exec(
        select(DraftRow.id)
        .where(DraftRow.kind == row.kind, DraftRow.edition_id == row.edition_id, DraftRow.case_id == row.case_id)
        .order_by(col(DraftRow.id).desc())
    ).first()
    return DraftView(
        line=line(row),
        title=book["meta"]["title"],
        year=book["meta"]["year"],
        sample=bool(book["meta"]["sample"]),
        book=book,
        tables=tuple(tables_of(book).values()),
        charts=tuple(block for block in book["blocks"] if block["type"] == "chart"),
        thumbnails=tuple(row.manifest.get("thumbnails", ())),
        manifest=row.manifest,
        checks=tuple(open_checks(book)),
        changes=tuple(changes[:_CHANGES_SHOWN]),
        changes_total=len(changes),
        compared_with=previous.id if previous is not None else None,
        case_seq=casebook.case_row(session, row.case_id).seq if row.case_id is not None else None,
        newest=latest == row.id,
    )


def open_checks(book: Mapping[str, Any]) -> Iterator[OpenCheck]:
    """What a reader should know before approving; computed from the book, nothing is remembered."""
    for table in tables_of(book).values():
        cells = [(row, cell) for row in table["rows"] for cell in row["cells"]]
        missing = sum(1 for row, cell in cells if row["kind"] == "data" and cell["value"] is None and cell["text"])
        totals = sum(1 for row, cell in cells if row["kind"] == "total" and cell["flag"] == "not_available")
        marked = sum(1 for _row, cell in cells if cell["mark"])
        for count, message in (
            (missing, _("{n} sel tanpa angka.")),
            (totals, _("{n} jumlah tidak dihitung karena unsurnya belum ada.")),
            (marked, _("{n} sel bertanda sementara, diperbaiki, atau perkiraan.")),
        ):
            if count:
                yield OpenCheck(table["id"], table["number"], table["title"], message.format(n=count))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[CellChange]:
    """Every table cell that prints something else, with the dataset versions now behind it."""
    olds, news = tables_of(old), tables_of(new)
    for key in [*news, *(k for k in olds if k not in news)]:
        before_cells, after_cells = _printed(olds.get(key)), _printed(news.get(key))
        table = news.get(key) or olds[key]
        for place in [*after_cells, *(p for p in before_cells if p not in after_cells)]:
            was, now = before_cells.get(place), after_cells.get(place)
            if (was or {}).get("shown") == (now or {}).get("shown"):
                continue
            labels = (now or was or {})["labels"]
            refs = (now or was or {})["refs"]
            yield CellChange(
                key, table["number"], table["title"], labels[0], labels[1], (was or {}).get("shown", ""),
                (now or {}).get("shown", ""),
                tuple(f"{r['dataset']} {r['period']} v{r['version']}" for r in refs),
            )  # fmt: skip


def _printed(table: Mapping[str, Any] | None) -> dict[tuple[str, str], dict[str, Any]]:
    if table is None:
        return {}
    return {
        (row["id"], column["id"]): {
            "shown": cell["text"] + cell["mark"], "labels": (row["label"], column_label(column)), "refs": cell["refs"],
        }
        for row in table["rows"]
        for column, cell in zip(table["columns"], row["cells"], strict=True)
    }  # fmt: skip


def column_label(column: Mapping[str, Any]) -> str:
    """A column's whole heading: spanner and label."""
    return " · ".join(part for part in (column["spanner"], column["label"]) if part)


# ---------------------------------------------------------------- work in progress


@dataclass(frozen=True, slots=True)
class Rendering:
    """A draft being made, for the page that waits for it."""

    job_id: int
    state: str
    progress: float
    step: str
    error: str
    draft_id: int | None
    started_at: datetime | None


def rendering(session: Session, job_id: int) -> Rendering:
    """How far the making of a draft has come."""
    row = session.get(JobRow, job_id, populate_existing=True)
    if row is None:
        raise NotFound(_("Pekerjaan tidak ditemukan."))
    return Rendering(
        job_id, row.state, row.progress, row.step, row.error, row.result.get("draft_id"), row.started_at
    )  # fmt: skip


def asks_for(session: Session, case_id: int) -> EvidenceKind | None:
    """What the present step of a case is completed with."""
    row = casebook.case_row(session, case_id)
    if not row.step or row.step == END:
        return None
    return casework.sop_of(session, row.sop_sha).step(row.step).evidence


def release_folder(edition_id: str) -> Path:
    """Where an edition's released files lie."""
    return get_settings().folder(f"releases/{edition_id}")
