"""The one adapter around httpx: one request at a time to a host, a pause, caps on bytes and time, typed errors.

Every hop of a redirect is made here, so that whatever guards an address sees each of them (pass a `transport`).
"""

from __future__ import annotations

import asyncio
import math
import re
import time
import zlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType

import httpx

from monitor.errors import FetchError
from monitor.model import Fetched, Request

MOST_REDIRECTS = 5
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_RETRY_LEAST, _RETRY_MOST = 60.0, 86400.0
# gzip and deflate in one; only what we can stop decompressing at the cap is asked for.
_ENCODINGS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def user_agent(version: str, contact: str) -> str:
    """Who we are and how to reach the person who runs this copy."""
    return f"monitor/{version} (news digest; +{contact})" if contact else f"monitor/{version} (news digest)"


class HttpFetcher:
    """`ports.Fetcher` on httpx. Use as an async context manager.

    `deadline`: seconds for a whole request, redirects included; `most_bytes`: cap on a body, decompressed;
    `hosts`: how many hosts are asked at once.
    """

    def __init__(
        self,
        agent: str,
        *,
        deadline: float = 30.0,
        most_bytes: int = 5_000_000,
        hosts: int = 8,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._deadline = deadline
        self._most_bytes = most_bytes
        self._slots = asyncio.Semaphore(hosts)
        self._turns: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, float] = {}
        limits = httpx.Limits(max_connections=hosts * 2, max_keepalive_connections=hosts * 2, keepalive_expiry=30)
        self._client = httpx.AsyncClient(
            headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate", "Accept": "*/*"},
            timeout=httpx.Timeout(deadline, connect=min(10.0, deadline)),
            follow_redirects=False,
            http2=transport is None,
            limits=limits,
            transport=transport,
            trust_env=False,
            # Nothing is remembered between two requests: a jar that takes no cookie.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    async def __aenter__(self) -> HttpFetcher:
        """Nothing is opened before the first request."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def fetch(self, request: Request) -> Fetched:
        """See `ports.Fetcher`."""
        url = request.url
        visited: list[str] = []
        left = self._deadline
        headers = {}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        while True:
            visited.append(url)
            answer, spent = await self._one(url, headers, request.pause, left)
            if isinstance(answer, Fetched):
                return answer
            url, left = answer, left - spent
            if url in visited or len(visited) > MOST_REDIRECTS:
                chain = " -> ".join([*visited, url])
                raise FetchError(f"redirected in a circle or too often: {chain}", url=request.url, reason="redirect")

    async def _one(
        self, url: str, headers: Mapping[str, str], pause: float, left: float
    ) -> tuple[Fetched | str, float]:
        """One hop: the answer or the address it redirects to, and the seconds it took, waiting for its turn apart."""
        host = _host(url)
        turn = self._turns.setdefault(host, asyncio.Lock())
        async with turn:
            wait = self._free_at.get(host, 0.0) - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            async with self._slots:
                start = time.monotonic()
                try:
                    async with asyncio.timeout(left):
                        return await self._read(url, headers), time.monotonic() - start
                except FetchError:
                    raise
                except (TimeoutError, httpx.TimeoutException) as error:
                    message = f"no complete answer within {self._deadline:g} s"
                    raise FetchError(message, url=url, reason="timeout") from error
                except httpx.ConnectError as error:
                    raise FetchError(f"cannot connect: {_words(error)}", url=url, reason="connect") from error
                except (httpx.InvalidURL, ValueError, OverflowError) as error:
                    raise FetchError(f"not a usable address: {_words(error)}", url=url, reason="url") from error
                except (httpx.HTTPError, AssertionError, OSError, RuntimeError) as error:
                    # RuntimeError and AssertionError: what httpx and h11 raise for some malformed answers.
                    raise FetchError(f"broken answer: {_words(error)}", url=url, reason="protocol") from error
                finally:
                    self._free_at[host] = time.monotonic() + pause

    async def _read(self, url: str, headers: Mapping[str, str]) -> Fetched | str:
        async with self._client.stream("GET", url, headers=dict(headers)) as answer:
            status = answer.status_code
            if status in (301, 302, 303, 307, 308) and "location" in answer.headers:
                return str(answer.url.join(answer.headers["location"]))
            if status not in (200, 304):
                raise FetchError(
                    f"HTTP status {status} {answer.reason_phrase}".strip(),
                    url=url,
                    reason="status",
                    status=status,
                    retry_after=_retry_after(answer.headers.get("retry-after", "")),
                )
            body = b"" if status == 304 else await self._body(answer, url)
            content_type = answer.headers.get("content-type", "")
            named = _CHARSET.search(content_type)
            return Fetched(
                url=str(answer.url),
                status=status,
                body=body,
                content_type=content_type.partition(";")[0].strip().lower(),
                charset=named.group(1) if named else "",
                etag=answer.headers.get("etag", ""),
                last_modified=answer.headers.get("last-modified", ""),
            )

    async def _body(self, answer: httpx.Response, url: str) -> bytes:
        """The body, decompressed by at most one layer and never beyond the cap."""
        coding = answer.headers.get("content-encoding", "").strip().lower()
        if coding in ("", "identity"):
            unpack = None
        elif coding in _ENCODINGS:
            unpack = zlib.decompressobj(_ENCODINGS[coding])
        else:
            raise FetchError(f"the answer is packed as {coding!r}, which nobody asked for", url=url, reason="protocol")
        body = bytearray()
        received = 0
        async for chunk in answer.aiter_raw():
            received += len(chunk)
            room = self._most_bytes - len(body) + 1
            if unpack is None:
                body += chunk
            else:
                try:
                    body += unpack.decompress(chunk, room)
                except zlib.error as error:
                    raise FetchError(f"the packed answer is damaged: {error}", url=url, reason="protocol") from error
            # What comes after the end of a packed body counts as well.
            if max(len(body), received) > self._most_bytes:
                raise FetchError(f"larger than {self._most_bytes:,} bytes", url=url, reason="too-large")
        if unpack is not None and not unpack.eof:
            raise FetchError("the packed answer was cut off", url=url, reason="protocol")
        return bytes(body)


def _host(url: str) -> str:
    try:
        parsed = httpx.URL(url)
        scheme, host, port = parsed.scheme, parsed.host, parsed.port
    except (httpx.InvalidURL, ValueError, AssertionError) as error:
        raise FetchError(f"not a usable address: {_words(error)}", url=url, reason="url") from error
    if scheme not in ("http", "https") or not host:
        raise FetchError("not an http or https address", url=url, reason="url")
    if port is not None and not 0 < port < 65536:
        raise FetchError(f"not a usable address: there is no port {port}", url=url, reason="url")
    return f"{host}:{port or scheme}"


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _retry_after(value: str) -> float | None:
    """Seconds to wait, clamped to a minute and a day (RFC 9110, 10.2.3); None when absent or unreadable."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    if math.isnan(seconds):
        return None
    return min(max(seconds, _RETRY_LEAST), _RETRY_MOST)
