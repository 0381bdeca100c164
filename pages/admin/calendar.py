"""Kalender kerja: when do we work? Every change is a new version that names its legal basis."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import streamlit as st

from workbench.domain.calendar import Holiday, HolidayKind, OfficeCalendar
from workbench.domain.people import SUPERVISOR_ROLES, WALIDATA_ROLES, Person, Role
from workbench.domain.sla_words import day_words
from workbench.i18n import N_, _, _n
from workbench.services import calendar
from workbench.ui import access, feedback, frame, words
from workbench.ui.components import calendar_year
from workbench.ui.dialogs import dialog
from workbench.ui.feedback import shown_errors
from workbench.ui.resources import reading, writing

KINDS = {
    HolidayKind.PUBLIC: N_("libur nasional"),
    HolidayKind.COLLECTIVE_LEAVE: N_("cuti bersama"),
    HolidayKind.LOCAL: N_("libur setempat"),
}

person = access.require(*WALIDATA_ROLES, Role.ADMINISTRATOR)


@dialog(N_("Tambah hari libur"), width="large")
def add_holiday(by: Person, office: OfficeCalendar) -> None:
    left, right = st.columns(2)
    day = left.date_input(
        _("Tanggal"), value=None, min_value=office.first, max_value=office.last, format="DD/MM/YYYY", key="holiday-day"
    )
    name = right.text_input(_("Nama hari libur"), key="holiday-name")
    kind = left.selectbox(_("Jenis"), list(KINDS), index=2, format_func=lambda kind: _(KINDS[kind]))
    basis = right.text_input(_("Dasar"), help=_("Nomor surat edaran atau keputusan bersama."), key="holiday-basis")
    estimated = st.checkbox(
        _("Tanggal masih perkiraan"), help=_("Tenggat yang bergantung padanya ditandai perkiraan."), key="holiday-guess"
    )
    if day is None:
        st.caption(_("Pilih tanggal; tenggat yang akan bergeser ditampilkan sebelum disimpan."))
        return
    impact(calendar.with_holiday(office, Holiday(day, name, kind, estimated)), day)
    if st.button(_("Simpan versi baru"), type="primary", key="holiday-save"):
        with shown_errors() as outcome, writing() as session:
            change = calendar.add_holiday(
                session, day=day, name=name, kind=kind, legal_basis=basis, estimated=estimated, by=by
            )
        if outcome.ok:
            tell(change.moved)
            st.rerun()


@dialog(N_("Hapus hari libur"), width="large")
def remove_holiday(by: Person, office: OfficeCalendar, day: date, name: str) -> None:
    st.markdown(_("**{day}**, {name}, menjadi hari kerja lagi.").format(day=day_words(day), name=words.plain(name)))
    basis = st.text_input(_("Dasar"), help=_("Nomor surat edaran atau keputusan bersama."), key="holiday-basis")
    impact(calendar.without_holiday(office, day), day)
    if st.button(_("Simpan versi baru"), type="primary", key="holiday-save"):
        with shown_errors() as outcome, writing() as session:
            change = calendar.remove_holiday(session, day=day, legal_basis=basis, by=by)
        if outcome.ok:
            tell(change.moved)
            st.rerun()


def impact(changed: OfficeCalendar, day: date) -> None:
    """Which open deadlines move from when to when, told before anything is saved."""
    with reading() as session:
        moved = calendar.preview(session, changed)
    st.markdown(f"**{_('Yang bergeser bila {day} diubah').format(day=day_words(day))}**")
    if not moved:
        st.info(_("Tidak ada tenggat terbuka yang bergeser."), icon=":material/event_available:")
        return
    st.dataframe(
        [
            {
                _("Perkara"): item.number,
                _("Tenggat langkah"): from_to(item.step_before, item.step_after),
                _("Tenggat SOP"): from_to(item.sop_before, item.sop_after),
                _("Tenggat hukum"): from_to(item.law_before, item.law_after),
                _("Langkah sekarang"): item.step,
                _("Hal"): item.subject,
            }
            for item in moved
        ],
        hide_index=True,
        height=min(38 + 35 * len(moved), 300),
        alt=_("Tenggat terbuka yang bergeser"),
    )
    told = _n("{n} perkara terbuka bergeser. Penilaian yang sudah jatuh tetap memakai versi kalendernya.", len(moved))
    st.caption(told.format(n=words.number(len(moved))))


def from_to(before: datetime | None, after: datetime | None) -> str:
    """From when to when a due time moves, or that it stays."""
    if before == after:
        return _("tetap") if before is not None else "–"
    return f"{words.when(before)} → {words.when(after)}"


def tell(moved: int) -> None:
    feedback.flash(_("Kalender disimpan sebagai versi baru. Tenggat {n} perkara bergeser.").format(n=moved))


with reading() as session:
    office = calendar.current(session)
    versions = calendar.versions(session)
may_change = bool(person.roles & (SUPERVISOR_ROLES | {Role.ADMINISTRATOR}))

frame.header(_("Kalender kerja"), _("Hari dan jam kerja yang dipakai menghitung setiap tenggat."))

years = list(range(office.first.year, office.last.year + 1))
year = st.segmented_control(
    _("Tahun"), years, default=calendar.today().year if calendar.today().year in years else years[0],
    required=True, key="calendar_year", bind="query-params",
)  # fmt: skip
if may_change and st.button(_("Tambah hari libur"), type="primary", icon=":material/event_busy:"):
    add_holiday(person, office)

calendar_year.show(office, year, calendar.today())

holidays = [holiday for holiday in office.holidays if holiday.day.year == year]
st.subheader(_("Hari libur {year}").format(year=year), anchor=False)
picked = st.dataframe(
    [
        {
            _("Tanggal"): day_words(holiday.day),
            _("Nama"): holiday.name,
            _("Jenis"): _(KINDS[holiday.kind]) + (f" · {_('perkiraan')}" if holiday.estimated else ""),
        }
        for holiday in holidays
    ],
    hide_index=True,
    height="content",
    key=f"calendar_holidays_{year}_{len(holidays)}",  # what was picked belongs to this list
    alt=_("Hari libur {year}").format(year=year),
    **({"on_select": "rerun", "selection_mode": "single-row"} if may_change else {}),
)
if may_change and holidays and not picked.selection.rows:
    st.caption(_("Pilih sebuah baris untuk menghapus hari liburnya."))
if may_change and picked.selection.rows:
    chosen = holidays[picked.selection.rows[0]]
    if st.button(_("Hapus {name}").format(name=chosen.name), icon=":material/event_available:", key="holiday-remove"):
        remove_holiday(person, office, chosen.day, chosen.name)

exceptions = sorted(
    (exception for exception in office.exceptions if exception.day.year == year), key=lambda item: item.day
)
if exceptions:
    st.subheader(_("Jam lain pada tanggal tertentu"), anchor=False)
    st.dataframe(
        [
            {
                _("Tanggal"): day_words(item.day),
                _("Alasan"): item.reason,
                _("Jam"): ", ".join(str(span) for span in item.intervals).replace(":", ".") or _("kantor tutup"),
            }
            for item in exceptions
        ],
        hide_index=True,
        height="content",
        alt=_("Jam lain pada tanggal tertentu"),
    )

st.subheader(_("Jam kerja"), anchor=False)
MONDAY = date(2026, 7, 6)
for place, (key, table) in zip(st.columns(len(office.hours), gap="medium"), office.hours.items(), strict=True):
    label = _("Hari biasa") if key == office.default else _("Ramadan") if key == "ramadan" else key
    place.markdown(f"**{label}**")
    place.dataframe(
        [
            {
                _("Hari"): day_words(MONDAY + timedelta(days=index)).split(",")[0],
                _("Jam"): ", ".join(str(span) for span in spans).replace(":", "."),
            }
            for index, spans in sorted(table.items())
        ],
        hide_index=True,
        height="content",
        alt=label,
    )
for regime in office.regimes:
    if year in (regime.first.year, regime.last.year):
        estimate = f" · {_('perkiraan')}" if regime.estimated else ""
        st.markdown(f"{regime.name}{estimate}  \n:gray[{day_words(regime.first)} – {day_words(regime.last)}]")

with st.expander(_("Versi dan dasarnya"), icon=":material/history:"):
    st.markdown(_("Berlaku sekarang: {basis}").format(basis=office.legal_basis))
    if versions:
        st.dataframe(
            [
                {
                    _("Versi"): version.version,
                    _("Dasar"): version.legal_basis,
                    _("Dicatat"): day_words(calendar.local(version.created_at).date()),
                    _("Oleh"): version.created_by,
                }
                for version in versions
            ],
            hide_index=True,
            height="content",
        )
