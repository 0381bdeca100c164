"""Charts of the supervisor's page: an active title, the unit and the period above, values written at the marks.

Each mark carries the number of its row (``customdata``), so that a click opens the cases behind it. Text is escaped:
what people wrote is shown, never interpreted. Colours are those of the house; a value is always written as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from workbench.i18n import language
from workbench.reporting import theme

RED = "#A4261B"
AMBER = "#B86E00"
STATE_COLOURS = {
    "breached": RED,
    "at_risk": AMBER,
    "on_time": theme.TEAL,
    "paused": theme.QUIET,
    "untimed": theme.MUTED,
}
PARTY_COLOURS = {
    "office": theme.NAVY,
    "producer": theme.ORANGE,
    "bps": theme.PLUM,
    "requester": theme.TEAL,
    "other": theme.MUTED,
}
_RATE_SCALE = ((0.0, (226, 241, 239)), (0.25, (250, 233, 205)), (0.5, (240, 168, 130)), (1.0, (164, 38, 27)))
_DEPTH_SCALE = ((0.0, (232, 239, 245)), (0.5, (126, 163, 196)), (1.0, (18, 67, 109)))
_ROW = 30
_LABEL = 46
_CELL = 34
_BLACK = "#000000"  # only black or white reaches 4.5 on every colour between


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a chart: the finding as a sentence, then unit and period.

    It is not drawn into the figure, where plotly would cut it off on a narrow screen; it travels in ``layout.meta``.
    """

    title: str
    unit: str
    period: str


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of stacked bars."""

    name: str
    values: Sequence[float | None]
    colour: str


_ON_DARK = {theme.NAVY: "#6EA8DC", theme.PLUM: "#CE6FA0", theme.MUTED: "#9AA7B2", theme.GREY: "#9AA7B2"}
"""Colours of the house that a dark ground swallows, and what stands in for them there."""


def for_dark(figure: go.Figure) -> go.Figure:
    """The chart for a dark ground: marks that would be swallowed get a lighter colour, and text that reads on it."""
    for trace in figure.data:
        colour = trace.marker.color
        lighter = _ON_DARK.get(colour) if isinstance(colour, str) else None
        if lighter is not None:
            trace.marker.color = lighter
            if trace.type == "bar":
                trace.insidetextfont = {"color": ink_on(lighter)}
    return figure


def rate_colour(rate: float | None) -> str:
    """Background of a cell by its breach rate: teal at none, amber at a quarter, red at all. Empty for no rate."""
    return _on_scale(rate, _RATE_SCALE)


def depth_colour(share: float | None) -> str:
    """Background of a cell by an amount that is neither good nor bad, 0 to 1 of the largest: pale to navy."""
    return _on_scale(share, _DEPTH_SCALE)


def _on_scale(value: float | None, scale: Sequence[tuple[float, tuple[int, int, int]]]) -> str:
    if value is None:
        return ""
    share = min(max(value, 0.0), 1.0)
    for (low, one), (high, other) in pairwise(scale):
        if share <= high:
            part = (share - low) / (high - low)
            red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
            return f"#{red:02X}{green:02X}{blue:02X}"
    return ""


def ink_on(background: str) -> str:
    """Black or white text, whichever reads better on a colour (WCAG relative luminance)."""
    channels = [int(background[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return _BLACK if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else theme.WHITE


def heat_map(
    heading: Heading,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[tuple[int, int, float | None, str, str]],
    colour: Callable[[float | None], str] = rate_colour,
) -> go.Figure:
    """Squares of (row, column, share, text, hint), hollow without a share. ``customdata`` is the cell's index.

    ``colour`` gives the ground for a share of 0 to 1: a rate that is bad when high, or an amount that is neither.

    The figure has a width of its own, so that squares touch; a narrow screen shows it narrower.
    """
    figure = go.Figure()
    filled = [colour(share) for _r, _c, share, _t, _h in cells]
    figure.add_scatter(
        x=[columns[c] for _r, c, *_rest in cells],
        y=[rows[r] for r, *_rest in cells],
        mode="markers+text",
        text=[escape(text) for _r, _c, _rate, text, _h in cells],
        textfont={"size": 11, "color": [ink_on(colour) if colour else theme.MUTED for colour in filled]},
        hovertext=[escape(hint) for *_rest, hint in cells],
        hoverinfo="text",
        customdata=list(range(len(cells))),
        marker={
            "symbol": "square", "size": _ROW - 2,
            "color": [colour or "rgba(0,0,0,0)" for colour in filled],
            "line": {"width": 1, "color": [colour or theme.QUIET for colour in filled]}, "opacity": 1,
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.55}},
    )  # fmt: skip
    plain = {"type": "category", "categoryorder": "array", "showgrid": False, "zeroline": False, "ticks": ""}
    figure.update_xaxes(
        **plain, categoryarray=list(columns), side="top", tickangle=-90, range=[-0.6, len(columns) - 0.4]
    )
    figure.update_yaxes(**plain, categoryarray=list(rows), range=[len(rows) - 0.4, -0.6])
    figure.update_layout(width=60 + 6 * max(map(len, rows), default=1) + _CELL * max(len(columns), 4))
    return _dressed(figure, heading, height=80 + _ROW * max(len(rows), 3), legend=False, top=64)


def bars(
    heading: Heading,
    labels: Sequence[str],
    values: Sequence[float | None],
    texts: Sequence[str],
    *,
    colour: str = theme.NAVY,
    share: bool = False,
) -> go.Figure:
    """Horizontal bars from zero, the value written at each; ``share`` for 0..1. ``customdata`` is the row's index."""
    figure = go.Figure()
    figure.add_bar(
        x=list(values), y=_unique(labels), orientation="h", text=[escape(text) for text in texts],
        textposition="auto", textangle=0, insidetextanchor="end", cliponaxis=False,
        insidetextfont={"color": ink_on(colour)}, marker_color=colour, hoverinfo="text",
        hovertext=[f"{escape(label)}: {escape(text)}" for label, text in zip(labels, texts, strict=True)],
        customdata=list(range(len(labels))),
    )  # fmt: skip
    top = max((value for value in values if value is not None), default=0.0)
    figure.update_xaxes(range=[0, (1.0 if share and top <= 1 else top) * 1.25 or 1], visible=False)
    figure.update_yaxes(autorange="reversed", ticks="")
    return _dressed(figure, heading, height=40 + _ROW * max(len(labels), 2), legend=False)


