"""The three days of the demo, played once and kept: many tests ask about the same play."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest
from pydantic import TypeAdapter

from end_to_end import stored
from monitor.demo.play import EVENINGS, SetClock, briefs, play_day, prepare, write_watch
from monitor.demo.press import Page, Press, load
from monitor.demo.server import Newsroom
from monitor.model import Digest, Folded, Item, RunReport
from monitor.wire import load_settings, open_app

# Pages that no feed lists while their paper is up: its feed breaks off before them.
CUT_OFF = frozenset({"tl-0818-cabinet"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the newsroom answered to a plain GET after the play."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Again:
    """The last day run a second time. Row counts are by table; `files`: whether any digest file changed."""

    filed: int
    told: bool
    rows_before: dict[str, int]
    rows_after: dict[str, int]
    files_changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """Everything the tests ask of one play. `urls`: the address of each page by its id; `reports`: of each run."""

    home: Path
    seconds: float
    digests: dict[int, Digest]
    urls: dict[str, str]
    answers: dict[str, Answer]
    again: Again
    reports: dict[int, RunReport]

    def items(self, day: int) -> list[Item | Folded]:
        """Everything the day's digest tells, above the fold and below."""
        return items(self.digests[day])


_PLAYED = TypeAdapter(Played)


def items(digest: Digest) -> list[Item | Folded]:
    """Everything a digest tells: above the fold, below, and folded into others."""
    told = [item for part in digest.trips for section in (*part.sections, *part.more) for item in section.items]
    return [*told, *(each for item in told for each in item.folded)]


def press() -> Press:
    """What the papers print, with the truth about it."""
    return load(briefs())


def reachable(content: Press) -> list[Page]:
    """The pages that a feed offers on the day they are printed."""
    papers = {paper.id: paper for paper in content.publishers}
    return [
        page
        for page in content.pages
        if papers[page.publisher].feed != "notafeed"
        and page.day not in papers[page.publisher].down_days
        and page.id not in CUT_OFF
    ]


def played_once(factory: pytest.TempPathFactory) -> Played:
    """The play; the first test process that asks plays it, the others wait for its record."""
    own = factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    record = shared / "demo-played.json"
    with _alone(shared / "demo-played.lock"):
        if not record.exists():
            record.write_bytes(_PLAYED.dump_json(_play(shared / "demo-played")))
    return _PLAYED.validate_json(record.read_bytes())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _play(home: Path) -> Played:
    prepare(home)
    content = press()
    clock = SetClock(EVENINGS[1])
    digests: dict[int, Digest] = {}
    reports: dict[int, RunReport] = {}
    with Newsroom(content) as newsroom:
        write_watch(home, newsroom)
        begun = time.monotonic()
        given = {"MONITOR_HOSTS": "16", "MONITOR_ALLOW_ADDRESSES": "127.0.0.0/8"}
        with open_app(load_settings(home, None, given), clock) as app:
            for day in EVENINGS:
                reports[day], told = play_day(app, newsroom, day, clock)
                if told is not None:
                    digests[day] = told.digest
            seconds = time.monotonic() - begun
            counted, files = stored.tables(home), _files(home)
            report = app.fetch(only=frozenset(), now_all=True)
            again = app.tell()
            app.deliver()
            changed = tuple(name for name, data in _files(home).items() if files.get(name) != data)
            second = Again(report.filed, again is not None, counted, stored.tables(home), changed)
        urls = {page.id: newsroom.page_url(page.id) for page in content.pages}
        linked = {item.url for digest in digests.values() for item in items(digest)}
        rows = [row for digest in digests.values() for part in digest.trips for row in part.figures]
        linked |= {url for row in rows for url in (row.was_url, row.now_url)}
        answers = {url: _get(url) for url in sorted(linked)}
    return Played(home, seconds, digests, urls, answers, second, reports)


def _files(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "digests").iterdir()}


def _get(url: str) -> Answer:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=20) as answer:
            return Answer(answer.status, answer.read().decode())
    except HTTPError as error:
        return Answer(error.code, "")
