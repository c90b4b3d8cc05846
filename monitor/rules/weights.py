"""What each sign weighs, and a watch's trips made ready to be told apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model import Trip
from monitor.rules.describe import Rule
from monitor.rules.scene import Names

# About 1 is a hint, 2 is enough to be filed when nothing speaks against it. A watch may override any of them.
WEIGHTS: Mapping[str, float] = {
    # What a text says of itself.
    "ordinal": 6.0,  # "ninth trip to the region", "10th visit since the war began"
    "ordinal bare": 3.5,  # "his ninth trip", nothing said of where or since when
    "ordinal place": 1.0,  # "ninth visit to one country": counts of one country run ahead of the trips
    "ordinal place since": 1.6,  # the same with the story's starting point
    "visits so far": 1.4,  # the same count, by the visits that the declared stops make
    "visits so far since": 2.4,
    "earlier trips": 5.0,  # "eleven previous trips" = the twelfth
    "trips so far": 4.0,  # "eleven trips to the region since" = the eleventh, done
    # Days. A day written in the text beats the page's, which may be a repost's.
    "date early": 3.5,
    "date": 2.2,
    "date near": 1.0,  # just before or after the trip
    "month": 1.2,  # "November 2023"
    "page on trip": 3.0,
    "page after": 2.2,  # one to three days later
    "page before": 2.2,  # one to three days before: an announcement
    "page early": 0.3,  # up to twelve days before
    "page repost": 0.3,  # up to three weeks later
    "page later": -1.0,  # three to six weeks
    "page long after": -1.5,  # more than that
    "page too early": -6.0,  # nothing is reported before it is planned
    "address": 0.8,  # share of a page day's weight that the same day in the URL has
    # Itinerary, by rarity of the place among the trips.
    "place": 0.7,
    "place off": -0.4,
    "place missing": -0.25,  # a list of four countries or more leaves out this one
    "stop order": 0.6,
    "stop day": 0.8,  # a stop with the weekday on which the trip was there
    "person": 0.35,
    # Against every trip.
    "elsewhere": -5.0,
    "elsewhere body": -3.0,
    "other traveller": -8.0,  # begins the headline
    "other in headline": -4.0,
    "other named": -1.5,  # in a headline of no journey, and not at the head of the text either
    "other leads": -4.0,
    "passing": -3.0,  # the subject is not named early
    "passing by": -1.0,  # the same, but where it is named it comes to a stop of a trip
    "no journey": -4.5,  # nobody goes anywhere
    "no journey told": -2.0,  # the same on a page of the trip's own days
    "by phone": -4.0,
    "called off": -4.0,
    "called off in headline": -8.0,
    "other years": -2.5,  # all days written are years away
    # A topic's match in a sentence of background; one in the report weighs 1, and 1 is enough.
    "background": 0.3,
    # How evidence becomes a decision.
    "file": 2.0,
    "unsure": 1.3,
    "margin": 0.9,
    "mention": 2.0,
}


@dataclass(frozen=True, slots=True)
class Story:
    """A watch's trips, compiled for the signals. `fame`: the trips on which each person was met.

    `rules`: each trip's signature rules with their weights.
    """

    trips: tuple[Trip, ...]
    names: Names
    fame: Mapping[str, frozenset[str]]
    rules: Mapping[str, tuple[tuple[Rule, float], ...]]
    weights: Mapping[str, float]
