"""Whose time the case has taken so far: waiting and working apart, the office apart from everybody outside."""

from __future__ import annotations

import streamlit as st

from workbench.i18n import _
from workbench.services import case_time, holds
from workbench.services.case_time import OFFICE, PartyTime
from workbench.ui import words
from workbench.ui.resources import reading


def section(case_id: int) -> None:
    """One sentence a party, and the stays behind them."""
    with reading() as session:
        told = case_time.of_case(session, case_id=case_id)
    if told.problem or not told.parties:
        return
    st.subheader(_("Waktu yang terpakai"), anchor=False)
    st.markdown("  \n".join(sentence(party) for party in told.parties))
    with st.expander(_("Menunggu dan mengerjakan tiap langkah"), icon=":material/timelapse:"):
        st.dataframe(
            [
                {
                    _("Langkah"): f"{stay.step} ({stay.visit}×)" if stay.visit > 1 else stay.step,
                    _("Pelaksana"): stay.lane_name,
                    _("Menunggu"): _length(stay.waiting),
                    _("Mengerjakan"): _length(stay.working),
                    _("Dijeda"): _length(stay.held),
                    _("Keadaan"): _("berjalan") if stay.running else _("selesai"),
                }
                for stay in told.stays
            ],
            hide_index=True,
            column_config={
                _("Langkah"): st.column_config.TextColumn(width=75),
                _("Pelaksana"): st.column_config.TextColumn(width=210),
                _("Menunggu"): st.column_config.TextColumn(
                    width=130, help=_("Sejak langkah tersedia sampai seseorang mulai mengerjakannya.")
                ),
                _("Mengerjakan"): st.column_config.TextColumn(width=130),
                _("Dijeda"): st.column_config.TextColumn(
                    width=130, help=_("Tidak dibebankan kepada pemegang langkah, melainkan kepada yang ditunggu.")
                ),
            },
            alt=_("Waktu menunggu dan mengerjakan tiap langkah"),
        )  # fmt: skip
        st.caption(_("Semua dalam waktu kerja; malam, istirahat, akhir pekan dan libur tidak dihitung."))


def sentence(party: PartyTime) -> str:
    """A party's time: the sum, and what it was made of."""
    name = _("kantor") if party.party == OFFICE else holds.party_words(party.party)
    parts = [
        (_("menunggu {length}"), party.waiting), (_("mengerjakan {length}"), party.working),
        (_("dijeda karena menunggunya {length}"), party.held),
    ]  # fmt: skip
    made_of = ", ".join(text.format(length=words.length(seconds)) for text, seconds in parts if seconds)
    told = f"**{name[:1].upper()}{name[1:]}**: {words.length(party.total)}"
    return f"{told} :gray[({made_of})]" if made_of else told


def _length(seconds: int) -> str:
    return words.length(seconds) if seconds else ""
