"""A news world on loopback: many publishers with feeds, articles, robots.txt, latency and faults, all from one seed.

Run as `python bench/newsworld.py --feeds 100 --articles 20`: it builds everything in memory, prints one JSON line
{"control": "http://127.0.0.1:PORT"} and serves until /quit or the end of its standard input. Each publisher has a
loopback address of its own (127.77.x.y, one port). No data set is used: words are made of syllables.
Only the standard library is needed.

At the control port (GET, JSON): /sources, /pages, /stats, /reset (?forget=1 also forgets which validators were sent),
/advance?entries=5, /level?to=0, /set?latency=0.1&faults=1, /quit.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import math
import random
import re
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from hashlib import blake2b
from html import escape
from itertools import pairwise
from typing import cast
from urllib.parse import parse_qs, urlsplit

FIRST_DAY = datetime(2024, 8, 18, 6, 0, tzinfo=UTC)
# Bytes of a page before packing: log-normal, median 106 KB, mean about 170 KB, as on pages of real outlets.
MEDIAN_BYTES, SPREAD, MOST_BYTES = 106_000, 0.97, 1_400_000
STORY_SHARE, COPY_SHARE = 0.12, 0.08  # articles about the shipped watch's story; articles that are wire copies
FILM_SHARE = 0.05  # pages with a film and a single paragraph
FAULTS = ("5xx", "hang", "drip", "bomb", "pages-hang", "reset")
FAULTY_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class Spec:
    """What is built. `page`: "real" or "tiny"; `forbidden`: links in each feed that its robots.txt forbids."""

    feeds: int = 100
    articles: int = 20
    page: str = "real"
    seed: int = 1
    forbidden: int = 0


# --- language ------------------------------------------------------------------------------------------------------

_SMALL = (
    "the of and to in a that for is on with as was it by at from be has are this have an its had not were which "
    "but they said after will been or their who would more also there when about could into over than other new "
    "some only two between out we so up first he she may most now such any before these because many under while"
).split()
_ROLES = "minister official spokesman council court company union group envoy agency bank mayor leader".split()
_STORY = (
    "Blinken arrived in {place} on {day} for talks on a ceasefire in Gaza and the release of hostages",
    "The secretary of state said {number} trucks of aid had crossed into Gaza on {day}",
    "This ninth trip to the region since the war began takes him on to {place}",
    "Officials in {place} told {name} that the Philadelphi corridor remains open between the two sides",
    "Blinken said the proposal was probably the best and perhaps the last chance, and urged {name} to accept it",
    "More than {number} people have been killed, according to the health ministry in Gaza",
    "Egypt and Qatar asked that talks resume in {place} before {day}, {name} said",
    "Protesters in {place} demanded on {day} that a deal to free {number} hostages be signed",
)
_PLACES = "Tel Aviv|Jerusalem|El Alamein|Cairo|Doha|Amman|Riyadh|Ankara".split("|")
_DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday".split()


@cache
def _words() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Words by falling frequency with their cumulative weights; the same in every world."""
    rng = random.Random("words")
    heads = "b c d f g h l m n p r s t v br cl dr fr gr pl pr sh st th tr".split()
    hearts = "a e i o u ai ea ie o ou".split()
    tails = ["", "", "", "l", "n", "r", "s", "t", "nd", "st", "ck"]
    made: dict[str, None] = dict.fromkeys(_SMALL)
    while len(made) < 6000:
        count = rng.choices((1, 2, 3, 4), (2, 5, 4, 1))[0]
        made["".join(rng.choice(heads) + rng.choice(hearts) + rng.choice(tails) for _ in range(count))] = None
    total, weights = 0.0, []
    for rank in range(len(made)):
        total += 1 / (rank + 4)
        weights.append(total)
    return tuple(made), tuple(weights)


