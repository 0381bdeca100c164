"""The supervisor's eight views: each a chart with its finding as title, a table beside it, and the cases behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from babel.dates import format_date

from workbench.domain.people import Person, Role
from workbench.domain.sop import Standard, Unit
from workbench.domain.sop_flow import standard_words
from workbench.i18n import _, language
from workbench.reporting import analytics_charts as charts
from workbench.reporting.analytics_charts import Heading, Part
from workbench.reporting.spreadsheet import Column, Kind, Sheet
from workbench.services import analytics
from workbench.services.analytics_figures import FEW, Load, Party, Scope, State, StepFigure
from workbench.ui import frame, theme, words
from workbench.ui.components import figure_cases
from workbench.ui.resources import reading

_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, about what, and how that is said."""

    person: Person
    scope: Scope
    period: str
    titles: dict[str, str]

    @property
    def one_sop(self) -> bool:
        """Is the question about a single procedure?"""
        return self.scope.sop_id is not None

    def step(self, sop_id: str, step: str) -> str:
        """A step's name in a chart: with its SOP where several are shown."""
        return step if self.one_sop else f"{sop_id} · {step}"


def percent(rate: float | None) -> str:
    """``43 %``; a dash where no rate is given."""
    return _NOTHING if rate is None else f"{words.number(rate * 100)} %"


def role_word(role: str) -> str:
    """A holder as the frame names the role."""
    return _(frame.ROLE_WORDS[Role(role)]) if role in set(Role) else role


def party_word(party: str) -> str:
    """A party's name."""
    return {
        Party.OFFICE: _("Kantor sendiri"),
        Party.PRODUCER: _("Perangkat daerah"),
        Party.BPS: _("BPS"),
        Party.REQUESTER: _("Pemohon"),
        Party.OTHER: _("Pihak lain"),
    }.get(Party(party), party)


def month_word(month: date) -> str:
    """``Nov 26``."""
    return str(format_date(month, "MMM yy", locale=language()))


def state_words(state: str) -> str:
    """Sign and word of a state; open work without a standard has none."""
    return theme.words("no_clock" if state in ("", State.UNTIMED) else state)


def spent(figure_seconds: float | None, days: float | None, unit: str | None) -> str:
    """Time in the unit of the standard: working days for days and months, else hours and minutes."""
    if unit in (Unit.WORKING_DAYS, Unit.MONTHS):
        return (
            _NOTHING
            if days is None
            else _("{n} hari kerja").format(n=words.number(days, 0 if days == int(days) else 1))
        )
    return _NOTHING if figure_seconds is None else words.length(figure_seconds)


def standard(amount: int | None, unit: str | None) -> str:
    """The standard as the SOP prints it."""
    return standard_words(Standard(amount, Unit(unit))) if amount is not None and unit else _NOTHING


def empty(sentence: str) -> None:
    """What will appear here, and how."""
    st.info(sentence, icon=":material/info:")


# ---------------------------------------------------------------- 1 and 2: the first screen


def steps(asked: Asked) -> None:
    """The SOP table coloured by breach rate, and the heat map of step × month."""
    with reading() as session:
        figures = analytics.sop_table(session, scope=asked.scope)
        cells = analytics.heat_map(session, scope=asked.scope)
    if not any(figure.n or figure.open for figure in figures):
        empty(_("Belum ada langkah yang selesai pada periode ini. Begitu perkara berjalan, lamanya tampil di sini."))
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.markdown(
            f"**{worst_sentence(asked, figures)}**  \n:gray[{_('Satuan: waktu kerja tanpa jeda')} · {asked.period}]"
        )
        picked = _step_table(asked, figures)
    with right:
        mark = _heat(asked, figures, cells)
    if picked is not None:
        figure = figures[picked]
        title = _("Perkara di balik langkah {step}").format(step=asked.step(figure.sop_id, figure.step))
        figure_cases.show_cases(asked.person, figure.behind, title)
    elif mark is not None:
        cell = cells[int(mark)]
        title = _("Perkara di balik langkah {step}, {month}").format(
            step=asked.step(cell.sop_id, cell.step), month=month_word(cell.month)
        )
        figure_cases.show_cases(asked.person, cell.behind, title)
    else:
        st.caption(
            _(
                "Pilih satu baris atau satu kotak untuk membuka perkaranya. Di bawah {n} perkara tidak ada persentil."
            ).format(n=FEW)
        )


def worst_sentence(asked: Asked, figures: list[StepFigure]) -> str:
    """The finding of the table in one sentence."""
    rated = [figure for figure in figures if figure.breach_rate]
    if not rated:
        return _("Tidak ada langkah yang sering lewat batas.")
    worst = max(rated, key=lambda figure: (figure.breach_rate or 0, figure.breached))
    return _("Langkah {step} paling sering lewat batas: {rate} dari {n} kali.").format(
        step=asked.step(worst.sop_id, worst.step), rate=percent(worst.breach_rate), n=words.number(worst.judged)
    )


