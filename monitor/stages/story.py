"""The same report in other words: TF-IDF cosine over the full text and over its beginning, within one trip. Pure.

On one long topic similar words alone cannot tell episodes apart, so only reports of the same trip and of nearly the
same time are compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Known
from monitor.text import content_words, word_hash

# Mean of both cosines at which two reports are one story: where no two reports of different events stand.
SAME_STORY = 0.30
LEAD_WORDS = 150
# A rewrite follows its report closely; later pieces on the subject are reports of their own.
WINDOW = timedelta(hours=36)

Weight = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class _Report:
    article_id: str
    outlet: str
    published: datetime | None
    full: Counter[int]
    lead: Counter[int]


def _counts(text: str) -> Counter[int]:
    return Counter(word_hash(word) & 0xFFFFFFFF for word in content_words(text))


def _report(article_id: str, outlet: str, published: datetime | None, text: str) -> _Report:
    return _Report(article_id, outlet, published, _counts(text), _counts(" ".join(text.split()[:LEAD_WORDS])))


class StoryIndex:
    """The reports of one trip that a new one may retell. Grows as articles are filed."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._reports = [
            _report(each.article_id, each.outlet, each.published, each.text) for each in known if each.text
        ]

    def add(self, article_id: str, outlet: str, published: datetime | None, text: str) -> None:
        """One more report."""
        self._reports.append(_report(article_id, outlet, published, text))

    def same(self, outlet: str, published: datetime | None, text: str, weight: Weight) -> tuple[str, float]:
        """The report that this text retells and how alike they are (0..1); ("", best) when it retells none.

        An outlet does not retell itself: its next report on the subject, however alike, is a report of its own.
        """
        mine = _report("", outlet, published, text)
        best = ("", 0.0)
        for report in self._reports:
            if report.outlet == outlet:
                continue
            if published and report.published and abs(published - report.published) > WINDOW:
                continue
            alike = (cosine(mine.full, report.full, weight) + cosine(mine.lead, report.lead, weight)) / 2
            if alike > best[1]:
                best = (report.article_id, alike)
        return best if best[1] >= SAME_STORY else ("", best[1])


def cosine(one: Counter[int], two: Counter[int], weight: Weight) -> float:
    """Cosine of two bags of words, term frequencies damped, words weighted by rarity (Salton 1975)."""
    if not one or not two:
        return 0.0
    left = {word: (1 + math.log(count)) * weight(word) for word, count in one.items()}
    right = {word: (1 + math.log(count)) * weight(word) for word, count in two.items()}
    dot = sum(value * right[word] for word, value in left.items() if word in right)
    norm = math.sqrt(sum(value * value for value in left.values()) * sum(value * value for value in right.values()))
    return dot / norm if norm else 0.0
