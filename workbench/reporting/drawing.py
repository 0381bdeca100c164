"""One closed chart specification, drawn twice: plotly for the screen, Vega-Lite for print.

No browser is needed to print. A test holds both renderers to consuming every field of every kind, and to showing the
same labels, values, colours and emphasis. There are no SI formats: ``1,6M`` reads as *miliar* in Indonesian.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from workbench.domain.errors import BadDefinition
from workbench.i18n import _
from workbench.reporting import theme
from workbench.reporting.spec import ChartKind

FADED = 0.32
WIDTH = 510
_STEP = 23
_PLOT_HEIGHT = 205
_SEGMENT_SHARE = 0.07
_MAX_SLICES = 4
_FROM_ZERO = frozenset(set(ChartKind) - {ChartKind.LINE, ChartKind.DOT})
_ONE_SERIES = frozenset({ChartKind.BAR_H, ChartKind.BAR_V, ChartKind.DOT, ChartKind.DONUT})
_HORIZONTAL = frozenset({ChartKind.BAR_H, ChartKind.DOT, ChartKind.PYRAMID})
_LIGHT_ON_DARK = frozenset({theme.NAVY, theme.PLUM, theme.GREY})


@dataclass(frozen=True, slots=True)
class Series:
    """Values in the order of the labels, with the texts printed beside them; None is a gap, never a zero."""

    name: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn. ``focus`` names labels or series that keep their full colour; empty means all do."""

    kind: ChartKind
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    decimals: int = 0
    focus: tuple[str, ...] = ()
    zero: bool = True
    language: str = "id"


def check(d: Drawing) -> None:
    """Refuse what would mislead: bars cut off at the foot, many slices, a pyramid that has not two sides."""
    if d.kind in _FROM_ZERO and not d.zero:
        raise BadDefinition(_("Diagram batang selalu mulai dari nol."))
    if d.kind in _ONE_SERIES and len(d.series) != 1:
        raise BadDefinition(_("Diagram jenis ini memuat tepat satu seri."))
    if d.kind is ChartKind.PYRAMID and len(d.series) != 2:
        raise BadDefinition(_("Piramida memerlukan tepat dua seri."))
    if d.kind is ChartKind.DONUT and len(d.labels) > _MAX_SLICES:
        raise BadDefinition(_("Diagram donat memuat paling banyak empat bagian."))
    if d.kind is ChartKind.DONUT and any(v is None for s in d.series for v in s.values):
        raise BadDefinition(_("Diagram donat memerlukan semua bagiannya."))
    if len(d.series) > len(theme.SERIES):
        raise BadDefinition(_("Paling banyak enam seri dalam satu diagram."))
    if any(len(s.values) != len(d.labels) or len(s.texts) != len(d.labels) for s in d.series):
        raise BadDefinition(_("Jumlah nilai dan label diagram tidak sama."))


def colour(d: Drawing, index: int) -> str:
    """The colour of a series, or of a slice in a donut."""
    return theme.SERIES[index % len(theme.SERIES)]


def opacity(d: Drawing, label: str, series: str) -> float:
    """Full for what is in focus, faded for the rest."""
    return 1.0 if not d.focus or label in d.focus or series in d.focus else FADED


def separators(d: Drawing) -> tuple[str, str]:
    """(decimal, thousands) of the book's language."""
    return (",", ".") if d.language == "id" else (".", ",")


def _number_format(d: Drawing) -> str:
    return f",.{d.decimals}f"


def drawn(d: Drawing, index: int, place: int) -> float | None:
    """The value as it is drawn: a stack that lacks a part is left out whole, for its height would be a false total."""
    if d.kind is ChartKind.STACKED and any(s.values[place] is None for s in d.series):
        return None
    return d.series[index].values[place]


def gaps(d: Drawing) -> list[tuple[int, int]]:
    """(series, label) of every value that is missing and must be seen to be; one for each stack."""
    found = [(i, n) for i in range(len(d.series)) for n in range(len(d.labels)) if drawn(d, i, n) is None]
    return [(i, n) for i, n in found if d.kind is not ChartKind.STACKED or i == 0]


def _inside(d: Drawing, value: float | None) -> bool:
    """Is a stacked segment tall enough for its own label?"""
    totals = [sum(s.values[i] or 0 for s in d.series) for i in range(len(d.labels))]
    return value is not None and value >= _SEGMENT_SHARE * max([*totals, 1e-9])


