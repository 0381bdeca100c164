"""The official SOP AP sheet (Permenpan RB 35/2012) as PDF: identity block, flow with the five symbols, our readings.

Typst runs in a child process that ends after each sheet. It measures the rows first, the geometry is worked out from
that (``sop_layout``), and the second pass draws. What the document does not print is left blank and said to be so;
everything we read or inferred carries a badge, with the printed words in the table behind the flow.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.domain.sop import Confidence, Sop, Step, Unit
from workbench.domain.sop_flow import START, Arrow, Symbol, arrows, standard_words, working_lanes
from workbench.domain.sop_printed_time import parse_printed_time
from workbench.domain.sop_readings import Part, Reading, confirmations, fan_out_words, mended_texts, readings
from workbench.i18n import _, speaking
from workbench.reporting import theme, typst_child
from workbench.reporting.formats import day
from workbench.reporting.sop_layout import Page, lay_out
from workbench.reporting.sop_rows import Row, flow_rows, minimal_height

TEMPLATE = Path(__file__).parent / "templates" / "sop.typ"
POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Paper:
    """A landscape sheet in points; F4 (215 × 330 mm) is what Indonesian offices print SOPs on."""

    width: float
    height: float
    margin: float = 12 * POINTS_PER_MM
    foot: float = 15 * POINTS_PER_MM

    @property
    def text_width(self) -> float:
        """Points between the margins."""
        return self.width - 2 * self.margin

    @property
    def text_height(self) -> float:
        """Points between head and foot."""
        return self.height - self.margin - self.foot


PAPERS = {
    "f4": Paper(330 * POINTS_PER_MM, 215 * POINTS_PER_MM),
    "a4": Paper(297 * POINTS_PER_MM, 210 * POINTS_PER_MM),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A typeset sheet: the PDF and a picture (PNG) of each of its pages."""

    pdf: bytes
    pages: tuple[bytes, ...]


