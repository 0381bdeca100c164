"""Where a submission's case stands while its own decision has to wait: at which step, whose turn, and the way there."""

from __future__ import annotations

import streamlit as st

from workbench.i18n import _
from workbench.services.case_link import Turn
from workbench.ui import frame, words


def draw(turn: Turn) -> None:
    """The step the case stands at and who has it, with the way to it."""
    places = {"number": turn.number, "no": turn.step, "activity": words.plain(turn.activity),
              "who": words.plain(turn.who)}  # fmt: skip
    if turn.ended:
        said = _("Perkara {number} sudah selesai; kiriman ini tidak dapat lagi diputus lewat perkara itu.")
        label = _("Buka perkara")
    else:
        said = _("Belum dapat disahkan: perkara {number} masih di langkah {no}, “{activity}”. Giliran: **{who}**.")
        label = _("Putuskan langkah {no} di perkara")
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/hourglass_empty: {said.format(**places)}")
        frame.page_link(
            "pages/track/case.py", label=label.format(no=turn.step), query_params={"case": str(turn.case_id)},
            icon=":material/route:",
        )  # fmt: skip
