"""A change of the recipe is tried on the file before it is saved: how many cells change, which, and what it mends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.domain.reading.flag_words import FLAG_WORDS
from workbench.domain.reading.model import Flag
from workbench.domain.recipes import Recipe
from workbench.i18n import N_, _, _n, language
from workbench.services import recipe_desk
from workbench.services.guesses import Choice
from workbench.services.recipe_desk import ReadCell
from workbench.services.sheet_view import ReadView
from workbench.storage.recipes import StoredRecipe
from workbench.ui import access, feedback, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

_SHOWN = 8  # changed cells listed in a dialog
_RADIO = 12  # choices that are listed at once; more are looked for in a box


def change(about: str, choices: Sequence[Choice], at: int | None, view: ReadView, *, chosen: int | None = None) -> None:
    """Open the dialog in which a choice is tried and saved; ``at`` is picked beforehand."""
    _change(about, tuple(choices), chosen if at is None else at, at is None, view)


@dialog(N_("Ubah pembacaan"))
def _change(about: str, choices: tuple[Choice, ...], at: int | None, ask: bool, view: ReadView) -> None:
    st.markdown(f"**{words.plain(about)}**")
    options = range(len(choices))
    if not ask and at is not None:
        st.markdown(words.plain(choices[at].words))
    elif len(choices) <= _RADIO:
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
        outcome = recipe_desk.preview(session, submission_id=submission_id, recipe=recipe)
    if not done.ok:
        return False
    before_after(outcome, recipe_desk.names_of(recipe.dataset_id))
    return True


def before_after(outcome: recipe_desk.Preview, names: Mapping[str, str], most: int = _SHOWN) -> None:
    """How many cells change, what happens to errors and warnings, and the first changed cells: first those that are
    read otherwise, then those that find another place in the dataset."""
    if outcome.read:
        _read_otherwise(outcome.read, most)
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
                _("Sebelum"): place_words(c.before, names),
                _("Sesudah"): place_words(c.after, names),
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


def _read_otherwise(found: Sequence[ReadCell], most: int) -> None:
    st.markdown(_n("**{n} sel dibaca lain.**", len(found)).format(n=words.number(len(found))))
    st.dataframe(
        [
            {
                _("Sel"): f"{c.sheet} {c.cell}".strip(),
                _("Dibaca sebelumnya"): c.before if c.before is not None else _("bukan nilai"),
                _("Dibaca sesudahnya"): c.after if c.after is not None else _("bukan nilai"),
            }
            for c in found[:most]
        ],
        hide_index=True,
        alt=_("Sel yang dibaca lain"),
    )
    if len(found) > most:
        st.caption(_n("dan {n} sel lain", len(found) - most).format(n=words.number(len(found) - most)))


def place_words(row: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    if row is None:
        return _("tidak diambil")
    flag = f" ({flag_words(row['flag'])})" if row["flag"] else ""
    where = ", ".join(names.get(row[name], row[name]) for name in ("indicator", "category", "area_code") if row[name])
    return f"{figure(row['value'])}{flag} {row['unit'] or ''} · {where}"


def figure(value: float | None) -> str:
    """A figure without grouping, so that it cannot be read two ways."""
    return "–" if value is None else f"{value:.15g}".replace(".", "." if language() == "en" else ",")


def flag_words(flag: str | None) -> str:
    return _(FLAG_WORDS[Flag(flag)]) if flag in set(Flag) else str(flag or "")


def save(submission_id: int, recipe: Recipe, reason: str, stored: StoredRecipe) -> None:
    """The button that keeps the recipe, made from the version that was shown; the page then checks the submission."""
    if not st.button(_("Simpan ke resep"), type="primary", icon=":material/save:", key="guess-save"):
        return
    with feedback.shown_errors() as done, writing() as session:
        kept = recipe_desk.adopt(
            session, submission_id=submission_id, recipe=recipe, by=access.require(), reason=reason,
            seen_sha256=stored.sha256,
        )  # fmt: skip
    if done.ok:
        feedback.flash(_("Tersimpan sebagai resep versi {n}; kiriman diperiksa ulang.").format(n=kept.version))
        st.rerun()
