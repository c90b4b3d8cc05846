"""Visits to the sources that are due: fetch, read what they offer, save it with the source's new state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from urllib.parse import urlsplit

from monitor.errors import ExtractError, FetchError, MonitorError, WorkerError
from monitor.model import Fetched, Offer, Request, Source, SourceReport, SourceState
from monitor.pipeline.desk import Desk
from monitor.pipeline.room import Room
from monitor.stages.errands import read_offer
from monitor.stages.health import NEVER_ASKED, Visit, address, is_outage, left_alone, may_be_ours, spared, unwell, well
from monitor.stages.identity import canonical_url

# Sources under way at once: more than hosts that are asked, as some answers wait to be read; bounded for memory's sake.
AT_ONCE = 48
# Further sitemaps of an index that one visit follows, and leads that it takes.
MOST_CHILDREN = 8
MOST_LEADS = 500
# An index of sitemaps says nothing of its children: it is read anew each time, changed or not.
ALWAYS_READ = "sitemap index"
# These need not say when a thing was published; the page itself does.
UNDATED = frozenset({ALWAYS_READ, "sitemap", "list of addresses", "index page", "page"})

# What these call a page is the wording of a link, which says nothing of the page.
UNTITLED = frozenset({"list of addresses", "index page", "page"})


@dataclass(frozen=True, slots=True)
class _Failure:
    """A visit that failed; kept until it is known whether the fault is ours."""

    source: Source
    state: SourceState
    error: MonitorError

    @property
    def reason(self) -> str:
        """In words; the address is named only where it is not the source's own."""
        return str(self.error).removeprefix(f"{self.source.url}: ")


async def visit_all(room: Room, only: frozenset[str], now_all: bool) -> tuple[tuple[SourceReport, ...], bool]:
    """Visit the sources that are due (or `only` these; all with `now_all`): reports, and whether we were offline."""
    states = room.store.source_states()
    now = room.clock.now()
    chosen = [source for source in room.watch.sources if not only or source.id in only]
    turn, desk = asyncio.Semaphore(AT_ONCE), Desk(room.store)
    done = 0

    async def visit(source: Source) -> SourceReport | _Failure:
        nonlocal done
        state = states.get(source.id, SourceState(source.id))
        try:
            if state.due_at and state.due_at > now and not (now_all or only):
                return SourceReport(source.id, source.name, "waiting", reason=f"due {state.due_at:%H:%M} UTC")
            async with turn:
                found = await _visit(room, source, state)
            # Others are asked while this one waits for the disk.
            return found if isinstance(found, _Failure) else await desk.save(found)
        finally:
            done += 1
            room.progress("sources", done, len(chosen))

    found = await asyncio.gather(*(visit(source) for source in chosen))
    return _settle(room, found, await _outage(room, found))


async def _outage(room: Room, found: list[SourceReport | _Failure]) -> bool:
    """Whether nothing could be reached because our own network is out."""
    failures = [each for each in found if isinstance(each, _Failure)]
    answered = sum(1 for each in found if isinstance(each, SourceReport) and each.outcome in ("ok", "unchanged"))
    reasons = [each.error.reason if isinstance(each.error, FetchError) else "" for each in failures]
    if not may_be_ours(reasons, answered):
        return False
    unreached = [each.source.url for each, reason in zip(failures, reasons, strict=True) if reason not in NEVER_ASKED]
    return is_outage(len({urlsplit(url).netloc for url in unreached}), await room.online(unreached))


def _settle(room: Room, found: list[SourceReport | _Failure], outage: bool) -> tuple[tuple[SourceReport, ...], bool]:
    """Save the failures: as the sources' own, or as nobody's in an outage of ours."""
    failures = [each for each in found if isinstance(each, _Failure)]
    now = room.clock.now()
    with room.store.batch():
        for failure in failures:
            error, state = failure.error, failure.state
            if outage:
                room.store.save_state(spared(state, now))
                continue
            status = error.status if isinstance(error, FetchError) else None
            wait = error.retry_after if isinstance(error, FetchError) else None
            if wait and isinstance(error, FetchError) and error.reason == "wait":
                room.store.save_state(left_alone(state, now, wait))
                continue
            after = unwell(state, failure.source, now, failure.reason, status=status, retry_after=wait)
            room.store.save_state(after)
    reports = tuple(
        SourceReport(each.source.id, each.source.name, "failed", reason=each.reason)
        if isinstance(each, _Failure)
        else each
        for each in found
    )
    return reports, outage


