"""Response headers of every answer: a strict Content-Security-Policy and its companions."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit

Header = tuple[bytes, bytes]

# A Host header is the client's word: only what looks like host[:port] goes into the policy.
_HOST = re.compile(r"^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$")
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def streamlit_index() -> Path:
    """The page in which the installed Streamlit starts."""
    return Path(streamlit.__file__).parent / "static" / "index.html"


@cache
def inline_script_hashes() -> tuple[str, ...]:
    """CSP sources of the inline scripts in the installed Streamlit's own page, so that no other inline script runs."""
    found = _INLINE_SCRIPT.findall(streamlit_index().read_bytes())
    return tuple(f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in found)


def page_policy(host: str, *, secure: bool) -> str:
    """The policy of pages. Streamlit styles itself inline; scripts come from this server only."""
    socket = f" {'wss' if secure else 'ws'}://{host}" if _HOST.match(host) else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(inline_script_hashes())}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{socket}",
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "frame-ancestors 'self'",
            "form-action 'self'",
            "base-uri 'self'",
            "object-src 'none'",
        ]
    )


MEDIA_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'"


def security_headers(path: str, host: str, *, secure: bool) -> list[Header]:
    """Headers that every answer gets; a route's own Content-Security-Policy is kept by the gate."""
    media = path.startswith("/media/")
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"SAMEORIGIN"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        (b"content-security-policy", (MEDIA_POLICY if media else page_policy(host, secure=secure)).encode()),
    ]
    if media:
        headers.append((b"cache-control", b"no-store"))
    if secure:
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    return headers
