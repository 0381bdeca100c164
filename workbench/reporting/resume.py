"""The monthly resume from frozen files: what came in, went out and stands open, how long it took and why it was late.

Counting rules, printed with the figures: a case came in on the day it was opened and went out on the day it was closed;
it stood open when neither closed nor cancelled by the end of the month. Durations are working days of the office's
calendar, the day of receipt being day 0. Below five answered cases there is no median.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.parquet as pq
from babel.dates import format_date

from workbench.domain.errors import Refused
from workbench.i18n import _, language
from workbench.reporting.formats import locale_of, number

FEW = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list."""

    number: str
    sop_id: str
    sop_title: str
    opened: date
    requester: str
    subject: str
    step: str
    closed: date | None
    cancelled: bool
    days: float | None
    verdict: str
    cause: str
    over_hours: float


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter of the month: coming in it was received on ``day`` and ``done`` when settled, going out signed then.

    ``days``: working days from receipt to the end, the day of receipt being day 0; None while it is open.
    """

    incoming: bool
    agenda: str
    day: date
    letter_number: str
    letter_date: date | None
    correspondent: str
    subject: str
    nature: str
    disposition: str
    case: str
    done: date | None
    days: int | None
    reply: str
    note: str

    @property
    def follow_up(self) -> str:
        """The number of the answer, else what was noted when it was settled."""
        return _("dibalas {numbers}").format(numbers=self.reply) if self.reply else self.note


@dataclass(frozen=True, slots=True)
class LetterTotals:
    """The month's letters in numbers; ``before + came == settled + open``, what went out is counted apart."""

    before: int
    came: int
    settled: int
    open: int
    out: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The month in numbers; ``before + came == went + cancelled + open``."""

    before: int
    came: int
    went: int
    cancelled: int
    open: int
    on_time: int
    median_days: float | None
    p95_days: float | None

    @property
    def on_time_rate(self) -> float | None:
        """Share of the answered cases that kept the SOP's time; None when nothing was answered."""
        return self.on_time / self.went if self.went else None


@dataclass(frozen=True, slots=True)
class Cause:
    """A holder's part in the month's delays."""

    holder_role: str
    party: str
    stays: int
    breached: int
    over_hours: float


@dataclass(frozen=True, slots=True)
class Month:
    """A frozen month, counted."""

    month: date
    office: str
    zone: ZoneInfo
    last_event: dict[str, Any]
    manifest_sha256: str
    totals: Totals
    by_sop: tuple[tuple[str, Totals], ...]
    causes: tuple[Cause, ...]
    lines: tuple[Line, ...]
    letters: tuple[LetterLine, ...]
    letter_totals: LetterTotals

    @property
    def anchor(self) -> str:
        """The last event it knew as one word that ``workbench audit verify --anchor`` takes."""
        return f"event:{self.last_event['id']}:{self.last_event['hash']}"

    @property
    def name(self) -> str:
        """``Oktober 2026``."""
        return month_name(self.month)

    @property
    def known_until(self) -> datetime:
        """When the last event this resume knows happened."""
        return datetime.fromisoformat(self.last_event["at"]).astimezone(self.zone)

    @property
    def provisional(self) -> bool:
        """Was the month still running when it was frozen?"""
        last = self.known_until.date()
        return (last.year, last.month) <= (self.month.year, self.month.month)


def month_name(month: date) -> str:
    """``Oktober 2026``, in the language spoken."""
    return str(format_date(month, "MMMM y", locale=locale_of(language())))


