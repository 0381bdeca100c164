"""Orang & penugasan: who may do what, from when, in what capacity."""

from __future__ import annotations

import streamlit as st

from workbench.domain.people import Role
from workbench.i18n import _
from workbench.services import people
from workbench.ui import access, frame
from workbench.ui.components import people_dialogs
from workbench.ui.components.people_dialogs import LINK, role_word
from workbench.ui.resources import reading

person = access.require(Role.ADMINISTRATOR)

frame.header(_("Orang & penugasan"), _("Siapa boleh berbuat apa, sejak kapan, dan dalam kedudukan apa."))

with reading() as session:
    found = people.profiles(session)
    offices = people.opds(session)
agencies = {opd.code: opd.short_name or opd.name for opd in offices}

if LINK in st.session_state:
    owner, token = st.session_state.pop(LINK)
    with st.container(border=True):
        st.markdown(
            _("Sampaikan tautan sekali pakai ini kepada **{name}**. Hanya tampil sekali, berlaku 72 jam.").format(
                name=owner
            )
        )
        st.code(f"{frame.base_url()}/atur-sandi/{token}", language=None)

if st.button(_("Tambah orang"), type="primary", icon=":material/person_add:"):
    people_dialogs.add_person(person, offices)

rows = [
    {
        _("Nama"): profile.person.name,
        _("Nama pengguna"): profile.person.username,
        _("Penugasan hari ini"): "; ".join(
            f"{frame.post_words(post)} ({agencies.get(post.opd_code, post.opd_code)})"
            for post in profile.person.assignments
        )
        or "–",
        _("Akun"): _("ditutup") if not profile.active else "" if profile.has_password else _("belum ada kata sandi"),
    }
    for profile in found
]
picked = st.dataframe(
    rows,
    hide_index=True,
    on_select="rerun",
    selection_mode="single-row",
    key=f"people_table_{len(rows)}",  # a row that was picked is somebody else once the list has grown
    height="content",
    column_config={
        _("Nama"): st.column_config.TextColumn(width=160),
        _("Nama pengguna"): st.column_config.TextColumn(width=130),
        _("Penugasan hari ini"): st.column_config.TextColumn(width=335),
        _("Akun"): st.column_config.TextColumn(width=160),
    },
    alt=_("Orang dengan penugasannya hari ini"),
)
selection = picked.selection.rows
if not selection:
    st.caption(_("Pilih satu baris untuk melihat riwayat penugasan, mengganti kata sandi, atau menutup akun."))
    st.stop()

chosen = found[selection[0]]
st.subheader(chosen.person.name, anchor=False)
for post in chosen.posts:
    until = f"{post.assignment.valid_to:%d/%m/%Y}" if post.assignment.valid_to else _("sekarang")
    line, action = st.columns([5, 1], vertical_alignment="center")
    line.markdown(
        f"{frame.post_words(post.assignment)} · {agencies.get(post.assignment.opd_code, post.assignment.opd_code)}  \n"
        f":gray[{role_word(post.assignment.role)}, {post.assignment.valid_from:%d/%m/%Y} – {until}"
        f"{', ' + post.assignment.letter_number if post.assignment.letter_number else ''}]"
    )
    if post.current and action.button(_("Akhiri"), key=f"people_end_{post.id}", help=_("Pilih hari terakhirnya.")):
        people_dialogs.end_post(person, post, chosen.person.name)
with st.container(horizontal=True):
    if st.button(_("Tambah penugasan"), icon=":material/badge:"):
        people_dialogs.add_post(person, chosen, offices)
    if st.button(_("Alamat surel"), icon=":material/alternate_email:", help=chosen.email or None):
        people_dialogs.set_address(person, chosen)
    st.button(
        _("Tautan kata sandi baru"), icon=":material/key:", disabled=not chosen.active,
        on_click=people_dialogs.new_link, args=(person.username, chosen),
    )  # fmt: skip
    if chosen.person.id != person.id:
        st.button(
            _("Tutup akun") if chosen.active else _("Buka akun lagi"),
            icon=":material/block:" if chosen.active else ":material/lock_open:",
            on_click=people_dialogs.set_active,
            args=(person.username, chosen, not chosen.active),
        )
