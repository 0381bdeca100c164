"""Dialog of a superior: a colleague is away, their steps go to another."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

from workbench.domain.people import SUPERVISOR_ROLES, WALIDATA_ROLES, Person
from workbench.i18n import N_, _
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
        staff = [p.person for p in people.profiles(session) if p.person.roles & WALIDATA_ROLES or not p.active]
        names = {p.username: p.name for p in staff}
        active = {p.username: p.name for p in staff if p.roles & WALIDATA_ROLES}
    source = st.selectbox(
        _("Yang berhalangan"), list(names), format_func=names.__getitem__, index=None, key="hand-from"
    )
    target = st.selectbox(
        _("Dialihkan kepada"),
        [u for u in active if u != source],
        format_func=names.__getitem__,
        index=None,
        key="hand-to",
    )
    if source is None or target is None:
        st.caption(_("Langkah yang belum diambil siapa pun tidak perlu dialihkan; rekan satu peran tetap melihatnya."))
        return
    with reading() as session:
        successor = people.person_by_username(session, target)
        items = leave.in_hand(session, username=source, successor=successor)
    if not items:
        st.info(_("{name} tidak sedang memegang langkah apa pun.").format(name=names[source]))
        return
    st.dataframe(
        [
            {
                _("Perkara"): item.number,
                _("Hal"): item.subject,
                _("Langkah"): f"{item.step_no}. {item.activity}",
                _("Dialihkan"): _("ya") if item.can else _("tidak: {lane}").format(lane=item.lane_name),
            }
            for item in items
        ],
        hide_index=True,
        alt=_("Langkah yang akan dialihkan"),
    )
    count = sum(item.can for item in items)
    if count < len(items):
        st.caption(_("Penerima tidak memegang peran langkah selebihnya hari ini; langkah itu tetap pada pemegangnya."))
    reason = st.text_input(_("Alasan"), key="hand-reason", placeholder=_("Cuti tahunan sampai 30 November"))
    if st.button(_("Alihkan {n} langkah").format(n=count), type="primary", disabled=not count):
        with feedback.shown_errors() as done, writing() as session:
            moved = leave.hand_over(
                session, from_username=source, to_username=target, by=access.require(), reason=reason,
                idem=f"hand-{st.session_state.setdefault(_KEY, uuid4().hex)}",
            )  # fmt: skip
        if done.ok:
            feedback.flash(
                _("{n} langkah {source} dialihkan kepada {target}.").format(
                    n=len(moved.case_ids), source=names[source], target=names[target]
                )
            )
            st.rerun()
