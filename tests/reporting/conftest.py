"""Editions that several tests read; they are frozen, so one of each is enough for the whole run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reporting import samples
from workbench.reporting.edition import Edition
from workbench.services.render import RenderResult, RenderSpec, render
from workbench.settings import CHECKOUT

YEARBOOK = CHECKOUT / "data" / "reference" / "yearbook" / "kota-surakarta.yaml"


@pytest.fixture(scope="session")
def edition_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All datasets of the yearbook, five years, with one missing figure and one provisional indicator."""
    return samples.full_edition(tmp_path_factory.mktemp("full") / "2025-1")


@pytest.fixture
def edition(edition_dir: Path):
    with Edition.open(edition_dir) as opened:
        yield opened


@pytest.fixture(scope="session")
def rendered(edition_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> RenderResult:
    """The whole yearbook, rendered once."""
    spec = RenderSpec("yearbook", edition_dir, YEARBOOK, {"language": "id"})
    return render(spec, tmp_path_factory.mktemp("render") / "out", progress=lambda share, step: None)
