"""What a delay at one step does to the end: plan, actual, added here, forecast, latest start; words and one table."""

from __future__ import annotations

import streamlit as st

from workbench.domain.people import Person
from workbench.i18n import _
from workbench.services import cascade_view
from workbench.services.cascade_view import CascadeRow, CascadeView
from workbench.ui import words
from workbench.ui.resources import reading

_MOST_TOLD = 3


def section(case_id: int, person: Person) -> None:
    """The cascade of a case, below its steps."""
    with reading() as session:
        view = cascade_view.cascade_of(session, case_id=case_id, person=person)
    st.subheader(_("Rencana dan keterlambatan berantai"), anchor=False)
    if view.problem:
        st.info(view.problem, icon=":material/event_busy:")
        return
    st.markdown("  \n".join(sentences(view)))
    lines = [_line(row) for row in view.rows]
    always = (_("Rencana"), _("Ditambah di sini"))  # also before the first step has ended: the table keeps its shape
    told = [name for name in lines[0] if name in always or any(line[name] for line in lines)] if lines else []
    st.dataframe(
        [{name: line[name] for name in told} for line in lines],
        hide_index=True,
        height="content",
        column_config={
            _("Langkah"): st.column_config.TextColumn(width=190),
            _("Rencana"): st.column_config.TextColumn(width=128),
            _("Nyata / perkiraan"): st.column_config.TextColumn(width=160),
            _("Ditambah di sini"): st.column_config.TextColumn(
                width=145,
                help=_("Waktu kerja yang ditambahkan (+) atau dihemat (−) langkah ini. Jumlahnya tepat selisih akhir."),
            ),
            _("Selisih"): st.column_config.TextColumn(
                width=145, help=_("Terhadap rencana setelah langkah ini: jumlah semua yang ditambahkan sampai di sini.")
            ),
            _("Paling lambat mulai"): st.column_config.TextColumn(width=140),
            _("Median riwayat"): st.column_config.TextColumn(width=150),
            _("Terbawa"): st.column_config.TextColumn(
                width=140, help=_("Keterlambatan yang sudah ada ketika langkah dimulai.")
            ),
            _("Dijeda"): st.column_config.TextColumn(
                width=130,
                help=_("Bagian yang dijeda karena menunggu pihak luar; tidak dibebankan kepada pemegang langkah."),
            ),
        },
        alt=_("Rencana, kenyataan dan perkiraan tiap langkah"),
    )
    st.caption(_sum_words(view))
    if view.children:
        st.caption(
            " · ".join(
                _("{opd}: selesai {when}").format(opd=child.opd_name, when=words.when(child.end))
                if child.ended
                else _("{opd}: perkiraan {when} (langkah {no})").format(
                    opd=child.opd_name, when=words.when(child.end), no=child.step
                )
                for child in view.children
            )
        )


def sentences(view: CascadeView) -> list[str]:
    """What the table comes to, in three or four sentences."""
    said = [_ended(view) if view.ended_at else _expected(view)]
    if view.median_end is not None:
        said.append(
            _("Menurut riwayat (median untuk {n} dari {all} langkah) selesai {when}.").format(
                n=view.median_steps, all=view.steps_left, when=words.when(view.median_end)
            )
        )
    if view.deadline is not None:
        said.append(_deadline(view))
    if view.children and not view.children[0].ended:
        slow = view.children[0]
        said.append(
            _("Yang menentukan kini {opd}, diperkirakan selesai {when}.").format(
                opd=f"**{words.plain(slow.opd_name)}**", when=words.when(slow.end)
            )
        )
    worst = sorted((r for r in view.rows if (r.added_here or 0) > 0), key=lambda r: -(r.added_here or 0))[:_MOST_TOLD]
    if worst:
        named = ", ".join(
            _("langkah {no} ({length})").format(no=_name(row), length=words.length(row.added_here or 0))
            for row in worst
        )  # fmt: skip
        said.append(_("Paling banyak menambah: {steps}.").format(steps=named))
    return said


def _ended(view: CascadeView) -> str:
    places = {
        "when": words.when(view.ended_at),
        "plan": words.when(view.planned_end),
        "length": words.length(view.late),
    }
    if view.cancelled:  # it stopped on the way: measured against the step at which it did
        if view.late > 0:
            return _("Dibatalkan {when}, saat **{length} lebih lambat** dari rencana langkah itu.").format(**places)
        return _("Dibatalkan {when}, saat masih sesuai rencana.").format(**places)
    if view.late > 0:
        return _("Selesai {when}, **{length} lebih lambat** dari rencana ({plan}).").format(**places)
    if view.late < 0:
        return _("Selesai {when}, {length} lebih cepat dari rencana ({plan}).").format(**places)
    return _("Selesai {when}, tepat sesuai rencana.").format(**places)


def _expected(view: CascadeView) -> str:
    places = {
        "when": words.when(view.forecast_end), "plan": words.when(view.planned_end), "length": words.length(view.late),
    }  # fmt: skip
    if view.late > 0:
        return _("Dengan waktu baku selesai {when}, **{length} lebih lambat** dari rencana ({plan}).").format(**places)
    if view.late < 0:
        return _("Dengan waktu baku selesai {when}, {length} lebih cepat dari rencana ({plan}).").format(**places)
    return _("Dengan waktu baku selesai {when}, sesuai rencana.").format(**places)


def _deadline(view: CascadeView) -> str:
    limit = _("Tenggat undang-undang") if view.deadline_is_law else _("Batas SOP")
    now = next((row for row in view.rows if row.place == "now"), None)
    places = {"limit": limit, "deadline": words.when(view.deadline)}
    if not view.makes_it or now is None or now.latest_end is None:
        return _("{limit} {deadline} tidak terkejar lagi dengan waktu baku.").format(**places)
    return _("{limit} {deadline} terkejar bila langkah ini selesai paling lambat {latest}.").format(
        **places, latest=words.when(now.latest_end)
    )


def _name(row: CascadeRow) -> str:
    return f"{row.step} ({row.visit}×)" if row.visit > 1 else row.step


def _line(row: CascadeRow) -> dict[str, str]:
    expected = words.brief(row.forecast_end) if row.forecast_end else ""
    return {
        _("Langkah"): f"{_name(row)}. {row.activity}",
        _("Rencana"): words.brief(row.planned_end),
        _("Nyata / perkiraan"): words.brief(row.actual_end) if row.place == "done" else f"≈ {expected}",
        _("Ditambah di sini"): _signed(row.added_here),
        _("Selisih"): _signed(row.drift),
        _("Paling lambat mulai"): words.brief(row.latest_start) if row.latest_start else "",
        _("Median riwayat"): f"≈ {words.brief(row.median_end)}" if row.median_end else "",
        _("Terbawa"): words.length(row.inherited) if row.inherited else "",
        _("Dijeda"): words.length(row.held) if row.held else "",
    }


def _sum_words(view: CascadeView) -> str:
    """That the additions of all finished stays are the lateness they add up to."""
    added = [row.added_here for row in view.rows if row.added_here is not None]
    if not added:
        return _("Belum ada langkah yang selesai.")
    text = (
        _("Jumlah “ditambah di sini”: {length}, sama dengan selisih akhir terhadap rencana.")
        if view.ended_at
        else _("Jumlah “ditambah di sini” sejauh ini: {length}, sama dengan selisih terhadap rencana.")
    )
    return text.format(length=_signed(sum(added)))


def _signed(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if abs(seconds) < 30:
        return "0"
    return f"{'+' if seconds > 0 else '−'}{words.length(seconds)}"
