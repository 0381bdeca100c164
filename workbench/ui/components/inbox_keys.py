"""Going through the inbox with the keyboard alone: J and K move, P decides on the step that is pointed at."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from workbench.i18n import _
from workbench.services.track import InboxItem

_AT = "inbox-at"  # the case pointed at; the most urgent one where it is gone


def pointed(items: Sequence[InboxItem]) -> int:
    """The place in the list that is pointed at."""
    at = st.session_state.get(_AT)
    return next((place for place, item in enumerate(items) if item.case_id == at), 0)


def bar(items: Sequence[InboxItem]) -> InboxItem | None:
    """The buttons; returns the step to decide on when that was asked."""
    place = pointed(items)
    item = items[place]
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(
            _("Putuskan {number}").format(number=item.number), key="inbox-decide", type="primary", shortcut="P",
            help=_("Langkah yang ditandai ▸"),
        )  # fmt: skip
        if len(items) > 1:
            st.button(
                _("Berikutnya"), key="inbox-next", shortcut="J", on_click=_point,
                args=(items[min(place + 1, len(items) - 1)].case_id,), disabled=place == len(items) - 1,
            )  # fmt: skip
            st.button(
                _("Sebelumnya"), key="inbox-previous", shortcut="K", on_click=_point,
                args=(items[max(place - 1, 0)].case_id,), disabled=place == 0,
            )  # fmt: skip
    return item if asked else None


def _point(case_id: int) -> None:
    st.session_state[_AT] = case_id
