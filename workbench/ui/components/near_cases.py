"""Where no case holds the words that were typed: the nearest there are, one click away."""

from __future__ import annotations

import streamlit as st

from workbench.domain.people import Person
from workbench.i18n import _
from workbench.services import search_near
from workbench.ui import frame, theme, words
from workbench.ui.resources import reading


def show(person: Person, text: str, *, running: bool = False) -> bool:
    """A short table of the nearest cases; False when there is nothing near (nothing is drawn then)."""
    with reading() as session:
        hits = search_near.near(session, person=person, text=text, running=running)
    if not hits:
        return False
    st.info(_("Tidak ada yang persis; barangkali ini yang dimaksud."), icon=":material/search:")
    chosen = st.dataframe(
        [
            {
                _("Perkara"): hit.number,
                _("Hal"): hit.subject,
                _("Pemohon"): hit.requester,
                _("Status"): theme.words(hit.status.value),
                _("OPD"): hit.opd_name,
                _("Dibuka"): words.day(hit.opened_at),
            }
            for hit in hits
        ],
        key="near-" + "-".join(str(hit.case_id) for hit in hits),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("Perkara"): st.column_config.TextColumn(width=125),
            _("Hal"): st.column_config.TextColumn(width=300),
            _("Pemohon"): st.column_config.TextColumn(width=170),
        },
        alt=_("Perkara yang paling mirip"),
    )
    if chosen.selection.rows:
        frame.switch_page("pages/track/case.py", query_params={"case": str(hits[chosen.selection.rows[0]].case_id)})
    return True
