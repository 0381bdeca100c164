"""Which cases the demo office's past consists of: requests and publications as they come in, quarterly collections,
and for each lane of each procedure one case that stands in time, one at risk and one late today."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

import numpy as np

from workbench.domain import sla
from workbench.domain.clock import Clock
from workbench.domain.people import Role
from workbench.domain.sop import Sop, Standard
from workbench.services import demo_past_words as words
from workbench.services.demo_past_cast import AGENCIES, Cast
from workbench.services.demo_past_plan import DAY, Course, Planner, Stand, seconds_of

SRG = "srg-pengumpulan-publikasi"
PORTAL = "portal"
"""Who files a request outside office hours: the portal's mailbox, nobody's account."""

# Shares of the procedures among the cases that are no collections.
_MIX: Mapping[str, float] = {
    "bwi-permintaan": 0.28, "trk-layanan-data": 0.23, "bwi-diseminasi": 0.16, "ska-permohonan-bps": 0.12,
    "ska-publikasi": 0.11, "sby-penyebarluasan": 0.10,
}  # fmt: skip
_OPENERS: Mapping[str, Role] = {
    "bwi-permintaan": Role.CLERK, "trk-layanan-data": Role.CLERK, "bwi-diseminasi": Role.SECTION_HEAD,
    "ska-permohonan-bps": Role.STAFF, "ska-publikasi": Role.STAFF, "sby-penyebarluasan": Role.PRODUCER_STAFF,
    SRG: Role.DIVISION_HEAD,
}  # fmt: skip
_BY_AGENCY = frozenset({"bwi-permintaan", "sby-penyebarluasan"})
_ASKED = frozenset({"bwi-permintaan", "trk-layanan-data"})
_OFF_HOURS = {"bwi-permintaan": 0.3, "trk-layanan-data": 0.1}
# How much comes in by month, against the average.
_BUSY: Mapping[int, float] = {1: 0.9, 2: 1.2, 3: 0.8, 4: 0.8, 6: 0.9, 9: 1.3, 10: 1.3, 11: 1.2, 12: 0.7}
_FLAGS = (sla.Flag.BREACHED, sla.Flag.AT_RISK, sla.Flag.ON_TIME)
_HELD = (("trk-layanan-data", "4"), ("ska-permohonan-bps", "9"), ("bwi-permintaan", "3"), ("bwi-diseminasi", "2"))
# Collections that wait for agencies today: the flag of what is still to be sent, and where the others are.
_COLLECTING = (
    (sla.Flag.ON_TIME, (("3", None), ("3", None), ("4", sla.Flag.ON_TIME), ("5", sla.Flag.ON_TIME))),
    (sla.Flag.AT_RISK, (("3", None), ("3", None), ("4", sla.Flag.AT_RISK), ("5", sla.Flag.AT_RISK))),
    (sla.Flag.BREACHED, (("3", None), ("3", None), ("4", sla.Flag.BREACHED), ("5", sla.Flag.BREACHED))),
)
_BOOKS = (("1", sla.Flag.AT_RISK), ("2", sla.Flag.BREACHED), ("6", sla.Flag.ON_TIME), ("9", sla.Flag.BREACHED))
_ORDERS = (("1", sla.Flag.ON_TIME), ("2", sla.Flag.ON_TIME), ("2", sla.Flag.AT_RISK))
"""Collections that are only being ordered, so that superiors have some in time as well."""
_STANDING_SHARE = 0.22
_WHOLE = 120  # from this many cases on, collections stand in every shape


class Script:
    """Makes the courses of a past that ends at ``now``."""

    def __init__(
        self, dice: Random, cast: Cast, clock: Clock, sops: Mapping[str, Sop], begin: datetime, now: datetime
    ) -> None:
        self._dice, self._cast, self._clock, self._sops = dice, cast, clock, sops
        self._begin, self._now_at = begin, now
        self._now = clock.work(now)
        self._planner = Planner(dice, cast, self._now)
        self._special = 0

    def courses(self, cases: int) -> list[Course]:
        """That many cases, each with its agencies' own cases where it is a collection."""
        made = [*self._collections(cases), *self._standing_collections(cases)]
        standing = [self._standing(sop_id, step, flag) for sop_id, step, flag in self._wishes()]
        made += standing[: max(3, int(cases * _STANDING_SHARE) - len(made) // 2)]
        orders = _ORDERS if cases >= _WHOLE else ()
        made = made[: cases - len(orders)]
        while len(made) < cases - len(orders):
            (sop_id,) = self._dice.choices(list(_MIX), list(_MIX.values()))
            made.append(self._planner.play(self._course(sop_id, self._arrival(sop_id))))
        made += [self._stand(self._recent(SRG), step, flag) for step, flag in orders]
        return sorted(made, key=lambda course: course.opened)

    # ---------------------------------------------------------------- as they come in

    def _arrival(self, sop_id: str) -> datetime:
        """A moment in the past, in office hours but for what is filed on the portal or by e-mail."""
        first, dice = self._clock.work(self._begin), self._dice
        while True:
            at = self._clock.from_local(int(self._wall(dice.randint(first, self._now - 600))))
            if dice.random() > _BUSY.get(at.month, 1.0) / max(_BUSY.values()):
                continue
            if dice.random() < _OFF_HOURS.get(sop_id, 0.0):
                late = at.replace(hour=0, minute=0) + timedelta(
                    days=dice.choice((0, 0, 1, 2)), minutes=dice.randint(1130, 1385)
                )
                if not self._clock.is_open(late):
                    at = late
            if at < self._now_at - timedelta(minutes=10):
                return at

    def _wall(self, work: int) -> int:
        base = self._clock.to_local(datetime(self._clock.calendar.first.year, 1, 1, tzinfo=self._clock.zone))
        return int(self._clock.add_seconds_many(np.array([base], dtype=np.int64), np.array([work], dtype=np.int64))[0])

    def _course(self, sop_id: str, at: datetime, subject: str = "") -> Course:
        dice, sop = self._dice, self._sops[sop_id]
        agency = dice.choice(tuple(AGENCIES))
        opened, filed = self._clock.work(at), None
        who, when = self._cast.performer(_OPENERS[sop_id], agency, opened, dice)
        if sop_id in _OFF_HOURS and not self._clock.is_open(at):
            who, when, filed = PORTAL, opened, at
        topic = dice.choice(words.TOPICS[agency])
        return Course(
            key="",
            sop=sop,
            subject=subject or words.SUBJECTS[sop_id].format(topic=topic),
            opened=when,
            opener=who,
            opd_code=agency if sop_id in _BY_AGENCY else "",
            requester=dice.choice(words.REQUESTERS) if sop_id in _ASKED else "",
            filed_at=filed,
        )

    # ---------------------------------------------------------------- collections

    def _collections(self, cases: int) -> Iterator[Course]:
        """One for every quarter that has begun; every third is closed before everybody has sent."""
        quarters = []
        day = self._clock.local_date(self._begin).replace(day=1)
        while (when := self._clock.next_open(self._midday(day))) < self._now_at - timedelta(days=45):
            if day.month % 3 == 1:
                quarters.append(when)
            day = (day + timedelta(days=32)).replace(day=1)
        for number, when in enumerate(quarters[: max(1, cases // 12)]):
            quarter, year = divmod(when.month - 4, 3)[0] + 1, when.year
            if quarter == 0:
                quarter, year = 4, year - 1
            at = self._clock.from_local(self._wall(self._clock.work(when) + self._dice.randint(600, 2 * DAY)))
            course = self._collection(at, words.QUARTER.format(quarter=quarter, year=year), str(year))
            course.cut_off = number % 3 == 1
            course.sent_back = frozenset({("8", "", "9")[number % 3]})  # too few books for the dice
            yield self._planner.play(course)

    def _midday(self, day: object) -> datetime:
        return datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=self._clock.zone)

    def _collection(self, at: datetime, subject: str, period: str) -> Course:
        course = self._course(SRG, at, subject)
        course.period = period
        course.children = [
            Course("", course.sop, subject, course.opened, course.opener, opd_code=code, period=period, parent=course)
            for code in AGENCIES
        ]
        return course

    def _standing_collections(self, cases: int) -> Iterator[Course]:
        whole = cases >= _WHOLE
        for turn, (flag, places) in enumerate(_COLLECTING if whole else _COLLECTING[2:]):
            yield self._waiting(flag, (*places[turn:], *places[:turn]))  # another agency each time
        for step, flag in _BOOKS if whole else ():
            yield self._stand(self._recent(SRG), step, flag)

    def _waiting(self, flag: sla.Flag, places: Sequence[tuple[str, sla.Flag | None]]) -> Course:
        """A collection some agencies still owe: those at step 3 stand with ``flag``, the others further on."""
        course = self._recent(SRG)
        steps = dict(places)
        for child, (step, _flag) in zip(course.children, places, strict=True):
            child.stand = Stand(step)
        age = self._age(course.sop, "3", flag) or DAY
        ages = {step: self._age(course.sop, step, wanted) or 600 for step, wanted in steps.items() if wanted}
        age = max([age, *(other + 1500 for other in ages.values())])
        self._planner.play(course, Stand("3"))
        course.shift(self._now - age - course.arrivals["3"])
        for child, (step, _flag) in zip(course.children, places, strict=True):
            if step in ages and "stand" in child.arrivals:
                child.arrive(self._now - ages[step])
        self._cut(course)
        return course

    # ---------------------------------------------------------------- standing today

    def _wishes(self) -> Iterator[tuple[str, str, sla.Flag | None]]:
        """(SOP, step, flag) in order of importance; no flag asks for a case on hold."""
        for sop_id, no in _HELD[:1]:
            yield sop_id, no, None
        lanes: list[tuple[str, list[str]]] = []
        for sop_id in _MIX:
            by_lane: dict[tuple[str, str], list[str]] = {}
            for step in self._sops[sop_id].steps:
                by_lane.setdefault((step.lane, self._sops[sop_id].holder(step).key), []).append(step.no)
            for steps in by_lane.values():
                timed = [no for no in steps if self._sops[sop_id].standard_of(no) is not None]
                lanes.append((sop_id, timed or steps))
        for turn in range(len(_FLAGS)):
            for place, (sop_id, steps) in enumerate(lanes):
                no, flag = steps[turn % len(steps)], _FLAGS[(turn + place) % len(_FLAGS)]
                if not self._ages(self._sops[sop_id], no, flag):  # not at this hour; another step of the lane perhaps
                    no = next((other for other in steps if self._ages(self._sops[sop_id], other, flag)), no)
                if turn == 0 or self._sops[sop_id].standard_of(no) is not None:  # without a limit once is enough
                    yield sop_id, no, flag
        for sop_id, no in _HELD[1:]:
            yield sop_id, no, None

    def _recent(self, sop_id: str) -> Course:
        # Not at the closing itself, where a past that ends at night would begin: that is nobody's working time.
        at = self._clock.from_local(self._wall(self._now - 12 * DAY - 601))
        if sop_id != SRG:
            return self._course(sop_id, at)
        subject = words.SPECIAL[self._special % len(words.SPECIAL)]
        self._special += 1
        return self._collection(at, f"{subject} {at.year}", str(at.year))

    def _standing(self, sop_id: str, step: str, flag: sla.Flag | None) -> Course:
        return self._stand(self._recent(sop_id), step, flag)

    def _stand(self, course: Course, step: str, flag: sla.Flag | None) -> Course:
        """A case led to a step so that it stands there with this flag (or on hold) at the end of the past."""
        phase = course.sop.phase_of(step)
        self._planner.play(course, Stand(step, held=flag is None))
        arrived = course.arrivals["stand"]
        before = arrived - course.arrivals[phase.steps[0]] if phase is not None else 0
        age = self._dice.randint(DAY // 2, 4 * DAY) if flag is None else self._age(course.sop, step, flag, before)
        course.shift(self._now - (age or before + 60) + before - arrived)
        self._cut(course)
        return course

    def _age(self, sop: Sop, step: str, flag: sla.Flag | None, least: int = 0) -> int | None:
        """How many working seconds ago a step (or its phase) must have begun to stand with this flag now."""
        fitting = self._ages(sop, step, flag, least)
        return self._dice.choice(fitting) if fitting else None

    def _ages(self, sop: Sop, step: str, flag: sla.Flag | None, least: int = 0) -> Sequence[int]:
        """All such ages that are tried; none at an hour at which that flag cannot be."""
        standard = sop.standard_of(step)
        if standard is None or flag is None:
            return ()
        whole = seconds_of(standard)
        tried = [least + 20 + int(whole * share / 60) for share in range(1, 190)]
        # The older, the later: in time, at risk, late; so the fitting ages lie side by side.
        severity = {found: place for place, found in enumerate(reversed(_FLAGS))}

        def stands(age: int) -> int:
            return severity[self._flag(standard, age)]

        first, last = bisect_left(tried, severity[flag], key=stands), bisect_right(tried, severity[flag], key=stands)
        return tried[first:last]

    def _flag(self, standard: Standard, age: int) -> sla.Flag:
        start = self._clock.from_local(self._wall(self._now - age))
        due = sla.due(self._clock, start, standard)
        return sla.flag_of(self._now_at, sla.warn_at(self._clock, start, standard), due)

    def _cut(self, course: Course) -> None:
        """What would lie after today has not happened, nor what would have followed it."""
        over = (place for place, act in enumerate(course.acts) if act.at >= self._now - 5)
        course.acts = course.acts[: next(over, len(course.acts))]
        for child in course.children:
            self._cut(child)
