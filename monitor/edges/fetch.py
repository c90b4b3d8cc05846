"""The one adapter around httpx: one request at a time to a host, a pause, caps on bytes and time, typed errors.

    fetch.py      the order of things: hops, turns, pauses, robots.txt, the deadline
    addresses.py  which URLs may be asked          guard.py      which network addresses may be connected to
    transport.py  httpx's way to the network       decode.py     bodies: one layer of packing, up to the cap
    answers.py    what headers say                 hosts.py      what is remembered of each host
    robots.py     what robots.txt says           connection.py a TCP connection on asyncio

Every hop of a redirect is made here, and every connection goes through the guard.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import TracebackType

import httpx

from monitor.edges.addresses import checked_url, place
from monitor.edges.answers import Answer
from monitor.edges.decode import ACCEPTED, read_body
from monitor.edges.guard import Guard, RefusedAddressError
from monitor.edges.hosts import Host, Hosts, Recall, nothing_kept, system_now
from monitor.edges.robots import MOST_BYTES, Rules, ask_robots
from monitor.edges.transport import CONNECT_SECONDS, GuardedTransport
from monitor.errors import FetchError
from monitor.model import Fetched, HostMemory, Request, RobotsFile
from monitor.packing import PackedError, TooLargeError

MOST_REDIRECTS = 5
# Connections that stay open between two requests to their hosts, of which many take turns.
KEPT_CONNECTIONS = 128
Header = tuple[bytes, bytes]


def user_agent(version: str, contact: str) -> str:
    """Who we are and how to reach the person who runs this copy."""
    return f"monitor/{version} (news digest; +{contact})" if contact else f"monitor/{version} (news digest)"


class HttpFetcher:
    """`ports.Fetcher` on httpx. Use as an async context manager.

    `deadline`: seconds for a whole request, redirects included, waiting for its turn apart; `most_bytes`: cap on a
    body, unpacked; `hosts`: how many hosts are asked at once; `guard`: without one, only public addresses;
    `obey_robots`: ask each host for its robots.txt and keep to it; `trust`: a PEM file instead of the usual
    certificates; `transport`: another way to the network, unguarded; `recall`: what earlier runs kept of a host;
    `now`: the time of day for that.
    """

    def __init__(
        self,
        agent: str,
        *,
        deadline: float = 30.0,
        most_bytes: int = 5_000_000,
        hosts: int = 24,
        guard: Guard | None = None,
        obey_robots: bool = True,
        trust: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        recall: Recall = nothing_kept,
        now: Callable[[], datetime] = system_now,
    ) -> None:
        self._deadline = deadline
        self._most_bytes = most_bytes
        self._obey_robots = obey_robots
        self._slots = asyncio.Semaphore(hosts)
        self._hosts = Hosts(recall, now)
        self._headers: tuple[Header, ...] = (
            (b"User-Agent", agent.encode("ascii", "replace")),
            (b"Accept-Encoding", ACCEPTED.encode()),
            (b"Accept", b"*/*"),
        )
        # The transport is used without httpx's client: no cookies, no proxies and no passwords from anywhere, and a
        # third of the work for each request less.
        self._transport = transport or GuardedTransport(
            guard or Guard(), connections=max(2 * hosts, KEPT_CONNECTIONS), trust=trust
        )

    async def __aenter__(self) -> HttpFetcher:
        """Nothing is opened before the first request."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def hand_over(self, keep: Callable[[tuple[HostMemory, ...]], None]) -> None:
        """Give `keep` what hosts asked of us since this was last called, for the next run."""
        self._hosts.hand_over(keep)

    async def fetch(self, request: Request) -> Fetched:
        """See `ports.Fetcher`."""
        url = checked_url(request.url)
        trail, notes, left = [url], list[str](), self._deadline
        conditions, permanent, unasked = _conditions(request), True, False
        while True:
            host = self._hosts.at(place(url))
            rules = await self._permission(url, host, request.pause)
            notes += [rules.note] if rules.note and rules.note not in notes else []
            answer, spent = await self._turn(
                url, host, conditions, max(request.pause, rules.delay), left, as_sent=request.as_sent
            )
            left -= spent
            if answer.target is not None:
                permanent = permanent and answer.permanent
                url = _next_hop(answer.target, trail, request.url)
                if (trail[-1].scheme, url.scheme) == ("https", "http"):
                    permanent = False
                    notes.append(f"redirected from https to unprotected http: {url}")
                trail.append(url)
            elif answer.status == 304 and not conditions and not unasked:
                # A cache gave what nobody asked for: ask once more for the whole.
                conditions, unasked = ((b"Cache-Control", b"no-cache"),), True
            else:
                moved = str(url) if permanent and len(trail) > 1 else ""
                fetched = _fetched(answer, moved_to=moved, note="; ".join(notes), unasked=unasked)
                if not request.as_sent:
                    return fetched
                return replace(fetched, coding=answer.coding, most_bytes=self._most_bytes)

    async def _permission(self, url: httpx.URL, host: Host, pause: float) -> Rules:
        """What robots.txt says; raises FetchError when it forbids the address or cannot be had."""
        host.refuse_while_closed(str(url))
        if not self._obey_robots or url.path == "/robots.txt":
            return Rules()
        async with host.robots_turn:
            rules = host.known_rules()
            if rules is None:
                rules = await self._ask_robots(url, host, pause)
        if isinstance(rules, FetchError):
            raise FetchError(
                str(rules), url=str(url), reason=rules.reason, status=rules.status, retry_after=rules.retry_after
            ) from rules
        if not rules.allow(str(url)):
            raise FetchError("robots.txt does not allow programs to read this address", url=str(url), reason="robots")
        return rules

    async def _ask_robots(self, url: httpx.URL, host: Host, pause: float) -> Rules | FetchError:
        left = self._deadline

        async def ask(at: httpx.URL, kept: RobotsFile) -> Answer:
            nonlocal left
            other, conditions = self._hosts.at(place(at)), _conditions(kept)
            other.refuse_while_closed(str(at))
            answer, spent = await self._turn(at, other, conditions, pause, left, most_bytes=MOST_BYTES + 1, cut=True)
            left -= spent
            return answer

        try:
            return host.learn(await ask_robots(url, ask, host.file), self._hosts.now())
        except FetchError as error:
            return host.learn(error, self._hosts.now())

    async def _turn(
        self,
        url: httpx.URL,
        host: Host,
        headers: tuple[Header, ...],
        pause: float,
        left: float,
        *,
        most_bytes: int = 0,
        cut: bool = False,
        as_sent: bool = False,
    ) -> tuple[Answer, float]:
        """One request when it is its turn: the answer, and the seconds it took, waiting apart."""
        host.busy += 1
        try:
            async with host.turn:
                host.refuse_while_closed(str(url))
                wait = host.free_at - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                async with self._slots:
                    start = time.monotonic()
                    try:
                        most = most_bytes or self._most_bytes
                        read = partial(read_body, most_bytes=most, cut=cut, as_sent=as_sent)
                        answer = await self._ask(url, host, headers, left, read)
                    finally:
                        host.free_at = time.monotonic() + pause
                if answer.status in (429, 503) and answer.retry_after:
                    host.close_for(answer.retry_after)
                return answer, time.monotonic() - start
        finally:
            host.busy -= 1

    async def _ask(
        self,
        url: httpx.URL,
        host: Host,
        headers: tuple[Header, ...],
        left: float,
        read: Callable[[httpx.Response], Awaitable[bytes]],
    ) -> Answer:
        """One request with every way to fail made a FetchError."""
        try:
            async with asyncio.timeout(left):
                request = httpx.Request(
                    "GET",
                    url,
                    headers=[*self._headers, *headers],
                    extensions={"timeout": {"connect": min(CONNECT_SECONDS, max(left, 0.01))}},
                )
                answer = await self._send(request, host)
                try:
                    body = await read(answer)
                finally:
                    await answer.aclose()
                host.warm = True
                return Answer(url, answer.status_code, answer.reason_phrase, answer.headers, body)
        except RefusedAddressError as error:
            raise FetchError(str(error), url=str(url), reason="address") from error
        except (PackedError, TooLargeError) as error:
            reason = "too-large" if isinstance(error, TooLargeError) else "protocol"
            raise FetchError(str(error), url=str(url), reason=reason) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            message = f"no complete answer within {self._deadline:g} s"
            raise FetchError(message, url=str(url), reason="timeout") from error
        except httpx.ConnectError as error:
            raise FetchError(f"cannot connect: {_words(error)}", url=str(url), reason="connect") from error
        except (httpx.HTTPError, httpx.StreamError, AssertionError, OSError, RuntimeError, ValueError) as error:
            # The last four: what httpcore, h11 and h2 raise for some malformed answers.
            raise FetchError(f"broken answer: {_words(error)}", url=str(url), reason="protocol") from error

    async def _send(self, request: httpx.Request, host: Host) -> httpx.Response:
        """The answer's head.

        A server may close a kept connection just as it is used again, or have said more on it than it promised: what
        goes wrong on a used connection gets a second try on a new one.
        """
        warm, host.warm = host.warm, False
        try:
            return await self._transport.handle_async_request(request)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if not warm:
                raise
        return await self._transport.handle_async_request(request)


