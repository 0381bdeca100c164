"""A recipe as sentences, and the observations it makes with the cell each came from."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import streamlit as st

from workbench.domain.reading.flag_words import FLAG_WORDS
from workbench.domain.reading.model import Kind
from workbench.domain.recipe_steps import (
    ColumnIs,
    CorrectCell,
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
from workbench.i18n import N_, _, _n
from workbench.services.guess_layout import column_words, row_words
from workbench.services.guess_values import dash_words, form_words
from workbench.storage.recipes import StoredRecipe
from workbench.ui import words

_KINDS = {Kind.DATA: N_("data"), Kind.TOTAL: N_("jumlah"), Kind.SUBTOTAL: N_("subjumlah")}


def sentence(step: Step) -> str:
    """One step of a recipe in words."""
    match step:
        case RowIs():
            return _("Baris “{labels}” {said}.").format(labels=" · ".join(step.labels), said=row_words(step.part))
        case ColumnIs():
            named = " › ".join(step.labels) or _("tepi kiri tabel")
            if step.right:
                named = _("{n} di kanan {named}").format(n=step.right, named=named)
            return _("Kolom “{labels}” {said}.").format(labels=named, said=column_words(step.part))
        case PickTable():
            where = ", ".join(part for part in (step.sheet, step.title) if part)
            return _("Ambil tabel {where}.").format(where=where) if where else _("Ambil tabel yang labelnya cocok.")
        case IgnoreRows():
            return _("Abaikan baris {labels}: {reason}").format(labels=", ".join(step.labels), reason=step.reason)
        case ReadNumbers():
            where = ", ".join(step.labels) or _("semua kolom")
            return _("Angka di {where}: {form}.").format(where=where, form=form_words(step.form))
        case CorrectCell():
            value = "–" if step.value is None else words.number(step.value, 0 if step.value == int(step.value) else 2)
            return _("Koreksi {sheet} {cell}: “{old}” menjadi {new}. {reason}").format(
                sheet=step.sheet, cell=step.cell, old=step.expect, new=value, reason=step.reason
            )
        case MapLabels():
            axis = _("kolom") if step.do == "map_columns" else _("baris")
            return _("Cocokkan label {axis} dengan definisi dataset{more}.").format(
                axis=axis,
                more=_n(" dan {n} ejaan yang ditegaskan", len(step.labels)).format(n=len(step.labels))
                if step.labels
                else "",
            )
        case HarmoniseAreas():
            if not step.spellings:
                return _("Samakan nama wilayah dengan kode Kemendagri.")
            return _("Samakan nama wilayah; ditegaskan: {names}.").format(
                names=", ".join(f"{name} → {code}" for name, code in step.spellings.items())
            )
        case Symbols():
            return _("Artikan tanda “-”: {meaning}.").format(meaning=dash_words(step.dash))
        case SetUnit():
            by = f" × {words.number(step.multiplier)}" if step.multiplier != 1 else ""
            return _("Satuan {unit}{by}.").format(unit=step.unit, by=by)
        case SetPeriod():
            return _("Periode {period}.").format(period=step.period or _("sesuai kiriman"))
    return step.do


def sentences(stored: StoredRecipe) -> None:
    """All steps in order, with the recipe's version."""
    st.caption(
        _("Versi {n}").format(n=stored.version)
        if stored.version
        else _("Resep bawaan, diturunkan dari definisi dataset")
    )
    st.markdown("\n".join(f"{i}. {words.plain(sentence(step))}" for i, step in enumerate(stored.recipe.steps, 1)))


def _worded(rows: pa.Table, column: str, names: Mapping[str, str]) -> pa.Table:
    """The table with the codes of one column said in words; only the distinct codes are looked at."""
    codes = rows.column(column).combine_chunks().dictionary_encode()
    said = pa.array([names.get(code, code) for code in codes.dictionary.to_pylist()], pa.string())
    return rows.set_column(rows.schema.get_field_index(column), column, said.take(codes.indices))


def table(rows: pa.Table, *, names: Mapping[str, str]) -> None:
    """The observations: what, where, value, flag, and the cell of the file. ``names`` are the words for the codes of
    indicators and classes.
    """
    kinds = {kind.value: _(word) for kind, word in _KINDS.items()}
    flags = {flag.value: _(word) for flag, word in FLAG_WORDS.items()}
    for column, said in (("indicator", names), ("category", names), ("kind", kinds), ("flag", flags)):
        rows = _worded(rows, column, said)
    shown = rows.select(
        [
            "indicator",
            "category",
            "area_code",
            "area_name",
            "period",
            "value",
            "flag",
            "unit",
            "kind",
            "sheet",
            "cell",
            "raw",
        ]
    )
    st.dataframe(
        shown,
        hide_index=True,
        lazy=True,
        placeholder="",
        column_config={
            "indicator": _("Indikator"),
            "category": _("Rincian"),
            "area_code": _("Kode wilayah"),
            "area_name": _("Wilayah"),
            "period": _("Periode"),
            "value": st.column_config.NumberColumn(_("Nilai"), format="localized"),
            "flag": _("Tanda"),
            "unit": _("Satuan"),
            "kind": _("Jenis"),
            "sheet": _("Lembar"),
            "cell": _("Sel"),
            "raw": _("Teks asli"),
        },
        alt=_("Data hasil resep dengan sel asalnya"),
    )
