"""Measured time, for what must not grow faster than its input."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def cpu_seconds(work: Callable[[], object], times: int = 6) -> float:
    """The least processor time that the work takes, of so many runs.

    The collector rests meanwhile: it would look through all that other tests have left.
    """
    taken = []
    gc.disable()
    try:
        for _ in range(times):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
    finally:
        gc.enable()
    return min(taken)
