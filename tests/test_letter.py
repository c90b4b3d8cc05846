"""A digest as a mail message: its bytes, its headers, its parts."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import HOUR, NOW, make_digest
from support.golden import golden_digest

from monitor.model import Counts, Digest, NewDelivery
from monitor.stages.letter import ascii_address, subject_line, write_letter
from monitor.stages.render import render

SENDER = "Harbour Digest <digest@news.example>"


def letter(digest: Digest | None = None, *, sender: str = SENDER, to: str = "desk@example.org") -> NewDelivery:
    return write_letter(digest or golden_digest(), sender=sender, to=to, now=NOW)


def read(delivery: NewDelivery) -> EmailMessage:
    message = email.message_from_bytes(delivery.payload, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def head(delivery: NewDelivery) -> list[bytes]:
    return delivery.payload.partition(b"\r\n\r\n")[0].split(b"\r\n")


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class TestHeaders:
    def test_are_those_of_a_list_that_writes_by_itself(self) -> None:
        message = read(letter())
        assert message["From"] == SENDER
        assert message["To"] == "desk@example.org"
        assert message["Date"].datetime == NOW
        assert message["List-Id"] == "<digest.news.example>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Subject"] == "Harbour strike talks: 5 new · 20 Mar 2024"
        assert "Bcc" not in message
        assert "Cc" not in message

    def test_there_is_one_of_each_and_one_recipient(self) -> None:
        message = read(letter())
        assert len(message.keys()) == len({name.lower() for name in message})
        assert len(message["To"].addresses) == 1

    @pytest.mark.parametrize("local", ["digest", "d" * 60])
    def test_the_way_to_unsubscribe_is_on_one_line_and_not_encoded(self, local: str) -> None:
        address = f"{local}@a-rather-long-name-for-a-mail-server.example"
        line = f"List-Unsubscribe: <mailto:{address}?subject=unsubscribe>".encode()
        assert line in head(letter(sender=address))

    def test_no_line_is_longer_than_mail_allows_and_all_is_ascii(self) -> None:
        delivery = letter(make_digest(story="Güterhafen " * 40))
        assert max(map(len, delivery.payload.split(b"\r\n"))) <= 998
        assert delivery.payload.isascii()
        assert b"\n" not in delivery.payload.replace(b"\r\n", b"")

    def test_a_subject_in_any_script_is_read_as_it_was(self) -> None:
        assert read(letter(make_digest(story="Güterhafen · تفاوض")))["Subject"].startswith("Güterhafen · تفاوض: ")

    def test_a_day_without_news_says_so(self) -> None:
        assert subject_line(make_digest()) == "Harbour strike talks: nothing new · 20 Mar 2024"

    @given(st.text(max_size=300))
    @settings(max_examples=60, deadline=None)
    def test_no_name_of_a_story_adds_a_header(self, story: str) -> None:
        message = read(letter(make_digest(story=story + "\r\nBcc: everybody@evil.example\r\n\r\nbody")))
        assert "Bcc" not in message
        assert message["To"] == "desk@example.org"
        assert len(message.keys()) == len(read(letter()).keys())
        assert message.get_content_type() == "multipart/alternative"


class TestIdentity:
    def test_the_same_letter_has_the_same_bytes_and_id(self) -> None:
        assert letter() == letter()
        assert letter().message_id in read(letter())["Message-ID"]

    def test_another_recipient_digest_or_moment_has_another_id(self) -> None:
        letters = [
            letter(),
            letter(to="night@example.org"),
            letter(make_digest("2024-03-21")),
            letter(make_digest("2024-03-21", made_at=NOW + HOUR)),
        ]
        assert len({each.message_id for each in letters}) == 4

    def test_it_goes_to_the_outbox_as_mail(self) -> None:
        assert (letter().channel, letter().to) == ("mail", "desk@example.org")


class TestParts:
    def test_text_comes_first_and_html_is_the_same_digest(self) -> None:
        message = read(letter())
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert body(message, "plain") == render(golden_digest(), "mail-txt")
        assert body(message, "html") == render(golden_digest(), "mail")

    def test_a_digest_that_looks_like_a_boundary_does_not_end_the_part(self) -> None:
        boundary = read(letter()).get_boundary()
        digest = make_digest(story=f"--{boundary}--", counts=Counts(0, 0, 0, 0, 0, 0, 0))
        assert body(read(letter(digest)), "plain") == render(digest, "mail-txt")


class TestAddresses:
    def test_domains_are_written_in_ascii(self) -> None:
        delivery = letter(to="desk@bücher.example", sender="Bücher <bot@bücher.example>")
        assert delivery.to == "desk@xn--bcher-kva.example"
        message = read(delivery)
        assert message["To"] == "desk@xn--bcher-kva.example"
        assert message["From"].addresses[0].addr_spec == "bot@xn--bcher-kva.example"
        assert message["From"].addresses[0].display_name == "Bücher"
        assert ascii_address("a@b.example") == "a@b.example"

    @pytest.mark.parametrize(
        "bad",
        [
            "",
            "nobody",
            "@example.org",
            "desk@",
            "desk@.example",
            "a b@example.org",
            "a..b@example.org",
            "a,b@example.org",
            "jürgen@example.org",
            "desk@" + "x" * 70 + ".example",
            "desk@example.org\r\nBcc: everybody@evil.example",
        ],
    )
    def test_an_address_that_is_none_is_refused(self, bad: str) -> None:
        with pytest.raises(ValueError, match=r"\S"):
            letter(to=bad)

    @pytest.mark.parametrize("bad", ["a@b@example.org", "<desk@example.org>", ":@example.org"])
    def test_what_the_email_package_cannot_parse_is_refused_in_the_same_way(self, bad: str) -> None:
        with pytest.raises(ValueError, match=r"\S"):
            letter(to=bad)

    def test_a_sender_without_a_name_is_called_by_the_story(self) -> None:
        assert read(letter(sender="digest@news.example"))["From"].addresses[0].display_name == "Harbour strike talks"
