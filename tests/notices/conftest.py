"""A real SMTP server on loopback, and an office whose people have addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.conftest import Office
from workbench import moment
from workbench.services import mail
from workbench.settings import get_settings
from workbench.storage import database

JAKARTA = ZoneInfo("Asia/Jakarta")


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


class Mailbox:
    """What the server took. ``answer`` may refuse: it gets the recipient and gives the reply to DATA ("" = take it)."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer: Callable[[str], str] = lambda _to: ""
        self.rcpt: Callable[[str], str] = lambda _to: ""
        self.tries = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        refusal = self.rcpt(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.tries += 1
        refusal = self.answer(envelope.rcpt_tos[0])
        if refusal:
            return refusal
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def text(self, number: int = -1) -> str:
        return str(self.letters[number].get_content())

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]


class LoopbackServer:
    """The server; it can go away and come back on the same port."""

    def __init__(self) -> None:
        self.box = Mailbox()
        self.port = 0
        self.start()

    def start(self) -> None:
        self._controller = Controller(self.box, hostname="127.0.0.1", port=self.port or _free_port())
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        self._controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def smtp(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackServer]:
    server = LoopbackServer()
    monkeypatch.setenv("WORKBENCH_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setenv("WORKBENCH_MAIL_FROM", "Ruang Kerja <statistik@kota.go.id>")
    get_settings.cache_clear()
    yield server
    server.stop()
    get_settings.cache_clear()


def address(name: str) -> str:
    return f"{name}@kota.go.id"


def give_addresses(people: Office, *names: str) -> None:
    with moment.at(wib("2026-01-02T08:00")), database.writing() as session:
        for name in names or tuple(people.people):
            mail.set_address(session, person_id=people[name].id, address=address(name), by="test")
