"""Reading pending leads with a web that follows a script: order, patience, tries, and what a broken run leaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.builders import HOUR, NOW, WATCH, make_article, make_filing, make_state
from support.fakes import FakeFetcher, InlinePool, SetClock, net_error, status_error
from support.stores import visit

from monitor.edges.store import SqlStore
from monitor.errors import ExtractError, FetchError, WorkerError
from monitor.model import (
    Decision,
    Fetched,
    Filed,
    Filing,
    Lead,
    Origin,
    Page,
    PendingLead,
    Prepared,
    Request,
    Source,
    Verdict,
)
from monitor.pipeline import Filer, Room, pages
from monitor.pipeline.filing import Outcome
from monitor.pipeline.pages import FINAL_STATUS, PER_HOST, RETRY_AFTER, Tally, read_all
from monitor.stages.dedup import fingerprint

pytest_plugins = ("support.quick_store",)

MINUTE = timedelta(minutes=1)
SUMMARY = "Two grain berths may open again before the weekend."


def text_of(name: str) -> str:
    return f"This is the report {name} from the quay, which nobody else has written in these words."


class Desk:
    """Leads of one source, a web and a room around them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.web = FakeFetcher()
        self.pool = InlinePool()
        self.clock = SetClock(NOW)
        watch = replace(WATCH, sources=(Source("gazette", "Quay Gazette", "https://gazette.example/feed"),))
        self.room = Room(watch, store, self.web, self.pool, self.clock)
        self._offered = 0

    def offer(self, *urls: str, published: bool = True, **changes: Any) -> None:
        """Leads in order of publication, a minute apart; addresses are given as host/slug."""
        leads = []
        for name in urls:
            self._offered += 1
            url = f"https://{name}"
            at = NOW - HOUR + self._offered * MINUTE if published else None
            leads.append(replace(Lead("gazette", url, url, title=name, published=at), **changes))
        visit(self.store, make_state(), leads)

    def answers(self, name: str, delay: float = 0.0, **changes: Any) -> None:
        self.web.answers(f"https://{name}", text_of(name), delay=delay, **changes)

    def fails(self, name: str, error: Exception, delay: float = 0.0) -> None:
        self.web.fails(f"https://{name}", error, delay=delay)

    def read(self) -> Tally:
        return asyncio.run(read_all(self.room, Filer(self.room.watch, self.store)))

    def filed_by(self, pool: InlinePool, *names: str) -> list[str]:
        """The order in which these are filed that all answer at once, with this pool to read them."""
        self.room = replace(self.room, pool=pool)
        self.offer(*names)
        for name in names:
            self.answers(name)
        self.read()
        return self.filed()

    def filed(self) -> list[str]:
        """What is stored, in the order of filing."""
        return [stored.article.url.removeprefix("https://") for stored in self.store.material().articles]

    def pending(self, after: timedelta = timedelta(0)) -> list[PendingLead]:
        return list(self.store.pending(self.clock.now() + after, 999))

    def rest(self) -> timedelta:
        """How long until the one pending lead is due."""
        return next(rest for rest in (15 * number * MINUTE for number in range(999)) if self.pending(rest))


@pytest.fixture
def desk(quick_store: SqlStore) -> Desk:
    return Desk(quick_store)


