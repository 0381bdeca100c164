"""Kalender kerja: when do we work? Every change is a new version that names its legal basis."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from workbench.domain.people import SUPERVISOR_ROLES, WALIDATA_ROLES, Role
from workbench.domain.sla_words import day_words
from workbench.i18n import _
from workbench.services import calendar
from workbench.ui import access, frame
from workbench.ui.components import calendar_dialogs, calendar_year
from workbench.ui.components.calendar_dialogs import KINDS
from workbench.ui.resources import reading

person = access.require(*WALIDATA_ROLES, Role.ADMINISTRATOR)


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
if may_change:
    with st.container(horizontal=True):
        if st.button(_("Tambah hari libur"), type="primary", icon=":material/event_busy:"):
            calendar_dialogs.add_holiday(person, office)
        if st.button(_("Jam lain pada satu tanggal"), icon=":material/schedule:"):
            calendar_dialogs.add_exception(person, office)

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
        calendar_dialogs.remove_holiday(person, office, chosen.day, chosen.name)

exceptions = sorted(
    (exception for exception in office.exceptions if exception.day.year == year), key=lambda item: item.day
)
if exceptions:
    st.subheader(_("Jam lain pada tanggal tertentu"), anchor=False)
    told = st.dataframe(
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
        key=f"calendar_exceptions_{year}_{len(exceptions)}",
        alt=_("Jam lain pada tanggal tertentu"),
        **({"on_select": "rerun", "selection_mode": "single-row"} if may_change else {}),
    )
    if may_change and told.selection.rows:
        other = exceptions[told.selection.rows[0]]
        if st.button(_("Kembalikan ke jam biasa"), icon=":material/undo:", key="exception-remove"):
            calendar_dialogs.remove_exception(person, office, other.day, other.reason)
    elif may_change:
        st.caption(_("Pilih sebuah baris untuk mengembalikan hari itu ke jam biasa."))

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
