"""What an agency was asked to mend, as a workbook it can hand to whoever filled in the form."""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import format_decimal
from sqlmodel import Session

from workbench.domain.errors import NotFound
from workbench.domain.people import Person
from workbench.i18n import _
from workbench.reporting.spreadsheet import Column, Kind, Sheet, xlsx_bytes
from workbench.services import collect, office_clock, rights
from workbench.storage import submissions


@dataclass(frozen=True, slots=True)
class ReturnList:
    """The workbook and the name under which it is saved."""

    name: str
    content: bytes


def workbook(session: Session, *, person: Person, submission_id: int) -> ReturnList:
    """The list that went back with a submission: sheet, cell, what is to be mended, the proposed value, and room for
    the answer. ``NotFound`` where nothing was returned, and where the submission is another agency's.
    """
    row = submissions.get(session, submission_id)
    if row.status != submissions.RETURNED or not rights.may_see(person, row.opd_code):
        raise NotFound(_("Daftar perbaikan ini tidak ada, atau bukan untuk Anda."))
    sent = collect.submission(session, submission_id)
    proposed = [cell.get("proposed") for cell in sent.returned_cells]
    whole = all(value is None or float(value).is_integer() for value in proposed)
    columns = (
        Column(_("Lembar"), width=18), Column(_("Sel"), width=14), Column(_("Yang perlu diperbaiki"), width=80),
        Column(_("Usulan"), Kind.NUMBER if whole else Kind.TEXT, width=14), Column(_("Jawaban OPD"), width=30),
    )  # fmt: skip
    rows = [
        (
            str(cell.get("sheet", "")), str(cell.get("cell", "")), str(cell.get("message", "")),
            value if value is None or whole else format_decimal(value, "#,##0.######", locale="id"), None,
        )
        for cell, value in zip(sent.returned_cells, proposed, strict=True)
    ]  # fmt: skip
    notes = (
        _("Berkas: {name} · tanda terima {receipt}").format(name=sent.file_name, receipt=sent.receipt),
        _("Catatan pemeriksa: {note}").format(note=sent.return_note),
    )
    title = _("Perbaikan {title}, {period}").format(title=sent.dataset_title, period=sent.period)
    sheet = Sheet(_("Perbaikan"), title, columns, rows, notes)
    content = xlsx_bytes([sheet], created=sent.received_at, zone=office_clock.zone())
    return ReturnList(f"perbaikan-{sent.dataset_id}-{sent.period}-{sent.receipt}.xlsx", content)