@pytest.fixture
def impatient(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Patience is a moment."""
    monkeypatch.setattr(pages, "PATIENCE", 0.3)
    monkeypatch.setattr(pages, "TICK", 0.02)
    return desk


class TestOrder:
    def test_is_that_of_publication_though_the_answers_come_the_other_way_round(self, desk: Desk) -> None:
        names = [f"h{number}.example/a" for number in range(6)]
        desk.offer(*names)
        for number, name in enumerate(names):
            desk.answers(name, delay=0.12 - 0.02 * number)
        assert desk.read().filed == 6
        assert [url.removeprefix("https://") for url in desk.web.answered] == names[::-1]
        assert desk.filed() == names

    def test_puts_what_has_no_date_at_the_end(self, desk: Desk) -> None:
        desk.offer("h1.example/undated", published=False)
        desk.offer("h2.example/dated")
        desk.answers("h1.example/undated")
        desk.answers("h2.example/dated", delay=0.05)
        desk.read()
        assert desk.filed() == ["h2.example/dated", "h1.example/undated"]

    def test_holds_while_an_earlier_host_keeps_answering_however_long_it_takes(self, impatient: Desk) -> None:
        slow = [f"slow.example/{number}" for number in range(4 * PER_HOST)]
        impatient.offer(*slow, "quick.example/a")
        for name in slow:
            impatient.answers(name, delay=0.12)
        impatient.answers("quick.example/a")
        impatient.read()
        assert impatient.filed() == [*slow, "quick.example/a"]

    def test_does_not_hold_for_a_host_that_hangs(self, impatient: Desk) -> None:
        others = [f"h{number}.example/a" for number in range(5)]
        impatient.offer("hangs.example/a", *others)
        impatient.answers("hangs.example/a", delay=0.9)
        for name in others:
            impatient.answers(name)
        start, filed = time.monotonic(), list[float]()
        impatient.room = replace(impatient.room, progress=lambda *_: filed.append(time.monotonic() - start))
        impatient.read()
        assert impatient.filed() == [*others, "hangs.example/a"]
        assert 0.25 < filed[0] < 0.85

    def test_gives_a_host_that_is_asked_late_its_time_as_well(self, impatient: Desk) -> None:
        first = [f"h{number}.example/a" for number in range(6)]
        impatient.offer(*first, "late.example/a", "quick.example/a")
        for name in first:
            impatient.answers(name, delay=0.15)
        impatient.answers("late.example/a", delay=0.1)
        impatient.answers("quick.example/a")
        impatient.room = replace(impatient.room, at_once=2)
        impatient.read()
        assert impatient.filed() == [*first, "late.example/a", "quick.example/a"]

    def test_is_not_held_by_a_page_that_fails(self, desk: Desk) -> None:
        desk.offer("a.example/1", "b.example/1")
        desk.fails("a.example/1", status_error(500))
        desk.answers("b.example/1")
        desk.read()
        assert desk.filed() == ["b.example/1"]

    def test_stays_when_leads_are_loaded_in_parts(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages, "LOADED", 4)
        names = [f"h{number % 5}.example/{number:02}" for number in range(23)]
        desk.offer(*names)
        for name in names:
            desk.answers(name)
        assert desk.read().filed == 23
        assert desk.filed() == names
        assert len(desk.web.asked) == 23

    def test_holds_for_a_page_that_a_worker_has_however_long_ago_its_host_answered(
        self, impatient: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pages, "PATIENCE", 1.6)

        class Slow(InlinePool):
            async def run(self, work: Callable[..., Any], *args: object) -> Any:
                done = await super().run(work, *args)
                await asyncio.sleep(1.5 * pages.PATIENCE if done.page.url.endswith("long") else 0)
                return done

        assert impatient.filed_by(Slow(), "a.example/long", "b.example/1") == ["a.example/long", "b.example/1"]

    @pytest.mark.parametrize("turns", range(6))
    def test_holds_for_a_page_that_is_read_but_not_yet_taken_over(self, impatient: Desk, turns: int) -> None:
        """The later page is there some turns of the loop before the earlier one, whose host was last heard long ago."""

        class Close(InlinePool):
            async def run(self, work: Callable[..., Any], *args: object) -> Any:
                done = await super().run(work, *args)
                if done.page.url.endswith("long"):
                    await asyncio.sleep(2 * pages.PATIENCE)
                    near.set()
                    for _ in range(turns):
                        await asyncio.sleep(0)
                else:
                    await near.wait()
                return done

        near = asyncio.Event()
        assert impatient.filed_by(Close(), "a.example/long", "b.example/1") == ["a.example/long", "b.example/1"]

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("pause", "order"), [(0.0, ["b.example/1", "a.example/1"]), (1.0, ["a.example/1", "b.example/1"])]
    )
    def test_waits_longer_for_a_host_that_is_let_rest_between_two_requests(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, pause: float, order: list[str]
    ) -> None:
        monkeypatch.setattr(pages, "PATIENCE", 6.0)
        sources = (Source("gazette", "Quay Gazette", "https://gazette.example/feed", pause=timedelta(seconds=pause)),)
        desk.room = replace(desk.room, watch=replace(WATCH, sources=sources))
        desk.offer("a.example/1", "b.example/1")
        desk.answers("a.example/1", delay=4.5)
        desk.answers("b.example/1")
        desk.read()
        assert desk.filed() == order

    def test_has_a_place_for_what_is_offered_late_however_many_wait(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All that may wait does so for a page that comes only when one offered late has been asked for."""
        monkeypatch.setattr(pages, "MOST_HELD", 3)
        monkeypatch.setattr(pages, "PATIENCE_WHEN_FULL", 60.0)
        monkeypatch.setattr(pages, "TICK", 0.02)
        web = desk.web = Watched()
        web.let_go = lambda: "https://early.example/1" in web.urls()
        desk.room = replace(desk.room, fetcher=web)
        names = ["hangs.example/1", "b.example/1", "c.example/1"]
        for name in ("early.example/1", *names):
            desk.answers(name)

        async def read() -> None:
            offered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            reading = asyncio.create_task(read_all(desk.room, Filer(desk.room.watch, desk.store), offered))
            while len(web.answered) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            early = Lead("gazette", "https://early.example/1", "https://early.example/1", published=NOW - 2 * HOUR)
            visit(desk.store, make_state(), [early])
            offered.set_result(None)
            await reading

        desk.offer(*names)
        asyncio.run(read())
        assert desk.filed() == ["early.example/1", *names]


class TestHosts:
    def test_get_no_more_than_their_share_and_all_together_no_more_than_the_window(self, desk: Desk) -> None:
        names = [f"h{number % 7}.example/{number}" for number in range(42)]
        desk.offer(*names)
        for name in names:
            desk.answers(name, delay=0.003)
        desk.room = replace(desk.room, at_once=9)
        assert desk.read().filed == 42
        assert desk.web.most_of_host == PER_HOST
        assert desk.web.most_busy == 9

    @pytest.mark.parametrize("reason", ["connect", "timeout", "wait"])
    def test_after_two_strikes_let_their_other_pages_wait_untried(self, desk: Desk, reason: str) -> None:
        names = [f"down.example/{number}" for number in range(6)]
        desk.offer(*names, "up.example/a")
        for name in names:
            desk.fails(name, net_error(reason))
        desk.answers("up.example/a")
        tally = desk.read()
        assert desk.filed() == ["up.example/a"]
        assert [url for url in desk.web.urls() if "down" in url] == [f"https://{name}" for name in names[:2]]
        tried = int(reason != "wait")
        waiting = desk.pending(15 * MINUTE)
        assert [each.attempts for each in waiting] == [tried, tried, 0, 0, 0, 0]
        assert desk.pending(14 * MINUTE) == []
        assert tally.failed[-1] == (
            "https://down.example/5",
            "its server could not be reached; its other pages wait",
        )

    def test_that_answer_with_errors_have_all_their_pages_asked(self, desk: Desk) -> None:
        names = [f"ill.example/{number}" for number in range(6)]
        desk.offer(*names)
        for name in names:
            desk.fails(name, status_error(500))
        desk.read()
        assert len(desk.web.asked) == 6

    def test_never_cost_a_page_its_last_try_without_asking(self, desk: Desk) -> None:
        names = ["down.example/1", "down.example/2", "down.example/3"]
        desk.offer(*names)
        last = desk.pending()[2]
        for _ in range(desk.room.tries - 1):
            desk.store.postpone(last.id, "HTTP status 500", NOW)
        for name in names:
            desk.fails(name, net_error())
        tally = desk.read()
        assert len(desk.web.asked) == 2
        assert tally.given_up == []
        assert {each.id: each.attempts for each in desk.pending(9 * 24 * HOUR)}[last.id] == desk.room.tries - 1


class TestTries:
    def run_out(self, desk: Desk, error: Exception) -> list[timedelta]:
        """Read until the one page has ended; the rests between the tries."""
        rests = list[timedelta]()
        desk.fails("gazette.example/a", error)
        while True:
            desk.read()
            if not desk.store.pending_count():
                return rests
            rests.append(desk.rest())
            desk.clock.pass_(rests[-1])

    @pytest.mark.parametrize("error", [status_error(500), net_error(), net_error("timeout")])
    def test_rest_longer_each_time_and_end_with_the_feeds_summary(self, desk: Desk, error: Exception) -> None:
        desk.offer("gazette.example/a", summary=SUMMARY)
        assert self.run_out(desk, error) == list(RETRY_AFTER)
        (stored,) = desk.store.material().articles
        assert stored.article.summary_only
        assert stored.article.text == SUMMARY

    def test_that_ended_a_worker_are_made_once_more_only(self, desk: Desk) -> None:
        desk.offer("gazette.example/a", summary=SUMMARY)
        assert self.run_out(desk, WorkerError("took longer than 20 s and was ended")) == [RETRY_AFTER[0]]
        (stored,) = desk.store.material().articles
        assert stored.article.summary_only

    def test_end_with_a_summary_that_is_its_agencys_own(self, desk: Desk) -> None:
        sources = (Source("gazette", "Reuters", "https://gazette.example/feed"),)
        desk.room = replace(desk.room, watch=replace(WATCH, sources=sources))
        desk.offer("gazette.example/a", summary=SUMMARY)
        desk.fails("gazette.example/a", status_error(410, "https://gazette.example/a"))
        assert desk.read().summary_only == 1
        (stored,) = desk.store.material().articles
        (story,) = desk.store.stories([stored.article.id])
        assert story.leader.origin == Origin("Reuters")

    def test_end_with_the_reason_where_there_is_no_summary(self, desk: Desk) -> None:
        desk.offer("gazette.example/a")
        desk.room = replace(desk.room, tries=2)
        desk.fails("gazette.example/a", status_error(500))
        first = desk.read()
        assert (first.failed, first.given_up) == ([("https://gazette.example/a", "HTTP status 500")], [])
        desk.clock.pass_(15 * MINUTE)
        second = desk.read()
        assert (second.failed, second.given_up) == ([], [("https://gazette.example/a", "HTTP status 500")])
        assert desk.filed() == []
        assert desk.store.pending_count() == 0

    def test_of_a_page_without_text_go_on_as_well(self, desk: Desk) -> None:
        desk.offer("gazette.example/a")
        desk.web.answers("https://gazette.example/a", "")
        desk.room = replace(desk.room, tries=2)
        assert "the page is empty" in desk.read().failed[0][1]
        desk.clock.pass_(HOUR)
        assert "the page is empty" in desk.read().given_up[0][1]

    def test_wait_longer_when_the_server_asks_for_it(self, desk: Desk) -> None:
        desk.offer("gazette.example/a")
        desk.fails("gazette.example/a", status_error(503, retry_after=7200.0))
        desk.read()
        assert desk.rest() == 2 * HOUR

    def test_are_not_used_up_while_the_server_wants_to_be_left_alone(self, desk: Desk) -> None:
        desk.offer("gazette.example/a")
        desk.fails("gazette.example/a", FetchError("left alone", url="", reason="wait", retry_after=3600.0))
        for _ in range(9):
            desk.read()
            assert desk.rest() == HOUR
            desk.clock.pass_(HOUR)
        assert desk.pending()[0].attempts == 0

    @pytest.mark.parametrize("status", sorted(FINAL_STATUS))
    def test_end_at_once_where_the_server_says_so_for_good(self, desk: Desk, status: int) -> None:
        desk.offer("gazette.example/a")
        desk.fails("gazette.example/a", status_error(status))
        assert desk.read().given_up == [("https://gazette.example/a", f"HTTP status {status}")]
        assert desk.store.pending_count() == 0

    def test_end_at_once_with_the_summary_of_a_page_behind_a_wall(self, desk: Desk) -> None:
        desk.offer("gazette.example/a", summary=SUMMARY)
        desk.fails("gazette.example/a", status_error(403))
        tally = desk.read()
        assert (tally.filed, tally.summary_only, tally.given_up, tally.failed) == (1, 1, [], [])

    def test_end_at_once_when_robots_txt_forbids_the_page(self, desk: Desk) -> None:
        desk.offer("gazette.example/a")
        desk.fails("gazette.example/a", net_error("robots", "robots.txt does not allow it"))
        assert desk.read().given_up == [("https://gazette.example/a", "robots.txt does not allow it")]

    @pytest.mark.parametrize("wait", [None, 60.0])
    def test_go_on_when_robots_txt_could_not_be_read(self, desk: Desk, wait: float | None) -> None:
        desk.offer("gazette.example/a")
        error = FetchError("robots.txt answers 503", url="", reason="robots", status=503, retry_after=wait)
        desk.fails("gazette.example/a", error)
        assert desk.read().given_up == []
        assert desk.rest() == 15 * MINUTE

    def test_succeed_later_and_leave_an_article(self, desk: Desk) -> None:
        desk.offer("gazette.example/a", summary=SUMMARY)
        desk.fails("gazette.example/a", status_error(500))
        desk.answers("gazette.example/a")
        desk.read()
        desk.clock.pass_(15 * MINUTE)
        assert desk.read().filed == 1
        assert desk.store.material().articles[0].article.text == text_of("gazette.example/a")


class TestABrokenRun:
    def test_that_is_cancelled_leaves_what_was_under_way_pending(self, desk: Desk) -> None:
        desk.offer("quick.example/a", "slow.example/a", "slow.example/b")
        desk.answers("quick.example/a")
        desk.answers("slow.example/a", delay=30)
        desk.answers("slow.example/b", delay=30)

        async def start_and_cancel() -> None:
            some = asyncio.Event()
            desk.room = replace(desk.room, progress=lambda *_: some.set())
            run = asyncio.create_task(read_all(desk.room, Filer(desk.room.watch, desk.store)))
            await some.wait()
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(start_and_cancel())
        assert desk.filed() == ["quick.example/a"]
        assert [(each.lead.title, each.attempts) for each in desk.pending()] == [
            ("slow.example/a", 0),
            ("slow.example/b", 0),
        ]

    def test_raises_a_mistake_of_ours_and_ends_what_is_under_way(self, desk: Desk) -> None:
        desk.offer("a.example/1", "slow.example/1")
        desk.answers("a.example/1")
        desk.answers("slow.example/1", delay=30)
        desk.pool.fail = ValueError("a bug")
        start = time.monotonic()
        with pytest.raises(ValueError, match="a bug"):
            desk.read()
        assert time.monotonic() - start < 5
        assert len(desk.pending()) == 2
        desk.pool.fail = None
        desk.web.forget("https://slow.example/1")
        desk.answers("slow.example/1")
        assert desk.read().filed == 2

    def test_that_breaks_off_while_it_files_stores_no_part_of_the_batch(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = [f"h{number}.example/a" for number in range(4)]
        desk.offer(*names)
        for name in names:
            # All come at the same moment, behind the first: one batch.
            desk.answers(name, delay=0.1 if name == names[0] else 0.0)
        file, calls = desk.store.file, list[Filed]()

        def break_off(lead_id: int | None, filed: Filed) -> dict[int, int]:
            calls.append(filed)
            if len(calls) == 3:
                raise OSError("no space left on device")
            return file(lead_id, filed)

        monkeypatch.setattr(desk.store, "file", break_off)
        with pytest.raises(OSError, match="no space"):
            desk.read()
        assert desk.filed() == []
        assert len(desk.pending()) == 4
        monkeypatch.undo()
        assert desk.read().filed == 4
        assert desk.filed() == names


class TestFiling:
    def test_one_article_that_cannot_be_filed_leaves_the_others_of_its_batch(self, desk: Desk) -> None:
        names = [f"h{number}.example/a" for number in range(4)]
        desk.offer(*names)
        for name in names:
            changes = {"url": "https://[h2.example/a"} if name == names[2] else {}
            desk.answers(name, delay=0.1 if name == names[0] else 0.0, **changes)
        tally = desk.read()
        assert desk.filed() == [names[0], names[1], names[3]]
        assert [url for url, _ in tally.given_up] == ["https://h2.example/a"]
        assert desk.store.pending_count() == 0

    def test_an_article_whose_writing_fails_is_undone_alone(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [f"h{number}.example/a" for number in range(3)]
        desk.offer(*names)
        for name in names:
            desk.answers(name, delay=0.1 if name == names[0] else 0.0)
        file = desk.store.file

        def refuse(lead_id: int | None, filed: Filed) -> dict[int, int]:
            if filed.article.url.endswith(names[1]):
                raise ExtractError("it cannot be stored")
            return file(lead_id, filed)

        monkeypatch.setattr(desk.store, "file", refuse)
        assert desk.read().given_up == [(f"https://{names[1]}", "it cannot be stored")]
        assert desk.filed() == [names[0], names[2]]

    def test_files_nothing_twice_when_two_leads_lead_to_one_page(self, desk: Desk) -> None:
        desk.offer("a.example/short", "b.example/short")
        for name in ("a.example/short", "b.example/short"):
            desk.web.answers(f"https://{name}", text_of("x"), url="https://gazette.example/long")
        assert desk.read().filed == 1
        assert desk.filed() == ["gazette.example/long"]
        assert desk.store.pending_count() == 0

    def test_files_nothing_again_in_the_next_run(self, desk: Desk) -> None:
        desk.offer("a.example/1")
        desk.answers("a.example/1")
        desk.read()
        desk.web.asked.clear()
        desk.clock.pass_(HOUR)
        assert desk.read() == Tally()
        assert desk.web.asked == []

    def test_reads_leads_of_a_source_that_the_watch_no_longer_has(self, desk: Desk) -> None:
        desk.offer("a.example/1")
        desk.answers("a.example/1")
        desk.room = replace(desk.room, watch=replace(WATCH, sources=()))
        assert desk.read().filed == 1
        assert desk.store.material().articles[0].article.outlet == "gazette"

    def test_teaches_the_source_how_long_its_articles_are(self, desk: Desk) -> None:
        desk.offer("a.example/1")
        desk.answers("a.example/1")
        desk.read()
        state = desk.store.source_states()["gazette"]
        assert state.words == state.words_now == len(text_of("a.example/1").replace("a.example/1", "a b c").split())

    def test_tells_its_progress_up_to_the_end(self, desk: Desk) -> None:
        names = [f"h{number}.example/a" for number in range(4)]
        desk.offer(*names)
        for name in names:
            desk.answers(name)
        steps: list[tuple[str, int, int]] = []
        desk.room = replace(desk.room, progress=lambda *step: steps.append(step))
        desk.read()
        assert steps[-1] == ("pages", 4, 4)
        assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)


class Watched(FakeFetcher):
    """Notes how many pages are under way or wait to be filed, whenever one is asked for; one hangs until `let_go`."""

    held: Callable[[], int] = staticmethod(lambda: 0)
    let_go: Callable[[], bool] = staticmethod(lambda: True)
    most_held: int = 0

    async def fetch(self, request: Request) -> Fetched:
        self.most_held = max(self.most_held, self.held())
        async with asyncio.timeout(30):
            while "hangs" in request.url and not self.let_go():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return await super().fetch(request)


class TestMemory:
    # A batch of all that is ready, and batches of one, after each of which others wait before what is asked next.
    @pytest.mark.parametrize(("longest", "patience"), [(1.0, 0.5), (0.0, 0.5)])
    def test_no_more_answers_wait_than_may_and_nobody_waits_for_ever(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, longest: float, patience: float
    ) -> None:
        monkeypatch.setattr(pages, "MOST_HELD", 6)
        monkeypatch.setattr(pages, "LONGEST_IN_BATCH", longest)
        monkeypatch.setattr(pages, "PATIENCE", patience)
        monkeypatch.setattr(pages, "TICK", 0.02)
        names = [f"h{number}.example/a" for number in range(40)]
        web = desk.web = Watched()
        filed = 0

        def progress(stage: str, done: int, total: int) -> None:
            nonlocal filed
            filed = done

        web.let_go = lambda: filed == len(names)
        # The one that hangs is asked first and noted by the fake last.
        web.held = lambda: len(web.asked) + 2 - filed
        desk.room = replace(desk.room, fetcher=web, progress=progress)
        desk.offer("hangs.example/a", *names)
        desk.answers("hangs.example/a")
        for name in names:
            desk.answers(name, delay=0.002)
        desk.read()
        assert desk.filed() == [*names, "hangs.example/a"]
        assert web.most_held == 6


def test_pages_are_asked_for_with_their_sources_pause(desk: Desk) -> None:
    sources = (Source("gazette", "Quay Gazette", "https://gazette.example/feed", pause=timedelta(seconds=9)),)
    desk.room = replace(desk.room, watch=replace(WATCH, sources=sources))
    desk.offer("gazette.example/a")
    desk.answers("gazette.example/a")
    desk.read()
    assert desk.web.asked == [Request("https://gazette.example/a", pause=9.0, as_sent=True)]


def test_an_article_knows_when_it_was_read(desk: Desk) -> None:
    desk.offer("gazette.example/a")
    desk.answers("gazette.example/a")
    desk.clock.pass_(HOUR)
    desk.read()
    read_at: datetime = desk.store.material().articles[0].article.fetched_at
    assert read_at == NOW + HOUR


class TestCounts:
    def test_a_page_that_is_filed_again_in_its_place_counts_as_it_is_then(self) -> None:
        article = make_article("late")
        prepared = Prepared(
            Page(article.url, article.title, article.text), fingerprint(article.text), article.content_hash
        )
        first = Outcome("late", Verdict.NEW, make_filing(), 3, fresh=True)
        tally = Tally()
        tally.count(first, prepared, WATCH.sources[0])
        assert (tally.report().developments, tally.report().known) == (3, 0)
        tally.recount(replace(first, verdict=Verdict.COPY, developments=0))
        tally.recount(Outcome("of another run", Verdict.NEW, make_filing(), 5, fresh=True))
        report = tally.report()
        assert (report.filed, report.developments, report.known) == (1, 0, 1)

    @pytest.mark.parametrize(
        ("verdict", "filing", "group"),
        [
            (Verdict.REWRITE, make_filing(), "known"),
            (Verdict.NEW, make_filing(), "nothing"),
            (Verdict.NEW, make_filing(""), "unrelated"),
            (Verdict.NEW, make_filing("", decision=Decision.UNCERTAIN), "uncertain"),
            (Verdict.COPY, make_filing("", decision=Decision.UNCERTAIN), "known"),
        ],
    )
    def test_a_page_without_news_counts_as_the_digest_leaves_it_out(
        self, verdict: Verdict, filing: Filing, group: str
    ) -> None:
        article = make_article()
        prepared = Prepared(Page(article.url, "", article.text), fingerprint(article.text), article.content_hash)
        tally = Tally()
        tally.count(Outcome("a1", verdict, filing, 0, fresh=True), prepared, WATCH.sources[0])
        report = tally.report()
        counts = {name: getattr(report, name) for name in ("known", "nothing", "unrelated", "uncertain")}
        assert counts == {name: int(name == group) for name in counts}