def _conditions(request: Request | RobotsFile) -> tuple[Header, ...]:
    """The validators as they came; one that can be no header is left out."""
    pairs = ((b"If-None-Match", request.etag), (b"If-Modified-Since", request.last_modified))
    return tuple((name, value.encode("latin-1", "replace")) for name, value in pairs if value and value.isprintable())


def _next_hop(target: str, trail: list[httpx.URL], asked: str) -> httpx.URL:
    url = checked_url(target, trail[-1])
    if url in trail or len(trail) > MOST_REDIRECTS:
        chain = " -> ".join(map(str, [*trail, url]))
        raise FetchError(f"redirected in a circle or too often: {chain}", url=asked, reason="redirect")
    return url


def _fetched(answer: Answer, *, moved_to: str, note: str, unasked: bool) -> Fetched:
    if answer.status == 304 and unasked:
        message = "the server insists that nothing has changed since a visit that it was not told of"
        raise FetchError(message, url=str(answer.url), reason="protocol", status=304)
    if answer.status not in (200, 304):
        raise FetchError(
            f"HTTP status {answer.status} {answer.phrase}".strip(),
            url=str(answer.url),
            reason="status",
            status=answer.status,
            retry_after=answer.retry_after,
        )
    return Fetched(
        url=str(answer.url),
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        charset=answer.charset,
        etag=answer.validator(b"etag"),
        last_modified=answer.validator(b"last-modified"),
        moved_to=moved_to,
        fresh_for=answer.fresh_for,
        note=note,
    )


def _words(error: BaseException) -> str:
    """What the system said, where it said anything: "Connection refused" rather than "all attempts failed"."""
    said, cause = str(error) or type(error).__name__, error.__cause__ or error.__context__
    while cause is not None:
        # Looking names up and TLS have numbers of their own.
        if isinstance(cause, OSError) and not isinstance(cause, (socket.gaierror, ssl.SSLError)) and cause.errno:
            said = os.strerror(cause.errno)
        cause = cause.__cause__ or cause.__context__
    return said
