"""Opening a case: which SOP, about what, for which OPDs and year."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

from workbench.domain.people import Person
from workbench.domain.sop import EvidenceKind
from workbench.i18n import N_, _
from workbench.services import case_link, casework, people, track
from workbench.ui import access, feedback, frame, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

KEY = "new-case-idem"


@dialog(N_("Perkara baru"), width="large")
def ask(person: Person) -> None:
    """A form that fits one screen; the case starts with its first step and its clock at once."""
    with reading() as session:
        sops = casework.current_sops(session)
        agencies = {opd.code: opd.name for opd in people.opds(session) if not opd.is_walidata}
    titles = {sop.id: f"{sop.title} · {sop.office}" for sop in sops}
    sop_id = st.selectbox(_("Prosedur (SOP)"), list(titles), format_func=titles.__getitem__)
    sop = next(sop for sop in sops if sop.id == sop_id)
    first = sop.step(sop.start)
    st.caption(_("Dimulai pada langkah {no}: {activity}").format(no=first.no, activity=words.plain(first.activity)))
    subject = st.text_input(_("Hal"), placeholder=_("Misalnya: Buku Statistik Sektoral 2025"), max_chars=200)
    chosen: list[str] = []
    opd_code = period = requester = dataset_id = ""
    if sop.fan_out is not None:
        chosen = st.multiselect(
            _("OPD yang diminta datanya"), list(agencies), default=list(agencies), format_func=agencies.__getitem__
        )
        period = st.selectbox(_("Tahun data"), _years(), index=1)
    elif any(lane.role.value.startswith("producer") for lane in sop.lanes):
        opd_code = st.selectbox(_("OPD"), list(agencies), format_func=agencies.__getitem__)
        if any(step.evidence is EvidenceKind.SUBMISSION for step in sop.steps):
            dataset_id, period = _dataset(opd_code)
    if any(lane.role.value == "requester" for lane in sop.lanes):
        requester = st.text_input(_("Pemohon"), max_chars=120)
    # Not disabled while the form is incomplete: the click that leaves the last field would be lost.
    if not st.button(_("Mulai perkara"), type="primary"):
        return
    if not subject.strip():
        st.error(_("Isi dulu halnya: tentang apa perkara ini."))
        return
    if sop.fan_out is not None and not chosen:
        st.error(_("Pilih sekurangnya satu OPD yang diminta datanya."))
        return
    with feedback.shown_errors() as done, writing() as session:
        number = track.start(
            session, sop_id=sop_id, subject=subject.strip(), by=access.require(),
            idem=st.session_state.setdefault(KEY, uuid4().hex), opd_code=opd_code, opd_codes=chosen, period=period,
            requester=requester.strip(), dataset_id=dataset_id,
        )  # fmt: skip
    if done.ok:
        st.session_state.pop(KEY, None)
        frame.switch_page("pages/track/case.py", query_params={"case": str(number)})


def _dataset(opd_code: str) -> tuple[str, str]:
    """The registered dataset and year that is asked for; both empty where it is data of another kind."""
    choices = {"": _("Data lain, dikirim sebagai berkas")} | case_link.datasets_of(opd_code)
    chosen = st.selectbox(_("Dataset yang diminta"), list(choices), format_func=choices.__getitem__)
    if not chosen:
        return "", ""
    return chosen, st.selectbox(_("Tahun data"), _years(), index=1, key="new-case-year")


def _years() -> list[str]:
    return [str(people.today().year - back) for back in range(4)]
