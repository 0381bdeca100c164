"""Dialog of a superior: a colleague is away, their steps go to another."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

from workbench.domain.people import SUPERVISOR_ROLES, Person
from workbench.i18n import N_, _, _n
from workbench.services import leave, people
from workbench.ui import access, feedback
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

_KEY = "hand-over-key"


def button(person: Person) -> None:
    """The button for those who may; it opens the dialog."""
    if person.roles & SUPERVISOR_ROLES and st.button(_("Alihkan pekerjaan rekan"), icon=":material/move_up:"):
        st.session_state[_KEY] = uuid4().hex
        ask()


@dialog(N_("Alihkan pekerjaan rekan yang berhalangan"))
def ask() -> None:
    """The form in a dialog."""
    form()


def form() -> None:
    """Who is away, who takes over, what that means, and why."""
    with reading() as session:
        loads = leave.loads(session)
        names = {p.person.username: p.person.name for p in people.profiles(session)}
    holders = sorted((u for u in loads if u in names), key=names.__getitem__)
    if not holders:
        st.info(_("Tidak ada langkah yang sedang dipegang seseorang."), icon=":material/inbox:")
        return
    source = st.selectbox(
        _("Yang berhalangan"), holders, index=None, key="hand-from", placeholder=_("Pilih rekan"),
        format_func=lambda u: f"{names[u]} · " + _n("memegang {n} langkah", loads[u]).format(n=loads[u]),
    )  # fmt: skip
    if source is None:
        st.caption(_("Langkah yang belum diambil siapa pun tidak perlu dialihkan; rekan satu peran tetap melihatnya."))
        return
    with reading() as session:
        takers = {taker.person.username: taker for taker in leave.takers(session, username=source)}
    if not takers:
        st.warning(
            _("Hari ini tidak ada orang lain yang memegang peran langkah ini. Administrator dapat menunjuk Plh.")
        )
        return
    target = st.selectbox(
        _("Dialihkan kepada"), list(takers), index=None, key="hand-to", placeholder=_("Pilih penerima"),
        format_func=lambda u: _("{name} · menerima {n} dari {all}").format(
            name=names[u], n=takers[u].can, all=loads[source]
        ),
    )  # fmt: skip
    with reading() as session:
        successor = people.person_by_username(session, target) if target else None
        items = leave.in_hand(session, username=source, successor=successor)
    _table(items, chosen=target is not None)
    if target is None:
        return
    count = sum(item.can for item in items)
    held = takers[target].holds
    st.caption(_n("{name} kini memegang {n} langkah.", held).format(name=names[target], n=held))
    if count < len(items):
        st.caption(_("Penerima tidak memegang peran langkah selebihnya hari ini; langkah itu tetap pada pemegangnya."))
    reason = st.text_input(_("Alasan (wajib)"), key="hand-reason", placeholder=_("Cuti tahunan sampai akhir bulan"))
    if st.button(_n("Alihkan {n} langkah", count).format(n=count), type="primary", disabled=not count):
        with feedback.shown_errors() as done, writing() as session:
            moved = leave.hand_over(
                session, from_username=source, to_username=target, by=access.require(), reason=reason,
                idem=f"hand-{st.session_state.setdefault(_KEY, uuid4().hex)}",
            )  # fmt: skip
        if done.ok:
            st.session_state.pop(_KEY, None)  # what is handed over next is another act
            told = _n("{n} langkah {source} dialihkan kepada {target}.", len(moved.case_ids))
            feedback.flash(told.format(n=len(moved.case_ids), source=names[source], target=names[target]))
            st.rerun()


def _table(items: list[leave.InHand], *, chosen: bool) -> None:
    """The steps in hand; once somebody is chosen, whether that person may take each."""
    st.dataframe(
        [
            ({_("Dialihkan"): _("✓ ya") if item.can else _("– tetap")} if chosen else {})
            | {
                _("Perkara"): item.number,
                _("Langkah"): f"{item.step_no}. {item.activity}",
                _("Peran"): item.lane_name,
                _("Hal"): item.subject,
            }
            for item in items
        ],
        hide_index=True,
        height="content" if len(items) <= 7 else 283,
        column_config={
            _("Dialihkan"): st.column_config.TextColumn(width=80),
            _("Perkara"): st.column_config.TextColumn(width=115),
            _("Langkah"): st.column_config.TextColumn(width=215),
            _("Peran"): st.column_config.TextColumn(width=150),
        },
        alt=_("Langkah yang akan dialihkan"),
    )