async def _visit(room: Room, source: Source, state: SourceState) -> Callable[[], SourceReport] | _Failure:
    """Ask and read a source: what is to be saved of it, or how it failed."""
    url = address(state, source, room.clock.now())
    request = Request(url, state.etag, state.last_modified, source.pause.total_seconds())
    try:
        answer = await room.fetcher.fetch(request)
        seen = blake2b(answer.body, digest_size=16).hexdigest() if answer.status == 200 else state.body_hash
        if url != source.url:
            # It was asked at its new address, which stands until the old one leads elsewhere.
            answer = replace(answer, moved_to=answer.moved_to or url)
        visit = Visit(fresh_for=answer.fresh_for, moved_to=answer.moved_to, note=state.note)
        if answer.status == 304 or seen == state.body_hash:
            # The same bytes need not be read again, whatever the validators say.
            fresh = replace(
                state, etag=answer.etag or state.etag, last_modified=answer.last_modified or state.last_modified
            )
            return partial(_save_unchanged, room, source, well(fresh, source, visit, room.clock.now(), room.jitter()))
        offer = await _offer(room, source, state, answer)
    except (FetchError, ExtractError, WorkerError) as error:
        return _Failure(source, state, error)
    return partial(_save, room, source, state, answer, offer, seen)


def _save_unchanged(room: Room, source: Source, state: SourceState) -> SourceReport:
    room.store.save_state(state)
    return SourceReport(source.id, source.name, "unchanged")


def _save(room: Room, source: Source, state: SourceState, answer: Fetched, offer: Offer, seen: str) -> SourceReport:
    first = state.ok_at is None and not room.tell_all
    note = "; ".join(part for part in (offer.note, answer.note) if part)
    dated = sum(1 for lead in offer.leads if lead.published or offer.form in UNDATED)
    if offer.form == ALWAYS_READ:
        state = replace(state, etag="", last_modified="", body_hash="")
    else:
        state = replace(state, etag=answer.etag, last_modified=answer.last_modified, body_hash=seen)
    state = replace(state, ttl=offer.ttl, items=offer.items)
    offered = len(offer.leads) + offer.known
    # As many of those that were not read again have a date as usual.
    dated += round(offer.known * (1 - state.undated))
    # What the leads are saved with must be saved with them, or a crash loses one of both.
    with room.store.batch():
        fresh = room.store.add_leads(offer.leads, first=first)
        if offer.form not in UNTITLED:
            room.store.changed_leads(offer.leads, room.clock.now())
        visit = Visit(offered, dated, fresh, fresh_for=answer.fresh_for, moved_to=answer.moved_to, note=note)
        room.store.save_state(well(state, source, visit, room.clock.now(), room.jitter()))
    return SourceReport(source.id, source.name, "ok", offered, fresh, note)


async def _offer(room: Room, source: Source, state: SourceState, answer: Fetched) -> Offer:
    """What the answer offers, the newest of its further sitemaps included.

    Raises the first child's error when there were children and none of them could be read.
    """
    offer = await _read(room, source, state, answer)
    leads, notes, newest = list(offer.leads), [offer.note], offer.newest
    asked, waiting = {canonical_url(answer.url)}, list(offer.more)
    errors: list[MonitorError] = []
    while waiting and len(asked) <= MOST_CHILDREN and len(leads) < MOST_LEADS:
        url = waiting.pop(0)
        if canonical_url(url) in asked:
            continue
        asked.add(canonical_url(url))
        try:
            child = await room.fetcher.fetch(Request(url, pause=source.pause.total_seconds()))
            more = await _read(room, source, state, child)
        except (FetchError, ExtractError, WorkerError) as error:
            errors.append(error)
            continue
        leads += more.leads
        # A child that is an index itself comes after its elders: the newest first, and never for ever.
        waiting += more.more
        notes.append(more.note)
        newest = max(filter(None, (newest, more.newest)), default=None)
    if errors and len(errors) == len(asked) - 1 and not leads:
        raise errors[0]
    note = "; ".join(dict.fromkeys([note for note in notes if note] + [str(error) for error in errors]))
    return replace(offer, leads=tuple(leads[:MOST_LEADS]), note=note, more=(), newest=newest)


async def _read(room: Room, source: Source, state: SourceState, answer: Fetched) -> Offer:
    work = partial(
        read_offer,
        answer.body,
        url=answer.url,
        source_id=source.id,
        content_type=answer.content_type,
        charset=answer.charset,
        kind=source.kind.value,
        now=room.clock.now(),
        select=source.select,
        since=state.ok_at,
        read=state.items,
    )
    return await room.pool.run(work)
