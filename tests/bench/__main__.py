"""``python -m tests.bench [dates] [writes] [workbook] [csv] [yearbook] [tracker]``: how fast it all is, as ratios.

Each line compares ours with a named baseline, run in turn on the same machine; seconds of one machine say little about
another. It always ends with 0: speed is looked at here, it does not fail the tests.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from tests.bench.machine import facts
from tests.bench.pairing import Ratio

RATIOS = ("dates", "writes", "workbook", "csv", "yearbook")
TRACKER = "tracker"


def out(text: str = "") -> None:
    """One line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def verdict(ratio: Ratio, goal: float) -> str:
    """Whether the median keeps to the goal."""
    return f"goal {goal:g} x" if ratio.median <= goal else f"beyond the goal of {goal:g} x"


def table(results: Sequence[tuple[Ratio, float]]) -> str:
    """The results once more, to be quoted."""
    lines = [
        "| What | Ratio (median of pairs) | of processor time | Goal | Ours | Baseline |",
        "|---|---|---|---|---|---|",
    ]
    for ratio, goal in results:
        mark = "" if ratio.median <= goal else " (beyond)"
        lines.append(
            f"| {ratio.name} | {ratio.median:.2f} | {ratio.cpu:.2f} | {goal:g}{mark} | {ratio.ours_seconds:.3g} s | "
            f"{ratio.baseline}, {ratio.baseline_seconds:.3g} s |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the named benchmarks, or all."""
    known = [*RATIOS, *([TRACKER] if find_spec(f"tests.bench.{TRACKER}") else [])]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*known, []], help="which of them; all when none is named")
    names = parser.parse_args().names or known
    out(facts())
    out()
    results: list[tuple[Ratio, float]] = []
    for name in RATIOS:
        if name not in names:
            continue
        for ratio, goal in import_module(f"tests.bench.{name}").main():
            out(f"{ratio.line()}; {verdict(ratio, goal)}")
            results.append((ratio, goal))
    if TRACKER in names:
        out()
        late = import_module(f"tests.bench.{TRACKER}").main([])
        out("tracker: beyond the goal" if late else "tracker: within the goal")
    if results:
        out(f"\n{table(results)}")


if __name__ == "__main__":
    main()
