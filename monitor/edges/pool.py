"""Worker processes that can be killed: each piece of work has a time and a memory limit of its own."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, TypeVar

from monitor.errors import MonitorError, WorkerError

Result = TypeVar("Result")
_START_SECONDS = 60.0


class _Worker:
    """One process (`monitor.edges.worker`) and the pipe to it. Raises WorkerError when it does not start."""

    def __init__(self, memory: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # A fresh interpreter, not a fork: no lock or connection of ours is shared, and no caller's main module
            # is imported again.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "monitor.edges.worker", str(theirs.fileno()), str(memory)],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )
        self._pipe: Connection[Any, Any] = Connection(ours.detach())
        try:
            ready = self._pipe.poll(_START_SECONDS) and self._pipe.recv() == ("ready", None)
        except (EOFError, OSError):
            ready = False
        if not ready:
            self.kill()
            raise WorkerError("a worker process did not start")

    def ask(self, work: Callable[..., Any], args: tuple[object, ...], seconds: float) -> tuple[str, Any]:
        """Blocking: the answer, or ("late", None), or ("died", None)."""
        try:
            self._pipe.send((work, args))
            if not self._pipe.poll(seconds):
                return "late", None
            answer: tuple[str, Any] = self._pipe.recv()
            return answer
        except (EOFError, OSError):
            return "died", None

    def kill(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()


class ProcessPool:
    """`ports.Pool` on worker processes, started when first needed. Use as an async context manager.

    `seconds` and `megabytes` limit each piece of work.
    """

    def __init__(self, workers: int, *, seconds: float = 20.0, megabytes: int = 1024) -> None:
        self._seconds = seconds
        self._memory = megabytes * 1024 * 1024
        self._free: asyncio.LifoQueue[_Worker | None] = asyncio.LifoQueue()
        for _ in range(workers):
            self._free.put_nowait(None)
        self._all: list[_Worker] = []
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="monitor-pool")

    async def __aenter__(self) -> ProcessPool:
        """Workers start with the first work."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers, busy or not."""
        for worker in self._all:
            worker.kill()
        self._threads.shutdown(wait=True)

    async def run(self, work: Callable[..., Result], *args: object) -> Result:
        """See `ports.Pool`."""
        loop = asyncio.get_running_loop()
        worker = await self._free.get()
        keep: _Worker | None = None
        try:
            if worker is None:
                worker = await loop.run_in_executor(self._threads, _Worker, self._memory)
                self._all.append(worker)
            outcome, value = await loop.run_in_executor(self._threads, worker.ask, work, args, self._seconds)
            if outcome in ("done", "raised"):
                keep = worker
        finally:
            if keep is None and worker is not None:
                self._all = [other for other in self._all if other is not worker]
                worker.kill()
            self._free.put_nowait(keep)
        if outcome == "done":
            result: Result = value
            return result
        if outcome == "raised":
            if isinstance(value, MonitorError):
                raise value
            raise WorkerError(f"{type(value).__name__}: {value}") from value
        if outcome == "late":
            raise WorkerError(f"took longer than {self._seconds:g} s and was ended")
        if outcome == "memory":
            raise WorkerError(f"needed more than {self._memory // 1024 // 1024} MB and was ended")
        raise WorkerError("its worker process died")
