"""Writes of many tasks in one transaction: the disk is waited for once, and each waits until its own is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from monitor.ports import Store

Result = TypeVar("Result")
# Seconds in which others may join a transaction.
GATHER = 0.05


class Desk:
    """Takes writes from tasks of one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._flush: asyncio.Task[None] | None = None

    async def save(self, write: Callable[[], Result]) -> Result:
        """What `write` returns, once it is committed; what it raises, with only its own changes undone.

        Where one write of a transaction fails, all of them are done again, each in a transaction of its own.
        """
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((write, done))
        if self._flush is None:
            self._flush = asyncio.create_task(self._together())
        return await done

    async def _together(self) -> None:
        await asyncio.sleep(GATHER)
        waiting, self._waiting, self._flush = self._waiting, [], None
        outcomes: list[tuple[asyncio.Future[Any], Any, Exception | None]]
        try:
            with self._store.batch():
                outcomes = [(done, write(), None) for write, done in waiting]
        except Exception:  # one of them: then each for itself
            outcomes = [(done, *self._alone(write)) for write, done in waiting]
        for done, result, failed in outcomes:
            if done.cancelled():
                continue
            if failed is not None:
                done.set_exception(failed)
            else:
                done.set_result(result)

    def _alone(self, write: Callable[[], Any]) -> tuple[Any, Exception | None]:
        try:
            with self._store.batch():
                return write(), None
        except Exception as error:  # handed to the task that asked for the write
            return None, error
