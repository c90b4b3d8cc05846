"""What a paper offers to feed readers: RSS 2.0, 1.0 and 0.91, Atom, JSON Feed, and three ways to fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.demo import html
from monitor.demo.press import Page, Publisher

NEWEST = 15  # entries in a feed
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Document:
    """A body to be served, with its media type."""

    content_type: str
    body: bytes


PATHS = {
    "rss2": "/rss.xml",
    "cut": "/rss.xml",
    "rss1": "/index.rdf",
    "rss091": "/backend.rss",
    "atom": "/atom.xml",
    "json": "/feed.json",
    "notafeed": "/feed",
    "index": "/",
}
TYPES = {
    "rss2": "application/rss+xml; charset=utf-8",
    "cut": "application/rss+xml; charset=utf-8",
    "rss1": "application/rdf+xml",
    "rss091": "text/xml",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
    "notafeed": "text/html; charset=utf-8",
    "index": "text/html; charset=utf-8",
}


def document(paper: Publisher, pages: Sequence[Page], base: str, fetches: int) -> Document:
    """The feed (or index page) of `paper`. `pages`: newest first; `base`: "http://127.0.0.1:4711".

    `fetches` counts how often it was asked for; it only shows in feeds whose GUIDs change.
    """
    newest = pages[:NEWEST]
    if paper.feed == "json":
        text = _json(paper, newest, base)
    elif paper.feed == "atom":
        text = _atom(paper, newest, base)
    elif paper.feed == "rss1":
        text = _rss1(paper, newest, base)
    elif paper.feed == "rss091":
        text = _rss091(paper, newest, base)
    elif paper.feed == "index":
        text = html.front(paper, newest, "", "")
    elif paper.feed == "notafeed":
        text = html.moved(paper)
    else:
        items = [_rss2_item(paper, page, base, fetches) for page in newest]
        text = _cut_off(paper, items, base) if paper.feed == "cut" else _rss2(paper, items, base)
    return Document(TYPES[paper.feed], text.encode())


def link(paper: Publisher, page: Page, base: str) -> str:
    """The address of a page as the feed of its paper writes it."""
    path = f"/r/{page.id}" if page.id in paper.redirects else page.path
    if paper.links == "relative":
        return path
    if paper.links == "tracked":
        return f"{base}{path}?utm_source=rss&utm_medium=feed&utm_campaign=top"
    return base + path


def _rss2_head(paper: Publisher, base: str) -> str:
    return (
        f'{_XML}<rss version="2.0">\n<channel>\n<title>{escape(paper.name)}</title>\n<link>{base}/</link>\n'
        f"<description>{escape(paper.tagline)}</description>\n<language>en</language>\n<ttl>15</ttl>\n"
    )


def _rss2(paper: Publisher, items: Sequence[str], base: str) -> str:
    return _rss2_head(paper, base) + "".join(items) + "</channel>\n</rss>\n"


def _cut_off(paper: Publisher, items: Sequence[str], base: str) -> str:
    """Two thirds of the items, then half of the next one, then nothing."""
    whole = max(1, len(items) * 2 // 3)
    half = "".join(items[whole : whole + 1])
    return _rss2_head(paper, base) + "".join(items[:whole]) + half[: len(half) // 2]


def _rss2_item(paper: Publisher, page: Page, base: str, fetches: int) -> str:
    guid = f"{page.id}-{fetches}" if paper.guids == "changing" else page.id
    return (
        f"<item>\n<title>{escape(page.title)}</title>\n<link>{escape(link(paper, page, base))}</link>\n"
        f'<guid isPermaLink="false">{guid}</guid>\n<pubDate>{format_datetime(page.local)}</pubDate>\n'
        f"<description>{escape(page.summary)}</description>\n</item>\n"
    )


def _rss091(paper: Publisher, pages: Sequence[Page], base: str) -> str:
    """Version 0.91 knows neither dates nor GUIDs of items."""
    items = "".join(
        f"<item>\n<title>{escape(page.title)}</title>\n<link>{escape(link(paper, page, base))}</link>\n"
        f"<description>{escape(page.summary)}</description>\n</item>\n"
        for page in pages
    )
    return (
        f'{_XML}<rss version="0.91">\n<channel>\n<title>{escape(paper.name)}</title>\n<link>{base}/</link>\n'
        f"<description>{escape(paper.tagline)}</description>\n<language>en</language>\n{items}</channel>\n</rss>\n"
    )


def _rss1(paper: Publisher, pages: Sequence[Page], base: str) -> str:
    sequence = "".join(f"<rdf:li rdf:resource={quoteattr(link(paper, page, base))}/>\n" for page in pages)
    items = "".join(
        f"<item rdf:about={quoteattr(link(paper, page, base))}>\n<title>{escape(page.title)}</title>\n"
        f"<link>{escape(link(paper, page, base))}</link>\n<description>{escape(page.summary)}</description>\n"
        f"<dc:date>{page.local.isoformat()}</dc:date>\n</item>\n"
        for page in pages
    )
    return (
        f'{_XML}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{base}/">\n<title>{escape(paper.name)}</title>\n<link>{base}/</link>\n'
        f"<description>{escape(paper.tagline)}</description>\n"
        f"<items><rdf:Seq>\n{sequence}</rdf:Seq></items>\n</channel>\n{items}</rdf:RDF>\n"
    )


def _atom(paper: Publisher, pages: Sequence[Page], base: str) -> str:
    entries = "".join(
        f"<entry>\n<title>{escape(page.title)}</title>\n"
        f'<link rel="alternate" href={quoteattr(link(paper, page, base))}/>\n'
        f"<id>tag:{paper.id}.invalid,2024:{page.id}</id>\n<published>{page.local.isoformat()}</published>\n"
        f"<updated>{page.local.isoformat()}</updated>\n"
        f'<summary type="text">{escape(page.summary)}</summary>\n</entry>\n'
        for page in pages
    )
    updated = pages[0].local.isoformat() if pages else "2024-08-18T00:00:00+03:00"
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">\n<title>{escape(paper.name)}</title>\n'
        f'<id>tag:{paper.id}.invalid,2024:feed</id>\n<link href="{base}/"/>\n<updated>{updated}</updated>\n'
        f"<author><name>News desk</name></author>\n{entries}</feed>\n"
    )


def _json(paper: Publisher, pages: Sequence[Page], base: str) -> str:
    items = [
        {
            "id": page.id,
            "url": link(paper, page, base),
            "title": page.title,
            "summary": page.summary,
            "date_published": page.local.isoformat(),
        }
        for page in pages
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.name,
        "home_page_url": f"{base}/",
        "feed_url": base + PATHS["json"],
        "language": "en",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)
