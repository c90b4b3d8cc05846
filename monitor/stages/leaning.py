"""Sentences that lean on the one before them: "He also said ...". English; by wording alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from monitor.text import one_line, read_sentences

# A sentence that leans on one that leans: so far back what both lean on is looked for.
FARTHEST = 6
LONGEST = 160

_BEGINS = re.compile(
    r"(?:It|They|He|She|This|That|These|Those|His|Her|Its|Their|But|And|So|Instead|Then|Afterwards|Such|Both|Others"
    r"|In the (?:first|second|third)"
    r"|(?:All|Most|Many|Some|Few|Several|None|Neither|Either|One|Two|Three|Half) of (?:them|these|those|which|whom)"
    r"|The (?:latter|former|two)|The \w+ of (?:them|these|those))\b"
)
_INSTEAD = re.compile(r"\binstead\b", re.IGNORECASE)
# Somebody speaks, and the sentence does not say who: "Washington, he said, was winning time."
_SPEAKS = re.compile(
    r", (?:he|she|they) (?:said|says|added|adds|told|believes?|reported|argued|wrote|warned|went on|insisted)\b"
)
# "On Tuesday he goes", "If that is right, it falls short": a pronoun before any name.
_OPENS = re.compile(r"(?:If|On|In|At|For|After|Before|When|While|As|With|Since|Until|During|By|From|People)\b")
_PRONOUN = re.compile(r"(?:he|she|it|they)\b")
_NAME = re.compile(
    r"(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|January\b|February\b|March\b|April\b|May\b|June\b|July\b|August\b"
    r"|September\b|October\b|November\b|December\b)[A-Z]"
)
_EARLY = 8
_WHOLE = re.compile(r"[.!?…][\"'”’)»]*$")


def leans(text: str) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    if _BEGINS.match(text) or _INSTEAD.search(text) or _SPEAKS.search(text):
        return True
    if not _OPENS.match(text):
        return False
    for word in text.split()[1:_EARLY]:
        if _NAME.match(word):
            return False
        if _PRONOUN.match(word):
            return True
    return False


def leans_on(article: str, told: Sequence[tuple[int, str]]) -> Mapping[int, str]:
    """What each of an article's told sentences leans on, by its number, where that is not told before it.

    `article`: the whole text; `told`: number and text of the sentences, in the order in which they are told. It is the
    nearest sentence before that stands on its own, at most `FARTHEST` back, cut to `LONGEST` characters.
    """
    if not any(leans(text) for _, text in told):
        return {}
    sentences = [" ".join(sentence.text.split()) for sentence in read_sentences(article)]
    found: dict[int, str] = {}
    shown: set[int] = set()
    for number, text in told:
        # A sentence that came with a revision has no place in the text that is kept.
        if leans(text) and number < len(sentences) and sentences[number] == " ".join(text.split()):
            before = _before(number, sentences)
            if before is not None and before not in shown:
                found[number] = one_line(sentences[before], LONGEST)
                shown.add(before)
        shown.add(number)
    return found


def _before(number: int, sentences: Sequence[str]) -> int | None:
    """The nearest whole sentence before this one that does not lean itself."""
    places = range(number - 1, max(number - 1 - FARTHEST, -1), -1)
    return next((place for place in places if _WHOLE.search(sentences[place]) and not leans(sentences[place])), None)
