"""Choices kept in the browser's address, so that what is on the screen can be sent to a colleague as a link.

Streamlit's own ``bind="query-params"`` writes the *words* a choice shows, which change with the language and the
title of a SOP; here the address holds the value itself.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st


def many(key: str, offered: Collection[str]) -> None:
    """Before a widget of several choices is drawn: begin with what the address holds and the widget offers."""
    if key not in st.session_state:
        st.session_state[key] = [value for value in st.query_params.get_all(key) if value in offered]


def one(key: str, offered: Collection[str], default: str = "") -> None:
    """The same for a widget of one choice."""
    if key not in st.session_state:
        value = st.query_params.get(key, default)
        st.session_state[key] = value if value in offered else default


def keep(key: str) -> None:
    """``on_change``: write the choice into the address; nothing chosen leaves it out."""
    value = st.session_state[key]
    if value:
        st.query_params[key] = value
    else:
        st.query_params.pop(key, None)
