"""What pages get from the tracker: plain frozen values, made by ``services.track_views``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.case_clock import Stay
from workbench.domain.engine import CaseState, CaseStatus, Evidence, Paraf
from workbench.domain.sop import EvidenceKind, Outcome, OutcomeKind, Sop, Standard
from workbench.i18n import _
from workbench.services.history import HistoryLine


class ProgressFlag(StrEnum):
    """How something stands against its due time, as pages show it: icon, word and colour."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    WAITING_OUTSIDE = "waiting_outside"


def flag_label(flag: ProgressFlag) -> str:
    """The word beside the colour."""
    return {
        ProgressFlag.ON_TIME: _("tepat waktu"),
        ProgressFlag.AT_RISK: _("mendekati batas"),
        ProgressFlag.BREACHED: _("lewat batas"),
        ProgressFlag.WAITING_OUTSIDE: _("menunggu pihak luar"),
    }[flag]


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One thing that waits for a person. ``remaining_seconds`` is working time, negative when late, None without due.

    ``evidence`` is the object the step asks for; ``seq`` goes back into the verb as ``seen_seq``.
    """

    case_id: int
    seq: int
    number: str
    sop_id: str
    sop_title: str
    subject: str
    step_no: str
    visit: int
    activity: str
    lane_name: str
    flag: ProgressFlag
    due_at: datetime | None
    remaining_seconds: int | None
    waiting_since: datetime | None
    assignee: str
    taken_by: str
    holder_name: str
    evidence: EvidenceKind | None
    outcomes: tuple[Outcome, ...]
    opd_code: str
    opd_name: str
    dataset_id: str
    period: str
    parent_id: int | None
    paused: bool

    @property
    def wants_paraf(self) -> bool:
        """Is an initial or a signature asked for?"""
        return any(outcome.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN) for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One case on the board of the office. ``holder_name`` is a person where one has it, else the lane."""

    case_id: int
    number: str
    sop_id: str
    sop_title: str
    subject: str
    status: CaseStatus
    step_no: str
    visit: int
    activity: str
    lane_name: str
    holder_name: str
    outside: bool
    flag: ProgressFlag
    due_at: datetime | None
    remaining_seconds: int | None
    sop_due_at: datetime | None
    sop_flag: ProgressFlag
    legal_due_at: datetime | None
    waiting_since: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    opd_code: str
    opd_name: str
    dataset_id: str
    period: str
    parent_id: int | None
    children: int
    children_ended: int


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What of the board is asked for; empty fields do not narrow.

    Every word must occur in a case's number, subject, requester, tracking code, OPD, holder or lane.
    """

    flags: tuple[ProgressFlag, ...] = ()
    sop_id: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class BoardCount:
    """How many cases of one procedure stand with one flag. Ended cases count as in time."""

    sop_id: str
    sop_title: str
    flag: ProgressFlag
    cases: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """One row of the SOP's table with where this case stands on it.

    ``place`` is ``done``, ``now`` or ``next``; a step left without being performed is ``skipped``, ``cancelled`` or
    ``moved`` (to another version of the SOP).
    """

    no: str
    activity: str
    lane_name: str
    standard: Standard | None
    output: str
    evidence_kind: EvidenceKind | None
    place: str
    visits: int
    due_at: datetime | None
    done_at: datetime | None
    verdict: str
    actor_name: str
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One stay at a step with its working seconds, as it was judged (or is running, without verdict)."""

    step: str
    visit: int
    lane: str
    outcome: str
    actor_name: str
    available_at: datetime
    taken_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None
    verdict: str
    waiting_seconds: int
    working_seconds: int
    paused_seconds: int


@dataclass(frozen=True, slots=True)
class ClockFace:
    """One of the three clocks (step, SOP, law): due, flag and what is left; all None where there is no limit."""

    due_at: datetime | None
    flag: ProgressFlag
    remaining_seconds: int | None
    remaining_days: int | None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a person may do with a case now; the verbs ask again. ``pass_on``: the step is in their own hands.

    ``resume``: the case is held, and they hold its lane or are a superior.
    """

    decide: bool = False
    pass_on: bool = False
    resume: bool = False
    supervise: bool = False
    note: bool = False


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a case page shows. ``seq`` goes back into the verbs; ``clock_problem`` says if a year is missing."""

    case_id: int
    seq: int
    number: str
    tracking_code: str
    subject: str
    requester: str
    opd_code: str
    opd_name: str
    dataset_id: str
    period: str
    parent_id: int | None
    parent_number: str
    sop: Sop
    state: CaseState
    stays: tuple[Stay, ...]
    steps: tuple[StepRow, ...]
    visits: tuple[VisitLine, ...]
    history: tuple[HistoryLine, ...]
    evidence: Mapping[str, Evidence]
    under_review: Evidence | None
    parafs: tuple[Paraf, ...]
    children: tuple[BoardRow, ...]
    step_clock: ClockFace
    sop_clock: ClockFace
    law_clock: ClockFace
    clock_problem: str
    holder_name: str
    allowed: Allowed


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of Beranda for one person. ``office_breached`` only for superiors, None for others."""

    waiting: int
    breached: int
    due_today: int
    paraf: int
    outside: int
    office_breached: int | None


@dataclass(frozen=True, slots=True)
class PublicView:
    """What a requester sees: stage, dates, and the office role that has it. No names."""

    number: str
    tracking_code: str
    sop_title: str
    status: CaseStatus
    activity: str
    holder: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
