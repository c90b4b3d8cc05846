"""The same report in other words: how alike two reports of one trip are in their words, names and figures. Pure.

Who, where and how many outlive a retelling better than the words between them, so names and figures count as much as
all words together. On one long topic that cannot tell episodes apart, so only reports of the same trip and of nearly
the same time are compared, and have to be more alike than two reports on anything.
"""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.model import Known
from monitor.stages.details import names_in
from monitor.stages.synonyms import sense
from monitor.text import content_hash_of, read_wording

# How alike (`alike`) two articles are that tell one report: among those of one trip, and among reports on anything.
SAME_REPORT = 0.43
SAME_ANYWHERE = 0.16
# One name in common is no event in common.
NAMES_SHARED = 2
LEAD_WORDS = 150
# A rewrite follows its report closely; later pieces on the subject are reports of their own.
WINDOW = timedelta(hours=36)

# Less alike than this two reports of one trip are not linked.
LEAST_ALIKE = 0.15
# A new report is compared with this many, found by this many of its most telling words.
MOST_COMPARED = 20
TELLING_WORDS = 60
# Reports that are compared again and again, with their words weighed.
WEIGHED = 128

Weight = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Report:
    """An article as stories are told by: how often each content word stands in its text, and in its beginning; and each
    of its names and figures.
    """

    article_id: str
    outlet: str
    published: datetime | None
    full: Counter[int]
    lead: Counter[int]
    names: Counter[int]


# An article is compared first and added afterwards.
@lru_cache(maxsize=4)
def read_report(article_id: str, outlet: str, published: datetime | None, text: str) -> Report:
    """The counts of an article's words."""
    said = read_wording(text).words
    named = [*names_in(text), *(word for word in said if word[0].isdigit())]
    return Report(article_id, outlet, published, _counts(said), _counts(said[:LEAD_WORDS]), _counts(named))


def _counts(words: Iterable[str]) -> Counter[int]:
    return Counter(map(sense, filter(None, map(content_hash_of, words))))


class _Kept:
    """A report as it waits to be compared, in a twentieth of the memory: its words, and how often each stands there."""

    __slots__ = ("_counts", "_ends", "article_id", "outlet", "published")

    def __init__(self, report: Report) -> None:
        self.article_id, self.outlet, self.published = report.article_id, report.outlet, report.published
        self._counts: array[int] = array("I")
        ends = []
        for counts in (report.full, report.lead, report.names):
            self._counts.extend(counts)
            self._counts.extend(counts.values())
            ends.append(len(self._counts))
        self._ends = tuple(ends)

    @property
    def full(self) -> Mapping[int, int]:
        return self._part(0, self._ends[0])

    @property
    def lead(self) -> Mapping[int, int]:
        return self._part(self._ends[0], self._ends[1])

    @property
    def names(self) -> Mapping[int, int]:
        return self._part(self._ends[1], self._ends[2])

    def _part(self, start: int, end: int) -> Mapping[int, int]:
        middle = (start + end) // 2
        return dict(zip(self._counts[start:middle], self._counts[middle:end], strict=True))


class StoryIndex:
    """The reports of one trip that a new one may retell, found by the words they share. Grows as articles are filed."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._reports: list[_Kept] = []
        self._holders: dict[int, array[int]] = {}
        # By place, as long as words weigh the same.
        self._weighed: OrderedDict[int, _Bags] = OrderedDict()
        self._weight: Weight | None = None
        for each in known:
            if each.text:
                self.add(read_report(each.article_id, each.outlet, each.published, each.text))

    def add(self, report: Report) -> None:
        """One more report."""
        for word in report.full:
            holders = self._holders.get(word)
            if holders is None:
                holders = self._holders[word] = array("I")
            holders.append(len(self._reports))
        self._reports.append(_Kept(report))

    def alike(self, mine: Report, weight: Weight) -> tuple[tuple[str, float], ...]:
        """The reports that this one may retell, each with how alike they are (`LEAST_ALIKE`..1).

        An outlet does not retell itself: its next report on the subject, however alike, is a report of its own.
        """
        bags = _bags(mine, weight)
        found = []
        for place in self._nearest(mine, weight):
            how = _alike(bags, self._weighing(place, weight))
            if how >= LEAST_ALIKE:
                found.append((self._reports[place].article_id, how))
        return tuple(found)

    def _weighing(self, place: int, weight: Weight) -> _Bags:
        if weight != self._weight:
            self._weighed.clear()
            self._weight = weight
        bags = self._weighed.get(place)
        if bags is None:
            bags = self._weighed[place] = _bags(self._reports[place], weight)
            if len(self._weighed) > WEIGHED:
                self._weighed.popitem(last=False)
        else:
            self._weighed.move_to_end(place)
        return bags

    def _nearest(self, mine: Report, weight: Weight) -> list[int]:
        """The few reports of the time that share most of the words that tell: only these are compared exactly."""
        telling = heapq.nlargest(TELLING_WORDS, mine.full, key=weight)
        shared: Counter[int] = Counter()
        for word in telling:
            value = int(weight(word) * 1000)
            for place in self._holders.get(word, ()):
                shared[place] += value
        found: list[int] = []
        for place, _ in shared.most_common():
            report = self._reports[place]
            close = not (mine.published and report.published) or abs(mine.published - report.published) <= WINDOW
            if close and report.outlet != mine.outlet:
                found.append(place)
                if len(found) == MOST_COMPARED:
                    break
        return found


def alike(one: Report, two: Report, weight: Weight) -> float:
    """How alike two reports are, 0..1: the geometric mean of how alike their words and their names and figures are.

    Of the words, half by the full text and half by its beginning.
    """
    return _alike(_bags(one, weight), _bags(two, weight))


def cosine(one: Mapping[int, int], two: Mapping[int, int], weight: Weight) -> float:
    """Cosine of two bags of words, term frequencies damped, words weighted by rarity (Salton 1975)."""
    return _cosine(_bag(one, weight), _bag(two, weight))


# The damped and weighted words, and the square of their length.
_Bag = tuple[dict[int, float], float]
# Of the full text, of its beginning, and of names and figures.
_Bags = tuple[_Bag, _Bag, _Bag]


def _bags(report: Report | _Kept, weight: Weight) -> _Bags:
    return _bag(report.full, weight), _bag(report.lead, weight), _bag(report.names, weight)


def _alike(one: _Bags, two: _Bags) -> float:
    full, lead, names = map(_cosine, one, two)
    said = (full + lead) / 2
    return math.sqrt(said * names) if one[2][0] and two[2][0] else said


def _bag(counts: Mapping[int, int], weight: Weight) -> _Bag:
    log = math.log
    values = {word: (1 + log(count)) * weight(word) if count > 1 else weight(word) for word, count in counts.items()}
    return values, sum([value * value for value in values.values()])


def _cosine(one: _Bag, two: _Bag) -> float:
    left, right = one[0], two[0]
    norm = math.sqrt(one[1] * two[1])
    return sum([value * right[word] for word, value in left.items() if word in right]) / norm if norm else 0.0
