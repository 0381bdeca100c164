"""Outgoing letters: drafted without a number, signed outside the workbench, numbered by the act that records it.

The workbench signs nothing: it keeps the file that was signed and says by whom that was recorded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import filetype
from sqlmodel import Session

from workbench import moment
from workbench.domain.engine import CaseState, CaseStatus, Evidence
from workbench.domain.errors import NotAllowed, Refused, Stale
from workbench.domain.letters import (
    Direction,
    LetterStatus,
    LetterText,
    NumberPattern,
    SignedHow,
    TemplateKind,
    agenda_label,
    signing_step,
)
from workbench.domain.people import Person
from workbench.domain.sop import EvidenceKind, OutcomeKind
from workbench.i18n import _
from workbench.services import casework, documents, office_clock, rights, track
from workbench.services.casework import Actor
from workbench.services.letter_acts import begin, columns_of, giver, require_state, same, seen, write_act
from workbench.services.letter_model import Facts, Scan, Signed
from workbench.services.letter_views import draft_of_case, settings
from workbench.storage import casebook
from workbench.storage import letters as store
from workbench.storage.database import require_writing
from workbench.storage.letter_tables import LetterRow

_SIGNED_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})


def draft(
    session: Session,
    *,
    by: Person,
    idem: str,
    template: TemplateKind,
    facts: Facts,
    text: LetterText,
    case_id: int | None = None,
    reply_to: int | None = None,
    case_result: bool = False,
) -> int:
    """Begin an outgoing letter; it has no number. ``case_result``: the letter the case's signing step asks for."""
    actor = rights.office_member(session, by)
    known = store.act_by_key(session, idem)
    if known is not None:
        return same(known.act, "draft", known.letter_id)
    source = store.letter_row(session, reply_to) if reply_to is not None else None
    if case_id is None and source is not None:
        case_id = source.case_id
    if case_result:
        _one_result(session, case_id)
    row = LetterRow(
        direction=Direction.OUTGOING.value,
        status=LetterStatus.DRAFT.value,
        **columns_of(replace(facts, letter_number="", letter_date=None)),
        template=template.value,
        body=_body(text),
        case_id=casebook.case_row(session, case_id).id if case_id is not None else None,
        reply_to=reply_to,
        case_result=case_result,
        created_by=actor.username,
        created_at=moment.now(),
    )
    session.add(row)
    session.flush()
    write_act(session, row, "draft", actor, idem, moves=False)
    return row.id or 0


def revise(
    session: Session, *, letter_id: int, seen_version: int, by: Person, idem: str, facts: Facts, text: LetterText
) -> None:
    """Change a draft (also one that came back). What was printed before stays among its papers."""
    row, actor = begin(session, letter_id, seen_version, by, idem, "revise")
    if row is None:
        return
    require_state(row, Direction.OUTGOING, (LetterStatus.DRAFT, LetterStatus.REFUSED))
    for name, value in columns_of(replace(facts, letter_number="", letter_date=None)).items():
        setattr(row, name, value)
    row.body, row.status = _body(text), LetterStatus.DRAFT.value
    write_act(session, row, "revise", actor, idem)


def refuse(
    session: Session,
    *,
    letter_id: int,
    seen_version: int,
    by: Person,
    idem: str,
    note: str,
    outcome: str = "",
    seen_seq: int | None = None,
) -> CaseState | None:
    """Send a draft back with what is to be mended; it keeps no number. ``outcome`` returns the case as well."""
    row, _actor = begin(session, letter_id, seen_version, by, idem, "refuse")
    if row is None:
        return None
    require_state(row, Direction.OUTGOING, (LetterStatus.DRAFT,))
    actor = rights.supervisor(session, by)
    if not note.strip():
        raise Refused(_("Pengembalian harus disertai catatan: apa yang perlu diperbaiki."))
    row.status = LetterStatus.REFUSED.value
    write_act(session, row, "refuse", actor, idem, note)
    if not outcome or row.case_id is None:
        return None
    return track.decide(
        session, case_id=row.case_id, seen_seq=seen(seen_seq), outcome=outcome, by=by, idem=f"{idem}:case", note=note
    )


