"""Views 1 and 2: the SOP table coloured by breach rate, and the heat map of step and month below it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from workbench.i18n import _, _n
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading
from workbench.reporting.spreadsheet import Column, Kind, Sheet
from workbench.services import analytics
from workbench.services.analytics_figures import FEW, Behind, HeatCell, State, StepFigure
from workbench.ui import words
from workbench.ui.components import analytics_heat, figure_cases
from workbench.ui.components.analytics_words import (
    Asked,
    empty,
    month_word,
    percent,
    rate_or_cases,
    spent,
    standard,
)
from workbench.ui.components.figure_cases import Picked
from workbench.ui.resources import reading


def steps(asked: Asked) -> None:
    """The SOP table coloured by breach rate, and the heat map of step × month."""
    with reading() as session:
        figures = analytics.sop_table(session, scope=asked.scope)
        cells = analytics.heat_map(session, scope=asked.scope)
    if not any(figure.n or figure.open for figure in figures):
        empty(_("Belum ada langkah yang selesai pada periode ini. Begitu perkara berjalan, lamanya tampil di sini."))
        return
    figure_cases.say(
        Heading(worst_sentence(asked, figures), _("waktu kerja tanpa jeda"), asked.period),
        _("Pilih satu angka untuk membuka perkaranya. Di bawah {n} perkara tidak ada persentil.").format(n=FEW),
    )
    picked = _step_table(asked, figures)
    figure_cases.offer_files(
        asked.person, lambda: [step_sheet(asked, figures), heat_sheet(asked, cells)], f"steps-{asked.scope}"
    )
    if picked is not None:
        _show_step(asked, figures[picked.row], picked.column)
    mark = analytics_heat.show(asked, figures, cells)
    if mark is not None:
        cell = cells[int(mark)]
        title = _("Perkara di balik langkah {step}, {month}").format(
            step=asked.step(cell.sop_id, cell.step), month=month_word(cell.month)
        )
        figure_cases.show_cases(asked.person, cell.behind, title)


def worst_sentence(asked: Asked, figures: list[StepFigure]) -> str:
    """The finding of the table in one sentence."""
    rated = [figure for figure in figures if figure.breach_rate]
    if not rated:
        return _("Tidak ada langkah yang sering lewat batas.")
    worst = max(rated, key=lambda figure: (figure.breach_rate or 0, figure.breached))
    return _n("Langkah {step} paling sering lewat batas: {rate} dari {n} kali.", worst.judged).format(
        step=asked.step(worst.sop_id, worst.step), rate=percent(worst.breach_rate), n=words.number(worst.judged)
    )


def _step_table(asked: Asked, figures: list[StepFigure]) -> Picked | None:
    rows = [
        {
            **({} if asked.one_sop else {_("SOP"): asked.titles.get(figure.sop_id, figure.sop_id)}),
            _("Langkah"): f"{figure.step}. {figure.activity}",
            _("Lewat batas"): rate_or_cases(figure.breach_rate, figure.cases),
            _("Selesai"): figure.n,
            _("Median"): spent(figure.p50_seconds, figure.p50_days, figure.unit),
            _("p95"): spent(figure.p95_seconds, figure.p95_days, figure.unit),
            _("Baku"): standard(figure.amount, figure.unit),
            _("Menunggu"): percent(figure.waiting_share),
            _("Kembali"): figure.returns,
            _("Kini"): figure.open,
            _("Kini lewat"): figure.open_breached,
            _("Pelaksana"): figure.holder,
        }
        for figure in figures
    ]

    def coloured(frame: pd.DataFrame) -> Any:
        def of_row(row: pd.Series) -> list[str]:
            background = charts.rate_colour(figures[int(str(row.name))].breach_rate)
            look = f"background-color: {background}; color: {charts.ink_on(background)}" if background else ""
            return [look if column == _("Lewat batas") else "" for column in row.index]

        return frame.style.apply(of_row, axis=1)

    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return figure_cases.table(
        rows,
        key="analytics_steps",
        alt=_("Langkah SOP dengan tingkat lewat batas, median dan p95"),
        style=coloured,
        column_config={
            _("SOP"): text(width=150),
            _("Langkah"): text(width=160, pinned=True),
            _("Lewat batas"): text(width=88, help=_("Bagian yang selesai lewat batas; sedikit perkara: jumlahnya.")),
            _("Selesai"): number(width=62, help=_("Berapa kali langkah ini selesai pada periode ini.")),
            _("Median"): text(width=112),
            _("p95"): text(width=132, help=_("95 dari 100 kali selesai dalam waktu ini.")),
            _("Baku"): text(width=80),
            _("Menunggu"): text(width=82, help=_("Bagian waktu sebelum langkah diambil seseorang.")),
            _("Kembali"): number(width=66, help=_("Berapa kali langkah ini mengembalikan perkara.")),
            _("Kini"): number(width=55, help=_("Yang sedang berjalan di langkah ini.")),
            _("Kini lewat"): number(width=85, help=_("Yang sedang berjalan dan sudah lewat batas.")),
        },
    )


def _show_step(asked: Asked, figure: StepFigure, column: str) -> None:
    """The cases of the number that was picked; of all ended stays for any other column."""
    late, back, now, now_late = _("Lewat batas"), _("Kembali"), _("Kini"), _("Kini lewat")
    behind: dict[str, Behind] = {
        late: replace(figure.behind, state=State.BREACHED),
        back: replace(figure.behind, returned=True),
        now: replace(figure.behind, standing=True),
        now_late: replace(figure.behind, standing=True, state=State.BREACHED),
    }
    title = _("Perkara di balik langkah {step}").format(step=asked.step(figure.sop_id, figure.step))
    if figure.few or column not in behind:
        figure_cases.show_cases(asked.person, behind[column] if column in (now, now_late) else figure.behind, title)
    else:
        figure_cases.show_cases(asked.person, behind[column], f"{title} · {column}")


def step_sheet(asked: Asked, figures: list[StepFigure]) -> Sheet:
    """The SOP table as numbers for a spreadsheet."""
    columns = (
        Column(_("SOP")), Column(_("Langkah")), Column(_("Kegiatan")), Column(_("Pelaksana")), Column(_("Baku")),
        Column(_("Selesai"), Kind.NUMBER), Column(_("Perkara"), Kind.NUMBER),
        Column(_("Median (jam kerja)"), Kind.DECIMAL), Column(_("p95 (jam kerja)"), Kind.DECIMAL),
        Column(_("Median (hari kerja)"), Kind.DECIMAL), Column(_("p95 (hari kerja)"), Kind.DECIMAL),
        Column(_("p95 terhadap baku"), Kind.SHARE), Column(_("Bagian menunggu"), Kind.SHARE),
        Column(_("Dinilai"), Kind.NUMBER), Column(_("Lewat batas"), Kind.NUMBER),
        Column(_("Tingkat lewat batas"), Kind.SHARE), Column(_("Pengembalian"), Kind.NUMBER),
        Column(_("Berjalan kini"), Kind.NUMBER), Column(_("Kini lewat batas"), Kind.NUMBER),
    )  # fmt: skip

    def hours(seconds: float | None) -> float | None:
        return None if seconds is None else seconds / 3600

    rows = [
        [
            f.sop_id, f.step, f.activity, f.holder, standard(f.amount, f.unit), f.n, f.cases, hours(f.p50_seconds),
            hours(f.p95_seconds), f.p50_days, f.p95_days, f.p95_share, f.waiting_share, f.judged, f.breached,
            f.breach_rate, f.returns, f.open, f.open_breached,
        ]
        for f in figures
    ]  # fmt: skip
    return Sheet(_("Langkah"), _("Waktu per langkah SOP"), columns, rows, _notes(asked))


def heat_sheet(asked: Asked, cells: list[HeatCell]) -> Sheet:
    """The heat map as a list for a spreadsheet."""
    columns = (
        Column(_("SOP")), Column(_("Langkah")), Column(_("Bulan")), Column(_("Selesai"), Kind.NUMBER),
        Column(_("Perkara"), Kind.NUMBER), Column(_("Dinilai"), Kind.NUMBER), Column(_("Lewat batas"), Kind.NUMBER),
        Column(_("Tingkat lewat batas"), Kind.SHARE), Column(_("Median (jam kerja)"), Kind.DECIMAL),
        Column(_("p95 terhadap baku"), Kind.SHARE),
    )  # fmt: skip
    rows = [
        [
            c.sop_id, c.step, f"{c.month:%Y-%m}", c.n, c.cases, c.judged, c.breached, c.breach_rate,
            None if c.p50_seconds is None else c.p50_seconds / 3600, c.p95_share,
        ]
        for c in cells
    ]  # fmt: skip
    return Sheet(_("Bulan"), _("Lewat batas per langkah dan bulan"), columns, rows, _notes(asked))


def _notes(asked: Asked) -> tuple[str, ...]:
    less = _("Waktu kerja menurut kalender kantor, tanpa jeda. Kosong: kurang dari {n} perkara.").format(n=FEW)
    return (asked.period, less)
