"""Arrows of a sheet: right-angled, through no symbol, none lost, and across pages in matching pentagons."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sop_library.library import IDS, shipped
from workbench.domain.sop import Sop
from workbench.domain.sop_flow import Symbol, arrows, working_lanes
from workbench.reporting.sop_layout import Page, Shape, lay_out
from workbench.reporting.sop_rows import flow_rows, minimal_height, paginate


def pages_of(sop_id: str, room: float, extra: list[float] | None = None, lane_width: float = 56.0) -> tuple[Page, ...]:
    sop = shipped()[sop_id]
    rows = flow_rows(sop)
    heights = [minimal_height(row) + (extra[i % len(extra)] if extra else 0) for i, row in enumerate(rows)]
    lanes = len(working_lanes(sop))
    return lay_out(rows, arrows(sop), heights, room=room, lanes=lanes, lane_width=lane_width)


def runs_through(shape: Shape, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Does the stretch a–b pass through the inside of a symbol (a little in from its outline)?"""
    half_w, half_h = shape.width / 2 - 0.5, shape.height / 2 - 0.5
    steps = 60
    for i in range(steps + 1):
        x = a[0] + (b[0] - a[0]) * i / steps
        y = a[1] + (b[1] - a[1]) * i / steps
        dx, dy = abs(x - shape.x), abs(y - shape.y)
        inside = dx / half_w + dy / half_h < 0.97 if shape.symbol is Symbol.DECISION else dx < half_w and dy < half_h
        if shape.symbol is Symbol.TERMINAL and inside:
            radius = half_h
            inside = dx < half_w - radius or (dx - (half_w - radius)) ** 2 + dy**2 < radius**2
        if inside:
            return True
    return False


def check_drawing(sop: Sop, pages: tuple[Page, ...]) -> None:
    """Right angles, no line through a symbol, every arrow drawn, every pentagon with its other half."""
    drawn = {(p.arrow.source, p.arrow.target) for page in pages for p in page.paths}
    assert drawn == {(a.source, a.target) for a in arrows(sop)}
    assert sorted(row for page in pages for row in page.rows) == list(range(len(flow_rows(sop))))
    for number, page in enumerate(pages):
        for path in page.paths:
            assert len(path.points) >= 2
            for a, b in zip(path.points, path.points[1:], strict=False):
                assert abs(a[0] - b[0]) < 0.06 or abs(a[1] - b[1]) < 0.06, "arrows turn at right angles"
                for shape in page.shapes:
                    assert not runs_through(shape, a, b), (sop.id, number, path.arrow, shape)
        for shape in page.shapes:
            if shape.symbol is Symbol.CONNECTOR:
                assert shape.to_pages
                for there in shape.to_pages:
                    partners = [
                        other
                        for other in pages[there].shapes
                        if other.symbol is Symbol.CONNECTOR and other.text == shape.text and number in other.to_pages
                    ]
                    assert any(other.leaves != shape.leaves for other in partners), "a pentagon has its other half"


@pytest.mark.parametrize("sop_id", IDS)
@pytest.mark.parametrize("room", [2000.0, 430.0, 250.0])
def test_every_arrow_is_drawn_and_touches_only_its_own_symbols(sop_id: str, room: float) -> None:
    check_drawing(shipped()[sop_id], pages_of(sop_id, room))


@settings(max_examples=60, deadline=None)
@given(
    sop_id=st.sampled_from(IDS),
    room=st.floats(180, 1200),
    extra=st.lists(st.floats(0, 90), min_size=1, max_size=8),
    lane_width=st.floats(54, 84),
)
def test_any_page_break_keeps_the_flow_whole(sop_id: str, room: float, extra: list[float], lane_width: float) -> None:
    check_drawing(shipped()[sop_id], pages_of(sop_id, room, extra, lane_width))


def test_labels_stay_over_the_lanes() -> None:
    for sop_id in IDS:
        width = 56.0 * len(working_lanes(shipped()[sop_id]))
        for page in pages_of(sop_id, 2000):
            for path in page.paths:
                if path.label_at is not None:
                    assert 0 <= path.label_at[0] <= width


def test_a_page_never_overflows_and_none_is_empty() -> None:
    rows = flow_rows(shipped()["ska-permohonan-bps"])
    pages = paginate(rows, [40.0] * len(rows), 200.0)
    assert all(pages) and sum(len(page) for page in pages) == len(rows)
    assert max(len(page) for page in pages) * 40.0 + 48.0 <= 200.0


def test_the_symbols_are_those_of_the_regulation() -> None:
    kinds = {s.symbol for sop_id in IDS for page in pages_of(sop_id, 250) for s in page.shapes}
    assert kinds == {Symbol.TERMINAL, Symbol.PROCESS, Symbol.DECISION, Symbol.CONNECTOR}
