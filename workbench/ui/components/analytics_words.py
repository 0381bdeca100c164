"""Words that the supervisor's views share: who asks about what, rates, roles, parties, lengths in a standard's unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st
from babel.dates import format_date

from workbench.domain.people import Person, Role
from workbench.domain.sop import Standard, Unit
from workbench.domain.sop_flow import standard_words
from workbench.i18n import _, _n, language
from workbench.services.analytics_figures import FEW, Party, Scope, State
from workbench.ui import frame, theme, words

NOTHING = "–"
_TITLE = 34


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
        return step if self.one_sop else f"{self.sop(sop_id)} · {step}"

    def sop(self, sop_id: str) -> str:
        """A procedure's title, short enough for a label."""
        title = self.titles.get(sop_id, sop_id)
        return title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rstrip()}…"


def percent(rate: float | None) -> str:
    """``43 %``; a dash where no rate is given."""
    return NOTHING if rate is None else f"{words.number(rate * 100)} %"


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


def days_words(days: float) -> str:
    """Working days, with one decimal where a median lies between two; none is the day of receipt itself."""
    if not days:
        return _("hari yang sama")
    whole = days == int(days)
    return _n("{n} hari kerja", days).format(n=words.number(days, 0 if whole else 1))


def cases_words(count: int) -> str:
    """``3 perkara``: what stands in place of a rate or a percentile of few cases."""
    return _n("{n} perkara", count).format(n=words.number(count))


def rate_or_cases(rate: float | None, cases: int) -> str:
    """A rate; where there are too few cases for one, how many there are to look at instead."""
    if rate is not None:
        return percent(rate)
    return cases_words(cases) if 0 < cases < FEW else NOTHING


def spent(figure_seconds: float | None, days: float | None, unit: str | None) -> str:
    """Time in the unit of the standard: working days for days and months, else hours and minutes."""
    if unit in (Unit.WORKING_DAYS, Unit.MONTHS):
        return NOTHING if days is None else days_words(days)
    return NOTHING if figure_seconds is None else words.length(figure_seconds)


def standard(amount: int | None, unit: str | None) -> str:
    """The standard as the SOP prints it."""
    return standard_words(Standard(amount, Unit(unit))) if amount is not None and unit else NOTHING


def empty(sentence: str) -> None:
    """What will appear here, and how."""
    st.info(sentence, icon=":material/info:")