def open_month(folder: str | Path) -> Month:
    """Count a frozen month; ``Refused`` when a file is not the one the manifest names."""
    root = Path(folder)
    text = (root / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    for name, sha256 in manifest["files"].items():
        if hashlib.sha256((root / name).read_bytes()).hexdigest() != sha256:
            raise Refused(_("Berkas {name} berubah sejak dibekukan. Bekukan bulan ini sekali lagi.").format(name=name))
    month = date.fromisoformat(manifest["month"])
    rows = pq.read_table(root / "cases.parquet").to_pylist()
    causes = pq.read_table(root / "causes.parquet").to_pylist()
    lines = tuple(_line(row, manifest["agencies"]) for row in rows)
    letters = tuple(LetterLine(**row) for row in pq.read_table(root / "letters.parquet").to_pylist())
    titles = {line.sop_id: line.sop_title for line in lines}
    return Month(
        month, manifest["office"], ZoneInfo(manifest["zone"]), manifest["last_event"],
        hashlib.sha256(text.encode()).hexdigest(), count(lines, month),
        tuple((titles[s], count([x for x in lines if x.sop_id == s], month)) for s in sorted(titles)),
        tuple(
            Cause(row["holder_role"], row["party"], row["n"], row["breached"], row["over_s"] / 3600)
            for row in causes
            if row["breached"] or row["over_s"] > 0
        ),
        lines, letters, count_letters(letters, month),
    )  # fmt: skip


def _line(row: dict[str, Any], agencies: dict[str, str]) -> Line:
    closed = row["closed_day"]
    ended = closed is not None
    step = _("selesai") if ended else f"{row['step_now']}. {row['activity_now']}"
    return Line(
        number=row["number"], sop_id=row["sop_id"], sop_title=row["sop_title"], opened=_day(row["opened_day"]),
        requester=row["requester"] or agencies.get(row["opd_code"], ""), subject=row["subject"], step=step,
        closed=_day(closed) if ended else None, cancelled=row["status"] == "cancelled",
        days=row["used_days"] if row["status"] == "closed" else None, verdict=row["verdict"] or "",
        cause=row["cause"] or "", over_hours=(row["over_s"] or 0.0) / 3600,
    )  # fmt: skip


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def count(lines: Iterable[Line], month: date) -> Totals:
    """The month in numbers. What was answered or cancelled after the month stood open at its end."""
    found = list(lines)
    end = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    ended = [line for line in found if line.closed is not None and line.closed < end]
    went = [line for line in ended if not line.cancelled]
    days = [line.days for line in went if line.days is not None]
    enough = len(days) >= FEW
    return Totals(
        before=sum(line.opened < month for line in found),
        came=sum(line.opened >= month for line in found),
        went=len(went),
        cancelled=len(ended) - len(went),
        open=len(found) - len(ended),
        on_time=sum(line.verdict == "on_time" for line in went),
        median_days=float(np.quantile(days, 0.5)) if enough else None,
        p95_days=float(np.quantile(days, 0.95)) if enough else None,
    )


def count_letters(letters: Iterable[LetterLine], month: date) -> LetterTotals:
    """The month's letters in numbers. What was settled after the month stood open at its end."""
    end = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    found = list(letters)
    incoming = [line for line in found if line.incoming]
    settled = sum(line.done is not None and line.done < end for line in incoming)
    return LetterTotals(
        before=sum(line.day < month for line in incoming),
        came=sum(line.day >= month for line in incoming),
        settled=settled,
        open=len(incoming) - settled,
        out=len(found) - len(incoming),
    )


# ---------------------------------------------------------------- words


def holder_word(role: str) -> str:
    """A holder in the words of the SOPs."""
    return {
        "requester": _("Pemohon"),
        "clerk": _("Pengadministrasi surat"),
        "staff": _("Staf"),
        "section_head": _("Subkoordinator"),
        "division_head": _("Kepala bidang"),
        "secretary": _("Sekretaris"),
        "agency_head": _("Kepala dinas"),
        "producer_staff": _("Operator OPD"),
        "producer_pic": _("Penanggung jawab OPD"),
        "bps": _("BPS"),
    }.get(role, role)


def verdict_word(line: Line) -> str:
    """Tepat, lewat, dibatalkan, or nothing while the case runs."""
    if line.cancelled:
        return _("dibatalkan")
    return {"on_time": _("tepat"), "breached": _("lewat")}.get(line.verdict, "")


def percent_text(rate: float | None) -> str:
    """A share as the resume prints it; a dash where there is none."""
    return "–" if rate is None else f"{number(rate * 100, 0, language())} %"


def days_text(value: float | None) -> str:
    """Working days as the resume prints them; a dash where there are none."""
    return "–" if value is None else number(value, 0 if value == int(value) else 1, language())


def headline(month: Month) -> str:
    """The month in one sentence."""
    t = month.totals
    if not t.came and not t.went:
        return _("Tidak ada perkara masuk atau selesai pada {month}.").format(month=month.name)
    return _("{came} perkara masuk, {went} selesai ({rate} tepat waktu), {open} masih berjalan.").format(
        came=number(t.came, 0, language()), went=number(t.went, 0, language()), rate=percent_text(t.on_time_rate),
        open=number(t.open, 0, language()),
    )  # fmt: skip


def letters_sentence(month: Month) -> str:
    """The month's letters in one sentence."""
    t = month.letter_totals
    if not month.letters:
        return _("Tidak ada surat masuk atau keluar pada {month}.").format(month=month.name)
    return _("Surat: {came} masuk, {settled} selesai, {open} belum selesai di akhir bulan; {out} keluar.").format(
        came=number(t.came, 0, language()), settled=number(t.settled, 0, language()),
        open=number(t.open, 0, language()), out=number(t.out, 0, language()),
    )  # fmt: skip


def provenance(month: Month) -> str:
    """The footer: the last event this resume knew, with the anchor that the event log can be asked for."""
    event = month.last_event
    return _("Kejadian terakhir no. {id} ({case}, {at}), dapat dicocokkan: {anchor}").format(
        id=event["id"], case=event["case"], at=f"{month.known_until:%d-%m-%Y %H.%M}", anchor=month.anchor
    )
