"""Runs over real servers on loopback that mean no good, each its own host, beside one honest paper."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.edges.fetch import HttpFetcher
from monitor.edges.pool import ProcessPool
from monitor.edges.store import SqlStore
from monitor.model import Kind, RunReport, Source, SourceState, StoredArticle
from monitor.pipeline import Filer, Room, fetch_all
from monitor.stages.health import describe

from .builders import NOW, WATCH
from .fakes import FeedItem, InlinePool, SetClock, html, rss
from .hostile import Server, hostile_server, loopback
from .texts import REPORT

TESTS = Path(__file__).parents[1]


@dataclass
class Siege:
    """A watch of hostile sources and the honest "gazette", on one store. A run asks all of them, due or not."""

    store: SqlStore
    stack: ExitStack
    # Long enough for a busy machine; only what drips has to wait for it.
    deadline: float = 5.0
    most_bytes: int = 200_000
    hard_work: bool = False
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    sources: list[Source] = field(default_factory=list)
    numbers: Iterable[int] = field(default_factory=count)

    def server(self) -> Server:
        """One more host."""
        return self.stack.enter_context(hostile_server())

    def follow(self, url: str, source_id: str = "", kind: Kind = Kind.FEED, **changes: object) -> str:
        """One more source; returns its id."""
        source_id = source_id or f"trick-{next(iter(self.numbers))}"
        source = Source(source_id, f"The {source_id}", url, kind, pause=timedelta(0))
        self.sources.append(replace(source, **changes))  # type: ignore[arg-type]
        return source_id

    def honest_paper(self) -> Server:
        """The gazette, with one article."""
        server = self.server()
        link = server.answers("200 OK", html("Mediator leaves the talks", REPORT).encode(), path="/report")
        feed = rss([FeedItem(link, "Mediator leaves the talks", NOW - timedelta(hours=1))])
        self.follow(server.answers("200 OK", feed.encode(), path="/feed"), "gazette")
        return server

    def run(self) -> RunReport:
        """One run, with a real fetcher, and real workers where the work is hard."""
        return asyncio.run(self._run())

    async def _run(self) -> RunReport:
        watch = replace(WATCH, sources=tuple(self.sources))

        async def lookup(host: str, port: int) -> list[str]:
            return {"inside.example": ["8.8.8.8", "10.0.0.7"]}.get(host, ["127.0.0.1"])

        fetcher = HttpFetcher(
            "monitor/9.9", deadline=self.deadline, most_bytes=self.most_bytes, hosts=24, guard=loopback(lookup),
            recall=self.store.host, now=self.clock.now,
        )  # fmt: skip
        async with fetcher:
            if not self.hard_work:
                return await self._fetch(watch, fetcher, InlinePool())
            async with ProcessPool(1, seconds=2.0, megabytes=1024) as pool:
                return await self._fetch(watch, fetcher, pool)

    async def _fetch(self, watch: object, fetcher: HttpFetcher, pool: object) -> RunReport:
        room = Room(watch, self.store, fetcher, pool, self.clock, tell_all=True)  # type: ignore[arg-type]
        try:
            return await fetch_all(room, Filer(room.watch, self.store), now_all=True)
        finally:
            fetcher.hand_over(lambda news: self.store.keep_hosts(news, self.clock.now()))

    def state(self, source_id: str) -> SourceState:
        """How a source fares."""
        return self.store.source_states()[source_id]

    def words(self, source_id: str) -> str:
        """What a person is told of it."""
        source = next(source for source in self.sources if source.id == source_id)
        return "; ".join(describe(self.state(source_id), source, self.clock.now(), ZoneInfo("UTC")))

    def articles(self) -> tuple[StoredArticle, ...]:
        """What was filed and not told yet."""
        return self.store.material().articles


@dataclass(frozen=True, slots=True)
class Trick:
    """One hostile source: `play` puts it on a server and returns the address to follow; `says`: what is told of it."""

    play: Callable[[Server], str]
    says: str
    kind: Kind = Kind.FEED


def patient(moment: datetime) -> bool:
    """Whether a source that failed at NOW is asked again later, and within a day."""
    return timedelta(0) < moment - NOW <= timedelta(days=1)


def worker_path(patch: pytest.MonkeyPatch) -> None:
    """Let worker processes import what the tests hand them."""
    patch.setenv("PYTHONPATH", os.pathsep.join((str(TESTS), str(TESTS.parent))))
