"""``/unggah``: one file as the body of a PUT, streamed to disk and counted on the way; and the form that sends it.

The bytes are safe in the content store before anything looks at them; only then the submission is recorded.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from workbench import i18n
from workbench.domain.errors import Refused, WorkbenchError
from workbench.i18n import _, language
from workbench.services import people
from workbench.settings import get_settings
from workbench.storage import datasets
from workbench.ui.gate import Identity
from workbench.ui.resources import reading, writing
from workbench.ui.routes_html import form_page, language_of, render

MEGABYTE = 1 << 20


class TooLarge(Refused):
    """The file is beyond the limit of the settings."""


def _too_large() -> str:
    return _("Berkas melebihi {limit} MB. Bagi menjadi beberapa berkas, atau hapus gambar di dalamnya.").format(
        limit=get_settings().upload_limit_mb
    )


def _words() -> dict[str, str]:
    limit = get_settings().upload_limit_mb
    return {
        "choose": _("Pilih berkas, atau seret ke sini"),
        "kinds": _("XLSX, XLS, ODS atau CSV, paling besar {limit} MB. Kirim apa adanya; tidak perlu dirapikan.").format(
            limit=limit
        ),
        "send": _("Kirim berkas"),
        "sending": _("Mengirim… {percent} %"),
        "storing": _("Menyimpan…"),
        "too_large": _too_large(),
        "empty": _("Berkas ini kosong (0 byte). Tidak ada yang dikirim."),
        "broken": _("Pengiriman terputus; belum ada yang tersimpan. Periksa jaringan lalu kirim lagi."),
        "login": _("Sesi Anda berakhir; belum ada yang tersimpan. Masuk lagi lalu kirim ulang."),
        "received": _("Berkas diterima dan tersimpan utuh."),
        "receipt": _("Nomor tanda terima"),
        "file": _("Berkas"),
        "size": _("Ukuran"),
        "at": _("Diterima"),
        "go_on": _("Lihat kiriman saya"),
        "again": _("Kirim berkas lain"),
        "noscript": _("Halaman ini memerlukan JavaScript."),
    }  # fmt: skip


def _target(request: Request) -> tuple[str, str, int | None]:
    """Dataset, period and case that the address names."""
    case = request.query_params.get("case", "")
    if case and not case.isdecimal():
        raise Refused(_("Alamat formulir tidak lengkap. Buka lagi dari halaman Kirim data."))
    dataset, period = request.query_params.get("dataset", ""), request.query_params.get("period", "")
    if not dataset or not period:
        raise Refused(_("Alamat formulir tidak lengkap. Buka lagi dari halaman Kirim data."))
    return dataset[:100], period[:20], int(case) if case else None


async def upload(request: Request) -> Response:
    """GET the form, PUT the file."""
    with i18n.speaking(language_of(request)):
        if request.method == "PUT":
            return await _put(request)
        try:
            dataset, period, _case = _target(request)
            title = _dataset_title(dataset)
        except WorkbenchError as error:
            return form_page(request, title=_("Formulir tidak ditemukan"), problem=str(error), status=400)
        return render(
            "upload.html",
            title=_("Kirim berkas data"),
            framed="bingkai" in request.query_params,
            target=f"{request.url.path}?{request.url.query}",
            limit_bytes=get_settings().upload_limit_mb * MEGABYTE,
            facts=[(_("Data"), title), (_("Periode"), period)],
            words=_words(),
            after="/kirim",
        )


async def _put(request: Request) -> Response:
    identity: Identity = request.scope["state"]["identity"]
    name = unquote(request.headers.get("x-file-name", ""))
    temporary: Path | None = None
    try:
        dataset, period, case = _target(request)
        temporary = await _stream(request)
        submission = await run_in_threadpool(_receive, temporary, identity, name, dataset, period, case)
    except TooLarge as error:
        return JSONResponse({"message": str(error)}, 413, headers={"Connection": "close"})
    except ClientDisconnect:
        return JSONResponse({"message": _words()["broken"]}, 400)
    except WorkbenchError as error:
        return JSONResponse({"message": str(error)}, 422)
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)
    return JSONResponse(submission, 201)


async def _stream(request: Request) -> Path:
    """The body in a private temporary file; nothing is left behind when it is too large, empty or cut off."""
    limit = get_settings().upload_limit_mb * MEGABYTE
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise TooLarge(_too_large())
    handle, name = tempfile.mkstemp(dir=get_settings().folder("incoming"), suffix=".part")
    path, size, whole = Path(name), 0, False
    try:
        with os.fdopen(handle, "wb") as out:
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise TooLarge(_too_large())
                await run_in_threadpool(out.write, chunk)
        if announced.isdecimal() and int(announced) != size:
            raise Refused(_words()["broken"])
        if size == 0:
            raise Refused(_words()["empty"])
        whole = True
        return path
    finally:
        if not whole:
            path.unlink(missing_ok=True)


def _dataset_title(dataset_id: str) -> str:
    definition = datasets.get(dataset_id)
    return definition.title_en if language() == "en" and definition.title_en else definition.title


def _receive(path: Path, identity: Identity, name: str, dataset: str, period: str, case: int | None) -> dict[str, Any]:
    from workbench.services import collect

    with reading() as session:
        person = people.person(session, identity.person_id)
    with path.open("rb") as stream, writing() as session:
        source: BinaryIO = stream
        submission = collect.receive(
            session, stream=source, file_name=name, dataset_id=dataset, period=period, case_id=case, by=person
        )
    zone = ZoneInfo(get_settings().time_zone)
    return {
        "receipt": submission.receipt,
        "sha256": submission.file_sha256,
        "size": path.stat().st_size,
        "received": format_datetime(submission.received_at.astimezone(zone), "EEEE, d MMMM y HH.mm", locale=language()),
    }
