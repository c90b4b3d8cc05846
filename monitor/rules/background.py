"""Sentences that retell how the story began, and furniture: what papers repeat below each report. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from monitor.model import Span
from monitor.text import read_wording

# What stands this early is the report itself, whatever it looks back to.
_EARLY = 3
# How many sentences after the one that tells the beginning go on with it.
_FOLLOWING = 2
_FURNITURE = re.compile(
    r"\W*(?:read (?:more|also|next)|also read|see also|related|more on|watch|listen|subscribe|sign up|follow us"
    r"|(?:additional )?(?:reporting|writing|editing) by|with reporting|file photo|photo|image|caption)\b[\s:]",
    re.I,
)
# Who does something now, in a sentence that also says since when.
_PRONOUN = re.compile(r"\b(?:he|she|his|her)\b", re.I)


# Phrases by the longest word of each: where that does not stand, they need not be looked for.
Since = tuple[tuple[str, re.Pattern[str]], ...]


class Recap:
    """How a story's recaps are told: by what its counts start from (`since` of the watch)."""

    def __init__(self, since: Iterable[str]) -> None:
        by_word: dict[str, list[str]] = {}
        for phrase in sorted(set(since)):
            longest = max(re.findall(r"\w+", phrase.lower()), key=len, default="")
            by_word.setdefault(longest, []).append(re.escape(phrase).replace("'", "['\u2019]"))
        self._since = tuple(
            (word, re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.I)) for word, phrases in by_word.items()
        )

    def sentences(self, text: str, subject: Iterable[Span]) -> Background:
        """The background of one text; `subject`: where its subject is named."""
        return Background(text, self._since, subject)


class Background:
    """Which sentences of a text are background: asked for few of them, so each is looked at when asked for.

    A sentence is when it tells what counts start from and neither names nor means the subject, and so are the next ones
    of its paragraph, a few at most.
    """

    def __init__(self, text: str, since: Since, subject: Iterable[Span]) -> None:
        self._text, self._since = text, since
        self._spans = read_wording(text).spans
        self._starts = [span.start for span in self._spans]
        self._named = {self.number(span.start) for span in subject}
        self._known: dict[int, bool] = {}

    def number(self, place: int) -> int:
        """The number of the sentence in which a character stands."""
        return bisect_right(self._starts, place) - 1

    def holds(self, number: int) -> bool:
        """Whether a sentence is background."""
        if number not in self._known:
            self._read_paragraph(number)
        return self._known[number]

    def _read_paragraph(self, number: int) -> None:
        while self._continues(number):
            number -= 1
        left = 0
        while True:
            if number < _EARLY or self._means_subject(number):
                left = 0
            elif self._begins(number):
                left = 1 + _FOLLOWING
            self._known[number] = left > 0
            left, number = max(left - 1, 0), number + 1
            if number == len(self._spans) or not self._continues(number):
                return

    def _means_subject(self, number: int) -> bool:
        span = self._spans[number]
        return number in self._named or _PRONOUN.search(self._text, span.start, span.end) is not None

    def _begins(self, number: int) -> bool:
        span = self._spans[number]
        if _FURNITURE.match(self._text, span.start, span.end):
            return True
        said = self._text[span.start : span.end].lower()
        return any(word in said and phrases.search(self._text, span.start, span.end) for word, phrases in self._since)

    def _continues(self, number: int) -> bool:
        """Whether a sentence stands in one paragraph with the one before it."""
        return number > 0 and "\n" not in self._text[self._spans[number - 1].end : self._spans[number].start]
