"""The cases behind a figure, and a table as a file: what every view of the supervisor's page ends with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from workbench import moment
from workbench.domain.people import Person
from workbench.i18n import _, _n, language
from workbench.reporting import analytics_charts
from workbench.reporting.analytics_charts import Heading
from workbench.reporting.spreadsheet import Cell, Column, Kind, Sheet
from workbench.services import analytics_ask, analytics_behind, analytics_export
from workbench.services.analytics_figures import Behind, CaseList
from workbench.ui import frame, theme, words
from workbench.ui.feedback import shown_errors
from workbench.ui.resources import reading, writing

_READY = "analytics_ready"
_TALLEST = 15
"""A longer table scrolls inside: what stands below it must not be pages away."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What a reader picked in a table: a row, and the column where it was one number of it."""

    row: int
    column: str = ""


def case_link(case_id: int, number: str) -> str:
    """The address of a case with its number behind #, as a link column shows it."""
    return f"{frame.page('track/case.py').address}?case={case_id}#{number}"


def link_column() -> dict[str, Any]:
    """Column settings that show such links by their number."""
    return {_("Perkara"): st.column_config.LinkColumn(display_text=r"#(.+)$", width=122)}


def show_cases(person: Person, figure: Behind, title: str) -> None:
    """The list of cases of a figure, worst first, each a link."""
    with shown_errors() as outcome, reading() as session:
        found = analytics_behind.cases_behind(session, by=person, figure=figure)
    if not outcome.ok:
        return
    st.subheader(title, anchor=False)
    if not found.cases:
        st.info(_("Tidak ada perkara di balik angka ini sekarang."), icon=":material/info:")
        return
    st.caption(_count_words(found))
    st.dataframe(
        _case_rows(found), hide_index=True, height=_height(len(found.cases)), column_config=link_column(), alt=title
    )
    offer_files(person, lambda: [_case_sheet(_all_of(person, figure), title)], f"cases-{figure}")


def _all_of(person: Person, figure: Behind) -> CaseList:
    """Every case of a figure: a file is not cut where the screen is."""
    with reading() as session:
        return analytics_behind.all_cases_behind(session, by=person, figure=figure)


def _count_words(found: CaseList) -> str:
    if found.total > len(found.cases):
        return _("{n} perkara, yang terburuk {shown} ditampilkan.").format(
            n=words.number(found.total), shown=words.number(len(found.cases))
        )
    return _n("{n} perkara.", found.total).format(n=words.number(found.total))


def _case_rows(found: CaseList) -> list[dict[str, str]]:
    return [
        {
            _("Perkara"): case_link(line.case_id, line.number),
            _("Perihal"): line.subject,
            _("Keadaan"): theme.words(line.status),
            _("Langkah kini"): line.step_now if line.closed_at is None else _("selesai"),
            _("Waktu pada angka ini"): words.length(line.used_seconds) if line.used_seconds is not None else "–",
            _("% baku"): f"{words.number(line.share * 100)} %" if line.share is not None else "–",
            _("Penilaian"): theme.words("no_clock" if line.state in ("", "untimed") else line.state),
            _("Dibuka"): words.day(line.opened_at),
        }
        for line in found.cases
    ]


def _case_sheet(found: CaseList, title: str) -> Sheet:
    columns = (
        Column(_("Nomor")), Column(_("Perihal")), Column(_("Pemohon")), Column(_("SOP")), Column(_("OPD")),
        Column(_("Keadaan")), Column(_("Langkah")), Column(_("Waktu kerja (jam)"), Kind.DECIMAL),
        Column(_("Bagian dari baku"), Kind.SHARE), Column(_("Penilaian")), Column(_("Dibuka"), Kind.MOMENT),
        Column(_("Ditutup"), Kind.MOMENT),
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            line.number, line.subject, line.requester, line.sop_id, line.opd_code, line.status, line.step,
            None if line.used_seconds is None else line.used_seconds / 3600, line.share, line.state, line.opened_at,
            line.closed_at,
        ]
        for line in found.cases
    ]  # fmt: skip
    return Sheet(_("Perkara"), title, columns, rows)


def offer_files(person: Person, sheets: Callable[[], Sequence[Sheet]], key: str) -> None:
    """Two buttons that store the tables as CSV (the first) or XLSX, then the link to the stored bytes.

    The tables are made when they are asked for, not each time the page is drawn. ``key`` names the figure and what it
    is about; a file stands for it until something happens, and for an hour at most, as what is open grows older.
    """
    with reading() as session:
        state = f"{key}{analytics_ask.version(session)}{moment.now():%Y-%m-%d %H}{language()}"
    mark = hashlib.sha256(state.encode()).hexdigest()[:16]
    ready: dict[str, dict[str, str]] = st.session_state.setdefault(_READY, {})
    with st.container(horizontal=True):
        for form in ("xlsx", "csv"):
            address = ready.get(mark, {}).get(form)
            if address:
                st.link_button(_("Unduh {form}").format(form=form.upper()), address, icon=":material/download:")
            else:
                st.button(
                    _("Siapkan {form}").format(form=form.upper()), key=f"export_{form}_{mark}", type="tertiary",
                    icon=":material/table_view:", on_click=_store, args=(person, sheets, form, mark),
                )  # fmt: skip


def _store(person: Person, sheets: Callable[[], Sequence[Sheet]], form: str, mark: str) -> None:
    made = sheets()
    with shown_errors(later=True), writing() as session:
        stored = analytics_export.export(session, by=person, sheets=made, form=form)
        st.session_state.setdefault(_READY, {}).setdefault(mark, {})[form] = f"/berkas/{stored.sha256}"


def say(heading: Heading, how: str = "") -> None:
    """The finding as a sentence, its unit and period, and how to go on from here."""
    below = f"{words.plain(heading.unit)} · {words.plain(heading.period)}"
    st.markdown(f"**{words.plain(heading.title)}**  \n:gray[{below}]" + (f"  \n:small[:gray[{how}]]" if how else ""))


def chart(figure: Any, *, key: str, pick: bool = True) -> Any:
    """A chart below its finding, unit and period; returns the ``customdata`` of the mark a reader clicked, if any."""
    said = figure.layout.meta
    say(Heading(said["title"], said["unit"], said["period"]))
    if st.context.theme.type == "dark":
        figure = analytics_charts.for_dark(figure)
    options: dict[str, Any] = {"on_select": "rerun", "selection_mode": "points"} if pick else {}
    if figure.layout.width:
        options["width"] = int(figure.layout.width)
    event = st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=said["title"], **options)
    points = event.selection.points if pick else []
    return points[0].get("customdata") if points else None


def table(
    rows: list[dict[str, Any]], *, key: str, alt: str, style: Callable[[Any], Any] | None = None, **more: Any
) -> Picked | None:
    """A table in which a row or one number can be picked. ``style`` colours a pandas frame of the rows."""
    import pandas as pd

    frame = pd.DataFrame(rows)
    counts = frame.select_dtypes("integer").columns
    shown: Any = frame  # a styled frame is drawn cell by cell: only where there is something to style
    if style is not None or len(counts):
        shown = (frame.style if style is None else style(frame)).format(words.number, subset=counts)
    event = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key=key,
        alt=alt,
        height=_height(len(rows)),
        **more,
    )
    if event.selection.cells:
        row, column = event.selection.cells[0]
        return Picked(int(row), str(column))
    return Picked(int(event.selection.rows[0])) if event.selection.rows else None


def _height(rows: int) -> Any:
    """All rows of a short table; a long one as tall as fifteen."""
    return "content" if rows <= _TALLEST else 35 * (_TALLEST + 1) + 3
