"""Routes of the door: login, logout, first run, and setting a password by one-time link."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from workbench import i18n
from workbench.domain.errors import Refused, WorkbenchError
from workbench.i18n import _
from workbench.services import first_run, people
from workbench.services.sign_in import MIN_PASSWORD
from workbench.settings import get_settings
from workbench.ui.gate import cookie_name, is_secure, open_sockets, same_origin, session_token
from workbench.ui.resources import reading, writing
from workbench.ui.routes_html import LANGUAGE_COOKIE, Field, form_page, language_of, local_path

_FORM = {"max_fields": 8, "max_files": 0, "max_part_size": 4096}
_YEAR = 365 * 24 * 3600


def _foreign() -> Response:
    return PlainTextResponse(_("Permintaan dari situs lain ditolak."), 403)


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


async def _form(request: Request) -> dict[str, str]:
    form = await request.form(**_FORM)
    return {name: str(value) for name, value in form.items()}


def _office() -> str:
    with reading() as session:
        return next((opd.name for opd in people.opds(session) if opd.is_walidata), "")


def set_language_cookie(request: Request, response: Response, code: str) -> None:
    """Remember the language in this browser for a year."""
    secure = is_secure(request.scope)
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=_YEAR, samesite="lax", secure=secure, httponly=True, path="/")


def _forget_session(request: Request, response: Response) -> None:
    secure = is_secure(request.scope)
    response.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


# ---------------------------------------------------------------- login and logout


async def login(request: Request) -> Response:
    """GET the form, POST name and password: a new session id at every login, so that none can be planted."""
    with i18n.speaking(language_of(request)):
        if request.method == "GET":
            ended = "berakhir" in request.query_params
            notice = _("Sesi Anda berakhir karena lama tidak dipakai. Silakan masuk lagi.") if ended else ""
            return await _login_page(request, wanted=request.query_params.get("lanjut", "/"), notice=notice)
        if not same_origin(request):
            return _foreign()
        form = await _form(request)
        username, wanted = form.get("username", ""), local_path(form.get("lanjut", "/"))
        try:
            token, person = await run_in_threadpool(
                people.log_in, username=username, password=form.get("password", ""), address=_client(request)
            )
        except people.TooManyAttempts as error:
            return await _login_page(request, wanted=wanted, problem=str(error), username=username, status=429)
        except WorkbenchError as error:
            return await _login_page(request, wanted=wanted, problem=str(error), username=username, status=401)
        await _close(session_token(request))
        secure = is_secure(request.scope)
        response = RedirectResponse(wanted, 303)
        response.set_cookie(
            cookie_name(secure=secure),
            token,
            max_age=get_settings().session_hours * 3600,
            httponly=True,
            samesite="lax",
            secure=secure,
            path="/",
        )
        if LANGUAGE_COOKIE not in request.cookies:
            set_language_cookie(request, response, await run_in_threadpool(_language_of_person, person.id))
        return response


def _language_of_person(person_id: int) -> str:
    with reading() as session:
        return people.profile(session, person_id).language


async def _login_page(
    request: Request, *, wanted: str, problem: str = "", notice: str = "", username: str = "", status: int = 200
) -> Response:
    wanted = local_path(wanted)
    return form_page(
        request,
        title=_("Masuk"),
        lead=_("Gunakan akun yang dibuatkan administrator untuk Anda."),
        action="/masuk",
        button=_("Masuk"),
        fields=[
            Field("username", _("Nama pengguna"), value=username[:64], autocomplete="username", autofocus=not username),
            Field(
                "password", _("Kata sandi"), type="password", autocomplete="current-password", autofocus=bool(username)
            ),
        ],
        hidden=[("lanjut", wanted)],
        problem=problem,
        notice=notice,
        office=await run_in_threadpool(_office),
        status=status,
    )


async def _close(token: str) -> None:
    """End a session: its row goes first, then its open sockets close."""
    if not token:
        return

    def end() -> str:
        with writing() as session:
            found = people.signed_in(session, token)
            people.close_session(session, token)
            return found.id8 if found else ""

    mark = await run_in_threadpool(end)
    if mark:
        open_sockets.close(mark)


async def logout(request: Request) -> Response:
    """GET asks with one button, POST (guarded by the gate against other sites) ends the session everywhere."""
    with i18n.speaking(language_of(request)):
        if request.method == "GET":
            return form_page(
                request,
                title=_("Keluar"),
                lead=_("Sesi ini ditutup di semua tab. Pekerjaan yang sudah tersimpan tetap ada."),
                action="/keluar",
                button=_("Keluar sekarang"),
                link=("/", _("Kembali ke ruang kerja")),
                office=await run_in_threadpool(_office),
            )
        await _close(session_token(request))
        response = RedirectResponse("/masuk", 303)
        _forget_session(request, response)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


# ---------------------------------------------------------------- passwords by link


def _password_fields() -> list[Field]:
    hint = _("Sedikitnya {n} karakter; kalimat yang mudah Anda ingat lebih baik daripada kata yang rumit.").format(
        n=MIN_PASSWORD
    )
    return [
        Field("password", _("Kata sandi baru"), "password", autocomplete="new-password",
              minlength=MIN_PASSWORD, hint=hint),
        Field("again", _("Ulangi kata sandi"), "password", autocomplete="new-password", minlength=MIN_PASSWORD),
    ]  # fmt: skip


async def set_password(request: Request) -> Response:
    """``/atur-sandi/<token>``: the owner of a one-time link chooses a password; the link works once."""
    with i18n.speaking(language_of(request)):
        problem = ""
        if request.method == "POST":
            if not same_origin(request):
                return _foreign()
            form = await _form(request)
            try:
                if form.get("password", "") != form.get("again", ""):
                    raise Refused(_("Kedua kata sandi tidak sama."))
                person = await run_in_threadpool(_use_link, request.path_params["token"], form.get("password", ""))
            except WorkbenchError as error:
                problem = str(error)
            else:
                return form_page(
                    request,
                    title=_("Kata sandi tersimpan"),
                    lead=_("Masuklah sebagai {username} dengan kata sandi baru Anda.").format(username=person),
                    link=("/masuk", _("Masuk")),
                )
        return form_page(
            request,
            title=_("Atur kata sandi"),
            lead=_("Tautan ini hanya dapat dipakai sekali."),
            action=request.url.path,
            button=_("Simpan kata sandi"),
            fields=_password_fields(),
            problem=problem,
            office=await run_in_threadpool(_office),
            status=400 if problem else 200,
        )


def _use_link(token: str, password: str) -> str:
    with writing() as session:
        return people.use_setup_token(session, token, password).username


# ---------------------------------------------------------------- first run


async def setup(request: Request) -> Response:
    """``/siapkan?token=…``: the first administrator; answers 404 for ever once there is one."""
    with i18n.speaking(language_of(request)):
        if not await run_in_threadpool(first_run.is_needed):
            return PlainTextResponse(_("Ruang kerja ini sudah disiapkan."), 404)
        form = await _form(request) if request.method == "POST" else dict(request.query_params)
        if not first_run.is_token(form.get("token", "")):
            return PlainTextResponse(
                _("Tautan penyiapan tidak cocok. Pakailah tautan yang dicetak saat ruang kerja dinyalakan."), 403
            )
        problem = ""
        if request.method == "POST":
            if not same_origin(request):
                return _foreign()
            try:
                if form.get("password", "") != form.get("again", ""):
                    raise Refused(_("Kedua kata sandi tidak sama."))
                await run_in_threadpool(
                    first_run.set_up,
                    username=form.get("username", ""),
                    name=form.get("name", ""),
                    password=form.get("password", ""),
                    office_code=form.get("office_code", ""),
                    office_name=form.get("office_name", ""),
                )
            except WorkbenchError as error:
                problem = str(error)
            else:
                return RedirectResponse("/masuk", 303)
        known = await run_in_threadpool(_office)
        waiting = await run_in_threadpool(first_run.waiting_administrator)
        known_name = form.get("name", waiting.name if waiting else "")
        known_username = form.get("username", waiting.username if waiting else "")
        office = [] if known else [
            Field("office_name", _("Nama kantor"), value=form.get("office_name", ""),
                  hint=_("Dinas yang menjadi walidata, misalnya Dinas Komunikasi dan Informatika.")),
            Field("office_code", _("Kode perangkat daerah"), value=form.get("office_code", ""),
                  hint=_("Kode urusan Kemendagri, misalnya 2.16.01.")),
        ]  # fmt: skip
        return form_page(
            request,
            title=_("Siapkan ruang kerja"),
            lead=_("Buat akun administrator yang pertama. Setelah ini tautan ini tidak berlaku lagi."),
            action="/siapkan",
            button=_("Buat administrator"),
            fields=[
                *office,
                Field(
                    "name",
                    _("Nama lengkap"),
                    value=known_name,
                    autocomplete="name",
                ),
                Field(
                    "username",
                    _("Nama pengguna"),
                    value=known_username,
                    autocomplete="username",
                ),
                *_password_fields(),
            ],
            hidden=[("token", form.get("token", ""))],
            problem=problem,
            office=known,
            status=400 if problem else 200,
        )
