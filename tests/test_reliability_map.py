"""The map of R1 to R18 names tests that exist, so that a renamed test does not leave a promise without proof."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

HERE = Path(__file__).parent
TEXT = (HERE / "RELIABILITY.md").read_text(encoding="utf-8")


def test_every_promise_has_its_row() -> None:
    assert re.findall(r"^\| (R\d+) ", TEXT, re.MULTILINE) == [f"R{n}" for n in range(1, 19)]


def test_every_named_test_exists() -> None:
    named = re.findall(r"`((?:tests/)?[\w/]+\.py)?(?:::(test_\w+\*?))?`", TEXT)
    last, checked = "", 0
    for path, test in named:
        last = path or last
        if not path and not test:
            continue
        file = HERE / last.removeprefix("tests/")
        assert file.is_file(), last
        checked += 1
        if test:
            there = re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert any(fnmatch(name, test) for name in there), f"{last}::{test}"
    assert checked > 25
