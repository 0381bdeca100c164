"""`workbench lab`: JupyterLab on the notebooks of this checkout, for reading and trying; reviewed ones are rendered."""

from __future__ import annotations

import os
import sys

import click

from workbench import extras
from workbench.settings import CHECKOUT


@click.command()
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(options: tuple[str, ...]) -> None:
    """Open the notebooks in JupyterLab (an extra; says how to install it where it is missing)."""
    extras.need("lab")
    os.execv(
        sys.executable, [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(CHECKOUT / "notebooks"), *options]
    )