def stacked(
    heading: Heading,
    labels: Sequence[str],
    parts: Sequence[Part],
    *,
    unit_texts: Sequence[Sequence[str]],
    upright: bool = False,
) -> go.Figure:
    """Stacked bars, lying (or ``upright`` over months); one text a segment, written where it fits.

    ``customdata`` is (row, part).
    """
    figure = go.Figure()
    shown = _unique(labels)
    for number, (part, texts) in enumerate(zip(parts, unit_texts, strict=True)):
        along, across = list(part.values), shown
        pairs = zip(labels, texts, strict=True)
        hints = [f"{escape(label)} · {escape(part.name)}: {escape(text)}" for label, text in pairs]
        figure.add_bar(
            x=across if upright else along,
            y=along if upright else across,
            orientation="v" if upright else "h",
            name=escape(part.name),
            marker_color=part.colour,
            text=None if upright else [escape(text) if value else "" for value, text in zip(along, texts, strict=True)],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            textfont={"color": ink_on(part.colour)},
            hoverinfo="text",
            hovertext=hints,
            customdata=[[row, number] for row in range(len(labels))],
        )
    figure.update_layout(barmode="stack", uniformtext={"mode": "hide", "minsize": 10})
    if upright:
        figure.update_xaxes(type="category", ticks="")
        figure.update_yaxes(rangemode="tozero")
        return _dressed(figure, heading, height=300, legend=True)
    figure.update_yaxes(autorange="reversed", ticks="")
    figure.update_xaxes(rangemode="tozero")
    return _dressed(figure, heading, height=90 + _ROW * max(len(labels), 2), legend=True)


def _unique(labels: Sequence[str]) -> list[str]:
    """Labels cut to a readable length; plotly would merge two bars of the same name."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        short = escape(label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…")
        seen[short] = seen.get(short, 0) + 1
        found.append(short + "\u200b" * (seen[short] - 1))
    return found


def _dressed(figure: go.Figure, heading: Heading, *, height: int, legend: bool, top: int = 8) -> go.Figure:
    layout: dict[str, Any] = {
        "meta": {"title": heading.title, "unit": heading.unit, "period": heading.period},
        "height": height,
        "margin": {"l": 8, "r": 28, "t": 44 if legend else top, "b": 24},
        "separators": ",." if language() == "id" else ".,",
        "font": {"family": f"{theme.TEXT_FONT}, sans-serif", "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": legend,
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "traceorder": "normal",
        },
        "dragmode": False,
        "clickmode": "event+select",
        "bargap": 0.35,
    }
    figure.update_layout(**layout)
    figure.update_yaxes(automargin=True)
    return figure
