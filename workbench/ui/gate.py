"""The gate around everything: nothing of Streamlit is reached without a live session row.

A pure ASGI middleware, so that it also sees websockets. It looks the session up at every request and, on an open
websocket, at most every two seconds while the person works and every half minute while nothing happens; a logout
closes the sockets of that session at once. The identity goes inward as a header that only the gate can set.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from google.protobuf.message import DecodeError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from streamlit.proto.BackMsg_pb2 import BackMsg

from workbench.i18n import _
from workbench.ui.gate_headers import security_headers

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

IDENTITY_HEADER = b"x-ssw-id"
PUBLIC = frozenset({"/masuk", "/siapkan", "/sehat", "/bahasa", "/_stcore/health", "/robots.txt", "/favicon.ico"})
PUBLIC_FOLDERS = ("/web/", "/atur-sandi/")
# Streamlit answers these to anybody it lets in; nobody needs them here.
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check", "/oauth2callback", "/auth/")
CLOSE_CODE = 4401
ACTIVE_CHECK_SECONDS = 2.0
IDLE_CHECK_SECONDS = 30.0
SOCKETS_PER_SESSION = 6
SOCKETS_IN_ALL = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose session it is; ``mark`` is a short public mark of the session, not the secret."""

    person_id: int
    mark: str


class Sessions(Protocol):
    """How the gate asks about sessions (answers come from the database, in a worker thread)."""

    def look_up(self, token: str, *, touch: bool) -> Identity | None:
        """The identity of a live session; ``touch`` counts the look-up as activity of its owner."""


def cookie_name(*, secure: bool) -> str:
    """The session cookie; over HTTPS the ``__Host-`` prefix keeps other hosts from setting it."""
    return "__Host-ssw" if secure else "ssw"


def is_secure(scope: Scope) -> bool:
    """Did the browser speak TLS (also seen through a trusted proxy)?"""
    return scope.get("scheme") in ("https", "wss")


def session_token(connection: HTTPConnection) -> str:
    """The session cookie the client sent, or nothing."""
    token = connection.cookies.get(cookie_name(secure=is_secure(connection.scope)), "")
    return token if len(token) <= 100 else ""


def same_origin(connection: HTTPConnection) -> bool:
    """May this request change something? Fetch metadata first, ``Origin`` where a browser has none.

    A client that sends neither is no browser and carries no ambient cookie of a victim.
    """
    site = connection.headers.get("sec-fetch-site")
    if site:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


def is_activity(data: bytes | None) -> bool:
    """Does this message come from a person, rather than from a timer of the page?"""
    if not data:
        return False
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return False
    kind = message.WhichOneof("type")
    return kind != "app_heartbeat" and not (kind == "rerun_script" and message.rerun_script.is_auto_rerun)


class OpenSockets:
    """Open websockets by session, so that a logout closes them and a single login cannot open hundreds."""

    def __init__(self) -> None:
        self._events: dict[str, set[asyncio.Event]] = defaultdict(set)

    def admit(self, mark: str) -> asyncio.Event | None:
        """An event that says "close", or nothing when there are too many sockets."""
        if len(self._events[mark]) >= SOCKETS_PER_SESSION or sum(map(len, self._events.values())) >= SOCKETS_IN_ALL:
            return None
        event = asyncio.Event()
        self._events[mark].add(event)
        return event

    def leave(self, mark: str, event: asyncio.Event) -> None:
        """A socket has gone."""
        self._events[mark].discard(event)
        if not self._events[mark]:
            del self._events[mark]

    def close(self, mark: str) -> None:
        """Close all sockets of a session (call from the event loop)."""
        for event in self._events.get(mark, ()):
            event.set()


open_sockets = OpenSockets()


