"""A colleague is away: all steps in their hands go to another, one event each, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, or_, select

from workbench.domain.engine import CaseStatus, EventType
from workbench.domain.errors import Refused
from workbench.domain.people import Person
from workbench.domain.sop import Sop
from workbench.i18n import _
from workbench.services import people, rights, track
from workbench.storage import casebook
from workbench.storage.tables import CaseRow, EventRow

_IN_HAND = (CaseStatus.OPEN.value, CaseStatus.PAUSED.value)


@dataclass(frozen=True, slots=True)
class InHand:
    """A step that somebody took or was given. ``can`` says whether the successor holds its lane today."""

    case_id: int
    seq: int
    number: str
    subject: str
    step_no: str
    activity: str
    lane_name: str
    can: bool


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Cases that changed hands, and numbers of those that stay because the successor does not hold their lane."""

    case_ids: tuple[int, ...]
    left: tuple[str, ...]


def in_hand(session: Session, *, username: str, successor: Person | None = None) -> list[InHand]:
    """The open steps that a person has taken or was given, oldest first."""
    return [_item(row, sop, successor) for row, sop in _held(session, username)]


def _held(session: Session, username: str) -> list[tuple[CaseRow, Sop]]:
    mine = or_(CaseRow.taken_by == username, (col(CaseRow.taken_by) == "") & (col(CaseRow.assignee) == username))
    query = select(CaseRow).where(col(CaseRow.status).in_(_IN_HAND), mine).order_by(col(CaseRow.id))
    rows = session.exec(query.execution_options(populate_existing=True)).all()
    return [(row, casebook.sop_of(session, row.sop_sha)) for row in rows]


def _item(row: CaseRow, sop: Sop, successor: Person | None) -> InHand:
    step = sop.step(row.step)
    can = successor is not None and rights.hat_for(successor, sop, step, row.opd_code) is not None
    lane = sop.holder(step).name
    return InHand(row.id or 0, row.seq, row.number, row.subject, row.step, step.activity, lane, can)


def loads(session: Session) -> dict[str, int]:
    """How many open or held steps each person has in hand (login name to count); who has none is not in it."""
    holder = func.coalesce(func.nullif(col(CaseRow.taken_by), ""), col(CaseRow.assignee))
    query = select(holder, func.count()).where(col(CaseRow.status).in_(_IN_HAND), holder != "").group_by(holder)
    return {username: int(count) for username, count in session.exec(query)}


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who could step in: how many of the absent colleague's steps they may take, and what they have."""

    person: Person
    can: int
    holds: int


def takers(session: Session, *, username: str) -> list[Taker]:
    """Who could take over the steps of a person, those who may take the most and have the least in hand first."""
    loaded, rows = loads(session), _held(session, username)
    found = []
    for profile in people.profiles(session, active_only=True):
        person = profile.person
        if person.username != username and person.roles:
            can = sum(_item(row, sop, person).can for row, sop in rows)
            if can:
                found.append(Taker(person, can, loaded.get(person.username, 0)))
    return sorted(found, key=lambda taker: (-taker.can, taker.holds, taker.person.name))


def hand_over(
    session: Session, *, from_username: str, to_username: str, by: Person, reason: str, idem: str
) -> HandedOver:
    """Give all open steps of one person to another who holds their lanes; only a superior may, and says why.

    What nobody has taken needs no handing over: colleagues of the lane see it as before. The same key again answers
    with what it did. ``Refused`` when there is nothing that this successor may take.
    """
    source, target = from_username.strip().lower(), to_username.strip().lower()
    rights.supervisor(session, by)
    done = _done_before(session, idem)
    if done:
        return HandedOver(done, tuple(item.number for item in in_hand(session, username=source)))
    if not reason.strip():
        raise Refused(_("Alasan pengalihan wajib diisi."))
    if source == target:
        raise Refused(_("Pilih rekan lain sebagai penerima."))
    successor = people.person_by_username(session, target)
    items = in_hand(session, username=source, successor=successor)
    if not any(item.can for item in items):
        raise Refused(
            _("Tidak ada langkah yang dapat dialihkan kepada {name}.").format(name=successor.name)
            if items
            else _("Tidak ada langkah yang sedang dipegang.")
        )
    moved = []
    for item in items:
        if not item.can:
            continue
        track.reassign(
            session, case_id=item.case_id, seen_seq=item.seq, by=by, idem=f"{idem}:{item.case_id}", assignee=target,
            note=reason.strip(),
        )  # fmt: skip
        moved.append(item.case_id)
    return HandedOver(tuple(moved), tuple(item.number for item in items if not item.can))


def _done_before(session: Session, idem: str) -> tuple[int, ...]:
    query = select(EventRow.case_id).where(
        EventRow.type == EventType.REASSIGN.value, col(EventRow.idem).startswith(f"{idem}:", autoescape=True)
    )
    return tuple(session.exec(query.order_by(col(EventRow.id))))
