"""The real files beside the checkout, judged cell by cell; skipped where they are absent."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
JUDGE = ROOT.parent / "shared" / "tools" / "check_read.py"
AT_LEAST = 0.98


@pytest.mark.real_files
@pytest.mark.skipif(
    not (DATA / "opd").is_dir() or not JUDGE.exists(), reason="the real OPD files are not beside this checkout"
)
def test_real_files_are_read_right() -> None:
    command = f"{sys.executable} -m workbench read"
    result = subprocess.run(
        [sys.executable, str(JUDGE), "--reader", command, "--verbose"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    last = result.stdout.strip().splitlines()[-1]
    found = re.search(
        r"cells (\d+)/(\d+) right, (\d+) wrong value, (\d+) missing; findings (\d+)/(\d+); files crashed (\d+)", last
    )
    assert found, last
    right, cells, wrong, _missing, raised, asked, crashed = map(int, found.groups())
    print(last)
    assert (wrong, crashed) == (0, 0), result.stdout
    assert right >= AT_LEAST * cells, result.stdout
    assert raised == asked, result.stdout
