"""The watch that comes along: twelve trips, eleven topics, and sources whose addresses somebody looked up."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from end_to_end.command import ROOT

from monitor.model import Kind, Trip
from monitor.watch import read_watch

TEXT = (ROOT / "watch.toml").read_text("utf-8")
WATCH = read_watch(TEXT, "watch.toml")
# First day, last day, and places on the way; days are those of departure and end as agencies counted them.
TRIPS = {
    1: ((2023, 10, 11), (2023, 10, 17), ("Tel Aviv", "Amman", "Doha", "Manama", "Riyadh", "Cairo")),
    2: ((2023, 11, 2), (2023, 11, 6), ("Tel Aviv", "Amman", "Ramallah", "Larnaca", "Baghdad", "Ankara")),
    3: ((2023, 11, 30), (2023, 12, 1), ("Tel Aviv", "Ramallah", "Dubai")),
    4: (
        (2024, 1, 4),
        (2024, 1, 11),
        ("Istanbul", "Chania", "Amman", "Doha", "Abu Dhabi", "Tel Aviv", "Manama", "Cairo"),
    ),
    5: ((2024, 2, 5), (2024, 2, 8), ("Riyadh", "Cairo", "Doha", "Tel Aviv")),
    6: ((2024, 3, 20), (2024, 3, 22), ("Jeddah", "Cairo", "Tel Aviv")),
    7: ((2024, 4, 29), (2024, 5, 1), ("Riyadh", "Amman", "Tel Aviv")),
    8: ((2024, 6, 10), (2024, 6, 12), ("Cairo", "Tel Aviv", "Doha")),
    9: ((2024, 8, 17), (2024, 8, 20), ("Tel Aviv", "El Alamein", "Doha")),
    10: ((2024, 9, 17), (2024, 9, 19), ("Cairo",)),
    11: ((2024, 10, 21), (2024, 10, 25), ("Tel Aviv", "Riyadh", "Doha")),
    12: ((2024, 12, 11), (2024, 12, 14), ("Aqaba", "Ankara", "Baghdad")),
}
TOPICS = (
    "hostages", "ceasefire", "aid", "civilians", "escalation", "governance", "protests", "diplomacy",
    "israeli-politics", "normalisation", "philadelphi",
)  # fmt: skip
each_trip = pytest.mark.parametrize("trip", WATCH.trips, ids=lambda trip: trip.id)


def test_there_are_twelve_trips_in_order() -> None:
    assert [(trip.id, trip.ordinal) for trip in WATCH.trips] == [(f"blinken-{n:02}", n) for n in range(1, 13)]
    assert len({trip.name for trip in WATCH.trips}) == 12


@each_trip
def test_a_trip_has_its_dates(trip: Trip) -> None:
    first, last, _ = TRIPS[trip.ordinal]
    assert abs(trip.first - date(*first)) <= timedelta(days=1)
    assert abs(trip.last - date(*last)) <= timedelta(days=1)


def test_no_two_trips_overlap() -> None:
    for earlier, later in zip(WATCH.trips, WATCH.trips[1:], strict=False):
        assert earlier.last < later.first


@each_trip
def test_a_trip_has_its_stops_in_its_days(trip: Trip) -> None:
    names = {name for stop in trip.stops for name in (stop.place, *stop.also)}
    assert set(TRIPS[trip.ordinal][2]) <= names
    days = [stop.on for stop in trip.stops if stop.on]
    assert days == sorted(days)
    assert all(trip.first <= day <= trip.last for day in days)
    assert all(stop.country for stop in trip.stops)


@each_trip
def test_a_trip_can_be_recognised_by_people_and_phrases(trip: Trip) -> None:
    assert len(trip.people) >= 2
    assert len(trip.signals) >= 3


def test_the_topics_are_these_eleven() -> None:
    assert {topic.id for topic in WATCH.topics} == set(TOPICS)
    assert len(WATCH.topics) == len({topic.name for topic in WATCH.topics}) == 11


def test_there_are_enough_confirmed_sources() -> None:
    assert sum(source.confirmed for source in WATCH.sources) >= 25


def test_no_source_stands_there_twice() -> None:
    addresses = [re.sub(r"^https?://(www\.)?", "", source.url).rstrip("/") for source in WATCH.sources]
    assert sorted(addresses) == sorted(set(addresses))
    assert len({source.id for source in WATCH.sources}) == len(WATCH.sources)


def test_every_source_has_a_usable_address_and_a_polite_interval() -> None:
    for source in WATCH.sources:
        parts = urlsplit(source.url)
        assert parts.scheme in ("http", "https"), source.id
        assert "." in (parts.hostname or ""), source.id
        assert source.name, source.id
        assert source.kind in Kind, source.id
        assert source.every >= timedelta(minutes=10), source.id
        assert source.pause >= timedelta(seconds=1), source.id


def test_every_confirmed_address_says_where_it_was_seen_and_the_others_are_marked() -> None:
    blocks = TEXT.split("\n[[source]]\n")[1:]
    for block, source in zip(blocks, WATCH.sources, strict=True):
        assert f'url = "{source.url}"' in block
        assert ("\nconfirmed = false" in block) == (not source.confirmed), source.id
        assert re.search(r"^# seen in: \S", block, re.MULTILINE) or not source.confirmed, source.id
    assert {source.id for source in WATCH.sources if not source.confirmed} == {
        "hoc-marketing", "bnb-big-big-news", "world-future-tv",
    }  # fmt: skip


def test_nobody_gets_mail_from_the_shipped_watch() -> None:
    assert WATCH.digest.to == ()
