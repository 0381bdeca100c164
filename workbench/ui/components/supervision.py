"""What a supervisor may do with a case beside deciding: hold, go on, hand over, skip, close, reopen, extend.

Each is an event with a reason; each asks for the right again when it is done.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import streamlit as st

from workbench.domain import sla
from workbench.domain.engine import MAX_EXTENSION_DAYS, CaseStatus
from workbench.domain.errors import OutsideCalendar
from workbench.domain.sop import END, OutcomeKind
from workbench.i18n import N_, _, _n
from workbench.services import holds, leave, office_clock, track
from workbench.services.track import CaseView
from workbench.ui import access, feedback, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

ACTIONS = {
    "pause": N_("Jeda"),
    "resume": N_("Lanjutkan"),
    "pass_on": N_("Serahkan kepada rekan"),
    "reassign": N_("Alihkan kepada orang lain"),
    "skip": N_("Lewati langkah"),
    "cut_off": N_("Tutup pengumpulan"),
    "extend": N_("Perpanjang tenggat undang-undang"),
    "cancel": N_("Batalkan perkara"),
    "reopen": N_("Buka kembali"),
    "note": N_("Tambah catatan"),
}
_DONE = {
    "pause": N_("Perkara {number} dijeda; jam langkah berhenti."),
    "resume": N_("Perkara {number} dilanjutkan; jam langkah berjalan lagi."),
    "skip": N_("Langkah {no} perkara {number} dilewati."),
    "cut_off": N_("Pengumpulan perkara {number} ditutup; perkara berlanjut."),
    "extend": N_("Tenggat undang-undang perkara {number} diperpanjang."),
    "cancel": N_("Perkara {number} dibatalkan."),
    "reopen": N_("Perkara {number} dibuka kembali pada langkah {to}."),
    "note": N_("Catatan tersimpan pada perkara {number}."),
}
"""What is said when it is done; handing over names the person (``_told``)."""
_REASONED = frozenset({"skip", "cut_off", "extend", "cancel", "reopen", "note"})
"""What is refused without a reason."""


def possible(view: CaseView) -> list[str]:
    """Actions that make sense where the case stands, for this reader."""
    state = view.state
    found: list[str] = []
    if view.allowed.decide or view.allowed.supervise:
        found += ["pause"] if state.status is CaseStatus.OPEN else []
    found += ["resume"] if view.allowed.resume else []
    found += ["pass_on"] if view.allowed.pass_on and not view.allowed.supervise else []
    if view.allowed.supervise:
        if state.ended:
            found += ["reopen"]
        else:
            found += ["reassign"] if state.status in (CaseStatus.OPEN, CaseStatus.PAUSED) else []
            found += ["skip"] if state.status is CaseStatus.OPEN else []
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


@dialog(N_("Tindakan atas perkara"))
def ask(view: CaseView, action: str) -> None:
    """What the action needs to know, what it will do in a sentence, and the button that does it."""
    st.markdown(f"**{_(ACTIONS[action])}** · {view.number} · {words.plain(view.subject)}")
    more = _fields(view, action)
    needed = action in _REASONED
    note = st.text_area(
        _("Alasan tertulis (wajib)") if needed else _("Catatan"), key=f"act-note-{view.case_id}-{view.seq}-{action}",
        height=80,
    )  # fmt: skip
    if not st.button(_(ACTIONS[action]), type="primary", disabled=more is None):
        return
    assert more is not None
    key = st.session_state.setdefault(f"act-idem-{view.case_id}-{view.seq}-{action}", uuid4().hex)
    with feedback.shown_errors() as done, writing() as session:
        _verb(action)(
            session, case_id=view.case_id, by=access.require(), idem=key, note=note,
            **({} if action == "note" else {"seen_seq": view.seq}), **more,
        )  # fmt: skip
    if done.ok:
        feedback.flash(_told(view, action, more))
        st.rerun()


def _told(view: CaseView, action: str, more: dict[str, Any]) -> str:
    if action in ("reassign", "pass_on"):
        with reading() as session:
            names = {p.username: p.name for p in track.colleagues(session, case_id=view.case_id)}
        whom = names.get(more["assignee"]) or _everybody(view)
        return _("Langkah {no} perkara {number} kini pada {name}.").format(
            no=view.state.step, number=view.number, name=words.plain(whom)
        )
    return _(_DONE[action]).format(number=view.number, no=view.state.step, to=more.get("to_step", ""))


def _verb(action: str) -> Callable[..., Any]:
    verb: Callable[..., Any] = getattr(track, {"note": "add_note", "pass_on": "reassign"}.get(action, action))
    return verb


def _fields(view: CaseView, action: str) -> dict[str, Any] | None:
    """What the action asks for beside a reason; None as long as something has to be chosen first."""
    match action:
        case "pause":
            return _pause()
        case "skip":
            st.caption(_("Langkah dilewati tanpa hasil; alasannya tercatat dan tampil pada riwayat."))
            ways = [o for o in view.sop.step(view.state.step).outcomes if o.kind is not OutcomeKind.RETURN]
            chosen = st.selectbox(_("Teruskan ke"), ways, format_func=lambda o: f"{o.label} → {_place(view, o.to)}")
            return {"outcome": chosen.key}
        case "reassign" | "pass_on":
            return _whom(view)
        case "cut_off":
            open_ones = [child.opd_name for child in view.children if child.closed_at is None]
            st.warning(_("Belum selesai: {names}. Sebutkan alasannya.").format(names=", ".join(open_ones) or "–"))
            return {}
        case "extend":
            return _extension(view)
        case "cancel":
            st.caption(_("Perkara berakhir tanpa hasil; perkara OPD di bawahnya ikut ditutup. Riwayatnya tetap ada."))
            return {}
        case "reopen":
            return _where_to(view)
        case _:
            return {}


def _pause() -> dict[str, Any]:
    st.caption(_("Selama dijeda jam langkah berhenti; waktu menunggu tidak dibebankan kepada kantor."))
    party = st.selectbox(_("Menunggu siapa"), list(holds.PARTIES), format_func=holds.party_words)
    reason = st.selectbox(_("Karena apa"), list(holds.REASONS), format_func=holds.reason_words)
    return {"reason": reason, "waiting_for": party}


def _whom(view: CaseView) -> dict[str, Any] | None:
    """The holders of the present step's lane with what each has in hand, and all of them together."""
    with reading() as session:
        able = track.colleagues(session, case_id=view.case_id)
        loads = leave.loads(session)
    lane = view.sop.holder(view.sop.step(view.state.step)).name
    now = view.state.taken_by or view.state.assignee
    st.markdown(f"**{_('Langkah')} {words.plain(_place(view, view.state.step))}**")
    st.caption(
        _("Kini pada {name}.").format(name=words.plain(view.holder_name))
        if now
        else _("Kini pada semua {lane}; belum ada yang mengambil.").format(lane=words.plain(lane))
    )
    choices = {p.username: _loaded(p.name, loads.get(p.username, 0)) for p in able if p.username != now}
    if now:
        choices[""] = _everybody(view)
    if not choices:
        st.caption(_("Tidak ada orang lain yang memegang peran {lane} hari ini.").format(lane=words.plain(lane)))
        return None
    chosen = st.selectbox(
        _("Kepada"), list(choices), index=None, format_func=choices.__getitem__, key="act-whom",
        placeholder=_("Pilih penerima"),
    )  # fmt: skip
    return None if chosen is None else {"assignee": chosen}


