"""A source that is new: what it had before becomes known and is not told; what it has from then on is news."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from support.builders import DAY, HOUR, NOW, WATCH
from support.fakes import FakeFetcher, FeedItem, InlinePool, SetClock, html, rss, status_error
from support.texts import FOLLOW_UP, REPORT

from monitor.edges.store import SqlStore
from monitor.model import RunReport, Source
from monitor.pipeline import Filer, Room, fetch_all
from monitor.pipeline.telling import tell

pytest_plugins = ("support.quick_store",)

GAZETTE = Source("gazette", "Quay Gazette", "https://gazette.example/feed")
COURIER = Source("courier", "Tide Courier", "https://courier.example/feed")
TITLE = "Mediator leaves the first round of harbour strike talks"
# Cut into pages that have nothing in common.
OLD, RECENT = REPORT, FOLLOW_UP.split("\n\n")[0]


class Newsroom:
    """Sources with feeds and pages, and runs over them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.web = FakeFetcher()
        self.clock = SetClock(NOW)
        self.feeds: dict[str, list[FeedItem]] = {}
        self.follow(GAZETTE)

    def follow(self, *sources: Source, tell_all: bool = False) -> None:
        """The watch has these sources."""
        self.room = Room(
            replace(WATCH, sources=sources), self.store, self.web, InlinePool(), self.clock, tell_all=tell_all
        )

    def publish(self, slug: str, text: str, published: datetime | None, source: Source = GAZETTE) -> None:
        """One more item in the source's feed, and its page."""
        link = f"https://{source.id}.example/{slug}"
        items = self.feeds.setdefault(source.url, [])
        items.append(FeedItem(link, f"{TITLE}: {slug}", published))
        self.web.answers(link, html(f"{TITLE}: {slug}", text))
        self.web.forget(source.url)
        self.web.answers(source.url, rss(items))

    def run(self) -> RunReport:
        return asyncio.run(fetch_all(self.room, Filer(self.room.watch, self.store), now_all=True))

    def to_be_told(self) -> set[str]:
        """The pages that the next digest covers."""
        return {each.article.url.rsplit("/", 1)[1] for each in self.store.material().articles}

    def untold(self) -> dict[str, int]:
        """The developments that wait to be told, by page."""
        found: dict[str, int] = {}
        for each in self.store.material().developments:
            slug = each.article.url.rsplit("/", 1)[1]
            found[slug] = found.get(slug, 0) + 1
        return found


@pytest.fixture
def newsroom(quick_store: SqlStore) -> Newsroom:
    return Newsroom(quick_store)


class TestTheFirstVisit:
    def test_makes_old_items_known_and_tells_the_recent_ones(self, newsroom: Newsroom) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.publish("recent", RECENT, NOW - 3 * HOUR)
        report = newsroom.run()
        assert (report.filed, report.quiet) == (2, 1)
        assert set(newsroom.untold()) == {"recent"}
        assert report.developments == sum(newsroom.untold().values()) > 0
        assert newsroom.store.article("https://gazette.example/old") is not None

    def test_leaves_old_items_out_of_every_digest_for_good(self, newsroom: Newsroom) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.run()
        assert newsroom.store.material().articles == ()
        assert tell(newsroom.room.watch, newsroom.store, NOW) is None
        newsroom.publish("recent", RECENT, NOW - HOUR)
        newsroom.run()
        told = tell(newsroom.room.watch, newsroom.store, NOW)
        assert told is not None
        assert told.digest.counts.read == 1
        assert told.digest.left_out == ()

    @pytest.mark.parametrize(
        ("age", "quiet"), [(23 * HOUR, 0), (24 * HOUR, 0), (24 * HOUR + timedelta(minutes=1), 1), (400 * DAY, 1)]
    )
    def test_counts_as_old_what_is_older_than_a_day(self, newsroom: Newsroom, age: timedelta, quiet: int) -> None:
        newsroom.publish("a", OLD, NOW - age)
        report = newsroom.run()
        assert report.quiet == quiet
        assert bool(newsroom.untold()) is not bool(quiet)

    def test_counts_as_old_what_has_no_date(self, newsroom: Newsroom) -> None:
        newsroom.publish("undated", OLD, None)
        assert newsroom.run().quiet == 1
        assert newsroom.untold() == {}

    def test_tells_all_when_it_is_asked_to(self, newsroom: Newsroom) -> None:
        newsroom.follow(GAZETTE, tell_all=True)
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.publish("undated", RECENT, None)
        report = newsroom.run()
        assert (report.filed, report.quiet) == (2, 0)
        assert newsroom.to_be_told() == {"old", "undated"}
        assert "old" in newsroom.untold()

    def test_that_failed_was_none(self, newsroom: Newsroom) -> None:
        newsroom.web.fails(GAZETTE.url, status_error(503))
        newsroom.run()
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        assert newsroom.run().quiet == 1

    def test_with_an_old_page_that_answers_only_later_still_does_not_tell_it(self, newsroom: Newsroom) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        page = "https://gazette.example/old"
        newsroom.web.forget(page)
        newsroom.web.fails(page, status_error(500))
        newsroom.run()
        newsroom.web.forget(page)
        newsroom.web.answers(page, html(TITLE, OLD))
        newsroom.clock.pass_(HOUR)
        assert newsroom.run().quiet == 1
        assert newsroom.untold() == {}

    def test_of_a_source_that_joins_later_is_a_first_one_too(self, newsroom: Newsroom) -> None:
        newsroom.publish("recent", RECENT, NOW - HOUR)
        newsroom.run()
        newsroom.follow(GAZETTE, COURIER)
        newsroom.publish("old", OLD, NOW - 3 * DAY, COURIER)
        assert newsroom.run().quiet == 1
        assert set(newsroom.untold()) == {"recent"}


