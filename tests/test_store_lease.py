"""The lease: one program at a time may tell and send, and one that was overtaken may not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.builders import HOUR, NOW, make_digest
from support.stores import MakeStore

from monitor import wire
from monitor.edges import tables
from monitor.edges.store import SqlStore
from monitor.errors import LeaseError
from monitor.model import NewDelivery

pytest_plugins = ("support.store_fixtures",)

MAIL = NewDelivery("mail", "desk@example.org", b"Subject: talks\r\n\r\n", "<1@example.org>")
NOT_AT_ALL = timedelta(0)


def test_a_second_holder_is_refused_until_the_first_gives_it_back(make_store: MakeStore) -> None:
    first, second = make_store(), make_store()
    first.take_lease("desk:/srv/one", HOUR, NOW)
    with pytest.raises(LeaseError, match="another run is under way, in desk:/srv/one"):
        second.take_lease("attic:/srv/two", HOUR, NOW)
    first.fence()
    first.give_lease_back()
    second.take_lease("attic:/srv/two", HOUR, NOW)
    second.fence()


def test_of_six_that_race_one_gets_it(make_store: MakeStore) -> None:
    stores = [make_store() for _ in range(6)]
    at_once = threading.Barrier(6)

    def race(number: int) -> bool:
        at_once.wait(60)
        try:
            stores[number].take_lease(f"desk:/srv/{number}", HOUR, NOW)
        except LeaseError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(race, range(6))) == 1


def test_one_that_died_is_taken_over_from_when_its_time_is_over(make_store: MakeStore) -> None:
    make_store().take_lease("desk:/srv/one", NOT_AT_ALL, NOW)
    make_store().take_lease("attic:/srv/two", HOUR, NOW)


def test_the_same_folder_takes_over_from_itself_at_once(make_store: MakeStore) -> None:
    make_store().take_lease("desk:/srv/one", HOUR, NOW)
    make_store().take_lease("desk:/srv/one", HOUR, NOW)


def test_one_that_was_overtaken_tells_nothing_keeps_nothing_and_sends_nothing(make_store: MakeStore) -> None:
    first, second = make_store(), make_store()
    first.take_lease("desk:/srv/one", NOT_AT_ALL, NOW)
    second.take_lease("attic:/srv/two", HOUR, NOW)
    attempts: tuple[Callable[[], object], ...] = (
        first.fence,
        lambda: first.keep_lease(HOUR, NOW),
        lambda: first.skip_slot("daily:1", NOW),
        lambda: first.save_digest("daily:1", make_digest(), [], [MAIL]),
    )
    for attempt in attempts:
        with pytest.raises(LeaseError, match="another one took over"):
            attempt()
    assert second.fresh()
    assert second.outbox(NOW) == ()
    first.give_lease_back()
    second.fence()
    assert second.save_digest("daily:1", make_digest(), [], [MAIL]) is not None


def test_that_a_message_was_taken_is_kept_whoever_may_write(make_store: MakeStore) -> None:
    first, second = make_store(), make_store()
    first.take_lease("desk:/srv/one", NOT_AT_ALL, NOW)
    first.save_digest("daily:1", make_digest(), [], [MAIL])
    (delivery,) = first.outbox(NOW)
    second.take_lease("attic:/srv/two", HOUR, NOW)
    first.delivered(delivery.id, NOW)
    assert second.outbox(NOW) == ()


def test_time_that_is_kept_is_not_over(make_store: MakeStore) -> None:
    first = make_store()
    first.take_lease("desk:/srv/one", NOT_AT_ALL, NOW)
    first.keep_lease(HOUR, NOW)
    with pytest.raises(LeaseError):
        make_store().take_lease("attic:/srv/two", HOUR, NOW)


def test_a_lease_taken_by_a_clock_that_was_put_back_since_is_over(make_store: MakeStore) -> None:
    make_store().take_lease("desk:/srv/one", 99 * HOUR, NOW)
    make_store().take_lease("attic:/srv/two", HOUR, NOW)


def test_without_a_lease_nothing_is_fenced(store: SqlStore) -> None:
    store.fence()
    store.skip_slot("daily:1", NOW)


def test_a_run_keeps_its_lease_as_long_as_it_works_and_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "watch.toml").write_text('[watch]\nname = "Talks"\nsubject = "talks"\n')
    monkeypatch.setattr(wire, "LEASE", timedelta(seconds=0.3))
    settings = wire.load_settings(tmp_path, None, {})
    seen: set[datetime | None] = set()
    with wire.open_app(settings, lock=True) as app:
        limit = time.monotonic() + 30
        while len(seen) < 3 and time.monotonic() < limit:
            with app.store.reading() as connection:
                seen.add(connection.execute(select(tables.lease.c.until)).scalar())
            time.sleep(0.02)
        assert len(seen) == 3, "its end moves on"
        app.store.fence()
    with wire.open_app(settings) as app, app.store.reading() as connection:
        assert connection.execute(select(tables.lease.c.until)).scalar() is None


class TestRecipients:
    def refuse(self, store: SqlStore, day: int) -> None:
        store.save_digest(f"daily:{day}", make_digest(f"2024-03-{day}"), [], [MAIL])
        (delivery,) = store.outbox(NOW)
        store.delivery_failed(delivery.id, "550 no such user", None, unknown_at=NOW)

    def test_three_refusals_in_a_row_pause_one(self, store: SqlStore) -> None:
        for day in (20, 21):
            self.refuse(store, day)
        assert store.readers()["desk@example.org"].wants_mail
        self.refuse(store, 22)
        reader = store.readers()["desk@example.org"]
        assert (reader.failures, reader.reason, reader.paused_at) == (3, "550 no such user", NOW)
        assert not reader.wants_mail
        assert store.welcome_back("desk@example.org")
        assert store.readers()["desk@example.org"].wants_mail
        assert not store.welcome_back("nobody@example.org")

    def test_a_message_that_is_taken_begins_the_row_anew(self, store: SqlStore) -> None:
        for day in (20, 21):
            self.refuse(store, day)
        store.save_digest("daily:22", make_digest("2024-03-22"), [], [MAIL])
        store.delivered(store.outbox(NOW)[0].id, NOW)
        self.refuse(store, 23)
        assert store.readers()["desk@example.org"].wants_mail

    def test_one_who_leaves_does_so_by_a_token_of_their_own_that_stays_the_same(self, store: SqlStore) -> None:
        known = store.readers(["a@example.org", "b@example.org"])
        assert known == store.readers(["a@example.org", "b@example.org"])
        assert known["a@example.org"].token != known["b@example.org"].token
        assert store.leave(known["a@example.org"].token, NOW) == "a@example.org"
        assert store.leave("no such token", NOW) == ""
        assert [each.wants_mail for each in store.readers().values()] == [False, True]

    def test_what_is_not_done_can_be_looked_at_and_tried_again(self, store: SqlStore) -> None:
        self.refuse(store, 20)
        (posted,) = store.posted()
        assert (posted.digest, posted.to, posted.state) == ("2024-03-20", "desk@example.org", "failed")
        assert posted.reason == "550 no such user"
        assert store.retry_failed() == 1
        assert [each.to for each in store.outbox(NOW)] == ["desk@example.org"]
