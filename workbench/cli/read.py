"""`workbench read`: what a file holds, as a person would want to see it, or as JSON or CSV."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workbench.services import reading as service


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the reading as JSON.")
def read(files: tuple[Path, ...], as_json: bool) -> None:
    """Find the tables in FILE and print every value with its labels and its cell."""
    for path in files:
        click.echo(json.dumps(service.to_json(service.read_path(path)), ensure_ascii=False))
