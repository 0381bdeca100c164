"""Due times on the page: the three clocks of a case, and why a due time is what it is."""

from __future__ import annotations

import streamlit as st

from workbench.domain import case_reasons, sla_words
from workbench.domain.case_reasons import Reason, Stretch
from workbench.domain.clock import Clock
from workbench.domain.errors import OutsideCalendar
from workbench.domain.sop_flow import standard_words
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
        face(_("Langkah ini"), view.step_clock, none=_no_step_time(view))
    with columns[1]:
        face(_("Seluruh SOP"), view.sop_clock, none=_("SOP ini tidak memiliki batas keseluruhan."))
    with columns[2]:
        face(_("Undang-undang"), view.law_clock, none=_("Tidak diatur undang-undang untuk SOP ini."))
    if view.clock_problem:
        st.warning(view.clock_problem, icon=":material/event_busy:")


def _no_step_time(view: CaseView) -> str:
    phase = view.sop.phase_of(view.state.step)
    if phase is None:
        return _("Langkah ini tidak memiliki waktu baku.")
    return _("Bagian fase {phase}: {amount} untuk langkah {first}–{last}.").format(
        phase=phase.key, amount=standard_words(phase.standard), first=phase.steps[0], last=phase.steps[-1]
    )


def why_due(view: CaseView) -> None:
    """For each of the three clocks: the start, everything skipped on the way, and the due time."""
    if view.state.ended:
        return
    names = {"step": _("Langkah ini"), "sop": _("Seluruh SOP"), "law": _("Undang-undang")}
    with reading() as session:
        clock = office_clock.clock(session)
    # Its state is kept by key: a message above that goes away must not close it.
    with st.expander(
        _("Mengapa batas ini?"), icon=":material/help:", key=f"why-open-{view.case_id}", on_change="rerun"
    ):
        found: dict[str, Reason] = {}
        for key in names:
            try:
                reason = _reason(clock, view, key)
            except OutsideCalendar as error:
                st.warning(str(error))
                continue
            if reason is not None:
                found[key] = reason
        if not found:
            st.markdown(_("Langkah dan SOP ini tidak memiliki waktu baku, jadi tidak ada batas yang dihitung."))
            return
        chosen = next(iter(found))
        if len(found) > 1:
            chosen = (
                st.segmented_control(
                    _("Batas"), list(found), default=chosen, required=True, format_func=names.__getitem__,
                    key=f"why-{view.case_id}", label_visibility="collapsed",
                )
                or chosen
            )  # fmt: skip
        st.markdown("\n".join(f"- {line}" for line in reason_lines(view, chosen, found[chosen])))


def _reason(clock: Clock, view: CaseView, key: str) -> Reason | None:
    if key == "step":
        return case_reasons.of_step(clock, view.sop, view.state, view.stays)
    if key == "sop":
        return case_reasons.of_sop(clock, view.sop, view.state, view.stays)
    return case_reasons.of_law(clock, view.sop, view.state)


def reason_lines(view: CaseView, key: str, reason: Reason) -> list[str]:
    """A reason as lines of text: whose standard it is, then every line of its explanation."""
    lines: list[str] = []
    for number, stretch in enumerate(reason.stretches):
        said = sla_words.sentences(stretch.explanation)
        if number:
            said = said[1:]  # it starts where the one before ended, which has just been said
        if number < len(reason.stretches) - 1:
            said = [line for line in said[:-1] if line] + [
                _("Sampai {when}").format(when=words.when(stretch.explanation.due))
            ]
        lines += [f"**{_whose(view, key, stretch)}**", *(words.plain(line) for line in said)]
    if reason.held:
        lines.append(
            _("Ditambah waktu yang dijeda, {length}: jatuh tempo {when}").format(
                length=words.length(reason.held), when=words.when(reason.due)
            )
        )
    return lines


def _whose(view: CaseView, key: str, stretch: Stretch) -> str:
    amount = standard_words(stretch.standard)
    if key == "law":
        extra = view.state.extension_days
        base = _("UU 14/2008: jawaban dalam {amount}").format(amount=amount)
        return _("{base}, termasuk perpanjangan {days} hari kerja").format(base=base, days=extra) if extra else base
    if stretch.phase is not None:
        return _("Fase {phase}, langkah {first}–{last}: {amount} untuk semuanya").format(
            phase=stretch.phase.key, first=stretch.phase.steps[0], last=stretch.phase.steps[-1], amount=amount
        )
    if stretch.step:
        return _("Langkah {no}: waktu baku {amount}").format(no=stretch.step, amount=amount)
    return _("Seluruh SOP: {amount}").format(amount=amount)
