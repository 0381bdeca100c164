"""One table in hundreds of random dressings and six formats: it comes back exactly, or the cell is flagged."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from tests.reading.dressings import FORMS, Dressed, dress, write
from workbench.domain.reading.grid import address
from workbench.domain.reading.model import Kind, Observation
from workbench.domain.reading.reader import read_grids
from workbench.storage.sheets.load import load

COUNT = 500 if os.environ.get("WORKBENCH_TEST_SCALE") == "full" else 200


def judge(sheet: Dressed, got: dict[str, Observation]) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    left = dict(got)
    for (row, column), truth in sheet.truth.items():
        found = left.pop(address(row, column), None)
        if found is None:
            verdicts["missing"] += 1
        elif truth is None:
            verdicts["right" if found.value is None and found.flag else "wrong"] += 1
        elif found.value is None:
            verdicts["flagged" if found.flag else "missing"] += 1
        elif abs(found.value - truth) > 1e-9 * max(1, abs(truth)):
            verdicts["wrong"] += 1
        else:
            verdicts["right"] += 1
            joined = "".join((*found.row, *found.column)).replace("\n", "").replace(" ", "").lower()
            area, word = sheet.labels[(row, column)]
            if area.replace(" ", "").lower() not in joined or word.replace(" ", "").lower() not in joined:
                verdicts["label"] += 1
            if ((row, column) in sheet.totals) != (found.kind is not Kind.DATA):
                verdicts["kind"] += 1
    verdicts["unwanted"] += sum(o.value is not None for o in left.values())
    return verdicts


def test_values_come_back_exactly_or_are_flagged(tmp_path: Path) -> None:
    verdicts: Counter[str] = Counter()
    for seed in range(COUNT):
        sheet = dress(seed)
        path = write(sheet, tmp_path, FORMS[seed % len(FORMS)])
        reading = read_grids(list(load(path, path.name)), path.name)
        verdicts.update(judge(sheet, {o.cell: o for t in reading.tables for o in t.observations}))
    cells = sum(verdicts[k] for k in ("right", "wrong", "missing", "flagged"))
    print(f"dressings: {COUNT} sheets, {cells} cells, {verdicts['right'] / cells:.2%} recovered, {dict(verdicts)}")
    assert verdicts["wrong"] == 0
    assert verdicts["unwanted"] == 0
    assert verdicts["right"] >= 0.99 * cells
    assert verdicts["label"] + verdicts["kind"] <= 0.005 * cells
