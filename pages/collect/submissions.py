"""Kiriman: what came in from the OPDs, and what still has to be checked?"""

import streamlit as st

from workbench.domain.people import WALIDATA_ROLES
from workbench.i18n import _
from workbench.services import collect, people
from workbench.ui import access, address, frame, theme, words
from workbench.ui.resources import reading

person = access.require(*WALIDATA_ROLES)

frame.header(_("Kiriman"), _("Berkas dari OPD: diterima utuh, diperiksa, disahkan atau dikembalikan."))

case_id = st.query_params.get("perkara", "")
evidence = st.query_params.get("bukti", "")
with reading() as session:
    found = collect.list_submissions(session, case_id=int(case_id) if case_id.isdecimal() else None)
    names = {opd.code: opd.short_name or opd.name for opd in people.opds(session)}
if evidence:
    found = [item for item in found if evidence == item.file_sha256] or found
if case_id or evidence:
    frame.page_link(
        "pages/collect/submissions.py", label=_("Tampilkan semua kiriman"), icon=":material/filter_alt_off:"
    )

STATUSES = ["received", "checked", "returned", "accepted", "unreadable"]
address.many("status", STATUSES)
status = st.pills(
    _("Status"), STATUSES, selection_mode="multi", key="status", format_func=theme.words, on_change=address.keep,
    args=("status",),
)  # fmt: skip
shown = [item for item in found if not status or item.status in status]

if not shown:
    st.info(
        _("Belum ada kiriman di sini. Begitu OPD mengirim berkas, ia muncul dengan tanda terimanya."),
        icon=":material/folder_open:",
    )
    st.stop()

chosen = st.dataframe(
    [
        {
            _("Status"): theme.words(item.status),
            _("Dataset"): item.dataset_title,
            _("Tahun"): item.period,
            _("OPD"): names.get(item.opd_code, item.opd_code),
            _("Putaran"): item.round,
            _("Diterima"): words.when(item.received_at),
            _("Berkas"): item.file_name,
            _("Tanda terima"): item.receipt,
        }
        for item in shown
    ],
    key="submissions-" + "-".join(f"{item.id}{item.status[0]}" for item in shown[:200]),
    hide_index=True,
    on_select="rerun",
    selection_mode="single-row",
    column_config={
        _("Dataset"): st.column_config.TextColumn(width=270),
        _("Putaran"): st.column_config.NumberColumn(width=70),
    },
    alt=_("Kiriman OPD menurut status"),
)
st.caption(_("Pilih satu baris untuk memeriksanya."))
if chosen.selection.rows:
    frame.switch_page("pages/process/validate.py", query_params={"kiriman": str(shown[chosen.selection.rows[0]].id)})
