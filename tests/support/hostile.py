"""A server on loopback that says any bytes at any pace, and a fetcher that may ask it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from monitor.edges.fetch import HttpFetcher
from monitor.edges.guard import Guard, Lookup, networks
from monitor.errors import FetchError
from monitor.model import Fetched, Request

Script = Callable[["Talk"], None]


class Talk:
    """One request and the raw connection on which to answer it."""

    def __init__(self, connection: socket.socket, head: bytes) -> None:
        self.connection = connection
        self.path = head.split(b" ")[1].decode("latin-1") if head.count(b" ") > 1 else ""
        lines = (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
        self.headers = {
            name.strip().lower().decode("latin-1"): value.strip().decode("latin-1") for name, _, value in lines
        }

    def say(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def answer(self, status: str, body: bytes = b"", *headers: str) -> None:
        """A whole, honest answer."""
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
        self.say("\r\n".join(lines).encode("latin-1") + body)

    def drip(self, data: bytes, seconds: float) -> None:
        """One byte at a time."""
        for byte in data:
            self.say(bytes([byte]))
            time.sleep(seconds)

    def reset(self) -> None:
        """Break the connection off instead of closing it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass
class Server:
    """Scripts by path ("*" for every other), and what was asked. The connection ends with each answer."""

    address: str = ""
    scripts: dict[str, Script] = field(default_factory=dict)
    asked: list[Talk] = field(default_factory=list)

    def does(self, script: Script, path: str = "/x") -> str:
        """Put a script at a path; returns its URL."""
        self.scripts[path] = script
        return self.address + path

    def says(self, data: bytes, path: str = "/x") -> str:
        """Put bytes at a path; returns its URL."""
        return self.does(lambda talk: talk.say(data), path)

    def answers(self, status: str = "200 OK", body: bytes = b"", *headers: str, path: str = "/x") -> str:
        """Put a whole answer at a path; returns its URL."""
        return self.does(lambda talk: talk.answer(status, body, *headers), path)

    def paths(self) -> list[str]:
        """What was asked, in order."""
        return [talk.path for talk in self.asked]


@contextmanager
def hostile_server(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server for one test; without a script for it, a path is not found."""
    server = Server()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(10)
            secure = tls.wrap_socket(connection, server_side=True) if tls else connection
            with secure:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = secure.recv(65536)
                    if not piece:
                        return
                    head += piece
                talk = Talk(secure, head)
                server.asked.append(talk)
                # A script for "every other path" does not mean robots.txt.
                every = "" if talk.path == "/robots.txt" else "*"
                script = server.scripts.get(talk.path) or server.scripts.get(every)
                if script:
                    script(talk)
                else:
                    talk.answer("404 Not Found")

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    server.address = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    threading.Thread(target=listen, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def loopback(lookup: Lookup | None = None) -> Guard:
    """A guard that lets a test ask its own servers."""
    return Guard(networks("127.0.0.0/8, ::1/128"), lookup)


def fetch_all(*requests: Request | str, **options: Any) -> list[Fetched | BaseException]:
    """One after the other, with one fetcher that obeys robots.txt; what it raises is an answer too."""

    async def run() -> list[Fetched | BaseException]:
        outcomes: list[Fetched | BaseException] = []
        async with HttpFetcher("monitor/9.9", **{"deadline": 5.0, "guard": loopback(), **options}) as fetcher:
            for request in requests:
                asked = Request(request, pause=0.0) if isinstance(request, str) else request
                outcomes += await asyncio.gather(fetcher.fetch(asked), return_exceptions=True)
        return outcomes

    return asyncio.run(run())


def fetch_one(request: Request | str, **options: Any) -> Fetched:
    """The answer; what the fetcher raised is raised."""
    (outcome,) = fetch_all(request, **options)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def fails(request: Request | str, **options: Any) -> FetchError:
    """The error with which it ends."""
    with pytest.raises(FetchError) as caught:
        fetch_one(request, **options)
    return caught.value
