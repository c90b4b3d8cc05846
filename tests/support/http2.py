"""A server on loopback that speaks HTTP/2 over TLS and nothing else."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from .mail import make_certificate


class Http2:
    """`url`: its address; `trust`: the certificate to trust; `asked`: the headers of each request, by connection."""

    def __init__(self, folder: Path, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
        self.trust, self._key = make_certificate(folder)
        self._answer = [(":status", "200"), *headers, ("content-length", str(len(body)))]
        self._body = body
        self.url = ""
        self.asked: list[list[dict[str, str]]] = []

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        """Until it is stopped."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.trust, self._key)
        context.set_alpn_protocols(["h2"])
        async with await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context) as server:
            self.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
            started.set()
            await stop.wait()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        requests: list[dict[str, str]] = []
        self.asked.append(requests)
        writer.write(connection.data_to_send())
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                if isinstance(event, RequestReceived) and event.headers and event.stream_id:
                    requests.append({str(name): str(value) for name, value in event.headers})
                    connection.send_headers(event.stream_id, self._answer)
                    connection.send_data(event.stream_id, self._body, end_stream=True)
            writer.write(connection.data_to_send())
        writer.close()


@contextmanager
def http2_server(folder: Path, body: bytes, *headers: tuple[str, str]) -> Iterator[Http2]:
    """A server for one test; each path answers with this body."""
    server, started = Http2(folder, body, headers), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(started, stop),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
