"""What a person declares in a watch: sources, trips, topics, the plan of digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a source's URL answers with. AUTO: told from the answer. PAGE: one page, watched for change."""

    AUTO = "auto"
    FEED = "feed"
    SITEMAP = "sitemap"
    INDEX = "index"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet's feed, sitemap or page. `every`: shortest time between visits; `pause`: between requests to a host.

    `select`: a CSS selector that an index page's article links must match ("" for our own judgement).
    """

    id: str
    name: str
    url: str
    kind: Kind = Kind.FEED
    every: timedelta = timedelta(minutes=30)
    language: str = "en"
    pause: timedelta = timedelta(seconds=1)
    dedup: bool = True
    confirmed: bool = True
    select: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on a trip. `on`: local day of arrival, where known; `also`: other names that mean this stop."""

    place: str
    country: str
    on: date | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule whose match speaks for a trip, with its weight (about 1 = a hint, 4 = nearly enough alone)."""

    match: str
    weight: float


@dataclass(frozen=True, slots=True)
class Trip:
    """One episode of the story. `first` and `last` are local days, inclusive."""

    id: str
    ordinal: int
    name: str
    first: date
    last: date
    stops: tuple[Stop, ...] = ()
    people: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject through all trips. `exclude`: a rule that takes back the matches in the sentences that it speaks of."""

    id: str
    name: str
    rule: str
    exclude: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """The words in which this story's episodes are told; nothing of them is in the code.

    `words`: nouns for an episode ("trip", "tour"); `region`: where episodes happen ("the North Sea");
    `since`: what ordinals count from ("October 7", "the war began"); `others`: other travellers, whose
    presence in the subject's place speaks against a trip; `elsewhere`: places that are not on any trip;
    `names`: other names of places and countries of stops, in other spellings and languages.
    """

    words: tuple[str, ...] = ("trip", "visit", "tour", "mission", "round", "hearing", "session")
    region: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """Local times at which a digest is due, as the fields of a cron line. `text`: as it was written.

    Empty `days`, `months` (from 1) and `weekdays` (Monday is 0) mean all of them.
    """

    text: str
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets digests by mail. `format`: "html" (with a plain text beside it) or "text"; no trips, topics: all."""

    to: str
    format: str = "html"
    trips: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """When and how digests are told. `at`: local times; `empty`: "skip" or "say so" on days with nothing new.

    `to`: everybody who gets the whole digest; `recipients`: those who chose; `weekly`: the weekday ("mon" to "sun")
    with whose digest the seven days before are told again in one, or "".
    """

    at: tuple[Timing, ...] = (Timing("07:00", (7,), (0,)),)
    formats: tuple[str, ...] = ("md", "html")
    to: tuple[str, ...] = ()
    empty: str = "skip"
    limit: int = 18
    weekly: str = ""
    recipients: tuple[Recipient, ...] = ()

    def everybody(self) -> tuple[Recipient, ...]:
        """All recipients, those of `to` first."""
        return (*(Recipient(to) for to in self.to), *self.recipients)


# Strict: on one trip many reports resemble each other. Where all that is followed is wide, .21 is better.
ONE_EVENT = 0.33


@dataclass(frozen=True, slots=True)
class Watch:
    """One story followed. `subject`: the gate rule; `timezone`: IANA name for slots and dates in digests.

    `figures`: TOML text that adds to the figures which are followed, checked; "" for none. `one_event`: reports that
    are as alike as this on average, beside their neighbours (`stages/linkage.py`), are one story.
    """

    name: str
    subject: str
    timezone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    episode: Episode = Episode()
    trips: tuple[Trip, ...] = ()
    topics: tuple[Topic, ...] = ()
    sources: tuple[Source, ...] = ()
    digest: DigestPlan = DigestPlan()
    weights: tuple[tuple[str, float], ...] = ()
    figures: str = ""
    one_event: float = ONE_EVENT

    def trip(self, trip_id: str) -> Trip:
        """The trip with this id; KeyError when the watch has none."""
        for trip in self.trips:
            if trip.id == trip_id:
                return trip
        raise KeyError(trip_id)
