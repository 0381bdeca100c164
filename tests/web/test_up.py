"""`workbench up` and `workbench user` as a newcomer meets them, and the supervisor when children die."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.app_helpers import PASSWORD, make_office
from tests.demo_office import TOKEN_FILE
from tests.web.conftest import free_port
from workbench.cli import supervision
from workbench.cli.up import ACCOUNTS_FILE, prepare
from workbench.cli.user import user
from workbench.domain.people import Role
from workbench.services import people
from workbench.settings import CHECKOUT, get_settings
from workbench.storage import database


def start_up(data_dir: Path, port: int, *options: str, **settings: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    environment = {**clean, "WORKBENCH_DATA_DIR": str(data_dir), **settings}
    command = [sys.executable, "-m", "workbench", "up", "--no-demo", "--port", str(port), *options]
    return subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def healthy(port: int, seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/sehat", timeout=2).status_code == 200:
                return True
        except httpx.HTTPError:
            time.sleep(0.2)
    return False


@pytest.mark.slow
def test_up_on_a_fresh_machine_survives_a_killed_child_and_ends_in_order(tmp_path: Path) -> None:
    data_dir, port = tmp_path / "var", free_port()
    process = start_up(data_dir, port, "--no-worker")
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout or []), daemon=True)
    reader.start()
    try:
        assert healthy(port)
        until = time.monotonic() + 20
        while time.monotonic() < until and not any("/siapkan?token=" in line for line in said):
            time.sleep(0.1)
        link = re.search(r"http://\S+/siapkan\?token=\S+", "".join(said))
        assert link, said
        assert httpx.get(link.group()).status_code == 200
        assert (data_dir / "kunci-siapkan").stat().st_mode & 0o777 == 0o600
        (web,) = children_of(process.pid)
        os.kill(web, signal.SIGKILL)
        time.sleep(1)
        assert healthy(port), "the web application was started again"
        (again,) = children_of(process.pid)
        assert again != web
    finally:
        process.terminate()
    assert process.wait(30) == 0
    assert not Path(f"/proc/{again}").exists() or "zombie" in Path(f"/proc/{again}/status").read_text()


def test_up_refuses_an_open_network_and_a_busy_port_in_a_sentence(tmp_path: Path) -> None:
    process = start_up(tmp_path / "a", free_port(), WORKBENCH_HOST="0.0.0.0")
    said, _err = process.communicate(timeout=60)
    assert process.returncode == 1 and "HTTPS" in said and "Traceback" not in said
    assert not (tmp_path / "a").exists()
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        process = start_up(tmp_path / "b", busy.getsockname()[1])
        said, _err = process.communicate(timeout=60)
    assert process.returncode == 1 and "--port" in said and "Traceback" not in said


def supervise(*children: supervision.Child, seconds: float) -> tuple[int, list[str]]:
    said: list[str] = []
    supervisor = supervision.Supervisor(children, said.append)
    threading.Timer(seconds, supervisor.stopping.set).start()
    return supervisor.run(lambda: None), said


def python(code: str, *, essential: bool = False) -> supervision.Child:
    return supervision.Child("child", [sys.executable, "-c", code], CHECKOUT, essential=essential)


def test_an_essential_child_that_will_not_start_ends_everything() -> None:
    code, said = supervise(python("raise SystemExit(3)", essential=True), python("input()"), seconds=60)
    assert code == 1
    assert "giving up" in said[-1] and "exited with 3" in said[0]


def test_another_child_may_fail_without_taking_the_rest_along() -> None:
    stays = python("import time; time.sleep(60)", essential=True)
    code, _said = supervise(stays, python("raise SystemExit(1)"), seconds=3)
    assert code == 0
    assert not stays.alive


def test_a_child_that_ignores_the_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "GRACE_SECONDS", 1.0)
    deaf = python("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)")
    code, _said = supervise(deaf, seconds=2)
    assert code == 0 and not deaf.alive


def test_user_add_list_reset(sqlite_db: object) -> None:
    make_office()
    run = CliRunner().invoke
    added = run(user, ["add", "siti", "--name", "Siti Aminah", "--role", "staff", "--opd", "2.16.01", "--json"])
    assert added.exit_code == 0, added.output
    link = json.loads(added.output)["link"]
    with database.writing() as session:
        people.use_setup_token(session, link.rsplit("/", 1)[1], PASSWORD)
    listed = json.loads(run(user, ["list", "--json"]).output)
    assert {"username": "siti", "has_password": True}.items() <= next(
        row for row in listed if row["username"] == "siti"
    ).items()
    assert "/atur-sandi/" in run(user, ["reset", "siti"]).output
    assert PASSWORD not in run(user, ["list"]).output


def test_demo_passwords_are_random_private_and_the_administrator_gets_a_link(demo_dir: Path) -> None:
    token = (demo_dir / TOKEN_FILE).read_text(encoding="utf-8")
    path = get_settings().data_dir / ACCOUNTS_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    accounts = {line.split()[0]: line.split()[1] for line in path.read_text(encoding="utf-8").splitlines()}
    assert len(set(accounts.values())) == len(accounts) > 5
    with database.session() as session:
        admins = {person.username for person in people.holders(session, Role.ADMINISTRATOR)}
    assert admins and not admins & set(accounts)
    name, password = next(iter(accounts.items()))
    assert people.log_in(username=name, password=password)[1].username == name
    with database.writing() as session:
        assert people.use_setup_token(session, token, PASSWORD).username in admins
    before = path.read_bytes()
    assert prepare(demo=True) == "" and path.read_bytes() == before, "a second start changes nothing"
