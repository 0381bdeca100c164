"""Collect: an agency's file comes in, is kept byte for byte, gets a receipt, and lets the case that asked for it go on.

The bytes are on disk before anything else is looked at. A file that cannot be used is kept as well; it gets one
sentence that says why, and nothing else changes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc
from sqlmodel import Session, col, select

from workbench import moment
from workbench.domain.datasets import DatasetDefinition
from workbench.domain.errors import NotAllowed, Refused, UnreadableFile
from workbench.domain.file_names import safe_name
from workbench.domain.labels import year, years_in
from workbench.domain.mistaken import is_another
from workbench.domain.people import WALIDATA_ROLES, Person
from workbench.domain.reading.hints import NO_HINTS, Hints
from workbench.domain.sop import END, EvidenceKind
from workbench.i18n import _, speaking
from workbench.services import case_link, people, reading
from workbench.services.shelf import Shelf
from workbench.storage import audit_log, datasets, files, readings, recipes, submissions
from workbench.storage.readings import TableHead, TidyReading
from workbench.storage.tables import CaseRow, SubmissionRow


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender gets: proof of what was received, and what became of it at once."""

    submission_id: int
    number: str
    sha256: str
    size: int
    received_at: datetime
    round: int
    file_name: str
    duplicate_of: str = ""
    refusal: str = ""
    case_moved: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """One file an agency sent, as lists show it."""

    id: int
    receipt: str
    dataset_id: str
    dataset_title: str
    period: str
    opd_code: str
    round: int
    file_sha256: str
    file_name: str
    received_at: datetime
    received_from: str
    case_id: int | None
    status: str
    return_note: str
    returned_cells: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class OwedItem:
    """What an agency still has to do for one dataset: ``to_send``, ``sent``, ``returned`` or ``accepted``."""

    dataset_id: str
    dataset_title: str
    period: str
    opd_code: str
    case_id: int | None
    due_at: datetime | None
    status: str
    submission: Submission | None = None
    refusal: str = ""
    subject: str = ""  # of the case: two cases may ask for the same dataset and year


# ---------------------------------------------------------------- names and numbers


def receipt_number(idem: str) -> str:
    """The receipt number of one intention to send: the same click again has the same number and cannot count twice."""
    code = base64.b32encode(hashlib.sha256(idem.encode("utf-8")).digest()).decode("ascii")[:10]
    return f"TT-{code[:5]}-{code[5:]}"


# ---------------------------------------------------------------- reading

_SHELF: Shelf[TidyReading] = Shelf(room=2_500_000)  # observations; those of a replay that is kept are shared with it


def read_stored(file_sha256: str, file_name: str, hints: Hints = NO_HINTS) -> TidyReading:
    """The reading of a stored file: kept from before, or read now in a guarded child process. ``hints`` is what the
    dataset's recipe tells the reader about the form (``Recipe.hints``).

    ``UnreadableFile`` with one sentence when it is no table. Call it before a transaction is opened: then ``receive``
    and ``check`` find the reading ready and hold the database only for a moment.
    """
    address = readings.kept_path(file_sha256, file_name, hints)
    return _SHELF.get(address, lambda: _read(file_sha256, file_name, hints), lambda found: found.observations.num_rows)


def _read(file_sha256: str, file_name: str, hints: Hints) -> TidyReading:
    known = readings.kept(file_sha256, file_name, hints)
    if known is not None:
        return known
    path = files.path(file_sha256)
    if path.stat().st_size == 0:
        raise UnreadableFile(_("Berkas ini kosong (0 bita). Berkas tetap disimpan; kirim berkas yang berisi."))
    with speaking("id"):  # findings are kept and go to the agency, so they are worded once
        found = readings.tidy(reading.read_path(path, file_name, hints))
    readings.keep(file_sha256, file_name, found, hints)
    return found


def prepare(content: bytes, file_name: str) -> str:
    """Keep the bytes and read them ahead of ``receive``; returns their SHA-256. What cannot be read waits for it."""
    stored = files.put(content)
    with contextlib.suppress(UnreadableFile):  # said by ``receive``, which keeps the refusal with the submission
        read_stored(stored.sha256, safe_name(file_name))
    return stored.sha256


def refusal(found: TidyReading, period: str) -> tuple[str, str] | None:
    """Why a reading cannot stand for this period at all, as (code, sentence); None when it can be checked."""
    figures = found.observations.num_rows and found.observations.column("value").null_count
    if found.observations.num_rows == 0 or figures == found.observations.num_rows:
        sentence = _("Berkas ini tidak memuat satu angka pun. Berkas tetap disimpan; isi formulirnya lalu kirim lagi.")
        return "no_figures", sentence
    years = named_years(found)
    if years and period not in years:
        sentence = _("Isian ini untuk tahun {found}, sedangkan yang diminta tahun {wanted}. Berkas tetap disimpan; "
                     "kirim isian tahun {wanted}.")  # fmt: skip
        return "wrong_period", sentence.format(found=", ".join(sorted(years)), wanted=period)
    return None


