"""What changes the office's calendar: a day off, other hours on one date, each told in due times before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time

import streamlit as st
from sqlmodel import Session

from workbench.domain.calendar import DayException, Holiday, HolidayKind, OfficeCalendar
from workbench.domain.people import Person
from workbench.domain.sla_words import day_words
from workbench.i18n import N_, _, _n
from workbench.services import calendar
from workbench.services.calendar import Change
from workbench.ui import feedback, words
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

KINDS = {
    HolidayKind.PUBLIC: N_("libur nasional"),
    HolidayKind.COLLECTIVE_LEAVE: N_("cuti bersama"),
    HolidayKind.LOCAL: N_("libur setempat"),
}
_NOON = 12 * 60
_SHOWN = 215
"""Height of a table of six rows, in pixels; longer ones scroll, so that the button stays near."""


@dialog(N_("Tambah hari libur"), width="large")
def add_holiday(by: Person, office: OfficeCalendar) -> None:
    """A day off, also one announced when cases already count on it."""
    left, right = st.columns(2)
    day = _day(left, office)
    name = right.text_input(_("Nama hari libur"), key="holiday-name")
    kind = left.selectbox(_("Jenis"), list(KINDS), index=2, format_func=lambda kind: _(KINDS[kind]))
    basis = _basis(right)
    estimated = st.checkbox(
        _("Tanggal masih perkiraan"), help=_("Tenggat yang bergantung padanya ditandai perkiraan."), key="holiday-guess"
    )
    if day is None:
        st.caption(_("Pilih tanggal; tenggat yang akan bergeser ditampilkan sebelum disimpan."))
        return
    _impact(calendar.with_holiday(office, Holiday(day, name, kind, estimated)), day)
    _save(
        lambda session: calendar.add_holiday(
            session, day=day, name=name, kind=kind, legal_basis=basis, estimated=estimated, by=by
        )
    )


@dialog(N_("Hapus hari libur"), width="large")
def remove_holiday(by: Person, office: OfficeCalendar, day: date, name: str) -> None:
    """The day is worked after all."""
    st.markdown(_("**{day}**, {name}, menjadi hari kerja lagi.").format(day=day_words(day), name=words.plain(name)))
    basis = _basis(st.container())
    _impact(calendar.without_holiday(office, day), day)
    _save(lambda session: calendar.remove_holiday(session, day=day, legal_basis=basis, by=by))


@dialog(N_("Jam lain pada satu tanggal"), width="large")
def add_exception(by: Person, office: OfficeCalendar) -> None:
    """A half day, a closed day, or work on a day that is usually free."""
    left, right = st.columns(2)
    day = _day(left, office)
    reason = right.text_input(
        _("Alasan"), key="holiday-reason", placeholder=_("Banjir, upacara, kerja bakti")
    )  # fmt: skip
    closed = (
        left.segmented_control(
            _("Hari itu"), [False, True], default=False, required=True, key="holiday-closed",
            format_func=lambda shut: _("kantor tutup") if shut else _("jam lain"),
        )
        is True
    )  # fmt: skip
    basis = _basis(right)
    if day is None:
        st.caption(_("Pilih tanggal; tenggat yang akan bergeser ditampilkan sebelum disimpan."))
        return
    usual = office.usual_hours(day)
    said = ", ".join(str(span) for span in usual).replace(":", ".") or _("kantor tutup")
    st.caption(_("Biasanya {day}: {hours}.").format(day=day_words(day), hours=said))
    hours = () if closed else office.hours_between(day, *_between(day, usual[0].start if usual else 450))
    if not closed and not hours:
        st.warning(_("Jam tutup harus sesudah jam buka."), icon=":material/schedule:")
        return
    if hours:
        told = ", ".join(str(span) for span in hours).replace(":", ".")
        st.caption(_("Jam kerja hari itu {hours}; istirahat yang biasa tetap berlaku.").format(hours=told))
    _impact(calendar.with_exception(office, DayException(day, hours, reason)), day)
    _save(
        lambda session: calendar.add_exception(
            session, day=day, intervals=hours, reason=reason, legal_basis=basis, by=by
        )
    )


@dialog(N_("Kembalikan ke jam biasa"), width="large")
def remove_exception(by: Person, office: OfficeCalendar, day: date, reason: str) -> None:
    """The date has its usual hours again."""
    st.markdown(
        _("**{day}**, {reason}, kembali ke jam yang biasa.").format(day=day_words(day), reason=words.plain(reason))
    )
    basis = _basis(st.container())
    _impact(calendar.without_exception(office, day), day)
    _save(lambda session: calendar.remove_exception(session, day=day, legal_basis=basis, by=by))


def _day(place: st.delta_generator.DeltaGenerator, office: OfficeCalendar) -> date | None:
    return place.date_input(
        _("Tanggal"), value=None, min_value=office.first, max_value=office.last, format="DD/MM/YYYY", key="holiday-day"
    )


def _basis(place: st.delta_generator.DeltaGenerator) -> str:
    return place.text_input(
        _("Dasar"), help=_("Nomor surat edaran atau keputusan bersama."), key="holiday-basis"
    ) or ""  # fmt: skip


def _between(day: date, opening: int) -> tuple[int, int]:
    """Opening and closing of the day in minutes after midnight, as they are being chosen."""
    left, right = st.columns(2)
    opens = left.time_input(_("Buka"), time(*divmod(opening, 60)), step=900, key=f"holiday-opens-{day}")
    closes = right.time_input(
        _("Tutup"), time(*divmod(max(_NOON, opening + 60), 60)), step=900, key=f"holiday-closes-{day}"
    )
    return opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute


def _impact(changed: OfficeCalendar, day: date) -> None:
    """How many open cases move, and which due times from when to when, told before anything is saved."""
    with reading() as session:
        moved = calendar.preview(session, changed)
    st.markdown(f"**{_('Yang bergeser bila {day} diubah').format(day=day_words(day))}**")
    if not moved:
        st.info(_("Tidak ada tenggat terbuka yang bergeser."), icon=":material/event_available:")
        return
    told = _n("{n} perkara terbuka bergeser. Penilaian yang sudah jatuh tetap memakai versi kalendernya.", len(moved))
    st.markdown(told.format(n=words.number(len(moved))))
    st.dataframe(
        [
            {
                _("Perkara"): item.number,
                _("Tenggat langkah"): _from_to(item.step_before, item.step_after),
                _("Tenggat SOP"): _from_to(item.sop_before, item.sop_after),
                _("Tenggat hukum"): _from_to(item.law_before, item.law_after),
                _("Langkah sekarang"): item.step,
                _("Hal"): item.subject,
            }
            for item in moved
        ],
        hide_index=True,
        height="content" if len(moved) <= 5 else _SHOWN,
        column_config={
            _("Perkara"): st.column_config.TextColumn(width=110),
            _("Tenggat langkah"): st.column_config.TextColumn(width=245),
            _("Tenggat SOP"): st.column_config.TextColumn(width=245),
            _("Tenggat hukum"): st.column_config.TextColumn(width=245),
            _("Langkah sekarang"): st.column_config.TextColumn(width=265),
        },
        alt=_("Tenggat terbuka yang bergeser"),
    )


def _from_to(before: datetime | None, after: datetime | None) -> str:
    """From when to when a due time moves, or that it stays."""
    if before == after:
        return _("tetap") if before is not None else "–"
    return f"{words.brief(before)} → {words.brief(after)}"


def _save(change: Callable[[Session], Change]) -> None:
    """The button that makes the new version, and what came of it."""
    if not st.button(_("Simpan versi baru"), type="primary", key="holiday-save"):
        return
    with feedback.shown_errors() as outcome, writing() as session:
        done = change(session)
    if outcome.ok:
        told = _n("Kalender disimpan sebagai versi baru. Tenggat {n} perkara bergeser.", done.moved)
        feedback.flash(told.format(n=words.number(done.moved)))
        st.rerun()
