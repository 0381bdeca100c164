"""Paired timing: ours and the baseline in turn, so that a noisy machine disturbs both alike.

Beside the time on the clock stand the seconds of processor time, of this process and of those it started: where others
use the machine as well, they say more.
"""

from __future__ import annotations

import gc
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """Best and median of the pairwise ratios ours / baseline, with the seconds they came from.

    ``cpu`` is the median of the ratios of processor seconds (user and system).
    """

    name: str
    baseline: str
    best: float
    median: float
    worst: float
    ours_seconds: float
    baseline_seconds: float
    note: str = ""
    cpu: float = float("nan")
    ours_cpu: float = float("nan")
    baseline_cpu: float = float("nan")

    def line(self) -> str:
        """One line of the report."""
        text = (
            f"{self.name:<44} {self.median:6.2f} x  (best {self.best:.2f}, worst {self.worst:.2f})  "
            f"of {self.baseline}; ours {self.ours_seconds:.3f} s, baseline {self.baseline_seconds:.3f} s; "
            f"processor time {self.cpu:.2f} x ({self.ours_cpu:.3f} s / {self.baseline_cpu:.3f} s)"
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
    mine: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for turn in range(rounds):
        order = ((ours, mine), (baseline, theirs)) if turn % 2 == 0 else ((baseline, theirs), (ours, mine))
        for call, times in order:
            gc.collect()
            started, used = time.perf_counter(), cpu_seconds()
            call()
            times.append((time.perf_counter() - started, cpu_seconds() - used))
    (clock, cpu), (other_clock, other_cpu) = zip(*mine, strict=True), zip(*theirs, strict=True)
    ratios = [a / b for a, b in zip(clock, other_clock, strict=True)]
    of_cpu = [a / max(b, 1e-9) for a, b in zip(cpu, other_cpu, strict=True)]
    return Ratio(
        name, baseline_name, min(ratios), statistics.median(ratios), max(ratios),
        statistics.median(clock), statistics.median(other_clock), note,
        statistics.median(of_cpu), statistics.median(cpu), statistics.median(other_cpu),
    )  # fmt: skip


def cpu_seconds() -> float:
    """Processor time of this process and of the processes it has waited for, user and system."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peak_mb(children: bool = False) -> float:
    """Peak resident memory of this process (or of its finished children) so far, in MB."""
    who = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss / 1024
