"""The monthly resume as PDF (Typst) and XLSX: the same figures, the same words, the same anchor in both."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date
from pathlib import Path
from typing import Any

import typst

from workbench.domain.errors import RenderFailed
from workbench.domain.letters import NATURE_WORDS, Nature
from workbench.i18n import _, language
from workbench.reporting import theme
from workbench.reporting.formats import number
from workbench.reporting.resume import (
    LetterLine,
    Month,
    Totals,
    days_text,
    headline,
    holder_word,
    letters_sentence,
    percent_text,
    provenance,
    verdict_word,
)
from workbench.reporting.spreadsheet import Cell, Column, Kind, Sheet, xlsx_bytes

TEMPLATE = Path(__file__).parent / "templates" / "resume.typ"


def printed(month: Month) -> dict[str, Any]:
    """Everything the template prints, as text."""

    def row(name: str, t: Totals) -> list[str]:
        return [
            name, *(number(n, 0, language()) for n in (t.before, t.came, t.went, t.cancelled, t.open)),
            percent_text(t.on_time_rate), days_text(t.median_days), days_text(t.p95_days),
        ]  # fmt: skip

    return {
        "lang": language(),
        "office": month.office,
        "title": _("Resume Bulanan Pelaksanaan SOP"),
        "month": month.name,
        "provisional": _("Sementara: bulan belum berakhir.") if month.provisional else "",
        "headline": headline(month),
        "letters_sentence": letters_sentence(month),
        "anchor": month.anchor,
        "figures": [
            [number(month.totals.came, 0, language()), _("masuk")],
            [number(month.totals.went, 0, language()), _("selesai")],
            [number(month.totals.open, 0, language()), _("berjalan di akhir bulan")],
            [percent_text(month.totals.on_time_rate), _("selesai tepat waktu")],
            [days_text(month.totals.median_days), _("median hari kerja")],
            [days_text(month.totals.p95_days), _("p95 hari kerja")],
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
        "incoming": {
            "title": _("Surat masuk"),
            "empty": _("Tidak ada surat masuk pada bulan ini."),
            "head": [
                _("Agenda"), _("Diterima"), _("Nomor dan tanggal surat"), _("Dari"), _("Perihal"), _("Disposisi"),
                _("Perkara"), _("Selesai"), _("Hari kerja"), _("Tindak lanjut"),
            ],
            "rows": [
                [
                    line.agenda, _plain(line.day), _written(line), line.correspondent, line.subject, line.disposition,
                    line.case, _plain(line.done), days_text(line.days), line.follow_up,
                ]
                for line in month.letters if line.incoming
            ],
        },
        "outgoing": {
            "title": _("Surat keluar"),
            "empty": _("Tidak ada surat keluar pada bulan ini."),
            "head": [_("Agenda"), _("Tanggal"), _("Nomor surat"), _("Kepada"), _("Perihal"), _("Perkara")],
            "rows": [
                [line.agenda, _plain(line.day), line.letter_number, line.correspondent, line.subject, line.case]
                for line in month.letters if not line.incoming
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
                    f"{line.closed:%d-%m-%Y}" if line.closed and not line.cancelled else "–", days_text(line.days),
                    verdict_word(line), holder_word(line.cause) if line.cause else "",
                ]
                for line in month.lines
            ],
        },
        "rules": _(
            "Masuk: dibuka pada bulan ini. Selesai: ditutup pada bulan ini. Sisa: belum ditutup atau dibatalkan "
            "sampai akhir bulan. Tepat waktu: ditutup dalam waktu seluruh SOP. Hari kerja menurut kalender kantor, "
            "hari terima hari ke-0. Di bawah lima perkara selesai tidak ada median. Sebab: pemegang dengan kelebihan "
            "waktu terbanyak. Surat selesai: tindak lanjutnya dicatat."
        ),
        "footer": provenance(month),
        "page": _("Halaman"),
        "palette": theme.palette(),
        "fonts": {"text": theme.TEXT_FONT, "heading": theme.HEADING_FONT},
    }  # fmt: skip


def _plain(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else "–"


def _nature(line: LetterLine) -> str:
    return _(NATURE_WORDS[Nature(line.nature)])


def _written(line: LetterLine) -> str:
    return "; ".join(filter(None, (line.letter_number, _plain(line.letter_date) if line.letter_date else "")))


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

    notes = (month.office, headline(month), letters_sentence(month), provenance(month))
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
        *_letter_sheets(month),
    ]  # fmt: skip


def _letter_sheets(month: Month) -> list[Sheet]:
    incoming = (
        Column(_("Agenda")), Column(_("Diterima"), Kind.DAY), Column(_("Nomor surat")),
        Column(_("Tanggal surat"), Kind.DAY), Column(_("Dari")), Column(_("Perihal")), Column(_("Sifat")),
        Column(_("Disposisi")), Column(_("Perkara")), Column(_("Selesai"), Kind.DAY),
        Column(_("Lama (hari kerja)"), Kind.NUMBER), Column(_("Tindak lanjut")),
    )  # fmt: skip
    outgoing = (
        Column(_("Agenda")), Column(_("Tanggal"), Kind.DAY), Column(_("Nomor surat")), Column(_("Kepada")),
        Column(_("Perihal")), Column(_("Sifat")), Column(_("Perkara")),
    )  # fmt: skip
    came: list[list[Cell]] = [
        [line.agenda, line.day, line.letter_number, line.letter_date, line.correspondent, line.subject, _nature(line),
         line.disposition, line.case, line.done, line.days, line.follow_up]
        for line in month.letters if line.incoming
    ]  # fmt: skip
    went: list[list[Cell]] = [
        [line.agenda, line.day, line.letter_number, line.correspondent, line.subject, _nature(line), line.case]
        for line in month.letters if not line.incoming
    ]  # fmt: skip
    notes = (letters_sentence(month), provenance(month))
    return [
        Sheet(_("Surat masuk"), _("Surat masuk {month}").format(month=month.name), incoming, came, notes),
        Sheet(_("Surat keluar"), _("Surat keluar {month}").format(month=month.name), outgoing, went, notes),
    ]


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
