"""Accounts, dated posts, sessions and the door."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from workbench import moment
from workbench.domain.errors import NotAllowed, NotFound, Refused
from workbench.domain.people import Capacity, Role
from workbench.services import people
from workbench.storage import audit_log, database

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PASSWORD = "kuda-terbang-77"


@pytest.fixture
def budi(db: str) -> int:
    with moment.at(NOW), database.writing() as session:
        people.add_opd(session, code="2.16.01", name="Dinas Kominfo SP", is_walidata=True)
        person_id = people.add_person(session, username="Budi", name="Budi Santoso", by="system")
        people.set_password(session, person_id, PASSWORD)
    return person_id


def test_a_post_is_held_from_day_to_day(budi: int) -> None:
    with moment.at(NOW), database.writing() as session:
        people.assign(
            session, person_id=budi, role=Role.AGENCY_HEAD, title="Kepala Dinas", opd_code="2.16.01", by="system",
            capacity=Capacity.PLT, valid_from=date(2026, 11, 1), valid_to=date(2026, 11, 20), letter_number="800/1",
        )  # fmt: skip
        assert people.person(session, budi).roles == {Role.AGENCY_HEAD}
        assert [p.username for p in people.holders(session, Role.AGENCY_HEAD)] == ["budi"]
    # 17:30 UTC is already tomorrow in Jakarta: the post is over there.
    with moment.at(datetime(2026, 11, 20, 17, 30, tzinfo=UTC)), database.session() as session:
        assert people.person(session, budi).roles == frozenset()
        assert people.holders(session, Role.AGENCY_HEAD) == []
        assert [p.current for p in people.profile(session, budi).posts] == [False]


def test_an_acting_post_needs_its_letter(budi: int) -> None:
    with pytest.raises(Refused, match="nomor surat"), database.writing() as session:
        people.assign(
            session, person_id=budi, role=Role.AGENCY_HEAD, title="Kepala", opd_code="2.16.01", by="s",
            capacity=Capacity.PLH,
        )  # fmt: skip


@pytest.mark.parametrize("username", ["a", "ada spasi", "Ä", "x" * 41, "-a"])
def test_login_names_are_plain(budi: int, username: str) -> None:
    with pytest.raises(Refused), database.writing() as session:
        people.add_person(session, username=username, name="N", by="s")


def test_a_login_name_is_given_once(budi: int) -> None:
    with pytest.raises(Refused, match="sudah dipakai"), database.writing() as session:
        people.add_person(session, username="BUDI", name="N", by="s")


def test_the_door(budi: int) -> None:
    token, person = people.log_in(username="BUDI ", password=PASSWORD, address="10.0.0.1")
    assert person.username == "budi"
    with database.session() as session:
        assert people.person_of_session(session, token) == person
        assert people.person_of_session(session, token + "x") is None
        assert people.person_of_session(session, "") is None
        assert token not in str(session.execute(text("SELECT * FROM login_session")).all())
    for name, password in (("budi", "salah-salah"), ("siapa", PASSWORD)):
        with pytest.raises(NotAllowed, match="Nama pengguna atau kata sandi salah"):
            people.log_in(username=name, password=password)
    with database.writing() as session:
        people.close_session(session, token)
    with database.session() as session:
        assert people.person_of_session(session, token) is None
        assert audit_log.verify(session) == []


def test_guessing_is_stopped_but_the_owner_gets_in(budi: int) -> None:
    for _ in range(8):
        with pytest.raises(NotAllowed):
            people.log_in(username="budi", password="tebakan-saja", address="10.0.0.9")
    with pytest.raises(people.TooManyAttempts):
        people.log_in(username="budi", password=PASSWORD, address="10.0.0.8")
    token, _ = people.log_in(username="budi", password=PASSWORD, address="10.0.0.7", known_browser=True)
    assert token
    with moment.at(datetime.now(UTC) + timedelta(minutes=16)):
        people.log_in(username="budi", password=PASSWORD, address="10.0.0.8")


def test_a_session_ends(budi: int) -> None:
    with moment.at(NOW), database.writing() as session:
        idle, used = people.open_session(session, budi), people.open_session(session, budi)
    for minutes in range(20, 12 * 60, 20):
        with moment.at(NOW + timedelta(minutes=minutes)), database.writing() as session:
            assert (people.person_of_session(session, idle) is not None) == (minutes <= 30)
            found = people.signed_in(session, used)
            assert found is not None
            assert found.wants_touch
            people.touch_session(session, used)
    with moment.at(NOW + timedelta(hours=12)), database.session() as session:
        assert people.person_of_session(session, used) is None


def test_a_new_password_or_a_closed_account_ends_sessions(budi: int) -> None:
    with database.writing() as session:
        first = people.open_session(session, budi)
        people.set_password(session, budi, "lain-sama-sekali")
        assert people.person_of_session(session, first) is None
        second = people.open_session(session, budi)
        people.set_active(session, person_id=budi, active=False, by="admin")
        assert people.person_of_session(session, second) is None
        assert people.check_password(session, "budi", "lain-sama-sekali") is None
        with pytest.raises(NotFound):
            people.person(session, budi)


@pytest.mark.parametrize("password", ["pendek", "aaaaaaaaaaaa", "budi-budi-budi-123", "x" * 201])
def test_weak_passwords_are_refused(budi: int, password: str) -> None:
    with pytest.raises(Refused), database.writing() as session:
        people.set_password(session, budi, password)


def test_a_setup_link_works_once(budi: int) -> None:
    with moment.at(NOW), database.writing() as session:
        dead = people.new_setup_token(session, budi)
        token = people.new_setup_token(session, budi)
    with moment.at(NOW):
        for wrong in (dead, "", "tebakan"):
            with pytest.raises(Refused), database.writing() as session:
                people.use_setup_token(session, wrong, PASSWORD)
        with pytest.raises(Refused, match="pendek"), database.writing() as session:
            people.use_setup_token(session, token, "pendek")
        with database.writing() as session:
            assert people.use_setup_token(session, token, "kata-sandi-baru").id == budi
        with pytest.raises(Refused), database.writing() as session:
            people.use_setup_token(session, token, "kata-sandi-lain")
        with database.session() as session:
            assert people.check_password(session, "budi", "kata-sandi-baru") is not None
            assert people.check_password(session, "budi", PASSWORD) is None


def test_a_setup_link_grows_old(budi: int) -> None:
    with moment.at(NOW), database.writing() as session:
        token = people.new_setup_token(session, budi, hours=1)
    with moment.at(NOW + timedelta(hours=1)), pytest.raises(Refused), database.writing() as session:
        people.use_setup_token(session, token, PASSWORD)