def bring_signed(session: Session, *, letter_id: int, by: Person, idem: str, scan: Scan) -> str:
    """Keep the scan of a letter signed on paper, for the signer to record; no number yet. Returns its SHA-256."""
    row, actor = begin(session, letter_id, None, by, idem, "bring_signed")
    if row is None:
        return _brought(session, letter_id)
    require_state(row, Direction.OUTGOING, (LetterStatus.DRAFT,))
    evidence = _keep_signed(session, row, by, scan, SignedHow.WET)
    write_act(session, row, "bring_signed", actor, idem)
    return evidence.sha256


def sign(
    session: Session,
    *,
    letter_id: int,
    seen_version: int,
    by: Person,
    idem: str,
    how: SignedHow,
    scan: Scan | None = None,
    signer: str = "",
    note: str = "",
    outcome: str = "",
    seen_seq: int | None = None,
) -> Signed:
    """Record that a letter was signed, and give it its numbers: agenda number of the day's year and letter number.

    ``scan`` is the signed file (PDF, JPEG, PNG); without it, the newest one that ``bring_signed`` kept. A letter that
    is its case's result is signed at the case's signing step, by who holds that lane, and completes it as evidence.
    Other letters are signed by a superior; the clerk may record it for a superior named by login name in ``signer``.

    ``Refused``, and no number is used, when the file is the unsigned draft itself, is no scan, claims an electronic
    signature it does not carry, or the case is not at that step. ``NotAllowed`` for its drafter.
    """
    require_writing(session)
    known = store.act_by_key(session, idem)
    if known is not None:
        row = store.letter_row(session, same(known.act, "sign", letter_id))
        state = casework.state_of(session, row.case_id)[0] if row.case_id and row.case_result else None
        return Signed(letter_id, agenda_label(row.agenda_number, row.year), row.letter_number, state)
    found, actor = begin(session, letter_id, seen_version, by, idem, "sign")
    row = found or store.letter_row(session, letter_id)
    require_state(row, Direction.OUTGOING, (LetterStatus.DRAFT,))
    way = ""
    if row.case_result:
        signer_actor, way = _signing(session, row, by, outcome, seen(seen_seq))
    else:
        signer_actor = giver(session, by, signer)
    if row.created_by == signer_actor.username:
        raise NotAllowed(_("Penyusun tidak boleh memaraf atau menandatangani hasilnya sendiri."))
    evidence = _keep_signed(session, row, by, scan, how) if scan is not None else _brought_evidence(session, row)
    today = office_clock.today()
    setting = settings(session)
    code = row.classification or setting.classification
    row.year, row.agenda_number = today.year, store.next_number(session, Direction.OUTGOING, today.year)
    row.letter_number = NumberPattern(setting.pattern).fill(
        number=row.agenda_number, classification=code, unit=setting.unit, day=today
    )
    row.classification, row.letter_date, row.status = code, today, LetterStatus.SIGNED.value
    row.signed_at, row.signed_by, row.signed_how = moment.now(), signer_actor.username, how.value
    row.signed_capacity, row.signed_sha256 = signer_actor.capacity, evidence.sha256
    state = None
    if row.case_result:
        state = track.decide(
            session, case_id=row.case_id or 0, seen_seq=seen(seen_seq), outcome=way, by=by, idem=f"{idem}:case",
            note=note, evidence=replace(evidence, ref=row.letter_number),
        )  # fmt: skip
    elif row.case_id is not None:
        said = _("Surat keluar {number} kepada {whom} ditandatangani.").format(
            number=row.letter_number, whom=row.correspondent
        )
        track.add_note(session, case_id=row.case_id, by=by, idem=f"{idem}:note", note=said)
    write_act(session, row, "sign", actor, idem, row.letter_number)
    return Signed(letter_id, agenda_label(row.agenda_number, row.year), row.letter_number, state)


def send(session: Session, *, letter_id: int, seen_version: int, by: Person, idem: str, note: str = "") -> None:
    """Note that a signed letter went out, and how (post, courier, e-mail, by hand)."""
    row, actor = begin(session, letter_id, seen_version, by, idem, "send")
    if row is None:
        return
    require_state(row, Direction.OUTGOING, (LetterStatus.SIGNED,))
    row.status = LetterStatus.SENT.value
    write_act(session, row, "send", actor, idem, note)


