"""A site on loopback: pages by path and one RSS feed, with validators, and a record of what was asked."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self
from xml.sax.saxutils import escape

FEED = "/feed.xml"


class Asked(NamedTuple):
    """One request that was answered. `conditional`: it named the version it has."""

    path: str
    status: int
    conditional: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What the feed says of a page. `published` is aware; None: the feed gives no date."""

    path: str
    title: str
    published: datetime | None = None
    summary: str = ""


@dataclass
class Site:
    """Pages and a feed, served from `with` to its end. `delay`: seconds before each answer."""

    name: str = "The Loopback Post"
    delay: float = 0.0
    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        site = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that was killed is what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def feed(self) -> str:
        """The feed's address."""
        return self.base + FEED

    def add(self, entry: Entry, body: str | bytes, content_type: str = "text/html; charset=utf-8") -> str:
        """Publish a page and name it in the feed; returns its address."""
        self.pages[entry.path] = (body.encode() if isinstance(body, str) else body, content_type)
        self.entries.append(entry)
        return self.base + entry.path

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        if self.delay:
            time.sleep(self.delay)
        path = request.path.partition("?")[0]
        named = request.headers.get("If-None-Match")
        status, body, content_type = 200, b"", "application/rss+xml; charset=utf-8"
        if path in self.failing:
            status = self.failing[path]
        elif path == FEED:
            body = self._rss()
        elif path in self.pages:
            body, content_type = self.pages[path]
        else:
            status = 404
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and named == tag:
            status, body = 304, b""
        conditional = bool(named or request.headers.get("If-Modified-Since"))
        self.asked.append(Asked(path, status, conditional))
        request.send_response(status)
        if status == 200:
            request.send_header("Content-Type", content_type)
        if status in (200, 304):
            request.send_header("ETag", tag)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _rss(self) -> bytes:
        items = "".join(
            f"<item><title>{escape(entry.title)}</title><link>{self.base}{escape(entry.path)}</link>"
            f"<guid>{escape(entry.path)}</guid>"
            + (f"<pubDate>{format_datetime(entry.published.astimezone(UTC))}</pubDate>" if entry.published else "")
            + (f"<description>{escape(entry.summary)}</description>" if entry.summary else "")
            + "</item>\n"
            for entry in self.entries
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{escape(self.name)}</title>'
            f"<link>{self.base}/</link>\n{items}</channel></rss>\n"
        ).encode()
