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
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.parquet as pq
import typst
from babel.dates import format_date

from workbench.domain.errors import Refused, RenderFailed
from workbench.i18n import _, language
from workbench.reporting import theme
from workbench.reporting.formats import locale_of, number
from workbench.reporting.spreadsheet import Cell, Column, Kind, Sheet, xlsx_bytes

TEMPLATE = Path(__file__).parent / "templates" / "resume.typ"
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

    @property
    def name(self) -> str:
        """``Oktober 2026``."""
        return str(format_date(self.month, "MMMM y", locale=locale_of(language())))

    @property
    def known_until(self) -> datetime:
        """When the last event this resume knows happened."""
        return datetime.fromisoformat(self.last_event["at"]).astimezone(self.zone)

    @property
    def provisional(self) -> bool:
        """Was the month still running when it was frozen?"""
        last = self.known_until.date()
        return (last.year, last.month) <= (self.month.year, self.month.month)


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
    lines = tuple(_line(row) for row in rows)
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
        lines,
    )  # fmt: skip


def _line(row: dict[str, Any]) -> Line:
    closed = row["closed_day"]
    ended = closed is not None
    step = _("selesai") if ended else f"{row['step_now']}. {row['activity_now']}"
    return Line(
        number=row["number"], sop_id=row["sop_id"], sop_title=row["sop_title"], opened=_day(row["opened_day"]),
        requester=row["requester"] or row["opd_code"], subject=row["subject"], step=step,
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


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{number(rate * 100, 0, language())} %"


def _days(value: float | None) -> str:
    return "–" if value is None else number(value, 0 if value == int(value) else 1, language())


def headline(month: Month) -> str:
    """The month in one sentence."""
    t = month.totals
    if not t.came and not t.went:
        return _("Tidak ada perkara masuk atau selesai pada {month}.").format(month=month.name)
    return _("{came} perkara masuk, {went} selesai ({rate} tepat waktu), {open} masih berjalan.").format(
        came=number(t.came, 0, language()), went=number(t.went, 0, language()), rate=_percent(t.on_time_rate),
        open=number(t.open, 0, language()),
    )  # fmt: skip


def provenance(month: Month) -> str:
    """The footer: the last event this resume knew."""
    event = month.last_event
    return _("Kejadian terakhir no. {id} ({case}, {at}), hash {hash}").format(
        id=event["id"], case=event["case"], at=f"{month.known_until:%d-%m-%Y %H.%M}", hash=event["hash"]
    )


# ---------------------------------------------------------------- files


def printed(month: Month) -> dict[str, Any]:
    """Everything the template prints, as text."""

    def row(name: str, t: Totals) -> list[str]:
        return [
            name, *(number(n, 0, language()) for n in (t.before, t.came, t.went, t.cancelled, t.open)),
            _percent(t.on_time_rate), _days(t.median_days), _days(t.p95_days),
        ]  # fmt: skip

    return {
        "lang": language(),
        "office": month.office,
        "title": _("Resume Bulanan Pelaksanaan SOP"),
        "month": month.name,
        "provisional": _("Sementara: bulan belum berakhir.") if month.provisional else "",
        "headline": headline(month),
        "figures": [
            [number(month.totals.came, 0, language()), _("masuk")],
            [number(month.totals.went, 0, language()), _("selesai")],
            [number(month.totals.open, 0, language()), _("berjalan di akhir bulan")],
            [_percent(month.totals.on_time_rate), _("selesai tepat waktu")],
            [_days(month.totals.median_days), _("median hari kerja")],
            [_days(month.totals.p95_days), _("p95 hari kerja")],
        ],
        "sop": {
            "title": _("Per SOP"),
            "head": [
                _("SOP"), _("Sisa lalu"), _("Perkara masuk"), _("Selesai"), _("Batal"), _("Sisa"), _("Tepat waktu"),
                _("Median"), _("p95"),
            ],
            "rows": [*(row(name, t) for name, t in month.by_sop), row(_("Seluruhnya"), month.totals)],
        },
        "causes": {
            "title": _("Sebab keterlambatan"),
            "empty": _("Tidak ada langkah yang lewat batas pada bulan ini."),
            "head": [_("Pemegang"), _("Langkah selesai"), _("Lewat batas"), _("Di atas baku (jam kerja)")],
            "rows": [
                [
                    holder_word(c.holder_role), number(c.stays, 0, language()), number(c.breached, 0, language()),
                    number(c.over_hours, 1, language()),
                ]
                for c in month.causes
            ],
        },
        "list": {
            "title": _("Daftar perkara"),
            "empty": _("Tidak ada perkara pada bulan ini."),
            "head": [
                _("Nomor"), _("Diterima"), _("Dari"), _("Perihal"), _("Langkah kini"), _("Dijawab"), _("Hari kerja"),
                _("Penilaian"), _("Sebab"),
            ],
            "rows": [
                [
                    line.number, f"{line.opened:%d-%m-%Y}", line.requester, line.subject, line.step,
                    f"{line.closed:%d-%m-%Y}" if line.closed and not line.cancelled else "–", _days(line.days),
                    verdict_word(line), holder_word(line.cause) if line.cause else "",
                ]
                for line in month.lines
            ],
        },
        "rules": _(
            "Masuk: dibuka pada bulan ini. Selesai: ditutup pada bulan ini. Sisa: belum ditutup atau dibatalkan "
            "sampai akhir bulan. Tepat waktu: ditutup dalam waktu seluruh SOP. Hari kerja menurut kalender kantor, "
            "hari terima hari ke-0. Di bawah lima perkara selesai tidak ada median. Sebab: pemegang dengan kelebihan "
            "waktu terbanyak."
        ),
        "footer": provenance(month),
        "page": _("Halaman"),
        "palette": theme.palette(),
        "fonts": {"text": theme.TEXT_FONT, "heading": theme.HEADING_FONT},
    }  # fmt: skip


def pdf(month: Month, folder: str | Path) -> bytes:
    """The resume as tagged PDF (PDF/UA-1); same month frozen at the same event, same bytes. ``RenderFailed``."""
    root = Path(folder)
    (root / "resume.json").write_text(json.dumps(printed(month), ensure_ascii=False, sort_keys=True), encoding="utf-8")
    main = root / "resume.typ"
    main.write_bytes(TEMPLATE.read_bytes())
    stamp = int(month.known_until.astimezone(UTC).timestamp())
    try:
        output, warnings = typst.compile_with_warnings(
            str(main), root=str(root), font_paths=[str(theme.FONT_DIR)], ignore_system_fonts=True, timestamp=stamp,
            format="pdf", pdf_standards=["ua-1"],
        )  # fmt: skip
    except typst.TypstError as error:
        raise RenderFailed(_("Tata letak gagal: {problem}").format(problem=str(error).splitlines()[0])) from error
    if warnings:
        raise RenderFailed(_("Tata letak gagal: {problem}").format(problem=warnings[0].message))
    return bytes(output)


def sheets(month: Month) -> list[Sheet]:
    """The resume as tables of numbers."""
    total = (Kind.NUMBER,) * 5
    names = (_("Sisa lalu"), _("Perkara masuk"), _("Selesai"), _("Batal"), _("Sisa"))
    summary_columns = (
        Column(_("SOP")), *(Column(name, kind) for name, kind in zip(names, total, strict=True)),
        Column(_("Tepat waktu"), Kind.NUMBER), Column(_("% tepat waktu"), Kind.SHARE),
        Column(_("Median (hari kerja)"), Kind.DECIMAL), Column(_("p95 (hari kerja)"), Kind.DECIMAL),
    )  # fmt: skip

    def row(name: str, t: Totals) -> list[Cell]:
        return [
            name, t.before, t.came, t.went, t.cancelled, t.open, t.on_time, t.on_time_rate, t.median_days, t.p95_days,
        ]  # fmt: skip

    notes = (month.office, headline(month), provenance(month))
    title = _("Resume bulanan {month}").format(month=month.name)
    list_columns = (
        Column(_("Nomor")), Column(_("SOP")), Column(_("Diterima"), Kind.DAY), Column(_("Dari")), Column(_("Perihal")),
        Column(_("Langkah kini")), Column(_("Dijawab"), Kind.DAY), Column(_("Lama (hari kerja)"), Kind.DECIMAL),
        Column(_("Penilaian")), Column(_("Sebab")), Column(_("Di atas baku (jam kerja)"), Kind.DECIMAL),
    )  # fmt: skip
    return [
        Sheet(_("Ringkasan"), title, summary_columns,
              [*(row(name, t) for name, t in month.by_sop), row(_("Seluruhnya"), month.totals)], notes),
        Sheet(
            _("Sebab"), _("Sebab keterlambatan"),
            (Column(_("Pemegang")), Column(_("Langkah selesai"), Kind.NUMBER), Column(_("Lewat batas"), Kind.NUMBER),
             Column(_("Di atas baku (jam kerja)"), Kind.DECIMAL)),
            [[holder_word(c.holder_role), c.stays, c.breached, c.over_hours] for c in month.causes], (month.name,),
        ),
        Sheet(
            _("Daftar"), _("Daftar perkara {month}").format(month=month.name), list_columns,
            [
                [line.number, line.sop_title, line.opened, line.requester, line.subject, line.step,
                 None if line.cancelled else line.closed, line.days, verdict_word(line),
                 holder_word(line.cause) if line.cause else "", line.over_hours]
                for line in month.lines
            ],
            (provenance(month),),
        ),
    ]  # fmt: skip


def xlsx(month: Month) -> bytes:
    """The resume as a workbook; same input, same bytes."""
    return xlsx_bytes(sheets(month), created=month.known_until, zone=month.zone)


def write(month: Month, out: str | Path) -> dict[str, str]:
    """Write ``resume.pdf`` and ``resume.xlsx`` into a folder; returns their SHA-256 by name."""
    folder = Path(out)
    files = {"resume.pdf": pdf(month, folder), "resume.xlsx": xlsx(month)}
    for name, body in files.items():
        (folder / name).write_bytes(body)
    return {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
