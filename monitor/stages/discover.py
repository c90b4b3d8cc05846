"""A home page -> the feeds and sitemaps that it may have, the likeliest first. Pure: what to ask, not what answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor.errors import ExtractError
from monitor.model import Kind
from monitor.stages.charset import decode
from monitor.stages.head import parse_page, read_head
from monitor.stages.identity import same_site, site
from monitor.stages.leads import kind_of, read_offer
from monitor.stages.markup import strip_markup
from monitor.stages.meta import parse_html, read_meta
from monitor.stages.opml import address_key
from monitor.stages.sitemap import gunzip
from monitor.stages.xmltext import FEED_ROOTS, root
from monitor.text import one_line

MOST_CANDIDATES = 40
# Where feeds and sitemaps stand when nobody says where; the likeliest first, since only a few are asked.
USUAL_PLACES = (
    *("/feed", "/rss.xml", "/feed.xml", "/rss", "/news-sitemap.xml", "/sitemap.xml"),
    *("/atom.xml", "/index.xml", "/feed.json", "/sitemap_news.xml"),
)
GUESS = "a usual place"
STALE = timedelta(days=30)
_MOST_LINKS = 5_000
_MOST_PLAIN_SITEMAPS = 2
_ROBOTS_BYTES = 500 * 1024

_FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json|text/rss", re.I)
_MAYBE_TYPES = re.compile(r"application/(?:xml|json)|text/xml", re.I)
_FEED_PATH = re.compile(r"(?:^|[/=?&._-])(?:feeds?|rss2?|atom|rdf)(?:$|[/=?&._-])|\.(?:rss|atom|rdf|xml)$", re.I)
_FEED_WORDS = re.compile(r"\b(?:RSS|Atom|XML)\b|^(?:news )?feeds?$", re.I)
_COMMENTS = re.compile(r"\bcomments?\b|kommentare?\b|commentaires?\b|comentarios?\b", re.I)
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.I | re.M)
_SITEMAP_PATH = re.compile(r"sitemap", re.I)
_NEWS = re.compile(r"(?<![a-z])(?:google)?news(?!letter)", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed or a sitemap. `why`: in words; `title`: what the page calls it ("" if nothing)."""

    url: str
    kind: Kind
    why: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a candidate answered. `trouble`: why it cannot be read ("" when it can); `title`: of its newest lead.

    `candidate.kind` is what it turned out to be; `name`: what it calls itself; `more`: as in Offer.
    """

    candidate: Candidate
    form: str = ""
    leads: int = 0
    title: str = ""
    newest: datetime | None = None
    note: str = ""
    name: str = ""
    more: tuple[str, ...] = ()
    trouble: str = ""


def find_feeds(body: bytes, url: str, *, charset: str = "", robots: bytes = b"") -> tuple[Candidate, ...]:
    """Candidates, best first: what the page declares, news sitemaps, links to feeds, other sitemaps, usual places.

    `robots`: the site's robots.txt, where it was asked. Feeds of comments come last.
    """
    tree = parse_html(decode(body, charset)) if body.strip() else None
    base = url
    ranked: list[tuple[int, Candidate]] = []
    if tree is not None:
        bases = tree.xpath("//base/@href")
        base = _joined(url, str(bases[0])) if bases else url
        ranked += ((0, found) for found in _declared(tree, base))
        ranked += ((2, found) for found in _linked(tree, base, url))
    plain = 0
    for found in _in_robots(robots, url):
        news = bool(_NEWS.search(_path(found.url)))
        plain += not news
        if plain <= _MOST_PLAIN_SITEMAPS or news:
            ranked.append((1 if news else 3, found))
    ranked += ((4, _usual(url, path)) for path in USUAL_PLACES)
    ranked.sort(key=lambda pair: 5 if _is_comments(pair[1]) else pair[0])
    once = {address_key(found.url): found for _, found in reversed(ranked)}
    kept = [found for _, found in ranked if once[address_key(found.url)] is found and _usable(found.url)]
    return tuple(kept[:MOST_CANDIDATES])


def read_candidate(
    candidate: Candidate, body: bytes, *, url: str, content_type: str, charset: str, now: datetime
) -> Reading:
    """What it would offer as a source. A web page is read only where one is expected: else it is no feed.

    `url`: where the answer came from in the end.
    """
    try:
        kind = kind_of(decode(gunzip(body, url)[0], charset).lstrip(), content_type)
        if kind is Kind.INDEX and candidate.kind is not Kind.INDEX:
            return Reading(candidate, trouble="a web page answers, not a feed or sitemap")
        offer = read_offer(
            body, url=url, source_id="", content_type=content_type, charset=charset, kind=Kind.AUTO, now=now
        )
    except ExtractError as error:
        return Reading(candidate, trouble=str(error).removeprefix(f"{url}: "))
    dated = [(lead.published, lead) for lead in offer.leads if lead.published]
    newest = max(dated, key=lambda pair: pair[0]) if dated else (None, offer.leads[0] if offer.leads else None)
    return Reading(
        candidate=replace(candidate, kind=kind or candidate.kind),
        form=offer.form,
        leads=len(offer.leads),
        title=newest[1].title if newest[1] else "",
        newest=offer.newest or newest[0],
        note=offer.note,
        name=name_of(body, url, charset=charset, now=now),
        more=offer.more,
    )


def best_first(readings: Iterable[Reading], now: datetime) -> tuple[Reading, ...]:
    """What can be read before what cannot, then what has leads, then what is alive; else in the order given."""

    def rank(reading: Reading) -> tuple[bool, ...]:
        stale = reading.newest is not None and now - reading.newest > STALE
        return bool(reading.trouble), not reading.leads, _is_comments(reading.candidate), stale

    return tuple(sorted(readings, key=rank))


def name_of(body: bytes, url: str, *, charset: str = "", now: datetime) -> str:
    """What a feed, sitemap or page calls itself; else its host's name."""
    text = decode(body, charset).lstrip()
    return one_line(_own_name(text, now), 80) or (urlsplit(url).hostname or "").removeprefix("www.")


