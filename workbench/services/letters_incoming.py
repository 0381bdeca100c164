"""Incoming letters: into the agenda with number and scans, to a case, by disposition to who shall act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from workbench import moment
from workbench.domain.engine import CaseState, CaseStatus, Evidence
from workbench.domain.errors import Refused
from workbench.domain.letters import (
    Direction,
    Instruction,
    LetterStatus,
    Nature,
    agenda_label,
    writes_letter,
)
from workbench.domain.people import WALIDATA_ROLES, Person, Role
from workbench.domain.sop import EvidenceKind
from workbench.i18n import _
from workbench.services import casework, documents, office_clock, people, rights, track
from workbench.services.letter_acts import begin, columns_of, giver, require_state, same, seen, write_act
from workbench.services.letter_model import Facts, Registered, Scan
from workbench.storage import casebook
from workbench.storage import letters as store
from workbench.storage.letter_tables import DispositionRow, LetterRow

MAX_NOTE = 500


def receive(
    session: Session,
    *,
    by: Person,
    idem: str,
    facts: Facts,
    scans: Sequence[Scan] = (),
    case_id: int | None = None,
    open_sop: str = "",
    opd_code: str = "",
) -> Registered:
    """Write an incoming letter into the agenda: number, scans, and the case it belongs to or opens, in one go.

    ``open_sop`` opens a case of that SOP with the letter's subject and sender; its first scan becomes evidence there.
    ``Refused`` when a scan is not what a scan is (by content), a fact is missing, or both a case and a SOP are named.
    """
    actor = rights.office_member(session, by)
    known = store.act_by_key(session, idem)
    if known is not None:
        row = store.letter_row(session, same(known.act, "receive", known.letter_id))
        return Registered(row.id or 0, agenda_label(row.agenda_number, row.year), row.case_id)
    if case_id is not None and open_sop:
        raise Refused(_("Pilih perkara yang sudah ada atau buka yang baru, tidak keduanya."))
    today = office_clock.today()
    _dates(facts, today)
    row = LetterRow(
        direction=Direction.INCOMING.value,
        status=LetterStatus.REGISTERED.value,
        received_on=facts.received_on or today,
        **columns_of(facts),
        created_by=actor.username,
        created_at=moment.now(),
    )
    row.year, row.agenda_number = today.year, store.next_number(session, Direction.INCOMING, today.year)
    session.add(row)
    session.flush()
    agenda = agenda_label(row.agenda_number, row.year)
    write_act(session, row, "receive", actor, idem, agenda, moves=False)
    kept = _keep_scans(session, row, by, scans)
    if open_sop:
        row.case_id = _open(session, row, by, idem, open_sop, opd_code)
    elif case_id is not None:
        row.case_id = casebook.case_row(session, case_id).id
    session.add(row)
    session.flush()
    if row.case_id is not None:
        _to_case(session, row, by, idem, kept)
    return Registered(row.id or 0, agenda, row.case_id)


def open_case(
    session: Session, *, letter_id: int, seen_version: int, by: Person, idem: str, sop_id: str, opd_code: str = ""
) -> int:
    """Open a case by a letter that is in the agenda already; returns the case."""
    row, actor = begin(session, letter_id, seen_version, by, idem, "link")
    if row is None:
        return store.letter_row(session, letter_id).case_id or 0
    if row.case_id is not None:
        raise Refused(_("Surat ini sudah terkait dengan sebuah perkara."))
    row.case_id = _open(session, row, by, idem, sop_id, opd_code)
    write_act(session, row, "link", actor, idem)
    _to_case(session, row, by, idem, _first_scan(session, row))
    return row.case_id


def link_case(session: Session, *, letter_id: int, seen_version: int, by: Person, idem: str, case_id: int) -> None:
    """Say which case a letter belongs to; its first scan goes to the case's present step, or a note does."""
    row, actor = begin(session, letter_id, seen_version, by, idem, "link")
    if row is None:
        return
    if row.case_id is not None:
        raise Refused(_("Surat ini sudah terkait dengan sebuah perkara."))
    row.case_id = casebook.case_row(session, case_id).id
    write_act(session, row, "link", actor, idem)
    if row.direction == Direction.INCOMING.value:
        _to_case(session, row, by, idem, _first_scan(session, row))


def add_scan(session: Session, *, letter_id: int, by: Person, idem: str, scan: Scan) -> None:
    """Add a lampiran; the type is checked by content before anything is stored as evidence."""
    row, actor = begin(session, letter_id, None, by, idem, "scan")
    if row is None:
        return
    _keep_scans(session, row, by, [scan])
    write_act(session, row, "scan", actor, idem)


