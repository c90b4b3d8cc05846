"""The value of a number as written: "40,000", "1.5m", "forty thousand", "two and a half million". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12}
_SUFFIXES = {"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000, "b": 1_000_000_000}
_DIGITS = re.compile(r"(\d{1,12})(\.\d{1,3})?(k|mn?|bn?|million|billion)?")

NUMBER_WORDS = frozenset((*_UNITS, *_TENS, *_SCALES, "half"))


def value_at(words: Sequence[str], at: int) -> tuple[float, int, bool] | None:
    """(value, next word, had a scale word) of the plain number at `at`."""
    word = words[at]
    if found := _DIGITS.fullmatch(word):
        value = float(found[1] + (found[2] or ""))
        scale = found[3] or ""
        if scale:
            return value * (_SUFFIXES.get(scale) or _SCALES[scale]), at + 1, True
        return _scaled(words, at + 1, value)
    if word == "half" and words[at + 1 : at + 3] in (("a", "million"), ("a", "billion"), ("a", "dozen")):
        return _SCALES[words[at + 2]] / 2, at + 3, True
    if word == "half" and words[at + 1 : at + 2] == ("million",):
        return 500_000, at + 2, True
    if word in ("a", "an") and at + 1 < len(words) and words[at + 1] in _SCALES:
        return _scaled(words, at + 1, 1)
    if word in _UNITS or word in _TENS:
        return _spelled(words, at)
    return None


def _scaled(words: Sequence[str], at: int, value: float) -> tuple[float, int, bool]:
    start = at
    while at < len(words) and words[at] in _SCALES and at - start < 2:
        value *= _SCALES[words[at]]
        at += 1
    if at > start and words[at : at + 3] == ("and", "a", "half"):
        return value + _SCALES[words[at - 1]] / 2, at + 3, True
    return value, at, at > start


def _spelled(words: Sequence[str], at: int) -> tuple[float, int, bool]:
    """Number words: "forty thousand", "one hundred and twenty-five", "two and a half million"."""
    total = current = 0.0
    start = at
    while at < len(words) and at - start < 12:
        word = words[at]
        if word in _UNITS and (current == 0 or (current % 100 >= 20 and current % 10 == 0) or current % 100 == 0):
            current += _UNITS[word]
        elif word in _TENS and current % 100 == 0:
            current += _TENS[word]
        elif word == "and" and words[at + 1 : at + 3] == ("a", "half") and words[at + 3 : at + 4] == ("million",):
            return total + (current + 0.5) * 1_000_000, at + 4, True
        elif word == "and" and at > start and words[at - 1] == "hundred" and at + 1 < len(words):
            if words[at + 1] not in _UNITS and words[at + 1] not in _TENS:
                break
        elif (word == "hundred" and 0 < current < 100) or (word == "dozen" and 0 < current < 100):
            current *= _SCALES[word]
        elif word in ("thousand", "million", "billion") and current:
            total, current = total + current * _SCALES[word], 0
        else:
            break
        at += 1
    return total + current, at, words[at - 1] in _SCALES
