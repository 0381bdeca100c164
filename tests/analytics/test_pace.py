"""The board's line of a procedure against a slow count over the same past."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.analytics import office, slow
from workbench.services import analytics_pace
from workbench.services.analytics_figures import FEW


def local_day(moment):
    return moment.astimezone(slow.ZONE).date()


def test_a_procedures_pace_is_that_of_its_steps(asked, past):
    today = local_day(office.NOW)
    monday = today - timedelta(days=today.weekday())
    ended = [c for c in slow.ended(past) if today - timedelta(days=365) <= local_day(c.done) <= today]
    found = analytics_pace.paces(asked)
    assert set(found) == {sop.id for sop in past.sops}
    assert sum(sum(pace.late) for pace in found.values()) > 0
    for sop_id, pace in found.items():
        mine = [c for c in ended if c.walk.sop.id == sop_id]
        assert pace.cases == len(slow.cases(mine))
        shares = [c.used / limit for c in mine if (limit := slow.allowance(past, c))]
        if pace.cases < FEW or not shares:
            assert pace.median_share is None
        else:
            assert pace.median_share == pytest.approx(slow.quantile(shares, 0.5))
        late = [0] * analytics_pace.WEEKS
        for c in mine:
            day = local_day(c.done)
            weeks = (monday - (day - timedelta(days=day.weekday()))).days // 7
            if c.verdict == "breached" and weeks < analytics_pace.WEEKS:
                late[-1 - weeks] += 1
        assert list(pace.late) == late
