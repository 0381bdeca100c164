"""A supervisor's table as a file: CSV or XLSX into the content store, downloaded as stored bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from workbench import moment
from workbench.domain.errors import Refused
from workbench.domain.people import Person
from workbench.i18n import _
from workbench.reporting.spreadsheet import Sheet, csv_bytes, xlsx_bytes
from workbench.services import office_clock
from workbench.services.analytics_ask import require_supervisor
from workbench.storage import files

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Exported:
    """A stored export: its address and what it is."""

    sha256: str
    form: str
    size: int


def export(session: Session, *, by: Person, sheets: Sequence[Sheet], form: str) -> Exported:
    """Store the tables as one ``xlsx`` or the first one as ``csv``; call it inside ``writing()``, supervisors only."""
    require_supervisor(by)
    zone = office_clock.zone()
    if form == "xlsx":
        stored = files.put(xlsx_bytes(sheets, created=moment.now().replace(microsecond=0), zone=zone), XLSX)
    elif form == "csv" and sheets:
        stored = files.put(csv_bytes(sheets[0].columns, sheets[0].rows, zone=zone), CSV)
    else:
        raise Refused(_("Bentuk unduhan {form} tidak dikenal; pilih csv atau xlsx.").format(form=form))
    files.record(session, stored)
    return Exported(stored.sha256, form, stored.size)
