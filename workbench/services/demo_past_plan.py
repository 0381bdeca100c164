"""The course of one made-up case: who does what when, walked along its SOP before anything is written.

Times are working seconds (``Clock.work``). The plan only proposes; the engine decides whether each act is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from workbench.domain.people import PRODUCER_ROLES, Role
from workbench.domain.sop import END, Outcome, OutcomeKind, Sop, Standard, Step, Unit
from workbench.domain.sop_paths import downstream
from workbench.services import demo_past_words as words
from workbench.services.demo_past_cast import AGENCIES, HEADS, NAMES, STAFF, Cast

DAY = 27_000  # working seconds of a plain day: 7 h 30 min
_UNIT = {Unit.WORKING_MINUTES: 60, Unit.WORKING_DAYS: DAY, Unit.MONTHS: 20 * DAY}
_LEAST = 45  # nobody reads and decides faster

# What goes back: on the first visit, and on later ones.
_RETURNS = (0.2, 0.1)
# Where one waits for others: (SOP, step) to (probability, for whom).
_HOLDS: Mapping[tuple[str, str], tuple[float, str]] = {
    ("trk-layanan-data", "4"): (0.3, "producer_staff"), ("ska-permohonan-bps", "9"): (0.35, "bps"),
    ("bwi-permintaan", "3"): (0.15, "requester"), ("bwi-permintaan", "8"): (0.08, "requester"),
    ("bwi-diseminasi", "2"): (0.1, "producer_staff"), ("srg-pengumpulan-publikasi", "6"): (0.3, "producer_staff"),
    ("ska-publikasi", "4"): (0.15, "producer_staff"), ("ska-permohonan-bps", "10"): (0.12, "bps"),
}  # fmt: skip
_CODE = {"producer_staff": "opd"}
# Steps that a superior may skip without losing what a later step reads.
_SKIPPABLE = frozenset({
    ("trk-layanan-data", "7"), ("bwi-diseminasi", "3"), ("ska-permohonan-bps", "7"), ("ska-permohonan-bps", "8"),
    ("sby-penyebarluasan", "3"), ("ska-publikasi", "6"),
})  # fmt: skip
_BRANCHES: Mapping[tuple[str, str], tuple[str, float]] = {
    ("bwi-permintaan", "3"): ("tersedia", 0.5), ("bwi-permintaan", "5"): ("tersedia", 0.72),
}  # fmt: skip
_REOPENED = {"bwi-permintaan": "8", "trk-layanan-data": "9"}
_CLOSED_AFTER = 9 * DAY
_SLOWEST = "3.27.01"
_TAKES = {Role.STAFF: 0.65, Role.CLERK: 0.5, Role.PRODUCER_STAFF: 0.4, Role.REQUESTER: 0.0, Role.BPS: 0.0}


@dataclass(slots=True)
class Act:
    """One thing somebody does: ``verb`` is a function of ``services.track``; ``more`` its further arguments."""

    at: int
    verb: str
    who: str
    step: str = ""
    visit: int = 0
    outcome: str = ""
    note: str = ""
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a case is wanted today: it goes straight to that step and stays there, ``held`` or not."""

    step: str
    held: bool = False


@dataclass(slots=True)
class Course:
    """A case from its opening to its end, or to where it stands today."""

    key: str
    sop: Sop
    subject: str
    opened: int
    opener: str
    opd_code: str = ""
    requester: str = ""
    period: str = ""
    filed_at: datetime | None = None
    parent: Course | None = None
    children: list[Course] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    closed: int | None = None
    stand: Stand | None = None
    cut_off: bool = False
    sent_back: frozenset[str] = frozenset()  # steps that return on their first visit, whatever the dice say
    arrivals: dict[str, int] = field(default_factory=dict)

    def arrive(self, at: int) -> None:
        """Let a standing course come to its last step at another time: its last decision moves, and what follows.

        Moved back, what went before is drawn together so that it still goes before.
        """
        seconds = at - self.arrivals["stand"]
        last = max((n for n, act in enumerate(self.acts) if act.verb == "decide"), default=len(self.acts))
        if seconds < 0 and last < len(self.acts):
            share = (self.acts[last].at + seconds - self.opened) / max(1, self.acts[last].at - self.opened)
            for act in self.acts[:last]:
                act.at = self.opened + int((act.at - self.opened) * max(0.0, share))
        for act in self.acts[last:]:
            act.at += seconds
        self.arrivals["stand"] = at

    def shift(self, seconds: int) -> None:
        """Move the whole course, children and all, in time."""
        self.opened += seconds
        self.closed = None if self.closed is None else self.closed + seconds
        self.arrivals = {no: at + seconds for no, at in self.arrivals.items()}
        for act in self.acts:
            act.at += seconds
        for child in self.children:
            child.shift(seconds)


