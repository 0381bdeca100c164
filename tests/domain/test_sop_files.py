"""R1: the seven SOPs as shipped: what they add up to, and that no form of them loses anything."""

from __future__ import annotations

import json

import pytest
import yaml

from workbench.domain.sop import Confidence, EvidenceKind, OutcomeKind, Standard, Unit
from workbench.domain.sop_lint import lint
from workbench.domain.sop_lint_model import Severity
from workbench.domain.sop_paths import longest_path, paths
from workbench.domain.sop_printed_time import parse_printed_time
from workbench.settings import CHECKOUT
from workbench.storage.sop_document import BadSop, from_document, to_document
from workbench.storage.sop_files import load_all, load_sop, load_with_lines

FOLDER = CHECKOUT / "data" / "sop"
SOPS = {sop.id: sop for sop in load_all(FOLDER)}

# Straight paths as printed: working minutes, working days, months.
TOTALS = {
    "ska-permohonan-bps": [(195, 22, 0)],
    "ska-publikasi": [(0, 3, 0)],
    "sby-penyebarluasan": [(90, 1, 0)],
    "bwi-diseminasi": [(455, 0, 0)],
    "bwi-permintaan": [(115, 0, 0), (310, 0, 0), (265, 0, 0)],
    "trk-layanan-data": [(0, 11, 0)],
    "srg-pengumpulan-publikasi": [(180, 2, 1)],
}
STEPS = {
    "ska-permohonan-bps": 11, "ska-publikasi": 9, "sby-penyebarluasan": 5, "bwi-diseminasi": 6,
    "bwi-permintaan": 9, "trk-layanan-data": 9, "srg-pengumpulan-publikasi": 10,
}  # fmt: skip


def test_all_seven_are_there():
    assert {sop.id: len(sop.steps) for sop in SOPS.values()} == STEPS


@pytest.mark.parametrize("sop_id", STEPS)
def test_totals_are_those_of_the_documents(sop_id):
    assert [(p.minutes, p.days, p.months) for p in paths(SOPS[sop_id])] == TOTALS[sop_id]


def test_paths_of_the_request():
    assert [path.steps for path in paths(SOPS["bwi-permintaan"])] == [
        tuple("12389"), tuple("123456789"), tuple("1234589"),
    ]  # fmt: skip
    assert longest_path(SOPS["bwi-permintaan"]).minutes == 310


@pytest.mark.parametrize("sop_id", STEPS)
def test_every_printed_time_is_our_standard(sop_id):
    for step in SOPS[sop_id].steps:
        if "time" in step.printed:
            assert parse_printed_time(step.printed["time"]) == step.standard
        else:
            assert step.standard is None


@pytest.mark.parametrize("sop_id", STEPS)
def test_round_trip_through_json(sop_id):
    sop = SOPS[sop_id]
    stored = json.loads(json.dumps(to_document(sop), sort_keys=True))
    assert from_document(stored) == sop
    assert from_document(stored).sha == sop.sha
    assert len(sop.sha) == 64


@pytest.mark.parametrize("sop_id", STEPS)
def test_the_yaml_means_the_same_to_any_reader(sop_id):
    """A plain YAML 1.1 reader sees the same steps, so that nobody is trapped by ``no`` or an unquoted number."""
    raw = yaml.safe_load((FOLDER / f"{sop_id}.yaml").read_text(encoding="utf-8"))
    sop = SOPS[sop_id]
    assert [step["no"] for step in raw["steps"]] == [step.no for step in sop.steps]
    for written, read in zip(raw["steps"], sop.steps, strict=True):
        assert {key: outcome["to"] for key, outcome in written["outcomes"].items()} == {
            o.key: o.to for o in read.outcomes
        }


def test_the_sha_names_the_content():
    text = (FOLDER / "bwi-diseminasi.yaml").read_text(encoding="utf-8")
    assert load_sop(text).sha == SOPS["bwi-diseminasi"].sha
    assert load_sop("# komentar\n" + text).sha == SOPS["bwi-diseminasi"].sha
    assert load_sop(text.replace("amount: 120", "amount: 121")).sha != SOPS["bwi-diseminasi"].sha


def test_inferred_readings_are_marked():
    tarakan = SOPS["trk-layanan-data"]
    returned = tarakan.step("5").outcome("kembalikan")
    assert returned is not None
    assert (returned.kind, returned.confidence, returned.to) == (OutcomeKind.RETURN, Confidence.INFERRED, "4")
    surabaya = SOPS["sby-penyebarluasan"].step("2").outcome("tidak_setuju")
    assert surabaya is not None
    assert surabaya.confidence is Confidence.PRINTED
    assert all(sop.doubts for sop in SOPS.values())
    assert SOPS["ska-permohonan-bps"].doubts[0].printed.startswith("Otorensi")


def test_who_is_waited_for():
    tarakan, bps = SOPS["trk-layanan-data"], SOPS["ska-permohonan-bps"]
    assert tarakan.holder(tarakan.step("1")).key == "kadis"
    assert bps.holder(bps.step("6")).external
    assert not bps.lane("kadis").external


def test_law_phases_and_fan_out():
    assert {sop.id for sop in SOPS.values() if sop.legal_clock} == {"bwi-permintaan", "trk-layanan-data"}
    publication = SOPS["ska-publikasi"]
    assert [phase.steps for phase in publication.phases] == [tuple("123"), tuple("45678"), ("9",)]
    assert publication.standard_of("2") is None
    assert publication.standard_of("3") == Standard(1, Unit.WORKING_DAYS)
    fan_out = SOPS["srg-pengumpulan-publikasi"].fan_out
    assert fan_out is not None
    assert (fan_out.steps, fan_out.join) == (tuple("345"), "6")
    assert SOPS["srg-pengumpulan-publikasi"].step("6").evidence is EvidenceKind.DRAFT


def test_shipped_warnings_are_the_known_ones():
    found = {sop.id: sorted(p.rule for p in lint(*load_with_lines(FOLDER / f"{sop.id}.yaml"))) for sop in SOPS.values()}
    assert found == {
        "ska-permohonan-bps": [],
        "ska-publikasi": ["implausible"],
        "sby-penyebarluasan": ["implausible"] * 3,
        "bwi-diseminasi": [],
        "bwi-permintaan": ["implausible"] * 2,
        "trk-layanan-data": ["legal"],
        "srg-pengumpulan-publikasi": [],
    }
    assert all(p.severity is Severity.WARNING for sop in SOPS.values() for p in lint(sop))


def test_two_files_with_one_id_are_refused(tmp_path):
    text = (FOLDER / "bwi-diseminasi.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSop, match=r"b\.yaml:3: \[id_duplicate\]"):
        load_all(tmp_path)


def test_a_broken_document_is_refused_with_its_place():
    document = to_document(SOPS["bwi-diseminasi"])
    document["steps"][2]["standard"]["amount"] = "dua puluh"
    with pytest.raises(BadSop, match=r"steps\.2\.standard\.amount"):
        from_document(document)
