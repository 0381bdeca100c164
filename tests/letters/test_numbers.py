"""Agenda numbers: without gaps, once each, by book and year, whoever writes at the same time and whatever fails."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.conftest import Office
from tests.letters.desk import SETTINGS, draft, facts, numbers, receive, scan, sign
from workbench import moment
from workbench.domain.errors import Refused
from workbench.domain.letters import Direction, NumberPattern, agenda_label, check_classification
from workbench.services import letters
from workbench.storage import database
from workbench.storage import letters as store

IN, OUT = Direction.INCOMING, Direction.OUTGOING
NEW_YEARS_EVE = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # 23.59 in Jakarta
NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 00.00 on 1 January in Jakarta


def test_sixteen_writers_share_two_books_without_a_gap(office: Office) -> None:
    """Half of the transactions fail after they got a number; what is left runs 1 to n in both books."""
    with database.writing() as session:
        letters.set_settings(session, by=office["clerk"], new=SETTINGS)
        drafts = [draft(session, office, f"d{n}") for n in range(16)]
    failures: list[BaseException] = []
    got: list[tuple[str, str]] = []

    def write(me: int) -> None:
        try:
            for n in range(3):
                with database.writing() as session:
                    got.append(("in", receive(session, office, f"in:{me}:{n}").agenda))
                with pytest.raises(ZeroDivisionError), database.writing() as session:
                    receive(session, office, f"lost:{me}:{n}")
                    raise ZeroDivisionError
            with database.writing() as session:
                got.append(("out", sign(session, office, drafts[me], f"sign:{me}").agenda))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(me,)) for me in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.session() as session:
        year = int(got[0][1].split("/")[1])
        assert numbers(session, office, IN, year) == list(range(1, 49))
        assert numbers(session, office, OUT, year) == list(range(1, 17))
        assert store.problems(session) == []
    assert sorted(got) == sorted(
        [("in", agenda_label(n, year)) for n in range(1, 49)] + [("out", agenda_label(n, year)) for n in range(1, 17)]
    )


def test_numbers_start_again_on_the_first_of_january_of_the_office(office: Office) -> None:
    labels = []
    for at in (NEW_YEARS_EVE, NEW_YEARS_EVE, NEW_YEAR, NEW_YEAR):
        with moment.at(at), database.writing() as session:
            labels.append(receive(session, office, f"k{len(labels)}").agenda)
    assert labels == ["1/2026", "2/2026", "1/2027", "2/2027"]
    with database.session() as session:
        assert numbers(session, office, IN, 2026) == [1, 2]
        assert store.problems(session) == []


def test_the_same_click_twice_is_one_letter(office: Office) -> None:
    with database.writing() as session:
        first = receive(session, office, "same", scans=[scan()])
    with database.writing() as session:
        assert receive(session, office, "same", scans=[scan()]) == first
        assert receive(session, office, "other").agenda.startswith("2/")


def test_a_refused_letter_uses_no_number(office: Office) -> None:
    with pytest.raises(Refused), database.writing() as session:
        receive(session, office, "a", facts=facts(" "))
    with pytest.raises(Refused), database.writing() as session:
        receive(session, office, "b", scans=[letters.Scan("surat.pdf", b"MZ\x90\x00 not a letter")])
    with database.writing() as session:
        assert receive(session, office, "c").agenda.startswith("1/")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE letter SET agenda_number = 7",
        "UPDATE letter SET agenda_number = NULL",
        "UPDATE letter SET year = year - 1",
        "UPDATE letter SET direction = 'out'",
        "DELETE FROM letter",
        "UPDATE letter_counter SET last = last + 2",
        "UPDATE letter_counter SET last = 0",
        "DELETE FROM letter_counter",
        "UPDATE letter_act SET note = 'x'",
        "DELETE FROM letter_act",
    ],
)
def test_the_database_itself_refuses_to_change_the_book(office: Office, change: str) -> None:
    with database.writing() as session:
        receive(session, office, "a")
    with pytest.raises(DatabaseError), database.writing() as session:
        session.execute(text(change))


def test_a_hole_in_the_book_is_found(office: Office) -> None:
    with database.writing() as session:
        receive(session, office, "a")
        session.execute(text("UPDATE letter_counter SET last = last + 1"))
    with database.session() as session:
        assert len(store.problems(session)) == 1


# ---------------------------------------------------------------- the pattern


@pytest.mark.parametrize(
    ("pattern", "unit", "code", "printed"),
    [
        ("{classification}/{number}/{unit}/{year}", "SOP/DKISP", "000.8.3.3.3", "000.8.3.3.3/30/SOP/DKISP/2026"),
        ("{classification}/{number}/{unit}/{year}", "436.3.2", "000.8.3.2", "000.8.3.2/30/436.3.2/2026"),
        ("{classification}/{number}/{unit}/{year}", "429.116", "188", "188/30/429.116/2026"),
        ("{classification}/{unit}/IKPS/{number}", "Dinkominfo", "061.1", "061.1/Dinkominfo/IKPS/30"),
        ("B-{number:04}/{month_roman}/{year}", "", "", "B-0030/VII/2026"),
    ],
)
def test_a_pattern_writes_the_number_as_the_city_does(pattern: str, unit: str, code: str, printed: str) -> None:
    filled = NumberPattern(pattern).fill(number=30, classification=code, unit=unit, day=date(2026, 7, 6))
    assert filled == printed


@pytest.mark.parametrize(
    "pattern",
    ["", "{year}", "{number}{number}", "{number}/{nomor}", "{number", "{number.real}", "{number:x}", "{number!r}",
     "{year:04}/{number}", "{number}\n", "{0}{number}", "{number}" + "x" * 90],
)  # fmt: skip
def test_a_pattern_that_cannot_number_is_refused(pattern: str) -> None:
    with pytest.raises(Refused):
        NumberPattern(pattern)


def test_a_pattern_asks_for_what_it_prints() -> None:
    with pytest.raises(Refused, match="klasifikasi"):
        NumberPattern("{classification}/{number}").fill(number=1, classification="", unit="", day=date(2026, 1, 1))
    with pytest.raises(Refused, match="unit"):
        NumberPattern("{unit}/{number}").fill(number=1, classification="1", unit="", day=date(2026, 1, 1))


@given(st.sets(st.integers(1, 10_000), min_size=2, max_size=50), st.booleans())
def test_different_numbers_of_a_year_never_print_alike(given_numbers: set[int], padded: bool) -> None:
    pattern = NumberPattern("{classification}/{number" + (":04" if padded else "") + "}/{unit}/{year}")
    day = date(2026, 7, 6)
    printed = {pattern.fill(number=n, classification="000.8", unit="X", day=day) for n in given_numbers}
    assert len(printed) == len(given_numbers)


@pytest.mark.parametrize("code", ["000", "061.1", "000.8.3.3.3", " 188 ", ""])
def test_classification_codes(code: str) -> None:
    assert check_classification(code) == code.strip()


@pytest.mark.parametrize("code", ["8", "000/8", "abc", "000.", "000..1", "0000"])
def test_what_is_no_classification_code(code: str) -> None:
    with pytest.raises(Refused):
        check_classification(code)
