"""The known sentences of a trip, found by the words they are made of. Pure."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from heapq import nlargest
from math import fsum
from typing import NamedTuple

from monitor.model import KnownSentence
from monitor.stages.synonyms import sense, senses


class Near(NamedTuple):
    """A known sentence beside a new one.

    `share`: weight of the new one's words that stand in it, or in it and a neighbour (`beside`); `cosine`: of both, by
    weight.
    """

    share: float
    cosine: float
    sentence: KnownSentence
    beside: KnownSentence | None

    @property
    def words(self) -> frozenset[int]:
        """The words of both."""
        return self.sentence.words | self.beside.words if self.beside else self.sentence.words


class _Weights(dict[int, float]):
    """The words' weights, each worked out when it is first asked for: a look into it costs a third of a call."""

    def __init__(self, weigh: Callable[[int], float]) -> None:
        super().__init__()
        self._weigh = weigh

    def __missing__(self, word: int) -> float:
        weight = self[word] = self._weigh(word)
        return weight


def _with(sentence: KnownSentence, words: frozenset[int]) -> KnownSentence:
    return KnownSentence(
        sentence.article_id, sentence.index, sentence.text, words, sentence.outlet, sentence.published,
        sentence.development_id,
    )  # fmt: skip


class KnownIndex:
    """The known sentences of one trip, found by the senses of their words. Grows as articles are filed, each article's
    sentences in their order.

    Words are kept as arrays: a set of twenty takes two kilobytes, and a trip has tens of thousands of sentences.
    """

    def __init__(self, known: Iterable[KnownSentence] = ()) -> None:
        # The sentences without their words.
        self._sentences: list[KnownSentence] = []
        self._words: list[array[int]] = []
        # The same array where no word has another sense.
        self._senses: list[array[int]] = []
        self._holders: dict[int, list[int]] = {}
        # By the hash of all words.
        self._said: dict[int, int] = {}
        # Weights and lengths hold until the index has grown by a sixteenth to an eighth.
        self._counted = 0
        self._weights = _Weights(self._weigh)
        self._norms: dict[int, float] = {}
        for sentence in known:
            self.add(sentence)

    def __len__(self) -> int:
        return len(self._sentences)

    def add(self, sentence: KnownSentence) -> None:
        """One more known sentence."""
        place = len(self._sentences)
        self._sentences.append(_with(sentence, frozenset()))
        self._said.setdefault(hash(sentence.words), place)
        meant = senses(sentence.words)
        self._words.append(array("I", sentence.words))
        self._senses.append(self._words[-1] if meant == sentence.words else array("I", meant))
        for each in meant:
            self._holders.setdefault(each, []).append(place)
        # At sizes that depend on nothing else, so that an index read from the store weighs as one that has grown.
        size = place + 1
        step = 1 << max(0, size.bit_length() - 4)
        if size // step * step != self._counted:
            self._counted = size // step * step
            self._weights.clear()
            self._norms.clear()

    @property
    def weight(self) -> Callable[[int], float]:
        """How much a word tells: its inverse sentence frequency (Spärck Jones 1972), smoothed."""
        return self._weights.__getitem__

    def _weigh(self, word: int) -> float:
        held = bisect_left(self._holders.get(sense(word), ()), self._counted)
        return math.log(1 + (self._counted + 1) / (held + 0.5))

    def has(self, word: int) -> bool:
        """Whether any known sentence has this word, or another for it."""
        return sense(word) in self._holders

    def nearest(self, words: frozenset[int], most: int = 8) -> list[Near]:
        """The nearest known sentences, best first; a sentence of the same words alone, where there is one.

        Only sentences that share a telling word are looked at.
        """
        same = self._said.get(hash(words))
        if same is not None and words and words == frozenset(self._words[same]):
            return [Near(1.0, 1.0, self._at(same), None)]
        gathered: dict[int, int] = {}
        so_far, weight = gathered.get, self._weights
        words = senses(words)
        weights = {word: weight[word] for word in words}
        for position, word in enumerate(sorted(words, key=lambda word: (-weights[word], word))):
            # Common words alone do not make a candidate, so their long lists are read only while few are found.
            if position >= 4 and len(gathered) > 200:
                break
            value = int(weights[word] * 1000)
            for place in self._holders.get(word, ()):
                gathered[place] = so_far(place, 0) + value
        total = fsum(weights.values()) or 1.0
        norm = math.sqrt(fsum([weight * weight for weight in weights.values()])) or 1.0
        # Of equally good ones the earlier: the same in every process.
        least = nlargest(most, gathered.values())[-1] if gathered else 0
        best = sorted((-value, place) for place, value in gathered.items() if value >= least)[:most]
        found = [self._near(place, words, weights, total, norm) for _, place in best]
        found.sort(key=lambda near: -near.share)
        return found

    def _at(self, place: int) -> KnownSentence:
        return _with(self._sentences[place], frozenset(self._words[place]))

    def _near(self, place: int, words: frozenset[int], weights: Mapping[int, float], total: float, norm: float) -> Near:
        shared = words.intersection(self._senses[place])
        missing = words - shared
        more, beside, weigh = 0.0, None, weights.__getitem__
        for step in (-1, 1):
            if not self._beside(place, step):
                continue
            added = fsum(map(weigh, missing.intersection(self._senses[place + step])))
            if added > more:
                more, beside = added, place + step
        # Exact sums: sets have no order, and of two sentences that are as near the earlier one has to be told.
        share = (more + fsum(map(weigh, shared))) / total
        dot = fsum([weights[word] ** 2 for word in shared])
        cosine = dot / (norm * self._norm(place))
        return Near(share, cosine, self._at(place), None if beside is None else self._at(beside))

    def _beside(self, place: int, step: int) -> bool:
        """Whether the sentence added before or after this one is its neighbour in the article."""
        if not 0 <= place + step < len(self._sentences):
            return False
        this, other = self._sentences[place], self._sentences[place + step]
        return other.index == this.index + step and other.article_id == this.article_id

    def _norm(self, place: int) -> float:
        norm = self._norms.get(place)
        if norm is None:
            weights = self._weights
            norm = math.sqrt(fsum([weights[word] ** 2 for word in self._senses[place]])) or 1.0
            self._norms[place] = norm
        return norm
