"""What an administrator does with people: an account, a dated post in some capacity, its end, the way to log in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import streamlit as st

from workbench.domain.people import OUTSIDE_ROLES, PRODUCER_ROLES, WALIDATA_ROLES, Capacity, Person, Role
from workbench.i18n import N_, _, _n
from workbench.services import leave, mail, people
from workbench.services.people import Opd, Post, Profile
from workbench.ui import feedback, frame, words
from workbench.ui.dialogs import dialog
from workbench.ui.feedback import shown_errors
from workbench.ui.resources import reading, writing

LINK = "people_link"
"""Where the page finds a one-time link to show once: the person's name and the token."""

_GIVEN = [role for role in Role if role not in OUTSIDE_ROLES - PRODUCER_ROLES]
"""Requesters and BPS have no account: staff record for them."""


def role_word(role: Role) -> str:
    """A role in the reader's language."""
    return _(frame.ROLE_WORDS[role])


@dialog(N_("Tambah orang"))
def add_person(by: Person, offices: Sequence[Opd]) -> None:
    """An account with its first post; the page then shows the link by which its owner sets a password."""
    name = st.text_input(_("Nama lengkap"), key="person-name")
    username = st.text_input(
        _("Nama pengguna"), help=_("Huruf kecil, angka, titik; dipakai untuk masuk."), key="person-username"
    )
    left, right = st.columns(2)
    employee_number = left.text_input(_("NIP"), help=_("Boleh kosong."))
    email = right.text_input(_("Surel"), help=_("Boleh kosong. Peringatan dan ringkasan pagi dikirim ke sini."))
    st.markdown(f"**{_('Penugasan pertama')}**")
    post = _ask_post(offices)
    if st.button(_("Simpan"), type="primary", key="person-save", disabled=post is None) and post is not None:
        with shown_errors() as outcome, writing() as session:
            number = people.add_person(
                session, username=username, name=name, employee_number=employee_number, by=by.username
            )
            mail.set_address(session, person_id=number, address=email, by=by.username)
            people.assign(session, person_id=number, by=by.username, **post)
            token = people.new_setup_token(session, number, by=by.username)
        if outcome.ok:
            st.session_state[LINK] = (name, token)
            st.rerun()


@dialog(N_("Tambah penugasan"))
def add_post(by: Person, chosen: Profile, offices: Sequence[Opd]) -> None:
    """One more post of somebody who has an account."""
    st.markdown(f"**{words.plain(chosen.person.name)}**")
    post = _ask_post(offices)
    if st.button(_("Simpan"), type="primary", key="post-save", disabled=post is None) and post is not None:
        with shown_errors() as outcome, writing() as session:
            people.assign(session, person_id=chosen.person.id, by=by.username, **post)
        if outcome.ok:
            feedback.flash(_("Penugasan {name} tersimpan.").format(name=chosen.person.name))
            st.rerun()


def _ask_post(offices: Sequence[Opd]) -> dict[str, Any] | None:
    """Role, office, title, capacity and days of a post; None until the role is chosen. Nothing is given by default."""
    role = st.selectbox(
        _("Peran"), _GIVEN, index=None, format_func=role_word, placeholder=_("Pilih peran"), key="post-role"
    )
    if role is None:
        return None
    fitting = {o.code: o.short_name or o.name for o in offices if o.is_walidata or role not in WALIDATA_ROLES}
    own = next((office.code for office in offices if office.is_walidata), "")
    opd_code = st.selectbox(
        _("Perangkat daerah"), list(fitting), format_func=fitting.__getitem__, key=f"post-opd-{role}",
        index=None if role in PRODUCER_ROLES or own not in fitting else list(fitting).index(own),
        placeholder=_("Pilih perangkat daerah"),
    )  # fmt: skip
    title = st.text_input(_("Jabatan seperti dalam surat"), value=role_word(role), key=f"people_title_{role}")
    capacity = st.segmented_control(
        _("Kedudukan"), list(Capacity), default=Capacity.DEFINITIVE, format_func=str, required=True,
        key="post-capacity",
    )  # fmt: skip
    letter = ""
    if capacity is not Capacity.DEFINITIVE:
        letter = st.text_input(_("Nomor surat penunjukan"), key="post-letter")
    start, end = st.columns(2)
    valid_from = start.date_input(_("Sejak"), value=people.today(), format="DD/MM/YYYY")
    valid_to = end.date_input(_("Sampai (boleh kosong)"), value=None, format="DD/MM/YYYY", key="post-until")
    if not opd_code:
        return None
    return {
        "role": role, "opd_code": opd_code, "title": title, "capacity": capacity, "letter_number": letter,
        "valid_from": valid_from, "valid_to": valid_to,
    }  # fmt: skip


@dialog(N_("Akhiri penugasan"), width="small")
def end_post(by: Person, post: Post, name: str) -> None:
    """The last day of a post; yesterday means that it holds no longer from now on."""
    st.markdown(f"**{words.plain(name)}** · {words.plain(frame.post_words(post.assignment))}")
    today = people.today()
    last = st.date_input(
        _("Hari terakhir"), today - timedelta(days=1), min_value=post.assignment.valid_from - timedelta(days=1),
        format="DD/MM/YYYY", key="post-last", help=_("Kemarin: mulai sekarang tidak berlaku lagi."),
    )  # fmt: skip
    if st.button(_("Akhiri penugasan"), type="primary", key="post-end"):
        with shown_errors() as outcome, writing() as session:
            people.end_assignment(session, assignment_id=post.id, last_day=last, by=by.username)
        if outcome.ok:
            ended = _("Penugasan {name} diakhiri.") if last < today else _("Penugasan {name} berakhir {day}.")
            feedback.flash(ended.format(name=name, day=f"{last:%d/%m/%Y}"))
            st.rerun()


@dialog(N_("Alamat surel"), width="small")
def set_address(by: Person, chosen: Profile) -> None:
    """Where warnings and the morning's digest go."""
    st.markdown(f"**{words.plain(chosen.person.name)}**")
    address = st.text_input(_("Surel"), value=chosen.email, help=_("Kosongkan untuk tidak mengirim surel."))
    if st.button(_("Simpan"), type="primary"):
        with shown_errors() as outcome, writing() as session:
            mail.set_address(session, person_id=chosen.person.id, address=address, by=by.username)
        if outcome.ok:
            feedback.flash(_("Alamat surel {name} tersimpan.").format(name=chosen.person.name))
            st.rerun()


def set_active(by: str, chosen: Profile, active: bool) -> None:
    """Close an account or open it again; for a callback. Says what the owner leaves in hand."""
    with shown_errors(later=True) as outcome, writing() as session:
        people.set_active(session, person_id=chosen.person.id, active=active, by=by)
    if not outcome.ok:
        return
    name = chosen.person.name
    if active:
        feedback.flash(_("Akun {name} dibuka lagi.").format(name=name))
        return
    feedback.flash(_("Akun {name} ditutup; semua sesinya berakhir.").format(name=name))
    with reading() as session:
        held = leave.loads(session).get(chosen.person.username, 0)
    if held:
        left = _n("{n} langkah masih pada {name}; atasan mengalihkannya di Papan SOP.", held)
        feedback.flash(left.format(n=held, name=name), "warning")


def new_link(by: str, chosen: Profile) -> None:
    """A one-time link to a new password, shown once by the page; for a callback."""
    with shown_errors(later=True) as outcome, writing() as session:
        token = people.new_setup_token(session, chosen.person.id, by=by)
    if outcome.ok:
        st.session_state[LINK] = (chosen.person.name, token)
