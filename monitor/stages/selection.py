"""Which developments stand above the fold: folded where they say the same, ranked, bounded by words. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from monitor.model import StoredDevelopment
from monitor.text import content_hashes, words

OTHER = "other"
# So many above the fold: of one article, of one topic.
MOST_OF_ARTICLE = 3
MOST_OF_TOPIC = 5
# What each further one of the same article or topic has to be better by.
AGAIN_ARTICLE = 0.15
AGAIN_TOPIC = 0.05
CARRIED = 0.35
# For naming one of the people of the trip, and the story's subject.
PERSON = 0.4
SUBJECT = 0.2
# For what a retelling of a known report has beside it, and for trips that ended long ago: background, mostly.
RETOLD = -0.5
LONG_OVER = -0.6
# For a sentence that leans on the one before it.
LEANING = -0.5
_LEANS = re.compile(
    r"(?:It|They|He|She|This|That|These|Those|His|Her|Their|But|And|So|Instead|In the (?:first|second|third))\b"
)
_POINTS_BACK = re.compile(r"\binstead\b", re.IGNORECASE)
# Below this a development (background, mostly) is told below the fold, however few there are.
LEAST_WEIGHT = 0.9
# Three minutes at 220 words a minute, less what headings, figures and sources take.
WORDS = 500
# Words of an item beside its sentence: outlet, time, who else, why.
BESIDE = 14
# Two sentences say the same when so much of the weight of their words is shared.
SAME = 0.4


@dataclass(slots=True)
class Choice:
    """The outcome. `folded`: by the id of the development they are told with; `topics`: each one's main topic."""

    above: list[StoredDevelopment] = field(default_factory=list)
    below: list[StoredDevelopment] = field(default_factory=list)
    folded: dict[int, list[StoredDevelopment]] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)


def choose(
    developments: Sequence[StoredDevelopment],
    topics: set[str],
    limit: int,
    *,
    people: dict[str, tuple[str, ...]],
    subject: Callable[[str], bool],
    retold: frozenset[str] = frozenset(),
    over: frozenset[str] = frozenset(),
    most_words: int = WORDS,
) -> Choice:
    """The most worth telling, no article and no topic taking all the room; and the rest, the weightiest first.

    `topics`: ids of the watch's topics; `people`: of each trip; `subject`: whether a text names the story's subject;
    `retold`: ids of articles that retell a known report; `over`: ids of trips that ended long ago. A sentence that
    leans on the one before it brings that along, where it is new as well.
    """
    found = Choice(topics=main_topics(developments, topics))
    weights = {
        each.id: _weight(each, people.get(each.development.trip, ()), subject)
        + (RETOLD if each.article.id in retold else 0.0)
        + (LONG_OVER if each.development.trip in over else 0.0)
        for each in developments
    }
    kept = _fold(sorted(developments, key=lambda each: (-weights[each.id], each.id)), found)
    for each in kept:
        others = {told.article.outlet for told in found.folded.get(each.id, ())} - {each.article.outlet, *each.also}
        weights[each.id] += CARRIED * math.log1p(len(others))
    waiting = sorted(kept, key=lambda each: (-weights[each.id], each.id))
    articles: Counter[str] = Counter()
    told: Counter[tuple[str, str]] = Counter()
    room = most_words

    def worth(each: StoredDevelopment) -> float:
        topic = (each.development.trip, found.topics[each.id])
        return weights[each.id] - AGAIN_ARTICLE * articles[each.article.id] - AGAIN_TOPIC * told[topic]

    places = {(each.article.id, each.development.sentence): each for each in kept}
    able = [each for each in waiting if weights[each.id] >= LEAST_WEIGHT and _tells(each, people, subject)]
    while able and len(found.above) < limit:
        best = max(able, key=worth)
        able.remove(best)
        topic = (best.development.trip, found.topics[best.id])
        before = places.get((best.article.id, best.development.sentence - 1)) if _leans(best) else None
        if before is not None and (before in found.above or len(found.above) + 2 > limit):
            before = None
        cost = sum(len(each.development.text.split()) + BESIDE for each in (before, best) if each)
        if articles[best.article.id] >= MOST_OF_ARTICLE or told[topic] >= MOST_OF_TOPIC or (cost > room and told):
            continue
        if before is not None:
            found.above.append(before)
            found.topics[before.id] = found.topics[best.id]
            able = [each for each in able if each.id != before.id]
            articles[best.article.id] += 1
        found.above.append(best)
        room -= cost
        articles[best.article.id] += 1
        told[topic] += 1
    above = {each.id for each in found.above}
    found.below = [each for each in waiting if each.id not in above]
    return found


