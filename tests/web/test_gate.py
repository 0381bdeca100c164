"""Sessions, sockets and routes of a real server, attacked by hand."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import httpx
import pytest

from tests.app_helpers import PRODUCER
from tests.web.conftest import Server
from tests.web.raw_client import RawClient, Refusals, alone, is_refused
from workbench.domain.people import Role

CLOSED = ["/_stcore/metrics", "/_stcore/host-config", "/media/abc.png", "/berkas/" + "0" * 64, "/unggah", "/sesi", "/x"]


def cookies(header: str) -> dict[str, str]:
    name, _eq, value = header.partition("=")
    return {name: value}


@pytest.mark.parametrize("path", CLOSED)
def test_a_visitor_gets_nothing_but_401(server: Server, path: str) -> None:
    answer = httpx.get(server.base + path)
    assert answer.status_code in (401, 404)
    assert len(answer.content) < 200


@pytest.mark.parametrize("path", ["/", "/papan", "/orang?x=1"])
def test_a_visitor_who_asks_for_a_page_is_led_to_the_login(server: Server, path: str) -> None:
    answer = httpx.get(server.base + path, headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/masuk")


def test_metrics_are_closed_to_everybody(server: Server) -> None:
    answer = httpx.get(f"{server.base}/_stcore/metrics", cookies=cookies(server.cookie(Role.ADMINISTRATOR)))
    assert answer.status_code == 404


def test_upload_of_streamlit_needs_a_session(server: Server) -> None:
    url = f"{server.base}/_stcore/upload_file/11111111-1111-1111-1111-111111111111/f1"
    assert httpx.put(url, files={"f": b"x"}).status_code == 401


def test_every_answer_carries_the_policy(server: Server) -> None:
    cookie = cookies(server.cookie(Role.STAFF))
    for path in ("/masuk", "/", "/web/base.css", "/_stcore/health", "/tidak-ada"):
        answer = httpx.get(server.base + path, cookies=cookie)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy and "object-src 'none'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert "'unsafe-eval'" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_login_gives_a_new_httponly_cookie(server: Server) -> None:
    answer = server.login(Role.STAFF, cookies={"ssw": "chosen-by-an-attacker"})
    assert answer.status_code == 303
    given = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("ssw="))
    assert "HttpOnly" in given and "samesite=lax" in given.lower() and "Path=/" in given
    assert answer.cookies["ssw"] != "chosen-by-an-attacker"
    assert httpx.get(f"{server.base}/sesi", cookies={"ssw": "chosen-by-an-attacker"}).status_code == 401
    assert httpx.get(f"{server.base}/sesi", cookies={"ssw": answer.cookies["ssw"]}).status_code == 204


def test_over_https_the_cookie_is_host_bound_and_the_plain_one_means_nothing(server: Server) -> None:
    behind_proxy = {"x-forwarded-proto": "https"}
    answer = server.login(Role.STAFF, headers=behind_proxy)
    given = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("__Host-ssw="))
    assert "Secure" in given and "strict-transport-security" in answer.headers
    token = given.split(";")[0].split("=", 1)[1]
    plain = httpx.get(f"{server.base}/sesi", headers={**behind_proxy, "cookie": f"ssw={token}"})
    bound = httpx.get(f"{server.base}/sesi", headers={**behind_proxy, "cookie": f"__Host-ssw={token}"})
    assert (plain.status_code, bound.status_code) == (401, 204)


def test_a_login_ends_the_session_it_replaces(server: Server) -> None:
    before = cookies(server.cookie(Role.STAFF))
    assert server.login(Role.STAFF, cookies=before).status_code == 303
    assert httpx.get(f"{server.base}/sesi", cookies=before).status_code == 401


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "http://evil.example"}]
)
def test_other_sites_cannot_log_in_or_out_or_upload(server: Server, headers: dict[str, str]) -> None:
    assert server.login(Role.STAFF, headers=headers).status_code == 403
    cookie = cookies(server.cookie(Role.PRODUCER_STAFF))
    assert httpx.post(f"{server.base}/keluar", cookies=cookie, headers=headers).status_code == 403
    target = f"{server.base}/unggah?dataset=a&period=2025"
    assert httpx.put(target, cookies=cookie, headers=headers, content=b"x").status_code == 403
    assert httpx.get(f"{server.base}/sesi", cookies=cookie).status_code == 204


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", ""]
)
def test_login_never_leads_to_another_site(server: Server, wanted: str) -> None:
    data = {"username": Role.STAFF.value, "password": server.password, "lanjut": wanted}
    assert httpx.post(f"{server.base}/masuk", data=data).headers["location"] == "/"


def test_login_leads_back_to_the_page_asked_for(server: Server) -> None:
    asked = httpx.get(f"{server.base}/perkara?case=3", headers={"accept": "text/html"}).headers["location"]
    form = httpx.get(server.base + asked).text
    assert 'value="/perkara?case=3"' in form


def test_nine_wrong_passwords_close_the_door_for_the_right_one_too(server: Server) -> None:
    codes = [server.login(Role.CLERK, "kata sandi yang salah").status_code for _ in range(9)]
    assert codes[:8] == [401] * 8 and codes[8] == 429
    assert server.login(Role.CLERK).status_code == 429
    unknown = server.login("tidak-ada-orang-ini", "kata sandi yang salah")
    known = server.login(Role.BPS, "kata sandi yang salah")
    assert unknown.status_code == known.status_code == 401
    assert unknown.text.replace("tidak-ada-orang-ini", "N") == known.text.replace(Role.BPS.value, "N")


def test_words_typed_into_the_login_are_not_html(server: Server) -> None:
    answer = server.login('"><script>alert(1)</script>', "x")
    assert "<script>" not in answer.text


def test_sockets_without_session_or_from_elsewhere_are_refused(server: Server) -> None:
    cookie = server.cookie(Role.STAFF)

    async def attack() -> list[bool]:
        return [
            await is_refused(server.stream),
            await is_refused(server.stream, "ssw=made-up"),
            await is_refused(server.stream, cookie, origin="http://evil.example"),
            await is_refused(server.stream, cookie, origin=None),
            await is_refused(server.stream, cookie),
        ]

    assert alone(attack()) == [True, True, True, True, False]


def test_a_forged_identity_is_dropped(server: Server) -> None:
    forged = {"x-ssw-id": f"{server.numbers[Role.ADMINISTRATOR]}:abcd"}

    async def attack() -> str:
        async with RawClient(server.stream, server.cookie(Role.PRODUCER_STAFF), headers=forged) as client:
            said = await client.run()
            assert "orang" not in client.pages
            return said

    said = alone(attack())
    assert "Nama producer" in said.replace("\\", "") and "Nama administrator" not in said.replace("\\", "")


def test_a_page_of_another_role_is_not_reached_by_hash_or_name(server: Server) -> None:
    async def attack() -> tuple[str, str]:
        async with RawClient(server.stream, server.cookie(Role.ADMINISTRATOR)) as admin:
            await admin.run()
            page_hash = admin.pages["orang"]
            shown = await admin.run(page_hash=page_hash)
        async with RawClient(server.stream, server.cookie(Role.PRODUCER_STAFF)) as client:
            await client.run()
            return shown, await client.run(page_hash=page_hash, page_name="orang")

    shown, refused = alone(attack())
    assert "Orang & penugasan" in shown
    assert "Orang & penugasan" not in refused


def test_another_persons_streamlit_session_cannot_be_taken_over(server: Server) -> None:
    async def attack() -> None:
        first, second = server.cookie(Role.STAFF), server.cookie(Role.SECTION_HEAD)
        async with RawClient(server.stream, first) as owner:
            await owner.run()
            async with RawClient(server.stream, second, session_id=owner.session_id) as thief:
                said = await thief.run()
                assert thief.session_id != owner.session_id
                assert "Nama staff" not in said
            session_id = owner.session_id
        async with RawClient(server.stream, second, session_id=session_id) as thief:
            await thief.run()
            assert thief.session_id != session_id
        async with RawClient(server.stream, first, session_id=session_id) as owner:
            await owner.run()
            assert owner.session_id == session_id

    alone(attack())


def test_logout_closes_open_sockets_at_once_and_kills_the_cookie(server: Server) -> None:
    async def attack() -> None:
        cookie = server.cookie(Role.STAFF)
        async with RawClient(server.stream, cookie) as client:
            await client.run()
            answer = await asyncio.to_thread(httpx.post, f"{server.base}/keluar", cookies=cookies(cookie))
            assert answer.status_code == 303 and "ssw=" in answer.headers["set-cookie"]
            assert await client.wait_closed(5)
        assert await is_refused(server.stream, cookie)
        assert httpx.get(f"{server.base}/sesi", cookies=cookies(cookie)).status_code == 401

    alone(attack())


def test_a_session_ended_elsewhere_ends_at_the_next_message(server: Server) -> None:
    async def attack() -> None:
        cookie = server.cookie(Role.DIVISION_HEAD)
        digest = hashlib.sha256(cookie.partition("=")[2].encode()).hexdigest()
        async with RawClient(server.stream, cookie) as client:
            await client.run()
            await asyncio.sleep(2.2)
            _execute(server, "DELETE FROM login_session WHERE token_sha256 = ?", digest)
            with pytest.raises(Refusals):
                await client.run()

    alone(attack())


def test_a_post_taken_away_is_gone_at_the_next_run(server: Server) -> None:
    async def attack() -> None:
        async with RawClient(server.stream, server.cookie(Role.REQUESTER)) as client:
            assert "Beranda" in await client.run()
            _execute(
                server,
                "UPDATE assignment SET valid_to = '2000-01-01' WHERE person_id = ?",
                server.numbers[Role.REQUESTER],
            )
            assert "belum memiliki penugasan" in await client.run()

    alone(attack())


def test_one_login_cannot_open_sockets_without_end(server: Server) -> None:
    async def attack() -> None:
        cookie = server.cookie(Role.SECRETARY)
        clients = [RawClient(server.stream, cookie) for _ in range(6)]
        for client in clients:
            await client.__aenter__()
        assert await is_refused(server.stream, cookie)
        for client in clients:
            await client.__aexit__(None, None, None)

    alone(attack())


def test_the_language_follows_the_switch(server: Server) -> None:
    answer = httpx.get(f"{server.base}/bahasa?ke=en&lanjut=/masuk")
    assert answer.status_code == 303 and answer.headers["location"] == "/masuk"
    assert '<html lang="en">' in httpx.get(f"{server.base}/masuk", cookies={"bahasa": answer.cookies["bahasa"]}).text
    assert httpx.get(f"{server.base}/bahasa?ke=xx&lanjut=//evil.example").headers["location"] == "/"


def test_health_says_what_it_checked(server: Server) -> None:
    answer = httpx.get(f"{server.base}/sehat")
    assert answer.status_code == 200 and answer.json() == {"ok": True, "database": True, "disk": True}


@pytest.mark.parametrize("name", ["../app.py", "..%2f..%2fsettings.py", "fonts%2f..%2fbase.css", "halves.html"])
def test_only_listed_files_are_public(server: Server, name: str) -> None:
    assert httpx.get(f"{server.base}/web/{name}").status_code in (400, 401, 404)


def test_the_database_and_the_log_are_private(server: Server) -> None:
    assert (server.data_dir / "tracker.sqlite3").stat().st_mode & 0o077 == 0


class TestFirstRun:
    """An empty workbench: the one-time link, and nothing after it."""

    @pytest.fixture(scope="class")
    def fresh(self, start_server: Callable[..., Server]) -> Server:
        return start_server(office=False)

    def test_one_link_one_administrator(self, fresh: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        from workbench.services import first_run
        from workbench.settings import get_settings

        monkeypatch.setenv("WORKBENCH_DATA_DIR", str(fresh.data_dir))
        get_settings.cache_clear()
        url = f"{fresh.base}/siapkan"
        assert httpx.get(url).status_code == 403, "no token file: nobody may set up"
        token = first_run.token()
        assert first_run.token_file().stat().st_mode & 0o077 == 0
        form = {
            "token": token, "username": "kepala", "name": "Kepala Uji", "password": "kalimat sandi yang panjang",
            "again": "kalimat sandi yang panjang", "office_code": PRODUCER, "office_name": "Dinas Uji",
        }  # fmt: skip
        assert httpx.get(url, params={"token": "x" * 43}).status_code == 403
        assert httpx.post(url, data={**form, "token": "x" * 43}).status_code == 403
        assert httpx.post(url, data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert httpx.post(url, data={**form, "password": "pendek", "again": "pendek"}).status_code == 400
        assert httpx.post(url, data={**form, "again": "lain sama sekali"}).status_code == 400
        assert fresh.login("kepala", "kalimat sandi yang panjang").status_code == 401
        assert httpx.post(url, data=form).status_code == 303
        assert not first_run.token_file().exists()
        assert httpx.post(url, data={**form, "username": "lain"}).status_code == 404
        assert httpx.get(url, params={"token": token}).status_code == 404
        assert fresh.login("kepala", "kalimat sandi yang panjang").status_code == 303
        get_settings.cache_clear()


def _execute(server: Server, statement: str, *values: object) -> None:
    from workbench.storage.database import sqlite_module

    connection = sqlite_module().connect(server.data_dir / "tracker.sqlite3", timeout=10)
    connection.execute(statement, values)
    connection.commit()
    connection.close()
