"""An article's fields as an index of words, read once and asked by every rule. Pure.

What most rules never ask for is made on first use and kept: places in characters, sentences, sorted words.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property

from monitor.model import Span
from monitor.rules.tree import FIELDS, Piece
from monitor.text import sentences, tokens, words

LEAD_WORDS = 80
_NOWHERE: list[int] = []


# No word runs over white space: texts are read in blocks that end there; a long run without any is one block.
_BLOCK = re.compile(r"\S[^\n]{0,120}(?=\s|\Z)|\S+")


class Words:
    """The words of one text: where each stands, by its number in the text.

    `monitor.text.words` costs a third of `tokens`: places in characters are made a block at a time, for the
    blocks that a rule asks about; sentences likewise for lines.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self._blocks: list[tuple[int, int]] = []  # first and last (exclusive) character of each block,
        self._firsts: list[int] = []  # and the number of its first word
        self._block_places: dict[int, list[tuple[int, int]]] = {}
        self._line_sentences: dict[int, list[int]] = {}
        self._index: dict[str, list[int]] = defaultdict(list)
        for block in _BLOCK.finditer(text):
            self._firsts.append(len(self.words))
            self._blocks.append(block.span())
            self.words += words(block.group())
        for number, word in enumerate(self.words):
            self._index[word].append(number)

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self._index)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def _place(self, number: int) -> tuple[int, int]:
        """First and last character (exclusive) of a word."""
        block = bisect_right(self._firsts, number) - 1  # blocks without words share the next one's number
        if block not in self._block_places:
            start, end = self._blocks[block]
            read = tokens(self.text[start:end])
            self._block_places[block] = [(start + token.start, start + token.end) for token in read]
        return self._block_places[block][number - self._firsts[block]]

    def of_word(self, word: str) -> list[int]:
        """The numbers at which a word stands, rising."""
        return self._index.get(word, _NOWHERE)

    def of_prefix(self, prefix: str) -> list[int]:
        """The numbers at which words with this beginning stand, rising."""
        vocabulary = self._vocabulary
        found: list[list[int]] = []
        for place in range(bisect_left(vocabulary, prefix), len(vocabulary)):
            if not vocabulary[place].startswith(prefix):
                break
            found.append(self._index[vocabulary[place]])
        if len(found) == 1:
            return found[0]
        return sorted(number for numbers in found for number in numbers)

    def of_piece(self, piece: Piece) -> list[int]:
        """The numbers at which a piece of a term stands, its letters not yet compared."""
        return self.of_prefix(piece.word) if piece.prefix else self.of_word(piece.word)

    def fits(self, number: int, piece: Piece) -> bool:
        """Whether the word with this number is what the piece asks for."""
        word = self.words[number]
        if not (word.startswith(piece.word) if piece.prefix else word == piece.word):
            return False
        if not piece.exact:
            return True
        start, end = self._place(number)
        letters = self.text[start:end].replace("’", "'")
        exact = piece.exact.replace("’", "'")
        return letters.startswith(exact) if piece.prefix else letters in (exact, f"{exact}'s")

    def span(self, first: int, last: int) -> Span:
        """The characters from one word to another."""
        return Span(self._place(first)[0], self._place(last)[1])

    def sentence(self, number: int) -> tuple[int, int]:
        """The sentence in which a word stands: its line, and its number in the line."""
        place = self._place(number)[0]
        starts = self._line_starts
        line = bisect_right(starts, place)
        if line not in self._line_sentences:
            begin = starts[line - 1]
            text = self.text[begin : starts[line] if line < len(starts) else len(self.text)]
            self._line_sentences[line] = [begin + span.start for span in sentences(text)]
        return line, bisect_right(self._line_sentences[line], place)


class Document:
    """An article as rules see it. `published`: its day, None when unknown.

    A field's words are `words_of(field)`; the lead shares the text's words, and only the first 80 count.
    """

    def __init__(self, fields: Mapping[str, str], published: date | None) -> None:
        self.published = published
        self._words = {name: Words(text) for name, text in fields.items() if text}

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
    return Document({name: text for name, text in fields.items() if name != "lead"}, day)
