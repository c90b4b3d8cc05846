"""One-click requests to unsubscribe (RFC 8058), taken on this machine behind a web server of one's own."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A request line, headers and `List-Unsubscribe=One-Click`: nobody needs more.
_MOST_BODY = 10_000
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
    'content="width=device-width, initial-scale=1"><title>{title}</title></head>'
    "<body><h1>{title}</h1>{body}</body></html>"
)
_FORM = (
    '<p>You will get no more of these mails.</p><form method="post">'
    '<button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>'
)


def leaving_server(host: str, port: int, leave: Callable[[str], bool]) -> ThreadingHTTPServer:
    """A server that asks on GET and acts on POST: scanners of mail follow links, and only people post.

    `leave`: takes the token at the end of the path; False when nobody has it. Raises OSError when the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            """A page with a button."""
            self._answer(200 if self._token() else 404, "Unsubscribe", _FORM)

        def do_POST(self) -> None:
            """Unsubscribe."""
            try:
                length = int(self.headers.get("Content-Length") or 0)
            except ValueError:
                length = -1
            if not 0 <= length <= _MOST_BODY:
                self.close_connection = True
                self._answer(400, "Not understood", "")
                return
            self.rfile.read(length)
            token = self._token()
            if token and leave(token):
                self._answer(200, "Unsubscribed", "<p>You get no more of these mails.</p>")
            else:
                self._answer(404, "Not known", "<p>This address is not known here.</p>")

        def _token(self) -> str:
            head, _, token = self.path.partition("?")[0].rpartition("/")
            return token if head.endswith("/unsubscribe") and len(token) <= 100 else ""

        def _answer(self, status: int, title: str, body: str) -> None:
            page = _PAGE.format(title=escape(title), body=body if status != 404 else "").encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the paths hold tokens."""

    return ThreadingHTTPServer((host, port), Handler)
