"""Where everything of a SOP sheet's flow stands: pages, symbols, arrows, off-page connectors. Pure geometry in points.

Each row of the sheet holds one symbol, in the middle of its lane. That makes three rules enough for arrows that never
run through a symbol: an arrow to the next row leaves sideways and drops down the middle of the target's lane; any
other arrow runs in the gutter beside the target's lane; where a page ends, the arrow goes into a pentagon and comes
out of a pentagon with the same letter on the target's page. Row heights come from the typesetter, which alone knows
how the words break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.domain.sop import END, Sop
from workbench.domain.sop_flow import START, Arrow, Symbol, own_terminals, symbol, working_lanes

Point = tuple[float, float]
_ConnectorKey = tuple[str, float, bool, bool]  # letter, x, does it leave, at the head of the page

SYMBOL_WIDTH = 36.0
BOX_HEIGHT = 20.0
DIAMOND_HEIGHT = 27.0
ROW_PADDING = 9.0
BAND_ROW = 19.0
BAND_PADDING = 5.0
PENTAGON = (11.0, 12.0)
TRACKS = (4.2, 7.6)
BEND = 3.0  # how far above the row's line an arrow turns when it leaves by the foot


class Side(StrEnum):
    """Where an arrow touches a symbol."""

    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a step, or Mulai or Selesai where the sheet has rows for them."""

    no: str
    lane: int
    symbol: Symbol

    @property
    def height_of_symbol(self) -> float:
        """Points from the top of the symbol to its foot."""
        return DIAMOND_HEIGHT if self.symbol is Symbol.DECISION else BOX_HEIGHT


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


def flow_rows(sop: Sop) -> tuple[Row, ...]:
    """The rows of the sheet in order."""
    lanes = {lane.key: index for index, lane in enumerate(working_lanes(sop))}
    begin, end = own_terminals(sop)
    rows = [Row(step.no, lanes[step.lane], symbol(sop, step)) for step in sop.steps]
    if begin:
        rows.insert(0, Row(START, lanes[sop.step(sop.start).lane], Symbol.TERMINAL))
    if end:
        closing = [step for step in sop.steps if any(o.to == END for o in step.outcomes)]
        rows.append(Row(END, lanes[closing[-1].lane] if closing else 0, Symbol.TERMINAL))
    return tuple(rows)


def minimal_height(row: Row) -> float:
    """The least height of a row, so that its symbol and the label of an arrow have room."""
    return row.height_of_symbol + 2 * ROW_PADDING


def paginate(rows: Sequence[Row], heights: Sequence[float], room: float) -> list[tuple[int, ...]]:
    """Fill pages from the top; a page keeps room for the connectors at its head and foot."""
    reserve = 2 * (BAND_ROW + BAND_PADDING)
    if sum(heights) <= room:
        return [tuple(range(len(rows)))]
    pages: list[list[int]] = [[]]
    used = 0.0
    for index, height in enumerate(heights):
        if pages[-1] and used + height > room - reserve:
            pages.append([])
            used = 0.0
        pages[-1].append(index)
        used += height
    if len(pages) > 1 and len(pages[-1]) == 1 and len(pages[-2]) > 2:
        pages[-1].insert(0, pages[-2].pop())  # a page with a single row looks like a mistake
    return [tuple(page) for page in pages]


def lay_out(
    rows: Sequence[Row], flow: Sequence[Arrow], heights: Sequence[float], *, room: float, lanes: int, lane_width: float
) -> tuple[Page, ...]:
    """The sheet's flow on pages of ``room`` points below the table head.

    ``rows`` and ``flow`` come from ``flow_rows`` and ``sop_flow.arrows``, ``heights`` (points, at least
    ``minimal_height``) from the typesetter.
    """
    pages = paginate(rows, heights, room)
    router = _Router(rows, flow, pages, heights, lanes, lane_width)
    return tuple(router.page(index) for index in range(len(pages)))


@dataclass(slots=True)
class _Route:
    """How one arrow leaves and arrives: the ports, and for arrows past other rows the gutter it runs in."""

    arrow: Arrow
    source: int
    target: int
    leave: Side
    arrive: Side
    gutter: tuple[int, Side] | None = None
    track: int = 0
    letter: str = ""


