"""The ASGI application: Streamlit's script behind the gate, with our routes, and what happens at start."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from workbench.settings import get_settings
from workbench.storage import database, event_mart
from workbench.ui import language  # noqa: F401  (registers the reader's language)
from workbench.ui.feedback import on_script_error
from workbench.ui.gate import Gate
from workbench.ui.gate_sessions import DatabaseSessions
from workbench.ui.routes import routes

SCRIPT = Path(__file__).with_name("script.py")
# Loaded once, before the collector is told to leave alone what is there: that halves the CPU of every rerun.
_PRELOADED = ("pandas", "pyarrow", "duckdb", "plotly.express", "babel.dates", "babel.numbers")

__all__ = ["SCRIPT", "lifespan", "middleware", "on_script_error", "routes", "run"]


def middleware() -> list[Middleware]:
    """The gate, outermost."""
    return [Middleware(Gate, sessions=DatabaseSessions())]


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Bring the database up to date, load the heavy libraries, freeze what will stay."""
    os.umask(0o077)
    await run_in_threadpool(database.migrate)
    for name in _PRELOADED:
        importlib.import_module(name)
    # The board and the supervisor's views ask the mart, which copies years of events once per process: begin now.
    warming = asyncio.create_task(run_in_threadpool(_warm_up))
    gc.collect()
    gc.freeze()
    yield {}
    await warming
    database.dispose()


def _warm_up() -> None:
    with database.session() as session:
        event_mart.mart_of(session)


def run(app: st.App) -> None:
    """Serve at the address and port of the settings."""
    settings = get_settings()
    app.run(config={"server.address": settings.host, "server.port": settings.port})
