"""``workbench audit``: is the history whole?"""

from __future__ import annotations

import json
import sys

import click

from workbench.domain.errors import Refused
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

    if not database.is_ready():
        raise Refused(_("Basis data belum disiapkan. Jalankan `workbench up` lebih dulu."))
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
