"""`workbench sop export`: a procedure as the official sheet (PDF) or as BPMN 2.0."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from workbench.domain import bpmn
from workbench.domain.errors import NotFound, Refused
from workbench.domain.sop import Sop
from workbench.i18n import _
from workbench.reporting import sop_sheet
from workbench.settings import get_settings
from workbench.storage.sop_files import load_all


@click.command("export")
@click.argument("sop_id")
@click.option("--bpmn", "as_bpmn", is_flag=True, help="BPMN 2.0 with a lane drawing.")
@click.option("--pdf", "as_pdf", is_flag=True, help="The official SOP sheet (Permenpan RB 35/2012).")
@click.option("--paper", type=click.Choice(sorted(sop_sheet.PAPERS)), default="f4", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; - for stdout.")
def export(sop_id: str, as_bpmn: bool, as_pdf: bool, paper: str, output: Path | None) -> None:
    """Write a procedure of the SOP folder as PDF or BPMN."""
    if as_bpmn == as_pdf:
        raise click.UsageError("choose --bpmn or --pdf")
    sop = _find(sop_id)
    body = bpmn.export(sop) if as_bpmn else sop_sheet.typeset(sop, paper=paper).pdf
    target = output or Path(f"{sop.id}.{'bpmn' if as_bpmn else 'pdf'}")
    if str(target) == "-":
        sys.stdout.buffer.write(body)
        return
    try:
        target.write_bytes(body)
    except OSError as error:
        message = _("Berkas {name} tidak dapat ditulis: {reason}.")
        raise Refused(message.format(name=target, reason=error.strerror or error)) from error
    click.echo(_("{title} ditulis ke {name}.").format(title=sop.title, name=target))


def _find(sop_id: str) -> Sop:
    found = next((sop for sop in load_all(get_settings().reference_dir / "sop") if sop.id == sop_id), None)
    if found is None:
        raise NotFound(_("SOP {id} tidak ada; lihat `workbench sop list`.").format(id=sop_id))
    return found