# ---------------------------------------------------------------- screen


def plotly_figure(d: Drawing) -> Any:
    """The drawing as a plotly figure."""
    import plotly.graph_objects as go

    check(d)
    figure = go.Figure()
    labels = list(d.labels)
    for i, s in enumerate(d.series):
        shades = [opacity(d, label, s.name) for label in labels]
        values, texts = [drawn(d, i, n) for n in range(len(labels))], list(s.texts)
        tone = colour(d, i)
        match d.kind:
            case ChartKind.BAR_H:
                figure.add_bar(x=values, y=labels, name=s.name, orientation="h", text=texts, textposition="outside",
                               marker={"color": tone, "opacity": shades}, cliponaxis=False)  # fmt: skip
            case ChartKind.BAR_V | ChartKind.GROUPED:
                figure.add_bar(x=labels, y=values, name=s.name, text=texts, textposition="outside",
                               marker={"color": tone, "opacity": shades}, cliponaxis=False)  # fmt: skip
            case ChartKind.STACKED:
                shown = [t if _inside(d, v) else "" for t, v in zip(texts, values, strict=True)]
                figure.add_bar(x=labels, y=values, name=s.name, text=shown, textposition="inside",
                               marker={"color": tone, "opacity": shades})  # fmt: skip
            case ChartKind.LINE:
                ends = [*([""] * (len(texts) - 1)), f"{s.name} {texts[-1]}" if len(d.series) > 1 else texts[-1]]
                figure.add_scatter(x=labels, y=values, name=s.name, mode="lines+markers+text", text=ends,
                                   textposition="middle right", connectgaps=False, cliponaxis=False,
                                   line={"color": tone, "width": 2.5}, opacity=opacity(d, "", s.name))  # fmt: skip
            case ChartKind.DOT:
                figure.add_scatter(x=values, y=labels, name=s.name, mode="markers+text", text=texts,
                                   textposition="middle right", marker={"color": tone, "size": 11, "opacity": shades},
                                   cliponaxis=False)  # fmt: skip
            case ChartKind.PYRAMID:
                signed = [v if v is None or i else -v for v in values]
                figure.add_bar(x=signed, y=labels, name=s.name, orientation="h", text=texts, textposition="outside",
                               marker={"color": tone, "opacity": shades}, cliponaxis=False)  # fmt: skip
            case ChartKind.DONUT:
                figure.add_pie(values=values, labels=labels, name=s.name, hole=0.58, sort=False, direction="clockwise",
                               text=texts, textinfo="label+text", textposition="outside",
                               marker={"colors": [_slice(d, s.name, n, x) for n, x in enumerate(labels)]},
                               )  # fmt: skip
    _plotly_layout(figure, d)
    return figure


def _slice(d: Drawing, series: str, index: int, label: str) -> str:
    """A slice's colour, mixed with white by its opacity (a donut's slices have no opacity of their own)."""
    tone, share = colour(d, index), opacity(d, label, series)
    parts = [int(tone[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - part) * share):02X}" for part in parts)


def _plotly_layout(figure: Any, d: Drawing) -> None:
    decimal, thousands = separators(d)
    many = len(d.series) > 1 and d.kind is not ChartKind.LINE
    figure.update_layout(
        template="simple_white", separators=decimal + thousands, showlegend=many,
        font={"family": theme.TEXT_FONT, "color": theme.INK, "size": 13},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        margin={"l": 8, "r": 24, "t": 24, "b": 8}, barmode=_barmode(d),
    )  # fmt: skip
    if d.kind is ChartKind.DONUT:
        figure.add_annotation(text=d.unit, showarrow=False, font={"color": theme.MUTED})
        figure.update_traces(texttemplate="%{label}<br>%{text}")
        figure.update_layout(meta={"format": _number_format(d), "zero": d.zero})
        return
    for _index, place in gaps(d):
        here = {"x": 0, "y": d.labels[place]} if d.kind in _HORIZONTAL else {"x": d.labels[place], "y": 0}
        if d.kind is ChartKind.LINE:
            here |= {"y": 0, "yref": "paper"}
        figure.add_annotation(text="…", showarrow=False, **here)
    value_axis = {"title": {"text": d.unit}, "tickformat": _number_format(d), "rangemode": "tozero" if d.zero else
                  "normal", "gridcolor": theme.RULE, "showgrid": d.kind is ChartKind.LINE}  # fmt: skip
    if d.kind is not ChartKind.LINE:
        value_axis |= {"showticklabels": False, "ticks": "", "showline": False}
    name_axis = {"type": "category", "ticks": "", "showline": d.kind not in _HORIZONTAL}
    if d.kind in _HORIZONTAL:
        figure.update_layout(xaxis=value_axis, yaxis={**name_axis, "autorange": "reversed"})
    else:
        figure.update_layout(xaxis=name_axis, yaxis=value_axis)


