"""A year at a glance: twelve small months in which every day that is not an ordinary working day carries a letter."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from babel.dates import format_date, get_day_names
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from workbench.domain.calendar import HolidayKind, OfficeCalendar
from workbench.domain.sla_words import day_words
from workbench.i18n import N_, _, _n, language

_WEB = Path(__file__).parents[1] / "web"


class Mark(StrEnum):
    """What a day is to the office. The value is also the name of its look in ``web/calendar_year.html``."""

    PUBLIC = "public"
    LEAVE = "leave"
    LOCAL = "local"
    CLOSED = "closed"
    HOURS = "hours"
    REGIME = "regime"
    WEEKEND = "weekend"
    WORK = "work"


_WORDS = {
    Mark.PUBLIC: N_("libur nasional"),
    Mark.LEAVE: N_("cuti bersama"),
    Mark.LOCAL: N_("libur setempat"),
    Mark.CLOSED: N_("kantor tutup"),
    Mark.HOURS: N_("jam lain pada hari itu"),
    Mark.REGIME: N_("jam kerja Ramadan"),
    Mark.WEEKEND: N_("akhir pekan"),
}
# One letter a mark, the first of its Indonesian name, so that nothing is told by colour alone.
_SIGNS = {
    Mark.PUBLIC: "L", Mark.LEAVE: "C", Mark.LOCAL: "S", Mark.CLOSED: "×", Mark.HOURS: "½", Mark.REGIME: "R",
    Mark.WEEKEND: "", Mark.WORK: "",
}  # fmt: skip
_KINDS = {
    HolidayKind.PUBLIC: Mark.PUBLIC,
    HolidayKind.COLLECTIVE_LEAVE: Mark.LEAVE,
    HolidayKind.LOCAL: Mark.LOCAL,
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the year; ``name`` is what it is called, empty for an ordinary working day or weekend."""

    day: date
    mark: Mark
    name: str = ""
    estimated: bool = False


def look_up(office: OfficeCalendar, day: date) -> Day:
    """What a day is, by the calendar's own precedence: exception, day off, regime, weekday."""
    exception = office.exception_on.get(day)
    if exception is not None:
        hours = ", ".join(str(span) for span in exception.intervals).replace(":", ".")
        name = f"{exception.reason} ({hours})" if hours else exception.reason
        return Day(day, Mark.HOURS if hours else Mark.CLOSED, name)
    holiday = office.off.get(day)
    if holiday is not None:
        return Day(day, _KINDS[holiday.kind], holiday.name, holiday.estimated)
    regime = office.regime_on(day)
    if not office.hours_on(day):
        return Day(day, Mark.WEEKEND)
    if regime is not None:
        return Day(day, Mark.REGIME, regime.name, regime.estimated)
    return Day(day, Mark.WORK)


def show(office: OfficeCalendar, year: int, today: date) -> None:
    """The year as twelve months with a key; ``today`` is framed when it lies in the year."""
    days = [[look_up(office, day) for day in _days_of(year, month)] for month in range(1, 13)]
    st.html(
        _template().render(
            months=[_month(office, month, today) for month in days],
            key=_key([day for month in days for day in month]),
            weekdays=_weekdays(),
            estimated=_("tanggal perkiraan") if any(day.estimated for month in days for day in month) else "",
            today=_("hari ini") if today.year == year else "",
        )
    )


def _days_of(year: int, month: int) -> list[date]:
    return [date(year, month, number) for number in range(1, calendar.monthrange(year, month)[1] + 1)]


def _key(days: list[Day]) -> list[dict[str, str]]:
    """What the signs of this year mean, each with its number of days."""
    counted = Counter(day.mark for day in days)
    return [
        {
            "mark": mark.value,
            "sign": _SIGNS[mark],
            "words": _(text),
            "days": _n("{n} hari", counted[mark]).format(n=counted[mark]),
        }
        for mark, text in _WORDS.items()
        if counted[mark]
    ]


def _month(office: OfficeCalendar, days: list[Day], today: date) -> dict[str, Any]:
    """A month as rows of seven cells, Monday first; None where a cell belongs to another month."""
    first = days[0].day
    cells: list[dict[str, Any] | None] = [None] * first.weekday()
    cells += [_cell(day, today) for day in days]
    cells += [None] * (-len(cells) % 7)
    worked = sum(bool(office.hours_on(day.day)) for day in days)
    return {
        "name": format_date(first, "LLLL", locale=language()),
        "working": _n("{n} hari kerja", worked).format(n=worked),
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
    }


def _cell(day: Day, today: date) -> dict[str, Any]:
    guess = [_("perkiraan")] if day.estimated else []
    named = [day.name or _(_WORDS[day.mark])] if day.mark in _WORDS else []
    return {
        "number": day.day.day,
        "mark": day.mark.value,
        "sign": _SIGNS[day.mark] + ("~" if day.estimated else ""),
        "title": " · ".join([day_words(day.day), *named, *guess]),
        "today": day.day == today,
    }


def _weekdays() -> list[tuple[str, str]]:
    """Short and full names of the days, Monday first."""
    short, full = (get_day_names(width, locale=language()) for width in ("abbreviated", "wide"))
    return [(str(short[number]), str(full[number])) for number in range(7)]


@cache
def _template() -> Template:
    """The grid's template; what it is given is escaped."""
    return Environment(loader=FileSystemLoader(_WEB), autoescape=True, undefined=StrictUndefined).get_template(
        "calendar_year.html"
    )
