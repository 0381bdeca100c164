"""The reader's language inside Streamlit, also in callbacks and partial reruns, which skip the script's first lines."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from workbench import i18n
from workbench.settings import get_settings
from workbench.ui.routes_html import LANGUAGE_COOKIE

STATE_KEY = "language"


def reader_language() -> str | None:
    """The language of this browser's session; nothing outside a session."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    chosen = st.session_state.get(STATE_KEY) or st.context.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in i18n.LANGUAGES else get_settings().language


i18n.ask(reader_language)
