"""View 3: cases beyond their standards, and for one of them who held it for how long."""

from __future__ import annotations

from collections import defaultdict

import streamlit as st

from workbench.domain.people import Person
from workbench.i18n import _, _n
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading, Part
from workbench.reporting.spreadsheet import Cell, Column, Kind, Sheet
from workbench.services import analytics
from workbench.services.analytics_figures import Breakdown, LateCase
from workbench.ui import theme, words
from workbench.ui.components import figure_cases
from workbench.ui.components.analytics_words import (
    Asked,
    empty,
    percent,
    role_word,
    spent,
    standard,
    state_words,
)
from workbench.ui.resources import reading


def late_cases(asked: Asked) -> None:
    """Cases beyond their standards; the picked one broken down by holder."""
    with reading() as session:
        late = analytics.late_cases(session, scope=asked.scope, top=100)
    if not late:
        empty(_("Tidak ada perkara yang melampaui waktu bakunya pada periode ini."))
        return
    by_cause: dict[str, float] = defaultdict(float)
    for case in late:
        by_cause[case.cause] += case.cause_seconds
    causes = sorted(by_cause, key=by_cause.__getitem__, reverse=True)
    heading = Heading(
        _("Kelebihan waktu terbanyak ada pada {who}").format(who=role_word(causes[0])),
        _n("jam kerja di atas baku, {n} perkara terburuk", len(late)).format(n=words.number(len(late))), asked.period,
    )  # fmt: skip
    mark = figure_cases.chart(
        charts.bars(
            heading, [role_word(c) for c in causes], [by_cause[c] / 3600 for c in causes],
            [words.length(by_cause[c]) for c in causes],
        ), key="analytics_causes",
    )  # fmt: skip
    shown = late if mark is None else [case for case in late if case.cause == causes[int(mark)]]
    picked = figure_cases.table(
        [
            {
                _("Perkara"): figure_cases.case_link(case.case_id, case.number),
                _("Di atas baku"): words.length(case.over_seconds),
                _("Terbanyak pada"): role_word(case.cause),
                _("Bagiannya"): percent(case.cause_seconds / case.over_seconds),
                _("Perihal"): case.subject,
                _("Keadaan"): theme.words(case.status),
            }
            for case in shown
        ],
        key="analytics_late" if mark is None else f"analytics_late_{mark}",
        alt=_("Perkara dengan kelebihan waktu"),
        column_config=figure_cases.link_column()
        | {
            _("Di atas baku"): st.column_config.TextColumn(width=130),
            _("Terbanyak pada"): st.column_config.TextColumn(width=150),
            _("Bagiannya"): st.column_config.TextColumn(
                width=85, help=_("Bagian pemegang itu dari seluruh kelebihan waktu perkara.")
            ),
        },
    )
    figure_cases.offer_files(asked.person, lambda: [late_sheet(late)], f"late-{asked.scope}")
    if picked is None:
        st.caption(_("Pilih satu perkara untuk melihat siapa memegangnya berapa lama."))
        return
    breakdown(asked.person, shown[picked.row].case_id)


def late_sheet(late: list[LateCase]) -> Sheet:
    """The late cases as numbers for a spreadsheet."""
    columns = (
        Column(_("Nomor")), Column(_("Perihal")), Column(_("SOP")), Column(_("Keadaan")),
        Column(_("Di atas baku (jam kerja)"), Kind.DECIMAL), Column(_("Terbanyak pada")),
        Column(_("Bagiannya (jam kerja)"), Kind.DECIMAL),
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            case.number, case.subject, case.sop_id, theme.words(case.status), case.over_seconds / 3600,
            role_word(case.cause), case.cause_seconds / 3600,
        ]
        for case in late
    ]  # fmt: skip
    return Sheet(_("Perkara terlambat"), _("Perkara yang melampaui waktu bakunya"), columns, rows)


def breakdown(person: Person, case_id: int) -> None:
    """Who held one case for how long, and who caused the excess."""
    with reading() as session:
        found = analytics.breakdown(session, by=person, case_id=case_id)
    own = [stay for stay in found.stays if not stay.container]
    title = (
        _("{number}: kelebihan terbanyak pada {who} ({length})").format(
            number=found.number, who=found.cause, length=words.length(found.cause_seconds)
        )
        if found.cause
        else _("{number}: semua langkah dalam waktu bakunya").format(number=found.number)
    )
    parts = []
    texts = []
    for name, field, colour in (
        (_("Menunggu diambil"), "waiting_seconds", charts.AMBER),
        (_("Dikerjakan"), "working_seconds", theme.NAVY),
        (_("Dijeda"), "paused_seconds", theme.GREY),
    ):
        values = [getattr(stay, field) or 0.0 for stay in own]
        parts.append(Part(name, [value / 3600 for value in values], colour))
        texts.append([words.length(value) for value in values])
    labels = [f"{stay.step}. {stay.holder}" + (f" ({stay.visit}×)" if stay.visit > 1 else "") for stay in own]
    figure_cases.chart(
        charts.stacked(Heading(title, _("jam kerja"), found.subject), labels, parts, unit_texts=texts),
        key="analytics_breakdown", pick=False,
    )  # fmt: skip
    st.dataframe(_stay_rows(found), hide_index=True, height="content", alt=title)
    shares = [f"{words.plain(h.holder)} {percent(h.share)}" for h in found.holders[:4]]
    st.caption(_("Bagian waktu: {shares}.").format(shares=", ".join(shares)))


def _stay_rows(found: Breakdown) -> list[dict[str, str]]:
    return [
        {
            _("Langkah"): f"{stay.step}. {stay.activity}",
            _("Pemegang"): stay.holder + (f" · {stay.person}" if stay.person else ""),
            _("Mulai"): words.when(stay.available_at),
            _("Selesai"): words.when(stay.done_at),
            _("Dipakai"): spent(stay.used_seconds, stay.used_days, stay.unit),
            _("Baku"): standard(stay.amount, stay.unit),
            _("% baku"): percent(stay.share),
            _("Penilaian"): state_words(stay.state),
        }
        for stay in found.stays
    ]
