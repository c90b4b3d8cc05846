"""Hostile pages and feeds, one class for each kind of trick, in a worker that can be killed where they may take long.

How hostile texts and links are rendered is shown in test_render.py, mail headers in test_letter.py, file names in
test_files.py, a watch file's mistakes in test_watch_mistakes.py.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from support import monsters
from support.hostile import Server, fetch_one, hostile_server

from monitor.edges.pool import ProcessPool
from monitor.errors import ExtractError, WorkerError
from monitor.model import Lead, Offer, Page
from monitor.stages.extract import read_page
from monitor.stages.leads import read_offer
from monitor.stages.sitemap import MOST_BYTES

HERE = Path(__file__).parent
NOW, LEAD, TEXT = monsters.NOW, monsters.LEAD, monsters.TEXT
FEED = "https://gazette.example/feed"


def pool_of(seconds: float) -> Iterator[Callable[..., object]]:
    """A pool with one worker that outlives a test: what a worker imports is imported once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE))
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        pool = ProcessPool(1, seconds=seconds, megabytes=1024)

        def run(work: Callable[..., object], *args: object) -> object:
            return asyncio.run_coroutine_threadsafe(pool.run(work, *args), loop).result()

        yield run
        asyncio.run_coroutine_threadsafe(pool.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@pytest.fixture(scope="module")
def worker() -> Iterator[Callable[..., object]]:
    # On a busy machine; alone none of these takes half of it.
    yield from pool_of(30.0)


@pytest.fixture
def hasty_worker() -> Iterator[Callable[..., object]]:
    yield from pool_of(1.5)


@pytest.fixture
def server() -> Iterator[Server]:
    with hostile_server() as server:
        yield server


def feed(items: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>x</title>{head}{items}</channel></rss>'


def offer(text: str | bytes, charset: str = "", kind: str = "auto") -> Offer:
    body = text if isinstance(text, bytes) else text.encode()
    return read_offer(body, url=FEED, source_id="tide", content_type="", charset=charset, kind=kind, now=NOW)


def read(body: str | bytes, charset: str = "", lead: Lead = LEAD) -> Page:
    data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return read_page(data, url=LEAD.url, charset=charset, lead=lead, now=NOW)


class TestPagesThatHurt:
    @pytest.mark.parametrize("name", monsters.PAGES)
    def test_give_their_text_or_the_feeds_summary(self, worker: Callable[..., object], name: str) -> None:
        page = worker(monsters.read_monster_page, name)
        assert isinstance(page, Page)
        assert len(page.text) <= 400_000
        assert len(page.title) <= 200
        assert page.text == monsters.SUMMARY if page.summary_only else "mediator left" in page.text

    def test_end_at_the_time_limit_and_the_next_work_goes_on(self, hasty_worker: Callable[..., object]) -> None:
        with pytest.raises(WorkerError, match=r"longer than 1\.5 s and was ended"):
            hasty_worker(monsters.read_monster_page, "200,000 attributes")
        assert hasty_worker(pow, 17, 5) == 17**5


class TestFeedsThatHurt:
    @pytest.mark.parametrize("name", monsters.FEEDS)
    def test_give_what_can_be_salvaged_or_an_error_in_words(self, worker: Callable[..., object], name: str) -> None:
        try:
            found = worker(monsters.read_monster_feed, name)
        except ExtractError:
            if "deep" not in name:
                raise
            return
        assert isinstance(found, Offer)
        assert 0 < len(found.leads) <= 500
        assert all(len(lead.title) <= 200 and "root:" not in lead.title for lead in found.leads)
        assert "haha" not in found.leads[0].title

    def test_end_at_the_time_limit_and_the_next_work_goes_on(self, hasty_worker: Callable[..., object]) -> None:
        with pytest.raises(WorkerError, match=r"longer than 1\.5 s and was ended"):
            hasty_worker(monsters.read_monster_feed, "100,000 attributes")
        assert hasty_worker(pow, 17, 5) == 17**5


class TestCharsets:
    WORDS = "The mediator’s café in Türkiye stayed open. " * 20

    @pytest.mark.parametrize(
        "charset", ["hex", "rot13", "idna", "unicode_escape", "utf-7", "x" * 300, "../../x", "\u202e"]
    )
    def test_that_are_unknown_or_hostile_are_not_believed(self, server: Server, charset: str) -> None:
        header = f"Content-Type: text/html; charset={charset}".encode().decode("latin-1")
        body = f"<html><body><article><p>{self.WORDS}</p></article></body></html>".encode()
        answer = fetch_one(server.answers("200 OK", body, header))
        assert "mediator’s café in Türkiye" in read(answer.body, answer.charset).text

    @pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-8"])
    @pytest.mark.parametrize("named", ["", "us-ascii", "iso-8859-1"])
    def test_that_are_wrong_or_missing_are_found_out(self, charset: str, named: str) -> None:
        body = f"<html><body><article><p>{self.WORDS}</p></article></body></html>".encode(charset)
        assert "mediator’s café in Türkiye" in read(body, named).text

    def test_utf_7_brings_no_tags(self) -> None:
        page = read(f"<p>{self.WORDS}</p><p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-</p>", "utf-7")
        assert "<script" not in page.text

    @pytest.mark.parametrize(
        "evil", ["\ud800", "\udfff\ud800", "&#xD800;", "&#55296;", "&#0;", "&#x110000;", "&#99999999999999999999;"]
    )
    def test_lone_surrogates_and_stray_bytes_are_replaced(self, evil: str) -> None:
        page = read(f"<html><body><article><h1>A{evil}B</h1><p>{self.WORDS}{evil}</p></article></body></html>")
        (page.title + page.text).encode()
        text = feed(f"<item><title>A{evil}B</title><link>/1</link></item>")
        offer(text.encode("utf-8", "surrogatepass")).leads[0].title.encode()


class TestInvisibleCharacters:
    EVIL = "\0\x01\x1b[31m\u202e\u2066\u200b\u200f\ufeff\u2028\u2029\x85"

    def test_leave_a_pages_title_and_text(self) -> None:
        body = (
            f"<html><head><title>A{self.EVIL}B</title></head><body><article><p>{TEXT}{self.EVIL}</p></article></body>"
        )
        page = read(body)
        assert not set(page.title + page.text) & set(self.EVIL.replace("[31m", ""))

    @pytest.mark.parametrize("evil", ["\x1b", "\x0b", "&#27;", "&#x1B;", "&#027", "&#1;", "&#xc;", "&#31;"])
    def test_cost_no_page_its_text(self, evil: str) -> None:
        page = read(f"<html><body><article><h1>A{evil} B</h1><p>{TEXT}{evil}</p></article></body></html>")
        assert not page.summary_only
        assert (page.title, page.text.removeprefix("A B\n").split(".")[0]) == ("A B", TEXT.split(".")[0])

    @pytest.mark.parametrize("sound", ["&#10;", "&#9;", "&#127;", "&#270;", "&#x1f4;", "&#300;", "&#x20AC;"])
    def test_are_not_taken_for_others(self, sound: str) -> None:
        page = read(f"<html><body><article><h1>A {sound} B</h1><p>{TEXT}</p></article></body></html>")
        assert page.title == " ".join(unescape(f"A {sound} B").replace("\x7f", "").split())

    def test_leave_what_a_feed_says(self) -> None:
        evil = self.EVIL
        names = ("title", "guid", "author", "description")
        item = "".join(f"<{name}>A{evil}B</{name}>" for name in names) + "<link>/1</link>"
        lead = offer(feed(f"<item>{item}</item>")).leads[0]
        said = lead.title + lead.summary.replace("\n", "") + lead.author + lead.guid.replace("\n", "")
        assert not set(said) & set(evil.replace("[31m", ""))

    @pytest.mark.parametrize("title", ["A\r\nBcc: everybody@evil.example", "A&#13;&#10;Bcc: x", "x" * 10_000])
    def test_no_title_has_a_second_line_or_is_long(self, title: str) -> None:
        lead = offer(feed(f"<item><title>{title}</title><link>/1</link></item>")).leads[0]
        assert len(lead.title) <= 200
        assert len(lead.title.splitlines()) == 1


class TestLinksInFeeds:
    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:x@y.example", "http://[::1"]
    )
    def test_that_lead_astray_are_no_leads(self, link: str) -> None:
        good = "<item><title>B</title><link>https://gazette.example/2</link></item>"
        found = offer(feed(f"<item><title>A</title><link>{link}</link></item>{good}"))
        assert [lead.url for lead in found.leads] == ["https://gazette.example/2"]
        assert "without a usable link" in found.note

    @pytest.mark.parametrize("title", ["<script>alert(1)</script>A", "A<img src=x onerror=alert(1)>", "A<!-- b"])
    def test_markup_in_a_title_is_gone(self, title: str) -> None:
        lead = offer(feed(f"<item><title><![CDATA[{title}]]></title><link>/1</link></item>")).leads[0]
        assert lead.title == "A"


class TestOddFeeds:
    def test_items_without_an_id_are_known_by_their_address(self) -> None:
        found = offer(feed("<item><title>A</title><link>/1</link></item><item><title>B</title><link>/2</link></item>"))
        assert [(lead.guid, lead.canonical[-1]) for lead in found.leads] == [("", "1"), ("", "2")]

    def test_the_same_id_twice_hides_no_article(self) -> None:
        item = "<item><guid isPermaLink='false'>same</guid><link>/{}</link></item>"
        assert len(offer(feed(item.format(1) + item.format(2))).leads) == 2

    def test_an_id_that_changes_makes_no_second_article(self) -> None:
        item = "<item><guid isPermaLink='false'>{}</guid><link>/1</link></item>"
        assert len(offer(feed(item.format(1) + item.format(2))).leads) == 1

    @pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2099 00:00:00 GMT", "soon", "0"])
    def test_a_date_that_cannot_be_is_none(self, date: str) -> None:
        item = f"<item><title>A</title><link>/1</link><pubDate>{date}</pubDate></item>"
        assert offer(feed(item)).leads[0].published is None

    @pytest.mark.parametrize("link", ["/1", "//gazette.example/1", "../1", "?a=1", "1"])
    def test_a_relative_link_is_resolved(self, link: str) -> None:
        url = offer(feed(f"<item><title>A</title><link>{link}</link></item>")).leads[0].url
        assert url.startswith("https://gazette.example/")

    def test_an_empty_one_is_no_error(self) -> None:
        assert offer(feed("")).leads == ()


class TestPagesInFront:
    CHALLENGE = "<html><head><title>Just a moment...</title></head><body>Verifying that you are human.</body></html>"
    CONSENT = (
        "<html><head><title>Before you continue</title></head><body><p>We and our partners use cookies.</p>"
        "<button>Accept all</button></body></html>"
    )

    @pytest.mark.parametrize("body", [CHALLENGE, CONSENT], ids=["challenge", "consent"])
    def test_are_no_feed(self, server: Server, body: str) -> None:
        answer = fetch_one(server.answers("200 OK", body.encode(), "Content-Type: text/html"))
        with pytest.raises(ExtractError, match=r"not a feed: an HTML page .* looks like a"):
            offer(answer.body, kind="feed")

    @pytest.mark.parametrize("body", [CHALLENGE, CONSENT], ids=["challenge", "consent"])
    def test_are_no_article(self, server: Server, body: str) -> None:
        answer = fetch_one(server.answers("200 OK", body.encode(), "Content-Type: text/html"))
        page = read(answer.body)
        assert page.summary_only
        assert page.text == monsters.SUMMARY


class TestSitemaps:
    def test_an_index_that_names_itself_offers_itself_not_again(self) -> None:
        text = f"<sitemapindex><sitemap><loc>{FEED}</loc></sitemap><sitemap><loc>{FEED}2</loc></sitemap></sitemapindex>"
        found = offer(text, kind="sitemap")
        assert FEED not in found.more

    def test_of_50_mb_the_beginning_is_read(self, worker: Callable[..., object]) -> None:
        found = worker(monsters.read_large_sitemap, 50_000_000)
        assert isinstance(found, Offer)
        assert f"only its first {MOST_BYTES // 1_000_000} MB were read" in found.note
        assert len(found.leads) == 500
