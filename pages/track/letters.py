"""Agenda surat: what came in, what went out?"""

import streamlit as st

from workbench.domain.letters import NATURE_WORDS, STATUS_WORDS, Direction
from workbench.domain.people import WALIDATA_ROLES, Role
from workbench.i18n import _
from workbench.services import letter_papers, letters, people
from workbench.services.letter_model import RegisterRow
from workbench.ui import access, address, feedback, frame, words
from workbench.ui.components import letter_detail, letter_incoming, letter_outgoing, letter_resume, letter_settings
from workbench.ui.components import letter_forms as forms
from workbench.ui.resources import reading, writing

person = access.require(*WALIDATA_ROLES, Role.ADMINISTRATOR)

if not person.roles & WALIDATA_ROLES:  # an administrator sets the agenda up and reads no letters
    frame.header(_("Agenda surat"), _("Pola nomor, kode unit dan kop surat. Isi agenda dibaca petugas walidata."))
    letter_settings.fields()
    st.stop()

opened = st.query_params.get("surat", "")
if opened.isdecimal():
    letter_detail.show(int(opened), person)
    st.stop()

frame.header(_("Agenda surat"), _("Surat masuk dan keluar, bernomor urut tanpa celah tiap tahun."))

address.one("buku", [book.value for book in Direction], default=Direction.INCOMING.value)
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = st.segmented_control(
        _("Buku"), [book.value for book in Direction], key="buku", required=True, on_change=address.keep,
        args=("buku",), format_func=lambda value: forms.book_word(Direction(value)),
    )  # fmt: skip
    direction = Direction(chosen)
    with reading() as session:
        years = [str(number) for number in letters.years(session, direction)]
    address.one("tahun", years, default=years[0])
    if st.session_state["tahun"] not in years:  # the other book does not go back that far
        st.session_state["tahun"] = years[0]
    year = int(st.selectbox(_("Tahun"), years, key="tahun", width=110, on_change=address.keep, args=("tahun",)))
    wanted = st.text_input(
        _("Cari"), key="cari", bind="query-params", placeholder=_("nomor, asal, hal, disposisi"), width=260
    )
    if direction is Direction.INCOMING:
        if st.button(_("Surat masuk baru"), type="primary", icon=":material/add:"):
            letter_incoming.incoming()
    elif st.button(_("Surat keluar baru"), type="primary", icon=":material/add:"):
        letter_outgoing.outgoing()

with reading() as session:
    rows = letters.register(session, person=person, direction=direction, year=year, wanted=wanted or "")


def line(row: RegisterRow) -> dict:
    incoming = direction is Direction.INCOMING
    return {
        _("No."): row.agenda_number,
        _("Diterima") if incoming else _("Tanggal"): row.received_on if incoming else row.letter_date,
        _("Dari") if incoming else _("Kepada"): row.correspondent,
        _("Perihal"): row.subject if row.readable else _("Surat rahasia"),
        _("Sifat"): _(NATURE_WORDS[row.nature]),
        **({_("Disposisi"): row.disposition} if incoming else {}),
        _("Keadaan"): _(STATUS_WORDS[row.status]),
        _("Nomor surat"): row.letter_number,
        **({_("Tindak lanjut"): row.follow_up} if incoming else {}),
        _("Perkara"): row.case_number,
        _("Berkas"): row.scans,
    }


if not rows and not wanted:
    st.info(
        _("Belum ada surat tahun ini. Surat yang dicatat di sini langsung mendapat nomor agenda.")
        if direction is Direction.INCOMING
        else _("Belum ada surat keluar tahun ini. Nomor diberikan saat draf ditandatangani."),
        icon=":material/mail:",
    )
else:
    day = st.column_config.DateColumn(format="DD/MM/YYYY", width=88)
    chosen_row = st.dataframe(
        [line(row) for row in rows],
        # A new key whenever the list changes: a selection must never slide onto another letter.
        key=f"letters-{direction}-{year}-" + "-".join(str(row.letter_id) for row in rows[:200]),
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("No."): st.column_config.NumberColumn(width=45, format="%d"),
            _("Diterima"): day,
            _("Tanggal"): day,
            _("Dari"): st.column_config.TextColumn(width=150),
            _("Kepada"): st.column_config.TextColumn(width=150),
            _("Perihal"): st.column_config.TextColumn(width=230),
            _("Sifat"): st.column_config.TextColumn(width=70),
            _("Disposisi"): st.column_config.TextColumn(width=110),
            _("Keadaan"): st.column_config.TextColumn(width=120),
            _("Berkas"): st.column_config.NumberColumn(width=60),
        },
        alt=_("Buku agenda surat menurut nomor"),
    )
    st.caption(_("{n} surat. Pilih satu baris untuk membukanya.").format(n=words.number(len(rows))))
    if chosen_row.selection.rows:
        picked = rows[chosen_row.selection.rows[0]]
        if picked.readable:
            forms.open_letter(picked.letter_id)
        st.warning(_("Surat ini rahasia dan tidak ditujukan kepada Anda."))


def export(form: str) -> None:
    """The click: store the register as it is filtered, and give the link."""
    with feedback.shown_errors(later=True) as done, writing() as session:
        sha = letter_papers.export(
            session, by=access.require(), direction=direction, year=year, form=form, wanted=wanted or ""
        )
    if done.ok:
        feedback.flash(_("Buku agenda tersimpan: {link}").format(link=f"[{form.upper()}](/berkas/{sha})"))


with st.container(horizontal=True):
    for form in ("xlsx", "csv"):
        st.button(
            _("Unduh {form}").format(form=form.upper()), icon=":material/download:", key=f"export-{form}",
            on_click=export, args=(form,), disabled=not rows,
        )  # fmt: skip
    if letter_settings.may_set(person) and st.button(_("Pengaturan"), icon=":material/settings:"):
        letter_settings.setting()
letter_resume.show()
st.caption(_("Hari ini {day}. Nomor mulai lagi dari 1 pada 1 Januari.").format(day=people.today().strftime("%d/%m/%Y")))
