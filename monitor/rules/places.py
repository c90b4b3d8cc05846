"""Names and places, and finding them in an article. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, count

from monitor.model import Trip
from monitor.rules.reading import Found, Passage, Reading
from monitor.text import words

# Words that are remembered; a language has fewer in daily use.

_REMEMBERED = 16_384


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

    def beginning(self, word: str) -> Iterator[tuple[tuple[str, ...], str]]:
        """The names that may begin with a word, in the order in which they are tried."""
        yield from self._exact.get(word, ())
        yield from (entry for entry in self._open if word.startswith(entry[0][0][:-1]))

    def find(self, passage: Passage) -> list[Found]:
        """All names in order; of names that start at the same word the longest."""
        all_words, exact = passage.words, self._exact
        found: list[Found] = []
        after = 0
        for index in range(len(all_words)) if self._open else [n for n, word in enumerate(all_words) if word in exact]:
            if index < after:
                continue
            for parts, label in self.beginning(all_words[index]):
                if len(parts) == 1 or _goes_on(parts, all_words, index):
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
        self._beginning = _Beginnings(books)

    def find(self, passage: Passage) -> list[list[Found]]:
        """For each book its names in order; of names that start at the same word the longest."""
        found: list[list[Found]] = [[] for _ in range(self._size)]
        after = [0] * self._size
        all_words = passage.words
        known = list(map(self._beginning.__getitem__, all_words))
        for index in compress(count(), known):
            following = all_words[index + 1 : index + 2]
            for book, parts, label, second in known[index]:
                if second and following != second:
                    continue
                if index >= after[book] and (len(parts) == 1 or _goes_on(parts, all_words, index)):
                    after[book] = index + len(parts)
                    found[book].append(Found(label, passage, index, after[book]))
        return found

    def find_in(self, reading: Reading) -> list[list[Found]]:
        """For each book its names in the title and then in the text."""
        title, text = self.find(reading.title), self.find(reading.text)
        return [first + second for first, second in zip(title, text, strict=True)]


# A book's number, a name of its, the label; and the name's second word, where it has one without a star.
_Entry = tuple[int, tuple[str, ...], str, tuple[str, ...]]


class _Beginnings(dict[str, tuple[_Entry, ...]]):
    """For each word the names that may begin with it; learned word by word."""

    def __init__(self, books: Sequence[PhraseBook]) -> None:
        self._books = books

    def __missing__(self, word: str) -> tuple[_Entry, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = found = tuple(
            (number, parts, label, () if parts[1:2] and parts[1].endswith("*") else parts[1:2])
            for number, book in enumerate(self._books)
            for parts, label in book.beginning(word)
        )
        return found


def _goes_on(parts: tuple[str, ...], found: Sequence[str], first: int) -> bool:
    """Whether a name whose first word stands at `first` goes on as the words do."""
    if first + len(parts) > len(found):
        return False
    for step in range(1, len(parts)):
        part, word = parts[step], found[first + step]
        if word != part and not (part[-1] == "*" and word.startswith(part[:-1])):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The stops of all trips under one name each. Labels: "city:" or "land:" and the name.

    `rarity`: how much a place tells, 0 when every trip went there; `land_of`: the country of a city; `own`: all labels
    of a trip; `days`: for a label the weekdays on which each trip was there.
    """

    book: PhraseBook
    rarity: Mapping[str, float]
    land_of: Mapping[str, str]
    stops: Mapping[str, tuple[str, ...]]
    lands: Mapping[str, tuple[str, ...]]
    own: Mapping[str, frozenset[str]]
    days: Mapping[str, Mapping[str, frozenset[int]]]

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
        for label in cities | {f"land:{stop.country}" for stop in trip.stops}:
            visits[label] += 1
        for stop in trip.stops:
            land_of[f"city:{stop.place}"] = f"land:{stop.country}"
            if stop.country:
                names[f"land:{stop.country}"].append(stop.country)
    for name, others in more:
        for label in (f"city:{name}", f"land:{name}"):
            if label in names:
                names[label].extend(others)
    stops = {trip.id: tuple(f"city:{stop.place}" for stop in trip.stops) for trip in trips}
    countries = {trip.id: tuple(f"land:{stop.country}" for stop in trip.stops) for trip in trips}
    return Gazetteer(
        PhraseBook(names),
        {label: math.log(max(len(trips), 2) / count) for label, count in visits.items()},
        land_of,
        stops,
        countries,
        {trip.id: frozenset((*stops[trip.id], *countries[trip.id])) for trip in trips},
        _days(trips),
    )


def _days(trips: tuple[Trip, ...]) -> dict[str, dict[str, frozenset[int]]]:
    days: dict[str, dict[str, frozenset[int]]] = defaultdict(dict)
    for trip in trips:
        for stop in trip.stops:
            if stop.on:
                for label in (f"city:{stop.place}", f"land:{stop.country}"):
                    days[label][trip.id] = days[label].get(trip.id, frozenset()) | {stop.on.weekday()}
    return days
