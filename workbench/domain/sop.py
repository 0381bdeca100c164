"""A SOP as data: the procedure's own table, typed.

One ``Sop`` is one version of one procedure (Permenpan RB 35/2012): identity block, lanes (pelaksana), steps with
their quality standard (mutu baku: kelengkapan, waktu, output), outcomes, phases and fan-out per OPD. The printed text
stands beside our reading, and every reading says how sure it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.domain.people import Role

END = "END"


class Unit(StrEnum):
    """Three different rules for time; they are never converted into each other."""

    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class Weekday(StrEnum):
    """A day on which something leaves the office once a week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"

    @property
    def number(self) -> int:
        """As ``date.weekday`` counts: Monday is 0."""
        return list(Weekday).index(self)


class Confidence(StrEnum):
    """How a value was obtained from the source document."""

    PRINTED = "printed"
    READ = "read"
    INFERRED = "inferred"


class EvidenceKind(StrEnum):
    """The object that completes a step."""

    LETTER = "letter"
    SUBMISSION = "submission"
    DATASET_VERSION = "dataset_version"
    DRAFT = "draft"
    MINUTES = "minutes"
    SCHEDULE = "schedule"
    RELEASE = "release"


class OutcomeKind(StrEnum):
    """What an outcome does to the chain: go on, initial, sign, or send back (which voids the initials above)."""

    FORWARD = "forward"
    PARAF = "paraf"
    SIGN = "sign"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard time (waktu baku): an amount in one unit.

    ``dispatch`` names the one weekday on which the office sends (Surakarta: "setiap Selasa", off by default): what is
    ready within the standard leaves on the next such day, at its closing.
    """

    amount: int
    unit: Unit
    dispatch: Weekday | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of the SOP sheet (pelaksana) and the role that fills it."""

    key: str
    name: str
    role: Role
    external: bool = False
    printed: str = ""
    confidence: Confidence = Confidence.PRINTED


@dataclass(frozen=True, slots=True)
class Outcome:
    """A possible decision at a step and the step it leads to (``END`` closes the case)."""

    key: str
    label: str
    to: str
    kind: OutcomeKind = OutcomeKind.FORWARD
    confidence: Confidence = Confidence.PRINTED


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the SOP sheet."""

    no: str
    activity: str
    lane: str
    outcomes: tuple[Outcome, ...]
    inputs: str = ""
    standard: Standard | None = None
    output: str = ""
    note: str = ""
    phase: str | None = None
    evidence: EvidenceKind | None = None
    waiting_for: str | None = None
    confidence: Confidence = Confidence.PRINTED
    printed: Mapping[str, str] = field(default_factory=dict)

    def outcome(self, key: str) -> Outcome | None:
        """The outcome with this key, or None."""
        return next((o for o in self.outcomes if o.key == key), None)


@dataclass(frozen=True, slots=True)
class Phase:
    """Several steps under one standard time (Surakarta publikasi: 3 × 1 hari kerja)."""

    key: str
    steps: tuple[str, ...]
    standard: Standard
    printed: str = ""


@dataclass(frozen=True, slots=True)
class FanOut:
    """Steps done once per OPD as child cases; the parent goes on at ``join``."""

    steps: tuple[str, ...]
    per: str
    join: str
    confidence: Confidence = Confidence.INFERRED


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where the source is damaged or says two things: what is printed, how it is read, what the product does.

    ``confidence`` is a short Indonesian phrase (rendah, sedang-tinggi, simpulan …), kept as the reader wrote it.
    """

    printed: str
    reading: str
    default: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Sop:
    """One version of one procedure. ``sha`` is the SHA-256 of the canonical definition and its identity."""

    id: str
    title: str
    office: str
    number: str
    source: str
    zone: str
    version: str
    lanes: tuple[Lane, ...]
    steps: tuple[Step, ...]
    start: str
    phases: tuple[Phase, ...] = ()
    fan_out: FanOut | None = None
    total: Standard | None = None
    legal_clock: bool = False
    service_clock_stops: str | None = None
    identity: Mapping[str, str] = field(default_factory=dict)
    legal_basis: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    sha: str = ""

    def step(self, no: str) -> Step:
        """The step with this number; KeyError when there is none."""
        for step in self.steps:
            if step.no == no:
                return step
        raise KeyError(no)

    def lane(self, key: str) -> Lane:
        """The lane with this key; KeyError when there is none."""
        for lane in self.lanes:
            if lane.key == key:
                return lane
        raise KeyError(key)

    def holder(self, step: Step) -> Lane:
        """Who is waited for at a step: ``waiting_for`` where the SOP's time belongs to someone else."""
        return self.lane(step.waiting_for or step.lane)

    def phase_of(self, no: str) -> Phase | None:
        """The phase a step belongs to, or None where steps have their own standard."""
        return next((phase for phase in self.phases if no in phase.steps), None)

    def standard_of(self, no: str) -> Standard | None:
        """The standard that falls due at this step: its own, or its phase's where the step ends the phase.

        Steps inside a phase have no flag of their own; the phase's due time is shown on its last step.
        """
        own = self.step(no).standard
        if own is not None:
            return own
        phase = self.phase_of(no)
        return phase.standard if phase is not None and phase.steps[-1] == no else None
