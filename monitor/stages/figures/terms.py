"""Sets of phrases, and where they stand among a sentence's words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Phrase = tuple[str, ...]
# First word, next word, phrase.
Hit = tuple[int, int, Phrase]


class Terms:
    """A set of phrases, asked from either side."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.phrases = frozenset(phrases)
        self._first = self._index(0)
        self._last = self._index(-1)

    def _index(self, side: int) -> Mapping[str, tuple[int, ...]]:
        """The lengths, longest first, of the phrases that have a word on this side."""
        table: dict[str, set[int]] = {}
        for entry in self.phrases:
            table.setdefault(entry[side], set()).add(len(entry))
        return {word: tuple(sorted(sizes, reverse=True)) for word, sizes in table.items()}

    def lengths(self, words: Sequence[str], at: int, step: int) -> Sequence[int]:
        """Lengths, longest first, of the phrases that begin at `at` (step 1) or end there (step -1)."""
        if not 0 <= at < len(words):
            return ()
        sizes = (self._first if step == 1 else self._last).get(words[at], ())
        if not sizes or sizes == (1,):
            return sizes
        found = []
        for size in sizes:
            start = at if step == 1 else at - size + 1
            inside = start >= 0 and start + size <= len(words)
            if size == 1 or (inside and tuple(words[start : start + size]) in self.phrases):
                found.append(size)
        return found

    def longest(self, words: Sequence[str], at: int) -> int:
        """Length of the longest phrase that begins at `at`, 0 for none."""
        return next(iter(self.lengths(words, at, 1)), 0)

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """(first word, next word, phrase) of the longest phrases, left to right, not overlapping."""
        found: list[Hit] = []
        end = 0
        # Most words begin nothing: to see that, a look is enough.
        for at in [at for at, word in enumerate(words) if word in self._first]:
            size = self.longest(words, at) if at >= end else 0
            if size:
                end = at + size
                found.append((at, end, tuple(words[at:end])))
        return found

    def all_hits(self, words: Sequence[str], neutral: Terms) -> list[Hit]:
        """Every phrase at every place, but none inside a neutral phrase, which may be one itself."""
        found: list[Hit] = []
        end = 0
        for at in [at for at, word in enumerate(words) if word in self._first or word in neutral._first]:
            if at < end:
                continue
            skip = neutral.longest(words, at)
            sizes = self.lengths(words, at, 1)
            found += [(at, at + size, tuple(words[at : at + size])) for size in sizes if not skip or size == skip]
            end = at + skip
        return found
