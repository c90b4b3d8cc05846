"""What comes from the web: requests and answers, leads, pages, articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `pause`: least seconds between two requests to this host; validators are echoed verbatim.

    `as_sent`: the body may stay packed; whoever reads it unpacks it (`packing.unpack`).
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    pause: float = 1.0
    as_sent: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `status` is 200 or 304; `url` is the address after redirects; `charset` from the header or "".

    `fresh_for`: seconds for which the server says it holds; `moved_to`: where permanent redirects alone led, or "";
    `note`: what was odd on the way, in words; `coding`: how the body is still packed ("" for not), and `most_bytes` up
    to which size it may be unpacked.
    """

    url: str
    status: int
    body: bytes
    content_type: str
    charset: str
    etag: str
    last_modified: str
    fresh_for: float = 0.0
    moved_to: str = ""
    note: str = ""
    coding: str = ""
    most_bytes: int = 0


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """A host's robots.txt as it came, with its validators; the body is empty where there is none."""

    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class HostMemory:
    """What a host asked of us, worth keeping from run to run. `place`: its name and port.

    `closed_until`: it wants to be left alone until then; `robots`: what its robots.txt said at `robots_at`.
    """

    place: str
    closed_until: datetime | None = None
    robots: RobotsFile | None = None
    robots_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """A URL that a source offered, with what the feed said of it. `canonical` is the identity.

    `updated`: when the page was last changed, where the source says so.
    """

    source_id: str
    url: str
    canonical: str
    guid: str = ""
    title: str = ""
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    language: str = ""
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What one visit to a source yielded. `note`: in words, when something was odd but readable ("" if not).

    `more`: addresses of further sitemaps worth asking in the same visit, best first; `newest`: when the newest thing
    that a sitemap lists was published or changed (its leads carry a date only where it says "published"); `ttl`:
    seconds for which a feed says that it need not be asked again; `items`: the marks of a feed's items, of which
    `known` were read at the visit before and give no leads.
    """

    leads: tuple[Lead, ...]
    form: str
    note: str = ""
    more: tuple[str, ...] = ()
    newest: datetime | None = None
    ttl: float = 0.0
    items: str = ""
    known: int = 0


@dataclass(frozen=True, slots=True)
class PendingLead:
    """A lead as the store keeps it until it is filed or given up. `attempts`: failed tries so far.

    `first`: offered at the first contact with its source, so that it is told only when it is recent.
    """

    id: int
    lead: Lead
    attempts: int
    first: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The text and metadata taken from one page, before we know what it is.

    `summary_only`: the page yielded nothing and `text` is the feed's summary; `reason` says why, in words.
    """

    url: str
    title: str
    text: str
    author: str = ""
    outlet: str = ""
    published: datetime | None = None
    language: str = ""
    summary_only: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A page with its identity. `id`: a stable key made from the canonical URL (or "seed-…")."""

    id: str
    url: str
    canonical: str
    source_id: str
    outlet: str
    title: str
    text: str
    author: str
    published: datetime | None
    language: str
    fetched_at: datetime
    content_hash: str
    summary_only: bool = False
