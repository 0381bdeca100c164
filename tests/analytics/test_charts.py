"""Charts: colours readable, text inert, every mark knows its row."""

from __future__ import annotations

import pytest

from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading, Part

HEADING = Heading("<b>Judul</b>", "jam", "2026")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("step", range(101))
def test_text_on_a_rate_can_be_read(step):
    background = charts.rate_colour(step / 100)
    ink = charts.ink_on(background)
    high, low = sorted((luminance(background) + 0.05, luminance(ink) + 0.05), reverse=True)
    assert high / low >= 4.5


def test_no_rate_no_colour():
    assert charts.rate_colour(None) == ""
    assert charts.rate_colour(7.0) == charts.rate_colour(1.0)


def test_text_of_people_is_escaped_and_marks_know_their_row():
    bars = charts.bars(HEADING, ["<script>", "<script>"], [1.0, None], ["<i>1</i>", "–"])
    trace = bars.data[0]
    assert len(set(trace.y)) == 2
    assert all("<" not in text for text in (*trace.y, *trace.text, *trace.hovertext))
    assert list(trace.customdata) == [0, 1]
    heat = charts.heat_map(HEADING, ["1", "2"], ["Jan"], [(0, 0, 0.5, "50", "<x>"), (1, 0, None, "·", "y")])
    assert heat.data[0].marker.color[1] == "rgba(0,0,0,0)"
    assert heat.layout.yaxis.type == "category"
    stack = charts.stacked(HEADING, ["a"], [Part("<p>", [1.0], "#000000")], unit_texts=[["<1>"]])
    assert "<" not in stack.data[0].name + stack.data[0].hovertext[0]
    assert [list(pair) for pair in stack.data[0].customdata] == [[0, 0]]


def test_a_dark_ground_swallows_no_mark():
    bars = charts.for_dark(charts.bars(HEADING, ["a"], [1.0], ["1"]))
    stack = charts.for_dark(
        charts.stacked(HEADING, ["a"], [Part("p", [1.0], charts.PARTY_COLOURS["office"])], unit_texts=[["1"]])
    )
    ground = luminance("#0F1B26")
    for trace in (*bars.data, *stack.data):
        assert (luminance(trace.marker.color) + 0.05) / (ground + 0.05) >= 3
        assert trace.insidetextfont.color == charts.ink_on(trace.marker.color)
