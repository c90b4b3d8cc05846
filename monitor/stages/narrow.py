"""A digest for one recipient: only the trips and topics that were chosen, and not longer than a mail may be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from monitor.model import Digest, Item, Recipient, Section, TripPart

# Characters of one told sentence in a mail that is too long.
_MOST_TEXT = 400


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


def ever_shorter(digest: Digest) -> Iterator[tuple[Digest, str]]:
    """The digest, then less and less of it, each with words for what is missing ("" for all of it).

    First goes what was left out, then what stands below the fold, then the last of what stands above it.
    """
    yield digest, ""
    out = f"{len(digest.left_out)} left-out articles" if digest.left_out else ""
    yield replace(digest, left_out=()), out
    parts = [replace(part, more=()) for part in digest.trips]
    below = sum(len(section.items) for part in digest.trips for section in part.more)
    above = sum(len(section.items) for part in parts for section in part.sections)
    yield replace(digest, trips=tuple(parts), left_out=()), _and(_some(below), out)
    most = above
    while most:
        most //= 2
        yield (
            replace(digest, trips=tuple(_first(parts, most)), left_out=(), perhaps=()),
            _and(_some(below + above - most), out),
        )
    yield replace(digest, trips=(), left_out=(), perhaps=(), sources=()), _and(_some(below + above), out)


def _some(number: int) -> str:
    return f"{number} development{'' if number == 1 else 's'}" if number else ""


def _and(one: str, other: str) -> str:
    return " and ".join(filter(None, (one, other)))


def _first(parts: list[TripPart], most: int) -> Iterator[TripPart]:
    """The parts with at most so many items in all, in their order, each clipped to a sentence's length."""
    for part in parts:
        sections = []
        for section in part.sections:
            items = tuple(_clipped(item) for item in section.items[:most])
            most -= len(items)
            if items:
                sections.append(replace(section, items=items))
        yield replace(part, sections=tuple(sections), figures=part.figures[:20])


def _clipped(item: Item) -> Item:
    def clip(text: str) -> str:
        return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"

    return replace(item, text=clip(item.text), title=clip(item.title), why=clip(item.why), also=item.also[:10])
