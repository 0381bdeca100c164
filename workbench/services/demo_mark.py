"""Is the demo office loaded? Asked often, answered from a mark in the data folder."""

from __future__ import annotations

from workbench.settings import get_settings

_MARK = "data-contoh"


def is_demo() -> bool:
    """Do figures of the demo office stand in this workbench?"""
    return (get_settings().data_dir / _MARK).exists()


def set_demo() -> None:
    """Mark the data folder as holding the demo office, for good."""
    settings = get_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    (settings.data_dir / _MARK).touch(mode=0o600)
