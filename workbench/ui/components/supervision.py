"""What a supervisor may do with a case beside deciding: hold, go on, hand over, skip, close, reopen, extend.

Each is an event with a reason; each asks for the right again when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import streamlit as st

from workbench.domain.engine import CaseStatus
from workbench.domain.people import Role
from workbench.domain.sop import OutcomeKind
from workbench.i18n import N_, _
from workbench.services import people, track
from workbench.services.track import CaseView
from workbench.ui import access, feedback, words
from workbench.ui.resources import reading, writing

ACTIONS = {
    "pause": N_("Jeda"),
    "resume": N_("Lanjutkan"),
    "reassign": N_("Alihkan"),
    "skip": N_("Lewati langkah"),
    "cut_off": N_("Tutup pengumpulan"),
    "extend": N_("Perpanjang tenggat undang-undang"),
    "cancel": N_("Batalkan perkara"),
    "reopen": N_("Buka kembali"),
    "note": N_("Tambah catatan"),
}
REASONS = {
    "requester": N_("Menunggu pemohon melengkapi"),
    "opd": N_("Menunggu OPD"),
    "bps": N_("Menunggu BPS"),
    "other": N_("Alasan lain"),
}


def possible(view: CaseView) -> list[str]:
    """Actions that make sense where the case stands, for this reader."""
    state = view.state
    found: list[str] = []
    if view.allowed.decide or view.allowed.supervise:
        found += ["resume"] if state.status is CaseStatus.PAUSED else []
        found += ["pause"] if state.status is CaseStatus.OPEN else []
    if view.allowed.supervise:
        if state.ended:
            found += ["reopen"]
        else:
            found += ["reassign", "skip"] if state.status is CaseStatus.OPEN else []
            found += ["cut_off"] if state.status is CaseStatus.WAITING_CHILDREN else []
            found += ["extend"] if view.sop.legal_clock and not state.extension_days else []
            found += ["cancel"]
    return found + (["note"] if view.allowed.note else [])


def menu(view: CaseView) -> None:
    """The actions as one menu; choosing one opens its dialog."""
    choices = possible(view)
    if not choices:
        return
    chosen = st.menu_button(
        _("Tindakan lain"), choices, format_func=lambda key: _(ACTIONS[key]), key=f"menu-{view.case_id}-{view.seq}"
    )
    if chosen:
        ask(view, chosen)


@st.dialog(_("Tindakan atas perkara"), width="medium")
def ask(view: CaseView, action: str) -> None:
    """What the action needs to know, what it will do in a sentence, and the button that does it."""
    st.markdown(f"**{_(ACTIONS[action])}** · {view.number} · {words.plain(view.subject)}")
    more = _fields(view, action)
    note = st.text_area(_("Catatan"), key=f"act-note-{view.case_id}-{view.seq}-{action}", height=80)
    if not st.button(_(ACTIONS[action]), type="primary"):
        return
    key = st.session_state.setdefault(f"act-idem-{view.case_id}-{view.seq}-{action}", uuid4().hex)
    with feedback.shown_errors() as done, writing() as session:
        _verb(action)(
            session, case_id=view.case_id, by=access.require(), idem=key, note=note,
            **({} if action == "note" else {"seen_seq": view.seq}), **more,
        )  # fmt: skip
    if done.ok:
        feedback.flash(
            _("{action}: tercatat pada perkara {number}.").format(action=_(ACTIONS[action]), number=view.number)
        )
        st.rerun()


def _verb(action: str) -> Callable[..., Any]:
    return track.add_note if action == "note" else getattr(track, action)


def _fields(view: CaseView, action: str) -> dict[str, Any]:
    match action:
        case "pause":
            st.caption(_("Selama dijeda jam langkah berhenti; waktu menunggu tidak dibebankan kepada kantor."))
            reason = st.selectbox(_("Menunggu siapa"), list(REASONS), format_func=lambda key: _(REASONS[key]))
            return {"reason": reason, "waiting_for": "" if reason == "other" else reason}
        case "skip":
            st.caption(_("Langkah dilewati tanpa hasil; alasannya tercatat dan tampil pada riwayat."))
            ways = [o for o in view.sop.step(view.state.step).outcomes if o.kind is not OutcomeKind.RETURN]
            chosen = st.selectbox(_("Teruskan ke"), ways, format_func=lambda o: f"{o.label} → {o.to}")
            return {"outcome": chosen.key}
        case "reassign":
            role = view.sop.lane(view.sop.step(view.state.step).lane).role
            with reading() as session:
                names = {p.username: p.name for p in people.holders(session, Role(role), view.opd_code)}
            return {"assignee": st.selectbox(_("Kepada"), list(names), format_func=names.__getitem__)}
        case "cut_off":
            open_ones = [child.opd_name for child in view.children if child.closed_at is None]
            st.warning(_("Belum selesai: {names}. Sebutkan alasannya.").format(names=", ".join(open_ones) or "–"))
            return {}
        case "extend":
            st.caption(_("Sekali saja, tujuh hari kerja, dengan alasan tertulis (UU 14/2008 Pasal 22)."))
            return {}
        case _:
            return {}
