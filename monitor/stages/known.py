"""The known sentences of a trip, found by the words they are made of. Pure."""

from __future__ import annotations

import math
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


class KnownIndex:
    """The known sentences of one trip, found by the senses of their words. Grows as articles are filed."""

    def __init__(self, known: Iterable[KnownSentence] = ()) -> None:
        self._sentences: list[KnownSentence] = []
        self._senses: list[frozenset[int]] = []
        self._holders: dict[int, list[int]] = {}
        self._place: dict[tuple[str, int], int] = {}
        self._said: dict[frozenset[int], int] = {}
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
        self._sentences.append(sentence)
        self._place[sentence.article_id, sentence.index] = place
        self._said.setdefault(sentence.words, place)
        meant = senses(sentence.words)
        self._senses.append(meant)
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
        same = self._said.get(words)
        if same is not None and words:
            return [Near(1.0, 1.0, self._sentences[same], None)]
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

    def _near(self, place: int, words: frozenset[int], weights: Mapping[int, float], total: float, norm: float) -> Near:
        sentence = self._sentences[place]
        shared = words & self._senses[place]
        missing = words - shared
        more, beside, weigh = 0.0, None, weights.__getitem__
        for step in (-1, 1):
            other = self._place.get((sentence.article_id, sentence.index + step))
            added = fsum(map(weigh, missing & self._senses[other])) if other is not None else 0.0
            if other is not None and added > more:
                more, beside = added, self._sentences[other]
        # Exact sums: sets have no order, and of two sentences that are as near the earlier one has to be told.
        share = (more + fsum(map(weigh, shared))) / total
        dot = fsum([weights[word] ** 2 for word in shared])
        return Near(share, dot / (norm * self._norm(place)), sentence, beside)

    def _norm(self, place: int) -> float:
        norm = self._norms.get(place)
        if norm is None:
            weights = self._weights
            norm = math.sqrt(fsum([weights[word] ** 2 for word in self._senses[place]])) or 1.0
            self._norms[place] = norm
        return norm
