"""`workbench notify`: warnings, the morning's digest and the outbox from the command line."""

from __future__ import annotations

import click

from workbench.i18n import _
from workbench.services import mail, notices, office_clock, server_clock, sweeping, warning_letters
from workbench.storage import database
from workbench.storage.notices import MailState


@click.group()
def notify() -> None:
    """Warnings and e-mail. The worker does all of this by itself, every minute of working time."""


@notify.command()
def sweep() -> None:
    """Say what is to be said now, once, and send the outbox."""
    with database.writing() as session:
        done = sweeping.sweep(session)
    if done.set_back:
        with database.session() as session:
            raise click.ClickException(server_clock.clock_problem(session))
    if done.closed:
        click.echo(_("Kantor sedang tutup; peringatan menunggu jam kerja."))
        return
    words = _("{warnings} peringatan kepada {notices} penerima, {letters} surat, {digests} ringkasan pagi.")
    click.echo(words.format(warnings=done.warnings, notices=done.notices, letters=done.letters, digests=done.digests))
    _send()


@notify.command()
def digest() -> None:
    """Write today's digest for everybody who has not got it yet, and send it."""
    with database.writing() as session:
        count = warning_letters.write_digests(session)
    click.echo(_("{n} ringkasan ditulis.").format(n=count))
    _send()


@notify.command()
def status() -> None:
    """When the last sweep was, what waits in the outbox, what could not be sent."""
    with database.session() as session:
        found = notices.status(session)
        problem = server_clock.clock_problem(session)
    last = f"{office_clock.local(found.swept_at):%d-%m-%Y %H.%M}" if found.swept_at else "–"
    click.echo(_("Pemeriksaan terakhir: {time}").format(time=last))
    if problem:
        click.echo(problem, err=True)
    if not found.mail_on:
        click.echo(_("Surel belum disiapkan; peringatan hanya tampil di ruang kerja."))
    words = {
        MailState.QUEUED: _("menunggu"),
        MailState.SENDING: _("sedang dikirim"),
        MailState.SENT: _("terkirim"),
        MailState.FAILED: _("ditolak"),
    }
    click.echo(", ".join(f"{words[state]} {count}" for state, count in found.outbox.items()))
    for number, address, attempts, error in found.troubles:
        click.echo(f"  #{number} {address} ({attempts}×): {error}")


@notify.command("accept-clock")
@click.option("--by", default="admin", show_default=True, help="Login name for the audit log.")
def accept_clock(by: str) -> None:
    """The server's clock is right now and ran ahead before: let warnings go on."""
    with database.writing() as session:
        server_clock.accept_clock(session, by=by)
    click.echo(_("Jam server diterima; peringatan berjalan lagi."))


def _send() -> None:
    done = mail.deliver()
    click.echo(
        _("Terkirim {sent}, ditunda {put_off}, ditolak {failed}.").format(
            sent=done.sent, put_off=done.put_off, failed=done.failed
        )
    )
    if done.stopped:
        raise click.ClickException(done.stopped)
