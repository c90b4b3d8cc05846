"""What changed between two texts of one page, and which of it corrects what was told. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from monitor.model import Edit, Sentence
from monitor.text import read_sentences, words

# A sentence took another's place when they share so much of their words (Jaccard); it is the same sentence, edited
# in its style, at the second value, with the same numbers and the same "not".
REPLACED, SAME = 0.30, 0.75
# A page of which less than this is left was not edited: a wall, a notice or a failed reading stands there.
LEAST_LEFT = 1 / 3

_NOT = re.compile(r"\b(?:not?|never|neither|nor|denie[sd]|without|\w+n['’]t)\b", re.IGNORECASE)


def edit(before: str, after: str) -> Edit:
    """The sentences of each text that the other lacks; case, punctuation and places do not count."""
    old, new = read_sentences(before), read_sentences(after)
    had, has = {_said(each) for each in old}, {_said(each) for each in new}
    return Edit(
        tuple(each for each in old if _said(each) and _said(each) not in has),
        tuple(each for each in new if _said(each) and _said(each) not in had),
    )


def believable(before: str, after: str) -> bool:
    """Whether the newer text can be an edition of the page, and not what stands there instead of it."""
    return len(words(after)) >= LEAST_LEFT * len(words(before))


def corrections(changed: Edit, told: Collection[str]) -> tuple[tuple[Sentence, ...], tuple[Sentence, ...]]:
    """The removed sentences that were told and that no longer hold, and those that took their places.

    `told`: the texts of the sentences that were told. What was edited in its style only corrects nothing.
    """
    withdrawn: list[Sentence] = []
    instead: dict[int, Sentence] = {}
    for gone in changed.removed:
        if gone.text not in told:
            continue
        best = max(changed.added, key=lambda each: (_alike(gone, each), -each.index), default=None)
        alike = _alike(gone, best) if best else 0.0
        if best and alike >= SAME and gone.numbers == best.numbers and _denials(gone) == _denials(best):
            continue
        withdrawn.append(gone)
        if best and alike >= REPLACED:
            instead[best.index] = best
    return tuple(withdrawn), tuple(instead[index] for index in sorted(instead))


def _said(sentence: Sentence) -> str:
    return " ".join(words(sentence.text))


def _alike(one: Sentence, other: Sentence) -> float:
    both = len(one.words & other.words)
    return both / ((len(one.words) + len(other.words) - both) or 1)


def _denials(sentence: Sentence) -> int:
    return len(_NOT.findall(sentence.text))
