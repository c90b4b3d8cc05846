"""Functions for worker processes: they are imported there by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NoReturn

from monitor.errors import ExtractError, FetchError


def meet(folder: str, name: str, others: int, seconds: float) -> bool:
    """Whether that many others are at work at the same time."""
    (Path(folder) / name).touch()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(list(Path(folder).iterdir())) > others:
            return True
        time.sleep(0.01)
    return False


def refuse(reason: str) -> NoReturn:
    """Raise what a stage raises."""
    raise ExtractError(reason)


def refuse_with_details() -> NoReturn:
    """Raise an error that needs more than its message to be made again."""
    raise FetchError("answered 404", url="https://gazette.example/", reason="status", status=404)


def swallow(megabytes: int) -> int:
    """Take memory for good, a piece at a time."""
    return len([bytearray(1024 * 1024) for _ in range(megabytes)])


def die(how: str) -> int:
    """End this process: "exit", "kill" or "leave"."""
    if how == "exit":
        os._exit(3)
    if how == "leave":
        raise SystemExit(0)
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def unspeakable() -> object:
    """An answer that cannot be sent."""
    return lambda: None
