"""The second half of the supervisor's views: queue and forecast, rework, variants, outside parties."""

from __future__ import annotations

from collections import defaultdict

import streamlit as st
from babel.dates import format_date

from workbench.i18n import _, language
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading, Part
from workbench.reporting.spreadsheet import Column, Kind, Sheet
from workbench.services import analytics
from workbench.services.analytics_figures import Party, Queue, Variants
from workbench.ui import theme, words
from workbench.ui.components import figure_cases
from workbench.ui.components.analytics_views import (
    Asked,
    empty,
    month_word,
    party_word,
    percent,
    role_word,
    state_words,
)
from workbench.ui.resources import reading


def queue(asked: Asked) -> None:
    """View 5: the oldest work first, and what the next working days will bring."""
    with reading() as session:
        found = analytics.queue(session, scope=asked.scope)
    if not found.waiting:
        empty(_("Tidak ada langkah yang berjalan. Perkara baru tampil di sini begitu dibuka."))
        return
    expected = sum(day.expected for day in found.days)
    due = sum(day.due for day in found.days)
    title = _("{due} langkah jatuh tempo sampai lima hari kerja ke depan; sekitar {expected} akan lewat batas").format(
        due=words.number(due), expected=words.number(expected, 1 if expected < 10 else 0)
    )
    left, right = st.columns([5, 6], gap="medium")
    with left:
        mark = _forecast(found, title)
        if found.breached_now:
            st.caption(_("{n} langkah sudah lewat batas dan tidak ikut dalam prakiraan.").format(
                n=words.number(found.breached_now)))  # fmt: skip
    with right:
        shown = found.waiting[:500]
        picked = figure_cases.table(
            [
                {
                    _("Perkara"): figure_cases.case_link(item.case_id, item.number),
                    _("Langkah"): f"{item.step}. {item.activity}",
                    _("Umur"): words.length(item.used_seconds) if item.used_seconds is not None else "–",
                    _("% baku"): percent(item.share),
                    _("Keadaan"): state_words(item.state),
                    _("Jatuh tempo"): words.when(item.due_at),
                    _("Peluang lewat"): percent(item.chance),
                    _("Pemegang"): role_word(item.holder_role),
                }
                for item in shown
            ],
            key="analytics_queue", alt=_("Antrean, tertua lebih dulu"), column_config=figure_cases.link_column(),
        )  # fmt: skip
        figure_cases.offer_files(asked.person, [queue_sheet(found)], "queue")
    if mark is not None:
        day = found.days[int(mark[0])]
        title = _("Jatuh tempo {day}").format(day=format_date(day.day, "EEEE, d MMMM y", locale=language()))
        figure_cases.show_cases(asked.person, day.behind, title)
    elif picked is not None:
        from workbench.ui.components.analytics_views import breakdown

        breakdown(asked, shown[picked].case_id)


def _forecast(found: Queue, title: str) -> tuple[int, int] | None:
    days = [format_date(day.day, "EEE d MMM", locale=language()) for day in found.days]
    parts = [
        Part(_("diperkirakan lewat"), [day.expected for day in found.days], charts.RED),
        Part(
            _("diperkirakan tepat"), [day.due - day.unknown - day.expected for day in found.days], theme.TEAL
        ),
        Part(_("tanpa riwayat cukup"), [day.unknown for day in found.days], theme.GREY),
    ]  # fmt: skip
    texts = [[words.number(value or 0, 1) for value in part.values] for part in parts]
    return figure_cases.chart(
        charts.stacked(
            Heading(title, _("langkah menurut hari jatuh tempo"), _("dari riwayat 18 bulan, mulai hari ini")),
            days, parts, unit_texts=texts, upright=True,
        ), key="analytics_forecast",
    )  # fmt: skip


