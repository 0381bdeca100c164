"""Upload and download on a real server: what is kept, what is refused, who may have it."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.web.conftest import Server
from workbench.domain.people import Role
from workbench.services import demo_files
from workbench.ui.routes import content_disposition

DATASET = "penduduk-jenis-kelamin"  # of the agency that tests.app_helpers calls PRODUCER
LIMIT = 1 << 20
LOCKED = Path(__file__).parents[1] / "reading" / "files"


@pytest.fixture(scope="module")
def small(start_server: Callable[..., Server]) -> Server:
    """A server that takes files up to 1 MB."""
    return start_server(upload_limit_mb="1")


def client(server: Server, role: Role) -> httpx.Client:
    name, _eq, value = server.cookie(role).partition("=")
    return httpx.Client(base_url=server.base, cookies={name: value}, timeout=60)


def send(
    browser: httpx.Client, content: bytes, *, name: str = "berkas.xlsx", dataset: str = DATASET, key: str = ""
) -> httpx.Response:
    headers = {"X-File-Name": quote(name)} | ({"Idempotency-Key": key} if key else {})
    return browser.put("/unggah", params={"dataset": dataset, "period": "2025"}, content=content, headers=headers)


def leftovers(server: Server) -> list[str]:
    folder = server.data_dir / "incoming"
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def test_a_file_is_received_kept_and_given_back_byte_for_byte(small: Server) -> None:
    file = demo_files.workbook(DATASET, "2025")
    browser = client(small, Role.PRODUCER_STAFF)
    answer = send(browser, file.content, name=file.name, key="a")
    assert answer.status_code == 201, answer.text
    sha256 = hashlib.sha256(file.content).hexdigest()
    assert answer.json()["sha256"] == sha256 and answer.json()["size"] == len(file.content)
    assert answer.json()["receipt"] and not answer.json()["unusable"]

    again = send(browser, file.content, name=file.name, key="a")
    assert again.json()["receipt"] == answer.json()["receipt"], "the same click is the same receipt"
    other = send(browser, file.content, name=file.name, key="b")
    assert other.json()["receipt"] != answer.json()["receipt"]
    assert answer.json()["receipt"] in other.json()["warning"]

    got = browser.get(f"/berkas/{sha256}")
    assert got.content == file.content
    assert got.headers["etag"] == f'"{sha256}"'
    assert got.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in got.headers["content-security-policy"]
    assert browser.get(f"/berkas/{sha256}", headers={"If-None-Match": f'"{sha256}"'}).status_code == 304
    assert browser.get(f"/berkas/{sha256}?lihat=1").headers["content-disposition"].startswith("attachment")
    assert client(small, Role.STAFF).get(f"/berkas/{sha256}").content == file.content
    assert client(small, Role.REQUESTER).get(f"/berkas/{sha256}").status_code == 404
    assert httpx.get(f"{small.base}/berkas/{sha256}").status_code == 401
    assert not leftovers(small)


def test_a_locked_workbook_is_kept_with_one_sentence_and_the_server_goes_on(small: Server) -> None:
    browser = client(small, Role.PRODUCER_STAFF)
    for name in ("terkunci.xlsx", "terkunci.xls"):
        content = (LOCKED / name).read_bytes()
        answer = send(browser, content, name=name, key=name)
        assert answer.status_code == 201, answer.text
        assert answer.json()["unusable"] and answer.json()["receipt"] and "kata sandi" in answer.json()["warning"]
        assert browser.get(f"/berkas/{answer.json()['sha256']}").content == content
    file = demo_files.workbook(DATASET, "2025")
    assert not send(browser, file.content, name=file.name, key="after").json()["unusable"]
    assert not leftovers(small)


@pytest.mark.parametrize("name", ["0" * 64, "..%2f..%2ftracker.sqlite3", "abc", "A" * 64])
def test_unknown_addresses_are_404_for_everybody(small: Server, name: str) -> None:
    assert client(small, Role.STAFF).get(f"/berkas/{name}").status_code in (400, 404)


def test_another_agency_and_a_requester_cannot_send(small: Server) -> None:
    assert send(client(small, Role.PRODUCER_STAFF), b"x", dataset="sekolah-sd").status_code == 403
    assert send(client(small, Role.REQUESTER), b"x").status_code == 403


def test_an_unknown_dataset_or_an_incomplete_address_is_a_sentence(small: Server) -> None:
    browser = client(small, Role.PRODUCER_STAFF)
    assert send(browser, b"x", dataset="tidak-ada").status_code == 422
    assert browser.put("/unggah", content=b"x").status_code == 422
    assert browser.get("/unggah").status_code == 400


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "kosong.xlsx"), (b"%PDF-1.7 bukan tabel", "laporan.xlsx"), (b"PK\x03\x04rusak", "r.xlsx")],
)
def test_what_cannot_be_used_is_kept_and_said_in_one_sentence(small: Server, content: bytes, name: str) -> None:
    answer = send(client(small, Role.PRODUCER_STAFF), content, name=name)
    assert answer.status_code == 201, answer.text
    assert answer.json()["unusable"] and answer.json()["warning"]
    assert client(small, Role.STAFF).get(f"/berkas/{hashlib.sha256(content).hexdigest()}").content == content


def test_beyond_the_limit_nothing_is_left_behind(small: Server) -> None:
    browser = client(small, Role.PRODUCER_STAFF)
    assert send(browser, b"a" * (LIMIT + 1)).status_code == 413

    def unannounced() -> object:
        for _part in range(20):
            yield b"a" * 100_000

    answer = browser.put(
        "/unggah", params={"dataset": DATASET, "period": "2025"}, content=unannounced(), headers={"X-File-Name": "a"}
    )
    assert answer.status_code == 413 and "1 MB" in answer.json()["message"]
    assert not leftovers(small)


def test_a_connection_cut_on_the_way_leaves_nothing(small: Server) -> None:
    cookie, place = small.cookie(Role.PRODUCER_STAFF), urlsplit(small.base)
    with socket.create_connection((place.hostname, place.port)) as wire:
        head = (
            f"PUT /unggah?dataset={DATASET}&period=2025 HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookie}\r\n"
            "Content-Length: 500000\r\nX-File-Name: a.xlsx\r\n\r\n"
        )
        wire.sendall(head.encode() + b"a" * 1000)
    for _attempt in range(50):
        if not leftovers(small):
            break
        httpx.get(f"{small.base}/_stcore/health")
    assert not leftovers(small)


@pytest.mark.parametrize(
    "name", ['a"; x="b.xlsx', "../../etc/passwd", "data\r\nX-Evil: 1.csv", "‮gpj.exe", "", "Data é.xlsx"]
)
def test_no_file_name_breaks_a_header(name: str) -> None:
    header = content_disposition(name)
    assert "\r" not in header and "\n" not in header
    header.encode("ascii")
    assert header.count('"') == 2


def test_the_form_shows_dataset_limit_and_no_script_of_its_own(small: Server) -> None:
    form = client(small, Role.PRODUCER_STAFF).get(
        "/unggah", params={"dataset": DATASET, "period": '2025"><script>alert(1)</script>'}
    )
    assert form.status_code == 200
    assert "<script>" not in form.text and "1 MB" in form.text


def test_a_list_of_what_to_mend_that_is_not_there_is_a_sentence(small: Server) -> None:
    answer = client(small, Role.PRODUCER_STAFF).get("/perbaikan/999999")
    assert answer.status_code == 404 and answer.text == "Kiriman tidak ditemukan."
    assert httpx.get(f"{small.base}/perbaikan/1").status_code != 200, "nobody without a session"