def _step_table(asked: Asked, figures: list[StepFigure]) -> int | None:
    rows = [
        {
            **({} if asked.one_sop else {_("SOP"): figure.sop_id}),
            _("Langkah"): f"{figure.step}. {figure.activity}",
            _("Lewat batas"): percent(figure.breach_rate),
            _("n"): figure.n,
            _("Median"): spent(figure.p50_seconds, figure.p50_days, figure.unit),
            _("p95"): spent(figure.p95_seconds, figure.p95_days, figure.unit),
            _("Baku"): standard(figure.amount, figure.unit),
            _("Menunggu"): percent(figure.waiting_share),
            _("Kembali"): figure.returns,
            _("Kini"): figure.open,
            _("Kini lewat"): figure.open_breached,
            _("Pelaksana"): figure.holder,
        }
        for figure in figures
    ]

    def coloured(frame_: pd.DataFrame) -> Any:
        def of_row(row: pd.Series) -> list[str]:
            background = charts.rate_colour(figures[int(str(row.name))].breach_rate)
            look = f"background-color: {background}; color: {charts.ink_on(background)}" if background else ""
            return [look if column == _("Lewat batas") else "" for column in row.index]

        return frame_.style.apply(of_row, axis=1)

    picked = figure_cases.table(
        rows, key="analytics_steps", alt=_("Langkah SOP dengan tingkat lewat batas, median dan p95"), style=coloured,
        column_config={_("Langkah"): st.column_config.TextColumn(width=150, pinned=True)},
    )  # fmt: skip
    figure_cases.offer_files(asked.person, [step_sheet(asked, figures)], "steps")
    return picked


def step_sheet(asked: Asked, figures: list[StepFigure]) -> Sheet:
    """The SOP table as numbers for a spreadsheet."""
    columns = (
        Column(_("SOP")), Column(_("Langkah")), Column(_("Kegiatan")), Column(_("Pelaksana")), Column(_("Baku")),
        Column(_("n"), Kind.NUMBER), Column(_("Perkara"), Kind.NUMBER), Column(_("Median (jam kerja)"), Kind.DECIMAL),
        Column(_("p95 (jam kerja)"), Kind.DECIMAL), Column(_("Median (hari kerja)"), Kind.DECIMAL),
        Column(_("p95 (hari kerja)"), Kind.DECIMAL), Column(_("p95 terhadap baku"), Kind.SHARE),
        Column(_("Bagian menunggu"), Kind.SHARE), Column(_("Dinilai"), Kind.NUMBER),
        Column(_("Lewat batas"), Kind.NUMBER), Column(_("Tingkat lewat batas"), Kind.SHARE),
        Column(_("Pengembalian"), Kind.NUMBER), Column(_("Berjalan kini"), Kind.NUMBER),
        Column(_("Kini lewat batas"), Kind.NUMBER),
    )  # fmt: skip

    def hours(seconds: float | None) -> float | None:
        return None if seconds is None else seconds / 3600

    rows = [
        [
            f.sop_id, f.step, f.activity, f.holder, standard(f.amount, f.unit), f.n, f.cases, hours(f.p50_seconds),
            hours(f.p95_seconds), f.p50_days, f.p95_days, f.p95_share, f.waiting_share, f.judged, f.breached,
            f.breach_rate, f.returns, f.open, f.open_breached,
        ]
        for f in figures
    ]  # fmt: skip
    notes = (
        asked.period,
        _("Waktu kerja menurut kalender kantor, tanpa jeda. Kosong: kurang dari {n} perkara.").format(n=FEW),
    )
    return Sheet(_("Langkah"), _("Waktu per langkah SOP"), columns, rows, notes)


def _heat(asked: Asked, figures: list[StepFigure], cells: list[Any]) -> Any:
    rows = [asked.step(figure.sop_id, figure.step) for figure in figures]
    months = sorted({cell.month for cell in cells})
    if not months:
        return None
    names = [month_word(month) for month in months]
    row_of = {(figure.sop_id, figure.step): index for index, figure in enumerate(figures)}
    marks = [
        (
            row_of[cell.sop_id, cell.step], months.index(cell.month), cell.breach_rate,
            words.number(cell.breach_rate * 100) if cell.breach_rate is not None else "·",
            _("Langkah {step}, {month}: {breached} dari {judged} lewat batas; p95 {share} dari baku").format(
                step=rows[row_of[cell.sop_id, cell.step]], month=month_word(cell.month), breached=cell.breached,
                judged=cell.judged, share=percent(cell.p95_share),
            ),
        )
        for cell in cells
    ]  # fmt: skip
    late: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        late[cell.month][0] += cell.breached
        late[cell.month][1] += cell.judged
    rates = {month: part / whole for month, (part, whole) in late.items() if whole >= FEW}
    worst = max(rates, key=rates.__getitem__, default=None)
    title = (
        _("{month} bulan terberat: {rate} langkah lewat batas").format(
            month=month_word(worst), rate=percent(rates[worst])
        )
        if worst
        else _("Lewat batas per langkah dan bulan")
    )
    heading = Heading(
        title, _("% langkah yang lewat batas; titik: kurang dari {n} perkara").format(n=FEW), asked.period
    )
    return figure_cases.chart(
        charts.heat_map(heading, rows, names, marks), key="analytics_heat",
    )  # fmt: skip


