"""A SOP on screen as its office knows it: the typeset sheet, the same as a table, and what is our reading in it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from workbench.domain.sop import Confidence, Sop, Step
from workbench.domain.sop_flow import SYMBOL_MARKS, Symbol, is_decision, standard_words, symbol, working_lanes
from workbench.domain.sop_readings import (
    confirmations,
    fan_out_words,
    mended_texts,
    place_words,
    readings,
    unconfirmed_label,
)
from workbench.i18n import _
from workbench.services import sop_library
from workbench.services.sop_library import SheetFiles
from workbench.ui import words
from workbench.ui.resources import reading, writing

_SIGNS = {Confidence.PRINTED: "", Confidence.READ: "(B)", Confidence.INFERRED: "(S)"}


def files_of(sop: Sop) -> SheetFiles:
    """The files of a version; made on first sight, outside any transaction."""
    with reading() as session:
        found = sop_library.find_sheet(session, sop)
    if found is not None:
        return found
    with st.spinner(_("Menyusun lembar SOP…")):
        made = sop_library.make_sheet(sop)
    with writing() as session:
        sop_library.keep_sheet(session, sop, made)
    return made


def downloads(sheet: SheetFiles) -> None:
    """The buttons that leave the page: the sheet to look at, to keep, and the drawing for modellers."""
    with st.container(horizontal=True):
        st.link_button(_("Buka lembar (PDF)"), f"/berkas/{sheet.pdf}?lihat=1", icon=":material/picture_as_pdf:")
        st.link_button(_("Unduh PDF"), f"/berkas/{sheet.pdf}", icon=":material/download:")
        st.link_button(_("Unduh BPMN"), f"/berkas/{sheet.bpmn}", icon=":material/account_tree:")


def pages(sop: Sop, sheet: SheetFiles) -> None:
    """The typeset pages as pictures; whoever cannot see them finds the same under the table."""
    total = len(sheet.pages)
    for number, address in enumerate(sheet.pages, 1):
        st.image(
            sop_library.picture(address),
            width="stretch",
            caption=_("{title}, halaman {n} dari {total}").format(title=sop.title, n=number, total=total),
        )


def identity(sop: Sop) -> None:
    """The identity block: what the document prints, and honest blanks."""
    block = sop.identity
    rows = [
        (_("Instansi"), sop.office),
        (_("Unit"), block.get("unit", "")),
        (_("Nomor SOP"), sop.number),
        (_("Tanggal pembuatan"), block.get("date_created", "")),
        (_("Tanggal revisi"), block.get("date_revised", "")),
        (_("Tanggal pengesahan"), block.get("date_approved", "")),
        (_("Tanggal efektif"), block.get("date_effective", "")),
        (_("Disahkan oleh"), block.get("approved_by", "")),
        (_("Dasar hukum"), "; ".join(sop.legal_basis)),
        (_("Kualifikasi pelaksana"), block.get("qualification", "")),
        (_("Keterkaitan"), block.get("related", "")),
        (_("Peralatan/perlengkapan"), block.get("equipment", "")),
        (_("Peringatan"), block.get("warning", "")),
        (_("Pencatatan dan pendataan"), block.get("recording", "")),
    ]
    lines = [{_("Bagian"): name, _("Isi"): value or _("tidak tercetak")} for name, value in rows]
    _wrapped(lines, _("Blok identitas SOP"))


def table(sop: Sop) -> None:
    """The body of the sheet: one row a step, a column a lane with the step's symbol in it, mutu baku."""
    lanes = working_lanes(sop)
    rows = []
    for step in sop.steps:
        row: dict[str, Any] = {_("No"): step.no, _("Kegiatan"): step.activity}
        for lane in lanes:
            row[_lane_name(sop, lane.key)] = _in_lane(sop, step) if lane.key == step.lane else ""
        row |= {
            _("Kelengkapan"): step.inputs,
            _("Waktu"): _time(sop, step),
            _("Output"): step.output,
            _("Keterangan"): _remarks(sop, step),
        }
        rows.append(row)
    _wrapped(rows, _("Langkah SOP menurut pelaksana dengan mutu bakunya"))
    signs = [
        f"{SYMBOL_MARKS[Symbol.TERMINAL]} {_('mulai atau selesai')}",
        f"{SYMBOL_MARKS[Symbol.PROCESS]} {_('kegiatan')}",
        f"{SYMBOL_MARKS[Symbol.DECISION]} {_('keputusan')}",
        f"(B) {_('salah baca yang dibetulkan')}",
        f"(S) {_('simpulan, bentuk bagan tidak tercetak')}",
    ]
    st.caption(" · ".join(signs))


