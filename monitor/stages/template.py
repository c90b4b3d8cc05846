"""Pages made of one form: water levels, prices, results, galleries. They share their wording, and nothing they tell.

Two texts of one site are laid beside each other, sentence by sentence. A sentence is *filled* anew where its wording is
that of the other's, and its figures are others or nothing but figures and names is; *replaced* where the other has
another one instead; *edited* where other words were changed. Edited copies are edited; forms are filled and replaced.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Fingerprint, Sentence
from monitor.text import hashes_of, read_sentences, words

# Two sentences have the wording of one another when they share so much of the shorter one's words, values aside.
SAME_WORDING = 0.5
# Values are others when no more of them than this stand in both.
VALUES_KEPT = 0.34
# No more sentences than this are laid beside each other.
MOST = 120
# A capitalised word within a sentence, or a number in words.
_VALUE = re.compile(
    r"(?<=[\w,;] )[A-Z][\w'’-]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|first|second|third"
    r"|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)\b"
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What became of a text's sentences, as shares of its content words, 0..1."""

    filled: float
    replaced: float
    edited: float

    @property
    def is_form(self) -> bool:
        """Whether the two texts are one form, filled in twice."""
        return self.filled >= 0.5

    @property
    def tells_other(self) -> bool:
        """Whether what differs is what the texts tell, not how they tell it."""
        return self.filled + self.replaced > self.edited


def beside(mine: str, theirs: str, one: Fingerprint, other: Fingerprint) -> Beside:
    """One text beside another of the same site; `one`, `other`: their fingerprints, with lines."""
    left, gone = _unlike(mine, one, other), _unlike(theirs, other, one)
    total = sum(map(len, one.sentences)) or 1
    counts: Counter[str] = Counter()
    lost = sum(len(sentence.words) for sentence in gone)
    wordings = [_parts(sentence) for sentence in gone[:MOST]]
    for sentence in left[:MOST]:
        parts = _parts(sentence)
        best = max(wordings, key=lambda other: _shared(parts.wording, other.wording), default=None)
        if best is None or _shared(parts.wording, best.wording) < SAME_WORDING:
            counts["other"] += len(sentence.words)
            continue
        lost -= best.size
        counts["filled" if _filled(parts, best) else "edited"] += parts.size
    # What only one of the two has was added or left out; nothing stood in its place.
    replaced = min(counts["other"], max(lost, 0))
    return Beside(counts["filled"] / total, replaced / total, counts["edited"] / total)


def _unlike(text: str, one: Fingerprint, other: Fingerprint) -> list[Sentence]:
    """The sentences that do not stand in the other text word for word."""
    there = set(other.lines)
    sentences = read_sentences(text)
    return [each for each, line in zip(sentences, one.lines, strict=True) if line not in there and each.words]


class _Parts(NamedTuple):
    """A sentence's words, by what they are: its figures, all that may be filled in, and the wording around that."""

    figures: frozenset[int]
    values: frozenset[int]
    wording: frozenset[int]
    size: int


def _parts(sentence: Sentence) -> _Parts:
    figures = hashes_of(sentence.numbers)
    values = figures | hashes_of(words(" ".join(_VALUE.findall(sentence.text))))
    return _Parts(figures, values, sentence.words - values, len(sentence.words))


def _filled(one: _Parts, other: _Parts) -> bool:
    if one.figures and other.figures and _shared(one.figures, other.figures) <= VALUES_KEPT:
        return True
    return one.wording == other.wording and bool(one.values - other.values and other.values - one.values)


def _shared(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)