# ---------------------------------------------------------------- 3: one case


def late_cases(asked: Asked) -> None:
    """Cases beyond their standards; the picked one broken down by holder."""
    with reading() as session:
        late = analytics.late_cases(session, scope=asked.scope, top=100)
    if not late:
        empty(_("Tidak ada perkara yang melampaui waktu bakunya pada periode ini."))
        return
    by_cause: dict[str, float] = defaultdict(float)
    for case in late:
        by_cause[case.cause] += case.cause_seconds
    causes = sorted(by_cause, key=by_cause.__getitem__, reverse=True)
    heading = Heading(
        _("Kelebihan waktu terbanyak ada pada {who}").format(who=role_word(causes[0])),
        _("jam kerja di atas baku, {n} perkara terburuk").format(n=words.number(len(late))), asked.period,
    )  # fmt: skip
    left, right = st.columns([5, 6], gap="medium")
    with left:
        figure_cases.chart(
            charts.bars(
                heading, [role_word(c) for c in causes], [by_cause[c] / 3600 for c in causes],
                [words.length(by_cause[c]) for c in causes],
            ), key="analytics_causes", pick=False,
        )  # fmt: skip
    with right:
        picked = figure_cases.table(
            [
                {
                    _("Perkara"): figure_cases.case_link(case.case_id, case.number),
                    _("Perihal"): case.subject,
                    _("Di atas baku"): words.length(case.over_seconds),
                    _("Terbanyak pada"): role_word(case.cause),
                    _("Bagiannya"): percent(case.cause_seconds / case.over_seconds),
                    _("Keadaan"): theme.words(case.status),
                }
                for case in late
            ],
            key="analytics_late", alt=_("Perkara dengan kelebihan waktu"), column_config=figure_cases.link_column(),
        )  # fmt: skip
    if picked is None:
        st.caption(_("Pilih satu perkara untuk melihat siapa memegangnya berapa lama."))
        return
    breakdown(asked, late[picked].case_id)


def breakdown(asked: Asked, case_id: int) -> None:
    """Who held one case for how long, and who caused the excess."""
    with reading() as session:
        found = analytics.breakdown(session, by=asked.person, case_id=case_id)
    own = [stay for stay in found.stays if not stay.container]
    title = (
        _("{number}: kelebihan terbanyak pada {who} ({length})").format(
            number=found.number, who=found.cause, length=words.length(found.cause_seconds)
        )
        if found.cause
        else _("{number}: semua langkah dalam waktu bakunya").format(number=found.number)
    )
    parts = []
    texts = []
    for name, field, colour in (
        (_("Menunggu diambil"), "waiting_seconds", charts.AMBER),
        (_("Dikerjakan"), "working_seconds", theme.NAVY),
        (_("Dijeda"), "paused_seconds", theme.GREY),
    ):
        values = [getattr(stay, field) or 0.0 for stay in own]
        parts.append(Part(name, [value / 3600 for value in values], colour))
        texts.append([words.length(value) for value in values])
    labels = [f"{stay.step}. {stay.holder}" + (f" ({stay.visit}×)" if stay.visit > 1 else "") for stay in own]
    left, right = st.columns([5, 6], gap="medium")
    with left:
        heading = Heading(title, _("jam kerja"), found.subject)
        figure_cases.chart(
            charts.stacked(heading, labels, parts, unit_texts=texts), key="analytics_breakdown", pick=False,
        )  # fmt: skip
    with right:
        rows = [
            {
                _("Langkah"): f"{stay.step}. {stay.activity}",
                _("Pemegang"): stay.holder + (f" · {stay.person}" if stay.person else ""),
                _("Mulai"): words.when(stay.available_at),
                _("Selesai"): words.when(stay.done_at),
                _("Dipakai"): spent(stay.used_seconds, stay.used_days, stay.unit),
                _("Baku"): standard(stay.amount, stay.unit),
                _("% baku"): percent(stay.share),
                _("Penilaian"): state_words(stay.state),
            }
            for stay in found.stays
        ]
        st.dataframe(rows, hide_index=True, alt=title)
        shares = [f"{h.holder} {percent(h.share)}" for h in found.holders[:4]]
        st.caption(_("Bagian waktu: {shares}.").format(shares=", ".join(shares)))