class Gate:
    """ASGI middleware; see the module's first lines."""

    def __init__(self, app: App, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass, or refuse, one connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() != IDENTITY_HEADER]
        if scope["type"] == "http":
            await self._request(scope, receive, _with_security_headers(scope, send))
        else:
            await self._websocket(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        connection = HTTPConnection(scope)
        if path.startswith(CLOSED):
            await PlainTextResponse("", 404)(scope, receive, send)
            return
        if path in PUBLIC or path.startswith(PUBLIC_FOLDERS):
            await self.app(scope, receive, send)
            return
        token = session_token(connection)
        # The question "is my session alive" must not itself keep the session alive.
        identity = await run_in_threadpool(self.sessions.look_up, token, touch=path != "/sesi") if token else None
        if identity is None:
            await _refusal(scope, connection)(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not same_origin(connection):
            await PlainTextResponse(_("Permintaan dari situs lain ditolak."), 403)(scope, receive, send)
            return
        scope.setdefault("state", {})["identity"] = identity
        await self.app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        origin = connection.headers.get("origin", "")
        token = session_token(connection)
        identity = None
        if token and origin and urlsplit(origin).netloc == connection.headers.get("host"):
            identity = await run_in_threadpool(self.sessions.look_up, token, touch=True)
        revoked = open_sockets.admit(identity.mark) if identity else None
        if identity is None or revoked is None:
            await receive()
            await send({"type": "websocket.close", "code": CLOSE_CODE})
            return
        # Becomes st.user.ident; it also ties a reconnect by Streamlit's session id to this login.
        scope["headers"].append((IDENTITY_HEADER, f"{identity.person_id}:{identity.mark}".encode()))
        try:
            await self.app(scope, self._watched(receive, send, token, revoked), send)
        finally:
            open_sockets.leave(identity.mark, revoked)

    def _watched(self, receive: Receive, send: Send, token: str, revoked: asyncio.Event) -> Receive:
        checked = time.monotonic()

        async def alive(*, touch: bool) -> bool:
            nonlocal checked
            checked = time.monotonic()
            return await run_in_threadpool(self.sessions.look_up, token, touch=touch) is not None

        async def close() -> Message:
            await send({"type": "websocket.close", "code": CLOSE_CODE})
            return {"type": "websocket.disconnect", "code": CLOSE_CODE}

        async def watched() -> Message:
            message_task = asyncio.ensure_future(receive())
            revoked_task = asyncio.ensure_future(revoked.wait())
            try:
                while True:
                    done, _pending = await asyncio.wait(
                        (message_task, revoked_task),
                        timeout=IDLE_CHECK_SECONDS,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if revoked_task in done or (not done and not await alive(touch=False)):
                        return await close()
                    if message_task not in done:
                        continue
                    message = message_task.result()
                    if message["type"] == "websocket.receive":
                        overdue = time.monotonic() - checked > ACTIVE_CHECK_SECONDS
                        if overdue and not await alive(touch=is_activity(message.get("bytes"))):
                            return await close()
                    return message
            finally:
                for task in (message_task, revoked_task):
                    if not task.done():
                        task.cancel()

        return watched


def _refusal(scope: Scope, connection: HTTPConnection) -> Response:
    """To the login page for a page, 401 for everything else."""
    wants_page = scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")
    if not wants_page or scope["path"].startswith("/_stcore/"):
        return PlainTextResponse(_("Perlu masuk lebih dahulu."), 401)
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    target = "/masuk" if wanted == "/" else f"/masuk?lanjut={quote(wanted, safe='')}"
    return RedirectResponse(target, 303)


def _with_security_headers(scope: Scope, send: Send) -> Send:
    ours = security_headers(scope["path"], HTTPConnection(scope).headers.get("host", ""), secure=is_secure(scope))

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = dict(message, headers=_merge(message.get("headers", ()), ours))
        await send(message)

    return sending


def _merge(given: Iterable[tuple[bytes, bytes]], ours: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Ours win, but a route may set a policy of its own for the document it serves."""
    given = [(name.lower(), value) for name, value in given]
    has_policy = any(name == b"content-security-policy" for name, _value in given)
    ours = [(name, value) for name, value in ours if not (has_policy and name == b"content-security-policy")]
    names = {name for name, _value in ours} | {b"server"}
    return [(name, value) for name, value in given if name not in names] + ours
