"""httpx's way to the network, with the guard in it: what is connected to is what was checked."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import httpcore
import httpx

from monitor.edges.connection import connect
from monitor.edges.guard import Guard

CONNECT_SECONDS = 10.0
_KEEP_SECONDS = 30.0
_FAILURES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore: looks the name up once, has every address checked, connects to those."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises RefusedAddressError, httpcore.ConnectError or httpcore.ConnectTimeout."""
        end = time.monotonic() + (timeout or CONNECT_SECONDS)
        try:
            async with asyncio.timeout(end - time.monotonic()):
                addresses = await self._guard.addresses(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name {host} could not be looked up in time") from error
        except (OSError, UnicodeError) as error:
            words = getattr(error, "strerror", None) or str(error)
            raise httpcore.ConnectError(f"the name {host} cannot be looked up ({words})") from error
        for left in range(len(addresses), 0, -1):
            address = addresses[-left]
            # An address that swallows everything must leave time for the others.
            share = max((end - time.monotonic()) / (2 if left > 1 else 1), 0.01)
            try:
                return await connect(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        """Between httpcore's own retries, of which there are none."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """An `httpx` transport on guarded connections; HTTP/2 where the server offers it; no proxies.

    A connection is kept for each origin, which is asked one thing at a time: its whole answer is read, or closed,
    before the next request. (httpcore's own pool looks at every connection at each request.)

    `connections`: how many may be open; `trust`: a PEM file of certificates to trust instead of the usual ones.
    """

    def __init__(self, guard: Guard, *, connections: int, trust: str = "") -> None:
        self._guard = guard
        self._trust = trust
        self._trusting = False
        # The certificates are read when the first https address is asked: that takes longer than all the rest here.
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._backend = GuardedBackend(guard)
        self._most = connections
        self._kept: OrderedDict[str, httpcore.AsyncHTTPConnection] = OrderedDict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request; raises httpx's exceptions, and RefusedAddressError."""
        url = request.url
        if url.scheme == "https" and not self._trusting:
            self._read_certificates()
        try:
            target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
            connection = await self._connection(target.origin)
            answer = await connection.handle_async_request(
                httpcore.Request(request.method, target, headers=request.headers.raw, extensions=request.extensions)
            )
        except _FAILURES as error:
            raise _as_httpx(error) from error
        assert isinstance(answer.stream, AsyncIterable)  # noqa: S101 - for the type checker
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions, request=request
        )

    async def aclose(self) -> None:
        """Close the connections."""
        kept, self._kept = self._kept, OrderedDict()
        for connection in kept.values():
            await _close(connection)
        self._guard.close()

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """The origin's connection, or a new one where that has ended or was left in the middle of an answer."""
        name = str(origin)
        connection = self._kept.pop(name, None)
        if connection is not None and (not connection.is_available() or connection.has_expired()):
            await _close(connection)
            connection = None
        connection = connection or httpcore.AsyncHTTPConnection(
            origin, self._tls, keepalive_expiry=_KEEP_SECONDS, http2=True, network_backend=self._backend
        )
        if len(self._kept) >= self._most:
            await self._close_oldest()
        self._kept[name] = connection
        return connection

    async def _close_oldest(self) -> None:
        """Close what was idle for longest; what is in use stays, however many that are."""
        idle = next((name for name, each in self._kept.items() if each.is_idle()), None)
        if idle is not None:
            await _close(self._kept.pop(idle))

    def _read_certificates(self) -> None:
        import certifi  # noqa: PLC0415 - only where https is asked

        self._tls.load_verify_locations(self._trust or certifi.where())
        self._trusting = True


async def _close(connection: httpcore.AsyncHTTPConnection) -> None:
    """Close it; what goes wrong then concerns nobody."""
    with contextlib.suppress(*_FAILURES, OSError):
        await connection.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._answer.aiter_stream():
                yield part
        except _FAILURES as error:
            raise _as_httpx(error) from error

    async def aclose(self) -> None:
        await self._answer.aclose()


def _as_httpx(error: Exception) -> Exception:
    """httpcore's exceptions have namesakes in httpx."""
    namesake: type[Exception] = getattr(httpx, type(error).__name__, httpx.TransportError)
    return namesake(str(error))
