"""Pages that are plain HTML: one template for forms in two halves, and how they know the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from workbench.i18n import LANGUAGES, _, language
from workbench.settings import get_settings

WEB = Path(__file__).parent / "web"
LANGUAGE_COOKIE = "bahasa"


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    type: str = "text"
    value: str = ""
    autocomplete: str = "off"
    minlength: int = 0
    hint: str = ""
    autofocus: bool = False


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(WEB), autoescape=True, undefined=StrictUndefined)


def product() -> str:
    """What the workbench calls itself."""
    return _("Ruang Kerja Statistik Sektoral")


def language_of(connection: HTTPConnection) -> str:
    """The reader's language: the cookie of the switch, else the office's setting."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else get_settings().language


def local_path(wanted: str) -> str:
    r"""A path on this server to go on to, or "/": never another host (``//evil``, ``/\evil``) or scheme."""
    unsafe = not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or any(ord(char) < 32 for char in wanted)
    return "/" if unsafe or len(wanted) > 500 else wanted


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from ``ui/web``; values are escaped, and it is not kept by caches."""
    text = _environment().get_template(template).render(language=language(), product=product(), **values)
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


def form_page(
    request: Request,
    *,
    title: str,
    lead: str = "",
    action: str = "",
    button: str = "",
    fields: Sequence[Field] = (),
    hidden: Sequence[tuple[str, str]] = (),
    problem: str = "",
    notice: str = "",
    link: tuple[str, str] | None = None,
    office: str = "",
    status: int = 200,
) -> HTMLResponse:
    """A form, or a message where ``action`` is empty, beside the name of the workbench."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    switch = [
        (code, name, f"/bahasa?ke={code}&lanjut={quote(here, safe='')}")
        for code, name in LANGUAGES.items()
        if code != language()
    ]
    return render(
        "halves.html",
        status,
        title=title,
        lead=lead,
        action=action,
        button=button,
        fields=fields,
        hidden=hidden,
        problem=problem,
        notice=notice,
        link=link,
        office=office,
        purpose=_("Dari berkas perangkat daerah sampai buku statistik: setiap angka dapat ditelusuri."),
        languages=switch,
    )
