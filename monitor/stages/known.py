"""The known sentences of a trip, found by the words they are made of. Pure."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from heapq import nlargest
from math import fsum

from monitor.model import KnownSentence
from monitor.stages.synonyms import sense, senses

# So many sentences `KnownIndex.rarity` reckons with at most; the border for retellings was set with about as many.
STEADY = 512


class Near:
    """A known sentence beside a new one; what it says is put together when it is asked for.

    `share`: weight of the new one's words that stand in it, or in it and a neighbour (`beside`); `cosine`: of both, by
    weight.
    """

    __slots__ = ("_index", "_other", "_place", "cosine", "share")

    def __init__(self, share: float, cosine: float, index: KnownIndex, place: int, other: int | None) -> None:
        self.share, self.cosine = share, cosine
        self._index, self._place, self._other = index, place, other

    @property
    def sentence(self) -> KnownSentence:
        """The known sentence."""
        return self._index.at(self._place)

    @property
    def beside(self) -> KnownSentence | None:
        """The neighbour that adds to it, if one does."""
        return None if self._other is None else self._index.at(self._other)

    @property
    def words(self) -> frozenset[int]:
        """The words of both."""
        words = self._index.words(self._place)
        return frozenset(words) if self._other is None else frozenset(words + self._index.words(self._other))


class _Weights(dict[int, float]):
    """The words' weights, each worked out when it is first asked for: a look into it costs a third of a call."""

    def __init__(self, weigh: Callable[[int], float]) -> None:
        super().__init__()
        self._weigh = weigh

    def __missing__(self, word: int) -> float:
        weight = self[word] = self._weigh(word)
        return weight


