"""What each sign means, in words for somebody who never saw the weights. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "ordinal": "counts the trip",
        "ordinal bare": "counts the trip, without saying of where",
        "ordinal place": "counts the visits to one country",
        "ordinal place since": "counts the visits to one country since the story began",
        "visits so far": "counts as many visits to one country as the trips up to this one made",
        "visits so far since": "counts as many visits since the story began as the trips up to this one made",
        "earlier trips": "counts the trips before this one",
        "trips so far": "counts all trips up to this one",
        "date early": "names a day of the trip, early in the text",
        "date": "names a day of the trip",
        "date near": "names a day just before or after the trip",
        "month": "names the month of the trip",
        "page on trip": "published during the trip",
        "page after": "published up to three days after the trip",
        "page before": "published up to three days before the trip",
        "page early": "published some days before the trip",
        "page repost": "published within three weeks after the trip",
        "page later": "published weeks after the trip",
        "page long after": "published long after the trip",
        "page too early": "published long before the trip",
        "place": "names a place of the trip",
        "place off": "names a place that is not on the trip",
        "place missing": "lists countries without one of the trip's",
        "stop order": "names stops in the order of the trip",
        "stop day": "names a stop with the weekday on which the trip was there",
        "person": "names a person of the trip",
        "signature": "matches a signal of the watch file",
        "elsewhere": "begins in another part of the world",
        "elsewhere body": "is mostly about another part of the world",
        "other traveller": "the headline is about somebody else's trip",
        "other in headline": "the headline names another traveller",
        "other named": "the headline names somebody else",
        "other leads": "is mostly about another traveller",
        "passing": "the story's subject is named in passing only",
        "passing by": "the story's subject is named late, though at a stop of the trip",
        "no journey": "nobody travels or meets anybody",
        "no journey told": "says nothing of a journey, though published during the trip",
        "by phone": "a talk by telephone",
        "called off": "a trip that was called off",
        "called off in headline": "the headline calls a trip off",
        "other years": "is about other years",
        "declared": "the seed's record says so",
    }
)


def meaning(signal: str) -> str:
    """A sign in words; its name where there are none."""
    return SIGNS.get(signal, signal)
