"""The week's digest and a trip's: what was told, told once more in one, and feeds over the stored digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from support.builders import DAY, NOW, TEXT, TRIP, WATCH, make_article, make_filed

from monitor.edges.store import SqlStore
from monitor.model import Watch
from monitor.pipeline.again import tell_week, trip_digest
from monitor.pipeline.telling import tell

pytest_plugins = ("support.store_fixtures",)

# NOW is a Wednesday.
MONDAY = NOW + 5 * DAY


def weekly(day: str = "mon", **changes: object) -> Watch:
    return replace(WATCH, digest=replace(WATCH.digest, weekly=day, **changes))  # type: ignore[arg-type]


def told_days(store: SqlStore, count: int = 3) -> None:
    """A digest a day from NOW on, each with one article."""
    for number in range(count):
        article = make_article(f"a{number}", text=f"Number {number}. {TEXT}", published=NOW + number * DAY)
        store.file(None, make_filed(article))
        assert tell(WATCH, store, NOW + number * DAY) is not None


class TestTheWeek:
    def test_is_told_on_its_day_once_with_all_that_its_digests_told(self, store: SqlStore) -> None:
        told_days(store)
        told = tell_week(weekly(), store, MONDAY)
        assert told is not None
        digest = told.digest
        assert (digest.kind, digest.name, digest.counts.developments) == ("weekly", "2024-03-25-week", 3)
        assert (str(digest.first), str(digest.last)) == ("2024-03-18", "2024-03-24")
        assert {each.to for each in store.outbox(MONDAY)} >= {"2024-03-25-week.md", "2024-03-25-week.html"}
        assert tell_week(weekly(), store, MONDAY) is None
        assert tell_week(weekly(), store, MONDAY + 3 * DAY) is None

    def test_comes_late_after_downtime_and_not_at_all_after_a_week(self, store: SqlStore) -> None:
        told_days(store)
        assert tell_week(weekly(), store, MONDAY + 7 * DAY) is None
        told = tell_week(weekly("thu"), store, MONDAY + DAY)
        assert told is not None
        assert (str(told.digest.first), str(told.digest.last)) == ("2024-03-14", "2024-03-20")
        assert told.digest.counts.developments == 1

    def test_is_not_told_unless_asked_for_or_where_nothing_was_told(self, store: SqlStore) -> None:
        assert tell_week(weekly(), store, MONDAY) is None
        assert store.slot_taken("again:week:2024-03-25")
        told_days(store)
        assert tell_week(WATCH, store, MONDAY) is None

    def test_takes_nothing_from_the_days_digest_nor_its_name(self, store: SqlStore) -> None:
        told_days(store)
        store.file(None, make_filed(make_article("new", text=f"Untold. {TEXT}")))
        assert tell_week(weekly(), store, MONDAY) is not None
        told = tell(WATCH, store, MONDAY)
        assert told is not None
        assert (told.digest.name, told.digest.counts.developments) == ("2024-03-25", 1)

    def test_does_not_tell_weeks_within_weeks(self, store: SqlStore) -> None:
        told_days(store)
        assert tell_week(weekly(), store, MONDAY) is not None
        later = tell_week(weekly("tue"), store, MONDAY + DAY)
        assert later is not None
        assert later.digest.counts.developments == 3


class TestTheTrip:
    def test_holds_what_was_told_and_what_was_not(self, store: SqlStore) -> None:
        told_days(store)
        store.file(None, make_filed(make_article("new", text=f"Untold. {TEXT}", published=NOW)))
        digest = trip_digest(WATCH, store, TRIP, NOW + 9 * DAY)
        assert (digest.kind, digest.counts.developments) == ("trip", 4)
        assert [part.trip_id for part in digest.trips] == [TRIP]
        assert [mark.reports for mark in digest.trips[0].timeline] == [0, 0, 2, 1, 1]
        assert store.material().articles != ()

    def test_that_the_watch_does_not_have_is_an_error(self, store: SqlStore) -> None:
        with pytest.raises(KeyError):
            trip_digest(WATCH, store, "round-09", NOW)


def test_feeds_grow_with_each_digest_and_the_week_adds_no_development_again(store: SqlStore) -> None:
    watch = weekly(formats=("atom",))
    for number in range(2):
        store.file(None, make_filed(make_article(f"a{number}", text=f"Number {number}. {TEXT}")))
        assert tell(watch, store, NOW + number * DAY) is not None
    assert tell_week(watch, store, MONDAY) is not None
    files: dict[str, bytes] = {each.to: each.payload for each in store.outbox(MONDAY + timedelta(hours=1))}
    assert sorted(files) == ["digests.atom", f"{TRIP}.atom"]
    digests, trip = (feedparser.parse(files[name]) for name in ("digests.atom", f"{TRIP}.atom"))
    assert [entry.link for entry in digests.entries] == ["2024-03-25-week.html", "2024-03-21.html", "2024-03-20.html"]
    assert len(trip.entries) == 2
