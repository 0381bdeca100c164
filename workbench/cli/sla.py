"""`workbench sla due`: a due time on the office's working clock, one or a file of them."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import numpy as np

from workbench.domain.clock import Clock
from workbench.domain.errors import OutsideCalendar, Refused
from workbench.domain.sla import due as due_at
from workbench.domain.sla import explain
from workbench.domain.sla_words import moment_words, sentence, sentences
from workbench.domain.sop import Standard, Unit
from workbench.i18n import _, _n
from workbench.settings import get_settings
from workbench.storage.calendar_seed import ZONES, seed_calendar

_UNITS = [unit.value for unit in Unit]
_SHOWN_PROBLEMS = 20
_WHOLE = re.compile(r"[0-9]{1,9}")


@click.group()
def sla() -> None:
    """Standard times on the working clock."""


@sla.command()
@click.option(
    "--start", help="When the clock begins, e.g. 2026-07-06T11:45; local office time unless it has an offset."
)
@click.option("--amount", type=click.IntRange(min=1, max=999_999_999), help="How many units.")
@click.option("--unit", type=click.Choice(_UNITS), help="One of three rules; they are never converted.")
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
    help="CSV with the columns start,amount,unit; prints it with due added (- reads standard input).",
)
@click.option("--zone", help="Zone of the office: WIB, WITA, WIT or an IANA name. Default: WORKBENCH_TIME_ZONE.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--explain", "with_reasons", is_flag=True, help="Say what was skipped on the way, and why.")
def due(
    start: str | None,
    amount: int | None,
    unit: str | None,
    batch: Path | None,
    zone: str | None,
    as_json: bool,
    with_reasons: bool,
) -> None:
    """When a standard time falls due."""
    clock = Clock(seed_calendar(_zone(zone)))
    if batch is not None:
        if start or amount or unit or as_json or with_reasons:
            raise click.UsageError(_("--batch tidak dipakai bersama --start, --amount, --unit, --json atau --explain."))
        _batch(clock, batch)
        return
    if start is None or amount is None or unit is None:
        raise click.UsageError(_("Sebutkan --start, --amount dan --unit, atau --batch."))
    try:
        moment = _moment(clock, start)
    except ValueError as error:
        raise click.BadParameter(_("{text!r} bukan waktu; contoh 2026-07-06T11:45.").format(text=start)) from error
    explanation = explain(clock, moment, Standard(amount, Unit(unit)))
    if as_json:
        answer: dict[str, Any] = {
            "start": _local(moment, clock),
            "amount": amount,
            "unit": unit,
            "zone": clock.calendar.zone,
            "due": _local(explanation.due, clock),
            "provisional": explanation.provisional,
        }
        if with_reasons:
            answer["explanation"] = [
                {
                    "kind": line.why.value,
                    "start": _local(line.start, clock),
                    "end": _local(line.end, clock),
                    "name": line.name,
                    "number": line.number or None,
                    "hours": [str(interval) for interval in line.hours],
                    "estimated": line.estimated,
                    "text": sentence(line),
                }
                for line in explanation.lines
            ]
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    elif with_reasons:
        click.echo("\n".join(sentences(explanation)))
    else:
        click.echo(f"{_local(explanation.due, clock)}  {moment_words(explanation.due)}")
        if explanation.provisional:
            click.echo(_("Sementara: ada tanggal perkiraan di antaranya; dihitung ulang setelah ditetapkan."))


def _zone(text: str | None) -> str:
    """The IANA name of a zone option."""
    if text is None:
        return get_settings().time_zone
    name = ZONES.get(text.upper(), text)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(_("Zona {zone} tidak dikenal; pakai WIB, WITA atau WIT.").format(zone=text)) from error
    return name


def _moment(clock: Clock, text: str) -> datetime:
    """The moment of a start; a naive one is local office time. ValueError when it is none."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=clock.zone) if moment.tzinfo is None else moment


def _local(moment: datetime, clock: Clock) -> str:
    return moment.astimezone(clock.zone).strftime("%Y-%m-%dT%H:%M")


def _batch(clock: Clock, path: Path) -> None:
    """Print the rows with their due time. A row that has none keeps an empty one and is named on standard error."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(_("Berkas {file} bukan CSV berteks UTF-8.").format(file=path.name)) from error
    reader = csv.DictReader(io.StringIO(text))
    columns = list(reader.fieldnames or [])
    missing = [name for name in ("start", "amount", "unit") if name not in columns]
    if missing:
        raise Refused(
            _("Kolom {columns} tidak ada; kolom yang perlu: start, amount, unit.").format(columns=", ".join(missing))
        )
    rows = list(reader)
    dues, problems = _dues(clock, rows)
    out = csv.DictWriter(
        sys.stdout, [name for name in columns if name != "due"] + ["due"], extrasaction="ignore", lineterminator="\n"
    )
    out.writeheader()
    out.writerows({**row, "due": due} for row, due in zip(rows, dues, strict=True))
    for problem in problems[:_SHOWN_PROBLEMS]:
        click.echo(problem, err=True)
    if problems:
        raise Refused(
            _n("{count} baris tidak dapat dihitung; kolom due-nya dikosongkan.", len(problems)).format(
                count=len(problems)
            )
        )


def _dues(clock: Clock, rows: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Due times of all rows, and a sentence for each row without one. All good rows of a unit go at once."""
    dues = [""] * len(rows)
    problems: dict[int, str] = {}
    by_unit: dict[Unit, list[tuple[int, int, int]]] = {unit: [] for unit in Unit}
    for index, row in enumerate(rows):
        try:
            unit = Unit(str(row["unit"]).strip())
            amount = str(row["amount"]).strip()
            if not _WHOLE.fullmatch(amount) or int(amount) < 1:
                raise ValueError(amount)
            by_unit[unit].append((index, clock.to_local(_moment(clock, str(row["start"]))), int(amount)))
        except (ValueError, OverflowError) as error:
            problems[index] = _("tidak terbaca: {reason}").format(reason=error)
    add = {
        Unit.WORKING_MINUTES: clock.add_many,
        Unit.WORKING_DAYS: clock.add_days_many,
        Unit.MONTHS: clock.add_months_many,
    }
    for unit, asked in by_unit.items():
        if not asked:
            continue
        table = np.array(asked, dtype=np.int64)
        try:
            found = add[unit](table[:, 1], table[:, 2]).astype("datetime64[s]")
            for (row_number, _at, _amount), text in zip(asked, np.datetime_as_string(found, unit="m"), strict=True):
                dues[row_number] = str(text)
        except OutsideCalendar:
            # One row lies outside: ask one by one, so that the others get their answer.
            for row_number, at, whole in asked:
                try:
                    dues[row_number] = _local(due_at(clock, clock.from_local(at), Standard(whole, unit)), clock)
                except OutsideCalendar as error:
                    problems[row_number] = str(error)
    lines = [_("Baris {row}: {problem}").format(row=index + 2, problem=problems[index]) for index in sorted(problems)]
    return dues, lines