def mistaken(found: TidyReading, definition: DatasetDefinition) -> str:
    """The sentence for a file that is beyond doubt about something else than the dataset; "" when it may be right."""
    labels = {label for path in (*found.columns, *found.rows) for label in path}
    listed = datasets.area_list(definition.areas) if definition.areas else None
    expected = [area for area in listed.areas if area.code in definition.expected_areas] if listed else []
    other = is_another(labels, definition, datasets.all_datasets(), expected)
    if other is False:
        return ""
    if other is True:
        title = next((head.title for head in found.tables if head.title), "") or found.file
        sentence = _("Isi berkas ini (“{found}”) tidak memuat satu pun rincian atau wilayah dari data “{wanted}”. "
                     "Berkas tetap disimpan; pilih berkas yang benar lalu kirim lagi.")  # fmt: skip
        return sentence.format(found=title[:120], wanted=definition.title)
    sentence = _("Berkas ini berisi data “{found}”, sedangkan yang diminta “{wanted}”. Berkas tetap disimpan; pilih "
                 "berkas yang benar lalu kirim lagi.")  # fmt: skip
    return sentence.format(found=other.title, wanted=definition.title)


def named_years(found: TidyReading) -> frozenset[str]:
    """The years a file says it is about: its header labels first, else its titles, else the names of its sheets."""
    if len(found.tables) > 1:  # each of several tables speaks for itself
        return frozenset().union(*(years_of_table(found, number) for number in range(len(found.tables))))
    return _years((*found.columns.used(), *found.rows.used()), found.tables)


def years_of_table(found: TidyReading, number: int) -> frozenset[str]:
    """The years one table of a file says it is about."""
    part = found.observations.filter(pc.field("table_no") == number)
    rows, columns = (part.column(name).unique().to_pylist() for name in ("row_id", "col_id"))
    labels = (*found.columns.used(columns), *found.rows.used(rows))
    return _years(labels, found.tables[number : number + 1])


def _years(labels: Iterable[str], heads: Sequence[TableHead]) -> frozenset[str]:
    named = {year(label) for label in labels} - {""}
    if named:
        return frozenset(named)
    titles = frozenset().union(*(years_in(head.title) for head in heads))
    return titles or frozenset().union(*(years_in(head.sheet) for head in heads))


# ---------------------------------------------------------------- receiving


def receive(
    session: Session,
    *,
    dataset_id: str,
    period: str,
    by: Person,
    file_name: str,
    content: bytes | str,
    case_id: int | None = None,
    idem: str,
) -> Receipt:
    """Receive a file (its bytes, or the SHA-256 under which they are already kept) for a dataset and period.

    The bytes are kept first, whatever happens next. A file that cannot be used is recorded with one sentence
    (``Receipt.refusal``) and moves nothing. Otherwise, when the case waits for it (and has all it asked for), its step
    is decided in the same transaction with the file as evidence. ``Refused`` when the case does not ask for it.
    """
    stored = files.put(content) if isinstance(content, bytes) else files.StoredFile(content, _size(content))
    definition = datasets.get(dataset_id)
    _may_send(people.person(session, by.id), definition)
    if not re.fullmatch(r"(?:19|20)\d\d", period):
        raise Refused(_("Periode harus berupa tahun, misalnya 2025."))
    number = receipt_number(idem)
    known = submissions.by_receipt(session, number)
    if known is not None:
        return _receipt(known, stored.size)
    case = case_link.standing(session, case_id) if case_id is not None else None
    if case is not None:
        case_link.require_fits(case, definition, period)
        case_link.require_step(case, EvidenceKind.SUBMISSION)
    files.record(session, stored)
    before = submissions.listing(session, dataset_id=dataset_id, period=period)
    twin = next((row for row in before if row.file_sha256 == stored.sha256), None)
    row = SubmissionRow(
        receipt=number,
        dataset_id=dataset_id,
        period=period,
        opd_code=definition.opd_code,
        round=1 + sum(row.status == submissions.RETURNED for row in before),
        file_sha256=stored.sha256,
        file_name=safe_name(file_name),
        received_at=moment.now(),
        received_from=by.username,
        case_id=case_id,
        status=submissions.RECEIVED,
    )
    sentence = ""
    try:
        hints = recipes.latest(session, definition).recipe.hints()
        found = read_stored(stored.sha256, row.file_name, hints)
        problem = refusal(found, period)
        sentence = problem[1] if problem else mistaken(found, definition)
    except UnreadableFile as error:
        sentence = str(error)
    if sentence:
        row.status, row.return_note = submissions.UNREADABLE, sentence
    session.add(row)
    session.flush()
    audit_log.append(
        session,
        by.username,
        "submission.receive",
        {
            "receipt": number, "dataset": dataset_id, "period": period, "sha256": stored.sha256, "size": stored.size,
            "round": row.round, "status": row.status, "case": case_id,
        },
    )  # fmt: skip
    moved = case is not None and not sentence and _let_go_on(session, case, by=by, idem=idem)
    return _receipt(row, stored.size, duplicate_of=twin.receipt if twin else "", moved=moved)


def _size(address: str) -> int:
    return files.path(address).stat().st_size


