"""`workbench read`: what a file holds, as a person would want to see it, or as JSON or CSV."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import click

from workbench.domain.errors import UnreadableFile
from workbench.domain.reading.model import Reading, TableReading
from workbench.i18n import _, _n
from workbench.services import reading as service

COLUMNS = ("file", "sheet", "title", "row", "column", "value", "flag", "raw", "cell", "kind", "unit")
SHOWN_ROWS = 40


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the readings as JSON, one file a line.")
@click.option(
    "--csv", "csv_path", type=click.Path(dir_okay=False, path_type=Path), help="Write all observations to a CSV file."
)
@click.option("--all", "everything", is_flag=True, help=f"Show every row, not the first {SHOWN_ROWS} of each table.")
def read(files: tuple[Path, ...], as_json: bool, csv_path: Path | None, everything: bool) -> None:
    """Find the tables in each FILE and print every value with its labels, its cell and what is odd about it."""
    readings: list[Reading] = []
    refused = 0
    for path in files:
        try:
            reading = service.read_path(path)
        except UnreadableFile as error:
            refused += 1
            click.echo(f"{path.name}: {error}" if len(files) > 1 else str(error), err=True)
            if as_json:
                finding = {"code": "unreadable", "severity": "error", "cell": "", "message": str(error)}
                click.echo(json.dumps({"file": path.name, "tables": [], "findings": [finding]}, ensure_ascii=False))
            continue
        readings.append(reading)
        if as_json:
            json.dump(service.to_json(reading), sys.stdout, ensure_ascii=False)
            sys.stdout.write("\n")
        elif csv_path is None:
            _show(reading, everything)
    for told in service.across(readings):
        click.echo(f"{told.severity}: {told.message}", err=as_json)
    if csv_path is not None:
        rows = _write(readings, csv_path)
        click.echo(_("{n} nilai ditulis ke {path}.").format(n=rows, path=csv_path), err=True)
    if refused:
        raise click.exceptions.Exit(1)


def _write(readings: list[Reading], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for reading in readings:
            for table in reading.tables:
                for o in table.observations:
                    out.writerow(
                        [
                            reading.file, table.sheet, table.title, " > ".join(o.row), " > ".join(o.column),
                            "" if o.value is None else o.value, o.flag or "", o.raw, o.cell, o.kind, o.unit or "",
                        ]
                    )  # fmt: skip
                    count += 1
    return count


def _show(reading: Reading, everything: bool) -> None:
    from rich.console import Console

    console = Console()
    console.print(f"[bold]{reading.file}[/bold]", highlight=False)
    for table in reading.tables:
        _show_table(console, table, everything)
    for finding in reading.findings:
        console.print(f"  {finding.severity}: {finding.message}", markup=False, highlight=False)


def _show_table(console: object, table: TableReading, everything: bool) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    assert isinstance(console, Console)
    heads = list(dict.fromkeys(o.column for o in table.observations))
    about = " · ".join(part for part in (table.sheet, table.area, table.unit or "", table.source or "") if part)
    grid = Table(
        title=escape(table.title or table.sheet), caption=escape(about), title_justify="left", caption_justify="left"
    )
    grid.add_column(escape(" / ".join(table.row_header)) or "", overflow="fold")
    for head in heads:
        grid.add_column(escape(" / ".join(head)), justify="right", overflow="fold")
    rows: dict[str, dict[tuple[str, ...], str]] = {}
    kinds: dict[str, str] = {}
    names: dict[str, tuple[str, ...]] = {}
    for o in table.observations:
        key = o.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        names[key] = o.row
        kinds[key] = o.kind
        shown = o.raw if o.value is not None and o.raw else f"{o.value if o.value is not None else ''}"
        rows.setdefault(key, {})[o.column] = shown or (o.raw if o.raw else "")
        if not everything and len(rows) > SHOWN_ROWS:
            break
    for number, (key, cells) in enumerate(rows.items()):
        if number >= SHOWN_ROWS and not everything:
            break
        style = "bold" if kinds[key] != "data" else ""
        grid.add_row(escape(" › ".join(names[key])), *(escape(cells.get(head, "")) for head in heads), style=style)
    console.print(grid)
    hidden = len(table.observations) // max(1, len(heads)) - SHOWN_ROWS
    if hidden > 0 and not everything:
        console.print(_n("… {n} baris lagi (lihat dengan --all).", hidden).format(n=hidden), highlight=False)
    for note in table.notes:
        console.print(f"  {note}", markup=False, highlight=False, style="dim")
    for finding in table.findings:
        where = f"{finding.cell[:40]} " if finding.cell else ""
        console.print(f"  {finding.severity}: {where}{finding.message}", markup=False, highlight=False)
