"""Cari: a case by its number, letter number, requester, tracking code or any word."""

import streamlit as st

from workbench.i18n import _
from workbench.services import search
from workbench.services.search import Hit
from workbench.ui import access, frame, theme, words
from workbench.ui.components import near_cases
from workbench.ui.resources import reading

person = access.require()

frame.header(
    _("Cari"), _("Perkara menurut nomor, nomor surat, pemohon, kode lacak, OPD, atau kata dalam hal dan catatan.")
)

wanted = st.text_input(_("Yang dicari"), key="q", bind="query-params", max_chars=200) or ""
if not search.words_of(wanted):
    st.info(
        _("Tulis satu kata atau lebih, misalnya 2026/000123, nomor surat, nama pemohon. Semua kata harus ditemukan."),
        icon=":material/search:",
    )
    st.stop()

with reading() as session:
    found = search.find(session, person=person, text=wanted)

if not found.hits:
    if not near_cases.show(person, wanted):
        st.info(
            _("Tidak ada perkara yang memuat semua kata itu. Periksa ejaannya, atau kurangi katanya."),
            icon=":material/search_off:",
        )
    st.stop()


def row(hit: Hit) -> dict:
    return {
        _("Perkara"): hit.number,
        _("Status"): theme.words(hit.status.value),
        _("Hal"): hit.subject,
        _("Prosedur"): hit.sop_title,
        _("Langkah"): f"{hit.step_no}. {hit.activity}" if hit.step_no else "",
        _("OPD"): hit.opd_name,
        _("Pemohon"): hit.requester,
        _("Jatuh tempo"): words.when(hit.due_at) if hit.due_at else "",
        _("Dibuka"): words.day(hit.opened_at),
    }


more = _("Ditampilkan {n} yang terbaru; tambahkan kata untuk mempersempit.").format(n=len(found.hits))
st.caption(more if found.more else _("{n} perkara. Pilih satu baris untuk membukanya.").format(n=len(found.hits)))
chosen = st.dataframe(
    [row(hit) for hit in found.hits],
    key="found-" + "-".join(str(hit.case_id) for hit in found.hits),
    hide_index=True,
    on_select="rerun",
    selection_mode="single-row",
    alt=_("Perkara yang ditemukan"),
)
if chosen.selection.rows:
    frame.switch_page("pages/track/case.py", query_params={"case": str(found.hits[chosen.selection.rows[0]].case_id)})
