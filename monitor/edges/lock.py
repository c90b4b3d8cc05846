"""One run at a time in a working folder: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from monitor.errors import SetupError


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; SetupError when another run holds it or the folder cannot be written."""
    try:
        import fcntl  # noqa: PLC0415 - not there on Windows, where runs must not overlap by arrangement
    except ImportError:
        yield
        return
    path = folder / ".monitor.lock"
    try:
        handle = path.open("a")
    except OSError as error:
        raise SetupError(f"{folder}: cannot be written ({error}); check the path and its permissions") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SetupError(f"{folder}: another run is under way here; wait until it ends") from error
        yield