@dataclass(slots=True)
class _Router:
    rows: Sequence[Row]
    arrows: Sequence[Arrow]
    pages: list[tuple[int, ...]]
    heights: Sequence[float]
    lanes: int
    lane_width: float
    routes: list[_Route] = field(default_factory=list)

    def __post_init__(self) -> None:
        index = {row.no: position for position, row in enumerate(self.rows)}
        wanted = [(a, index[a.source], index[a.target]) for a in self.arrows]
        self._straight([w for w in wanted if w[2] == w[1] + 1])
        self._around([w for w in wanted if w[2] != w[1] + 1])
        self._tracks()
        crossing = [r for r in self.routes if self._page_of(r.source) != self._page_of(r.target)]
        letters: dict[int, str] = {}
        for route in sorted(crossing, key=lambda r: (min(self._page_of(r.source), self._page_of(r.target)), r.target)):
            route.letter = letters.setdefault(route.target, _letter(len(letters)))

    # ------------------------------------------------------------ which port, which gutter

    def _straight(self, wanted: list[tuple[Arrow, int, int]]) -> None:
        for arrow, source, target in wanted:
            here, there = self.rows[source].lane, self.rows[target].lane
            leave = Side.BOTTOM if here == there else Side.RIGHT if there > here else Side.LEFT
            self.routes.append(_Route(arrow, source, target, leave, Side.TOP))

    def _around(self, wanted: list[tuple[Arrow, int, int]]) -> None:
        for arrow, source, target in sorted(wanted, key=lambda w: (w[2], abs(w[1] - w[2]))):
            best = min((Side.LEFT, Side.RIGHT), key=lambda side: (self._cost(source, target, side), side is Side.RIGHT))
            leave = self._leaving(source, target, best)
            self.routes.append(_Route(arrow, source, target, leave, best, (self.rows[target].lane, best)))
            self._free_port(source, leave)

    def _leaving(self, source: int, target: int, gutter: Side) -> Side:
        here, there = self.rows[source].lane, self.rows[target].lane
        if here == there:
            return gutter
        return Side.LEFT if there < here else Side.RIGHT

    def _cost(self, source: int, target: int, side: Side) -> float:
        """Prefer to join an arrow that already goes there, then free ports, then the shorter way."""
        leave = self._leaving(source, target, side)
        cost = 0.0
        for route in self.routes:
            if route.source == source and route.leave is leave:
                cost += 8 if route.gutter else 3
            if route.source == target and route.leave is side:
                cost += 4
            if route.gutter == (self.rows[target].lane, side):
                low, high = sorted((route.source, route.target))
                mine = sorted((source, target))
                if route.target == target:
                    cost -= 6
                elif low <= mine[1] and mine[0] <= high:
                    cost += 2
        facing = Side.RIGHT if self.rows[source].lane > self.rows[target].lane else Side.LEFT
        apart = abs(self.rows[source].lane - self.rows[target].lane)
        if apart > 1 and side is not facing:
            cost += 1
        if apart == 1 and side is facing:
            cost += 1  # no room for a label between two neighbours
        return cost

    def _free_port(self, source: int, leave: Side) -> None:
        """The arrow to the next row gives way: it leaves by the foot when another arrow needs its side."""
        for route in self.routes:
            if route.source == source and route.gutter is None and route.leave is leave and leave is not Side.BOTTOM:
                route.leave = Side.BOTTOM

    def _tracks(self) -> None:
        """Arrows to different places that share a stretch of a gutter run beside each other."""
        taken: list[tuple[tuple[int, Side], int, int, int, int]] = []
        for route in self.routes:
            if route.gutter is None:
                continue
            low, high = sorted((route.source, route.target))
            used = {
                track
                for gutter, target, first, last, track in taken
                if gutter == route.gutter and target != route.target and first <= high and low <= last
            }
            joined = [t for gutter, target, _f, _l, t in taken if gutter == route.gutter and target == route.target]
            route.track = joined[0] if joined and joined[0] not in used else _first_free(used)
            taken.append((route.gutter, route.target, low, high, route.track))

    # ------------------------------------------------------------ coordinates

    def _page_of(self, row: int) -> int:
        return next(number for number, page in enumerate(self.pages) if row in page)

    def _middle(self, lane: int) -> float:
        return (lane + 0.5) * self.lane_width

    def _width(self) -> float:
        return min(SYMBOL_WIDTH, self.lane_width - 2 * 10.0)

    def _gutter_x(self, route: _Route) -> float:
        assert route.gutter is not None
        lane, side = route.gutter
        inset = TRACKS[min(route.track, len(TRACKS) - 1)]
        return lane * self.lane_width + inset if side is Side.LEFT else (lane + 1) * self.lane_width - inset

    def page(self, number: int) -> Page:
        """Everything drawn on one page."""
        return _PageDrawing(self, number).page()


def _first_free(used: set[int]) -> int:
    track = 0
    while track in used:
        track += 1
    return track


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")


