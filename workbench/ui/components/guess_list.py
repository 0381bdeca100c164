"""Guesses to confirm, worst first; every change is tried before it is saved as a step of the recipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from workbench.i18n import N_, _
from workbench.services.guesses import Doubt, Guess
from workbench.services.sheet_view import ReadView
from workbench.ui import words
from workbench.ui.components import recipe_trial

DOUBTS = {
    Doubt.ASK: (N_("perlu jawaban"), "red", "help"),
    Doubt.LOOK: (N_("periksa"), "orange", "visibility"),
    Doubt.CLEAR: (N_("jelas"), "green", "check_circle"),
    Doubt.CONFIRMED: (N_("ditegaskan"), "blue", "person_check"),
}

Show = Callable[[str, str], None]  # brings a cell (sheet, address) into view


def badge(doubt: Doubt) -> str:
    """The doubt of a guess: icon, word, colour."""
    word, colour, icon = DOUBTS[doubt]
    return f":{colour}-badge[:material/{icon}: {_(word)}]"


def draw(found: Sequence[Guess], view: ReadView, *, editable: bool, show: Show) -> None:
    """Open guesses as cards; what is clear in one table that opens each of them."""
    waiting = [guess for guess in found if guess.open]
    if waiting:
        st.subheader(_("Perlu dikonfirmasi ({n})").format(n=len(waiting)), anchor=False)
    else:
        st.success(_("Tidak ada yang meragukan pada pembacaan lembar ini."), icon=":material/check_circle:")
    for number, guess in enumerate(waiting):
        _card(guess, view, editable=editable, show=show, first=number == 0)
    settled = [guess for guess in found if not guess.open]
    with st.expander(_("Terbaca jelas ({n})").format(n=len(settled)), expanded=not waiting):
        _settled(settled, view, editable=editable, show=show)


def _card(guess: Guess, view: ReadView, *, editable: bool, show: Show, first: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{badge(guess.doubt)} **{words.plain(guess.about)}** → {words.plain(guess.understood)}")
        where = ", ".join(guess.cells[:3]) + ("…" if len(guess.cells) > 3 else "")
        st.caption(f"{words.plain(guess.evidence)} {words.plain(where)}")
        with st.container(horizontal=True, gap="small"):
            if editable and guess.choices:
                at = guess.chosen if guess.suggested is None else guess.suggested
                if at is not None and st.button(
                    _("Ya, benar") if at == guess.chosen else guess.choices[at].words, key=f"take-{guess.id}",
                    icon=":material/check:", type="primary" if first else "secondary",
                ):  # fmt: skip
                    recipe_trial.change(guess.about, guess.choices, at, view)
                if len(guess.choices) > 1 and st.button(
                    _("Pilih artinya") if at is None else _("Pilihan lain"), key=f"change-{guess.id}",
                    icon=":material/list:", type="primary" if first and at is None else "secondary",
                ):  # fmt: skip
                    recipe_trial.change(guess.about, guess.choices, None, view, chosen=at)
            if guess.cells:
                st.button(
                    _("Tunjukkan"), key=f"show-{guess.id}", icon=":material/my_location:", type="tertiary",
                    on_click=show, args=(guess.sheet, guess.cells[0]),
                )  # fmt: skip


def _settled(found: Sequence[Guess], view: ReadView, *, editable: bool, show: Show) -> None:
    event = st.dataframe(
        [
            {
                _("Hal"): guess.about,
                _("Dibaca sebagai"): guess.understood,
                _("Keadaan"): _(DOUBTS[guess.doubt][0]),
                _("Sel"): guess.cells[0] if guess.cells else "",
                _("Bukti"): guess.evidence,
            }
            for guess in found
        ],
        key=f"settled-{view.submission_id}-{view.stored.sha256[:12]}-{len(found)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(420, 38 + 35 * len(found)),
        column_config={
            _("Hal"): st.column_config.TextColumn(width=150),
            _("Sel"): st.column_config.TextColumn(width=70),
        },
        alt=_("Yang terbaca jelas, dengan buktinya"),
    )
    rows = [row for row in event["selection"]["rows"] if row < len(found)]
    if not rows:
        st.caption(
            _("Pilih satu baris untuk melihat selnya atau mengubahnya.")
            if editable
            else _("Pilih satu baris untuk melihat selnya.")
        )
        return
    guess = found[rows[0]]
    with st.container(horizontal=True, gap="small"):
        if (
            editable
            and guess.choices
            and st.button(_("Ubah “{about}”").format(about=guess.about), key="settled-change", icon=":material/edit:")
        ):
            recipe_trial.change(guess.about, guess.choices, None, view, chosen=guess.chosen)
        if guess.cells:
            st.button(
                _("Tunjukkan"), key="settled-show", icon=":material/my_location:", type="tertiary", on_click=show,
                args=(guess.sheet, guess.cells[0]),
            )  # fmt: skip


def one_line(guess: Guess, view: ReadView, *, editable: bool, key: str) -> None:
    st.markdown(f"{badge(guess.doubt)} {words.plain(guess.about)} → {words.plain(guess.understood)}")
    if (
        editable
        and guess.choices
        and st.button(_("Ubah"), key=f"{key}-{guess.id}", icon=":material/edit:", type="tertiary")
    ):
        chosen = guess.chosen if guess.suggested is None else guess.suggested
        recipe_trial.change(guess.about, guess.choices, None, view, chosen=chosen)
