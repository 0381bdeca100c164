"""The form that sets the agenda up: pattern of numbers, unit, letterhead."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from workbench.domain.errors import WorkbenchError
from workbench.domain.letters import Letterhead, LetterSettings, NumberPattern
from workbench.domain.people import SUPERVISOR_ROLES, Person, Role
from workbench.i18n import N_, _
from workbench.services import letters, people
from workbench.ui import access, feedback, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing


@dialog(N_("Pengaturan agenda surat"), width="large")
def setting() -> None:
    """The fields, over the register."""
    fields()


def fields() -> None:
    """Pattern, unit, classification and letterhead, with the number they would give."""
    with reading() as session:
        now = letters.settings(session)
    left, right = st.columns(2)
    with left:
        pattern = st.text_input(
            _("Pola nomor surat keluar"), now.pattern, key="set-pattern",
            help=_(
                "{places} diganti kode klasifikasi, nomor urut (wajib), kode unit, tahun, bulan dan bulan Romawi; "
                "tulisan lain dicetak apa adanya. {zeros} mengisi nol di depan."
            ).format(places="{classification} {number} {unit} {year} {month} {month_roman}", zeros="{number:04}"),
        )  # fmt: skip
        unit = st.text_input(_("Kode unit kantor"), now.unit, key="set-unit", placeholder="SOP/DKISP, 436.3.2, 429.116")
        code = st.text_input(_("Kode klasifikasi yang lazim"), now.classification, key="set-class")
        place = st.text_input(_("Kota pada tanggal surat"), now.place, key="set-place")
    with right:
        government = st.text_input(_("Pemerintah daerah"), now.head.government, key="set-government")
        office = st.text_input(_("Nama kantor"), now.head.office, key="set-office")
        address = st.text_input(_("Alamat"), now.head.address, key="set-address")
        contact = st.text_input(_("Telepon, e-mail, laman"), now.head.contact, key="set-contact")
    new = replace(
        LetterSettings(pattern.strip(), unit.strip(), code.strip(), place.strip()),
        head=Letterhead(government.strip(), office.strip(), address.strip(), contact.strip()),
    )
    try:
        sample = NumberPattern(new.pattern).fill(
            number=31, classification=new.classification, unit=new.unit, day=people.today()
        )
        st.markdown(_("Contoh: surat ke-31 tahun ini bernomor **{sample}**").format(sample=words.plain(sample)))
    except WorkbenchError as error:
        st.warning(str(error))
        return
    st.caption(_("Nomor yang sudah diberikan tidak berubah."))
    if not st.button(_("Simpan pengaturan"), type="primary"):
        return
    with feedback.shown_errors() as result, writing() as session:
        letters.set_settings(session, by=access.require(), new=new)
    if result.ok:
        feedback.flash(_("Pengaturan agenda surat tersimpan."))
        st.rerun()


def may_set(person: Person) -> bool:
    """Is the reader one of those who set the agenda up? The service asks again."""
    return bool(person.roles & (SUPERVISOR_ROLES | {Role.CLERK, Role.ADMINISTRATOR}))
