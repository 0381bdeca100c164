"""The cascade of real cases: what was added adds up to the lateness, the forecast moves, children decide the parent."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import select

from tests.conftest import Office
from tests.domain import office as oracle
from tests.notices.conftest import wib
from workbench import moment
from workbench.domain.engine import CaseStatus, Event, EventType
from workbench.domain.errors import NotFound
from workbench.domain.sop import OutcomeKind
from workbench.services import cascade_view, casework, track
from workbench.settings import CHECKOUT
from workbench.storage import database
from workbench.storage.sop_files import load_all
from workbench.storage.tables import CaseRow, VisitRow

SOPS = [sop.id for sop in load_all(CHECKOUT / "data" / "sop")]
OPDS = ("1.01.01", "1.02.01", "3.27.01")


def start(office: Office, sop_id: str, at: datetime, key: str = "a") -> int:
    with moment.at(at), database.writing() as session:
        fan = casework.current_sop(session, sop_id).fan_out is not None
        more = {"opd_codes": OPDS} if fan else {"opd_code": OPDS[0]}
        return track.start(session, sop_id=sop_id, subject="Uji", by=office["clerk"], idem=key, **more)  # type: ignore[arg-type]


def look(case_id: int, at: datetime) -> cascade_view.CascadeView:
    with moment.at(at), database.session() as session:
        return cascade_view.cascade_of(session, case_id=case_id)


def forward(office: Office, case_id: int, at: datetime, choice: int = 0) -> None:
    """A superior moves the case on; what is written in the letter is not the subject here."""
    with moment.at(at), database.writing() as session:
        row = session.get_one(CaseRow, case_id)
        ways = [o for o in casework.sop_of(session, row.sop_sha).step(row.step).outcomes if o.kind != "return"]
        track.skip(
            session, case_id=case_id, seen_seq=row.seq, by=office["kasi"], idem=f"{case_id}.{row.seq}",
            outcome=ways[choice % len(ways)].key, note="lanjut",
        )  # fmt: skip


def back(case_id: int, at: datetime) -> bool:
    with moment.at(at), database.writing() as session:
        row = session.get_one(CaseRow, case_id)
        step = casework.sop_of(session, row.sop_sha).step(row.step)
        ways = [o for o in step.outcomes if o.kind is OutcomeKind.RETURN]
        if not ways:
            return False
        event = Event(EventType.DECIDE, at, "siapa", outcome=ways[0].key, lane=step.lane, note="perbaiki")
        casework.append(session, case_id=case_id, seen_seq=None, event=event, idem=f"{case_id}.{row.seq}")
        return True


def held(office: Office, case_id: int, at: datetime, until: datetime) -> None:
    with moment.at(at), database.writing() as session:
        seq = session.get_one(CaseRow, case_id).seq
        track.pause(session, case_id=case_id, seen_seq=seq, by=office["kasi"], idem=f"{case_id}.{seq}", reason="opd")
    with moment.at(until), database.writing() as session:
        track.resume(session, case_id=case_id, seen_seq=seq + 1, by=office["kasi"], idem=f"{case_id}.{seq + 1}")


@pytest.mark.slow
@pytest.mark.parametrize("sop_id", SOPS)
def test_what_was_added_sums_exactly_to_the_lateness(sqlite_office: Office, sop_id: str) -> None:
    """Random lives played through the tracker: branches, returns, holds, OPDs; at the end and on the way."""
    dice = random.Random(sop_id)
    for life in range(6):
        at = wib("2026-01-05T08:00") + timedelta(minutes=dice.randrange(60 * 1440))
        begin = at
        case_id = start(sqlite_office, sop_id, at, f"{sop_id}.{life}")
        for _ in range(60):
            with database.session() as session:
                rows = [session.get_one(CaseRow, case_id)]
                rows += session.exec(select(CaseRow).where(CaseRow.parent_id == case_id)).all()
                open_ones = [row.id or 0 for row in rows if row.status == CaseStatus.OPEN]
            if not open_ones:
                break
            chosen = dice.choice(open_ones)
            at += timedelta(seconds=dice.randrange(60, 86_400))
            if dice.random() < 0.15:
                later = at + timedelta(minutes=dice.randrange(30, 3000))
                held(sqlite_office, chosen, at, later)
                at = later
            elif dice.random() > 0.2 or not back(chosen, at):
                forward(sqlite_office, chosen, at, dice.randrange(3))
            if dice.random() < 0.3:
                for number in (row.id or 0 for row in rows):
                    adds_up(look(number, at))
        view = look(case_id, at)
        adds_up(view)
        with database.session() as session:
            row = session.get_one(CaseRow, case_id)
        if row.status == CaseStatus.CLOSED:
            assert view.late == view.rows[-1].drift == oracle.clock().between(view.planned_end, row.closed_at)  # type: ignore[arg-type]
            assert view.started_at == begin and view.ended_at == row.closed_at
            if view.children:
                joined = next(r for r in view.rows if "–" in r.step)
                last = max(child.end for child in view.children if child.end <= (joined.actual_end or at))
                assert joined.actual_end == last


def adds_up(view: cascade_view.CascadeView) -> None:
    assert view.problem == ""
    done = [row for row in view.rows if row.place == "done"]
    total = 0
    for row in done:
        assert row.inherited == max(0, total)
        total += row.added_here or 0
        assert row.drift == total
    places = [row.place for row in view.rows]
    assert places == sorted(places, key=["done", "now", "next"].index)
    assert places.count("now") == (0 if view.ended_at else 1)


def test_the_anchor_example(sqlite_office: Office) -> None:
    """Step 3 ten minutes early, step 4 in 150 instead of 120: drift -10 then +20 (added 30), the end 13:40 to 14:00."""
    office, clock = sqlite_office, oracle.clock()
    at = wib("2026-07-09T15:30")
    case_id = start(office, "bwi-permintaan", at)
    for minutes in (30, 10, 20, 150):
        at = clock.add(at, minutes)
        with database.session() as session:
            row = session.get_one(CaseRow, case_id)
            sop = casework.sop_of(session, row.sop_sha)
        ways = [o for o in sop.step(row.step).outcomes if o.kind != "return"]
        forward(office, case_id, at, next(i for i, o in enumerate(ways) if o.to == str(int(row.step) + 1)))
    view = look(case_id, at)
    assert [row.drift // 60 for row in view.rows if row.drift is not None] == [0, 0, -10, 20]
    assert [row.added_here // 60 for row in view.rows if row.added_here is not None] == [0, 0, -10, 30]
    assert view.planned_end == wib("2026-07-10T13:40")
    assert view.forecast_end == wib("2026-07-10T14:00")
    assert view.late == 20 * 60 and not view.makes_it
    assert view.deadline == wib("2026-07-10T13:10") and not view.deadline_is_law  # the service ends with step 8
    now, following = view.rows[4], view.rows[5]
    assert (now.step, now.place) == ("5", "now")
    assert now.latest_end == following.latest_start == wib("2026-07-10T10:40")
    assert view.rows[-1].step == "9" and view.rows[-1].latest_end is None
    assert [row.step for row in view.rows if row.place == "next"] == list("6789")


def test_a_hold_moves_the_forecast_and_is_named(sqlite_office: Office) -> None:
    case_id = start(sqlite_office, "bwi-permintaan", wib("2026-07-06T08:00"))
    with moment.at(wib("2026-07-06T08:10")), database.writing() as session:
        track.pause(session, case_id=case_id, seen_seq=1, by=sqlite_office["kasi"], idem="p", reason="requester")
    before = look(case_id, wib("2026-07-06T08:10"))
    later = look(case_id, wib("2026-07-06T10:10"))
    assert later.late - before.late == 2 * 3600
    with moment.at(wib("2026-07-06T10:10")), database.writing() as session:
        track.resume(session, case_id=case_id, seen_seq=2, by=sqlite_office["kasi"], idem="r")
    forward(sqlite_office, case_id, wib("2026-07-06T10:20"))
    (done,) = [row for row in look(case_id, wib("2026-07-06T10:20")).rows if row.place == "done"]
    assert (done.added_here, done.held) == (110 * 60, 120 * 60)


def test_history_speaks_from_twenty_on(sqlite_office: Office) -> None:
    at = wib("2026-07-06T08:00")
    case_id = start(sqlite_office, "bwi-permintaan", at)
    sop_id = "bwi-permintaan"

    def past(n: int, step: str, minutes: int, first: int) -> None:
        rows = [
            {
                "case_id": case_id, "sop_id": sop_id, "step": step, "visit": first + k, "lane": "x",
                "holder_role": "staff",
                "outcome": "lanjut", "actor": "", "available_at": at, "done_at": at, "verdict": "on_time",
                "calendar_sha": "x", "working_seconds": minutes * 60, "waiting_seconds": 0, "paused_seconds": 0,
            }
            for k in range(n)
        ]  # fmt: skip
        with database.writing() as session:
            session.connection().execute(insert(VisitRow), rows)

    past(19, "2", 100, 100)
    assert look(case_id, at).median_end is None
    past(1, "2", 100, 300)
    view = look(case_id, at)
    assert view.median_steps == 1
    assert view.median_end == oracle.clock().add(view.forecast_end, 90)  # type: ignore[arg-type]  # 100 instead of 10


def test_children_decide_when_the_parent_goes_on(sqlite_office: Office) -> None:
    """Two OPDs are through, the third has not begun: the parent's forecast is the third's, and says whose it is."""
    at = wib("2026-07-06T08:00")
    case_id = start(sqlite_office, "srg-pengumpulan-publikasi", at)
    while True:
        with database.session() as session:
            row = session.get_one(CaseRow, case_id)
            children = session.exec(select(CaseRow).where(CaseRow.parent_id == case_id)).all()
        if row.status == CaseStatus.WAITING_CHILDREN:
            break
        at = oracle.clock().add(at, 20)
        forward(sqlite_office, case_id, at)
    opened = at
    for child in children[:2]:
        while True:
            with database.session() as session:
                if session.get_one(CaseRow, child.id).status == CaseStatus.CLOSED:
                    break
            at = oracle.clock().add(at, 30)
            forward(sqlite_office, child.id or 0, at)
    now = opened + timedelta(days=14)
    parent, slow = look(case_id, now), look(children[2].id or 0, now)
    assert parent.children[0].case_id == children[2].id and not parent.children[0].ended
    assert [child.ended for child in parent.children] == [False, True, True]
    assert parent.children[0].end == slow.forecast_end
    waiting = next(row for row in parent.rows if row.place == "now")
    assert waiting.step == "3–5" and waiting.forecast_end == slow.forecast_end
    assert parent.forecast_end is not None and slow.forecast_end is not None
    assert parent.forecast_end > slow.forecast_end
    assert parent.late > 0 and slow.late > 0
    assert [row.step for row in slow.rows] == ["3", "4", "5"]


def test_a_stranger_is_told_nothing(sqlite_office: Office) -> None:
    case_id = start(sqlite_office, "bwi-permintaan", wib("2026-07-06T08:00"))
    with database.session() as session, pytest.raises(NotFound):
        cascade_view.cascade_of(session, case_id=case_id, person=sqlite_office["dinkes"])


def test_beyond_the_calendar_a_sentence_instead_of_a_guess(sqlite_office: Office, sqlite_db: Path) -> None:
    case_id = start(sqlite_office, "srg-pengumpulan-publikasi", wib("2027-12-20T08:00"))
    view = look(case_id, wib("2027-12-20T09:00"))
    assert "belum diisi" in view.problem and view.rows == ()