def _lane_name(sop: Sop, key: str) -> str:
    lane = sop.lane(key)
    return f"{lane.name} {_SIGNS[lane.confidence]}".strip()


def _in_lane(sop: Sop, step: Step) -> str:
    mark = f"{SYMBOL_MARKS[symbol(sop, step)]} {_SIGNS[step.confidence]}".strip()
    if not is_decision(step):
        return mark
    ways = "; ".join(f"{o.label} → {place_words(o.to)} {_SIGNS[o.confidence]}".strip() for o in step.outcomes)
    return f"{mark} {ways}"


def _time(sop: Sop, step: Step) -> str:
    phase = sop.phase_of(step.no)
    if step.standard is None and phase is not None:
        return _("fase {phase}: {time}").format(phase=phase.key, time=standard_words(phase.standard))
    return standard_words(step.standard)


def _remarks(sop: Sop, step: Step) -> str:
    parts = [step.note] if step.note else []
    if step.waiting_for:
        parts.append(_("Waktu milik {lane}").format(lane=sop.lane(step.waiting_for).name))
    if sop.fan_out is not None and step.no == sop.fan_out.steps[0]:
        parts.append(fan_out_words(sop))
    return ". ".join(part.rstrip(".") for part in parts)


def reading_list(sop: Sop) -> None:
    """What was read or inferred, with the print beside it; then who has confirmed what."""
    open_ones = [*readings(sop), *mended_texts(sop)]
    if not open_ones:
        st.success(_("Tidak ada bacaan yang menunggu penegasan."), icon=":material/verified:")
    else:
        _wrapped(
            [
                {
                    _("Tanda"): f"{_SIGNS[r.confidence]} {unconfirmed_label(r.confidence)}",
                    _("Langkah"): r.step or "–",
                    _("Bagian"): r.about,
                    _("Tercetak"): r.printed,
                    _("Bacaan yang dipakai"): r.ours,
                }
                for r in open_ones
            ],
            _("Bacaan yang belum ditegaskan, dengan teks tercetaknya"),
        )
    taken = confirmations(sop)
    if taken:
        st.markdown(_("**Sudah ditegaskan**"))
        for item in taken:
            st.markdown(f"- {key_words(item.key)} · {item.by} · {words.day(item.at)}")


def key_words(key: str) -> str:
    """What a reading's key is about, in words."""
    kind, _colon, rest = key.partition(":")
    step, _colon, outcome = rest.partition(":")
    return {
        "lane": _("Pelaksana {name}").format(name=rest),
        "step": _("Langkah {no}").format(no=rest),
        "outcome": _("Langkah {no}, putusan {name}").format(no=step, name=outcome),
    }.get(kind, _("Cabang per OPD"))


def doubts(sop: Sop) -> None:
    """Places where the document is damaged or says two things."""
    if not sop.doubts:
        st.info(_("Naskah SOP ini tidak memuat titik ambigu yang tercatat."), icon=":material/check:")
        return
    _wrapped(
        [
            {_("Tercetak"): d.printed, _("Bacaan"): d.reading, _("Dipakai"): d.default, _("Keyakinan"): d.confidence}
            for d in sop.doubts
        ],
        _("Titik ambigu pada naskah SOP"),
    )


def _wrapped(rows: list[dict[str, Any]], alt: str) -> None:
    """A table that shows every word; text of the document is never read as Markdown."""
    plain = [{words.plain(name): words.plain(str(value)) for name, value in row.items()} for row in rows]
    st.table(plain, hide_index=True, alt=alt)
