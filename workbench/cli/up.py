"""`workbench up`: make everything ready, then keep the web application and the worker running."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import time
from collections.abc import Mapping
from urllib.error import URLError
from urllib.request import urlopen

import click
from sqlmodel import Session

from workbench.cli.supervision import Child, Supervisor
from workbench.domain.errors import Refused
from workbench.domain.people import Role
from workbench.i18n import _
from workbench.services import casework, demo_start, first_run, people
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import calendars, database, sop_files

ACCOUNTS_FILE = "akun-contoh.txt"
_START_SECONDS = 120.0


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the web application. Default: WORKBENCH_PORT.")
@click.option("--no-demo", is_flag=True, help="Do not seed the demo office into an empty workbench.")
@click.option("--past", type=click.IntRange(0, 5000), default=400, show_default=True,
              help="How many past cases the demo office starts with.")  # fmt: skip
@click.option("--no-worker", is_flag=True, help="Web application only; the worker runs elsewhere.")
def up(port: int | None, no_demo: bool, past: int, no_worker: bool) -> None:
    """Set up folders and database, seed the demo office once, start application and worker."""
    settings = get_settings()
    port = port or settings.port
    _refuse_open_network(settings.host, allowed=settings.allow_http)
    _refuse_busy(settings.host, port)
    token = prepare(demo=not no_demo, past=past)

    environment = {"WORKBENCH_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    children = [Child("web", [sys.executable, "app.py"], CHECKOUT, environment, essential=True)]
    if not no_worker:
        children.append(Child("worker", [sys.executable, "-m", "workbench", "worker"], CHECKOUT, environment))
    supervisor = Supervisor(children, lambda text: click.echo(text, err=True))
    supervisor.install_signals()
    code = supervisor.run(lambda: _announce(settings.host, port, supervisor, token))
    if code:
        raise SystemExit(code)


# ---------------------------------------------------------------- before the start


def _refuse_open_network(host: str, *, allowed: bool) -> None:
    """Without HTTPS, passwords would cross the network in the clear."""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local and not allowed:
        raise Refused(
            _(
                "Alamat {host} terbuka untuk jaringan, padahal tanpa HTTPS kata sandi lewat tanpa sandi. "
                "Pakailah proksi HTTPS ke 127.0.0.1, atau setel WORKBENCH_ALLOW_HTTP=1 bila Anda menerima risikonya."
            ).format(host=host)
        )


def _refuse_busy(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                _("Port {port} tidak dapat dipakai ({reason}). Pilih yang lain dengan --port.").format(
                    port=port, reason=error.strerror
                )
            ) from error


def prepare(*, demo: bool, past: int = 0) -> str:
    """Folders, database, SOPs and calendar; safe to repeat. With ``demo``, an empty workbench gets the demo office, and
    one whose making was interrupted gets what is missing.

    Returns the one-time token for the demo administrator's password when the office was made now.
    """
    os.umask(0o077)
    settings = get_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database.migrate()
    _install_reference()
    if demo:
        with database.session() as session:
            wanted = demo_start.wanted(session)
        if wanted:
            return demo_start.make(past, click.echo, write_demo_accounts)
    return ""


def _install_reference() -> None:
    """The SOPs and the office's calendar that come with the code, into the tracker."""
    sops = sop_files.load_all(get_settings().reference_dir / "sop")
    with database.writing() as session:
        casework.install_sops(session, sops)
        calendars.current(session)  # stores the calendar's seed where there is none yet


def write_demo_accounts(session: Session, passwords: Mapping[str, str]) -> str:
    """Write login names and passwords to a file only the owner can read; an administrator gets a link instead.

    Returns the token of that link: nobody ever knew the administrator's random password.
    """
    lines, token = [], ""
    for profile in people.profiles(session):
        person = profile.person
        if person.username not in passwords:
            continue
        if Role.ADMINISTRATOR in person.roles:
            token = people.new_setup_token(session, person.id, by="demo")
            continue
        posts = ", ".join(f"{post.title or post.role} ({post.opd_code})" for post in person.assignments)
        lines.append(f"{person.username:<22} {passwords[person.username]:<22} {person.name} - {posts}")
    path = get_settings().data_dir / ACCOUNTS_FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    click.echo(_("Akun contoh; kata sandi ini hanya ditampilkan sekali dan disimpan di {path}:").format(path=path))
    click.echo("\n".join(f"  {line}" for line in lines))
    return token


# ---------------------------------------------------------------- after the start


def _announce(host: str, port: int, supervisor: Supervisor, token: str) -> None:
    """Once the application answers, say where it is and how to get in the first time."""
    name = "localhost" if host in ("127.0.0.1", "::1", "localhost") else host
    base = f"http://{f'[{name}]' if ':' in name else name}:{port}"
    until = time.monotonic() + _START_SECONDS
    while not _answers(f"{base}/_stcore/health"):
        if time.monotonic() > until or supervisor.stopping.wait(0.3):
            return
    click.echo(_("Ruang kerja siap: {url}").format(url=base))
    accounts = get_settings().data_dir / ACCOUNTS_FILE
    if accounts.exists():
        click.echo(_("Akun contoh dan kata sandinya: {path}").format(path=accounts))
    link = f"{base}/atur-sandi/{token}" if token else ""
    if first_run.is_needed():
        link = f"{base}/siapkan?token={first_run.token()}"
    if link:
        click.echo(_("Buat kata sandi administrator lewat tautan sekali pakai ini: {link}").format(link=link))
    click.echo(_("Hentikan dengan Ctrl-C."))


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
