"""What hosts asked of us is kept from run to run: robots.txt for a day, a wish to be left alone as long as it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.builders import DAY, HOUR, NOW
from support.fakes import SetClock
from support.hostile import Server, hostile_server, loopback

from monitor.edges.fetch import HttpFetcher
from monitor.edges.store import SqlStore
from monitor.edges.store_hosts import FORGOTTEN_AFTER
from monitor.errors import FetchError, StoreError
from monitor.model import Fetched, HostMemory, Request, RobotsFile
from monitor.wire import App, load_settings, open_app, open_room

pytest_plugins = ("support.store_fixtures",)

NO = b"User-agent: *\nDisallow: /private\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with hostile_server() as server:
        server.answers(body=b"here")
        yield server


class Runs:
    """One run after the other on one store: each with a fetcher that knows only what the store kept."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = SetClock(NOW)

    def run(self, *urls: str) -> list[Fetched | FetchError]:
        return asyncio.run(self._run(urls))

    async def _run(self, urls: tuple[str, ...]) -> list[Fetched | FetchError]:
        outcomes: list[Fetched | FetchError] = []
        recall = self.store.recall(self.clock.now())
        fetcher = HttpFetcher("monitor/9.9", guard=loopback(), recall=recall, now=self.clock.now)
        async with fetcher:
            for url in urls:
                try:
                    outcomes.append(await fetcher.fetch(Request(url, pause=0.0)))
                except FetchError as error:
                    outcomes.append(error)
        fetcher.hand_over(lambda news: self.store.keep_hosts(news, self.clock.now()))
        return outcomes


@pytest.fixture
def runs(store: SqlStore) -> Runs:
    return Runs(store)


def reasons(outcomes: list[Fetched | FetchError]) -> list[str]:
    return [outcome.reason if isinstance(outcome, FetchError) else "" for outcome in outcomes]


class TestRobotsFromRunToRun:
    def test_are_asked_for_once_a_day_and_obeyed_all_day(self, server: Server, runs: Runs) -> None:
        server.answers("200 OK", NO, path="/robots.txt")
        for _ in range(3):
            assert reasons(runs.run(server.address + "/x", server.address + "/private")) == ["", "robots"]
            runs.clock.pass_(7 * HOUR)
        assert server.paths().count("/robots.txt") == 1
        runs.clock.pass_(4 * HOUR)
        runs.run(server.address + "/x")
        assert server.paths().count("/robots.txt") == 2

    def test_that_are_absent_are_not_asked_for_again_either(self, server: Server, runs: Runs) -> None:
        for _ in range(3):
            assert reasons(runs.run(server.address + "/x")) == [""]
        assert server.paths().count("/robots.txt") == 1

    def test_that_changed_are_believed_the_next_day(self, server: Server, runs: Runs) -> None:
        server.answers("200 OK", NO, path="/robots.txt")
        assert reasons(runs.run(server.address + "/x")) == [""]
        server.answers("200 OK", b"User-agent: *\nDisallow: /\n", path="/robots.txt")
        runs.clock.pass_(DAY + HOUR)
        assert reasons(runs.run(server.address + "/x")) == ["robots"]

    def test_are_asked_for_with_their_validators_and_unchanged_hold_another_day(
        self, server: Server, runs: Runs
    ) -> None:
        server.answers("200 OK", NO, 'ETag: W/"7"', "Last-Modified: about noon", path="/robots.txt")
        runs.run(server.address + "/x")
        server.answers("304 Not Modified", b"", path="/robots.txt")
        runs.clock.pass_(DAY + HOUR)
        for _ in range(2):
            assert reasons(runs.run(server.address + "/private")) == ["robots"]
            runs.clock.pass_(20 * HOUR)
        asked = [talk.headers for talk in server.asked if talk.path == "/robots.txt"]
        assert len(asked) == 2
        assert (asked[1]["if-none-match"], asked[1]["if-modified-since"]) == ('W/"7"', "about noon")

    def test_from_behind_a_redirect_are_asked_for_without_validators(self, server: Server, runs: Runs) -> None:
        server.answers("200 OK", NO, 'ETag: "7"', path="/other.txt")
        server.answers("302 Found", b"", "Location: /other.txt", path="/robots.txt")
        runs.run(server.address + "/x")
        runs.clock.pass_(DAY + HOUR)
        assert reasons(runs.run(server.address + "/private")) == ["robots"]
        assert all("if-none-match" not in talk.headers for talk in server.asked)

    def test_that_cannot_be_had_any_more_forbid_everything_for_now(self, server: Server, runs: Runs) -> None:
        server.answers("200 OK", NO, path="/robots.txt")
        runs.run(server.address + "/x")
        server.answers("500 No", path="/robots.txt")
        runs.clock.pass_(DAY + HOUR)
        assert reasons(runs.run(server.address + "/x")) == ["robots"]
        server.answers("200 OK", NO, path="/robots.txt")
        assert reasons(runs.run(server.address + "/x")) == [""]

    def test_are_not_believed_when_they_come_from_the_future(self, server: Server, runs: Runs) -> None:
        server.answers("200 OK", NO, path="/robots.txt")
        runs.run(server.address + "/x")
        runs.clock.pass_(-HOUR)
        runs.run(server.address + "/x")
        assert server.paths().count("/robots.txt") == 2


