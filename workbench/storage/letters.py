"""Letters as rows: numbering, reading, the acts of a letter, and the office's settings. Rules are in the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select

from workbench import moment
from workbench.domain.errors import NotFound
from workbench.domain.letters import Direction, LetterStatus
from workbench.i18n import _
from workbench.storage.database import require_writing
from workbench.storage.letter_tables import (
    DispositionRow,
    LetterActRow,
    LetterCounterRow,
    LetterFileRow,
    LetterRow,
    OfficeSettingRow,
)


def next_number(session: Session, direction: Direction, year: int) -> int:
    """The next agenda number of a book and year: 1, 2, 3 … without gaps.

    Given inside ``writing()`` with the counter's row locked until the transaction ends; when that rolls back, so does
    the counter, and the number goes to the next letter.
    """
    require_writing(session)
    session.flush()
    query = select(LetterCounterRow).where(LetterCounterRow.direction == direction.value, LetterCounterRow.year == year)
    row = session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        row = LetterCounterRow(direction=direction.value, year=year, last=1)
    else:
        row.last += 1
    session.add(row)
    session.flush()
    return row.last


def problems(session: Session) -> list[str]:
    """What is wrong with the numbers, one sentence each; empty when every book runs 1, 2, 3 … to its counter."""
    last = {
        (row.direction, row.year): row.last for row in session.exec(select(LetterCounterRow))
    }  # fmt: skip
    found: list[str] = []
    numbers: dict[tuple[str, int], list[int]] = {}
    query = select(LetterRow.direction, LetterRow.year, LetterRow.agenda_number).where(
        col(LetterRow.agenda_number).is_not(None)
    )
    for direction, year, number in session.exec(query):
        numbers.setdefault((direction, year or 0), []).append(number or 0)
    for book in sorted(set(last) | set(numbers)):
        have = sorted(numbers.get(book, []))
        if have != list(range(1, last.get(book, 0) + 1)):
            found.append(f"letter {book[0]} {book[1]}: numbers {have[:3]}… do not run 1 to {last.get(book, 0)}")
    return found


# ---------------------------------------------------------------- letters


def letter_row(session: Session, letter_id: int) -> LetterRow:
    """The letter as it is in the database now; ``NotFound`` when there is none."""
    row = session.get(LetterRow, letter_id, populate_existing=True)
    if row is None:
        raise NotFound(_("Surat tidak ditemukan."))
    return row


def register(session: Session, direction: Direction, year: int) -> list[LetterRow]:
    """One book of a year, newest number first; drafts, which have no number yet, stand before all."""
    mine = LetterRow.direction == direction.value
    numberless = and_(
        col(LetterRow.agenda_number).is_(None),
        col(LetterRow.status).in_([LetterStatus.DRAFT.value, LetterStatus.REFUSED.value]),
    )
    query = select(LetterRow).where(mine, or_(LetterRow.year == year, numberless))
    rows = list(session.exec(query))
    return sorted(rows, key=lambda row: (row.agenda_number is not None, -(row.agenda_number or 0), -(row.id or 0)))


def of_month(session: Session, direction: Direction, end: date) -> list[LetterRow]:
    """Numbered letters of a book up to (not including) a day, in the order of their dates and numbers."""
    dated = LetterRow.received_on if direction is Direction.INCOMING else LetterRow.letter_date
    query = select(LetterRow).where(
        LetterRow.direction == direction.value, col(LetterRow.agenda_number).is_not(None), col(dated) < end
    )
    return list(session.exec(query.order_by(col(dated), col(LetterRow.year), col(LetterRow.agenda_number))))


def last_acts(session: Session, act: str) -> dict[int, LetterActRow]:
    """The last act of a kind, by letter."""
    query = select(LetterActRow).where(LetterActRow.act == act).order_by(col(LetterActRow.id))
    return {row.letter_id: row for row in session.exec(query)}


def years(session: Session, direction: Direction) -> list[int]:
    """The years in which the book has numbers, newest first."""
    query = select(LetterRow.year).where(LetterRow.direction == direction.value, col(LetterRow.year).is_not(None))
    return sorted({year for year in session.exec(query.distinct()) if year is not None}, reverse=True)


def matching(session: Session, word: str, *, limit: int = 50) -> list[LetterRow]:
    """Letters whose number, subject or correspondent contains a word, newest first."""
    places = (LetterRow.letter_number, LetterRow.subject, LetterRow.correspondent)
    found = or_(*(func.lower(col(place)).contains(word.lower(), autoescape=True) for place in places))
    return list(session.exec(select(LetterRow).where(found).order_by(col(LetterRow.id).desc()).limit(limit)))


def of_case(session: Session, case_id: int) -> list[LetterRow]:
    """The letters of a case, in the order they were written down."""
    return list(session.exec(select(LetterRow).where(LetterRow.case_id == case_id).order_by(col(LetterRow.id))))


def replies(session: Session, letter_ids: Iterable[int]) -> dict[int, list[LetterRow]]:
    """Outgoing letters by the letter they answer."""
    found: dict[int, list[LetterRow]] = {}
    query = select(LetterRow).where(col(LetterRow.reply_to).in_(list(letter_ids))).order_by(col(LetterRow.id))
    for row in session.exec(query):
        found.setdefault(row.reply_to or 0, []).append(row)
    return found


# ---------------------------------------------------------------- acts


def act_by_key(session: Session, idem: str) -> LetterActRow | None:
    """What an idempotency key already did."""
    return session.exec(select(LetterActRow).where(LetterActRow.idem == idem)).first()


def acts(session: Session, letter_id: int) -> list[LetterActRow]:
    """What was done to a letter, in order."""
    return list(
        session.exec(select(LetterActRow).where(LetterActRow.letter_id == letter_id).order_by(col(LetterActRow.id)))
    )  # fmt: skip


def add_act(session: Session, **values: Any) -> None:
    """Write an act down, now."""
    require_writing(session)
    session.add(LetterActRow(**values, at=moment.now()))
    session.flush()


# ---------------------------------------------------------------- papers and dispositions


def add_file(
    session: Session, *, letter_id: int | None, sha256: str, name: str, kind: str, added_by: str, round: int = 0
) -> None:
    """Note a stored file as a paper of a letter; the same paper again is left as it is."""
    query = select(LetterFileRow).where(
        LetterFileRow.letter_id == letter_id, LetterFileRow.sha256 == sha256, LetterFileRow.kind == kind
    )
    known = session.exec(query).first()
    if known is None:
        row = LetterFileRow(
            letter_id=letter_id, sha256=sha256, name=name, kind=kind, added_by=added_by, round=round,
            added_at=moment.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()


def files_of(session: Session, letter_id: int) -> list[LetterFileRow]:
    """The papers of a letter, in the order they came."""
    query = select(LetterFileRow).where(LetterFileRow.letter_id == letter_id).order_by(col(LetterFileRow.id))
    return list(session.exec(query))


def file_uses(session: Session, sha256: str) -> list[LetterFileRow]:
    """Where a stored file is a paper."""
    return list(session.exec(select(LetterFileRow).where(LetterFileRow.sha256 == sha256)))


def dispositions(session: Session, letter_ids: Iterable[int]) -> dict[int, list[DispositionRow]]:
    """Dispositions by letter, in order."""
    found: dict[int, list[DispositionRow]] = {}
    ids = list(letter_ids)
    for start in range(0, len(ids), 500):
        query = select(DispositionRow).where(col(DispositionRow.letter_id).in_(ids[start : start + 500]))
        for row in session.exec(query.order_by(col(DispositionRow.letter_id), col(DispositionRow.number))):
            found.setdefault(row.letter_id, []).append(row)
    return found


# ---------------------------------------------------------------- settings


def setting(session: Session, key: str) -> Mapping[str, Any]:
    """The document under a key; empty when nothing was set."""
    row = session.get(OfficeSettingRow, key, populate_existing=True)
    return row.body if row is not None else {}


def set_setting(session: Session, key: str, body: Mapping[str, Any], *, by: str) -> None:
    """Replace the document under a key."""
    require_writing(session)
    row = session.get(OfficeSettingRow, key)
    if row is None:
        row = OfficeSettingRow(key=key, body=dict(body), updated_by=by, updated_at=moment.now())
    else:
        row.body, row.updated_by, row.updated_at = dict(body), by, moment.now()
    session.add(row)
    session.flush()
