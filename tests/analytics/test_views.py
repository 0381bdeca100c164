"""Each figure of the eight views against a slow count over the same past, and the cases behind each figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.analytics import office, slow
from workbench.domain.errors import NotAllowed, NotFound
from workbench.services import analytics, analytics_behind, analytics_queue
from workbench.services.analytics_figures import FEW, Behind, Scope

EVERYTHING = Scope()
NARROW = Scope(sop_id="trk-layanan-data", since=date(2025, 9, 1), until=date(2026, 6, 30))
ONE_OPD = Scope(opd_code="1.02.01")


def within(scope: Scope, found):
    def fits(c):
        day = c.done.astimezone(slow.ZONE).date()
        return (
            scope.sop_id in (None, c.walk.sop.id)
            and scope.opd_code in (None, c.walk.opd)
            and (scope.since is None or day >= scope.since)
            and (scope.until is None or day <= scope.until)
        )

    return [c for c in found if fits(c)]


@pytest.mark.parametrize("scope", [EVERYTHING, NARROW, ONE_OPD], ids=["all", "narrow", "opd"])
def test_sop_table(asked, past, scope):
    expected = slow.groups(within(scope, slow.ended(past)), lambda c: (c.walk.sop.id, c.stay.step))
    standing = Counter(
        (c.walk.sop.id, c.stay.step) for c, *_ in slow.standing(past) if scope.opd_code in (None, c.walk.opd)
    )
    figures = {(f.sop_id, f.step): f for f in analytics.sop_table(asked, scope=scope)}
    wanted = {(sop.id, step.no) for sop in past.sops for step in sop.steps if scope.sop_id in (None, sop.id)}
    assert set(figures) == wanted
    assert set(expected) <= wanted
    for key, figure in figures.items():
        found = expected.get(key, [])
        used = [c.used for c in found]
        assert (figure.n, figure.cases) == (len(found), len(slow.cases(found)))
        assert figure.open == standing[key]
        judged = [c for c in found if c.verdict]
        assert figure.judged == len(judged)
        assert figure.breached == sum(c.verdict == "breached" for c in found)
        assert figure.returns == sum(c.returned for c in found)
        assert figure.few == (figure.cases < FEW)
        if figure.few:
            assert (figure.p50_seconds, figure.p95_seconds, figure.p95_share, figure.breach_rate) == (None,) * 4
            continue
        assert figure.p50_seconds == pytest.approx(slow.quantile(used, 0.5))
        assert figure.p95_seconds == pytest.approx(slow.quantile(used, 0.95))
        assert figure.waiting_share == pytest.approx(sum(c.waiting for c in found) / sum(used))
        shares = [c.used / limit for c in found if (limit := slow.allowance(past, c))]
        if shares:
            assert figure.p95_share == pytest.approx(slow.quantile(shares, 0.95))
        if judged:
            assert figure.breach_rate == pytest.approx(figure.breached / len(judged))


def test_days_used_are_those_counted_on_the_fingers(asked_sqlite, past):
    found = slow.groups([c for c in slow.ended(past) if not c.stay.paused], lambda c: (c.walk.sop.id, c.stay.step))
    for figure in analytics.sop_table(asked_sqlite, scope=EVERYTHING):
        everyone = [c for c in slow.ended(past) if (c.walk.sop.id, c.stay.step) == (figure.sop_id, figure.step)]
        plain = found.get((figure.sop_id, figure.step), [])
        if figure.few or len(plain) < len(everyone):  # held days are given back; they have their own test
            continue
        days = [slow.days_used(past, c.available, c.done) for c in plain]
        assert figure.p50_days == pytest.approx(slow.quantile(days, 0.5))


def test_heat_map(asked, past):
    expected = slow.groups(slow.ended(past), lambda c: (c.walk.sop.id, c.stay.step, c.month))
    cells = {(c.sop_id, c.step, c.month): c for c in analytics.heat_map(asked, scope=EVERYTHING)}
    assert set(cells) == set(expected)
    assert any(not cell.few for cell in cells.values())
    for key, cell in cells.items():
        found = expected[key]
        assert (cell.n, cell.cases) == (len(found), len(slow.cases(found)))
        breached, judged = sum(c.verdict == "breached" for c in found), sum(bool(c.verdict) for c in found)
        assert (cell.breached, cell.judged) == (breached, judged)
        assert cell.breach_rate == (pytest.approx(breached / judged) if judged and not cell.few else None)
        middle = slow.quantile([c.used for c in found], 0.5)
        assert cell.p50_seconds == (None if cell.few else pytest.approx(middle))


def test_breakdown_of_every_late_case_names_who_exceeded_most(asked_sqlite, past, head):
    late = analytics.late_cases(asked_sqlite, scope=EVERYTHING, top=10_000)
    assert late == sorted(late, key=lambda case: (-case.over_seconds, case.case_id))
    now = past.clock.work(office.NOW)
    standing = {id(c.stay): used for c, _state, used, _share in slow.standing(past)}
    by_case = slow.groups(slow.stays(past), lambda c: c.walk.number)
    expected = {}
    for number, found in by_case.items():
        over = defaultdict(float)
        for c in found:
            limit = slow.allowance(past, c)
            used = c.used if c.done is not None else standing.get(id(c.stay))
            if c.done is not None and c.stay.ended_by not in ("decide", "skip"):
                continue
            if limit is not None and used is not None and not c.stay.container:
                over[c.role] += max(used - limit, 0)
        if sum(over.values()) > 0:
            expected[number] = over
    assert {case.case_id for case in late} == set(expected)
    for case in late:
        over = expected[case.case_id]
        assert case.over_seconds == pytest.approx(sum(over.values()))
        assert case.cause_seconds == pytest.approx(max(over.values()))
        assert over[case.cause] == max(over.values())
    for case in late[:40]:
        shown = analytics.breakdown(asked_sqlite, by=head, case_id=case.case_id)
        assert [(s.step, s.visit) for s in shown.stays] == [(c.stay.step, c.stay.visit) for c in by_case[case.case_id]]
        assert sum(h.share for h in shown.holders) == pytest.approx(1)
        assert sum(h.over_seconds for h in shown.holders) >= case.over_seconds - 1
        for stay, c in zip(shown.stays, by_case[case.case_id], strict=True):
            if c.done is not None and not c.stay.container:
                assert stay.used_seconds == pytest.approx(c.used)
                assert stay.person
    assert now > 0


def test_breakdown_hides_persons_from_others_and_knows_no_stranger(asked_sqlite, clerk):
    shown = analytics.breakdown(asked_sqlite, by=clerk, case_id=1)
    assert shown.stays
    assert {stay.person for stay in shown.stays} == {""}
    with pytest.raises(NotFound):
        analytics.breakdown(asked_sqlite, by=clerk, case_id=10**9)


def test_lanes_and_people(asked, past, head, clerk):
    standing = list(slow.standing(past))
    ended = slow.ended(past)
    for load in analytics.lanes(asked, scope=EVERYTHING):
        states = Counter(state for c, state, *_ in standing if c.role == load.holder_role)
        assert load.open == sum(states.values())
        assert (load.at_risk, load.breached_now, load.paused) == (
            states["at_risk"],
            states["breached"],
            states["paused"],
        )
        found = [c for c in ended if c.role == load.holder_role]
        assert (load.closed, load.cases) == (len(found), len(slow.cases(found)))
        judged = [c for c in found if c.verdict]
        if judged and not load.few:
            assert load.on_time_rate == pytest.approx(sum(c.verdict == "on_time" for c in judged) / len(judged))
    loads = analytics.people(asked, by=head, scope=EVERYTHING)
    assert sum(load.open for load in loads) == len(standing)
    assert sum(load.closed for load in loads) == len(ended)
    for load in loads:
        assert load.closed == sum(c.role == load.holder_role and c.actor == load.person for c in ended)
        assert load.name == (load.person and load.person[:-1].title() + " " + load.person[-1])
    with pytest.raises(NotAllowed):
        analytics.people(asked, by=clerk, scope=EVERYTHING)


def test_queue_and_forecast(asked, past):
    queue = analytics_queue.queue(asked, scope=EVERYTHING)
    standing = {
        (c.walk.number, c.stay.step, c.stay.visit): (c, state, used, share)
        for c, state, used, share in slow.standing(past)
    }
    assert {(w.case_id, w.step, w.visit) for w in queue.waiting} == set(standing)
    ages = [w.used_seconds for w in queue.waiting]
    assert ages == sorted(ages, reverse=True)
    history = [(c, c.used / limit) for c in slow.ended(past) if (limit := slow.allowance(past, c))]
    history = [
        (c, s) for c, s in history if c.done.astimezone(slow.ZONE).date() >= (office.NOW - timedelta(days=540)).date()
    ]
    chances = {}
    for w in queue.waiting:
        c, state, used, share = standing[w.case_id, w.step, w.visit]
        assert w.state == state
        assert w.used_seconds == pytest.approx(used)
        assert w.share == (None if share is None else pytest.approx(share))
        alike = [
            s
            for h, s in history
            if share is not None and (h.walk.sop.id, h.stay.step) == (c.walk.sop.id, c.stay.step) and s >= share
        ]
        if w.chance is not None:
            assert len(alike) >= 20
            assert w.chance == pytest.approx(sum(s > 1 for s in alike) / len(alike))
        chances[w.case_id, w.step, w.visit] = w.chance
    assert queue.breached_now == sum(state == "breached" for _c, state, *_ in standing.values())
    assert [d.day for d in queue.days] == [date(2026, 11, d) for d in (20, 23, 24, 25, 26, 27)]
    for day in queue.days:
        due = [
            k
            for k, (c, state, *_rest) in standing.items()
            if state in ("on_time", "at_risk") and c.due and c.due.astimezone(slow.ZONE).date() == day.day
        ]
        assert day.due == len(due)
        assert day.expected == pytest.approx(sum(chances[k] or 0 for k in due))
        assert day.unknown == sum(chances[k] is None for k in due)
    assert sum(day.due for day in queue.days) > 0


def test_rework(asked, past):
    rework = analytics.rework(asked, scope=EVERYTHING)
    ended = slow.ended(past)
    again = [c for c in ended if c.stay.visit > 1]
    assert rework.share == pytest.approx(sum(c.used for c in again) / sum(c.used for c in ended))
    assert rework.returns == sum(c.returned for c in ended) > 0
    assert rework.again_cases == len(slow.cases(again))
    reasons = Counter(c.stay.reason for c in ended if c.returned)
    assert {(r.reason, r.returns) for r in rework.reasons} == set(reasons.items())
    for step in rework.steps:
        here = [c for c in ended if (c.walk.sop.id, c.stay.step) == (step.sop_id, step.step)]
        sent = [
            c for c in here if c.returned and c.walk.sop.step(c.stay.step).outcome(c.stay.outcome).to == step.return_to
        ]
        assert step.returns == len(sent)
        assert step.again == sum(c.stay.visit > 1 for c in here)


def test_variants(asked, past):
    closed = [walk for walk in past.walks if walk.status == "closed"]
    paths = slow.groups(closed, lambda walk: (walk.sop.id, " → ".join(stay.step for stay in walk.stays)))
    found = analytics.variants(asked, scope=EVERYTHING, top=1000)
    assert found.total == len(paths) == len(found.top)
    assert {(v.sop_id, v.path): v.cases for v in found.top} == {key: len(walks) for key, walks in paths.items()}
    assert sum(v.share for v in found.top) == pytest.approx(1)
    for v in found.top:
        walks = paths[v.sop_id, v.path]
        median = slow.quantile([walk.closed - walk.opened for walk in walks], 0.5)
        assert v.p50_seconds == (None if v.few else pytest.approx(median))


def test_parties_keep_outside_time_apart(asked, past):
    parties = analytics.parties(asked, scope=EVERYTHING)
    ended = slow.ended(past)
    paused = defaultdict(int)
    for c in slow.stays(past):
        if c.stay.paused and c.stay.paused[1] is not None:
            paused[c.stay.paused[2]] += c.held
    held = defaultdict(int)
    for c in ended:
        held[c.party] += c.used
    as_party = {"producer_pic": "producer"}
    booked = defaultdict(int)
    for whom, seconds in paused.items():
        booked[as_party.get(whom, whom)] += seconds
    for row in parties.whole:
        assert row.held_seconds == pytest.approx(held[row.party])
        assert row.paused_seconds == pytest.approx(booked[row.party])
        assert row.n == sum(c.party == row.party for c in ended)
    assert {row.party for row in parties.whole} >= {"office", "producer", "bps", "requester"}
    assert next(row for row in parties.whole if row.party == "office").paused_seconds == 0
    assert sum(row.share for row in parties.whole) == pytest.approx(1)


@pytest.mark.parametrize("scope", [EVERYTHING, NARROW], ids=["all", "narrow"])
def test_every_figure_opens_exactly_its_cases(asked_sqlite, past, head, scope):
    def opened(figure: Behind) -> int:
        found = analytics_behind.cases_behind(asked_sqlite, by=head, figure=figure)
        assert found.total == len({line.case_id for line in found.cases}) or found.total > 500
        return found.total

    for figure in analytics.sop_table(asked_sqlite, scope=scope):
        assert opened(figure.behind) == figure.cases
        if figure.returns:
            assert 0 < opened(replace(figure.behind, returned=True)) <= figure.returns
        assert opened(replace(figure.behind, state="breached")) <= figure.breached
        assert opened(replace(figure.behind, standing=True)) == figure.open
        assert opened(replace(figure.behind, standing=True, state="breached")) == figure.open_breached
    for cell in analytics.heat_map(asked_sqlite, scope=scope)[::7]:
        assert opened(cell.behind) == cell.cases
    for load in analytics.lanes(asked_sqlite, scope=scope) + analytics.people(asked_sqlite, by=head, scope=scope):
        assert opened(load.behind_open) == load.open
        assert opened(load.behind_closed) == load.cases
    for day in analytics_queue.queue(asked_sqlite, scope=scope).days:
        assert opened(day.behind) == day.due
    rework = analytics.rework(asked_sqlite, scope=scope)
    assert opened(rework.behind) == rework.again_cases
    for step in rework.steps:
        if step.returns:
            assert opened(step.behind) == step.cases
    for reason in rework.reasons:
        assert opened(reason.behind) == reason.cases
    for variant in analytics.variants(asked_sqlite, scope=scope).top:
        assert opened(variant.behind) == variant.cases
    for row in analytics.parties(asked_sqlite, scope=scope).whole:
        assert opened(row.behind) == row.cases
        assert (opened(row.behind_paused) > 0) == (row.pauses > 0)
    for row in analytics.parties(asked_sqlite, scope=scope).months:
        assert opened(row.behind) == row.cases


def test_cases_are_listed_for_supervisors_only(asked_sqlite, clerk):
    with pytest.raises(NotAllowed):
        analytics_behind.cases_behind(asked_sqlite, by=clerk, figure=Behind(EVERYTHING))
