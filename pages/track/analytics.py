"""Analisis waktu: where do we lose time?"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from workbench.domain.people import SUPERVISOR_ROLES
from workbench.i18n import _
from workbench.services import analytics, people
from workbench.services.analytics_figures import Scope
from workbench.ui import access, frame, words
from workbench.ui.components import analytics_flow, analytics_views
from workbench.ui.resources import reading

VIEWS = {
    "langkah": (_("Langkah"), analytics_views.steps),
    "perkara": (_("Perkara"), analytics_views.late_cases),
    "pelaksana": (_("Pelaksana"), analytics_views.loads),
    "antrean": (_("Antrean"), analytics_flow.queue),
    "pengulangan": (_("Pengulangan"), analytics_flow.rework),
    "jalur": (_("Jalur"), analytics_flow.variants),
    "pihak-luar": (_("Pihak luar"), analytics_flow.parties),
}
PERIODS = {"3": 92, "6": 183, "12": 365, "18": 548, "semua": None}

person = access.require(*SUPERVISOR_ROLES)

frame.header(_("Analisis waktu"), _("Di mana kita kehilangan waktu? Setiap angka membuka perkaranya."))

with reading() as session:
    titles = analytics.sop_titles(session)
    until = analytics.last_moment(session)
    worst = analytics.worst_sop(session)


def period_words(code: str) -> str:
    return _("semua waktu") if code == "semua" else _("{n} bulan terakhir").format(n=code)


choice, since = st.columns([5, 3])
codes = [*titles, "semua"]
sop_id = choice.selectbox(
    _("SOP"), codes, index=codes.index(worst) if worst in codes else 0, key="sop", bind="query-params",
    format_func=lambda code: _("Semua SOP") if code == "semua" else titles[code],
)  # fmt: skip
period = since.selectbox(
    _("Periode"), list(PERIODS), index=list(PERIODS).index("12"), key="periode", bind="query-params",
    format_func=period_words,
)  # fmt: skip
chosen = st.segmented_control(
    _("Tampilan"), list(VIEWS), default="langkah", required=True, key="tampilan", bind="query-params",
    format_func=lambda code: VIEWS[code][0], label_visibility="collapsed",
)  # fmt: skip

days = PERIODS[period]
today = people.today()
scope = Scope(
    sop_id=None if sop_id == "semua" else sop_id,
    since=None if days is None else today - timedelta(days=days),
    until=today,
)
VIEWS[chosen][1](analytics_views.Asked(person, scope, period_words(period), titles))
if until is not None:
    st.caption(_("Dihitung dari kejadian sampai {moment}.").format(moment=words.when(until)))
