"""Which episode a text counts itself to be: "ninth trip to the region since", "11 previous visits". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Span
from monitor.rules.reading import Found, Passage

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
).split()
_CARDINALS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
_ORDINAL = {word: number for number, word in enumerate(_ORDINALS, 1)}
_CARDINAL = {word: number for number, word in enumerate(_CARDINALS, 1)} | {"dozen": 12}
_NUMBERS = _ORDINAL.keys() | _CARDINAL.keys()
_NUMERAL = re.compile(r"(\d{1,3})(st|nd|rd|th)$")
_EARLIER = frozenset("previous earlier prior past preceding".split())
_ROUGHLY = frozenset("about nearly almost over around some roughly than least least approximately".split())
_TARGET = frozenset("to in of through across around into within".split())
_SHORT = frozenset("day days hour hours week".split())
# Words that may stand between the ordinal and its noun ("ninth regional visit", "second North Sea tour").
_REACH = 5


class Counted(StrEnum):
    """What an ordinal counts."""

    REGION = "region"
    BARE = "bare"
    PLACE = "place"
    EARLIER = "earlier"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Count:
    """The `number`-th episode, what it counts, its place, and whether the text dates it (`since`).

    `target`: the label of the one place that is counted, "" for anything else.
    """

    number: int
    counted: Counted
    passage: Passage
    span: Span
    sentence: int
    since: bool
    target: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a passage: the names found in it, by kind. `titled`: the headline is the subject's."""

    words: Sequence[Found]
    region: Sequence[Found]
    since: Sequence[Found]
    places: Sequence[Found]
    others: Sequence[Found]
    subject: Sequence[Found]
    titled: bool = False


def find_counts(passage: Passage, near: Surroundings) -> list[Count]:
    """Every count of episodes in a passage that is the subject's own."""
    found = []
    named = [n for n, word in enumerate(passage.words) if word < ":" or word in _NUMBERS]  # ":" follows "9"
    for index in named:
        word = passage.words[index]
        number = _ordinal(word)
        if number:
            count = _ordinal_count(passage, near, index, number)
        else:
            number = _CARDINAL.get(word) or (int(word) if word.isdigit() and len(word) <= 2 else 0)
            count = (
                (_cardinal_count(passage, near, index, number) or _times(passage, near, index, number))
                if number
                else None
            )
        if count is not None and not _of_another(near, index, count.sentence):
            found.append(count)
    return found


def _ordinal(word: str) -> int:
    if not word[:1].isdigit():
        return _ORDINAL.get(word, 0)
    numeral = _NUMERAL.match(word)
    return int(numeral[1]) if numeral else 0


def _ordinal_count(passage: Passage, near: Surroundings, index: int, number: int) -> Count | None:
    sentence = passage.sentence_of[index]
    noun = _noun_after(passage, near.words, index)
    time = _word_at(passage, index + 1) == "time"
    since = _since(near, sentence)
    if noun is not None:
        end = noun.last
        kind = _kind(passage, near, index, end)
    elif time and since is not None:
        end = index + 2
        kind = _kind(passage, near, index, end)
    elif _word_at(passage, index + 1) in _TARGET and _at(near.region, passage, index + 2, index + 5):
        # "this trip is his eleventh to the region"
        end, kind = index + 2, Counted.REGION
    elif _word_at(passage, index + 1) == "since" and _at(near.since, passage, index + 1, index + 5):
        # "another mission to the region, the fourth since the war began"
        end, kind = index + 1, Counted.REGION if _named(near, sentence) else Counted.BARE
    else:
        return None
    if kind is Counted.PLACE and any(_word_at(passage, step) in _SHORT for step in range(end, end + 8)):
        return None
    if kind is Counted.BARE and _word_at(passage, end) in {"was", "is"} and _word_at(passage, end + 1) == "to":
        return None  # "his third mission was to …" counts aims
    if kind is Counted.BARE and since is not None:
        kind = Counted.REGION
    # "First visit since ..." is said of anything; it needs the story's own starting point and its region.
    if number == 1 and (time or not (kind is Counted.REGION and since is not None)):
        return None
    target = _target(passage, near, end) if kind is Counted.PLACE else ""
    return Count(number, kind, passage, passage.span(index, end), sentence, since is not None, target)


