"""Heavy optional parts: whoever asks for one that is not installed is told how to install it."""

from __future__ import annotations

from importlib.util import find_spec

from workbench.domain.errors import Refused
from workbench.i18n import _

MODULES = {"dask": "distributed", "lab": "jupyterlab", "documents": "pypandoc"}
"""Extra of ``pyproject.toml`` → the module it brings."""


def need(extra: str) -> None:
    """``Refused`` with the command that installs an extra, where it is missing."""
    if find_spec(MODULES[extra]) is None:
        raise Refused(
            _("Bagian ini perlu paket tambahan. Pasang dengan: .venv/bin/pip install '.[{extra}]'").format(extra=extra)
        )
