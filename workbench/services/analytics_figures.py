"""What the supervisor's questions answer with: plain values, each with the cases behind it.

A figure never stands alone: every row can say which question (``Behind``) lists its cases. Below five cases a figure
shows its cases instead of a percentile or a rate (``few``); then those fields are None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

FEW = 5
"""Below this many cases no percentile and no rate is given."""

ENOUGH = 20
"""From this many alike stays on, history speaks about the future."""

AT_RISK = 0.75
"""Share of the allowance from which a step is at risk (the rule of ``domain.sla.warn_at``)."""

HORIZON_DAYS = 5
"""The forecast looks this many working days ahead."""


class State(StrEnum):
    """How work that stands now is doing."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    PAUSED = "paused"
    UNTIMED = "untimed"


class Party(StrEnum):
    """Whose time it is; the office's own is kept apart from that of others."""

    OFFICE = "office"
    PRODUCER = "producer"
    BPS = "bps"
    REQUESTER = "requester"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is about. Days are inclusive, in the office's zone; None does not narrow."""

    sop_id: str | None = None
    since: date | None = None
    until: date | None = None
    opd_code: str | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """The question that lists the cases of a figure. ``standing`` asks about open work, else about ended stays."""

    scope: Scope
    standing: bool = False
    step: str | None = None
    month: date | None = None
    holder_role: str | None = None
    party: str | None = None
    person: str | None = None
    state: str | None = None
    judged: bool = False
    returned: bool = False
    return_to: str | None = None
    reason: str | None = None
    again: bool = False
    due_day: date | None = None
    path: str | None = None
    paused_for: str | None = None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case behind a figure: ``used_*`` and ``share`` are those of the stays the figure counts."""

    case_id: int
    number: str
    subject: str
    requester: str
    sop_id: str
    opd_code: str
    status: str
    step_now: str
    step: str
    stays: int
    share: float | None
    used_seconds: float | None
    used_days: float | None
    state: str
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseList:
    """The cases behind a figure; ``total`` counts them all, ``cases`` may hold only the worst."""

    total: int
    cases: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class StepFigure:
    """View 1: one step. Seconds are working seconds from receipt to decision without pauses; days are working days."""

    sop_id: str
    step: str
    activity: str
    holder: str
    holder_role: str
    amount: int | None
    unit: str | None
    inferred: bool
    n: int
    cases: int
    few: bool
    p50_seconds: float | None
    p95_seconds: float | None
    p50_days: float | None
    p95_days: float | None
    p50_share: float | None
    p95_share: float | None
    waiting_share: float | None
    judged: int
    breached: int
    breach_rate: float | None
    returns: int
    open: int
    open_breached: int
    behind: Behind


@dataclass(frozen=True, slots=True)
class HeatCell:
    """View 2: one step in one month."""

    sop_id: str
    step: str
    month: date
    n: int
    cases: int
    few: bool
    judged: int
    breached: int
    breach_rate: float | None
    p50_seconds: float | None
    p95_share: float | None
    behind: Behind


@dataclass(frozen=True, slots=True)
class LateCase:
    """View 3, the way in: a case with its excess over the standards and the holder most of it belongs to."""

    case_id: int
    number: str
    subject: str
    sop_id: str
    status: str
    verdict: str
    over_seconds: float
    cause: str
    cause_seconds: float


@dataclass(frozen=True, slots=True)
class Stay:
    """View 3: one stay. ``share`` is used / allowance; ``over_seconds`` what was used beyond it."""

    step: str
    visit: int
    activity: str
    holder: str
    holder_role: str
    party: str
    person: str
    available_at: datetime
    taken_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None
    state: str
    waiting_seconds: float | None
    working_seconds: float | None
    used_seconds: float | None
    used_days: float | None
    paused_seconds: float
    allowance_seconds: float | None
    share: float | None
    over_seconds: float
    returned: bool
    container: bool
    amount: int | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class HolderTime:
    """View 3: what one holder had of a case in all."""

    holder_role: str
    holder: str
    party: str
    used_seconds: float
    share: float
    over_seconds: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """View 3: one case. ``cause`` is the holder with the largest excess, "" when nobody exceeded a standard."""

    case_id: int
    number: str
    subject: str
    stays: tuple[Stay, ...]
    holders: tuple[HolderTime, ...]
    cause: str
    cause_seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """View 4: one lane (``person`` is None) or one person ("" is work nobody has taken)."""

    holder_role: str
    person: str | None
    name: str
    open: int
    at_risk: int
    breached_now: int
    paused: int
    closed: int
    cases: int
    few: bool
    judged: int
    on_time: int
    on_time_rate: float | None
    behind_open: Behind
    behind_closed: Behind


@dataclass(frozen=True, slots=True)
class Waiting:
    """View 5: one open stay, oldest first. ``chance`` of a breach comes from alike stays; None without enough."""

    case_id: int
    number: str
    subject: str
    sop_id: str
    step: str
    visit: int
    activity: str
    holder_role: str
    person: str
    available_at: datetime
    due_at: datetime | None
    state: str
    waiting_for: str
    used_seconds: float | None
    used_days: float | None
    share: float | None
    chance: float | None
    alike: int


@dataclass(frozen=True, slots=True)
class DayForecast:
    """View 5: what falls due on a day and how many of those are expected to be late; ``unknown`` lack history."""

    day: date
    due: int
    expected: float
    unknown: int
    behind: Behind


@dataclass(frozen=True, slots=True)
class Queue:
    """View 5: what stands now and what the next working days will bring."""

    waiting: tuple[Waiting, ...]
    days: tuple[DayForecast, ...]
    breached_now: int


@dataclass(frozen=True, slots=True)
class ReworkStep:
    """View 6: how often a step sends back (``return_to``), and its own second and later stays."""

    sop_id: str
    step: str
    return_to: str
    returns: int
    cases: int
    n: int
    again: int
    again_share: float | None
    behind: Behind


@dataclass(frozen=True, slots=True)
class ReworkReason:
    """View 6: a reason as written, with how often it was given."""

    reason: str
    returns: int
    cases: int
    steps: tuple[str, ...]
    behind: Behind


@dataclass(frozen=True, slots=True)
class Rework:
    """View 6: ``share`` of all time that went into second and later stays."""

    n: int
    cases: int
    returns: int
    again_cases: int
    share: float | None
    steps: tuple[ReworkStep, ...]
    reasons: tuple[ReworkReason, ...]
    behind: Behind


@dataclass(frozen=True, slots=True)
class Variant:
    """View 7: one path through the steps."""

    sop_id: str
    path: str
    stays: int
    cases: int
    share: float
    few: bool
    p50_seconds: float | None
    p50_days: float | None
    on_time_rate: float | None
    behind: Behind


@dataclass(frozen=True, slots=True)
class Variants:
    """View 7: the commonest paths, and how many there are."""

    total: int
    top: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class PartyTime:
    """View 8: one party in one month (None is the whole period). Pauses are booked on who was waited for."""

    party: str
    month: date | None
    n: int
    cases: int
    held_seconds: float
    judged: int
    breached: int
    breach_rate: float | None
    pauses: int
    paused_seconds: float
    share: float
    behind: Behind
    behind_paused: Behind


@dataclass(frozen=True, slots=True)
class Parties:
    """View 8: the office's own time apart from that of others."""

    whole: tuple[PartyTime, ...]
    months: tuple[PartyTime, ...] = field(default=())