class TestTheSecondVisit:
    @pytest.mark.parametrize("published", [NOW - 400 * DAY, NOW - 2 * DAY, NOW - HOUR, None])
    def test_leaves_everything_new_to_the_digest_however_old_its_date(
        self, newsroom: Newsroom, published: datetime | None
    ) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.run()
        newsroom.publish("late", RECENT, published)
        report = newsroom.run()
        assert (report.filed, report.quiet) == (1, 0)
        assert newsroom.to_be_told() == {"late"}

    def test_tells_the_news_of_an_item_that_is_older_than_a_day(self, newsroom: Newsroom) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.run()
        newsroom.publish("late", RECENT, NOW - 2 * DAY)
        newsroom.run()
        assert set(newsroom.untold()) == {"late"}

    def test_tells_everything_after_a_first_one_that_offered_nothing(self, newsroom: Newsroom) -> None:
        newsroom.web.answers(GAZETTE.url, rss([]))
        newsroom.run()
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        assert newsroom.run().quiet == 0
        assert set(newsroom.untold()) == {"old"}


class TestWhatIsKnownQuietly:
    def test_is_not_news_when_another_says_it(self, newsroom: Newsroom) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.run()
        sentences = " ".join(OLD.split("\n\n")[1].split("\n"))
        newsroom.follow(GAZETTE, COURIER)
        newsroom.publish("again", sentences, NOW - HOUR, COURIER)
        report = newsroom.run()
        assert (report.filed, report.quiet, report.developments) == (1, 0, 0)
        assert newsroom.untold() == {}

    def test_leaves_only_what_is_really_new_of_a_longer_report(self, newsroom: Newsroom) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.run()
        newsroom.publish("more", OLD + "\n\n" + RECENT, NOW - HOUR)
        newsroom.run()
        told = {each.development.text for each in newsroom.store.material().developments}
        assert told
        assert all(text in " ".join(RECENT.split("\n")) for text in told)

    def test_is_known_in_the_same_run_before_a_recent_copy_of_it(self, newsroom: Newsroom) -> None:
        newsroom.publish("old", OLD, NOW - 3 * DAY)
        newsroom.publish("copy", OLD, NOW - HOUR)
        report = newsroom.run()
        assert (report.filed, report.quiet, report.known, report.developments) == (2, 1, 1, 0)


def test_the_report_counts_everything_once(newsroom: Newsroom) -> None:
    newsroom.follow(GAZETTE, COURIER)
    newsroom.publish("old", OLD, NOW - 3 * DAY)
    newsroom.publish("recent", RECENT, NOW - HOUR, COURIER)
    newsroom.feeds[COURIER.url].append(FeedItem("https://courier.example/missing", "Missing", NOW))
    newsroom.web.forget(COURIER.url)
    newsroom.web.answers(COURIER.url, rss(newsroom.feeds[COURIER.url]))
    report = newsroom.run()
    assert [(each.source_id, each.outcome, each.offered, each.fresh) for each in report.sources] == [
        ("gazette", "ok", 1, 1),
        ("courier", "ok", 2, 2),
    ]
    assert (report.filed, report.quiet, report.known, report.unrelated) == (2, 1, 0, 0)
    assert [url for url, _ in report.given_up] == ["https://courier.example/missing"]
    assert report.failed_pages == ()
    assert not report.outage
    assert not report.idle
