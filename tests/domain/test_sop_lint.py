"""Every rule of the lint has a YAML that breaks it, and the finding names the line of the slip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.domain.sop_lint import lint
from workbench.domain.sop_lint_model import LintProblem, Severity
from workbench.storage.sop_document import BadSop
from workbench.storage.sop_files import load_all, load_sop, load_with_lines

GOOD = """\
id: uji
title: SOP uji
office: Dinas
version: "1"
zone: Asia/Jakarta
start: "1"
legal_clock: false
lanes:
  staf: {name: Staf, role: staff}
  kabid: {name: Kabid, role: division_head}
  opd: {name: OPD, role: producer_staff, external: true}
phases:
  A: {steps: ["3"], standard: {amount: 1, unit: working_days}}
fan_out: {steps: ["2"], per: opd, join: "3"}
steps:
  - no: "1"
    activity: Membuat
    lane: staf
    standard: {amount: 30, unit: working_minutes}
    printed: {time: 30 menit}
    outcomes:
      selesai: {label: Selesai, to: "2"}
  - no: "2"
    activity: Mengisi
    lane: opd
    standard: {amount: 2, unit: working_days}
    outcomes:
      kirim: {label: Kirim, to: "3"}
  - no: "3"
    activity: Memeriksa
    lane: kabid
    phase: A
    outcomes:
      setuju: {label: Setuju, to: END}
      kembalikan: {label: Kembalikan, to: "1", kind: return}
