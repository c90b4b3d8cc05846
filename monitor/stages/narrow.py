"""A digest for one recipient: only the trips and topics that were chosen, and not longer than a mail may be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from monitor.model import Digest, Item, Recipient, Section, TripPart

# Bounds of one mail: characters of a sentence, and so many of what has no end by itself.
_MOST_TEXT = 1200
_MOST_TRIPS, _MOST_FIGURES, _MOST_SOURCES = 40, 40, 150


def narrow(digest: Digest, recipient: Recipient, topics: Mapping[int, Collection[str]]) -> Digest:
    """What the recipient chose of a digest. `topics`: those of each development, by its id."""
    if not (recipient.trips or recipient.topics):
        return digest
    kept, names = [], set()
    for part in digest.trips:
        if recipient.trips and part.trip_id not in recipient.trips:
            continue
        names.add(part.name)
        if recipient.topics:
            wanted = set(recipient.topics)

            def chosen(item: Item, wanted: set[str] = wanted) -> bool:
                return bool(wanted.intersection(topics.get(item.development_id, ())))

            part = replace(part, sections=_only(part.sections, chosen), more=_only(part.more, chosen))  # noqa: PLW2901
        if part.sections or part.more or part.figures:
            kept.append(part)
    perhaps = digest.perhaps
    if recipient.trips:
        perhaps = tuple(each for each in perhaps if names.intersection(each.between))
    return _with(digest, kept, perhaps=perhaps)


def _only(sections: tuple[Section, ...], chosen: Callable[[Item], bool]) -> tuple[Section, ...]:
    """The sections with the items that were chosen, and none that is empty."""
    shorter = (replace(section, items=tuple(filter(chosen, section.items))) for section in sections)
    return tuple(section for section in shorter if section.items)


def _with(digest: Digest, parts: list[TripPart], **changes: object) -> Digest:
    """The digest with these parts, and the headline's numbers of them."""
    told = sum(len(section.items) for part in parts for section in (*part.sections, *part.more))
    counts = replace(digest.counts, developments=told, trips=len(parts))
    return replace(digest, trips=tuple(parts), counts=counts, **changes)  # type: ignore[arg-type]


def bounded(digest: Digest) -> Digest:
    """The digest without what no mail has room for, however few its rows are: endless texts, hundreds of trips."""
    parts = [
        replace(
            part,
            sections=tuple(_clipped(section) for section in part.sections),
            more=tuple(_clipped(section) for section in part.more),
            figures=part.figures[:_MOST_FIGURES],
        )
        for part in digest.trips[:_MOST_TRIPS]
    ]
    return replace(digest, trips=tuple(parts), sources=digest.sources[:_MOST_SOURCES])


def _clipped(section: Section) -> Section:
    def clip(text: str) -> str:
        return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"

    items = (replace(each, text=clip(each.text), title=clip(each.title), why=clip(each.why)) for each in section.items)
    return replace(section, name=clip(section.name), items=tuple(items))
