"""Whole runs over hostile servers: each fails alone, with a reason that a person understands, and is tried again.

One class for each kind of trick. The first run asks all sources of SIEGE at once, the honest one among them.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import lxml.html  # type: ignore[import-untyped]
import pytest
from markdown_it import MarkdownIt
from support.builders import DAY, HOUR, NOW, WATCH
from support.fakes import FeedItem, html, rss
from support.hostile import Server, Talk
from support.siege import Siege, Trick, patient
from support.texts import FOLLOW_UP, REPORT

from monitor.edges.files import FileChannel
from monitor.edges.store import SqlStore
from monitor.errors import WatchError
from monitor.model import Delivery, Digest, Kind
from monitor.stages.digest import make_digest
from monitor.stages.letter import write_letter
from monitor.stages.render import render
from monitor.watch import read_watch

pytest_plugins = ("support.quick_store",)

OK = b"HTTP/1.1 200 OK\r\n"
ITEM = FeedItem("https://gazette.example/1", "A report", NOW - HOUR)
FEED = rss([ITEM]).encode()
CONSENT = (
    b"<html><head><title>Before you continue</title></head><body><p>We and our partners use cookies.</p>"
    b"<button>Accept all</button></body></html>"
)
CHALLENGE = b"<html><head><title>Just a moment...</title></head><body>Verifying that you are human.</body></html>"


def answer(status: str = "200 OK", body: bytes = b"", *headers: str) -> Trick:
    """A trick that is one answer; its words are given with `told`."""
    return Trick(lambda server: server.answers(status, body, *headers), "")


def said(data: bytes, says: str) -> Trick:
    return Trick(lambda server: server.says(data), says)


def told(trick: Trick, says: str, kind: Kind = Kind.FEED) -> Trick:
    return Trick(trick.play, says, kind)


def goes(status: int, target: str, says: str) -> Trick:
    return Trick(lambda server: server.answers(f"{status} Moved", b"", f"Location: {target}"), says)


def at(url: str, says: str) -> Trick:
    return Trick(lambda server: url.format(port=server.address.rpartition(":")[2]), says)


def drip(server: Server) -> str:
    def talk(talk: Talk) -> None:
        talk.say(OK + b"\r\n")
        talk.drip(b"x" * 90, 0.1)

    return server.does(talk)


def endless(server: Server) -> str:
    def talk(talk: Talk) -> None:
        talk.say(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(1000):
            talk.say(b"400\r\n" + b"x" * 0x400 + b"\r\n")

    return server.does(talk)


def six_hops(server: Server) -> str:
    for number in range(6):
        server.answers("302 Found", b"", f"Location: /{number + 1}", path=f"/{number}")
    return server.address + "/0"


def robots(status: str, body: bytes, says: str, *headers: str) -> Trick:
    def play(server: Server) -> str:
        server.answers(status, body, *headers, path="/robots.txt")
        return server.answers("200 OK", FEED)

    return Trick(play, says)


def feed(inner: str, head: str = "") -> bytes:
    return f'{head}<rss version="2.0"><channel><title>x</title>{inner}</channel></rss>'.encode()


def own_child(server: Server) -> str:
    index = f"<sitemapindex><sitemap><loc>{server.address}/x</loc></sitemap></sitemapindex>"
    return server.answers("200 OK", index.encode())


LAUGHS = "<!DOCTYPE rss [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
EVIL = "<item><title>&i;</title><link>https://gazette.example/2</link></item>"
NOT_PUBLIC = "is not public"

# Of each class, the sources that it speaks of, by the name of the trick.
SIEGE: dict[str, dict[str, Trick]] = {
    "TestAddressesThatAreNotPublic": {
        "private": at("http://10.0.0.1/feed", NOT_PUBLIC),
        "private 172": at("http://172.16.0.1/feed", NOT_PUBLIC),
        "link-local and metadata": at("http://169.254.169.254/latest/", "where clouds answer with their secrets"),
        "CGNAT": at("http://100.64.0.1/feed", "CGNAT"),
        "multicast": at("http://224.0.0.1/feed", "multicast"),
        "NAT64": at("http://[64:ff9b::a00:1]/feed", NOT_PUBLIC),
        "6to4": at("http://[2002:a00:1::]/feed", "6to4"),
        "Teredo": at("http://[2001:0:a00:1::1]/feed", "Teredo"),
        "IPv4-mapped": at("http://[::ffff:10.0.0.1]/feed", NOT_PUBLIC),
        "decimal": at("http://167772161/feed", "a number in disguise"),
        "hex": at("http://0x0a000001/feed", "a number in disguise"),
        "short": at("http://10.1/feed", "a number in disguise"),
        "full-width dots": at("http://10。0。0。1/feed", NOT_PUBLIC),
        "DNS giving public and private": at("http://inside.example:{port}/feed", "10.0.0.7, which is not public"),
    },
    "TestRebindingAndRedirectsAstray": {
        "redirect to private": goes(302, "http://10.0.0.1/", NOT_PUBLIC),
        "redirect to file:": goes(302, "file:///etc/passwd", "not an http or https address"),
    },
    "TestAddressesThatAreMalformed": {
        "backslash": at("http://gazette.example\\@10.0.0.1/", "backslash"),
        "userinfo": at("http://kim:secret@gazette.example/", "user name or password"),
        "line break": goes(302, "/a%0d%0ab\t", "line break|HTTP status"),
        "odd port": at("http://127.0.0.1:6379/", "no web server belongs on port 6379"),
        "bad xn--": at("http://xn--a/", "not a usable address"),
        "a label of 300": at(f"http://{'x' * 300}.example/", "not a usable address"),
        "over 2 KB": at("http://gazette.example/" + "x" * 2048, "longer than 2,048 bytes"),
    },
    "TestRedirectChains": {
        "loop": goes(302, "/x", "in a circle or too often: http.* -> "),
        "more than 5": Trick(six_hops, "in a circle or too often: http.* -> .* -> "),
    },
    "TestStatuses": {
        "404": told(answer("404 Not Found"), "HTTP status 404"),
        "410": told(answer("410 Gone"), r"gone \(410\) since"),
        "500": told(answer("500 No"), "HTTP status 500"),
        "nobody at the port": at("http://127.0.0.1:9/feed", "no web server belongs|cannot connect"),
    },
    "TestRetryAfter": {
        "seconds": told(answer("429 No", b"", "Retry-After: 7200"), "HTTP status 429"),
        "date": told(answer("503 No", b"", "Retry-After: Thu, 01 Jan 2099 00:00:00 GMT"), "HTTP status 503"),
        "negative": told(answer("503 No", b"", "Retry-After: -1"), "HTTP status 503"),
        "ten years": told(answer("429 No", b"", "Retry-After: 315360000"), "HTTP status 429"),
    },
    "TestBombsAndDamagedPacking": {
        "gzip bomb": told(
            answer("200 OK", gzip.compress(b"\0" * 9_000_000), "Content-Encoding: gzip"), "larger than 200,000 bytes"
        ),
        "nested gzip bomb": told(
            answer("200 OK", gzip.compress(gzip.compress(gzip.compress(b"\0" * 9_000_000))), "Content-Encoding: gzip"),
            "gzipped twice over",
        ),
        "truncated gzip": told(
            answer("200 OK", gzip.compress(FEED)[:-9], "Content-Encoding: gzip"), "broken answer|ends too early|cut off"
        ),
    },
    "TestBodiesWithoutEnd": {
        "over the cap": told(answer("200 OK", b"x" * 200_001), "larger than 200,000 bytes"),
        "endless chunks": Trick(endless, "larger than 200,000 bytes"),
        "drip-feed": Trick(drip, "no complete answer within 5 s"),
    },
    "TestBrokenAnswers": {
        "lying Content-Length": said(OK + b"Content-Length: 100\r\n\r\nshort", "broken answer"),
        "bad chunk": said(OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n", "broken answer"),
        "header bomb": said(OK + b"X-Many: x\r\n" * 50_000 + b"\r\n", "broken answer"),
        "empty reply": said(b"", "broken answer"),
    },
    "TestFeedsThatHurt": {
        "200,000 deep": told(answer("200 OK", feed("<a>" * 60_000)), "nested more than 2,000 deep"),
    },
    "TestPagesInFront": {
        "challenge": told(answer("200 OK", CHALLENGE, "Content-Type: text/html"), "looks like a page that asks"),
        "consent": told(answer("200 OK", CONSENT, "Content-Type: text/html"), "looks like a consent page"),
    },
    "TestRobots": {
        "5xx": robots("500 No", b"", "robots.txt answers 500; until it can be read, nothing is fetched there"),
        "forbids": robots("200 OK", b"User-agent: *\nDisallow: /", "robots.txt does not allow programs to read this"),
    },
    "TestSitemaps": {
        "gzip cut off": told(
            answer("200 OK", gzip.compress(b"<urlset></urlset>" * 99)[:-9]), "ends too early", Kind.SITEMAP
        ),
    },
}  # fmt: skip

# Sources that answer, in a way that is worth a word: read all the same.
ODD: dict[str, dict[str, Trick]] = {
    "TestRobots": {
        "4xx": robots("403 No", b"", ""),
        "huge": robots("200 OK", b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /", "longer than 500 KiB"),
        "HTML": robots("200 OK", b"<!doctype html><p>Not here", "robots.txt is a web page and forbids nothing"),
        "Crawl-delay 86400": robots("200 OK", b"User-agent: *\nCrawl-delay: 86400\n", "asks for 86400 s"),
    },
    "TestFeedsThatHurt": {
        "billion laughs": told(answer("200 OK", feed(EVIL, LAUGHS)), ""),
        "XXE": told(answer("200 OK", feed(EVIL, '<!DOCTYPE rss [<!ENTITY i SYSTEM "file:///etc/passwd">]>')), ""),
        "unclosed CDATA": told(answer("200 OK", feed(EVIL + "<item><title><![CDATA[ no end")), "could be salvaged"),
    },
    "TestOddFeeds": {
        "no GUID": told(answer("200 OK", FEED), ""),
        "date in the future": told(
            answer("200 OK", feed("<item><link>/9</link><pubDate>Fri, 01 Jan 2099 00:00:00 GMT</pubDate></item>")),
            "1 item dated in the future",
        ),
        "1970": told(
            answer("200 OK", feed("<item><link>/9</link><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item>")),
            "1 item dated before 1995",
        ),
        "empty feed": told(answer("200 OK", feed("")), ""),
    },
    "TestSitemaps": {"index that contains itself": Trick(own_child, "", Kind.SITEMAP)},
    "TestCharsets": {
        "unknown": told(answer("200 OK", FEED, "Content-Type: text/xml; charset=hex"), ""),
        "UTF-16 without BOM": told(answer("200 OK", FEED.decode().encode("utf-16-le")), ""),
    },
}  # fmt: skip


class Besieged:
    """One run over all of it, made once."""

    def __init__(self, siege: Siege) -> None:
        self.siege = siege
        paper = siege.honest_paper()
        self.ids = {
            (row, name): siege.follow(trick.play(siege.server()), kind=trick.kind)
            for table in (SIEGE, ODD)
            for row, tricks in table.items()
            for name, trick in tricks.items()
        }
        self.report = siege.run()
        self.asked = paper.paths()

    def failed(self, row: str, name: str) -> None:
        """The source failed, is said to in these words, and is tried again."""
        source = self.ids[row, name]
        state = self.siege.state(source)
        assert re.search(SIEGE[row][name].says, self.siege.words(source)), self.siege.words(source)
        assert state.failures == 1
        assert state.due_at
        assert patient(state.due_at) or state.gone

    def read(self, row: str, name: str) -> None:
        """The source was read, with a word on what was odd."""
        source = self.ids[row, name]
        state, says = self.siege.state(source), ODD[row][name].says
        assert state.failures == 0, state.reason
        assert re.search(says, state.note) if says else "robots" not in state.note


@pytest.fixture(scope="module")
def besieged(empty_database: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    file = tmp_path_factory.mktemp("siege") / "monitor.db"
    file.write_bytes(empty_database)
    with ExitStack() as stack:
        store = SqlStore.open(f"sqlite:///{file}", NOW)
        stack.callback(store.close)
        yield Besieged(Siege(store, stack))


@pytest.fixture
def siege(quick_store: SqlStore) -> Iterator[Siege]:
    """A siege of a test's own, without any source yet."""
    with ExitStack() as stack:
        yield Siege(quick_store, stack)


