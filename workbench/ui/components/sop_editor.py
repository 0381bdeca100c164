"""A new version of a SOP: head, lanes, steps and outcomes as tables, readings to confirm, lint and changes in words.

What an editor gives back is never fed to it again: each table starts from the version being revised (its key holds
that version's SHA-256), and the draft is worked out anew from base and edits at every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase
from typing import Any

import pandas as pd
import streamlit as st
from babel.dates import format_date
from streamlit.delta_generator import DeltaGenerator

from workbench import moment
from workbench.domain.people import Person, Role
from workbench.domain.sop import EvidenceKind, OutcomeKind, Sop, Unit
from workbench.domain.sop_lint import unit_word
from workbench.domain.sop_readings import readings, unconfirmed_label
from workbench.domain.sop_revision import BadRevision, Head, Row, Tables, head, revise, tables
from workbench.domain.sop_words import evidence_word, outcome_word, role_word
from workbench.i18n import N_, _
from workbench.services import people, sop_library
from workbench.services.rights import capacity_text
from workbench.services.sop_library import Check
from workbench.ui import access, feedback, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

SPARE_LANES = 2
SPARE_PHASES = 3


def show(person: Person, base: Sop) -> None:
    """The editor for the newest version of a procedure, for a supervisor."""
    st.caption(
        _(
            "Ubah tabel di bawah. Versi yang berlaku tidak tersentuh sebelum Anda menerbitkan, dan perkara yang sedang "
            "berjalan tetap memakai versinya."
        )
    )
    top, effective = _head(base)
    lanes, steps, outcomes = _lanes(base), _steps(base), _outcomes(base)
    edited = Tables(lanes, steps, outcomes, _phases(base))
    top = _flow(base, top, [str(row["no"]) for row in steps if row.get("no")])
    ticked = _ticks(base)
    by = _spoken(person)
    try:
        draft = revise(base, edited, top, confirm=ticked, by=by, at=moment.now())
    except BadRevision as error:
        st.subheader(_("Belum dapat diterbitkan"), anchor=False)
        for problem in error.problems:
            st.error(f"{problem.table}, {_('baris')} {problem.row}: {problem.message}.", icon=":material/error:")
        return
    checked = sop_library.check(base, draft)
    _verdict(checked)
    if st.button(
        _("Terbitkan versi baru"), type="primary", icon=":material/publish:", disabled=not checked.publishable,
        key="sop-publish",
    ):  # fmt: skip
        _confirm(base, checked, effective)


def _spoken(person: Person) -> str:
    post = next(iter(person.assignments), None)
    return f"{person.name}, {capacity_text(post)}" if post else person.name


def _head(base: Sop) -> tuple[Head, date]:
    now = head(base)
    today = people.today()
    left, middle, right = st.columns([3, 2, 2])
    title = left.text_input(_("Nama SOP"), now.title, key=f"title-{base.sha}")
    number = middle.text_input(_("Nomor SOP"), now.number, key=f"number-{base.sha}")
    effective = right.date_input(
        _("Berlaku mulai"), today, min_value=today, format="DD/MM/YYYY", key=f"effective-{base.sha}"
    )
    approved = left.text_input(_("Disahkan oleh"), now.approved_by, key=f"approved-{base.sha}")
    with reading() as session:
        label = sop_library.free_label(session, base.id, effective)
    middle.text_input(_("Sebutan versi"), label, disabled=True)
    right.text_input(_("Disusun dari"), base.version, disabled=True)
    return Head(title, number, label, _long(today), _long(effective), approved), effective


def _long(day: date) -> str:
    return str(format_date(day, "d MMMM yyyy", locale="id_ID"))  # printed on an Indonesian sheet


def _lanes(base: Sop) -> tuple[Row, ...]:
    st.subheader(_("Pelaksana"), anchor=False)
    rows = [*tables(base).lanes, *({"key": key, "name": "", "role": None} for key in _spare_keys(base))]
    given = st.data_editor(
        _frame(rows, "key", "name", "role", "external"),
        key=f"lanes-{base.sha}",
        hide_index=True,
        disabled=["key"],
        column_config={
            "key": st.column_config.TextColumn(_("Kunci"), help=_("Dipakai pada kolom pelaksana di tabel langkah.")),
            "name": st.column_config.TextColumn(_("Nama pada lembar"), width="large"),
            "role": st.column_config.SelectboxColumn(
                _("Peran"), options=[role.value for role in Role], format_func=role_word
            ),
            "external": st.column_config.CheckboxColumn(_("Pihak luar")),
        },
        alt=_("Tabel pelaksana yang dapat diubah"),
    )
    return tuple(row for row in _records(given) if row.get("name") or row.get("role"))


def _spare_keys(base: Sop) -> list[str]:
    """Keys for lanes that may be added; the choices of the step table have to be known before they are named."""
    taken = {lane.key for lane in base.lanes}
    free = (key for n in range(1, 100) if (key := f"pelaksana_{n}") not in taken)
    return [next(free) for _n in range(SPARE_LANES)]


def _unit_word(value: Any) -> str:
    return unit_word(Unit(value))


def _steps(base: Sop) -> tuple[Row, ...]:
    st.subheader(_("Langkah"), anchor=False)
    keys = [*(lane.key for lane in base.lanes), *_spare_keys(base)]
    names = {lane.key: lane.name for lane in base.lanes}
    lane_column: dict[str, Any] = {"options": keys, "format_func": lambda key: names.get(key, key)}
    columns = [
        "no", "activity", "lane", "amount", "unit", "inputs", "output", "note", "evidence", "waiting_for", "phase",
        "each_opd",
    ]  # fmt: skip
    given = st.data_editor(
        _frame(tables(base).steps, *columns),
        key=f"steps-{base.sha}",
        hide_index=True,
        num_rows="dynamic",
        column_config={
            "no": st.column_config.TextColumn(
                _("No"), width="small", required=True, help=_("Nomor yang diganti dianggap langkah baru.")
            ),
            "activity": st.column_config.TextColumn(_("Kegiatan"), width="large", required=True),
            "lane": st.column_config.SelectboxColumn(_("Pelaksana"), **lane_column),
            "inputs": st.column_config.TextColumn(_("Kelengkapan")),
            "amount": st.column_config.NumberColumn(_("Waktu"), min_value=1, step=1, width="small"),
            "unit": st.column_config.SelectboxColumn(
                _("Satuan"), options=[unit.value for unit in Unit], format_func=_unit_word
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
                width="small",
                help=_("Beberapa langkah di bawah satu waktu baku; langkahnya sendiri tanpa waktu."),
            ),
            "each_opd": st.column_config.CheckboxColumn(
                _("Tiap OPD"),
                width="small",
                help=_("Dikerjakan sekali oleh setiap perangkat daerah."),
            ),
        },
        alt=_("Tabel langkah yang dapat diubah"),
    )
    return tuple(row for row in _records(given) if any(row.values()))


def _outcomes(base: Sop) -> tuple[Row, ...]:
    st.subheader(_("Putusan"), anchor=False)
    given = st.data_editor(
        _frame(tables(base).outcomes, "step", "key", "label", "to", "kind"),
        key=f"outcomes-{base.sha}",
        hide_index=True,
        num_rows="dynamic",
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
    return tuple(row for row in _records(given) if any(row.values()))


def _phase_keys(base: Sop) -> list[str]:
    """The phases there are and room for more; as with lanes, the step table has to know them before they are used."""
    own = [phase.key for phase in base.phases]
    spare = (letter for letter in ascii_uppercase if letter not in own)
    return [*own, *(next(spare) for _n in range(SPARE_PHASES))]


def _phases(base: Sop) -> tuple[Row, ...]:
    with st.expander(_("Fase"), icon=":material/view_week:", expanded=bool(base.phases)):
        st.caption(_("Waktu baku sebuah fase berlaku untuk semua langkah yang memilihnya pada kolom Fase di atas."))
        own = {str(row["key"]): row for row in tables(base).phases}
        given = st.data_editor(
            _frame([own.get(key, {"key": key}) for key in _phase_keys(base)], "key", "amount", "unit"),
            key=f"phases-{base.sha}",
            hide_index=True,
            disabled=["key"],
            column_config={
                "key": st.column_config.TextColumn(_("Fase"), width="small"),
                "amount": st.column_config.NumberColumn(_("Waktu"), min_value=1, step=1, width="small"),
                "unit": st.column_config.SelectboxColumn(
                    _("Satuan"), options=[unit.value for unit in Unit], format_func=_unit_word
                ),
            },
            alt=_("Tabel fase yang dapat diubah"),
        )
    return tuple(_records(given))


def _flow(base: Sop, top: Head, numbers: list[str]) -> Head:
    """Where the flow begins, where OPD cases meet again, and which clocks run beside the steps."""
    now = head(base)
    st.subheader(_("Alur dan jam"), anchor=False)
    first, second, third = st.columns(3)

    def chosen(place: DeltaGenerator, label: str, value: str, key: str, help_text: str, *, empty: bool = True) -> str:
        options = ["", *numbers] if empty else numbers
        return place.selectbox(
            label, options, index=options.index(value) if value in options else 0, key=f"{key}-{base.sha}",
            format_func=lambda no: no or "–", help=help_text,
        )  # fmt: skip

    start = chosen(first, _("Langkah mulai"), now.start, "start", _("Perkara baru dibuka di sini."), empty=False)
    join = chosen(second, _("OPD bergabung di"), now.join, "join", _("Untuk langkah yang dicentang Tiap OPD."))
    stops = chosen(
        third, _("Jam layanan berhenti di"), now.service_stops, "service",
        _("Jawaban sudah sampai pada pemohon; langkah sesudahnya urusan dalam."),
    )  # fmt: skip
    legal = st.checkbox(
        _("Tenggat undang-undang berlaku (UU 14/2008: 10 hari kerja)"), now.legal_clock, key=f"legal-{base.sha}"
    )
    return replace(top, start=start or now.start, join=join, service_stops=stops, legal_clock=legal)


def _ticks(base: Sop) -> frozenset[str]:
    """The readings the officer takes as they are."""
    found = readings(base)
    if not found:
        return frozenset()
    st.subheader(_("Bacaan yang belum ditegaskan"), anchor=False)
    st.caption(_("Centang bacaan yang benar. Yang keliru cukup diubah pada tabel di atas."))
    rows = [
        {
            "confirm": False, "mark": unconfirmed_label(r.confidence), "step": r.step or "–", "about": r.about,
            "printed": r.printed, "ours": r.ours,
        }
        for r in found
    ]  # fmt: skip
    columns = ["confirm", "mark", "step", "about", "printed", "ours"]
    given = st.data_editor(
        _frame(rows, *columns),
        key=f"readings-{base.sha}",
        hide_index=True,
        disabled=columns[1:],
        column_config={
            "confirm": st.column_config.CheckboxColumn(_("Tegaskan")),
            "mark": st.column_config.TextColumn(_("Tanda"), width="small"),
            "step": st.column_config.TextColumn(_("Langkah"), width="small"),
            "about": st.column_config.TextColumn(_("Bagian")),
            "printed": st.column_config.TextColumn(_("Tercetak"), width="large"),
            "ours": st.column_config.TextColumn(_("Bacaan yang dipakai"), width="large"),
        },
        alt=_("Bacaan yang dapat ditegaskan"),
    )
    ticked = [bool(row["confirm"]) for row in _records(given)]
    return frozenset(r.key for r, tick in zip(found, ticked, strict=True) if tick)


def _frame(rows: Sequence[Row], *columns: str) -> pd.DataFrame:
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


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object)
    return [{str(k): v for k, v in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")]


def _verdict(checked: Check) -> None:
    changed, found = st.columns(2, gap="medium")
    with changed:
        st.subheader(_("Yang berubah"), anchor=False)
        if not checked.changes:
            st.info(_("Belum ada yang berubah."), icon=":material/edit_off:")
        for sentence in checked.changes:
            st.markdown(f"- {words.plain(sentence)}")
    with found:
        st.subheader(_("Pemeriksaan"), anchor=False)
        for problem in checked.errors:
            st.error(f"[{problem.rule}] {problem.message}", icon=":material/error:")
        for problem in checked.warnings:
            st.warning(f"[{problem.rule}] {problem.message}", icon=":material/warning:")
        if not checked.errors:
            st.success(_("Tidak ada galat: setiap langkah tercapai dan dapat selesai."), icon=":material/task_alt:")


@dialog(N_("Terbitkan versi baru"), width="small")
def _confirm(base: Sop, checked: Check, effective: date) -> None:
    with reading() as session:
        running = sum(v.open_cases for v in sop_library.versions(session, base.id))
    st.markdown(
        _("Versi **{label}** berlaku mulai {day} untuk perkara baru.").format(
            label=checked.sop.version, day=_long(effective)
        )
    )
    if running:
        st.markdown(
            _("{n} perkara yang sedang berjalan tetap memakai versinya; Anda dapat memindahkannya sesudah ini.").format(
                n=running
            )
        )
    if not st.button(_("Terbitkan"), type="primary", key="sop-publish-now"):
        return
    with feedback.shown_errors() as outcome, writing() as session:
        sop_library.publish(
            session, by=access.require(), base_sha=base.sha, draft=checked.sop, effective_from=effective
        )
    if outcome.ok:
        feedback.flash(_("Versi {label} diterbitkan.").format(label=checked.sop.version))
        st.rerun()