def queue_sheet(found: Queue) -> Sheet:
    """The whole queue as numbers for a spreadsheet."""
    columns = (
        Column(_("Nomor")), Column(_("Perihal")), Column(_("SOP")), Column(_("Langkah")), Column(_("Pemegang")),
        Column(_("Sejak"), Kind.MOMENT), Column(_("Jatuh tempo"), Kind.MOMENT), Column(_("Keadaan")),
        Column(_("Umur (jam kerja)"), Kind.DECIMAL), Column(_("Bagian dari baku"), Kind.SHARE),
        Column(_("Peluang lewat"), Kind.SHARE),
    )  # fmt: skip
    rows = [
        [
            w.number, w.subject, w.sop_id, w.step, role_word(w.holder_role), w.available_at, w.due_at,
            state_words(w.state), None if w.used_seconds is None else w.used_seconds / 3600, w.share, w.chance,
        ]
        for w in found.waiting
    ]  # fmt: skip
    return Sheet(_("Antrean"), _("Langkah yang berjalan sekarang"), columns, rows)


def rework(asked: Asked) -> None:
    """View 6: which steps send back, why, and what it costs."""
    with reading() as session:
        found = analytics.rework(session, scope=asked.scope)
    if not found.returns and not found.again_cases:
        empty(_("Tidak ada pengembalian pada periode ini."))
        return
    steps = [step for step in found.steps if step.returns]
    title = _("{share} waktu kerja habis untuk mengulang; {n} pengembalian").format(
        share=percent(found.share), n=words.number(found.returns)
    )
    names = [f"{asked.step(step.sop_id, step.step)} → {step.return_to}" for step in steps]
    left, right = st.columns([5, 6], gap="medium")
    with left:
        mark = figure_cases.chart(
            charts.bars(
                Heading(title, _("pengembalian per langkah"), asked.period), names, [step.returns for step in steps],
                [words.number(step.returns) for step in steps], colours=theme.PLUM,
            ), key="analytics_returns",
        )  # fmt: skip
    with right:
        reason = figure_cases.table(
            [
                {
                    _("Alasan"): item.reason or _("(tanpa alasan)"),
                    _("Kali"): item.returns,
                    _("Perkara"): item.cases,
                    _("Langkah"): ", ".join(item.steps),
                }
                for item in found.reasons
            ],
            key="analytics_reasons", alt=_("Alasan pengembalian"),
        )  # fmt: skip
        step = figure_cases.table(
            [
                {
                    _("Langkah"): asked.step(item.sop_id, item.step),
                    _("Kembali ke"): item.return_to or "–",
                    _("Pengembalian"): item.returns,
                    _("Diulang"): item.again,
                    _("Waktu mengulang"): percent(item.again_share),
                }
                for item in found.steps
            ],
            key="analytics_rework_steps", alt=_("Pengulangan per langkah"),
        )  # fmt: skip
    if reason is not None:
        figure_cases.show_cases(asked.person, found.reasons[reason].behind, _("Perkara dengan alasan ini"))
    elif step is not None:
        figure_cases.show_cases(asked.person, found.steps[step].behind, _("Perkara yang dikembalikan atau diulang"))
    elif mark is not None:
        figure_cases.show_cases(asked.person, steps[int(mark)].behind, names[int(mark)])


def variants(asked: Asked) -> None:
    """View 7: the paths cases took."""
    with reading() as session:
        found = analytics.variants(session, scope=asked.scope)
    if not found.top:
        empty(_("Belum ada perkara yang selesai pada periode ini."))
        return
    first = found.top[0]
    title = _("{n} jalur berbeda; yang tersering dipakai {share} perkara").format(
        n=words.number(found.total), share=percent(first.share)
    )
    left, right = st.columns([5, 6], gap="medium")
    with left:
        mark = figure_cases.chart(
            charts.bars(
                Heading(title, _("perkara selesai per jalur"), asked.period),
                [variant.path if asked.one_sop else f"{variant.sop_id}: {variant.path}" for variant in found.top],
                [variant.cases for variant in found.top], [words.number(variant.cases) for variant in found.top],
            ), key="analytics_variants",
        )  # fmt: skip
    with right:
        picked = figure_cases.table(
            [
                {
                    **({} if asked.one_sop else {_("SOP"): variant.sop_id}),
                    _("Jalur"): variant.path,
                    _("Perkara"): variant.cases,
                    _("Bagian"): percent(variant.share),
                    _("Median"): "–" if variant.p50_days is None else _("{n} hari kerja").format(
                        n=words.number(variant.p50_days, 0 if variant.p50_days == int(variant.p50_days) else 1)),
                    _("Tepat waktu"): percent(variant.on_time_rate),
                }
                for variant in found.top
            ],
            key="analytics_paths", alt=_("Jalur perkara"),
        )  # fmt: skip
        figure_cases.offer_files(asked.person, [variant_sheet(found)], "variants")
    chosen = picked if picked is not None else None if mark is None else int(mark)
    if chosen is not None:
        figure_cases.show_cases(asked.person, found.top[chosen].behind, found.top[chosen].path)


