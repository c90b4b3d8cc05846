"""The demo newsroom on loopback: one small HTTP server a paper, three days to switch through."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType, TracebackType
from typing import Literal, NamedTuple, Self
from urllib.parse import urlsplit

from monitor.demo import feeds, html
from monitor.demo.press import Day, Page, Press, Publisher

LOOPBACK = "127.0.0.1"
POLL_S = 0.02  # how soon a server notices that it is to stop
_PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="9"><rect width="16" height="9"/></svg>'
_HTML = "text/html; charset=utf-8"


class WatchSource(NamedTuple):
    """One line for a watch file."""

    id: str
    name: str
    url: str
    kind: Literal["feed", "index"]


class Request(NamedTuple):
    """One request that a paper has answered. `path` is without query and fragment."""

    method: str
    path: str
    status: int
    conditional: bool  # sent If-None-Match or If-Modified-Since


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    modified: datetime | None = None  # aware; None: never answered with 304
    headers: tuple[tuple[str, str], ...] = ()


class Newsroom:
    """All papers of a Press, each on a port of its own, from `with` until its end.

    `day` is what they have published: set it to 1, 2 or 3 between runs. Later pages are 404 until then.
    """

    def __init__(self, press: Press, day: Day = 1) -> None:
        self.press = press
        self.day: Day = day
        self.requests: dict[str, list[Request]] = {paper.id: [] for paper in press.publishers}
        self.stopping = threading.Event()
        self._servers: dict[str, _PaperServer] = {}
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        try:
            for paper in self.press.publishers:
                server = self._servers[paper.id] = _PaperServer(self, paper)
                thread = threading.Thread(
                    target=server.serve_forever, args=(POLL_S,), name=f"demo-{paper.id}", daemon=True
                )
                thread.start()
                self._threads.append(thread)
        except OSError:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop every server and free its port. May be called twice."""
        self.stopping.set()
        for server, _thread in zip(self._servers.values(), self._threads, strict=False):
            server.shutdown()
        for server in self._servers.values():
            server.server_close()
        for thread in self._threads:
            thread.join()
        self._servers.clear()
        self._threads.clear()

    @property
    def urls(self) -> Mapping[str, str]:
        """The feed URL of each paper, by publisher id."""
        papers = self.press.publishers
        return MappingProxyType({paper.id: self.base(paper.id) + feeds.PATHS[paper.feed] for paper in papers})

    def base(self, publisher_id: str) -> str:
        """ "http://127.0.0.1:4711" of one paper; KeyError while the newsroom is closed."""
        return self._servers[publisher_id].base

    def page_url(self, page_id: str) -> str:
        """The canonical address of one page, whether it is published yet or not."""
        page = self.press.page(page_id)
        return self.base(page.publisher) + page.path

    def watch_sources(self) -> list[WatchSource]:
        """All papers as sources of a watch, in the order of publishers.toml."""
        return [
            WatchSource(p.id, p.name, self.urls[p.id], "index" if p.feed == "index" else "feed")
            for p in self.press.publishers
        ]


class _PaperServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, newsroom: Newsroom, paper: Publisher) -> None:
        self.newsroom = newsroom
        self.paper = paper
        self.fetches = 0  # of the feed
        super().__init__((LOOPBACK, 0), _Handler)
        self.base = f"http://{LOOPBACK}:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that hangs up early is none of our business."""

    def answer(self, path: str) -> _Answer:
        """What this paper answers to a GET on `path` today."""
        paper, day = self.paper, self.newsroom.day
        if day in paper.down_days:
            return _Answer(HTTPStatus.SERVICE_UNAVAILABLE, body=b"Back soon.\n", headers=(("Retry-After", "3600"),))
        pages = self.newsroom.press.published(paper.id, day)
        newest = pages[0].published if pages else None
        if path == feeds.PATHS[paper.feed]:
            self.fetches += 1
            feed = feeds.document(paper, pages, self.base, self.fetches)
            return _Answer(HTTPStatus.OK, feed.content_type, feed.body, newest)
        if path == "/":
            kind = "" if paper.feed == "notafeed" else feeds.TYPES[paper.feed].partition(";")[0]
            text = html.front(paper, pages, feeds.PATHS[paper.feed], kind)
            return _Answer(HTTPStatus.OK, _HTML, text.encode(), newest)
        if path == "/robots.txt":
            return _Answer(HTTPStatus.OK, body=b"User-agent: *\nDisallow: /search\n")
        if path.startswith("/static/"):
            return _Answer(HTTPStatus.OK, "image/svg+xml", _PICTURE)
        return self._article(path, pages)

    def _article(self, path: str, pages: tuple[Page, ...]) -> _Answer:
        for page in pages:
            if path == f"/r/{page.id}" and page.id in self.paper.redirects:
                return _Answer(HTTPStatus.MOVED_PERMANENTLY, headers=(("Location", self.base + page.path),))
            if path == page.path:
                text = html.article(page, self.paper, pages, self.base)
                return _Answer(HTTPStatus.OK, _HTML, text.encode(), page.published)
        return _Answer(HTTPStatus.NOT_FOUND, body=b"No such page.\n")


class _Handler(BaseHTTPRequestHandler):
    server: _PaperServer
    protocol_version = "HTTP/1.1"
    timeout = 10  # seconds for a client to send its request

    def do_GET(self) -> None:
        """Answer with headers and body."""
        self._serve("GET")

    def do_HEAD(self) -> None:
        """Answer with headers alone."""
        self._serve("HEAD")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _serve(self, method: str) -> None:
        paper = self.server.paper
        if paper.delay_s and self.server.newsroom.stopping.wait(paper.delay_s):
            self.close_connection = True
            return
        path = urlsplit(self.path).path
        answer = self.server.answer(path)
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        validators = paper.conditional and answer.status is HTTPStatus.OK and answer.modified is not None
        status = HTTPStatus.NOT_MODIFIED if validators and self._fresh(tag, answer.modified) else answer.status
        body = b"" if status is HTTPStatus.NOT_MODIFIED else answer.body
        zipped = bool(body) and paper.gzip and "gzip" in self.headers.get("Accept-Encoding", "")
        if zipped:
            body = gzip.compress(body, mtime=0)
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        self.server.newsroom.requests[paper.id].append(Request(method, path, status, conditional))
        self.send_response(status)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
        if validators and answer.modified is not None:
            self.send_header("ETag", tag)
            self.send_header("Last-Modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True))
        if zipped:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        for name, value in answer.headers:
            self.send_header(name, value)
        # One request a connection: nothing is left open when the newsroom closes.
        self.send_header("Connection", "close")
        self.end_headers()
        if method == "GET":
            self.wfile.write(body)

    def _fresh(self, tag: str, modified: datetime | None) -> bool:
        """Whether the client already has this version; If-None-Match wins over If-Modified-Since."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            return modified <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False
