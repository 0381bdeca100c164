"""BPMN of every shipped SOP: sound structure, everything drawn inside its lane, and the same procedure read back."""

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from tests.sop_library.library import IDS, shipped
from workbench.domain.bpmn import BPMN, BPMNDI, DC, DI, export, read_back
from workbench.domain.errors import Refused
from workbench.domain.people import Role
from workbench.domain.sop import END, Confidence, FanOut, Lane, Outcome, OutcomeKind, Sop, Step


def tag(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


NODE_TAGS = {tag(BPMN, n) for n in ("startEvent", "endEvent", "userTask", "exclusiveGateway", "subProcess")}


def check_structure(body: bytes) -> None:
    root = ET.fromstring(body)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    process = root.find(tag(BPMN, "process"))
    nodes = {e.get("id"): e for e in process.iter() if e.tag in NODE_TAGS}
    flows = {e.get("id"): e for e in process.iter(tag(BPMN, "sequenceFlow"))}
    for flow in flows.values():
        source, target = nodes[flow.get("sourceRef")], nodes[flow.get("targetRef")]
        assert flow.get("id") in {e.text for e in source.findall(tag(BPMN, "outgoing"))}
        assert flow.get("id") in {e.text for e in target.findall(tag(BPMN, "incoming"))}
    for node in nodes.values():
        for kind in ("incoming", "outgoing"):
            assert all(e.text in flows for e in node.findall(tag(BPMN, kind)))
        if node.tag != tag(BPMN, "startEvent"):
            assert node.findall(tag(BPMN, "incoming")), node.get("id")
        if node.tag != tag(BPMN, "endEvent"):
            assert node.findall(tag(BPMN, "outgoing")), node.get("id")
    containers = [process, *process.iter(tag(BPMN, "subProcess"))]
    for container in containers:
        inside = {e.get("id") for e in container if e.tag in NODE_TAGS}
        for flow in container.findall(tag(BPMN, "sequenceFlow")):
            assert {flow.get("sourceRef"), flow.get("targetRef")} <= inside, "no flow crosses a sub-process border"
    referenced = [e.text for e in process.iter(tag(BPMN, "flowNodeRef"))]
    assert sorted(referenced) == sorted(e.get("id") for e in process if e.tag in NODE_TAGS)
    shapes = {e.get("bpmnElement"): e.find(tag(DC, "Bounds")) for e in root.iter(tag(BPMNDI, "BPMNShape"))}
    lanes = [e.get("id") for e in process.iter(tag(BPMN, "lane"))]
    assert set(shapes) == set(nodes) | set(lanes) | {"pool"}
    edges = {e.get("bpmnElement"): e.findall(tag(DI, "waypoint")) for e in root.iter(tag(BPMNDI, "BPMNEdge"))}
    assert set(edges) == set(flows)
    check_geometry(process, shapes, edges, flows)
    check_labels(root, shapes, edges, flows)


def check_labels(root: ET.Element, shapes: dict, edges: dict, flows: dict) -> None:
    """Every named flow has a place for its name, on which no node, no other name and no arrow stands."""
    labels = {
        e.get("bpmnElement"): box(e.find(f"{tag(BPMNDI, 'BPMNLabel')}/{tag(DC, 'Bounds')}"))
        for e in root.iter(tag(BPMNDI, "BPMNEdge"))
        if e.find(tag(BPMNDI, "BPMNLabel")) is not None
    }
    assert set(labels) == {key for key, flow in flows.items() if flow.get("name")}
    containers = {e.get("id") for e in root.iter(tag(BPMN, "subProcess"))} | {"pool"}
    containers |= {e.get("id") for e in root.iter(tag(BPMN, "lane"))}
    names = sorted(labels.items())
    for position, (key, here) in enumerate(names):
        others = [there for _key, there in names[position + 1 :]]
        nodes = [box(bounds) for element, bounds in shapes.items() if element not in containers]
        for there in [*others, *nodes]:
            apart = here[2] <= there[0] or there[2] <= here[0] or here[3] <= there[1] or there[3] <= here[1]
            assert apart, (key, here, there)
        for flow, waypoints in edges.items():
            points = [(float(p.get("x")), float(p.get("y"))) for p in waypoints]
            for (x1, y1), (x2, y2) in pairwise(points):
                crossed = (
                    max(x1, x2) > here[0] and min(x1, x2) < here[2] and max(y1, y2) > here[1] and min(y1, y2) < here[3]
                )
                assert not crossed, (flow, key)


def box(bounds: ET.Element) -> tuple[float, float, float, float]:
    x, y, w, h = (float(bounds.get(k)) for k in ("x", "y", "width", "height"))
    return x, y, x + w, y + h


def within(inner: tuple, outer: tuple) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def check_geometry(process: ET.Element, shapes: dict, edges: dict, flows: dict) -> None:
    for lane in process.iter(tag(BPMN, "lane")):
        for ref in lane.findall(tag(BPMN, "flowNodeRef")):
            assert within(box(shapes[ref.text]), box(shapes[lane.get("id")])), ref.text
        assert within(box(shapes[lane.get("id")]), box(shapes["pool"]))
    for sub in process.iter(tag(BPMN, "subProcess")):
        inner = [e.get("id") for e in sub if e.tag in NODE_TAGS]
        assert all(within(box(shapes[i]), box(shapes[sub.get("id")])) for i in inner)
    for container in [process, *process.iter(tag(BPMN, "subProcess"))]:
        members = [e.get("id") for e in container if e.tag in NODE_TAGS]
        boxes = [box(shapes[i]) for i in members]
        for index, a in enumerate(boxes):
            for b in boxes[index + 1 :]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], "nodes stand apart"
        for flow in container.findall(tag(BPMN, "sequenceFlow")):
            points = [(float(p.get("x")), float(p.get("y"))) for p in edges[flow.get("id")]]
            ends = {flow.get("sourceRef"), flow.get("targetRef")}
            for (x1, y1), (x2, y2) in pairwise(points):
                assert x1 == x2 or y1 == y2
                for member in set(members) - ends:
                    left, top, right, bottom = box(shapes[member])
                    hit = max(x1, x2) > left and min(x1, x2) < right and max(y1, y2) > top and min(y1, y2) < bottom
                    assert not hit, (flow.get("id"), member)


