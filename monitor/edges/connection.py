"""A TCP connection for httpcore on asyncio's own transports, with TLS where it is asked for.

httpcore's own goes through anyio, which serves other event loops as well and costs a third of a small request.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore

# What is kept of an answer that nobody has read yet; then the other side has to wait.
MOST_UNREAD = 65_536


class Connection(httpcore.AsyncNetworkStream):
    """`httpcore.AsyncNetworkStream`: one reader and one writer at a time. Raises httpcore's errors only."""

    def __init__(self, transport: asyncio.Transport, pipe: _Pipe) -> None:
        self._transport = transport
        self._pipe = pipe

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What has come, at least a byte of it; b"" at the end."""
        try:
            async with asyncio.timeout(timeout):
                return await self._pipe.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Hand it to the system, as far as that takes it."""
        try:
            async with asyncio.timeout(timeout):
                await self._pipe.write(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close it at once: nobody is waited for."""
        self._transport.abort()
        await asyncio.sleep(0)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Connection:
        """The same connection under TLS. What came in the clear before that is dropped: it must not pass for safe."""
        pipe = _Pipe()
        try:
            async with asyncio.timeout(timeout):
                transport = await asyncio.get_running_loop().start_tls(
                    self._transport, pipe, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            self._transport.abort()
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            self._transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:
            self._transport.abort()
            raise
        if transport is None:  # the loop says so when it ended meanwhile
            raise httpcore.ConnectError("the connection ended while it was made safe")
        pipe.connection_made(transport)
        return Connection(transport, pipe)

    def get_extra_info(self, info: str) -> Any:
        """`is_readable`: there is something to read, or the other side has ended it; `ssl_object`, `socket` …"""
        if info == "is_readable":
            return self._pipe.readable
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._transport.get_extra_info(names.get(info, info))


async def connect(
    address: str,
    port: int,
    timeout: float | None = None,  # noqa: ASYNC109
    local_address: str | None = None,
    socket_options: Iterable[Any] | None = None,
) -> Connection:
    """A connection to this network address, no name. Raises httpcore.ConnectError or httpcore.ConnectTimeout."""
    local = (local_address, 0) if local_address else None
    try:
        async with asyncio.timeout(timeout):
            transport, pipe = await asyncio.get_running_loop().create_connection(_Pipe, address, port, local_addr=local)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    for option in socket_options or ():
        transport.get_extra_info("socket").setsockopt(*option)
    return Connection(transport, pipe)


class _Pipe(asyncio.Protocol):
    """What has come and was not read, and whether more may be written."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._paused = False  # we have told the other side to wait
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._full = False  # the system takes no more for now

    @property
    def readable(self) -> bool:
        """Whether a read would not have to wait."""
        return self._ended or bool(self._unread)

    async def read(self, most: int) -> bytes:
        """Some bytes, or b"" at the end; raises OSError."""
        while not self._unread and not self._ended:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if not self._unread and self._error is not None:
            raise OSError(str(self._error)) from self._error
        data = bytes(self._unread[:most])
        del self._unread[:most]
        if self._paused and not self._unread and self._transport is not None:
            self._paused = False
            with contextlib.suppress(RuntimeError):  # it ended meanwhile
                self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Raises OSError when the connection has ended."""
        if self._ended or self._transport is None:
            raise OSError(str(self._error or "the connection has ended"))
        self._transport.write(data)
        while self._full and not self._ended:
            self._writer = asyncio.get_running_loop().create_future()
            try:
                await self._writer
            finally:
                self._writer = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self._paused and len(self._unread) > MOST_UNREAD and self._transport is not None:
            self._paused = True
            with contextlib.suppress(RuntimeError):
                self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        self._ended = True
        _wake(self._reader)
        _wake(self._writer)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended:
            self._error = exc
        self.eof_received()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        _wake(self._writer)


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
