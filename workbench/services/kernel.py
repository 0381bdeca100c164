"""Running a reviewed notebook: checked parameters, a kernel that sees no secrets, deadlines, progress per cell."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from workbench.domain.errors import Refused, RenderFailed
from workbench.i18n import _

ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR", "SYSTEMROOT")
"""All that a kernel may know of our environment; in particular no ``WORKBENCH_*`` and no password."""

Progress = Callable[[float, str], None]
_MEMORY = 6 << 30
_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
_PARAMETERS_TAG = "parameters"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter of a notebook."""

    name: str
    type: str
    default: str
    help: str


def _limit_memory(pid: int | None) -> None:
    """Bound what a notebook may take, so that it dies rather than the machine.

    Only the kernel is bounded: the chart engine of the render process reserves (not uses) more than 64 GB of addresses.
    """
    if pid is not None and hasattr(resource, "prlimit"):
        _soft, hard = resource.prlimit(pid, resource.RLIMIT_AS)
        limit = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
        resource.prlimit(pid, resource.RLIMIT_AS, (limit, hard))


class QuietKernelManager(AsyncKernelManager):
    """A kernel over IPC sockets (no open ports) with a whitelisted environment."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # A socket's path must stay short, hence /tmp rather than a long TMPDIR.
        self._sockets = tempfile.mkdtemp(prefix="wbk", dir="/tmp" if Path("/tmp").is_dir() else None)
        self.transport = "ipc"
        self.ip = str(Path(self._sockets) / "k")

    async def _async_start_kernel(self, **options: Any) -> None:
        options["env"] = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        await super()._async_start_kernel(**options)

        _limit_memory(getattr(self.provisioner, "pid", None))

    start_kernel = _async_start_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._sockets, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


def parameters(notebook: Path) -> dict[str, Parameter]:
    """The parameters a notebook declares in its tagged cell; ``Refused`` when a name could be code."""
    found = {
        name: Parameter(name, str(item["inferred_type_name"]), str(item["default"]), str(item["help"]))
        for name, item in papermill.inspect_notebook(str(notebook)).items()
    }
    for name in found:
        if not name.isidentifier():
            raise Refused(_("Parameter {name} pada notebook tidak sah.").format(name=name))
    return found


def check_parameters(declared: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values, typed as declared. Unknown names are refused: papermill would run a name as code."""
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if not name.isidentifier() or name not in declared:
            raise Refused(
                _("Parameter {name} tidak dikenal. Yang ada: {known}.").format(
                    name=name, known=", ".join(sorted(declared))
                )
            )
        kind = _TYPES.get(declared[name].type, str)
        try:
            checked[name] = _typed(value, kind)
        except ValueError as error:
            raise Refused(
                _("Nilai parameter {name} harus berjenis {type}.").format(name=name, type=declared[name].type)
            ) from error
    return checked


def _typed(value: Any, kind: type) -> Any:
    if kind is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "1", "ya", "yes"):
            return True
        if str(value).lower() in ("false", "0", "tidak", "no"):
            return False
        raise ValueError(value)
    if kind is not bool and isinstance(value, bool):
        raise ValueError(value)
    return kind(value)


def code_sha256(notebook: Path) -> str:
    """A hash over the code cells alone: prose may change without running a kernel again."""
    cells = nbformat.read(notebook, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(code).encode()).hexdigest()


def execute(notebook: Path, out: Path, values: Mapping[str, Any], *, cell_seconds: int, progress: Progress) -> None:
    """Run a notebook with checked values and keep the executed copy at ``out``, also when it fails.

    ``RenderFailed`` names the part where it stopped and one line of why; the log stays in the executed notebook.
    """
    source = nbformat.read(notebook, as_version=4)
    titles = _titles(source)
    started, part = 0, ""

    def starting(cell: Any, **_event: Any) -> None:
        nonlocal started, part
        if cell.cell_type != "code":
            return
        started += 1
        part = titles.get(cell.get("id", ""), part)
        progress(min(started / (len(titles) + 1), 1.0), part)

    for attempt in (1, 2):
        try:
            papermill.execute_notebook(
                str(notebook), str(out), parameters=dict(values), progress_bar=False, cwd=str(out.parent),
                execution_timeout=cell_seconds, kernel_manager_class=QuietKernelManager, on_cell_start=starting,
            )  # fmt: skip
            return
        except PapermillExecutionError as error:
            raise RenderFailed(
                _("Notebook berhenti di bagian “{part}”: {problem}").format(
                    part=part, problem=str(error.evalue).strip().splitlines()[0][:300]
                    if str(error.evalue).strip() else error.ename,
                )
            ) from error  # fmt: skip
        except CellTimeoutError as error:
            raise RenderFailed(
                _("Bagian “{part}” melewati batas {seconds} detik dan dihentikan.").format(
                    part=part, seconds=cell_seconds
                )
            ) from error
        except DeadKernelError as error:
            raise RenderFailed(
                _("Mesin notebook mati di bagian “{part}”; mungkin memori habis.").format(part=part)
            ) from error
        except RuntimeError as error:
            # A kernel that never answered may simply have been started too slowly: once more, never twice.
            if started or attempt == 2:
                raise RenderFailed(_("Mesin notebook tidak dapat dijalankan: {problem}").format(
                    problem=str(error).splitlines()[0] if str(error) else type(error).__name__)) from error  # fmt: skip


def _titles(notebook: Any) -> dict[str, str]:
    """For every code cell the nearest heading above it: the words of the progress line and of a failure."""
    titles, heading = {}, ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            lines = [line for line in cell.source.splitlines() if line.startswith("#")]
            heading = lines[-1].lstrip("# ").strip() if lines else heading
        elif cell.cell_type == "code":
            titles[cell.get("id", "")] = heading
    return titles
