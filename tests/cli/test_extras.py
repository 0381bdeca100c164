"""Optional parts that are not installed say how to install them, and nothing else happens."""

import importlib.util

import pytest
from click.testing import CliRunner

from workbench import extras
from workbench.cli import cli
from workbench.domain.errors import Refused
from workbench.settings import get_settings


@pytest.mark.parametrize("extra", sorted(extras.MODULES))
def test_a_missing_extra_says_how_to_install_it(extra, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=rf"pip install '\.\[{extra}\]'"):
        extras.need(extra)


def test_an_installed_one_is_not_refused(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: importlib.util.find_spec("json"))
    extras.need("lab")


def test_a_worker_told_to_use_dask_does_not_render_here_instead(data_dir, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DASK_SCHEDULER", "tcp://127.0.0.1:8786")
    get_settings.cache_clear()
    done = CliRunner().invoke(cli, ["worker", "--once"])
    assert isinstance(done.exception, Refused)