"""


def findings(text: str) -> list[LintProblem]:
    try:
        return lint(*load_with_lines(text))
    except BadSop as error:
        return error.problems


def test_the_good_one_is_clean():
    assert findings(GOOD) == []


# rule, what is written, what instead, a piece of the line that must be named
SLIPS = [
    ("zone", "zone: Asia/Jakarta", "zone: Asia/Solo", "zone: Asia/Solo"),
    ("step_duplicate", 'no: "3"', 'no: "2"', 'no: "2"\n    activity: Memeriksa'),
    ("step_name", 'no: "3"', "no: END", "no: END"),
    ("lane_unknown", "lane: kabid", "lane: kasi", "lane: kasi"),
    ("lane_unknown", "lane: kabid", "lane: kabid\n    waiting_for: bupati", "waiting_for: bupati"),
    ("lane_unused", "lanes:", "lanes:\n  tamu: {name: Tamu, role: requester}", "tamu:"),
    ("start_unknown", 'start: "1"', 'start: "7"', 'start: "7"'),
    ("service_clock", "legal_clock: false", 'service_clock_stops: "9"', "service_clock_stops"),
    ("outcome_target", 'kirim: {label: Kirim, to: "3"}', 'kirim: {label: Kirim, to: "8"}', 'to: "8"'),
    ("outcome_missing", '\n      kirim: {label: Kirim, to: "3"}', " {}", '- no: "2"'),
    ("time_positive", "amount: 30,", "amount: 0,", "amount: 0,"),
    ("time_positive", "amount: 1,", "amount: 0,", "amount: 0,"),
    ("time_unreadable", "time: 30 menit", "time: setengah jam", "setengah jam"),
    ("time_differs", "time: 30 menit", "time: 1 Jam", "1 Jam"),
    ("phase_unknown", "phase: A", "phase: B", "phase: B"),
    ("phase_differs", "    phase: A\n", "", 'no: "3"'),
    ("phase_step", 'steps: ["3"], standard', 'steps: ["3", "9"], standard', '"9"'),
    ("phase_empty", 'steps: ["3"], standard', "steps: [], standard", "steps: [], standard"),
    ("fan_out_step", 'join: "3"', 'join: "9"', 'join: "9"'),
    ("fan_out_join", 'join: "3"', 'join: "2"', 'join: "2"'),
    ("fan_out_empty", 'fan_out: {steps: ["2"]', "fan_out: {steps: []", "fan_out"),
    ("fan_out_leak", 'kirim: {label: Kirim, to: "3"}', 'kirim: {label: Kirim, to: "1"}', 'label: Kirim, to: "1"'),
    ("fan_out_entry", 'fan_out: {steps: ["2"]', 'fan_out: {steps: ["2", "1"]', 'to: "1", kind: return'),
    ("unreachable", 'selesai: {label: Selesai, to: "2"}', 'selesai: {label: Selesai, to: "3"}', '- no: "2"'),
    ("dead_end", 'kirim: {label: Kirim, to: "3"}', 'kirim: {label: Kirim, to: "2"}', '- no: "1"'),
    ("no_end", "setuju: {label: Setuju, to: END}", 'setuju: {label: Setuju, to: "1", kind: return}', "steps:\n"),
    ("id_form", "id: uji", "id: Uji SOP", "id: Uji SOP"),
    ("return_forward", 'to: "2"}', 'to: "2", kind: return}', "label: Selesai"),
    ("return_forward", 'to: "1", kind: return', "to: END, kind: return", "label: Kembalikan"),
    ("loop", 'to: "1", kind: return', 'to: "1"', "steps:\n"),
    ("self_loop", 'to: "1", kind: return', 'to: "3"', 'label: Kembalikan, to: "3"'),
    ("time_missing", "    standard: {amount: 2, unit: working_days}\n", "", '- no: "2"'),
    ("implausible", "{amount: 2, unit: working_days}", "{amount: 30, unit: working_minutes}", "minutes}\n    outcomes"),
    ("total", "legal_clock: false", "total: {amount: 9, unit: working_days}", "total:"),
    # what the schema refuses
    ("schema", "amount: 30,", "amount: tiga puluh,", "tiga puluh"),
    ("schema", "unit: working_minutes", "unit: jam", "unit: jam"),
    ("schema", "role: staff", "role: juru tulis", "juru tulis"),
    ("schema", "kind: return", "kind: mundur", "kind: mundur"),
    ("schema", "activity: Mengisi", "kegiatan: Mengisi", "kegiatan: Mengisi"),
    ("schema", "title: SOP uji", "title:", "title:"),
    ("schema", "legal_clock: false", "legal_clock: mungkin", "legal_clock: mungkin"),
    ("schema", "lane: opd", "lane: [opd]", "lane: [opd]"),
    ("schema", "    standard: {amount: 2, unit: working_days}", "    standard: 2 hari", "2 hari"),
    ("schema", "    outcomes:\n      kirim: {label: Kirim, to: \"3\"}", "    outcomes: kirim", "outcomes: kirim"),
    ("schema", "steps:\n", "steps:\n  - Mulai\n", "- Mulai"),
    ("schema", "    standard: {amount: 2, unit: working_days}", "    standard: P2D", "P2D"),
    ("schema", GOOD, "# belum ada isinya\n", "# belum"),
    ("yaml", "  opd: {name", "  x: &x {name: *x}\n  opd: {name", "x: &x"),
    ("key_duplicate", "lane: opd", "lane: opd\n    lane: staf", "lane: staf\n    standard: {amount: 2"),
    ("yaml", "lane: opd", "lane: 'opd", None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "written", "instead", "piece"), SLIPS, ids=lambda v: str(v)[:24])
def test_a_slip_is_named_with_its_line(rule, written, instead, piece):
    assert written in GOOD
    text = GOOD.replace(written, instead, 1)
    found = [problem for problem in findings(text) if problem.rule == rule]
    assert found, findings(text)
    if piece is None:
        assert found[0].line is not None
        return
    line = text[: text.index(piece)].count("\n") + 1
    assert line in {problem.line for problem in found}, (line, found)


def test_a_mistyped_key_is_told_once_with_what_was_meant():
    (found,) = findings(GOOD.replace("activity: Mengisi", "aktivity: Mengisi"))
    assert found.line == 24 and found.message == "Kunci aktivity tidak dikenal; maksudnya activity?"


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory():
    levels = "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    (found,) = findings(f"bom:\n  a0: &a0 [x, x]\n{levels}{GOOD}")
    assert found.rule == "yaml" and "terlalu banyak" in found.message


def test_every_rule_has_a_slip():
    modules = Path(lint.__code__.co_filename).parent.glob("sop_lint*.py")
    rules = {rule for file in modules for rule in re.findall(r'Slip\(\s*"(\w+)"', file.read_text(encoding="utf-8"))}
    assert len(rules) > 25
    elsewhere = {"lane_duplicate", "phase_duplicate", "outcome_duplicate", "legal", "steps"}
    assert rules - {slip[0] for slip in SLIPS} == elsewhere


def test_a_key_written_twice_in_a_document_is_found_too():
    """YAML cannot say a lane twice (its keys are refused), a JSON document can."""
    from workbench.storage.sop_document import from_document, to_document

    document = to_document(load_sop(GOOD))
    for key in ("lanes", "phases"):
        document[key].append(dict(document[key][0]))
    document["steps"][0]["outcomes"].append(dict(document["steps"][0]["outcomes"][0]))
    rules = {problem.rule for problem in lint(from_document(document))}
    assert {"lane_duplicate", "phase_duplicate", "outcome_duplicate"} <= rules


def test_the_law_is_a_warning_not_an_error():
    text = GOOD.replace("legal_clock: false", "legal_clock: true").replace("{amount: 2, unit", "{amount: 10, unit")
    found = findings(text)
    assert [(problem.rule, problem.severity, problem.line) for problem in found] == [("legal", Severity.WARNING, 7)]


def test_a_crowded_phase_is_implausible():
    head, tail = GOOD.split("phases:\n")
    crowd = 'phases:\n  A: {steps: ["3", "4", "5", "6"], standard: {amount: 1, unit: working_days}}\n'
    text = head + crowd + tail.split("\n", 1)[1].replace("to: END", 'to: "4"')
    for n in (4, 5, 6):
        to = "END" if n == 6 else f'"{n + 1}"'
        text += f'  - no: "{n}"\n    activity: A\n    lane: staf\n    phase: A\n'
        text += f"    outcomes: {{ok: {{label: Ok, to: {to}}}}}\n"
    line = text[: text.index("  A: {steps")].count("\n") + 1
    assert [(problem.rule, problem.line) for problem in findings(text)] == [("implausible", line)]


def test_a_sop_without_steps_is_refused():
    assert "steps" in {problem.rule for problem in findings(GOOD[: GOOD.index("steps:\n  -")])}


def test_all_slips_of_a_file_are_told_at_once():
    text = (
        GOOD.replace("role: staff", "role: x").replace("unit: working_minutes", "unit: x").replace("title: SOP uji", "")
    )
    with pytest.raises(BadSop) as refused:
        load_sop(text)
    assert len(refused.value.problems) == 3
    assert all(problem.line for problem in refused.value.problems)


def test_the_message_names_file_line_and_rule(tmp_path):
    path = tmp_path / "rusak.yaml"
    path.write_text(GOOD.replace("lane: kabid", "lane: kasi"), encoding="utf-8")
    with pytest.raises(BadSop, match=r"rusak\.yaml:\d+: \[lane_unknown\] Langkah 3: pelaku kasi"):
        load_all(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "halo", "a: &a {b: *a}", "\x00"])
def test_things_that_are_no_sop(text):
    with pytest.raises(BadSop):
        load_sop(text)


def test_unreadable_files_are_told(tmp_path):
    with pytest.raises(BadSop, match="tidak dapat dibuka"):
        load_sop(tmp_path / "hilang.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"id: \xe9\n")
    with pytest.raises(BadSop, match="UTF-8"):
        load_sop(tmp_path / "latin.yaml")
