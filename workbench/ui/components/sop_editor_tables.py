"""The tables of the SOP editor: lanes, steps, outcomes and phases, each as a grid that gives back its rows."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

import pandas as pd
import streamlit as st

from workbench.domain.people import Role
from workbench.domain.sla_words import weekday_words
from workbench.domain.sop import EvidenceKind, OutcomeKind, Sop, Unit, Weekday
from workbench.domain.sop_printed_time import unit_word
from workbench.domain.sop_revision import Row, tables
from workbench.domain.sop_words import evidence_word, outcome_word, role_word
from workbench.i18n import _

SPARE_LANES = 2
SPARE_PHASES = 3


def lanes(base: Sop) -> tuple[Row, ...]:
    """Who does the work. An unused row at the end is room for a new lane."""
    st.subheader(_("Pelaksana"), anchor=False)
    names = lane_names(base)
    rows = [*tables(base).lanes, *({"key": key, "name": "", "role": None} for key in _spare_keys(base))]
    given = st.data_editor(
        frame([{**row, "called": names[str(row["key"])]} for row in rows], "key", "called", "name", "role", "external"),
        key=f"lanes-{base.sha}",
        hide_index=True,
        disabled=["key", "called"],
        placeholder="",
        column_order=["called", "name", "role", "external"],
        column_config={
            "called": st.column_config.TextColumn(
                _("Di tabel langkah"), width=190, help=_("Sebutan baris ini pada kolom pelaksana di tabel langkah.")
            ),
            "name": st.column_config.TextColumn(_("Nama pada lembar"), width=280),
            "role": st.column_config.SelectboxColumn(
                _("Peran"), options=[role.value for role in Role], format_func=role_word
            ),
            "external": st.column_config.CheckboxColumn(_("Pihak luar")),
        },
        alt=_("Tabel pelaksana yang dapat diubah"),
    )
    return tuple(row for row in records(given) if row.get("name") or row.get("role"))


def _spare_keys(base: Sop) -> list[str]:
    """Keys for lanes that may be added; the choices of the step table have to be known before they are named."""
    taken = {lane.key for lane in base.lanes}
    free = (key for n in range(1, 100) if (key := f"pelaksana_{n}") not in taken)
    return [next(free) for _n in range(SPARE_LANES)]


def lane_names(base: Sop) -> dict[str, str]:
    """What the step table calls each lane; spare ones by a number until a published version gives them a name."""
    spare = {key: _("pelaksana tambahan {n}").format(n=n) for n, key in enumerate(_spare_keys(base), 1)}
    return {lane.key: lane.name for lane in base.lanes} | spare


def _unit_word(value: Any) -> str:
    return unit_word(Unit(value))


def _weekday_word(value: Any) -> str:
    return weekday_words(Weekday(value))


def steps(base: Sop) -> tuple[Row, ...]:
    """What is done, in the order of the sheet. What governs time stands left, where it is seen without scrolling."""
    st.subheader(_("Langkah"), anchor=False)
    names = lane_names(base)
    lane_column: dict[str, Any] = {"options": list(names), "format_func": names.__getitem__}
    columns = [
        "no", "activity", "lane", "amount", "unit", "dispatch", "phase", "each_opd", "waiting_for", "evidence",
        "inputs", "output", "note",
    ]  # fmt: skip
    given = st.data_editor(
        frame(tables(base).steps, *columns),
        key=f"steps-{base.sha}",
        hide_index=True,
        num_rows="dynamic",
        placeholder="",
        column_config={
            "no": st.column_config.TextColumn(
                _("No"), width=60, pinned=True, required=True, help=_("Nomor yang diganti dianggap langkah baru.")
            ),
            "activity": st.column_config.TextColumn(_("Kegiatan"), width=180, required=True),
            "lane": st.column_config.SelectboxColumn(_("Pelaksana"), width=120, **lane_column),
            "inputs": st.column_config.TextColumn(_("Kelengkapan")),
            "amount": st.column_config.NumberColumn(_("Waktu"), min_value=1, step=1, width=75),
            "unit": st.column_config.SelectboxColumn(
                _("Satuan"), options=[unit.value for unit in Unit], format_func=_unit_word, width=95
            ),
            "dispatch": st.column_config.SelectboxColumn(
                _("Hari kirim"),
                options=[weekday.value for weekday in Weekday],
                format_func=_weekday_word,
                width=115,
                help=_("Bila surat hanya dikirim pada satu hari: yang siap sebelumnya jatuh tempo pada hari itu."),
            ),
            "output": st.column_config.TextColumn(_("Output")),
            "note": st.column_config.TextColumn(_("Keterangan")),
            "evidence": st.column_config.SelectboxColumn(
                _("Bukti"),
                options=[kind.value for kind in EvidenceKind],
                format_func=evidence_word,
            ),
            "waiting_for": st.column_config.SelectboxColumn(_("Waktu milik"), **lane_column),
            "phase": st.column_config.SelectboxColumn(
                _("Fase"),
                options=_phase_keys(base),
                width=80,
                help=_("Beberapa langkah di bawah satu waktu baku; langkahnya sendiri tanpa waktu."),
            ),
            "each_opd": st.column_config.CheckboxColumn(
                _("Tiap OPD"),
                width=100,
                help=_("Dikerjakan sekali oleh setiap perangkat daerah."),
            ),
        },
        alt=_("Tabel langkah yang dapat diubah"),
    )
    return tuple(row for row in records(given) if any(row.values()))


def outcomes(base: Sop) -> tuple[Row, ...]:
    """Where each step can lead."""
    st.subheader(_("Putusan"), anchor=False)
    given = st.data_editor(
        frame(tables(base).outcomes, "step", "key", "label", "to", "kind"),
        key=f"outcomes-{base.sha}",
        hide_index=True,
        height="content",
        num_rows="dynamic",
        placeholder="",
        column_order=["step", "label", "to", "kind"],
        column_config={
            "step": st.column_config.TextColumn(_("Langkah"), width="small", required=True),
            "label": st.column_config.TextColumn(_("Putusan"), required=True),
            "to": st.column_config.TextColumn(
                _("Menuju"), width="small", required=True, help=_("Nomor langkah, atau END untuk selesai.")
            ),
            "kind": st.column_config.SelectboxColumn(
                _("Jenis"),
                options=[kind.value for kind in OutcomeKind],
                default=OutcomeKind.FORWARD.value,
                format_func=outcome_word,
                required=True,
            ),
        },
        alt=_("Tabel putusan yang dapat diubah"),
    )
    return tuple(row for row in records(given) if any(row.values()))


def _phase_keys(base: Sop) -> list[str]:
    """The phases there are and room for more; as with lanes, the step table has to know them before they are used."""
    own = [phase.key for phase in base.phases]
    spare = (letter for letter in ascii_uppercase if letter not in own)
    return [*own, *(next(spare) for _n in range(SPARE_PHASES))]


def phases(base: Sop) -> tuple[Row, ...]:
    """One standard time for several steps, and room for more phases."""
    with st.expander(_("Fase"), icon=":material/view_week:", expanded=bool(base.phases)):
        st.caption(_("Waktu baku sebuah fase berlaku untuk semua langkah yang memilihnya pada kolom Fase di atas."))
        own = {str(row["key"]): row for row in tables(base).phases}
        given = st.data_editor(
            frame([own.get(key, {"key": key}) for key in _phase_keys(base)], "key", "amount", "unit"),
            key=f"phases-{base.sha}",
            hide_index=True,
            disabled=["key"],
            placeholder="",
            column_config={
                "key": st.column_config.TextColumn(_("Fase"), width="small"),
                "amount": st.column_config.NumberColumn(_("Waktu"), min_value=1, step=1, width="small"),
                "unit": st.column_config.SelectboxColumn(
                    _("Satuan"), options=[unit.value for unit in Unit], format_func=_unit_word
                ),
            },
            alt=_("Tabel fase yang dapat diubah"),
        )
    return tuple(records(given))


def frame(rows: Sequence[Row], *columns: str) -> pd.DataFrame:
    """Rows as a table whose types do not depend on what happens to be filled."""
    table = pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=list(columns))
    for name in columns:
        if name == "amount":
            table[name] = table[name].astype("Int64")
        elif name in ("external", "confirm", "each_opd"):
            table[name] = table[name].fillna(False).astype(bool)
        else:
            table[name] = table[name].astype("string")
    return table


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table with None where a cell is empty."""
    plain = table.astype(object)
    return [{str(k): v for k, v in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")]
