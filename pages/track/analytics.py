"""Analisis waktu: where do we lose time?"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from workbench.domain.people import SUPERVISOR_ROLES
from workbench.i18n import _
from workbench.services import analytics_ask, people
from workbench.services.analytics_figures import Scope
from workbench.ui import access, address, frame, words
from workbench.ui.components import analytics_flow, analytics_late, analytics_loads, analytics_queue, analytics_steps
from workbench.ui.components.analytics_words import Asked
from workbench.ui.resources import reading

VIEWS = {
    "langkah": (_("Langkah"), analytics_steps.steps),
    "perkara": (_("Perkara"), analytics_late.late_cases),
    "pelaksana": (_("Pelaksana"), analytics_loads.loads),
    "antrean": (_("Antrean"), analytics_queue.queue),
    "pengulangan": (_("Pengulangan"), analytics_flow.rework),
    "jalur": (_("Jalur"), analytics_flow.variants),
    "pihak-luar": (_("Pihak luar"), analytics_flow.parties),
}
PERIODS = {"3": 92, "6": 183, "12": 365, "18": 548, "semua": None}

person = access.require(*SUPERVISOR_ROLES)

frame.header(_("Analisis waktu"), _("Di mana kita kehilangan waktu? Setiap angka membuka perkaranya."))

with reading() as session:
    titles = analytics_ask.sop_titles(session)
    until = analytics_ask.last_moment(session)
    worst = analytics_ask.worst_sop(session)


def period_words(code: str) -> str:
    return _("semua waktu") if code == "semua" else _("{n} bulan terakhir").format(n=code)


codes = [*titles, "semua"]
address.one("sop", codes, worst if worst in codes else codes[0])
address.one("periode", PERIODS, "12")
address.one("tampilan", VIEWS, "langkah")
choice, since = st.columns([5, 3])
sop_id = choice.selectbox(
    _("SOP"), codes, key="sop", on_change=address.keep, args=("sop",),
    format_func=lambda code: _("Semua SOP") if code == "semua" else titles[code],
)  # fmt: skip
period = since.selectbox(
    _("Periode"), list(PERIODS), key="periode", on_change=address.keep, args=("periode",), format_func=period_words
)
chosen = st.segmented_control(
    _("Tampilan"), list(VIEWS), required=True, key="tampilan", on_change=address.keep, args=("tampilan",),
    format_func=lambda code: VIEWS[code][0], label_visibility="collapsed",
)  # fmt: skip

days = PERIODS[period]
today = people.today()
scope = Scope(
    sop_id=None if sop_id == "semua" else sop_id,
    since=None if days is None else today - timedelta(days=days),
    until=today,
)
VIEWS[chosen][1](Asked(person, scope, period_words(period), titles))
if until is not None:
    st.caption(_("Dihitung dari kejadian sampai {moment}.").format(moment=words.when(until)))
