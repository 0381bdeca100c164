"""The plan of the demo office's past holds together at whatever moment the office is made: day, night, holiday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from workbench.domain.clock import Clock
from workbench.domain.sop import END, OutcomeKind
from workbench.domain.sop_paths import downstream
from workbench.services import demo_past
from workbench.services.demo_past_cast import Cast
from workbench.services.demo_past_plan import Course
from workbench.services.demo_past_script import Script
from workbench.settings import get_settings
from workbench.storage import calendar_seed, sop_files

MOMENTS = [
    datetime(2026, 11, 30, 20, 53, tzinfo=UTC),  # four in the morning; a case then stood where it had not come yet
    datetime(2026, 12, 26, 3, 0, tzinfo=UTC),  # cuti bersama
    *(datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=17 * n, hours=5 * n, minutes=13 * n) for n in range(20)),
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
    for seed in (20261120, now.day):
        dice = Random(seed)
        courses = Script(dice, Cast(clock, begin, now, dice), clock, sops, begin, now).courses(400)
        assert len(courses) == 400
        for course in courses:
            walked(course)
            for child in course.children:
                walked(child)
                assert all(act.at >= child.opened for act in child.acts)
