"""`workbench worker`: render what is queued."""

from __future__ import annotations

import signal

import click

from workbench import extras
from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.services.jobs import Worker
from workbench.settings import get_settings
from workbench.storage import database


@click.command()
@click.option("--once", is_flag=True, help="End when nothing is queued any more (for timers).")
@click.option("--slots", type=click.IntRange(1, 16), help="Jobs at a time. Default: WORKBENCH_RENDER_WORKERS.")
def worker(once: bool, slots: int | None) -> None:
    """Run queued jobs, each in a process of its own, until stopped."""
    if get_settings().dask_scheduler:
        extras.need("dask")
        raise Refused(_("Versi ini merender di mesin ini saja; kosongkan WORKBENCH_DASK_SCHEDULER."))
    database.migrate()
    made = Worker(slots=slots) if slots else Worker()
    signal.signal(signal.SIGTERM, made.stop)
    signal.signal(signal.SIGINT, made.stop)
    made.run(once=once)
