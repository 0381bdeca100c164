"""The monthly resume on the agenda's page: choose a month, have it made, open it again."""

from __future__ import annotations

import streamlit as st

from workbench.i18n import _
from workbench.reporting.resume import month_name
from workbench.services import resume, resume_jobs
from workbench.services.resume_jobs import Made
from workbench.ui import access, feedback, theme, words
from workbench.ui.components import letter_forms as forms
from workbench.ui.resources import reading, writing

_ASKED = "resume-asked"


def show() -> None:
    """The expander; open while one is being made, and for who asked for it."""
    with reading() as session:
        made = resume_jobs.made(session)
    waiting = any(one.running for one in made)
    with st.expander(
        _("Resume bulanan"), icon=":material/summarize:", expanded=waiting or st.session_state.get(_ASKED, False)
    ):
        st.caption(_("Masuk, selesai, sisa, tepat waktu, sebab terlambat, dan daftar surat: PDF dan XLSX."))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            months = [f"{month:%Y-%m}" for month in resume_jobs.months()]
            chosen = st.selectbox(
                _("Bulan"), months, index=min(1, len(months) - 1), key="resume-month", width=200,
                format_func=lambda text: month_name(resume.month_of(text)),
            )  # fmt: skip
            st.button(_("Susun resume"), icon=":material/play_arrow:", on_click=_ask, args=(chosen,), disabled=waiting)
        if waiting:
            _watch()
        else:
            _list(made)


def _ask(month: str) -> None:
    with feedback.shown_errors(later=True) as result, writing() as session:
        resume_jobs.request(
            session, by=access.require(), month=resume.month_of(month), idem=forms.key(f"resume-{month}")
        )
    if result.ok:
        st.session_state[_ASKED] = True
        forms.done(f"resume-{month}", _("Resume sedang disusun; boleh ditinggal, hasilnya muncul di sini."))


@st.fragment(run_every=2)
def _watch() -> None:
    with reading() as session:
        made = resume_jobs.made(session)
    _list(made)
    if not any(one.running for one in made):
        st.rerun()


def _list(made: list[Made]) -> None:
    for one in made:
        head = f"{theme.badge_text(one.state.value)} **{month_name(one.month)}** :gray[· {words.when(one.asked_at)}]"
        if one.running:
            st.markdown(head)
            st.progress(one.progress, text=one.step or _("Menunggu giliran"))
        elif one.error:
            st.markdown(f"{head}  \n{words.plain(one.error)}")
        else:
            name = f"resume-{one.month:%Y-%m}"
            links = " · ".join(
                forms.paper_link(sha, f"{name}.{ending}") for sha, ending in ((one.pdf, "pdf"), (one.xlsx, "xlsx"))
            )
            st.markdown(f"{head} {links}")
