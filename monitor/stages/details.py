"""What can make a sentence new although its words are old: numbers, dates, names, a *not*, a quotation. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from monitor.text import content_hash_of, hashes_of, words


def _ordinal(digits: str) -> str:
    """3rd, 11th, 22nd."""
    teen = digits[-2:-1] == "1"
    return digits + ("th" if teen else {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th"))


_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {
    **{word: str(value) for value, word in enumerate(_UNITS) if value > 1},
    **{word: str(10 * value) for value, word in enumerate(_TENS, 2)},
    "dozen": "12", "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000",
    "fortnight": "14",
    **{word: _ordinal(str(value)) for value, word in enumerate(
        "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth".split(), 3)},
}  # fmt: skip
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_MONTHS = {
    name[:3]: number
    for number, name in enumerate(
        "january february march april may june july august september october november december".split(), 1
    )
}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = re.compile(
    rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!,?\d)|\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b",
    re.IGNORECASE,
)
_NO_FIGURE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\bon\s+the\s+\d{1,2}(?:st|nd|rd|th)\b")
_NOT = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|neither|nor|without|cannot|refus\w+|reject\w+|den(?:y|ies|ied)"
    r"|stop(?:s|ped)?|unable)\b|(?<=\w)n['’]t\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"]([^”\"]{6,})[”\"]")
# A capital within a sentence; behind a full stop or a quotation mark anything begins with one.
# The capital comes first: what does not begin with one is passed over without a look behind.
_NAME = re.compile(r"[A-Z](?:(?<=[\w,;:)'’] .)|(?<=[(/-].))[\w-]+")
_CALENDAR = re.compile(
    rf"(?:{_MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|easter|christmas|ramadan)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Details:
    """What a sentence says beside its words.

    `figures`: numbers that are no dates, years or clock times, words for numbers included, in one spelling, each with
    the hash of the word that said it; `days`: month and day; `nots`: how many words turn it into its opposite;
    `quoted`: hashes of the content words in quotation marks; `names`: of those with a capital within the sentence.
    """

    figures: Mapping[str, int]
    days: frozenset[tuple[int, int]]
    nots: int
    quoted: frozenset[int]
    names: frozenset[int]


def names_in(text: str) -> list[str]:
    """The folded words that have a capital within a sentence, repeats kept."""
    return words(" ".join(name for name in _NAME.findall(text) if not _CALENDAR.fullmatch(name)))


@lru_cache(maxsize=2048)
def read_details(text: str) -> Details:
    """The details of a sentence."""
    days: set[tuple[int, int]] = set()
    plain = text
    if _DIGITS.search(text):
        for found in _DAY.finditer(text):
            month, day = (found[1], found[2]) if found[1] else (found[4], found[3])
            days.add((_MONTHS[month[:3].lower()], int(day)))
        plain = _NO_FIGURE.sub(" ", _DAY.sub(" ", text))
    figures: dict[str, int] = {}
    for word in words(plain):
        if word in _NUMBERS:
            figures[_NUMBERS[word]] = content_hash_of(word)
        elif word[0].isdigit():
            ordinal = _ORDINAL.fullmatch(word)
            figures[_ordinal(ordinal[1]) if ordinal else word] = content_hash_of(word)
    quoted = frozenset(hash_ for said in _QUOTED.findall(text) for hash_ in hashes_of(words(said)))
    names = hashes_of(names_in(text))
    return Details(MappingProxyType(figures), frozenset(days), len(_NOT.findall(text)), quoted, names)