class KnownIndex:
    """The known sentences of one trip, found by the senses of their words. Grows as articles are filed, each article's
    sentences in their order.

    Words are kept as arrays and texts as bytes: a set of twenty words takes two kilobytes, a text with one typographic
    mark two bytes a letter, and a trip has tens of thousands of sentences.
    """

    def __init__(self, known: Iterable[KnownSentence] = ()) -> None:
        self._texts: list[bytes] = []
        # What the sentences of an article share.
        self._articles: list[tuple[str, str, datetime | None]] = []
        self._article_of: array[int] = array("I")
        self._indexes: array[int] = array("I")
        self._developments: dict[int, int] = {}
        self._words: list[array[int]] = []
        # The same array where no word has another sense.
        self._senses: list[array[int]] = []
        # Whether each one is the next sentence of the same article after the one before.
        self._follows = bytearray()
        self._holders: dict[int, list[int]] = {}
        # By the hash of all words.
        self._said: dict[int, int] = {}
        # Weights and lengths hold until the index has grown by a quarter to a half.
        self._counted = 0
        self._weights = _Weights(self._weigh)
        self._rarities = _Weights(self._rarity)
        self._norms: dict[int, float] = {}
        for sentence in known:
            self.add(sentence)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, sentence: KnownSentence) -> None:
        """One more known sentence."""
        place = len(self._texts)
        article = sentence.article_id, sentence.outlet, sentence.published
        same = place > 0 and self._articles[-1] == article
        self._follows.append(same and self._indexes[-1] + 1 == sentence.index)
        if not same:
            self._articles.append(article)
        self._article_of.append(len(self._articles) - 1)
        self._indexes.append(sentence.index)
        self._texts.append(sentence.text.encode("utf-8", "surrogatepass"))
        if sentence.development_id is not None:
            self._developments[place] = sentence.development_id
        self._said.setdefault(hash(sentence.words), place)
        meant = senses(sentence.words)
        self._words.append(array("I", sentence.words))
        self._senses.append(self._words[-1] if meant == sentence.words else array("I", meant))
        for each in meant:
            self._holders.setdefault(each, []).append(place)
        # At sizes that depend on nothing else, so that an index read from the store weighs as one that has grown.
        size = place + 1
        step = 1 << max(0, size.bit_length() - 2)
        if size // step * step != self._counted:
            self._counted = size // step * step
            self._weights.clear()
            # Another one: who keeps what was weighed by the last sees that it holds no more.
            self._rarities = _Weights(self._rarity)
            self._norms.clear()

    @property
    def weight(self) -> Callable[[int], float]:
        """How much a word tells: its inverse sentence frequency (Spärck Jones 1972), smoothed."""
        return self._weights.__getitem__

    @property
    def rarity(self) -> Callable[[int], float]:
        """The same as if there were no more than a few hundred sentences.

        How alike two whole texts are then means the same however much is known. Else it falls, by an eighth from sixty
        to forty thousand sentences, as rare words, which two texts seldom share, come to weigh more and more.
        """
        return self._rarities.__getitem__

    def _weigh(self, word: int) -> float:
        return math.log(1 + (self._counted + 1) / (self._held(word) + 0.5))

    def _rarity(self, word: int) -> float:
        size = min(self._counted, STEADY)
        held = self._held(word) * size / (self._counted or 1)
        return math.log(1 + (size + 1) / (held + 0.5))

    def _held(self, word: int) -> int:
        """How many of the counted sentences have the word."""
        return bisect_left(self._holders.get(sense(word), ()), self._counted)

    def has(self, word: int) -> bool:
        """Whether any known sentence has this word, or another for it."""
        return sense(word) in self._holders

    def nearest(self, words: frozenset[int], most: int = 8) -> list[Near]:
        """The nearest known sentences, best first; a sentence of the same words alone, where there is one.

        Only sentences that share a telling word are looked at.
        """
        same = self._said.get(hash(words))
        if same is not None and words and words == frozenset(self._words[same]):
            return [Near(1.0, 1.0, self, same, None)]
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
        # Of equally good ones the earlier: the same in every process.
        least = nlargest(most, gathered.values())[-1] if gathered else 0
        best = sorted((-value, place) for place, value in gathered.items() if value >= least)[:most]
        compare = self._comparison(words, weights)
        found = [compare(place) for _, place in best]
        found.sort(key=lambda near: -near.share)
        return found

    def at(self, place: int) -> KnownSentence:
        """The sentence that was added so many sentences after the first."""
        article_id, outlet, published = self._articles[self._article_of[place]]
        return KnownSentence(
            article_id,
            self._indexes[place],
            self._texts[place].decode("utf-8", "surrogatepass"),
            frozenset(self._words[place]),
            outlet,
            published,
            self._developments.get(place),
        )

    def words(self, place: int) -> array[int]:
        """Its words."""
        return self._words[place]

    def _comparison(self, words: frozenset[int], weights: Mapping[int, float]) -> Callable[[int], Near]:
        """How near the known sentence at a place is to one of these words, which weigh so much."""
        weigh = weights.__getitem__
        squares = {word: weight * weight for word, weight in weights.items()}
        square = squares.__getitem__
        # Exact sums: sets have no order, and of two sentences that are as near the earlier one has to be told.
        total = fsum(weights.values()) or 1.0
        norm = math.sqrt(fsum(squares.values())) or 1.0
        meant, follows, size = self._senses, self._follows, len(self._senses)

        def compare(place: int) -> Near:
            shared = words.intersection(meant[place])
            missing = words - shared
            more, beside = 0.0, None
            if missing:
                for other in (
                    place - 1 if follows[place] else None,
                    place + 1 if place + 1 < size and follows[place + 1] else None,
                ):
                    added = fsum(map(weigh, missing.intersection(meant[other]))) if other is not None else 0.0
                    if added > more:
                        more, beside = added, other
            share = (more + fsum(map(weigh, shared))) / total
            cosine = fsum(map(square, shared)) / (norm * self._norm(place))
            return Near(share, cosine, self, place, beside)

        return compare

    def _norm(self, place: int) -> float:
        norm = self._norms.get(place)
        if norm is None:
            weights = self._weights
            norm = math.sqrt(fsum([weights[word] ** 2 for word in self._senses[place]])) or 1.0
            self._norms[place] = norm
        return norm
