"""Findings of a submission as a worklist: worst first, each with its cell, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from workbench.domain.reading.model import Severity
from workbench.i18n import N_, _
from workbench.services import checks, recipe_desk
from workbench.services.checks import FoundFinding
from workbench.ui import access, feedback, theme, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import writing

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_ABOUT_LABELS = {"unknown_area", "unknown_column", "unknown_row"}
_STATUS = {Severity.ERROR: "blocker", Severity.WARNING: "warning", Severity.INFO: "info"}


def draw(findings: Sequence[FoundFinding], *, submission_id: int, editable: bool, names: Mapping[str, str]) -> None:
    """The list; with ``editable`` a warning can be explained and a cell corrected, each with a reason. ``names`` are
    the full names of those who explained one, by login name.
    """
    for finding in sorted(findings, key=lambda item: (_ORDER[item.severity], bool(item.reason), item.sheet, item.cell)):
        _one(finding, submission_id, editable, names.get(finding.decided_by, finding.decided_by))


@st.fragment
def _one(finding: FoundFinding, submission_id: int, editable: bool, explained_by: str) -> None:
    with st.container(border=True, gap="xsmall"):
        place = " · ".join(part for part in (finding.sheet, ", ".join(finding.cell.split(","))) if part)
        where = f"**{words.plain(place)}** " if place else ""  # what concerns the whole file has no cell
        st.markdown(f"{theme.badge_text(_STATUS[finding.severity])} {where}{words.plain(finding.message)}")
        if finding.reason:
            st.caption(
                _("Diterima dengan alasan: {reason} — {who}").format(
                    reason=words.plain(finding.reason), who=words.plain(explained_by)
                )
            )
        if not editable or finding.severity is Severity.INFO or finding.reason:
            return
        with st.container(horizontal=True):
            if finding.severity is Severity.WARNING and st.button(
                _("Terima dengan alasan"), key=f"explain-{finding.id}", icon=":material/edit_note:"
            ):
                _explain(finding)
            if _corrigible(finding) and st.button(
                _("Koreksi sel"), key=f"correct-{finding.id}", icon=":material/edit:"
            ):
                _correct(finding, submission_id)


def _corrigible(finding: FoundFinding) -> bool:
    """Is it about the value of one cell? A label that nobody knows is not mended by another number."""
    single = bool(finding.cell) and ":" not in finding.cell and "," not in finding.cell
    return single and finding.code not in _ABOUT_LABELS


@dialog(N_("Terima dengan alasan"))
def _explain(finding: FoundFinding) -> None:
    st.markdown(words.plain(finding.message))
    reason = st.text_area(_("Alasan tertulis"), placeholder=_("Misalnya: sudah dikonfirmasi OPD melalui surat nomor …"))
    if st.button(_("Simpan alasan"), type="primary"):
        with feedback.shown_errors() as done, writing() as session:
            checks.explain_finding(session, finding_id=finding.id, reason=reason, by=access.require())
        if done.ok:
            feedback.flash(_("Alasan tersimpan."))
            st.rerun()


@dialog(N_("Koreksi sel"))
def _correct(finding: FoundFinding, submission_id: int) -> None:
    st.markdown(f"**{words.plain(finding.sheet)} {finding.cell}** · {words.plain(finding.message)}")
    st.caption(_("Berkas OPD tidak diubah; koreksi menjadi langkah resep dengan alasan, dan dapat ditelusuri."))
    missing = st.toggle(_("Nilainya memang tidak ada"))
    value = None if missing else st.number_input(_("Nilai yang benar"), value=finding.proposed, step=None, format="%f")
    reason = st.text_area(_("Alasan tertulis"), placeholder=_("Misalnya: salah ketik, dikonfirmasi operator OPD …"))
    if st.button(_("Simpan koreksi"), type="primary"):
        if value is None and not missing:
            st.error(_("Isi nilai yang benar, atau tandai bahwa nilainya memang tidak ada."))
            return
        with feedback.shown_errors() as done, writing() as session:
            recipe_desk.correct_cell(
                session, submission_id=submission_id, sheet=finding.sheet, cell=finding.cell, value=value,
                reason=reason, by=access.require(), flag="not_available" if missing else "",
            )  # fmt: skip
        if done.ok:
            feedback.flash(_("Koreksi tersimpan sebagai langkah resep; kiriman diperiksa ulang."))
            st.rerun()