class Writer:
    """Writes text from one random stream."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        self.stock, self.weights = _words()

    def words(self, count: int) -> list[str]:
        return self.rng.choices(self.stock, cum_weights=self.weights, k=count)

    def name(self) -> str:
        return self.rng.choice(self.stock[200:]).title()

    def sentence(self) -> str:
        rng = self.rng
        said = self.words(rng.randint(7, 26))
        if rng.random() < 0.4:
            said.insert(rng.randrange(len(said)), self.name())
        if rng.random() < 0.2:
            said.insert(rng.randrange(len(said)), f"{rng.randint(2, 9000):,}")
        if len(said) > 12:
            said[len(said) // 2] += ","
        text = " ".join(said)
        if rng.random() < 0.15:
            text = f"“{text[:1].upper()}{text[1:]}”, {self.name()}, a {rng.choice(_ROLES)}, said"
        return text[:1].upper() + text[1:] + "."

    def story_sentence(self) -> str:
        rng = self.rng
        text = rng.choice(_STORY).format(
            place=rng.choice(_PLACES), day=rng.choice(_DAYS), name=self.name(), number=rng.randint(11, 900)
        )
        return f"{text}, {' '.join(self.words(rng.randint(3, 9)))}."

    def paragraphs(self, least: int, most: int, story: bool) -> tuple[str, ...]:
        wanted, have, made = self.rng.randint(least, most), 0, []
        while have < wanted:
            said = [self.sentence() for _ in range(self.rng.randint(1, 3))]
            if story and (not made or self.rng.random() < 0.5):
                said.insert(0, self.story_sentence())
            made.append(" ".join(said))
            have += made[-1].count(" ") + 1
        return tuple(made)

    def title(self, story: bool) -> str:
        said = " ".join(self.words(self.rng.randint(5, 9)))
        return f"Blinken in {self.rng.choice(_PLACES)}: {said}" if story else said[:1].upper() + said[1:]


@dataclass(frozen=True, slots=True)
class Report:
    """One article."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    published: datetime

    @property
    def path(self) -> str:
        slug = "-".join(re.findall(r"[a-z0-9]+", self.title.lower())[:6])
        return f"/news/{self.published:%Y/%m}/{slug}-{self.number}.html"


def report(spec: Spec, site: int, number: int) -> Report:
    """The article `number` of a publisher; the same every time."""
    rng = random.Random(f"{spec.seed}:{site}:{number}:kind")
    story, copy = rng.random() < STORY_SHARE, rng.random() < COPY_SHARE
    writer = Writer(f"{spec.seed}:{site}:{number}")
    title = writer.title(story)
    if copy:
        # Wire copy: many outlets carry the same text under titles of their own.
        writer = Writer(f"{spec.seed}:wire:{rng.randrange(40)}:{story}")
    least, most = (600, 1200) if spec.page == "real" else (45, 70)
    when = FIRST_DAY + timedelta(minutes=17 * number + site % 17, seconds=site % 60)
    return Report(number, title, writer.paragraphs(least, most, story), when)


# --- pages ---------------------------------------------------------------------------------------------------------


@cache
def _dead_weight() -> tuple[str, str]:
    """A stock of script and of style text to cut pieces from."""
    writer = Writer("weight")
    rng, script, style = writer.rng, [], []
    while len(script) < 9000:
        a, b, c = writer.words(3)
        n = rng.randrange(9999)
        script.append(
            rng.choice(
                (
                    f"function {a}{n}(t,e){{return t.{b}&&e.{c}({n})||null}}",
                    f'var {a}_{b}={{"id":{n},"{c}":"{rng.getrandbits(48):x}","on":!0}};',
                    f'window.{a}=window.{a}||[];{a}.push(["{b}","{c}",{n}]);',
                    f"if(!{a}.{b}){{try{{{c}({n},document.getElementById('{b}-{c}'))}}catch(r){{{a}(r)}}}}",
                    f"e.exports={{{a}:{n},{b}:function(n){{for(var i=0;i<n.length;i++){c}[i]=n[i]}}}};",
                )
            )
        )
        style.append(f".{a}-{b}__{c}:hover>.{b}{{margin:{n % 64}px auto;color:#{n * 37 % 4096:03x};flex:{n % 3}}}")
    return "".join(script), "".join(style)


