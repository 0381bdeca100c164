"""One way to turn a value into bytes for hashing: sorted keys, no spaces, UTC times to the microsecond."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no canonical form")


def text(value: Any) -> str:
    """Canonical JSON; aware times become ISO 8601 in UTC, anything else JSON does not know is a TypeError."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain, allow_nan=False)


def sha256(value: Any) -> str:
    """The SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(text(value).encode()).hexdigest()