def _own_name(text: str, now: datetime) -> str:
    kind = root(text)
    if text[:1] == "{":
        try:
            title = json.loads(text, strict=False).get("title")
        except (ValueError, RecursionError, AttributeError):
            return ""
        return title if isinstance(title, str) else ""
    if kind in FEED_ROOTS:
        head = re.split(r"<(?:\w+:)?(?:item|entry|image)[\s>]", text[:50_000], maxsplit=1)[0]
        found = re.search(r"<title(?:\s[^<>]*)?>", head)
        title = head[found.end() :].partition("</title")[0].strip() if found else ""
        return strip_markup(strip_markup(title.removeprefix("<![CDATA[").removesuffix("]]>")))
    if kind in ("urlset", "sitemapindex"):
        found = re.search(r"<(?:\w+:)?name>\s*(?:<!\[CDATA\[)?([^<\]]*)", text[:200_000])
        return strip_markup(found[1]) if found else ""
    head = read_head(parse_page(text[:500_000]))
    return read_meta(head, now).outlet or re.split(r"\s+[|–—-]\s+", one_line(head.title))[0]


# --- where to look -------------------------------------------------------------------------------------------------


def _declared(tree: Any, base: str) -> Iterator[Candidate]:
    """<link rel="alternate" type="application/rss+xml">, and what is nearly that."""
    for link in islice(tree.iter("link"), _MOST_LINKS):
        rel = (link.get("rel") or "").lower().split()
        href, kind = (link.get("href") or "").strip(), (link.get("type") or "").strip()
        title = one_line(link.get("title") or "", 120)
        sure = _FEED_TYPES.match(kind) and "alternate" in rel
        likely = _MAYBE_TYPES.fullmatch(kind) and "alternate" in rel and _FEED_PATH.search(href)
        if href and "oembed" not in kind and (sure or likely or "feed" in rel):
            yield Candidate(_joined(base, href), Kind.FEED, "the page declares it", title)


def _linked(tree: Any, base: str, url: str) -> Iterator[Candidate]:
    """Links of the same site that look like feeds or say so."""
    here = site(url)
    for anchor in islice(tree.iter("a"), _MOST_LINKS):
        href = (anchor.get("href") or "").strip()
        target = _joined(base, href)
        if not href or not _usable(target) or address_key(target) == address_key(url):
            continue
        said = one_line(" ".join((anchor.text_content(), anchor.get("title") or "")), 60)
        looks = _FEED_PATH.search(_path(target)) or (len(said.split()) <= 4 and _FEED_WORDS.search(said))
        if looks and same_site(here, site(target)):
            kind = Kind.SITEMAP if _SITEMAP_PATH.search(_path(target)) else Kind.FEED
            yield Candidate(target, kind, "a link on the page", said)


def _in_robots(robots: bytes, url: str) -> Iterator[Candidate]:
    text = decode(robots[:_ROBOTS_BYTES])
    if re.match(r"\s*<", text):  # a page where robots.txt should be
        return
    for found in islice(_SITEMAP.finditer(text), 200):
        yield Candidate(_joined(url, found[1]), Kind.SITEMAP, "robots.txt names it")


def _usual(url: str, path: str) -> Candidate:
    return Candidate(_joined(url, path), Kind.SITEMAP if _SITEMAP_PATH.search(path) else Kind.FEED, GUESS)


def _is_comments(found: Candidate) -> bool:
    return bool(_COMMENTS.search(_path(found.url).replace("-", " ")) or _COMMENTS.search(found.title))


def _path(url: str) -> str:
    """Path and query; "" for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")


def _usable(url: str) -> bool:
    try:
        return bool(site(url))
    except ExtractError:
        return False


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link).replace(" ", "%20")
    except ValueError:
        return ""
