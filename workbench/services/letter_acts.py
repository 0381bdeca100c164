"""What all verbs of the agenda share: who was first, who may, and the act that is written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from workbench.domain.errors import IllegalMove, NotAllowed, Refused, Stale
from workbench.domain.letters import (
    Direction,
    LetterStatus,
    agenda_label,
    check_classification,
)
from workbench.domain.people import Person
from workbench.i18n import N_, _
from workbench.services import office_clock, people, rights
from workbench.services.casework import Actor
from workbench.services.letter_model import Facts
from workbench.services.letter_views import may_read
from workbench.storage import audit_log
from workbench.storage import letters as store
from workbench.storage.database import require_writing
from workbench.storage.letter_tables import LetterRow

MAX_SUBJECT = 300
_DONE_WORDS = {
    "revise": N_("diubah"),
    "refuse": N_("dikembalikan"),
    "sign": N_("ditandatangani"),
    "dispose": N_("didisposisi"),
    "send": N_("dikirim"),
}


def begin(
    session: Session, letter_id: int, seen_version: int | None, by: Person, idem: str, act: str
) -> tuple[LetterRow | None, Actor]:
    """Was this key used? Has somebody been first? May this person read the letter? None: it was done before."""
    require_writing(session)
    actor = rights.office_member(session, by)
    known = store.act_by_key(session, idem)
    if known is not None:
        if same(known.act, act, known.letter_id) != letter_id:
            raise key_reused()
        return None, actor
    row = store.letter_row(session, letter_id)
    if not may_read(session, people.person(session, by.id), row):
        raise NotAllowed(_("Surat ini rahasia dan tidak ditujukan kepada Anda."))
    if seen_version is not None and row.version != seen_version:
        last = store.acts(session, letter_id)[-1]
        raise Stale(
            _("Surat ini sudah {what} oleh {who} pukul {time}. Muat ulang halaman.").format(
                what=_(_DONE_WORDS.get(last.act, "diubah")),
                who=last.actor_name or last.actor,
                time=office_clock.hour_text(last.at),
            )
        )
    return row, actor


def same(known: str, wanted: str, letter_id: int) -> int:
    if known != wanted:
        raise key_reused()
    return letter_id


def key_reused() -> Refused:
    return Refused(_("Permintaan ini sudah pernah dipakai untuk tindakan lain. Muat ulang halaman."))


def write_act(
    session: Session, row: LetterRow, act: str, actor: Actor, idem: str, note: str = "", *, moves: bool = True
) -> None:
    """Write the act into the letter's history and the audit log, and move the letter's version where it changes."""
    if moves:
        row.version += 1
    session.add(row)
    session.flush()
    store.add_act(
        session, letter_id=row.id, idem=idem, act=act, actor=actor.username, actor_name=actor.name,
        capacity=actor.capacity, note=note.strip(),
    )  # fmt: skip
    body = {
        "letter": row.id, "direction": row.direction, "agenda": agenda_label(row.agenda_number, row.year),
        "number": row.letter_number, "version": row.version, "note": note.strip(), "sha256": row.signed_sha256,
    }  # fmt: skip
    audit_log.append(session, actor.username, f"letter.{act}", body)


def require_state(row: LetterRow, direction: Direction, statuses: Sequence[LetterStatus]) -> None:
    if row.direction != direction.value or row.status not in {status.value for status in statuses}:
        raise IllegalMove(_("Surat ini tidak dalam keadaan untuk tindakan itu. Muat ulang halaman."))


def seen(seen_seq: int | None) -> int:
    if seen_seq is None:
        raise ValueError("deciding a case's step needs the seq that was seen")
    return seen_seq


def columns_of(facts: Facts) -> dict[str, Any]:
    """Columns from facts, trimmed; ``Refused`` names the one that is missing."""
    subject, other = facts.subject.strip(), facts.correspondent.strip()
    if not subject or len(subject) > MAX_SUBJECT:
        raise Refused(_("Hal surat wajib diisi, paling panjang {n} huruf.").format(n=MAX_SUBJECT))
    if not other:
        raise Refused(_("Isi asal atau tujuan surat."))
    return {
        "subject": subject, "correspondent": other, "letter_number": facts.letter_number.strip(),
        "letter_date": facts.letter_date, "nature": facts.nature.value, "enclosures": facts.enclosures.strip(),
        "classification": check_classification(facts.classification),
    }  # fmt: skip


def giver(session: Session, by: Person, named: str) -> Actor:
    """The superior whose act this is: the person, or whom the clerk copies from paper."""
    person = people.person(session, by.id)
    if not named or named == person.username:
        return rights.supervisor(session, by)
    if not person.roles & set(rights.RECORDERS):
        raise NotAllowed(_("Hanya pengadministrasi surat atau staf yang mencatat atas nama atasan."))
    return rights.supervisor(session, people.person_by_username(session, named))
