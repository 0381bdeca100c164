"""Views 6 to 8: what is done again, which paths cases take, and whose time it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import streamlit as st

from workbench.i18n import _, _n
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading, Part
from workbench.reporting.spreadsheet import Cell, Column, Kind, Sheet
from workbench.services import analytics
from workbench.services.analytics_figures import Behind, Parties, Party, PartyTime, Rework, State, Variant, Variants
from workbench.ui import theme, words
from workbench.ui.components import figure_cases
from workbench.ui.components.analytics_words import (
    Asked,
    days_words,
    empty,
    month_word,
    party_word,
    percent,
    rate_or_cases,
)
from workbench.ui.resources import reading


def rework(asked: Asked) -> None:
    """View 6: which steps send back, why, and what it costs."""
    with reading() as session:
        found = analytics.rework(session, scope=asked.scope)
    if not found.returns and not found.again_cases:
        empty(_("Tidak ada pengembalian pada periode ini."))
        return
    # Where nothing was sent back, steps can still be done again: a loop that the SOP itself prints.
    shown = [step for step in found.steps if step.returns] or list(found.steps)
    names = [asked.step(s.sop_id, s.step) + (f" → {s.return_to}" if s.returns else "") for s in shown]
    counts = [step.returns or step.again for step in shown]
    unit = _("pengembalian per langkah") if found.returns else _("langkah yang diulang")
    mark = figure_cases.chart(
        charts.bars(
            Heading(_rework_sentence(found), unit, asked.period), names, counts, [words.number(n) for n in counts],
            colour=theme.PLUM,
        ), key="analytics_returns",
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
        key="analytics_rework_steps",
        alt=_("Pengulangan per langkah"),
        column_config={
            _("Diulang"): st.column_config.NumberColumn(help=_("Kunjungan kedua dan seterusnya.")),
            _("Waktu mengulang"): st.column_config.TextColumn(help=_("Bagian dari waktu kerja langkah itu.")),
        },
    )
    reason = None
    if found.reasons:
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
            key="analytics_reasons",
            alt=_("Alasan pengembalian"),
            column_config={_("Alasan"): st.column_config.TextColumn(width=420)},
        )
    figure_cases.offer_files(asked.person, lambda: rework_sheets(found), f"rework-{asked.scope}")
    if reason is not None:
        behind = found.reasons[reason.row].behind
        figure_cases.show_cases(asked.person, behind, _("Perkara dengan alasan ini"))
    elif step is not None:
        item = found.steps[step.row]
        again = step.column in (_("Diulang"), _("Waktu mengulang"))
        behind = Behind(item.behind.scope, step=item.step, again=True) if again else item.behind
        figure_cases.show_cases(asked.person, behind, _("Perkara yang dikembalikan atau diulang"))
    elif mark is not None:
        figure_cases.show_cases(asked.person, shown[int(mark)].behind, names[int(mark)])
    else:
        st.caption(_("Pilih satu angka atau satu batang untuk membuka perkaranya."))


def _rework_sentence(found: Rework) -> str:
    if not found.returns:
        return _("Tidak ada pengembalian; {share} waktu kerja habis untuk mengulang").format(share=percent(found.share))
    count = _n("{n} pengembalian", found.returns).format(n=words.number(found.returns))
    if found.share is None:
        return count
    return _("{share} waktu kerja habis untuk mengulang; {count}").format(share=percent(found.share), count=count)


def rework_sheets(found: Rework) -> list[Sheet]:
    """Returns by step and by reason for a spreadsheet."""
    columns = (
        Column(_("SOP")), Column(_("Langkah")), Column(_("Kembali ke")), Column(_("Pengembalian"), Kind.NUMBER),
        Column(_("Perkara"), Kind.NUMBER), Column(_("Selesai"), Kind.NUMBER), Column(_("Diulang"), Kind.NUMBER),
        Column(_("Waktu mengulang"), Kind.SHARE),
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [s.sop_id, s.step, s.return_to, s.returns, s.cases, s.n, s.again, s.again_share] for s in found.steps
    ]  # fmt: skip
    why = (
        Column(_("Alasan"), width=60), Column(_("Kali"), Kind.NUMBER), Column(_("Perkara"), Kind.NUMBER),
        Column(_("Langkah")),
    )  # fmt: skip
    reasons: list[list[Cell]] = [
        [item.reason, item.returns, item.cases, ", ".join(item.steps)] for item in found.reasons
    ]
    return [
        Sheet(_("Pengulangan"), _("Pengulangan per langkah"), columns, rows),
        Sheet(_("Alasan"), _("Alasan pengembalian"), why, reasons),
    ]


def variants(asked: Asked) -> None:
    """View 7: the paths cases took."""
    with reading() as session:
        found = analytics.variants(session, scope=asked.scope)
    if not found.top:
        empty(_("Belum ada perkara yang selesai pada periode ini."))
        return
    title = _n("{n} jalur; yang tersering dipakai {share} perkara", found.total).format(
        n=words.number(found.total), share=percent(found.top[0].share)
    )
    mark = figure_cases.chart(
        charts.bars(
            Heading(title, _("perkara selesai per jalur"), asked.period),
            [_path_label(asked, variant) for variant in found.top],
            [variant.cases for variant in found.top], [words.number(variant.cases) for variant in found.top],
        ), key="analytics_variants",
    )  # fmt: skip
    picked = figure_cases.table(
        [
            {
                **({} if asked.one_sop else {_("SOP"): asked.titles.get(variant.sop_id, variant.sop_id)}),
                _("Jalur"): variant.path,
                _("Perkara"): variant.cases,
                _("Bagian"): percent(variant.share),
                _("Median"): "–" if variant.p50_days is None else days_words(variant.p50_days),
                _("Tepat waktu"): rate_or_cases(variant.on_time_rate, variant.cases),
            }
            for variant in found.top
        ],
        key="analytics_paths",
        alt=_("Jalur perkara"),
        column_config={
            _("SOP"): st.column_config.TextColumn(width=190),
            _("Jalur"): st.column_config.TextColumn(width=330 if asked.one_sop else 240),
            _("Median"): st.column_config.TextColumn(help=_("Dari dibuka sampai ditutup, menurut kalender kantor.")),
        },
    )
    figure_cases.offer_files(asked.person, lambda: [variant_sheet(found)], f"variants-{asked.scope}")
    chosen = picked.row if picked is not None else None if mark is None else int(mark)
    if chosen is None:
        st.caption(_("Pilih satu baris atau satu batang untuk membuka perkaranya."))
    else:
        figure_cases.show_cases(asked.person, found.top[chosen].behind, found.top[chosen].path)


def _path_label(asked: Asked, variant: Variant) -> str:
    """A path at a bar, without spaces so that most of it fits, then its SOP where several are shown."""
    path = variant.path.replace(" ", "")
    return path if asked.one_sop else f"{path} · {asked.sop(variant.sop_id)}"


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
    mark = figure_cases.chart(
        charts.stacked(
            Heading(title, _("jam kerja, dipegang dan dijeda, menurut bulan selesai"), asked.period),
            [month_word(m) for m in months], parts, unit_texts=texts, upright=True,
        ), key="analytics_parties",
    )  # fmt: skip
    rows = sorted(found.whole, key=lambda row: -row.share)
    picked = figure_cases.table(
        [
            {
                _("Pihak"): party_word(row.party),
                _("Bagian waktu"): percent(row.share),
                _("Memegang"): words.length(row.held_seconds),
                _("Langkah"): row.n,
                _("Lewat batas"): rate_or_cases(row.breach_rate, row.cases),
                _("Ditunggu saat jeda"): words.length(row.paused_seconds),
                _("Jeda"): row.pauses,
            }
            for row in rows
        ],
        key="analytics_party_table",
        alt=_("Waktu per pihak"),
    )
    figure_cases.offer_files(asked.person, lambda: [party_sheet(found)], f"parties-{asked.scope}")
    st.caption(_("Waktu jeda dicatat pada pihak yang ditunggu, tidak pernah pada kantor."))
    if picked is not None:
        _show_party(asked, rows[picked.row], picked.column)
    elif mark is not None:
        month, party = months[int(mark[0])], order[int(mark[1])]
        row = next(r for r in found.months if r.month == month and r.party == party)
        title = _("{who}, {month}").format(who=party_word(party), month=month_word(month))
        figure_cases.show_cases(asked.person, row.behind if row.n else row.behind_paused, title)


def _show_party(asked: Asked, row: PartyTime, column: str) -> None:
    """The cases of the number that was picked; what a party held and what waited for it for the row."""
    held, paused = _("Dipegang {who}"), _("Dijeda menunggu {who}")
    late, when_paused = _("Lewat batas"), (_("Ditunggu saat jeda"), _("Jeda"))
    if row.n and column not in when_paused:
        only_late = column == late and row.breach_rate is not None
        behind = replace(row.behind, state=State.BREACHED) if only_late else row.behind
        title = held.format(who=party_word(row.party))
        figure_cases.show_cases(asked.person, behind, f"{title} · {late}" if only_late else title)
    if row.pauses and column in ("", _("Pihak"), _("Bagian waktu"), *when_paused):
        figure_cases.show_cases(asked.person, row.behind_paused, paused.format(who=party_word(row.party)))


def party_sheet(found: Parties) -> Sheet:
    """The parties' time by month as numbers for a spreadsheet; the whole period first."""
    columns = (
        Column(_("Pihak")), Column(_("Bulan")), Column(_("Langkah"), Kind.NUMBER), Column(_("Perkara"), Kind.NUMBER),
        Column(_("Memegang (jam kerja)"), Kind.DECIMAL), Column(_("Dinilai"), Kind.NUMBER),
        Column(_("Lewat batas"), Kind.NUMBER), Column(_("Jeda"), Kind.NUMBER),
        Column(_("Ditunggu saat jeda (jam kerja)"), Kind.DECIMAL), Column(_("Bagian waktu"), Kind.SHARE),
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            party_word(r.party), f"{r.month:%Y-%m}" if r.month else _("seluruh periode"), r.n, r.cases,
            r.held_seconds / 3600, r.judged, r.breached, r.pauses, r.paused_seconds / 3600, r.share,
        ]
        for r in (*found.whole, *found.months)
    ]  # fmt: skip
    return Sheet(_("Pihak luar"), _("Waktu per pihak"), columns, rows)
