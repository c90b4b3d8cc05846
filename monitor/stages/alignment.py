"""Two texts side by side: which paragraph of one is which of the other. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from monitor.model import Aligned, Known
from monitor.stages.dedup import shingles
from monitor.text import content_hashes, read_wording

# A paragraph is another one when they share so much of the shorter one's content words, and at least so many words.
ALIKE, FEWEST = 0.35, 3


def align(text: str, known: Known) -> tuple[Aligned, ...]:
    """Each paragraph of a text with the one of a known text that it shares most with, then those that only it has.

    Where only the known text's fingerprint is kept, `there` is "" and `share` says how much of the paragraph's runs
    of five words stand in it.
    """
    here = _paragraphs(text)
    if known.fingerprint is not None:
        kept = frozenset(known.fingerprint.shingles)
        return tuple(Aligned(each, "", _standing(each, kept)) for each in here)
    there = _paragraphs(known.text)
    sets = [content_hashes(each) for each in there]
    holders: dict[int, list[int]] = {}
    for number, words in enumerate(sets):
        for word in words:
            holders.setdefault(word, []).append(number)
    rows: list[Aligned] = []
    found: set[int] = set()
    for each in here:
        place, share = _best(content_hashes(each), sets, holders)
        if place is not None:
            found.add(place)
        rows.append(Aligned(each, there[place] if place is not None else "", share))
    return (*rows, *(Aligned("", each, 0.0) for number, each in enumerate(there) if number not in found))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _standing(paragraph: str, kept: frozenset[int]) -> float:
    runs = shingles(read_wording(paragraph).words)
    return sum(run in kept for run in runs) / len(runs) if runs else 0.0


def _best(
    words: frozenset[int], sets: Sequence[frozenset[int]], holders: dict[int, list[int]]
) -> tuple[int | None, float]:
    """The place of the paragraph that shares most, None where none shares enough; and the share of `words` in it."""
    shared: Counter[int] = Counter(place for word in words for place in holders.get(word, ()))
    like = {place: count / min(len(words), len(sets[place])) for place, count in shared.items() if count >= FEWEST}
    # Of equals the shorter one, then the first.
    best = min(like, key=lambda place: (-like[place], len(sets[place]), place), default=None)
    if best is None or like[best] < ALIKE:
        return None, 0.0
    return best, shared[best] / len(words)
