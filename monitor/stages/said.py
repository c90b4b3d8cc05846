"""What an article has said already: a sentence that repeats an earlier one of the same article. Pure."""

from __future__ import annotations

from collections.abc import Callable
from math import fsum

from monitor.model import Sentence
from monitor.stages.synonyms import senses


class Said:
    """An article's new sentences so far, by the senses of their words. `weight`: how much a word tells."""

    def __init__(self, weight: Callable[[int], float]) -> None:
        self._weight = weight
        self._sentences: list[Sentence] = []
        self._senses: list[frozenset[int]] = []
        self._holders: dict[int, list[int]] = {}

    def add(self, sentence: Sentence) -> None:
        """One more, after all that were added."""
        meant = senses(sentence.words)
        for word in meant:
            self._holders.setdefault(word, []).append(len(self._sentences))
        self._sentences.append(sentence)
        self._senses.append(meant)

    def repeated(self, sentence: Sentence, least: float) -> Sentence | None:
        """The earlier sentence that says most of this one, by weight and with a neighbour's help; None for less than
        `least` of it."""
        meant, weight, holders = senses(sentence.words), self._weight, self._holders
        shares: dict[int, float] = {}
        for word in meant:
            if word in holders:
                value = weight(word)
                for place in holders[word]:
                    shares[place] = shares.get(place, 0.0) + value
        # No two sentences have more than both of them.
        enough = least * fsum(map(weight, meant)) / 2
        best: tuple[float, int] | None = None
        for place in sorted(place for place, share in shares.items() if share >= enough):
            share = self._share(meant, place)
            if share >= 2 * enough and (best is None or share > best[0]):
                best = share, place
        return self._sentences[best[1]] if best else None

    def _share(self, meant: frozenset[int], place: int) -> float:
        """The weight of the words that stand in a sentence, or in it and the better of its neighbours."""
        shared = meant & self._senses[place]
        missing, more, at = meant - shared, 0.0, self._sentences[place].index
        for other in (place - 1, place + 1):
            if 0 <= other < len(self._sentences) and abs(self._sentences[other].index - at) == 1:
                more = max(more, fsum(map(self._weight, missing & self._senses[other])))
        return fsum(map(self._weight, shared)) + more