def _barmode(d: Drawing) -> str:
    return {ChartKind.STACKED: "stack", ChartKind.PYRAMID: "relative"}.get(d.kind, "group")


# ---------------------------------------------------------------- print


def vega_lite(d: Drawing, width: int = WIDTH) -> dict[str, Any]:
    """The drawing as a Vega-Lite specification of fixed size."""
    check(d)
    draw = {
        ChartKind.BAR_H: _v_bar_h, ChartKind.DOT: _v_dot, ChartKind.BAR_V: _v_bar_v, ChartKind.GROUPED: _v_grouped,
        ChartKind.STACKED: _v_stacked, ChartKind.LINE: _v_line, ChartKind.PYRAMID: _v_pyramid,
        ChartKind.DONUT: _v_donut,
    }[d.kind]  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": _height(d),
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 4, "right": _right(d), "top": 4, "bottom": 2},
        "data": {"values": _records(d)},
        "config": _config(),
        **draw(d),
    }


def svg(d: Drawing, width: int = WIDTH) -> str:
    """The drawing as SVG whose text stays text. Same drawing, same bytes."""
    import vl_convert

    decimal, thousands = separators(d)
    vl_convert.register_font_directory(str(theme.FONT_DIR))
    locale = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    text: str = vl_convert.vegalite_to_svg(json.dumps(vega_lite(d, width)), format_locale=locale)
    return text


def _right(d: Drawing) -> float:
    """Room for the names at the ends of several lines."""
    if d.kind is not ChartKind.LINE or len(d.series) == 1:
        return 6
    return 6 + 3.4 * max(len(s.name) + len(s.texts[-1]) for s in d.series)


def _height(d: Drawing) -> int:
    if d.kind in _HORIZONTAL:
        return len(d.labels) * _STEP + 24 + (22 if d.kind is ChartKind.PYRAMID else 0)
    return _PLOT_HEIGHT


def _records(d: Drawing) -> list[dict[str, Any]]:
    """One record for each mark; order fields fix what the two libraries would order differently."""
    missing = set(gaps(d))
    return [
        {
            "label": label, "series": s.name, "value": drawn(d, i, n), "text": s.texts[n], "place": n, "order": i,
            "opacity": opacity(d, "" if d.kind is ChartKind.LINE else label, s.name),
            "signed": None if s.values[n] is None else (-1 if i == 0 else 1) * (s.values[n] or 0),
            "at": s.values[n] if s.values[n] is not None else 0,
            "inside": s.texts[n] if _inside(d, drawn(d, i, n)) else "",
            "gap": "…" if (i, n) in missing else "",
            "signed_at": (-1 if i == 0 else 1) * (s.values[n] or 0),
            "last": n == len(d.labels) - 1,
            "end": f"{s.name} {s.texts[n]}" if len(d.series) > 1 else s.texts[n],
        }
        for i, s in enumerate(d.series)
        for n, label in enumerate(d.labels)
    ]  # fmt: skip


def _config() -> dict[str, Any]:
    axis = {
        "labelFontSize": 10.5, "titleFontSize": 10, "titleFontWeight": "normal", "labelColor": theme.INK,
        "titleColor": theme.MUTED, "domainColor": theme.QUIET, "gridColor": theme.RULE, "tickColor": theme.QUIET,
        "labelLimit": 190, "labelPadding": 6,
    }  # fmt: skip
    legend = {"orient": "top", "title": None, "labelFontSize": 10.5, "labelColor": theme.INK, "symbolType": "square",
              "symbolSize": 90, "offset": 14, "columnPadding": 18}  # fmt: skip
    return {"font": theme.TEXT_FONT, "view": {"stroke": None}, "axis": axis, "legend": legend,
            "text": {"fontSize": 10, "color": theme.INK}}  # fmt: skip


