"""The monthly resume: freeze the month's cases into files, then let a notebook make PDF and XLSX from the files alone.

What a resume says can be checked later: it prints the number and hash of the last event it knew, and its files are
named in a manifest by their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.errors import Refused
from workbench.domain.letters import Direction, Nature, agenda_label
from workbench.i18n import _, language
from workbench.services import audit, kernel, letter_views, office_clock
from workbench.services.analytics_figures import AT_RISK
from workbench.services.kernel import Progress
from workbench.services.letter_model import HIDDEN
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import event_mart
from workbench.storage import letters as store
from workbench.storage.audit_log import Anchor
from workbench.storage.tables import CaseRow, EventRow, OpdRow

NOTEBOOK = CHECKOUT / "notebooks" / "monthly_resume.ipynb"
_CELL_SECONDS = 120
_ANCHOR = re.compile(rb"event:\d+:[0-9a-f]{64}")
_DAY, _TEXT = pa.date32(), pa.string()
_LETTERS = pa.schema(
    {
        "incoming": pa.bool_(), "agenda": _TEXT, "day": _DAY, "letter_number": _TEXT, "letter_date": _DAY,
        "correspondent": _TEXT, "subject": _TEXT, "nature": _TEXT, "disposition": _TEXT, "case": _TEXT, "done": _DAY,
        "days": pa.int32(), "reply": _TEXT, "note": _TEXT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResumeFiles:
    """What a rendered resume consists of."""

    folder: Path
    pdf: Path
    xlsx: Path
    notebook: Path


def month_of(text: str) -> date:
    """The first day of a month written ``2026-10``; ``Refused`` otherwise."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Refused(_("Tulis bulan sebagai tahun-bulan, misalnya 2026-10.")) from error


def freeze(session: Session, *, month: date, sop_id: str | None = None) -> Path:
    """Write the month's cases as Parquet beside a manifest and return the folder; the same state gives the same folder.

    ``Refused`` for a month that has not begun, or when nothing has ever happened.
    """
    month = month.replace(day=1)
    if month > office_clock.today():
        raise Refused(_("Bulan itu belum dimulai."))
    mart = event_mart.mart_of(session)
    last = session.exec(select(EventRow).where(EventRow.id == mart.version)).first()
    if last is None:
        raise Refused(_("Belum ada kejadian yang dapat diringkas."))
    standing = {"open_now": mart.standing(moment.now(), at_risk=AT_RISK)}
    end = month + timedelta(days=monthrange(month.year, month.month)[1])
    asked = {"month": month, "next_month": end, "sop_id": sop_id}
    tables = {
        "cases": mart.ask("resume_cases", asked, standing),
        "causes": mart.ask("resume_causes", asked),
    }
    number = session.exec(select(CaseRow.number).where(CaseRow.id == last.case_id)).one()
    office = session.exec(select(OpdRow.name).where(col(OpdRow.is_walidata)).limit(1)).first()
    manifest: dict[str, Any] = {
        "kind": "monthly_resume",
        "month": month.isoformat(),
        "sop_id": sop_id or "",
        "office": office or "",
        "agencies": {row.code: row.name for row in session.exec(select(OpdRow)) if not row.is_walidata},
        "zone": get_settings().time_zone,
        "anchor": audit.anchor_text("event", Anchor(last.id or 0, last.hash)),
        "last_event": {
            "id": last.id, "case": number, "seq": last.seq, "hash": last.hash,
            "at": last.at.astimezone(UTC).isoformat(timespec="seconds"),
        },
        "files": {},
    }  # fmt: skip
    bodies = {name: _parquet(pa.Table.from_pandas(frame, preserve_index=False)) for name, frame in tables.items()}
    bodies["letters"] = _parquet(_letters(session, month, end))
    manifest["files"] = {f"{name}.parquet": hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1)
    digest = hashlib.sha256(text.encode()).hexdigest()
    folder = get_settings().folder("resume") / f"{month:%Y-%m}-{digest[:16]}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, body in bodies.items():
        (folder / f"{name}.parquet").write_bytes(body)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder


def _letters(session: Session, first: date, end: date) -> pa.Table:
    """The month's letters: what came in, or was still open when it began, and what went out; secret ones unnamed."""
    clock = office_clock.clock(session)
    settled = store.last_acts(session, "settle")
    rows: list[dict[str, Any]] = []
    for direction in Direction:
        incoming = direction is Direction.INCOMING
        found = store.of_month(session, direction, end)
        given = store.dispositions(session, [row.id or 0 for row in found])
        answers = store.replies(session, [row.id or 0 for row in found])
        cases = letter_views.case_numbers(session, (row.case_id for row in found))
        for row in found:
            number = row.id or 0
            end_act = settled.get(number)
            at = end_act.at if end_act is not None else None
            done = clock.local_date(at) if at is not None else None
            day = (row.received_on if incoming else row.letter_date) or clock.local_date(row.created_at)
            if day < first and not (incoming and (done is None or done >= first)):
                continue
            secret = row.nature == Nature.SECRET.value
            replied = next((a.letter_number for a in answers.get(number, []) if a.letter_number), "")
            rows.append(
                {
                    "incoming": incoming, "agenda": agenda_label(row.agenda_number, row.year), "day": day,
                    "letter_number": row.letter_number, "letter_date": row.letter_date,
                    "correspondent": row.correspondent, "subject": HIDDEN if secret else row.subject,
                    "nature": row.nature,
                    "disposition": " → ".join(item.to_words for item in given.get(number, [])),
                    "case": cases.get(row.case_id or 0, ""), "done": done,
                    "days": clock.closings_between(row.created_at, at) if incoming and at is not None else None,
                    "reply": replied, "note": end_act.note if end_act is not None and not secret else "",
                }
            )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_LETTERS)


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue().to_pybytes())


def render(folder: Path, out: Path, *, progress: Progress = lambda _share, _step: None) -> ResumeFiles:
    """Run the notebook on a frozen month; PDF, XLSX and the executed notebook come to lie in ``out``.

    ``RenderFailed`` when it stops. Call it in a process that ends afterwards: running a notebook changes the working
    directory of its process for a moment.
    """
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    given = {"snapshot": str(folder.resolve()), "out": str(out.resolve()), "language": language()}
    values = kernel.check_parameters(kernel.parameters(NOTEBOOK), given)
    executed = out / "monthly_resume.ipynb"
    kernel.execute(NOTEBOOK, executed, values, cell_seconds=_CELL_SECONDS, progress=progress)
    return ResumeFiles(out, out / "resume.pdf", out / "resume.xlsx", executed)


def previous_month(today: datetime | None = None) -> date:
    """The last month that is over, as a scheduler means it."""
    day = office_clock.local(today).date() if today else office_clock.today()
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def anchor_of(path: Path) -> str:
    """The anchor (``event:NUMBER:HASH``) that a resume carries, read from its PDF, its XLSX or its manifest.

    ``Refused`` when the file carries none, or more than one.
    """
    body = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            body = b"\n".join(parts.read(name) for name in sorted(parts.namelist()) if name.endswith(".xml"))
    found: set[bytes] = set(_ANCHOR.findall(body))
    if len(found) != 1:
        sentence = _("Berkas {name} bukan resume bulanan yang utuh: tanda riwayatnya tidak ada.")
        raise Refused(sentence.format(name=path.name))
    return found.pop().decode()


def problems(session: Session, path: Path) -> tuple[str, ...]:
    """Does the event log still contain the history that a resume was made of? Empty when it does, and is whole."""
    return audit.verify(session, (anchor_of(path),)).problems
