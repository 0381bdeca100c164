"""Deciding a step: what is asked, the object it is about, a note, and the step's own outcomes as buttons.

Small state, by case and sequence number: ``idem-<case>-<seq>`` is the idempotency key made when the form is first
drawn, so that a double click or a rerun gives the same answer; ``note-<case>-<seq>`` is the note being written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import streamlit as st
from sqlmodel import Session

from workbench.domain import handed_in
from workbench.domain.engine import CaseStatus, Evidence
from workbench.domain.people import Person
from workbench.domain.sop import EvidenceKind, Outcome, OutcomeKind, Step
from workbench.i18n import _
from workbench.services import case_link, documents, holds, letters, track
from workbench.services.track import CaseView
from workbench.ui import access, feedback, words
from workbench.ui.components import evidence as evidence_words
from workbench.ui.resources import reading, writing

_ICONS = {
    OutcomeKind.FORWARD: ":material/arrow_forward:",
    OutcomeKind.PARAF: ":material/draw:",
    OutcomeKind.SIGN: ":material/signature:",
    OutcomeKind.RETURN: ":material/undo:",
}


_RETURNED_WITH_CELLS = frozenset({EvidenceKind.SUBMISSION, EvidenceKind.DATASET_VERSION})
"""What is sent back on its own page, with the list of cells to mend."""


def idem(view: CaseView) -> str:
    """The key of this form; the same for every rerun until the case moves on."""
    key = f"idem-{view.case_id}-{view.seq}"
    return st.session_state.setdefault(key, uuid4().hex)


def panel(view: CaseView, person: Person) -> None:
    """The decision of the present step, for whoever may take it; a sentence for everybody else."""
    if view.state.ended:
        return
    step = view.sop.step(view.state.step)
    if view.state.status is CaseStatus.WAITING_CHILDREN:
        st.info(
            _("Perkara ini menunggu kiriman tiap OPD; putusan ada pada perkara OPD di bawah."),
            icon=":material/call_split:",
        )
        return
    if view.state.status is CaseStatus.PAUSED:
        _held(view)
        return
    if not view.allowed.decide:
        st.markdown(f":gray[{_('Menunggu {holder}.').format(holder=view.holder_name)}]")
        return
    _take(view)
    elsewhere = not _object(view, step, person) or _letter(view, step)
    ways = [outcome for outcome in step.outcomes if not elsewhere or outcome.kind is OutcomeKind.RETURN]
    if elsewhere and (not ways or step.evidence in _RETURNED_WITH_CELLS):
        return
    if not elsewhere:
        _receiver(view, step)
    note = st.text_area(
        _("Catatan"), key=f"note-{view.case_id}-{view.seq}", height=80,
        placeholder=_("Wajib bila mengembalikan: apa yang perlu diperbaiki."),
    )  # fmt: skip
    paper = None if elsewhere else _paper(view, step)
    with st.container(horizontal=True):
        for number, outcome in enumerate(_ordered(tuple(ways))):
            st.button(
                outcome.label,
                key=f"decide-{view.case_id}-{view.seq}-{outcome.key}",
                icon=_ICONS[outcome.kind],
                type="primary" if number == 0 and not elsewhere else "secondary",
                help=_sha_help(view),
                on_click=_decide,
                args=(view, outcome, note, paper),
            )


def _held(view: CaseView) -> None:
    """Since when, for whom and why the case is held, and the button that lets it go on for those who may."""
    party, reason = holds.party_words(view.state.paused_for), holds.reason_words(view.state.pause_reason)
    said = _("Dijeda sejak {when}.").format(when=words.when(view.state.paused_since))
    if party:
        said += " " + _("Menunggu {party}.").format(party=words.plain(party))
    if reason:
        said += " " + _("Alasan: {reason}.").format(reason=words.plain(reason))
    st.info(said + " " + _("Waktu ini tidak dibebankan kepada kantor."), icon=":material/pause_circle:")
    if view.allowed.resume:
        st.button(
            _("Lanjutkan"), key=f"resume-{view.case_id}-{view.seq}", type="primary", icon=":material/play_arrow:",
            on_click=_simple, args=(view, track.resume, _("Dilanjutkan: jam langkah berjalan lagi.")),
        )  # fmt: skip


def _take(view: CaseView) -> None:
    """Who works on the step and since when; where nobody does, the button that starts the working clock."""
    if view.state.taken_by:
        since = view.stays[-1].taken_at if view.stays else None
        st.caption(_("Anda kerjakan sejak {when}.").format(when=words.when(since)))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Mulai kerjakan"), key=f"take-{view.case_id}-{view.seq}", icon=":material/back_hand:",
            help=_("Jam mengerjakan mulai berjalan dan rekan melihat bahwa Anda yang memegangnya."),
            on_click=_simple, args=(view, track.take, _("Langkah ini kini di tangan Anda.")),
        )  # fmt: skip
        st.caption(_("Belum ada yang mengerjakan."), width="content")


def _simple(view: CaseView, verb: Callable[..., Any], said: str) -> None:
    with feedback.shown_errors(later=True) as done, writing() as session:
        verb(
            session, case_id=view.case_id, seen_seq=view.seq, by=access.require(), idem=f"{idem(view)}-{verb.__name__}"
        )
    if done.ok:
        feedback.flash(said)


def _receiver(view: CaseView, step: Step) -> None:
    """Whom a disposition names; offered where a superior hands work down and more than one could do it."""
    with reading() as session:
        able = {
            outcome.key: track.receivers(session, case_id=view.case_id, outcome=outcome.key)
            for outcome in step.outcomes
        }
    given = next((outcome for outcome in step.outcomes if len(able[outcome.key]) > 1), None)
    if given is None:
        return
    names = {person.username: person.name for person in able[given.key]}
    lane = view.sop.holder(view.sop.step(given.to)).name
    st.selectbox(
        _("{outcome} kepada").format(outcome=given.label), list(names), index=None, format_func=names.__getitem__,
        key=_receiver_key(view, given), placeholder=_("Semua {lane}").format(lane=lane),
        help=_("Boleh dikosongkan: langkah {no} lalu tampak pada semua pemegang perannya.").format(no=given.to),
    )  # fmt: skip


def _receiver_key(view: CaseView, outcome: Outcome) -> str:
    return f"to-{view.case_id}-{view.seq}-{outcome.key}"


def _ordered(outcomes: tuple[Outcome, ...]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: outcome.kind is OutcomeKind.RETURN)


def _sha_help(view: CaseView) -> str | None:
    seen = view.under_review
    return _("Anda memutus atas berkas dengan SHA-256 {sha}…").format(sha=seen.sha256[:16]) if seen else None


def _object(view: CaseView, step: Step, person: Person) -> bool:
    """Show what the step is about; False when the object has to be made on its own page first."""
    if view.under_review is not None:
        st.markdown(_("Yang diputus: {link}").format(link=evidence_words.link(view.under_review, person)))
        return True
    if step.evidence is None or step.no in view.evidence:
        if step.no in view.evidence:
            st.markdown(_("Terlampir: {link}").format(link=evidence_words.link(view.evidence[step.no], person)))
        return True
    if handed_in.handed_in(view.sop, step, period=view.period):
        return True
    if step.evidence is EvidenceKind.RELEASE and (own := handed_in.own_publication(view.sop, view.state)):
        st.markdown(_("Yang diterbitkan: {link}").format(link=evidence_words.link(own, person)))
        return True
    if case_link.gathers(view.sop, step.no):
        _gather(view)
        return True
    place = evidence_words.where_to_make(step.evidence, view.case_id)
    if place is None:
        return True
    st.markdown(_("Langkah ini selesai dengan {kind}.").format(kind=evidence_words.kind_word(step.evidence)))
    st.link_button(place[0], place[1], type="primary", icon=":material/open_in_new:")
    if step.evidence in _RETURNED_WITH_CELLS and any(o.kind is OutcomeKind.RETURN for o in step.outcomes):
        st.caption(_("Pengembalian juga dilakukan di sana, dengan daftar sel yang perlu diperbaiki."))
    return False


def _gather(view: CaseView) -> None:
    """The accepted datasets that this step puts together."""
    with reading() as session:
        choices = case_link.accepted_choices(session)
    st.multiselect(
        _("Dataset yang sudah disahkan"), list(choices), format_func=choices.__getitem__, key=_gather_key(view),
        placeholder=_("Pilih satu atau lebih"),
    )  # fmt: skip
    if not choices:
        st.caption(_("Belum ada dataset yang disahkan. Sahkan dulu kiriman OPD di Periksa."))


def _gather_key(view: CaseView) -> str:
    return f"gather-{view.case_id}-{view.seq}"


def _letter(view: CaseView, step: Step) -> bool:
    """An outgoing letter is signed in the register, where it gets its number in the same transaction."""
    if not any(outcome.kind is OutcomeKind.SIGN for outcome in step.outcomes):
        return False
    with reading() as session:
        letter = letters.draft_of_case(session, view.case_id)
    if letter is None:
        return False
    st.markdown(_("Surat ditandatangani di Agenda surat; nomornya diberikan saat itu juga."))
    st.link_button(_("Buka surat"), f"/surat?surat={letter}", type="primary", icon=":material/signature:")
    return True


def _paper(view: CaseView, step: Step) -> tuple[str, bytes] | None:
    handed = handed_in.handed_in(view.sop, step, period=view.period)
    if not handed or step.no in view.evidence or view.under_review is not None:
        return None
    assert step.evidence is not None
    chosen = st.file_uploader(
        _("Lampirkan {kind} (PDF, gambar, DOCX, XLSX; paling besar {limit} MB)").format(
            kind=evidence_words.kind_word(step.evidence), limit=st.get_option("server.maxUploadSize")
        ),
        type=documents.accepted_endings(),
        key=f"paper-{view.case_id}-{view.seq}",
    )
    return (chosen.name, chosen.getvalue()) if chosen else None


def _brought(
    session: Session, view: CaseView, step: Step, paper: tuple[str, bytes] | None, person: Person
) -> Evidence | None:
    """The object that the decision brings with it, stored or named in the decision's own transaction."""
    if paper is not None and step.evidence is not None:
        return documents.store(session, kind=step.evidence, name=paper[0], content=paper[1], by=person, handed=True)
    if step.evidence is EvidenceKind.RELEASE:
        own = handed_in.own_publication(view.sop, view.state)
        return replace(own, kind=EvidenceKind.RELEASE) if own is not None else None
    if case_link.gathers(view.sop, step.no):
        chosen = st.session_state.get(_gather_key(view)) or []
        return case_link.accepted_evidence(session, chosen, case_id=view.case_id, by=person)
    return None


def _decide(view: CaseView, outcome: Outcome, note: str, paper: tuple[str, bytes] | None) -> None:
    """The click: who clicks is asked now; what was on the screen comes with the view that drew the button."""
    person = access.require()
    note = st.session_state.get(f"note-{view.case_id}-{view.seq}", note)
    step = view.sop.step(view.state.step)
    with feedback.shown_errors(later=True) as done, writing() as session:
        seen: Evidence | None = view.under_review
        if outcome.kind is not OutcomeKind.RETURN and step.evidence is not None and step.no not in view.evidence:
            seen = _brought(session, view, step, paper, person) or seen
        track.decide(
            session, case_id=view.case_id, seen_seq=view.seq, outcome=outcome.key, by=person,
            idem=f"{idem(view)}-{outcome.key}", note=note, evidence=seen,
            assignee=st.session_state.get(_receiver_key(view, outcome)) or "",
        )  # fmt: skip
    if done.ok:
        feedback.flash(
            _("{outcome}: perkara {number}, langkah {no}. Tercatat atas nama {name}.").format(
                outcome=outcome.label, number=view.number, no=step.no, name=person.name
            )
        )
