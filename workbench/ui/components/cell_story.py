"""One cell, row or column of the sheet: how it was read, and what a person who points at it can say about it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from workbench.i18n import N_, _
from workbench.services import guesses as desk
from workbench.services import recipe_desk
from workbench.services.guess_layout import Offer, part_words
from workbench.services.guesses import Guess, Subject
from workbench.services.sheet_view import CellStory, ReadView, boxes, covers, place
from workbench.ui import words
from workbench.ui.components import guess_list, recipe_trial, recipe_view
from workbench.ui.dialogs import dialog

_FINDINGS = 8  # findings listed with a cell


def cell_story(
    story: CellStory, offers: Sequence[Offer], found: Sequence[Guess], view: ReadView, *, editable: bool
) -> None:
    """How one cell was read, and what can be told about it, its row and its column."""
    at = place(story.cell)
    mine = [g for g in found if g.sheet == story.sheet and at and any(covers(cell, at) for cell in g.cells)]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{words.plain(story.sheet)} {story.cell}** :gray-badge[{part_words(story.part)}]")
        st.markdown(_("Teks di lembar: {text}").format(text=f"“{words.plain(story.text)}”" if story.text else "–"))
        if story.is_value:
            _value_lines(story, view)
        if editable and story.is_value:
            _cell_actions(story, view)
        for finding in story.findings[:_FINDINGS]:
            st.markdown(f":small[:orange[:material/warning:] {words.plain(finding.message)}]")
        for guess in [] if story.is_value else [g for g in mine if g.subject is not Subject.TABLE]:
            guess_list.one_line(guess, view, editable=editable, key="cell")
        _layout(offers, view, editable=editable)


def _value_lines(story: CellStory, view: ReadView) -> None:
    names = recipe_desk.names_of(view.definition.id)
    flag = recipe_trial.flag_words(story.flag)
    value = recipe_trial.figure(story.value) if story.value is not None else _("tanpa nilai")
    lines = [_("Dibaca: **{value}** {flag}").format(value=value, flag=f"({flag})" if flag else "")]
    lines.append(_("Baris: {labels}").format(labels=words.plain(" › ".join(story.row) or "–")))
    lines.append(_("Kolom: {labels}").format(labels=words.plain(" › ".join(story.column) or "–")))
    if story.placed is None:
        lines.append(_("Belum mendapat tempat dalam dataset."))
    else:
        lines.append(_("Menjadi: {place}").format(place=words.plain(recipe_trial.place_words(story.placed, names))))
    st.markdown("  \n".join(lines))
    steps = [step for name in story.steps if (step := view.stored.recipe.step(name)) is not None]
    if steps:
        with st.expander(_("{n} langkah resep").format(n=len(steps))):
            st.markdown("\n".join(f"- {words.plain(recipe_view.sentence(step))}" for step in steps))


def _cell_actions(story: CellStory, view: ReadView) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Koreksi sel"), key="cell-correct", icon=":material/edit:"):
            _correct(story, view)
        if story.row and st.button(_("Artikan baris"), key="cell-row", icon=":material/table_rows:"):
            recipe_trial.change(" › ".join(story.row), desk.choices_for(view, "row", story.row[-1]), None, view)
        label = " > ".join(story.column)
        if story.column and st.button(_("Artikan kolom"), key="cell-column", icon=":material/view_column:"):
            recipe_trial.change(" › ".join(story.column), desk.choices_for(view, "column", label), None, view)


@dialog(N_("Koreksi sel"))
def _correct(story: CellStory, view: ReadView) -> None:
    st.markdown(f"**{words.plain(story.sheet)} {story.cell}** · “{words.plain(story.text)}”")
    st.caption(_("Berkas OPD tidak diubah; koreksi menjadi langkah resep dengan alasan, dan dapat ditelusuri."))
    missing = st.toggle(_("Nilainya memang tidak ada"), key="correct-missing")
    value = None
    if not missing:
        value = st.number_input(
            _("Nilai yang benar, dalam satuan berkas"), value=None, step=None, format="%f", key="correct-value"
        )
    reason = st.text_input(
        _("Alasan"), placeholder=_("Misalnya: salah ketik, dikonfirmasi operator OPD …"), key="correct-reason"
    )
    if value is None and not missing:
        st.caption(_("Isi nilai yang benar, atau tandai bahwa nilainya memang tidak ada."))
        return
    if not reason.strip():
        st.caption(_("Tuliskan alasannya."))
        return
    recipe = view.stored.recipe.correct(
        sheet=story.sheet, cell=story.cell, expect=story.raw, value=value, reason=reason.strip(), opd=view.opd_code,
        period=view.period, flag="not_available" if missing else "",
    )  # fmt: skip
    if recipe_trial.tried(view.submission_id, recipe, view.stored):
        recipe_trial.save(view.submission_id, recipe, reason, view.stored)


def line_story(offer: Offer, column: int | None, found: Sequence[Guess], view: ReadView, *, editable: bool) -> None:
    """A row, or a column (its number from 0), that is picked as a whole: what was understood about it."""
    mine = [
        g
        for g in found
        if column is not None
        and g.subject in (Subject.COLUMN, Subject.NUMBERS, Subject.AREA)
        and any(box.left == box.right == column for cell in g.cells[:1] for box in boxes(cell))
    ]
    with st.container(border=True, gap="xsmall"):
        for guess in mine:
            guess_list.one_line(guess, view, editable=editable, key="column")
        _layout([offer], view, editable=editable)


def _layout(offers: Sequence[Offer], view: ReadView, *, editable: bool) -> None:
    """What rows and columns were taken for in the layout of the table, each with the way to say otherwise."""
    for offer in offers:
        said = _("{about}: **{part}** (ditegaskan)") if offer.told else _("{about}: dibaca sebagai **{part}**")
        if offer.taken_for:
            st.markdown(said.format(about=offer.about, part=words.plain(offer.taken_for)))
        if not editable:
            continue
        if offer.why_not:
            st.caption(offer.why_not)
        elif st.button(
            _("Ubah: {about} …").format(about=offer.about), key=f"layout-{offer.about}",
            icon=":material/table_edit:",
        ):  # fmt: skip
            recipe_trial.change(offer.about, offer.choices, None, view, chosen=offer.chosen)
