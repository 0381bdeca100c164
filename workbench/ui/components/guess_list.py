"""Guesses to confirm, worst first; every change is tried before it is saved as a step of the recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.domain.reading.model import Flag
from workbench.domain.recipes import Recipe
from workbench.i18n import N_, _, _n, language
from workbench.services import guesses as desk
from workbench.services import process, recipe_desk
from workbench.services.guesses import Choice, Doubt, Guess, Subject
from workbench.services.sheet_view import CellStory, Part, ReadView, boxes, covers, letters, place
from workbench.storage.recipes import StoredRecipe
from workbench.ui import access, feedback, words
from workbench.ui.components import recipe_view
from workbench.ui.resources import reading, writing

DOUBTS = {
    Doubt.ASK: (N_("perlu jawaban"), "red", "help"),
    Doubt.LOOK: (N_("periksa"), "orange", "visibility"),
    Doubt.CLEAR: (N_("jelas"), "green", "check_circle"),
    Doubt.CONFIRMED: (N_("ditegaskan"), "blue", "person_check"),
}
_PARTS = {
    Part.TITLE: N_("judul"),
    Part.UNIT: N_("satuan atau periode"),
    Part.HEADER: N_("kepala tabel"),
    Part.STUB: N_("label baris"),
    Part.BODY: N_("isi tabel"),
    Part.TOTAL: N_("jumlah"),
    Part.NOTES: N_("catatan"),
    Part.SOURCE: N_("sumber"),
    Part.OTHER: N_("tabel lain yang tidak dipakai"),
}
_FLAGS = {
    Flag.NOT_AVAILABLE: N_("data tidak tersedia"),
    Flag.NIL_OR_NOT_APPLICABLE: N_("tanda “-”"),
    Flag.SUPPRESSED: N_("dirahasiakan"),
    Flag.NOT_APPLICABLE: N_("tidak berlaku"),
    Flag.BLANK: N_("kosong"),
    Flag.NEGLIGIBLE: N_("dapat diabaikan"),
    Flag.PROVISIONAL: N_("angka sementara"),
    Flag.VERY_PROVISIONAL: N_("angka sangat sementara"),
    Flag.REVISED: N_("angka diperbaiki"),
    Flag.ESTIMATE: N_("angka perkiraan"),
    Flag.UNREADABLE: N_("tidak terbaca sebagai angka"),
}
_SHOWN = 8  # changed cells listed in a dialog
_MOST_COLUMNS = 16_384

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
                    change(guess.about, guess.choices, at, view)
                if len(guess.choices) > 1 and st.button(
                    _("Pilih artinya") if at is None else _("Pilihan lain"), key=f"change-{guess.id}",
                    icon=":material/list:", type="primary" if first and at is None else "secondary",
                ):  # fmt: skip
                    change(guess.about, guess.choices, None, view, chosen=at)
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
        st.caption(_("Pilih satu baris untuk melihat selnya atau mengubahnya."))
        return
    guess = found[rows[0]]
    with st.container(horizontal=True, gap="small"):
        if (
            editable
            and guess.choices
            and st.button(_("Ubah “{about}”").format(about=guess.about), key="settled-change", icon=":material/edit:")
        ):
            change(guess.about, guess.choices, None, view, chosen=guess.chosen)
        if guess.cells:
            st.button(
                _("Tunjukkan"), key="settled-show", icon=":material/my_location:", type="tertiary", on_click=show,
                args=(guess.sheet, guess.cells[0]),
            )  # fmt: skip


# ---------------------------------------------------------------- changing the recipe


def change(about: str, choices: Sequence[Choice], at: int | None, view: ReadView, *, chosen: int | None = None) -> None:
    """Open the dialog in which a choice is tried and saved; ``at`` is picked beforehand."""
    _change(about, tuple(choices), chosen if at is None else at, at is None, view)


@st.dialog(_("Ubah pembacaan"), width="medium")
def _change(about: str, choices: tuple[Choice, ...], at: int | None, ask: bool, view: ReadView) -> None:
    st.markdown(f"**{words.plain(about)}**")
    options = range(len(choices))
    if not ask and at is not None:
        st.markdown(words.plain(choices[at].words))
    elif len(choices) <= 6:
        at = st.radio(_("Artinya"), options, index=at, format_func=lambda n: choices[n].words, key="guess-choice")
    else:
        at = st.selectbox(_("Artinya"), options, index=at, format_func=lambda n: choices[n].words, key="guess-choice",
                          placeholder=_("Pilih satu"))  # fmt: skip
    if at is None:
        st.caption(_("Pilih satu; akibatnya dihitung dulu dan baru disimpan bila Anda menekan Simpan."))
        return
    choice = choices[at]
    reason = st.text_input(_("Alasan"), value=choice.reason, key=f"guess-reason-{at}")
    recipe = choice.with_reason(reason.strip() or choice.reason)
    if tried(view.submission_id, recipe, view.stored):
        save(view.submission_id, recipe, reason, view.stored)


def tried(submission_id: int, recipe: Recipe, stored: StoredRecipe) -> bool:
    """Say what a recipe would do to the submission; False when there is nothing to save."""
    if recipe == stored.recipe:
        st.info(_("Sudah begitu di resep; tidak ada yang perlu disimpan."), icon=":material/info:")
        return False
    with feedback.shown_errors() as done, reading() as session:
        outcome = process.preview(session, submission_id=submission_id, recipe=recipe)
    if not done.ok:
        return False
    before_after(outcome, recipe_desk.names_of(recipe.dataset_id))
    return True


def before_after(outcome: process.Preview, names: Mapping[str, str], most: int = _SHOWN) -> None:
    """How many cells change, what happens to errors and warnings, and the first changed cells."""
    st.markdown(
        _n(
            "**{n} sel berubah.** Kesalahan {e0} → {e1}, peringatan {w0} → {w1}, angka {r0} → {r1}.",
            len(outcome.changed),
        ).format(
            n=words.number(len(outcome.changed)), e0=outcome.errors_before, e1=outcome.errors_after,
            w0=outcome.warnings_before, w1=outcome.warnings_after, r0=words.number(outcome.before.num_rows),
            r1=words.number(outcome.after.num_rows),
        )
    )  # fmt: skip
    if not outcome.changed:
        return
    st.dataframe(
        [
            {
                _("Sel"): f"{c.sheet} {c.cell}".strip(),
                _("Teks asli"): c.raw,
                _("Sebelum"): _place_words(c.before, names),
                _("Sesudah"): _place_words(c.after, names),
            }
            for c in outcome.changed[:most]
        ],
        hide_index=True,
        alt=_("Sel yang berubah"),
    )
    if len(outcome.changed) > most:
        st.caption(
            _n("dan {n} sel lain", len(outcome.changed) - most).format(n=words.number(len(outcome.changed) - most))
        )


def _place_words(row: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    if row is None:
        return _("tidak diambil")
    flag = f" ({_flag_words(row['flag'])})" if row["flag"] else ""
    where = ", ".join(names.get(row[name], row[name]) for name in ("indicator", "category", "area_code") if row[name])
    return f"{_figure(row['value'])}{flag} {row['unit'] or ''} · {where}"


def _figure(value: float | None) -> str:
    """A figure without grouping, so that it cannot be read two ways."""
    return "–" if value is None else f"{value:.15g}".replace(".", "." if language() == "en" else ",")


def _flag_words(flag: str | None) -> str:
    return _(_FLAGS[Flag(flag)]) if flag in set(Flag) else str(flag or "")


def save(submission_id: int, recipe: Recipe, reason: str, stored: StoredRecipe) -> None:
    """The button that keeps the recipe, made from the version that was shown, and checks the submission anew."""
    if not st.button(_("Simpan ke resep"), type="primary", icon=":material/save:", key="guess-save"):
        return
    with feedback.shown_errors() as done, writing() as session:
        kept = recipe_desk.adopt(
            session, submission_id=submission_id, recipe=recipe, by=access.require(), reason=reason,
            seen_sha256=stored.sha256,
        )  # fmt: skip
        process.check(session, submission_id=submission_id)
    if done.ok:
        feedback.flash(_("Tersimpan sebagai resep versi {n}; kiriman diperiksa ulang.").format(n=kept.version))
        st.rerun()


# ---------------------------------------------------------------- one cell


def cell_story(story: CellStory, found: Sequence[Guess], view: ReadView, *, editable: bool) -> None:
    """How one cell was read, and what can be told about it."""
    at = place(story.cell)
    mine = [g for g in found if g.sheet == story.sheet and at and any(covers(cell, at) for cell in g.cells)]
    with st.container(border=True, gap="xsmall"):
        part = f":gray-badge[{_(_PARTS[story.part])}]" if story.part else f":gray-badge[{_('di luar tabel')}]"
        st.markdown(f"**{words.plain(story.sheet)} {story.cell}** {part}")
        st.markdown(_("Teks di lembar: {text}").format(text=f"“{words.plain(story.text)}”" if story.text else "–"))
        if story.is_value:
            _value_lines(story, view)
        if editable and story.is_value:
            _cell_actions(story, view)
        for finding in story.findings[:_SHOWN]:
            st.markdown(f":small[:orange[:material/warning:] {words.plain(finding.message)}]")
        for guess in [] if story.is_value else [g for g in mine if g.subject is not Subject.TABLE]:
            _one_line(guess, view, editable=editable, key="cell")


def _value_lines(story: CellStory, view: ReadView) -> None:
    names = recipe_desk.names_of(view.definition.id)
    flag = _flag_words(story.flag)
    value = _figure(story.value) if story.value is not None else _("tanpa nilai")
    lines = [_("Dibaca: **{value}** {flag}").format(value=value, flag=f"({flag})" if flag else "")]
    lines.append(_("Baris: {labels}").format(labels=words.plain(" › ".join(story.row) or "–")))
    lines.append(_("Kolom: {labels}").format(labels=words.plain(" › ".join(story.column) or "–")))
    if story.placed is None:
        lines.append(_("Belum mendapat tempat dalam dataset."))
    else:
        lines.append(_("Menjadi: {place}").format(place=words.plain(_place_words(story.placed, names))))
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
            change(" › ".join(story.row), desk.choices_for(view, "row", story.row[-1]), None, view)
        label = " > ".join(story.column)
        if story.column and st.button(_("Artikan kolom"), key="cell-column", icon=":material/view_column:"):
            change(" › ".join(story.column), desk.choices_for(view, "column", label), None, view)


@st.dialog(_("Koreksi sel"), width="medium")
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
    if tried(view.submission_id, recipe, view.stored):
        save(view.submission_id, recipe, reason, view.stored)


def column_story(column: str, found: Sequence[Guess], view: ReadView, *, editable: bool) -> None:
    """What was understood about a column that is picked by its letter."""
    number = letters(_MOST_COLUMNS).index(column)
    mine = [
        g
        for g in found
        if g.subject in (Subject.COLUMN, Subject.NUMBERS, Subject.AREA)
        and any(box.left == box.right == number for cell in g.cells[:1] for box in boxes(cell))
    ]
    with st.container(border=True, gap="xsmall"):
        st.markdown(_("**Kolom {letter}**").format(letter=column))
        if not mine:
            st.caption(_("Tidak ada yang disimpulkan khusus dari kolom ini."))
        for guess in mine:
            _one_line(guess, view, editable=editable, key="column")


def _one_line(guess: Guess, view: ReadView, *, editable: bool, key: str) -> None:
    st.markdown(f"{badge(guess.doubt)} {words.plain(guess.about)} → {words.plain(guess.understood)}")
    if (
        editable
        and guess.choices
        and st.button(_("Ubah"), key=f"{key}-{guess.id}", icon=":material/edit:", type="tertiary")
    ):
        chosen = guess.chosen if guess.suggested is None else guess.suggested
        change(guess.about, guess.choices, None, view, chosen=chosen)
