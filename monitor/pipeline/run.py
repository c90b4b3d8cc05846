"""Visits to sources and the reading of leads: fetch, parse, file, record every failure and go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b

from monitor.errors import ExtractError, FetchError, MonitorError, WorkerError
from monitor.model import (
    Decision,
    Page,
    PendingLead,
    Request,
    RunReport,
    Source,
    SourceReport,
    SourceState,
    Verdict,
    Watch,
)
from monitor.pipeline.filing import Filer, Outcome
from monitor.ports import Clock, Fetcher, Pool, Store
from monitor.stages.extract import read_page
from monitor.stages.given import summary_page
from monitor.stages.leads import read_offer

BATCH = 100
# How long a page that failed rests before the next try; the last entry repeats.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 360, 1440))
LONGEST_REST = timedelta(hours=24)
# Trying again cannot help where the server says so for good.
FINAL_STATUS = frozenset({401, 402, 403, 404, 405, 406, 410, 451})


@dataclass(frozen=True, slots=True)
class Room:
    """Everything a run needs, built by `wire`. `tries`: how often a page is tried before it ends as failed."""

    watch: Watch
    store: Store
    fetcher: Fetcher
    pool: Pool
    clock: Clock
    tries: int = 5
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None


async def fetch_all(
    room: Room, filer: Filer, *, only: frozenset[str] = frozenset(), now_all: bool = False
) -> RunReport:
    """Visit the sources that are due (or `only` these; all with `now_all`), then read and file every due lead."""
    reports = await _visit_all(room, only, now_all)
    tally = _Tally()
    sources = {source.id: source for source in room.watch.sources}
    while batch := room.store.pending(room.clock.now(), BATCH):
        await _read_batch(room, filer, batch, sources, tally)
    return replace(tally.report(), sources=reports)


# --- sources ---------------------------------------------------------------------------------------------------


async def _visit_all(room: Room, only: frozenset[str], now_all: bool) -> tuple[SourceReport, ...]:
    states = room.store.source_states()
    now = room.clock.now()
    chosen = [source for source in room.watch.sources if not only or source.id in only]
    done = 0

    async def visit(source: Source) -> SourceReport:
        nonlocal done
        state = states.get(source.id, SourceState(source.id))
        if state.due_at and state.due_at > now and not (now_all or only):
            report = SourceReport(source.id, source.name, "waiting", reason=f"due {state.due_at:%H:%M} UTC")
        else:
            report = await _visit(room, source, state)
        done += 1
        room.progress("sources", done, len(chosen))
        return report

    return tuple(await asyncio.gather(*(visit(source) for source in chosen)))


async def _visit(room: Room, source: Source, state: SourceState) -> SourceReport:
    request = Request(source.url, state.etag, state.last_modified, source.pause.total_seconds())
    try:
        answer = await room.fetcher.fetch(request)
        now = room.clock.now()
        if answer.status == 304:
            room.store.save_visit(_well(state, source, now), ())
            return SourceReport(source.id, source.name, "unchanged")
        seen = blake2b(answer.body, digest_size=16).hexdigest()
        fresh_state = replace(
            _well(state, source, now), etag=answer.etag, last_modified=answer.last_modified, body_hash=seen, note=""
        )
        if seen == state.body_hash:
            room.store.save_visit(replace(fresh_state, note=state.note), ())
            return SourceReport(source.id, source.name, "unchanged")
        work = partial(
            read_offer,
            answer.body,
            url=answer.url,
            source_id=source.id,
            content_type=answer.content_type,
            charset=answer.charset,
            kind=source.kind.value,
            now=now,
        )
        offer = await room.pool.run(work)
        fresh = room.store.save_visit(replace(fresh_state, note=offer.note), offer.leads)
        return SourceReport(source.id, source.name, "ok", len(offer.leads), fresh, offer.note)
    except (FetchError, ExtractError, WorkerError) as error:
        now = room.clock.now()
        room.store.save_visit(_unwell(state, source, now, error), ())
        return SourceReport(source.id, source.name, "failed", reason=str(error))


def _well(state: SourceState, source: Source, now: datetime) -> SourceState:
    return replace(state, tried_at=now, ok_at=now, failing_since=None, failures=0, reason="", due_at=now + source.every)


def _unwell(state: SourceState, source: Source, now: datetime, error: MonitorError) -> SourceState:
    """Failing: keep the validators, double the rest after each failure up to a day, never stop trying."""
    rest = min(source.every * 2 ** min(state.failures, 10), max(LONGEST_REST, source.every))
    asked = getattr(error, "retry_after", None)
    if asked:
        rest = max(rest, timedelta(seconds=asked))
    return replace(
        state,
        tried_at=now,
        failing_since=state.failing_since or now,
        failures=state.failures + 1,
        reason=str(error),
        due_at=now + rest,
    )


# --- leads -----------------------------------------------------------------------------------------------------


class _Tally:
    """Counts of one run."""

    def __init__(self) -> None:
        self.filed = self.known = self.unrelated = self.developments = self.summary_only = self.done = 0
        self.failed: list[tuple[str, str]] = []
        self.given_up: list[tuple[str, str]] = []

    def count(self, outcome: Outcome, page: Page) -> None:
        if not outcome.fresh:
            return
        self.filed += 1
        self.developments += outcome.developments
        self.summary_only += page.summary_only
        if outcome.verdict is not Verdict.NEW and not outcome.developments:
            self.known += 1
        elif outcome.filing and outcome.filing.decision is Decision.NONE:
            self.unrelated += 1

    def report(self) -> RunReport:
        return RunReport(
            filed=self.filed,
            known=self.known,
            unrelated=self.unrelated,
            developments=self.developments,
            failed_pages=tuple(self.failed),
            given_up=tuple(self.given_up),
            summary_only=self.summary_only,
        )


async def _read_batch(
    room: Room, filer: Filer, batch: tuple[PendingLead, ...], sources: dict[str, Source], tally: _Tally
) -> None:
    """Read a batch at once, then file it in order: the same input gives the same stories."""
    total = tally.done + len(batch)

    async def read(pending: PendingLead) -> Page | MonitorError:
        try:
            source = sources.get(pending.lead.source_id)
            return await _read(room, pending, source.pause.total_seconds() if source else 1.0)
        except (FetchError, ExtractError, WorkerError) as error:
            return error
        finally:
            tally.done += 1
            room.progress("pages", tally.done, total)

    pages = await asyncio.gather(*(read(pending) for pending in batch))
    for pending, page in zip(batch, pages, strict=True):
        source = sources.get(pending.lead.source_id) or Source(
            pending.lead.source_id, pending.lead.source_id, pending.lead.url
        )
        now = room.clock.now()
        text = _after_failure(room, pending, page, now, tally) if isinstance(page, MonitorError) else page
        if text is not None:
            try:
                tally.count(filer.file(text, source, pending, now), text)
            except ExtractError as error:
                room.store.give_up(pending.id, str(error), now)
                tally.given_up.append((pending.lead.url, str(error)))


async def _read(room: Room, pending: PendingLead, pause: float) -> Page:
    lead = pending.lead
    answer = await room.fetcher.fetch(Request(lead.url, pause=pause))
    work = partial(read_page, answer.body, url=answer.url, charset=answer.charset, lead=lead, now=room.clock.now())
    return await room.pool.run(work)


def _after_failure(room: Room, pending: PendingLead, error: MonitorError, now: datetime, tally: _Tally) -> Page | None:
    """Try again later; at the end take the feed's summary, or give up with the reason."""
    url, reason = pending.lead.url, str(error)
    final = isinstance(error, FetchError) and error.status in FINAL_STATUS
    if not final and pending.attempts + 1 < room.tries:
        rest = RETRY_AFTER[min(pending.attempts, len(RETRY_AFTER) - 1)]
        asked = getattr(error, "retry_after", None)
        room.store.postpone(pending.id, reason, now + max(rest, timedelta(seconds=asked or 0)))
        tally.failed.append((url, reason))
        return None
    summary = summary_page(pending.lead, reason)
    if summary is None:
        room.store.give_up(pending.id, reason, now)
        tally.given_up.append((url, reason))
    return summary
