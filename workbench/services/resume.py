"""The monthly resume: freeze the month's cases into files, then let a notebook make PDF and XLSX from the files alone.

What a resume says can be checked later: it prints the number and hash of the last event it knew, and its files are
named in a manifest by their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.errors import Refused
from workbench.i18n import _, language
from workbench.services import kernel, office_clock
from workbench.services.analytics_figures import AT_RISK
from workbench.services.kernel import Progress
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import event_mart
from workbench.storage.tables import CaseRow, EventRow, OpdRow

NOTEBOOK = CHECKOUT / "notebooks" / "monthly_resume.ipynb"
_CELL_SECONDS = 120


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
    asked = {
        "month": month,
        "next_month": month + timedelta(days=monthrange(month.year, month.month)[1]),
        "sop_id": sop_id,
    }
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
        "zone": get_settings().time_zone,
        "last_event": {
            "id": last.id, "case": number, "seq": last.seq, "hash": last.hash,
            "at": last.at.astimezone(UTC).isoformat(timespec="seconds"),
        },
        "files": {},
    }  # fmt: skip
    bodies = {name: _parquet(frame) for name, frame in tables.items()}
    manifest["files"] = {f"{name}.parquet": hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1)
    digest = hashlib.sha256(text.encode()).hexdigest()
    folder = get_settings().folder("resume") / f"{month:%Y-%m}-{digest[:16]}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, body in bodies.items():
        (folder / f"{name}.parquet").write_bytes(body)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder


def _parquet(frame: pd.DataFrame) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False)
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
