"""Hostile servers, one class for each kind of trick: every trick ends in a typed error or a harmless answer.

The servers are real sockets on loopback that say any bytes at any pace.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from support.hostile import Server, Talk, fails, fetch_all, fetch_one, hostile_server, loopback
from support.mail import make_certificate

from monitor.edges.guard import Guard
from monitor.errors import FetchError
from monitor.model import Fetched, Request

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with hostile_server() as server:
        yield server


def errors(*requests: Request | str, **options: object) -> list[FetchError | Fetched]:
    """Outcomes of one fetcher that never raises anything but a FetchError."""
    outcomes = fetch_all(*requests, **options)
    assert all(isinstance(outcome, FetchError | Fetched) for outcome in outcomes)
    return [outcome for outcome in outcomes if isinstance(outcome, FetchError | Fetched)]


class TestAddressesThatAreNotPublic:
    @pytest.mark.parametrize(
        "host",
        "127.0.0.1 localhost [::1] [::ffff:127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] 0.0.0.0 2130706433 0x7f000001 "
        "0x7f.0.0.1 0177.0.0.1 127.1 127.0.0.1. 127。0。0。1 １２７.0.0.1 127．0．0．1 169.254.169.254 10.0.0.1 "
        "172.16.0.1 192.168.0.1 100.64.0.1 224.0.0.1 [fe80::1] [fd00::1] [ff02::1] [2001:0:7f00:1::1] "
        "[::127.0.0.1]".split(),
    )
    def test_are_never_connected_to(self, server: Server, host: str) -> None:
        port = server.address.rpartition(":")[2]
        error = fails(f"http://{host}:{port}/x", guard=Guard())
        assert error.reason in ("address", "url")
        assert server.asked == []

    def test_are_not_hidden_among_public_ones(self, server: Server) -> None:
        async def lookup(host: str, port: int) -> Iterable[str]:
            return ["8.8.8.8", "127.0.0.1"]

        error = fails(f"http://gazette.example:{server.address.rpartition(':')[2]}/x", guard=Guard((), lookup))
        assert (error.reason, server.asked) == ("address", [])
        assert "127.0.0.1" in str(error)


class TestRebindingAndRedirectsAstray:
    def test_a_name_is_looked_up_once_and_that_address_is_connected_to(self, server: Server) -> None:
        answers = ["127.0.0.1", "10.0.0.1"]

        async def lookup(host: str, port: int) -> Iterable[str]:
            return [answers.pop(0)]

        url = server.answers(body=b"here").replace("127.0.0.1", "gazette.example")
        assert fetch_one(url, guard=loopback(lookup), obey_robots=False).body == b"here"
        assert server.asked[0].headers["host"].startswith("gazette.example:")
        assert answers == ["10.0.0.1"]

    def test_a_name_that_turns_private_is_refused_the_next_time(self, server: Server) -> None:
        answers = [["127.0.0.1"], ["10.0.0.1"]]

        async def lookup(host: str, port: int) -> Iterable[str]:
            return answers.pop(0)

        url = server.answers("200 OK", b"here", "Connection: close").replace("127.0.0.1", "gazette.example")
        first, second = errors(url, url, guard=loopback(lookup), obey_robots=False)
        assert isinstance(first, Fetched)
        assert isinstance(second, FetchError)
        assert second.reason == "address"

    @pytest.mark.parametrize("target", ["http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::]:8080/"])
    def test_a_redirect_to_a_private_address_is_refused(self, server: Server, target: str) -> None:
        assert fails(server.answers("302 Found", b"", f"Location: {target}")).reason == "address"

    @pytest.mark.parametrize(
        "target", ["file:///etc/passwd", "ftp://gazette.example/", "javascript:alert(1)", "data:text/html,x"]
    )
    def test_a_redirect_to_another_scheme_is_refused(self, server: Server, target: str) -> None:
        assert fails(server.answers("302 Found", b"", f"Location: {target}")).reason == "url"

    def test_a_redirect_from_https_to_http_is_followed_with_a_warning_and_moves_nothing(
        self, server: Server, tmp_path: Path
    ) -> None:
        certificate, key = make_certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with hostile_server(context) as safe:
            target = server.answers(body=b"here")
            url = safe.answers("301 Moved", b"", f"Location: {target}").replace("127.0.0.1", "localhost")
            answer = fetch_one(url, trust=str(certificate), obey_robots=False)
        assert (answer.body, answer.moved_to) == (b"here", "")
        assert answer.note == f"redirected from https to unprotected http: {target}"


class TestAddressesThatAreMalformed:
    @pytest.mark.parametrize(
        "path",
        ["/x\\..\\y", "/x\r\nX-Injected: 1", "/x\ty", "/x\x00", "/x\u202ey", "/" + "x" * 2048],
        ids=["backslash", "line break", "tab", "NUL", "bidi", "2 KB"],
    )
    def test_are_refused_before_asking(self, server: Server, path: str) -> None:
        assert fails(server.address + path).reason == "url"
        assert server.asked == []

    @pytest.mark.parametrize(
        "url",
        ["http://kim:secret@gazette.example/", "http://kim@gazette.example/", "http://xn--a/", "http://xn--0.example/"]
        + [f"http://{'x' * 300}.example/", f"http://{'x.' * 150}example/", "http://a..example/", "http://ex ample/"]
        + ["http://[fe80::1%25eth0]/", "http://[::1", "http://\ud800.example/", "//gazette.example/", "gopher://x/"]
        + [f"http://gazette.example:{port}/" for port in (0, 22, 25, 139, 445, 3306, 6379, 11211, 27017, 65536)],
    )
    def test_are_refused_with_a_reason(self, url: str) -> None:
        error = fails(url)
        assert (error.reason, error.url) == ("url", url)

    def test_a_hostile_charset_is_only_a_word(self, server: Server) -> None:
        answer = fetch_one(server.answers("200 OK", b"x", "Content-Type: text/html; charset=hex"))
        assert (answer.body, answer.charset) == (b"x", "hex")


class TestRedirectChains:
    def test_a_loop_is_named_with_its_chain(self, server: Server) -> None:
        server.answers("302 Found", b"", "Location: /x", path="/y")
        error = fails(server.answers("302 Found", b"", "Location: /y"))
        assert error.reason == "redirect"
        assert str(error).count(" -> ") == 2

    def test_to_itself_is_a_loop(self, server: Server) -> None:
        assert fails(server.answers("301 Moved Permanently", b"", "Location: /x")).reason == "redirect"

    def test_five_are_followed_and_six_are_not(self, server: Server) -> None:
        for number in range(6):
            server.answers("302 Found", b"", f"Location: /{number + 1}", path=f"/{number}")
        server.answers(body=b"here", path="/6")
        assert fetch_one(server.address + "/1").body == b"here"
        assert fails(server.address + "/0").reason == "redirect"

    def test_a_redirect_with_an_endless_body_is_followed_all_the_same(self, server: Server) -> None:
        server.answers(body=b"here", path="/y")

        def talk(talk: Talk) -> None:
            talk.say(b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 50000\r\n\r\n")
            talk.drip(b"x" * 40, 0.05)

        start = time.monotonic()
        assert fetch_one(server.does(talk)).body == b"here"
        assert time.monotonic() - start < 1.5


class TestPermanentRedirects:
    @pytest.mark.parametrize(("first", "second"), [(301, 301), (308, 308), (301, 308)])
    def test_tell_the_new_address(self, server: Server, first: int, second: int) -> None:
        server.answers(f"{second} Moved", b"", "Location: /z#top", path="/y")
        server.answers(body=b"here", path="/z")
        answer = fetch_one(server.answers(f"{first} Moved", b"", "Location: /y"))
        assert answer.moved_to == answer.url == server.address + "/z"

    @pytest.mark.parametrize(("first", "second"), [(302, 301), (301, 307), (303, 303)])
    def test_tell_nothing_when_one_was_for_the_moment(self, server: Server, first: int, second: int) -> None:
        server.answers(f"{second} Moved", b"", "Location: /z", path="/y")
        server.answers(body=b"here", path="/z")
        assert fetch_one(server.answers(f"{first} Moved", b"", "Location: /y")).moved_to == ""

    def test_without_any_nothing_has_moved(self, server: Server) -> None:
        assert fetch_one(server.answers(body=b"here")).moved_to == ""


class TestStatuses:
    @pytest.mark.parametrize("status", [404, 410, 500, 503])
    def test_fail_with_their_number(self, server: Server, status: int) -> None:
        error = fails(server.answers(f"{status} No"))
        assert (error.reason, error.status) == ("status", status)

    def test_a_name_that_nobody_has_is_a_connection_error(self) -> None:
        async def lookup(host: str, port: int) -> Iterable[str]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        error = fails("http://gazette.example/", guard=Guard((), lookup))
        assert error.reason == "connect"
        assert "cannot be looked up" in str(error)

    def test_a_name_server_that_hangs_ends_at_the_deadline(self) -> None:
        async def lookup(host: str, port: int) -> Iterable[str]:
            await asyncio.sleep(60)
            return []

        assert fails("http://gazette.example/", guard=Guard((), lookup), deadline=0.2).reason == "timeout"


class TestRetryAfter:
    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize(
        ("said", "seconds"),
        [
            ("120", 120),
            ("-5", 60),
            ("315360000", 86400),
            (format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True), 86400),
            (format_datetime(datetime(1999, 1, 1, tzinfo=UTC), usegmt=True), 60),
        ],
        ids=["seconds", "negative", "ten years", "date", "past"],
    )
    def test_is_kept_for_the_whole_host_without_asking_again(
        self, server: Server, status: int, said: str, seconds: int
    ) -> None:
        other = server.answers(body=b"here", path="/other")
        first, second = errors(server.answers(f"{status} No", b"", f"Retry-After: {said}"), other)
        assert isinstance(first, FetchError)
        assert isinstance(second, FetchError)
        assert (first.reason, first.retry_after) == ("status", seconds)
        assert second.reason == "wait"
        assert second.retry_after == pytest.approx(seconds, abs=2)
        assert server.paths() == ["/robots.txt", "/x"]

    @pytest.mark.parametrize("said", ["soon", "", "nan", "Mon, 99 Jan 2024 99:99:99 GMT"])
    def test_that_cannot_be_read_closes_nothing(self, server: Server, said: str) -> None:
        other = server.answers(body=b"here", path="/other")
        first, second = errors(server.answers("503 No", b"", f"Retry-After: {said}"), other)
        assert isinstance(first, FetchError)
        assert isinstance(second, Fetched)

    def test_of_one_host_leaves_the_others_alone(self, server: Server) -> None:
        with hostile_server() as other:
            _, answer = errors(server.answers("429 No", b"", "Retry-After: 99"), other.answers(body=b"here"))
        assert isinstance(answer, Fetched)


class TestValidators:
    @pytest.mark.parametrize("etag", ['W/"1"', '"1-gzip"', "no quotes", '"caf\xe9"', '"a", "b"'])
    def test_come_back_byte_for_byte(self, server: Server, etag: str) -> None:
        url = server.answers("200 OK", b"x", f"ETag: {etag}", "Last-Modified: about noon")
        first = fetch_one(url)
        assert first.etag == etag
        fetch_one(Request(url, first.etag, first.last_modified, pause=0.0))
        assert server.asked[-1].headers["if-none-match"] == etag
        assert server.asked[-1].headers["if-modified-since"] == "about noon"

    def test_no_line_break_gets_into_a_header(self, server: Server) -> None:
        fetch_one(Request(server.answers(body=b"x"), '"1"\r\nX-Injected: 1', pause=0.0))
        assert not {"x-injected", "if-none-match"} & set(server.asked[-1].headers)

    def test_the_same_one_with_a_new_body_gives_the_new_body(self, server: Server) -> None:
        bodies = [b"old", b"new"]
        url = server.does(lambda talk: talk.answer("200 OK", bodies.pop(0), 'ETag: "same"'))
        assert fetch_one(url).body == b"old"
        assert fetch_one(Request(url, '"same"', pause=0.0)).body == b"new"

    def test_nothing_changed_although_nobody_asked_is_asked_again_once(self, server: Server) -> None:
        statuses = ["304 Not Modified", "200 OK"]
        url = server.does(lambda talk: talk.answer(statuses.pop(0), b"" if statuses else b"here"))
        assert fetch_one(url).body == b"here"
        assert server.asked[-1].headers["cache-control"] == "no-cache"

    def test_nothing_changed_again_is_an_error(self, server: Server) -> None:
        assert fails(server.answers("304 Not Modified")).reason == "protocol"
        assert server.paths().count("/x") == 2


class TestBombsAndDamagedPacking:
    @staticmethod
    def bombs() -> dict[str, tuple[str, bytes]]:
        zeros, raw = b"\0" * 20_000_000, zlib.compressobj(wbits=-15)
        return {
            "gzip": ("gzip", gzip.compress(zeros)),
            "deflate": ("deflate", zlib.compress(zeros)),
            "bare deflate": ("deflate", raw.compress(zeros) + raw.flush()),
            "brotli": ("br", brotli.compress(zeros, quality=5)),
            "members": ("gzip", gzip.compress(b"\0" * 90_000) * 300),
        }

    @pytest.mark.parametrize("name", ["gzip", "deflate", "bare deflate", "brotli", "members"])
    def test_a_bomb_stops_at_the_cap(self, server: Server, name: str) -> None:
        coding, bomb = self.bombs()[name]
        url = server.answers("200 OK", bomb, f"Content-Encoding: {coding}")
        assert fails(url, most_bytes=100_000).reason == "too-large"

    def test_a_triple_bomb_is_opened_once(self, server: Server) -> None:
        inner = gzip.compress(gzip.compress(b"\0" * 20_000_000))
        url = server.answers("200 OK", gzip.compress(inner), "Content-Encoding: gzip")
        assert fetch_one(url, most_bytes=100_000).body == inner

    @pytest.mark.parametrize("coding", ["gzip, gzip", "br, gzip", "zstd", "compress"])
    def test_layers_and_codings_nobody_asked_for_are_refused(self, server: Server, coding: str) -> None:
        assert fails(server.answers("200 OK", b"x", f"Content-Encoding: {coding}")).reason == "protocol"

    @pytest.mark.parametrize("name", ["gzip", "deflate", "bare deflate", "br"])
    @pytest.mark.parametrize("kept", [0, 1, 5, -1])
    def test_cut_off_is_an_error_not_an_empty_page(self, server: Server, name: str, kept: int) -> None:
        text, raw = b"the mediator left " * 400, zlib.compressobj(wbits=-15)
        bare = raw.compress(text) + raw.flush()
        packed = {"gzip": gzip.compress(text), "deflate": zlib.compress(text), "br": brotli.compress(text)}
        body = packed.get(name, bare)[:kept]
        url = server.answers("200 OK", body, f"Content-Encoding: {name.removeprefix('bare ')}")
        error = fails(url)
        assert error.reason == "protocol"

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "bare deflate", "x-gzip"])
    def test_honest_packing_is_opened(self, server: Server, coding: str) -> None:
        text, raw = b"the mediator left " * 40_000, zlib.compressobj(wbits=-15)
        bare = raw.compress(text) + raw.flush()
        packed = {"gzip": gzip.compress(text), "deflate": zlib.compress(text), "br": brotli.compress(text)}
        body = packed.get(coding.removeprefix("x-"), bare)
        assert (
            fetch_one(server.answers("200 OK", body, f"Content-Encoding: {coding.removeprefix('bare ')}")).body == text
        )

    def test_gzip_of_several_members_in_small_pieces_is_opened(self, server: Server) -> None:
        packed = gzip.compress(b"one ") + gzip.compress(b"two ") + gzip.compress(b"three") + b"\0\0"

        def talk(talk: Talk) -> None:
            talk.say(OK + b"Content-Encoding: gzip\r\n\r\n")
            talk.drip(packed, 0.0005)

        assert fetch_one(server.does(talk)).body == b"one two three"

    def test_a_bomb_in_an_old_format_is_no_text(self, server: Server) -> None:
        out = io.BytesIO()
        with gzip.GzipFile(fileobj=out, mode="wb", filename="../../x") as packed:
            packed.write(b"plain")
        assert fetch_one(server.answers("200 OK", out.getvalue(), "Content-Encoding: gzip")).body == b"plain"


class TestBodiesWithoutEnd:
    def test_over_the_cap_are_cut(self, server: Server) -> None:
        assert fails(server.answers(body=b"x" * 1001), most_bytes=1000).reason == "too-large"
        assert len(fetch_one(server.answers(body=b"x" * 1000), most_bytes=1000).body) == 1000

    @pytest.mark.parametrize("size", [b"1", b"400"])
    def test_endless_chunks_are_cut(self, server: Server, size: bytes) -> None:
        chunk = size + b"\r\n" + b"x" * int(size, 16) + b"\r\n"

        def talk(talk: Talk) -> None:
            talk.say(OK + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(100_000):
                talk.say(chunk * 50)

        assert fails(server.does(talk), most_bytes=20_000).reason == "too-large"

    @pytest.mark.parametrize("name", ["body", "headers", "status line", "chunk", "gzip", "interim answers"])
    def test_that_drip_end_at_the_deadline(self, server: Server, name: str) -> None:
        begin, drop = {
            "body": (OK + b"\r\n", b"x"),
            "headers": (OK, b"X-A: b\r\n"),
            "status line": (b"HTTP/1.1 200 O", b"K"),
            "chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
            "gzip": (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"),
            "interim answers": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        }[name]

        def talk(talk: Talk) -> None:
            talk.say(begin)
            for _ in range(40):
                time.sleep(0.03)
                talk.say(drop)

        start = time.monotonic()
        assert fails(server.does(talk), deadline=0.3).reason == "timeout"
        assert time.monotonic() - start < 1.2


class TestBrokenAnswers:
    CASES = (
        ("empty", b""),
        ("blank", b"\r\n\r\n"),
        ("another protocol", b"220 mail.example ESMTP\r\n"),
        ("more promised than sent", OK + b"Content-Length: 100\r\n\r\nshort"),
        ("negative length", OK + b"Content-Length: -5\r\n\r\n"),
        ("two lengths", OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        ("no number", OK + b"Content-Length: five\r\n\r\nhello"),
        ("bad chunk", OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n0\r\n\r\n"),
        ("chunk cut off", OK + b"Transfer-Encoding: chunked\r\n\r\n64\r\nshort"),
        ("no last chunk", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        ("enormous chunk size", OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"F" * 500 + b"\r\nx"),
        ("header without colon", OK + b"no colon here\r\n\r\n"),
        ("header with NUL", OK + b"X-A: a\0b\r\n\r\n"),
        ("status of six digits", b"HTTP/1.1 999999 OK\r\n\r\n"),
        ("50,000 headers", OK + b"X-Many: x\r\n" * 50_000 + b"\r\n"),
        ("a header of a megabyte", OK + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n"),
        ("3,000 interim answers", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3_000),
    )

    @pytest.mark.parametrize("said", [case[1] for case in CASES], ids=[case[0] for case in CASES])
    def test_are_protocol_errors_and_the_next_request_goes_on(self, server: Server, said: bytes) -> None:
        good = server.answers(body=b"fine", path="/good")
        outcome, then = errors(server.says(said), good)
        assert isinstance(outcome, FetchError)
        assert outcome.reason == "protocol"
        assert isinstance(then, Fetched)

    def test_a_connection_broken_off_is_a_protocol_error(self, server: Server) -> None:
        def talk(talk: Talk) -> None:
            talk.say(OK + b"Content-Length: 100\r\n\r\nshort")
            talk.reset()

        assert fails(server.does(talk)).reason == "protocol"

    def test_more_sent_than_promised_is_not_taken_for_the_next_answer(self, server: Server) -> None:
        url = server.says(OK + b"Content-Length: 2\r\n\r\nhello" + OK + b"Content-Length: 4\r\n\r\nevil")
        first, second = errors(url, server.answers(body=b"good", path="/y"))
        assert isinstance(first, Fetched)
        assert first.body == b"he"
        assert isinstance(second, Fetched)
        assert second.body == b"good"


class TestFreshness:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ((), 0),
            (("Cache-Control: public, max-age=600",), 600),
            (("Cache-Control: max-age=600", "Age: 100"), 500),
            (("Cache-Control: max-age=99999999999999",), 86400),
            (("Cache-Control: max-age=600, no-cache",), 0),
            (("Cache-Control: s-maxage=600",), 0),
            (("Cache-Control: max-age=-5",), 0),
            (("Expires: 0",), 0),
            (("Expires: Wed, 20 Mar 2024 09:00:00 GMT", "Date: Wed, 20 Mar 2024 08:00:00 GMT"), 3600),
            (("Expires: Wed, 20 Mar 99999 09:00:00 GMT",), 0),
        ],
    )
    def test_is_clamped_to_a_day(self, server: Server, headers: tuple[str, ...], seconds: float) -> None:
        assert fetch_one(server.answers("200 OK", b"x", *headers)).fresh_for == seconds

    def test_a_date_without_ours_is_counted_from_now(self, server: Server) -> None:
        at = format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)
        assert fetch_one(server.answers("200 OK", b"x", f"Expires: {at}")).fresh_for == pytest.approx(1800, abs=5)
