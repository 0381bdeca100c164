"""Where everything of a SOP sheet's flow stands: pages, symbols, arrows, off-page connectors. Pure geometry in points.

Each row of the sheet holds one symbol, in the middle of its lane. That makes three rules enough for arrows that never
run through a symbol: an arrow to the next row leaves sideways and drops down the middle of the target's lane; any
other arrow runs in the gutter beside the target's lane; where a page ends, the arrow goes into a pentagon and comes
out of a pentagon with the same letter on the target's page. Row heights come from the typesetter, which alone knows
how the words break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.domain.sop_flow import Arrow, Symbol
from workbench.reporting.sop_routes import Route, Router, Side, first_free
from workbench.reporting.sop_rows import BAND_PADDING, BAND_ROW, Row, paginate

Point = tuple[float, float]
_ConnectorKey = tuple[str, float, bool, bool]  # letter, x, does it leave, at the head of the page

PENTAGON = (11.0, 12.0)
BEND = 3.0  # how far above the row's line an arrow turns when it leaves by the foot


@dataclass(frozen=True, slots=True)
class Shape:
    """A symbol on a page; ``x``/``y`` is its middle. ``to_pages`` is where a connector's
    other halves stand (pages counted from 0)."""

    symbol: Symbol
    x: float
    y: float
    width: float
    height: float
    text: str = ""
    to_pages: tuple[int, ...] = ()
    leaves: bool = True


@dataclass(frozen=True, slots=True)
class Path:
    """An arrow on a page: a broken line of right angles, with a head unless it runs into another arrow's line."""

    points: tuple[Point, ...]
    arrow: Arrow
    label: str = ""
    label_at: Point | None = None
    label_align: str = "left"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the table: its rows, their heights, and what is drawn over the lanes (origin: top left of them)."""

    rows: tuple[int, ...]
    heights: tuple[float, ...]
    top_band: float
    bottom_band: float
    shapes: tuple[Shape, ...]
    paths: tuple[Path, ...]


def lay_out(
    rows: Sequence[Row], flow: Sequence[Arrow], heights: Sequence[float], *, room: float, lanes: int, lane_width: float
) -> tuple[Page, ...]:
    """The sheet's flow on pages of ``room`` points below the table head.

    ``rows`` and ``flow`` come from ``flow_rows`` and ``sop_flow.arrows``, ``heights`` (points, at least
    ``minimal_height``) from the typesetter.
    """
    pages = paginate(rows, heights, room)
    router = Router(rows, flow, pages, heights, lanes, lane_width)
    return tuple(_PageDrawing(router, index).page() for index in range(len(pages)))


class _PageDrawing:
    """One page: symbols of its rows, arrows within it, and connectors for the arrows that leave or enter it."""

    def __init__(self, router: Router, number: int) -> None:
        self.router = router
        self.number = number
        self.rows = router.pages[number]
        page_of = router.page_of
        above: list[Route] = []
        below: list[Route] = []
        for route in router.routes:
            source, target = page_of(route.source), page_of(route.target)
            if (source == number) != (target == number):
                (below if max(source, target) > number else above).append(route)
        self.top, self.top_band = self._band(above)
        self.bottom, self.bottom_band = self._band(below)
        self.y: dict[int, tuple[float, float]] = {}
        at = self.top_band
        for row in self.rows:
            self.y[row] = (at, at + router.heights[row])
            at += router.heights[row]
        self.foot = at

    def _x_of_connector(self, route: Route) -> float:
        return self.router.gutter_x(route) if route.gutter else self.router.middle(self.router.rows[route.target].lane)

    def _band(self, routes: list[Route]) -> tuple[dict[_ConnectorKey, int], float]:
        """Connectors of a band, one per letter, place and direction; those too near each other take a line each."""
        places: dict[_ConnectorKey, int] = {}
        for route in sorted(routes, key=self._x_of_connector):
            key = self._connector_key(route)
            if key in places:
                continue
            near = {line for (_l, x, _o, _t), line in places.items() if abs(x - key[1]) < PENTAGON[0] + 26}
            places[key] = first_free(near)
        lines = max(places.values(), default=-1) + 1
        return places, (lines * BAND_ROW + BAND_PADDING if lines else 0.0)

    def _connector_key(self, route: Route) -> _ConnectorKey:
        source, target = self.router.page_of(route.source), self.router.page_of(route.target)
        leaving = source == self.number
        return route.letter, self._x_of_connector(route), leaving, (target if leaving else source) < self.number

    def _connector_y(self, route: Route, *, at_top: bool) -> float:
        line = (self.top if at_top else self.bottom)[self._connector_key(route)]
        if at_top:
            return BAND_PADDING / 2 + (line + 0.5) * BAND_ROW
        return self.foot + BAND_PADDING / 2 + (line + 0.5) * BAND_ROW

    def _x_of_pentagon(self, route: Route, *, at_top: bool) -> float:
        """Where the connector stands: on its arrow's line, or beside another connector which that line would cross."""
        places = self.top if at_top else self.bottom
        key = self._connector_key(route)
        x, line = key[1], places[key]
        for (_l, other, _o, _t), near in sorted(places.items(), key=lambda item: item[0][1]):
            between = near > line if at_top else near < line
            if between and abs(x - other) < PENTAGON[0] / 2 + 0.5:
                x = other + (PENTAGON[0] / 2 + 2.0) * (1 if key[1] >= other else -1)
        return x

    def _sidestep(self, route: Route, x: float, *, at_top: bool) -> list[Point]:
        """The corner an arrow takes between the rows and a connector that stands beside its line."""
        line = self._x_of_connector(route)
        y = self.top_band - 1.5 if at_top else self.foot + 1.5
        return [] if line == x else [(line, y), (x, y)]

    def page(self) -> Page:
        shapes = [self._symbol(row) for row in self.rows]
        paths: list[Path] = []
        seen: set[_ConnectorKey] = set()
        for route in self.router.routes:
            source, target = self.router.page_of(route.source), self.router.page_of(route.target)
            if self.number not in (source, target):
                continue
            if source == target:
                paths.append(self._path(route, [*self._leave(route), *self._arrive(route)]))
                continue
            leaving = source == self.number
            other = target if leaving else source
            at_top = other < self.number
            x, y = self._x_of_pentagon(route, at_top=at_top), self._connector_y(route, at_top=at_top)
            corner = self._sidestep(route, x, at_top=at_top)
            key = self._connector_key(route)
            if key not in seen:
                seen.add(key)
                shapes.append(Shape(Symbol.CONNECTOR, x, y, *PENTAGON, route.letter, self._others(key), leaving))
                if not leaving:
                    start = y - PENTAGON[1] / 2 if not at_top else y + PENTAGON[1] / 2
                    paths.append(
                        self._path(route, [(x, start), *reversed(corner), *self._arrive(route)], labelled=False)
                    )
            if leaving:
                end = y - PENTAGON[1] / 2 if not at_top else y + PENTAGON[1] / 2
                paths.append(self._path(route, [*self._leave(route), *corner, (x, end)]))
        return Page(
            tuple(self.rows), tuple(self.router.heights[row] for row in self.rows), self.top_band, self.bottom_band,
            tuple(shapes), tuple(paths),
        )  # fmt: skip

    def _others(self, key: _ConnectorKey) -> tuple[int, ...]:
        """The pages on which the other halves of a connector stand."""
        page_of = self.router.page_of
        found = set()
        for route in self.router.routes:
            ends = {page_of(route.source), page_of(route.target)}
            if len(ends) == 2 and self.number in ends and self._connector_key(route) == key:
                found |= ends - {self.number}
        return tuple(sorted(found))

    def _symbol(self, index: int) -> Shape:
        row = self.router.rows[index]
        first, last = self.y[index]
        middle = self.router.middle(row.lane)
        return Shape(row.symbol, middle, (first + last) / 2, self.router.width(), row.height_of_symbol)

    def _port(self, index: int, side: Side, lift: float = 0.0) -> Point:
        """The point of a symbol's outline on a side; ``lift`` moves a side port up or down along the outline."""
        shape = self._symbol(index)
        if side is Side.TOP:
            return shape.x, shape.y - shape.height / 2
        if side is Side.BOTTOM:
            return shape.x, shape.y + shape.height / 2
        half = shape.width / 2
        if shape.symbol is Symbol.DECISION:
            half *= 1 - abs(lift) / (shape.height / 2)
        elif shape.symbol is Symbol.TERMINAL:
            radius = shape.height / 2
            half -= radius - (radius**2 - lift**2) ** 0.5
        return (shape.x - half if side is Side.LEFT else shape.x + half), shape.y + lift

    def _leave(self, route: Route) -> list[Point]:
        """From the source's outline to the vertical on which the arrow travels."""
        rows, index = self.router.rows, route.source
        same_side = [
            r for r in self.router.routes
            if r.source == index and r.leave is route.leave and r.gutter and r.target != route.target
        ]  # fmt: skip
        lift = 5.0 if any(r.target < route.target for r in same_side) else 0.0
        port = self._port(index, route.leave, lift)
        if route.gutter:
            return [port, (self.router.gutter_x(route), port[1])]
        x = self.router.middle(rows[route.target].lane)
        if route.leave is Side.BOTTOM and abs(x - port[0]) > 1:
            bend = self.y[index][1] - BEND
            return [port, (port[0], bend), (x, bend)]
        return [port, (x, port[1])] if route.leave is not Side.BOTTOM else [port]

    def _arrive(self, route: Route) -> list[Point]:
        """From the travelling vertical to the target's outline, beside where the target's own arrows leave."""
        if not route.gutter:
            return [self._port(route.target, Side.TOP)]
        lift = 5.0 if route.source > route.target else -5.0
        port = self._port(route.target, route.arrive, lift)
        return [(self.router.gutter_x(route), port[1]), port]

    def _path(self, route: Route, points: list[Point], *, labelled: bool = True) -> Path:
        clean = _without_repeats(points)
        path = Path(tuple(clean), route.arrow)
        if not (labelled and route.arrow.label):
            return path
        place, align = self._label_place(route, clean[0])
        return replace(path, label=route.arrow.label, label_at=place, label_align=align)

    def _label_place(self, route: Route, port: Point) -> tuple[Point, str]:
        """Beside the port: above a line that goes sideways, to the right of one that goes down."""
        if route.leave is Side.BOTTOM:
            x = self.router.middle(self.router.rows[route.target].lane)
            bend = self.y[route.source][1] - BEND
            if abs(x - port[0]) <= 1:
                return (port[0] + 2.5, port[1] + 5.0), "left"
            return (port[0] + (5.0 if x > port[0] else -5.0), bend - 4.6), "left" if x > port[0] else "right"
        shape = self._symbol(route.source)
        edge = 1.5 if route.leave is Side.LEFT else self.router.lanes * self.router.lane_width - 1.5
        room = port[0] - edge if route.leave is Side.LEFT else edge - port[0]
        needed = 3.3 * len(route.arrow.label) + 4
        if room >= needed:
            x = port[0] - 2 if route.leave is Side.LEFT else port[0] + 2
            return (x, port[1] - 5.2), "right" if route.leave is Side.LEFT else "left"
        return (edge, shape.y - shape.height / 2 - 1.0), "left" if route.leave is Side.LEFT else "right"


def _without_repeats(points: list[Point]) -> list[Point]:
    """Points without doubles and without stops on a straight stretch."""
    clean: list[Point] = []
    for point in points:
        if clean and abs(point[0] - clean[-1][0]) < 0.05 and abs(point[1] - clean[-1][1]) < 0.05:
            continue
        if len(clean) >= 2 and (
            (abs(clean[-2][0] - clean[-1][0]) < 0.05 and abs(clean[-1][0] - point[0]) < 0.05)
            or (abs(clean[-2][1] - clean[-1][1]) < 0.05 and abs(clean[-1][1] - point[1]) < 0.05)
        ):
            clean[-1] = point
            continue
        clean.append(point)
    return clean
