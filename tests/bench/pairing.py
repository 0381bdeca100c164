"""Paired timing: ours and the baseline in turn, so that a noisy machine disturbs both alike."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """Best and median of the pairwise ratios ours / baseline, with the seconds they came from."""

    name: str
    baseline: str
    best: float
    median: float
    worst: float
    ours_seconds: float
    baseline_seconds: float
    note: str = ""

    def line(self) -> str:
        """One line of the report."""
        text = (
            f"{self.name:<44} {self.median:6.2f} x  (best {self.best:.2f}, worst {self.worst:.2f})  "
            f"of {self.baseline}; ours {self.ours_seconds:.3f} s, baseline {self.baseline_seconds:.3f} s"
        )
        return f"{text}; {self.note}" if self.note else text


def paired(
    name: str, ours: Callable[[], object], baseline_name: str, baseline: Callable[[], object],
    *, rounds: int = 3, warmup: bool = True, note: str = "",
) -> Ratio:  # fmt: skip
    """Run ours and the baseline ``rounds`` times in turn and compare pair by pair."""
    if warmup:
        ours()
        baseline()
    mine, theirs = [], []
    for turn in range(rounds):
        order = ((ours, mine), (baseline, theirs)) if turn % 2 == 0 else ((baseline, theirs), (ours, mine))
        for call, times in order:
            gc.collect()
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
    ratios = [a / b for a, b in zip(mine, theirs, strict=True)]
    return Ratio(
        name, baseline_name, min(ratios), statistics.median(ratios), max(ratios),
        statistics.median(mine), statistics.median(theirs), note,
    )  # fmt: skip


def peak_mb(children: bool = False) -> float:
    """Peak resident memory of this process (or of its finished children) so far, in MB."""
    who = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss / 1024