def _may_send(by: Person, definition: DatasetDefinition) -> None:
    if definition.opd_code not in by.opd_codes and not by.roles & WALIDATA_ROLES:
        raise NotAllowed(_("Dataset ini milik OPD lain. Tidak ada yang berubah."))


def _let_go_on(session: Session, case: case_link.Standing, *, by: Person, idem: str) -> bool:
    """Decide the case's step once the last file it asked for is there."""
    wanted = case_link.wanted(case)
    newest = submissions.newest_by_dataset(session, period=case.period, dataset_ids=[d.id for d in wanted])
    live = sorted((row for row in newest.values() if row.status in submissions.LIVE), key=lambda row: row.id or 0)
    if len(live) < len(wanted):
        return False
    items = [(row.dataset_id, row.receipt, row.file_sha256) for row in live]
    proof = case_link.evidence(session, EvidenceKind.SUBMISSION, items, case=case, by=by)
    case_link.go_on(session, case, by=by, idem=f"{idem}:case", proof=proof)
    return True


def _receipt(row: SubmissionRow, size: int, *, duplicate_of: str = "", moved: bool = False) -> Receipt:
    return Receipt(
        submission_id=row.id or 0,
        number=row.receipt,
        sha256=row.file_sha256,
        size=size,
        received_at=row.received_at,
        round=row.round,
        file_name=row.file_name,
        duplicate_of=duplicate_of,
        refusal=row.return_note if row.status == submissions.UNREADABLE else "",
        case_moved=moved,
    )


# ---------------------------------------------------------------- lists


def _submission(row: SubmissionRow, titles: dict[str, str]) -> Submission:
    return Submission(
        id=row.id or 0,
        receipt=row.receipt,
        dataset_id=row.dataset_id,
        dataset_title=titles.get(row.dataset_id, row.dataset_id),
        period=row.period,
        opd_code=row.opd_code,
        round=row.round,
        file_sha256=row.file_sha256,
        file_name=row.file_name,
        received_at=row.received_at,
        received_from=row.received_from,
        case_id=row.case_id,
        status=row.status,
        return_note=row.return_note,
        returned_cells=tuple(row.returned_cells),
    )


def _titles() -> dict[str, str]:
    return {d.id: d.title for d in datasets.all_datasets()}


def submission(session: Session, submission_id: int) -> Submission:
    """One submission; ``NotFound`` when there is none."""
    return _submission(submissions.get(session, submission_id), _titles())


def list_submissions(
    session: Session,
    *,
    dataset_id: str = "",
    period: str = "",
    opd_codes: Iterable[str] | None = None,
    statuses: tuple[str, ...] = (),
    case_id: int | None = None,
) -> list[Submission]:
    """Submissions, newest first. A producer's page passes the person's ``opd_codes``."""
    titles = _titles()
    rows = submissions.listing(
        session, dataset_id=dataset_id, period=period, opd_codes=opd_codes, statuses=statuses, case_id=case_id
    )
    return [_submission(row, titles) for row in rows]


def owed(session: Session, *, person: Person) -> list[OwedItem]:
    """What the person's agencies were asked for by running cases, with where each dataset stands; by due time."""
    found: list[OwedItem] = []
    titles = _titles()
    query = select(CaseRow).where(
        col(CaseRow.opd_code).in_(sorted(person.opd_codes)), CaseRow.period != "", CaseRow.step != END
    )
    for row in session.exec(query.order_by(col(CaseRow.id))).all():
        if row.status in ("closed", "cancelled"):
            continue
        case = case_link.standing(session, row.id or 0)
        if not any(step.evidence is EvidenceKind.SUBMISSION for step in case.sop.steps):
            continue
        wanted = case_link.wanted(case)
        ids = [d.id for d in wanted]
        usable = submissions.newest_by_dataset(session, period=case.period, dataset_ids=ids)
        newest = submissions.newest_by_dataset(session, period=case.period, dataset_ids=ids, usable=False)
        for definition in wanted:
            sent, last = usable.get(definition.id), newest.get(definition.id)
            if sent is None and case.asks_for is not EvidenceKind.SUBMISSION:
                continue  # not asked yet, or asked no more: a file would be refused
            found.append(
                OwedItem(
                    dataset_id=definition.id,
                    dataset_title=definition.title,
                    period=case.period,
                    opd_code=definition.opd_code,
                    case_id=case.case_id,
                    due_at=row.due_at if case.asks_for is EvidenceKind.SUBMISSION else None,
                    status=_owed_status(sent),
                    submission=_submission(sent, titles) if sent else None,
                    refusal=last.return_note if last and last.status == submissions.UNREADABLE else "",
                    subject=row.subject,
                )
            )
    order = {"returned": 0, "to_send": 1, "sent": 2, "accepted": 3}
    far = datetime.max.replace(tzinfo=moment.now().tzinfo)
    return sorted(found, key=lambda item: (order[item.status], item.due_at or far, item.dataset_id))


def _owed_status(sent: SubmissionRow | None) -> str:
    if sent is None:
        return "to_send"
    return {submissions.RETURNED: "returned", submissions.ACCEPTED: "accepted"}.get(sent.status, "sent")
