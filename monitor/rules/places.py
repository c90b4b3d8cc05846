"""An article laid out in words and sentences, and names found in it. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from monitor.model import Span, Trip
from monitor.text import Token, read_tokens, read_wording, tokens, words

LEAD = 4


@dataclass(frozen=True, slots=True)
class Passage:
    """One field of an article. `sentence_of`: for each token the number of its sentence."""

    field: str
    text: str
    tokens: tuple[Token, ...]
    sentence_of: tuple[int, ...]
    sentences: tuple[Span, ...]

    def span(self, first: int, last: int) -> Span:
        """The characters of the tokens `first` to `last` (exclusive)."""
        return Span(self.tokens[first].start, self.tokens[last - 1].end)

    def said(self, span: Span) -> str:
        """The words at a place, on one line."""
        return " ".join(self.text[span.start : span.end].split())

    def sentence(self, number: int) -> tuple[int, int]:
        """First and last (exclusive) token of a sentence."""
        return bisect_left(self.sentence_of, number), bisect_right(self.sentence_of, number)


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


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a passage: its label and its tokens `first` to `last` (exclusive)."""

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


def lay_out(field: str, text: str) -> Passage:
    """Words and sentences of a field; a title is one sentence."""
    if field == "title":
        found = tuple(tokens(text))
        return Passage(field, text, found, (0,) * len(found), (Span(0, len(text)),))
    wording = read_wording(text)
    of: list[int] = []
    for number, (first, last) in enumerate(pairwise(wording.firsts)):
        of += [number] * (last - first)
    return Passage(field, text, read_tokens(text), tuple(of), wording.spans)


def plain(field: str, text: str) -> Passage:
    """A field that is shown but not read for names."""
    return Passage(field, text, (), (), (Span(0, len(text)),))


class PhraseBook:
    """Finds many names at once. A name is words in a row; a `*` ends a word that may go on."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._exact: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._open: list[tuple[tuple[str, ...], str]] = []
        for label, phrases in names.items():
            for phrase in phrases:
                parts = tuple(
                    word + ("*" if piece.endswith("*") and index == len(words(piece)) - 1 else "")
                    for piece in phrase.split()
                    for index, word in enumerate(words(piece))
                )
                if parts and parts[0].endswith("*"):
                    self._open.append((parts, label))
                elif parts:
                    self._exact[parts[0]].append((parts, label))
        for entries in self._exact.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    @property
    def exact(self) -> Mapping[str, Sequence[tuple[tuple[str, ...], str]]]:
        """Names by their first word, the longest first."""
        return self._exact

    @property
    def opened(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Names whose first word may go on."""
        return self._open

    def find(self, passage: Passage) -> list[Found]:
        """All names in order; of names that start at the same word the longest."""
        found = []
        after = 0
        exact, opened, all_tokens = self._exact, self._open, passage.tokens
        for index, (word, _, _) in enumerate(all_tokens):
            if word not in exact and not opened:
                continue
            entries = exact.get(word, opened)
            if index < after:
                continue
            for parts, label in entries if entries is opened else [*entries, *opened]:
                if (len(parts) == 1 and parts[0] == word) or _matches(parts, all_tokens[index : index + len(parts)]):
                    after = index + len(parts)
                    found.append(Found(label, passage, index, after))
                    break
        return found

    def find_in(self, reading: Reading) -> list[Found]:
        """All names in the title and then in the text."""
        return [*self.find(reading.title), *self.find(reading.text)]


