"""The kinds of sources: told from the bytes, pages watched for change, and selectors on index pages."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import ExtractError
from monitor.model import Kind, Offer
from monitor.stages.identity import canonical_url, version_of, versioned
from monitor.stages.leads import kind_of, read_offer
from monitor.watch import read_watch

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2024, 8, 21, tzinfo=UTC)
URL = "https://front.example/world"
STORY = (
    "The mediator landed at the quay on Tuesday and went straight to the table. Both sides say that they will talk "
    "until Friday. The port stays shut, and forty ships wait outside it. A union speaker called the day a beginning. "
) * 4


def read(body: bytes | str, kind: str, **more: str) -> Offer:
    raw = body.encode() if isinstance(body, str) else body
    return read_offer(raw, url=URL, source_id="s", content_type="", charset="", kind=kind, now=NOW, **more)  # type: ignore[arg-type]


def page(text: str, aside: str = "") -> str:
    return (
        f"<html lang='en'><head><title>Live: the talks</title></head><body><nav>{aside}</nav><article>"
        f"<h1>Live: the talks</h1><p>{text}</p></article><footer>{aside}</footer></body></html>"
    )


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("feeds/rss2.xml", "RSS 2.0"),
        ("feeds/atom.xml", "Atom 1.0"),
        ("feeds/feed.json", "JSON Feed 1.1"),
        ("feeds/index.html", "index page"),
        ("sitemaps/news.xml", "news sitemap"),
        ("sitemaps/index.xml", "sitemap index"),
        ("sitemaps/archive.xml", "sitemap"),
        ("sitemaps/plain.txt", "list of addresses"),
    ],
)
def test_an_automatic_kind_is_told_from_the_bytes(name: str, form: str) -> None:
    assert read((GOLDEN / name).read_bytes(), "auto").form == form
    assert read(gzip.compress((GOLDEN / name).read_bytes()), "auto").form == form


def test_nothing_is_no_kind() -> None:
    assert kind_of("") is None
    assert kind_of("hello there") is None
    assert kind_of("hello there", "text/html") is Kind.INDEX


def test_a_sitemap_in_a_feeds_place_is_read_as_what_it_is() -> None:
    assert read((GOLDEN / "sitemaps" / "news.xml").read_bytes(), "feed").form == "news sitemap"


def test_a_sitemap_in_an_index_pages_place_names_the_mend() -> None:
    with pytest.raises(ExtractError, match='set kind = "sitemap"'):
        read((GOLDEN / "sitemaps" / "news.xml").read_bytes(), "index")


def test_a_feed_in_a_sitemaps_place_is_read_as_what_it_is() -> None:
    assert read((GOLDEN / "feeds" / "rss2.xml").read_bytes(), "sitemap").form == "RSS 2.0"


def test_a_page_in_a_sitemaps_place_is_an_error() -> None:
    with pytest.raises(ExtractError, match="an HTML page"):
        read(page(STORY), "sitemap")


def test_a_sitemap_offers_what_is_newer_than_the_last_visit() -> None:
    body = (GOLDEN / "sitemaps" / "archive.xml").read_bytes()
    offer = read_offer(body, url=URL, source_id="s", content_type="", charset="", kind="sitemap", now=NOW, since=NOW)
    assert [lead.url[-1] for lead in offer.leads] == ["b", "d", "e"]


# --- pages --------------------------------------------------------------------------------------------------------


def test_a_watched_page_is_its_own_lead() -> None:
    lead = read(page(STORY), "page").leads[0]
    assert (lead.url, lead.title, lead.language) == (URL, "Live: the talks", "en")
    assert lead.canonical == versioned(canonical_url(URL), lead.guid)


def test_a_page_is_a_new_lead_when_its_text_is_new_and_only_then() -> None:
    first, same, other = (
        read(body, "page").leads[0].canonical
        for body in (page(STORY), page(STORY, aside="17 readers are here"), page(STORY + " The talks are over."))
    )
    assert first == same
    assert first != other


def test_a_page_without_text_is_an_error() -> None:
    with pytest.raises(ExtractError, match="no article text"):
        read("<html><body><img src='x'></body></html>", "page")


def test_a_version_is_no_address_that_anybody_could_write() -> None:
    key = versioned("https://front.example/world", "0" * 32)
    assert version_of(key) == "0" * 32
    assert canonical_url(key) == "https://front.example/world"
    assert version_of("https://front.example/world") == ""
    assert versioned("https://front.example/world", "") == "https://front.example/world"


# --- selectors ----------------------------------------------------------------------------------------------------

INDEX = """<html lang="en"><body><header><h2><a href="/about-us-and-our-long-history">About us and our history</a></h2>
<main><h2><a href="/a">One</a></h2><div class="story">
<a href="/b#top">Two</a><a href="https://wire.example/c">Three</a></div>
<h2><a href="/world">Here</a><a href="javascript:x()">Script</a></h2>
<p><a href="/a-link-of-four-words">In the running text</a></p>
</main></body></html>"""


def test_a_selector_picks_links_whatever_they_look_like() -> None:
    assert [lead.url for lead in read(INDEX, "index", select="main h2 a").leads] == ["https://front.example/a"]


def test_links_inside_what_a_selector_picks_are_taken() -> None:
    offer = read(INDEX, "index", select=".story, main h2")
    assert [lead.title for lead in offer.leads] == ["One", "Two", "Three"]


def test_a_selector_that_picks_nothing_is_told() -> None:
    with pytest.raises(ExtractError, match="no link on the page matches the selector 'main h5 a'"):
        read(INDEX, "index", select="main h5 a")


def test_a_consent_page_in_place_of_the_index_is_told() -> None:
    with pytest.raises(ExtractError, match="a consent page"):
        read((GOLDEN / "feeds" / "consent.html").read_bytes(), "index", select="main h2 a")


@pytest.mark.parametrize("kind", ["index", "auto"])
def test_the_watch_file_takes_a_selector(kind: str) -> None:
    text = f"""[watch]\nname = "S"\nsubject = "envoy"\n[[source]]\nid = "a"\nname = "A"\nurl = "https://a.example/"
kind = "{kind}"\nselect = "main h2 > a[href*='/2024/']"\n"""
    assert read_watch(text).sources[0].select == "main h2 > a[href*='/2024/']"