def _everybody(view: CaseView) -> str:
    return _("Semua {lane}").format(lane=view.sop.holder(view.sop.step(view.state.step)).name)


def _loaded(name: str, steps: int) -> str:
    return f"{name} · " + _n("memegang {n} langkah", steps).format(n=steps)


def _extension(view: CaseView) -> dict[str, Any]:
    st.caption(_("Sekali saja, paling lama tujuh hari kerja, dengan alasan tertulis (UU 14/2008 Pasal 22)."))
    days = st.number_input(_("Hari kerja"), 1, MAX_EXTENSION_DAYS, MAX_EXTENSION_DAYS, key="act-days")
    opened = view.state.opened_at
    if opened is not None:
        with reading() as session, contextlib.suppress(OutsideCalendar):
            until = sla.legal_due(office_clock.clock(session), opened, int(days))
            st.markdown(
                _("Tenggat {now} menjadi **{then}**.").format(
                    now=words.when(view.law_clock.due_at), then=words.when(until)
                )
            )
    return {"days": int(days)}


def _where_to(view: CaseView) -> dict[str, Any]:
    """At which step an ended case is taken up: where it was left, or an earlier one."""
    steps = [row.no for row in view.steps]
    left = view.state.before_close
    chosen = st.selectbox(
        _("Dibuka kembali pada langkah"), steps, index=steps.index(left) if left in steps else 0,
        format_func=lambda no: _place(view, no), key="act-step",
    )  # fmt: skip
    st.caption(_("Paraf dan hasil langkah itu serta langkah sesudahnya tidak berlaku lagi dan dibuat ulang."))
    return {"to_step": chosen}


def _place(view: CaseView, no: str) -> str:
    """A step as its number and activity; the end in words."""
    return _("selesai") if no == END else f"{no}. {view.sop.step(no).activity}"
