"""An article laid out in words and sentences, as the signals look at it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from monitor.model import Span
from monitor.rules.document import Words

LEAD = 4


class Passage:
    """One field of an article: its words by number, its sentences. Two are the same only where they are one object."""

    def __init__(self, field: str, words: Words, sentences: Sequence[Span], firsts: Sequence[int]) -> None:
        self.field, self.text, self.words = field, words.text, words.words
        self.sentences = sentences
        self._places, self._firsts = words, firsts

    @cached_property
    def sentence_of(self) -> Sequence[int]:
        """For each word the number of its sentence."""
        of: list[int] = []
        for number, (first, end) in enumerate(pairwise(self._firsts)):
            of += [number] * (end - first)
        return of

    def sentence(self, number: int) -> tuple[int, int]:
        """First and last (exclusive) word of a sentence; none of one that is not there."""
        firsts = self._firsts
        return (firsts[number], firsts[number + 1]) if number + 1 < len(firsts) else (firsts[-1], firsts[-1])

    def span(self, first: int, last: int) -> Span:
        """The characters of the words `first` to `last` (exclusive)."""
        return self._places.span(first, last - 1)

    def gap(self, first: int, second: int) -> str:
        """What stands between the end of one word and the beginning of another."""
        return self.text[self._places.place(first)[1] : self._places.place(second)[0]]

    def capital(self, number: int) -> bool:
        """Whether a word begins with a capital."""
        return self.text[self._places.place(number)[0]].isupper()

    def said(self, span: Span) -> str:
        """The words at a place, on one line."""
        return " ".join(self.text[span.start : span.end].split())


@dataclass(frozen=True, slots=True)
class Reading:
    """What the signals look at. `published`: the page's day, where it gave one."""

    title: Passage
    text: Passage
    url: str
    published: date | None
    outlet: str = ""
    language: str = ""

    @property
    def passages(self) -> tuple[Passage, Passage]:
        """Title first, then text."""
        return (self.title, self.text)

    def passage(self, field: str) -> Passage:
        """A field by the name that rules give it; the lead is the text's beginning."""
        if field == "title":
            return self.title
        if field in {"text", "lead"}:
            return self.text
        return plain(field, {"url": self.url, "outlet": self.outlet, "language": self.language}.get(field, ""))


class Found(NamedTuple):  # made for each name of each article: a tuple costs a third of a dataclass
    """A name in a passage: its label and its words `first` to `last` (exclusive)."""

    label: str
    passage: Passage
    first: int
    last: int

    @property
    def sentence(self) -> int:
        """Number of the sentence it stands in."""
        return self.passage.sentence_of[self.first]

    @property
    def span(self) -> Span:
        """Its characters."""
        return self.passage.span(self.first, self.last)

    @property
    def early(self) -> bool:
        """In the title or the first sentences."""
        return self.passage.field == "title" or self.sentence < LEAD


def lay_out(field: str, text: str, words: Words | None = None) -> Passage:
    """Words and sentences of a field; a title is one sentence. `words`: those of the text, where they are known."""
    words = words or Words(text)
    if field == "title":
        return Passage(field, words, (Span(0, len(text)),), (0, len(words.words)))
    return Passage(field, words, words.spans, words.firsts)


def plain(field: str, text: str) -> Passage:
    """A field that is shown but not read for names."""
    return Passage(field, _Unread(text), (Span(0, len(text)),), (0, 0))


class _Unread(Words):
    """A text whose words nobody asks for."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        self.text = text
