"""Recent submissions to choose from, for pages that work on one of them."""

from __future__ import annotations

import streamlit as st

from workbench.i18n import _
from workbench.services import collect, people
from workbench.ui import theme, words
from workbench.ui.resources import reading

_MOST = 100


def choose(*, statuses: tuple[str, ...] = (), dataset_id: str = "") -> None:
    """The newest submissions; a click puts the submission's number into the address (``?kiriman=``)."""
    with reading() as session:
        found = collect.list_submissions(session, statuses=statuses, dataset_id=dataset_id)[:_MOST]
        names = {opd.code: opd.short_name or opd.name for opd in people.opds(session)}
    if not found:
        st.info(
            _("Belum ada kiriman. Begitu OPD mengirim berkas, berkasnya dapat dibuka di sini."),
            icon=":material/folder_open:",
        )
        return
    event = st.dataframe(
        [
            {
                _("Status"): theme.words(item.status),
                _("Dataset"): item.dataset_title,
                _("Tahun"): item.period,
                _("OPD"): names.get(item.opd_code, item.opd_code),
                _("Diterima"): words.when(item.received_at),
                _("Berkas"): item.file_name,
            }
            for item in found
        ],
        key=f"choose-{found[0].id}-{len(found)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={_("Dataset"): st.column_config.TextColumn(width=300)},
        alt=_("Kiriman terbaru"),
    )
    st.caption(_("Klik kotak di depan satu kiriman untuk membukanya."))
    if event["selection"]["rows"]:
        st.query_params["kiriman"] = str(found[event["selection"]["rows"][0]].id)
        st.rerun()
