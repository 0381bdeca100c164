"""View 2: step × month as squares, by how often a step was late, how long it took, or how often it was done."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from enum import StrEnum
from typing import Any

import streamlit as st

from workbench.i18n import N_, _, _n
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading
from workbench.services.analytics_figures import FEW, HeatCell, StepFigure
from workbench.ui import words
from workbench.ui.components import figure_cases
from workbench.ui.components.analytics_words import Asked, month_word, percent


class Measure(StrEnum):
    """What a square tells."""

    LATE = "lewat"
    MEDIAN = "median"
    COUNT = "jumlah"


_WORDS = {
    Measure.LATE: N_("% lewat batas"),
    Measure.MEDIAN: N_("median jam kerja"),
    Measure.COUNT: N_("jumlah selesai"),
}


def show(asked: Asked, figures: list[StepFigure], cells: list[HeatCell]) -> Any:
    """The map with the choice of its measure; the index of the square that was picked, or None."""
    rows = [asked.step(figure.sop_id, figure.step) for figure in figures]
    months = sorted({cell.month for cell in cells})
    if not months:
        return None
    measure = st.segmented_control(
        _("Peta langkah dan bulan menurut"), list(Measure), default=Measure.LATE, required=True, key="heat-measure",
        format_func=lambda one: _(_WORDS[one]),
    )  # fmt: skip
    row_of = {(figure.sop_id, figure.step): index for index, figure in enumerate(figures)}
    most = max((value for cell in cells if (value := _value(cell, measure)) is not None), default=0) or 1
    marks = [
        (
            row_of[cell.sop_id, cell.step], months.index(cell.month), _share(_value(cell, measure), measure, most),
            _text(cell, measure), _hint(cell, rows[row_of[cell.sop_id, cell.step]]),
        )
        for cell in cells
    ]  # fmt: skip
    colour = charts.rate_colour if measure is Measure.LATE else charts.depth_colour
    heading = _heading(asked, cells, measure)
    drawn = charts.heat_map(heading, rows, [month_word(month) for month in months], marks, colour)
    return figure_cases.chart(drawn, key="analytics_heat")


def _value(cell: HeatCell, measure: Measure) -> float | None:
    """Rate of 0 to 1, median in working seconds, or how often; None where there are too few cases to say."""
    return {Measure.LATE: cell.breach_rate, Measure.MEDIAN: cell.p50_seconds, Measure.COUNT: float(cell.n)}[measure]


def _share(value: float | None, measure: Measure, most: float) -> float | None:
    return value if value is None or measure is Measure.LATE else value / most


def _text(cell: HeatCell, measure: Measure) -> str:
    value = _value(cell, measure)
    if value is None:
        return "·"
    if measure is Measure.MEDIAN:
        hours = value / 3600
        return words.number(hours, 1 if hours < 10 else 0)
    return words.number(value * 100 if measure is Measure.LATE else value)


def _hint(cell: HeatCell, step: str) -> str:
    told = _("Langkah {step}, {month}: {breached} dari {judged} lewat batas; p95 {share} dari baku").format(
        step=step, month=month_word(cell.month), breached=cell.breached, judged=cell.judged,
        share=percent(cell.p95_share),
    )  # fmt: skip
    if cell.p50_seconds is None:
        return told
    return f"{told}; " + _("median {length}").format(length=words.length(cell.p50_seconds))


def _heading(asked: Asked, cells: list[HeatCell], measure: Measure) -> Heading:
    """The finding of the map as a sentence, its unit and the period."""
    few = _("titik: kurang dari {n} perkara").format(n=FEW)
    if measure is Measure.COUNT:
        done: dict[date, int] = defaultdict(int)
        for cell in cells:
            done[cell.month] += cell.n
        busiest = max(done, key=done.__getitem__)
        title = _n("{month} bulan tersibuk: {n} langkah selesai", done[busiest])
        return Heading(
            title.format(month=month_word(busiest), n=words.number(done[busiest])),
            _("berapa kali langkah selesai dalam bulan itu"), asked.period,
        )  # fmt: skip
    if measure is Measure.MEDIAN:
        longest = max((c for c in cells if c.p50_seconds is not None), key=lambda c: c.p50_seconds or 0, default=None)
        title = _("Median waktu kerja per langkah dan bulan")
        if longest is not None:
            title = _("Paling lama langkah {step} pada {month}: median {length}").format(
                step=asked.step(longest.sop_id, longest.step), month=month_word(longest.month),
                length=words.length(longest.p50_seconds or 0),
            )  # fmt: skip
        return Heading(title, f"{_('jam kerja tanpa jeda')}; {few}", asked.period)
    late: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        late[cell.month][0] += cell.breached
        late[cell.month][1] += cell.judged
    rates = {month: part / whole for month, (part, whole) in late.items() if whole >= FEW}
    worst = max(rates, key=rates.__getitem__, default=None)
    title = _("Lewat batas per langkah dan bulan")
    if worst:
        title = _("{month} bulan terberat: {rate} langkah lewat batas").format(
            month=month_word(worst), rate=percent(rates[worst])
        )
    return Heading(title, f"{_('% langkah yang lewat batas')}; {few}", asked.period)
