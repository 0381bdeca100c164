"""Papers made from the agenda: lembar disposisi, letters as PDF and DOCX, the register as XLSX and CSV.

Making takes about a second and holds no transaction: gather the sheet while reading, typeset, then keep the bytes in a
``writing()`` block. Whatever is kept is looked at under ``/berkas/{sha256}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from workbench import moment
from workbench.domain.engine import Evidence
from workbench.domain.errors import Refused, Stale
from workbench.domain.letters import (
    INSTRUCTION_WORDS,
    NATURE_WORDS,
    STATUS_WORDS,
    Direction,
    Instruction,
    LetterStatus,
    Nature,
)
from workbench.domain.people import Person, Role
from workbench.domain.sop import EvidenceKind, OutcomeKind
from workbench.i18n import _, speaking
from workbench.reporting import letter_sheets
from workbench.reporting.formats import day
from workbench.reporting.letter_sheets import ChainLine, DispositionSheet, LetterSheet, ParafLine, Printed, Tick
from workbench.reporting.spreadsheet import Column, Kind, Sheet, csv_bytes, xlsx_bytes
from workbench.services import casework, letter_views, office_clock, people, rights, track
from workbench.services.letter_acts import begin, require_state, write_act
from workbench.services.letter_model import LetterView, RegisterRow
from workbench.storage import audit_log, casebook, files
from workbench.storage import letters as store

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_CHAIN = (Role.AGENCY_HEAD, Role.SECRETARY, Role.DIVISION_HEAD, Role.SECTION_HEAD, Role.STAFF, Role.CLERK)
_NATURES = (Nature.MOST_URGENT, Nature.URGENT, Nature.SECRET, Nature.ORDINARY)
_SHEET_LINES = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was made: the PDF that is initialled, the DOCX to work on (or none), the version of its text."""

    letter_id: int
    version: int
    printed: Printed
    docx: bytes


# ---------------------------------------------------------------- lembar disposisi


def disposition_sheet(session: Session, *, letter_id: int, person: Person) -> DispositionSheet:
    """What the lembar disposisi of an incoming letter prints; its agenda number is the book's."""
    view = letter_views.letter(session, letter_id=letter_id, person=person)
    if view.direction is not Direction.INCOMING:
        raise Refused(_("Lembar disposisi dibuat untuk surat masuk."))
    setting = letter_views.settings(session)
    last = view.dispositions[-1] if view.dispositions else None
    with speaking("id"):
        ticked = {item for given in view.dispositions for item in given.instructions}
        lines = [
            ChainLine(
                _day(given.at), given.given_capacity, given.to_words,
                "; ".join(filter(None, (*(_(INSTRUCTION_WORDS[i]) for i in given.instructions), given.note))),
            )
            for given in view.dispositions
        ]  # fmt: skip
        lines += [ChainLine("", "", "", "")] * (_SHEET_LINES - len(lines))
        return DispositionSheet(
            head=setting.head,
            agenda=view.agenda,
            sender=view.correspondent,
            letter_number=view.letter_number or "–",
            letter_date=_plain_day(view.letter_date),
            received_on=_plain_day(view.received_on),
            enclosures=view.enclosures or "–",
            classification=view.classification or "–",
            subject=view.subject,
            natures=tuple(Tick(_(NATURE_WORDS[nature]), nature is view.nature) for nature in _NATURES),
            forwarded=_forwarded(session, view),
            instructions=tuple(Tick(_(INSTRUCTION_WORDS[item]), item in ticked) for item in Instruction),
            note=last.note if last else "",
            chain=tuple(lines),
            signer_title=last.given_capacity if last else "",
            signer_name=last.given_name if last else "",
            signer_number=last.given_employee_number if last else "",
            place_and_date=", ".join(filter(None, (setting.place, _day(last.at) if last else " " * 20))),
        )


def _forwarded(session: Session, view: LetterView) -> tuple[Tick, ...]:
    """Who a letter can go to, by the posts held today, and whom it went to (also when that post has changed since)."""
    given = [item.to_words for item in view.dispositions]
    posts: list[str] = []
    for role in _CHAIN[1:]:
        for holder in people.holders(session, role):
            post = holder.assignment_for(role)
            if post is not None and rights.capacity_text(post) not in posts:
                posts.append(rights.capacity_text(post))
    known = [name for name in posts if not any(words.startswith(name + " (") for words in given)]
    names = [*known, *(words for words in dict.fromkeys(given) if words not in known)]
    return tuple(Tick(name, name in given) for name in names)


def keep_disposition_sheet(session: Session, *, letter_id: int, by: Person, printed: Printed) -> str:
    """Keep a printed sheet among the letter's papers; returns its SHA-256. The same sheet again is the same paper."""
    row = store.letter_row(session, letter_id)
    name = f"disposisi-{row.agenda_number}-{row.year}.pdf"
    return _keep(session, letter_id, printed.pdf, PDF, name, "disposition", by)


