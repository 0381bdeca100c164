"""What pages read of the agenda: one book of a year, one letter, the letters of a case, a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from workbench.domain.errors import NotFound
from workbench.domain.letters import (
    Direction,
    Instruction,
    LetterSettings,
    LetterStatus,
    LetterText,
    Nature,
    SignedHow,
    TemplateKind,
    agenda_label,
)
from workbench.domain.people import WALIDATA_ROLES, Person, Role
from workbench.i18n import _
from workbench.services import office_clock
from workbench.services.letter_model import HIDDEN, Act, Disposition, LetterView, Paper, RegisterRow
from workbench.storage import letters as store
from workbench.storage import people_store
from workbench.storage.letter_tables import DispositionRow, LetterFileRow, LetterRow
from workbench.storage.tables import CaseRow

SETTINGS_KEY = "letters"
_DRAFTS = (LetterStatus.DRAFT.value, LetterStatus.REFUSED.value)
_KEEPERS = frozenset({Role.CLERK, Role.SECRETARY, Role.AGENCY_HEAD})


def settings(session: Session) -> LetterSettings:
    """How this office numbers and heads its letters; the head names the walidata office until somebody sets it."""
    body = dict(store.setting(session, SETTINGS_KEY))
    if not body.get("head", {}).get("office"):
        office = next((row.name for row in people_store.opds(session) if row.is_walidata), "")
        body["head"] = {**body.get("head", {}), "office": office}
    return LetterSettings.from_body(body)


def may_read(
    session: Session, person: Person, row: LetterRow, given: Sequence[DispositionRow] | None = None
) -> bool:  # fmt: skip
    """The walidata office reads every letter; a secret one its keepers, its author and whom it was disposed to."""
    if not person.roles & WALIDATA_ROLES:
        return False
    if row.nature != Nature.SECRET.value or person.roles & _KEEPERS or row.created_by == person.username:
        return True
    chain = store.dispositions(session, [row.id or 0]).get(row.id or 0, []) if given is None else given
    return any(
        person.username in (item.given_by, item.to_username)
        or (not item.to_username and item.to_role in {role.value for role in person.roles})
        for item in chain
    )


# ---------------------------------------------------------------- the book


def years(session: Session, direction: Direction) -> list[int]:
    """Years to choose from: this one, and those in which the book has numbers."""
    return sorted({office_clock.today().year, *store.years(session, direction)}, reverse=True)


def register(
    session: Session, *, person: Person, direction: Direction, year: int, wanted: str = ""
) -> list[RegisterRow]:
    """One book of a year for a reader, newest number first; before them, in this year's book, the drafts, which have no
    number yet. ``wanted``: words that must all occur."""
    kept = store.register(session, direction, year)
    if year != office_clock.today().year:
        kept = [row for row in kept if row.agenda_number is not None]
    rows = _rows(session, person, kept)
    words = wanted.casefold().split()
    return [row for row in rows if all(word in _haystack(row) for word in words)]


def search(session: Session, *, person: Person, word: str, limit: int = 20) -> list[RegisterRow]:
    """Letters of both books by number, subject or correspondent; secret ones only for who may read them."""
    found = store.matching(session, word.strip(), limit=limit * 2) if word.strip() else []
    return [row for row in _rows(session, person, found) if row.readable][:limit]


def letters_of_case(session: Session, *, case_id: int, person: Person) -> list[RegisterRow]:
    """The letters of a case, as lines of the book."""
    return _rows(session, person, store.of_case(session, case_id))


def draft_of_case(session: Session, case_id: int) -> int | None:
    """The draft that the case's signing step waits for; None where there is none."""
    for row in store.of_case(session, case_id):
        if row.case_result and row.status in _DRAFTS:
            return row.id
    return None


def _rows(session: Session, person: Person, rows: Sequence[LetterRow]) -> list[RegisterRow]:
    ids = [row.id or 0 for row in rows]
    given = store.dispositions(session, ids)
    answers = store.replies(session, ids)
    cases = case_numbers(session, (row.case_id for row in rows))
    scans = _scan_counts(session, ids)
    found = []
    for row in rows:
        number = row.id or 0
        chain = given.get(number, [])
        readable = may_read(session, person, row, chain)
        found.append(
            RegisterRow(
                letter_id=number,
                agenda=agenda_label(row.agenda_number, row.year),
                agenda_number=row.agenda_number,
                letter_number=row.letter_number,
                correspondent=row.correspondent,
                subject=row.subject if readable else HIDDEN,
                nature=Nature(row.nature),
                classification=row.classification,
                enclosures=row.enclosures,
                letter_date=row.letter_date,
                received_on=row.received_on,
                registered_at=row.created_at,
                status=LetterStatus(row.status),
                disposition=" → ".join(item.to_words for item in chain),
                follow_up=_follow_up(answers.get(number, [])) if readable else "",
                case_id=row.case_id,
                case_number=cases.get(row.case_id or 0, ""),
                scans=scans.get(number, 0),
                readable=readable,
            )
        )
    return found


