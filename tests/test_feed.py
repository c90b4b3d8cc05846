"""Atom feeds: an entry a digest, an entry a development; read by a real reader, whatever the titles are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import lxml.etree  # type: ignore[import-untyped]
import pytest
from support.golden import golden_digest
from support.mailcheck import problems_of
from test_render import HOSTILE, HOSTILE_LINKS, same, with_data

from monitor.model import Digest
from monitor.stages.feed import MOST_DEVELOPMENTS, MOST_DIGESTS, MOST_OF_ENTRY, digest_feed, trip_feed

ATOM = "{http://www.w3.org/2005/Atom}"


def days(count: int) -> list[Digest]:
    """Digests of so many days, newest first."""
    golden = golden_digest()
    made = [timedelta(days=back) for back in range(count)]
    return [
        replace(golden, name=(golden.day - back).isoformat(), day=golden.day - back, made_at=golden.made_at - back)
        for back in made
    ]


def well_formed(feed: str) -> Any:
    return lxml.etree.fromstring(feed.encode(), lxml.etree.XMLParser(recover=False))


def test_the_feed_of_digests_has_an_entry_a_digest_newest_first() -> None:
    read = feedparser.parse(digest_feed(days(3)))
    assert not read.bozo
    assert [entry.link for entry in read.entries] == ["2024-03-20.html", "2024-03-19.html", "2024-03-18.html"]
    told = "5 developments on 2 trips, 1 correction"
    assert read.entries[0].title == f"Harbour strike talks: Wednesday 20 March 2024: {told}"
    assert read.feed.updated == read.entries[0].updated == "2024-03-20T06:00:00Z"
    assert "The mediator offered the crane drivers" in read.entries[0].content[0].value


def test_an_entry_holds_what_a_reader_may_show() -> None:
    content = feedparser.parse(digest_feed(days(1)), sanitize_html=False).entries[0].content[0].value
    assert problems_of(f'<html lang="en"><body>{content}</body></html>') == []


def test_the_feed_of_a_trip_has_an_entry_a_development() -> None:
    read = feedparser.parse(trip_feed(days(1), "round-01"))
    assert not read.bozo
    assert read.feed.title == "Harbour strike talks: First round"
    assert [(entry.author, entry.link) for entry in read.entries] == [
        ("Quay Gazette", "https://gazette.example/offer?from=feed&x=1"),
        ("Tide Courier", "https://courier.example/tugs_(crews)"),
        ("Lock & Weir Observer", "https://observer.example/loaves"),
    ]
    assert read.entries[0].tags[0].term == "Pay"


def test_a_trip_that_nothing_was_told_of_has_no_feed() -> None:
    assert trip_feed(days(1), "round-09") == ""


def test_ids_are_the_same_each_time_and_no_two_are() -> None:
    first, again = (well_formed(digest_feed(days(9))) for _ in range(2))
    ids = [each.text for each in first.iter(f"{ATOM}id")]
    assert ids == [each.text for each in again.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == 10
    assert all(str(each).startswith("urn:uuid:") for each in ids)


def test_a_feed_stays_small_enough_to_be_asked_for_each_hour() -> None:
    feed = digest_feed(days(40))
    assert len(well_formed(feed).findall(f"{ATOM}entry")) == MOST_DIGESTS
    assert len(feed) < MOST_DIGESTS * MOST_OF_ENTRY * 2
    assert len(well_formed(trip_feed(days(200), "round-01")).findall(f"{ATOM}entry")) == MOST_DEVELOPMENTS


@pytest.mark.parametrize("evil", [*HOSTILE, "\ufffe\uffff\ud800 ]]> &bogus; <!DOCTYPE x>"])
def test_hostile_texts_leave_it_well_formed(evil: str) -> None:
    for feed in (
        digest_feed([with_data(golden_digest(), lambda value: evil, same)]),
        trip_feed([with_data(golden_digest(), lambda value: evil, same)], "round-01"),
    ):
        root = well_formed(feed)
        assert {each.tag for each in root.iter()} <= {
            f"{ATOM}{name}"
            for name in "feed id title updated link generator entry author name category content".split()
        }


@pytest.mark.parametrize("evil", HOSTILE_LINKS)
def test_hostile_links_are_left_out(evil: str) -> None:
    root = well_formed(trip_feed([with_data(golden_digest(), same, lambda url: evil)], "round-01"))
    targets = [link.get("href") for link in root.iter(f"{ATOM}link") if link.get("rel") == "alternate"]
    assert all(str(target).startswith("https://a.example/") for target in targets)
