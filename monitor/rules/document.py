"""An article's fields as an index of words, read once and asked by every rule. Pure.

What most rules never ask for is made on first use and kept: places in characters, sentences, sorted words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property

from monitor.model import Span
from monitor.rules.tree import FIELDS, Piece
from monitor.text import cut_wording, read_wording, word_places

LEAD_WORDS = 80
_NOWHERE: list[int] = []
_SHORT = 400


class Words:
    """The words of one text: where each stands, by its number in the text.

    `spans`: its sentences; `firsts`: the number of each sentence's first word, and at the end how many words there are.
    Places in characters are made a sentence at a time, for the sentences that somebody asks about.
    """

    def __init__(self, text: str) -> None:
        # Titles and single sentences, of which there are many, would push the article's text out.
        wording = read_wording(text) if len(text) > _SHORT else cut_wording(text)
        self.text = text
        self.words, self.spans, self.firsts = wording.words, wording.spans, wording.firsts
        self._places: dict[int, list[tuple[int, int]]] = {}

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        """Where each word stands; a set of rules looks for its own words instead."""
        index: dict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(self.words):
            index[word].append(number)
        return index

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self._index)

    def place(self, number: int) -> tuple[int, int]:
        """First and last character (exclusive) of a word."""
        sentence = bisect_right(self.firsts, number) - 1
        places = self._places.get(sentence)
        if places is None:
            start, end = self.spans[sentence].start, self.spans[sentence].end
            places = self._places[sentence] = [
                (start + first, start + last) for first, last in word_places(self.text[start:end])
            ]
        return places[number - self.firsts[sentence]]

    def of_piece(self, piece: Piece) -> list[int]:
        """The numbers at which a piece of a term stands, rising; its letters are not yet compared."""
        return self._of_prefix(piece.word) if piece.prefix else self._index.get(piece.word, _NOWHERE)

    def _of_prefix(self, prefix: str) -> list[int]:
        vocabulary = self._vocabulary
        found: list[list[int]] = []
        for place in range(bisect_left(vocabulary, prefix), len(vocabulary)):
            if not vocabulary[place].startswith(prefix):
                break
            found.append(self._index[vocabulary[place]])
        if len(found) == 1:
            return found[0]
        return sorted(number for numbers in found for number in numbers)

    def fits(self, number: int, piece: Piece) -> bool:
        """Whether the word with this number is what the piece asks for."""
        word = self.words[number]
        if not (word.startswith(piece.word) if piece.prefix else word == piece.word):
            return False
        if not piece.exact:
            return True
        start, end = self.place(number)
        letters = self.text[start:end].replace("’", "'")
        exact = piece.exact.replace("’", "'")
        return letters.startswith(exact) if piece.prefix else letters in (exact, f"{exact}'s")

    def span(self, first: int, last: int) -> Span:
        """The characters from one word to another."""
        return Span(self.place(first)[0], self.place(last)[1])

    def sentence(self, number: int) -> int:
        """The number of the sentence in which a word stands."""
        # A sentence without words shares its first word's number with the next one.
        return bisect_right(self.firsts, number) - 1


class Document:
    """An article as rules see it. `published`: its day, None when unknown.

    A field's words are `words_of(field)`; the lead shares the text's words, and only the first 80 count.
    """

    def __init__(self, fields: Mapping[str, Words], published: date | None) -> None:
        self.published = published
        self._words = fields

    def replaced(self, **texts: str) -> Document:
        """The same article with other texts in these fields."""
        others = {name: words for name, words in self._words.items() if name not in texts}
        return Document(others | _words_of(texts), self.published)

    @property
    def fields(self) -> Mapping[str, Words]:
        """The words of each field that has any text; the lead is the text's."""
        return self._words

    def words_of(self, field: str) -> Words | None:
        """The words of a field; None when it is absent or empty."""
        return self._words.get("text" if field == "lead" else field)

    def text(self, field: str) -> str:
        """A field's characters, to which spans refer; "" when it is absent. "published" gives the ISO day."""
        if field == "published":
            return self.published.isoformat() if self.published else ""
        found = self.words_of(field)
        if found is None:
            return ""
        if field == "lead" and len(found.words) > LEAD_WORDS:
            return found.text[: found.span(0, LEAD_WORDS - 1).end]
        return found.text


def read_document(fields: Mapping[str, str], published: date | None = None) -> Document:
    """Index an article's fields: title, text, url, outlet, author, language, each of which may be absent.

    `lead` is the first 80 words of `text`; one that is given is ignored. `published`: the day in the watch's
    zone. Raises ValueError for a field that rules do not know.
    """
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise ValueError(f"rules know no field {unknown[0]!r}; they know {', '.join(FIELDS)}")
    day = published.date() if isinstance(published, datetime) else published
    return Document(_words_of({name: text for name, text in fields.items() if name != "lead"}), day)


def _words_of(fields: Mapping[str, str]) -> dict[str, Words]:
    return {name: Words(text) for name, text in fields.items() if text}
