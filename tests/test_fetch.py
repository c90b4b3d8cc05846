"""Fetching from a real server on loopback: validators, redirects, caps, deadlines, politeness, typed errors."""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.hostile import loopback
from support.http2 import http2_server
from support.web import Answer, Web, web_server

from monitor.edges.fetch import HttpFetcher, user_agent
from monitor.errors import FetchError
from monitor.model import Fetched, Request

AGENT = user_agent("9.9", "desk@example.org")


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        yield web


def fetch_each(*requests: Request, **options: Any) -> list[Fetched | BaseException]:
    """All at once, with one fetcher. robots.txt has tests of its own."""

    async def run() -> list[Fetched | BaseException]:
        given = {"deadline": 5.0, "guard": loopback(), "obey_robots": False, **options}
        async with HttpFetcher(AGENT, **given) as fetcher:
            return await asyncio.gather(*map(fetcher.fetch, requests), return_exceptions=True)

    return asyncio.run(run())


def fetch(url: str, *, etag: str = "", last_modified: str = "", **options: Any) -> Fetched:
    """One answer; what the fetcher raised is raised."""
    (answer,) = fetch_each(Request(url, etag, last_modified, pause=0.0), **options)
    if isinstance(answer, BaseException):
        raise answer
    return answer


def refused(url: str, **options: Any) -> FetchError:
    """The error with which a fetch ends."""
    with pytest.raises(FetchError) as caught:
        fetch(url, **options)
    return caught.value


class TestAnswers:
    def test_a_page_comes_whole_with_its_type_and_validators(self, web: Web) -> None:
        url = web.page(
            "/feed",
            body=b"<rss/>",
            Content_Type='Application/RSS+XML; charset="ISO-8859-1"',
            ETag='W/"1-gzip"',
            Last_Modified="Wed, 20 Mar 2024 08:00:00 GMT",
        )
        assert fetch(url) == Fetched(
            url, 200, b"<rss/>", "application/rss+xml", "ISO-8859-1", 'W/"1-gzip"', "Wed, 20 Mar 2024 08:00:00 GMT"
        )

    def test_what_the_server_does_not_say_is_empty(self, web: Web) -> None:
        answer = fetch(web.page("/x", body=b"x"))
        assert (answer.content_type, answer.charset, answer.etag, answer.last_modified) == ("", "", "", "")

    def test_validators_are_echoed_as_they_came(self, web: Web) -> None:
        url = web.page("/feed", 304, ETag="ignored")
        answer = fetch(url, etag='W/"weird-gzip"', last_modified="yesterday, about noon")
        assert (answer.status, answer.body) == (304, b"")
        assert web.asked[0].headers["if-none-match"] == 'W/"weird-gzip"'
        assert web.asked[0].headers["if-modified-since"] == "yesterday, about noon"

    def test_without_validators_no_condition_is_sent(self, web: Web) -> None:
        fetch(web.page("/feed"))
        assert not {"if-none-match", "if-modified-since"} & set(web.asked[0].headers)

    def test_an_empty_page_is_an_answer(self, web: Web) -> None:
        assert fetch(web.page("/x")).body == b""


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_are_followed_and_the_last_address_is_told(self, web: Web, status: int) -> None:
        web.page("/b", body=b"here")
        answer = fetch(web.page("/a", status, Location=web.address + "/b"))
        assert (answer.url, answer.body) == (web.address + "/b", b"here")

    def test_may_be_relative_and_several(self, web: Web) -> None:
        web.page("/news/two", 302, Location="../three?x=1")
        web.page("/three?x=1", body=b"here")
        answer = fetch(web.page("/one", 302, Location="news/two"))
        assert answer.url == web.address + "/three?x=1"

    def test_carry_the_validators_along(self, web: Web) -> None:
        web.page("/b", 304)
        assert fetch(web.page("/a", 301, Location="/b"), etag='"1"').status == 304
        assert web.asked[1].headers["if-none-match"] == '"1"'

    def test_in_a_circle_end_with_the_chain(self, web: Web) -> None:
        web.page("/b", 302, Location="/a")
        error = refused(web.page("/a", 302, Location="/b"))
        assert error.reason == "redirect"
        assert "/a -> " in str(error)
        assert len(web.asked) == 2

    def test_too_many_end(self, web: Web) -> None:
        for number in range(20):
            web.page(f"/{number}", 302, Location=f"/{number + 1}")
        assert refused(web.address + "/0").reason == "redirect"
        assert len(web.asked) <= 6

    @pytest.mark.parametrize(
        "target",
        [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://[::1",
            "http://xn--0/",
            "http://x:99999/",
        ],
    )
    def test_to_no_web_address_are_refused(self, web: Web, target: str) -> None:
        error = refused(web.page("/a", 302, Location=target))
        assert error.reason in ("url", "protocol")

    def test_without_a_target_are_an_error(self, web: Web) -> None:
        assert refused(web.page("/a", 302)).status == 302

    def test_all_hops_together_have_one_deadline(self, web: Web) -> None:
        def slowly(answer: Answer) -> None:
            time.sleep(0.25)
            answer.say(302, Location=f"{answer.path}x")

        for length in range(1, 8):
            web.does("/" + "x" * length, slowly)
        start = time.monotonic()
        assert refused(web.address + "/x", deadline=0.6).reason == "timeout"
        assert time.monotonic() - start < 1.2


