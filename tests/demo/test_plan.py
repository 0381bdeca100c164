"""The plan of the demo office's past holds together at whatever moment the office is made: day, night, holiday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from workbench import moment
from workbench.domain.clock import Clock
from workbench.domain.sla import Flag
from workbench.domain.sop import END, OutcomeKind
from workbench.domain.sop_paths import downstream
from workbench.services import audit, case_link, demo_past, demo_story, office_clock
from workbench.services.demo_past_cast import Cast
from workbench.services.demo_past_plan import Course
from workbench.services.demo_past_script import PORTAL, Script
from workbench.settings import get_settings
from workbench.storage import calendar_seed, casebook, database, sop_files

MOMENTS = [
    datetime(2026, 11, 30, 20, 53, tzinfo=UTC),  # four in the morning; a case then stood where it had not come yet
    datetime(2026, 12, 26, 3, 0, tzinfo=UTC),  # cuti bersama
    *(datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=33 * n, hours=5 * n, minutes=13 * n) for n in range(11)),
]


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(calendar_seed.seed_calendar("Asia/Jakarta"))


def walked(course: Course) -> str:
    """Where the plan leads, or what in it the engine would refuse."""
    sop, fan_out = course.sop, course.sop.fan_out
    child = course.parent is not None
    step = fan_out.steps[0] if child and fan_out is not None else sop.start
    for act in sorted(course.acts, key=lambda act: act.at):
        assert act.at >= course.opened, (course.subject, act)
        if act.verb in ("add_note", "extend"):
            continue
        if act.verb == "reopen":
            step = act.more["to_step"]
            continue
        if act.verb == "cut_off" and fan_out is not None:
            step = fan_out.join
            continue
        if fan_out is not None and not child and step in fan_out.steps:
            step = fan_out.join  # joined by its children meanwhile
        assert act.step == step, (course.sop.id, course.opd_code, step, act)
        if act.verb in ("decide", "skip"):
            outcome = sop.step(step).outcome(act.outcome)
            assert outcome is not None, act
            step = END if child and fan_out is not None and outcome.to == fan_out.join else outcome.to
            assert outcome.kind is not OutcomeKind.RETURN or act.note
            assert step == END or step in downstream(sop, sop.start)
    return step


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%m-%d-%H%M}")
def test_every_act_is_at_the_step_where_its_case_stands(clock: Clock, now: datetime) -> None:
    sops = {sop.id: sop for sop in sop_files.load_all(get_settings().reference_dir / "sop")}
    begin = demo_past._months_before(clock, now, 18)
    seed = now.day if now.day % 2 else 20261120
    dice = Random(seed)
    courses = Script(dice, Cast(clock, begin, now, dice), clock, sops, begin, now).courses(400)
    assert len(courses) == 400
    for course in courses:
        walked(course)
        for child in course.children:
            walked(child)
            assert all(act.at >= child.opened for act in child.acts)


ODD = {
    "night": datetime(2026, 11, 30, 20, 53, tzinfo=UTC),
    "Sunday": datetime(2026, 7, 12, 4, 0, tzinfo=UTC),
    "Monday before the office opens": datetime(2026, 7, 12, 23, 30, tzinfo=UTC),
    "first day of the year": datetime(2026, 1, 1, 1, 0, tzinfo=UTC),
    "first minute of the year": datetime(2026, 12, 31, 17, 0, tzinfo=UTC),
    "last day of the year": datetime(2026, 12, 31, 9, 0, tzinfo=UTC),
    "Ramadan": datetime(2026, 3, 5, 5, 0, tzinfo=UTC),
    "Lebaran": datetime(2026, 3, 21, 2, 0, tzinfo=UTC),
    "month's end": datetime(2026, 2, 28, 16, 59, tzinfo=UTC),
    "first morning after long holidays": datetime(2026, 3, 25, 1, 5, tzinfo=UTC),
}


@pytest.mark.parametrize("now", ODD.values(), ids=ODD)
def test_the_main_job_begins_in_the_office_and_is_over_before_now(clock: Clock, now: datetime) -> None:
    start = demo_story.opening(clock, now)
    longest = timedelta(hours=2) + timedelta(minutes=12 * 10 + 20 + 9 * 4 + 3 * 10)  # files, then checking
    assert clock.is_open(start) and clock.is_open(start - timedelta(minutes=19))
    assert start + longest < now and clock.local_date(start + longest) == clock.local_date(start)
    assert clock.closings_between(start, now) >= 4


@pytest.mark.parametrize("now", ODD.values(), ids=ODD)
def test_every_lane_has_work_in_time_at_risk_and_late(clock: Clock, now: datetime) -> None:
    """What a visitor sees in the first minute: for each lane with a time, a case planned to stand with each flag."""
    sops = {sop.id: sop for sop in sop_files.load_all(get_settings().reference_dir / "sop")}
    begin = demo_past._months_before(clock, now, 18)
    dice = Random(20261120)
    script = Script(dice, Cast(clock, begin, now, dice), clock, sops, begin, now)
    found: dict[tuple[str, str, str], set[Flag]] = {}
    for course in script.courses(400):
        assert course.filed_at is None or course.opener == PORTAL
        assert "stand" not in course.arrivals or course.opener != PORTAL  # what stands today came in by letter or hand
        for one in (course, *course.children):
            standard = one.sop.standard_of(no) if (no := walked(one)) != END else None
            if standard is None or no not in one.arrivals or one.sop.phase_of(no) is not None:
                continue
            step = one.sop.step(no)
            at = one.arrivals.get("stand", one.arrivals[no])
            flag = script._flag(standard, script._now - at)
            found.setdefault((one.sop.id, step.lane, one.sop.holder(step).key), set()).add(flag)
    possible: dict[tuple[str, str, str], set[Flag]] = {}
    for sop in sops.values():
        for step in sop.steps:
            if sop.standard_of(step.no) is not None and sop.phase_of(step.no) is None:
                # At some hours nothing can be at risk: what is due by the day stands in time until it is late.
                flags = {flag for flag in Flag if script._ages(sop, step.no, flag)}
                possible.setdefault((sop.id, step.lane, sop.holder(step).key), set()).update(flags)
    lacking = {lane: flags - found.get(lane, set()) for lane, flags in possible.items()}
    assert not any(lacking.values()), {lane: flags for lane, flags in lacking.items() if flags}
    assert all(Flag.BREACHED in flags and len(flags) >= 2 for flags in possible.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["first minute of the year", "Lebaran"])
def test_the_main_job_is_played_at_odd_moments(sqlite_db: object, name: str) -> None:
    """Up to the files accepted; the draft is rendered by a process of its own, which keeps today's hour."""
    now = ODD[name]
    story = demo_story.Story(lambda act, sentence: None)
    with moment.at(now):
        story.office()
        with database.session() as session:
            start = demo_story.opening(office_clock.clock(session), now)
        story.order("2025", start)
        story.gather("2025", start + timedelta(hours=2))
    with moment.at(now), database.session() as session:
        assert audit.verify(session).problems == ()
        assert story.returned == 1 and case_link.standing(session, story.case_id).step == "6"
        assert max(row.at for row in casebook.all_events(session)) < now
