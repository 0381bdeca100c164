"""Which way each arrow of a SOP sheet takes: the ports it leaves and reaches, the gutter it runs in, its letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.domain.sop_flow import Arrow
from workbench.reporting.sop_rows import Row

SYMBOL_WIDTH = 36.0
TRACKS = (4.2, 7.6)


class Side(StrEnum):
    """Where an arrow touches a symbol."""

    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


@dataclass(slots=True)
class Route:
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
class Router:
    """The ways of all arrows of a sheet, found once for all its pages; lengths are points."""

    rows: Sequence[Row]
    arrows: Sequence[Arrow]
    pages: list[tuple[int, ...]]
    heights: Sequence[float]
    lanes: int
    lane_width: float
    routes: list[Route] = field(default_factory=list)

    def __post_init__(self) -> None:
        index = {row.no: position for position, row in enumerate(self.rows)}
        wanted = [(a, index[a.source], index[a.target]) for a in self.arrows]
        self._straight([w for w in wanted if w[2] == w[1] + 1])
        self._around([w for w in wanted if w[2] != w[1] + 1])
        self._tracks()
        crossing = [r for r in self.routes if self.page_of(r.source) != self.page_of(r.target)]
        letters: dict[int, str] = {}
        for route in sorted(crossing, key=lambda r: (min(self.page_of(r.source), self.page_of(r.target)), r.target)):
            route.letter = letters.setdefault(route.target, _letter(len(letters)))

    def _straight(self, wanted: list[tuple[Arrow, int, int]]) -> None:
        for arrow, source, target in wanted:
            here, there = self.rows[source].lane, self.rows[target].lane
            leave = Side.BOTTOM if here == there else Side.RIGHT if there > here else Side.LEFT
            self.routes.append(Route(arrow, source, target, leave, Side.TOP))

    def _around(self, wanted: list[tuple[Arrow, int, int]]) -> None:
        for arrow, source, target in sorted(wanted, key=lambda w: (w[2], abs(w[1] - w[2]))):
            best = min((Side.LEFT, Side.RIGHT), key=lambda side: (self._cost(source, target, side), side is Side.RIGHT))
            leave = self._leaving(source, target, best)
            self.routes.append(Route(arrow, source, target, leave, best, (self.rows[target].lane, best)))
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
            route.track = joined[0] if joined and joined[0] not in used else first_free(used)
            taken.append((route.gutter, route.target, low, high, route.track))

    def page_of(self, row: int) -> int:
        """The page (from 0) a row stands on."""
        return next(number for number, page in enumerate(self.pages) if row in page)

    def middle(self, lane: int) -> float:
        """Points from the left of the lanes to the middle of one."""
        return (lane + 0.5) * self.lane_width

    def width(self) -> float:
        """Points a symbol is wide, in lanes as narrow as these."""
        return min(SYMBOL_WIDTH, self.lane_width - 2 * 10.0)

    def gutter_x(self, route: Route) -> float:
        """Where the line of an arrow past other rows runs, in its own track of the gutter."""
        assert route.gutter is not None
        lane, side = route.gutter
        inset = TRACKS[min(route.track, len(TRACKS) - 1)]
        return lane * self.lane_width + inset if side is Side.LEFT else (lane + 1) * self.lane_width - inset


def first_free(used: set[int]) -> int:
    """The smallest track or line that is not used."""
    track = 0
    while track in used:
        track += 1
    return track


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")
