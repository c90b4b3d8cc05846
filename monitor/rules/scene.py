"""What one article holds that trips can be told by: the story's names, found once for all signals. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.model import Evidence, Span, Watch
from monitor.rules.dates import Mention, find_dates
from monitor.rules.ordinals import Surroundings
from monitor.rules.places import Gazetteer, PhraseBook, Shelf, gazetteer
from monitor.rules.reading import Found, Passage, Reading
from monitor.text import words

_PRONOUN = re.compile(r"\b(?:he|she|they|his|her)\b", re.I)
_THEN = re.compile(
    r"\b(?:earlier this (?:month|year)|last (?:month|year)|(?:a|one|two|three|several|\d+) (?:months?|years?) ago)\b",
    re.I,
)
# Words of which one stands in whatever looks back.
_BACK = ("last", "earlier", "ago", "previous", "prior")
_CAPTION = re.compile(r"\b(?:file(?: photo)?|photo|picture|pictured|image|caption|archive)\b", re.I)
# What stands before a name that only says when something else happened.
_CLOCK = re.compile(
    r"(?:\b(?:hours?|days?|weeks?|months?|shortly|soon|just|right) (?:after|before|since)"
    r"|^\W*(?:[Aa]fter|[Ss]ince|[Bb]efore|[Ff]ollowing))"
    r"\s+(?:(?:the|its|us|top|outgoing|secretary|of|state|foreign|minister|diplomat|envoy|president|[A-Z][\w.]*)\s+){0,6}$"
)
# A name that follows the subject's title with nothing but a first name between takes the title away from the subject.
_TAKEN = 2
_OWNER = ("'s", "\u2019s", "'", "\u2019")
_VIEW = 8
_OWN = 5
_NEAR = 300


@dataclass(frozen=True, slots=True)
class Names:
    """The watch's word lists, ready to be looked for."""

    stops: Gazetteer
    look_back: re.Pattern[str]
    shelf: Shelf
    """The books of others, region, since, words, stops, elsewhere and people, in this order."""


@dataclass(frozen=True, slots=True)
class Scene:
    """An article with every name of the story found in it.

    `acting`: mentions of the subject as somebody who acts: not an owner, not the clock of another's report. "Two days
    after X left", "X's visit" and "X's deputy" name the subject and are about something else. `named`: the field and
    sentence of each mention; `days`: the days written in the text, and in the title, by field.
    """

    reading: Reading
    subject: Sequence[Found]
    others: Sequence[Found]
    region: Sequence[Found]
    since: Sequence[Found]
    words: Sequence[Found]
    places: Sequence[Found]
    elsewhere: Sequence[Found]
    people: Sequence[Found]
    look_back: re.Pattern[str]
    acting: Sequence[Found]
    named: frozenset[tuple[str, int]]
    days: Mapping[str, Sequence[Mention]]

    def around(self, passage: Passage) -> Surroundings:
        """The names of one passage, as the ordinals need them."""

        def inside(found: Sequence[Found]) -> list[Found]:
            return [item for item in found if item.passage is passage]

        return Surroundings(
            inside(self.words),
            inside(self.region),
            inside(self.since),
            inside(self.places),
            inside(self.others),
            inside(self.subject),
            titled=any(found.passage.field == "title" for found in self.acting),
        )

    def looks_back(self, passage: Passage, sentence: int, at: Span, *, ahead: bool = False) -> bool:
        """Whether the words at a place belong to an earlier trip ("since his last visit, ...", "... last month").

        `ahead`: only what stands before them counts ("the war that began last month" may well follow a count).
        """
        whole = passage.sentences[sentence]
        # A semicolon parts then from now; a "sentence" of many lines is read only near the place.
        start = max(passage.text.rfind(";", whole.start, at.start) + 1, whole.start, at.start - _NEAR)
        stop = passage.text.find(";", at.end, whole.end)
        said = passage.text[start : min(stop if stop >= 0 else whole.end, at.end + _NEAR)]
        low = said.lower()
        if not any(word in low for word in _BACK):
            return False
        then = _THEN.search(said)
        if then is not None and not (ahead and start + then.start() > at.start):
            return True
        found = self.look_back.search(said)
        return found is not None and start + found.start() <= at.start

    def in_view(self, passage: Passage, sentence: int) -> bool:
        """Whether a sentence is likely about the subject: title, beginning, or names or means the subject."""
        if passage.field == "title" or sentence < _VIEW:
            return True
        if (passage.field, sentence) in self.named:
            return True
        if (passage.field, sentence - 1) not in self.named:
            return False
        whole = passage.sentences[sentence]
        return _PRONOUN.search(passage.text[whole.start : whole.end]) is not None

    def caption(self, passage: Passage, sentence: int) -> bool:
        """Whether a sentence seems to stand under a picture, whose day may be any."""
        whole = passage.sentences[sentence]
        return _CAPTION.search(passage.text[whole.start : whole.end]) is not None