def _follow_up(answers: Sequence[LetterRow]) -> str:
    signed = [row.letter_number for row in answers if row.letter_number]
    if signed:
        return _("dibalas {numbers}").format(numbers=", ".join(signed))
    return _("balasan sedang disusun") if answers else ""


def _haystack(row: RegisterRow) -> str:
    parts = (
        row.agenda, row.letter_number, row.correspondent, row.subject, row.classification, row.disposition,
        row.case_number, row.follow_up,
    )  # fmt: skip
    return " ".join(parts).casefold()


def case_numbers(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Numbers of cases by id."""
    wanted = sorted({number for number in ids if number is not None})
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        query = select(CaseRow.id, CaseRow.number).where(col(CaseRow.id).in_(wanted[start : start + 500]))
        found |= {number or 0: name for number, name in session.exec(query)}
    return found


def _scan_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        query = select(LetterFileRow.letter_id).where(
            col(LetterFileRow.letter_id).in_(ids[start : start + 500]), col(LetterFileRow.kind).in_(["scan", "signed"])
        )
        for number in session.exec(query):
            found[number or 0] = found.get(number or 0, 0) + 1
    return found


# ---------------------------------------------------------------- one letter


def letter(session: Session, *, letter_id: int, person: Person) -> LetterView:
    """One letter, whole; ``NotFound`` when there is none or it is not for this reader."""
    row = store.letter_row(session, letter_id)
    chain = store.dispositions(session, [letter_id]).get(letter_id, [])
    if not may_read(session, person, row, chain):
        raise NotFound(_("Surat ini tidak ada, atau rahasia dan tidak ditujukan kepada Anda."))
    papers = store.files_of(session, letter_id)
    acts = store.acts(session, letter_id)
    logins = {row.created_by, row.signed_by, *(p.added_by for p in papers), *(d.recorded_by for d in chain)}
    names = people_store.names(session, logins)
    case = session.get(CaseRow, row.case_id, populate_existing=True) if row.case_id is not None else None
    source = store.letter_row(session, row.reply_to) if row.reply_to is not None else None
    answers = store.replies(session, [letter_id]).get(letter_id, [])
    return LetterView(
        letter_id=letter_id,
        version=row.version,
        direction=Direction(row.direction),
        status=LetterStatus(row.status),
        agenda=agenda_label(row.agenda_number, row.year),
        letter_number=row.letter_number,
        classification=row.classification,
        nature=Nature(row.nature),
        subject=row.subject,
        correspondent=row.correspondent,
        enclosures=row.enclosures,
        letter_date=row.letter_date,
        received_on=row.received_on,
        registered_at=row.created_at,
        created_by=row.created_by,
        author_name=names.get(row.created_by, row.created_by),
        case_id=row.case_id,
        case_number=case.number if case else "",
        case_seq=case.seq if case else None,
        case_result=row.case_result,
        template=TemplateKind(row.template) if row.template else None,
        text=LetterText(
            row.body.get("place", ""), tuple(row.body.get("paragraphs", ())), tuple(row.body.get("copies", ()))
        ),
        signed_at=row.signed_at,
        signed_by=names.get(row.signed_by, row.signed_by),
        signed_capacity=row.signed_capacity,
        signed_how=SignedHow(row.signed_how) if row.signed_how else None,
        signed_sha256=row.signed_sha256,
        papers=tuple(
            Paper(p.sha256, p.name, p.kind, p.round, names.get(p.added_by, p.added_by), p.added_at) for p in papers
        ),
        dispositions=tuple(
            Disposition(
                d.number, d.given_name, d.given_capacity, d.given_employee_number, d.to_words,
                tuple(Instruction(key) for key in d.instructions), d.note, names.get(d.recorded_by, d.recorded_by),
                d.at,
            )
            for d in chain
        ),
        acts=tuple(Act(a.act, a.actor_name or a.actor, a.capacity, a.note, a.at) for a in acts),
        reply_to=row.reply_to,
        reply_to_agenda=agenda_label(source.agenda_number, source.year) if source else "",
        replies=tuple((a.id or 0, a.letter_number or _("draf")) for a in answers),
    )  # fmt: skip
