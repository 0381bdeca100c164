"""A real server process on a free port, with its own data folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.app_helpers import give_password, make_office
from workbench.domain.people import Role
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import database


@dataclass(frozen=True, slots=True)
class Server:
    """A running application and its office."""

    base: str
    data_dir: Path
    numbers: dict[Role, int]
    password: str

    @property
    def stream(self) -> str:
        return self.base.replace("http", "ws", 1) + "/_stcore/stream"

    def login(self, role: Role | str, password: str | None = None, **options: object) -> httpx.Response:
        name = role.value if isinstance(role, Role) else role
        data = {"username": name, "password": self.password if password is None else password}
        return httpx.post(f"{self.base}/masuk", data=data, **options)

    def cookie(self, role: Role) -> str:
        """A fresh session of somebody with this role, as a Cookie header."""
        return f"ssw={self.login(role).cookies['ssw']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """A function that starts a server on a new data folder; ``office=False`` leaves it empty, as on a first run."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*, office: bool = True, **settings: str) -> Server:
        data_dir, port = tmp_path_factory.mktemp("server"), free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
        environment = {
            **clean,
            "WORKBENCH_DATA_DIR": str(data_dir),
            "WORKBENCH_PORT": str(port),
            **{f"WORKBENCH_{name.upper()}": value for name, value in settings.items()},
        }
        numbers: dict[Role, int] = {}
        password = ""
        if office:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("WORKBENCH_DATA_DIR", str(data_dir))
                patch.delenv("WORKBENCH_DATABASE_URL", raising=False)
                database.dispose()
                get_settings.cache_clear()
                database.migrate()
                numbers = make_office()
                for number in numbers.values():
                    password = give_password(number)
                database.dispose()
            get_settings.cache_clear()
        with (data_dir / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=CHECKOUT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        running.append(process)
        base = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{base}/_stcore/health", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail((data_dir / "server.log").read_text())
            time.sleep(0.2)
        return Server(base, data_dir, numbers, password)

    yield start
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    """A running application with one person a role, all with the same password."""
    return start_server()