class TestAWishToBeLeftAlone:
    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Busy"])
    def test_holds_for_later_runs_until_it_is_over(self, server: Server, runs: Runs, status: str) -> None:
        server.answers(status, b"", "Retry-After: 7200", path="/y")
        assert reasons(runs.run(server.address + "/y", server.address + "/x")) == ["status", "wait"]
        runs.clock.pass_(HOUR)
        before = len(server.asked)
        (error,) = runs.run(server.address + "/x")
        assert isinstance(error, FetchError)
        assert error.reason == "wait"
        assert error.retry_after == pytest.approx(3600, abs=5)
        assert "another 60 min" in str(error)
        assert len(server.asked) == before
        runs.clock.pass_(HOUR + timedelta(minutes=1))
        assert reasons(runs.run(server.address + "/x")) == [""]

    def test_lasts_a_day_at_most_though_the_clock_is_set_back(self, server: Server, runs: Runs) -> None:
        server.answers("503 Busy", b"", "Retry-After: 86400", path="/y")
        runs.run(server.address + "/y")
        runs.clock.pass_(-300 * DAY)
        (error,) = runs.run(server.address + "/x")
        assert isinstance(error, FetchError)
        assert error.retry_after == pytest.approx(86_400, abs=5)

    def test_of_one_host_leaves_the_others_alone(self, server: Server, runs: Runs) -> None:
        server.answers("503 Busy", b"", "Retry-After: 7200", path="/y")
        runs.run(server.address + "/y")
        with hostile_server() as other:
            assert reasons(runs.run(server.address + "/x", other.answers(body=b"there"))) == ["wait", ""]

    def test_is_kept_in_the_working_folder(self, server: Server, tmp_path: Path) -> None:
        url = server.answers("503 Busy", b"", "Retry-After: 7200")
        (tmp_path / "watch.toml").write_text("[watch]\nname = 'Talks'\nsubject = 'mediator'\n")
        settings = load_settings(tmp_path, None, {"MONITOR_ALLOW_ADDRESSES": "127.0.0.0/8"})

        async def ask(app: App) -> str:
            async with open_room(app) as room:
                try:
                    return (await room.fetcher.fetch(Request(url, pause=0.0))).url
                except FetchError as error:
                    return error.reason

        reasons = []
        for _ in range(2):
            with open_app(settings) as app:
                reasons.append(asyncio.run(ask(app)))
        assert reasons == ["status", "wait"]
        assert server.paths() == ["/robots.txt", "/x"]

    def test_is_kept_while_the_run_goes_on_so_that_a_killed_one_forgets_it_not(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("monitor.wire.KEEP_SECONDS", 0.01)
        (tmp_path / "watch.toml").write_text("[watch]\nname = 'Talks'\nsubject = 'mediator'\n")
        settings = load_settings(tmp_path, None, {"MONITOR_ALLOW_ADDRESSES": "127.0.0.0/8"})

        async def run(app: App) -> HostMemory:
            async with open_room(app) as room, asyncio.timeout(30):
                await room.fetcher.fetch(Request(server.address + "/x", pause=0.0))
                while (kept := app.store.host(server.address.removeprefix("http://"))) is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                return kept

        with open_app(settings) as app:
            assert asyncio.run(run(app)).robots is not None

    def test_is_handed_over_once_and_again_when_it_could_not_be_kept(self, server: Server) -> None:
        handed: list[int] = []

        def fail(news: tuple[HostMemory, ...]) -> None:
            raise StoreError("the disk is full")

        async def run() -> None:
            async with HttpFetcher("monitor/9.9", guard=loopback()) as fetcher:
                await fetcher.fetch(Request(server.address + "/x", pause=0.0))
                with pytest.raises(StoreError):
                    fetcher.hand_over(fail)
                for _ in range(2):
                    fetcher.hand_over(lambda news: handed.append(len(news)))

        asyncio.run(run())
        assert handed == [1, 0]


class TestTheStore:
    MEMORY = HostMemory("gazette.example:https", NOW, RobotsFile(NO, "text/plain", '"1"', "Wed"), NOW - HOUR)

    def test_gives_back_what_it_was_given(self, store: SqlStore) -> None:
        store.keep_hosts([self.MEMORY], NOW)
        assert store.host("gazette.example:https") == self.MEMORY
        assert store.host("courier.example:https") is None

    def test_keeps_the_newest(self, store: SqlStore) -> None:
        bare = HostMemory("gazette.example:https")
        store.keep_hosts([self.MEMORY], NOW)
        store.keep_hosts([bare], NOW)
        assert store.host("gazette.example:https") == bare

    def test_tells_an_absent_file_from_one_that_is_not_known(self, store: SqlStore) -> None:
        absent = HostMemory("gazette.example:https", None, RobotsFile(), NOW)
        store.keep_hosts([absent], NOW)
        assert store.host("gazette.example:https") == absent

    def test_forgets_who_was_not_met_for_a_month(self, store: SqlStore) -> None:
        store.keep_hosts([self.MEMORY], NOW)
        store.keep_hosts([HostMemory("courier.example:https")], NOW + FORGOTTEN_AFTER + HOUR)
        assert store.host("gazette.example:https") is None

    def test_recalls_each_host_as_it_is_kept_whether_read_ahead_or_not(self, store: SqlStore) -> None:
        long = RobotsFile(NO * 1000, "text/plain")
        memories = [
            self.MEMORY,
            HostMemory("absent.example:https", None, RobotsFile(), NOW),
            HostMemory("long.example:https", None, long, NOW),
            HostMemory("stale.example:https", None, RobotsFile(NO), NOW - 3 * DAY),
            HostMemory("closed.example:https", NOW + HOUR),
        ]
        store.keep_hosts(memories, NOW)
        recall = store.recall(NOW)
        assert [recall(memory.place) for memory in memories] == memories
        assert recall("nobody.example:https") is None
