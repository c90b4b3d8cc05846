"""Reading the pending leads: many pages under way at once, filed in the order in which they were published.

The order of filing is that of publication, so that an original comes before its copies: a page waits for earlier ones
as long as their hosts keep answering and not too many wait. What is ready is filed in one transaction, so that the
disk is waited for once.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import ExtractError, FetchError, MonitorError, WorkerError
from monitor.model import Decision, Page, PendingLead, Prepared, Request, RunReport, Source, Verdict
from monitor.pipeline.filing import Filer, Outcome
from monitor.pipeline.room import Room
from monitor.stages.errands import packed, read_prepared
from monitor.stages.health import read_pages, read_words

LOADED = 1000
PER_HOST = 2
# A host that has not answered for so many seconds holds nobody up any more, or for so many when too many wait; nor does
# a page that a worker has had for so many.
PATIENCE, PATIENCE_WHEN_FULL, LONGEST_READING = 2.0, 0.25, 10.0
# So many pages may wait for their turn to be filed; they are only their texts.
MOST_HELD = 400
TICK = 0.2
# Pages are filed when so many are ready, or so many seconds after the last batch: each costs one wait for the disk,
# during which nothing else is done here. Nor is it while a batch is filed, so it ends after as many seconds.
MOST_IN_BATCH = 32
LONGEST_IN_BATCH = 0.25
# After a batch whoever was answered meanwhile gets so many turns of the loop: a request needs several to come through.
TURNS = 12
# So many failures to reach a host in one run, and its other pages wait for the next run.
HOST_STRIKES = 2
UNREACHED = frozenset({"connect", "timeout", "dns", "wait"})
# How long a page that failed rests before the next try; the last entry repeats.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 360, 1440))
# Trying again cannot help where the server says so for good.
FINAL_STATUS = frozenset({401, 402, 403, 404, 405, 406, 410, 451})

Answer = Prepared | MonitorError


@dataclass(frozen=True, slots=True)
class _Counted:
    """What became of one page. `group`: "told", or as in `stages.digest.why_left_out`; "" for an old item."""

    group: str
    developments: int
    quiet: bool


@dataclass(slots=True)
class Tally:
    """Counts of one run. `pages`: what became in the end of those that it filed, by article."""

    pages: dict[str, _Counted] = field(default_factory=dict)
    summary_only: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)
    lengths: dict[str, list[int]] = field(default_factory=dict)
    bare: dict[str, list[str]] = field(default_factory=dict)

    @property
    def filed(self) -> int:
        """How many pages became articles."""
        return len(self.pages)

    def count(self, outcome: Outcome, prepared: Prepared, source: Source) -> None:
        """One more page that was filed."""
        if not outcome.fresh:
            return
        self.pages[outcome.article_id] = _counted(outcome)
        self.summary_only += prepared.page.summary_only
        self.bare.setdefault(source.id, []).append(prepared.page.reason if prepared.page.summary_only else "")
        if not prepared.page.summary_only:
            self.lengths.setdefault(source.id, []).append(prepared.fingerprint.words)

    def recount(self, outcome: Outcome) -> None:
        """A page of this run, or of an earlier one, that was filed again in its place."""
        if outcome.article_id in self.pages:
            self.pages[outcome.article_id] = _counted(outcome)

    def report(self) -> RunReport:
        """The run's report, without its sources; articles are counted as a digest would leave them out."""
        pages = self.pages.values()
        groups = Counter(each.group for each in pages)
        return RunReport(
            filed=self.filed,
            known=groups["known"],
            unrelated=groups["unrelated"],
            developments=sum(each.developments for each in pages),
            failed_pages=tuple(self.failed),
            given_up=tuple(self.given_up),
            summary_only=self.summary_only,
            quiet=sum(each.quiet for each in pages),
            nothing=groups["nothing new"],
            uncertain=groups["uncertain"],
        )


# Tens of thousands of pages have few fates, and share them.
_shared = lru_cache(maxsize=256)(_Counted)


