"""Our own routes beside Streamlit: files, health, language, the page shell; the door is in ``login``."""

from __future__ import annotations

import re
import shutil
import unicodedata
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from workbench import i18n
from workbench.domain.errors import NotFound
from workbench.domain.people import Person
from workbench.i18n import LANGUAGES
from workbench.reporting import __file__ as reporting_file
from workbench.services import downloads, people, return_list
from workbench.settings import get_settings
from workbench.ui import login, navigation, routes_upload
from workbench.ui.gate import Identity, same_origin, session_token
from workbench.ui.gate_headers import streamlit_index
from workbench.ui.resources import reading, writing
from workbench.ui.routes_html import WEB, language_of, local_path, product

FONTS = Path(reporting_file).parent / "fonts"
MIN_FREE_BYTES = 500 * 1024 * 1024
_WEB_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".ttf": "font/ttf"}
_INLINE_TYPES = {"application/pdf"}
_INLINE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
)


def identity_of(request: Request) -> Identity:
    """Whose request the gate let through."""
    identity: Identity = request.scope["state"]["identity"]
    return identity


# ---------------------------------------------------------------- style, script, fonts (public)


@cache
def _public_files() -> dict[str, Path]:
    """The files anybody may have, listed once by name: no path from outside ever reaches the disk."""
    found = {path.name: path for path in WEB.iterdir() if path.suffix in (".css", ".js", ".svg")}
    return found | {f"fonts/{path.name}": path for path in FONTS.glob("*.ttf")}


async def web_file(request: Request) -> Response:
    """``/web/…``: style, scripts, mark and fonts of our own pages and of the theme."""
    path = _public_files().get(request.path_params["name"])
    if path is None:
        return PlainTextResponse("", 404)
    lasting = "public, max-age=604800" if path.suffix == ".ttf" else "no-cache"
    return FileResponse(path, media_type=_WEB_TYPES[path.suffix], headers={"Cache-Control": lasting})


async def favicon(request: Request) -> Response:
    """The mark."""
    return FileResponse(WEB / "mark.svg", media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


# ---------------------------------------------------------------- the page in which Streamlit starts


@cache
def _shell(title: str, language: str) -> str:
    """Streamlit's page with our title and language, and with the script that leads an ended session to the login."""
    html = streamlit_index().read_text(encoding="utf-8")
    html = html.replace('<html lang="en">', f'<html lang="{language}">')
    html = html.replace("<title>Streamlit</title>", f"<title>{escape(title)}</title>")
    html = re.sub(
        r'<link rel="shortcut icon"[^>]*>', '<link rel="icon" type="image/svg+xml" href="/web/mark.svg">', html
    )
    html = re.sub(r'<link\s+rel="service-desc"[^>]*>', "", html)
    html = re.sub(r'<link\s+rel="preload"[^>]*SourceSans[^>]*>', "", html)
    return html.replace("</head>", '<script src="/web/session.js" defer></script></head>')


async def shell(request: Request) -> Response:
    """A page of the workbench; which one, Streamlit reads from the address."""
    language = language_of(request)
    with i18n.speaking(language):
        return HTMLResponse(_shell(product(), language), headers={"Cache-Control": "no-cache"})


# ---------------------------------------------------------------- session, language, health


async def session_alive(request: Request) -> Response:
    """``/sesi``: 204 while the session lives; the gate answers 401 afterwards, and does not count the question."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


async def switch_language(request: Request) -> Response:
    """``/bahasa?ke=en&lanjut=/…``: remember the language in the browser and, for who is logged in, with the account."""
    code = request.query_params.get("ke", "")
    response = RedirectResponse(local_path(request.query_params.get("lanjut", "/")), 303)
    if code not in LANGUAGES or not same_origin(request):
        return response
    login.set_language_cookie(request, response, code)

    def keep() -> None:
        with writing() as session:
            found = people.signed_in(session, session_token(request))
            if found and found.language != code:
                people.set_language(session, person_id=found.person.id, language=code)

    if session_token(request):
        await run_in_threadpool(keep)
    return response


def _health() -> dict[str, bool]:
    try:
        with writing() as session:
            session.rollback()
        database_ok = True
    except Exception:  # whatever the reason, the answer is "no"
        database_ok = False
    folder = get_settings().folder("")
    return {"database": database_ok, "disk": shutil.disk_usage(folder).free > MIN_FREE_BYTES}


async def health(request: Request) -> Response:
    """``/sehat``: can the tracker be written, is there room on the disk; 503 when not."""
    checks = await run_in_threadpool(_health)
    good = all(checks.values())
    return JSONResponse({"ok": good, **checks}, 200 if good else 503, headers={"Cache-Control": "no-store"})


async def robots(request: Request) -> Response:
    """Nothing here is for search engines."""
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


# ---------------------------------------------------------------- files


def _download(identity: Identity, sha256: str) -> downloads.Download:
    with reading() as session:
        person: Person = people.person(session, identity.person_id)
        return downloads.open_for(session, person=person, sha256=sha256)


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header for a file name that may hold anything: an ASCII form, and the true one by RFC 5987."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", plain).strip(" .") or "berkas"
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def file(request: Request) -> Response:
    """``/berkas/<sha256>``: a stored file with its rights, exactly these bytes; ``?lihat=1`` shows a PDF in place."""
    with i18n.speaking(language_of(request)):
        sha256 = request.path_params["sha256"]
        try:
            found = await run_in_threadpool(_download, identity_of(request), sha256)
        except NotFound as error:
            return PlainTextResponse(str(error), 404)
    inline = "lihat" in request.query_params and found.media_type in _INLINE_TYPES
    headers = {
        "ETag": f'"{sha256}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(found.name, inline=inline),
        "Content-Security-Policy": _INLINE_POLICY if inline else "sandbox; default-src 'none'",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(found.path, media_type=found.media_type, headers=headers)


def _return_list(identity: Identity, submission_id: int) -> return_list.ReturnList:
    with reading() as session:
        person = people.person(session, identity.person_id)
        return return_list.workbook(session, person=person, submission_id=submission_id)


async def returned(request: Request) -> Response:
    """``/perbaikan/<submission>``: what is to be mended in a file that was sent back, as a workbook."""
    with i18n.speaking(language_of(request)):
        try:
            made = await run_in_threadpool(_return_list, identity_of(request), request.path_params["submission"])
        except NotFound as error:
            return PlainTextResponse(str(error), 404)
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": content_disposition(made.name)}
    return Response(made.content, media_type=downloads.MEDIA_TYPES[".xlsx"], headers=headers)


def routes() -> list[Route]:
    """All of our routes, before Streamlit's."""
    get, both = ["GET"], ["GET", "POST"]
    pages = [Route(spec.address, shell, methods=get) for spec in navigation.PAGES]
    return [
        *pages,
        Route("/masuk", login.login, methods=both),
        Route("/keluar", login.logout, methods=both),
        Route("/siapkan", login.setup, methods=both),
        Route("/atur-sandi/{token}", login.set_password, methods=both),
        Route("/bahasa", switch_language, methods=get),
        Route("/sesi", session_alive, methods=get),
        Route("/sehat", health, methods=get),
        Route("/berkas/{sha256}", file, methods=get),
        Route("/perbaikan/{submission:int}", returned, methods=get),
        Route("/unggah", routes_upload.upload, methods=["GET", "PUT"]),
        Route("/web/{name:path}", web_file, methods=get),
        Route("/favicon.ico", favicon, methods=get),
        Route("/robots.txt", robots, methods=get),
    ]
