"""Running cases of older versions: what moving each of them to a version would do, and doing it."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

from workbench.domain.people import Person
from workbench.domain.sop import Sop
from workbench.i18n import _
from workbench.services import sop_migration
from workbench.services.sop_migration import Preview
from workbench.ui import access, feedback, words
from workbench.ui.resources import reading

_KEY = "sop-migration-idem"


def show(person: Person, sop: Sop) -> None:
    """The preview for all open cases on other versions, with a choice of step where there is no counterpart."""
    chosen: dict[str, str] = {}
    with reading() as session:
        found = sop_migration.preview(session, to_sha=sop.sha)
    if not found:
        st.info(_("Semua perkara yang berjalan sudah memakai versi ini."), icon=":material/task_alt:")
        return
    lost = {item.step: item.step_words for item in found if not item.to_step}
    if lost:
        names = {step.no: f"{step.no}. {step.activity}" for step in sop.steps}
        st.markdown(_("Langkah berikut tidak punya padanan pada versi ini. Pilih langkah tujuannya:"))
        for no, text in sorted(lost.items()):
            target = st.selectbox(
                text, list(names), index=None, key=f"to-{sop.sha}-{no}", format_func=names.__getitem__,
                placeholder=_("Pilih langkah"),
            )  # fmt: skip
            if target:
                chosen[no] = target
    if chosen:
        with reading() as session:
            found = sop_migration.preview(session, to_sha=sop.sha, chosen=chosen)
    st.dataframe(
        [_line(item) for item in found],
        hide_index=True,
        height="content",
        column_config={
            _("Langkah sekarang"): st.column_config.TextColumn(width="medium"),
            _("Langkah sesudahnya"): st.column_config.TextColumn(width="medium"),
            _("Catatan"): st.column_config.TextColumn(width="large"),
        },
        alt=_("Pratinjau pemindahan perkara ke versi ini"),
    )
    able = [item for item in found if not item.problem]
    moved_due = sum(item.moved_due for item in able)
    st.caption(
        _("{n} perkara dapat dipindahkan; tenggat {moved} di antaranya berubah.").format(n=len(able), moved=moved_due)
    )
    note = st.text_input(_("Alasan, akan tercatat pada tiap perkara"), max_chars=300, key=f"why-{sop.sha}")
    if st.button(
        _("Pindahkan {n} perkara").format(n=len(able)), type="primary", disabled=not able or not note.strip(),
        key="sop-migrate", icon=":material/move_up:",
    ):  # fmt: skip
        _move(able, sop, note)


def _line(item: Preview) -> dict[str, str]:
    notes = [item.problem] if item.problem else []
    notes += [_("melewati langkah baru {step}").format(step=step) for step in item.skipped]
    return {
        _("Perkara"): item.number,
        _("Hal"): item.subject,
        _("Langkah sekarang"): item.step_words,
        _("Langkah sesudahnya"): item.to_words,
        _("Tenggat langkah"): _both(words.when(item.due_before), words.when(item.due_after), item),
        _("Tenggat SOP"): _both(words.when(item.end_before), words.when(item.end_after), item),
        _("Catatan"): "; ".join(notes),
    }


def _both(before: str, after: str, item: Preview) -> str:
    return before if before == after or item.problem else f"{before} → {after}"


def _move(able: list[Preview], sop: Sop, note: str) -> None:
    """One transaction a case; the key belongs to this press, so that a double click moves nothing twice."""
    idem = st.session_state.setdefault(_KEY, uuid4().hex)
    with feedback.shown_errors() as outcome:
        done = sop_migration.migrate_all(able, to_sha=sop.sha, by=access.require(), idem=idem, note=note)
    st.session_state.pop(_KEY, None)
    if not outcome.ok:
        return
    failed = [item for item in done if item.problem]
    feedback.flash(_("{n} perkara dipindahkan ke versi {label}.").format(n=len(done) - len(failed), label=sop.version))
    for item in failed:
        feedback.flash(
            _("Perkara {number} tidak dipindahkan: {problem}").format(number=item.number, problem=item.problem),
            "warning",
        )
    st.rerun()