# ---------------------------------------------------------------- letters


def letter_sheet(session: Session, *, letter_id: int, person: Person) -> LetterSheet:
    """What an outgoing letter prints: number and date stay blank until it is signed; the case's real parafs."""
    view = letter_views.letter(session, letter_id=letter_id, person=person)
    if view.direction is not Direction.OUTGOING:
        raise Refused(_("Hanya surat keluar yang dicetak dari templat."))
    setting = letter_views.settings(session)
    title, name, number = _signer(session, view)
    signed = view.status in (LetterStatus.SIGNED, LetterStatus.SENT)
    with speaking("id"):
        foot = _("Salinan; naskah bertanda tangan tersimpan dengan SHA-256 {sha}…").format(sha=view.signed_sha256[:16])
        if not signed:
            foot = _("Draf {n} · belum ditandatangani · nomor diberikan saat penandatanganan").format(n=view.version)
        return LetterSheet(
            head=setting.head,
            place=setting.place or "–",
            number=view.letter_number,
            date=_plain_day(view.letter_date) if view.letter_date else "",
            nature=_(NATURE_WORDS[view.nature]),
            enclosures=view.enclosures or "–",
            subject=view.subject,
            recipient=view.correspondent,
            recipient_place=view.text.place,
            paragraphs=view.text.paragraphs,
            copies=view.text.copies,
            signer_title=title,
            signer_name=name,
            signer_number=number,
            parafs=_parafs(session, view),
            footer=foot,
        )


def _signer(session: Session, view: LetterView) -> tuple[str, str, str]:
    """Title, name and NIP under the letter: who signed, else who would sign today (head of the agency)."""
    if view.signed_at is not None:
        username = store.letter_row(session, view.letter_id).signed_by
        found = people.person_by_username(session, username)
        return view.signed_capacity, view.signed_by, people.profile(session, found.id).employee_number
    for holder in people.holders(session, Role.AGENCY_HEAD):
        post = holder.assignment_for(Role.AGENCY_HEAD)
        if post is not None:
            return rights.capacity_text(post), holder.name, people.profile(session, holder.id).employee_number
    return _("Kepala"), "", ""


def _parafs(session: Session, view: LetterView) -> tuple[ParafLine, ...]:
    """The paraf column: the initialling steps of the case, filled by who initialled this letter's own draft.

    An initial on other bytes is not an initial on this letter and leaves its line empty.
    """
    if view.case_id is None or not view.case_result:
        return ()
    case = casebook.case_row(session, view.case_id)
    sop = casework.sop_of(session, case.sop_sha)
    state, _stays = casework.state_of(session, view.case_id)
    drafts = {paper.sha256 for paper in view.papers_of("draft")}
    given = {paraf.step: paraf for paraf in state.parafs if paraf.sha256 in drafts}
    names = {p.username: p.name for p in _people_of(session, {paraf.actor for paraf in given.values()})}
    found = []
    for step in sop.steps:
        if not any(outcome.kind is OutcomeKind.PARAF for outcome in step.outcomes):
            continue
        paraf = given.get(step.no)
        post = (paraf.capacity if paraf else "") or sop.holder(step).name
        when = f"{_day(paraf.at)} {office_clock.hour_text(paraf.at)}" if paraf else ""
        found.append(ParafLine(post, names.get(paraf.actor, paraf.actor) if paraf else "", when))
    return tuple(found)


def _people_of(session: Session, usernames: set[str]) -> list[Person]:
    return [people.person_by_username(session, name) for name in sorted(usernames)]


def make_draft(session: Session, *, letter_id: int, person: Person, pictures: bool = False) -> Draft:
    """Typeset the present text as PDF and DOCX, from a reading session; keep it with ``keep_draft``."""
    view = letter_views.letter(session, letter_id=letter_id, person=person)
    if view.template is None:
        raise Refused(_("Hanya surat keluar yang dicetak dari templat."))
    sheet = letter_sheet(session, letter_id=letter_id, person=person)
    printed = letter_sheets.letter_pdf(sheet, pictures=pictures)
    return Draft(letter_id, view.version, printed, letter_sheets.letter_docx(sheet, view.template))


def keep_draft(session: Session, *, draft: Draft, by: Person, idem: str, attach: bool = True) -> Evidence:
    """Keep a typeset draft and, where the case stands at the step that asks for the letter, attach it there.

    ``Stale`` when the text changed since it was typeset. Returns the PDF as evidence: these bytes are initialled.
    """
    row, actor = begin(session, draft.letter_id, None, by, idem, "print")
    row = row or store.letter_row(session, draft.letter_id)
    known = store.act_by_key(session, idem) is not None
    if not known:
        require_state(row, Direction.OUTGOING, (LetterStatus.DRAFT,))
        if row.version != draft.version:
            raise Stale(_("Isi surat berubah sejak disusun. Susun ulang drafnya."))
    stem = f"draf-surat-{row.id}-{draft.version}"
    pdf = _keep(session, draft.letter_id, draft.printed.pdf, PDF, f"{stem}.pdf", "draft", by, draft.version)
    if draft.docx:
        _keep(session, draft.letter_id, draft.docx, DOCX, f"{stem}.docx", "draft", by, draft.version)
    evidence = Evidence(EvidenceKind.LETTER, f"{stem}.pdf", pdf)
    if known:
        return evidence
    if attach and row.case_result and row.case_id is not None:
        _attach_draft(session, row.case_id, by, idem, evidence)
    write_act(session, row, "print", actor, idem, pdf[:16], moves=False)
    return evidence