class Sheet:
    """Evidence as it gathers, by trip."""

    def __init__(self, trips: Sequence[str]) -> None:
        self.trips: dict[str, list[Evidence]] = {trip: [] for trip in trips}
        self._made: dict[tuple[str, Passage, int, int, float], Evidence] = {}

    def add(self, trip: str, signal: str, passage: Passage, span: Span, weight: float) -> None:
        """Note what a passage's words say for (or against) a trip."""
        if abs(weight) >= 0.01:
            # What speaks for several trips is the same evidence for all of them.
            key = (signal, passage, span.start, span.end, weight)
            found = self._made.get(key)
            if found is None:
                found = self._made[key] = Evidence(signal, passage.said(span), passage.field, span, round(weight, 3))
            self.trips[trip].append(found)

    def add_to_all(self, signal: str, passage: Passage, span: Span, weight: float) -> None:
        """Note what speaks against every trip alike."""
        for trip in self.trips:
            self.add(trip, signal, passage, span, weight)

    def limit(self, signals: frozenset[str], most: float, least: float = -99.0) -> None:
        """Scale a group of signals down so that together they weigh no more than `most` and no less than `least`."""
        for trip, noted in self.trips.items():
            total = sum([item.weight for item in noted if item.signal in signals])
            scale = most / total if total > most else least / total if total < least else 1.0
            if scale != 1.0:
                self.trips[trip] = [_scaled(item, scale) if item.signal in signals else item for item in noted]


def _scaled(item: Evidence, scale: float) -> Evidence:
    return Evidence(item.signal, item.term, item.field, item.span, round(item.weight * scale, 3))


def read_names(watch: Watch) -> Names:
    """The watch's names, compiled."""
    episode = watch.episode

    def book(phrases: Sequence[str]) -> PhraseBook:
        return PhraseBook({phrase: (phrase,) for phrase in phrases})

    nouns = "|".join(re.escape(word.rstrip("*")) for word in episode.words) or "trip"
    look_back = re.compile(
        rf"\b(?:since|on|during|from|after|in|before|than|at|of)\s+(?:\w+(?:['\u2019]s)?\s+)?"
        rf"(?:last|previous|prior|earlier)\s+(?:\w+\s+)?(?:{nouns})\w*",
        re.I,
    )
    region, since = book(episode.region), book(episode.since)
    nouns_book = PhraseBook({word: (word, word if word.endswith("*") else word + "s") for word in episode.words})
    others, elsewhere = book(episode.others), book(episode.elsewhere)
    stops = gazetteer(watch.trips, episode.names)
    people = PhraseBook({name: (name,) for trip in watch.trips for name in trip.people})
    shelf = Shelf((others, region, since, nouns_book, stops.book, elsewhere, people))
    return Names(stops, look_back, shelf)


def read_scene(names: Names, reading: Reading, subject: Mapping[str, Sequence[Span]]) -> Scene:
    """Find all names; `subject`: where the gate rule matched, by field."""
    shown = {
        passage.said(span)
        for passage in reading.passages
        for span in subject.get(passage.field, ())
        if 0 <= span.start < span.end <= len(passage.text)
    }
    others, region, since, nouns, places, elsewhere, people = names.shelf.find_in(reading)
    mentions = PhraseBook({phrase: (phrase,) for phrase in sorted(shown)}).find_in(reading)
    # A title that another bears anywhere in the article ("Judge So-and-so") is not the subject's here.
    lent = {" ".join(words(found.label)) for found in mentions if _taken(found, others)}
    subject_named = [found for found in mentions if " ".join(words(found.label)) not in lent]
    return Scene(
        reading,
        subject_named,
        others,
        region,
        since,
        nouns,
        places,
        elsewhere,
        people,
        names.look_back,
        [found for found in subject_named if not _aside(found, nouns)],
        frozenset((found.passage.field, found.sentence) for found in subject_named),
        {passage.field: find_dates(passage) for passage in reading.passages},
    )


def _aside(found: Found, nouns: Sequence[Found]) -> bool:
    text, span = found.passage.text, found.span
    if found.passage.field != "title" and found.passage.said(span).endswith(_OWNER):
        # Whose trip is told belongs to the traveller all the same.
        return not any(0 <= noun.first - found.last < _OWN for noun in nouns if noun.passage is found.passage)
    return _CLOCK.search(text[max(0, span.start - 60) : span.start]) is not None


def _taken(found: Found, others: Sequence[Found]) -> bool:
    """Whether somebody else's name follows at once: "Judge So-and-so"."""
    for other in others:
        near = other.passage is found.passage and other.sentence == found.sentence
        if near and 0 <= other.first - found.last < _TAKEN:
            between = found.passage.gap(found.last - 1, other.first)
            return re.fullmatch(r"\s*(?:[\w.]+\s+)?", between) is not None and not re.match(
                r"\s*(?:and|und|et|y|e)\b", between
            )
    return False
