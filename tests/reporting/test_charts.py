"""One specification, two renderers: both use every field of every kind and show the same labels, values and colours."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from workbench.domain.errors import BadDefinition
from workbench.reporting import drawing, theme
from workbench.reporting.charts import make_chart
from workbench.reporting.drawing import Drawing, Series, plotly_figure, svg, vega_lite
from workbench.reporting.edition import Edition
from workbench.reporting.spec import ChartKind, ChartSpecification, load_spec

from .conftest import YEARBOOK

LABELS = ("Laweyan", "Serengan", "Jebres")
ONE = (Series("Penduduk", (12345.0, 6789.0, 9000.0), ("12.345", "6.789", "9.000")),)
TWO = (
    Series("Laki-laki", (100.0, 200.0, 300.0), ("100", "200", "300")),
    Series("Perempuan", (150.0, 250.0, 350.0), ("150", "250", "350")),
)
MANY = {ChartKind.GROUPED, ChartKind.STACKED, ChartKind.PYRAMID, ChartKind.LINE}


def _drawing(kind: ChartKind, **more: Any) -> Drawing:
    series = TWO if kind in MANY else ONE
    focus = ("Perempuan",) if kind in MANY else ("Jebres",)
    return dataclasses.replace(Drawing(kind, LABELS, series, "orang", 1, focus), **more)


class _Watched:
    """A drawing that remembers which of its fields were asked for."""

    def __init__(self, real: Any, seen: set[str], prefix: str = "") -> None:
        self._real, self._seen, self._prefix = real, seen, prefix

    def __getattr__(self, name: str) -> Any:
        self._seen.add(self._prefix + name)
        value = getattr(self._real, name)
        if name == "series":
            return tuple(_Watched(item, self._seen, "series.") for item in value)
        return value


FIELDS = {f.name for f in dataclasses.fields(Drawing)} | {f"series.{f.name}" for f in dataclasses.fields(Series)}


@pytest.mark.parametrize("kind", list(ChartKind))
@pytest.mark.parametrize("draw", [plotly_figure, vega_lite])
def test_every_field_is_used(kind: ChartKind, draw: Any) -> None:
    seen: set[str] = set()
    draw(_Watched(_drawing(kind), seen))
    # Vega-Lite gets the number locale when it is drawn to SVG, not in the specification.
    assert FIELDS - seen <= ({"language"} if draw is vega_lite else set())


def _from_plotly(d: Drawing) -> dict[str, Any]:
    figure = plotly_figure(d)
    values, colours = {}, {}
    for trace in figure.data:
        if d.kind is ChartKind.DONUT:
            values[trace.name] = dict(zip(trace.labels, trace.values, strict=True))
            colours[trace.name] = list(trace.marker.colors)
            continue
        sideways = d.kind in (ChartKind.BAR_H, ChartKind.DOT, ChartKind.PYRAMID)
        names, numbers = (trace.y, trace.x) if sideways else (trace.x, trace.y)
        values[trace.name] = {n: None if v is None else abs(v) for n, v in zip(names, numbers, strict=True)}
        colours[trace.name] = [trace.line.color if d.kind is ChartKind.LINE else trace.marker.color]
    return {"values": values, "colours": colours}


def _from_vega(d: Drawing) -> dict[str, Any]:
    spec = vega_lite(d)
    values: dict[str, dict[str, float]] = {}
    for record in spec["data"]["values"]:
        values.setdefault(record["series"], {})[record["label"]] = record["value"]
    text = json.dumps(spec)
    mark = next(x for x in spec["layer"] if x["mark"]["type"] in ("bar", "line", "point", "arc"))
    tone = mark["encoding"]["color"]
    if "value" in tone:
        colours = {d.series[0].name: [tone["value"]]}
    elif d.kind is ChartKind.DONUT:
        colours = {d.series[0].name: tone["scale"]["range"]}
    else:
        colours = {n: [c] for n, c in zip(tone["scale"]["domain"], tone["scale"]["range"], strict=True)}
    return {"values": values, "colours": colours, "text": text}


@pytest.mark.parametrize("kind", list(ChartKind))
def test_both_show_the_same(kind: ChartKind) -> None:
    d = _drawing(kind)
    screen, page = _from_plotly(d), _from_vega(d)
    assert screen["values"] == page["values"]
    assert screen["colours"] == page["colours"]


@pytest.mark.parametrize("kind", list(ChartKind))
def test_emphasis_is_the_same(kind: ChartKind) -> None:
    d = _drawing(kind)
    figure = plotly_figure(d)
    records = vega_lite(d)["data"]["values"]
    for trace in figure.data:
        if kind is ChartKind.DONUT:
            expected = [theme.SERIES[n] if x in d.focus else drawing._slice(d, trace.name, n, x)
                        for n, x in enumerate(LABELS)]  # fmt: skip
            assert list(trace.marker.colors) == expected
        elif kind is ChartKind.LINE:
            assert trace.opacity == next(r["opacity"] for r in records if r["series"] == trace.name)
        else:
            assert list(trace.marker.opacity) == [r["opacity"] for r in records if r["series"] == trace.name]


@pytest.mark.parametrize("kind", list(ChartKind))
def test_print_is_readable_text_and_the_same_every_time(kind: ChartKind) -> None:
    d = _drawing(kind)
    first = svg(d)
    assert first == svg(d)
    assert "Laweyan" in first
    assert "Inter" in first
    assert "NaN" not in first


@pytest.mark.parametrize("kind", [k for k in ChartKind if k is not ChartKind.DONUT])
def test_a_gap_stays_a_gap(kind: ChartKind) -> None:
    series = tuple(dataclasses.replace(s, values=(s.values[0], None, s.values[2]), texts=(s.texts[0], "…", s.texts[2]))
                   for s in (TWO if kind in MANY else ONE))  # fmt: skip
    d = _drawing(kind, series=series)
    assert "…" in svg(d)
    assert "…" in plotly_figure(d).to_json().encode().decode("unicode_escape")
    assert all(v["Serengan"] is None for v in _from_plotly(d)["values"].values())
    assert all(v["Serengan"] is None for v in _from_vega(d)["values"].values())


def test_a_stack_that_lacks_a_part_is_left_out_whole() -> None:
    series = (TWO[0], dataclasses.replace(TWO[1], values=(150.0, None, 350.0), texts=("150", "…", "350")))
    d = _drawing(ChartKind.STACKED, series=series)
    for shown in (_from_plotly(d)["values"], _from_vega(d)["values"]):
        assert shown["Laki-laki"]["Serengan"] is None


@pytest.mark.parametrize("kind", list(ChartKind))
def test_no_si_prefixes_anywhere(kind: ChartKind) -> None:
    d = _drawing(kind)
    spec = json.dumps(vega_lite(d)) + plotly_figure(d).to_json()
    assert '"format": ",.1f"' in spec or '"tickformat": ",.1f"' in spec or ",.1f" in spec
    assert not any(f'"{name}": ".{n}s"' in spec or "~s" in spec for n in range(4) for name in ("format", "tickformat"))


@pytest.mark.parametrize(
    "broken",
    [
        _drawing(ChartKind.BAR_H, zero=False),
        _drawing(ChartKind.PYRAMID, series=ONE),
        _drawing(ChartKind.BAR_V, series=TWO),
        _drawing(ChartKind.DONUT, labels=tuple("abcde"), series=(Series("x", (1.0,) * 5, ("1",) * 5),)),
        _drawing(ChartKind.LINE, labels=("a",)),
    ],
)
def test_misleading_charts_are_refused_by_both(broken: Drawing) -> None:
    for draw in (plotly_figure, vega_lite):
        with pytest.raises(BadDefinition):
            draw(broken)


def _charts() -> dict[str, ChartSpecification]:
    spec = load_spec(YEARBOOK)
    return {i.id: i for c in spec.chapters for i in c.items if isinstance(i, ChartSpecification)}


def test_titles_are_computed_from_the_figures(edition: Edition) -> None:
    chart = make_chart(edition, _charts()["penduduk-kecamatan"])
    top = max(zip(chart.drawing.labels, chart.drawing.series[0].values, strict=True), key=lambda p: p[1] or 0)
    assert chart.title.startswith(f"Penduduk terbanyak di {top[0]}: ")
    assert chart.drawing.focus == (top[0],)
    assert list(chart.drawing.series[0].values) == sorted(chart.drawing.series[0].values, reverse=True)
    assert all(label in chart.alt for label in chart.drawing.labels)


def test_a_title_says_nothing_about_incomplete_figures(edition: Edition) -> None:
    chart = make_chart(edition, _charts()["tenaga-kesehatan-kecamatan"])
    assert chart.title == "Tenaga kesehatan"
    assert chart.drawing.focus == ()
    assert chart.notes == ("… belum lengkap: Jebres.",)
