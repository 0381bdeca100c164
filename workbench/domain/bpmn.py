"""BPMN 2.0 of a SOP with a lane layout, for the common modellers; and reading such a file back.

One pool with the SOP's lanes; a step is a user task, a choice an exclusive gateway behind its task, steps done once
per OPD a parallel multi-instance sub-process. What BPMN has no word for (mutu baku, how sure a reading is) travels in
``documentation`` for people and in extension attributes for programs. Source: OMG formal/2011-01-03 (BPMN 2.0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from workbench.domain.bpmn_layout import Box, Drawing, Edge, NodeKind, draw
from workbench.domain.errors import Refused
from workbench.domain.sop import END, Lane, Outcome, Sop, Standard, Step, Unit, Weekday
from workbench.domain.sop_flow import is_decision, standard_words
from workbench.i18n import _

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OURS = "urn:sectoral-statistics-workbench:sop"

_PREFIXES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "sop": OURS}
_TAGS = {
    NodeKind.START: "startEvent",
    NodeKind.END: "endEvent",
    NodeKind.TASK: "userTask",
    NodeKind.GATEWAY: "exclusiveGateway",
    NodeKind.SUBPROCESS: "subProcess",
}
_XML_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class BpmnStep:
    """A step as a BPMN file tells it: its lane and, per outcome key, where it leads (a step's number or ``END``)."""

    no: str
    activity: str
    lane: str
    standard: Standard | None
    outcomes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class BpmnProcedure:
    """What ``read_back`` finds in a BPMN file."""

    sop_id: str
    version: str
    start: str
    lanes: tuple[tuple[str, str], ...]
    steps: tuple[BpmnStep, ...]
    fan_out: tuple[str, ...]


def export(sop: Sop) -> bytes:
    """The SOP as a BPMN 2.0 file (UTF-8 XML). The same version gives the same bytes."""
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    drawing = draw(sop)
    root = ET.Element(
        _q(BPMN, "definitions"),
        {
            "id": "definitions", "targetNamespace": OURS, "exporter": "Sectoral Statistics Workbench",
            "name": _clean(sop.title),
        },
    )  # fmt: skip
    collaboration = ET.SubElement(root, _q(BPMN, "collaboration"), {"id": "collaboration"})
    ET.SubElement(
        collaboration, _q(BPMN, "participant"),
        {"id": "pool", "name": _clean(f"{sop.office} — {sop.title}"), "processRef": "process"},
    )  # fmt: skip
    process = ET.SubElement(
        root, _q(BPMN, "process"), {"id": "process", "name": _clean(sop.title), "isExecutable": "false"}
    )
    process.set(_q(OURS, "id"), _clean(sop.id))
    process.set(_q(OURS, "version"), _clean(sop.version))
    if sop.sha:
        process.set(_q(OURS, "sha"), sop.sha)
    _document(process, _("Nomor: {number}. Sumber: {source}").format(number=sop.number, source=sop.source))
    _lane_set(process, sop, drawing)
    _elements(process, sop, drawing, parent="")
    _diagram(root, drawing)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return body + b"\n"


def _q(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def _clean(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return _XML_CHARACTERS.sub("", text)


def _document(element: ET.Element, text: str) -> None:
    if text.strip():
        ET.SubElement(element, _q(BPMN, "documentation")).text = _clean(text)


def _lane_set(process: ET.Element, sop: Sop, drawing: Drawing) -> None:
    lane_set = ET.SubElement(process, _q(BPMN, "laneSet"), {"id": "lanes"})
    for index, lane in enumerate(sop.lanes):
        element = ET.SubElement(lane_set, _q(BPMN, "lane"), {"id": drawing.lanes[index].id, "name": _clean(lane.name)})
        element.set(_q(OURS, "key"), _clean(lane.key))
        element.set(_q(OURS, "role"), lane.role.value)
        for node in drawing.nodes:
            if node.lane == index and not node.parent:
                ET.SubElement(element, _q(BPMN, "flowNodeRef")).text = node.id


def _elements(container: ET.Element, sop: Sop, drawing: Drawing, parent: str) -> None:
    """The nodes and flows of the process, or of the sub-process ``parent``."""
    for node in (n for n in drawing.nodes if n.parent == parent):
        element = ET.SubElement(container, _q(BPMN, _TAGS[node.kind]), {"id": node.id, "name": _clean(node.name)})
        if node.kind is NodeKind.TASK:
            _task(element, sop, sop.step(node.step))
        elif node.kind is NodeKind.SUBPROCESS and sop.fan_out is not None:
            element.set(_q(OURS, "per"), _clean(sop.fan_out.per))
            element.set(_q(OURS, "join"), _clean(sop.fan_out.join))
        for edge in drawing.edges:
            if edge.target == node.id:
                ET.SubElement(element, _q(BPMN, "incoming")).text = edge.id
        for edge in drawing.edges:
            if edge.source == node.id:
                ET.SubElement(element, _q(BPMN, "outgoing")).text = edge.id
        if node.kind is NodeKind.SUBPROCESS:
            ET.SubElement(element, _q(BPMN, "multiInstanceLoopCharacteristics"), {"isSequential": "false"})
            _elements(element, sop, drawing, node.id)
    inside = {n.id for n in drawing.nodes if n.parent == parent}
    for edge in (e for e in drawing.edges if e.source in inside):
        _flow(container, sop, edge)


def _task(element: ET.Element, sop: Sop, step: Step) -> None:
    lane = sop.lane(step.lane)
    standard = step.standard
    element.set(_q(OURS, "no"), _clean(step.no))
    element.set(_q(OURS, "lane"), _clean(step.lane))
    element.set(_q(OURS, "activity"), _clean(step.activity))
    element.set(_q(OURS, "confidence"), step.confidence.value)
    if standard is not None:
        element.set(_q(OURS, "amount"), str(standard.amount))
        element.set(_q(OURS, "unit"), standard.unit.value)
        if standard.dispatch is not None:
            element.set(_q(OURS, "dispatch"), standard.dispatch.value)
    _document(element, "\n".join(_task_words(sop, step, lane)))


def _task_words(sop: Sop, step: Step, lane: Lane) -> list[str]:
    phase = sop.phase_of(step.no)
    time = standard_words(step.standard) or (standard_words(phase.standard) if phase else "")
    lines = [
        (_("Pelaksana"), lane.name), (_("Kelengkapan"), step.inputs), (_("Waktu"), time), (_("Output"), step.output),
        (_("Keterangan"), step.note),
    ]  # fmt: skip
    return [f"{name}: {value}" for name, value in lines if value]


def _flow(container: ET.Element, sop: Sop, edge: Edge) -> None:
    element = ET.SubElement(
        container, _q(BPMN, "sequenceFlow"), {"id": edge.id, "sourceRef": edge.source, "targetRef": edge.target}
    )
    outcome: Outcome | None = sop.step(edge.step).outcome(edge.outcome) if edge.outcome else None
    if outcome is None:
        return
    if is_decision(sop.step(edge.step)):
        element.set("name", _clean(outcome.label))
    element.set(_q(OURS, "step"), _clean(edge.step))
    element.set(_q(OURS, "outcome"), _clean(outcome.key))
    element.set(_q(OURS, "to"), _clean(outcome.to))
    element.set(_q(OURS, "kind"), outcome.kind.value)
    element.set(_q(OURS, "confidence"), outcome.confidence.value)


def _diagram(root: ET.Element, drawing: Drawing) -> None:
    diagram = ET.SubElement(root, _q(BPMNDI, "BPMNDiagram"), {"id": "diagram"})
    plane = ET.SubElement(diagram, _q(BPMNDI, "BPMNPlane"), {"id": "plane", "bpmnElement": "collaboration"})
    _shape(plane, "pool", drawing.pool, {"isHorizontal": "true"})
    for lane in drawing.lanes:
        _shape(plane, lane.id, lane.box, {"isHorizontal": "true"})
    for node in drawing.nodes:
        extra = {"isExpanded": "true"} if node.kind is NodeKind.SUBPROCESS else {}
        if node.kind is NodeKind.GATEWAY:
            extra = {"isMarkerVisible": "true"}
        _shape(plane, node.id, node.box, extra)
    for edge in drawing.edges:
        element = ET.SubElement(plane, _q(BPMNDI, "BPMNEdge"), {"id": f"{edge.id}_di", "bpmnElement": edge.id})
        for x, y in edge.points:
            ET.SubElement(element, _q(DI, "waypoint"), {"x": _number(x), "y": _number(y)})
        if edge.label is not None:
            _bounds(ET.SubElement(element, _q(BPMNDI, "BPMNLabel")), edge.label)


def _shape(plane: ET.Element, element_id: str, box: Box, extra: dict[str, str]) -> None:
    shape = ET.SubElement(
        plane, _q(BPMNDI, "BPMNShape"), {"id": f"{element_id}_di", "bpmnElement": element_id, **extra}
    )
    _bounds(shape, box)


def _bounds(element: ET.Element, box: Box) -> None:
    ET.SubElement(
        element, _q(DC, "Bounds"),
        {"x": _number(box.x), "y": _number(box.y), "width": _number(box.width), "height": _number(box.height)},
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{value:g}"


# ---------------------------------------------------------------- reading back


def read_back(body: bytes) -> BpmnProcedure:
    """The procedure in a BPMN file of ours, by following its flows; ``Refused`` when the graph does not hold."""
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise Refused(_("Berkas BPMN rusak: {problem}").format(problem=error)) from error
    process = root.find(_q(BPMN, "process"))
    if process is None:
        raise Refused(_("Berkas BPMN tidak memuat proses."))
    nodes = {e.get("id", ""): e for e in process.iter() if e.tag in {_q(BPMN, tag) for tag in _TAGS.values()}}
    flows = list(process.iter(_q(BPMN, "sequenceFlow")))
    for flow in flows:
        if flow.get("sourceRef") not in nodes or flow.get("targetRef") not in nodes:
            raise Refused(_("Panah {id} pada BPMN tidak berujung.").format(id=flow.get("id")))
    lanes = tuple((_ours(e, "key"), e.get("name", "")) for e in process.iter(_q(BPMN, "lane")))
    tasks = list(process.iter(_q(BPMN, "userTask")))
    start = process.find(_q(BPMN, "startEvent"))
    if start is None or not tasks:
        raise Refused(_("Berkas BPMN tidak memuat langkah."))
    subprocess = process.find(_q(BPMN, "subProcess"))
    inner = tuple(_ours(e, "no") for e in subprocess.iter(_q(BPMN, "userTask"))) if subprocess is not None else ()
    return BpmnProcedure(
        _ours(process, "id"), _ours(process, "version"), _follow(start, nodes, flows), lanes,
        tuple(_step_back(task, nodes, flows) for task in tasks), inner,
    )  # fmt: skip


def _ours(element: ET.Element, name: str) -> str:
    return element.get(_q(OURS, name), "")


def _step_back(task: ET.Element, nodes: dict[str, ET.Element], flows: list[ET.Element]) -> BpmnStep:
    source = task
    leaving = [f for f in flows if f.get("sourceRef") == task.get("id")]
    if len(leaving) == 1 and nodes[leaving[0].get("targetRef", "")].tag == _q(BPMN, "exclusiveGateway"):
        source = nodes[leaving[0].get("targetRef", "")]
        leaving = [f for f in flows if f.get("sourceRef") == source.get("id")]
    outcomes = tuple((_ours(f, "outcome"), _ours(f, "kind"), _reached(f, nodes, flows)) for f in leaving)
    amount, unit = _ours(task, "amount"), _ours(task, "unit")
    dispatch = _ours(task, "dispatch")
    standard = Standard(int(amount), Unit(unit), Weekday(dispatch) if dispatch else None) if amount else None
    return BpmnStep(_ours(task, "no"), _ours(task, "activity"), _ours(task, "lane"), standard, outcomes)


def _reached(flow: ET.Element, nodes: dict[str, ET.Element], flows: list[ET.Element]) -> str:
    """Where a flow leads in the SOP; the end inside a sub-process stands for the place the flow itself names."""
    target = nodes[flow.get("targetRef", "")]
    if target.tag in (_q(BPMN, "endEvent"), _q(BPMN, "subProcess")):
        return _ours(flow, "to")
    return _follow_node(target, nodes, flows)


def _follow(start: ET.Element, nodes: dict[str, ET.Element], flows: list[ET.Element]) -> str:
    first = next((f for f in flows if f.get("sourceRef") == start.get("id")), None)
    if first is None:
        raise Refused(_("Berkas BPMN tidak memuat langkah."))
    return _follow_node(nodes[first.get("targetRef", "")], nodes, flows)


def _follow_node(node: ET.Element, nodes: dict[str, ET.Element], flows: list[ET.Element]) -> str:
    if node.tag == _q(BPMN, "userTask"):
        return _ours(node, "no")
    if node.tag == _q(BPMN, "endEvent"):
        return END
    if node.tag == _q(BPMN, "subProcess"):
        inner = node.find(_q(BPMN, "startEvent"))
        if inner is not None:
            return _follow(inner, nodes, flows)
    raise Refused(_("Panah {id} pada BPMN tidak berujung.").format(id=node.get("id")))
