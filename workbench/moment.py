"""The one place that asks what time it is, so that demo, tests and simulations can say another time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("workbench_moment", default=None)


def now() -> datetime:
    """The present moment, aware UTC, to the microsecond."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block it is ``moment`` (aware)."""
    if moment.tzinfo is None:
        raise ValueError("a moment is an aware time")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
