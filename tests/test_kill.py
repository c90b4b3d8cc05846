"""`run` killed at any moment: nothing is lost, nothing is told twice, and the next run goes on where it stopped."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from end_to_end import stored
from end_to_end.command import Started, command, environment, monitor
from end_to_end.folder import lay
from end_to_end.newsroom import items, press
from end_to_end.site import FEED, Entry, Site
from pydantic import TypeAdapter

from monitor.demo import html
from monitor.model import Digest
from monitor.stages.render import render

ROUNDS = 4
# Ten folders, four kills each; two of them each time, the others with -m slow.
SEEDS = [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (21, 8, 34, 55, 89, 144, 233, 377, 610))]
MOST_STARTS = 14
PAGES = 25
DELAY = 0.01
DIGEST = TypeAdapter(Digest)

ROBOTS = "/robots.txt"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(delay=DELAY) as opened:
        yield opened


def publish(site: Site, first: int, last: int) -> None:
    """Put these pages of the demo's papers into print, the oldest first: reports, copies, other news."""
    content = press()
    for page in content.pages[first:last]:
        body = html.article(page, content.publisher(page.publisher), (), site.base)
        site.add(Entry(page.path, page.title, page.published, page.summary), body)


def killed(home: Path, after: float) -> bool:
    """Start a run and kill it after so many seconds; False when it was done before."""
    run = Started("run", "--tell-all", "--now", "--home", home)
    with suppress(TimeoutError):
        run.wait(after)
    return run.kill() == -signal.SIGKILL


def finished(home: Path) -> None:
    done = monitor("run", "--tell-all", "--now", "--home", home)
    assert done.code == 0, done.all


def digests(home: Path) -> list[Digest]:
    return [DIGEST.validate_json(record) for (record,) in stored.query(home, "SELECT record FROM digest ORDER BY id")]


@pytest.mark.parametrize("seed", SEEDS)
def test_runs_killed_at_random_moments_lose_and_repeat_nothing(site: Site, tmp_path: Path, seed: int) -> None:
    home = lay(tmp_path / "home", site.feed)
    moments = random.Random(seed)
    publish(site, 0, 1)
    begun = time.monotonic()
    finished(home)
    longest, kills = time.monotonic() - begun, 0
    for part in range(MOST_STARTS):
        first, last = (1 + (PAGES - 1) * min(each, ROUNDS) // ROUNDS for each in (part, part + 1))
        publish(site, first, last)
        if killed(home, moments.uniform(0.05, 0.95) * longest):
            kills += 1
        else:
            longest *= 0.7  # it was done before: the machine is quicker than it was
        if kills == ROUNDS and last == PAGES:
            break
    finished(home)
    assert kills >= ROUNDS
    _is_whole(home, site)


def test_a_run_killed_between_two_articles_loses_and_repeats_nothing(site: Site, tmp_path: Path) -> None:
    home = lay(tmp_path / "home", site.feed)
    assert monitor("doctor", "--home", home).code == 0
    publish(site, 0, PAGES)
    left = []
    for enough in (2, 8, 14, 20):
        run = Started("run", "--tell-all", "--now", "--home", home)
        limit = time.monotonic() + 60
        while run.running() and len(stored.articles(home)) < enough and time.monotonic() < limit:
            time.sleep(0.002)
        run.kill()
        left.append(len(stored.articles(home)))
        assert left == sorted(left)
    assert 0 < left[0] < PAGES, "the first kill came between two articles"
    finished(home)
    _is_whole(home, site)


def _is_whole(home: Path, site: Site) -> None:
    assert stored.query(home, "PRAGMA integrity_check") == [("ok",)]
    assert stored.query(home, "PRAGMA foreign_key_check") == []
    urls = Counter(row.url for row in stored.articles(home))
    assert urls == Counter({site.base + entry.path: 1 for entry in site.entries})
    assert stored.lead_states(home) == {"filed": PAGES}
    told = Counter(item.development_id for digest in digests(home) for item in items(digest))
    developments = {row for (row,) in stored.query(home, "SELECT id FROM development")}
    assert len(developments) > PAGES, "there was something to tell"
    assert told == Counter(dict.fromkeys(developments, 1))
    assert stored.query(home, "SELECT count(*) FROM article WHERE NOT seed AND digest_id IS NULL") == [(0,)]
    _files_are_the_records(home)


def _files_are_the_records(home: Path) -> None:
    written = {path.name: path.read_text("utf-8") for path in (home / "digests").glob("*.*")}
    assert {name: text for name, text in written.items() if not name.startswith(".")} == {
        f"{digest.name}.{form}": render(digest, form) for digest in digests(home) for form in ("md", "html")
    }
    assert {state for (state,) in stored.query(home, "SELECT DISTINCT state FROM delivery")} == {"done"}


def test_a_killed_run_leaves_no_process_behind(site: Site, tmp_path: Path) -> None:
    home = lay(tmp_path / "home", site.feed)
    publish(site, 0, PAGES)
    mark = f"MONITOR_TEST_MARK={home}"
    with subprocess.Popen(
        command("run", "--tell-all", "--home", home),
        env=environment({"MONITOR_TEST_MARK": str(home)}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        limit = time.monotonic() + 30
        while len(_marked(mark)) < 2 and time.monotonic() < limit:
            time.sleep(0.02)
        assert len(_marked(mark)) >= 2, "its workers are running"
        run.kill()
        run.wait()
    limit = time.monotonic() + 10
    while _marked(mark) and time.monotonic() < limit:
        time.sleep(0.05)
    assert _marked(mark) == []


def _marked(mark: str) -> list[int]:
    """The processes that have this in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return [process for process in found if process != os.getpid()]


def test_a_second_run_asks_nobody_and_says_so(site: Site, tmp_path: Path) -> None:
    home = lay(tmp_path / "home", site.feed)
    publish(site, 0, 6)
    finished(home)
    before = stored.tables(home)
    site.asked.clear()
    again = monitor("run", "--tell-all", "--home", home)
    assert again.code == 0, again.all
    assert site.asked == []
    assert "1 not due yet" in again.out
    assert "nothing new was offered" in again.out
    assert "no digest: nothing to tell that has not been told" in again.out
    assert stored.tables(home) == before


def test_a_run_right_after_another_asks_for_changes_only(site: Site, tmp_path: Path) -> None:
    home = lay(tmp_path / "home", site.feed)
    publish(site, 0, 6)
    finished(home)
    before = stored.tables(home)
    site.asked.clear()
    again = monitor("run", "--tell-all", "--now", "--json", "--home", home)
    assert again.code == 0, again.all
    assert [tuple(request) for request in site.asked if request.path != ROBOTS] == [(FEED, 304, True)]
    report = json.loads(again.out)
    assert [source["outcome"] for source in report["sources"]] == ["unchanged"]
    assert (report["filed"], report["digest"]) == (0, None)
    assert stored.tables(home) == before


def test_only_what_the_feed_added_is_read(site: Site, tmp_path: Path) -> None:
    home = lay(tmp_path / "home", site.feed)
    publish(site, 0, 6)
    finished(home)
    site.asked.clear()
    publish(site, 6, 8)
    finished(home)
    asked = [request.path for request in site.asked if request.path != ROBOTS]
    assert asked == [FEED, *(entry.path for entry in site.entries[6:])]
    assert [digest.name.endswith("-2") for digest in digests(home)] == [False, True]
    ids = [item.development_id for digest in digests(home) for item in items(digest)]
    assert len(ids) == len(set(ids))
