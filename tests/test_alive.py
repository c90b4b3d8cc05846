"""Signs of life: the healthcheck, the pings, and the commands around mail, as a person or a container runs them."""

from __future__ import annotations

import http.client
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest
from end_to_end import stored
from end_to_end.command import monitor
from end_to_end.folder import lay
from support.builders import HOUR, NOW, WATCH, make_filed, make_state
from support.golden import golden_digest
from support.mail import mail_server

from monitor.edges.leaving import leaving_server
from monitor.edges.notify import NotifyChannel
from monitor.edges.ping import ping
from monitor.edges.store import SqlStore
from monitor.errors import DeliveryError
from monitor.model import Delivery, SourceState
from monitor.stages.letter import subject_line
from monitor.stages.notice import MOST, write_notice
from monitor.stages.vitals import vitals

SENDER = {"SMTP_FROM": "bot@news.example", "SMTP_TLS": "none", "SMTP_HOST": "127.0.0.1"}


class TestVitals:
    def look(self, ok_at: datetime | None, taken: bool, now: datetime = NOW) -> list[bool]:
        states = [make_state(WATCH.sources[0].id, ok_at=ok_at)] if ok_at else []
        return [each.good for each in vitals(WATCH, states, lambda *_: taken, now)]

    def test_a_recent_fetch_and_a_taken_slot_are_good(self) -> None:
        assert self.look(NOW - HOUR, True) == [True, True]

    def test_an_old_fetch_or_none_is_not(self) -> None:
        assert self.look(NOW - 3 * HOUR, True) == [False, True]
        assert self.look(None, True) == [False, True]

    def test_a_digest_may_be_late_by_an_hour(self) -> None:
        due = datetime(2024, 3, 20, 6, tzinfo=UTC)
        for minutes, good in ((0, True), (60, True), (61, False)):
            assert self.look(due, False, due + timedelta(minutes=minutes))[1] is good

    def test_no_digest_is_late_that_was_due_before_the_folder_was_there(self) -> None:
        due = datetime(2024, 3, 20, 6, tzinfo=UTC)
        for began, good in ((due + HOUR, True), (due - HOUR, False)):
            _, digest = vitals(WATCH, (), lambda *_: False, due + 3 * HOUR, began=began)
            assert digest.good is good
        assert "no digest was due yet" in vitals(WATCH, (), lambda *_: False, due + 3 * HOUR, began=due + HOUR)[1].text

    def test_what_is_not_in_the_watch_any_more_does_not_count(self) -> None:
        states: list[SourceState] = [make_state("gone", ok_at=NOW)]
        fetch, _ = vitals(WATCH, states, lambda *_: True, NOW)
        assert (fetch.good, fetch.text) == (False, "no source has ever answered")
        assert vitals(replace(WATCH, sources=()), states, lambda *_: True, NOW)[0].good


