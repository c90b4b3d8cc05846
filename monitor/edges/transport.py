"""httpx's way to the network, with the guard in it: what is connected to is what was checked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import httpcore
import httpx

from monitor.edges.guard import Guard

CONNECT_SECONDS = 10.0
_KEEP_SECONDS = 30.0
_FAILURES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore: looks the name up once, has every address checked, connects to those."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore.AnyIOBackend()

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
                return await self._inner.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        """Between httpcore's own retries, of which there are none."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """An `httpx` transport on a pool of guarded connections; HTTP/2 where the server offers it; no proxies.

    `connections`: how many may be open; `trust`: a PEM file of certificates to trust instead of the usual ones.
    """

    def __init__(self, guard: Guard, *, connections: int, trust: str = "") -> None:
        self._guard = guard
        self._trust = trust
        self._trusting = False
        # The certificates are read when the first https address is asked: that takes longer than all the rest here.
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEEP_SECONDS,
            http2=True,
            network_backend=GuardedBackend(guard),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request; raises httpx's exceptions, and RefusedAddressError."""
        url = request.url
        if url.scheme == "https" and not self._trusting:
            self._read_certificates()
        try:
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    extensions=request.extensions,
                )
            )
        except _FAILURES as error:
            raise _as_httpx(error) from error
        assert isinstance(answer.stream, AsyncIterable)  # noqa: S101 - for the type checker
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions, request=request
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()
        self._guard.close()

    def _read_certificates(self) -> None:
        import certifi  # noqa: PLC0415 - only where https is asked

        self._tls.load_verify_locations(self._trust or certifi.where())
        self._trusting = True


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
