"""What a run is given: the watch, the edges, the limits. Built by `wire`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.model import Watch
from monitor.ports import Clock, Fetcher, Pool, Store


def no_progress(stage: str, done: int, total: int) -> None:
    """Say nothing."""


async def cannot_tell(unreached: Sequence[str]) -> bool | None:
    """No look of our own at the network."""
    return None


@dataclass(frozen=True, slots=True)
class Room:
    """Everything a run needs.

    `tries`: how often a page is tried before it ends as failed; `at_once`: pages under way at once; `jitter`: a
    number 0..1, new at each call; `tell_all`: tell a new source's old items too; `recent`: what counts as old;
    `online`: whether the network works from here though these addresses could not be reached, None if unknown.
    """

    watch: Watch
    store: Store
    fetcher: Fetcher
    pool: Pool
    clock: Clock
    tries: int = 5
    at_once: int = 48
    jitter: Callable[[], float] = lambda: 0.0
    tell_all: bool = False
    recent: timedelta = timedelta(hours=24)
    progress: Callable[[str, int, int], None] = no_progress
    online: Callable[[Sequence[str]], Awaitable[bool | None]] = cannot_tell
