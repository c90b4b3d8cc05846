"""The connections under httpcore: real sockets on loopback, TLS included."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpcore
import pytest
from support.mail import make_certificate

from monitor.edges.connection import MOST_UNREAD, Connection, connect

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LONG = 30.0


def with_server(talk: Talk, use: Callable[[Connection], Awaitable[None]], tls: ssl.SSLContext | None = None) -> None:
    """One connection to a server that talks like this."""

    async def both() -> None:
        async with await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls) as server:
            connection = await connect("127.0.0.1", server.sockets[0].getsockname()[1], LONG)
            async with asyncio.timeout(LONG):
                await use(connection)
            await connection.aclose()

    asyncio.run(both())


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()
    writer.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def read_all(connection: Connection) -> int:
    total = 0
    while data := await connection.read(10_000):
        total += len(data)
    return total


def test_what_was_written_comes_back_in_pieces_no_larger_than_asked() -> None:
    async def use(connection: Connection) -> None:
        await connection.write(b"courier")
        got = b""
        while len(got) < 7:
            piece = await connection.read(3)
            assert 0 < len(piece) <= 3
            got += piece
        assert got == b"courier"
        assert not connection.get_extra_info("is_readable")

    with_server(echo, use)


def test_what_came_before_the_end_is_read_and_then_nothing() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"last words")
        writer.close()

    async def use(connection: Connection) -> None:
        assert await read_all(connection) == 10
        assert await connection.read(10) == b""
        assert connection.get_extra_info("is_readable")  # so it is not used again

    with_server(talk, use)


def test_a_server_that_sends_without_end_has_to_wait_for_its_reader() -> None:
    size = 40_000_000

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(0)
        for _ in range(size // 100_000):
            writer.write(bytes(100_000))
            await writer.drain()
        writer.close()

    async def use(connection: Connection) -> None:
        while len(connection._pipe._unread) <= MOST_UNREAD:  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.01)
        for _ in range(50):  # the server gets its turns, and none of them brings more than one piece
            await asyncio.sleep(0)
        assert len(connection._pipe._unread) < MOST_UNREAD + 1_000_000
        assert await read_all(connection) == size

    with_server(talk, use)


def test_a_read_that_was_cancelled_loses_nothing() -> None:
    async def use(connection: Connection) -> None:
        reading = asyncio.create_task(connection.read(10))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait({reading})
        assert reading.cancelled()
        await connection.write(b"still here")
        assert await connection.read(10) == b"still here"

    with_server(echo, use)


def test_a_silent_server_costs_no_more_than_the_time_that_was_given() -> None:
    async def use(connection: Connection) -> None:
        with pytest.raises(httpcore.ReadTimeout):
            await connection.read(10, timeout=0.01)
        with pytest.raises(httpcore.WriteTimeout):
            await connection.write(bytes(50_000_000), timeout=0.01)

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    with_server(deaf, use)


def test_a_connection_that_was_torn_down_is_an_error_to_read_and_to_write() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(1, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # SOL_SOCKET, SO_LINGER: close with a reset
        writer.transport.abort()

    async def use(connection: Connection) -> None:
        await connection.write(b"x")
        with pytest.raises(httpcore.ReadError):
            await connection.read(10)
        with pytest.raises(httpcore.WriteError):
            await connection.write(b"x")

    with_server(talk, use)


def test_nobody_listening_is_a_connect_error() -> None:
    async def both() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        with pytest.raises(httpcore.ConnectError):
            await connect("127.0.0.1", port, LONG)

    asyncio.run(both())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


class TestUnderTls:
    def server(self, certificate: tuple[Path, Path]) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def client(self, certificate: tuple[Path, Path]) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(certificate[0]))
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    def test_it_carries_data_and_tells_what_was_agreed(self, certificate: tuple[Path, Path]) -> None:
        async def use(connection: Connection) -> None:
            safe = await connection.start_tls(self.client(certificate), "localhost", LONG)
            assert safe.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
            await safe.write(b"courier")
            assert await safe.read(100) == b"courier"
            await safe.aclose()

        with_server(echo, use, self.server(certificate))

    def test_a_certificate_for_another_name_or_from_nobody_known_is_refused(
        self, certificate: tuple[Path, Path]
    ) -> None:
        for context, name in (
            (self.client(certificate), "gazette.example"),
            (ssl.create_default_context(), "localhost"),
        ):

            async def use(connection: Connection, context: ssl.SSLContext = context, name: str = name) -> None:
                with pytest.raises(httpcore.ConnectError):
                    await connection.start_tls(context, name, LONG)

            with_server(echo, use, self.server(certificate))

    def test_a_server_that_never_shakes_hands_is_given_up_in_time(self, certificate: tuple[Path, Path]) -> None:
        async def use(connection: Connection) -> None:
            with pytest.raises(httpcore.ConnectTimeout):
                await connection.start_tls(self.client(certificate), "localhost", 0.05)

        with_server(silent, use)

    def test_what_came_in_the_clear_is_not_taken_for_safe(self, certificate: tuple[Path, Path]) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"injected")
            await writer.drain()
            await writer.start_tls(self.server(certificate))
            writer.write(b"safe")
            await reader.read()

        async def use(connection: Connection) -> None:
            while not connection.get_extra_info("is_readable"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            safe = await connection.start_tls(self.client(certificate), "localhost", LONG)
            assert await safe.read(100) == b"safe"
            await safe.aclose()

        with_server(talk, use)