def template_hash() -> str:
    """SHA-256 over everything but the SOP that shapes a sheet: template, geometry, fonts."""
    digest = hashlib.sha256()
    ours = (
        Path(__file__).with_name(name)
        for name in ("sop_sheet.py", "sop_rows.py", "sop_routes.py", "sop_layout.py", "typst_child.py")
    )
    for path in (TEMPLATE, *ours, *theme.font_files()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def typeset(sop: Sop, *, paper: str = "f4", pictures: bool = False) -> Sheet:
    """The sheet of a SOP version. ``RenderFailed`` when Typst refuses or takes longer than a minute."""
    with speaking("id"):  # an official sheet is Indonesian, whoever prints it
        content = sheet_content(sop, PAPERS[paper])
    with tempfile.TemporaryDirectory(prefix="sop-sheet-") as name:
        folder = Path(name)
        shutil.copy(TEMPLATE, folder / "sop.typ")
        (folder / "request.json").write_text(json.dumps({**content, "pictures": pictures}), encoding="utf-8")
        typst_child.run(
            __name__, folder,
            too_slow=_("Lembar SOP tidak selesai disusun dalam satu menit. Coba lagi."),
            failed=_("Lembar SOP gagal disusun: {reason}"),
        )  # fmt: skip
        return Sheet((folder / "sheet.pdf").read_bytes(), typst_child.pictures_in(folder))


# ---------------------------------------------------------------- content


def sheet_content(sop: Sop, paper: Paper) -> dict[str, Any]:
    """All that is printed, as plain data for the template; text is never read as markup there."""
    lanes = working_lanes(sop)
    rows = flow_rows(sop)
    return {
        "paper": {
            "width": paper.width, "height": paper.height, "margin": paper.margin, "foot": paper.foot,
            "text_height": paper.text_height,
        },
        "colours": theme.palette(),
        "font": theme.TEXT_FONT,
        "heading_font": theme.HEADING_FONT,
        "title": sop.title,
        "office": sop.office,
        "identity": _identity(sop),
        "boxes": _boxes(sop),
        "columns": column_widths(paper, len(lanes)),
        "lanes": [{"name": lane.name, "badge": _badge(lane.confidence)} for lane in lanes],
        "rows": [_row(sop, row) for row in rows],
        "flow_rows": [[row.no, row.lane, row.symbol.value] for row in rows],
        "arrows": [[a.source, a.target, a.label, a.back, a.confidence.value] for a in arrows(sop)],
        "least_heights": [minimal_height(row) for row in rows],
        "notes": _notes(sop),
        "doubts": [[_arrows(text) for text in (d.printed, d.reading, d.default, d.confidence)] for d in sop.doubts],
        "confirmed": [[_about_key(c.key), c.by, day(c.at.date())] for c in confirmations(sop)],
        "source": sop.source,
        "foot": f"{sop.id} · versi {sop.version}" + (f" · {sop.sha[:12]}" if sop.sha else ""),
    }  # fmt: skip


def column_widths(paper: Paper, lanes: int) -> dict[str, float]:
    """Widths of the table's columns in points; lanes get what symbols need, words share the rest."""
    number, time, note = 25.0, 46.0, 82.0
    lane = max(54.0, min(84.0, paper.text_width * 0.40 / max(1, lanes)))
    rest = paper.text_width - number - time - note - lane * lanes
    return {
        "number": number, "activity": rest * 0.42, "lane": lane, "inputs": rest * 0.30, "time": time,
        "output": rest * 0.28, "note": note,
    }  # fmt: skip


def _identity(sop: Sop) -> list[list[str]]:
    block = sop.identity
    return [
        ["Nomor SOP", sop.number],
        ["Tgl. Pembuatan", block.get("date_created", "")],
        ["Tgl. Revisi", block.get("date_revised", "")],
        ["Tgl. Pengesahan", block.get("date_approved", "")],
        ["Tgl. Efektif", block.get("date_effective", "")],
        ["Disahkan oleh", block.get("approved_by", "")],
        ["Nama SOP", sop.title],
        ["Unit", block.get("unit", "")],
    ]


def _boxes(sop: Sop) -> list[dict[str, Any]]:
    block = sop.identity

    def listed(key: str) -> list[str]:
        return [part[0].upper() + part[1:] for part in map(str.strip, block.get(key, "").split(";")) if part]

    return [
        {"title": "Dasar Hukum", "items": list(sop.legal_basis)},
        {"title": "Kualifikasi Pelaksana", "items": listed("qualification")},
        {"title": "Keterkaitan", "items": listed("related")},
        {"title": "Peralatan/Perlengkapan", "items": listed("equipment")},
        {"title": "Peringatan", "items": listed("warning")},
        {"title": "Pencatatan dan Pendataan", "items": listed("recording")},
    ]


def _row(sop: Sop, row: Row) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "no": "", "badge": "", "activity": "", "inputs": "", "time": "", "phase": "", "output": "", "note": "",
    }  # fmt: skip
    if row.symbol is Symbol.TERMINAL and row.no in (START, "END"):
        return {**empty, "activity": "Mulai" if row.no == START else "Selesai"}
    step = sop.step(row.no)
    phase = sop.phase_of(step.no)
    in_phase = phase is not None and step.standard is None
    return {
        "no": step.no,
        "badge": _badge(step.confidence),
        "activity": _breakable(step.activity),
        "inputs": _breakable(step.inputs),
        "time": standard_words(phase.standard) if in_phase and phase else _time(step),
        "phase": phase.key if in_phase and phase else "",
        "output": _breakable(step.output),
        "note": _breakable(". ".join(note.rstrip(".") for note in _remarks(sop, step))),
    }


def _time(step: Step) -> str:
    """The standard time as the document prints it where that is what holds (120 menit stays 120 menit, not 2 jam).

    Days and months are told as what they are held to be: a printed *hari* is a working day here.
    """
    printed = step.printed.get("time", "")
    minutes = step.standard is not None and step.standard.unit is Unit.WORKING_MINUTES
    return (
        printed.lower() if minutes and parse_printed_time(printed) == step.standard else standard_words(step.standard)
    )


def _arrows(text: str) -> str:
    """A typed arrow as a printed one."""
    return text.replace("->", "→")


