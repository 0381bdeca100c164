"""Orang & penugasan: who may do what, from when, in what capacity."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from workbench.domain.people import Capacity, Person, Role
from workbench.i18n import N_, _
from workbench.services import mail, people
from workbench.ui import access, feedback, frame
from workbench.ui.dialogs import dialog
from workbench.ui.feedback import shown_errors
from workbench.ui.resources import reading, writing

LINK = "people_link"

person = access.require(Role.ADMINISTRATOR)


def role_word(role: Role) -> str:
    return _(frame.ROLE_WORDS[role])


@dialog(N_("Tambah orang"))
def add_person(by: Person, agencies: dict[str, str]) -> None:
    name = st.text_input(_("Nama lengkap"))
    username = st.text_input(_("Nama pengguna"), help=_("Huruf kecil, angka, titik; dipakai untuk masuk."))
    employee_number = st.text_input(_("NIP"), help=_("Boleh kosong."))
    email = st.text_input(_("Surel"), help=_("Boleh kosong. Peringatan dan ringkasan pagi dikirim ke sini."))
    st.markdown(f"**{_('Penugasan pertama')}**")
    post = ask_post(agencies)
    if st.button(_("Simpan"), type="primary"):
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


def ask_post(agencies: dict[str, str]) -> dict:
    role = st.selectbox(_("Peran"), list(Role), format_func=role_word)
    opd_code = st.selectbox(_("Perangkat daerah"), list(agencies), format_func=agencies.__getitem__)
    title = st.text_input(_("Jabatan seperti dalam surat"), value=role_word(role), key=f"people_title_{role}")
    capacity = st.segmented_control(
        _("Kedudukan"), list(Capacity), default=Capacity.DEFINITIVE, format_func=str, required=True
    )
    letter = ""
    if capacity is not Capacity.DEFINITIVE:
        letter = st.text_input(_("Nomor surat penunjukan"))
    start, end = st.columns(2)
    valid_from = start.date_input(_("Sejak"), value=people.today(), format="DD/MM/YYYY")
    valid_to = end.date_input(_("Sampai (boleh kosong)"), value=None, format="DD/MM/YYYY")
    return {
        "role": role, "opd_code": opd_code, "title": title, "capacity": capacity, "letter_number": letter,
        "valid_from": valid_from, "valid_to": valid_to,
    }  # fmt: skip


@dialog(N_("Tambah penugasan"))
def add_post(by: Person, chosen: people.Profile, agencies: dict[str, str]) -> None:
    st.markdown(f"**{chosen.person.name}**")
    post = ask_post(agencies)
    if st.button(_("Simpan"), type="primary"):
        with shown_errors() as outcome, writing() as session:
            people.assign(session, person_id=chosen.person.id, by=by.username, **post)
        if outcome.ok:
            feedback.flash(_("Penugasan {name} tersimpan.").format(name=chosen.person.name))
            st.rerun()


@dialog(N_("Alamat surel"), width="small")
def set_address(by: Person, chosen: people.Profile) -> None:
    st.markdown(f"**{chosen.person.name}**")
    address = st.text_input(_("Surel"), value=chosen.email, help=_("Kosongkan untuk tidak mengirim surel."))
    if st.button(_("Simpan"), type="primary"):
        with shown_errors() as outcome, writing() as session:
            mail.set_address(session, person_id=chosen.person.id, address=address, by=by.username)
        if outcome.ok:
            feedback.flash(_("Alamat surel {name} tersimpan.").format(name=chosen.person.name))
            st.rerun()


def end_post(by: str, post_id: int, last_day: date, name: str) -> None:
    with shown_errors(later=True) as outcome, writing() as session:
        people.end_assignment(session, assignment_id=post_id, last_day=last_day, by=by)
    if outcome.ok:
        feedback.flash(_("Penugasan {name} diakhiri.").format(name=name))


def set_active(by: str, chosen: people.Profile, active: bool) -> None:
    with shown_errors(later=True) as outcome, writing() as session:
        people.set_active(session, person_id=chosen.person.id, active=active, by=by)
    if outcome.ok:
        state = _("Akun {name} dibuka lagi.") if active else _("Akun {name} ditutup; semua sesinya berakhir.")
        feedback.flash(state.format(name=chosen.person.name))


def new_link(by: str, chosen: people.Profile) -> None:
    with shown_errors(later=True) as outcome, writing() as session:
        token = people.new_setup_token(session, chosen.person.id, by=by)
    if outcome.ok:
        st.session_state[LINK] = (chosen.person.name, token)


frame.header(_("Orang & penugasan"), _("Siapa boleh berbuat apa, sejak kapan, dan dalam kedudukan apa."))

with reading() as session:
    found = people.profiles(session)
    agencies = {opd.code: opd.short_name or opd.name for opd in people.opds(session)}

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
    add_person(person, agencies)

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
    rows, hide_index=True, on_select="rerun", selection_mode="single-row", key="people_table", height="content"
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
    if post.current:
        action.button(
            _("Akhiri"),
            key=f"people_end_{post.id}",
            help=_("Penugasan ini berakhir kemarin; mulai sekarang tidak berlaku."),
            on_click=end_post,
            args=(person.username, post.id, people.today() - timedelta(days=1), chosen.person.name),
        )
with st.container(horizontal=True):
    if st.button(_("Tambah penugasan"), icon=":material/badge:"):
        add_post(person, chosen, agencies)
    if st.button(_("Alamat surel"), icon=":material/alternate_email:", help=chosen.email or None):
        set_address(person, chosen)
    st.button(
        _("Tautan kata sandi baru"), icon=":material/key:", on_click=new_link, args=(person.username, chosen),
        disabled=not chosen.active,
    )  # fmt: skip
    if chosen.person.id != person.id:
        st.button(
            _("Tutup akun") if chosen.active else _("Buka akun lagi"),
            icon=":material/block:" if chosen.active else ":material/lock_open:",
            on_click=set_active,
            args=(person.username, chosen, not chosen.active),
        )
