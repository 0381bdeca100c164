"""`workbench read`: what a file holds, as a person would want to see it, or as JSON or CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from workbench.domain.errors import Refused, UnreadableFile
from workbench.domain.reading.model import Reading
from workbench.i18n import _, _n
from workbench.services import reading as service

COLUMNS = ("file", "sheet", "table", "title", "row", "column", "value", "flag", "raw", "cell", "kind", "unit")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the readings as JSON, one file a line.")
@click.option(
    "--csv", "csv_path", type=click.Path(dir_okay=False, path_type=Path), help="Write all observations to a CSV file."
)
@click.option("--all", "everything", is_flag=True, help="Show every row and finding, not only the first ones.")
def read(files: tuple[Path, ...], as_json: bool, csv_path: Path | None, everything: bool) -> None:
    """Find the tables in each FILE and print every value with its labels, its cell and what is odd about it."""
    if mistaken := [sentence for path in files if (sentence := _no_file(path))]:
        click.echo("\n".join(mistaken), err=True)
        raise click.exceptions.Exit(2)
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
        click.echo(f"{told.severity}: {told.message}" if as_json else told.message, err=as_json or csv_path is not None)
    if csv_path is not None:
        rows = _write(readings, csv_path)
        click.echo(_n("{n} nilai ditulis ke {path}.", rows).format(n=rows, path=csv_path), err=True)
    if refused:
        raise click.exceptions.Exit(1)


def _no_file(path: Path) -> str:
    """What is wrong with an argument that names no file; "" when it does."""
    if path.is_dir():
        return _("{path} adalah folder. Sebutkan berkas di dalamnya, misalnya {path}/*.xlsx.").format(path=path)
    if not path.exists():
        return _("Berkas {path} tidak ditemukan. Periksa nama dan foldernya.").format(path=path)
    return ""


def _show(reading: Reading, everything: bool) -> None:
    from rich.console import Console  # takes a while to load; --json and --help do without

    from workbench.cli.read_view import show_reading

    show_reading(Console(), reading, everything=everything)


def _write(readings: Iterable[Reading], path: Path) -> int:
    """All observations, one a row, several levels of labels joined by " > "; ``Refused`` when it cannot be written."""
    count = 0
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(COLUMNS)
            for row in _tidy(readings):
                out.writerow(row)
                count += 1
    except OSError as error:
        sentence = _("{path} tidak dapat ditulis ({reason}). Pilih folder lain.")
        raise Refused(sentence.format(path=path, reason=error.strerror)) from error
    return count


def _tidy(readings: Iterable[Reading]) -> Iterator[tuple[object, ...]]:
    """Rows under ``COLUMNS``; ``table`` counts the tables of a file from 1."""
    for reading in readings:
        for number, table in enumerate(reading.tables, 1):
            for o in table.observations:
                yield (
                    reading.file, table.sheet, number, table.title, " > ".join(o.row), " > ".join(o.column),
                    "" if o.value is None else o.value, o.flag or "", o.raw, o.cell, o.kind, o.unit or "",
                )  # fmt: skip
