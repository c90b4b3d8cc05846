"""Who gets what: recipients who chose, are paused or left; mails that would be too long; servers that are down."""

from __future__ import annotations

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from support.builders import DAY, NOW, TRIP, WATCH, make_digest, make_filed, make_told
from support.channels import FakeChannel, FakeClock
from support.golden import golden_digest

from monitor.edges.store import SqlStore
from monitor.errors import DeliveryError
from monitor.model import Delivery, Digest, Item, LeftOut, NewDelivery, Recipient, Section, TripPart, Watch
from monitor.pipeline.letters import Post
from monitor.pipeline.telling import deliver_all, tell, tell_again
from monitor.stages.letter import write_letter
from monitor.stages.narrow import narrow
from monitor.stages.render import render

MOST_BYTES = 90_000
pytest_plugins = ("support.quick_store",)

POST = Post("bot@news.example")
REFUSED = DeliveryError("550 no such user", permanent=True, unknown=True)


def watch(*recipients: Recipient, empty: str = "skip") -> Watch:
    return replace(WATCH, digest=replace(WATCH.digest, formats=(), recipients=recipients, empty=empty))


def read(delivery: NewDelivery | Delivery) -> EmailMessage:
    message = email.message_from_bytes(delivery.payload, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def item(number: int, text: str = "") -> Item:
    told = make_told(number)
    return Item(number, text or told.development.text, "Quay Gazette", told.article.url, "T", NOW, (), "new")


def part(trip: str, *sections: Section, more: tuple[Section, ...] = ()) -> TripPart:
    return TripPart(trip, trip.title(), 1, 5, (), sections, more, ())


class TestChoosing:
    DIGEST = make_digest(
        trips=(
            part("round-01", Section("cargo", "Cargo", (item(1), item(2))), more=(Section("", "T", (item(3),)),)),
            part("round-02", Section("wages", "Wages", (item(4),))),
        )
    )
    TOPICS = {1: ("cargo",), 2: ("cargo", "wages"), 3: ("wages",), 4: ("wages",)}  # noqa: RUF012

    def told(self, digest: Digest) -> list[int]:
        return [each.development_id for part in digest.trips for section in (*part.sections, *part.more)
                for each in section.items]  # fmt: skip

    @pytest.mark.parametrize(
        ("trips", "topics", "left"),
        [
            ((), (), [1, 2, 3, 4]),
            (("round-02",), (), [4]),
            ((), ("wages",), [2, 3, 4]),
            (("round-01",), ("wages",), [2, 3]),
            (("round-09",), (), []),
        ],
    )
    def test_trips_and_topics_leave_what_was_chosen(
        self, trips: tuple[str, ...], topics: tuple[str, ...], left: list[int]
    ) -> None:
        theirs = narrow(self.DIGEST, Recipient("kim@example.org", trips=trips, topics=topics), self.TOPICS)
        assert self.told(theirs) == left
        if trips or topics:
            assert theirs.counts.developments == len(left)

    def test_each_gets_their_own_and_nothing_left_is_not_sent(self, quick_store: SqlStore) -> None:
        quick_store.file(None, make_filed())
        everybody = watch(
            Recipient("all@example.org"),
            Recipient("text@example.org", format="text"),
            Recipient("cargo@example.org", topics=("cargo",)),
            Recipient("other@example.org", trips=("round-99",)),
            Recipient("desk@bücher.example"),
        )
        told = tell(everybody, quick_store, NOW, post=POST)
        assert told is not None
        assert told.problems == ()
        rows = {row.to: row for row in quick_store.outbox(NOW)}
        assert set(rows) - {"cargo@example.org"} == {
            "all@example.org", "text@example.org", "desk@xn--bcher-kva.example",
        }  # fmt: skip
        kinds = {to: read(row).get_content_type() for to, row in rows.items()}
        assert kinds["all@example.org"] == "multipart/alternative"
        assert kinds["text@example.org"] == "text/plain"

    def test_a_quiet_mail_is_sent_where_the_watch_says_so(self, quick_store: SqlStore) -> None:
        quick_store.file(None, make_filed())
        tell(watch(Recipient("other@example.org", trips=("round-99",)), empty="say so"), quick_store, NOW, post=POST)
        (row,) = quick_store.outbox(NOW)
        assert "nothing new" in read(row)["Subject"]


class TestWhoGetsNothing:
    def day(self, store: SqlStore, number: int, channel: FakeChannel) -> None:
        told = tell(watch(Recipient("desk@example.org")), store, NOW + number * DAY, post=POST, say_so=True)
        assert told is not None
        deliver_all(store, {"mail": channel}, FakeClock(NOW + number * DAY))

    def test_a_recipient_refused_three_times_in_a_row_is_paused_and_the_digest_says_so(
        self, quick_store: SqlStore
    ) -> None:
        channel = FakeChannel(desk=[REFUSED] * 9)
        for number in range(5):
            self.day(quick_store, number, channel)
        assert len(channel.failing["desk"]) == 6, "three were tried"
        row = quick_store.digest("")
        assert row is not None
        (line,) = (each for each in row.digest.sources if each.name == "Mail")
        assert "3 mails of the last week could not be delivered, 1 recipient is paused" in line.reason
        assert "desk@example.org" not in line.reason, "a digest goes to everybody"
        quick_store.welcome_back("desk@example.org")
        self.day(quick_store, 6, FakeChannel())
        assert [each.state for each in quick_store.posted()] == ["failed"] * 3

    def test_one_who_left_is_written_to_no_more(self, quick_store: SqlStore) -> None:
        channel = FakeChannel()
        self.day(quick_store, 0, channel)
        quick_store.leave(quick_store.readers()["desk@example.org"].token, NOW)
        self.day(quick_store, 1, channel)
        assert len(channel.taken) == 1

    def test_a_digest_that_is_sent_again_reaches_those_who_want_mail(self, quick_store: SqlStore) -> None:
        channel = FakeChannel()
        self.day(quick_store, 0, channel)
        row = quick_store.digest("")
        assert row is not None
        assert tell_again(watch(Recipient("desk@example.org"), Recipient("new@example.org")), quick_store, row,
                          post=POST) == ()  # fmt: skip
        assert [each.to for each in quick_store.outbox(NOW)] == ["desk@example.org", "new@example.org"]
        assert quick_store.outbox(NOW)[0].payload == channel.taken[0].payload, "the same bytes again"

    def test_one_who_leaves_gets_nothing_that_waits_and_nothing_that_is_sent_again(self, quick_store: SqlStore) -> None:
        busy = FakeChannel(desk=[DeliveryError("451 busy", permanent=False)])
        self.day(quick_store, 0, busy)
        quick_store.leave(quick_store.readers()["desk@example.org"].token, NOW)
        row = quick_store.digest("")
        assert row is not None
        assert tell_again(watch(Recipient("desk@example.org")), quick_store, row, post=POST) == ()
        assert quick_store.retry_failed() == 0
        assert quick_store.outbox(NOW + 9 * DAY) == ()
        assert [each.reason for each in quick_store.posted()] == ["its recipient has left"]
        quick_store.welcome_back("desk@example.org")
        assert quick_store.retry_failed() == 1


class TestAServerThatIsDown:
    def test_is_tried_once_a_round_and_everybody_waits(self, quick_store: SqlStore) -> None:
        names = [Recipient(f"r{number}@example.org") for number in range(4)]
        tell(watch(*names), quick_store, NOW, post=POST, say_so=True)
        down = DeliveryError("mail.example.org:587: Connection refused", permanent=False, everybody=True)
        channel = FakeChannel(r0=[down])
        report = deliver_all(quick_store, {"mail": channel}, FakeClock(NOW))
        assert len(report.failed) == 4
        assert channel.taken == []
        assert [each.attempts for each in quick_store.posted()] == [1] * 4
        later = deliver_all(quick_store, {"mail": channel}, FakeClock(NOW + DAY))
        assert len(later.done) == 4

    def test_a_round_that_is_stopped_leaves_the_rest_for_the_next(self, quick_store: SqlStore) -> None:
        tell(watch(*[Recipient(f"r{each}@example.org") for each in range(4)]), quick_store, NOW, post=POST, say_so=True)
        channel = FakeChannel()
        clock = FakeClock(NOW)
        deliver_all(quick_store, {"mail": channel}, clock, stopping=lambda: len(channel.taken) == 2)
        assert len(quick_store.outbox(NOW)) == 2
        deliver_all(quick_store, {"mail": channel}, clock)
        assert [each.to for each in channel.taken] == [f"r{each}@example.org" for each in range(4)]


class TestLengths:
    def body(self, digest: Digest, kind: str) -> str:
        found = read(write_letter(digest, sender="bot@news.example", to="desk@example.org", now=NOW)).get_body((kind,))
        assert found is not None
        return str(found.get_content())

    @pytest.mark.parametrize(
        "digest",
        [
            replace(golden_digest(), left_out=(LeftOut("T" * 200, "G", "https://e.example/", "known", "copy"),) * 900),
            make_digest(trips=(part(TRIP, Section("cargo", "Cargo", tuple(map(item, range(900))))),)),
            make_digest(trips=(part(TRIP, more=(Section("", "T", tuple(map(item, range(3000)))),)),)),
            make_digest(trips=(part(TRIP, Section("cargo", "Cargo", (item(1, "word " * 60_000), item(2)))),)),
            make_digest(trips=tuple(part(f"trip-{number}") for number in range(4000))),
        ],
        ids=["left out", "above", "below", "one sentence", "trips"],
    )  # fmt: skip
    def test_a_mail_that_would_be_too_long_is_cut_and_says_what_is_missing(self, digest: Digest) -> None:
        assert len(render(digest, "html").encode()) > MOST_BYTES
        for kind in ("html", "plain"):
            body = self.body(digest, kind)
            assert len(body.encode()) <= MOST_BYTES
            rows = sum(len(section.items) for trip in digest.trips for section in (*trip.sections, *trip.more))
            if rows + len(digest.left_out) > 1000:
                assert "Shortened:" in body
                assert f"further entries did not fit a mail. The digest {digest.name} has them all." in body

    def test_what_fits_is_not_touched(self) -> None:
        assert "Shortened" not in self.body(golden_digest(), "html")


class TestLeaving:
    def head(self, unsubscribe: str) -> list[bytes]:
        letter = write_letter(
            golden_digest(), sender="bot@news.example", to="desk@example.org", now=NOW, unsubscribe=unsubscribe
        )
        return letter.payload.partition(b"\r\n\r\n")[0].split(b"\r\n")

    def test_by_one_click_stands_on_one_line_before_the_mail_address(self) -> None:
        link = "https://digest.example.org/news/unsubscribe/" + "t" * 32
        head = self.head(link)
        assert f"List-Unsubscribe: <{link}>, <mailto:bot@news.example?subject=unsubscribe>".encode() in head
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head

    def test_without_a_public_address_is_by_mail_alone(self) -> None:
        head = self.head("")
        assert b"List-Unsubscribe: <mailto:bot@news.example?subject=unsubscribe>" in head
        assert not any(line.startswith(b"List-Unsubscribe-Post") for line in head)

    def test_each_recipient_has_an_address_of_their_own(self, quick_store: SqlStore) -> None:
        post = replace(POST, unsubscribe="https://digest.example.org")
        tell(watch(Recipient("a@example.org"), Recipient("b@example.org")), quick_store, NOW, post=post, say_so=True)
        ways = [str(read(row)["List-Unsubscribe"]) for row in quick_store.outbox(NOW)]
        tokens = [quick_store.readers()[name].token for name in ("a@example.org", "b@example.org")]
        assert [f"<https://digest.example.org/unsubscribe/{token}>" in way for token, way in
                zip(tokens, ways, strict=True)] == [True, True]  # fmt: skip
