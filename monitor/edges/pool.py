"""Worker processes that can be killed: each piece of work has a time and a memory limit of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Any, TypeVar

from monitor.errors import MonitorError, WorkerError

Result = TypeVar("Result")
_START_SECONDS = 60.0
# To start a worker and do its first work takes a third of a second of the processor: one more is started where work has
# waited about as long since the last one settled in, for which it is given at most so long.
HIRE_SECONDS, SETTLE_SECONDS = 0.25, 2.0
# So much work waiting for each worker is more than it will do while another one starts.
WAITING = 16
# After so much work a fresh worker takes over: what parsers remember, and the gaps they leave, only grow.
WORK_OF_ONE = 3000
# How long one thread of ours keeps the interpreter from the others, at most. A worker's thread needs it a few times for
# each piece of work, and its worker is idle meanwhile.
TURN_SECONDS = 0.0005


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

    def end(self) -> None:
        """From any thread: the process ends, and with it what `ask` waits for."""
        self._process.kill()

    def kill(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()


@dataclass(eq=False, slots=True)
class _Job:
    """A piece of work and the future that waits for it. `worker`: who is at it."""

    work: Callable[..., Any]
    args: tuple[object, ...]
    done: asyncio.Future[Any]
    worker: _Worker | None = None

    def settle(self, result: object, error: Exception | None) -> None:
        """From any thread: wake the one who waits, unless nobody does any more."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self.done.get_loop().call_soon_threadsafe(self._wake, result, error)

    def _wake(self, result: object, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is not None:
            self.done.set_exception(error)
        else:
            self.done.set_result(result)


class ProcessPool:
    """`ports.Pool` on worker processes: one with the first work, more while work waits. An async context manager.

    `seconds` and `megabytes` limit each piece of work. A thread for each worker hands it one piece after the other
    without waiting for the event loop, which has pages to file meanwhile.
    """

    def __init__(self, workers: int, *, seconds: float = 20.0, megabytes: int = 1024) -> None:
        self._most = workers
        self._seconds = seconds
        self._memory = megabytes * 1024 * 1024
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._settled_at = 0.0  # when the newest worker had done its first work, which is slow
        self._look: asyncio.TimerHandle | None = None
        self._under_way: set[_Job] = set()
        self._leaving = threading.Event()
        self._turn = sys.getswitchinterval()

    async def __aenter__(self) -> ProcessPool:
        """Workers start with the first work."""
        self._turn = sys.getswitchinterval()
        sys.setswitchinterval(TURN_SECONDS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers, busy or not."""
        self._leaving.set()
        if self._look is not None:
            self._look.cancel()
        for _ in self._threads:
            self._jobs.put(None)
        for job in tuple(self._under_way):
            if job.worker is not None:
                job.worker.end()
        for thread in self._threads:
            thread.join()
        sys.setswitchinterval(self._turn)

    async def run(self, work: Callable[..., Result], *args: object) -> Result:
        """See `ports.Pool`."""
        job = _Job(work, args, asyncio.get_running_loop().create_future())
        self._under_way.add(job)
        self._jobs.put(job)
        if len(self._threads) < self._most and self._jobs.qsize() > WAITING * len(self._threads):
            self._hire()
        self._look_again()
        try:
            result: Result = await job.done
            return result
        except asyncio.CancelledError:
            if job.worker is not None:
                job.worker.end()
            raise
        finally:
            self._under_way.discard(job)

    def _hire(self) -> None:
        self._settled_at = time.monotonic() + SETTLE_SECONDS
        thread = threading.Thread(target=self._serve, name=f"monitor-pool-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _look_again(self) -> None:
        """In a while, see whether there is work for one more."""
        if self._look is None and len(self._threads) < self._most:
            self._look = asyncio.get_running_loop().call_later(HIRE_SECONDS, self._hire_more)

    def _hire_more(self) -> None:
        self._look = None
        if self._jobs.empty() or self._leaving.is_set():
            return
        if time.monotonic() - self._settled_at >= HIRE_SECONDS:
            self._hire()
        self._look_again()

    def _serve(self) -> None:
        """A worker's thread: one job after the other, until there is no more."""
        worker: _Worker | None = None
        done = 0
        while (job := self._jobs.get()) is not None and not self._leaving.is_set():
            if job.done.done():
                continue  # it was cancelled before its turn
            try:
                worker = worker or _Worker(self._memory)
            except (WorkerError, OSError) as error:
                job.settle(None, error if isinstance(error, WorkerError) else WorkerError(str(error)))
                continue
            job.worker = worker  # before the look whether we are leaving: one of both sides sees the other
            if self._leaving.is_set():
                break
            try:
                outcome, value = worker.ask(job.work, job.args, self._seconds)
            except Exception as error:  # what cannot be pickled: the caller's mistake
                outcome, value = "raised", error
            job.worker = None
            self._settled_at = min(self._settled_at, time.monotonic())
            done += 1
            if outcome not in ("done", "raised") or done >= WORK_OF_ONE:
                worker.kill()
                worker, done = None, 0
            job.settle(*self._meaning(outcome, value))
        if worker is not None:
            worker.kill()

    def _meaning(self, outcome: str, value: Any) -> tuple[object, Exception | None]:
        """The result, or the error that the caller is to see."""
        if outcome == "done":
            return value, None
        if outcome == "raised":
            if isinstance(value, MonitorError):
                return None, value
            error = WorkerError(f"{type(value).__name__}: {value}")
            error.__cause__ = value
            return None, error
        if outcome == "late":
            return None, WorkerError(f"took longer than {self._seconds:g} s and was ended")
        if outcome == "memory":
            return None, WorkerError(f"needed more than {self._memory // 1024 // 1024} MB and was ended")
        return None, WorkerError("its worker process died")
