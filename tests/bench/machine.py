"""What the figures were measured on, and peaks of memory in processes of their own."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import psutil

from workbench.settings import CHECKOUT

_PACKAGES = ("duckdb", "numpy", "pyarrow", "python-calamine", "papermill", "typst")


def facts() -> str:
    """The machine and the versions, in two lines."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{platform.system()} {platform.machine()}, {cores()} cores, {memory_gb():.0f} GB, "
        f"load {os.getloadavg()[0]:.1f}\n"
        f"Python {platform.python_version()}, {packages}"
    )


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_gb() -> float:
    """Memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def high_water_mb(pid: int | str = "self") -> float:
    """Peak resident memory of a process since it became what it is; 0 when it is gone.

    ``getrusage`` would also count what its parent had at the moment of the fork.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def measured(module: str, function: str, *arguments: str) -> None:
    """Run ``module.function(*arguments)`` here and print the peaks of this process and of the largest it starts."""
    largest, ended = 0.0, threading.Event()

    def watch() -> None:
        nonlocal largest
        while not ended.wait(0.02):
            for child in psutil.Process().children(recursive=True):
                largest = max(largest, high_water_mb(child.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    getattr(import_module(module), function)(*arguments)
    ended.set()
    watcher.join()
    sys.stdout.write(f"\n{json.dumps([high_water_mb(), largest])}\n")


def peak_of(module: str, function: str, *arguments: str) -> tuple[float, float]:
    """Peak MB of a fresh process that runs ``module.function(*arguments)``, and of the largest process it starts."""
    code = "import sys; from tests.bench.machine import measured; measured(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, module, function, *arguments],
        cwd=CHECKOUT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    own, children = json.loads(done.stdout.splitlines()[-1])
    return own, children