def _cut(stock: str, rng: random.Random, size: int) -> str:
    if size <= 0:
        return ""
    start = rng.randrange(len(stock))
    piece = stock[start : start + size]
    while len(piece) < size:
        piece += stock[: size - len(piece)]
    return piece


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a house puts its articles. `breaks`: paragraphs end with line breaks instead of being <p>."""

    tags: tuple[str, ...]
    kinds: tuple[str, ...]
    breaks: bool = False

    def open(self, prefix: str) -> str:
        pairs = zip(self.tags, self.kinds, strict=True)
        return "".join(f'<{tag} class="{prefix}{kind}">' for tag, kind in pairs)

    @property
    def close(self) -> str:
        return "".join(f"</{tag}>" for tag in reversed(self.tags))


SHAPES = (
    Shape(("main", "div", "article"), ("main", "layout", "article")),
    Shape(("div", "div", "div", "div"), ("wrap", "grid", "col", "story-text")),
    Shape(("main", "div", "section", "div"), ("content", "row", "column", "entry-content")),
    Shape(("div", "div", "div", "div", "div"), ("a1", "b2", "c3", "d4", "e5")),
    Shape(("div", "table", "tr", "td"), ("x", "layout", "row", "main-cell"), breaks=True),
)


@dataclass(frozen=True, slots=True)
class House:
    """What all pages of a publisher share."""

    name: str
    prefix: str  # of class names
    shape: Shape
    head: str
    header: str
    footer: str
    tail: str


@cache
def house(spec: Spec, site: int) -> House:
    writer = Writer(f"{spec.seed}:house:{site}")
    rng = writer.rng
    scripts, styles = _dead_weight()
    name = f"{writer.name()} {rng.choice(('Times', 'Post', 'Herald', 'News', 'Courier', 'Observer'))}"
    prefix = writer.words(1)[0] + rng.choice(("-", "__", "_"))
    links = lambda count, kind: "".join(  # noqa: E731
        f'<li class="{prefix}{kind}-item" data-track="{rng.getrandbits(32):x}"><a href="/{word}" '
        f'class="{prefix}{kind}-link">{word.title()}</a></li>'
        for word in writer.words(count)
    )
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        + "".join(
            f'<link rel="preload" href="/static/{word}.{rng.getrandbits(32):x}.js" as="script">'
            for word in writer.words(12)
        )
        + f"<style>{_cut(styles, rng, rng.randint(2000, 9000))}</style>"
        + f"<script>{_cut(scripts, rng, rng.randint(3000, 12000))}</script>"
    )
    header = (
        f'<header class="{prefix}header"><div class="{prefix}bar"><a href="/" class="{prefix}logo">{name}</a>'
        f'<form action="/search"><input name="q"><button>Search</button></form></div>'
        f'<nav class="{prefix}nav"><ul>{links(rng.randint(25, 60), "nav")}</ul></nav></header>'
    )
    footer = (
        f'<footer class="{prefix}footer">'
        + "".join(f"<div><h4>{writer.name()}</h4><ul>{links(12, 'foot')}</ul></div>" for _ in range(4))
        + f"<p>© 2024 {name}. All rights reserved.</p></footer>"
    )
    tail = f"<script>{_cut(scripts, rng, rng.randint(3000, 12000))}</script>"
    return House(name, prefix, SHAPES[site % len(SHAPES)], head, header, footer, tail)


def page(spec: Spec, site: int, base: str, story: Report) -> str:
    """The HTML of an article."""
    if spec.page == "tiny":
        body = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(story.title)}</title></head>'
            f"<body><article><h1>{escape(story.title)}</h1>{body}</article></body></html>"
        )
    own = house(spec, site)
    writer = Writer(f"{spec.seed}:page:{site}:{story.number}")
    rng, p = writer.rng, own.prefix
    scripts, styles = _dead_weight()
    title, url = escape(story.title), base + story.path
    film = rng.random() < FILM_SHARE
    author = f"{writer.name()} {writer.name()}"
    facts = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "datePublished": story.published.isoformat(),
            "author": [{"@type": "Person", "name": author}],
            "publisher": {"@type": "Organization", "name": own.name},
            "mainEntityOfPage": url,
        }
    )
    blocks = []
    for at, text in enumerate(story.paragraphs[:1] if film else story.paragraphs):
        safe = escape(text, quote=False)
        if rng.random() < 0.3:
            first, _, rest = safe.partition(" ")
            safe = f'<a href="/tag/{rng.randrange(999)}">{first}</a> {rest}'
        blocks.append(f'<p class="{p}text" data-block="{at}">{safe}</p>')
        if at % 7 == 3:
            blocks.append(
                f'<div class="{p}ad" id="slot-{at}"><div class="{p}ad-inner"><span>Advertisement</span></div>'
                f"<script>{_cut(scripts, rng, 180)}</script></div>"
            )
        if at % 9 == 5:
            blocks.append(
                f'<figure class="{p}figure"><picture><source srcset="/img/{rng.randrange(9999)}.webp">'
                f'<img src="/img/{rng.randrange(9999)}.jpg" alt="{" ".join(writer.words(5))}"></picture>'
                f"<figcaption>{writer.sentence()}</figcaption></figure>"
            )
    cards = "".join(
        f'<div class="{p}card"><div class="{p}card-in"><div class="{p}media"><a href="/news/2024/08/'
        f'{"-".join(writer.words(5))}-{rng.randrange(9999)}.html"><img src="/img/{rng.randrange(9999)}.jpg" alt="">'
        f'<svg viewBox="0 0 9 9"><path d="M1 {rng.randint(1, 9)}l4 4 3-7"/></svg></a></div><div class="{p}teaser">'
        f'<span class="{p}kicker">{writer.words(1)[0]}</span><h3><a href="/n/{rng.randrange(9999)}">'
        f"{' '.join(writer.words(8)).capitalize()}</a></h3><p>{' '.join(writer.words(rng.randint(4, 22)))}</p>"
        f"<time>{rng.randint(2, 58)} minutes ago</time></div></div></div>"
        for _ in range(min(150, int(26 * math.exp(rng.gauss(0, 0.7)))))
    )
    wrap, unwrap, text = own.shape.open(p), own.shape.close, "".join(blocks)
    if own.shape.breaks:
        # Houses whose editors know no paragraphs.
        text = re.sub(r"<p [^>]*>", "", text).replace("</p>", "<br><br>\n")
    comments = "".join(
        f'<div class="{p}comment"><b>{writer.name()}</b><p>{writer.sentence()}</p></div>'
        for _ in range(rng.choice((0, 0, 0, 6, 15)))
    )
    core = (
        f'<!doctype html>\n<html lang="en"><head>{own.head}<title>{title} | {own.name}</title>'
        f'<link rel="canonical" href="{url}"><meta property="og:title" content="{title}">'
        f'<meta property="og:site_name" content="{own.name}"><meta property="og:url" content="{url}">'
        f'<meta property="article:published_time" content="{story.published.isoformat()}">'
        f'<meta name="author" content="{author}">'
        f'<meta name="description" content="{escape(story.paragraphs[0][:150])}">'
        f'<script type="application/ld+json">{facts}</script>%HEAD%</head>'
        f'<body class="{p}page">{own.header}{wrap}'
        f'<div class="{p}crumbs"><a href="/">Home</a> › <a href="/world">World</a></div>'
        f'<h1 class="{p}title">{title}</h1>'
        f'<div class="{p}byline">By <a href="/by/{author.lower().replace(" ", "-")}" rel="author">{author}</a>'
        f'<time datetime="{story.published.isoformat()}">{story.published:%d %B %Y}</time></div>'
        f'<div class="{p}share"><a href="#fb">Share</a><a href="#tw">Post</a><a href="#mail">Mail</a></div>'
        f'<div class="{p}body">{text}</div>{unwrap}'
        f'<div class="{p}aside"><h2>Related stories</h2>{cards}</div>'
        f'<section id="comments" class="{p}comments"><h2>Comments</h2>{comments}</section>'
        f"{own.footer}{own.tail}%TAIL%</body></html>\n"
    )
    size = min(MOST_BYTES, int(MEDIAN_BYTES * math.exp(rng.gauss(0, SPREAD))))
    more = max(0, size - len(core.encode()))
    head = f"<style>{_cut(styles, rng, more * 2 // 5)}</style>" if more > 5000 else ""
    left, tail = more - len(head), []
    while left > 500:
        piece = min(left, rng.randint(2000, 40_000))
        tail.append(f'<script nonce="{rng.getrandbits(64):x}">{_cut(scripts, rng, piece - 50)}</script>')
        left -= piece
    return core.replace("%HEAD%", head, 1).replace("%TAIL%", "".join(tail), 1)


# --- feeds ---------------------------------------------------------------------------------------------------------


def feed(spec: Spec, site: int, base: str, reports: list[Report]) -> str:
    """RSS 2.0 or Atom; `reports` newest first."""
    name = escape(house(spec, site).name)
    hidden = [f"/private/{site}-{at}.html" for at in range(spec.forbidden)]
    rows = [(base + each.path, each) for each in reports]
    rows += [(base + path, each) for path, each in zip(hidden, reports, strict=False)]
    if site % 3 == 2:
        entries = "".join(
            f'<entry><title>{escape(each.title)}</title><link rel="alternate" href="{link}"/><id>{link}</id>'
            f"<published>{each.published.isoformat()}</published><updated>{each.published.isoformat()}</updated>"
            f'<author><name>Desk</name></author><summary type="html">&lt;p&gt;{escape(_summary(each))}&lt;/p&gt;'
            "</summary></entry>\n"
            for link, each in rows
        )
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>{name}</title>'
            f'<id>{base}/</id><link href="{base}/"/><updated>{FIRST_DAY.isoformat()}</updated>\n{entries}</feed>\n'
        )
    items = "".join(
        f'<item><title>{escape(each.title)}</title><link>{link}</link><guid isPermaLink="true">{link}</guid>'
        f"<pubDate>{format_datetime(each.published)}</pubDate><dc:creator><![CDATA[Desk]]></dc:creator>"
        f'<category>World</category><media:content url="{base}/img/{each.number}.jpg" medium="image"/>'
        f"<description><![CDATA[<p>{_summary(each)}</p>]]></description></item>\n"
        for link, each in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:media="http://search.yahoo.com/mrss/"><channel><title>{name}</title><link>{base}/</link>'
        f"<description>{name}</description><language>en</language><ttl>15</ttl>\n{items}</channel></rss>\n"
    )


def _summary(each: Report) -> str:
    return " ".join(each.paragraphs[0].split()[:40])


# --- the server ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Resource:
    """One prebuilt answer. `packed`: gzip bytes; `plain` instead where the bytes change each time."""

    kind: str  # feed, page, robots
    packed: bytes = b""
    plain: bytes = b""
    content_type: bytes = b"text/html; charset=utf-8"
    etag: bytes = b""
    modified: bytes = b""
    status: bytes = b"200 OK"


@dataclass(slots=True)
class Site:
    """One publisher and what is counted of it."""

    index: int
    host: str
    base: str = ""
    fault: str = ""
    resources: dict[bytes, Resource] = field(default_factory=dict)
    busy: int = 0
    most_busy: int = 0
    seen: set[bytes] = field(default_factory=set)  # paths whose validator was sent


@dataclass(slots=True)
class Asked:
    """One request; monotonic seconds."""

    site: int
    kind: str
    path: bytes
    began: float
    conditional: bool
    careless: bool  # a validator was known and not sent
    ended: float = 0.0
    status: int = 0
    size: int = 0


def site_name(index: int) -> str:
    """The loopback address of a publisher."""
    return f"127.77.{index // 250}.{index % 250 + 1}"


def _validators(index: int) -> str:
    """80 % of feeds send validators; 10 % change their bytes each time; the rest is steady without validators."""
    return {8: "none", 9: "changing"}.get(index % 10, "both" if index % 2 else "etag")


def _pack(text: str) -> bytes:
    return gzip.compress(text.encode(), 4, mtime=0)


def build_pages(spec: Spec, site: int, base: str, first: int, last: int) -> dict[bytes, bytes]:
    """Packed pages by path; a pure function, so that it can run in another process."""
    stories = [report(spec, site, number) for number in range(first, last)]
    return {each.path.encode(): _pack(page(spec, site, base, each)) for each in stories}


class World:
    """All publishers, and the counts."""

    def __init__(self, spec: Spec, port: int = 0) -> None:
        self.spec = spec
        self.port = port
        self.level = 0
        self.entries = 5  # new ones in each feed a level
        self.latency = 0.0
        self.faults = False
        self.log: list[Asked] = []
        self.sites = [Site(index, site_name(index)) for index in range(spec.feeds)]
        self.changes = 0
        self._servers: list[asyncio.Server] = []
        self._built: set[int] = set()
        self._bomb = b""

    async def open(self) -> None:
        """Listen on every publisher's address and build what they serve."""
        loop = asyncio.get_running_loop()
        for site in self.sites:
            server = await loop.create_server(lambda site=site: Talk(self, site), site.host, self.port, backlog=256)
            self._servers.append(server)
            self.port = self.port or server.sockets[0].getsockname()[1]
            site.base = f"http://{site.host}:{self.port}"
        self.set_level(0)

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def set_level(self, level: int) -> None:
        """Feeds show the newest entries of this level; the pages of all levels up to it are there."""
        self.level = level
        spec, fresh = self.spec, self.entries * level
        for site in self.sites:
            newest = [report(spec, site.index, at) for at in range(fresh + spec.articles - 1, fresh - 1, -1)]
            text = feed(spec, site.index, site.base, newest)
            sends = _validators(site.index)
            made = Resource("feed", content_type=b"application/rss+xml; charset=utf-8")
            if sends == "changing":
                made.plain = text.encode()
            else:
                made.packed = _pack(text)
            if sends in ("etag", "both"):
                made.etag = b'"' + blake2b(text.encode(), digest_size=8).hexdigest().encode() + b'"'
            if sends == "both":
                made.modified = format_datetime(newest[0].published, usegmt=True).encode()
            site.resources[b"/feed.xml"] = made
            robots = "User-agent: *\nDisallow: /private/\n"
            site.resources[b"/robots.txt"] = Resource("robots", _pack(robots), content_type=b"text/plain")
            for at in range(spec.forbidden):
                path = f"/private/{site.index}-{at}.html".encode()
                site.resources[path] = Resource("forbidden", _pack(page(spec, site.index, site.base, newest[0])))
        self._build_pages(level)

    def _build_pages(self, level: int) -> None:
        spec = self.spec
        for step in range(level + 1):
            if step in self._built:
                continue
            self._built.add(step)
            first = 0 if step == 0 else spec.articles + (step - 1) * self.entries
            last = spec.articles + step * self.entries
            rows = [(spec, site.index, site.base, first, last) for site in self.sites]
            many = spec.page == "real" and len(rows) * (last - first) > 200
            with ProcessPoolExecutor(2) if many else contextlib.nullcontext() as pool:
                made = (
                    pool.map(build_pages, *zip(*rows, strict=True), chunksize=4)
                    if pool
                    else map(build_pages, *zip(*rows, strict=True))
                )
                for site, pages in zip(self.sites, made, strict=True):
                    site.resources |= {path: Resource("page", packed) for path, packed in pages.items()}

    def set_faults(self, on: bool) -> None:
        self.faults = on
        every = round(1 / FAULTY_SHARE)
        for site in self.sites:
            sick = on and site.index % every == every // 2
            site.fault = FAULTS[site.index // every % len(FAULTS)] if sick else ""

    @property
    def bomb(self) -> bytes:
        """A page that unpacks to 400 MB."""
        if not self._bomb:
            packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
            zeros = b" " * 1_000_000
            parts = [packer.compress(b"<html><body><article><p>")] + [packer.compress(zeros) for _ in range(400)]
            self._bomb = b"".join([*parts, packer.flush()])
        return self._bomb

    def reset(self, forget: bool) -> None:
        self.log.clear()
        for site in self.sites:
            site.most_busy = 0
            if forget:
                site.seen.clear()

    def stats(self, pause: float = 0.0) -> dict[str, object]:
        """What has been asked since the last reset. Times are this machine's monotonic clock."""
        by_site: dict[int, list[Asked]] = {}
        for asked in self.log:
            by_site.setdefault(asked.site, []).append(asked)
        starts: list[float] = []
        rests: list[float] = []
        for rows in by_site.values():
            for before, after in pairwise(rows):
                starts.append(after.began - before.began)
                rests.append(after.began - (before.ended or before.began))
        healthy = [asked for asked in self.log if not self.sites[asked.site].fault]
        last = {kind: max((each.ended for each in self.log if each.kind == kind), default=0.0) for kind in KINDS}
        first = {kind: min((each.began for each in self.log if each.kind == kind), default=0.0) for kind in KINDS}
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "requests": len(self.log),
            "kinds": dict(Counter(asked.kind for asked in self.log)),
            "status": dict(Counter(str(asked.status) for asked in self.log)),
            "bytes": sum(asked.size for asked in self.log),
            "conditional": sum(asked.conditional for asked in self.log),
            "careless": sum(asked.careless for asked in self.log),
            "forbidden": sum(asked.kind == "forbidden" for asked in self.log),
            "hosts": len(by_site),
            "most_at_once_on_a_host": max((site.most_busy for site in self.sites), default=0),
            "hosts_asked_twice_at_once": sum(site.most_busy > 1 for site in self.sites),
            "least_gap": min(starts, default=0.0),
            "least_rest": min(rests, default=0.0),
            "gaps_too_short": sum(gap < pause - 0.005 for gap in starts) if pause else 0,
            "rests_too_short": sum(gap < pause - 0.005 for gap in rests) if pause else 0,
            "first": first,
            "last": last,
            "healthy_last": max((asked.ended for asked in healthy), default=0.0),
            "healthy_pages": sum(asked.kind == "page" for asked in healthy),
            "faulty_sites": [f"source-{site.index}" for site in self.sites if site.fault],
            "world_cpu": used.ru_utime + used.ru_stime,
        }

    def sources(self) -> list[dict[str, str]]:
        return [
            {"id": f"source-{site.index}", "name": house(self.spec, site.index).name, "url": f"{site.base}/feed.xml"}
            for site in self.sites
        ]

    def pages(self) -> list[str]:
        """All pages that this level's feeds link to."""
        return [
            site.base + path.decode()
            for site in self.sites
            for path, each in site.resources.items()
            if each.kind == "page"
        ]


