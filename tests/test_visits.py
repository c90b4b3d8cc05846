"""Visits to sources with a web that follows a script and a real store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.builders import DAY, HOUR, NOW, WATCH
from support.fakes import FakeFetcher, FeedItem, InlinePool, SetClock, net_error, rss, status_error
from support.stores import visit

from monitor.edges.store import SqlStore
from monitor.errors import FetchError, WorkerError
from monitor.model import Kind, Lead, Source, SourceReport, SourceState
from monitor.pipeline import Filer, Room, fetch_all
from monitor.pipeline.visits import AT_ONCE, MOST_CHILDREN, visit_all
from monitor.stages.health import MOVE_SIGHTINGS

pytest_plugins = ("support.store_fixtures", "support.quick_store")

HALF_HOUR = timedelta(minutes=30)
PLACES = ("north", "south", "east", "west")
NEW_HOME = "https://new.example/feed"


def source(name: str, **changes: Any) -> Source:
    return replace(Source(name, f"The {name}", f"https://{name}.example/feed"), **changes)


def feed(name: str, *slugs: str, dated: bool = True) -> str:
    items = [FeedItem(f"https://{name}.example/{slug}", slug, NOW - HOUR if dated else None) for slug in slugs]
    return rss(items)


class Desk:
    """A room with its parts at hand."""

    def __init__(self, store: SqlStore, *sources: Source) -> None:
        self.store = store
        self.web = FakeFetcher()
        self.pool = InlinePool()
        self.clock = SetClock(NOW)
        watch = replace(WATCH, sources=sources)
        self.room = Room(watch, store, self.web, self.pool, self.clock)

    def visit(self, *only: str, now_all: bool = False) -> list[SourceReport]:
        return list(asyncio.run(visit_all(self.room, frozenset(only), now_all))[0])

    def outcomes(self, *only: str, now_all: bool = False) -> dict[str, str]:
        return {report.source_id: report.outcome for report in self.visit(*only, now_all=now_all)}

    def state(self, name: str = "north") -> SourceState:
        return self.store.source_states()[name]

    def slugs(self) -> list[str]:
        return sorted(each.lead.url.rsplit("/", 1)[1] for each in self.store.pending(self.clock.now(), 9999))


@pytest.fixture
def desk(quick_store: SqlStore) -> Desk:
    """One source."""
    return Desk(quick_store, source("north"))


@pytest.fixture
def newsroom(quick_store: SqlStore) -> Desk:
    """Four sources, all of which answer."""
    desk = Desk(quick_store, *map(source, PLACES))
    for name in PLACES:
        desk.web.answers(f"https://{name}.example/feed", feed(name, f"{name}-1"))
    return desk


class TestAnAnswer:
    def test_leaves_leads_and_validators_together(self, desk: Desk) -> None:
        url = desk.room.watch.sources[0].url
        desk.web.answers(url, feed("north", "a", "b"), etag='W/"1-gzip"', last_modified="Wed, 20 Mar 2024 08:00:00 GMT")
        (report,) = desk.visit()
        assert report == SourceReport("north", "The north", "ok", offered=2, fresh=2)
        assert desk.slugs() == ["a", "b"]
        assert (desk.state().etag, desk.state().last_modified) == ('W/"1-gzip"', "Wed, 20 Mar 2024 08:00:00 GMT")
        assert desk.state().ok_at == NOW
        assert desk.state().new_at == NOW

    def test_leaves_neither_when_the_store_breaks_off(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.web.answers("https://north.example/feed", feed("north", "a"), etag='"1"')

        def break_off(state: SourceState) -> None:
            assert desk.store.pending_count() == 1
            raise RuntimeError("the power failed")

        monkeypatch.setattr(desk.store, "save_state", break_off)
        with pytest.raises(RuntimeError, match="power"):
            desk.visit()
        assert desk.store.source_states() == {}
        assert desk.slugs() == []

    def test_is_asked_for_with_the_validators_and_the_sources_pause(self, quick_store: SqlStore) -> None:
        desk = Desk(quick_store, source("north", pause=timedelta(seconds=7)))
        desk.web.answers("https://north.example/feed", feed("north", "a"), etag='W/"1"', last_modified="Wed")
        desk.visit()
        desk.visit(now_all=True)
        first, second = desk.web.asked
        assert (first.etag, first.last_modified, first.pause) == ("", "", 7.0)
        assert (second.etag, second.last_modified, second.pause) == ('W/"1"', "Wed", 7.0)

    def test_of_304_parses_nothing_and_keeps_the_validators(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", feed("north", "a"), etag='"1"', last_modified="Wed")
        desk.web.answers(url, status=304)
        desk.visit()
        desk.clock.pass_(HOUR)
        (report,) = desk.visit()
        assert report == SourceReport("north", "The north", "unchanged")
        assert desk.pool.done == 1
        assert (desk.state().etag, desk.state().last_modified) == ('"1"', "Wed")
        assert (desk.state().ok_at, desk.state().new_at) == (NOW + HOUR, NOW)
        desk.visit(now_all=True)
        assert desk.web.asked[-1].etag == '"1"'

    def test_of_304_with_a_new_validator_takes_it(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", feed("north", "a"), etag='"1"')
        desk.web.answers(url, status=304, etag='W/"1"')
        desk.visit()
        desk.visit(now_all=True)
        assert desk.state().etag == 'W/"1"'

    def test_with_the_same_bytes_parses_nothing_whatever_the_validators_say(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", feed("north", "a"), etag='"1"')
        desk.web.answers(url, feed("north", "a"), etag='"2"')
        desk.visit()
        assert [report.outcome for report in desk.visit(now_all=True)] == ["unchanged"]
        assert desk.pool.done == 1
        assert desk.state().etag == '"2"'

    def test_with_the_same_validator_and_other_bytes_is_read(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", feed("north", "a"), etag='"1"')
        desk.web.answers(url, feed("north", "a", "b"), etag='"1"')
        desk.visit()
        (report,) = desk.visit(now_all=True)
        assert (report.outcome, report.offered, report.fresh) == ("ok", 2, 1)

    def test_that_cannot_be_read_is_not_taken_for_seen(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", "<!doctype html><title>One moment</title>", etag='"1"')
        (report,) = desk.visit()
        assert report.outcome == "failed"
        assert "not a feed: an HTML page titled 'One moment'" in report.reason
        assert (desk.state().etag, desk.state().body_hash) == ("", "")
        desk.web.forget(url)
        desk.web.answers(url, feed("north", "a"), etag='"1"')
        assert desk.outcomes(now_all=True) == {"north": "ok"}

    def test_that_was_odd_says_so_until_it_is_not(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", feed("north", "a"), note="redirected to http")
        desk.web.answers(url, status=304)
        desk.web.answers(url, feed("north", "b"))
        assert desk.visit()[0].reason == "redirected to http"
        desk.visit(now_all=True)
        assert desk.state().note == "redirected to http"
        desk.visit(now_all=True)
        assert desk.state().note == ""

    def test_without_dates_is_remembered_for_a_feed_but_not_for_a_sitemap(self, quick_store: SqlStore) -> None:
        desk = Desk(quick_store, source("north"), source("south", kind=Kind.SITEMAP))
        desk.web.answers("https://north.example/feed", feed("north", "a", "b", dated=False))
        desk.web.answers("https://south.example/feed", urlset("https://south.example/a"))
        desk.visit()
        assert (desk.state("north").undated, desk.state("south").undated) == (1.0, 0.0)


class TestOneBadSource:
    @pytest.mark.parametrize(
        "trouble",
        [status_error(503), status_error(410), net_error(), net_error("timeout", "no complete answer within 30 s")],
    )
    def test_never_stops_the_others(self, newsroom: Desk, trouble: Exception) -> None:
        newsroom.web.forget("https://south.example/feed")
        newsroom.web.fails("https://south.example/feed", trouble)
        assert newsroom.outcomes() == {"north": "ok", "south": "failed", "east": "ok", "west": "ok"}
        state = newsroom.state("south")
        assert (state.failures, state.reason, state.failing_since) == (1, str(trouble), NOW)
        assert newsroom.slugs() == ["east-1", "north-1", "west-1"]

    def test_whose_worker_dies_is_only_a_failure(self, desk: Desk) -> None:
        desk.web.answers("https://north.example/feed", feed("north", "a"))
        desk.pool.fail = WorkerError("its worker process died")
        (report,) = desk.visit()
        assert (report.outcome, report.reason) == ("failed", "its worker process died")

    def test_is_a_mistake_of_ours_when_it_raises_anything_else(self, desk: Desk) -> None:
        desk.web.answers("https://north.example/feed", feed("north", "a"))
        desk.pool.fail = ValueError("a bug")
        with pytest.raises(ValueError, match="a bug"):
            desk.visit()

    def test_that_asks_us_to_wait_is_left_alone_so_long(self, desk: Desk) -> None:
        desk.web.fails("https://north.example/feed", status_error(429, retry_after=7200.0))
        desk.visit()
        assert desk.state().due_at == NOW + 2 * HOUR

    def test_keeps_what_was_known_of_it(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", feed("north", "a"), etag='"1"')
        desk.web.fails(url, status_error(500))
        desk.web.answers(url, status=304)
        desk.visit()
        desk.visit(now_all=True)
        assert (desk.state().etag, desk.state().ok_at, desk.slugs()) == ('"1"', NOW, ["a"])
        desk.visit(now_all=True)
        assert (desk.state().failures, desk.state().reason) == (0, "")


class TestWhoIsAsked:
    def test_those_that_are_due(self, newsroom: Desk) -> None:
        newsroom.visit()
        newsroom.web.asked.clear()
        newsroom.clock.pass_(29 * timedelta(minutes=1))
        assert set(newsroom.outcomes().values()) == {"waiting"}
        assert newsroom.web.asked == []
        assert newsroom.visit()[0].reason == "due 09:30 UTC"
        newsroom.clock.pass_(timedelta(minutes=1))
        assert set(newsroom.outcomes().values()) == {"unchanged"}

    def test_all_of_them_now(self, newsroom: Desk) -> None:
        newsroom.visit()
        assert set(newsroom.outcomes(now_all=True).values()) == {"unchanged"}

    def test_only_those_named_due_or_not(self, newsroom: Desk) -> None:
        newsroom.visit()
        newsroom.web.asked.clear()
        assert newsroom.outcomes("east", "west") == {"east": "unchanged", "west": "unchanged"}
        assert sorted(newsroom.web.urls()) == ["https://east.example/feed", "https://west.example/feed"]

    def test_not_too_many_at_once(self, quick_store: SqlStore) -> None:
        desk = Desk(quick_store, *(source(f"s{number}") for number in range(AT_ONCE * 2)))
        for each in desk.room.watch.sources:
            desk.web.answers(each.url, feed(each.id, "a"), delay=0.005)
        assert set(desk.outcomes().values()) == {"ok"}
        assert desk.web.most_busy == AT_ONCE

    def test_and_progress_is_told_of_each(self, newsroom: Desk) -> None:
        steps: list[tuple[str, int, int]] = []
        newsroom.room = replace(newsroom.room, progress=lambda *step: steps.append(step))
        newsroom.visit()
        assert steps == [("sources", done, 4) for done in (1, 2, 3, 4)]


class TestAHostThatWantsToBeLeftAlone:
    def test_costs_its_sources_no_failure_and_is_asked_when_it_likes(self, desk: Desk) -> None:
        url = desk.web.answers("https://north.example/feed", feed("north", "a"))
        desk.visit()
        before = desk.state()
        desk.web.forget(url)
        desk.web.fails(url, FetchError("the server asked to be left alone", url=url, reason="wait", retry_after=7200.0))
        for _ in range(3):
            (report,) = desk.visit(now_all=True)
            assert (report.outcome, report.reason) == ("failed", "the server asked to be left alone")
        assert desk.state() == replace(before, due_at=NOW + 2 * HOUR)

    def test_keeps_the_failure_with_which_it_said_so(self, desk: Desk) -> None:
        url = desk.web.fails("https://north.example/feed", status_error(429, retry_after=7200.0))
        desk.web.fails(url, FetchError("the server asked to be left alone", url=url, reason="wait", retry_after=7000.0))
        desk.visit()
        desk.visit(now_all=True)
        assert (desk.state().failures, desk.state().reason) == (1, "HTTP status 429")


class TestTheNextVisit:
    @pytest.mark.parametrize(("jitter", "rest"), [(0.0, 30.0), (0.5, 31.5), (1.0, 33.0)])
    def test_is_spread_over_a_tenth(self, desk: Desk, jitter: float, rest: float) -> None:
        desk.web.answers("https://north.example/feed", feed("north", "a"))
        desk.room = replace(desk.room, jitter=lambda: jitter)
        desk.visit()
        assert desk.state().due_at == NOW + timedelta(minutes=rest)

    @pytest.mark.parametrize(("fresh_for", "rest"), [(60.0, HALF_HOUR), (7200.0, 2 * HOUR)])
    @pytest.mark.parametrize("status", [200, 304])
    def test_is_not_before_the_answer_is_stale(
        self, desk: Desk, fresh_for: float, rest: timedelta, status: int
    ) -> None:
        body = feed("north", "a") if status == 200 else ""
        desk.web.answers("https://north.example/feed", body, status=status, fresh_for=fresh_for)
        desk.visit()
        assert desk.state().due_at == NOW + rest

    @pytest.mark.parametrize(("minutes", "rest"), [(5, HALF_HOUR), (90, timedelta(minutes=90)), (99_999, DAY)])
    def test_is_not_before_the_feed_itself_wants_it_though_later_answers_do_not_repeat_that(
        self, desk: Desk, minutes: int, rest: timedelta
    ) -> None:
        slow = feed("north", "a").replace("<channel>", f"<channel><ttl>{minutes}</ttl>")
        url = desk.web.answers("https://north.example/feed", slow)
        desk.web.answers(url, slow)
        desk.web.answers(url, status=304)
        desk.web.answers(url, feed("north", "a", "b"))
        for _ in ("new", "the same bytes", "304"):
            desk.visit(now_all=True)
            assert desk.state().due_at == NOW + rest
        desk.visit(now_all=True)
        assert desk.state().due_at == NOW + HALF_HOUR


class TestOutages:
    def test_spare_everybody(self, newsroom: Desk) -> None:
        newsroom.visit()
        before = newsroom.store.source_states()
        for name in PLACES:
            newsroom.web.forget(f"https://{name}.example/feed")
            newsroom.web.fails(f"https://{name}.example/feed", net_error())
        newsroom.clock.pass_(DAY)
        reports, outage = asyncio.run(visit_all(newsroom.room, frozenset(), False))
        assert outage
        assert {report.outcome for report in reports} == {"failed"}
        later = NOW + DAY
        for name, state in newsroom.store.source_states().items():
            assert state == replace(before[name], tried_at=later, due_at=later + timedelta(minutes=5))

    def test_are_none_when_one_source_answers(self, newsroom: Desk) -> None:
        for name in PLACES[1:]:
            newsroom.web.forget(f"https://{name}.example/feed")
            newsroom.web.fails(f"https://{name}.example/feed", net_error())
        reports, outage = asyncio.run(visit_all(newsroom.room, frozenset(), False))
        assert not outage
        assert [newsroom.state(name).failures for name in PLACES] == [0, 1, 1, 1]
        assert [report.outcome for report in reports] == ["ok", "failed", "failed", "failed"]

    @pytest.mark.parametrize(("online", "blamed"), [(False, 0), (None, 1), (True, 1)])
    def test_of_one_or_two_sources_are_told_by_a_look_at_the_network(
        self, newsroom: Desk, online: bool | None, blamed: int
    ) -> None:
        looked: list[list[str]] = []

        async def look(unreached: Sequence[str]) -> bool | None:
            looked.append([*unreached])
            return online

        newsroom.room = replace(newsroom.room, online=look)
        for name in PLACES[:2]:
            newsroom.web.forget(f"https://{name}.example/feed")
            newsroom.web.fails(f"https://{name}.example/feed", net_error())
        assert newsroom.outcomes("north", "south") == {"north": "failed", "south": "failed"}
        assert looked == [["https://north.example/feed", "https://south.example/feed"]]
        assert [newsroom.state(name).failures for name in ("north", "south")] == [blamed, blamed]

    def test_are_not_told_by_many_sources_of_one_host(self, quick_store: SqlStore) -> None:
        desk = Desk(quick_store, *(source(name, url=f"https://one.example/{name}") for name in PLACES))
        for name in PLACES:
            desk.web.fails(f"https://one.example/{name}", net_error())
        desk.visit()
        assert {desk.state(name).failures for name in PLACES} == {1}

    def test_are_not_looked_for_when_somebody_answers(self, newsroom: Desk) -> None:
        async def look(unreached: Sequence[str]) -> bool | None:
            raise AssertionError("nobody had to look")

        newsroom.room = replace(newsroom.room, online=look)
        newsroom.web.forget("https://north.example/feed")
        newsroom.web.fails("https://north.example/feed", net_error())
        newsroom.visit()
        assert newsroom.state("north").failures == 1

    def test_that_begin_after_the_sources_answered_cost_no_page_a_try(self, newsroom: Desk) -> None:
        looks: list[str] = []

        async def look(unreached: Sequence[str]) -> bool | None:
            looks.extend(unreached)
            return False

        newsroom.room = replace(newsroom.room, online=look)
        for name in PLACES:
            newsroom.web.fails(f"https://{name}.example/{name}-1", net_error())
        report = asyncio.run(fetch_all(newsroom.room, Filer(newsroom.room.watch, newsroom.store)))
        assert len(report.failed_pages) == 4
        assert all("our own network is out" in reason for _, reason in report.failed_pages)
        assert [each.attempts for each in newsroom.store.pending(NOW + DAY, 9)] == [0, 0, 0, 0]
        assert len(looks) == 1

    def test_cost_no_page_a_try(self, newsroom: Desk) -> None:
        newsroom.visit()
        for name in PLACES:
            for url in (f"https://{name}.example/feed", f"https://{name}.example/{name}-1"):
                newsroom.web.forget(url)
                newsroom.web.fails(url, net_error())
        newsroom.clock.pass_(HOUR)
        report = asyncio.run(fetch_all(newsroom.room, Filer(newsroom.room.watch, newsroom.store)))
        assert report.outage
        assert report.failed_pages == ()
        assert [each.attempts for each in newsroom.store.pending(NOW + HOUR, 9)] == [0, 0, 0, 0]


class TestASourceThatMoved:
    def moved(self, desk: Desk) -> None:
        """It is seen to have moved often enough."""
        old = desk.room.watch.sources[0].url
        for number in range(MOVE_SIGHTINGS):
            desk.web.answers(old, feed("north", f"n{number}"), url=NEW_HOME, moved_to=NEW_HOME)
        for _ in range(MOVE_SIGHTINGS):
            desk.visit(now_all=True)
            desk.clock.pass_(12 * HOUR)
        desk.web.asked.clear()

    def test_is_read_at_its_new_address_from_then_on(self, desk: Desk) -> None:
        self.moved(desk)
        for number in range(6):
            desk.web.answers(NEW_HOME, feed("north", f"m{number}"))
        for _ in range(6):
            assert desk.outcomes(now_all=True) == {"north": "ok"}
            desk.clock.pass_(HOUR)
        assert desk.web.urls() == [NEW_HOME] * 6

    def test_that_fails_at_the_new_address_is_asked_at_the_old_one(self, desk: Desk) -> None:
        self.moved(desk)
        desk.web.fails(NEW_HOME, status_error(404))
        desk.web.forget("https://north.example/feed")
        desk.web.answers("https://north.example/feed", feed("north", "back"))
        assert desk.outcomes(now_all=True) == {"north": "failed"}
        assert desk.outcomes(now_all=True) == {"north": "ok"}
        assert desk.web.urls() == [NEW_HOME, "https://north.example/feed"]
        assert (desk.state().moved_to, desk.state().failures) == ("", 0)

    def test_and_whose_url_was_changed_in_the_watch_is_at_home_again(self, desk: Desk) -> None:
        self.moved(desk)
        desk.web.answers(NEW_HOME, feed("north", "m"))
        desk.room = replace(desk.room, watch=replace(WATCH, sources=(source("north", url=NEW_HOME),)))
        desk.visit(now_all=True)
        assert desk.web.urls() == [NEW_HOME]
        assert desk.state().moved_to == ""

    def test_for_an_hour_only_is_read_where_it_was(self, desk: Desk) -> None:
        desk.web.answers("https://north.example/feed", feed("north", "a"), url=NEW_HOME, moved_to=NEW_HOME)
        for _ in range(6):
            desk.visit(now_all=True)
            desk.clock.pass_(timedelta(minutes=10))
        assert set(desk.web.urls()) == {"https://north.example/feed"}


def urlset(*urls: str) -> str:
    rows = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def index(*urls: str) -> str:
    rows = "".join(f"<sitemap><loc>{url}</loc><lastmod>2024-03-20</lastmod></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'


class TestSitemaps:
    ROOT = "https://north.example/feed"

    @pytest.fixture
    def mapped(self, quick_store: SqlStore) -> Desk:
        return Desk(quick_store, source("north", kind=Kind.SITEMAP, pause=timedelta(seconds=3)))

    def children(self, desk: Desk, count: int) -> list[str]:
        urls = [f"https://north.example/map-{number}.xml" for number in range(count)]
        for number, url in enumerate(urls):
            desk.web.answers(url, urlset(f"https://north.example/page-{number}"))
        return urls

    def test_an_indexs_children_are_followed_with_the_sources_pause(self, mapped: Desk) -> None:
        mapped.web.answers(self.ROOT, index(*self.children(mapped, 3)))
        (report,) = mapped.visit()
        assert (report.outcome, report.offered, report.fresh) == ("ok", 3, 3)
        assert mapped.slugs() == ["page-0", "page-1", "page-2"]
        assert {request.pause for request in mapped.web.asked} == {3.0}

    def test_of_many_children_only_some_are_asked(self, mapped: Desk) -> None:
        mapped.web.answers(self.ROOT, index(*self.children(mapped, 3 * MOST_CHILDREN)))
        mapped.visit()
        assert len(mapped.web.asked) <= 1 + MOST_CHILDREN

    def test_a_failing_child_is_a_note(self, mapped: Desk) -> None:
        urls = self.children(mapped, 3)
        mapped.web.forget(urls[1])
        mapped.web.fails(urls[1], status_error(500, urls[1]))
        mapped.web.answers(self.ROOT, index(*urls))
        (report,) = mapped.visit()
        assert (report.outcome, report.fresh, report.reason) == ("ok", 2, "HTTP status 500")
        assert (mapped.state().note, mapped.state().failures) == ("HTTP status 500", 0)

    def test_when_every_child_fails_the_source_has_failed(self, mapped: Desk) -> None:
        urls = self.children(mapped, 2)
        for url in urls:
            mapped.web.forget(url)
        mapped.web.answers(self.ROOT, index(*urls))
        (report,) = mapped.visit()
        assert (report.outcome, report.reason) == ("failed", "HTTP status 404")

    def test_an_index_that_names_itself_ends(self, mapped: Desk) -> None:
        (child,) = self.children(mapped, 1)
        mapped.web.answers(self.ROOT, index(self.ROOT, child))
        mapped.web.forget(child)
        mapped.web.answers(child, index(self.ROOT, child, "https://north.example/leaf.xml"))
        mapped.web.answers("https://north.example/leaf.xml", urlset("https://north.example/deep"))
        mapped.visit()
        assert mapped.web.urls() == [self.ROOT, child, "https://north.example/leaf.xml"]
        assert mapped.slugs() == ["deep"]

    def test_an_unchanged_index_is_read_all_the_same_for_its_children_may_have_changed(self, mapped: Desk) -> None:
        (child,) = self.children(mapped, 1)
        mapped.web.answers(self.ROOT, index(child), etag='"1"')
        mapped.visit()
        mapped.web.forget(child)
        mapped.web.answers(child, urlset("https://north.example/page-0", "https://north.example/page-9"))
        (report,) = mapped.visit(now_all=True)
        assert (report.outcome, report.fresh) == ("ok", 1)
        assert mapped.web.asked[-2].etag == ""


class TestBatches:
    """`Store.batch`, on which a visit and the filing of pages stand."""

    def save(self, store: SqlStore, name: str) -> None:
        visit(store, SourceState(name), [Lead(name, f"https://{name}.example/a", f"https://{name}.example/a")])

    def seen_by_others(self, store: SqlStore) -> set[str]:
        """What another connection sees."""
        found: set[str] = set()
        other = SqlStore(store.engine)
        thread = threading.Thread(target=lambda: found.update(other.source_states()))
        thread.start()
        thread.join()
        return found

    def test_are_one_transaction_that_others_see_when_it_is_done(self, store: SqlStore) -> None:
        with store.batch():
            self.save(store, "north")
            with store.batch():
                self.save(store, "south")
            self.save(store, "east")
            assert self.seen_by_others(store) == set()
        assert self.seen_by_others(store) == {"north", "south", "east"}

    def test_are_seen_from_within(self, store: SqlStore) -> None:
        with store.batch():
            self.save(store, "north")
            assert set(store.source_states()) == {"north"}
            assert len(store.pending(NOW, 9)) == store.pending_count() == 1

    def test_a_write_that_fails_inside_is_rolled_back_alone(self, store: SqlStore) -> None:
        def broken() -> Iterable[Lead]:
            yield Lead("south", "https://south.example/a", "https://south.example/a")
            raise ValueError("half an offer")

        with store.batch():
            self.save(store, "north")
            with pytest.raises(ValueError, match="half"):
                visit(store, SourceState("south"), broken())
            self.save(store, "east")
        assert set(store.source_states()) == {"north", "east"}
        assert store.pending_count() == 2

    @pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, RuntimeError])
    def test_an_end_within_rolls_everything_back(self, store: SqlStore, end: type[BaseException]) -> None:
        def work() -> None:
            with store.batch():
                self.save(store, "north")
                with store.batch():
                    self.save(store, "south")
                raise end

        with pytest.raises(end):
            work()
        assert store.source_states() == {}
        assert store.pending_count() == 0

    def test_the_store_goes_on_after_one_that_failed(self, store: SqlStore) -> None:
        with pytest.raises(RuntimeError), store.batch():
            raise RuntimeError
        self.save(store, "north")
        assert self.seen_by_others(store) == {"north"}
