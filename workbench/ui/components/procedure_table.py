"""One row a procedure: how many cases run and how they stand, its median against the standard, its late weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from workbench.i18n import _
from workbench.services.analytics_pace import WEEKS, Pace
from workbench.services.track import BoardCount, ProgressFlag, flag_label

_WIDTHS = {ProgressFlag.ON_TIME: 85, ProgressFlag.AT_RISK: 112, ProgressFlag.BREACHED: 82}


def draw(counts: Sequence[BoardCount], paces: Mapping[str, Pace]) -> None:
    """The table of procedures, the one with most overdue cases first."""
    st.dataframe(
        _lines(counts, paces),
        hide_index=True,
        placeholder="–",
        column_config={
            _("Prosedur"): st.column_config.TextColumn(width=235),
            **{flag_label(flag): st.column_config.NumberColumn(width=width) for flag, width in _WIDTHS.items()},
            flag_label(ProgressFlag.WAITING_OUTSIDE): st.column_config.NumberColumn(
                _("menunggu"), width=82, help=flag_label(ProgressFlag.WAITING_OUTSIDE)
            ),
            _("Median baku"): st.column_config.NumberColumn(
                format="%d %%",
                width=95,
                help=_(
                    "Separuh langkah yang selesai dalam 12 bulan terakhir memakai paling banyak bagian ini dari waktu "
                    "bakunya; kosong bila kurang dari lima perkara atau waktu bakunya per fase."
                ),
            ),
            _("12 minggu"): st.column_config.BarChartColumn(
                y_min=0,
                width=95,
                help=_("Langkah yang selesai lewat batas tiap minggu, {n} minggu terakhir.").format(n=WEEKS),
            ),
        },
        alt=_("Prosedur: perkara menurut status, median terhadap waktu baku, dan keterlambatan tiap minggu"),
    )


def _lines(counts: Sequence[BoardCount], paces: Mapping[str, Pace]) -> list[dict]:
    titles = {group.sop_id: group.sop_title for group in counts}
    lines = []
    for sop_id, title in titles.items():
        flags = {group.flag: group.cases for group in counts if group.sop_id == sop_id}
        pace = paces.get(sop_id)
        lines.append(
            {_("Prosedur"): title, _("Berjalan"): sum(flags.values())}
            | {flag_label(flag): flags.get(flag, 0) for flag in ProgressFlag}
            | {_("Median baku"): _percent(pace), _("12 minggu"): list(pace.late) if pace else []}
        )
    return sorted(lines, key=lambda line: (-line[flag_label(ProgressFlag.BREACHED)], line[_("Prosedur")]))


def _percent(pace: Pace | None) -> int | None:
    return None if pace is None or pace.median_share is None else round(100 * pace.median_share)
