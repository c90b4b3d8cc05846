"""Which developments stand above the fold: folded where they say the same, ranked, bounded by words. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from monitor.model import StoredDevelopment
from monitor.stages.leaning import leans
from monitor.text import content_hashes, words

OTHER = "other"
# So many above the fold: of one article, of one topic.
MOST_OF_ARTICLE = 3
MOST_OF_TOPIC = 5
# What each further one of the same article or topic has to be better by.
AGAIN_ARTICLE = 0.15
AGAIN_TOPIC = 0.05
CARRIED = 0.45
# For evidence that leaves no doubt about the trip.
SURE = 0.3
# For naming one of the people of the trip, and the story's subject.
PERSON = 0.4
SUBJECT = 0.2
# For what a retelling of a known report has beside it, and for trips that ended long ago: background, mostly.
RETOLD = -0.5
LONG_OVER = -0.6
# For a later sentence that shares no telling word with anything known: a page's furniture, mostly.
LONELY = -0.8
_LONELY = "new: nothing like it was known"
# For a sentence that leans on the one before it.
LEANING = -0.5
# Below this a development (background, mostly) is told below the fold, however few there are.
LEAST_WEIGHT = 1.1
# Three minutes at 220 words a minute, less what headings, figures and sources take.
WORDS = 500
# Words of an item beside its sentence: outlet, time, who else, why.
BESIDE = 14
# Two sentences say the same when so much of the weight of their words is shared.
SAME = 0.4
# ... and of its rarest words so many are looked up.
RARE = 8


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
    sure: Mapping[str, float] = MappingProxyType({}),
    most_words: int = WORDS,
) -> Choice:
    """The most worth telling, no article and no topic taking all the room; and the rest, the weightiest first.

    `topics`: ids of the watch's topics; `people`: of each trip; `subject`: whether a text names the story's subject;
    `retold`: ids of articles that retell a known report; `over`: ids of trips that ended long ago; `sure`: by article,
    how clear it is that it belongs to its trip, 0 to 1. A sentence that leans on the one before it brings that along;
    where that was known, and so is not told, it stands below among its article's others.
    """
    found = Choice(topics=main_topics(developments, topics))
    weights = {
        each.id: _weight(each, people.get(each.development.trip, ()), subject)
        + SURE * sure.get(each.article.id, 1.0)
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
    told_ids: set[int] = set()

    def topic_of(each: StoredDevelopment) -> tuple[str, str]:
        return each.development.trip, found.topics[each.id]

    def worth(each: StoredDevelopment) -> float:
        return weights[each.id] - AGAIN_ARTICLE * articles[each.article.id] - AGAIN_TOPIC * told[topic_of(each)]

    def fits(each: StoredDevelopment) -> bool:
        full = articles[each.article.id] >= MOST_OF_ARTICLE or told[topic_of(each)] >= MOST_OF_TOPIC
        return not full and (_cost(each) <= room or not told)

    places = {(each.article.id, each.development.sentence): each for each in kept}
    able = [each for each in waiting if weights[each.id] >= LEAST_WEIGHT and _tells(each, people, subject)]
    while able and len(found.above) < limit:
        best = max(able, key=worth)
        leaning = leans(best.development.text)
        before = places.get((best.article.id, best.development.sentence - 1)) if leaning else None
        if before is None and leaning:
            able.remove(best)
            continue
        pair = [before, best] if before is not None and before.id not in told_ids else [best]
        taken = len(pair) == 1 or (
            sum(map(_cost, pair)) <= room
            and len(found.above) + 2 <= limit
            and articles[best.article.id] + 2 <= MOST_OF_ARTICLE
        )
        if taken:
            for each in pair:
                found.topics[each.id] = found.topics[best.id]
                found.above.append(each)
                told_ids.add(each.id)
                articles[each.article.id] += 1
                told[topic_of(each)] += 1
                room -= _cost(each)
            able = [each for each in able if each.id not in told_ids and fits(each)]
        else:
            able.remove(best)
    found.below = [each for each in waiting if each.id not in told_ids]
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
    weight += LONELY if stored.development.sentence and stored.development.why.startswith(_LONELY) else 0.0
    weight += LEANING if leans(text) else 0.0
    return weight + (SUBJECT if subject(text) else 0.0)


def _cost(stored: StoredDevelopment) -> int:
    return len(stored.development.text.split()) + BESIDE


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
    share two of their rarest words are compared.
    """
    read = {each.id: content_hashes(each.development.text) for each in ranked}
    often = Counter(word for said in read.values() for word in said)
    weights = {word: math.log(1 + len(ranked) / count) for word, count in often.items()}
    totals = {id_: sum(weights[word] for word in said) for id_, said in read.items()}
    numbers = {each.id: _numbers(each.development.text) for each in ranked}
    holders: dict[tuple[str, int], list[int]] = {}
    kept: list[StoredDevelopment] = []
    for each in ranked:
        mine, trip = read[each.id], each.development.trip
        rare = sorted(mine, key=lambda word: (often[word], word))[:RARE]
        shared = Counter(place for word in rare for place in holders.get((trip, word), ()))
        best, share = None, SAME
        for place, count in shared.items():
            other = kept[place]
            same_page = other.article.id == each.article.id
            if count < min(2, len(rare)) or same_page or numbers[other.id] != numbers[each.id]:
                continue
            both = sum(weights[word] for word in mine & read[other.id])
            alike = both / (totals[each.id] + totals[other.id] - both or 1.0)
            if alike >= share:
                best, share = other, alike
        if best is not None:
            found.folded.setdefault(best.id, []).append(each)
            continue
        for word in rare:
            holders.setdefault((trip, word), []).append(len(kept))
        kept.append(each)
    return kept


def _numbers(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if word[:1].isdigit())
