"""The gate's small decisions, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import HTTPConnection
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.app_helpers import make_office
from workbench import moment
from workbench.domain.people import Role
from workbench.services import people
from workbench.storage import database
from workbench.ui.gate import SOCKETS_IN_ALL, SOCKETS_PER_SESSION, OpenSockets, is_activity, same_origin
from workbench.ui.gate_headers import inline_script_hashes, page_policy
from workbench.ui.gate_sessions import DatabaseSessions
from workbench.ui.routes_html import local_path


def message(*, auto: bool = False, heartbeat: bool = False) -> bytes:
    said = BackMsg()
    if heartbeat:
        said.app_heartbeat = True
    else:
        said.rerun_script.query_string = "a=1"
        said.rerun_script.is_auto_rerun = auto
    return said.SerializeToString()


def test_only_what_a_person_does_is_activity() -> None:
    assert is_activity(message())
    assert not is_activity(message(auto=True))
    assert not is_activity(message(heartbeat=True))
    assert not is_activity(None) and not is_activity(b"") and not is_activity(b"\xff\xff\xff")


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://kantor.go.id"}, False),
        ({"origin": "http://kantor.go.id"}, True),
        ({"origin": "http://kantor.go.id.evil.example"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_who_may_change_something(headers: dict[str, str], allowed: bool) -> None:
    raw = [(b"host", b"kantor.go.id"), *((k.encode(), v.encode()) for k, v in headers.items())]
    assert same_origin(HTTPConnection({"type": "http", "headers": raw})) is allowed


@pytest.mark.parametrize("path", ["/papan", "/perkara?case=3&x=/y", "/"])
def test_paths_of_ours_are_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("path", ["", "//x", "/\\x", "https://x", "javascript:x", "/\tx", "/\n//x", "/" + "a" * 600])
def test_paths_elsewhere_are_not(path: str) -> None:
    assert local_path(path) == "/"


def test_sockets_are_counted_by_login_and_in_all() -> None:
    sockets = OpenSockets()
    held = [sockets.admit("a") for _ in range(SOCKETS_PER_SESSION)]
    assert all(held) and sockets.admit("a") is None
    sockets.close("a")
    assert all(event.is_set() for event in held if event)
    for event in held:
        assert event is not None
        sockets.leave("a", event)
    assert sockets.admit("a") is not None
    others = [sockets.admit(str(n)) for n in range(SOCKETS_IN_ALL + 5)]
    assert sum(event is not None for event in others) == SOCKETS_IN_ALL - 1


def test_the_policy_names_the_installed_inline_script_and_no_made_up_host() -> None:
    assert inline_script_hashes(), "the installed Streamlit has an inline script; its page must have changed"
    assert "ws://kantor.go.id:8501" in page_policy("kantor.go.id:8501", secure=False)
    assert "evil" not in page_policy("kantor.go.id; script-src evil", secure=False)


def test_a_question_does_not_lengthen_a_session_and_idleness_ends_it(sqlite_db: object) -> None:
    numbers, sessions, start = make_office(), DatabaseSessions(), datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    with moment.at(start), database.writing() as session:
        token = people.open_session(session, numbers[Role.STAFF])
    for minutes, touch, lives in [(20, False, True), (29, True, True), (55, False, True), (60, False, False)]:
        with moment.at(start + timedelta(minutes=minutes)):
            found = sessions.look_up(token, touch=touch)
        assert (found is not None) is lives, minutes
        assert found is None or found.person_id == numbers[Role.STAFF]


def test_a_session_ends_after_its_longest_time_however_busy(sqlite_db: object) -> None:
    numbers, sessions, start = make_office(), DatabaseSessions(), datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    with moment.at(start), database.writing() as session:
        token = people.open_session(session, numbers[Role.STAFF])
    lived = 0
    for minutes in range(0, 14 * 60, 20):
        with moment.at(start + timedelta(minutes=minutes)):
            lived += sessions.look_up(token, touch=True) is not None
    assert lived == 12 * 60 // 20