KINDS = ("feed", "page", "robots")
_LINE = re.compile(rb"[A-Z]+ (\S+) ")
_KNOWN = re.compile(rb"\r\nif-none-match: *([^\r]*)", re.I)
_SINCE = re.compile(rb"\r\nif-modified-since: *([^\r]*)", re.I)
_GZIP = re.compile(rb"\r\naccept-encoding:[^\r]*gzip", re.I)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.I)


class Talk(asyncio.Protocol):
    """One connection to a publisher."""

    def __init__(self, world: World, site: Site) -> None:
        self.world, self.site = world, site
        self.left = b""
        self.transport: asyncio.Transport
        self.timer: asyncio.TimerHandle | None = None
        self.asked: Asked | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=4_000_000)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timer:
            self.timer.cancel()
        self._end(0)

    def data_received(self, data: bytes) -> None:
        self.left += data
        while (end := self.left.find(b"\r\n\r\n")) >= 0:
            head, self.left = self.left[: end + 2], self.left[end + 4 :]
            self._take(head)

    def _take(self, head: bytes) -> None:
        found = _LINE.match(head)
        path = found[1] if found else b"/"
        if path.startswith(b"http://"):
            path = b"/" + path.split(b"/", 3)[3]
        site, world = self.site, self.world
        made = site.resources.get(path)
        known, since = _KNOWN.search(head), _SINCE.search(head)
        conditional = bool(known or since)
        self.asked = Asked(
            site.index, made.kind if made else "other", path, time.monotonic(), conditional,
            path in site.seen and not conditional,
        )  # fmt: skip
        world.log.append(self.asked)
        site.busy += 1
        site.most_busy = max(site.most_busy, site.busy)
        same = made is not None and bool(
            (known and made.etag and made.etag in known[1]) or (not known and since and made.modified == since[1])
        )
        answer = (made, same, bool(_GZIP.search(head)), bool(_CLOSE.search(head)))
        if world.latency:
            self.timer = asyncio.get_running_loop().call_later(world.latency, self._answer, *answer)
        else:
            self._answer(*answer)

    def _answer(self, made: Resource | None, same: bool, gzip_ok: bool, close: bool) -> None:
        fault = self.site.fault
        if fault and self._misbehave(fault, made):
            return
        if made is None:
            self._say(404, b"404 Not Found", b"", b"gone", close)
            return
        extra = b""
        if made.etag:
            extra += b"ETag: " + made.etag + b"\r\n"
        if made.modified:
            extra += b"Last-Modified: " + made.modified + b"\r\n"
        if same:
            self._say(304, b"304 Not Modified", extra, None, close)
            return
        if extra and self.asked:
            self.site.seen.add(self.asked.path)
        extra += b"Content-Type: " + made.content_type + b"\r\n"
        if made.plain:
            self.world.changes += 1
            body = made.plain + b"<!-- made %d -->\n" % self.world.changes
        elif gzip_ok:
            extra += b"Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
            body = made.packed
        else:
            body = gzip.decompress(made.packed)
        self._say(200, b"200 OK", extra, body, close)

    def _misbehave(self, fault: str, made: Resource | None) -> bool:
        """True when the answer (or its absence) is dealt with."""
        on_page = made is not None and made.kind == "page"
        if fault == "5xx":
            self._say(503, b"503 Service Unavailable", b"", b"down", False)
        elif fault == "hang" or (fault == "pages-hang" and on_page):
            pass  # and nothing ever comes
        elif fault == "reset":
            self.transport.abort()
        elif fault == "drip":
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900000\r\n\r\n")
            self._drip()
        elif fault == "bomb" and on_page:
            extra = b"Content-Type: text/html\r\nContent-Encoding: gzip\r\n"
            self._say(200, b"200 OK", extra, self.world.bomb, True)
        else:
            return False
        return True

    def _drip(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"<")
            self.timer = asyncio.get_running_loop().call_later(0.2, self._drip)

    def _say(self, status: int, line: bytes, extra: bytes, body: bytes | None, close: bool) -> None:
        length = b"" if body is None else b"Content-Length: %d\r\n" % len(body)
        head = b"HTTP/1.1 " + line + b"\r\n" + extra + length + (b"Connection: close\r\n" if close else b"") + b"\r\n"
        self.transport.write(head + (body or b""))
        if self.asked:
            self.asked.size = len(head) + len(body or b"")
        self._end(status)
        if close:
            self.transport.close()

    def _end(self, status: int) -> None:
        if self.asked:
            self.asked.ended, self.asked.status = time.monotonic(), status
            self.asked = None
            self.site.busy -= 1