def _attach_draft(session: Session, case_id: int, by: Person, idem: str, evidence: Evidence) -> None:
    case = casebook.case_row(session, case_id)
    sop = casework.sop_of(session, case.sop_sha)
    step = next((step for step in sop.steps if step.no == case.step), None)
    if step is None or step.evidence is not EvidenceKind.LETTER:
        return
    if any(outcome.kind is OutcomeKind.SIGN for outcome in step.outcomes):
        return  # what completes this step is the signed letter, never its draft
    if rights.hat_for(people.person(session, by.id), sop, step, case.opd_code) is not None:
        track.attach(session, case_id=case_id, seen_seq=case.seq, by=by, idem=f"{idem}:attach", evidence=evidence)


# ---------------------------------------------------------------- the register as a file


def export(session: Session, *, by: Person, direction: Direction, year: int, form: str, wanted: str = "") -> str:
    """The agenda book of a year as ``xlsx`` or ``csv`` (for who exports it); returns the SHA-256 of the stored file."""
    actor = rights.office_member(session, by)
    rows = [
        row for row in letter_views.register(session, person=by, direction=direction, year=year, wanted=wanted)
        if row.agenda_number is not None
    ]  # fmt: skip
    rows.sort(key=lambda row: row.agenda_number or 0)
    sheet = register_sheet(rows, direction, year, letter_views.settings(session).head.office)
    zone = office_clock.zone()
    if form == "xlsx":
        content, media = xlsx_bytes([sheet], created=moment.now().replace(microsecond=0), zone=zone), XLSX
    elif form == "csv":
        content, media = csv_bytes(sheet.columns, sheet.rows, zone=zone), CSV
    else:
        raise Refused(_("Bentuk unduhan {form} tidak dikenal; pilih csv atau xlsx.").format(form=form))
    book = "masuk" if direction is Direction.INCOMING else "keluar"
    sha = _keep(session, None, content, media, f"agenda-surat-{book}-{year}.{form}", "export", by)
    audit_log.append(
        session, actor.username, "letter.export", {"direction": direction.value, "year": year, "sha256": sha}
    )
    return sha


def register_sheet(rows: list[RegisterRow], direction: Direction, year: int, office: str) -> Sheet:
    """The columns of the agenda book, in its order."""
    incoming = direction is Direction.INCOMING
    columns = (
        Column(_("No. agenda"), Kind.NUMBER),
        Column(_("Tanggal terima") if incoming else _("Tanggal surat"), Kind.DAY),
        Column(_("Nomor surat")),
        *((Column(_("Tanggal surat"), Kind.DAY),) if incoming else ()),
        Column(_("Dari") if incoming else _("Kepada")),
        Column(_("Perihal"), width=50),
        Column(_("Lampiran")),
        Column(_("Sifat")),
        Column(_("Kode klasifikasi")),
        *((Column(_("Disposisi"), width=40), Column(_("Tindak lanjut"), width=30)) if incoming else ()),
        Column(_("Keadaan")),
        Column(_("Perkara")),
    )
    table = [
        (
            row.agenda_number, row.received_on if incoming else row.letter_date, row.letter_number,
            *((row.letter_date,) if incoming else ()), row.correspondent, row.subject, row.enclosures,
            _(NATURE_WORDS[row.nature]), row.classification,
            *((row.disposition, row.follow_up) if incoming else ()), _(STATUS_WORDS[row.status]), row.case_number,
        )
        for row in rows
    ]  # fmt: skip
    title = _("Agenda surat masuk {year}") if incoming else _("Agenda surat keluar {year}")
    return Sheet(title.format(year=year), title.format(year=year), columns, table, (office,))


# ---------------------------------------------------------------- inside


def _keep(
    session: Session,
    letter_id: int | None,
    content: bytes,
    media: str,
    name: str,
    kind: str,
    by: Person,
    version: int = 0,
) -> str:
    stored = files.put(content, media)
    files.record(session, stored)
    store.add_file(
        session, letter_id=letter_id, sha256=stored.sha256, name=name, kind=kind, added_by=by.username, round=version
    )
    return stored.sha256


def _day(at: datetime) -> str:
    return day(office_clock.local(at).date())


def _plain_day(value: date | None) -> str:
    return day(value) if value is not None else "–"
