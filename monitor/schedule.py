"""The scheduler: APScheduler as a ticker, durable slots in the store as the truth.

Each minute: visit the sources that are due, tell the newest slot that has passed and has not been told, and empty
the outbox. A slot is taken in the same transaction as its digest, so a crash or a second process never tells twice,
and after downtime the newest missed slot is told once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.edges import loop
from monitor.errors import LeaseError, MonitorError
from monitor.model import RunReport
from monitor.stages.slots import due_slot, newest_slot
from monitor.wire import App

log = logging.getLogger("monitor")


def tell_due(app: App) -> str:
    """Tell the newest slot if nobody has; returns the digest's name, or "" when there was none to tell."""
    plan, now = app.watch.digest, app.clock.now()
    slot = due_slot(plan, app.watch.timezone, now, app.store.slot_taken)
    if not slot:
        return ""
    told = app.tell(slot=slot, say_so=plan.empty == "say so")
    if told is None:
        app.store.skip_slot(slot, now)
        return ""
    for problem in told.problems:
        log.warning("%s", problem)
    return told.digest.name


class Ticker:
    """`start`: one tick a minute until stopped. `run` opens the app for one tick."""

    def __init__(self, run: Callable[[Callable[[App], None]], None], every: float = 60.0) -> None:
        self._run = run
        self._every = every
        self._stop = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None

    def run(self, grace: float = 8.0) -> bool:
        """Tick until `stop` is called; the current tick is cancelled and what it had filed stays filed.

        False when the current tick did not end within `grace` seconds: then only ending the process ends it, which
        loses nothing.
        """
        scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        scheduler.add_job(
            self.tick,
            "interval",
            seconds=self._every,
            next_run_time=datetime.now(ZoneInfo("UTC")),
            misfire_grace_time=None,
        )
        scheduler.start()
        self._stop.wait()
        scheduler.remove_all_jobs()
        self._cancel()
        ended = self._idle.wait(grace)
        scheduler.shutdown(wait=ended)
        return ended

    def stop(self) -> None:
        """End `run`; safe to call from a signal handler."""
        self._stop.set()

    def _cancel(self) -> None:
        loop, task = self._loop, self._task
        if loop is not None and task is not None and not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    def tick(self) -> None:
        """One step; an error is logged and the next tick tries again."""
        if self._stop.is_set():
            return
        self._idle.clear()
        try:
            self._run(self._step)
        except MonitorError as error:
            log.error("%s", error)
        except asyncio.CancelledError:
            log.info("stopped")
        except Exception:
            # A fault of ours must not end the service either.
            log.exception("this tick failed")
        finally:
            self._idle.set()

    def _step(self, app: App) -> None:
        step(app, self._fetch, self._stop.is_set)

    async def _fetch(self, app: App) -> RunReport:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        if self._stop.is_set():
            raise asyncio.CancelledError
        try:
            return await app.fetching()
        finally:
            self._task = None


def step(
    app: App,
    fetch: Callable[[App], Coroutine[Any, Any, RunReport]] | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """One tick: fetch what is due, tell the slot that has passed, empty the outbox; False when a delivery failed.

    A fetch that fails as a whole keeps back neither the digest nor the outbox; it is raised afterwards. The dead man's
    switch is told at the beginning and at the end.
    """
    app.ping("start")
    good = False
    try:
        good = _step(app, fetch, stopping)
    finally:
        app.ping("success" if good else "fail")
    return good


def _step(
    app: App, fetch: Callable[[App], Coroutine[Any, Any, RunReport]] | None, stopping: Callable[[], bool]
) -> bool:
    if app.store.fresh():
        # A watch that begins at noon does not owe the morning's digest.
        slot, _ = newest_slot(app.watch.digest, app.watch.timezone, app.clock.now())
        app.store.skip_slot(slot, app.clock.now())
    trouble: MonitorError | None = None
    try:
        _say(loop.run(fetch(app) if fetch else app.fetching()))
    except LeaseError:
        raise
    except MonitorError as error:
        trouble = error
    if stopping():
        raise asyncio.CancelledError
    name = tell_due(app)
    if name:
        log.info("digest %s", name)
    failed = app.deliver(stopping).failed
    for failure in failed:
        log.warning("%s", failure)
    if trouble is not None:
        raise trouble
    return not failed


def _say(report: RunReport) -> None:
    for source in report.failed_sources:
        log.warning("%s: %s", source.name, source.reason)
    if report.filed:
        log.info("%d articles filed, %d developments", report.filed, report.developments)
