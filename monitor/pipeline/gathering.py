"""The stories of articles that came, went or moved: made anew from the links that the store keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from monitor.model import Member, Pair, Story
from monitor.stages.stories import gather


class StoryStore(Protocol):
    """What gathering needs of the store."""

    def story_circle(self, article_ids: Sequence[str]) -> tuple[tuple[Member, ...], tuple[Pair, ...]]:
        """See `ports.Store`."""

    def keep_stories(self, stories: Sequence[Story]) -> None:
        """See `ports.Store`."""


def gather_stories(store: StoryStore, article_ids: Iterable[str]) -> None:
    """Make the stories of these articles, and of all that share a story or a link with them, what their links make.

    To be called in the transaction that changed links or trips; doing it again changes nothing.
    """
    members, pairs = store.story_circle(tuple(article_ids))
    if members:
        store.keep_stories(gather(members, pairs))
