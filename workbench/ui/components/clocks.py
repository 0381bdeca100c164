"""Due times on the page: the three clocks of a case, and why a due time is what it is."""

from __future__ import annotations

import streamlit as st

from workbench.domain import sla, sla_words
from workbench.domain.errors import OutsideCalendar
from workbench.i18n import _
from workbench.services import office_clock
from workbench.services.track import CaseView, ClockFace, ProgressFlag
from workbench.ui import theme, words
from workbench.ui.resources import reading


def flag_key(flag: ProgressFlag) -> str:
    """The status of the theme that shows a flag."""
    return "waiting" if flag is ProgressFlag.WAITING_OUTSIDE else flag.value


def flag_cell(flag: ProgressFlag) -> str:
    """A flag for a table cell: sign and word."""
    return theme.words(flag_key(flag))


def face(title: str, clock: ClockFace, *, none: str) -> None:
    """One clock: its name, its flag, the due time with weekday, and what is left of working time."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**{title}**")
        if clock.due_at is None:
            st.markdown(f":gray[{none}]")
            return
        theme.badge(flag_key(clock.flag))
        st.markdown(words.when(clock.due_at))
        if clock.remaining_seconds is not None:
            st.caption(words.left(clock.remaining_seconds))


def line(clock: ClockFace, *, none: str) -> None:
    """The same clock as one line, for narrow places."""
    if clock.due_at is None:
        st.markdown(f":gray[{none}]")
        return
    left = f" · {words.left(clock.remaining_seconds)}" if clock.remaining_seconds is not None else ""
    st.markdown(f"{theme.badge_text(flag_key(clock.flag))} {words.when(clock.due_at)}{left}")


def three_clocks(view: CaseView) -> None:
    """Step, whole SOP and law side by side; they are never merged into one."""
    if view.state.ended:
        return
    columns = st.columns(3)
    with columns[0]:
        face(_("Langkah ini"), view.step_clock, none=_("Langkah ini tidak memiliki waktu baku."))
    with columns[1]:
        face(_("Seluruh SOP"), view.sop_clock, none=_("SOP ini tidak memiliki batas keseluruhan."))
    with columns[2]:
        face(_("Undang-undang"), view.law_clock, none=_("Tidak diatur undang-undang untuk SOP ini."))
    if view.clock_problem:
        st.warning(view.clock_problem, icon=":material/event_busy:")


def why_due(view: CaseView) -> None:
    """The start, everything skipped on the way, and the due time of the present step."""
    if view.state.ended or view.step_clock.due_at is None or not view.stays:
        return
    stay = view.stays[-1]
    standard = view.sop.step(view.state.step).standard
    if standard is None:
        return
    with st.expander(_("Mengapa jatuh tempo saat itu?"), icon=":material/help:"):
        with reading() as session:
            clock = office_clock.clock(session)
        try:
            lines = sla_words.sentences(sla.explain(clock, stay.available_at, standard, stay.pauses))
        except OutsideCalendar as error:
            st.warning(str(error))
            return
        st.markdown("\n".join(f"- {line}" for line in lines))