def main_topics(developments: Sequence[StoredDevelopment], names: set[str]) -> dict[int, str]:
    """The topic each development is told under: of those it has the rarest, which says most about it."""
    often = Counter((each.development.trip, topic) for each in developments for topic in each.development.topics)
    return {
        each.id: min(
            (topic for topic in each.development.topics if topic in names),
            key=lambda topic: often[each.development.trip, topic],
            default=OTHER,
        )
        for each in developments
    }


def _weight(stored: StoredDevelopment, people: Iterable[str], subject: Callable[[str], bool]) -> float:
    text = stored.development.text
    weight = stored.development.rank + CARRIED * math.log1p(len(stored.also))
    weight += PERSON if _names(text, people) else 0.0
    weight += LEANING if _LEANS.match(text) else 0.0
    return weight + (SUBJECT if subject(text) else 0.0)


def _leans(stored: StoredDevelopment) -> bool:
    text = stored.development.text
    return _LEANS.match(text) is not None or _POINTS_BACK.search(text) is not None


def _names(text: str, people: Iterable[str]) -> bool:
    said = f" {' '.join(words(text))} "
    return any(f" {' '.join(words(name))} " in said for name in people)


def _tells(stored: StoredDevelopment, people: dict[str, tuple[str, ...]], subject: Callable[[str], bool]) -> bool:
    """Whether it can stand alone above the fold: it is on a topic, or names who the story is about."""
    text = stored.development.text
    return bool(stored.development.topics) or (subject(text) and _names(text, people.get(stored.development.trip, ())))


def _fold(ranked: Sequence[StoredDevelopment], found: Choice) -> list[StoredDevelopment]:
    """Those that say something of their own; the others go to the weightiest that says the same.

    Weighted Jaccard of the sentences' words, rare words counting more; figures must be the same. Only sentences that
    share one of their rarest words are compared.
    """
    read = {each.id: content_hashes(each.development.text) for each in ranked}
    numbers = {each.id: _numbers(each.development.text) for each in ranked}
    often = Counter(word for said in read.values() for word in said)
    total = len(ranked)

    def weight(word: int) -> float:
        return math.log(1 + total / often[word])

    holders: dict[tuple[str, int], list[StoredDevelopment]] = {}
    kept: list[StoredDevelopment] = []
    for each in ranked:
        mine = read[each.id]
        rare = sorted(mine, key=lambda word: (often[word], word))[:8]
        best, share = None, SAME
        seen = set()
        for word in rare:
            for other in holders.get((each.development.trip, word), ()):
                if other.id in seen or other.article.id == each.article.id:
                    continue
                seen.add(other.id)
                theirs = read[other.id]
                if numbers[other.id] != numbers[each.id]:
                    continue
                alike = sum(map(weight, mine & theirs)) / (sum(map(weight, mine | theirs)) or 1.0)
                if alike >= share:
                    best, share = other, alike
        if best is not None:
            found.folded.setdefault(best.id, []).append(each)
            continue
        kept.append(each)
        for word in rare:
            holders.setdefault((each.development.trip, word), []).append(each)
    return kept


def _numbers(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if word[:1].isdigit())
