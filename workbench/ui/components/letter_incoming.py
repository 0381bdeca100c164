"""Forms of an incoming letter: into the agenda, to its case, one more scan."""

from __future__ import annotations

from datetime import date

import streamlit as st

from workbench.i18n import N_, _
from workbench.services import casework, letters, people
from workbench.services.letter_model import Facts, LetterView
from workbench.ui import access, feedback
from workbench.ui.components import letter_forms as forms
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing


@dialog(N_("Surat masuk baru"), width="large")
def incoming() -> None:
    """Write an incoming letter into the agenda; the number is given when it is kept."""
    with reading() as session:
        sops = {sop.id: sop for sop in casework.current_sops(session)}
    cases = forms.open_cases()
    today = people.today()
    left, right = st.columns(2)
    with left:
        sender = st.text_input(_("Dari"), key="in-from", max_chars=160)
        number = st.text_input(_("Nomor surat"), key="in-number", max_chars=80)
        subject = st.text_input(_("Hal"), key="in-subject", max_chars=300)
        classification = st.text_input(_("Kode klasifikasi"), key="in-class", placeholder="000.8.3.3")
    with right:
        received = st.date_input(_("Diterima tanggal"), today, key="in-received", format="DD/MM/YYYY", max_value=today)
        written: date | None = st.date_input(_("Tanggal surat"), None, key="in-date", format="DD/MM/YYYY")
        nature = forms.nature("in")
        enclosures = st.text_input(_("Lampiran"), key="in-enclosures", placeholder=_("1 berkas"))
    begin = st.segmented_control(
        _("Perkara"), ["none", "open", "link"], default="none", key="in-case-way", required=True,
        format_func={"none": _("Tanpa perkara"), "open": _("Buka perkara baru"), "link": _("Kaitkan")}.__getitem__,
    )  # fmt: skip
    sop_id, opd_code, case_id = "", "", None
    if begin == "open":
        starts = forms.starts(list(sops.values()))
        sop_id = st.selectbox(_("Prosedur (SOP)"), list(starts), format_func=starts.__getitem__, key="in-sop")
        opd_code = forms.opd(sop_id, "in") if any(lane.role in forms.PRODUCERS for lane in sops[sop_id].lanes) else ""
    elif begin == "link":
        case_id = st.selectbox(
            _("Perkara yang berjalan"), [None, *cases], key="in-case", format_func=lambda n: forms.case_words(cases, n)
        )
    scans = forms.scans(_("Pindaian surat dan lampirannya (PDF, gambar, DOCX, XLSX)"), "in")
    if not st.button(_("Catat di agenda"), type="primary", disabled=not (sender.strip() and subject.strip())):
        return
    facts = Facts(sender, subject, number, written, received, nature, classification, enclosures)
    with feedback.shown_errors() as result, writing() as session:
        got = letters.receive(
            session, by=access.require(), idem=forms.key("in"), facts=facts, scans=scans, case_id=case_id,
            open_sop=sop_id, opd_code=opd_code,
        )  # fmt: skip
    if result.ok:
        forms.done("in", _("Surat masuk dicatat dengan nomor agenda {agenda}.").format(agenda=got.agenda))
        forms.open_letter(got.letter_id)


@dialog(N_("Kaitkan dengan perkara"), width="medium")
def link(view: LetterView) -> None:
    """Open a case by this letter, or say which one it belongs to."""
    cases = forms.open_cases()
    with reading() as session:
        sops = casework.current_sops(session)
    starts = forms.starts(sops)
    producers = {sop.id for sop in sops if any(lane.role in forms.PRODUCERS for lane in sop.lanes)}
    new = st.toggle(_("Buka perkara baru"), value=True, key=f"link-new-{view.letter_id}")
    sop_id, case_id, opd_code = "", None, ""
    if new:
        sop_id = st.selectbox(_("Prosedur (SOP)"), list(starts), format_func=starts.__getitem__, key="link-sop")
        opd_code = forms.opd(sop_id, "link") if sop_id in producers else ""
    else:
        case_id = st.selectbox(
            _("Perkara"), list(cases), format_func=lambda n: forms.case_words(cases, n), key="link-case"
        )
    if not st.button(_("Kaitkan"), type="primary", disabled=not (sop_id or case_id)):
        return
    what = f"link-{view.letter_id}-{view.version}"
    with feedback.shown_errors() as result, writing() as session:
        by, seen = access.require(), view.version
        if sop_id:
            letters.open_case(
                session, letter_id=view.letter_id, seen_version=seen, by=by, idem=forms.key(what), sop_id=sop_id,
                opd_code=opd_code,
            )  # fmt: skip
        elif case_id is not None:
            letters.link_case(
                session, letter_id=view.letter_id, seen_version=seen, by=by, idem=forms.key(what), case_id=case_id
            )
    if result.ok:
        forms.done(what, _("Surat terkait dengan perkaranya."))
        st.rerun()


@dialog(N_("Tambah lampiran"), width="medium")
def add_scan(view: LetterView) -> None:
    """One more scan; its content is checked before it is kept."""
    scans = forms.scans(_("Pindaian (PDF, gambar, DOCX, XLSX)"), f"add-{view.letter_id}")
    if not st.button(_("Simpan"), type="primary", disabled=not scans):
        return
    what = f"scan-{view.letter_id}-{len(view.papers)}"
    with feedback.shown_errors() as result, writing() as session:
        for number, scan in enumerate(scans):
            letters.add_scan(
                session, letter_id=view.letter_id, by=access.require(), idem=f"{forms.key(what)}-{number}", scan=scan
            )
    if result.ok:
        forms.done(what, _("Lampiran tersimpan."))
        st.rerun()
