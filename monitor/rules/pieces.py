"""The words and prefixes that rules ask for, by number, and where they stand in a text: found for all rules at once.

Pure but for what it learns: which of them a word is, the first time it is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import compress, count

# Words that are remembered; a language has fewer in daily use.
_REMEMBERED = 16_384


class Pieces(dict[str, tuple[int, ...]]):
    """For each word the numbers of the pieces that it is: itself, and the prefixes that it begins with."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._lengths: tuple[int, ...] = ()

    def __len__(self) -> int:
        """How many pieces there are."""
        return len(self._words) + len(self._prefixes)

    def number(self, word: str, *, prefix: bool) -> int:
        """The number of a piece, entered where it is not known yet; all are entered before the first text is read."""
        known = self._prefixes if prefix else self._words
        if word not in known:
            known[word] = len(self)
            if prefix:
                self._lengths = tuple(sorted({*self._lengths, len(word)}))
        return known[word]

    def __missing__(self, word: str) -> tuple[int, ...]:
        if super().__len__() >= _REMEMBERED:
            self.clear()
        numbers = [self._words[word]] if word in self._words else []
        prefixes = self._prefixes
        numbers += [prefixes[word[:size]] for size in self._lengths if size <= len(word) and word[:size] in prefixes]
        self[word] = found = tuple(numbers)
        return found

    def of_words(self, words: Iterable[str]) -> list[tuple[int, ...]]:
        """For each of these words the pieces that it is."""
        return list(map(self.__getitem__, words))


def places(known: list[tuple[int, ...]], wanted: Set[int]) -> dict[int, list[int]]:
    """For each wanted piece that stands in a text the numbers of its words, rising. `known`: each word's pieces."""
    found: dict[int, list[int]] = {}
    for number in compress(count(), known):
        for piece in known[number]:
            if piece in found:
                found[piece].append(number)
            elif piece in wanted:
                found[piece] = [number]
    return found