class TestStatus:
    @pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503])
    def test_others_are_errors_with_their_number(self, web: Web, status: int) -> None:
        error = refused(web.page("/x", status))
        assert (error.reason, error.status, error.retry_after) == ("status", status, None)
        assert str(status) in str(error)

    @pytest.mark.parametrize(
        ("said", "seconds"),
        [
            ("120", 120),
            ("0", 60),
            ("-5", 60),
            ("315360000", 86400),
            ("1e400", 86400),
            (format_datetime(datetime(1999, 1, 1, tzinfo=UTC), usegmt=True), 60),
            (format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True), 86400),
            ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
            ("nan", None),
            ("soon", None),
            ("", None),
        ],
    )
    def test_a_wish_to_be_left_alone_is_kept_between_a_minute_and_a_day(
        self, web: Web, said: str, seconds: float | None
    ) -> None:
        assert refused(web.page("/x", 503, Retry_After=said)).retry_after == seconds

    def test_a_date_to_come_back_at_is_counted_from_now(self, web: Web) -> None:
        at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        assert refused(web.page("/x", 429, Retry_After=at)).retry_after == pytest.approx(3600, abs=10)


class TestBodies:
    def test_up_to_the_cap_are_taken_and_no_byte_more(self, web: Web) -> None:
        url = web.page("/x", body=b"x" * 1000)
        assert len(fetch(url, most_bytes=1000).body) == 1000
        assert refused(url, most_bytes=999).reason == "too-large"

    def test_that_never_end_are_cut_at_the_cap(self, web: Web) -> None:
        def endless(answer: Answer) -> None:
            answer.raw(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(10_000):
                answer.raw(b"x" * 10_000)

        assert refused(web.does("/x", endless), most_bytes=100_000).reason == "too-large"

    def test_that_drip_end_at_the_deadline(self, web: Web) -> None:
        def drip(answer: Answer) -> None:
            answer.raw(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(100):
                time.sleep(0.05)
                answer.raw(b"x")

        start = time.monotonic()
        assert refused(web.does("/x", drip), deadline=0.4).reason == "timeout"
        assert time.monotonic() - start < 1.5

    def test_a_server_that_never_answers_ends_at_the_deadline(self, web: Web) -> None:
        assert refused(web.does("/x", lambda answer: time.sleep(2)), deadline=0.3).reason == "timeout"

    @pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate", "identity"])
    def test_packed_ones_are_unpacked(self, web: Web, coding: str) -> None:
        text = b"the mediator" * 500
        packed = {"deflate": zlib.compress(text), "identity": text}.get(coding, gzip.compress(text))
        url = web.page("/x", body=packed, Content_Encoding=coding)
        assert fetch(url).body == b"the mediator" * 500

    def test_a_bomb_stops_at_the_cap(self, web: Web) -> None:
        bomb = gzip.compress(b"\0" * 50_000_000)
        assert len(bomb) < 100_000
        assert refused(web.page("/x", body=bomb, Content_Encoding="gzip"), most_bytes=100_000).reason == "too-large"

    def test_only_one_layer_is_unpacked(self, web: Web) -> None:
        inner = gzip.compress(b"\0" * 1_000_000)
        assert fetch(web.page("/x", body=gzip.compress(inner), Content_Encoding="gzip")).body == inner
        assert refused(web.page("/x", body=inner, Content_Encoding="gzip, gzip")).reason == "protocol"

    def test_what_follows_a_packed_body_counts_against_the_cap(self, web: Web) -> None:
        body = gzip.compress(b"short") + b"x" * 200_000
        assert refused(web.page("/x", body=body, Content_Encoding="gzip"), most_bytes=100_000).reason == "too-large"

    def test_a_packed_body_cut_off_is_an_error_not_an_empty_page(self, web: Web) -> None:
        body = gzip.compress(os.urandom(5000))[:-2000]
        error = refused(web.page("/x", body=body, Content_Encoding="gzip"))
        assert error.reason == "protocol"
        assert "cut off" in str(error)

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "compress", "no such thing"])
    def test_what_is_not_packed_as_it_says_is_an_error(self, web: Web, coding: str) -> None:
        assert refused(web.page("/x", body=b"plain text", Content_Encoding=coding)).reason == "protocol"