def dispose(
    session: Session,
    *,
    letter_id: int,
    seen_version: int,
    by: Person,
    idem: str,
    to_role: Role,
    to_username: str = "",
    instructions: Sequence[Instruction] = (),
    note: str = "",
    nature: Nature | None = None,
    given_by: str = "",
    outcome: str = "",
    seen_seq: int | None = None,
) -> CaseState | None:
    """Write a disposition: who asks whom for what. A superior gives it; the clerk may copy one from paper.

    ``given_by`` is the login name of the superior whose paper disposition is copied. With ``outcome`` the present step
    of the letter's case is decided in the same transaction (``seen_seq`` as for ``track.decide``).
    """
    row, actor = begin(session, letter_id, seen_version, by, idem, "dispose")
    if row is None:
        return None
    require_state(row, Direction.INCOMING, (LetterStatus.REGISTERED, LetterStatus.DISPOSED))
    if to_role not in WALIDATA_ROLES:
        raise Refused(_("Disposisi diteruskan kepada petugas kantor walidata."))
    if not instructions and not note.strip():
        raise Refused(_("Isi sedikitnya satu perintah atau catatan disposisi."))
    if len(note) > MAX_NOTE:
        raise Refused(_("Catatan disposisi paling panjang {n} huruf agar muat pada satu lembar.").format(n=MAX_NOTE))
    superior = giver(session, by, given_by)
    words = addressee(session, to_role, to_username)
    row.nature = (nature or Nature(row.nature)).value
    row.status = LetterStatus.DISPOSED.value
    earlier = store.dispositions(session, [letter_id]).get(letter_id, [])
    session.add(
        DispositionRow(
            letter_id=letter_id,
            number=len(earlier) + 1,
            given_by=superior.username,
            given_name=superior.name,
            given_capacity=superior.capacity,
            given_employee_number=_employee_number(session, superior.username),
            to_role=to_role.value,
            to_username=to_username.strip().lower(),
            to_words=words,
            instructions=[item.value for item in dict.fromkeys(instructions)],
            note=note.strip(),
            recorded_by=actor.username,
            at=moment.now(),
        )
    )
    write_act(session, row, "dispose", actor, idem, words)
    if not outcome or row.case_id is None:
        return None
    able = {person.username for person in track.receivers(session, case_id=row.case_id, outcome=outcome)}
    named = to_username.strip().lower()
    said = _("Disposisi {agenda} kepada {whom}.").format(agenda=agenda_label(row.agenda_number, row.year), whom=words)
    return track.decide(
        session, case_id=row.case_id, seen_seq=seen(seen_seq), outcome=outcome, by=by, idem=f"{idem}:case",
        note=" ".join(filter(None, (said, note.strip()))), assignee=named if named in able else "",
    )  # fmt: skip


def addressee(session: Session, role: Role, username: str = "") -> str:
    """Whom a disposition names: the post (all posts of the role where several hold it), or post and person."""
    chosen = people.person_by_username(session, username) if username else None
    if chosen is not None and role not in chosen.roles:
        raise Refused(_("{name} tidak memegang peran itu hari ini.").format(name=chosen.name))
    posts = [a for p in ([chosen] if chosen else people.holders(session, role)) if (a := p.assignment_for(role))]
    words = "/".join(dict.fromkeys(rights.capacity_text(post) for post in posts)) or role.value
    return f"{words} ({chosen.name})" if chosen is not None else words


def settle(session: Session, *, letter_id: int, seen_version: int, by: Person, idem: str, note: str) -> None:
    """Close an incoming letter with what was done about it (tindak lanjut)."""
    row, actor = begin(session, letter_id, seen_version, by, idem, "settle")
    if row is None:
        return
    require_state(row, Direction.INCOMING, (LetterStatus.REGISTERED, LetterStatus.DISPOSED))
    if not note.strip():
        raise Refused(_("Sebutkan tindak lanjutnya."))
    row.status = LetterStatus.SETTLED.value
    write_act(session, row, "settle", actor, idem, note)


def _dates(facts: Facts, today: date) -> None:
    received = facts.received_on or today
    if received > today:
        raise Refused(_("Tanggal terima tidak boleh sesudah hari ini."))
    if facts.letter_date is not None and facts.letter_date > received:
        raise Refused(_("Tanggal surat tidak boleh sesudah tanggal terima."))


def _employee_number(session: Session, username: str) -> str:
    return people.profile(session, people.person_by_username(session, username).id).employee_number


def _keep_scans(session: Session, row: LetterRow, by: Person, scans: Sequence[Scan]) -> Evidence | None:
    """Keep the scans; returns the first as evidence. Every one is checked by content before it is stored."""
    kept: list[Evidence] = []
    for scan in scans:
        evidence = documents.store(session, kind=EvidenceKind.LETTER, name=scan.name, content=scan.content, by=by)
        store.add_file(
            session, letter_id=row.id, sha256=evidence.sha256, name=evidence.ref, kind="scan", added_by=by.username
        )
        kept.append(evidence)
    return kept[0] if kept else None


def _first_scan(session: Session, row: LetterRow) -> Evidence | None:
    scans = [paper for paper in store.files_of(session, row.id or 0) if paper.kind == "scan"]
    return Evidence(EvidenceKind.LETTER, scans[0].name, scans[0].sha256) if scans else None


def _open(session: Session, row: LetterRow, by: Person, idem: str, sop_id: str, opd_code: str) -> int:
    return track.start(
        session, sop_id=sop_id, subject=row.subject[:200], by=by, idem=f"{idem}:open", opd_code=opd_code,
        requester=row.correspondent,
    )  # fmt: skip


def _to_case(session: Session, row: LetterRow, by: Person, idem: str, scan: Evidence | None) -> None:
    """Put an incoming letter to its case: as evidence of the present step, or as a note where it cannot be that."""
    case = casebook.case_row(session, row.case_id or 0)
    agenda = agenda_label(row.agenda_number, row.year)
    said = _("Surat masuk {agenda} dari {sender}.").format(agenda=agenda, sender=row.correspondent)
    if scan is not None and case.status == CaseStatus.OPEN:
        sop = casework.sop_of(session, case.sop_sha)
        step = sop.step(case.step)
        person = people.person(session, by.id)
        free = case.assignee in ("", person.username)
        if free and not writes_letter(sop, step) and rights.hat_for(person, sop, step, case.opd_code) is not None:
            named = replace(scan, ref=_("masuk {agenda}").format(agenda=agenda))
            track.attach(
                session,
                case_id=case.id or 0,
                seen_seq=case.seq,
                by=by,
                idem=f"{idem}:attach",
                evidence=named,
                note=said,
            )
            return
    track.add_note(session, case_id=case.id or 0, by=by, idem=f"{idem}:note", note=said)
