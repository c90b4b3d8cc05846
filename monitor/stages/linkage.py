"""Which reports are on one event: average linkage over how alike they are beside their neighbours. Pure.

On one long topic every text is somewhat like many others, and a general one is like all of them. So how alike two texts
are is lessened by how crowded it is around each: the mean of its nearest neighbours (local scaling, Zelnik-Manor and
Perona 2004; cross-domain similarity local scaling, Conneau et al. 2018). Sets are joined as long as their members are
alike on average (UPGMA, Sokal and Michener 1958): one pair that is close by chance makes no bridge.

Of pairs that were compared and have no link it is only known that they are less alike than `LEAST_ALIKE`; that stands
for all of them. Pairs too far apart in time were not compared and do not count.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum

from monitor.model import Pair
from monitor.stages.story import LEAST_ALIKE, WINDOW

# So many neighbours are looked at, and so much of their mean is taken off either side.
NEIGHBOURS = 20
LESSENED = 0.20


def crowding(alike: Iterable[float]) -> float:
    """What is taken off for an article that is so alike to others: how much its neighbours are over `LEAST_ALIKE`."""
    return LESSENED * fsum(max(0.0, each - LEAST_ALIKE) for each in heapq.nlargest(NEIGHBOURS, alike)) / NEIGHBOURS


@dataclass(frozen=True, slots=True)
class Text:
    """What linkage has to know of a text: how crowded it is around it (`crowding`), and its day, if it has one."""

    crowded: float = 0.0
    at: datetime | None = None

    def beside(self, other: Text) -> bool:
        """Whether the two are near enough in time to be compared."""
        return not (self.at and other.at) or abs(self.at - other.at) <= WINDOW


class _Set:
    """Some texts, by time. Those without one are beside everything."""

    __slots__ = ("dated", "near", "size", "times", "undated")

    def __init__(self) -> None:
        self.times: list[datetime] = []
        self.dated: list[float] = []
        self.undated: list[float] = []
        self.size = 0
        # By the number of another set: the sum of what linked pairs are over `LEAST_ALIKE`.
        self.near: dict[int, float] = {}

    def add(self, text: Text) -> None:
        self.size += 1
        if text.at is None:
            self.undated.append(text.crowded)
        else:
            place = bisect_right(self.times, text.at)
            self.times.insert(place, text.at)
            self.dated.insert(place, text.crowded)

    def take(self, other: _Set) -> None:
        """All of another set, which is left empty."""
        for at, crowded in zip(other.times, other.dated, strict=True):
            self.add(Text(crowded, at))
        self.undated += other.undated
        self.size += len(other.undated)
        other.size = 0

    def beside(self, other: _Set) -> tuple[int, float]:
        """How many pairs with the other set's texts could have been compared, and how crowded it is on this side of
        all of these."""
        pairs, crowded = len(self.undated) * other.size, fsum(self.undated) * other.size
        for at, around in zip(self.times, self.dated, strict=True):
            count = len(other.undated) + bisect_right(other.times, at + WINDOW) - bisect_left(other.times, at - WINDOW)
            pairs += count
            crowded += around * count
        return pairs, crowded


def components(size: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """For each of so many the least number of those it is connected with."""
    roots = list(range(size))
    for one, two in pairs:
        first, second = sorted((_root(roots, one), _root(roots, two)))
        roots[second] = first
    return [_root(roots, at) for at in range(size)]


def _root(roots: list[int], at: int) -> int:
    # Path halving (Tarjan and van Leeuwen 1984).
    while roots[at] != at:
        roots[at] = roots[roots[at]]
        at = roots[at]
    return at


def joined(
    begun: Sequence[int], texts: Mapping[int, Text], alike: Mapping[tuple[int, int], float], border: float
) -> list[int]:
    """The same after sets that are as alike as `border` on average were joined.

    `begun`: the sets to begin with, see `components`. `texts`: by their numbers; who has none, as the copy of another,
    goes with its set and does not count. `alike`: of pairs of texts that have a link.
    """
    roots = list(begun)
    sets = {at: _Set() for at in dict.fromkeys(roots)}
    for at, text in sorted(texts.items()):
        sets[roots[at]].add(text)
    for (one, two), how in sorted(alike.items()):
        first, second = roots[one], roots[two]
        if first != second and texts[one].beside(texts[two]):
            linked = sets[first].near.get(second, 0.0) + max(0.0, how - LEAST_ALIKE)
            sets[first].near[second] = sets[second].near[first] = linked
    _agglomerate(roots, sets, border)
    return [_root(roots, at) for at in range(len(roots))]


def _agglomerate(roots: list[int], sets: Mapping[int, _Set], border: float) -> None:
    """Join the closest two sets until none are close enough."""
    waiting: list[tuple[float, int, int, int, int]] = []

    def offer(one: int, two: int) -> None:
        first, second = min(one, two), max(one, two)
        pairs, here = sets[first].beside(sets[second])
        _, there = sets[second].beside(sets[first])
        how = LEAST_ALIKE + (sets[first].near[second] - here - there) / pairs if pairs else 0.0
        if how >= border:
            # The sizes tell whether both are still what they were.
            heapq.heappush(waiting, (-how, first, second, sets[first].size, sets[second].size))

    for one, each in sets.items():
        for two in each.near:
            if one < two:
                offer(one, two)
    while waiting:
        _, one, two, size_of_one, size_of_two = heapq.heappop(waiting)
        kept, gone = sets[one], sets[two]
        if (kept.size, gone.size) != (size_of_one, size_of_two):
            continue
        roots[two] = one
        kept.take(gone)
        del kept.near[two]
        for other, linked in gone.near.items():
            if other != one:
                del sets[other].near[two]
                sets[other].near[one] = kept.near[other] = kept.near.get(other, 0.0) + linked
        gone.near.clear()
        for other in kept.near:
            offer(one, other)


def strong(pair: Pair, crowded: float, around_other: float, border: float) -> bool:
    """Whether two texts are close enough to be on one event if nothing but this pair were looked at.

    `crowded`, `around_other`: how crowded it is around either. Of two sets that are joined at least one pair is strong:
    an average is no more than its largest part.
    """
    return pair.alike - crowded - around_other >= border
