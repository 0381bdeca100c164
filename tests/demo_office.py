"""The demo office, played once a run into a template folder and copied wherever a test wants one of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from workbench import i18n
from workbench.cli.up import ACCOUNTS_FILE, prepare
from workbench.settings import get_settings
from workbench.storage import database

TOKEN_FILE = "token.txt"  # the administrator's one-time token, which only the first start is told


def play_into(folder: Path) -> Path:
    """A first start on an empty folder: the office, its accounts, and the main job up to the draft that waits."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("WORKBENCH_")]:
            patch.delenv(name)
        patch.setenv("WORKBENCH_DATA_DIR", str(folder))
        database.dispose()
        get_settings.cache_clear()
        i18n.set_language("id")
        (folder / TOKEN_FILE).write_text(prepare(demo=True), encoding="utf-8")
        database.dispose()
    get_settings.cache_clear()
    return folder


def played_once(base: Path) -> Path:
    """The demo office in ``base``, played by the first of several processes that ask; a cut-off play is begun anew."""
    with (base / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = base / "demo"
        if not done.exists():
            begun = base / f"demo-{os.getpid()}"
            play_into(begun)
            begun.rename(done)
        return done


def copy_to(template: Path, folder: Path) -> Path:
    """A copy that may be changed: the database is copied, what never changes in place is linked."""

    def copy(source: str, target: str) -> str:
        if Path(source).parent == template:
            return shutil.copy2(source, target)
        os.link(source, target)
        return target

    shutil.copytree(template, folder, copy_function=copy, dirs_exist_ok=True)
    return folder


def accounts(folder: Path) -> dict[str, str]:
    """Passwords by login name, from the file that the first start wrote."""
    lines = (folder / ACCOUNTS_FILE).read_text(encoding="utf-8").splitlines()
    return {line.split()[0]: line.split()[1] for line in lines}
