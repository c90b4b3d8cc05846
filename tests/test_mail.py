"""Handing a letter to a mail server, step by step, and what can go wrong at each."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.builders import NOW, make_digest
from support.mail import Inbox, Script, commands, mail_server, make_certificate, only, scripted_server

from monitor.edges.mail import MailChannel, SmtpServer
from monitor.errors import DeliveryError
from monitor.model import Delivery
from monitor.stages.letter import write_letter

SENDER = "Harbour Digest <digest@news.example>"
LETTER = write_letter(make_digest(story="Güterhafen · talks"), sender=SENDER, to="desk@example.org", now=NOW)
DELIVERY = Delivery(1, 1, "mail", LETTER.to, LETTER.payload, 0, LETTER.message_id)


class Accepted:
    """Counts how often a delivery was taken."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def settings(
    port: int, tls: str = "none", user: str = "", password: str = "", sender: str = SENDER, timeout: float = 5.0
) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, user, password, tls, sender, timeout)


def deliver(server: SmtpServer, delivery: Delivery = DELIVERY, context: ssl.SSLContext | None = None) -> int:
    """How often the delivery was taken."""
    accepted = Accepted()
    MailChannel(server, context).deliver(delivery, accepted)
    return accepted.times


def refused(server: SmtpServer, delivery: Delivery = DELIVERY, context: ssl.SSLContext | None = None) -> DeliveryError:
    """The error with which a delivery ends; it was not taken."""
    accepted = Accepted()
    with pytest.raises(DeliveryError) as caught:
        MailChannel(server, context).deliver(delivery, accepted)
    assert accepted.times == 0
    return caught.value


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
class TestARealServer:
    def test_gets_the_very_bytes_with_one_sender_and_one_recipient(self) -> None:
        with mail_server() as inbox:
            assert deliver(settings(inbox.port)) == 1
        assert inbox.taken == [("digest@news.example", ["desk@example.org"], LETTER.payload)]

    def test_gets_lines_that_begin_with_a_dot_whole(self) -> None:
        payload = b"Subject: dots\r\n\r\n.\r\n..two\r\n.hidden\r\n"
        with mail_server() as inbox:
            deliver(settings(inbox.port), Delivery(1, 1, "mail", "desk@example.org", payload))
        assert inbox.taken[0][2] == payload

    def test_is_asked_with_ascii_addresses_only(self) -> None:
        letter = write_letter(make_digest(), sender="bot@bücher.example", to="desk@bücher.example", now=NOW)
        delivery = Delivery(1, 1, "mail", letter.to, letter.payload)
        with mail_server() as inbox:
            deliver(settings(inbox.port, sender="Bücher <bot@bücher.example>"), delivery)
        sender, recipients, _ = inbox.taken[0]
        assert (sender, recipients) == ("bot@xn--bcher-kva.example", ["desk@xn--bcher-kva.example"])

    def test_lets_us_in_with_the_password(self) -> None:
        options = {"authenticator": only("bot", "p'ss w=rd"), "auth_require_tls": False, "auth_required": True}
        with mail_server(**options) as inbox:
            assert deliver(settings(inbox.port, user="bot", password="p'ss w=rd")) == 1

    @pytest.mark.parametrize(("user", "password"), [("bot", "wrong"), ("", "")])
    def test_a_wrong_or_missing_password_is_tried_again_later(self, user: str, password: str) -> None:
        options = {"authenticator": only("bot", "right"), "auth_require_tls": False, "auth_required": True}
        with mail_server(**options) as inbox:
            error = refused(settings(inbox.port, user=user, password=password))
        assert not error.permanent
        assert "right" not in str(error)
        assert inbox.taken == []

    def test_that_is_not_there_is_tried_again_later(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            error = refused(settings(port))
        assert not error.permanent
        assert str(port) in str(error)

    def test_the_password_is_in_no_repr(self) -> None:
        assert "geheim" not in repr(settings(25, password="geheim"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    try:
        return make_certificate(tmp_path_factory.mktemp("tls"))
    except FileNotFoundError:
        pytest.skip("the openssl command is not there")


class TestTls:
    @contextmanager
    def server(self, certificate: tuple[Path, Path]) -> Iterator[Inbox]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        login = only("bot", "right")
        with mail_server(tls_context=context, require_starttls=True, authenticator=login, auth_required=True) as inbox:
            yield inbox

    def test_a_server_we_trust_gets_the_letter_under_tls(self, certificate: tuple[Path, Path]) -> None:
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        with self.server(certificate) as inbox:
            assert deliver(settings(inbox.port, "starttls", "bot", "right"), context=trusting) == 1
        assert [content for _, _, content in inbox.taken] == [LETTER.payload]

    def test_a_server_that_speaks_tls_from_the_first_byte_gets_the_letter(self, certificate: tuple[Path, Path]) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        with mail_server(ssl_context=context, authenticator=only("bot", "right"), auth_require_tls=False) as inbox:
            assert deliver(settings(inbox.port, "tls", "bot", "right"), context=trusting) == 1
            error = refused(settings(inbox.port, "tls", "bot", "right"))
        assert "certificate" in str(error)
        assert "is SMTP_TLS right for this port" in str(error)
        assert [content for _, _, content in inbox.taken] == [LETTER.payload]

    def test_a_server_we_do_not_trust_gets_nothing(self, certificate: tuple[Path, Path]) -> None:
        with self.server(certificate) as inbox:
            error = refused(settings(inbox.port, "starttls", "bot", "right"))
        assert "certificate" in str(error)
        assert not error.permanent
        assert inbox.taken == []

    def test_a_server_without_starttls_gets_neither_password_nor_letter(self) -> None:
        with scripted_server() as script:
            error = refused(settings(script.port, "starttls", "bot", "right"))
        assert "STARTTLS" in str(error)
        assert not error.permanent
        assert set(commands(script)) <= {"ehlo", "quit"}

    def test_a_refused_starttls_sends_nothing(self) -> None:
        replies = {"ehlo": b"250-hello\r\n250 STARTTLS\r\n", "starttls": b"454 not today\r\n"}
        with scripted_server(replies=replies) as script:
            assert not refused(settings(script.port, "starttls")).permanent
        assert "mail" not in commands(script)

    def test_a_plain_server_where_tls_was_asked_for_gets_nothing(self) -> None:
        with scripted_server() as script:
            assert not refused(settings(script.port, "tls", timeout=1.0)).permanent
        assert "mail" not in commands(script)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
class TestRefusals:
    @pytest.mark.parametrize("code", [421, 450, 451, 452])
    def test_for_now_are_tried_again(self, step: str, code: int) -> None:
        with scripted_server(replies={step: b"%d not now\r\n" % code}) as script:
            error = refused(settings(script.port))
        assert not error.permanent
        assert f"{code} not now" in str(error)

    @pytest.mark.parametrize("code", [550, 552, 553, 554])
    def test_for_good_are_permanent(self, step: str, code: int) -> None:
        with scripted_server(replies={step: b"%d never\r\n" % code}) as script:
            error = refused(settings(script.port))
        assert error.permanent
        assert f"{code} never" in str(error)

    def test_for_want_of_a_login_are_not_the_recipients_fault(self, step: str) -> None:
        with scripted_server(replies={step: b"530 log in first\r\n"}) as script:
            assert not refused(settings(script.port)).permanent

    def test_by_hanging_up_are_tried_again(self, step: str) -> None:
        with scripted_server(replies={step: b""}) as script:
            assert not refused(settings(script.port)).permanent

    @pytest.mark.parametrize("reply", [b"what?\r\n", b"\xff\xfe\x00\r\n", b"9" * 20_000 + b"\r\n", b"200 hm\r\n"])
    def test_that_are_no_refusals_but_nonsense_are_tried_again(self, step: str, reply: bytes) -> None:
        with scripted_server(replies={step: reply}) as script:
            assert not refused(settings(script.port)).permanent


class TestTheStart:
    @pytest.mark.parametrize("step", ["greeting", "ehlo"])
    @pytest.mark.parametrize("reply", [b"", b"421 busy\r\n", b"554 go away\r\n", b"what?\r\n"])
    def test_whatever_goes_wrong_before_the_letter_is_tried_again(self, step: str, reply: bytes) -> None:
        replies = {step: reply, "helo": reply}
        with scripted_server(replies=replies) as script:
            assert not refused(settings(script.port)).permanent
        assert "mail" not in commands(script)

    def test_a_server_that_says_nothing_is_left_in_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            assert not refused(settings(silent.getsockname()[1], timeout=0.3)).permanent


class TestTheEnd:
    def script(self, **replies: bytes) -> Script:
        with scripted_server(replies=replies) as script:
            assert deliver(settings(script.port)) == 1
        return script

    def test_a_letter_that_was_taken_counts_even_when_the_line_drops_at_once(self) -> None:
        with scripted_server(after="dot") as script:
            assert deliver(settings(script.port)) == 1
        assert script.message == LETTER.payload

    @pytest.mark.parametrize(
        "reply",
        [b"", b"421 closing\r\n", b"500 what?\r\n", b"nonsense\r\n", b"\xff" * 20_000 + b"\r\n"],
        ids=["drop", "421", "500", "nonsense", "endless"],
    )
    def test_however_the_server_says_goodbye_the_letter_was_taken(self, reply: bytes) -> None:
        assert commands(self.script(quit=reply)) == ["ehlo", "mail", "rcpt", "data", "quit"]

    def test_it_is_marked_before_the_goodbye(self) -> None:
        seen: list[list[str]] = []
        with scripted_server() as script:
            MailChannel(settings(script.port)).deliver(DELIVERY, lambda: seen.append(list(commands(script))))
        assert seen == [["ehlo", "mail", "rcpt", "data"]]

    def test_what_goes_wrong_in_marking_it_is_not_the_servers_fault(self) -> None:
        def broken() -> None:
            raise OSError("the disk is full")

        with scripted_server() as script, pytest.raises(OSError, match=r"^the disk is full$"):
            MailChannel(settings(script.port)).deliver(DELIVERY, broken)
