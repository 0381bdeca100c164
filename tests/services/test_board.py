"""The board by pages: the database filters, orders and counts exactly as the flags say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import event, update
from sqlmodel import Session, col

from tests.analytics import office
from workbench import moment
from workbench.domain.people import Assignment, Capacity, Person, Role
from workbench.services import track
from workbench.services.track import BoardFilter, ProgressFlag
from workbench.storage import database
from workbench.storage.tables import CaseRow


@pytest.fixture(scope="module")
def past() -> office.Office:
    return office.make(3, 500)


@pytest.fixture
def filled(db: str, past: office.Office) -> str:
    """A made-up office, with warnings for some of what is not late yet."""
    office.insert(database.engine(), past.rows)
    with database.writing() as session:
        session.connection().execute(
            update(CaseRow).where(col(CaseRow.id) % 2 == 0).values(warn_at=office.NOW - timedelta(hours=1))
        )
    return db


def whole(session: Session, **more: object) -> list[track.BoardRow]:
    return track.board(session, **more)  # type: ignore[arg-type]


def test_pages_make_up_the_whole_in_the_order_of_urgency(filled: str) -> None:
    with moment.at(office.NOW), database.session() as session:
        for ended in (False, True):
            rows = whole(session, ended=ended)
            pages = [whole(session, ended=ended, limit=7, offset=at) for at in range(0, len(rows) + 7, 7)]
            assert [row for page in pages for row in page] == rows and pages[-1] == []
        rows = whole(session)
        order = [ProgressFlag.BREACHED, ProgressFlag.AT_RISK, ProgressFlag.ON_TIME, ProgressFlag.WAITING_OUTSIDE]
        keys = [(order.index(r.flag), r.due_at.timestamp() if r.due_at else float("inf"), r.case_id) for r in rows]
        assert keys == sorted(keys) and {key[0] for key in keys} == {0, 1, 2, 3}


def test_counts_and_filters_agree_with_the_rows(filled: str) -> None:
    with moment.at(office.NOW), database.session() as session:
        rows = whole(session)
        counted = {(c.sop_id, c.flag): c.cases for c in track.board_counts(session)}
        assert counted == Counter((row.sop_id, row.flag) for row in rows)
        assert sum(c.cases for c in track.board_counts(session, ended=True)) == len(whole(session, ended=True))
        for flags in ((ProgressFlag.AT_RISK,), (ProgressFlag.BREACHED, ProgressFlag.WAITING_OUTSIDE)):
            asked = BoardFilter(flags=flags, sop_id="trk-layanan-data")
            found = whole(session, asked=asked)
            assert found == [r for r in rows if r.flag in flags and r.sop_id == "trk-layanan-data"] and found
            assert sum(c.cases for c in track.board_counts(session, asked=asked)) == len(found)


@pytest.mark.parametrize(
    "words", ["1.02.01", "KEPALA bidang", "pemohon 4", "p-00001", "division_head 2", "100%", "zzz"]
)
def test_every_word_must_be_somewhere(filled: str, words: str, past: office.Office) -> None:
    """In number, subject, requester, tracking code, OPD, holder or lane."""
    facts = dict(zip((row[0] for row in past.rows["sop_case"]), past.rows["sop_case"], strict=True))
    with moment.at(office.NOW), database.session() as session:
        asked = BoardFilter(words=words)
        expected = []
        for row in whole(session):
            held = facts[row.case_id]
            text = " ".join([held[1], held[2], held[5], held[6], row.opd_code, row.opd_name, row.lane_name])
            if all(word in f"{text} {row.holder_name}".casefold() for word in words.casefold().split()):
                expected.append(row)
        assert whole(session, asked=asked) == expected


def test_a_producer_pages_through_own_cases_only(filled: str) -> None:
    post = Assignment(Role.PRODUCER_STAFF, "Operator", "1.02.01", Capacity.DEFINITIVE, office.BEGIN.date())
    operator = Person(1, "op", "Operator", (post,))
    with moment.at(office.NOW), database.session() as session:
        own = [row for row in whole(session) if row.opd_code == "1.02.01"]
        assert track.board(session, person=operator, limit=500) == own and own
        assert sum(c.cases for c in track.board_counts(session, person=operator)) == len(own)


def test_a_page_takes_as_many_queries_as_an_empty_one(filled: str) -> None:
    told: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        told.append(statement)

    with moment.at(office.NOW), database.session() as session:
        track.board(session, limit=5)
        event.listen(database.engine(), "before_cursor_execute", note)
        track.board(session, limit=50)
        event.remove(database.engine(), "before_cursor_execute", note)
    assert len(told) <= 6 and any("LIMIT" in statement for statement in told)