def _counted(outcome: Outcome) -> _Counted:
    decision = outcome.filing.decision if outcome.filing else Decision.NONE
    if outcome.developments:
        group = "told"
    elif decision is Decision.UNCERTAIN and outcome.verdict not in (Verdict.COPY, Verdict.REWRITE):
        group = "uncertain"
    elif outcome.verdict is not Verdict.NEW:
        group = "known"
    elif decision is Decision.NONE:
        group = "unrelated"
    else:
        # Of an old item nothing was to be told.
        group = "" if outcome.quiet else "nothing new"
    return _shared(group, outcome.developments, outcome.quiet)


async def read_all(room: Room, filer: Filer, visits: asyncio.Future[Any] | None = None) -> Tally:
    """Read and file every lead that is due; nothing that fails stops the others.

    `visits`: while it is under way, more leads may come.
    """
    reader = _Reader(room, filer, visits)
    try:
        await reader.run()
    finally:
        await reader.stop()
    _learn_lengths(room, reader.tally)
    return reader.tally


class _Reader:
    """The leads under way: waiting for their host's turn, being read, or read and waiting to be filed in order."""

    def __init__(self, room: Room, filer: Filer, visits: asyncio.Future[Any] | None) -> None:
        self.room = room
        self._visits = visits
        self.filer = filer
        self.tally = Tally()
        self._sources = {source.id: source for source in room.watch.sources}
        self._watch = packed(room.watch)
        self._leads: OrderedDict[int, PendingLead] = OrderedDict()
        self._tasks: dict[int, asyncio.Task[Answer]] = {}
        self._answers: dict[int, Answer] = {}
        self._hosts: Counter[str] = Counter()
        self._strikes: Counter[str] = Counter()
        self._heard: dict[str, float] = {}
        self._reading: dict[int, float] = {}  # the pages that wait for a worker or are at one, and since when
        self._filing = 0.0  # seconds
        self._done = 0
        self._more = True
        self._bug: BaseException | None = None
        self._look: asyncio.Future[bool | None] | None = None
        self._loaded_at = float("-inf")
        self._filed_at = float("-inf")

    async def run(self) -> None:
        """Until no lead is due."""
        while True:
            if self._bug is not None:
                # What is no MonitorError is a mistake of ours and is not swallowed.
                raise self._bug
            now = self._now()
            if self._more and len(self._leads) < LOADED // 2 and now - self._loaded_at >= TICK:
                self._load(now)
            self._start(now)
            ready = self._ready(now)
            if len(ready) >= MOST_IN_BATCH or (ready and self._due(now)):
                self._file(ready)
                self._filed_at = self._now()
                for _ in range(TURNS):
                    await asyncio.sleep(0)
            elif self._tasks:
                await asyncio.wait(self._tasks.values(), timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            elif not self._leads:
                if self._visits is None or self._visits.done():
                    # Once more, for what the last visit brought.
                    if not self._load(now):
                        return
                else:
                    await asyncio.wait({self._visits}, timeout=TICK)
                    self._more = True

    def _now(self) -> float:
        """A clock that stands while pages are filed: nobody can be heard then."""
        return asyncio.get_running_loop().time() - self._filing

    async def stop(self) -> None:
        """Cancel what is under way; it stays pending."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _load(self, now: float) -> bool:
        """More leads, whether there are any; all in order of publication, with those that came late in their places."""
        self._loaded_at = now
        before, self._leads = self._leads, OrderedDict()
        for pending in self.room.store.pending(self.room.clock.now(), LOADED + len(before)):
            self._leads[pending.id] = pending
            self._heard.setdefault(_host(pending), now)
        more = len(self._leads.keys() - before.keys())
        self._leads.update(before)
        self._more = more > 0 or (self._visits is not None and not self._visits.done())
        return more > 0

    def _start(self, now: float) -> None:
        """Fill the window; no host gets more than its share of it."""
        nobody_waits = not self._answers
        for pending in list(self._leads.values()):
            if len(self._tasks) >= self.room.at_once:
                return
            nobody_waits = nobody_waits or pending.id in self._answers
            if self._full() and nobody_waits:
                # Only what those wait for that are read already is still asked for.
                return
            if pending.id in self._tasks or pending.id in self._answers:
                continue
            host = _host(pending)
            if self._strikes[host] >= HOST_STRIKES:
                reason = "its server could not be reached; its other pages wait"
                self._answers[pending.id] = FetchError(reason, url=pending.lead.url, reason="wait")
            elif self._hosts[host] < PER_HOST:
                if not self._hosts[host]:
                    # Our patience with it begins when it is asked, however late in the run.
                    self._heard[host] = now
                self._hosts[host] += 1
                task = asyncio.create_task(self._read(pending))
                self._tasks[pending.id] = task
                task.add_done_callback(lambda done, id_=pending.id: self._answered(id_, done))  # type: ignore[misc]

    def _answered(self, lead_id: int, task: asyncio.Task[Answer]) -> None:
        self._tasks.pop(lead_id, None)
        if task.cancelled():
            return
        bug = task.exception()
        if bug is not None:
            self._bug = self._bug or bug
        else:
            self._answers[lead_id] = task.result()
            self._heard[_host(self._leads[lead_id])] = self._now()

    def _ready(self, now: float) -> list[PendingLead]:
        """What can be filed now: all that is read, up to the first page that is worth waiting for."""
        ready: list[PendingLead] = []
        for pending in self._leads.values():
            if pending.id in self._answers:
                ready.append(pending)
                if len(ready) == MOST_IN_BATCH:
                    break
            elif self._worth_waiting_for(pending, now):
                break
        return ready

    def _worth_waiting_for(self, pending: PendingLead, now: float) -> bool:
        task = self._tasks.get(pending.id)
        if task is not None and task.done():
            # Its answer is here with the next turn of the loop.
            return True
        reading = self._reading.get(pending.id)
        if reading is not None:
            return now - reading < LONGEST_READING
        return now - self._heard[_host(pending)] < (PATIENCE_WHEN_FULL if self._full() else self._patience(pending))

    def _patience(self, pending: PendingLead) -> float:
        """Half as long with a host that nobody has to let rest for a second between two requests."""
        source = self._sources.get(pending.lead.source_id)
        pause = source.pause.total_seconds() if source else 1.0
        return PATIENCE * (1 + min(pause, 1.0)) / 2

    def _due(self, now: float) -> bool:
        """Whether what is ready should wait for no more."""
        return not self._tasks or self._full() or now - self._filed_at >= LONGEST_IN_BATCH

    def _full(self) -> bool:
        """Whether all that may wait to be filed is there or on its way."""
        return len(self._answers) + len(self._tasks) >= MOST_HELD

    def _file(self, ready: Sequence[PendingLead]) -> None:
        clock = asyncio.get_running_loop().time
        began, done = clock(), list[PendingLead]()
        with self.filer.together():
            for pending in ready:
                self._file_one(pending, self._answers[pending.id])
                done.append(pending)
                if clock() - began >= LONGEST_IN_BATCH:
                    break
        for pending in done:
            del self._answers[pending.id]
            del self._leads[pending.id]
        self._filing += clock() - began
        self._done += len(done)
        self.room.progress("pages", self._done, self._done + len(self._leads))

    def _file_one(self, pending: PendingLead, answer: Answer) -> None:
        lead = pending.lead
        source = self._sources.get(lead.source_id) or Source(lead.source_id, lead.source_id, lead.url)
        now = self.room.clock.now()
        prepared = self._after_failure(pending, answer, now) if isinstance(answer, MonitorError) else answer
        if prepared is None:
            return
        try:
            quiet = pending.first and not self._recent(prepared.page, pending, now)
            self.tally.count(self.filer.file(prepared, source, pending, now, quiet=quiet), prepared, source)
        except ExtractError as error:
            self.room.store.give_up(pending.id, str(error), now)
            self.tally.given_up.append((lead.url, str(error)))

    def _recent(self, page: Page, pending: PendingLead, now: datetime) -> bool:
        published = page.published or pending.lead.published
        return published is not None and published >= now - self.room.recent

    async def _read(self, pending: PendingLead) -> Answer:
        lead = pending.lead
        source = self._sources.get(lead.source_id)
        host = _host(pending)
        try:
            pause = source.pause.total_seconds() if source else 1.0
            answer = await self.room.fetcher.fetch(Request(lead.url, pause=pause, as_sent=True))
            self._heard[host] = self._reading[pending.id] = self._now()
            work = partial(
                read_prepared,
                answer,
                lead=lead,
                now=self.room.clock.now(),
                watch=self._watch,
                outlet=source.name if source else lead.source_id,
                language=source.language if source else "",
            )
            prepared: Prepared = await self.room.pool.run(work)
            return replace(prepared, etag=answer.etag, last_modified=answer.last_modified)
        except (FetchError, ExtractError, WorkerError) as error:
            if isinstance(error, FetchError) and error.reason in UNREACHED:
                self._strikes[host] += 1
                if error.reason != "wait" and await self._offline(lead.url):
                    # An outage of ours costs no page a try.
                    return FetchError(f"our own network is out ({error})", url=lead.url, reason="wait")
            return error
        finally:
            self._reading.pop(pending.id, None)
            self._hosts[host] -= 1

    async def _offline(self, url: str) -> bool:
        """Whether our own network is out; looked at once a run."""
        if self._look is None:
            self._look = asyncio.ensure_future(self.room.online([url]))
        return await self._look is False

    def _after_failure(self, pending: PendingLead, error: MonitorError, now: datetime) -> Prepared | None:
        """Try again later; at the end take the feed's summary, or give up with the reason."""
        room, url, reason = self.room, pending.lead.url, str(error)
        final = isinstance(error, FetchError) and (
            error.status in FINAL_STATUS
            # A robots.txt that could not be read forbids for now, with its status; one that was read, for good.
            or (error.reason == "robots" and error.status is None and error.retry_after is None)
        )
        # A page that a worker was ended for will cost as much again: once more, in case the machine was busy.
        final = final or (isinstance(error, WorkerError) and pending.attempts >= 1)
        asked = not (isinstance(error, FetchError) and error.reason == "wait")
        if not final and (pending.attempts + 1 < room.tries or not asked):
            wait = timedelta(seconds=(error.retry_after or 0) if isinstance(error, FetchError) else 0)
            rest = max(RETRY_AFTER[min(pending.attempts, len(RETRY_AFTER) - 1)], wait)
            room.store.postpone(pending.id, reason, now + rest, tried=asked)
            self.tally.failed.append((url, reason))
            return None
        # The parsers, which else only the workers have.
        from monitor.stages.given import summary_page  # noqa: PLC0415
        from monitor.stages.prepare import prepare  # noqa: PLC0415

        summary = summary_page(pending.lead, reason)
        if summary is None:
            room.store.give_up(pending.id, reason, now)
            self.tally.given_up.append((url, reason))
        return prepare(summary) if summary is not None else None


def _host(pending: PendingLead) -> str:
    return _netloc(pending.lead.url)


# Each turn of the loop asks for the hosts of all that waits.
@lru_cache(maxsize=4 * LOADED)
def _netloc(url: str) -> str:
    return urlsplit(url).netloc


def _learn_lengths(room: Room, tally: Tally) -> None:
    """Tell each source's state how long its articles were this time, and which pages had none."""
    if not tally.bare:
        return
    states = room.store.source_states()
    with room.store.batch():
        for source_id, reasons in tally.bare.items():
            if source_id in states:
                state = read_words(states[source_id], tally.lengths.get(source_id, ()))
                room.store.save_state(read_pages(state, reasons))
