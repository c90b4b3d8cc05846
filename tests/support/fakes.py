"""The outside in memory: a web that follows a script, a pool without processes, a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from monitor.errors import FetchError
from monitor.model import Fetched, Request

Result = TypeVar("Result")


class SetClock:
    """A clock that stands still until it is set or moved on."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def now(self) -> datetime:
        """The time it was set to."""
        return self.time

    def pass_(self, span: timedelta) -> None:
        """Move it on."""
        self.time += span


class InlinePool:
    """Work is done at once, in the caller's process; what it raises, rises. `fail`: raise this instead."""

    def __init__(self, fail: Exception | None = None) -> None:
        self.fail = fail
        self.done = 0

    async def run(self, work: Callable[..., Result], *args: object) -> Result:
        """See `ports.Pool`."""
        if self.fail is not None:
            raise self.fail
        self.done += 1
        return work(*args)


@dataclass(slots=True)
class Scripted:
    """What one address does: an answer or an error, after so many seconds."""

    outcome: Fetched | Exception
    delay: float = 0.0


@dataclass
class FakeFetcher:
    """`ports.Fetcher` by script; an address without one answers 404.

    An address may be given several outcomes: they come in turn, and the last stays. `asked`: every request, in order;
    `most_busy`, `most_of_host`: how many were under way at once, in all and of one host.
    """

    script: dict[str, list[Scripted]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    most_busy: int = 0
    most_of_host: int = 0
    _busy: list[str] = field(default_factory=list)

    def answers(self, url: str, body: str | bytes = b"", /, *, delay: float = 0.0, **changes: Any) -> str:
        """The address answers 200 with this body (or as `changes` say); returns the address."""
        facts: dict[str, Any] = {
            "url": url,
            "status": 200,
            "body": body.encode() if isinstance(body, str) else body,
            "content_type": "",
            "charset": "utf-8",
            "etag": "",
            "last_modified": "",
        }
        self.script.setdefault(url, []).append(Scripted(Fetched(**facts | changes), delay))
        return url

    def fails(self, url: str, error: Exception, *, delay: float = 0.0) -> str:
        """The address fails with this; returns the address."""
        self.script.setdefault(url, []).append(Scripted(error, delay))
        return url

    def forget(self, url: str) -> None:
        """What the address did so far is over."""
        self.script.pop(url, None)

    def urls(self) -> list[str]:
        """The addresses asked, in order."""
        return [request.url for request in self.asked]

    async def fetch(self, request: Request) -> Fetched:
        """See `ports.Fetcher`."""
        self.asked.append(request)
        host = urlsplit(request.url).netloc
        self._busy.append(host)
        self.most_busy = max(self.most_busy, len(self._busy))
        self.most_of_host = max(self.most_of_host, self._busy.count(host))
        try:
            turns = self.script.get(request.url, [Scripted(status_error(404, request.url))])
            now = turns.pop(0) if len(turns) > 1 else turns[0]
            await asyncio.sleep(now.delay)
            self.answered.append(request.url)
            if isinstance(now.outcome, Exception):
                raise now.outcome
            return now.outcome
        finally:
            self._busy.remove(host)


def status_error(status: int, url: str = "", retry_after: float | None = None) -> FetchError:
    """The failure that an HTTP status is."""
    return FetchError(f"HTTP status {status}", url=url, reason="status", status=status, retry_after=retry_after)


def net_error(reason: str = "connect", message: str = "cannot connect: refused") -> FetchError:
    """A failure without an answer."""
    return FetchError(message, url="", reason=reason)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item of a feed."""

    link: str
    title: str = ""
    published: datetime | None = None
    summary: str = ""


def rss(items: Sequence[FeedItem]) -> str:
    """An RSS feed of these items."""
    body = "".join(
        f"<item><title>{item.title or 'Report'}</title><link>{item.link}</link>"
        + (f"<pubDate>{item.published:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if item.published else "")
        + (f"<description>{item.summary}</description>" if item.summary else "")
        + "</item>"
        for item in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Quay Gazette</title>{body}</channel></rss>'


def html(title: str, text: str) -> str:
    """A page with this article."""
    body = "".join(f"<p>{line}</p>" for line in text.strip().split("\n"))
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )
