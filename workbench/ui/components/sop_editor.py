"""A new version of a SOP: head, lanes, steps and outcomes as tables, readings to confirm, lint and changes in words.

What an editor gives back is never fed to it again: each table starts from the version being revised (its key holds
that version's SHA-256), and the draft is worked out anew from base and edits at every run.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st
from babel.dates import format_date
from streamlit.delta_generator import DeltaGenerator

from workbench import moment
from workbench.domain.people import Person
from workbench.domain.sla_words import day_words
from workbench.domain.sop import Sop
from workbench.domain.sop_readings import readings, unconfirmed_label
from workbench.domain.sop_revision import BadRevision, Head, Tables, head, revise
from workbench.i18n import N_, _, _n
from workbench.services import people, sop_library, sop_migration
from workbench.services.rights import capacity_text
from workbench.services.sop_library import Check
from workbench.ui import access, feedback, words
from workbench.ui.components import sop_cases
from workbench.ui.components import sop_editor_tables as grids
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing


def show(person: Person, base: Sop) -> None:
    """The editor for the newest version of a procedure, for a supervisor."""
    st.caption(
        _(
            "Ubah tabel di bawah. Versi yang berlaku tidak tersentuh sebelum Anda menerbitkan, dan perkara yang sedang "
            "berjalan tetap memakai versinya."
        )
    )
    top, effective = _head(base)
    lanes, steps, outcomes = grids.lanes(base), grids.steps(base), grids.outcomes(base)
    edited = Tables(lanes, steps, outcomes, grids.phases(base))
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
        grids.frame(rows, *columns),
        key=f"readings-{base.sha}",
        hide_index=True,
        height="content",
        disabled=columns[1:],
        column_config={
            "confirm": st.column_config.CheckboxColumn(_("Tegaskan")),
            "mark": st.column_config.TextColumn(_("Tanda"), width="small"),
            "step": st.column_config.TextColumn(_("Langkah"), width="small"),
            "about": st.column_config.TextColumn(_("Bagian")),
            "printed": st.column_config.TextColumn(_("Tercetak"), width=265),
            "ours": st.column_config.TextColumn(_("Bacaan yang dipakai"), width=265),
        },
        alt=_("Bacaan yang dapat ditegaskan"),
    )
    ticked = [bool(row["confirm"]) for row in grids.records(given)]
    return frozenset(r.key for r, tick in zip(found, ticked, strict=True) if tick)


def _verdict(checked: Check) -> None:
    changed, found = st.columns(2, gap="medium")
    with changed:
        st.subheader(_("Yang berubah"), anchor=False)
        if not checked.changes:
            st.info(_("Belum ada yang berubah."), icon=":material/edit_off:")
        for sentence in checked.changes:
            st.markdown(f"- {words.plain(sentence)}")
    with found:
        st.subheader(_("Hasil pemeriksaan SOP"), anchor=False)
        for problem in checked.errors:
            st.error(words.plain(problem.message), icon=":material/error:")
        for problem in checked.warnings:
            st.warning(words.plain(problem.message), icon=":material/warning:")
        if not checked.errors:
            st.success(_("Tidak ada galat: setiap langkah tercapai dan dapat selesai."), icon=":material/task_alt:")


@dialog(N_("Terbitkan versi baru"), width="large")
def _confirm(base: Sop, checked: Check, effective: date) -> None:
    with reading() as session:
        running = sop_migration.preview_of(session, checked.sop)
    st.markdown(
        _("Versi **{label}** berlaku mulai {day} untuk perkara baru.").format(
            label=checked.sop.version, day=day_words(effective)
        )
    )
    if running:
        keep = _n(
            "{n} perkara yang sedang berjalan tetap memakai versinya. Bila kelak dipindahkan pada bagian Pindahkan "
            "perkara, menurut hari ini akibatnya:",
            len(running),
        )
        st.markdown(keep.format(n=len(running)))
        sop_cases.table(running, rows=6)
        st.caption(sop_cases.sentence(running))
    if not st.button(_("Terbitkan"), type="primary", key="sop-publish-now"):
        return
    with feedback.shown_errors() as outcome, writing() as session:
        sop_library.publish(
            session, by=access.require(), base_sha=base.sha, draft=checked.sop, effective_from=effective
        )
    if outcome.ok:
        feedback.flash(_("Versi {label} diterbitkan.").format(label=checked.sop.version))
        st.rerun()
