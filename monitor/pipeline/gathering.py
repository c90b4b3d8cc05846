"""The stories of articles that came, went or moved: made anew from the links that the store keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Protocol

from monitor.model import Member, Pair, Story, Verdict, Watch
from monitor.stages.linkage import crowding, strong
from monitor.stages.stories import gather


class StoryStore(Protocol):
    """What gathering needs of the store."""

    def loose(self) -> tuple[str, ...]:
        """See `ports.Store`."""

    def members(self, article_ids: Collection[str]) -> tuple[Member, ...]:
        """See `ports.Store`."""

    def links(self, article_ids: Collection[str]) -> tuple[Pair, ...]:
        """See `ports.Store`."""

    def keep_stories(self, stories: Sequence[Story]) -> None:
        """See `ports.Store`."""


def gather_stories(store: StoryStore, watch: Watch) -> None:
    """Make the stories of what is loose, and of all that may be in one with any of it, what their links make.

    To be called in the transaction that changed links or trips, or later; doing it again changes nothing.
    """
    if loose := store.loose():
        members, pairs = _circle(store, loose, watch.one_event)
        store.keep_stories(gather(members, pairs, watch.one_event))


def _circle(store: StoryStore, loose: Collection[str], border: float) -> tuple[tuple[Member, ...], tuple[Pair, ...]]:
    """These articles with all that shares a story with one of them, or is close enough to be in one; and their links.

    Nothing outside can be in one story with anything inside (`linkage.strong`), before or after.
    """
    members: dict[str, Member] = {}
    links: dict[str, list[tuple[str, Pair]]] = {}

    def ask(article_ids: Iterable[str]) -> None:
        fresh = {each for each in article_ids if each not in links}
        links.update({each: [] for each in fresh})
        for pair in store.links(fresh) if fresh else ():
            for end, other in ((pair.one, pair.two), (pair.two, pair.one)):
                if end in fresh:
                    links[end].append((other, pair))

    @cache
    def crowded(article_id: str) -> float:
        return crowding(pair.alike for _, pair in links[article_id])

    more: Collection[str] = loose
    while more:
        found = [member for member in store.members(more) if member.article_id not in members]
        members |= {member.article_id: member for member in found}
        ask(members)
        near = [
            (other, pair)
            for member in found
            for other, pair in links[member.article_id]
            if other not in members and (pair.kind is not Verdict.NEW or pair.alike >= border)
        ]
        # How crowded it is around those at the edge is known by their links.
        ask(other for other, _ in near)
        more = {
            other
            for other, pair in near
            if pair.kind is not Verdict.NEW or strong(pair, crowded(pair.one), crowded(pair.two), border)
        }
    pairs = {(pair.one, pair.two): pair for each in members for _, pair in links[each]}
    return tuple(members.values()), tuple(pairs.values())