class Planner:
    """Walks cases with one set of dice, one cast, up to one moment (``now``, in working seconds)."""

    def __init__(self, dice: Random, cast: Cast, now: int) -> None:
        self.dice, self.cast, self.now = dice, cast, now

    # ---------------------------------------------------------------- a whole case

    def play(self, course: Course, stand: Stand | None = None) -> Course:
        """Fill in what happens to a case from its first step on."""
        fan_out = course.sop.fan_out
        first = fan_out.steps[0] if course.parent is not None and fan_out is not None else course.sop.start
        self._walk(course, first, course.opened, stand, {})
        if stand is None and course.parent is None:
            self._afterwards(course)
        return course

    def _walk(self, course: Course, no: str, at: int, stand: Stand | None, visits: dict[str, int]) -> None:
        sop, fan_out = course.sop, course.sop.fan_out
        maker, staff = "", self.dice.choice(STAFF)
        doomed = stand is None and course.parent is None and self.dice.random() < 0.035
        while True:
            if no == END or (course.parent is not None and fan_out is not None and no == fan_out.join):
                course.closed = at
                return
            visits[no] = visits.get(no, 0) + 1
            course.arrivals[no] = at
            if at > self.now:
                return
            if fan_out is not None and course.parent is None and no in fan_out.steps:
                end = self._collect(course, at, calm=stand is not None)
                if end is None:
                    return
                at, no = end + 1, fan_out.join
                continue
            if stand is not None and no == stand.step:
                self._stay(course, sop.step(no), visits[no], at, stand)
                return
            if doomed and self.dice.random() < 0.3:
                self._cancel(course, no, at)
                return
            step = sop.step(no)
            who, done, outcome = self._stay_done(course, step, visits[no], at, staff, maker, stand)
            if outcome is None:
                return
            if step.evidence is not None:
                maker = who
            if sop.holder(step).role is Role.STAFF and who in STAFF:
                staff = who
            at, no = done, outcome.to

    # ---------------------------------------------------------------- one stay

    def _stay_done(
        self, course: Course, step: Step, visit: int, at: int, staff: str, maker: str, stand: Stand | None
    ) -> tuple[str, int, Outcome | None]:
        """Somebody takes the step, perhaps waits for others, and decides. No outcome when that lies in the future."""
        dice, calm = self.dice, stand is not None
        role = self._role(course.sop, step)
        total = self._time(course, step, at, calm)
        wait = max(2 * _LEAST, int(total * dice.uniform(0.25, 0.7)))
        assigned = ""
        if not calm and role is Role.STAFF and dice.random() < 0.12:
            assigned = self._assign(course, step, at + _LEAST, staff)
        if not calm and (course.sop.id, step.no) in _SKIPPABLE and dice.random() < 0.05:
            return self._skip(course, step, visit, at + total)
        avoid = maker if any(o.kind in (OutcomeKind.PARAF, OutcomeKind.SIGN) for o in step.outcomes) else ""
        who, begun = self._performer(course, role, at + wait, assigned, staff, avoid)
        takes = dice.random() < _TAKES.get(role, 0.2)
        done = begun + max(_LEAST, total - wait)
        held: list[Act] = []
        chance, whom = _HOLDS.get((course.sop.id, step.no), (0.0, ""))
        if not calm and visit == 1 and who in STAFF and dice.random() < chance:
            held = self._hold(step, who, (begun + done) // 2, whom)
            if len(held) == 2:
                done = max(done, held[1].at + dice.randint(600, 9000))
        finisher, done = self._performer(course, role, done, assigned, who if who in STAFF else staff, avoid)
        if (held or takes) and finisher != who:
            # What one has begun, one finishes: the act waits for that person, or a superior hands it over.
            takes, held, who = False, [], finisher
        if takes and begun < self.now:
            course.acts.append(Act(begun, "take", who, step.no))
        course.acts += [act for act in held if act.at < self.now]
        if len(held) == 1 or done >= self.now:
            return who, done, None
        outcome = self._outcome(course, step, visit, stand)
        note = self._note(course, step, outcome)
        course.acts.append(Act(done, "decide", finisher, step.no, visit, outcome.key, note))
        return finisher, done, outcome

    def _performer(
        self, course: Course, role: Role, at: int, assigned: str, staff: str, avoid: str
    ) -> tuple[str, int]:  # fmt: skip
        if assigned:  # nobody else may act
            return self.cast.back(assigned, at, self.dice)
        return self.cast.performer(role, course.opd_code, at, self.dice, prefer=staff, avoid=avoid)

    @staticmethod
    def _role(sop: Sop, step: Step) -> Role:
        """Who acts: the lane's role, but the head of the agency where the time of a requester's step is theirs."""
        lane, holder = sop.lane(step.lane), sop.holder(step)
        return holder.role if lane.role is Role.REQUESTER and holder.role is not Role.BPS else lane.role

    def _time(self, course: Course, step: Step, at: int, calm: bool) -> int:
        """Working seconds from receipt to decision."""
        standard = step.standard or _share_of_phase(course.sop, step)
        role = course.sop.holder(step).role
        who = _usual(role, course.opd_code)
        dull, spread = (0.7, 0.95) if standard.unit is Unit.WORKING_MINUTES else (0.5, 0.7)
        pace = 0.25 if calm else self.cast.pace(who, at) * self.dice.lognormvariate(0, spread)
        return max(2 * _LEAST, int(seconds_of(standard) * dull * pace))

    def _outcome(self, course: Course, step: Step, visit: int, stand: Stand | None) -> Outcome:
        back = [o for o in step.outcomes if o.kind is OutcomeKind.RETURN]
        on = [o for o in step.outcomes if o.kind is not OutcomeKind.RETURN]
        if stand is not None:
            return next((o for o in on if stand.step in downstream(course.sop, o.to)), on[0])
        chance = (*_RETURNS, 0.0)[min(visit, 3) - 1] * (1.6 if course.parent is not None else 1.0)
        if back and (self.dice.random() < chance or (visit == 1 and step.no in course.sent_back)):
            return back[0]
        key, share = _BRANCHES.get((course.sop.id, step.no), (on[0].key, 1.0))
        if self.dice.random() < share:
            return next(o for o in on if o.key == key)
        return next(o for o in on if o.key != key)

    def _note(self, course: Course, step: Step, outcome: Outcome) -> str:
        if outcome.kind is not OutcomeKind.RETURN:
            return ""
        book = course.parent is None and course.sop.fan_out is not None
        return self.dice.choice(words.BOOK_RETURNS if book else words.RETURNS[course.sop.id])

    # ---------------------------------------------------------------- what else happens

    def _hold(self, step: Step, who: str, at: int, whom: str) -> list[Act]:
        """A pause with its reason, and its end unless the other side has not answered yet."""
        code = _CODE.get(whom, whom)
        note = self.dice.choice(words.PAUSES[whom])
        back = at + int(DAY * self.dice.lognormvariate(1.0, 0.7))
        found = [Act(at, "pause", who, step.no, note=note, more={"reason": code, "waiting_for": code})]
        who, back = self.cast.performer(Role.STAFF, "", back, self.dice, prefer=who)
        return [*found, Act(back, "resume", who, step.no)] if back < self.now else found

    def _assign(self, course: Course, step: Step, at: int, staff: str) -> str:
        """The section head gives the step to somebody of the lane."""
        head, when = self.cast.performer(Role.SECTION_HEAD, "", at, self.dice)
        others = [name for name in STAFF if self.cast.away(name, at) is None and name != staff]
        if when > at + 60 or not others or when >= self.now:
            return ""
        chosen = self.dice.choice(others)
        away = self.cast.away(staff, at) is not None
        note = words.REASSIGNED.format(name=NAMES[staff]) if away else words.ASSIGNED
        course.acts.append(Act(when, "reassign", head, step.no, note=note, more={"assignee": chosen}))
        return chosen

    def _skip(self, course: Course, step: Step, visit: int, at: int) -> tuple[str, int, Outcome | None]:
        who, at = self.cast.performer(Role.DIVISION_HEAD, "", at, self.dice)
        outcome = next(o for o in step.outcomes if o.kind is not OutcomeKind.RETURN)
        if at >= self.now:
            return who, at, None
        note = self.dice.choice(words.SKIPS)
        course.acts.append(Act(at, "skip", who, step.no, visit, outcome.key, note))
        return who, at, outcome

    def _cancel(self, course: Course, no: str, at: int) -> None:
        who, at = self.cast.performer(Role.SECTION_HEAD, "", at + self.dice.randint(600, 2 * DAY), self.dice)
        if at < self.now:
            course.acts.append(Act(at, "cancel", who, no, note=self.dice.choice(words.CANCELS)))
            course.closed = at

    def _afterwards(self, course: Course) -> None:
        """An extension of the law's limit, a reopening, and what colleagues write on the way."""
        dice = self.dice
        if course.sop.legal_clock and dice.random() < 0.75:
            who, at = self.cast.performer(
                Role.DIVISION_HEAD, "", course.opened + int(8.4 * DAY) + dice.randint(0, 9000), dice
            )
            if at < min(course.closed or self.now, self.now) - 60:
                course.acts.append(Act(at, "extend", who, note=words.EXTENDS))
        if dice.random() < 0.18 and course.acts:
            at = dice.choice(course.acts).at + dice.randint(5, 40)
            who, at = self.cast.performer(Role.STAFF, "", at, dice)
            if at < self.now:
                course.acts.append(Act(at, "add_note", who, note=dice.choice(words.NOTES)))
        to = _REOPENED.get(course.sop.id)
        if to and course.closed and all(act.verb != "cancel" for act in course.acts) and dice.random() < 0.025:
            self._reopen(course, to, course.closed)

    def _reopen(self, course: Course, to: str, closed: int) -> None:
        who, at = self.cast.performer(Role.SECTION_HEAD, "", closed + self.dice.randint(DAY // 2, 4 * DAY), self.dice)
        if at >= self.now:
            return
        course.acts.append(Act(at, "reopen", who, note=words.REOPENS, more={"to_step": to}))
        course.closed = None
        self._walk(course, to, at, None, {"1": 1, to: 1})

    # ---------------------------------------------------------------- standing today

    def _stay(self, course: Course, step: Step, visit: int, at: int, stand: Stand) -> None:
        """The case has come to where it is wanted; somebody may have begun."""
        course.arrivals["stand"] = at
        role = self._role(course.sop, step)
        if stand.held:
            who = self.dice.choice(STAFF)
            chance_for = _HOLDS.get((course.sop.id, step.no), (1.0, "requester"))[1]
            code, note = _CODE.get(chance_for, chance_for), self.dice.choice(words.PAUSES[chance_for])
            course.acts.append(Act(at + 40, "take", who, step.no))
            more = {"reason": code, "waiting_for": code}
            course.acts.append(Act(at + 300, "pause", who, step.no, note=note, more=more))
        elif self.dice.random() < 0.4 and role not in (Role.REQUESTER, Role.BPS):
            who, _at = self.cast.performer(role, course.opd_code, at, self.dice)
            course.acts.append(Act(at + 45, "take", who, step.no))

    # ---------------------------------------------------------------- collections

    def _collect(self, course: Course, at: int, *, calm: bool) -> int | None:
        """Every agency's own case; when the last has ended, or the section head closes the collection, it goes on."""
        fan_out = course.sop.fan_out
        assert fan_out is not None
        for child in course.children:
            # Where a collection is closed early, the slowest agency is the one that had not begun.
            child.opened = at + (_CLOSED_AFTER + DAY if course.cut_off and child.opd_code == _SLOWEST else 0)
            self.play(child, child.stand or (Stand(fan_out.join) if calm else None))
        ends = [child.closed for child in course.children]
        if course.cut_off:
            cut = at + _CLOSED_AFTER
            who, cut = self.cast.performer(Role.SECTION_HEAD, "", cut, self.dice)
            late = [child for child in course.children if child.closed is None or child.closed >= cut]
            if late and cut < self.now:
                for child in late:
                    child.acts = [act for act in child.acts if act.at < cut - 60]
                    child.closed = cut
                names = ", ".join(AGENCIES[child.opd_code].capitalize() for child in late)
                course.acts.append(Act(cut, "cut_off", who, note=words.CUT_OFF.format(names=names)))
                return cut
        return None if any(end is None for end in ends) else max(end for end in ends if end is not None)


def _usual(role: Role, opd_code: str) -> str:
    """Whose pace counts at a step of this role."""
    if role in PRODUCER_ROLES:
        return f"{'pic' if role is Role.PRODUCER_PIC else 'op'}.{AGENCIES[opd_code]}"
    return HEADS.get(role, role.value)


def seconds_of(standard: Standard) -> int:
    """About how much working time a standard stands for; for drawing durations only, never for a due time."""
    return standard.amount * _UNIT[standard.unit]


def _share_of_phase(sop: Sop, step: Step) -> Standard:
    """A phase's time, spread evenly over its steps, in minutes."""
    phase = sop.phase_of(step.no)
    if phase is None:
        return Standard(1, Unit.WORKING_DAYS)
    return Standard(max(1, seconds_of(phase.standard) // len(phase.steps) // 60), Unit.WORKING_MINUTES)
