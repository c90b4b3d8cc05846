"""Pages and feeds that are built to hurt whoever parses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from monitor.model import Lead, Offer, Page
from monitor.stages.extract import read_page
from monitor.stages.leads import read_offer

NOW = datetime(2024, 3, 20, 8, 0, tzinfo=UTC)
SUMMARY = "The mediator left the harbour office on Tuesday night with a paper that both sides had read but not signed."
LEAD = Lead("tide", "https://gazette.example/1", "https://gazette.example/1", title="A paper", summary=SUMMARY)
TEXT = "The mediator left the harbour office with a paper. " * 30


def page(name: str) -> bytes:
    """The monster page of this name."""
    bodies: dict[str, Callable[[], str]] = {
        "200,000 attributes": lambda: "<p " + " ".join(f"a{number}=''" for number in range(200_000)) + f">{TEXT}</p>",
        "50,000 paragraphs": lambda: "".join(f"<p>{number} {TEXT[:60]}</p>" for number in range(50_000)),
        "a word of 9 MB": lambda: f"<p>{TEXT}</p><p>{'x' * 9_000_000}</p>",
        "100,000 deep": lambda: "<div>" * 100_000 + TEXT + "</div>" * 100_000,
        "100,000 inline deep": lambda: "<b><i>" * 50_000 + TEXT,
        "50,000 list items deep": lambda: "<ul><li>" * 50_000 + TEXT,
        "20,000 tables deep": lambda: "<table><tr><td>" * 20_000 + TEXT,
        "30,000 links": lambda: "<p>" + f'<a href="/1">{TEXT[:30]}</a> ' * 30_000 + "</p>",
        "a script of 4 MB": lambda: "<script>" + "{" * 4_000_000 + "</script><p>" + TEXT,
        "a million brackets": lambda: "<" * 1_000_000 + f"<p>{TEXT}</p>",
        "linked data 100,000 deep": lambda: f'<script type="application/ld+json">{"[" * 100_000}</script><p>{TEXT}</p>',
        "a million entities": lambda: "<p>" + "&amp;&#0;&#xD800;&nosuch;" * 250_000 + TEXT + "</p>",
        "a title of 4 MB": lambda: f"<title>{'x ' * 2_000_000}</title><h1>{'y ' * 100_000}</h1><p>{TEXT}</p>",
    }
    return f"<!DOCTYPE html><html><body><article>{bodies[name]()}</article></body></html>".encode()


def feed(name: str) -> bytes:
    """The monster feed of this name."""
    item = "<item><title>One</title><link>https://gazette.example/{}</link></item>"
    head, tail = '<rss version="2.0"><channel><title>x</title>', "</channel></rss>"
    laughs = "".join(f'<!ENTITY l{level + 1} "{f"&l{level};" * 10}">' for level in range(9))
    feeds: dict[str, Callable[[], str]] = {
        "billion laughs": lambda: (
            f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>{head}<item><title>&l9;</title>'
            f"<link>https://gazette.example/1</link></item>{tail}"
        ),
        "quadratic blow-up": lambda: (
            f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>{head}<item><title>{"&a;" * 20_000}'
            f"</title><link>https://gazette.example/1</link></item>{tail}"
        ),
        "XXE": lambda: (
            '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1:1/">'
            f"%y;]>{head}<item><title>&x;</title><link>https://gazette.example/1</link></item>{tail}"
        ),
        "200,000 deep": lambda: head + "<a>" * 200_000 + item.format(1) + "</a>" * 200_000 + tail,
        "100,000 items": lambda: head + "".join(item.format(number) for number in range(100_000)) + tail,
        "unclosed CDATA": lambda: head + item.format(1) + "<item><title><![CDATA[ no end " + item.format(2) * 100,
        "100,000 attributes": lambda: (
            head.replace("<rss", "<rss " + " ".join(f'a{n}="x"' for n in range(100_000))) + item.format(1) + tail
        ),
        "a title of 4 MB": lambda: (
            head + f"<item><title>{'x ' * 2_000_000}</title><link>https://gazette.example/1</link></item>{tail}"
        ),
        "100,000 name spaces": lambda: (
            head.replace("<rss", "<rss " + " ".join(f'xmlns:a{n}="x"' for n in range(100_000))) + item.format(1) + tail
        ),
        "half-open tags": lambda: head + item.format(1) + "<item " * 300_000,
        "open comments": lambda: head + item.format(1) + "<!--" * 300_000,
        "open CDATA": lambda: head + item.format(1) + "<![CDATA[" * 300_000,
        "JSON 100,000 deep": lambda: '{"version":"https://jsonfeed.org/version/1","items":' + "[" * 100_000,
        "100,000 sitemap addresses": lambda: (
            "<urlset>"
            + "".join(f"<url><loc>https://gazette.example/{n}</loc></url>" for n in range(100_000))
            + "</urlset>"
        ),
        "a sitemap 200,000 deep": lambda: "<urlset>" + "<url>" * 200_000,
    }
    return feeds[name]().encode()


PAGES = [
    "50,000 paragraphs", "a word of 9 MB", "100,000 deep", "100,000 inline deep", "50,000 list items deep",
    "20,000 tables deep", "30,000 links", "a script of 4 MB", "a million brackets", "linked data 100,000 deep",
    "a million entities", "a title of 4 MB",
]  # fmt: skip
FEEDS = [
    "billion laughs", "quadratic blow-up", "XXE", "200,000 deep", "100,000 items", "unclosed CDATA", "a title of 4 MB",
    "100,000 name spaces", "half-open tags", "open comments", "open CDATA", "JSON 100,000 deep",
    "100,000 sitemap addresses", "a sitemap 200,000 deep",
]  # fmt: skip


def read_monster_page(name: str) -> Page:
    """In a worker: the page as the pipeline reads it."""
    return read_page(page(name), url=LEAD.url, charset="", lead=LEAD, now=NOW)


def read_monster_feed(name: str) -> Offer:
    """In a worker: the feed as the pipeline reads it."""
    body = feed(name)
    return read_offer(
        body, url="https://gazette.example/feed", source_id="tide", content_type="", charset="", kind="auto", now=NOW
    )


def read_large_sitemap(size: int) -> Offer:
    """In a worker: a sitemap of so many bytes, made there."""
    row = b"<url><loc>https://gazette.example/" + b"x" * 900 + b"/%d</loc></url>"
    body = b"<urlset>" + b"".join(row % number for number in range(size // len(row))) + b"</urlset>"
    return read_offer(
        body,
        url="https://gazette.example/s.xml",
        source_id="tide",
        content_type="",
        charset="",
        kind="sitemap",
        now=NOW,
    )