def _body(text: LetterText) -> dict[str, Any]:
    paragraphs = [part.strip() for part in text.paragraphs if part.strip()]
    if not paragraphs:
        raise Refused(_("Isi surat masih kosong."))
    return {
        "place": text.place.strip(),
        "paragraphs": paragraphs,
        "copies": [c.strip() for c in text.copies if c.strip()],
    }


def _keep_signed(session: Session, row: LetterRow, by: Person, scan: Scan, how: SignedHow) -> Evidence:
    guess = filetype.guess(scan.content[:8192]) if scan.content else None
    if guess is None or guess.mime not in _SIGNED_TYPES:
        raise Refused(
            _("Surat bertanda tangan berupa PDF atau gambar hasil pindai, bukan berkas yang masih dapat diubah.")
        )
    if how is SignedHow.ELECTRONIC and not (guess.mime == "application/pdf" and b"/ByteRange" in scan.content):
        raise Refused(
            _("Berkas ini tidak memuat tanda tangan elektronik. Unggah PDF dari layanan tanda tangan elektronik.")
        )
    evidence = documents.store(session, kind=EvidenceKind.LETTER, name=scan.name, content=scan.content, by=by)
    papers = store.files_of(session, row.id or 0)
    if any(paper.sha256 == evidence.sha256 and paper.kind == "draft" for paper in papers):
        raise Refused(_("Ini berkas draf yang belum ditandatangani. Unggah surat yang sudah ditandatangani."))
    store.add_file(
        session, letter_id=row.id, sha256=evidence.sha256, name=evidence.ref, kind="signed", added_by=by.username,
        round=row.version,
    )  # fmt: skip
    return evidence


def _brought(session: Session, letter_id: int) -> str:
    return next((p.sha256 for p in reversed(store.files_of(session, letter_id)) if p.kind == "signed"), "")


def _brought_evidence(session: Session, row: LetterRow) -> Evidence:
    """The scan that was brought after the last change of the text; an older one shows another letter."""
    changed = max((a.at for a in store.acts(session, row.id or 0) if a.act in ("draft", "revise")), default=None)
    for paper in reversed(store.files_of(session, row.id or 0)):
        if paper.kind == "signed" and changed is not None and paper.added_at >= changed:
            return Evidence(EvidenceKind.LETTER, paper.name, paper.sha256)
    raise Refused(_("Unggah surat yang sudah ditandatangani; ruang kerja tidak membubuhkan tanda tangan."))


def _one_result(session: Session, case_id: int | None) -> None:
    if case_id is None:
        raise Refused(_("Pilih perkara yang diselesaikan oleh surat ini."))
    case = casebook.case_row(session, case_id)
    if signing_step(casework.sop_of(session, case.sop_sha)) is None:
        raise Refused(_("SOP perkara ini tidak memiliki langkah tanda tangan surat."))
    if draft_of_case(session, case_id) is not None:
        raise Refused(_("Perkara ini sudah memiliki draf surat; ubah draf itu."))


def _signing(session: Session, row: LetterRow, by: Person, outcome: str, seen_seq: int) -> tuple[Actor, str]:
    """Who signs, in the lane of the case's signing step, and by which outcome; asked before a number is given."""
    case = casebook.case_row(session, row.case_id or 0)
    if case.seq != seen_seq:
        raise Stale(casework.stale_sentence(session, case.id or 0, seen_seq))
    sop = casework.sop_of(session, case.sop_sha)
    step = sop.step(case.step) if case.status == CaseStatus.OPEN else None
    ways = [o.key for o in step.outcomes if o.kind is OutcomeKind.SIGN] if step is not None else []
    if step is None or step.evidence is not EvidenceKind.LETTER or not ways:
        place = signing_step(sop)
        raise Refused(
            _("Perkara belum berada di langkah tanda tangan ({no}). Nomor diberikan saat langkah itu diputus.").format(
                no=place.no if place else "–"
            )
        )
    return rights.lane_holder(session, by, sop, step, case.opd_code).actor, outcome or ways[0]