# ---------------------------------------------------------------- 4: lanes and persons


def loads(asked: Asked) -> None:
    """What each lane and person has now, and how much they closed on time."""
    with reading() as session:
        lanes = analytics.lanes(session, scope=asked.scope)
        people = analytics.people(session, by=asked.person, scope=asked.scope)
    if not lanes:
        empty(_("Belum ada langkah berjalan atau selesai pada periode ini."))
        return
    worst = max(lanes, key=lambda load: (load.breached_now, load.at_risk, load.open))
    title = (
        _("{who} memegang {n} langkah yang kini lewat batas").format(
            who=role_word(worst.holder_role), n=words.number(worst.breached_now)
        )
        if worst.breached_now
        else _("Tidak ada langkah yang kini lewat batas")
    )
    parts = []
    for key, values in (
        ("breached", [load.breached_now for load in lanes]),
        ("at_risk", [load.at_risk for load in lanes]),
        ("on_time", [load.open - load.breached_now - load.at_risk - load.paused for load in lanes]),
        ("paused", [load.paused for load in lanes]),
    ):
        parts.append(Part(_(theme.status(key).word), values, charts.STATE_COLOURS[key]))
    heading = Heading(title, _("langkah yang berjalan sekarang"), _("saat ini"))
    left, right = st.columns([5, 6], gap="medium")
    with left:
        mark = figure_cases.chart(
            charts.stacked(
                heading, [role_word(load.holder_role) for load in lanes], parts,
                unit_texts=[[words.number(value or 0) for value in part.values] for part in parts],
            ), key="analytics_lanes",
        )  # fmt: skip
    with right:
        who = st.segmented_control(
            _("Tampilkan"), ["lane", "person"], default="lane", required=True, key="analytics_who",
            format_func={"lane": _("Per pelaksana"), "person": _("Per orang")}.__getitem__,
            label_visibility="collapsed",
        )  # fmt: skip
        shown = people if who == "person" else lanes
        picked = figure_cases.table(
            [_load_row(load) for load in shown], key=f"analytics_loads_{who}", alt=_("Beban per pelaksana dan orang")
        )
        figure_cases.offer_files(asked.person, [load_sheet(shown)], f"loads-{who}")
    if picked is not None:
        _show_load(asked, shown[picked])
    elif mark is not None:
        row, part = (int(value) for value in mark)
        key = ("breached", "at_risk", "on_time", "paused")[part]
        figure = replace(lanes[row].behind_open, state=key)
        title = _("{who}: {state}").format(who=role_word(lanes[row].holder_role), state=theme.words(key))
        figure_cases.show_cases(asked.person, figure, title)


def _load_name(load: Load) -> str:
    if load.person is None:
        return role_word(load.holder_role)
    return load.name or _("(belum diambil)")


def _load_row(load: Load) -> dict[str, Any]:
    row = {
        _("Berjalan"): load.open,
        _("Mendekati"): load.at_risk,
        _("Kini lewat"): load.breached_now,
        _("Dijeda"): load.paused,
        _("Selesai"): load.closed,
        _("Tepat waktu"): percent(load.on_time_rate),
    }
    lane = {_("Pelaksana"): role_word(load.holder_role)}
    return {**({_("Orang"): _load_name(load)} if load.person is not None else {}), **lane, **row}


def load_sheet(loads_: list[Load]) -> Sheet:
    """The loads as numbers for a spreadsheet."""
    columns = (
        Column(_("Pelaksana")), Column(_("Orang")), Column(_("Berjalan"), Kind.NUMBER),
        Column(_("Mendekati batas"), Kind.NUMBER), Column(_("Kini lewat batas"), Kind.NUMBER),
        Column(_("Dijeda"), Kind.NUMBER), Column(_("Selesai"), Kind.NUMBER), Column(_("Dinilai"), Kind.NUMBER),
        Column(_("Tepat waktu"), Kind.NUMBER), Column(_("% tepat waktu"), Kind.SHARE),
    )  # fmt: skip
    rows = [
        [
            role_word(load.holder_role), "" if load.person is None else _load_name(load), load.open, load.at_risk,
            load.breached_now, load.paused, load.closed, load.judged, load.on_time, load.on_time_rate,
        ]
        for load in loads_
    ]  # fmt: skip
    return Sheet(_("Beban"), _("Beban dan ketepatan waktu"), columns, rows)


def _show_load(asked: Asked, load: Load) -> None:
    if load.open:
        title = _("Berjalan pada {who}").format(who=_load_name(load))
        figure_cases.show_cases(asked.person, load.behind_open, title)
    if load.closed:
        title = _("Diselesaikan oleh {who}").format(who=_load_name(load))
        figure_cases.show_cases(asked.person, load.behind_closed, title)
