"""A recipe as sentences that can be switched off, removed and changed, and its versions with what each one changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from workbench.domain.datasets import SymbolMeaning
from workbench.domain.number_forms import NumberForm
from workbench.domain.reading.hints import ColumnPart, RowPart
from workbench.domain.recipe_differences import Change, StepChange, differences
from workbench.domain.recipe_steps import (
    ColumnIs,
    CorrectCell,
    CorrectionStatus,
    HarmoniseAreas,
    IgnoreRows,
    MapLabels,
    PickTable,
    ReadNumbers,
    RowIs,
    SetPeriod,
    SetUnit,
    Step,
    Symbols,
)
from workbench.domain.recipes import Recipe
from workbench.i18n import N_, _
from workbench.services.guess_layout import column_words, row_words
from workbench.services.guess_values import dash_words, form_words
from workbench.services.recipe_desk import RecipeVersion
from workbench.ui import words
from workbench.ui.components.recipe_view import sentence
from workbench.ui.dialogs import dialog

_CHANGES = {
    Change.ADDED: (N_("ditambah"), "green", "add"),
    Change.REMOVED: (N_("dihapus"), "red", "remove"),
    Change.CHANGED: (N_("diubah"), "orange", "edit"),
    Change.SWITCHED_OFF: (N_("dinonaktifkan"), "gray", "toggle_off"),
    Change.SWITCHED_ON: (N_("diaktifkan"), "green", "toggle_on"),
    Change.MOVED: (N_("dipindah"), "gray", "swap_vert"),
}
_STATUS = {
    CorrectionStatus.OPEN: N_("belum disampaikan ke OPD"),
    CorrectionStatus.REPORTED: N_("sudah disampaikan ke OPD"),
    CorrectionStatus.CONFIRMED: N_("dibenarkan OPD"),
    CorrectionStatus.FIXED: N_("sudah diperbaiki di sumbernya"),
}

Put = Callable[[Recipe], None]  # takes the changed recipe as the draft


def steps(recipe: Recipe, base: Recipe, *, put: Put, key: str, turn: int) -> None:
    """All steps in order. ``base`` is the recipe that follows from the definition: its own steps cannot be removed."""
    for number, step in enumerate(recipe.steps, 1):
        on = step.id not in recipe.off
        said = f"{number}\\. {words.plain(sentence(step))}"
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
            now = st.toggle(
                _("Jalankan langkah {n}").format(n=number), value=on, key=f"{key}-on-{step.id}-{turn}",
                label_visibility="collapsed", width="content",
            )  # fmt: skip
            st.markdown(said if on else f":gray[~~{said}~~]", width="stretch")
            if st.button(
                "", key=f"{key}-edit-{step.id}", icon=":material/edit:", type="tertiary",
                help=_("Ubah langkah {n}").format(n=number), disabled=not _editable(step),
            ):  # fmt: skip
                edit(step, recipe, put)
            if base.step(step.id) is None and st.button(
                "", key=f"{key}-drop-{step.id}", icon=":material/delete:", type="tertiary",
                help=_("Hapus langkah {n}").format(n=number),
            ):  # fmt: skip
                put(recipe.without(step.id))
                st.rerun()
        if now != on:
            put(recipe.switched(step.id, on=now))
            st.rerun()
        if not on and (touched := recipe.touched_by(step.id)):
            st.caption(_("Langkah sesudahnya yang ikut berubah: {steps}").format(steps=", ".join(touched)))


def _editable(step: Step) -> bool:
    if isinstance(step, HarmoniseAreas):
        return bool(step.spellings)
    return not isinstance(step, MapLabels) or bool(step.labels)


@dialog(N_("Ubah langkah resep"))
def edit(step: Step, recipe: Recipe, put: Put) -> None:
    """Change what one step says; it is tried on the page before it is saved."""
    st.markdown(words.plain(sentence(step)))
    changed = _fields(step)
    if changed is None:
        return
    if st.button(_("Coba perubahan ini"), type="primary", icon=":material/play_arrow:", disabled=changed == step):
        put(recipe.with_step(changed))
        st.rerun()


def _fields(step: Step) -> Step | None:
    match step:
        case RowIs():
            rows = list(RowPart)
            row = st.radio(_("Baris ini"), rows, index=rows.index(step.part), format_func=row_words)
            return replace(step, part=row or step.part)
        case ColumnIs():
            columns = list(ColumnPart)
            column = st.radio(_("Kolom ini"), columns, index=columns.index(step.part), format_func=column_words)
            return replace(step, part=column or step.part)
        case PickTable():
            sheet = st.text_input(_("Lembar (kosong: lembar mana pun)"), value=step.sheet)
            title = st.text_input(_("Kata dalam judul (kosong: judul apa pun)"), value=step.title)
            return replace(step, sheet=sheet.strip(), title=title.strip())
        case IgnoreRows():
            text = st.text_area(_("Label baris, satu per baris"), value="\n".join(step.labels))
            reason = st.text_input(_("Alasan"), value=step.reason)
            labels = tuple(line.strip() for line in text.splitlines() if line.strip())
            return replace(step, labels=labels, reason=reason.strip()) if labels and reason.strip() else None
        case ReadNumbers():
            form = st.radio(
                _("Tanda pemisah"), list(NumberForm), index=list(NumberForm).index(step.form), format_func=form_words
            )
            return replace(step, form=form or step.form)
        case CorrectCell():
            missing = st.toggle(_("Nilainya memang tidak ada"), value=step.value is None)
            value = (
                None if missing else st.number_input(_("Nilai yang benar"), value=step.value, step=None, format="%f")
            )
            reason = st.text_input(_("Alasan"), value=step.reason)
            kinds = list(CorrectionStatus)
            status = st.selectbox(
                _("Tindak lanjut"), kinds, index=kinds.index(step.status), format_func=lambda k: _(_STATUS[k])
            )
            if not reason.strip() or (value is None and not missing):
                return None
            flag = (step.flag or "not_available") if missing else ""
            return replace(step, value=value, flag=flag, reason=reason.strip(), status=status)
        case MapLabels():
            kept = st.multiselect(_("Label yang tetap ditegaskan"), list(step.labels), default=list(step.labels))
            return replace(step, labels={name: step.labels[name] for name in step.labels if name in kept})
        case HarmoniseAreas():
            names = list(step.spellings)
            kept = st.multiselect(
                _("Ejaan yang tetap ditegaskan"), names, default=names,
                format_func=lambda name: f"{name} → {step.spellings[name]}",
            )  # fmt: skip
            return replace(step, spellings={name: step.spellings[name] for name in names if name in kept})
        case Symbols():
            meanings = list(SymbolMeaning)
            dash = st.radio(_("Arti tanda “-”"), meanings, index=meanings.index(step.dash), format_func=dash_words)
            return replace(step, dash=dash)
        case SetUnit():
            factor = st.number_input(_("Angka berkas dikali"), value=step.multiplier, step=None, format="%f")
            return replace(step, multiplier=float(factor)) if factor else None
        case SetPeriod():
            period = st.text_input(_("Tahun (kosong: sesuai kiriman)"), value=step.period)
            return replace(step, period=period.strip())
    return None


# ---------------------------------------------------------------- differences and versions


def changes(found: Sequence[StepChange]) -> None:
    """What distinguishes two recipes, one line a step."""
    if not found:
        st.caption(_("Tidak ada perbedaan."))
    for item in found:
        word, colour, icon = _CHANGES[item.what]
        step = item.after or item.before
        told = sentence(step) if step else item.step_id
        line = f":{colour}-badge[:material/{icon}: {_(word)}] {words.plain(told)}"
        if item.what is Change.CHANGED and item.before is not None and sentence(item.before) != told:
            line += f"  \n:gray[{_('sebelumnya:')} {words.plain(sentence(item.before))}]"
        st.markdown(line)


def versions(found: Sequence[RecipeVersion], *, put: Put, key: str) -> None:
    """Every version with who, when and why; a picked one shows what it changed and can be taken as the draft."""
    event = st.dataframe(
        [
            {
                _("Versi"): str(item.version) if item.version else _("bawaan"),
                _("Disimpan"): words.when(item.at),
                _("Oleh"): item.author or "–",
                _("Alasan"): item.reason,
                _("Perubahan"): len(differences(older.recipe, item.recipe)) if older else 0,
            }
            for item, older in zip(found, [*found[1:], None], strict=True)
        ],
        key=f"{key}-versions-{len(found)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={_("Alasan"): st.column_config.TextColumn(width=360)},
        alt=_("Versi resep, yang terbaru di atas"),
    )
    rows = [row for row in event["selection"]["rows"] if row < len(found)]
    if not rows:
        st.caption(_("Pilih satu versi untuk melihat apa yang diubahnya."))
        return
    item = found[rows[0]]
    older = found[rows[0] + 1] if rows[0] + 1 < len(found) else None
    if older is not None:
        changes(differences(older.recipe, item.recipe))
    if rows[0] > 0 and st.button(
        _("Coba versi {n} lagi").format(n=item.version or _("bawaan")), key=f"{key}-restore", icon=":material/history:"
    ):
        put(item.recipe)
        st.rerun()
