"""`workbench worker`: render what is queued."""

from __future__ import annotations

import signal

import click

from workbench.services.jobs import Worker
from workbench.storage import database


@click.command()
@click.option("--once", is_flag=True, help="End when nothing is queued any more (for timers).")
@click.option("--slots", type=click.IntRange(1, 16), help="Jobs at a time. Default: WORKBENCH_RENDER_WORKERS.")
def worker(once: bool, slots: int | None) -> None:
    """Run queued jobs, each in a process of its own, until stopped."""
    database.migrate()
    made = Worker(slots=slots) if slots else Worker()
    signal.signal(signal.SIGTERM, made.stop)
    signal.signal(signal.SIGINT, made.stop)
    made.run(once=once)
