"""View 4: what each lane and person has now, and how much of it they closed on time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from workbench.i18n import _, _n
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading, Part
from workbench.reporting.spreadsheet import Column, Kind, Sheet
from workbench.services import analytics
from workbench.services.analytics_figures import Load, State
from workbench.ui import theme, words
from workbench.ui.components import figure_cases
from workbench.ui.components.analytics_words import Asked, empty, rate_or_cases, role_word
from workbench.ui.resources import reading

_STATES = (State.BREACHED, State.AT_RISK, State.ON_TIME, State.PAUSED)


def loads(asked: Asked) -> None:
    """What each lane and person has now, and how much they closed on time."""
    with reading() as session:
        lanes = analytics.lanes(session, scope=asked.scope)
        people = analytics.people(session, by=asked.person, scope=asked.scope)
    if not lanes:
        empty(_("Belum ada langkah berjalan atau selesai pada periode ini."))
        return
    worst = max(lanes, key=lambda load: (load.breached_now, load.at_risk, load.open))
    title = (
        _n("{who} memegang {n} langkah yang kini lewat batas", worst.breached_now).format(
            who=role_word(worst.holder_role), n=words.number(worst.breached_now)
        )
        if worst.breached_now
        else _("Tidak ada langkah yang kini lewat batas")
    )
    open_now = [load for load in lanes if load.open]
    mark = _chart(Heading(title, _("langkah yang berjalan sekarang"), _("saat ini")), open_now) if open_now else None
    who = st.segmented_control(
        _("Tampilkan"), ["lane", "person"], default="lane", required=True, key="analytics_who",
        format_func={"lane": _("Per pelaksana"), "person": _("Per orang")}.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    shown = people if who == "person" else lanes
    picked = figure_cases.table(
        [_row(load) for load in shown], key=f"analytics_loads_{who}", alt=_("Beban per pelaksana dan orang"),
        column_config={
            _("Berjalan"): st.column_config.NumberColumn(help=_("Langkah yang sekarang ada padanya.")),
            _("Selesai"): st.column_config.NumberColumn(help=asked.period),
            _("Tepat waktu"): st.column_config.TextColumn(
                help=_("Bagian yang selesai tepat waktu; sedikit perkara: jumlahnya.")
            ),
        },
    )  # fmt: skip
    figure_cases.offer_files(asked.person, lambda: [load_sheet(lanes), load_sheet(people)], f"loads-{asked.scope}")
    if picked is not None:
        _show(asked, shown[picked.row], picked.column)
    elif mark is not None:
        lane, state = open_now[int(mark[0])], _STATES[int(mark[1])]
        title = _("{who}: {state}").format(who=role_word(lane.holder_role), state=theme.words(state))
        figure_cases.show_cases(asked.person, replace(lane.behind_open, state=state), title)
    else:
        st.caption(_("Pilih satu angka atau satu batang untuk membuka perkaranya."))


def _chart(heading: Heading, lanes: list[Load]) -> Any:
    """Open work by state; what has no standard stands with what is on time, as neither is late."""
    values = (
        [load.breached_now for load in lanes],
        [load.at_risk for load in lanes],
        [load.open - load.breached_now - load.at_risk - load.paused for load in lanes],
        [load.paused for load in lanes],
    )
    parts = [
        Part(_(theme.status(state).word), numbers, charts.STATE_COLOURS[state])
        for state, numbers in zip(_STATES, values, strict=True)
    ]
    texts = [[words.number(value) for value in numbers] for numbers in values]
    figure = charts.stacked(heading, [role_word(load.holder_role) for load in lanes], parts, unit_texts=texts)
    return figure_cases.chart(figure, key="analytics_lanes")


def _name(load: Load) -> str:
    if load.person is None:
        return role_word(load.holder_role)
    return load.name or _("(belum diambil)")


def _row(load: Load) -> dict[str, Any]:
    row = {
        _("Berjalan"): load.open,
        _("Mendekati"): load.at_risk,
        _("Kini lewat"): load.breached_now,
        _("Dijeda"): load.paused,
        _("Selesai"): load.closed,
        _("Tepat waktu"): rate_or_cases(load.on_time_rate, load.cases),
    }
    lane = {_("Pelaksana"): role_word(load.holder_role)}
    return {**({_("Orang"): _name(load)} if load.person is not None else {}), **lane, **row}


def load_sheet(loads_: list[Load]) -> Sheet:
    """The loads as numbers for a spreadsheet."""
    columns = (
        Column(_("Pelaksana")), Column(_("Orang")), Column(_("Berjalan"), Kind.NUMBER),
        Column(_("Mendekati batas"), Kind.NUMBER), Column(_("Kini lewat batas"), Kind.NUMBER),
        Column(_("Dijeda"), Kind.NUMBER), Column(_("Selesai"), Kind.NUMBER), Column(_("Dinilai"), Kind.NUMBER),
        Column(_("Tepat waktu"), Kind.NUMBER), Column(_("% tepat waktu"), Kind.SHARE),
    )  # fmt: skip
    rows = [
        [
            role_word(load.holder_role), "" if load.person is None else _name(load), load.open, load.at_risk,
            load.breached_now, load.paused, load.closed, load.judged, load.on_time, load.on_time_rate,
        ]
        for load in loads_
    ]  # fmt: skip
    by_person = any(load.person is not None for load in loads_)
    return Sheet(
        _("Per orang") if by_person else _("Per pelaksana"), _("Beban dan ketepatan waktu"), columns, rows
    )  # fmt: skip


def _show(asked: Asked, load: Load, column: str) -> None:
    """The cases of the number that was picked; of all open and all ended stays for the row."""
    states = {
        _("Mendekati"): State.AT_RISK,
        _("Kini lewat"): State.BREACHED,
        _("Dijeda"): State.PAUSED,
    }
    on_time, done, now = _("Tepat waktu"), _("Selesai"), _("Berjalan")
    if column in states:
        title = _("{who}: {state}").format(who=_name(load), state=theme.words(states[column]))
        figure_cases.show_cases(asked.person, replace(load.behind_open, state=states[column]), title)
        return
    if load.open and column not in (done, on_time):
        title = _("Berjalan pada {who}").format(who=_name(load))
        figure_cases.show_cases(asked.person, load.behind_open, title)
    if load.closed and column != now:
        title = _("Diselesaikan oleh {who}").format(who=_name(load))
        only = column == on_time and not load.few
        behind = replace(load.behind_closed, state=State.ON_TIME) if only else load.behind_closed
        figure_cases.show_cases(asked.person, behind, f"{title} · {on_time}" if only else title)