class _PageDrawing:
    """One page: symbols of its rows, arrows within it, and connectors for the arrows that leave or enter it."""

    def __init__(self, router: _Router, number: int) -> None:
        self.router = router
        self.number = number
        self.rows = router.pages[number]
        page_of = router._page_of
        above: list[_Route] = []
        below: list[_Route] = []
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

    def _x_of_connector(self, route: _Route) -> float:
        return (
            self.router._gutter_x(route) if route.gutter else self.router._middle(self.router.rows[route.target].lane)
        )

    def _band(self, routes: list[_Route]) -> tuple[dict[_ConnectorKey, int], float]:
        """Connectors of a band, one per letter, place and direction; those too near each other take a line each."""
        places: dict[_ConnectorKey, int] = {}
        for route in sorted(routes, key=self._x_of_connector):
            key = self._connector_key(route)
            if key in places:
                continue
            near = {line for (_l, x, _o, _t), line in places.items() if abs(x - key[1]) < PENTAGON[0] + 26}
            places[key] = _first_free(near)
        lines = max(places.values(), default=-1) + 1
        return places, (lines * BAND_ROW + BAND_PADDING if lines else 0.0)

    def _connector_key(self, route: _Route) -> _ConnectorKey:
        source, target = self.router._page_of(route.source), self.router._page_of(route.target)
        leaving = source == self.number
        return route.letter, self._x_of_connector(route), leaving, (target if leaving else source) < self.number

    def _connector_y(self, route: _Route, *, at_top: bool) -> float:
        line = (self.top if at_top else self.bottom)[self._connector_key(route)]
        if at_top:
            return BAND_PADDING / 2 + (line + 0.5) * BAND_ROW
        return self.foot + BAND_PADDING / 2 + (line + 0.5) * BAND_ROW

    def _x_of_pentagon(self, route: _Route, *, at_top: bool) -> float:
        """Where the connector stands: on its arrow's line, or beside another connector which that line would cross."""
        places = self.top if at_top else self.bottom
        key = self._connector_key(route)
        x, line = key[1], places[key]
        for (_l, other, _o, _t), near in sorted(places.items(), key=lambda item: item[0][1]):
            between = near > line if at_top else near < line
            if between and abs(x - other) < PENTAGON[0] / 2 + 0.5:
                x = other + (PENTAGON[0] / 2 + 2.0) * (1 if key[1] >= other else -1)
        return x

    def _sidestep(self, route: _Route, x: float, *, at_top: bool) -> list[Point]:
        """The corner an arrow takes between the rows and a connector that stands beside its line."""
        line = self._x_of_connector(route)
        y = self.top_band - 1.5 if at_top else self.foot + 1.5
        return [] if line == x else [(line, y), (x, y)]

    def page(self) -> Page:
        shapes = [self._symbol(row) for row in self.rows]
        paths: list[Path] = []
        seen: set[_ConnectorKey] = set()
        for route in self.router.routes:
            source, target = self.router._page_of(route.source), self.router._page_of(route.target)
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
        page_of = self.router._page_of
        found = set()
        for route in self.router.routes:
            ends = {page_of(route.source), page_of(route.target)}
            if len(ends) == 2 and self.number in ends and self._connector_key(route) == key:
                found |= ends - {self.number}
        return tuple(sorted(found))

    def _symbol(self, index: int) -> Shape:
        row = self.router.rows[index]
        first, last = self.y[index]
        middle = self.router._middle(row.lane)
        return Shape(row.symbol, middle, (first + last) / 2, self.router._width(), row.height_of_symbol)

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

    def _leave(self, route: _Route) -> list[Point]:
        """From the source's outline to the vertical on which the arrow travels."""
        rows, index = self.router.rows, route.source
        same_side = [
            r for r in self.router.routes
            if r.source == index and r.leave is route.leave and r.gutter and r.target != route.target
        ]  # fmt: skip
        lift = 5.0 if any(r.target < route.target for r in same_side) else 0.0
        port = self._port(index, route.leave, lift)
        if route.gutter:
            return [port, (self.router._gutter_x(route), port[1])]
        x = self.router._middle(rows[route.target].lane)
        if route.leave is Side.BOTTOM and abs(x - port[0]) > 1:
            bend = self.y[index][1] - BEND
            return [port, (port[0], bend), (x, bend)]
        return [port, (x, port[1])] if route.leave is not Side.BOTTOM else [port]

    def _arrive(self, route: _Route) -> list[Point]:
        """From the travelling vertical to the target's outline, beside where the target's own arrows leave."""
        if not route.gutter:
            return [self._port(route.target, Side.TOP)]
        lift = 5.0 if route.source > route.target else -5.0
        port = self._port(route.target, route.arrive, lift)
        return [(self.router._gutter_x(route), port[1]), port]

    def _path(self, route: _Route, points: list[Point], *, labelled: bool = True) -> Path:
        clean = _without_repeats(points)
        path = Path(tuple(clean), route.arrow)
        if not (labelled and route.arrow.label):
            return path
        place, align = self._label_place(route, clean[0])
        return replace(path, label=route.arrow.label, label_at=place, label_align=align)

    def _label_place(self, route: _Route, port: Point) -> tuple[Point, str]:
        """Beside the port: above a line that goes sideways, to the right of one that goes down."""
        if route.leave is Side.BOTTOM:
            x = self.router._middle(self.router.rows[route.target].lane)
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
