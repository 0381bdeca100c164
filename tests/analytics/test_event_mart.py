"""The mart is a copy: kept up in small steps it must equal one that was built at once, and follow the calendar."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import text

from tests.analytics import office
from workbench import moment
from workbench.domain.calendar import Holiday, HolidayKind
from workbench.services import analytics, analytics_ask, analytics_queue
from workbench.services.analytics_figures import Scope
from workbench.storage import calendars, database, event_mart
from workbench.storage.event_mart import EventMart, QueryFailed

TABLES = {
    "cases": ["case_id"],
    "visits": ["case_id", "step", "visit"],
    "pauses": ["case_id", "paused_at"],
    "events": ["event_id"],
    "steps": ["sop_sha", "step"],
}


def contents(mart: EventMart, table: str) -> pd.DataFrame:
    with mart._root.cursor() as cursor:
        return cursor.execute(f"SELECT * FROM {table}").df().sort_values(TABLES[table]).reset_index(drop=True)


def test_an_answer_is_kept_until_something_happens(asked_sqlite):
    mart = event_mart.mart_of(asked_sqlite)
    scope = {"sop_id": None, "since": None, "until": None, "opd_code": None}
    first = mart.ask("sop_titles")
    months = mart.ask("heat_map", scope)
    assert mart.ask("sop_titles") is first
    assert mart.ask("heat_map", scope) is months
    assert mart.ask("heat_map", scope | {"sop_id": "trk-layanan-data"}) is not months
    standing = mart.standing(office.NOW, at_risk=0.75)
    assert mart.standing(office.NOW + timedelta(seconds=30), at_risk=0.75) is standing
    later = mart.standing(office.NOW + timedelta(minutes=1), at_risk=0.75)
    assert later is not standing
    assert mart.ask("lanes", scope, {"open_now": later}) is not mart.ask("lanes", scope, {"open_now": standing})
    mart.rebuild(asked_sqlite)
    assert mart.ask("heat_map", scope) is not months


def split(past: office.Office, dice: random.Random) -> tuple[dict, list[dict]]:
    """(what is there first, what comes later in three portions): whole cases, and the last events of other cases."""
    families: dict[int, int] = {walk.number: walk.parent or walk.number for walk in past.walks}
    heads = sorted(set(families.values()))
    late = set(dice.sample(heads, len(heads) // 4))
    reopened = set(dice.sample([h for h in heads if h not in late], 40))
    event_names, visit_names, case_names = (office.COLUMNS[t].split() for t in ("event", "visit", "sop_case"))
    first: dict[str, list] = {k: list(v) for k, v in past.rows.items() if k not in ("event", "visit", "sop_case")}
    first |= {"sop_case": [], "event": [], "visit": []}
    portions: list[dict[str, list]] = [{"event": [], "visit": [], "sop_case": [], "delete": []} for _ in range(3)]
    last_visit = {row[1]: row for row in past.rows["visit"]}
    held_back = {
        number
        for number, row in last_visit.items()
        if families[number] in reopened and row[11] is not None and past.walks[number - 1].parent is None
    }
    for row in past.rows["sop_case"]:
        target = portions[families[row[0]] % 3] if families[row[0]] in late else first
        target["sop_case"].append(row)
        if row[0] in held_back:
            as_open = dict(zip(case_names, row, strict=True)) | {
                "status": "open",
                "step": last_visit[row[0]][3],
                "closed_at": None,
                "visit": last_visit[row[0]][4],
            }
            first["sop_case"][-1] = tuple(as_open.values())
            portions[families[row[0]] % 3]["delete"].append(row)
    for row in past.rows["visit"]:
        target = portions[families[row[1]] % 3] if families[row[1]] in late else first
        target["visit"].append(row)
        if row[1] in held_back and row is last_visit[row[1]]:
            as_open = dict(zip(visit_names, row, strict=True)) | {
                "done_at": None,
                "verdict": "",
                "outcome": "",
                "working_seconds": 0,
            }
            first["visit"][-1] = tuple(as_open.values())
            portions[families[row[1]] % 3]["visit"].append(row)
    closing = {row[1]: row for row in past.rows["event"] if row[1] in held_back}
    later = []
    for row in past.rows["event"]:
        if families[row[1]] in late or row is closing.get(row[1]):
            later.append(row)
        else:
            first["event"].append(row)
    number = 0
    renumbered = []
    for row in first["event"]:
        number += 1
        renumbered.append((number, *row[1:]))
    first["event"] = renumbered
    for k in range(3):
        for row in later:
            if families[row[1]] % 3 == k:
                number += 1
                portions[k]["event"].append((number, *row[1:]))
    assert event_names[1] == "case_id"
    assert held_back
    return first, portions


def test_kept_up_equals_built_at_once(db, past):
    first, portions = split(past, random.Random(7))
    engine = database.engine()
    office.insert(engine, first)
    kept = EventMart("Asia/Jakarta")
    with moment.at(office.NOW):
        with database.session() as session:
            assert kept.refresh(session) == len(first["sop_case"])
            assert kept.refresh(session) == 0
        for portion in portions:
            replaced = portion.pop("delete")
            with engine.begin() as connection:
                for row in replaced:
                    connection.execute(
                        text("UPDATE sop_case SET status = :s, step = :t, visit = :v, closed_at = :c WHERE id = :i"),
                        {"s": row[13], "t": row[14], "v": row[15], "c": row[-1], "i": row[0]},
                    )
                    connection.execute(
                        text("DELETE FROM visit WHERE id = (SELECT max(id) FROM visit WHERE case_id = :i)"),
                        {"i": row[0]},
                    )
            portion["sop_case"].sort(key=lambda row: row[0])
            office.insert(engine, {table: portion[table] for table in ("sop_case", "event", "visit")})
            with database.session() as session:
                touched = kept.refresh(session)
                assert 0 < touched < len(past.walks) / 2
        with database.session() as session:
            built = EventMart("Asia/Jakarta")
            assert built.refresh(session) == len(past.walks)
            for table in TABLES:
                pd.testing.assert_frame_equal(contents(kept, table), contents(built, table))
            pd.testing.assert_frame_equal(
                kept.standing(office.NOW, at_risk=0.75), built.standing(office.NOW, at_risk=0.75)
            )


def test_a_holiday_announced_late_moves_open_work_only(asked_sqlite, past):
    mart = event_mart.mart_of(asked_sqlite)
    visits, standing = contents(mart, "visits"), mart.standing(office.NOW, at_risk=0.75)
    announced = Holiday(date(2026, 11, 18), "Pilkada susulan", HolidayKind.LOCAL)
    later = replace(past.calendar, holidays=(*past.calendar.holidays, announced), legal_basis="SE 1/2026")
    with database.writing() as session:
        calendars.store(session, later, created_by="uji")
    with database.session() as session:
        assert mart.refresh(session) > 0
    after, again = contents(mart, "visits"), mart.standing(office.NOW, at_risk=0.75)
    done = visits["done_at"].notna()
    pd.testing.assert_frame_equal(visits[done], after[done])
    old = standing[
        (standing["available_at"] < "2026-11-17") & standing["used_s"].notna() & standing["paused_since"].isna()
    ]
    new = again.set_index("visit_id").loc[old["visit_id"], "used_s"].to_numpy()
    assert len(old) > 0
    assert (old["used_s"].to_numpy() - new == 27_000).all()


def test_a_restored_database_begins_again(asked_sqlite):
    mart = event_mart.mart_of(asked_sqlite)
    mart._top += 1_000
    assert mart.refresh(asked_sqlite) > 0
    assert analytics_ask.version(asked_sqlite) == mart.version


def test_an_empty_office_answers_with_nothing(db):
    with moment.at(office.NOW), database.session() as session:
        scope = Scope()
        assert analytics.sop_table(session, scope=scope) == []
        assert analytics.heat_map(session, scope=scope) == []
        assert analytics_queue.queue(session, scope=scope).waiting == ()
        assert analytics.rework(session, scope=scope).share is None
        assert analytics.variants(session, scope=scope).total == 0
        assert analytics.parties(session, scope=scope).whole == ()
        assert analytics.lanes(session, scope=scope) == []
        assert analytics_ask.last_moment(session) is None


def test_questions_from_many_threads_while_the_mart_is_kept_up(asked_sqlite, past):
    failures: list[BaseException] = []
    expected = analytics.rework(asked_sqlite, scope=Scope())

    def ask() -> None:
        try:
            with moment.at(office.NOW), database.session() as session:
                for _ in range(5):
                    assert analytics.rework(session, scope=Scope()) == expected
        except BaseException as error:
            failures.append(error)

    mart = event_mart.mart_of(asked_sqlite)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        mart.rebuild(asked_sqlite)
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_question_that_fails_names_its_file(asked_sqlite):
    with pytest.raises(QueryFailed, match=r"sop_table\.sql"):
        event_mart.mart_of(asked_sqlite).ask("sop_table", {"sop_id": None})


def test_working_days_used_agree_with_the_due_rule(past):
    """n days used means: due after n days is not before the end, due after n - 1 is."""
    from workbench.storage.work_measure import _Calendar

    clock, measure = past.clock, _Calendar(past.calendar)
    dice = random.Random(3)
    for _ in range(3000):
        start = office.BEGIN + timedelta(seconds=dice.randint(0, 40_000_000))
        end = start + timedelta(seconds=dice.choice((600, 90_000, 1_000_000, 3_000_000)) * dice.random())
        span = pd.Series([start, end]).dt.tz_localize(None).astype("datetime64[us]")
        local = measure.local(span)
        n = int(measure.days(local[:1], local[1:])[0])
        if clock.local_date(start) == clock.local_date(end):
            assert n == 0
            continue
        end = end.replace(microsecond=0)
        assert n >= 1
        assert end <= clock.add_days(start, n)
        if n > 1:
            assert clock.add_days(start, n - 1) < end