def check_round_trip(sop: Sop, body: bytes) -> None:
    found = read_back(body)
    assert (found.sop_id, found.version, found.start) == (sop.id, sop.version, sop.start)
    assert found.lanes == tuple((lane.key, lane.name) for lane in sop.lanes)
    assert found.fan_out == (tuple(s.no for s in sop.steps if s.no in sop.fan_out.steps) if sop.fan_out else ())
    assert {s.no: (s.activity, s.lane, s.standard, s.outcomes) for s in found.steps} == {
        s.no: (s.activity, s.lane, s.standard, tuple((o.key, o.kind.value, o.to) for o in s.outcomes))
        for s in sop.steps
    }


@pytest.mark.parametrize("sop_id", IDS)
def test_every_sop_exports_and_reads_back(sop_id: str) -> None:
    sop = shipped()[sop_id]
    body = export(sop)
    assert body == export(sop)
    check_structure(body)
    check_round_trip(sop, body)


def test_the_fan_out_is_a_parallel_multi_instance_sub_process() -> None:
    root = ET.fromstring(export(shipped()["srg-pengumpulan-publikasi"]))
    sub = root.find(f".//{tag(BPMN, 'subProcess')}")
    assert sub.find(tag(BPMN, "multiInstanceLoopCharacteristics")).get("isSequential") == "false"
    assert len(sub.findall(tag(BPMN, "userTask"))) == 3
    assert root.find(f".//{tag(BPMNDI, 'BPMNShape')}[@bpmnElement='each']").get("isExpanded") == "true"


def test_choices_are_gateways_with_named_flows() -> None:
    root = ET.fromstring(export(shipped()["bwi-permintaan"]))
    gateways = [e.get("id") for e in root.iter(tag(BPMN, "exclusiveGateway"))]
    assert len(gateways) == 2
    for gateway in gateways:
        names = [e.get("name") for e in root.iter(tag(BPMN, "sequenceFlow")) if e.get("sourceRef") == gateway]
        assert sorted(names) == ["Tersedia", "Tidak tersedia"]


def test_words_that_xml_cannot_hold_do_no_harm() -> None:
    sop = shipped()["sby-penyebarluasan"]
    steps = (replace(sop.steps[0], activity='<a href="x">&\x00\x0b "kutip"'), *sop.steps[1:])
    body = export(replace(sop, steps=steps))
    check_structure(body)
    assert read_back(body).steps[0].activity == '<a href="x">& "kutip"'


def test_unusual_flows_export_too() -> None:
    """A start that is a choice, several ends, outcomes to one place, a fan-out at the very beginning."""
    lanes = (Lane("a", "A", Role.STAFF), Lane("b", "B", Role.PRODUCER_STAFF, True))
    steps = (
        Step("1", "Satu", "b", (Outcome("x", "X", "2"), Outcome("y", "Y", "3"))),
        Step("2", "Dua", "b", (Outcome("x", "X", "3"), Outcome("r", "R", "1", OutcomeKind.RETURN))),
        Step("3", "Tiga", "a", (Outcome("x", "X", END), Outcome("y", "Y", "4"), Outcome("z", "Z", "4"))),
        Step("4", "Empat", "a", (Outcome("x", "X", END), Outcome("r", "R", "2", OutcomeKind.RETURN))),
    )
    fan_out = FanOut(("1", "2"), "perangkat_daerah", "3", Confidence.PRINTED)
    for chosen in (fan_out, None):
        sop = Sop("x", "X", "O", "", "", "Asia/Jakarta", "1", lanes, steps, "1", fan_out=chosen)
        body = export(sop)
        check_structure(body)
        check_round_trip(sop, body)


def test_a_broken_file_is_refused_in_words() -> None:
    body = export(shipped()["sby-penyebarluasan"])
    with pytest.raises(Refused, match="rusak"):
        read_back(body[:200])
    with pytest.raises(Refused, match="tidak berujung"):
        read_back(body.replace(b'targetRef="end"', b'targetRef="nowhere"'))
    with pytest.raises(Refused, match="tidak memuat proses"):
        read_back(b"<x/>")
