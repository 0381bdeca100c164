"""View 5: what stands now, oldest first, and how much of it will be late in the next working days."""

from __future__ import annotations

import streamlit as st
from babel.dates import format_date

from workbench.i18n import _, _n, language
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading, Part
from workbench.reporting.spreadsheet import Column, Kind, Sheet
from workbench.services import analytics_queue
from workbench.services.analytics_figures import ENOUGH, Queue
from workbench.ui import theme, words
from workbench.ui.components import analytics_late, figure_cases
from workbench.ui.components.analytics_words import Asked, empty, percent, role_word, state_words
from workbench.ui.resources import reading

_MOST = 200
"""So many are listed, the oldest; the file holds them all."""


def queue(asked: Asked) -> None:
    """View 5: the oldest work first, and what the next working days will bring."""
    with reading() as session:
        found = analytics_queue.queue(session, scope=asked.scope)
    if not found.waiting:
        empty(_("Tidak ada langkah yang berjalan. Perkara baru tampil di sini begitu dibuka."))
        return
    expected = sum(day.expected for day in found.days)
    due = sum(day.due for day in found.days)
    title = _("{due} langkah jatuh tempo sampai lima hari kerja ke depan; sekitar {expected} akan lewat batas").format(
        due=words.number(due), expected=words.number(expected, 1 if expected < 10 else 0)
    )
    mark = _forecast(found, title)
    if found.breached_now:
        st.caption(
            _n("{n} langkah sudah lewat batas dan tidak ikut dalam prakiraan.", found.breached_now).format(
                n=words.number(found.breached_now)
            )
        )
    shown = found.waiting[:_MOST]
    picked = figure_cases.table(
        [
            {
                _("Perkara"): figure_cases.case_link(item.case_id, item.number),
                _("Umur"): words.length(item.used_seconds) if item.used_seconds is not None else "–",
                _("% baku"): percent(item.share),
                _("Keadaan"): state_words(item.state),
                _("Jatuh tempo"): words.when(item.due_at),
                _("Peluang lewat"): percent(item.chance),
                _("Langkah"): f"{item.step}. {item.activity}",
                _("Pemegang"): role_word(item.holder_role),
                _("Perihal"): item.subject,
            }
            for item in shown
        ],
        key="analytics_queue",
        alt=_("Antrean, tertua lebih dulu"),
        column_config=figure_cases.link_column()
        | {
            _("Umur"): st.column_config.TextColumn(width=120, help=_("Waktu kerja sejak langkah ini tersedia.")),
            _("% baku"): st.column_config.TextColumn(width=75),
            _("Keadaan"): st.column_config.TextColumn(width=130),
            _("Jatuh tempo"): st.column_config.TextColumn(width=168),
            _("Peluang lewat"): st.column_config.TextColumn(
                width=105,
                help=_("Dari langkah yang sama pada 18 bulan terakhir; di bawah {n} kali tidak disebut.").format(
                    n=ENOUGH
                ),
            ),
            _("Langkah"): st.column_config.TextColumn(width=220),
        },
    )
    if len(found.waiting) > _MOST:
        st.caption(
            _("{n} langkah menunggu; {most} yang tertua ditampilkan, semuanya ada dalam berkas.").format(
                n=words.number(len(found.waiting)), most=_MOST
            )
        )
    figure_cases.offer_files(asked.person, lambda: [queue_sheet(found)], f"queue-{asked.scope}")
    if mark is not None:
        day = found.days[int(mark[0])]
        title = _("Jatuh tempo {day}").format(day=format_date(day.day, "EEEE, d MMMM y", locale=language()))
        figure_cases.show_cases(asked.person, day.behind, title)
    elif picked is not None:
        analytics_late.breakdown(asked.person, shown[picked.row].case_id)
    else:
        st.caption(
            _("Pilih satu batang untuk perkaranya, atau satu baris untuk melihat siapa memegangnya berapa lama.")
        )


def _forecast(found: Queue, title: str) -> tuple[int, int] | None:
    days = [format_date(day.day, "EEE d MMM", locale=language()) for day in found.days]
    parts = [
        Part(_("diperkirakan lewat"), [day.expected for day in found.days], charts.RED),
        Part(
            _("diperkirakan tepat"), [day.due - day.unknown - day.expected for day in found.days], theme.TEAL
        ),
        Part(_("tanpa riwayat cukup"), [day.unknown for day in found.days], theme.GREY),
    ]  # fmt: skip
    texts = [[_counted(value or 0.0) for value in part.values] for part in parts]
    return figure_cases.chart(
        charts.stacked(
            Heading(title, _("langkah menurut hari jatuh tempo"), _("dari riwayat 18 bulan, mulai hari ini")),
            days, parts, unit_texts=texts,
        ), key="analytics_forecast",
    )  # fmt: skip


def _counted(value: float) -> str:
    """An expected number of steps: whole where it is whole."""
    return words.number(value, 0 if value == int(value) else 1)


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
