"""Kalender kerja: when do we work? Every change is a new version that names its legal basis."""

from __future__ import annotations

from datetime import date

import streamlit as st

from workbench.domain.calendar import HolidayKind, OfficeCalendar
from workbench.domain.people import SUPERVISOR_ROLES, WALIDATA_ROLES, Person, Role
from workbench.domain.sla_words import day_words
from workbench.i18n import N_, _
from workbench.services import calendar
from workbench.ui import access, feedback, frame
from workbench.ui.feedback import shown_errors
from workbench.ui.resources import reading, writing

KINDS = {
    HolidayKind.PUBLIC: N_("libur nasional"),
    HolidayKind.COLLECTIVE_LEAVE: N_("cuti bersama"),
    HolidayKind.LOCAL: N_("libur setempat"),
}

person = access.require(*WALIDATA_ROLES, Role.ADMINISTRATOR)


@st.dialog(_("Tambah hari libur"))
def add_holiday(by: Person, office: OfficeCalendar) -> None:
    day = st.date_input(_("Tanggal"), value=None, min_value=office.first, max_value=office.last, format="DD/MM/YYYY")
    name = st.text_input(_("Nama hari libur"))
    kind = st.selectbox(_("Jenis"), list(KINDS), index=2, format_func=lambda kind: _(KINDS[kind]))
    basis = st.text_input(_("Dasar"), help=_("Nomor surat edaran atau keputusan bersama."))
    st.caption(_("Tenggat perkara yang masih berjalan dihitung ulang; penilaian yang sudah jatuh tidak berubah."))
    if st.button(_("Simpan versi baru"), type="primary", disabled=day is None):
        with shown_errors() as outcome, writing() as session:
            change = calendar.add_holiday(session, day=day, name=name, kind=kind, legal_basis=basis, by=by)
        if outcome.ok:
            tell(change.moved)
            st.rerun()


@st.dialog(_("Hapus hari libur"))
def remove_holiday(by: Person, day: date, name: str) -> None:
    st.markdown(_("**{day}**, {name}, menjadi hari kerja lagi.").format(day=day_words(day), name=name))
    basis = st.text_input(_("Dasar"), help=_("Nomor surat edaran atau keputusan bersama."))
    if st.button(_("Simpan versi baru"), type="primary"):
        with shown_errors() as outcome, writing() as session:
            change = calendar.remove_holiday(session, day=day, legal_basis=basis, by=by)
        if outcome.ok:
            tell(change.moved)
            st.rerun()


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

days, hours = st.columns([2, 1], gap="medium")
with days:
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
        key=f"calendar_holidays_{year}",
        **({"on_select": "rerun", "selection_mode": "single-row"} if may_change else {}),
    )
    if may_change and picked.selection.rows:
        chosen = holidays[picked.selection.rows[0]]
        if st.button(_("Hapus {name}").format(name=chosen.name), icon=":material/event_available:"):
            remove_holiday(person, chosen.day, chosen.name)
with hours:
    st.subheader(_("Jam kerja"), anchor=False)
    monday = date(2026, 7, 6)
    names = {index: day_words(monday.replace(day=6 + index)).split(",")[0] for index in range(7)}
    for key, table in office.hours.items():
        label = _("Hari biasa") if key == office.default else _("Ramadan") if key == "ramadan" else key
        st.markdown(f"**{label}**")
        st.dataframe(
            [
                {_("Hari"): names[index], _("Jam"): ", ".join(str(span) for span in spans).replace(":", ".")}
                for index, spans in sorted(table.items())
            ],
            hide_index=True,
            height="content",
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
