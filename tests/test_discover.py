"""Where a site's feeds may be: what a home page declares, links to and hides, and which candidate is the best."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Kind
from monitor.stages.discover import (
    MOST_CANDIDATES,
    USUAL_PLACES,
    Candidate,
    Reading,
    best_first,
    find_feeds,
    name_of,
    read_candidate,
)

NOW = datetime(2024, 8, 21, tzinfo=UTC)
URL = "https://www.front.example/"
RSS = b"<rss version='2.0'><channel><title>Front &amp; Centre</title>%s</channel></rss>"
ITEM = (
    b"<item><title>Mediator lands</title><link>https://www.front.example/1</link>"
    b"<pubDate>Tue, 20 Aug 2024 10:00:00 GMT</pubDate></item>"
)


def find(body: str, *, url: str = URL, robots: str = "") -> list[str]:
    return [found.url for found in find_feeds(body.encode(), url, robots=robots.encode())]


def head(*links: str) -> str:
    return f"<html><head>{''.join(links)}</head><body></body></html>"


def declared(href: str, kind: str = "application/rss+xml", title: str = "") -> str:
    return f'<link rel="alternate" type="{kind}" href="{href}" title="{title}">'


@pytest.mark.parametrize(
    "kind",
    ["application/rss+xml", "application/atom+xml; charset=utf-8", "application/feed+json", "APPLICATION/RSS+XML"],
)
def test_a_declared_feed_comes_first(kind: str) -> None:
    assert find(head(declared("/world.xml?a=1", kind)))[0] == "https://www.front.example/world.xml?a=1"


def test_the_feed_of_comments_comes_last() -> None:
    found = find(head(declared("/comments/feed/", title="Comments"), declared("/feed/", title="Front")))
    assert found[0] == "https://www.front.example/feed/"
    assert found[-1] == "https://www.front.example/comments/feed/"


def test_what_is_no_feed_is_not_declared() -> None:
    links = (
        declared("/oembed?url=x", "application/json+oembed"),
        declared("/wp-json/", "application/json"),
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="stylesheet" href="/feed.css">',
    )
    assert not any("oembed" in url or "wp-json" in url or url.endswith(("/de/", ".css")) for url in find(head(*links)))


def test_links_that_look_like_feeds_or_say_so_are_found() -> None:
    body = (
        '<a href="/sections/world.rss">World</a><a href="/f/17">RSS</a><a href="/news/feeding-the-birds">Birds</a>'
        '<a href="https://elsewhere.example/feed">Elsewhere</a><a href="#rss">RSS</a><a href="javascript:rss()">RSS</a>'
    )
    assert find(body)[:2] == ["https://www.front.example/sections/world.rss", "https://www.front.example/f/17"]
    assert not any("birds" in url or "elsewhere" in url for url in find(body))


def test_robots_txt_names_sitemaps_and_news_ones_come_before_guesses() -> None:
    robots = "User-agent: *\nDisallow: /x\nSitemap: /map.xml\nSITEMAP : https://www.front.example/google-news.xml\n"
    found = find("<p>x</p>", robots=robots)
    assert found[0] == "https://www.front.example/google-news.xml"
    assert found[1] == "https://www.front.example/map.xml"


def test_a_page_in_the_place_of_robots_txt_names_nothing() -> None:
    assert "https://www.front.example/map.xml" not in find("", robots="<html>\nSitemap: /map.xml\n</html>")


def test_the_usual_places_are_tried_where_a_page_says_nothing() -> None:
    assert find("", url="https://front.example/world/") == [f"https://front.example{path}" for path in USUAL_PLACES]


def test_an_address_is_a_candidate_once_in_its_best_place() -> None:
    body = head(declared("/feed")) + '<a href="http://front.example/feed/">RSS</a>'
    found = find_feeds(body.encode(), URL)
    assert [candidate.why for candidate in found if "/feed" in candidate.url and "." not in candidate.url[-6:]] == [
        "the page declares it"
    ]


def test_the_base_of_the_page_counts() -> None:
    body = '<base href="https://cdn.front.example/x/">' + declared("rss.xml")
    assert find(body)[0] == "https://cdn.front.example/x/rss.xml"


def test_thousands_of_links_give_few_candidates() -> None:
    assert len(find("".join(f'<a href="/{n}.rss">RSS</a>' for n in range(20_000)))) == MOST_CANDIDATES


def test_hostile_pages_cost_little() -> None:
    begun = time.perf_counter()
    find("<link rel=alternate " * 50_000, robots="\n" * 500_000 + "sitemap" * 10_000)
    for body in ("<rss><title>" + " " * 300_000, "<rss>" + "<title>" * 50_000, "<urlset>" + "<name> " * 100_000):
        name_of(body.encode(), URL, now=NOW)
    assert time.perf_counter() - begun < 10


@given(st.text(max_size=200), st.text(max_size=80))
def test_any_page_gives_candidates_that_can_be_asked(body: str, href: str) -> None:
    page = head(declared(href.replace('"', ""))) + body
    for found in find_feeds(page.encode("utf-8", "replace"), URL, robots=f"Sitemap: {href}".encode("utf-8", "replace")):
        assert found.url.startswith(("http://", "https://"))


# --- what candidates answer ----------------------------------------------------------------------------------------


def test_a_candidate_that_is_a_feed_is_read() -> None:
    candidate = Candidate("https://www.front.example/feed", Kind.SITEMAP, "a usual place")
    assert reading(candidate, RSS % ITEM) == Reading(
        candidate=replace(candidate, kind=Kind.FEED),
        form="RSS 2.0",
        leads=1,
        title="Mediator lands",
        newest=datetime(2024, 8, 20, 10, tzinfo=UTC),
        name="Front & Centre",
    )


def reading(candidate: Candidate, body: bytes, content_type: str = "") -> Reading:
    return read_candidate(candidate, body, url=candidate.url, content_type=content_type, charset="", now=NOW)


def test_a_web_page_in_a_feeds_place_is_none() -> None:
    candidate = Candidate("https://www.front.example/feed", Kind.FEED, "a usual place")
    assert (
        reading(candidate, b"<html><body>Not here</body></html>").trouble == "a web page answers, not a feed or sitemap"
    )


@pytest.mark.parametrize("body", [b"", b"\x1f\x8bxx", b"{", b"hello", b"<svg/>"])
def test_what_cannot_be_read_is_trouble_in_words(body: bytes) -> None:
    assert reading(Candidate("https://www.front.example/feed", Kind.FEED, "x"), body).trouble


def test_what_is_alive_and_has_leads_is_the_best() -> None:
    def made(name: str, leads: int = 5, days: int = 1, trouble: str = "", title: str = "") -> Reading:
        candidate = Candidate(f"https://x.example/{name}", Kind.FEED, "x", title)
        return Reading(candidate, leads=leads, newest=NOW - timedelta(days=days), trouble=trouble)

    given_order = [
        made("broken", trouble="HTTP status 404"),
        made("empty", leads=0),
        made("comments-feed"),
        made("stale", days=90),
        made("alive"),
        made("second"),
    ]
    ranked = [reading.candidate.url.rpartition("/")[2] for reading in best_first(given_order, NOW)]
    assert ranked == ["alive", "second", "stale", "comments-feed", "empty", "broken"]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (RSS % ITEM, "Front & Centre"),
        (
            b"<feed xmlns='http://www.w3.org/2005/Atom'><title type='html'>The &amp;amp; Front</title></feed>",
            "The & Front",
        ),
        (b"<rss><channel><title><![CDATA[Quay & more]]></title></channel></rss>", "Quay & more"),
        (b"<rss><channel><image><title>Logo</title></image></channel></rss>", "front.example"),
        (b'{"version":"https://jsonfeed.org/version/1","title":"JSON Front","items":[]}', "JSON Front"),
        (b"<urlset><url><n:news><n:name>News Front</n:name></n:news></url></urlset>", "News Front"),
        (b"<title>The Front - News from the quay</title>", "The Front"),
        (b"<meta property='og:site_name' content='Front'><title>Home - The Front</title>", "Front"),
        (b"", "front.example"),
        (b"{", "front.example"),
    ],
)
def test_a_source_is_called_what_it_calls_itself(body: bytes, name: str) -> None:
    assert name_of(body, URL, now=NOW) == name
