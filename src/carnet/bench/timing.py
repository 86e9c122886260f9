"""Taking times: medians over runs, never a single figure."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable

RUNS = 5


def median_ms(call: Callable[[], object], *, calls: int) -> float:
    """The median time of one call, in milliseconds."""
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def of_runs(run: Callable[[], dict[str, float]], runs: int = RUNS) -> dict[str, float]:
    """Median of each figure over `runs` runs; the runs follow one another, so that a noisy minute hits all alike."""
    taken = [run() for _ in range(runs)]
    return {name: round(statistics.median(figures[name] for figures in taken), 3) for name in taken[0]}


def peak_memory_mb() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