def variant_sheet(found: Variants) -> Sheet:
    """The paths as numbers for a spreadsheet."""
    columns = (
        Column(_("SOP")), Column(_("Jalur"), width=60), Column(_("Perkara"), Kind.NUMBER),
        Column(_("Bagian"), Kind.SHARE), Column(_("Median (jam kerja)"), Kind.DECIMAL),
        Column(_("Median (hari kerja)"), Kind.DECIMAL), Column(_("% tepat waktu"), Kind.SHARE),
    )  # fmt: skip
    rows = [
        [v.sop_id, v.path, v.cases, v.share, None if v.p50_seconds is None else v.p50_seconds / 3600, v.p50_days,
         v.on_time_rate]
        for v in found.top
    ]  # fmt: skip
    return Sheet(_("Jalur"), _("Jalur yang ditempuh perkara"), columns, rows)


def parties(asked: Asked) -> None:
    """View 8: the office's own time apart from that of others."""
    with reading() as session:
        found = analytics.parties(session, scope=asked.scope)
    if not found.whole:
        empty(_("Belum ada langkah yang selesai pada periode ini."))
        return
    outside = sum(row.share for row in found.whole if row.party != Party.OFFICE)
    title = _("{share} dari seluruh waktu adalah waktu pihak luar").format(share=percent(outside))
    months = sorted({row.month for row in found.months if row.month})
    hours: dict[str, dict[object, float]] = defaultdict(dict)
    for row in found.months:
        hours[row.party][row.month] = (row.held_seconds + row.paused_seconds) / 3600
    order = [party for party in charts.PARTY_COLOURS if party in hours]
    parts = [
        Part(party_word(party), [hours[party].get(month, 0.0) for month in months], charts.PARTY_COLOURS[party])
        for party in order
    ]
    texts = [[words.length((value or 0) * 3600) for value in part.values] for part in parts]
    left, right = st.columns([6, 5], gap="medium")
    with left:
        mark = figure_cases.chart(
            charts.stacked(
                Heading(title, _("jam kerja, dipegang dan dijeda"), asked.period), [month_word(m) for m in months],
                parts, unit_texts=texts, upright=True,
            ), key="analytics_parties",
        )  # fmt: skip
    with right:
        rows = sorted(found.whole, key=lambda row: -row.share)
        picked = figure_cases.table(
            [
                {
                    _("Pihak"): party_word(row.party),
                    _("Bagian waktu"): percent(row.share),
                    _("Memegang"): words.length(row.held_seconds),
                    _("Ditunggu saat jeda"): words.length(row.paused_seconds),
                    _("Langkah"): row.n,
                    _("Lewat batas"): percent(row.breach_rate),
                    _("Jeda"): row.pauses,
                }
                for row in rows
            ],
            key="analytics_party_table", alt=_("Waktu per pihak"),
        )  # fmt: skip
        st.caption(_("Waktu jeda dicatat pada pihak yang ditunggu, tidak pernah pada kantor."))
    if picked is not None:
        row = rows[picked]
        if row.n:
            figure_cases.show_cases(asked.person, row.behind, _("Dipegang {who}").format(who=party_word(row.party)))
        if row.pauses:
            title = _("Dijeda menunggu {who}").format(who=party_word(row.party))
            figure_cases.show_cases(asked.person, row.behind_paused, title)
    elif mark is not None:
        month, party = months[int(mark[0])], order[int(mark[1])]
        row = next(r for r in found.months if r.month == month and r.party == party)
        title = _("{who}, {month}").format(who=party_word(party), month=month_word(month))
        figure_cases.show_cases(asked.person, row.behind if row.n else row.behind_paused, title)