def _breakable(text: str) -> str:
    """Long addresses may break after a dot or a slash, so that they stay in their cell."""
    return re.sub(r"(?<=\S)([./_@-])(?=\w{3})", "\\1\u200b", text)


def _remarks(sop: Sop, step: Step) -> list[str]:
    remarks = [step.note] if step.note else []
    if step.waiting_for:
        remarks.append(f"Waktu milik {sop.lane(step.waiting_for).name}")
    if sop.fan_out is not None and step.no == sop.fan_out.steps[0]:
        remarks.append(fan_out_words(sop))
    return remarks


def _badge(confidence: Confidence) -> str:
    return {Confidence.PRINTED: "", Confidence.READ: "B", Confidence.INFERRED: "S"}[confidence]


def _notes(sop: Sop) -> list[list[str]]:
    """Badge, steps, part, print, reading; readings that say the same of several steps are told once."""
    order = {step.no: index for index, step in enumerate(sop.steps, 1)}
    told: dict[tuple[str, str, str, str], list[str]] = {}
    found: list[Reading] = [*readings(sop), *mended_texts(sop)]
    for reading in sorted(found, key=lambda r: (order.get(r.step, 0), list(Part).index(r.part))):
        said = (_badge(reading.confidence), reading.about, reading.printed, reading.ours)
        told.setdefault(said, []).append(reading.step)
    return [[badge, ", ".join(filter(None, steps)), *words] for (badge, *words), steps in told.items()]


def _about_key(key: str) -> str:
    kind, _colon, rest = key.partition(":")
    words = {"lane": "Kolom pelaksana {}", "step": "Langkah {}", "outcome": "Panah {}", "fan_out": "Cabang per OPD"}
    return words.get(kind, "{}").format(rest.replace(":", ", "))


# ---------------------------------------------------------------- the child process


def _work(folder: Path) -> None:
    """Measure, lay out, draw: runs in the child, which reads and writes only its own folder."""
    import typst  # only the child pays for it

    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    (folder / "data.json").write_text(json.dumps({**request, "measure": True, "pages": []}), encoding="utf-8")
    query = {"field": "value", "one": True, **typst_child.options(folder)}
    measured = json.loads(typst.query(str(folder / "sop.typ"), "<measured>", **query))
    heights = [max(a, b) for a, b in zip(measured["rows"], request["least_heights"], strict=True)]
    pages = lay_out(
        [Row(no, lane, Symbol(shape)) for no, lane, shape in request["flow_rows"]],
        [Arrow(s, t, label, back, Confidence(sure)) for s, t, label, back, sure in request["arrows"]],
        heights,
        room=request["paper"]["text_height"] - measured["head"] - measured["title"],
        lanes=len(request["lanes"]),
        lane_width=request["columns"]["lane"],
    )
    data = {**request, "measure": False, "head_heights": measured["head_rows"], "pages": [_page(p) for p in pages]}
    (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
    compiled = typst_child.compiler(folder, "sop.typ")
    typst_child.keep_pdf(compiled, folder / "sheet.pdf")
    if request["pictures"]:
        typst_child.keep_pictures(typst_child.pictures(compiled), folder)


def _page(page: Page) -> dict[str, Any]:
    return {
        "rows": list(page.rows),
        "heights": list(page.heights),
        "top_band": page.top_band,
        "bottom_band": page.bottom_band,
        "shapes": [
            {
                "kind": s.symbol.value, "x": s.x, "y": s.y, "w": s.width, "h": s.height, "text": s.text,
                "to_pages": list(s.to_pages),
            }
            for s in page.shapes
        ],
        "paths": [
            {
                "points": [list(point) for point in p.points], "label": p.label, "badge": _badge(p.arrow.confidence),
                "at": list(p.label_at) if p.label_at else None, "align": p.label_align,
            }
            for p in page.paths
        ],
    }  # fmt: skip


def _main(arguments: Sequence[str]) -> None:
    _work(Path(arguments[0]))


if __name__ == "__main__":
    _main(sys.argv[1:])