def _cardinal_count(passage: Passage, near: Surroundings, index: int, number: int) -> Count | None:
    sentence = passage.sentence_of[index]
    earlier = _word_at(passage, index + 1) in _EARLIER
    noun = _noun_after(passage, near.words, index, 3)
    if noun is None or number < 2 or _word_at(passage, index - 1) in _ROUGHLY:
        return None
    if any(_word_at(passage, step) in _SHORT for step in range(index + 1, noun.first)):
        return None
    since = _since(near, sentence)
    if earlier:
        return Count(number + 1, Counted.EARLIER, passage, passage.span(index, noun.last), sentence, since is not None)
    kind = _kind(passage, near, index, noun.last)
    if kind is Counted.REGION and (since is not None or number > 2):
        return Count(number, Counted.TOTAL, passage, passage.span(index, noun.last), sentence, since is not None)
    return None


def _times(passage: Passage, near: Surroundings, index: int, number: int) -> Count | None:
    """ "He has been to the region four times": the region and the number in one sentence."""
    sentence = passage.sentence_of[index]
    if _word_at(passage, index + 1) != "times" or number < 2 or _word_at(passage, index - 1) in _ROUGHLY:
        return None
    if not any(found.sentence == sentence for found in near.region):
        return None
    since = _since(near, sentence) is not None
    return Count(number, Counted.TOTAL, passage, passage.span(index, index + 2), sentence, since)


def _noun_after(passage: Passage, nouns: Sequence[Found], index: int, reach: int = _REACH) -> Found | None:
    for noun in nouns:
        if noun.passage is passage and index < noun.first <= index + reach:
            between = passage.gap(index, noun.first)
            # A comma, a stop or a verb of another clause parts the number from the noun.
            return None if re.search(r"[,;:.!?()]|\b(?:of|in|on|for|and|at|to|day|stop|leg)\b", between) else noun
    return None


def _kind(passage: Passage, near: Surroundings, start: int, end: int) -> Counted:
    """What the noun's target is: the region, one place, or nothing named."""
    if _at(near.region, passage, start, end):
        return Counted.REGION
    if _word_at(passage, end) in _TARGET:
        if _at(near.region, passage, end + 1, end + 5):
            return Counted.REGION
        if _at(near.places, passage, end + 1, end + 4) or _word_at(passage, end + 2) in {
            "country",
            "kingdom",
            "capital",
        }:
            return Counted.PLACE
    return Counted.BARE


def _target(passage: Passage, near: Surroundings, end: int) -> str:
    """The label of the place that is counted; "" when several are ("to one country and another")."""
    found = [place for place in near.places if end + 1 <= place.first < end + 4]
    joined = bool(found) and _word_at(passage, found[0].last) in {"and", "und", "et", "y", "e"}
    return "" if joined or not found else found[0].label


def _since(near: Surroundings, sentence: int) -> Found | None:
    return next((found for found in near.since if found.sentence == sentence), None)


def _named(near: Surroundings, sentence: int) -> bool:
    return any(found.sentence == sentence for found in [*near.region, *near.words])


def _of_another(near: Surroundings, index: int, sentence: int) -> bool:
    """Whether somebody else's trips are counted: the traveller named last before the number in its sentence, else

    the first one after it, else (under a headline that is not the subject's) the first one of the nearest sentence
    before that names any.
    """
    named = sorted(
        [(found.sentence, found.first, False) for found in near.subject]
        + [(found.sentence, found.first, True) for found in near.others]
    )
    here = [entry for entry in named if entry[0] == sentence]
    before = [other for _, first, other in here if first < index]
    if before:
        return before[-1]
    if here:
        return here[0][2]
    earlier = [entry for entry in named if entry[0] < sentence]
    if near.titled or not earlier:
        return False
    return next(other for number, _, other in earlier if number == earlier[-1][0])


def _at(found: Sequence[Found], passage: Passage, first: int, last: int) -> bool:
    return any(item.passage is passage and first <= item.first < last for item in found)


def _word_at(passage: Passage, index: int) -> str:
    return passage.words[index] if 0 <= index < len(passage.words) else ""
