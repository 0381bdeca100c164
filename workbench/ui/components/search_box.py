"""The search box of the sidebar: what is typed there opens the results, from any page."""

from __future__ import annotations

import streamlit as st

from workbench.i18n import _

_KEY = "search-box"
_SHOWN = "search-shown"


def draw() -> str:
    """The box; gives what was typed, once. It keeps the words without leading to the results again."""
    text = st.text_input(
        _("Cari perkara"), key=_KEY, placeholder=_("nomor, surat, pemohon, kata …"), icon=":material/search:",
        label_visibility="collapsed", max_chars=200,
    )  # fmt: skip
    wanted = (text or "").strip()
    if wanted == st.session_state.get(_SHOWN, ""):
        return ""
    st.session_state[_SHOWN] = wanted
    return wanted