@contextmanager
def switch(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A dead man's switch on loopback, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}", asked


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder without sources."""
    return lay(tmp_path_factory.mktemp("alive") / "home")


def pings(base: str) -> dict[str, str]:
    return {f"MONITOR_PING_{what.upper()}": f"{base}/{what}" for what in ("start", "success", "fail")}


class TestCommands:
    def test_in_a_folder_that_was_just_laid_no_digest_is_late(self, tmp_path: Path) -> None:
        new = lay(tmp_path / "new", "http://127.0.0.1:9/feed")
        done = monitor("healthcheck", "--json", "--home", new)
        assert done.code == 1, "it has not fetched yet"
        fetch, digest = done.json["checks"]
        assert (fetch["text"], digest["ok"]) == ("no source has ever answered", True), done.all
        old = datetime.now(UTC).timestamp() - 3 * 86400
        os.utime(new / ".env.example", (old, old))
        late = monitor("healthcheck", "--json", "--home", new).json["checks"][1]
        assert "is due for" in late["text"]

    def test_a_tick_is_pinged_and_a_healthcheck_is_good_after_it(self, home: Path) -> None:
        with switch() as (base, asked):
            done = monitor("tick", "--home", home, env=pings(base))
        assert done.code == 0, done.all
        assert asked == ["/start", "/success"]
        healthy = monitor("healthcheck", "--json", "--home", home)
        assert (healthy.code, healthy.json["ok"]) == (0, True), healthy.all

    def test_a_run_whose_mail_fails_is_pinged_as_failed_and_goes_on_without_the_switch(self, home: Path) -> None:
        watch = home / "watch.toml"
        before = watch.read_text("utf-8")
        watch.write_text(
            re.sub(r"^to = .*$", "", before, flags=re.M) + '[[recipient]]\nto = "desk@example.org"\n', "utf-8"
        )
        store = SqlStore.open(f"sqlite:///{home}/monitor.db", NOW)
        store.file(None, make_filed())
        store.close()
        nobody = {**SENDER, "SMTP_PORT": "1"}
        with switch(500) as (base, asked):
            done = monitor("run", "--home", home, env={**pings(base), **nobody})
        assert done.code == 4, done.all
        assert asked == ["/start", "/fail"]
        listed = monitor("mail", "list", "--home", home)
        assert "mail  desk@example.org: next try" in listed.out
        assert "1 try" in listed.out
        assert monitor("mail", "retry", "--home", home).out == "1 delivery is due\n"
        with mail_server() as inbox:
            sent = monitor("run", "--home", home, env={**SENDER, "SMTP_PORT": str(inbox.port)})
        assert sent.code == 0, sent.all
        assert [recipients for _, recipients, _ in inbox.taken] == [["desk@example.org"]]

    def test_mail_test_sends_one_message_or_says_what_is_wrong(self, home: Path) -> None:
        with mail_server() as inbox:
            env = {**SENDER, "SMTP_PORT": str(inbox.port)}
            assert monitor("mail", "test", "--home", home, env=env).code == 0
            assert inbox.taken == []
            done = monitor("mail", "test", "kim@bücher.example", "--home", home, env=env)
            failed = monitor("mail", "test", "--home", home, env={**env, "SMTP_TLS": "starttls"})
        assert done.code == 0, done.all
        ((_, recipients, content),) = inbox.taken
        assert recipients == ["kim@xn--bcher-kva.example"]
        assert b"Auto-Submitted: auto-generated" in content
        assert failed.code == 4
        assert "STARTTLS" in failed.err
        assert monitor("mail", "test", "--home", home).code == 3
        assert monitor("mail", "test", "nobody", "--home", home, env=env).code == 2

    def test_somebody_leaves_and_comes_back(self, home: Path) -> None:
        assert monitor("mail", "unsubscribe", "kim@example.org", "--home", home).code == 0
        assert "kim@example.org: unsubscribed" in monitor("mail", "list", "--home", home).out
        assert monitor("mail", "resume", "kim@example.org", "--home", home).code == 0
        assert "kim@example.org" not in monitor("mail", "list", "--home", home).out
        assert monitor("mail", "resume", "nobody@example.org", "--home", home).code == 2
        assert monitor("mail", "unsubscribe", "no-such-token", "--home", home).code == 2

    def test_a_folder_where_nothing_ever_ran_is_not_healthy(self, home: Path, tmp_path: Path) -> None:
        (tmp_path / "watch.toml").write_text((home / "watch.toml").read_text("utf-8"), "utf-8")
        old = datetime.now(UTC).timestamp() - 3 * 86400
        os.utime(tmp_path / "watch.toml", (old, old))
        done = monitor("healthcheck", "--digest-age", "1s", "--home", tmp_path)
        assert done.code == 1, done.all
        assert monitor("healthcheck", "--digest-age", "soon", "--home", tmp_path).code == 2
        assert stored.query(tmp_path, "SELECT count(*) FROM digest") == [(0,)]


class TestPings:
    def test_nothing_that_goes_wrong_with_one_matters(self, caplog: pytest.LogCaptureFixture) -> None:
        with switch(500) as (base, _):
            assert not ping(f"{base}/secret")
        assert not ping("http://127.0.0.1:1/secret")
        assert not ping("http://[bad/secret")
        assert ping("")
        assert "secret" not in caplog.text


class TestOneClick:
    def ask(self, port: int, method: str, path: str, body: str = "") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, path, body or None)
            return connection.getresponse().status
        finally:
            connection.close()

    def test_a_post_with_the_token_leaves_and_a_get_only_asks(self) -> None:
        left: list[str] = []

        def leave(token: str) -> bool:
            left.append(token)
            return token == "good"

        body = "List-Unsubscribe=One-Click"
        with serving(leaving_server("127.0.0.1", 0, leave)) as port:
            assert self.ask(port, "GET", "/news/unsubscribe/good") == 200
            assert left == [], "scanners of mail follow links"
            assert self.ask(port, "POST", "/news/unsubscribe/good", body) == 200
            assert self.ask(port, "POST", "/unsubscribe/bad", body) == 404
            for path in ("/", "/unsubscribe/", "/other/good", "/unsubscribe/" + "x" * 200):
                assert self.ask(port, "POST", path, body) == 404
            assert self.ask(port, "POST", "/unsubscribe/good", "x" * 20_000) == 400
        assert left == ["good", "bad"]


class TestNotices:
    DELIVERY = Delivery(1, 1, "notify", "phone", b"4 new\nThe berths reopen.\n")

    def test_without_the_extra_it_says_what_to_install_and_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "apprise", None)
        with pytest.raises(DeliveryError, match=r"pip install 'monitor\[notify\]'") as caught:
            NotifyChannel({"phone": "ntfy://x"}).deliver(self.DELIVERY, lambda: None)
        assert not caught.value.permanent

    @pytest.mark.parametrize(
        ("added", "sent", "services", "says"),
        [
            (True, True, {"phone": "x://secret"}, ""),
            (True, False, {"phone": "x://secret"}, "did not take it"),
            (True, ValueError("x://secret"), {"phone": "x://secret"}, "failed \\(ValueError\\)"),
            (False, True, {"phone": "x://secret"}, "none that apprise knows"),
            (True, True, {}, 'there is no "phone"'),
        ],
    )
    def test_a_service_takes_it_or_it_waits_and_no_address_is_shown(
        self, monkeypatch: pytest.MonkeyPatch, added: bool, sent: bool | Exception, services: dict[str, str], says: str
    ) -> None:
        got: list[tuple[str, str]] = []

        class Apprise:
            def add(self, address: str) -> bool:
                return added

            def notify(self, *, title: str, body: str, body_format: str) -> bool:
                got.append((title, body))
                if isinstance(sent, Exception):
                    raise sent
                return sent

        module = ModuleType("apprise")
        module.Apprise = Apprise  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "apprise", module)
        taken: list[int] = []
        if not says:
            NotifyChannel(services).deliver(self.DELIVERY, lambda: taken.append(1))
            assert (got, taken) == ([("4 new", "The berths reopen.\n")], [1])
            return
        with pytest.raises(DeliveryError, match=says) as caught:
            NotifyChannel(services).deliver(self.DELIVERY, lambda: taken.append(1))
        assert not caught.value.permanent
        assert "secret" not in str(caught.value)
        assert taken == []

    def test_the_real_library_knows_the_addresses_and_sends(self) -> None:
        apprise = pytest.importorskip("apprise", reason="the extra notify is not installed")
        assert apprise.Apprise().add("ntfy://topic")
        with switch() as (base, asked):
            address = base.replace("http://", "form://") + "/hook?method=get"
            NotifyChannel({"phone": address}).deliver(self.DELIVERY, lambda: asked.append("taken"))
        assert len(asked) == 2
        assert asked[0].startswith("/hook")
        assert asked[1] == "taken"

    def test_a_notice_is_a_title_and_a_bounded_text(self) -> None:
        notice = write_notice(replace(golden_digest(), left_out=golden_digest().left_out * 200), "phone")
        title, _, body = notice.payload.decode().partition("\n")
        assert title == subject_line(golden_digest())
        assert len(body) < MOST + 100
        assert (notice.channel, notice.to) == ("notify", "phone")
