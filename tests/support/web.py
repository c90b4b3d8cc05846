"""A real web server on loopback whose pages are functions; it remembers who asked what, when, and how many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = Callable[["Answer"], None]


@dataclass(slots=True)
class Asked:
    """One request as the server saw it; times are seconds on the monotonic clock, `ended` 0 until it has."""

    path: str
    headers: Mapping[str, str]
    began: float
    ended: float = 0.0


class Answer(BaseHTTPRequestHandler):
    """One request on its way: a page answers with `say`, or writes its own bytes with `raw`."""

    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path, headers, time.monotonic())
        with self.web.lock:
            self.web.asked.append(asked)
            self.web.busy += 1
            self.web.most_busy = max(self.web.most_busy, self.web.busy)
        try:
            with suppress(OSError):
                self.web.pages.get(self.path, missing)(self)
        finally:
            asked.ended = time.monotonic()
            with self.web.lock:
                self.web.busy -= 1

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer; header names are given with underscores."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def raw(self, data: bytes) -> None:
        """Bytes as they are; the connection ends after this request."""
        self.close_connection = True
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def missing(answer: Answer) -> None:
    """The page for every other path."""
    answer.say(404)


@dataclass
class Web:
    """The server's address, its pages by path, and what was asked of it."""

    address: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    busy: int = 0
    most_busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, path: str, status: int = 200, body: bytes = b"", **headers: str) -> str:
        """Put a plain answer at a path; returns its URL."""
        self.pages[path] = lambda answer: answer.say(status, body, **headers)
        return self.address + path

    def does(self, path: str, page: Page) -> str:
        """Put a function at a path; returns its URL."""
        self.pages[path] = page
        return self.address + path


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A page that is cut off must not keep the test from ending.
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


@contextmanager
def web_server() -> Iterator[Web]:
    """A server for one test."""
    web = Web()
    server = _Server(("127.0.0.1", 0), type("Answers", (Answer,), {"web": web}))
    web.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