# --- control -------------------------------------------------------------------------------------------------------


class Control:
    """The control port."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            parts = urlsplit(head.split(b" ")[1].decode())
            given = {key: values[0] for key, values in parse_qs(parts.query).items()}
            body = json.dumps(self.do(parts.path, given)).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        writer.close()

    def do(self, path: str, given: dict[str, str]) -> object:
        """One order; returns its answer."""
        world = self.world
        if path == "/sources":
            return world.sources()
        if path == "/pages":
            return world.pages()
        if path == "/stats":
            return world.stats(float(given.get("pause", 0)))
        if path == "/reset":
            world.reset(bool(given.get("forget")))
        elif path == "/advance":
            world.entries = int(given.get("entries", world.entries))
            world.set_level(world.level + 1)
        elif path == "/level":
            world.set_level(int(given["to"]))
        elif path == "/set":
            world.latency = float(given.get("latency", world.latency))
            if "faults" in given:
                world.set_faults(given["faults"] == "1")
        elif path == "/quit":
            self.done.set()
        else:
            return {"error": f"there is no {path}"}
        return {"level": world.level, "latency": world.latency, "faults": world.faults}


@contextlib.contextmanager
def _more_files(count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(max(soft, count), hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    yield


async def _main(spec: Spec) -> None:
    world = World(spec)
    await world.open()
    control = Control(world)
    server = await asyncio.start_server(control.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"control": f"http://127.0.0.1:{port}"}), flush=True)
    # Ends with whoever started it: its standard input closes then.
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    await asyncio.wait([asyncio.ensure_future(control.done.wait()), ended], return_when=asyncio.FIRST_COMPLETED)
    world.close()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--page", choices=("real", "tiny"), default="real")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forbidden", type=int, default=0, help="links in each feed that robots.txt forbids")
    given = parser.parse_args()
    spec = Spec(given.feeds, given.articles, given.page, given.seed, given.forbidden)
    with _more_files(given.feeds * 3 + 500):
        asyncio.run(_main(spec))
    # The thread that reads standard input must not hold the process.
    sys.stdout.flush()
    import os

    os._exit(0)


if __name__ == "__main__":
    main()
