"""``/unggah``: one file as the body of a PUT, streamed to disk and counted on the way; and the form that sends it.

The bytes are safe in the content store before anything looks at them; only then the submission is recorded.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from workbench import i18n
from workbench.domain.errors import NotAllowed, Refused, UnreadableFile, WorkbenchError
from workbench.domain.file_names import safe_name
from workbench.domain.people import WALIDATA_ROLES, Person
from workbench.domain.sla_words import moment_words
from workbench.i18n import _, language
from workbench.services import collect, people
from workbench.services.collect import Receipt
from workbench.settings import get_settings
from workbench.storage import datasets, files
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
        "storing": _("Menyimpan dan membaca berkas…"),
        "too_large": _too_large(),
        "broken": _("Pengiriman terputus; belum ada yang tersimpan. Periksa jaringan lalu kirim lagi."),
        "login": _("Sesi Anda berakhir; belum ada yang tersimpan. Masuk lagi lalu kirim ulang."),
        "received": _("Berkas diterima dan tersimpan utuh."),
        "kept": _("Berkas tersimpan, tetapi belum dapat dipakai."),
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
        person = await run_in_threadpool(_sender, identity, dataset)
        temporary = await _stream(request)
        # The form makes the key when a file is chosen: a second click or a retry is the same intention to send.
        idem = f"upload:{person.id}:{request.headers.get('idempotency-key', '')[:64] or secrets.token_hex(16)}"
        receipt = await run_in_threadpool(_receive, temporary, person, name, dataset, period, case, idem)
    except TooLarge as error:
        return JSONResponse({"message": str(error)}, 413, headers={"Connection": "close"})
    except NotAllowed as error:
        return JSONResponse({"message": str(error)}, 403, headers={"Connection": "close"})
    except ClientDisconnect:
        return JSONResponse({"message": _words()["broken"]}, 400)
    except WorkbenchError as error:
        return JSONResponse({"message": str(error)}, 422)
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)
    return JSONResponse(_answer(receipt), 201)


async def _stream(request: Request) -> Path:
    """The body in a private temporary file; nothing is left behind when it is too large or cut off."""
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
        whole = True
        return path
    finally:
        if not whole:
            path.unlink(missing_ok=True)


def _dataset_title(dataset_id: str) -> str:
    definition = datasets.get(dataset_id)
    return definition.title_en if language() == "en" and definition.title_en else definition.title


def _sender(identity: Identity, dataset: str) -> Person:
    """Who sends, if they may send for this dataset: asked before the body is read, and again when recorded."""
    with reading() as session:
        person = people.person(session, identity.person_id)
    if datasets.get(dataset).opd_code not in person.opd_codes and not person.roles & WALIDATA_ROLES:
        raise NotAllowed(_("Dataset ini bukan milik perangkat daerah Anda. Tidak ada yang dikirim."))
    return person


def _receive(path: Path, person: Person, name: str, dataset: str, period: str, case: int | None, idem: str) -> Receipt:
    with path.open("rb") as stream:
        stored = files.put(stream)
    # Read before the transaction, so that the tracker is held for a moment only; what cannot be read is kept as well.
    with contextlib.suppress(UnreadableFile):
        collect.read_stored(stored.sha256, safe_name(name))
    with writing() as session:
        return collect.receive(
            session,
            dataset_id=dataset,
            period=period,
            by=person,
            file_name=name,
            content=stored.sha256,
            case_id=case,
            idem=idem,
        )


def _answer(receipt: Receipt) -> dict[str, Any]:
    at = receipt.received_at.astimezone(ZoneInfo(get_settings().time_zone))
    warning = receipt.refusal
    if not warning and receipt.duplicate_of:
        warning = _("Isi berkas ini sama persis dengan kiriman {number}.").format(number=receipt.duplicate_of)
    return {
        "receipt": receipt.number,
        "sha256": receipt.sha256,
        "size": receipt.size,
        "received": f"{moment_words(at)} {at.tzname()}",
        "unusable": bool(receipt.refusal),
        "warning": warning,
    }