def _value(d: Drawing, field: str = "value", *, labels: bool = False) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": d.unit, "format": _number_format(d), "domain": False, "ticks": False}
    axis |= {"labels": labels, "grid": labels, "tickCount": 5, "titlePadding": 8}
    nice = labels or d.kind not in _HORIZONTAL
    return {"field": field, "type": "quantitative", "scale": {"zero": d.zero, "nice": nice}, "axis": axis}


def _names(d: Drawing, *, ruled: bool = False) -> dict[str, Any]:
    axis = {"title": None, "labelAngle": 0, "ticks": False, "domain": ruled}
    return {"field": "label", "type": "nominal", "sort": list(d.labels), "axis": axis}


def _tone(d: Drawing, *, legend: bool = False) -> dict[str, Any]:
    names = [s.name for s in d.series]
    if len(names) == 1:
        return {"value": colour(d, 0)}
    scale = {"domain": names, "range": [colour(d, i) for i in range(len(names))]}
    return {"field": "series", "type": "nominal", "scale": scale, **({} if legend else {"legend": None})}


_OPACITY = {"field": "opacity", "type": "quantitative", "scale": None, "legend": None}


def _beside(d: Drawing) -> dict[str, Any]:
    """A text at the end of a horizontal mark; at zero where the value is missing, so that the gap is seen."""
    return {"x": _value(d, "at"), "text": {"field": "text"}}


def _v_bar_h(d: Drawing) -> dict[str, Any]:
    return {"encoding": {"y": _names(d)}, "layer": [
        {"mark": {"type": "bar", "height": {"band": 0.68}},
         "encoding": {"x": _value(d), "color": _tone(d), "opacity": _OPACITY}},
        {"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": _beside(d)},
    ]}  # fmt: skip


def _v_dot(d: Drawing) -> dict[str, Any]:
    start = {} if not d.zero else {"x2": {"datum": 0}}
    stems = [{"mark": {"type": "rule", "strokeWidth": 1.5, "color": theme.QUIET},
              "encoding": {"x": _value(d), **start}}] if d.zero else []  # fmt: skip
    return {"encoding": {"y": _names(d)}, "layer": [
        *stems,
        {"mark": {"type": "point", "filled": True, "size": 90},
         "encoding": {"x": _value(d), "color": _tone(d), "opacity": _OPACITY}},
        {"mark": {"type": "text", "align": "left", "dx": 9}, "encoding": _beside(d)},
    ]}  # fmt: skip


def _v_bar_v(d: Drawing) -> dict[str, Any]:
    return {"encoding": {"x": _names(d, ruled=True)}, "layer": [
        {"mark": {"type": "bar", "width": {"band": 0.62}},
         "encoding": {"y": _value(d), "color": _tone(d), "opacity": _OPACITY}},
        {"mark": {"type": "text", "dy": -7}, "encoding": {"y": _value(d, "at"), "text": {"field": "text"}}},
    ]}  # fmt: skip


def _v_grouped(d: Drawing) -> dict[str, Any]:
    offset = {"field": "series", "sort": [s.name for s in d.series], "scale": {"paddingInner": 0.08}}
    size = 10 if len(d.labels) * len(d.series) <= 12 else 8.5
    return {"encoding": {"x": _names(d, ruled=True), "xOffset": offset}, "layer": [
        {"mark": {"type": "bar"}, "encoding": {"y": _value(d), "color": _tone(d, legend=True), "opacity": _OPACITY}},
        {"mark": {"type": "text", "dy": -7, "fontSize": size},
         "encoding": {"y": _value(d, "at"), "text": {"field": "text"}}},
    ]}  # fmt: skip


