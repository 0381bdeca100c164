"""`workbench sop`: the procedures this office runs, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from workbench.cli.sop_export import export
from workbench.domain.errors import NotFound, Refused
from workbench.domain.sla_words import weekday_words
from workbench.domain.sop import END, Sop, Standard, Step
from workbench.domain.sop_lint import lint
from workbench.domain.sop_lint_model import LintProblem, Severity
from workbench.domain.sop_printed_time import unit_word
from workbench.i18n import _, _n
from workbench.settings import get_settings
from workbench.storage.sop_document import BadSop, located, standard_document, to_document
from workbench.storage.sop_files import load_all, load_with_lines


@click.group()
def sop() -> None:
    """SOPs as data: list, show, lint and export."""


sop.add_command(export)


def _folder() -> Path:
    return get_settings().reference_dir / "sop"


@sop.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_sops(as_json: bool) -> None:
    """The procedures in the SOP folder."""
    sops = load_all(_folder())
    if as_json:
        rows = [
            {"id": s.id, "title": s.title, "office": s.office, "version": s.version, "steps": len(s.steps)}
            for s in sops
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max((len(s.id) for s in sops), default=0)
    for s in sops:
        steps = _n("{count} langkah", len(s.steps)).format(count=len(s.steps))
        click.echo(f"{s.id:<{width}}  {steps:>10}  {s.version:<13}  {s.title}")


@sop.command()
@click.argument("sop_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(sop_id: str, as_json: bool) -> None:
    """One procedure: its identity block, lanes and table of steps."""
    found = next((s for s in load_all(_folder()) if s.id == sop_id), None)
    if found is None:
        raise NotFound(_("SOP {id} tidak ada; lihat `workbench sop list`.").format(id=sop_id))
    if as_json:
        click.echo(json.dumps(_shown(found), ensure_ascii=False, indent=2))
    else:
        click.echo(_table(found))


@sop.command("lint")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lint_files(files: tuple[Path, ...], as_json: bool) -> None:
    """Check SOP files (default: all of the SOP folder). Errors refuse; warnings are printed only."""
    given = list(files) or [_folder()]
    paths = [path for item in given for path in (sorted(item.glob("*.yaml")) if item.is_dir() else [item])]
    if not paths:
        raise Refused(_("Tidak ada berkas SOP di {folder}.").format(folder=given[0]))
    seen: dict[str, Path] = {}
    findings: list[tuple[Path, LintProblem]] = []
    for path in paths:
        try:
            found, lines = load_with_lines(path)
        except BadSop as error:
            findings += [(path, problem) for problem in error.problems]
            continue
        findings += [(path, problem) for problem in lint(found, lines)]
        if found.id in seen:
            message = _("Id {id} sudah dipakai berkas {file}.").format(id=found.id, file=seen[found.id].name)
            findings.append((path, LintProblem("id_duplicate", message, line=lines.get(("id",)))))
        seen.setdefault(found.id, path)
    errors = sum(problem.severity is Severity.ERROR for _path, problem in findings)
    if as_json:
        rows = [
            {
                "file": str(path),
                "line": problem.line,
                "severity": problem.severity.value,
                "rule": problem.rule,
                "step": problem.step,
                "message": problem.message,
            }
            for path, problem in findings
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        words = {Severity.ERROR: _("galat"), Severity.WARNING: _("peringatan")}
        for path, problem in findings:
            click.echo(f"{words[problem.severity]}: {located(str(path), problem)}")
    summary = _("{files} berkas diperiksa: {errors} galat, {warnings} peringatan.").format(
        files=len(paths), errors=errors, warnings=len(findings) - errors
    )
    if errors:
        raise Refused(summary)
    if not as_json:
        click.echo(summary)


def _shown(found: Sop) -> dict[str, Any]:
    """The public JSON of a procedure: its document, with outcomes as key → next step beside their details."""
    document = to_document(found)
    steps = []
    for step in found.steps:
        standard = step.standard
        steps.append(
            {
                "no": step.no,
                "activity": step.activity,
                "lane": step.lane,
                "waiting_for": step.waiting_for,
                "inputs": step.inputs,
                "standard": standard_document(standard),
                "output": step.output,
                "note": step.note,
                "phase": step.phase,
                "evidence": step.evidence.value if step.evidence else None,
                "outcomes": {outcome.key: outcome.to for outcome in step.outcomes},
                "outcome_details": [
                    {"key": o.key, "label": o.label, "kind": o.kind.value, "confidence": o.confidence.value}
                    for o in step.outcomes
                ],
                "confidence": step.confidence.value,
                "printed": dict(step.printed),
            }
        )
    return {
        "id": found.id,
        "title": found.title,
        "office": found.office,
        "number": found.number,
        "version": found.version,
        "sha": found.sha,
        "source": found.source,
        "zone": found.zone,
        "identity": dict(found.identity),
        "legal_basis": list(found.legal_basis),
        "legal_clock": found.legal_clock,
        "service_clock_stops": found.service_clock_stops,
        "total": document.get("total"),
        "lanes": [
            {
                "key": lane.key,
                "name": lane.name,
                "role": lane.role.value,
                "external": lane.external,
                "printed": lane.printed,
                "confidence": lane.confidence.value,
            }
            for lane in found.lanes
        ],
        "phases": document.get("phases", []),
        "fan_out": document.get("fan_out"),
        "start": found.start,
        "steps": steps,
        "doubts": document.get("doubts", []),
    }


def _table(found: Sop) -> str:
    """The procedure as plain text, a line a step."""
    lines = [found.title, found.office, _("Nomor: {number}").format(number=found.number), ""]
    lines += [f"  {lane.key} = {lane.name}" for lane in found.lanes]
    lines.append("")
    for step in found.steps:
        lines.append(f"{step.no:>3}  {step.activity}")
        lines.append(f"     {found.holder(step).name} · {_time(found, step)} · {_outcomes(step)}")
    return "\n".join(lines)


def _time(found: Sop, step: Step) -> str:
    phase = found.phase_of(step.no)
    if step.standard is not None:
        return _standard(step.standard)
    if phase is not None:
        return _("fase {phase} ({standard})").format(phase=phase.key, standard=_standard(phase.standard))
    return _("tanpa waktu baku")


def _standard(standard: Standard) -> str:
    said = f"{standard.amount} {unit_word(standard.unit)}"
    if standard.dispatch is None:
        return said
    return _("{amount}, dikirim tiap {weekday}").format(amount=said, weekday=weekday_words(standard.dispatch))


def _outcomes(step: Step) -> str:
    return "; ".join(f"{o.label} → {_('selesai') if o.to == END else o.to}" for o in step.outcomes)
