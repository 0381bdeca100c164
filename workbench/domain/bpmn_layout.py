"""Where the elements of a SOP's BPMN drawing stand: lanes below each other, time from left to right.

Every node has a column of its own, so that a vertical stretch of an arrow meets no other node; arrows that pass over
other columns run in the free strip above the tasks of a lane, each on a line of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.domain.sop import END, Sop, Step
from workbench.domain.sop_flow import is_decision

Point = tuple[float, float]

TASK = (180.0, 120.0)
GATEWAY = 50.0
EVENT = 36.0
GAP = 40.0
LANE_HEIGHT = 290.0
LANE_LABEL = 30.0
STRIP = 11.0
SUB_PADDING = 50.0
LABEL_HEIGHT = 14.0
LETTER = 6.2  # width of a letter of a label, generously: modellers draw them in 11 px
LEFT, TOP = 160.0, 80.0


class NodeKind(StrEnum):
    """What a node of the drawing is."""

    START = "start"
    END = "end"
    TASK = "task"
    GATEWAY = "gateway"
    SUBPROCESS = "subprocess"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``x``/``y`` is its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Node:
    """A node with its place; ``parent`` is the sub-process it lies in, ``step`` the SOP's step it stands for."""

    id: str
    kind: NodeKind
    name: str
    lane: int
    box: Box
    step: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A sequence flow; ``step`` and ``outcome`` say which outcome of which step it is, if any.

    ``label`` is the place of its name, beside where it leaves a gateway; None where it has no name.
    """

    id: str
    source: str
    target: str
    points: tuple[Point, ...] = ()
    step: str = ""
    outcome: str = ""
    label: Box | None = None


@dataclass(frozen=True, slots=True)
class LaneBox:
    """A lane of the drawing."""

    id: str
    box: Box


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn."""

    pool: Box
    lanes: tuple[LaneBox, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(sop: Sop) -> Drawing:
    """The drawing of a SOP."""
    return _Builder(sop).drawing()


@dataclass(slots=True)
class _Builder:
    sop: Sop
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    x: float = LEFT + LANE_LABEL + GAP
    ids: dict[str, str] = field(default_factory=dict)
    used: dict[float, int] = field(default_factory=dict)
    labelled: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def drawing(self) -> Drawing:
        sop = self.sop
        self.ids = {step.no: f"step_{index}" for index, step in enumerate(sop.steps, 1)}
        inner = set(sop.fan_out.steps) if sop.fan_out else set()
        self._event("start", NodeKind.START, self._lane(sop.step(sop.start)), "")
        first_inner = next((step.no for step in sop.steps if step.no in inner), None)
        for step in sop.steps:
            if step.no == first_inner:
                self._subprocess([s for s in sop.steps if s.no in inner])
            if step.no not in inner:
                self._step(step, "")
        closing = [step for step in sop.steps if step.no not in inner and any(o.to == END for o in step.outcomes)]
        self._event("end", NodeKind.END, self._lane(closing[-1] if closing else sop.steps[-1]), "")
        self._connect(inner)
        width = self.x - LEFT
        lanes = tuple(
            LaneBox(
                f"lane_{index + 1}", Box(LEFT + LANE_LABEL, TOP + index * LANE_HEIGHT, width - LANE_LABEL, LANE_HEIGHT)
            )
            for index in range(len(sop.lanes))
        )
        return Drawing(
            Box(LEFT, TOP, width, LANE_HEIGHT * len(sop.lanes)), lanes, tuple(self.nodes),
            tuple(self._routed(edge) for edge in self.edges),
        )  # fmt: skip

    def _lane(self, step: Step) -> int:
        return next(index for index, lane in enumerate(self.sop.lanes) if lane.key == step.lane)

    def _axis(self, lane: int) -> float:
        """The line on which a lane's nodes stand; the strip above it is for passing arrows."""
        return TOP + lane * LANE_HEIGHT + LANE_HEIGHT * 0.6

    def _event(self, node_id: str, kind: NodeKind, lane: int, parent: str) -> None:
        box = Box(self.x, self._axis(lane) - EVENT / 2, EVENT, EVENT)
        self.nodes.append(Node(node_id, kind, "", lane, box, parent=parent))
        self.x += EVENT + GAP

    def _step(self, step: Step, parent: str, lane: int | None = None) -> None:
        row = self._lane(step) if lane is None else lane
        node_id = self.ids[step.no]
        name = f"{step.no}. {step.activity}" if lane is None else self._named(step)
        box = Box(self.x, self._axis(row) - TASK[1] / 2, *TASK)
        self.nodes.append(Node(node_id, NodeKind.TASK, name, row, box, step.no, parent))
        self.x += TASK[0] + GAP
        if is_decision(step):
            gateway = Box(self.x, self._axis(row) - GATEWAY / 2, GATEWAY, GATEWAY)
            self.nodes.append(Node(f"{node_id}_choice", NodeKind.GATEWAY, "", row, gateway, step.no, parent))
            self.edges.append(Edge(f"{node_id}_to_choice", node_id, f"{node_id}_choice"))
            longest = max(len(outcome.label) for outcome in step.outcomes)
            self.x += GATEWAY + GAP / 2 + 6 + max(GAP, longest * LETTER)  # room for a name above the way on

    def _named(self, step: Step) -> str:
        """Within a sub-process there are no lanes, so the task itself says who does it."""
        return f"{step.no}. {self.sop.lane(step.lane).name}: {step.activity}"

    def _subprocess(self, steps: list[Step]) -> None:
        lane = self._lane(steps[0])
        begin = self.x
        self.x += GAP / 2
        inside: list[Node] = []
        mark = len(self.nodes)
        self._event("each_start", NodeKind.START, lane, "each")
        for step in steps:
            self._step(step, "each", lane)
        self._event("each_end", NodeKind.END, lane, "each")
        inside = self.nodes[mark:]
        height = TASK[1] + 2 * SUB_PADDING
        box = Box(begin, self._axis(lane) - height / 2, self.x - begin - GAP / 2, height)
        numbers = f"{steps[0].no}–{steps[-1].no}" if len(steps) > 1 else steps[0].no
        per = self.sop.fan_out.per.replace("_", " ") if self.sop.fan_out else ""
        self.nodes[mark:] = [Node("each", NodeKind.SUBPROCESS, f"{numbers}: {per}", lane, box), *inside]
        self.x += GAP / 2

    def _connect(self, inner: set[str]) -> None:
        """One flow per outcome; inside the sub-process, leaving it means its own end."""
        sop = self.sop

        def outside(to: str) -> str:
            return "end" if to == END else "each" if to in inner else self.ids[to]

        def within(to: str) -> str:
            return self.ids[to] if to in inner else "each_end"

        self.edges.append(Edge("from_start", "start", outside(sop.start)))
        if inner and sop.fan_out is not None:
            self.edges.append(Edge("each_begins", "each_start", self.ids[sop.fan_out.steps[0]]))
            self.edges.append(Edge("each_joined", "each", outside(sop.fan_out.join)))
        for step in sop.steps:
            place: Callable[[str], str] = within if step.no in inner else outside
            node = self.ids[step.no] + ("_choice" if is_decision(step) else "")
            for number, outcome in enumerate(step.outcomes, 1):
                edge_id = f"{self.ids[step.no]}_out_{number}"
                self.edges.append(Edge(edge_id, node, place(outcome.to), (), step.no, outcome.key))

    # ------------------------------------------------------------ arrows

    def _routed(self, edge: Edge) -> Edge:
        nodes = {node.id: node for node in self.nodes}
        source, target = nodes[edge.source], nodes[edge.target]
        straight = self._next_to(source, target)
        points = self._straight(source.box, target.box) if straight else self._over(source, target)
        return replace(edge, points=points, label=self._label(edge, source, straight))

    def _label(self, edge: Edge, source: Node, straight: bool) -> Box | None:
        """Above the way on, or to the right of the way up; names beside one gateway stand over each other."""
        if source.kind is not NodeKind.GATEWAY:
            return None
        outcome = self.sop.step(edge.step).outcome(edge.outcome)
        width = len(outcome.label) * LETTER if outcome else 0.0
        before = self.labelled[source.id, straight]
        self.labelled[source.id, straight] += 1
        if straight:
            y = source.box.middle[1] - LABEL_HEIGHT * (before + 1) - 4
            return Box(source.box.right + 2, y, width, LABEL_HEIGHT)
        y = source.box.y - LABEL_HEIGHT * (before + 1) - 6
        return Box(source.box.middle[0] + 5, y, width, LABEL_HEIGHT)

    def _next_to(self, source: Node, target: Node) -> bool:
        """Does no other node of the same container stand between them, looking from left to right?"""
        beside = [n for n in self.nodes if n.parent == source.parent and n.id not in (source.id, target.id)]
        return target.box.x >= source.box.right and not any(
            source.box.right <= node.box.x and node.box.right <= target.box.x for node in beside
        )

    def _straight(self, source: Box, target: Box) -> tuple[Point, ...]:
        a, b = (source.right, source.middle[1]), (target.x, target.middle[1])
        if abs(a[1] - b[1]) < 0.5:
            return a, b
        bend = b[0] - GAP / 2
        return a, (bend, a[1]), (bend, b[1]), b

    def _over(self, source: Node, target: Node) -> tuple[Point, ...]:
        """Out at the top, along the free strip of the upper one of the two lanes, in at the top of the target."""
        upper = min(source.lane, target.lane)
        if source.parent:
            box = next(node.box for node in self.nodes if node.id == source.parent)
            floor = box.y + 26  # below the sub-process's name
        else:
            floor = TOP + upper * LANE_HEIGHT + 6
        line = self.used.get(floor, 0)
        self.used[floor] = line + 1
        y = floor + (line % (2 if source.parent else 3)) * STRIP
        x1, x2 = source.box.middle[0], target.box.middle[0]
        return (x1, source.box.y), (x1, y), (x2, y), (x2, target.box.y)
