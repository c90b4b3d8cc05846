"""Telling a digest once and handing it to everybody, with a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.builders import DAY, HOUR, NOW, WATCH, make_article, make_filed, make_filing, make_state
from support.channels import FakeChannel, FakeClock

from monitor.edges.store import SqlStore
from monitor.errors import DeliveryError
from monitor.model import NewDelivery, Watch
from monitor.pipeline.letters import Post
from monitor.pipeline.telling import deliver_all, preview, tell
from monitor.stages.letter import subject_line

pytest_plugins = ("support.store_fixtures",)

BUSY = DeliveryError("451 busy", permanent=False)
NEVER = DeliveryError("550 no such user", permanent=True)


def read_by(*to: str) -> Watch:
    return replace(WATCH, digest=replace(WATCH.digest, to=to))


class TestTelling:
    def test_nothing_to_tell_is_none_and_nothing_is_stored(self, store: SqlStore) -> None:
        assert preview(WATCH, store, NOW) is None
        assert tell(WATCH, store, NOW) is None
        assert store.digest("") is None
        assert store.fresh()

    def test_articles_without_news_wait_for_a_digest_that_has_some(self, store: SqlStore) -> None:
        store.file(None, make_filed(new=(), filing=make_filing("")))
        assert tell(WATCH, store, NOW) is None
        assert len(store.material().articles) == 1

    def test_a_quiet_day_can_be_said(self, store: SqlStore) -> None:
        told = tell(WATCH, store, NOW, say_so=True)
        assert told is not None
        assert told.digest.counts.developments == 0

    def test_a_source_that_needs_a_look_is_told_without_any_news_and_again_after_a_week(self, store: SqlStore) -> None:
        state = make_state(failures=3, failing_since=NOW - DAY, reason="HTTP status 503", due_at=NOW + HOUR)
        store.save_state(state)
        assert preview(WATCH, store, NOW) is not None
        told = [tell(WATCH, store, NOW + days * DAY) for days in range(9)]
        assert [each is not None for each in told] == [True, *[False] * 6, True, False]
        assert told[0] is not None
        assert told[0].digest.sources[0].reason.startswith("needs a look: HTTP status 503")
        assert "nothing new, a source needs a look" in subject_line(told[0].digest)

    def test_a_failing_source_that_was_taken_out_of_the_watch_bothers_nobody(self, store: SqlStore) -> None:
        store.save_state(make_state("old", failures=9, failing_since=NOW - DAY, reason="HTTP status 503"))
        assert tell(WATCH, store, NOW) is None

    def test_what_is_told_is_told_once(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        told = tell(WATCH, store, NOW)
        assert told is not None
        assert told.digest.counts.developments == 1
        assert tell(WATCH, store, NOW) is None
        assert preview(WATCH, store, NOW) is None

    def test_a_preview_stores_nothing(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        shown = preview(WATCH, store, NOW)
        assert shown is not None
        assert store.digest("") is None
        told = tell(WATCH, store, NOW)
        assert told is not None
        assert told.digest == shown

    def test_a_taken_slot_tells_nothing_and_keeps_the_material(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("a1")))
        assert tell(WATCH, store, NOW, slot="daily:1") is not None
        store.file(None, make_filed(make_article("a2")))
        assert tell(WATCH, store, NOW, slot="daily:1") is None
        assert [each.article.id for each in store.material().articles] == ["a2"]

    def test_digests_of_one_local_day_get_names_of_their_own(self, store: SqlStore) -> None:
        names = []
        late = NOW.replace(hour=23)  # the 21st in Berlin
        for number, when in enumerate((NOW, NOW + HOUR, late)):
            store.file(None, make_filed(make_article(f"a{number}")))
            told = tell(WATCH, store, when)
            assert told is not None
            names.append(told.digest.name)
        assert names == ["2024-03-20", "2024-03-20-2", "2024-03-21"]

    def test_every_format_and_recipient_gets_a_row(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        told = tell(read_by("desk@example.org", "night@example.org"), store, NOW, post=Post("bot@example.org"))
        assert told is not None
        assert told.problems == ()
        rows = [(each.channel, each.to) for each in store.outbox(NOW)]
        assert rows == [
            ("file", "2024-03-20.md"),
            ("file", "2024-03-20.html"),
            ("mail", "desk@example.org"),
            ("mail", "night@example.org"),
        ]
        assert store.outbox(NOW)[0].payload.startswith(b"# Harbour strike talks")

    @pytest.mark.parametrize("bad", ["nobody", "a..b@example.org", "desk@.example", "jürgen@example.org"])
    def test_an_unusable_recipient_is_a_problem_and_the_others_are_served(self, store: SqlStore, bad: str) -> None:
        store.file(None, make_filed())
        told = tell(read_by(bad, "desk@example.org"), store, NOW, post=Post("bot@example.org"))
        assert told is not None
        assert len(told.problems) == 1
        assert told.problems[0].startswith(f"{bad}: not mailed")
        assert [each.to for each in store.outbox(NOW) if each.channel == "mail"] == ["desk@example.org"]

    def test_without_a_sender_the_files_are_made_and_the_gap_is_named(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        told = tell(read_by("desk@example.org"), store, NOW)
        assert told is not None
        assert "SMTP_HOST" in told.problems[0]
        assert {each.channel for each in store.outbox(NOW)} == {"file"}


class TestDelivering:
    @pytest.fixture
    def queued(self, store: SqlStore) -> SqlStore:
        """Three letters wait."""
        digest = preview(WATCH, filled(store), NOW)
        assert digest is not None
        letters = [NewDelivery("mail", f"{name}@example.org", name.encode()) for name in ("anna", "bert", "cleo")]
        assert store.save_digest("s1", digest, ["a1"], letters) is not None
        return store

    def test_one_recipient_that_fails_does_not_stop_the_others(self, queued: SqlStore) -> None:
        channel = FakeChannel(bert=[BUSY])
        report = deliver_all(queued, {"mail": channel}, FakeClock(NOW))
        assert [each.to for each in channel.taken] == ["anna@example.org", "cleo@example.org"]
        assert report.done == (("mail", "anna@example.org"), ("mail", "cleo@example.org"))
        assert report.failed == ("bert@example.org: 451 busy (next try 20 Mar, 09:05 UTC)",)

    def test_what_was_accepted_is_never_sent_again(self, queued: SqlStore) -> None:
        channel = FakeChannel(bert=[BUSY])
        for later in (timedelta(0), HOUR, DAY, 30 * DAY):
            deliver_all(queued, {"mail": channel}, FakeClock(NOW + later))
        assert sorted(each.to for each in channel.taken) == ["anna@example.org", "bert@example.org", "cleo@example.org"]

    def test_a_refusal_for_good_is_not_tried_again(self, queued: SqlStore) -> None:
        channel = FakeChannel(bert=[NEVER])
        report = deliver_all(queued, {"mail": channel}, FakeClock(NOW))
        assert report.failed == ("bert@example.org: 550 no such user (given up)",)
        assert deliver_all(queued, {"mail": channel}, FakeClock(NOW + 9 * DAY)).done == ()
        assert len(channel.taken) == 2

    def test_the_rests_double_and_end_after_two_days(self, queued: SqlStore) -> None:
        channel = FakeChannel(bert=[BUSY] * 50)
        clock = FakeClock(NOW)
        rests = []
        while True:
            before = clock.time
            report = deliver_all(queued, {"mail": channel}, clock)
            if "given up" in "".join(report.failed):
                break
            assert not queued.outbox(clock.time)
            (clock.time,) = {each.next_try for each in queued.posted() if each.next_try}
            rests.append((clock.time - before) / timedelta(minutes=1))
        assert rests[:-1] == [5 * 2**number for number in range(9)]
        assert clock.time - NOW == 2 * DAY, "the last try comes after two days"
        assert queued.outbox(NOW + 99 * DAY) == ()

    def test_without_its_channel_a_delivery_waits(self, queued: SqlStore) -> None:
        report = deliver_all(queued, {}, FakeClock(NOW))
        assert len(report.failed) == 3
        assert "no mail is set up" in report.failed[0]
        assert len(deliver_all(queued, {"mail": FakeChannel()}, FakeClock(NOW)).done) == 3

    def test_an_empty_outbox_reports_nothing(self, store: SqlStore) -> None:
        report = deliver_all(store, {}, FakeClock(NOW))
        assert (report.done, report.failed) == ((), ())


def filled(store: SqlStore) -> SqlStore:
    store.file(None, make_filed())
    return store
