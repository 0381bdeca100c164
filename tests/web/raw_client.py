"""Streamlit's websocket protocol by hand: what a client can ask for that no browser would."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

Result = TypeVar("Result")
Refusals = (ConnectionClosed, InvalidStatus)


class RawClient:
    """One websocket to the server; ``async with`` it, then ``run`` scripts."""

    def __init__(
        self,
        url: str,
        cookie: str = "",
        *,
        origin: str | None = "same",
        session_id: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        self._url = url
        self._headers = {**(headers or {}), **({"Cookie": cookie} if cookie else {})}
        self._origin = f"http://{url.split('/')[2]}" if origin == "same" else origin
        self._protocols = ["streamlit", "x", session_id] if session_id else ["streamlit"]
        self.session_id = ""
        self.pages: dict[str, str] = {}

    async def __aenter__(self) -> RawClient:
        self._socket = await websockets.connect(
            self._url,
            subprotocols=self._protocols,
            additional_headers=self._headers,
            origin=self._origin,
            max_size=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def run(self, *, page_hash: str = "", page_name: str = "", fragment_id: str = "") -> str:
        """Ask for a run; returns all words the page said."""
        message = BackMsg()
        message.rerun_script.page_script_hash = page_hash
        message.rerun_script.page_name = page_name
        message.rerun_script.fragment_id = fragment_id
        await self._socket.send(message.SerializeToString())
        words: list[str] = []
        while True:
            received = ForwardMsg()
            received.ParseFromString(await asyncio.wait_for(self._socket.recv(), 60))
            kind = received.WhichOneof("type")
            if kind == "new_session":
                self.session_id = received.new_session.initialize.session_id or self.session_id
            elif kind == "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in received.navigation.app_pages}
            elif kind == "delta" and received.delta.HasField("new_element"):
                words.append(_words(received.delta.new_element))
            elif kind == "script_finished":
                return "\n".join(word for word in words if word)

    async def wait_closed(self, seconds: float) -> bool:
        """Does the server close the socket within this time, without being asked anything?"""
        try:
            await asyncio.wait_for(self._socket.wait_closed(), seconds)
        except TimeoutError:
            return False
        return True


def _words(element: object) -> str:
    kind = element.WhichOneof("type")  # type: ignore[attr-defined]
    value = getattr(element, kind)
    return str(getattr(value, "body", "") or getattr(value, "label", ""))


async def is_refused(url: str, cookie: str = "", **options: object) -> bool:
    """Does the server refuse this websocket?"""
    try:
        async with RawClient(url, cookie, **options) as client:  # type: ignore[arg-type]
            await client.run()
    except Refusals:
        return True
    return False


def alone(work: Coroutine[object, object, Result]) -> Result:
    """What the coroutine gives, in a loop and a thread of its own: the main thread's may be Playwright's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


__all__: Sequence[str] = ("RawClient", "Refusals", "alone", "is_refused")
