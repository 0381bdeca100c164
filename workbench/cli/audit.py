"""``workbench audit``: is the history whole?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from workbench.i18n import _


@click.group()
def audit() -> None:
    """The history of cases and of the office."""


@audit.command()
@click.option("--anchor", "anchors", multiple=True, help="An anchor printed earlier (event:NUMBER:HASH); repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(anchors: tuple[str, ...], as_json: bool) -> None:
    """Check chains, gapless numbers and every stored state against its events. Exit code 1 when something is wrong."""
    from workbench.services import audit as service
    from workbench.storage import database

    database.require_ready()
    with database.session() as session:
        report = service.verify(session, anchors)
    event_anchor = service.anchor_text("event", report.event_anchor)
    audit_anchor = service.anchor_text("audit", report.audit_anchor)
    if as_json:
        document = {
            "ok": not report.problems,
            "cases": report.cases,
            "events": report.events,
            "entries": report.entries,
            "anchors": [event_anchor, audit_anchor],
            "problems": list(report.problems),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{report.cases} cases, {report.events} events, {report.entries} entries in the audit log")
        for problem in report.problems:
            click.echo(f"  {problem}")
        click.echo(f"anchors: {event_anchor} {audit_anchor}")
        click.echo(f"{len(report.problems)} problems" if report.problems else "whole")
    if report.problems:
        sys.exit(1)


@audit.command()
@click.option("--form", type=click.Choice(["csv", "xes", "xes.gz"]), default="csv", show_default=True)
@click.option("--sop", "sop_id", default="", help="Only this procedure.")
@click.option("--persons", is_flag=True, help="With login names; without, only roles.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
def export(form: str, sop_id: str, persons: bool, out: Path) -> None:
    """Write the event log for process mining tools."""
    from workbench.services import event_log
    from workbench.storage import database

    database.require_ready()
    with database.session() as session, out.open("wb") as file:
        count = event_log.write(session, file, form=form, persons=persons, sop_id=sop_id)
    click.echo(_("{n} kejadian ditulis ke {path}.").format(n=count, path=out))
