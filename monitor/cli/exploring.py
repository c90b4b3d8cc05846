"""Asking addresses what they would offer as sources; nothing is stored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from urllib.parse import urljoin

from monitor.errors import FetchError, MonitorError
from monitor.model import Fetched, Kind, Offer, Request, Source
from monitor.pipeline import Room
from monitor.stages.discover import GUESS, Candidate, Reading, best_first, find_feeds, read_candidate
from monitor.stages.leads import read_offer

MOST_ASKED = 6
_MOST_PARTS = 3


async def look(room: Room, source: Source) -> Offer:
    """What a source would offer now; of an index of sitemaps the first few are read. Raises MonitorError."""
    pause = source.pause.total_seconds()
    answer = await room.fetcher.fetch(Request(source.url, pause=pause))
    offer = await _offer(room, source, answer)
    moved = f"has moved for good to {answer.moved_to}" if answer.moved_to else ""
    offer = replace(offer, note="; ".join(part for part in (offer.note, answer.note, moved) if part))
    for address in offer.more[:_MOST_PARTS] if not offer.leads else ():
        part = await _offer(room, source, await room.fetcher.fetch(Request(address, pause=pause)))
        offer = replace(offer, leads=offer.leads + part.leads, newest=part.newest or offer.newest)
    return offer


async def _offer(room: Room, source: Source, answer: Fetched) -> Offer:
    work = partial(
        read_offer, answer.body, url=answer.url, source_id=source.id, content_type=answer.content_type,
        charset=answer.charset, kind=source.kind.value, now=room.clock.now(), select=source.select,
    )  # fmt: skip
    return await room.pool.run(work)


async def explore(room: Room, url: str) -> tuple[Reading, ...]:
    """What can be followed at this address, best first: itself when it is a feed or sitemap, else what it leads to.

    Usual places are asked only until one answers, and a web page's own links are the last resort.
    Raises MonitorError when the address itself does not answer.
    """
    answer = await room.fetcher.fetch(Request(url))
    itself = await _read(room, Candidate(url, Kind.INDEX, "the address itself"), answer)
    if itself.trouble or itself.candidate.kind is not Kind.INDEX:
        itself = await _first_part(room, itself)
        if not itself.trouble:
            return (itself,)
    robots = await _robots(room, answer.url)
    work = partial(find_feeds, answer.body, answer.url, charset=answer.charset, robots=robots)
    found = await room.pool.run(work)
    named = [candidate for candidate in found if candidate.why != GUESS][:MOST_ASKED]
    asked = list(await asyncio.gather(*(_ask(room, candidate) for candidate in named)))
    for candidate in found:
        if len(asked) == MOST_ASKED or any(reading.leads and not reading.trouble for reading in asked):
            break
        if candidate.why == GUESS:
            asked.append(await _ask(room, candidate))
    if not itself.leads and not itself.trouble:
        itself = replace(itself, trouble="no links to articles were found on it")
    return (*best_first((replace(reading, name=itself.name or reading.name) for reading in asked), room.clock.now()),
            replace(itself, candidate=replace(itself.candidate, why="the page itself")))  # fmt: skip


async def _ask(room: Room, candidate: Candidate) -> Reading:
    try:
        answer = await room.fetcher.fetch(Request(candidate.url))
        return await _first_part(room, await _read(room, candidate, answer))
    except MonitorError as error:
        return Reading(candidate, trouble=str(error))


async def _read(room: Room, candidate: Candidate, answer: Fetched) -> Reading:
    work = partial(
        read_candidate, candidate, answer.body, url=answer.url, content_type=answer.content_type,
        charset=answer.charset, now=room.clock.now(),
    )  # fmt: skip
    return await room.pool.run(work)


async def _first_part(room: Room, reading: Reading) -> Reading:
    """An index of sitemaps with what the first of them lists."""
    if reading.leads or not reading.more:
        return reading
    try:
        address = reading.more[0]
        part = await _read(room, replace(reading.candidate, url=address), await room.fetcher.fetch(Request(address)))
    except MonitorError as error:
        return replace(reading, trouble=f"{reading.more[0]}: {error}")
    if part.trouble:
        return replace(reading, trouble=f"{reading.more[0]}: {part.trouble}")
    return replace(reading, leads=part.leads, title=part.title, newest=part.newest or reading.newest)


async def _robots(room: Room, url: str) -> bytes:
    try:
        return (await room.fetcher.fetch(Request(urljoin(url, "/robots.txt")))).body
    except FetchError:
        return b""
