"""A server that has just started runs no page without the router, whatever the first client asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.util import calc_hash

from tests.web.conftest import Server
from tests.web.raw_client import RawClient, alone
from workbench.domain.people import Role
from workbench.settings import CHECKOUT
from workbench.ui import navigation
from workbench.ui.server import SCRIPT


def test_there_is_no_script_directly_in_pages() -> None:
    assert not list(navigation.PAGES_FOLDER.glob("*.py"))
    assert not (SCRIPT.parent / "pages").exists()


@pytest.mark.parametrize("asked", ["people", "admin", "orang", "calendar"])
def test_the_first_client_of_a_cold_server_meets_the_router(start_server: Callable[..., Server], asked: str) -> None:
    cold = start_server()

    async def attack() -> str:
        async with RawClient(cold.stream, cold.cookie(Role.REQUESTER)) as client:
            return await client.run(page_name=asked, page_hash=calc_hash(asked))

    said = alone(attack())
    assert "Beranda" in said or said == ""
    assert "Orang & penugasan" not in said


def test_every_page_file_is_registered() -> None:
    files = {path.relative_to(navigation.PAGES_FOLDER).as_posix() for path in navigation.PAGES_FOLDER.glob("*/*.py")}
    files = {name for name in files if not name.endswith("__init__.py")}
    assert files <= {spec.file for spec in navigation.PAGES}
    assert (CHECKOUT / "app.py").exists()


def test_addresses_are_unique() -> None:
    addresses = [spec.url_path for spec in navigation.PAGES]
    assert len(addresses) == len(set(addresses))
    assert sum(spec.default for spec in navigation.PAGES) == 1
