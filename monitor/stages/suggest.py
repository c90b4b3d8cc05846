"""Terms that separate the articles of one label from the rest: what a rule for it could ask for. Pure.

Words and pairs of words are ranked by the log-likelihood ratio of the articles that hold them inside and outside the
label (Dunning 1993): it favours terms that are both telling and frequent, and copes with few articles.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.rules import Rule, vocabulary
from monitor.text import STOP_WORDS, tokens

# A term has to stand in so many articles of the label; one article proves nothing.
LEAST = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term, in how many articles inside and outside the label it stands, its weight of evidence, and whether the

    label's own rules ask for it already.
    """

    term: str
    inside: int
    outside: int
    score: float
    known: bool


def suggest(
    inside: Sequence[str], outside: Sequence[str], rules: Iterable[Rule] = (), most: int = 30
) -> tuple[Suggestion, ...]:
    """The terms that set the texts `inside` apart from those `outside`, best first. `rules`: those of the label."""
    own, other = _counts(inside), _counts(outside)
    asked = [word for rule in rules for word in vocabulary(rule)]
    found = [
        Suggestion(
            term,
            count,
            other[term],
            round(_ratio(count, len(inside), other[term], len(outside)), 2),
            any(word in asked or any(word.startswith(each) for each in asked) for word in term.split()),
        )
        for term, count in own.items()
        if count >= LEAST and count * len(outside) > other[term] * len(inside)
    ]
    found.sort(key=lambda each: (-each.score, each.term))
    return tuple(_without_parts(found)[:most])


def _counts(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_terms(text))
    return counts


def _terms(text: str) -> set[str]:
    """The words of a text that carry meaning, and pairs of such words side by side."""
    found: set[str] = set()
    for line in text.split("\n"):
        words = [token.word for token in tokens(line)]
        found.update(word for word in words if _telling(word))
        found.update(f"{one} {two}" for one, two in pairwise(words) if _telling(one) and _telling(two))
    return found


def _telling(word: str) -> bool:
    return len(word) > 2 and word not in STOP_WORDS


def _without_parts(found: list[Suggestion]) -> list[Suggestion]:
    """Without words that say no more than a pair they belong to, which stands in as many articles."""
    pairs = {(part, each.inside, each.outside) for each in found if " " in each.term for part in each.term.split()}
    return [each for each in found if (each.term, each.inside, each.outside) not in pairs]


def _ratio(a: int, of_a: int, b: int, of_b: int) -> float:
    """Twice the log-likelihood ratio of two shares being different (Dunning 1993)."""
    both = (a + b) / (of_a + of_b)
    return 2 * (_log(a, of_a, a / of_a) + _log(b, of_b, b / of_b if of_b else 0.0)
                - _log(a, of_a, both) - _log(b, of_b, both))  # fmt: skip


def _log(count: int, of: int, share: float) -> float:
    """The log-likelihood of `count` of `of` at a share; 0 log 0 is 0."""
    left = count * math.log(share) if count else 0.0
    return left + ((of - count) * math.log(1 - share) if of > count else 0.0)
