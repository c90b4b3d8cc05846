"""The order of filing: that of publication, whatever the order in which pages came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model import Placed


def moment(placed: Placed) -> tuple[datetime, str]:
    """What articles are ordered by: when they were published, as far as that can be believed, then their address.

    No page was published after it was read.
    """
    told = placed.published
    return (min(told, placed.fetched_at) if told else placed.fetched_at, placed.canonical)


def out_of_place(
    placed: Sequence[Placed], changed: frozenset[str] = frozenset(), bearing: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The ids of the articles that have to be filed again, in the right order; () when all are in their places.

    `placed`: in the order in which they were filed. Only articles that bear on others count (`bears`, or among
    `bearing`), and of these all that were filed after the first one which should have waited, or whose text has
    `changed`.
    """
    count = changed | bearing
    filed = [each for each in placed if each.bears or each.article_id in count]
    earliest: tuple[datetime, str] | None = None
    first = len(filed)
    for index in range(len(filed) - 1, -1, -1):
        at = moment(filed[index])
        if (earliest is not None and earliest < at) or filed[index].article_id in changed:
            first = index
        earliest = at if earliest is None else min(earliest, at)
    return tuple(each.article_id for each in sorted(filed[first:], key=moment))


def following(placed: Sequence[Placed], first: str) -> tuple[str, ...]:
    """The ids of this article and of all that have their places after it, in the right order."""
    begin = next(moment(each) for each in placed if each.article_id == first)
    return tuple(each.article_id for each in sorted(placed, key=moment) if moment(each) >= begin)