def failing(row: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", SIEGE[row])


def odd(row: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", ODD[row])


class TestAlways:
    def test_the_honest_paper_is_read_whatever_happens_around_it(self, besieged: Besieged) -> None:
        assert [each.article.url.rpartition("/")[2] for each in besieged.siege.articles()].count("report") == 1
        assert besieged.asked == ["/robots.txt", "/feed", "/report"]
        assert besieged.siege.words("gazette") == ""

    def test_the_run_names_every_source_that_failed_once(self, besieged: Besieged) -> None:
        failed = [each.source_id for each in besieged.report.failed_sources]
        assert sorted(failed) == sorted(besieged.ids[row, name] for row, names in SIEGE.items() for name in names)
        assert not besieged.report.outage


class TestAddressesThatAreNotPublic:
    @failing("TestAddressesThatAreNotPublic")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestAddressesThatAreNotPublic", name)


class TestRebindingAndRedirectsAstray:
    @failing("TestRebindingAndRedirectsAstray")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestRebindingAndRedirectsAstray", name)


class TestAddressesThatAreMalformed:
    @failing("TestAddressesThatAreMalformed")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestAddressesThatAreMalformed", name)


class TestRedirectChains:
    @failing("TestRedirectChains")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestRedirectChains", name)


class TestPermanentRedirects:
    @pytest.mark.parametrize("status", [301, 308])
    def test_move_the_source_after_three_sightings_over_a_day_and_say_so(self, siege: Siege, status: int) -> None:
        server = siege.server()
        server.answers(f"{status} Moved", b"", "Location: /y")
        server.answers("200 OK", FEED, path="/y")
        source = siege.follow(server.address + "/x")
        for hours in (0, 12):
            siege.clock.time = NOW + hours * HOUR
            siege.run()
            assert siege.words(source) == ""
        siege.clock.time = NOW + DAY
        siege.run()
        assert (
            siege.words(source)
            == f"has moved to {server.address}/y, which is read instead; change its url in watch.toml"
        )
        server.asked.clear()
        siege.run()
        assert server.paths() == ["/y"]


class TestStatuses:
    @failing("TestStatuses")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestStatuses", name)

    def test_gone_rests_a_month_and_is_then_looked_at_again(self, siege: Siege) -> None:
        source = siege.follow(siege.server().answers("410 Gone"))
        siege.run()
        assert siege.state(source).due_at == NOW + timedelta(days=30)
        assert "take it out or mend it" in siege.words(source)

    def test_others_back_off_from_half_an_hour_to_a_day(self, siege: Siege) -> None:
        siege.honest_paper()
        source = siege.follow(siege.server().answers("500 No"))
        rests = []
        for _ in range(8):
            siege.run()
            due = siege.state(source).due_at
            assert due
            rests.append((due - siege.clock.time) / HOUR)
            siege.clock.time = due
        assert rests == [0.5, 1, 2, 4, 8, 16, 24, 24]


class TestRetryAfter:
    @failing("TestRetryAfter")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestRetryAfter", name)
        due = besieged.siege.state(besieged.ids["TestRetryAfter", name]).due_at
        assert due
        rest = {"seconds": 2 * HOUR, "date": DAY, "negative": HOUR / 2, "ten years": DAY}[name]
        assert due - NOW == rest


class TestValidators:
    def test_are_sent_back_as_they_came_and_a_304_costs_nothing(self, siege: Siege) -> None:
        server = siege.server()
        siege.follow(server.answers("200 OK", FEED, 'ETag: W/"1-gzip"'))
        siege.run()
        server.answers("304 Not Modified")
        (report,) = siege.run().sources
        assert report.outcome == "unchanged"
        assert server.asked[-1].headers["if-none-match"] == 'W/"1-gzip"'

    def test_that_stay_while_the_feed_changes_hide_nothing(self, siege: Siege) -> None:
        server = siege.server()
        url = server.answers("200 OK", FEED, 'ETag: "same"')
        siege.follow(url)
        siege.run()
        server.answers("200 OK", rss([ITEM, FeedItem("https://gazette.example/2", "Another")]).encode(), 'ETag: "same"')
        (report,) = siege.run().sources
        assert (report.outcome, report.fresh) == ("ok", 1)

    def test_a_304_unasked_makes_the_source_fail_in_words(self, siege: Siege) -> None:
        siege.honest_paper()
        source = siege.follow(siege.server().answers("304 Not Modified"))
        siege.run()
        assert "insists that nothing has changed" in siege.words(source)


class TestBombsAndDamagedPacking:
    @failing("TestBombsAndDamagedPacking")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestBombsAndDamagedPacking", name)


class TestBodiesWithoutEnd:
    @failing("TestBodiesWithoutEnd")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestBodiesWithoutEnd", name)


class TestBrokenAnswers:
    @failing("TestBrokenAnswers")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestBrokenAnswers", name)


class TestCharsets:
    @odd("TestCharsets")
    def test_are_found_out(self, besieged: Besieged, name: str) -> None:
        besieged.read("TestCharsets", name)


class TestFeedsThatHurt:
    @failing("TestFeedsThatHurt")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestFeedsThatHurt", name)

    @odd("TestFeedsThatHurt")
    def test_give_what_can_be_salvaged(self, besieged: Besieged, name: str) -> None:
        besieged.read("TestFeedsThatHurt", name)


class TestPagesThatHurt:
    def test_cost_their_worker_and_nothing_else_and_the_feeds_summary_takes_their_place(self, siege: Siege) -> None:
        siege.hard_work, siege.most_bytes = True, 5_000_000
        paper, server = siege.honest_paper(), siege.server()
        attributes = " ".join(f"a{number}=''" for number in range(200_000))
        link = server.answers("200 OK", f"<html><body><article><p {attributes}>{REPORT}".encode(), path="/page")
        item = FeedItem(link, "The mediator spoke", NOW - HOUR, summary=REPORT.split("\n\n")[0])
        siege.follow(server.answers("200 OK", rss([item]).encode()))
        (retry,) = siege.run().failed_pages
        assert "took longer than 2 s and was ended" in retry[1]
        siege.clock.pass_(DAY)
        assert siege.run().summary_only == 1
        assert {each.article.summary_only for each in siege.articles()} == {True, False}
        assert paper.paths().count("/report") == 1


class TestPagesInFront:
    @failing("TestPagesInFront")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestPagesInFront", name)

    def test_of_articles_are_not_filed_as_articles_and_the_source_is_named(self, siege: Siege) -> None:
        server = siege.server()
        summaries = FOLLOW_UP.split("\n\n")
        links = [server.answers("200 OK", CONSENT, path=f"/{number}") for number in range(8)]
        items = [
            FeedItem(link, f"The mediator spoke {number}", NOW - HOUR, summary=f"{summaries[0]} Part {number}.")
            for number, link in enumerate(links)
        ]
        source = siege.follow(server.answers("200 OK", rss(items).encode()))
        siege.run()
        assert all(each.article.summary_only for each in siege.articles())
        assert "its pages give no text, so the feed's summaries are read; the last one: " in siege.words(source)
        assert "consent" in siege.words(source)


class TestRobots:
    @failing("TestRobots")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestRobots", name)

    @odd("TestRobots")
    def test_are_taken_for_what_they_can_mean(self, besieged: Besieged, name: str) -> None:
        besieged.read("TestRobots", name)


class TestSitemaps:
    @failing("TestSitemaps")
    def test_fail_as_sources(self, besieged: Besieged, name: str) -> None:
        besieged.failed("TestSitemaps", name)

    @odd("TestSitemaps")
    def test_end(self, besieged: Besieged, name: str) -> None:
        besieged.read("TestSitemaps", name)


class TestOddFeeds:
    @odd("TestOddFeeds")
    def test_are_read_with_a_word_on_what_is_odd(self, besieged: Besieged, name: str) -> None:
        besieged.read("TestOddFeeds", name)

    def test_with_ids_that_change_bring_each_article_once(self, siege: Siege) -> None:
        server = siege.server()
        page = server.answers("200 OK", html("Mediator leaves", REPORT).encode(), path="/report")
        for number in range(3):
            item = f"<item><guid isPermaLink='false'>{number}</guid><title>A</title><link>{page}</link></item>"
            source = server.answers("200 OK", feed(item))
            if not siege.sources:
                siege.follow(source)
            siege.run()
        assert server.paths().count("/report") == 1
        assert len(siege.articles()) == 1


# --- from a hostile page to what a person reads ----------------------------------------------------------------------

ABOUT = "Mediator leaves the first round of harbour strike talks "
TITLES = {
    "script": ABOUT + "<script>alert(1)</script>",
    "Markdown": ABOUT + "**bold** [x](javascript:alert(1)) ![p](http://evil.example/p.png)",
    "link-breaking": ABOUT + "](http://evil.example) [x",
    "template": ABOUT + "{{7*7}} {% raw %}",
    "line break": ABOUT + "\r\nBcc: everybody@evil.example\r\n\r\n<p>body",
    "10 KB": ABOUT + "x" * 10_000,
    "a folder": ABOUT + "../../x",
    "a device": ABOUT + "CON",
    "NUL, ESC, bidi, zero-width, U+2028": ABOUT + "\0\x1b[31m\u202e\u200b\u2028# x",
}
LINKS = (
    '<img src="http://evil.example/pixel.gif"><a href="javascript:alert(1)">the paper</a> '
    '<a href="data:text/html,x">another</a> {{7*7}}'
)
BODY = REPORT.replace(". ", f" {LINKS}. ", 1) + f"\nThe dockers read {LINKS} on Tuesday and wanted ninety more berths."


class Retold:
    """A digest of hostile pages, rendered."""

    def __init__(self, siege: Siege) -> None:
        server = siege.server()
        items = []
        for number, title in enumerate(TITLES.values()):
            written = title.replace("&", "&amp;").replace("<", "&lt;").replace("\0", "&#0;").replace("\x1b", "&#27;")
            page = html(written, BODY.replace("Tuesday", f"Tuesday and a berth for {number + 20} ships"))
            link = server.answers("200 OK", page.encode(), path=f"/{number}")
            items.append(f"<item><title>{written}</title><link>{link}</link></item>")
        siege.follow(server.answers("200 OK", feed("".join(items))))
        self.report = siege.run()
        self.digest: Digest = make_digest(siege.store.material(), WATCH, now=NOW, name="2024-03-20")
        self.titles = [each.article.title for each in siege.articles()]


@pytest.fixture(scope="module")
def retold(empty_database: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retold]:
    file = tmp_path_factory.mktemp("retold") / "monitor.db"
    file.write_bytes(empty_database)
    with ExitStack() as stack:
        store = SqlStore.open(f"sqlite:///{file}", NOW)
        stack.callback(store.close)
        yield Retold(Siege(store, stack))


class TestInvisibleCharacters:
    def test_reach_no_title_that_is_kept(self, retold: Retold) -> None:
        assert len(retold.titles) == len(TITLES)
        assert not set("".join(retold.titles)) & set("\0\x1b\u202e\u200b\u2028\r\n")


class TestTextsThatWouldBeMarkup:
    def test_script_is_none_in_html(self, retold: Retold) -> None:
        page = lxml.html.document_fromstring(render(retold.digest, "html"))
        assert page.xpath("//script | //img | //iframe | //form") == []
        hrefs = [str(link) for link in page.xpath("//@href | //@src")]
        assert all(link.startswith(("http://", "https://", "#", "mailto:")) for link in hrefs)
        assert len(hrefs) >= len(TITLES)

    def test_markdown_links_and_tracking_images_are_none_in_markdown(self, retold: Retold) -> None:
        tokens = [
            part
            for token in MarkdownIt("commonmark").parse(render(retold.digest, "md"))
            for part in token.children or ()
        ]
        assert [token for token in tokens if token.type in ("image", "html_inline")] == []
        targets = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
        assert targets
        assert not [target for target in targets if "evil" in target or not target.startswith("http")]

    @pytest.mark.parametrize("form", ["md", "html", "txt"])
    def test_a_template_is_data(self, retold: Retold, form: str) -> None:
        told = render(retold.digest, form)
        assert "{{7" in told.replace("\\", "")
        assert "49" not in re.sub(r"127\.0\.0\.1:\d+", "", told)


class TestTitlesInHeaders:
    def test_with_line_breaks_add_no_header_and_kill_no_digest(self, retold: Retold) -> None:
        letter = write_letter(retold.digest, sender="digest@example.org", to="desk@example.org", now=NOW)
        message = message_from_bytes(letter.payload, policy=policy.default)
        assert message["Bcc"] is None
        assert message["To"] == "desk@example.org"
        assert "everybody@evil.example" in render(retold.digest, "txt")

    def test_of_10_kb_are_cut(self, retold: Retold) -> None:
        assert max(map(len, retold.titles)) <= 200


class TestNames:
    @pytest.mark.parametrize("title", ["../../x", "CON"])
    def test_of_articles_name_no_file(self, retold: Retold, tmp_path: Path, title: str) -> None:
        assert [each for each in retold.titles if each.endswith(title)]
        name = f"{retold.digest.name}.md"
        FileChannel(tmp_path / "digests").deliver(
            Delivery(1, 1, "file", name, render(retold.digest, "md").encode()), lambda: None
        )
        assert [path.name for path in tmp_path.rglob("*")] == ["digests", "2024-03-20.md"]

    @pytest.mark.parametrize("name", ["../../x", "a/../../x", "/etc/x"])
    def test_of_files_lead_nowhere_else(self, tmp_path: Path, name: str) -> None:
        FileChannel(tmp_path / "in" / "digests").deliver(Delivery(1, 1, "file", name, b"x"), lambda: None)
        assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("x")] == ["in/digests/x"]


class TestSilence:
    def test_of_three_usual_gaps_is_said(self, siege: Siege) -> None:
        server, items = siege.server(), list[FeedItem]()
        for number in range(10):
            items.append(FeedItem(f"{server.address}/{number}", f"Report {number}", siege.clock.time))
            url = server.answers("200 OK", rss(items).encode())
            if not siege.sources:
                siege.follow(url)
            siege.run()
            siege.clock.pass_(10 * HOUR)
        source = siege.sources[0].id
        siege.clock.pass_(10 * HOUR)
        siege.run()
        assert siege.words(source) == ""
        siege.clock.pass_(20 * HOUR)
        siege.run()
        assert siege.words(source) == (
            "answers, but has had nothing new for 40 hours; usually something comes every 10 hours"
        )


class TestWatchFiles:
    BAD = """[watch]
name = "Talks"
subject = 'mediator OR ('
timezon = "UTC"

[[source]]
id = "gazette"
name = "Gazette"
url = "https://gazette.example/feed"

[[source]]
id = "gazette"
name = "Again"
url = "https://courier.example/feed"

[[trip]]
id = "one"
ordinal = 1
name = "One"
dates = [2024-03-22, 2024-03-18]
"""

    @pytest.mark.parametrize(
        ("mistake", "words"),
        [
            ("unknown key", 'watch.toml:4: .*did you mean "timezone"'),
            ("bad rule", "watch.toml:3: "),
            ("duplicate id", "watch.toml:12: .*gazette"),
            ("wrong date order", "watch.toml:20: "),
        ],
    )
    def test_tell_all_their_mistakes_at_once_each_with_its_line(self, mistake: str, words: str) -> None:
        with pytest.raises(WatchError) as caught:
            read_watch(self.BAD, "watch.toml")
        assert len(caught.value.problems) == 4
        assert re.search(words, str(caught.value)), str(caught.value)