class Shelf:
    """Several books looked up in one pass over a passage."""

    def __init__(self, books: Sequence[PhraseBook]) -> None:
        self._size = len(books)
        self._exact: dict[str, list[tuple[int, tuple[str, ...], str]]] = {}
        self._open = [(number, *entry) for number, book in enumerate(books) for entry in book.opened]
        for number, book in enumerate(books):
            for word, entries in book.exact.items():
                self._exact.setdefault(word, []).extend((number, *entry) for entry in entries)

    def find_in(self, reading: Reading) -> list[list[Found]]:
        """For each book what its `find_in` gives."""
        found: list[list[Found]] = [[] for _ in range(self._size)]
        for passage in reading.passages:
            self._find(passage, found)
        return found

    def _find(self, passage: Passage, found: list[list[Found]]) -> None:
        after = [0] * self._size
        exact, opened, all_tokens = self._exact, self._open, passage.tokens
        for index, (word, _, _) in enumerate(all_tokens):
            if word not in exact and not opened:
                continue
            entries = exact.get(word, opened)
            for book, parts, label in entries if entries is opened or not opened else [*entries, *opened]:
                if index < after[book]:
                    continue
                if (len(parts) == 1 and parts[0] == word) or _matches(parts, all_tokens[index : index + len(parts)]):
                    after[book] = index + len(parts)
                    found[book].append(Found(label, passage, index, after[book]))


def _matches(parts: tuple[str, ...], found: tuple[Token, ...]) -> bool:
    if len(parts) != len(found):
        return False
    for part, (word, _, _) in zip(parts, found, strict=True):
        if word != part and not (part[-1] == "*" and word.startswith(part[:-1])):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The stops of all trips under one name each. Labels: "city:" or "land:" and the name.

    `rarity`: how much a place tells, 0 when every trip went there; `land_of`: the country of a city.
    """

    book: PhraseBook
    rarity: Mapping[str, float]
    land_of: Mapping[str, str]
    stops: Mapping[str, tuple[str, ...]]
    lands: Mapping[str, tuple[str, ...]]

    def visitor(self, label: str, number: int) -> str:
        """The trip on which a place was visited for the `number`-th time; stops in a row are one visit; "" if none."""
        count = 0
        for trip, lands in self.lands.items():
            row = self.stops[trip] if label.startswith("city:") else lands
            count += sum(place == label and (not index or row[index - 1] != label) for index, place in enumerate(row))
            if count >= number:
                return trip
        return ""


def gazetteer(trips: tuple[Trip, ...], more: Iterable[tuple[str, tuple[str, ...]]] = ()) -> Gazetteer:
    """All places of the trips; an alias shared by several cities of one country means the country.

    `more`: other names of places and countries.
    """
    meaning: dict[str, set[tuple[str, str]]] = defaultdict(set)
    shown: dict[str, str] = {}
    for trip in trips:
        for stop in trip.stops:
            for name in (stop.place, *stop.also):
                key = " ".join(words(name))
                meaning[key].add((stop.place, stop.country))
                shown[key] = name
    names: dict[str, list[str]] = defaultdict(list)
    for key, stands in meaning.items():
        lands = {land for _, land in stands}
        if len(stands) == 1:
            names[f"city:{next(iter(stands))[0]}"].append(shown[key])
        elif len(lands) == 1:
            names[f"land:{next(iter(lands))}"].append(shown[key])
    visits: dict[str, int] = defaultdict(int)
    land_of: dict[str, str] = {}
    for trip in trips:
        cities = {f"city:{stop.place}" for stop in trip.stops}
        lands = {f"land:{stop.country}" for stop in trip.stops}
        for label in cities | lands:
            visits[label] += 1
        for stop in trip.stops:
            land_of[f"city:{stop.place}"] = f"land:{stop.country}"
            if stop.country:
                names[f"land:{stop.country}"].append(stop.country)
    for name, others in more:
        for label in (f"city:{name}", f"land:{name}"):
            if label in names:
                names[label].extend(others)
    return Gazetteer(
        PhraseBook(names),
        {label: math.log(max(len(trips), 2) / count) for label, count in visits.items()},
        land_of,
        {trip.id: tuple(f"city:{stop.place}" for stop in trip.stops) for trip in trips},
        {trip.id: tuple(f"land:{stop.country}" for stop in trip.stops) for trip in trips},
    )
