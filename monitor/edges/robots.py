"""robots.txt as RFC 9309 reads it: what it says to this program, and what its absence or failure means."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import httpx
from protego import Protego

from monitor.edges.addresses import checked_url
from monitor.edges.answers import Answer
from monitor.errors import FetchError
from monitor.model import RobotsFile

PRODUCT = "monitor"
MOST_BYTES = 500 * 1024
KEPT_SECONDS = 86_400.0
# After robots.txt could not be had, this long passes before it is asked for again.
AGAIN_SECONDS = 600.0
LONGEST_DELAY = 60.0
_MOST_REDIRECTS = 5
_AGENT = re.compile(r"^[ \t]*user[- ]?agent[ \t]*[:\s][ \t]*([^\r\n]*)", re.I | re.M)
_NAME = re.compile(r"[a-z_-]+", re.I)
# These say what is wrong with the host itself; the others mean that nobody may know what robots.txt says.
_HOST_REASONS = frozenset({"connect", "timeout", "address", "wait"})


# Where robots.txt redirects to, its own validators mean nothing.
_NOTHING = RobotsFile()


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to us. `delay`: least seconds between requests; `note`: what was odd, in words.

    `file`: what they were read from, to be kept; None where it is better asked for again.
    """

    parsed: Protego | None = None
    delay: float = 0.0
    note: str = ""
    file: RobotsFile | None = None

    def allow(self, url: str) -> bool:
        """Whether this address may be asked."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, PRODUCT))


async def ask_robots(
    url: httpx.URL, ask: Callable[[httpx.URL, RobotsFile], Awaitable[Answer]], kept: RobotsFile | None = None
) -> Rules:
    """The rules of the host of this address; `ask` makes one request and follows nothing.

    `kept`: what stood there before; its validators are sent along. Raises FetchError when the rules cannot be known,
    which forbids everything for now.
    """
    at = url.copy_with(raw_path=b"/robots.txt")
    known = kept or RobotsFile()
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await ask(at, known)
            if answer.status == 200:
                file = RobotsFile(answer.body, answer.content_type)
                if known is not _NOTHING:
                    file = replace(
                        file, etag=answer.validator(b"etag"), last_modified=answer.validator(b"last-modified")
                    )
                return read_robots(file)
            if answer.status == 304 and (known.etag or known.last_modified):
                return read_robots(known)
            if answer.target is not None:
                # The validators are those of the place itself.
                at, known = checked_url(answer.target, answer.url), _NOTHING
            elif 400 <= answer.status < 500 and answer.status != 429:
                return Rules(file=RobotsFile())
            else:
                raise FetchError(
                    f"robots.txt answers {answer.status}; until it can be read, nothing is fetched there",
                    url=str(url),
                    reason="robots",
                    status=answer.status,
                    retry_after=answer.retry_after,
                )
    except FetchError as error:
        if error.reason == "robots" or (error.reason in _HOST_REASONS and at.host == url.host):
            raise
        if error.reason == "url":
            return Rules(note="robots.txt redirects to no usable address and is taken for absent")
        message = f"robots.txt cannot be had ({error}); until it can, nothing is fetched there"
        raise FetchError(message, url=str(url), reason="robots", retry_after=error.retry_after or 900.0) from error
    return Rules(note="robots.txt redirects too often and is taken for absent")


def read_robots(file: RobotsFile) -> Rules:
    """The rules in this file; of more than MOST_BYTES the beginning is read."""
    body = file.body
    head = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml")) or ("html" in file.content_type and head.startswith(b"<")):
        return Rules(note="robots.txt is a web page and forbids nothing", file=replace(file, body=head[:100]))
    notes = []
    if len(body) > MOST_BYTES:
        # Half a line could forbid more than was meant.
        body = body[:MOST_BYTES].rpartition(b"\n")[0]
        notes.append(f"robots.txt is longer than {MOST_BYTES // 1024} KiB; its beginning was read")
    parsed = _parse(body)
    delay = float(parsed.crawl_delay(PRODUCT) or 0.0)
    if delay > LONGEST_DELAY:
        notes.append(f"robots.txt asks for {delay:.0f} s between two requests; {LONGEST_DELAY:.0f} s are kept")
    return Rules(parsed, min(delay, LONGEST_DELAY), "; ".join(notes), file)


# Many sites have the file that their software came with.
@lru_cache(maxsize=64)
def _parse(body: bytes) -> Protego:
    return Protego.parse(_AGENT.sub(_ours_or_not, body.decode("utf-8-sig", "replace")))


def _ours_or_not(line: re.Match[str]) -> str:
    """Names of others become one: a thousand groups of a thousand names would take minutes to sort out."""
    name = line[1].strip()
    product = _NAME.match(name)
    if product and product[0].lower() == PRODUCT:
        return f"User-agent: {PRODUCT}"
    return "User-agent: *" if re.match(r"\*(?:\s|#|$)", name) else "User-agent: -"
