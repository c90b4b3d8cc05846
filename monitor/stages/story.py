"""The same report in other words: TF-IDF cosine over the full text and over its beginning, within one trip. Pure.

On one long topic similar words alone cannot tell episodes apart, so only reports of the same trip and of nearly the
same time are compared.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.model import Known
from monitor.text import content_hash_of, read_wording

# Mean of both cosines at which two reports are one story: where no two reports of different events stand.
SAME_STORY = 0.30
LEAD_WORDS = 150
# A rewrite follows its report closely; later pieces on the subject are reports of their own.
WINDOW = timedelta(hours=36)

# A new report is compared with this many, found by this many of its most telling words.
MOST_COMPARED = 6
TELLING_WORDS = 60

Weight = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Report:
    """An article as stories are told by: how often each content word stands in its text, and in its beginning."""

    article_id: str
    outlet: str
    published: datetime | None
    full: Counter[int]
    lead: Counter[int]


# An article is compared first and added afterwards.
@lru_cache(maxsize=4)
def read_report(article_id: str, outlet: str, published: datetime | None, text: str) -> Report:
    """The counts of an article's words."""
    said = read_wording(text).words
    return Report(article_id, outlet, published, _counts(said), _counts(said[:LEAD_WORDS]))


def _counts(words: Iterable[str]) -> Counter[int]:
    return Counter(filter(None, map(content_hash_of, words)))


class StoryIndex:
    """The reports of one trip that a new one may retell, found by the words they share. Grows as articles are filed."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._reports: list[Report] = []
        self._holders: dict[int, list[int]] = {}
        for each in known:
            if each.text:
                self.add(read_report(each.article_id, each.outlet, each.published, each.text))

    def add(self, report: Report) -> None:
        """One more report."""
        for word in report.full:
            self._holders.setdefault(word, []).append(len(self._reports))
        self._reports.append(report)

    def same(self, mine: Report, weight: Weight) -> tuple[str, float]:
        """The report that this one retells and how alike they are (0..1); ("", 0) when it retells none."""
        return max(self.alike(mine, weight), key=lambda each: each[1], default=("", 0.0))

    def alike(self, mine: Report, weight: Weight) -> tuple[tuple[str, float], ...]:
        """All reports that this one retells, each with how alike they are.

        An outlet does not retell itself: its next report on the subject, however alike, is a report of its own.
        """
        compared = (
            (report.article_id, (cosine(mine.full, report.full, weight) + cosine(mine.lead, report.lead, weight)) / 2)
            for report in self._nearest(mine, weight)
        )
        return tuple(each for each in compared if each[1] >= SAME_STORY)

    def _nearest(self, mine: Report, weight: Weight) -> list[Report]:
        """The few reports of the time that share most of the words that tell: only these are compared exactly."""
        telling = heapq.nlargest(TELLING_WORDS, mine.full, key=weight)
        shared: Counter[int] = Counter()
        for word in telling:
            value = int(weight(word) * 1000)
            for place in self._holders.get(word, ()):
                shared[place] += value
        found: list[Report] = []
        for place, _ in shared.most_common():
            report = self._reports[place]
            close = not (mine.published and report.published) or abs(mine.published - report.published) <= WINDOW
            if close and report.outlet != mine.outlet:
                found.append(report)
                if len(found) == MOST_COMPARED:
                    break
        return found


def cosine(one: Counter[int], two: Counter[int], weight: Weight) -> float:
    """Cosine of two bags of words, term frequencies damped, words weighted by rarity (Salton 1975)."""
    if not one or not two:
        return 0.0
    left = {word: (1 + math.log(count)) * weight(word) for word, count in one.items()}
    right = {word: (1 + math.log(count)) * weight(word) for word, count in two.items()}
    dot = sum(value * right[word] for word, value in left.items() if word in right)
    norm = math.sqrt(sum(value * value for value in left.values()) * sum(value * value for value in right.values()))
    return dot / norm if norm else 0.0
