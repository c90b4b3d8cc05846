"""robots.txt, asked once a host: what it says, what its absence or failure means, what a hostile one may do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile import Server, fails, fetch_all, fetch_one, hostile_server, loopback

from monitor.edges.fetch import HttpFetcher
from monitor.edges.robots import LONGEST_DELAY, MOST_BYTES, read_robots
from monitor.errors import FetchError
from monitor.model import Fetched, Request, RobotsFile


@pytest.fixture
def server() -> Iterator[Server]:
    with hostile_server() as server:
        server.answers(body=b"here")
        server.answers(body=b"there", path="/y")
        yield server


def robots(server: Server, text: str | bytes, *headers: str, status: str = "200 OK") -> None:
    """Put a robots.txt there."""
    server.answers(status, text.encode() if isinstance(text, str) else text, *headers, path="/robots.txt")


class TestRules:
    @pytest.mark.parametrize(
        ("text", "allowed"),
        [
            ("", True),
            ("User-agent: *\nDisallow:", True),
            ("User-agent: *\nDisallow: /", False),
            ("User-agent: *\nDisallow: /x", False),
            ("User-agent: *\nDisallow: /X", True),
            ("User-agent: *\nDisallow: /\nAllow: /x", True),
            ("User-agent: *\nDisallow: /x\nAllow: /x", True),
            ("User-agent: *\nDisallow: /*x$", False),
            ("User-agent: *\nDisallow: /%78", False),
            ("User-agent: monitor\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
            ("User-agent: *\nDisallow: /\n\nUser-agent: Monitor/1.0\nAllow: /", True),
            ("User-agent: otherbot\nDisallow: /", True),
            ("User-agent: otherbot\nUser-agent: *\nDisallow: /", False),
            ("User-agent: monitoring-suite\nDisallow: /", True),
            ("User-agent: mon\nDisallow: /", True),
            ("user-agent:*\r\ndisallow:/", False),
            ("\ufeffUser-agent: *\nDisallow: /", False),
            ("User-agent: * # all\nDisallow: / # everything", False),
            ("Disallow: /", True),
        ],
    )
    def test_are_obeyed(self, server: Server, text: str, allowed: bool) -> None:
        robots(server, text)
        (outcome,) = fetch_all(server.address + "/x")
        if allowed:
            assert isinstance(outcome, Fetched)
        else:
            assert isinstance(outcome, FetchError)
            assert (outcome.reason, outcome.status) == ("robots", None)
            assert server.paths() == ["/robots.txt"]

    def test_hold_for_the_target_of_a_redirect_too(self, server: Server) -> None:
        robots(server, "User-agent: *\nDisallow: /y")
        server.answers("302 Found", b"", "Location: /y")
        assert fails(server.address + "/x").reason == "robots"
        assert server.paths() == ["/robots.txt", "/x"]

    def test_are_asked_for_once_a_host(self, server: Server) -> None:
        fetch_all(*[server.address + path for path in ("/x", "/y", "/x")])
        assert server.paths() == ["/robots.txt", "/x", "/y", "/x"]

    def test_are_asked_for_once_by_many_at_once_and_keep_the_pause(self, server: Server) -> None:
        async def run() -> float:
            async with HttpFetcher("monitor/9.9", guard=loopback()) as fetcher:
                start = time.monotonic()
                await asyncio.gather(*(fetcher.fetch(Request(server.address + "/x", pause=0.1)) for _ in range(3)))
                return time.monotonic() - start

        assert asyncio.run(run()) >= 0.29
        assert server.paths() == ["/robots.txt", "/x", "/x", "/x"]

    def test_can_be_read_themselves_and_ignored_by_ones_own_will(self, server: Server) -> None:
        robots(server, "User-agent: *\nDisallow: /")
        assert fetch_one(server.address + "/robots.txt").body.startswith(b"User-agent")
        assert fetch_one(server.address + "/x", obey_robots=False).body == b"here"


class TestTroubleWithTheFile:
    @pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized", "403 Forbidden", "410 Gone"])
    def test_absent_means_that_all_is_allowed(self, server: Server, status: str) -> None:
        robots(server, "User-agent: *\nDisallow: /", status=status)
        assert fetch_one(server.address + "/x").note == ""

    @pytest.mark.parametrize("status", ["500 Oops", "503 Later", "429 Slower", "204 Nothing", "304 Not Modified"])
    def test_failing_means_that_nothing_is(self, server: Server, status: str) -> None:
        robots(server, "", status=status)
        first, second = fetch_all(server.address + "/x", server.address + "/y")
        for error in (first, second):
            assert isinstance(error, FetchError)
            assert (error.reason, error.status) == ("robots", int(status[:3]))
        assert server.paths() == ["/robots.txt"]

    def test_failing_for_a_told_time_closes_the_host_for_it(self, server: Server) -> None:
        robots(server, "", "Retry-After: 120", status="503 Later")
        first, second = fetch_all(server.address + "/x", server.address + "/y")
        assert isinstance(first, FetchError)
        assert isinstance(second, FetchError)
        assert (first.reason, first.retry_after, second.reason) == ("robots", 120, "wait")

    def test_broken_means_that_nothing_is_allowed(self, server: Server) -> None:
        server.says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser", "/robots.txt")
        error = fails(server.address + "/x")
        assert error.reason == "robots"
        assert "robots.txt cannot be had" in str(error)

    def test_that_never_comes_ends_at_the_deadline(self, server: Server) -> None:
        server.does(lambda talk: time.sleep(1), "/robots.txt")
        assert fails(server.address + "/x", deadline=0.2).reason == "timeout"
        assert server.paths() == ["/robots.txt"]

    @pytest.mark.parametrize("body", ["<!DOCTYPE html><p>Not here", "  <HTML>", "<?xml version='1.0'?><html/>"])
    def test_a_web_page_instead_forbids_nothing_and_is_noted(self, server: Server, body: str) -> None:
        robots(server, body, "Content-Type: text/html")
        assert "is a web page" in fetch_one(server.address + "/x").note

    def test_redirects_are_followed(self, server: Server) -> None:
        robots(server, "", "Location: /rules", status="301 Moved Permanently")
        server.answers("200 OK", b"User-agent: *\nDisallow: /x", path="/rules")
        assert fails(server.address + "/x").reason == "robots"
        assert fetch_one(server.address + "/y").moved_to == ""

    @pytest.mark.parametrize("target", ["/robots.txt", "file:///etc/passwd"])
    def test_redirects_to_nowhere_mean_absent_and_are_noted(self, server: Server, target: str) -> None:
        robots(server, "", f"Location: {target}", status="302 Found")
        assert "taken for absent" in fetch_one(server.address + "/x").note

    def test_a_redirect_to_a_private_address_is_not_followed(self, server: Server) -> None:
        robots(server, "", "Location: http://10.0.0.1/robots.txt", status="302 Found")
        assert fails(server.address + "/x").reason == "robots"


class TestHostileFiles:
    def test_of_a_huge_one_the_beginning_is_read(self, server: Server) -> None:
        line = "Disallow: /private-and-long\n"
        text = "User-agent: *\nDisallow: /y\n" + line * (MOST_BYTES // len(line)) + "Disallow: /x\n" * 50_000
        robots(server, text)
        assert "longer than 500 KiB" in fetch_one(server.address + "/x").note
        assert fails(server.address + "/y").reason == "robots"

    def test_an_endless_one_is_cut(self, server: Server) -> None:
        def endless(talk: object) -> None:
            server.asked[-1].say(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(2000):
                server.asked[-1].say(b"# nothing\n" * 1000)

        server.does(endless, "/robots.txt")
        assert "longer than 500 KiB" in fetch_one(server.address + "/x").note

    @pytest.mark.parametrize(
        ("said", "kept"), [("2", 2), ("86400", LONGEST_DELAY), ("-5", 0), ("nan", 0), ("1e999", 0)]
    )
    def test_a_pause_it_asks_for_is_clamped(self, said: str, kept: float) -> None:
        rules = read_robots(RobotsFile(f"User-agent: *\nCrawl-delay: {said}\n".encode()))
        assert rules.delay == kept
        assert ("86400 s" in rules.note) == (said == "86400")

    def test_a_pause_it_asks_for_is_kept(self, server: Server) -> None:
        robots(server, "User-agent: *\nCrawl-delay: 0.3\n")
        start = time.monotonic()
        fetch_all(server.address + "/x", server.address + "/y")
        assert 0.3 <= time.monotonic() - start < 1.5

    @pytest.mark.parametrize(
        "text",
        [
            "".join(f"User-agent: a{number}\n" for number in range(20_000)) + "Disallow: /\n" * 10_000,
            "User-agent: *\n" + "Disallow: /" + "*a" * 200_000 + "b\n",
            "User-agent: *\n" + "".join(f"Disallow: /*a*{number}$\n" for number in range(15_000)),
            "User-agent: *\nDisallow: " + "%" * 400_000,
            "User-agent" * 50_000,
        ],
        ids=["names", "stars", "wildcards", "percents", "one line"],
    )
    def test_none_takes_long(self, text: str) -> None:
        start = time.process_time()
        rules = read_robots(RobotsFile(text.encode()))
        for _ in range(5):
            rules.allow("http://gazette.example/" + "a" * 2000)
        assert time.process_time() - start < 2.0

    @given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
    def test_whatever_stands_there_is_read(self, body: bytes) -> None:
        assert read_robots(RobotsFile(body)).allow("http://gazette.example/x") in (True, False)