def _v_stacked(d: Drawing) -> dict[str, Any]:
    order = {"field": "order", "type": "ordinal"}
    dark = [s.name for i, s in enumerate(d.series) if colour(d, i) in _LIGHT_ON_DARK]
    inside = {"condition": {"test": f"indexof({json.dumps(dark)}, datum.series) >= 0 && datum.opacity == 1",
                            "value": theme.WHITE}, "value": theme.INK}  # fmt: skip
    text = {"y": {**_value(d), "stack": "zero", "bandPosition": 0.5}, "order": order, "text": {"field": "inside"},
            "color": inside, "detail": {"field": "series"}}  # fmt: skip
    return {"encoding": {"x": _names(d, ruled=True)}, "layer": [
        {"mark": {"type": "bar", "width": {"band": 0.62}, "stroke": theme.WHITE, "strokeWidth": 0.8},
         "encoding": {"y": {**_value(d), "stack": "zero"}, "order": order, "color": _tone(d, legend=True),
                      "opacity": _OPACITY}},
        {"mark": {"type": "text", "baseline": "middle"}, "encoding": text},
        {"mark": {"type": "text", "dy": -7}, "encoding": {"y": {"datum": 0}, "text": {"field": "gap"}}},
    ]}  # fmt: skip


def _v_line(d: Drawing) -> dict[str, Any]:
    names = {**_names(d, ruled=True), "type": "ordinal", "scale": {"type": "point", "padding": 0.25}}
    value = _value(d, labels=True)
    last = {"filter": "datum.last && datum.value !== null"}
    gap = {"filter": "datum.value === null"}
    return {"encoding": {"x": names}, "layer": [
        {"mark": {"type": "line", "strokeWidth": 2.4, "invalid": "break-paths-show-domains"},
         "encoding": {"y": value, "color": _tone(d), "opacity": _OPACITY}},
        {"mark": {"type": "point", "filled": True, "size": 42, "invalid": "filter"},
         "encoding": {"y": value, "color": _tone(d), "opacity": _OPACITY}},
        {"transform": [last], "mark": {"type": "text", "align": "left", "dx": 8, "fontWeight": 600},
         "encoding": {"y": value, "text": {"field": "end"}}},
        {"transform": [gap], "mark": {"type": "text", "dy": -6},
         "encoding": {"y": {"value": "height"}, "text": {"field": "text"}}},
    ]}  # fmt: skip


def _v_pyramid(d: Drawing) -> dict[str, Any]:
    # Room at both ends for the texts: the scale is wider than the longest bar.
    reach = 1.22 * max([abs(v) for s in d.series for v in s.values if v is not None] or [1.0])
    scale = {"zero": d.zero, "nice": False, "domain": [-reach, reach]}
    value = {**_value(d, "signed"), "scale": scale}
    left, right = ({"filter": f"datum.order === {i}"} for i in (0, 1))
    text = {"x": {**value, "field": "signed_at"}, "text": {"field": "text"}}
    return {"encoding": {"y": _names(d)}, "layer": [
        {"mark": {"type": "bar", "height": {"band": 0.78}},
         "encoding": {"x": value, "color": _tone(d, legend=True), "opacity": _OPACITY}},
        {"transform": [left], "mark": {"type": "text", "align": "right", "dx": -5}, "encoding": text},
        {"transform": [right], "mark": {"type": "text", "align": "left", "dx": 5}, "encoding": text},
    ]}  # fmt: skip


def _v_donut(d: Drawing) -> dict[str, Any]:
    theta = {"field": "value", "type": "quantitative", "stack": True, "scale": {"zero": d.zero}}
    order = {"field": "place", "type": "ordinal"}
    name = d.series[0].name
    tones = {"field": "label", "type": "nominal", "legend": None,
             "scale": {"domain": list(d.labels), "range": [_slice(d, name, n, x) for n, x in enumerate(d.labels)]},
             }  # fmt: skip
    radius = _PLOT_HEIGHT / 2 - 34
    note = {"type": "text", "radius": radius + 26, "lineBreak": "\n"}
    return {"encoding": {"theta": theta, "order": order}, "layer": [
        {"mark": {"type": "arc", "innerRadius": radius * 0.58, "outerRadius": radius, "stroke": theme.WHITE},
         "encoding": {"color": tones}},
        {"transform": [{"calculate": "datum.label + '\\n' + datum.text", "as": "note"}], "mark": note,
         "encoding": {"text": {"field": "note"}, "detail": {"field": "label"}}},
        {"data": {"values": [{"unit": d.unit, "format": _number_format(d)}]}, "mark": {"type": "text", "radius": 0},
         "encoding": {"theta": {"value": 0}, "order": {"value": 0}, "text": {"field": "unit"},
                      "color": {"value": theme.MUTED}}},
    ]}  # fmt: skip
