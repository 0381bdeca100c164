"""The outbox: letters are written in the transaction that has something to say and sent afterwards, in office hours.

A letter is claimed before it is sent and settled after the server has taken it. A broken or absent server loses
nothing: the letter stays and is tried again, later each time. When the sender is killed in the instant between the
server's yes and our note of it, the letter goes out a second time under the same Message-ID, by which mail servers
know it; that is the only way, and better than losing one.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from sqlmodel import Session

from workbench import moment
from workbench.domain.errors import OutsideCalendar, Refused
from workbench.i18n import _
from workbench.services import office_clock
from workbench.settings import get_settings
from workbench.storage import audit_log, database, notices, people_store
from workbench.storage.notices import Mail, MailState

TIMEOUT_SECONDS = 20
SILENT_AFTER = timedelta(minutes=10)
"""A sender that has not settled its letter for so long is gone; the letter goes to the next one."""

LONGEST_WAIT = timedelta(minutes=60)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed in. ``tls`` is on from the first byte; otherwise STARTTLS is used where offered."""

    host: str
    port: int
    user: str
    password: str
    tls: bool

    @property
    def local(self) -> bool:
        """Does the server run on this machine?"""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of sending came to. ``stopped`` says why it ended early, as the server or the network put it."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0
    stopped: str = ""


def is_on() -> bool:
    """Is e-mail set up? Without it warnings stand in the workbench only."""
    return bool(get_settings().smtp_url)


def server() -> Server:
    """The server of WORKBENCH_SMTP_URL; ``Refused`` says what is wrong with it."""
    settings = get_settings()
    parts = urlsplit(settings.smtp_url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Refused(_("WORKBENCH_SMTP_URL harus berbentuk smtp://nama:sandi@server:port atau smtps://…"))
    if "@" not in parseaddr(settings.mail_from)[1]:
        raise Refused(_("WORKBENCH_MAIL_FROM harus berisi alamat pengirim surel."))
    tls = parts.scheme == "smtps"
    return Server(
        parts.hostname,
        parts.port or (465 if tls else 25),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,
    )


def set_address(session: Session, *, person_id: int, address: str, by: str) -> None:
    """Where a person gets e-mail; empty for nowhere. ``Refused`` for what is no address."""
    address = address.strip()
    if address and not is_address(address):
        raise Refused(_("{address} bukan alamat surel.").format(address=address))
    row = people_store.by_id(session, person_id)
    if row is None:
        raise Refused(_("Pengguna tidak ditemukan."))
    if row.email == address:
        return
    row.email = address
    session.add(row)
    audit_log.append(session, by, "person.email", {"person": person_id, "set": bool(address)})


def is_address(address: str) -> bool:
    """Can a letter be sent there? One plain ASCII address, as every mail server takes it."""
    local, _at, domain = address.rpartition("@")
    plain = address.isascii() and address.isprintable() and not any(c in ' ,;:<>()[]\\"' for c in address)
    return plain and bool(local) and "@" not in local and "." in domain.strip(".") and parseaddr(address)[1] == address


def one_line(text: str) -> str:
    """Words of people for a header or a list: without line breaks, whatever they wrote."""
    return " ".join(text.split())


# ---------------------------------------------------------------- sending


def deliver(limit: int = 100) -> Delivered:
    """Send what is due, oldest first; nothing outside working hours. Opens its own short transactions: never call it
    inside one. ``Refused`` when the settings are wrong."""
    if not is_on():
        return Delivered()
    now = moment.now()
    with database.session() as session:
        clock = office_clock.clock(session)
        if not clock.is_open(now) or not notices.has_due(session, now, now - SILENT_AFTER):
            return Delivered()
    where = server()
    sent = failed = put_off = 0
    connection: smtplib.SMTP | None = None
    try:
        for _n in range(limit):
            now = moment.now()
            with database.writing() as session:
                mail = notices.claim(session, now, now - SILENT_AFTER)
            if mail is None:
                break
            try:
                connection = connection or _connect(where)
                _hand_in(connection, mail)
            except ValueError as error:
                _settle(mail, MailState.FAILED, str(error))  # no letter can be made of this address
                failed += 1
            except smtplib.SMTPRecipientsRefused as error:
                code, reply = next(iter(error.recipients.values()))
                if code >= 500:
                    _settle(mail, MailState.FAILED, _said(code, reply))
                    failed += 1
                else:
                    _put_off(mail, _said(code, reply))
                    put_off += 1
            except smtplib.SMTPDataError as error:
                # The server has read this letter and does not want it: no other letter is to blame.
                if error.smtp_code >= 500:
                    _settle(mail, MailState.FAILED, _said(error.smtp_code, error.smtp_error))
                    failed += 1
                else:
                    _put_off(mail, _said(error.smtp_code, error.smtp_error))
                    put_off += 1
            except (OSError, smtplib.SMTPException, Refused) as error:
                # The way is blocked (no server, wrong password, no TLS): all letters wait, none is to blame.
                _put_off(mail, str(error))
                _log.warning("e-mail is not going out: %s", error)
                return Delivered(sent, failed, put_off + 1, str(error))
            else:
                _settle(mail, MailState.SENT, "")
                sent += 1
    finally:
        _close(connection)
    return Delivered(sent, failed, put_off)


def message(mail: Mail) -> EmailMessage:
    """The letter as it goes out; the same bytes each time it is tried."""
    name, sender = parseaddr(get_settings().mail_from)
    built = EmailMessage()
    built["From"] = formataddr((name, sender)) if name else sender
    built["To"] = mail.address
    built["Subject"] = one_line(mail.subject)
    built["Date"] = format_datetime(mail.created_at)
    built["Message-ID"] = f"<{mail.id}.{sha256(mail.idem.encode()).hexdigest()[:24]}@{sender.rpartition('@')[2]}>"
    built["Auto-Submitted"] = "auto-generated"
    built.set_content(mail.body, charset="utf-8", cte="quoted-printable")
    return built


def _connect(where: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if where.tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(where.host, where.port, timeout=TIMEOUT_SECONDS, context=context)
        connection.ehlo()
    else:
        connection = smtplib.SMTP(where.host, where.port, timeout=TIMEOUT_SECONDS)
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif where.user and not where.local:
            connection.close()
            raise Refused(_("Server surel tidak menawarkan TLS; kata sandi tidak dikirim tanpa sandi."))
    if where.user:
        connection.login(where.user, where.password)
    return connection


def _hand_in(connection: smtplib.SMTP, mail: Mail) -> None:
    connection.send_message(message(mail))


def _close(connection: smtplib.SMTP | None) -> None:
    if connection is None:
        return
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException) as error:
        _log.info("the mail server closed first: %s", error)


def _settle(mail: Mail, state: MailState, error: str) -> None:
    with database.writing() as session:
        notices.settle(session, mail.id, mail.attempts, state, at=moment.now(), error=error)


def _put_off(mail: Mail, error: str) -> None:
    with database.writing() as session:
        at = _next_try(session, mail.attempts, moment.now())
        notices.settle(session, mail.id, mail.attempts, MailState.QUEUED, at=at, error=error)


def _next_try(session: Session, attempts: int, now: datetime) -> datetime:
    """One minute, two, four … at most an hour, and then when the office is open."""
    at = now + min(LONGEST_WAIT, timedelta(minutes=2 ** min(attempts - 1, 6)))
    try:
        return office_clock.clock(session).next_open(at)
    except OutsideCalendar:
        return at


def _said(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {one_line(words)}"