class TestBrokenServers:
    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"\r\n\r\n",
            b"220 mail.example ESMTP\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
            b"HTTP/1.1 999999 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 50_000 + b"\r\n",
        ],
        ids=["nothing", "blank", "mail", "short", "negative", "chunk", "header", "status", "header bomb"],
    )
    def test_end_in_a_typed_error(self, web: Web, said: bytes) -> None:
        assert refused(web.does("/x", lambda answer: answer.raw(said))).reason == "protocol"

    def test_a_hostile_charset_is_only_a_word(self, web: Web) -> None:
        answer = fetch(web.page("/x", body=b"x", Content_Type="text/html; charset=hex"))
        assert (answer.body, answer.charset) == (b"x", "hex")

    def test_nobody_at_the_port_is_a_connection_error(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            assert refused(f"http://127.0.0.1:{taken.getsockname()[1]}/").reason == "connect"

    def test_what_the_system_says_is_told(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        error = refused(f"http://127.0.0.1:{port}/")
        assert str(error) == "cannot connect: Connection refused"

    def test_one_failure_leaves_the_fetcher_usable(self, web: Web) -> None:
        bad = web.does("/bad", lambda answer: answer.raw(b"nonsense"))
        good = web.page("/good", body=b"fine")

        async def run() -> bytes:
            async with HttpFetcher(AGENT, deadline=5.0, guard=loopback(), obey_robots=False) as fetcher:
                for _ in range(3):
                    with pytest.raises(FetchError):
                        await fetcher.fetch(Request(bad, pause=0.0))
                return (await fetcher.fetch(Request(good, pause=0.0))).body

        assert asyncio.run(run()) == b"fine"


class TestPoliteness:
    def test_one_host_is_asked_once_at_a_time_with_a_pause(self, web: Web) -> None:
        def page(answer: Answer) -> None:
            time.sleep(0.03)
            answer.say(200)

        requests = [Request(web.does(f"/{number}", page), pause=0.1) for number in range(4)]
        assert all(isinstance(answer, Fetched) for answer in fetch_each(*requests))
        assert web.most_busy == 1
        gaps = [after.began - before.ended for before, after in zip(web.asked, web.asked[1:], strict=False)]
        assert len(gaps) == 3
        assert min(gaps) >= 0.09

    def test_the_hops_of_a_redirect_keep_the_pause_too(self, web: Web) -> None:
        web.page("/b")
        fetch_each(Request(web.page("/a", 302, Location="/b"), pause=0.15))
        assert web.asked[1].began - web.asked[0].ended >= 0.14

    def test_a_failure_keeps_the_pause_too(self, web: Web) -> None:
        fetch_each(Request(web.address + "/a", pause=0.15), Request(web.address + "/b", pause=0.15))
        assert web.asked[1].began - web.asked[0].ended >= 0.14

    def test_other_hosts_do_not_wait(self, web: Web) -> None:
        with web_server() as other:

            def page(answer: Answer) -> None:
                time.sleep(0.3)
                answer.say(200)

            start = time.monotonic()
            answers = fetch_each(
                Request(web.does("/x", page), pause=9.0),
                Request(other.does("/x", page), pause=9.0),
            )
        assert all(isinstance(answer, Fetched) for answer in answers)
        assert time.monotonic() - start < 0.55

    @pytest.mark.parametrize("hosts", [1, 3])
    def test_only_so_many_hosts_are_asked_at_once(self, hosts: int) -> None:
        busy, most, lock = 0, 0, threading.Lock()

        def slow(answer: Answer) -> None:
            nonlocal busy, most
            with lock:
                busy += 1
                most = max(most, busy)
            time.sleep(0.1)
            with lock:
                busy -= 1
            answer.say(200)

        with ExitStack() as stack:
            webs = [stack.enter_context(web_server()) for _ in range(7)]
            answers = fetch_each(*(Request(web.does("/x", slow), pause=0.0) for web in webs), hosts=hosts)
        assert all(isinstance(answer, Fetched) for answer in answers)
        assert most == hosts

    def test_waiting_for_ones_turn_is_not_counted_against_the_deadline(self, web: Web) -> None:
        url = web.page("/x")
        answers = fetch_each(*[Request(url, pause=0.3)] * 3, deadline=0.5)
        assert [isinstance(answer, Fetched) for answer in answers] == [True, True, True]

    def test_we_say_who_we_are_and_what_we_can_unpack(self, web: Web) -> None:
        fetch(web.page("/x"))
        headers = web.asked[0].headers
        assert headers["user-agent"] == "monitor/9.9 (news digest; +desk@example.org)"
        assert headers["accept-encoding"] == "gzip, deflate, br"
        assert user_agent("9.9", "") == "monitor/9.9 (news digest)"

    @pytest.mark.parametrize("coding", ["gzip", "br"])
    def test_a_server_that_speaks_http_2_is_asked_in_it_on_one_connection(self, tmp_path: Path, coding: str) -> None:
        packed = gzip.compress(b"here") if coding == "gzip" else brotli.compress(b"here")
        with http2_server(tmp_path, packed, ("content-encoding", coding), ("etag", '"1"')) as server:
            requests = [Request(f"{server.url}/{path}", '"0"', pause=0.0) for path in "xyz"]
            answers = fetch_each(*requests, trust=str(server.trust), obey_robots=False)
            assert [(answer.body, answer.etag) for answer in answers if isinstance(answer, Fetched)] == [
                (b"here", '"1"')
            ] * 3
            (asked,) = server.asked
        assert [request[":path"] for request in asked] == ["/x", "/y", "/z"]
        assert {request["if-none-match"] for request in asked} == {'"0"'}

    def test_no_cookie_is_kept(self, web: Web) -> None:
        url = web.page("/x", Set_Cookie="visitor=4711; Path=/")
        fetch_each(Request(url, pause=0.0), Request(url, pause=0.0))
        assert len(web.asked) == 2
        assert all("cookie" not in asked.headers for asked in web.asked)

    def test_the_environment_gives_no_proxy_and_no_password(self, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as dead:
            dead.bind(("127.0.0.1", 0))
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{dead.getsockname()[1]}")
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            fetch(web.page("/x"))
        assert "authorization" not in web.asked[0].headers


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "gazette.example/feed",
            "ftp://gazette.example/",
            "file:///etc/passwd",
            "http://",
            "http:///feed",
            "http://user:secret@/",
            "http://gazette.example:99999/",
            "http://gazette.example:0/",
            "http://gazette.example:-1/",
            "http://gazette.example:feed/",
            "http://gazette\r\n.example/",
            "http://gazette.example/\r\nX-Injected: 1",
            "http://gazette.example/\t",
            "http://gazette.example/\0",
            "http://[::1",
            "http://[nonsense]/",
            "http://xn--a/",
            "http://xn--0/",
            "http://xn--zzzz-\u00ff/",
            "http://\u202e.example/",
            "http://gazette.example/" + "x" * 70_000,
        ],
    )
    def test_that_nobody_can_have_are_refused_before_asking(self, url: str) -> None:
        def asked(request: httpx.Request) -> httpx.Response:
            raise AssertionError("a request was made")

        error = refused(url, transport=httpx.MockTransport(asked))
        assert (error.reason, error.url) == ("url", url)

    @pytest.mark.parametrize("host", ["x" * 300 + ".invalid", "..", "%00", "-"])
    def test_a_name_that_cannot_be_looked_up_is_a_typed_error(self, host: str) -> None:
        assert refused(f"http://{host}/").reason in ("url", "connect")

    @given(
        st.text(max_size=60)
        | st.text(max_size=60).map("http://".__add__)
        | st.text(max_size=60).map("https://u:p@gazette.example:8".__add__)
    )
    @example("http://ab\\@gazette.example")
    @example("http://\udcff.example/")
    @example("http://gazette.example/\ud800")
    @settings(max_examples=300, deadline=None)
    def test_whatever_stands_in_an_address_only_fetch_errors_come_out(self, url: str) -> None:
        answer = httpx.MockTransport(lambda request: httpx.Response(200))
        (outcome,) = fetch_each(Request(url, pause=0.0), transport=answer)
        assert isinstance(outcome, Fetched | FetchError)
